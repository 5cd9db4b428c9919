//! Reads the contents of a certificate from its DER (RFC 5280 section 4.1) without verifying it.
//!
//! In: bytes. Out: [`Certificate`], the bytes with the facts that constants, reports and locks
//! show. A certificate that can be read may still be invalid; `judge` verifies it.

use std::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    ops::Range,
    sync::{Arc, OnceLock},
};

use der::{Tag, asn1::ObjectIdentifier};

#[cfg(feature = "judge")]
use super::extensions::Extensions;
#[cfg(feature = "judge")]
pub(crate) use super::key::{EC_PUBLIC_KEY, RSA_ENCRYPTION};
#[cfg(feature = "fetch")]
pub(crate) use super::key::{ED448, ED25519};
use super::{
    algorithm::SignatureAlgorithm,
    der::{Element, Elements, hex, only},
    name::Name,
};
pub use super::{
    key::{Curve, Key},
    sha256::Sha256,
};
use crate::text::{diagnostic::Diagnostic, time::Time};

/// The most bytes of a certificate: 128 KiB, eight times the largest known.
pub const MAX_CERTIFICATE_BYTES: usize = 128 * 1024;

/// A certificate: its DER and its contents. Clones share both.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    der: Box<[u8]>,
    /// Computed on first use; for most certificates of a store, never.
    sha256: OnceLock<Sha256>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    extensions: Vec<Extension>,
    /// Read on first use.
    #[cfg(feature = "judge")]
    read_extensions: OnceLock<Box<Extensions>>,
    not_before: Time,
    not_after: Time,
    key: Key,
    /// The contents of its object identifier.
    signature_algorithm: Range<usize>,
}

/// An extension of the certificate (RFC 5280 section 4.2).
struct Extension {
    /// The contents of its object identifier.
    id: Range<usize>,
    critical: bool,
    value: Range<usize>,
}

/// Whether the peer signed the handshake with the key of its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPossession {
    /// The signature in the handshake was checked.
    Proven,
    /// Nothing was signed, the signature could not be checked, or there was no handshake.
    NotProven,
}

/// Why bytes cannot be read as a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// The part of the certificate that could not be read, by its name in RFC 5280.
    pub part: &'static str,
}

/// The identifier octet of version, [0] EXPLICIT (RFC 5280 section 4.1).
const VERSION: u8 = 0xa0;

impl Certificate {
    /// Reads a certificate that takes up all of `der`.
    ///
    /// # Errors
    ///
    /// [`Malformed`] names the part that could not be read.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        let malformed = |part| Malformed { part };
        if der.len() > MAX_CERTIFICATE_BYTES {
            return Err(malformed("length (over 131072 bytes)"));
        }
        let whole = only(der).filter(Element::is_sequence).ok_or(malformed("outer SEQUENCE"))?;
        let mut outer = Elements::of(whole.value);
        let tbs = outer.sequence().ok_or(malformed("tbsCertificate"))?;
        let algorithm = outer.sequence().ok_or(malformed("signatureAlgorithm"))?;
        outer
            .next()
            .filter(|bits| bits.tag == Tag::BitString && outer.is_empty())
            .ok_or(malformed("signatureValue"))?;

        let mut fields = Elements::of(tbs.value);
        if fields.peek_class() == Some(VERSION) {
            fields.next().ok_or(malformed("version"))?;
        }
        let serial = fields.tagged(Tag::Integer).ok_or(malformed("serialNumber"))?;
        fields.sequence().ok_or(malformed("signature"))?;
        let issuer = fields.sequence().ok_or(malformed("issuer"))?;
        let validity = fields.sequence().ok_or(malformed("validity"))?;
        let subject = fields.sequence().ok_or(malformed("subject"))?;
        let spki = fields.sequence().ok_or(malformed("subjectPublicKeyInfo"))?;

        let (not_before, not_after) = read_validity(validity.value).map_err(malformed)?;
        let range = |part: &[u8]| {
            let start = part.as_ptr() as usize - der.as_ptr() as usize;
            start..start + part.len()
        };
        let mut extensions = Vec::new();
        for field in fields.by_ref() {
            // issuerUniqueID [1] and subjectUniqueID [2] are ignored.
            if field.class == 0xa3 {
                extensions = read_extensions(field.value, range).ok_or(malformed("extensions"))?;
            }
        }
        if !fields.is_empty() {
            return Err(malformed("tbsCertificate"));
        }
        Ok(Self(Arc::new(Parts {
            serial: range(serial.value),
            issuer: range(issuer.whole),
            subject: range(subject.whole),
            spki: range(spki.whole),
            extensions,
            #[cfg(feature = "judge")]
            read_extensions: OnceLock::new(),
            not_before,
            not_after,
            key: super::key::read(spki.value).ok_or(malformed("subjectPublicKeyInfo"))?,
            signature_algorithm: Elements::of(algorithm.value)
                .oid_bytes()
                .map(range)
                .ok_or(malformed("signatureAlgorithm"))?,
            sha256: OnceLock::new(),
            der: der.into(),
        })))
    }

    /// The DER of the certificate.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The fingerprint that people compare: SHA-256 over the DER.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        *self.0.sha256.get_or_init(|| Sha256::of(self.der()))
    }

    /// The PEM text (RFC 7468 section 5.1): lines of 64 characters ending in `\n`.
    #[must_use]
    pub fn pem(&self) -> String {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", self.der()), config)
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> Name<'_> {
        Name::new(self.subject_der())
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> Name<'_> {
        Name::new(self.issuer_der())
    }

    /// The subject's DER, outer SEQUENCE included.
    #[must_use]
    pub fn subject_der(&self) -> &[u8] {
        &self.0.der[self.0.subject.clone()]
    }

    /// The issuer's DER, outer SEQUENCE included.
    #[must_use]
    pub fn issuer_der(&self) -> &[u8] {
        &self.0.der[self.0.issuer.clone()]
    }

    /// The subjectPublicKeyInfo's DER, outer SEQUENCE included.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.0.der[self.0.spki.clone()]
    }

    /// The serial number in hexadecimal, two digits per byte, as in the DER.
    #[must_use]
    pub fn serial(&self) -> String {
        hex(&self.0.der[self.0.serial.clone()])
    }

    /// The first second of its validity.
    #[must_use]
    pub fn not_before(&self) -> Time {
        self.0.not_before
    }

    /// The last second of its validity.
    #[must_use]
    pub fn not_after(&self) -> Time {
        self.0.not_after
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.0.key
    }

    /// The algorithm of its signature.
    #[must_use]
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::of(&self.0.der[self.0.signature_algorithm.clone()])
    }

    /// Whether `at` is within its validity.
    #[must_use]
    pub fn is_valid_at(&self, at: Time) -> bool {
        self.not_before() <= at && at <= self.not_after()
    }

    /// Whether subject and issuer are the same name (RFC 5280 section 3.2, "self-issued").
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject_der() == self.issuer_der()
    }

    /// Whether its issuer has the name of `issuer`, compared byte by byte as rustls-webpki does.
    #[must_use]
    pub fn names_as_issuer(&self, issuer: &Self) -> bool {
        self.issuer_der() == issuer.subject_der()
    }

    /// Whether it issued none of `others`, by their names.
    #[must_use]
    pub fn issued_none_of(&self, others: &[Self]) -> bool {
        !others.iter().any(|other| other != self && other.names_as_issuer(self))
    }

    /// Whether the two are one anchor: same subject, same key (RFC 5280 section 6.1.1 d).
    #[must_use]
    pub fn is_same_anchor(&self, other: &Self) -> bool {
        self.subject_der() == other.subject_der() && self.spki_der() == other.spki_der()
    }

    /// The contents of the extension `id` and whether it is critical.
    #[must_use]
    pub fn extension(&self, id: ObjectIdentifier) -> Option<(bool, &[u8])> {
        let is_wanted = |extension: &&Extension| self.0.der[extension.id.clone()] == *id.as_bytes();
        let found = self.0.extensions.iter().find(is_wanted)?;
        Some((found.critical, &self.0.der[found.value.clone()]))
    }

    /// The contents of the object identifiers of its critical extensions.
    #[cfg(feature = "judge")]
    pub(crate) fn critical_extensions(&self) -> impl Iterator<Item = &[u8]> {
        let critical = self.0.extensions.iter().filter(|extension| extension.critical);
        critical.map(|extension| &self.0.der[extension.id.clone()])
    }

    /// What its extensions say; they are read once.
    #[cfg(feature = "judge")]
    #[doc(hidden)]
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        self.0.read_extensions.get_or_init(|| Box::new(Extensions::of(self.der())))
    }
}

/// Two certificates are equal if their bytes are.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

/// Hashes the bytes, so that a certificate can be looked up by them.
impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.der().hash(state);
    }
}

impl Borrow<[u8]> for Certificate {
    fn borrow(&self) -> &[u8] {
        self.der()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject().text().line(), self.sha256())
    }
}

impl KeyPossession {
    /// `proven` or `not proven`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::NotProven => "not proven",
        }
    }

    /// The same in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Proven => "the server proved that it holds its key",
            Self::NotProven => "the server did not prove that it holds its key",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an X.509 certificate: its {} cannot be read", self.part)
    }
}

impl std::error::Error for Malformed {}

impl Diagnostic for Malformed {}

/// The subject of the certificate `der`, outer SEQUENCE included; reads nothing else.
#[cfg(feature = "judge")]
pub(crate) fn subject_of(der: &[u8]) -> Option<&[u8]> {
    let mut tbs = Elements::of(Elements::of(only(der)?.value).sequence()?.value);
    if tbs.peek_class() == Some(VERSION) {
        tbs.next()?;
    }
    // serialNumber, signature, issuer, validity
    tbs.nth(4).map(|subject| subject.whole)
}

/// notBefore and notAfter; the error names the one that cannot be read.
fn read_validity(validity: &[u8]) -> Result<(Time, Time), &'static str> {
    let mut dates = Elements::of(validity);
    let mut date = || {
        let element = dates.next()?;
        let utc = element.tag == Tag::UtcTime && element.value.len() == 13;
        let generalized = element.tag == Tag::GeneralizedTime && element.value.len() == 15;
        (utc || generalized).then(|| Time::from_asn1(element.value))?
    };
    Ok((date().ok_or("notBefore")?, date().ok_or("notAfter")?))
}

fn read_extensions(field: &[u8], range: impl Fn(&[u8]) -> Range<usize>) -> Option<Vec<Extension>> {
    let mut list = Elements::of(only(field).filter(Element::is_sequence)?.value);
    let mut extensions = Vec::new();
    while !list.is_empty() {
        let mut parts = Elements::of(list.sequence()?.value);
        let id = range(parts.oid_bytes()?);
        let mut element = parts.next()?;
        let mut critical = false;
        if element.tag == Tag::Boolean {
            critical = element.value != [0];
            element = parts.next()?;
        }
        if element.tag != Tag::OctetString {
            return None;
        }
        extensions.push(Extension { id, critical, value: range(element.value) });
    }
    Some(extensions)
}
