//! Public keys and signature algorithms as TLS stacks distinguish them.
//!
//! In: a subjectPublicKeyInfo or an AlgorithmIdentifier. Out: [`Key`], [`Algorithm`].

use super::{
    oid,
    tlv::{self, BIT_STRING, INTEGER, Reader, SEQUENCE, Tlv},
};
use crate::x509::algorithm::SignatureAlgorithm;

pub use crate::x509::{algorithm::Digest, key::Curve};

/// How a point on a curve is encoded (SEC 1 section 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PointForm {
    Uncompressed,
    Compressed,
    /// Neither, or of the wrong length.
    Broken,
}

/// A public key.
#[derive(Clone, Copy)]
pub(super) enum Key<'a> {
    /// Modulus and exponent without leading zeros.
    Rsa { modulus: &'a [u8], exponent: &'a [u8] },
    /// The same, with the identifier that only allows RSASSA-PSS signatures.
    RsaPss { modulus: &'a [u8], exponent: &'a [u8] },
    /// A point on a named curve.
    Ec { curve: Curve, point: &'a [u8], form: PointForm },
    /// A curve with explicit parameters.
    EcExplicit,
    /// Ed25519.
    Ed25519(&'a [u8]),
    /// Ed448.
    Ed448,
    /// An algorithm that no stack knows.
    Unknown,
    /// The algorithm is known, but the key cannot be read.
    Broken,
}

/// How a certificate is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scheme {
    Rsa(Digest),
    Ecdsa(Digest),
    /// RSASSA-PSS with a digest, the digest of its mask, the length of its salt (RFC 4055).
    Pss {
        digest: Digest,
        mask: Digest,
        salt: usize,
    },
    Ed25519,
    Ed448,
    Unknown,
}

/// An AlgorithmIdentifier of a signature.
#[derive(Clone, Copy)]
pub(super) struct Algorithm<'a> {
    pub(super) id: &'a [u8],
    pub(super) parameters: Option<Tlv<'a>>,
    pub(super) whole: &'a [u8],
    pub(super) scheme: Scheme,
}

/// A number's octets without leading zeros.
fn stripped(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    &number[zeros..]
}

/// The bits of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |octet| octet.leading_zeros() as usize);
    number.len() * 8 - leading
}

impl<'a> Key<'a> {
    /// Reads a subjectPublicKeyInfo.
    pub(super) fn of(spki: Tlv<'a>) -> Self {
        Self::read(spki).unwrap_or(Self::Broken)
    }

    fn read(spki: Tlv<'a>) -> Option<Self> {
        let mut parts = spki.inside();
        let algorithm = parts.tagged(SEQUENCE)?;
        let key = parts.tagged(BIT_STRING)?.value.strip_prefix(&[0]);
        Self::from_parts(algorithm.value, key)
    }

    /// Reads the contents of an AlgorithmIdentifier and of the key's bit string.
    pub(super) fn from_parts(algorithm: &'a [u8], key: Option<&'a [u8]>) -> Option<Self> {
        let mut algorithm = Reader::new(algorithm);
        let id = algorithm.tagged(tlv::OID)?.value;
        let parameters = algorithm.read();
        Some(match id {
            oid::RSA | oid::RSASSA_PSS => {
                let mut numbers = tlv::only(key?).filter(|key| key.tag == SEQUENCE)?.inside();
                let modulus = stripped(numbers.tagged(INTEGER)?.value);
                let exponent = stripped(numbers.tagged(INTEGER)?.value);
                if id == oid::RSA {
                    Self::Rsa { modulus, exponent }
                } else {
                    Self::RsaPss { modulus, exponent }
                }
            }
            oid::EC => {
                let parameters = parameters?;
                if parameters.tag != tlv::OID {
                    return Some(Self::EcExplicit);
                }
                let curve = Curve::of(parameters.value);
                let octets = curve.bits().map(|bits| bits.div_ceil(8));
                let point = key?;
                let form = match (point.first(), octets) {
                    (Some(4), Some(octets)) if point.len() == 1 + 2 * octets => {
                        PointForm::Uncompressed
                    }
                    (Some(2 | 3), Some(octets)) if point.len() == 1 + octets => {
                        PointForm::Compressed
                    }
                    _ => PointForm::Broken,
                };
                Self::Ec { curve, point, form }
            }
            oid::ED25519 => Self::Ed25519(key?),
            oid::ED448 => Self::Ed448,
            _ => Self::Unknown,
        })
    }

    /// The bits of an RSA modulus.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { modulus, .. } | Self::RsaPss { modulus, .. } => Some(bits(modulus)),
            _ => None,
        }
    }

    /// Whether a key can make a signature of this kind.
    pub(super) const fn makes(&self, scheme: Scheme) -> bool {
        matches!(
            (self, scheme),
            (Self::Rsa { .. }, Scheme::Rsa(_) | Scheme::Pss { .. })
                | (Self::RsaPss { .. }, Scheme::Pss { .. })
                | (Self::Ec { .. } | Self::EcExplicit, Scheme::Ecdsa(_))
                | (Self::Ed25519(_), Scheme::Ed25519)
                | (Self::Ed448, Scheme::Ed448)
        )
    }
}

impl Scheme {
    /// The digest that is signed, if the algorithm names one.
    pub(super) const fn digest(self) -> Option<Digest> {
        match self {
            Self::Rsa(digest) | Self::Ecdsa(digest) | Self::Pss { digest, .. } => Some(digest),
            Self::Ed25519 | Self::Ed448 | Self::Unknown => None,
        }
    }
}

impl<'a> Algorithm<'a> {
    /// Reads an AlgorithmIdentifier.
    pub(super) fn read(element: Tlv<'a>) -> Option<Self> {
        let mut parts = element.inside();
        let id = parts.tagged(tlv::OID)?.value;
        let parameters = match parts.is_empty() {
            true => None,
            false => Some(parts.read()?),
        };
        let scheme = scheme(id, parameters);
        parts.is_empty().then_some(Self { id, parameters, whole: element.whole, scheme })
    }

    /// Whether it has parameters that are NULL.
    pub(super) fn has_null(&self) -> bool {
        self.parameters.is_some_and(|one| one.tag == tlv::NULL)
    }

    /// Whether its parameters are absent or NULL.
    pub(super) fn is_plain(&self) -> bool {
        self.parameters.is_none_or(|one| one.tag == tlv::NULL && one.value.is_empty())
    }
}

/// How an algorithm signs. No stack knows MD2.
fn scheme(id: &[u8], parameters: Option<Tlv<'_>>) -> Scheme {
    match SignatureAlgorithm::of(id) {
        SignatureAlgorithm::RsaPkcs1(digest) if digest != Digest::Md2 => Scheme::Rsa(digest),
        SignatureAlgorithm::RsaPss => pss(parameters).unwrap_or(Scheme::Unknown),
        SignatureAlgorithm::Ecdsa(digest) => Scheme::Ecdsa(digest),
        SignatureAlgorithm::Ed25519 => Scheme::Ed25519,
        SignatureAlgorithm::Ed448 => Scheme::Ed448,
        _ => Scheme::Unknown,
    }
}

/// RSASSA-PSS-params (RFC 4055 section 3.1), whose fields all have defaults.
fn pss(parameters: Option<Tlv<'_>>) -> Option<Scheme> {
    let mut fields = parameters.filter(|one| one.tag == SEQUENCE)?.inside();
    let named = |algorithm: Tlv<'_>| {
        let digest = Digest::of_id(algorithm.inside().tagged(tlv::OID)?.value)?;
        (!matches!(digest, Digest::Md2 | Digest::Md5)).then_some(digest)
    };
    let mut explicit = |number| fields.tagged(tlv::constructed(number));
    let digest = match explicit(0) {
        Some(field) => named(tlv::only(field.value)?)?,
        None => Digest::Sha1,
    };
    let mask = match explicit(1) {
        Some(field) => {
            let mut algorithm = tlv::only(field.value)?.inside();
            algorithm.tagged(tlv::OID).filter(|id| id.value == oid::MGF1)?;
            named(algorithm.read()?)?
        }
        None => Digest::Sha1,
    };
    let salt = match explicit(2) {
        Some(field) => small(tlv::only(field.value)?)?,
        None => 20,
    };
    let is_standard = match explicit(3) {
        Some(field) => small(tlv::only(field.value)?)? == 1,
        None => true,
    };
    (is_standard && fields.is_empty()).then_some(Scheme::Pss { digest, mask, salt })
}

/// A small non-negative INTEGER.
pub(super) fn small(element: Tlv<'_>) -> Option<usize> {
    let number = element.value;
    if element.tag != INTEGER || number.is_empty() || number[0] & 0x80 != 0 {
        return None;
    }
    let number = stripped(number);
    (number.len() <= 4).then(|| number.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)))
}

/// The elements of a SEQUENCE that fills `bytes`.
pub(super) fn sequence(bytes: &[u8]) -> Option<Reader<'_>> {
    tlv::only(bytes).filter(|one| one.tag == SEQUENCE).map(|one| one.inside())
}
