//! Why there is no connection.

use std::{fmt, io, net::SocketAddr};

use crate::{net::proxy, text::foreign::Foreign};

/// An Internet address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Why there is no connection.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The name did not resolve.
    Resolution {
        /// The name.
        host: String,
        /// What the resolver said.
        problem: Foreign,
    },
    /// The name has no address of the family asked for.
    NoAddress {
        /// The name.
        host: String,
        /// The family asked for.
        family: Option<Family>,
    },
    /// No address took the connection; the last failure of each.
    Refused {
        /// What was connected to.
        target: String,
        /// The addresses with what each one answered.
        attempts: Vec<(SocketAddr, io::Error)>,
    },
    /// No connection to the proxy.
    ProxyUnreachable(Box<Error>),
    /// No connection from the proxy to the target.
    Proxy(proxy::Error),
    /// The deadline came before the pace allowed another connection.
    Paced {
        /// What was to be connected to.
        target: String,
    },
    /// The deadline came first.
    TimedOut {
        /// What was connected to.
        target: String,
        /// What was being waited for.
        waiting_for: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolution { host, problem } => {
                write!(f, "the name `{host}` does not resolve: {}", problem.line())
            }
            Self::NoAddress { host, family: Some(Family::V4) } => {
                write!(f, "`{host}` has no IPv4 address")
            }
            Self::NoAddress { host, family: Some(Family::V6) } => {
                write!(f, "`{host}` has no IPv6 address")
            }
            Self::NoAddress { host, family: None } => write!(f, "`{host}` has no address"),
            Self::Refused { target, attempts } => {
                write!(f, "cannot connect to {target}: ")?;
                for (index, (address, error)) in attempts.iter().enumerate() {
                    let gap = if index == 0 { "" } else { ", " };
                    write!(f, "{gap}{}: {}", address.ip(), plain(error))?;
                }
                Ok(())
            }
            Self::ProxyUnreachable(error) => write!(f, "cannot reach the proxy: {error}"),
            Self::Proxy(error) => error.fmt(f),
            Self::Paced { target } => {
                write!(f, "`--rate` left no time to connect to {target} once more")
            }
            Self::TimedOut { target, waiting_for } => {
                write!(f, "timed out connecting to {target} while waiting for {waiting_for}")
            }
        }
    }
}

/// What the system says, in a few lower-case words and without the error number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
        io::ErrorKind::NetworkUnreachable => "network unreachable".to_owned(),
        io::ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        _ => error.to_string(),
    }
}

impl std::error::Error for Error {}

impl Error {
    /// The sentence where the address is named beside it.
    #[must_use]
    pub(crate) fn without_address(&self) -> String {
        match self {
            Self::Refused { attempts, .. } if attempts.len() == 1 => plain(&attempts[0].1),
            _ => self.to_string(),
        }
    }

    /// Whether this machine has no way to the address: then nothing is known of the server.
    #[must_use]
    pub fn is_of_this_machine(&self) -> bool {
        use io::ErrorKind::{AddrNotAvailable, NetworkUnreachable};
        let is_here =
            |error: &io::Error| matches!(error.kind(), NetworkUnreachable | AddrNotAvailable);
        matches!(self, Self::Refused { attempts, .. } if attempts.iter().all(|(_, one)| is_here(one)))
    }

    /// The first address that took the connection and reset it at once: the system reports a connection
    /// that is reset before it is used as one that was never made.
    #[must_use]
    pub(crate) fn reset_by(&self) -> Option<SocketAddr> {
        let Self::Refused { attempts, .. } = self else { return None };
        let is_reset = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionReset;
        attempts.iter().find(|(_, error)| is_reset(error)).map(|(address, _)| *address)
    }

    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoAddress { family: Some(Family::V4), .. } => Some("remove `-4`".to_owned()),
            Self::NoAddress { family: Some(Family::V6), .. } => Some("remove `-6`".to_owned()),
            Self::TimedOut { .. } => Some(
                "a firewall may drop the packets; raise the limit with `--timeout SECS`".to_owned(),
            ),
            Self::Paced { .. } => Some("raise the limit with `--timeout SECS`".to_owned()),
            Self::Refused { attempts, .. } => {
                let refused = attempts
                    .iter()
                    .all(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused);
                refused.then(|| "nothing listens on this port; check the port number".to_owned())
            }
            Self::ProxyUnreachable(_) => Some("connect directly with `--proxy none`".to_owned()),
            Self::Proxy(error) => error.hint(),
            // RFC 6762 section 3. Musl's resolver knows no plugin that would ask there.
            Self::Resolution { host, .. }
                if cfg!(target_env = "musl") && host.ends_with(".local") =>
            {
                Some("this static build does not support mDNS: pass the IP address".to_owned())
            }
            Self::NoAddress { .. } | Self::Resolution { .. } => None,
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Resolution { .. } => "name_not_resolved",
            Self::NoAddress { .. } => "no_address",
            Self::Refused { .. } => "connection_failed",
            Self::ProxyUnreachable(_) => "proxy_unreachable",
            Self::Proxy(error) => error.kind(),
            Self::Paced { .. } | Self::TimedOut { .. } => "timed_out",
        }
    }
}
