//! What Java reads of a certificate (`X509CertImpl`).

use crate::stack::{
    dates::{self, Written, Zone},
    dn::Dn,
    extensions::{ADDRESS, DIRECTORY, DNS, EDI_PARTY, EMAIL, OTHER_NAME, REGISTERED_ID, URI, X400},
    oid,
    reason::Rule,
    tlv::{self, Tlv},
    view::{Part, View},
};

/// Whether the certificate can be read at all.
pub(super) fn reads(view: &View<'_>) -> Result<(), Rule> {
    if !(0..=2).contains(&view.version) {
        return Err(Rule::Unreadable(Part::Version));
    }
    if view.serial.is_empty() {
        return Err(Rule::EmptySerial);
    }
    if view.inner.whole != view.outer.whole {
        return Err(Rule::AlgorithmsDiffer);
    }
    if view.issuer.is_empty() {
        return Err(Rule::Unreadable(Part::Issuer));
    }
    if view.issuer.rdns.is_none() {
        return Err(Rule::Unreadable(Part::Issuer));
    }
    if view.subject.rdns.is_none() {
        return Err(Rule::Unreadable(Part::Subject));
    }
    validity(view)?;
    let alt_names = view.extension(oid::SUBJECT_ALT_NAME);
    if view.subject.is_empty() && !alt_names.is_some_and(|one| one.is_critical()) {
        return Err(Rule::Unreadable(Part::Subject));
    }
    if let Some(id) = view.duplicate() {
        return Err(Rule::DuplicateExtension(oid::extension_name(id)));
    }
    let known = &view.extensions;
    let critical = |id| view.extension(id).is_some_and(|one| one.is_critical());
    let broken = [
        (oid::BASIC_CONSTRAINTS, known.basic_constraints.is_broken(), Part::BasicConstraints),
        (oid::KEY_USAGE, known.key_usage.is_broken(), Part::KeyUsage),
        (oid::EXT_KEY_USAGE, known.purposes.is_broken(), Part::ExtKeyUsage),
        (oid::SUBJECT_ALT_NAME, bad_alt_name(view).is_some(), Part::SubjectAltName),
        (oid::NAME_CONSTRAINTS, known.name_constraints.is_broken(), Part::NameConstraints),
    ];
    match broken.iter().find(|(id, is_broken, _)| *is_broken && critical(id)) {
        Some((.., part)) => Err(Rule::Unreadable(*part)),
        None => Ok(()),
    }
}

/// notBefore and notAfter: without seconds, with an offset, with a fraction; days beyond a month's
/// end count into the next.
pub(super) fn validity(view: &View<'_>) -> Result<(i64, i64), Rule> {
    let is_date = |written: &Written| {
        (1..=12).contains(&written.month)
            && (1..=31).contains(&written.day)
            && written.is_time_of_day(59)
            && written.zone != Zone::Absent
    };
    let read = |date| dates::read(date).filter(is_date).map(|one| one.unix());
    read(view.not_before).zip(read(view.not_after)).ok_or(Rule::Unreadable(Part::Validity))
}

/// CA:TRUE; with a negative pathLenConstraint it counts as absent.
pub(super) fn is_ca(view: &View<'_>) -> bool {
    view.extensions.is_ca() && view.extensions.path_len().is_none_or(|length| length >= 0)
}

/// The names of subjectAltName; empty if one of them cannot be read.
pub(super) fn alt_names<'v, 'a>(view: &'v View<'a>) -> &'v [Tlv<'a>] {
    if bad_alt_name(view).is_some() { &[] } else { view.extensions.names() }
}

/// A name of subjectAltName that cannot be read.
pub(super) fn bad_alt_name(view: &View<'_>) -> Option<&'static str> {
    if view.extensions.alt_names.is_broken() {
        return Some("an encoding");
    }
    view.extensions.names().iter().find_map(bad_name)
}

fn bad_name(name: &Tlv<'_>) -> Option<&'static str> {
    match name.tag {
        EMAIL | DNS | X400 => None,
        // An address may have a mask.
        ADDRESS => (!matches!(name.value.len(), 4 | 8 | 16 | 32)).then_some("an iPAddress"),
        URI => (!is_uri(name.value)).then_some("a URI"),
        DIRECTORY => {
            let inner = tlv::only(name.value).and_then(Dn::read);
            inner.is_none_or(|dn| dn.rdns.is_none()).then_some("a directoryName")
        }
        REGISTERED_ID => name.value.is_empty().then_some("a registeredID"),
        OTHER_NAME => name.inside().tagged(tlv::OID).is_none().then_some("an otherName"),
        EDI_PARTY => Some("an ediPartyName"),
        _ => Some("an unknown kind of name"),
    }
}

/// `java.net.URI`, as far as certificates go: a scheme, no blanks.
fn is_uri(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = scheme.is_some_and(|scheme| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
    });
    is_scheme
        && !text
            .contains(|letter: char| letter.is_ascii_control() || " \"<>\\^`{|}".contains(letter))
}

/// A critical extension that neither the validator nor the check of servers supports.
pub(super) fn critical(view: &View<'_>) -> Option<Rule> {
    const KNOWN: [&[u8]; 9] = [
        oid::BASIC_CONSTRAINTS,
        oid::KEY_USAGE,
        oid::EXT_KEY_USAGE,
        oid::SUBJECT_ALT_NAME,
        oid::NAME_CONSTRAINTS,
        oid::CERTIFICATE_POLICIES,
        oid::POLICY_MAPPINGS,
        oid::POLICY_CONSTRAINTS,
        oid::INHIBIT_ANY_POLICY,
    ];
    let id = view.critical().find(|id| !KNOWN.contains(id))?;
    Some(Rule::CriticalExtension(oid::extension_name(id)))
}

/// An IPv4 address without the prefix of its IPv6 form.
pub(super) fn plain(address: &[u8]) -> &[u8] {
    const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    address.strip_prefix(&MAPPED).filter(|rest| rest.len() == 4).unwrap_or(address)
}
