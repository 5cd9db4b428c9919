//! Why there is no way through a proxy.

use std::{fmt, io};

use super::{MAX_HEAD_BYTES, MAX_HEAD_LINES, Protocol};
use crate::text::foreign::Foreign;

/// Why a text names no proxy. It never holds what was given, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUrl {
    /// The scheme is none of those that are spoken here.
    Scheme,
    /// What follows the scheme is no host, or no port.
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
    /// It said no, in these words.
    Refused(Foreign),
    /// It said no until it knows who asks.
    Unknown(Foreign),
    /// It says something that is not in the protocol.
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
            Self::Scheme => "the scheme is none of http, socks5 and socks5h",
            Self::Place => "there is no host, or no port from 1 to 65535",
            Self::Credentials => "its name and password cannot be sent in its protocol",
        })
    }
}

impl std::error::Error for InvalidUrl {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proxy, target, problem } = self;
        match problem {
            Problem::Refused(words) | Problem::Unknown(words) => {
                write!(f, "the proxy {proxy} refuses to connect to {target}: `{}`", words.line())
            }
            Problem::Unexpected(protocol) => {
                write!(f, "the proxy {proxy} does not answer in {protocol}")
            }
            Problem::TooLong => write!(
                f,
                "the proxy {proxy} answers with more than {MAX_HEAD_LINES} lines or \
                 {MAX_HEAD_BYTES} bytes"
            ),
            Problem::Closed => write!(f, "the proxy {proxy} hung up instead of an answer"),
            Problem::Broken(error) => {
                write!(f, "the connection to the proxy {proxy} broke: {error}")
            }
            Problem::TimedOut => {
                write!(f, "timed out while the proxy {proxy} was to connect to {target}")
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

    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self.problem {
            Problem::Unknown(_) => Some(
                "it wants the right name and password: SCHEME://NAME:PASSWORD@HOST:PORT".into(),
            ),
            Problem::Refused(_) => Some("`--proxy none` goes without one".into()),
            Problem::Unexpected(Protocol::Http) => Some("is it a SOCKS5 proxy?".into()),
            Problem::Unexpected(_) => Some("is it an HTTP proxy?".into()),
            Problem::TimedOut => Some("`--timeout SECS` waits longer".into()),
            Problem::TooLong | Problem::Closed | Problem::Broken(_) => None,
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.problem {
            Problem::Refused(_) | Problem::Unknown(_) => "proxy_refused",
            Problem::TimedOut => "timed_out",
            _ => "proxy_failed",
        }
    }
}
