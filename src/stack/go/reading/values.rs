//! Single values as Go reads them: strings, object identifiers, domains, mailboxes, URIs, addresses.

use super::super::Version;
use crate::stack::{
    dates, dn,
    tlv::{
        BIT_STRING, BMP_STRING, BOOLEAN, GENERALIZED_TIME, IA5_STRING, INTEGER, NUMERIC_STRING,
        OID, PRINTABLE_STRING, TELETEX_STRING, Tlv, UTC_TIME, UTF8_STRING,
    },
};

/// The value of an attribute: a string (`parseASN1String`), in 1.27 anything (`readASN1Any`).
pub(super) fn is_value(value: Tlv<'_>, version: Version) -> bool {
    let printable = |octet: &u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(octet);
    match value.tag {
        TELETEX_STRING => true,
        PRINTABLE_STRING => value.value.iter().all(printable),
        UTF8_STRING => dn::text(value).is_some(),
        BMP_STRING => is_bmp(value.value, version),
        IA5_STRING => value.value.is_ascii(),
        NUMERIC_STRING => value.value.iter().all(|octet| octet.is_ascii_digit() || *octet == b' '),
        _ if version == Version::V1_19 => false,
        INTEGER => match value.value {
            [] => false,
            [0, next, ..] if next & 0x80 == 0 => false,
            [0xff, next, ..] if next & 0x80 != 0 => false,
            octets => octets.len() <= 8,
        },
        BIT_STRING => match value.value {
            [0] => true,
            [unused @ 0..=7, .., last] => last & ((1_u8 << unused) - 1) == 0,
            _ => false,
        },
        OID => is_id(value.value),
        BOOLEAN => matches!(value.value, [0 | 0xff]),
        UTC_TIME | GENERALIZED_TIME => dates::read(value).is_some(),
        _ => true,
    }
}

/// Units of two octets; 1.27 rejects surrogates and noncharacters.
fn is_bmp(octets: &[u8], version: Version) -> bool {
    let unit = |pair: &[u8]| u16::from_be_bytes([pair[0], pair[1]]);
    let is_letter = |unit| !matches!(unit, 0xd800..=0xdfff | 0xfdd0..=0xfdef | 0xfffe | 0xffff);
    octets.len().is_multiple_of(2)
        && (version == Version::V1_19 || octets.chunks_exact(2).map(unit).all(is_letter))
}

/// An object identifier whose arcs have at most 28 bits.
pub(super) fn is_id(id: &[u8]) -> bool {
    let mut length = 0;
    for octet in id {
        length += 1;
        if length > 4 {
            return false;
        }
        if octet & 0x80 == 0 {
            length = 0;
        }
    }
    !id.is_empty() && length == 0
}

/// A domain, maybe empty (`domainToReverseLabels`, in 1.27 `domainNameValid`); 1.19 ignores a leading
/// full stop.
pub(in super::super) fn is_domain(name: &[u8], version: Version) -> bool {
    let in_front: &[u8] = if version == Version::V1_19 { b"." } else { b"" };
    has_labels(name.strip_prefix(in_front).unwrap_or(name))
}

/// No empty label, only printable characters.
pub(super) fn has_labels(name: &[u8]) -> bool {
    let is_label =
        |label: &[u8]| !label.is_empty() && label.iter().all(|octet| (33..=126).contains(octet));
    name.is_empty() || name.split(|octet| *octet == b'.').all(is_label)
}

/// The local part and the domain of a mail address (`parseRFC2821Mailbox`).
pub(in super::super) fn mailbox(text: &[u8], version: Version) -> Option<(&[u8], &[u8])> {
    let start = usize::from(text.first() == Some(&b'"'));
    let is_end = |place: &usize| text[*place] == b'@' && (start == 0 || text[place - 1] == b'"');
    let at = (start..text.len()).find(is_end)?;
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let is_atom = |atom: &[u8]| {
        let is_letter =
            |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~\\".contains(octet);
        !atom.is_empty() && atom.iter().all(is_letter)
    };
    let is_local = start == 1 || local.split(|octet| *octet == b'.').all(is_atom);
    let is_host =
        is_domain(domain, version) && (version == Version::V1_19 || !domain.contains(&b'@'));
    (is_local && is_host).then_some((local, domain))
}

/// The host of a URI with its port (`url.Parse`, as far as certificates go), inner `None` if there is
/// none; outer `None` if it is not a URI.
pub(in super::super) fn uri_host(octets: &[u8]) -> Option<Option<&str>> {
    let text = std::str::from_utf8(octets).ok()?;
    if !text.bytes().all(|octet| (0x20..0x7f).contains(&octet)) {
        return None;
    }
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
    };
    let rest = match text.split_once(':') {
        Some(("", _)) => return None,
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        Some((before, _)) if !before.contains('/') => return None,
        _ => text,
    };
    let Some(authority) = rest.strip_prefix("//") else { return Some(None) };
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    let is_port = port.bytes().all(|octet| octet.is_ascii_digit());
    let is_written = host.starts_with('[') || is_port && host.matches(':').count() <= 1;
    (is_written && !host.contains(' ')).then_some(Some(host).filter(|host| !host.is_empty()))
}

/// An IPv4 address without the prefix of its IPv6 form.
pub(in super::super) fn plain(address: &[u8]) -> &[u8] {
    const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    address.strip_prefix(&MAPPED).filter(|rest| rest.len() == 4).unwrap_or(address)
}
