//! Public keys and signature algorithms as TLS stacks distinguish them.
//!
//! In: a subjectPublicKeyInfo or an AlgorithmIdentifier. Out: [`Key`], [`Algorithm`].

use super::{
    oid,
    tlv::{self, BIT_STRING, INTEGER, Reader, SEQUENCE, Tlv},
};

/// A curve that some TLS stack knows.
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

/// A digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Digest {
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
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

impl Curve {
    const NAMED: [(&'static [u8], Self, usize); 9] = [
        (oid::P192, Self::P192, 24),
        (oid::P224, Self::P224, 28),
        (oid::P256, Self::P256, 32),
        (oid::P384, Self::P384, 48),
        (oid::P521, Self::P521, 66),
        (oid::K256, Self::K256, 32),
        (oid::BP256, Self::Bp256, 32),
        (oid::BP384, Self::Bp384, 48),
        (oid::BP512, Self::Bp512, 64),
    ];

    fn of(id: &[u8]) -> (Self, Option<usize>) {
        let known = Self::NAMED.iter().find(|(name, ..)| *name == id);
        known.map_or((Self::Other, None), |(_, curve, octets)| (*curve, Some(*octets)))
    }

    /// Its name in RFC 5480 or RFC 5639, or the usual one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P192 => "P-192",
            Self::P224 => "P-224",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::K256 => "secp256k1",
            Self::Bp256 => "brainpoolP256r1",
            Self::Bp384 => "brainpoolP384r1",
            Self::Bp512 => "brainpoolP512r1",
            Self::Other => "another curve",
        }
    }
}

impl Digest {
    /// Its name in FIPS 180-4.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The octets of its output.
    pub(super) const fn octets(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    fn of(id: &[u8]) -> Option<Self> {
        Some(match id {
            oid::SHA1 => Self::Sha1,
            oid::SHA224 => Self::Sha224,
            oid::SHA256 => Self::Sha256,
            oid::SHA384 => Self::Sha384,
            oid::SHA512 => Self::Sha512,
            _ => return None,
        })
    }
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
                let (curve, octets) = Curve::of(parameters.value);
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

/// RFC 8017 appendix C, RFC 5758, RFC 8410.
fn scheme(id: &[u8], parameters: Option<Tlv<'_>>) -> Scheme {
    use Digest::{Md5, Sha1, Sha224, Sha256, Sha384, Sha512};
    if let Some(&[last]) = id.strip_prefix(&oid::RSA[..8]) {
        return match last {
            4 => Scheme::Rsa(Md5),
            5 => Scheme::Rsa(Sha1),
            10 => pss(parameters).unwrap_or(Scheme::Unknown),
            11 => Scheme::Rsa(Sha256),
            12 => Scheme::Rsa(Sha384),
            13 => Scheme::Rsa(Sha512),
            14 => Scheme::Rsa(Sha224),
            _ => Scheme::Unknown,
        };
    }
    match id.strip_prefix(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4]) {
        Some([1]) => Scheme::Ecdsa(Sha1),
        Some([3, 1]) => Scheme::Ecdsa(Sha224),
        Some([3, 2]) => Scheme::Ecdsa(Sha256),
        Some([3, 3]) => Scheme::Ecdsa(Sha384),
        Some([3, 4]) => Scheme::Ecdsa(Sha512),
        _ => match id {
            oid::ED25519 => Scheme::Ed25519,
            oid::ED448 => Scheme::Ed448,
            _ => Scheme::Unknown,
        },
    }
}

/// RSASSA-PSS-params (RFC 4055 section 3.1), whose fields all have defaults.
fn pss(parameters: Option<Tlv<'_>>) -> Option<Scheme> {
    let mut fields = parameters.filter(|one| one.tag == SEQUENCE)?.inside();
    let named = |algorithm: Tlv<'_>| Digest::of(algorithm.inside().tagged(tlv::OID)?.value);
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
