//! The public key of a certificate, and the names of its algorithms.

use std::fmt;

use der::{Tag, asn1::ObjectIdentifier};

use super::der::{Element, Elements, oid_text, only};

/// The public key of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// RSA (RFC 8017), big-endian modulus and exponent without leading zeros.
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The public exponent.
        exponent: Vec<u8>,
    },
    /// A point on a named curve (RFC 5480), as in the key's bit string.
    Ec {
        /// The curve.
        curve: ObjectIdentifier,
        /// The encoded point.
        point: Vec<u8>,
    },
    /// Any other algorithm, by its object identifier.
    Other(ObjectIdentifier),
    /// An algorithm whose object identifier is longer or larger than `ObjectIdentifier` holds, as
    /// text.
    Unknown(String),
}

/// A named curve (RFC 5480 section 2.1.1.1, RFC 5639).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// secp192r1.
    P192,
    /// secp224r1.
    P224,
    /// secp256r1.
    P256,
    /// secp384r1.
    P384,
    /// secp521r1.
    P521,
    /// secp256k1.
    K256,
    /// brainpoolP256r1.
    Bp256,
    /// brainpoolP384r1.
    Bp384,
    /// brainpoolP512r1.
    Bp512,
    /// Any other named curve.
    Other,
}

pub(super) const fn oid(text: &'static str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// rsaEncryption (RFC 8017 appendix A.1).
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
/// id-ecPublicKey (RFC 5480 section 2.1.1).
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = oid("1.2.840.10045.2.1");
/// id-RSASSA-PSS (RFC 4055 section 1.2), of a signature or of a key restricted to it.
pub(crate) const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
/// id-Ed25519 (RFC 8410 section 3).
pub(crate) const ED25519: ObjectIdentifier = oid("1.3.101.112");
/// id-Ed448 (RFC 8410 section 3).
pub(crate) const ED448: ObjectIdentifier = oid("1.3.101.113");

/// Each named curve with its object identifier, its usual name and the bits of its field.
static CURVES: [(Curve, ObjectIdentifier, &str, usize); 9] = [
    (Curve::P192, oid("1.2.840.10045.3.1.1"), "P-192", 192),
    (Curve::P224, oid("1.3.132.0.33"), "P-224", 224),
    (Curve::P256, oid("1.2.840.10045.3.1.7"), "P-256", 256),
    (Curve::P384, oid("1.3.132.0.34"), "P-384", 384),
    (Curve::P521, oid("1.3.132.0.35"), "P-521", 521),
    (Curve::K256, oid("1.3.132.0.10"), "secp256k1", 256),
    (Curve::Bp256, oid("1.3.36.3.3.2.8.1.1.7"), "brainpoolP256r1", 256),
    (Curve::Bp384, oid("1.3.36.3.3.2.8.1.1.11"), "brainpoolP384r1", 384),
    (Curve::Bp512, oid("1.3.36.3.3.2.8.1.1.13"), "brainpoolP512r1", 512),
];

impl Curve {
    /// The curve whose object identifier has the contents `id`.
    pub(crate) fn of(id: &[u8]) -> Self {
        let known = CURVES.iter().find(|(_, known, ..)| known.as_bytes() == id);
        known.map_or(Self::Other, |(curve, ..)| *curve)
    }

    /// The contents of its object identifier.
    pub(crate) fn id(self) -> Option<&'static [u8]> {
        self.row().map(|(_, id, ..)| id.as_bytes())
    }

    /// Its name in RFC 5480 or RFC 5639, or the usual one.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("another curve", |(_, _, name, _)| name)
    }

    /// The bits of its field.
    pub(crate) fn bits(self) -> Option<usize> {
        self.row().map(|(.., bits)| *bits)
    }

    fn row(self) -> Option<&'static (Self, ObjectIdentifier, &'static str, usize)> {
        CURVES.iter().find(|(known, ..)| *known == self)
    }
}

impl Key {
    /// Bits of the RSA modulus or of the curve's field; `None` if unknown.
    #[must_use]
    pub fn bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { modulus, .. } => {
                let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
                Some(modulus.len() * 8 - leading)
            }
            _ => self.curve()?.bits(),
        }
    }

    /// The curve that the key is on, if it is a point.
    #[must_use]
    pub fn curve(&self) -> Option<Curve> {
        match self {
            Self::Ec { curve, .. } => Some(Curve::of(curve.as_bytes())),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    /// `RSA 2048`, `EC P-384`, `Ed25519`, or the object identifier of an unknown algorithm.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { .. } => write!(f, "RSA {}", self.bits().unwrap_or_default()),
            Self::Ec { curve, .. } => match Curve::of(curve.as_bytes()) {
                Curve::Other => write!(f, "EC on curve {curve}"),
                known => write!(f, "EC {}", known.name()),
            },
            Self::Other(id) => f.write_str(&algorithm_name(id.as_bytes())),
            Self::Unknown(id) => f.write_str(id),
        }
    }
}

/// Names of the algorithms of keys, and of signatures without a variant in `SignatureAlgorithm`;
/// otherwise the object identifier.
pub(super) fn algorithm_name(id: &[u8]) -> String {
    const NAMES: [(ObjectIdentifier, &str); 7] = [
        (RSA_ENCRYPTION, "RSA"),
        (RSASSA_PSS, "RSASSA-PSS"),
        (oid("1.3.101.110"), "X25519"),
        (ED25519, "Ed25519"),
        (ED448, "Ed448"),
        (oid("1.2.840.10040.4.1"), "DSA"),
        (oid("2.16.840.1.101.3.4.3.18"), "ML-DSA-65"),
    ];
    let known = NAMES.iter().find(|(named, _)| named.as_bytes() == id);
    known.map_or_else(|| oid_text(id), |(_, name)| (*name).to_owned())
}

/// The key of a subjectPublicKeyInfo; for a malformed key, only its algorithm.
pub(crate) fn read(spki: &[u8]) -> Option<Key> {
    let mut parts = Elements::of(spki);
    let mut algorithm = Elements::of(parts.sequence()?.value);
    let id = algorithm.oid_bytes()?;
    // The first octet counts unused bits (X.690 section 8.6.2.2); keys have none.
    let key = parts.tagged(Tag::BitString)?.value.get(1..)?;
    let Ok(id) = ObjectIdentifier::from_bytes(id) else { return Some(Key::Unknown(oid_text(id))) };
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
