//! What embedded-tls reads of a certificate: `der_certificate.rs` over der 0.8.

use super::{MOST_NAME_OCTETS, MOST_NAMES};
use crate::stack::{
    dates::{self, Written},
    dn::Dn,
    extensions::DNS,
    oid,
    reason::Rule,
    tlv::{self, BIT_STRING, OID, SEQUENCE, Tlv},
    view::{Part, View},
};

/// The RDNs of a name, each with one attribute (`TbsCertificate`).
const MOST_RDNS: usize = 7;
/// The extensions of a certificate.
const MOST_EXTENSIONS: usize = 12;
/// The octets of an object identifier (`ObjectIdentifier::MAX_SIZE`).
const MOST_OID_OCTETS: usize = 39;
/// The first octet of an object identifier whose second arc is at most 39, as `RootArcs` has it.
const MOST_ROOT: u8 = 2 * 40 + 39;

/// The part of `view` that is not read, if there is one.
pub(super) fn reads(view: &View<'_>) -> Result<(), Part> {
    if !view.is_strict {
        return Err(Part::Certificate);
    }
    if !(0..=2).contains(&view.version) {
        return Err(Part::Version);
    }
    if !is_integer(view.serial) {
        return Err(Part::SerialNumber);
    }
    if !is_oid(view.inner.id) || !is_oid(view.outer.id) {
        return Err(Part::SignatureAlgorithm);
    }
    if !is_name(&view.issuer) {
        return Err(Part::Issuer);
    }
    if ![view.not_before, view.not_after].into_iter().all(is_date) {
        return Err(Part::Validity);
    }
    if !is_name(&view.subject) {
        return Err(Part::Subject);
    }
    if key_parts(view).is_none() {
        return Err(Part::Key);
    }
    // They are implicitly tagged BIT STRINGs.
    if view.unique_ids.iter().any(|id| id.tag & 0x20 != 0 || !is_bits(id.value)) {
        return Err(Part::UniqueIds);
    }
    if !view.list.iter().all(|one| is_oid(one.id)) {
        return Err(Part::ExtensionId);
    }
    let is_flag = |critical| matches!(critical, None | Some(0 | 0xff));
    if view.list.len() > MOST_EXTENSIONS || !view.list.iter().all(|one| is_flag(one.critical)) {
        return Err(Part::Extensions);
    }
    Ok(())
}

/// The dNSNames that are compared, of a certificate whose names can all be read (`extract_common_name`,
/// `extract_san_dns_names`).
pub(super) fn dns_names<'a>(view: &View<'a>) -> Result<Vec<&'a [u8]>, Rule> {
    if view.subject.rdns.iter().flatten().any(Vec::is_empty) {
        return Err(Rule::Unreadable(Part::Subject));
    }
    if view.common_names().any(|name| name.value.len() > MOST_NAME_OCTETS) {
        return Err(Rule::LongName);
    }
    let mut kept = Vec::new();
    for extension in view.list.iter().filter(|one| one.id == oid::SUBJECT_ALT_NAME) {
        let unreadable = Rule::Unreadable(Part::SubjectAltName);
        let Some(list) = tlv::Reader::new(extension.value).tagged(SEQUENCE) else {
            return Err(unreadable);
        };
        let mut names = list.inside();
        while !names.is_empty() {
            let Some(name) = names.read() else { return Err(unreadable) };
            if name.tag != DNS {
                continue;
            }
            if std::str::from_utf8(name.value).is_err() {
                return Err(unreadable);
            }
            if name.value.len() > MOST_NAME_OCTETS {
                return Err(Rule::LongName);
            }
            kept.push(name.value);
            if kept.len() >= MOST_NAMES {
                break;
            }
        }
    }
    kept.truncate(MOST_NAMES);
    Ok(kept)
}

/// The octets of the key.
pub(super) fn key_bits<'a>(view: &View<'a>) -> Option<&'a [u8]> {
    key_parts(view)?.strip_prefix(&[0])
}

/// The contents of the BIT STRING with the key.
fn key_parts<'a>(view: &View<'a>) -> Option<&'a [u8]> {
    let mut parts = view.spki.inside();
    let mut algorithm = parts.tagged(SEQUENCE)?.inside();
    algorithm.tagged(OID).filter(|id| is_oid(id.value))?;
    if !algorithm.is_empty() {
        algorithm.read().filter(|_| algorithm.is_empty())?;
    }
    let bits = parts.tagged(BIT_STRING)?.value;
    (parts.is_empty() && is_bits(bits)).then_some(bits)
}

fn is_bits(bits: &[u8]) -> bool {
    bits.first().is_some_and(|unused| *unused <= 7)
}

/// An INTEGER in the fewest octets.
fn is_integer(octets: &[u8]) -> bool {
    match octets {
        [] => false,
        [0, next, ..] => *next >= 0x80,
        [0xff, next, ..] => *next < 0x80,
        _ => true,
    }
}

fn is_name(name: &Dn<'_>) -> bool {
    let is_attribute =
        |one: &crate::stack::dn::Attribute<'_>| is_oid(one.id) && is_known(one.value);
    name.rdns.as_ref().is_some_and(|rdns| {
        rdns.len() <= MOST_RDNS
            && rdns.iter().all(|rdn| rdn.len() <= 1 && rdn.iter().all(is_attribute))
    })
}

/// Whether der knows the type of a value.
fn is_known(value: Tlv<'_>) -> bool {
    match value.tag {
        tag if tag & 0xc0 != 0 => true,
        0x30 | 0x31 => true,
        tag => matches!(tag, 1..=6 | 9 | 0x0a | 0x0c | 0x0d | 0x12..=0x18 | 0x1a | 0x1b | 0x1e),
    }
}

/// Object identifiers are kept in 39 octets, their arcs in 32 bits.
fn is_oid(octets: &[u8]) -> bool {
    let Some((root, arcs)) = octets.split_first() else { return false };
    let mut arc = 0_u64;
    let fits = arcs.iter().all(|octet| {
        arc = arc << 7 | u64::from(octet & 0x7f);
        let is_small = arc <= u64::from(u32::MAX);
        if octet & 0x80 == 0 {
            arc = 0;
        }
        is_small
    });
    let is_whole = arcs.last().is_none_or(|last| last & 0x80 == 0);
    octets.len() <= MOST_OID_OCTETS && *root <= MOST_ROOT && fits && is_whole
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, a day that exists, from 1970 on.
fn is_date(date: Tlv<'_>) -> bool {
    let is_moment = |one: &Written| one.is_plain() && one.year >= 1970 && one.exists(59);
    dates::read(date).as_ref().is_some_and(is_moment)
}
