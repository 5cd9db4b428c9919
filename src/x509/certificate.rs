//! What a certificate says, read from its DER (RFC 5280 section 4.1) without judging it.
//!
//! In: bytes. Out: [`Certificate`], the bytes with the facts that constants, reports and locks
//! show. A certificate that can be read need not be valid: that is `verify`.

use std::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    ops::Range,
    sync::{Arc, OnceLock},
};

use der::{Tag, asn1::ObjectIdentifier};

#[cfg(feature = "judge")]
pub(crate) use super::key::{
    EC_PUBLIC_KEY, ECDSA_WITH_SHA512, ED448, ED25519, RSA_ENCRYPTION, RSASSA_PSS,
};
use super::{
    der::{Element, Elements, hex, only},
    name::Name,
};
pub use super::{
    key::{Key, NistCurve},
    sha256::Sha256,
};
use crate::text::time::Time;

/// The most bytes one certificate may have: 128 KiB, eight times the largest seen in the wild.
pub const MAX_CERTIFICATE_BYTES: usize = 128 * 1024;

/// A certificate: its DER and what it says. Clones share both.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    der: Box<[u8]>,
    /// Computed when it is first asked for: of most certificates of a store it never is.
    sha256: OnceLock<Sha256>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    spki: Range<usize>,
    extensions: Vec<Extension>,
    not_before: Time,
    not_after: Time,
    key: Key,
    /// The contents of its object identifier.
    signature_algorithm: Range<usize>,
}

/// An extension as it stands in the certificate (RFC 5280 section 4.2).
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

/// Why bytes are no certificate that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// The part of the certificate that was being read, in the words of RFC 5280.
    pub part: &'static str,
}

/// The identifier octet of version, [0] EXPLICIT (RFC 5280 section 4.1).
const VERSION: u8 = 0xa0;

impl Certificate {
    /// Reads one certificate that fills `der` whole.
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

        let mut dates = Elements::of(validity.value);
        let mut date = || {
            let element = dates.next()?;
            let utc = element.tag == Tag::UtcTime && element.value.len() == 13;
            let generalized = element.tag == Tag::GeneralizedTime && element.value.len() == 15;
            (utc || generalized).then(|| Time::from_asn1(element.value))?
        };
        let not_before = date().ok_or(malformed("notBefore"))?;
        let not_after = date().ok_or(malformed("notAfter"))?;

        let range = |part: &[u8]| {
            let start = part.as_ptr() as usize - der.as_ptr() as usize;
            start..start + part.len()
        };
        let mut extensions = Vec::new();
        for field in fields.by_ref() {
            // issuerUniqueID [1] and subjectUniqueID [2] have no use and are passed over.
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

    /// The certificate itself.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The fingerprint that people compare: SHA-256 over the DER.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        *self.0.sha256.get_or_init(|| Sha256::of(self.der()))
    }

    /// The PEM text (RFC 7468 section 5.1): lines of 64 characters, `\n` ended, encoded anew.
    #[must_use]
    pub fn pem(&self) -> String {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", self.der()), config)
    }

    /// Who the certificate is about.
    #[must_use]
    pub fn subject(&self) -> Name<'_> {
        Name::new(self.subject_der())
    }

    /// Who signed the certificate.
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

    /// The serial number in hexadecimal, two digits a byte, as the DER holds it.
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

    /// The algorithm of the signature on it, by the name its standard gives it.
    #[must_use]
    pub fn signature_algorithm(&self) -> String {
        super::key::algorithm_name(self.signature_algorithm_oid())
    }

    /// Whether the signature on it is of the algorithm `id`.
    #[cfg(feature = "judge")]
    pub(crate) fn is_signed_with(&self, id: ObjectIdentifier) -> bool {
        self.signature_algorithm_oid() == id.as_bytes()
    }

    /// Whether the algorithm of the signature on it has NULL as its parameters.
    #[cfg(feature = "judge")]
    pub(crate) fn is_signed_with_null(&self) -> bool {
        self.0.der[self.0.signature_algorithm.end..].starts_with(&[5, 0])
    }

    fn signature_algorithm_oid(&self) -> &[u8] {
        &self.0.der[self.0.signature_algorithm.clone()]
    }

    /// Whether subject and issuer are the same name (RFC 5280 section 3.2, "self-issued").
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject_der() == self.issuer_der()
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
}

/// Two certificates are equal if their bytes are.
impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

/// As its bytes are hashed, so that a certificate is found by them.
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
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an X.509 certificate: its {} cannot be read", self.part)
    }
}

impl std::error::Error for Malformed {}

/// The subject of the certificate `der`, its outer SEQUENCE included, with nothing else read.
#[cfg(feature = "judge")]
pub(crate) fn subject_of(der: &[u8]) -> Option<&[u8]> {
    let mut tbs = Elements::of(Elements::of(only(der)?.value).sequence()?.value);
    if tbs.peek_class() == Some(VERSION) {
        tbs.next()?;
    }
    // serialNumber, signature, issuer, validity
    tbs.nth(4).map(|subject| subject.whole)
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
