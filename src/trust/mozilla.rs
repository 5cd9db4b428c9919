//! Mozilla's roots for servers, as bundled in webpki-root-certs, with Mozilla's constraints on them.

use std::{collections::HashMap, sync::OnceLock};

use rustls_pki_types::CertificateDer;

use super::root::{Root, Source};
use crate::x509::{
    certificate::{Certificate, Sha256, subject_of},
    name::Name,
    signature,
};

/// The roots whose subject is `name`. Only the subject of each root is read until it is needed.
pub(crate) fn named(name: &[u8]) -> impl Iterator<Item = Root> {
    static SUBJECTS: OnceLock<Vec<&'static [u8]>> = OnceLock::new();
    let subjects = SUBJECTS
        .get_or_init(|| mozilla_list().iter().map(|der| subject_of(der).unwrap_or(&[])).collect());
    let positions = subjects.iter().enumerate().filter(move |(_, subject)| **subject == name);
    positions.filter_map(|(position, _)| root(position))
}

/// Whether Mozilla's list has `certificate`.
#[must_use]
pub fn has(certificate: &Certificate) -> bool {
    named(certificate.subject_der()).any(|root| root.certificate == *certificate)
}

/// The root whose certificate has this SHA-256.
#[must_use]
pub fn by_sha256(wanted: Sha256) -> Option<Certificate> {
    static POSITIONS: OnceLock<HashMap<Sha256, usize>> = OnceLock::new();
    let hashed = || mozilla_list().iter().map(|der| Sha256::of(der)).zip(0..).collect();
    Some(root(*POSITIONS.get_or_init(hashed).get(&wanted)?)?.certificate)
}

pub(crate) fn root(position: usize) -> Option<Root> {
    let certificate = signature::certificate(&mozilla_list()[position]).ok()?;
    Some(Root { certificate, source: Source::Mozilla })
}

/// Mozilla's own name constraints on roots, which are not in the certificates: the contents of
/// nameConstraints (RFC 5280 section 4.2.1.10) by the root's SHA-256.
///
/// TUBITAK Kamu SM SSL Kok Sertifikasi - Surum 1 may only issue for `.tr` (NSS,
/// `security/nss/lib/certdb/genname.c`; webpki-roots carries the same).
const MOZILLA_CONSTRAINTS: [(Sha256, &[u8]); 1] = [(
    Sha256([
        0x46, 0xed, 0xc3, 0x68, 0x90, 0x46, 0xd5, 0x3a, 0x45, 0x3f, 0xb3, 0x10, 0x4a, 0xb8, 0x0d,
        0xca, 0xec, 0x65, 0x8b, 0x26, 0x60, 0xea, 0x16, 0x29, 0xdd, 0x7e, 0x86, 0x79, 0x90, 0x64,
        0x87, 0x16,
    ]),
    b"\xa0\x070\x05\x82\x03.tr",
)];

/// The additional name constraints of Mozilla on `root`, if it is in Mozilla's store.
#[must_use]
pub fn mozilla_constraints(root: &Root) -> Option<&'static [u8]> {
    let sha256 = root.certificate.sha256();
    let row = MOZILLA_CONSTRAINTS.iter().find(|(known, _)| *known == sha256)?;
    (root.source == Source::Mozilla).then_some(row.1)
}

/// Mozilla's root with the subject and key of `certificate`: the same anchor, in Mozilla's copy.
#[must_use]
pub fn mozilla_twin(certificate: &Certificate) -> Option<Root> {
    named(certificate.subject_der()).find(|root| root.certificate.is_same_anchor(certificate))
}

/// Mozilla's other roots of the organisation in the subject of `certificate`.
#[must_use]
pub fn mozilla_siblings(certificate: &Certificate) -> Vec<Root> {
    let Some(organisation) = certificate.subject().organisation() else {
        return Vec::new();
    };
    // Only the name of each root is read first.
    let is_of_organisation = |position: &usize| {
        let subject = subject_of(&mozilla_list()[*position]).map(Name::new);
        subject.and_then(|name| name.organisation()).as_ref() == Some(&organisation)
    };
    let positions = (0..mozilla_list().len()).filter(is_of_organisation);
    positions
        .filter_map(root)
        .filter(|root| !root.certificate.is_same_anchor(certificate))
        .collect()
}

/// All of Mozilla's roots for servers.
#[must_use]
pub fn mozilla_list() -> &'static [CertificateDer<'static>] {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
}
