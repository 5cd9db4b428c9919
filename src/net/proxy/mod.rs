//! Requests a connection to the target from a proxy: HTTP CONNECT (RFC 9110 section 9.3.6) or SOCKS5
//! (RFC 1928).
//!
//! In: a new stream to the [`Proxy`]. Out: the same stream, at the first byte of the target. `connect`
//! calls it. The proxy's answer is unauthenticated clear text and only read as success or failure. The
//! user's name and password are only sent to the proxy and never appear in a message.

mod error;
mod no_proxy;

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};
use tokio_socks::tcp::Socks5Stream;

pub use self::error::{Error, InvalidUrl};
use self::{error::Problem, no_proxy::Exemption};
use crate::{endpoint::Target, net::Duplex, text::foreign::Foreign};

/// The most bytes of an HTTP proxy's answer before the tunnel, as for any HTTP head.
pub const MAX_HEAD_BYTES: usize = 16 * 1024;

/// The most lines of that answer.
pub const MAX_HEAD_LINES: usize = 64;

/// The most bytes of a name or a password in SOCKS5 (RFC 1929 section 2).
const MAX_SOCKS_CREDENTIAL_BYTES: usize = 255;

/// A proxy, and the targets for which it is not used.
#[derive(Debug, Clone)]
pub struct Proxy {
    protocol: Protocol,
    place: Target,
    credentials: Option<Credentials>,
    exempt: Vec<Exemption>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protocol {
    /// HTTP CONNECT; the proxy resolves the name.
    Http,
    /// SOCKS5 with the address that was resolved here.
    Socks5,
    /// SOCKS5; the proxy resolves the name.
    Socks5Name,
}

/// URL schemes, with their default ports (IANA).
const SCHEMES: [(&str, Protocol, u16); 3] = [
    ("http", Protocol::Http, 80),
    ("socks5", Protocol::Socks5, 1080),
    ("socks5h", Protocol::Socks5Name, 1080),
];

#[derive(Clone)]
struct Credentials {
    name: String,
    password: String,
}

impl Proxy {
    /// The proxy at `url`, such as `http://name:password@proxy.lan:3128`. A host without a scheme is an
    /// HTTP proxy; name and password are percent-encoded if they contain `@`, `:` or `/`.
    ///
    /// # Errors
    ///
    /// [`InvalidUrl`] if `url` names no proxy.
    pub fn new(url: &str) -> Result<Self, InvalidUrl> {
        let (word, rest) = url.trim().split_once("://").unwrap_or(("http", url.trim()));
        let known = SCHEMES.iter().find(|(scheme, ..)| scheme.eq_ignore_ascii_case(word));
        let &(_, protocol, port) = known.ok_or(InvalidUrl::Scheme)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        let has_port = place.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
        let place = if has_port { place.to_owned() } else { format!("{place}:{port}") };
        Ok(Self {
            protocol,
            place: place.parse().map_err(|_| InvalidUrl::Place)?,
            credentials: credentials.map(|text| Credentials::read(text, protocol)).transpose()?,
            exempt: Vec::new(),
        })
    }

    /// The same, not used for the targets of `list`: names with all below them, addresses and networks
    /// such as `10.0.0.0/8`, separated by commas, or `*` for all targets. An entry that is none of these
    /// exempts nothing.
    #[must_use]
    pub fn except(mut self, list: &str) -> Self {
        let entries = list.split([',', ' ']).filter(|entry| !entry.is_empty());
        self.exempt = entries.filter_map(Exemption::read).collect();
        self
    }

    /// Whether `target` is reached through this proxy.
    #[must_use]
    pub fn is_for(&self, target: &Target) -> bool {
        !self.exempt.iter().any(|exemption| exemption.covers(target))
    }

    /// The address of the proxy.
    pub(crate) fn place(&self) -> &Target {
        &self.place
    }

    /// Whether the proxy needs an address instead of a name.
    pub(crate) fn wants_address(&self) -> bool {
        self.protocol == Protocol::Socks5
    }
}

impl Credentials {
    fn read(text: &str, protocol: Protocol) -> Result<Self, InvalidUrl> {
        let decoded = |part| percent_decode_str(part).decode_utf8().map(String::from);
        let (name, password) = text.split_once(':').unwrap_or((text, ""));
        let (Ok(name), Ok(password)) = (decoded(name), decoded(password)) else {
            return Err(InvalidUrl::Credentials);
        };
        let fits = match protocol {
            // RFC 7617 section 2.
            Protocol::Http => {
                !name.contains(':') && !format!("{name}{password}").contains(char::is_control)
            }
            Protocol::Socks5 | Protocol::Socks5Name => [&name, &password]
                .iter()
                .all(|part| (1..=MAX_SOCKS_CREDENTIAL_BYTES).contains(&part.len())),
        };
        if fits { Ok(Self { name, password }) } else { Err(InvalidUrl::Credentials) }
    }

    /// RFC 7617 section 2.
    fn basic(&self) -> String {
        STANDARD.encode(format!("{}:{}", self.name, self.password))
    }

    /// Whether a text contains the user's name or password.
    fn appear_in(&self, text: &str) -> bool {
        let secrets = [self.password.clone(), self.basic()];
        secrets.iter().any(|secret| !secret.is_empty() && text.contains(secret))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(not shown)")
    }
}

/// Requests a connection to `target` from `proxy` on `stream`; returns the stream to the target.
///
/// # Errors
///
/// [`Error`] if the proxy refuses, does not speak its protocol, breaks a limit or does not answer
/// before `deadline`.
pub async fn ask<S: Duplex>(
    stream: S,
    proxy: &Proxy,
    target: &Target,
    deadline: Instant,
) -> Result<S, Error> {
    let asking = async {
        match proxy.protocol {
            Protocol::Http => http(stream, proxy, target).await,
            Protocol::Socks5 | Protocol::Socks5Name => socks(stream, proxy, target).await,
        }
    };
    let outcome = timeout_at(deadline, asking).await.unwrap_or(Err(Problem::TimedOut));
    outcome.map_err(|problem| Error {
        proxy: proxy.place.to_string(),
        target: target.to_string(),
        problem,
    })
}

async fn http<S: Duplex>(mut stream: S, proxy: &Proxy, target: &Target) -> Result<S, Problem> {
    let mut request =
        format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\nUser-Agent: certgrab\r\n");
    if let Some(credentials) = &proxy.credentials {
        request += &format!("Proxy-Authorization: Basic {}\r\n", credentials.basic());
    }
    request += "\r\n";
    stream.write_all(request.as_bytes()).await?;
    let mut left = HeadBudget { bytes: MAX_HEAD_BYTES, lines: MAX_HEAD_LINES };
    loop {
        let status = line(&mut stream, &mut left).await?;
        while !line(&mut stream, &mut left).await?.is_empty() {}
        let code = status_code(&status).ok_or(Problem::Unexpected(Protocol::Http))?;
        match code {
            // A final response follows (RFC 9110 section 15.2).
            100..=199 => {}
            200..=299 => return Ok(stream),
            _ => {
                let status = String::from_utf8_lossy(&status);
                // A status line that repeats the credentials is not shown.
                let repeats = proxy.credentials.as_ref().is_some_and(|all| all.appear_in(&status));
                let shown =
                    if repeats { format!("HTTP status {code}") } else { status.into_owned() };
                let shown = Foreign::text(&shown);
                let is_login = code == 407;
                return Err(if is_login {
                    Problem::Unknown(shown)
                } else {
                    Problem::Refused(shown)
                });
            }
        }
    }
}

/// The remaining limits for the head.
struct HeadBudget {
    bytes: usize,
    lines: usize,
}

/// One line without its end. Read byte by byte, since what follows the head belongs to the target.
async fn line<S: AsyncRead + Unpin>(
    stream: &mut S,
    left: &mut HeadBudget,
) -> Result<Vec<u8>, Problem> {
    left.lines = left.lines.checked_sub(1).ok_or(Problem::TooLong)?;
    let mut line = Vec::new();
    loop {
        left.bytes = left.bytes.checked_sub(1).ok_or(Problem::TooLong)?;
        match stream.read_u8().await? {
            b'\n' => break,
            byte => line.push(byte),
        }
        // A peer of another protocol may never end its line.
        if !b"HTTP/1.".starts_with(&line[..line.len().min(7)]) && left.lines == MAX_HEAD_LINES - 1 {
            return Err(Problem::Unexpected(Protocol::Http));
        }
    }
    line.pop_if(|last| *last == b'\r');
    Ok(line)
}

/// The number in a status line (RFC 9112 section 4).
fn status_code(line: &[u8]) -> Option<u16> {
    let [_minor, b' ', code @ ..] = line.strip_prefix(b"HTTP/1.")? else { return None };
    let (code, rest) = code.split_at_checked(3)?;
    let is_alone = matches!(rest, [] | [b' ', ..]);
    let code = str::from_utf8(code).ok()?.parse().ok()?;
    (is_alone && (100..=599).contains(&code)).then_some(code)
}

async fn socks<S: Duplex>(stream: S, proxy: &Proxy, target: &Target) -> Result<S, Problem> {
    let host = target.host();
    let place = (host.as_str(), target.port());
    let outcome = match &proxy.credentials {
        None => Socks5Stream::connect_with_socket(stream, place).await,
        Some(Credentials { name, password }) => {
            Socks5Stream::connect_with_password_and_socket(stream, place, name, password).await
        }
    };
    outcome.map(Socks5Stream::into_inner).map_err(|error| socks_problem(error, proxy.protocol))
}

/// The library's errors contain no text from the proxy.
fn socks_problem(error: tokio_socks::Error, protocol: Protocol) -> Problem {
    use tokio_socks::Error as Socks;
    match error {
        Socks::Io(error) => error.into(),
        Socks::GeneralSocksServerFailure
        | Socks::ConnectionNotAllowedByRuleset
        | Socks::NetworkUnreachable
        | Socks::HostUnreachable
        | Socks::ConnectionRefused
        | Socks::TtlExpired
        | Socks::CommandNotSupported
        | Socks::AddressTypeNotSupported => Problem::Refused(Foreign::text(&error.to_string())),
        Socks::NoAcceptableAuthMethods
        | Socks::AuthorizationRequired
        | Socks::PasswordAuthFailure(_) => Problem::Unknown(Foreign::text(&error.to_string())),
        _ => Problem::Unexpected(protocol),
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::Socks5 | Self::Socks5Name => "SOCKS5",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_url_or_a_host() {
        for (url, protocol, place) in [
            ("http://proxy.lan:3128", Protocol::Http, "proxy.lan:3128"),
            ("proxy.lan:3128", Protocol::Http, "proxy.lan:3128"),
            ("HTTP://proxy.lan/", Protocol::Http, "proxy.lan:80"),
            ("socks5://[::1]", Protocol::Socks5, "[::1]:1080"),
            ("socks5h://a:b@[::1]:9", Protocol::Socks5Name, "[::1]:9"),
        ] {
            let proxy = Proxy::new(url).unwrap();
            assert_eq!((proxy.protocol, proxy.place.to_string()), (protocol, place.to_owned()));
        }
        for (url, problem) in [
            ("https://proxy.lan", InvalidUrl::Scheme),
            ("socks4://proxy.lan", InvalidUrl::Scheme),
            ("", InvalidUrl::Place),
            ("http://", InvalidUrl::Place),
            ("http://name:pass/word@proxy.lan", InvalidUrl::Place),
            ("socks5://name@proxy.lan", InvalidUrl::Credentials),
            ("http://na%3Ame:secret@proxy.lan", InvalidUrl::Credentials),
            ("http://name:secret%0d%0a@proxy.lan", InvalidUrl::Credentials),
        ] {
            assert_eq!(Proxy::new(url).unwrap_err(), problem, "{url}");
        }
    }

    #[test]
    fn a_password_is_decoded_and_never_shown() {
        let proxy = Proxy::new("http://me:p%40ss:w@proxy.lan").unwrap();
        let credentials = proxy.credentials.as_ref().unwrap();
        assert_eq!((&*credentials.name, &*credentials.password), ("me", "p@ss:w"));
        let shown = format!("{proxy:?}");
        assert!(!shown.contains("me\"") && !shown.contains("p@ss"), "{shown}");
    }
}
