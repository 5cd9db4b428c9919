//! Why a server did not switch to TLS.

use std::{fmt, io};

use super::{MAX_LINE_BYTES, MAX_LINES};
use crate::endpoint::StartTls;
use crate::text::{diagnostic::Diagnostic, foreign::Foreign};

/// Why a server did not switch to TLS.
#[derive(Debug)]
pub struct Error {
    pub(super) protocol: StartTls,
    pub(super) problem: Problem,
    pub(super) beginning: Vec<u8>,
}

#[derive(Debug)]
pub(super) enum Problem {
    Broken(io::Error),
    Closed,
    TimedOut,
    /// It does not list TLS among its capabilities.
    NotOffered,
    /// It refused with this text.
    Refused(Foreign),
    /// It does not speak the protocol.
    Unexpected(Foreign),
    LineTooLong,
    TooManyLines,
    /// It sent this many bytes of clear text after agreeing.
    Injected(usize),
}

/// A refusal in the server's words, or words that do not belong to the protocol.
pub(super) fn no(words: &[u8], of_the_protocol: bool) -> Problem {
    let words = Foreign::bytes(words.trim_ascii_end());
    if of_the_protocol { Problem::Refused(words) } else { Problem::Unexpected(words) }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = self.protocol;
        match &self.problem {
            Problem::Broken(error) => {
                write!(f, "the connection broke before {protocol} switched to TLS: {error}")
            }
            Problem::Closed => {
                write!(f, "the server closed the connection before {protocol} switched to TLS")
            }
            Problem::TimedOut => {
                write!(f, "timed out waiting for {protocol} to switch to TLS")
            }
            Problem::NotOffered => {
                write!(f, "the server speaks {protocol} but does not offer TLS")
            }
            Problem::Refused(words) => {
                write!(f, "the server refuses TLS in {protocol}; it answered `{}`", words.line())
            }
            Problem::Unexpected(words) => {
                write!(f, "the server does not speak {protocol}; it answered `{}`", words.line())
            }
            Problem::LineTooLong => {
                write!(
                    f,
                    "the server sent a line of more than {MAX_LINE_BYTES} bytes in {protocol}"
                )
            }
            Problem::TooManyLines => {
                write!(
                    f,
                    "the server sent more than {MAX_LINES} lines before {protocol} switched to TLS"
                )
            }
            Problem::Injected(count) => write!(
                f,
                "{count} byte{} of clear text followed the agreement to TLS in {protocol}",
                if *count == 1 { "" } else { "s" }
            ),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// The protocol in which TLS was requested.
    #[must_use]
    pub const fn protocol(&self) -> StartTls {
        self.protocol
    }

    /// The first bytes from the server, if they may belong to a protocol other than the requested one.
    #[must_use]
    pub fn perhaps_another_protocol(&self) -> Option<&[u8]> {
        match self.problem {
            Problem::NotOffered | Problem::Injected(_) | Problem::TooManyLines => None,
            _ => Some(&self.beginning).filter(|bytes| !bytes.is_empty()).map(Vec::as_slice),
        }
    }
}

impl Diagnostic for Error {
    fn stage(&self) -> &'static str {
        "starttls"
    }

    fn hint(&self) -> Option<String> {
        match self.problem {
            Problem::Injected(_) => Some(
                "an attacker on the network path may have injected them (CVE-2021-23222)"
                    .to_owned(),
            ),
            Problem::TimedOut if !self.beginning.is_empty() => {
                Some("raise the limit with `--timeout SECS`".to_owned())
            }
            Problem::TimedOut => Some(
                "if the port speaks TLS from the first byte, omit STARTTLS; otherwise raise the \
                 limit with `--timeout SECS`"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    fn kind(&self) -> &'static str {
        match self.problem {
            Problem::Broken(_) | Problem::Closed => "connection_broken",
            Problem::TimedOut => "timed_out",
            Problem::NotOffered => "starttls_not_offered",
            Problem::Refused(_) => "starttls_refused",
            Problem::Unexpected(_) => "starttls_unexpected",
            Problem::LineTooLong | Problem::TooManyLines => "starttls_too_much",
            Problem::Injected(_) => "starttls_injected",
        }
    }
}
