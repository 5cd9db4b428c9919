//! What Go reads of a certificate (`parser.go`).

mod values;

use self::values::{has_labels, is_id, is_value};
pub(super) use self::values::{is_domain, mailbox, plain, uri_host};
use super::Version;
use crate::stack::{
    dates::{self, Written},
    dn::Dn,
    extensions::{ADDRESS, DNS, EMAIL, URI},
    key::{self, Curve, Key, PointForm},
    oid, policies,
    reason::Rule,
    tlv::{self, INTEGER, Tlv},
    view::{Part, View},
};

/// Whether the certificate can be read at all.
pub(super) fn reads(view: &View<'_>, version: Version) -> Result<(), Rule> {
    if !(0..=2).contains(&view.version) {
        return Err(Rule::Unreadable(Part::Version));
    }
    match view.serial {
        [] => return Err(Rule::EmptySerial),
        [0, next, ..] if next & 0x80 == 0 => return Err(Rule::PaddedSerial),
        [0xff, next, ..] if next & 0x80 != 0 => return Err(Rule::PaddedSerial),
        [first, ..] if first & 0x80 != 0 && version == Version::V1_27 => {
            return Err(Rule::NegativeSerial);
        }
        _ => {}
    }
    if view.inner.whole != view.outer.whole {
        return Err(Rule::AlgorithmsDiffer);
    }
    name(&view.issuer, Part::Issuer, version)?;
    name(&view.subject, Part::Subject, version)?;
    validity(view)?;
    key(&view.key)?;
    extensions(view, version)?;
    if !view.is_strict {
        return Err(Rule::Unreadable(Part::Certificate));
    }
    Ok(())
}

/// `parseName`.
fn name(name: &Dn<'_>, part: Part, version: Version) -> Result<(), Rule> {
    let is_attribute = |id, value| is_id(id) && is_value(value, version);
    let is_name =
        name.rdns.is_some() && name.attributes().all(|one| is_attribute(one.id, one.value));
    is_name.then_some(()).ok_or(Rule::Unreadable(part))
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

fn extensions(view: &View<'_>, version: Version) -> Result<(), Rule> {
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
    let constraints = known.basic_constraints.read();
    let ca = constraints.and_then(|one| one.ca);
    let is_negative = constraints.and_then(|one| one.path_len).is_some_and(i64::is_negative);
    let is_broken = known.basic_constraints.is_broken()
        || !is_bool(ca)
        || is_negative && version == Version::V1_27;
    let broken = [
        (is_broken, Part::BasicConstraints),
        (known.key_usage.is_broken(), Part::KeyUsage),
        (known.purposes.is_broken(), Part::ExtKeyUsage),
        (known.alt_names.is_broken(), Part::SubjectAltName),
        (known.subject_key_id.is_broken(), Part::SubjectKeyId),
        (known.authority_key_id.is_broken(), Part::AuthorityKeyId),
    ];
    if let Some((_, part)) = broken.iter().find(|(is_broken, _)| *is_broken) {
        return Err(Rule::Unreadable(*part));
    }
    if let Some(kind) = known.names().iter().find_map(|name| bad_name(name, version)) {
        return Err(Rule::BadAlternativeName(kind));
    }
    name_constraints(view, version)?;
    if version == Version::V1_27 { of_1_27(view) } else { Ok(()) }
}

/// What 1.27 checks in addition: extensions that must not be critical, and policies.
fn of_1_27(view: &View<'_>) -> Result<(), Rule> {
    const NEVER_CRITICAL: [&[u8]; 3] =
        [oid::AUTHORITY_KEY_ID, oid::SUBJECT_KEY_ID, oid::AUTHORITY_INFO_ACCESS];
    if let Some(id) = view.critical().find(|id| NEVER_CRITICAL.contains(id)) {
        return Err(Rule::CriticalExtension(oid::extension_name(id)));
    }
    let own = policies::policies(view);
    let has = |id| view.extension(id).is_some();
    let is_twice = |own: &[&[u8]]| (1..own.len()).any(|at| own[..at].contains(&own[at]));
    let are_broken = own.as_ref().map_or(has(oid::CERTIFICATE_POLICIES), |own| is_twice(own));
    if are_broken {
        return Err(Rule::Unreadable(Part::CertificatePolicies));
    }
    let value = |id| view.extension(id).map(|one| one.value);
    let is_read = value(oid::POLICY_CONSTRAINTS).is_none_or(|it| key::sequence(it).is_some())
        && (policies::mappings(view).is_some() || !has(oid::POLICY_MAPPINGS))
        && value(oid::INHIBIT_ANY_POLICY)
            .is_none_or(|it| tlv::only(it).is_some_and(|number| number.tag == INTEGER));
    is_read.then_some(()).ok_or(Rule::Unreadable(Part::OtherExtension))
}

/// `parseSANExtension`.
fn bad_name(name: &Tlv<'_>, version: Version) -> Option<&'static str> {
    let is_uri = || {
        let host = uri_host(name.value);
        host.is_some_and(|host| host.is_none_or(|host| is_domain(host.as_bytes(), version)))
    };
    let is_mapped = || version == Version::V1_27 && plain(name.value).len() != name.value.len();
    match name.tag {
        DNS => (!name.value.is_ascii()).then_some("a dNSName"),
        EMAIL => (!name.value.is_ascii()).then_some("an rfc822Name"),
        URI => (!is_uri()).then_some("a URI"),
        ADDRESS => (!matches!(name.value.len(), 4 | 16) || is_mapped()).then_some("an iPAddress"),
        _ => None,
    }
}

/// `parseNameConstraintsExtension`.
fn name_constraints(view: &View<'_>, version: Version) -> Result<(), Rule> {
    let unreadable = Err(Rule::Unreadable(Part::NameConstraints));
    if view.extensions.name_constraints.is_broken() {
        return unreadable;
    }
    let Some(bases) = view.extensions.name_constraints.read() else { return Ok(()) };
    let all = || bases.permitted.iter().chain(&bases.excluded);
    let is_read = |base: &Tlv<'_>| {
        let without_dot = base.value.strip_prefix(b".").unwrap_or(base.value);
        match base.tag {
            EMAIL if base.value.contains(&b'@') => mailbox(base.value, version).is_some(),
            DNS | URI | EMAIL => has_labels(without_dot),
            ADDRESS if version == Version::V1_27 && base.value.len() == 32 => {
                plain(&base.value[..16]).len() == 16 && is_mask(base.value)
            }
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
pub(super) fn critical(view: &View<'_>, version: Version) -> Option<Rule> {
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
    const HANDLED_BY_1_27: [&[u8]; 3] =
        [oid::POLICY_CONSTRAINTS, oid::POLICY_MAPPINGS, oid::INHIBIT_ANY_POLICY];
    let known = &view.extensions;
    let kinds = [DNS, EMAIL, URI, ADDRESS];
    let is_unhandled = |id: &&[u8]| match *id {
        oid::SUBJECT_ALT_NAME => !known.names().iter().any(|name| kinds.contains(&name.tag)),
        oid::NAME_CONSTRAINTS => known.name_constraints.read().is_none_or(|bases| {
            let mut all = bases.permitted.iter().chain(&bases.excluded);
            all.any(|base| !kinds.contains(&base.tag))
        }),
        id if version == Version::V1_27 && HANDLED_BY_1_27.contains(&id) => false,
        id => !HANDLED.contains(&id),
    };
    let id = view.critical().find(is_unhandled)?;
    Some(Rule::CriticalExtension(oid::extension_name(id)))
}
