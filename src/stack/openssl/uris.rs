//! The host of a URI as OpenSSL's `nc_uri` compares it with nameConstraints (measured).
//!
//! 3.0 cuts the text at `:` and `/`. 3.5.7 and 4.0 parse it (`OSSL_parse_url`), 4.0 with the letters of a scheme
//! (RFC 3986 section 3.1).

/// How the host is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::stack) enum Uris {
    V3_0,
    V3_5,
    V4_0,
}

impl Uris {
    /// The host of `uri`; `None` if it cannot be compared.
    pub(super) fn host(self, uri: &[u8]) -> Option<&[u8]> {
        if self == Self::V3_0 {
            let colon = uri.iter().position(|octet| *octet == b':')?;
            let rest = uri[colon + 1..].strip_prefix(b"//")?;
            return Some(until(rest, b":/")).filter(|host| !host.is_empty());
        }
        let place = uri.windows(3).position(|three| three == b"://").filter(|place| *place > 0)?;
        if self == Self::V4_0 && !is_scheme(&uri[..place]) {
            return None;
        }
        let authority = until(&uri[place + 3..], b"/?#");
        let user = authority.iter().position(|octet| *octet == b'@');
        let rest = user.map_or(authority, |at| &authority[at + 1..]);
        let (host, after) = match rest.strip_prefix(b"[") {
            Some(address) => {
                let end = address.iter().position(|octet| *octet == b']')?;
                (&address[..end], &address[end + 1..])
            }
            None => {
                let host = until(rest, b":");
                (host, &rest[host.len()..])
            }
        };
        is_port(after).then_some(host)
    }
}

/// The text before the first of `ends`.
fn until<'a>(text: &'a [u8], ends: &[u8]) -> &'a [u8] {
    text.split(|octet| ends.contains(octet)).next().unwrap_or_default()
}

fn is_scheme(scheme: &[u8]) -> bool {
    let is_inner = |octet: &u8| octet.is_ascii_alphanumeric() || b"+-.".contains(octet);
    scheme.first().is_some_and(u8::is_ascii_alphabetic) && scheme.iter().all(is_inner)
}

/// Nothing, or a colon and a number of 16 bits.
fn is_port(text: &[u8]) -> bool {
    let Some(digits) = text.strip_prefix(b":") else { return text.is_empty() };
    let number = digits.iter().try_fold(0_u32, |sum, octet| {
        let digit = octet.is_ascii_digit().then(|| u32::from(octet - b'0'))?;
        Some(sum.saturating_mul(10).saturating_add(digit))
    });
    !digits.is_empty() && number.is_some_and(|number| number <= u32::from(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each URI with the host that each version compares, as the libraries' verdicts show it.
    #[test]
    fn the_host_of_a_uri_depends_on_the_version() {
        for (uri, hosts) in [
            ("http://home.example:80/x", [Some("home.example"); 3]),
            ("ht tp://home.example", [Some("home.example"), Some("home.example"), None]),
            ("a:b://home.example", [None, Some("home.example"), None]),
            ("http://home.example:mqtt", [Some("home.example"), None, None]),
            ("http://home.example:65536", [Some("home.example"), None, None]),
            ("http://home.example:", [Some("home.example"), None, None]),
            ("http://u:p@home.example", [Some("u"), Some("home.example"), Some("home.example")]),
            (
                "http://home.example?a@b",
                [Some("home.example?a@b"), Some("home.example"), Some("home.example")],
            ),
            ("http://", [None, Some(""), Some("")]),
            ("http://:80", [None, Some(""), Some("")]),
            ("http://[::1]:80", [Some("["), Some("::1"), Some("::1")]),
            ("http://[::1", [Some("["), None, None]),
            ("http://[::1]x", [Some("["), None, None]),
            ("://home.example", [Some("home.example"), None, None]),
            ("mailto:a@home.example", [None; 3]),
        ] {
            let found = [Uris::V3_0, Uris::V3_5, Uris::V4_0].map(|one| one.host(uri.as_bytes()));
            assert_eq!(found, hosts.map(|host| host.map(str::as_bytes)), "{uri}");
        }
    }
}
