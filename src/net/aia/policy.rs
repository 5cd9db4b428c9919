//! Decides which URLs are fetched, and from which addresses.
//!
//! The text of a caIssuers URL is chosen by whoever answers as the server, and it makes this machine
//! send a request. So it is read as browsers read it (WHATWG URL), only plain HTTP on port 80 is
//! allowed, and each address is checked before connecting to it.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use url::{Host, Url};

use crate::chain::{MAX_URL_CHARACTERS, Problem};
use crate::net::share_bits;
use crate::text::{diagnostic::Diagnostic, foreign::Foreign};

/// The port of HTTP (RFC 9110 section 4.2.1).
const HTTP_PORT: u16 = 80;

/// A network and a port that the user allowed, as in `192.168.0.0/16:8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    network: IpAddr,
    bits: u32,
    port: u16,
}

/// Text that is not a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotANetwork;

/// Parses a URL of a certificate or of a redirect as something to fetch.
///
/// The limit also applies to the URL that is sent, which is longer if characters are percent-encoded.
pub(crate) fn admit(text: &str) -> Result<Url, Problem> {
    if text.len() > MAX_URL_CHARACTERS {
        return Err(Problem::LongUrl);
    }
    // RFC 3986 allows neither; URL parsers disagree on what they mean.
    if text.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
        return Err(Problem::NotAUrl);
    }
    let mut url = Url::parse(text).map_err(|_| Problem::NotAUrl)?;
    // It is never sent (RFC 9110 section 7.1), so URLs that only differ in it are the same.
    url.set_fragment(None);
    if url.scheme() != "http" {
        return Err(Problem::Scheme(Foreign::text(url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() || url.host().is_none() {
        return Err(Problem::NotAUrl);
    }
    if url.as_str().len() > MAX_URL_CHARACTERS {
        return Err(Problem::LongUrl);
    }
    Ok(url)
}

/// The host of a URL that was admitted, and its port.
pub(super) fn place(url: &Url) -> Result<(Host<&str>, u16), Problem> {
    let host = url.host().ok_or(Problem::NotAUrl)?;
    Ok((host, url.port().unwrap_or(HTTP_PORT)))
}

/// Whether `address` may be connected to, for a target that was reached at `target`.
///
/// Global unicast addresses are, on port 80. A private address is if the target itself is private,
/// and a loopback address if the target is on this machine: a server on a private network may have
/// its CA there. `allowed` permits more.
pub(crate) fn may_connect(
    address: SocketAddr,
    target: Option<IpAddr>,
    allowed: &[Allowed],
) -> bool {
    let ip = canonical(address.ip());
    if allowed.iter().any(|one| one.contains(ip, address.port())) {
        return true;
    }
    let reach = reach(ip);
    let same_as_target = || target.is_some_and(|target| self::reach(canonical(target)) == reach);
    address.port() == HTTP_PORT
        && match reach {
            Reach::Global => true,
            Reach::Private | Reach::Loopback => same_as_target(),
            Reach::Special => false,
        }
}

/// Whether a server at `from` may redirect to `address`: to global addresses, and to its own kind. Special
/// addresses are of one kind only within their network: 0.0.0.0 is this machine, and 169.254.169.254 answers
/// with a cloud's secrets.
pub(crate) fn may_lead_to(address: IpAddr, from: &[SocketAddr]) -> bool {
    let address = canonical(address);
    let reach = reach(address);
    let is_of_its_kind = |own: IpAddr| {
        self::reach(own) == reach && (reach != Reach::Special || network(own) == network(address))
    };
    reach == Reach::Global || from.iter().any(|own| is_of_its_kind(canonical(own.ip())))
}

/// What the special addresses of one network begin with: an octet of IPv4, two of IPv6.
fn network(address: IpAddr) -> (bool, u16) {
    match address {
        IpAddr::V4(v4) => (true, v4.octets()[0].into()),
        IpAddr::V6(v6) => (false, v6.segments()[0]),
    }
}

/// The scope of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Global,
    Private,
    Loopback,
    /// Link-local, multicast, documentation, tunnels: nothing that serves certificates.
    Special,
}

/// An IPv4 address that is written as an IPv6 one (RFC 4291 section 2.5.5.2, RFC 6052 section 2.1) is
/// judged as that IPv4 address.
fn canonical(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
        }
        _ => address,
    }
}

fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(v4) => reach_of_v4(v4),
        IpAddr::V6(v6) => reach_of_v6(v6),
    }
}

/// The special-purpose registry of IPv4 (RFC 6890), as of 2026.
fn reach_of_v4(address: Ipv4Addr) -> Reach {
    let special = match address.octets() {
        _ if address.is_loopback() => return Reach::Loopback,
        _ if address.is_private() => return Reach::Private,
        // This network, shared address space, IETF protocol assignments, 6to4 relays, AS112,
        // benchmarking, reserved.
        [0, ..] | [100, 64..=127, ..] | [192, 0, 0, _] | [192, 88, 99, _] => true,
        [192, 31, 196, _] | [192, 52, 193, _] | [192, 175, 48, _] => true,
        [198, 18 | 19, ..] | [240..=255, ..] => true,
        _ => address.is_link_local() || address.is_multicast() || address.is_documentation(),
    };
    if special { Reach::Special } else { Reach::Global }
}

/// The special-purpose registry of IPv6 (RFC 6890), as of 2026: only 2000::/3 is global.
fn reach_of_v6(address: Ipv6Addr) -> Reach {
    match address.segments() {
        _ if address.is_loopback() => Reach::Loopback,
        // Unique local addresses (RFC 4193).
        [0xfc00..=0xfdff, ..] => Reach::Private,
        // IETF protocol assignments with Teredo, documentation, 6to4, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => {
            Reach::Special
        }
        [0x2000..=0x3fff, ..] => Reach::Global,
        _ => Reach::Special,
    }
}

impl Allowed {
    fn contains(&self, address: IpAddr, port: u16) -> bool {
        port == self.port && share_bits(self.network, address, self.bits)
    }
}

impl FromStr for Allowed {
    type Err = NotANetwork;

    /// Parses `ADDRESS[/BITS][:PORT]`, an IPv6 address with a port in brackets; the default port is 80.
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (network, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (network, port) = rest.split_once(']').ok_or(NotANetwork)?;
                (network, port.strip_prefix(':').or(port.is_empty().then_some("80")))
            }
            None if text.matches(':').count() == 1 => {
                let (network, port) = text.split_once(':').ok_or(NotANetwork)?;
                (network, Some(port))
            }
            None => (text, Some("80")),
        };
        let port = port.and_then(|port| port.parse().ok()).filter(|port| *port != 0);
        let (address, bits) = match network.split_once('/') {
            Some((address, bits)) => (address, bits.parse().ok()),
            None => (network, None),
        };
        let network: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let bits = if address.len() == text.len() || !text.contains('/') {
            width
        } else {
            bits.filter(|bits| *bits <= width).ok_or(NotANetwork)?
        };
        Ok(Self { network, bits, port: port.ok_or(NotANetwork)? })
    }
}

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ADDRESS[/BITS][:PORT], such as 192.168.1.10 or 10.0.0.0/8:8080")
    }
}

impl std::error::Error for NotANetwork {}

impl Diagnostic for NotANetwork {}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(address: &str, target: Option<&str>, allowed: &[&str]) -> bool {
        let allowed: Vec<Allowed> = allowed.iter().map(|one| one.parse().unwrap()).collect();
        may_connect(address.parse().unwrap(), target.map(|one| one.parse().unwrap()), &allowed)
    }

    #[test]
    fn aia_is_limited_and_connects_only_to_global_addresses_on_port_80() {
        for open in ["23.1.2.3:80", "[2600::1]:80", "[64:ff9b::1701:203]:80"] {
            assert!(may(open, None, &[]), "{open}");
        }
        for shut in [
            "23.1.2.3:25",
            "23.1.2.3:8080",
            "127.0.0.1:80",
            "10.0.0.1:80",
            "169.254.169.254:80",
            "100.64.0.1:80",
            "0.0.0.0:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
            "192.0.2.1:80",
            "[::1]:80",
            "[::]:80",
            "[::ffff:127.0.0.1]:80",
            "[::ffff:10.0.0.1]:80",
            "[64:ff9b::a00:1]:80",
            "[fe80::1]:80",
            "[fd00::1]:80",
            "[2002:7f00:1::]:80",
            "[2001::1]:80",
            "[ff02::1]:80",
        ] {
            assert!(!may(shut, None, &[]), "{shut}");
            assert!(!may(shut, Some("23.4.5.6"), &[]), "{shut}");
        }
    }

    #[test]
    fn a_private_target_allows_only_its_kind_of_address() {
        assert!(may("192.168.1.5:80", Some("10.0.0.1"), &[]));
        assert!(may("[fd00::5]:80", Some("192.168.0.1"), &[]));
        assert!(may("127.0.0.1:80", Some("::1"), &[]));
        assert!(!may("127.0.0.1:80", Some("10.0.0.1"), &[]));
        assert!(!may("169.254.169.254:80", Some("10.0.0.1"), &[]));
        assert!(!may("169.254.169.254:80", Some("169.254.1.1"), &[]));
        assert!(!may("192.168.1.5:8080", Some("10.0.0.1"), &[]));
    }

    #[test]
    fn a_public_server_cannot_redirect_into_a_private_network() {
        let may = |address: &str, from: &str| {
            may_lead_to(address.parse().unwrap(), &[SocketAddr::new(from.parse().unwrap(), 443)])
        };
        assert!(may("23.1.2.3", "23.4.5.6") && may("23.1.2.3", "127.0.0.1"));
        assert!(may("127.0.0.1", "::1") && may("10.0.0.1", "192.168.1.5"));
        for inward in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"] {
            assert!(!may(inward, "23.4.5.6"), "{inward}");
        }
        assert!(!may("127.0.0.1", "10.0.0.1"));
        assert!(may("100.64.0.2", "100.64.0.1") && may("fe80::2", "fe80::1"));
        for other in ["0.0.0.0", "169.254.169.254", "::", "fe80::1"] {
            assert!(!may(other, "100.64.0.1") && !may(other, "192.168.1.5"), "{other}");
        }
        assert!(!may("169.254.169.254", "169.1.2.3") && !may("192.0.2.1", "192.168.1.5"));
    }

    #[test]
    fn the_user_can_allow_a_network_and_a_port() {
        assert!(may("127.0.0.1:8080", None, &["127.0.0.1:8080"]));
        assert!(!may("127.0.0.2:8080", None, &["127.0.0.1:8080"]));
        assert!(!may("127.0.0.1:8081", None, &["127.0.0.1:8080"]));
        assert!(may("10.9.8.7:80", None, &["10.0.0.0/8"]));
        assert!(may("9.9.9.9:1", None, &["0.0.0.0/0:1"]));
        assert!(may("[fd00::7]:90", None, &["[fd00::/8]:90"]));
        assert!(may("[fd00::7]:80", None, &["fd00::7"]));
        for wrong in ["", "x", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.1:0", "10.0.0.1:x", "[::1]x"] {
            assert_eq!(wrong.parse::<Allowed>(), Err(NotANetwork), "{wrong}");
        }
    }

    #[test]
    fn hosts_are_parsed_as_in_browsers() {
        let host = |text: &str| admit(text).map(|url| url.host().map(|host| host.to_string()));
        for text in ["http://0x7f.1/a", "http://2130706433/", "http://0177.0.0.1/", "http://127.1"]
        {
            assert_eq!(host(text), Ok(Some("127.0.0.1".to_owned())), "{text}");
        }
        for wrong in [
            "",
            "/x",
            "//a/x",
            "http:",
            "http://",
            "http://[",
            "http://a b/",
            "http://a\r\nb",
            "http://a\\@b/",
            "http://me@a/",
            "http://me:secret@a/",
            "http://１２７.0.0.1/",
        ] {
            assert_eq!(host(wrong), Err(Problem::NotAUrl), "{wrong}");
        }
        let scheme = |scheme: &str| Err(Problem::Scheme(Foreign::text(scheme)));
        assert_eq!(host("ldap://a/cn=x?cACertificate"), scheme("ldap"));
        assert_eq!(host("file:///etc/passwd"), scheme("file"));
        assert_eq!(host(&format!("http://a/{}", "a".repeat(2048))), Err(Problem::LongUrl));
        let quotes = |count: usize| host(&format!("http://a/{}", "\"".repeat(count)));
        let longest = (MAX_URL_CHARACTERS - "http://a/".len()) / "%22".len();
        assert_eq!(quotes(longest), Ok(Some("a".to_owned())));
        assert_eq!(quotes(longest + 1), Err(Problem::LongUrl));
    }
}
