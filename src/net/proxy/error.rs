//! Errors of proxies.

use std::{fmt, io};

use super::{MAX_HEAD_BYTES, MAX_HEAD_LINES, Protocol};
use crate::text::{diagnostic::Diagnostic, foreign::Foreign};

/// Why a text is not a proxy URL. It never contains the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// The scheme is not supported.
    Scheme,
    /// What follows the scheme is not a host, or its port is invalid.
    Place,
    /// The name or the password cannot be sent in the proxy's protocol.
    Credentials,
}

/// Why a proxy gave no connection to the target.
#[derive(Debug)]
pub struct Error {
    pub(super) proxy: String,
    pub(super) target: String,
    pub(super) problem: Problem,
}

#[derive(Debug)]
pub(super) enum Problem {
    /// It refused with this text.
    Refused(Foreign),
    /// It requires a user name and password.
    Unknown(Foreign),
    /// It does not speak the protocol.
    Unexpected(Protocol),
    TooLong,
    Closed,
    Broken(io::Error),
    TimedOut,
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Broken(error),
        }
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "unknown scheme; expected http, socks5 or socks5h",
            Self::Place => "expected a host, and a port from 1 to 65535",
            Self::Credentials => "the user name and password cannot be sent in this protocol",
        })
    }
}

impl std::error::Error for InvalidUrl {}

impl Diagnostic for InvalidUrl {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proxy, target, problem } = self;
        match problem {
            Problem::Refused(words) | Problem::Unknown(words) => {
                write!(f, "the proxy {proxy} refuses to connect to {target}: `{}`", words.line())
            }
            Problem::Unexpected(protocol) => {
                write!(f, "the proxy {proxy} does not speak {protocol}")
            }
            Problem::TooLong => write!(
                f,
                "the proxy {proxy} answers with more than {MAX_HEAD_LINES} lines or \
                 {MAX_HEAD_BYTES} bytes"
            ),
            Problem::Closed => {
                write!(f, "the proxy {proxy} closed the connection without an answer")
            }
            Problem::Broken(error) => {
                write!(f, "the connection to the proxy {proxy} broke: {error}")
            }
            Problem::TimedOut => {
                write!(f, "timed out waiting for the proxy {proxy} to connect to {target}")
            }
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// Whether it may connect to another address of the target.
    pub(crate) fn is_about_target(&self) -> bool {
        matches!(self.problem, Problem::Refused(_))
    }
}

impl Diagnostic for Error {
    fn hint(&self) -> Option<String> {
        let hint = match self.problem {
            Problem::Unknown(_) => {
                "pass the user name and password: `--proxy SCHEME://NAME:PASSWORD@HOST:PORT`"
            }
            Problem::Refused(_) => "connect directly with `--proxy none`",
            Problem::Unexpected(Protocol::Http) => {
                "if it is a SOCKS5 proxy, pass `--proxy socks5://HOST:PORT`"
            }
            Problem::Unexpected(_) => "if it is an HTTP proxy, pass `--proxy http://HOST:PORT`",
            Problem::TimedOut => "raise the limit with `--timeout SECS`",
            Problem::TooLong | Problem::Closed | Problem::Broken(_) => return None,
        };
        Some(hint.to_owned())
    }

    fn kind(&self) -> &'static str {
        match self.problem {
            Problem::Refused(_) | Problem::Unknown(_) => "proxy_refused",
            Problem::TimedOut => "timed_out",
            _ => "proxy_failed",
        }
    }

    fn stage(&self) -> &'static str {
        "connect"
    }
}
