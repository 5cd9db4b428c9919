//! Parses a target: the server to connect to and the name its certificate must be valid for.
//!
//! In: an argument of the command line. Out: [`Target`]. This module resolves no names.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
    str::FromStr,
};

use rustls_pki_types::{DnsName, ServerName};

use crate::scheme::{NO_SCHEME, PLAIN, SCHEMES, UNSUPPORTED, scheme_alone};
use crate::text::{diagnostic::Diagnostic, foreign::Foreign, secrets};

pub use crate::scheme::{Scheme, StartTls};

/// A server to connect to, and the name its certificate must be valid for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    name: ServerName<'static>,
    port: u16,
    /// Whether the user gave the port; otherwise it is the default of the scheme.
    port_is_given: bool,
    scheme: Scheme,
    /// The path and query of an `https:` URL, if it has more than `/`.
    resource: Option<Box<str>>,
    /// Whether a path was given that is not used: after a host alone or in a `wss:` URL.
    has_idle_path: bool,
}

impl Target {
    /// The host to connect to and the name its certificate must be valid for: an A-label name
    /// without a final dot (RFC 9525 section 6.3), or an IP address.
    #[must_use]
    pub fn name(&self) -> &ServerName<'static> {
        &self.name
    }

    /// The host as text, an IPv6 address without brackets.
    #[must_use]
    pub fn host(&self) -> String {
        self.name.to_str().into_owned()
    }

    /// Whether the user gave the port, or a scheme that has one.
    #[must_use]
    pub fn port_is_given(&self) -> bool {
        self.port_is_given || self.scheme.is_given
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The scheme; `tls` on port 443 if none was given.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The path and query of an `https:` URL, as given: what certgrab requests from the server.
    #[must_use]
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// Whether a path was given that plays no part in the handshake and is never requested. In URLs of
    /// databases and brokers, what follows the host is a name inside the server.
    pub(crate) fn has_idle_path(&self) -> bool {
        self.has_idle_path
    }

    /// A server by its address alone.
    #[must_use]
    pub fn at(address: std::net::SocketAddr) -> Self {
        Self {
            name: ServerName::IpAddress(address.ip().into()),
            port: address.port(),
            port_is_given: true,
            scheme: Scheme { port: address.port(), ..NO_SCHEME },
            resource: None,
            has_idle_path: false,
        }
    }

    /// The same server, with STARTTLS by `protocol`.
    ///
    /// If no port was given, it is the default of the protocol instead of that of the scheme.
    #[must_use]
    pub fn asking(mut self, protocol: StartTls) -> Self {
        if let Some(scheme) = protocol.scheme() {
            if !self.port_is_given {
                self.port = scheme.port;
            }
            self.scheme = *scheme;
        }
        self
    }

    /// The address, if the host is an address.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        let ServerName::IpAddress(address) = self.name else { return None };
        Some(address.into())
    }
}

impl FromStr for Target {
    type Err = Error;

    /// Accepts `host`, `host:port`, `[v6]:port`, or a URL with one of the known schemes. The path and
    /// query of an `https:` URL are kept for whoever requests them; others are ignored.
    fn from_str(given: &str) -> Result<Self, Error> {
        read(given.trim()).map_err(|problem| Error { given: shown(given), problem })
    }
}

/// The most characters of the user's text that a message repeats.
const REPEATED_CHARACTERS: usize = 64;

/// The user's text, or a part of it, for a message: without secrets, since a connection string
/// contains a key, and shortened.
fn shown(given: &str) -> Foreign {
    let word = secrets::hide_in_word(given);
    let end = word.char_indices().nth(REPEATED_CHARACTERS).map(|(end, _)| end);
    Foreign::text(&end.map_or_else(|| word.to_string(), |end| format!("{}...", &word[..end])))
}

fn read(given: &str) -> Result<Target, Problem> {
    if given.is_empty() {
        return Err(Problem::Empty);
    }
    let (scheme, rest) = match given.split_once("://") {
        Some((word, rest)) => (find_scheme(word)?, rest),
        None => (NO_SCHEME, given),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Problem::UserInfo);
    }
    if let Some(word) = scheme_alone(given) {
        return Err(Problem::SchemeAlone(word));
    }
    let (host, port) = split_port(authority)?;
    let port_is_given = port.is_some();
    let port = port.map_or(Ok(scheme.port), read_port)?;
    let is_https = scheme.is_given && scheme.word == "https";
    let path = resource(&rest[authority.len()..]);
    let has_idle_path = (!scheme.is_given || scheme.word == "wss") && path.is_some();
    let resource = path.filter(|_| is_https);
    Ok(Target { name: read_host(host)?, port, port_is_given, scheme, resource, has_idle_path })
}

/// The path and query in what follows the host of a URL, if there is more than `/`.
fn resource(after: &str) -> Option<Box<str>> {
    let text = after.split('#').next().unwrap_or_default();
    match text {
        "" | "/" => None,
        query if query.starts_with('?') => Some(format!("/{query}").into()),
        path => Some(path.into()),
    }
}

fn find_scheme(word: &str) -> Result<Scheme, Problem> {
    let is = |known: &str| known.eq_ignore_ascii_case(word);
    if let Some(scheme) = SCHEMES.iter().find(|scheme| is(scheme.word)) {
        return Ok(*scheme);
    }
    if let Some(&(given, why, advice)) = UNSUPPORTED.iter().find(|(one, ..)| is(one)) {
        return Err(Problem::Unsupported { given, why, advice });
    }
    match PLAIN.iter().find(|(plain, _)| is(plain)) {
        Some(&(given, meant)) => Err(Problem::PlainScheme { given, meant }),
        None => Err(Problem::Scheme(shown(word))),
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), Problem> {
    if let Some(inside) = authority.strip_prefix('[') {
        let (host, after) = inside.split_once(']').ok_or(Problem::Brackets)?;
        if has_zone(host) {
            return Err(Problem::Zone);
        }
        host.parse::<Ipv6Addr>().map_err(|_| Problem::Brackets)?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if after.is_empty() => Ok((host, None)),
            None => Err(Problem::Brackets),
        };
    }
    match authority.split_once(':') {
        None => Ok((authority, None)),
        Some((host, port)) if !port.contains(':') => Ok((host, Some(port))),
        // `::1` is an address on its own, `::1:8883` could be two things.
        _ if authority.parse::<Ipv6Addr>().is_ok() => Ok((authority, None)),
        _ if has_zone(authority) => Err(Problem::Zone),
        _ if begins_as_ipv6(authority) => Err(Problem::Ipv6WithoutBrackets),
        _ => Err(Problem::Colons),
    }
}

/// Whether what stands before the first colon may be the first group of an IPv6 address.
fn begins_as_ipv6(text: &str) -> bool {
    let group = text.split(':').next().unwrap_or_default();
    group.len() <= 4 && group.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether the text is an IPv6 address with a zone (RFC 4007 section 11).
fn has_zone(host: &str) -> bool {
    host.split_once('%').is_some_and(|(address, _)| address.parse::<Ipv6Addr>().is_ok())
}

fn read_port(text: &str) -> Result<u16, Problem> {
    let wrong = || {
        // By the rules for what follows a host.
        let word = secrets::hide_in_word(&format!("h:{text}"));
        Problem::Port(shown(word.strip_prefix("h:").unwrap_or(text)))
    };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&port| is_number && port != 0).ok_or_else(wrong)
}

/// A host name as A-labels (RFC 5890), or an address.
///
/// # Errors
///
/// The text is neither a name of letters, digits, hyphens and underscores, nor an address.
fn read_host(text: &str) -> Result<ServerName<'static>, Problem> {
    let wrong = || Problem::Host(shown(text));
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(ServerName::IpAddress(address.into()));
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let ascii = a_labels(name).ok_or_else(wrong)?;
    // `1.2.3` and `0x7f.1` are addresses to some resolvers (WHATWG URL section 3.5): not names.
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") {
        return Err(wrong());
    }
    let name = DnsName::try_from(ascii).map_err(|_| wrong())?;
    Ok(ServerName::DnsName(name.to_lowercase_owned()))
}

/// The labels of a name in ASCII.
#[cfg(feature = "fetch")]
fn a_labels(name: &str) -> Option<String> {
    idna::domain_to_ascii(name).ok()
}

/// The labels of a name, which are ASCII: the IDNA tables are only built with `fetch`.
#[cfg(not(feature = "fetch"))]
fn a_labels(name: &str) -> Option<String> {
    name.is_ascii().then(|| name.to_ascii_lowercase())
}

impl fmt::Display for Target {
    /// `host:port`, with brackets around an IPv6 address.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address() {
            Some(IpAddr::V6(address)) => write!(f, "[{address}]:{}", self.port),
            _ => write!(f, "{}:{}", self.host(), self.port),
        }
    }
}

/// Why text is not a target.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    given: Foreign,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Empty,
    Scheme(Foreign),
    PlainScheme {
        given: &'static str,
        meant: &'static str,
    },
    Unsupported {
        given: &'static str,
        why: &'static str,
        advice: &'static str,
    },
    Port(Foreign),
    Host(Foreign),
    Brackets,
    Ipv6WithoutBrackets,
    Colons,
    /// A scheme without `://` behind it.
    SchemeAlone(&'static str),
    Zone,
    UserInfo,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = self.given.line();
        match &self.problem {
            Problem::Empty => write!(f, "the target is empty"),
            Problem::Scheme(word) => {
                let word = word.line();
                write!(f, "`{given}` has the scheme `{word}`, which certgrab does not know")
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
            Problem::Port(port) if port.whole().is_empty() => {
                write!(f, "`{given}` has no port after `:`, expected a number from 1 to 65535")
            }
            Problem::Port(_) => {
                write!(f, "`{given}` has an invalid port, expected a number from 1 to 65535")
            }
            Problem::Host(host) if host.whole().is_empty() => {
                write!(f, "`{given}` has no host, expected HOST:PORT")
            }
            Problem::Host(host) => write!(
                f,
                "`{given}` has the host `{}`, which is neither a DNS name nor an IP address",
                host.line()
            ),
            Problem::Brackets => write!(
                f,
                "`{given}` has no IPv6 address in its brackets, expected `[2001:db8::1]:8883`"
            ),
            Problem::Ipv6WithoutBrackets => {
                write!(f, "`{given}` could be an IPv6 address with or without a port")
            }
            Problem::Colons => write!(f, "`{given}` has more than one `:`, expected HOST:PORT"),
            Problem::SchemeAlone(word) => {
                write!(f, "`{given}` is not a URL, expected `{word}://HOST`")
            }
            Problem::UserInfo => {
                write!(f, "the target must not contain a user name (the part before `@`)")
            }
        }
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {
    fn kind(&self) -> &'static str {
        "bad_target"
    }

    fn stage(&self) -> &'static str {
        "target"
    }

    fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            Problem::Empty | Problem::Host(_) => {
                "pass `host`, `host:port`, `[v6]:port` or a URL such as mqtts://host"
            }
            Problem::Scheme(_) => {
                let words = SCHEMES.map(|scheme| scheme.word).join(", ");
                return Some(format!(
                    "if the server uses TLS from the first byte, pass `tls://HOST:PORT`; known \
                     schemes: {words}"
                ));
            }
            Problem::PlainScheme { meant, .. } => return Some(format!("did you mean `{meant}:`?")),
            Problem::SchemeAlone(word) => return Some(format!("write `://` after `{word}`")),
            Problem::Ipv6WithoutBrackets => "put the address in brackets: `[2001:db8::1]:8883`",
            Problem::Unsupported { advice, .. } => advice,
            Problem::Zone => {
                "pass the server's name, or the address without its zone; devices verify a name"
            }
            Problem::UserInfo => {
                "pass the URL without user name and password: certgrab does not log in"
            }
            Problem::Colons => "name one server with one port: `HOST:PORT`",
            Problem::Port(_) | Problem::Brackets => return None,
        };
        Some(hint.to_owned())
    }
}
