//! What Go reads of a certificate (`parser.go`).

use crate::stack::{
    dates::{self, Written},
    dn::{self, Dn},
    extensions::{ADDRESS, DNS, EMAIL, URI},
    key::{Curve, Key, PointForm},
    oid,
    reason::Rule,
    tlv::{
        BMP_STRING, IA5_STRING, NUMERIC_STRING, PRINTABLE_STRING, TELETEX_STRING, Tlv, UTF8_STRING,
    },
    view::{Part, View},
};

/// Whether the certificate is read at all.
pub(super) fn reads(view: &View<'_>) -> Result<(), Rule> {
    if !(0..=2).contains(&view.version) {
        return Err(Rule::Unreadable(Part::Version));
    }
    match view.serial {
        [] => return Err(Rule::EmptySerial),
        [0, next, ..] if next & 0x80 == 0 => return Err(Rule::PaddedSerial),
        [0xff, next, ..] if next & 0x80 != 0 => return Err(Rule::PaddedSerial),
        _ => {}
    }
    if view.inner.whole != view.outer.whole {
        return Err(Rule::AlgorithmsDiffer);
    }
    name(&view.issuer, Part::Issuer)?;
    name(&view.subject, Part::Subject)?;
    validity(view)?;
    key(&view.key)?;
    extensions(view)?;
    if !view.is_strict {
        return Err(Rule::Unreadable(Part::Certificate));
    }
    Ok(())
}

/// `parseName`.
fn name(name: &Dn<'_>, part: Part) -> Result<(), Rule> {
    let is_name =
        name.rdns.is_some() && name.attributes().all(|one| is_text(one.value) && is_id(one.id));
    is_name.then_some(()).ok_or(Rule::Unreadable(part))
}

/// `parseASN1String`.
fn is_text(value: Tlv<'_>) -> bool {
    let printable = |octet: &u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(octet);
    match value.tag {
        TELETEX_STRING => true,
        PRINTABLE_STRING => value.value.iter().all(printable),
        UTF8_STRING => dn::text(value).is_some(),
        BMP_STRING => value.value.len().is_multiple_of(2),
        IA5_STRING => value.value.is_ascii(),
        NUMERIC_STRING => value.value.iter().all(|octet| octet.is_ascii_digit() || *octet == b' '),
        _ => false,
    }
}

/// An object identifier whose arcs have at most 28 bits.
fn is_id(id: &[u8]) -> bool {
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

/// notBefore and notAfter.
pub(super) fn validity(view: &View<'_>) -> Result<(i64, i64), Rule> {
    let read = |date| {
        let is_date = |written: &Written| {
            written.exists(59)
                && !written.has_fraction
                && written.zone != dates::Zone::Absent
                && (written.has_seconds || written.is_utc_time)
        };
        dates::read(date).filter(is_date).map(|one| one.unix())
    };
    read(view.not_before).zip(read(view.not_after)).ok_or(Rule::Unreadable(Part::Validity))
}

fn key(key: &Key<'_>) -> Result<(), Rule> {
    use Curve::{P224, P256, P384, P521};
    match key {
        Key::Ec { curve: P224 | P256 | P384 | P521, form, .. } => match form {
            PointForm::Uncompressed => Ok(()),
            PointForm::Compressed => Err(Rule::CompressedPoint),
            PointForm::Broken => Err(Rule::Unreadable(Part::Key)),
        },
        Key::Ec { curve, .. } => Err(Rule::Curve(*curve)),
        Key::EcExplicit => Err(Rule::ExplicitCurve),
        Key::Broken => Err(Rule::Unreadable(Part::Key)),
        Key::Ed25519(key) if key.len() != 32 => Err(Rule::Unreadable(Part::Key)),
        _ => Ok(()),
    }
}

fn extensions(view: &View<'_>) -> Result<(), Rule> {
    if !view.list.iter().all(|one| is_id(one.id)) {
        return Err(Rule::Unreadable(Part::ExtensionId));
    }
    let is_bool = |critical: Option<u8>| matches!(critical, None | Some(0 | 0xff));
    if !view.list.iter().all(|one| is_bool(one.critical)) {
        return Err(Rule::Unreadable(Part::Extensions));
    }
    if let Some(id) = view.duplicate() {
        return Err(Rule::DuplicateExtension(oid::extension_name(id)));
    }
    let known = &view.extensions;
    let ca = known.basic_constraints.read().and_then(|one| one.ca);
    let broken = [
        (known.basic_constraints.is_broken() || !is_bool(ca), Part::BasicConstraints),
        (known.key_usage.is_broken(), Part::KeyUsage),
        (known.purposes.is_broken(), Part::ExtKeyUsage),
        (known.alt_names.is_broken(), Part::SubjectAltName),
        (known.subject_key_id.is_broken(), Part::SubjectKeyId),
        (known.authority_key_id.is_broken(), Part::AuthorityKeyId),
    ];
    if let Some((_, part)) = broken.iter().find(|(is_broken, _)| *is_broken) {
        return Err(Rule::Unreadable(*part));
    }
    if let Some(kind) = known.names().iter().find_map(bad_name) {
        return Err(Rule::BadAlternativeName(kind));
    }
    name_constraints(view)
}

/// `parseSANExtension`.
fn bad_name(name: &Tlv<'_>) -> Option<&'static str> {
    match name.tag {
        DNS => (!name.value.is_ascii()).then_some("a dNSName"),
        EMAIL => (!name.value.is_ascii()).then_some("an rfc822Name"),
        URI => (!is_uri(name.value)).then_some("a URI"),
        ADDRESS => (!matches!(name.value.len(), 4 | 16)).then_some("an iPAddress"),
        _ => None,
    }
}

/// `url.Parse`, as far as certificates go, and the labels of its host.
fn is_uri(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    if !text.bytes().all(|octet| (0x20..0x7f).contains(&octet)) {
        return false;
    }
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
    };
    let rest = match text.split_once(':') {
        Some(("", _)) => return false,
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        Some((before, _)) if !before.contains('/') => return false,
        _ => text,
    };
    let Some(authority) = rest.strip_prefix("//") else { return true };
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // A port makes the host one that has no labels to compare.
    !host.contains([' ', ':']) && has_labels(host.as_bytes())
}

/// `domainToReverseLabels`: no empty label, letters that can be seen.
fn has_labels(name: &[u8]) -> bool {
    let is_label =
        |label: &[u8]| !label.is_empty() && label.iter().all(|octet| (33..=126).contains(octet));
    name.is_empty() || name.split(|octet| *octet == b'.').all(is_label)
}

/// Whether constraints can be held against a name.
pub(super) fn is_comparable(name: &Tlv<'_>) -> bool {
    match name.tag {
        DNS => has_labels(name.value),
        EMAIL => name.value.contains(&b'@'),
        _ => true,
    }
}

/// `parseNameConstraintsExtension`.
fn name_constraints(view: &View<'_>) -> Result<(), Rule> {
    let unreadable = Err(Rule::Unreadable(Part::NameConstraints));
    if view.extensions.name_constraints.is_broken() {
        return unreadable;
    }
    let Some(bases) = view.extensions.name_constraints.read() else { return Ok(()) };
    let all = || bases.permitted.iter().chain(&bases.excluded);
    let is_read = |base: &Tlv<'_>| {
        let without_dot = base.value.strip_prefix(b".").unwrap_or(base.value);
        match base.tag {
            DNS | URI | EMAIL => base.value.is_ascii() && has_labels(without_dot),
            ADDRESS => matches!(base.value.len(), 8 | 32) && is_mask(base.value),
            _ => true,
        }
    };
    if all().next().is_none() || !all().all(is_read) {
        return unreadable;
    }
    Ok(())
}

/// `isValidIPMask`: ones, then zeros.
fn is_mask(network: &[u8]) -> bool {
    let mask = &network[network.len() / 2..];
    let bits = mask.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1));
    let bits: Vec<u8> = bits.collect();
    !bits.windows(2).any(|pair| pair == [0, 1])
}

/// A critical extension that is not handled.
pub(super) fn critical(view: &View<'_>) -> Option<Rule> {
    const HANDLED: [&[u8]; 9] = [
        oid::KEY_USAGE,
        oid::BASIC_CONSTRAINTS,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::AUTHORITY_KEY_ID,
        oid::EXT_KEY_USAGE,
        oid::SUBJECT_KEY_ID,
        oid::CERTIFICATE_POLICIES,
        oid::AUTHORITY_INFO_ACCESS,
        oid::SUBJECT_ALT_NAME,
    ];
    let known = &view.extensions;
    let kinds = [DNS, EMAIL, URI, ADDRESS];
    let is_unhandled = |id: &&[u8]| match *id {
        oid::SUBJECT_ALT_NAME => !known.names().iter().any(|name| kinds.contains(&name.tag)),
        oid::NAME_CONSTRAINTS => known.name_constraints.read().is_none_or(|bases| {
            let mut all = bases.permitted.iter().chain(&bases.excluded);
            all.any(|base| !kinds.contains(&base.tag))
        }),
        id => !HANDLED.contains(&id),
    };
    let id = view.critical().find(is_unhandled)?;
    Some(Rule::CriticalExtension(oid::extension_name(id)))
}

/// An address without the prefix that makes it one of IPv6.
pub(super) fn plain(address: &[u8]) -> &[u8] {
    const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    address.strip_prefix(&MAPPED).filter(|rest| rest.len() == 4).unwrap_or(address)
}
