//! Why there is no connection.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
};

use crate::net::proxy;
use crate::text::{diagnostic::Diagnostic, foreign::Foreign};

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
        /// The resolver's message.
        problem: Foreign,
    },
    /// The name has no address of the requested family.
    NoAddress {
        /// The name.
        host: String,
        /// The requested family.
        family: Option<Family>,
    },
    /// No address accepted the connection; the last failure of each.
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

/// The system's message, in a few lower-case words and without the error number.
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

/// Names that may have an address of this machine: RFC 6761, 6762, 8375, and what routers use.
const LOCAL_NAMES: [&str; 8] =
    ["localhost", "local", "test", "example", "invalid", "internal", "home.arpa", "lan"];

/// Whether `host` is the domain `suffix` or below it.
fn is_below(host: &str, suffix: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether a public name resolved only to addresses that DNS filters return: the unspecified one, and
/// those of this machine.
fn is_blocked(target: &str, attempts: &[(SocketAddr, io::Error)]) -> bool {
    let host = target.rsplit_once(':').map_or(target, |(host, _)| host);
    let is_public = host.contains('.')
        && host.parse::<IpAddr>().is_err()
        && !host.starts_with('[')
        && !LOCAL_NAMES.iter().any(|suffix| is_below(host, suffix));
    let blocks = |ip: IpAddr| ip.is_unspecified() || ip.is_loopback();
    is_public && attempts.iter().all(|(address, _)| blocks(address.ip()))
}

impl Error {
    /// The sentence for output that also shows the address.
    #[must_use]
    pub(crate) fn without_address(&self) -> String {
        match self {
            Self::Refused { attempts, .. } if attempts.len() == 1 => plain(&attempts[0].1),
            _ => self.to_string(),
        }
    }

    /// Whether this machine has no route to the address: then nothing is known about the server.
    #[must_use]
    pub fn is_of_this_machine(&self) -> bool {
        use io::ErrorKind::{AddrNotAvailable, NetworkUnreachable};
        let is_here =
            |error: &io::Error| matches!(error.kind(), NetworkUnreachable | AddrNotAvailable);
        matches!(self, Self::Refused { attempts, .. } if attempts.iter().all(|(_, one)| is_here(one)))
    }

    /// The first address that accepted the connection and reset it immediately: the system reports such
    /// a connection as never established.
    #[must_use]
    pub(crate) fn reset_by(&self) -> Option<SocketAddr> {
        let Self::Refused { attempts, .. } = self else { return None };
        let is_reset = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionReset;
        attempts.iter().find(|(_, error)| is_reset(error)).map(|(address, _)| *address)
    }
}

impl Diagnostic for Error {
    fn stage(&self) -> &'static str {
        "connect"
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoAddress { family: Some(Family::V4), .. } => Some("remove `-4`".to_owned()),
            Self::NoAddress { family: Some(Family::V6), .. } => Some("remove `-6`".to_owned()),
            Self::TimedOut { .. } => Some(
                "a firewall may drop the packets; raise the limit with `--timeout SECS`".to_owned(),
            ),
            Self::Paced { .. } => Some("raise the limit with `--timeout SECS`".to_owned()),
            Self::Refused { target, attempts } if is_blocked(target, attempts) => Some(
                "a DNS filter may block this name, since it resolves to no public address: ask \
                 another resolver, and pass the address with `--connect ADDRESS:PORT`"
                    .to_owned(),
            ),
            Self::Refused { attempts, .. } => {
                let refused = attempts
                    .iter()
                    .all(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused);
                refused.then(|| "nothing listens on this port; check the port number".to_owned())
            }
            Self::ProxyUnreachable(_) => Some("connect directly with `--proxy none`".to_owned()),
            Self::Proxy(error) => error.hint(),
            // RFC 6762 section 3. Musl's resolver has no plugins for that.
            Self::Resolution { host, .. } if is_below(host, "local") => {
                let mdns = match cfg!(target_env = "musl") {
                    true => "this static build does not support mDNS",
                    false => "names in `.local` need mDNS, such as Avahi with libnss-mdns",
                };
                Some(format!("{mdns}: pass the address with `--connect ADDRESS:PORT`"))
            }
            Self::NoAddress { .. } | Self::Resolution { .. } => None,
        }
    }

    fn kind(&self) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(target: &str, address: &str) -> Option<String> {
        let address = SocketAddr::new(address.parse().expect("an address"), 443);
        let error = io::Error::from(io::ErrorKind::ConnectionRefused);
        Error::Refused { target: target.to_owned(), attempts: vec![(address, error)] }.hint()
    }

    #[test]
    fn a_public_name_with_a_loopback_address_may_be_filtered() {
        for address in ["0.0.0.0", "127.0.0.1", "::", "::1"] {
            let hint = refused("broker.plant.com:443", address).expect("a hint");
            assert!(hint.starts_with("a DNS filter may block this name"), "{hint}");
        }
        for (target, address) in [
            ("broker.plant.com:443", "192.0.2.1"),
            ("plc.test:443", "127.0.0.1"),
            ("a.localhost:443", "127.0.0.1"),
            ("broker:443", "127.0.0.1"),
            ("127.0.0.1:443", "127.0.0.1"),
            ("[::1]:443", "::1"),
        ] {
            let hint = refused(target, address).expect("a hint");
            assert!(hint.starts_with("nothing listens on this port"), "{target}: {hint}");
        }
    }

    #[test]
    fn an_unresolved_local_name_has_a_hint_about_mdns() {
        let hint = |host: &str| {
            let problem = Foreign::text("no such name");
            Error::Resolution { host: host.to_owned(), problem }.hint()
        };
        let text = hint("plc.local").expect("a hint");
        assert!(text.contains("mDNS") && text.contains("--connect ADDRESS:PORT"), "{text}");
        assert_eq!(hint("plc.notlocal"), None);
    }
}
