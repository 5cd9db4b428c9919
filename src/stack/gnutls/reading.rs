//! What GnuTLS reads of a certificate (`gnutls_x509_crt_import`).

use crate::stack::{
    dates::{self, Written, Zone},
    extensions::{ADDRESS, DIRECTORY, DNS, EDI_PARTY, EMAIL, OTHER_NAME, REGISTERED_ID, URI, X400},
    oid,
    reason::Rule,
    tlv::{self, INTEGER, SEQUENCE, Tlv},
    view::{Part, View},
};

/// Whether the certificate can be read at all.
pub(super) fn reads(view: &View<'_>) -> Result<(), Rule> {
    if let Some(id) = view.duplicate() {
        return Err(Rule::DuplicateExtension(oid::extension_name(id)));
    }
    if view.inner.whole != view.outer.whole {
        return Err(Rule::AlgorithmsDiffer);
    }
    if !view.list.iter().all(|one| is_id(one.id)) {
        return Err(Rule::Unreadable(Part::ExtensionId));
    }
    for (name, part) in [(&view.issuer, Part::Issuer), (&view.subject, Part::Subject)] {
        if name.rdns.is_none() {
            return Err(Rule::Unreadable(part));
        }
    }
    Ok(())
}

/// An object identifier whose arcs have at most 63 bits.
fn is_id(id: &[u8]) -> bool {
    let arcs = id.split_inclusive(|octet| octet & 0x80 == 0);
    !id.is_empty() && arcs.into_iter().all(|arc| arc.len() <= 9)
}

/// A date; -1 if it cannot be read, which is never valid.
fn moment(date: Tlv<'_>) -> Option<i64> {
    let is_date = |written: &Written| {
        written.zone == Zone::Utc
            && !written.has_fraction
            && (1..=12).contains(&written.month)
            && (1..=31).contains(&written.day)
            && written.is_time_of_day(60)
    };
    dates::read(date).filter(is_date).map(|one| one.unix())
}

/// `check_time_status`.
pub(super) fn outdated(view: &View<'_>, at: i64) -> Option<Rule> {
    dates::outdated(moment(view.not_before), moment(view.not_after), at)
}

pub(super) fn is_valid(view: &View<'_>, at: i64) -> bool {
    outdated(view, at).is_none()
}

/// A critical extension that is not supported (`supported_exts.gperf`).
pub(super) fn critical(view: &View<'_>) -> Option<Rule> {
    const SUPPORTED: [&[u8]; 14] = [
        oid::SUBJECT_KEY_ID,
        oid::KEY_USAGE,
        oid::SUBJECT_ALT_NAME,
        oid::ISSUER_ALT_NAME,
        oid::BASIC_CONSTRAINTS,
        oid::NAME_CONSTRAINTS,
        oid::CRL_DISTRIBUTION_POINTS,
        oid::AUTHORITY_KEY_ID,
        oid::EXT_KEY_USAGE,
        oid::AUTHORITY_INFO_ACCESS,
        oid::PROXY_CERT_INFO,
        oid::TLS_FEATURE,
        oid::CERTIFICATE_POLICIES,
        oid::INHIBIT_ANY_POLICY,
    ];
    let id = view.critical().find(|id| !SUPPORTED.contains(id))?;
    Some(Rule::CriticalExtension(oid::extension_name(id)))
}

/// A name of subjectAltName that cannot be read.
pub(super) fn bad_alt_name(view: &View<'_>) -> Option<&'static str> {
    if view.extensions.alt_names.is_broken() {
        return Some("an encoding");
    }
    view.extensions.names().iter().find_map(|name| match name.tag {
        DNS => name.value.is_empty().then_some("a dNSName"),
        ADDRESS => name.value.is_empty().then_some("an iPAddress"),
        EMAIL | URI => None,
        DIRECTORY | OTHER_NAME | REGISTERED_ID => None,
        X400 => Some("an x400Address"),
        EDI_PARTY => Some("an ediPartyName"),
        _ => Some("an unknown kind of name"),
    })
}

/// `feature`: status_request of a TLS feature extension (RFC 7633).
const STATUS_REQUEST: u16 = 5;

/// The features that certificates above require (`tls_features.c`).
#[derive(Default)]
pub(super) struct Features(Vec<u16>);

impl Features {
    /// Adds those of an issuer; false if they cannot be read.
    pub(super) fn append(&mut self, issuer: &View<'_>) -> bool {
        let Some(extension) = issuer.extension(oid::TLS_FEATURE) else { return true };
        let Some(more) = features(extension.value) else { return false };
        self.0.extend(more);
        true
    }

    /// Whether a certificate has all of them.
    pub(super) fn are_in(&self, view: &View<'_>) -> bool {
        let own = view.extension(oid::TLS_FEATURE).and_then(|one| features(one.value));
        self.0.is_empty() || own.is_some_and(|own| self.0.iter().all(|wanted| own.contains(wanted)))
    }
}

/// Whether a certificate requires a stapled OCSP response, which every certificate of the chain may.
pub(super) fn requires_staple(view: &View<'_>) -> bool {
    let own = view.extension(oid::TLS_FEATURE).and_then(|one| features(one.value));
    own.is_some_and(|own| own.contains(&STATUS_REQUEST))
}

fn features(value: &[u8]) -> Option<Vec<u16>> {
    let list = tlv::only(value).filter(|one| one.tag == SEQUENCE)?;
    let number = |one: &Tlv<'_>| {
        let number = crate::stack::key::small(*one).filter(|_| one.tag == INTEGER)?;
        u16::try_from(number).ok()
    };
    tlv::all(list.value)?.iter().map(number).collect()
}
