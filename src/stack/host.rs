//! How TLS stacks compare a host with the names of a certificate, each in its own way.
//!
//! In: a name as in the certificate, a host as the device's code passes it. Out: whether they match (RFC
//! 9525 says how they should).

use std::net::IpAddr;

use super::{
    dn,
    extensions::{ADDRESS, DNS},
    reason::NameFault,
    view::View,
};

/// The octets of an address, 4 or 16; `None` for a name.
pub(super) fn address(host: &str) -> Option<Vec<u8>> {
    Some(match host.parse().ok()? {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    })
}

/// Whether it is up to four numbers, which curl and Java read as an address: `127.1` is 127.0.0.1.
pub(super) fn is_short_address(host: &str) -> bool {
    host.split('.').count() <= 4
        && host.bytes().all(|octet| octet.is_ascii_digit() || octet == b'.')
}

/// mbedTLS: equal ignoring case, or `*.` at the beginning for one label.
pub(super) fn mbedtls(pattern: &[u8], host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host.as_bytes()) {
        return true;
    }
    let Some(dot) = host.find('.').filter(|dot| *dot > 0) else { return false };
    pattern.len() >= 3
        && pattern.starts_with(b"*.")
        && pattern[1..].eq_ignore_ascii_case(&host.as_bytes()[dot..])
}

/// BearSSL: the same, except that the first label may be empty.
pub(super) fn bearssl(pattern: &[u8], host: &str) -> bool {
    let host = host.as_bytes();
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let dot = host.iter().position(|octet| *octet == b'.');
    let after = dot.map(|dot| &host[dot + 1..]);
    match (pattern.strip_prefix(b"*."), after) {
        (Some(rest), Some(after)) => rest.eq_ignore_ascii_case(after),
        _ => false,
    }
}

/// wolfSSL: a wildcard matches letters up to the one that follows it, within a label.
pub(super) fn wolfssl(pattern: &[u8], host: &str) -> bool {
    let host = host.as_bytes();
    let letter = |text: &[u8], index: usize| text.get(index).map_or(0, u8::to_ascii_lowercase);
    let (mut here, mut there) = (0, 0);
    while here < pattern.len() {
        let mut wanted = letter(pattern, here);
        if wanted == 0 {
            break;
        }
        if wanted == b'*' {
            while here < pattern.len() && pattern[here] == b'*' {
                here += 1;
            }
            wanted = letter(pattern, here);
            while there < host.len() && letter(host, there) != wanted {
                if host[there] == b'.' {
                    return false;
                }
                there += 1;
            }
        } else if wanted != letter(host, there) {
            return false;
        }
        if here < pattern.len() {
            here += 1;
            there += 1;
        }
    }
    !pattern.is_empty() && here == pattern.len() && there == host.len()
}

/// wolfSSL 5.9 (`MatchDomainName`): the same, without wildcards next to A-labels or after the first
/// label, and without a single `*` before fewer than two labels.
pub(super) fn wolfssl_5_9(pattern: &[u8], host: &str) -> bool {
    let bare = |name: &str| name.strip_suffix('.').unwrap_or(name).to_owned();
    let pattern = pattern.strip_suffix(b".").unwrap_or(pattern);
    if let Some(star) = pattern.iter().position(|octet| *octet == b'*') {
        let is_a_label =
            |label: &[u8]| label.len() >= 4 && label[..4].eq_ignore_ascii_case(b"xn--");
        let first = pattern.iter().position(|octet| *octet == b'.').unwrap_or(pattern.len());
        let dots = pattern.iter().filter(|octet| **octet == b'.').count();
        let is_misplaced =
            star > first || pattern[first..].contains(&b'*') || first == 1 && dots < 2;
        let has_a_label = is_a_label(&pattern[..first])
            || host.split('.').any(|label| is_a_label(label.as_bytes()));
        if is_misplaced || has_a_label {
            return false;
        }
    }
    wolfssl(pattern, &bare(host))
}

/// Whether wolfSSL 5.9 accepts it as a host (`wolfssl_local_IsValidFQDN`): two labels or more, the last
/// with a letter.
pub(super) fn is_domain_in_wolfssl(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_last = last.bytes().any(|octet| octet.is_ascii_alphabetic()) && !last.contains('_');
    host == "localhost"
        || name.len() <= 253 && name.contains('.') && is_last && name.split('.').all(is_label)
}

/// OpenSSL's `X509_check_host`: one wildcard in the first label, followed by two labels.
pub(super) fn openssl(pattern: &[u8], host: &str, partial_wildcards: bool) -> bool {
    let host = host.as_bytes();
    let is_subdomain = host.len() > 1 && host[0] == b'.';
    let star = if is_subdomain { None } else { valid_star(pattern, partial_wildcards) };
    let Some(star) = star else { return pattern.eq_ignore_ascii_case(host) };
    let (prefix, suffix) = (&pattern[..star], &pattern[star + 1..]);
    if host.len() < prefix.len() + suffix.len() {
        return false;
    }
    let (start, end) = (prefix.len(), host.len() - suffix.len());
    if !prefix.eq_ignore_ascii_case(&host[..start]) || !suffix.eq_ignore_ascii_case(&host[end..]) {
        return false;
    }
    let is_whole_label = prefix.is_empty() && suffix.first() == Some(&b'.');
    let is_idna = host.len() >= 4 && host[..4].eq_ignore_ascii_case(b"xn--");
    if is_whole_label && start == end || !is_whole_label && is_idna {
        return false;
    }
    host[start..end] == *b"*"
        || host[start..end].iter().all(|octet| octet.is_ascii_alphanumeric() || *octet == b'-')
}

/// The place of the wildcard in a pattern that OpenSSL accepts as one.
fn valid_star(pattern: &[u8], partial_wildcards: bool) -> Option<usize> {
    let mut star = None;
    let mut dots = 0;
    let (mut at_start, mut after_hyphen, mut is_idna) = (true, false, false);
    for (index, octet) in pattern.iter().enumerate() {
        match octet {
            b'*' => {
                let at_end = pattern.get(index + 1).is_none_or(|next| *next == b'.');
                let is_whole = at_start && at_end;
                let is_edge = at_start || at_end;
                if star.is_some() || is_idna || dots > 0 || !is_edge {
                    return None;
                }
                if !partial_wildcards && !is_whole {
                    return None;
                }
                star = Some(index);
                at_start = false;
            }
            b'.' => {
                if at_start || after_hyphen {
                    return None;
                }
                (at_start, after_hyphen, is_idna) = (true, false, false);
                dots += 1;
            }
            b'-' if at_start => return None,
            b'-' => after_hyphen = true,
            letter if letter.is_ascii_alphanumeric() => {
                let rest = &pattern[index..];
                is_idna |= at_start && rest.len() >= 4 && rest[..4].eq_ignore_ascii_case(b"xn--");
                (at_start, after_hyphen) = (false, false);
            }
            _ => return None,
        }
    }
    star.filter(|_| !at_start && !after_hyphen && dots >= 2)
}

/// GnuTLS: a wildcard at the beginning, for the rest of the first label, followed by two dots.
pub(super) fn gnutls(pattern: &[u8], host: &str) -> bool {
    let host = host.as_bytes();
    let is_print = pattern.iter().all(|octet| (0x20..0x7f).contains(octet));
    let Some(rest) = pattern.strip_prefix(b"*").filter(|_| is_print) else {
        return pattern.eq_ignore_ascii_case(host);
    };
    let dots = pattern.iter().filter(|octet| **octet == b'.').count();
    if dots < 2 || pattern.ends_with(b".") {
        return false;
    }
    let label = host.iter().position(|octet| *octet == b'.').unwrap_or(host.len());
    (0..=label).any(|start| rest.eq_ignore_ascii_case(&host[start..]))
}

/// Go: label by label, of which the first may be `*`, if both are host names; otherwise equal ignoring
/// case.
pub(super) fn go(pattern: &[u8], host: &str) -> bool {
    let Ok(pattern) = std::str::from_utf8(pattern) else { return false };
    if !go_valid(pattern, true) || !go_valid(host, false) {
        let is_empty = |name: &str| name.is_empty() || name == ".";
        return !is_empty(pattern) && !is_empty(host) && pattern.eq_ignore_ascii_case(host);
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let (patterns, labels): (Vec<_>, Vec<_>) =
        (pattern.split('.').collect(), host.split('.').collect());
    patterns.len() == labels.len()
        && patterns.iter().zip(&labels).enumerate().all(|(index, (pattern, label))| {
            index == 0 && *pattern == "*" || pattern.eq_ignore_ascii_case(label)
        })
}

fn go_valid(name: &str, is_pattern: bool) -> bool {
    let name = if is_pattern { name } else { name.strip_suffix('.').unwrap_or(name) };
    !name.is_empty()
        && name.split('.').enumerate().all(|(index, label)| {
            let is_letter = |(place, octet): (usize, u8)| {
                octet.is_ascii_alphanumeric() || octet == b'_' || octet == b'-' && place > 0
            };
            is_pattern && index == 0 && label == "*"
                || !label.is_empty() && label.bytes().enumerate().all(is_letter)
        })
}

/// Java: wildcards anywhere in any label, but not as the whole name or in the last label.
pub(super) fn java(pattern: &[u8], host: &str) -> bool {
    let Ok(pattern) = std::str::from_utf8(pattern) else { return false };
    let is_illegal =
        pattern.rfind('*').is_some_and(|star| pattern == "*." || !pattern[star..].contains('.'));
    if is_illegal || !java_valid(&pattern.replace('*', "z")) {
        return false;
    }
    let (patterns, labels): (Vec<_>, Vec<_>) =
        (pattern.split('.').collect(), host.split('.').collect());
    patterns.len() == labels.len()
        && patterns.iter().zip(&labels).all(|(pattern, label)| {
            java_label(&pattern.to_ascii_lowercase(), &label.to_ascii_lowercase())
        })
}

/// Whether Java accepts it as a host name: letters, digits and inner hyphens (RFC 1123).
pub(super) fn java_valid(name: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.split('.').all(is_label)
}

/// The letters between wildcards occur in the label in this order.
fn java_label(pattern: &str, label: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| label.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(start) = rest.find(part) else { return false };
        rest = &rest[start + part.len()..];
    }
    rest.ends_with(last)
}

/// embedded-tls: letters, digits, hyphens and full stops on both sides; a leading `*.` matches one label,
/// followed by two labels.
pub(super) fn embedded_tls(pattern: &[u8], host: &str) -> bool {
    let is_plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"-.".contains(octet);
    if !host.bytes().all(|octet| is_plain(&octet)) {
        return false;
    }
    if pattern.iter().all(is_plain) {
        return pattern.eq_ignore_ascii_case(host.as_bytes());
    }
    let Some(rest) = pattern.strip_prefix(b"*.").filter(|rest| rest.iter().all(is_plain)) else {
        return false;
    };
    let above = host.split_once('.').map(|(_, above)| above.as_bytes());
    rest.contains(&b'.') && above.is_some_and(|above| rest.eq_ignore_ascii_case(above))
}

/// Why a certificate is not for `host`, for a stack that matched none of its names.
pub(super) fn fault(view: &View<'_>, host: &str) -> NameFault {
    let names = view.extensions.names();
    let fits = |name: &[u8]| {
        mbedtls(name, host) || openssl(name, host, true) || java(name, host) || wolfssl(name, host)
    };
    let common = view.common_names().filter_map(dn::text).any(|name| fits(name.as_bytes()));
    let dns = || names.iter().filter(|name| name.tag == DNS);
    if let Some(address) = address(host) {
        let stands = names.iter().any(|name| name.tag == ADDRESS && name.value == address);
        let as_name = common || dns().any(|name| fits(name.value));
        return match (stands, as_name) {
            (true, _) => NameFault::Address,
            (false, true) => NameFault::AddressAsName,
            (false, false) => NameFault::Other,
        };
    }
    let bare = host.trim_end_matches('.').as_bytes();
    let is_dotted = |name: &[u8]| {
        let name = name.strip_suffix(b".").unwrap_or(name);
        name.eq_ignore_ascii_case(bare) || mbedtls(name, host.trim_end_matches('.'))
    };
    if dns().any(|name| name.value.eq_ignore_ascii_case(host.as_bytes())) {
        return NameFault::IllegalHost;
    }
    if dns()
        .any(|name| is_dotted(name.value) && (host.ends_with('.') || name.value.ends_with(b".")))
    {
        return NameFault::TrailingDot;
    }
    if dns().any(|name| name.value.contains(&b'*') && (fits(name.value) || name.value == b"*")) {
        return NameFault::Wildcard;
    }
    match (common, view.extensions.alt_names.is_present()) {
        (true, true) => NameFault::CommonNameBeside,
        (true, false) => NameFault::CommonName,
        (false, _) => NameFault::Other,
    }
}
