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

use crate::{
    element::{Element, Elements, hex, only},
    name::Name,
    time::Time,
};

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
    signature_algorithm: ObjectIdentifier,
}

/// An extension as it stands in the certificate (RFC 5280 section 4.2).
struct Extension {
    id: ObjectIdentifier,
    critical: bool,
    value: Range<usize>,
}

/// The public key of a certificate, as far as certgrab names keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// RSA (RFC 8017), big-endian modulus and exponent without leading zeros.
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The public exponent.
        exponent: Vec<u8>,
    },
    /// A point on a named curve (RFC 5480), as the key's bit string holds it.
    Ec {
        /// The curve.
        curve: ObjectIdentifier,
        /// The encoded point.
        point: Vec<u8>,
    },
    /// Any other algorithm, by its object identifier.
    Other(ObjectIdentifier),
}

/// The SHA-256 of something, shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

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

const fn oid(text: &'static str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// rsaEncryption (RFC 8017 appendix A.1).
const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// id-ecPublicKey (RFC 5480 section 2.1.1).
const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");

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
            key: read_key(spki.value).ok_or(malformed("subjectPublicKeyInfo"))?,
            signature_algorithm: Elements::of(algorithm.value)
                .oid()
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
        signature_name(self.0.signature_algorithm)
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
        let found = self.0.extensions.iter().find(|extension| extension.id == id)?;
        Some((found.critical, &self.0.der[found.value.clone()]))
    }

    /// The identifiers of all extensions marked critical.
    pub fn critical_extensions(&self) -> impl Iterator<Item = ObjectIdentifier> + '_ {
        self.0
            .extensions
            .iter()
            .filter(|extension| extension.critical)
            .map(|extension| extension.id)
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

impl Key {
    /// Bits of the RSA modulus or of the curve's field; `None` where certgrab does not know.
    #[must_use]
    pub fn bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { modulus, .. } => {
                let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
                Some(modulus.len() * 8 - leading)
            }
            Self::Ec { curve, .. } => curve_name(*curve).map(|(_, bits)| bits),
            Self::Other(_) => None,
        }
    }
}

impl fmt::Display for Key {
    /// `RSA 2048`, `EC P-384`, `Ed25519`, or the identifier of what certgrab has no name for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { .. } => write!(f, "RSA {}", self.bits().unwrap_or_default()),
            Self::Ec { curve, .. } => match curve_name(*curve) {
                Some((name, _)) => write!(f, "EC {name}"),
                None => write!(f, "EC on curve {curve}"),
            },
            Self::Other(id) => f.write_str(&signature_name(*id)),
        }
    }
}

/// Named curves (RFC 5480 section 2.1.1.1, RFC 5639) and the bits of their field.
fn curve_name(id: ObjectIdentifier) -> Option<(&'static str, usize)> {
    const CURVES: [(ObjectIdentifier, &str, usize); 8] = [
        (oid("1.2.840.10045.3.1.7"), "P-256", 256),
        (oid("1.3.132.0.34"), "P-384", 384),
        (oid("1.3.132.0.35"), "P-521", 521),
        (oid("1.3.132.0.33"), "P-224", 224),
        (oid("1.3.132.0.10"), "secp256k1", 256),
        (oid("1.3.36.3.3.2.8.1.1.7"), "brainpoolP256r1", 256),
        (oid("1.3.36.3.3.2.8.1.1.11"), "brainpoolP384r1", 384),
        (oid("1.3.36.3.3.2.8.1.1.13"), "brainpoolP512r1", 512),
    ];
    CURVES.iter().find(|(curve, ..)| *curve == id).map(|(_, name, bits)| (*name, *bits))
}

/// Names of algorithms as in RFC 8017, 5758, 5480, 8410, 3279; the identifier where none is known.
fn signature_name(id: ObjectIdentifier) -> String {
    const NAMES: [(ObjectIdentifier, &str); 21] = [
        (RSA_ENCRYPTION, "RSA"),
        (oid("1.2.840.113549.1.1.2"), "md2WithRSAEncryption"),
        (oid("1.2.840.113549.1.1.4"), "md5WithRSAEncryption"),
        (oid("1.2.840.113549.1.1.5"), "sha1WithRSAEncryption"),
        (oid("1.2.840.113549.1.1.10"), "RSASSA-PSS"),
        (oid("1.2.840.113549.1.1.11"), "sha256WithRSAEncryption"),
        (oid("1.2.840.113549.1.1.12"), "sha384WithRSAEncryption"),
        (oid("1.2.840.113549.1.1.13"), "sha512WithRSAEncryption"),
        (oid("1.2.840.113549.1.1.14"), "sha224WithRSAEncryption"),
        (oid("1.2.840.10045.4.1"), "ecdsa-with-SHA1"),
        (oid("1.2.840.10045.4.3.1"), "ecdsa-with-SHA224"),
        (oid("1.2.840.10045.4.3.2"), "ecdsa-with-SHA256"),
        (oid("1.2.840.10045.4.3.3"), "ecdsa-with-SHA384"),
        (oid("1.2.840.10045.4.3.4"), "ecdsa-with-SHA512"),
        (oid("1.3.101.110"), "X25519"),
        (oid("1.3.101.112"), "Ed25519"),
        (oid("1.3.101.113"), "Ed448"),
        (oid("1.2.840.10040.4.1"), "DSA"),
        (oid("1.2.840.10040.4.3"), "dsa-with-sha1"),
        (oid("2.16.840.1.101.3.4.3.2"), "dsa-with-sha256"),
        (oid("2.16.840.1.101.3.4.3.18"), "ML-DSA-65"),
    ];
    let known = NAMES.iter().find(|(named, _)| *named == id);
    known.map_or_else(|| id.to_string(), |(_, name)| (*name).to_owned())
}

impl Sha256 {
    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hmac_sha256::Hash::hash(bytes))
    }

    /// Reads 64 hexadecimal digits of either case, with or without colons or spaces between.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b':' | b' ')).collect();
        let mut hash = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
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
#[cfg(feature = "fetch")]
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
        let id = parts.oid()?;
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

/// The key of a subjectPublicKeyInfo; one whose contents are junk is known by its algorithm alone.
fn read_key(spki: &[u8]) -> Option<Key> {
    let mut parts = Elements::of(spki);
    let mut algorithm = Elements::of(parts.sequence()?.value);
    let id = algorithm.oid()?;
    // The first octet counts unused bits (X.690 section 8.6.2.2); keys have none.
    let key = parts.tagged(Tag::BitString)?.value.get(1..)?;
    let known = match id {
        RSA_ENCRYPTION => read_rsa_key(key),
        EC_PUBLIC_KEY => algorithm.oid().map(|curve| Key::Ec { curve, point: key.to_vec() }),
        _ => None,
    };
    Some(known.unwrap_or(Key::Other(id)))
}

/// RSAPublicKey (RFC 8017 appendix A.1.1).
fn read_rsa_key(key: &[u8]) -> Option<Key> {
    let mut numbers = Elements::of(only(key).filter(Element::is_sequence)?.value);
    let mut number = || {
        let value = numbers.tagged(Tag::Integer)?.value;
        let start = value.iter().position(|&byte| byte != 0).unwrap_or(value.len());
        Some(value[start..].to_vec())
    };
    Some(Key::Rsa { modulus: number()?, exponent: number()? })
}
