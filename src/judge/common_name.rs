//! Whether a certificate's common name is a different spelling of a name in its subjectAltName.
//!
//! In: the two names as in the certificate. Out: whether they mean the same host (WHATWG URL, section
//! 3.5, host parsing). A dNSName is ASCII (RFC 5280 section 7.2), so only Punycode is needed of IDNA,
//! not the mapping tables for Unicode.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The prefix of a label in Punycode, RFC 5890 section 2.3.1.
const ACE_PREFIX: &str = "xn--";

/// What no host name contains: WHATWG URL, section 3.5, forbidden domain code points except controls.
const FORBIDDEN: &str = " #%/:<>?@[\\]^|";

/// A host, independent of its spelling.
#[derive(Debug, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// Lower case, each label in ASCII.
    Name(String),
}

/// Whether `common_name` is a non-ASCII domain name, which cannot equal a dNSName.
pub(super) fn is_unicode_domain(common_name: &str) -> bool {
    !common_name.is_ascii()
        && common_name.contains('.')
        && matches!(meaning(common_name), Some(Host::Name(_)))
}

/// Whether `common_name` is equivalent to one of `listed` but not identical to any: different case,
/// Unicode for an `xn--` name, an address in hexadecimal or with leading zeros.
pub(super) fn is_spelled_otherwise(common_name: &str, listed: &[String]) -> bool {
    let meant = meaning(common_name);
    let is_meant = |name: &String| meant.is_some() && meaning(name) == meant;
    !listed.iter().any(|name| name == common_name) && listed.iter().any(is_meant)
}

/// The host that a browser would understand.
fn meaning(name: &str) -> Option<Host> {
    if let Ok(address) = name.parse::<Ipv6Addr>() {
        return Some(Host::Address(address.into()));
    }
    let is_forbidden = |one: char| one.is_control() || FORBIDDEN.contains(one);
    if name.is_empty() || name.contains(is_forbidden) {
        return None;
    }
    let labels: Option<Vec<_>> = name.to_lowercase().split('.').map(label).collect();
    let labels = labels?;
    // An empty last label is the root of DNS.
    let last = labels.iter().rev().find(|label| !label.is_empty())?;
    match number(last).is_some() || last.bytes().all(|one| one.is_ascii_digit()) {
        true => ipv4(&labels).map(|address| Host::Address(address.into())),
        false => Some(Host::Name(labels.join("."))),
    }
}

/// A label in ASCII.
fn label(text: &str) -> Option<String> {
    match text.is_ascii() {
        true => Some(text.to_owned()),
        false => idna::punycode::encode_str(text).map(|ascii| format!("{ACE_PREFIX}{ascii}")),
    }
}

/// A number of an IPv4 address: decimal, octal after `0`, hexadecimal after `0x`.
fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) => (digits, 8),
        (None, None) => return text.parse().ok().filter(|_| !text.starts_with('+')),
    };
    match digits {
        "" => Some(0),
        _ if digits.starts_with('+') => None,
        _ => u64::from_str_radix(digits, radix).ok(),
    }
}

/// Up to four numbers; the last one fills the remaining bytes.
fn ipv4(labels: &[String]) -> Option<Ipv4Addr> {
    let labels = match labels {
        [all @ .., last] if last.is_empty() => all,
        all => all,
    };
    let numbers: Option<Vec<_>> = labels.iter().map(|label| number(label)).collect();
    let numbers = numbers?;
    let (&last, first) = numbers.split_last()?;
    let left = 4_usize.checked_sub(first.len()).filter(|&left| left > 0)?;
    let mut address = (last < 1 << (8 * left)).then_some(last)?;
    for (index, &one) in first.iter().enumerate() {
        address |= u64::from(u8::try_from(one).ok()?) << (8 * (3 - index));
    }
    u32::try_from(address).ok().map(Ipv4Addr::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spelling_of_a_listed_name_means_the_same_host() {
        for (common_name, listed) in [
            ("Example.COM", "example.com"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("Xn--Bcher-Kva.example", "xn--bcher-kva.example"),
            ("例子.test", "xn--fsqu00a.test"),
            ("0x7f.1", "127.0.0.1"),
            ("127.000.000.001", "127.0.0.1"),
            ("2130706433", "127.0.0.1"),
            ("192.0.2.1.", "192.0.2.1"),
            ("2001:DB8:0::1", "2001:db8::1"),
        ] {
            assert!(is_spelled_otherwise(common_name, &[listed.to_owned()]), "{common_name}");
            let both = [listed.to_owned(), common_name.to_owned()];
            assert!(!is_spelled_otherwise(common_name, &both), "{common_name}");
        }
        for (common_name, listed) in [
            ("example.org", "example.com"),
            ("Example Device", "example device"),
            ("256.1.1.1", "0.1.1.1"),
            ("1.2.3.4.5", "1.2.3.4"),
            ("+1.2.3.4", "1.2.3.4"),
            ("", "a"),
        ] {
            assert!(!is_spelled_otherwise(common_name, &[listed.to_owned()]), "{common_name}");
        }
    }

    #[test]
    fn a_domain_has_a_dot_and_only_allowed_characters() {
        assert!(is_unicode_domain("bücher.example"));
        for other in ["bücher", "bücher example.com", "example.com", "http://bücher.example"] {
            assert!(!is_unicode_domain(other), "{other}");
        }
    }
}
