//! Roots that left Mozilla's store and that firmware still contains.
//!
//! `left.tsv` has one line for each: the SHA-256 of the certificate, the SHA-256 of its subject and
//! subjectPublicKeyInfo, the days of certifi's last release with it and of the first without it, its
//! notAfter, the SHA-256 of its successor (or `-`), the [`digits`] of its subject and of its
//! subjectPublicKeyInfo, and its name. A test generates the file from the certificates and fails if it is stale.

use std::{collections::HashMap, sync::OnceLock};

use crate::{
    text::{foreign::Foreign, time::Time},
    x509::{
        certificate::{Certificate, Sha256},
        name::Name,
    },
};

const TABLE: &str = include_str!("left.tsv");

/// A root that left Mozilla's store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The SHA-256 of the certificate.
    pub sha256: Sha256,
    /// The SHA-256 of its subject and its subjectPublicKeyInfo, both DER.
    pub anchor: Sha256,
    /// The day of the last release of certifi, which packages the store, with it.
    pub last: Time,
    /// The day of the first release without it.
    pub gone: Time,
    /// When it expires.
    pub not_after: Time,
    /// The root of Mozilla's store that servers moved to, if it is known.
    pub successor: Option<Sha256>,
    /// The [`digits`] of its subject as people read it.
    subject: &'static str,
    /// The [`digits`] of its subjectPublicKeyInfo.
    key: &'static str,
    /// Its common name, or its organisation and unit if it has none.
    pub name: Foreign,
}

impl Left {
    /// The root of Mozilla's store that servers moved to, if it is known.
    #[must_use]
    pub fn successor(&self) -> Option<Certificate> {
        let wanted = self.successor?;
        let der = super::store::mozilla_list().iter().find(|der| Sha256::of(der) == wanted)?;
        Certificate::from_der(der).ok()
    }
}

fn row(line: &'static str) -> Option<Left> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    Some(Left {
        sha256: Sha256::parse(cell()?)?,
        anchor: Sha256::parse(cell()?)?,
        last: cell()?.parse().ok()?,
        gone: cell()?.parse().ok()?,
        not_after: cell()?.parse().ok()?,
        successor: Sha256::parse(cell()?),
        subject: cell()?,
        key: cell()?,
        name: Foreign::text(cell()?),
    })
}

/// The roots that left Mozilla's store, in the order in which they left.
pub fn roots_that_left() -> &'static [Left] {
    static LEFT: OnceLock<Vec<Left>> = OnceLock::new();
    LEFT.get_or_init(|| TABLE.lines().filter_map(row).collect())
}

/// The SHA-256 of the subject and the subjectPublicKeyInfo of `certificate`: what an anchor is (RFC
/// 5280 section 6.1.1 d).
#[must_use]
pub fn anchor_sha256(certificate: &Certificate) -> Sha256 {
    Sha256::of(&[certificate.subject_der(), certificate.spki_der()].concat())
}

/// The row about `certificate`, if it was in Mozilla's store and no longer is.
///
/// Another certificate with the same name and key is the same anchor.
pub(crate) fn left(certificate: &Certificate) -> Option<&'static Left> {
    static BY_ANCHOR: OnceLock<HashMap<[u8; 32], Vec<&'static Left>>> = OnceLock::new();
    let by_anchor = BY_ANCHOR.get_or_init(|| {
        let mut rows: HashMap<_, Vec<_>> = HashMap::new();
        for row in roots_that_left() {
            rows.entry(row.anchor.0).or_default().push(row);
        }
        rows
    });
    let rows = by_anchor.get(&anchor_sha256(certificate).0)?;
    let fingerprint = certificate.sha256();
    let same = rows.iter().find(|row| row.sha256 == fingerprint);
    // A root that is in the bundled list again has not left, even if it is in the table.
    let row = same.or_else(|| rows.iter().max_by_key(|row| row.gone)).copied()?;
    super::store::mozilla_twin(certificate).is_none().then_some(row)
}

/// The first 16 bytes of the SHA-256 of the subject of `certificate` as people read it, and of its
/// subjectPublicKeyInfo, in hexadecimal.
#[must_use]
pub fn digits(certificate: &Certificate) -> (String, String) {
    /// Nobody finds another input of so many digits.
    const DIGITS: usize = 32;
    let of = |bytes: &[u8]| Sha256::of(bytes).to_string()[..DIGITS].to_owned();
    (of(certificate.subject().folded_whole().join(" ").as_bytes()), of(certificate.spki_der()))
}

/// Whether roots that left Mozilla's store had the subject of `certificate`, and none its key.
pub(crate) fn has_only_the_name_of_one_that_left(certificate: &Certificate) -> bool {
    let (subject, key) = digits(certificate);
    let mut of_name = roots_that_left().iter().filter(|row| row.subject == subject).peekable();
    of_name.peek().is_some() && of_name.all(|row| row.key != key)
}

/// Whether Mozilla's store once had `certificate` and no longer has it.
pub(crate) fn is_dropped(certificate: &Certificate) -> bool {
    left(certificate).is_some()
}

/// The row about the certificate with this SHA-256.
pub(crate) fn left_by_sha256(fingerprint: Sha256) -> Option<&'static Left> {
    roots_that_left().iter().find(|row| row.sha256 == fingerprint)
}

/// The keys (DER) of the roots of the bundled list whose subject looks like `subject` to people: with
/// the same common name, organisation and unit, in any case, order, spacing and encoding.
pub(crate) fn keys_of_mozillas(subject: &Name<'_>) -> &'static [Vec<u8>] {
    static KEYS: OnceLock<HashMap<String, Vec<Vec<u8>>>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let mut keys: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
        for der in crate::trust::store::mozilla_list() {
            let Ok(root) = Certificate::from_der(der) else { continue };
            let name = root.subject();
            let names = std::iter::once(name.folded()).chain(name.folded_common_name());
            // A root without an organisation has one name.
            for name in names.collect::<std::collections::BTreeSet<_>>() {
                keys.entry(name).or_default().push(root.spki_der().to_vec());
            }
        }
        keys
    });
    keys.get(&subject.folded()).map_or(&[], Vec::as_slice)
}

/// The roots of the bundled list whose organisation is `name`.
pub(crate) fn of_mozillas(name: &Foreign) -> &'static [Certificate] {
    static ROOTS: OnceLock<HashMap<Foreign, Vec<Certificate>>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut roots: HashMap<Foreign, Vec<Certificate>> = HashMap::new();
        for der in crate::trust::store::mozilla_list() {
            let Ok(root) = Certificate::from_der(der) else { continue };
            if let Some(owner) = root.subject().organisation() {
                roots.entry(owner).or_default().push(root);
            }
        }
        roots
    });
    roots.get(name).map_or(&[], Vec::as_slice)
}

/// Whether the bundled list has `certificate`.
pub(crate) fn is_in_mozillas_store(certificate: &Certificate) -> bool {
    crate::trust::store::mozilla_list().iter().any(|der| der.as_ref() == certificate.der())
}
