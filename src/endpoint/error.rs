//! Why text is not a target, and what to pass instead.

use std::fmt;

use super::scheme::SCHEMES;
use crate::text::foreign::Foreign;

/// Why text is not a target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    pub(super) given: Foreign,
    pub(super) problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    Empty,
    Scheme(Foreign),
    PlainScheme { given: &'static str, meant: &'static str },
    Unsupported { given: &'static str, why: &'static str, advice: &'static str },
    Port(Foreign),
    Host(Foreign),
    Brackets,
    Ipv6WithoutBrackets,
    Zone,
    UserInfo,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.given.line();
        match &self.problem {
            Problem::Empty => write!(f, "the target is empty"),
            Problem::Scheme(word) => {
                write!(
                    f,
                    "`{given}` has the scheme `{}`, which certgrab does not know",
                    word.line()
                )
            }
            Problem::PlainScheme { given: word, .. } => {
                write!(f, "`{given}` has the scheme `{word}`, which has no TLS")
            }
            Problem::Unsupported { given: word, why, .. } => {
                write!(f, "`{given}` has the scheme `{word}`, {why}")
            }
            Problem::Zone => write!(
                f,
                "`{given}` has an IPv6 address with a zone (the part after `%`), which no \
                 certificate can name"
            ),
            Problem::Port(port) => {
                write!(
                    f,
                    "`{given}` has the port `{}`, expected a number from 1 to 65535",
                    port.line()
                )
            }
            Problem::Host(host) => write!(
                f,
                "`{given}` has the host `{}`, which is neither a DNS name nor an IP address",
                host.line()
            ),
            Problem::Brackets => {
                write!(
                    f,
                    "`{given}` has no IPv6 address in its brackets, expected `[2001:db8::1]:8883`"
                )
            }
            Problem::Ipv6WithoutBrackets => {
                write!(f, "`{given}` could be an IPv6 address with or without a port")
            }
            Problem::UserInfo => {
                write!(f, "the target must not contain a user name (the part before `@`)")
            }
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to try instead, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match &self.problem {
            Problem::Empty | Problem::Host(_) => Some(
                "pass `host`, `host:port`, `[v6]:port` or a URL such as mqtts://host".to_owned(),
            ),
            Problem::Scheme(_) => {
                let words: Vec<_> = SCHEMES.iter().map(|scheme| scheme.word).collect();
                Some(format!(
                    "if the server uses TLS from the first byte, pass `tls://HOST:PORT`; known \
                     schemes: {}",
                    words.join(", ")
                ))
            }
            Problem::PlainScheme { meant, .. } => Some(format!("did you mean `{meant}:`?")),
            Problem::Ipv6WithoutBrackets => {
                Some("put the address in brackets: `[2001:db8::1]:8883`".to_owned())
            }
            Problem::Unsupported { advice, .. } => Some((*advice).to_owned()),
            Problem::Zone => Some(
                "pass the server's name, or the address without its zone; devices verify a name"
                    .to_owned(),
            ),
            Problem::UserInfo => Some(
                "pass the URL without user name and password: certgrab does not log in".to_owned(),
            ),
            Problem::Port(_) | Problem::Brackets => None,
        }
    }
}
