//! Keys of every kind in certificates, each identified by its kind and its owner, and the encoding of
//! public keys.

use super::der;

/// How the public key is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spki {
    /// As its algorithm specifies, points uncompressed.
    Usual,
    /// P-256 with its point compressed.
    Compressed,
    /// P-256 with explicit curve parameters.
    Explicit,
}

/// A key, by its kind and its owner's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub kind: Kind,
    pub owner: &'static str,
}

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    P192,
    P224,
    P256,
    P384,
    P521,
    Secp256k1,
    Brainpool256,
    Brainpool384,
    Brainpool512,
    Ed25519,
    Ed448,
    /// RSA with the size of its modulus and a public exponent.
    Rsa {
        bits: u16,
        exponent: u64,
    },
    /// RSA for RSASSA-PSS only (id-RSASSA-PSS), without parameters.
    RsaPss {
        bits: u16,
    },
}

impl Kind {
    /// RSA with the usual exponent.
    pub const fn rsa(bits: u16) -> Self {
        Self::Rsa { bits, exponent: 65537 }
    }

    /// The word for it in file names.
    fn word(self) -> String {
        match self {
            Self::Rsa { bits, exponent: 65537 } => format!("rsa{bits}"),
            Self::Rsa { bits, exponent } => format!("rsa{bits}e{exponent}"),
            Self::RsaPss { bits } => format!("rsapss{bits}"),
            curve => format!("{curve:?}").to_lowercase(),
        }
    }

    /// The arguments of `openssl genpkey` for it.
    pub fn request(self) -> Vec<String> {
        let curve = |name: &str| format!("EC -pkeyopt ec_paramgen_curve:{name}");
        let rsa = |algorithm: &str, bits: u16, exponent: u64| {
            format!(
                "{algorithm} -pkeyopt rsa_keygen_bits:{bits} -pkeyopt rsa_keygen_pubexp:{exponent}"
            )
        };
        let words = match self {
            Self::P192 => curve("prime192v1"),
            Self::P224 => curve("secp224r1"),
            Self::P256 => curve("prime256v1"),
            Self::P384 => curve("secp384r1"),
            Self::P521 => curve("secp521r1"),
            Self::Secp256k1 => curve("secp256k1"),
            Self::Brainpool256 => curve("brainpoolP256r1"),
            Self::Brainpool384 => curve("brainpoolP384r1"),
            Self::Brainpool512 => curve("brainpoolP512r1"),
            Self::Ed25519 => "ED25519".to_owned(),
            Self::Ed448 => "ED448".to_owned(),
            Self::Rsa { bits, exponent } => rsa("RSA", bits, exponent),
            Self::RsaPss { bits } => rsa("RSA-PSS", bits, 65537),
        };
        words.split(' ').map(str::to_owned).collect()
    }
}

impl Key {
    pub fn is_rsa(self) -> bool {
        matches!(self.kind, Kind::Rsa { .. } | Kind::RsaPss { .. })
    }

    pub fn file(self) -> String {
        // Long moduli take seconds to generate: one serves every owner.
        let owner = match self.kind {
            Kind::Rsa { bits: 4097.., .. } => "any",
            _ => self.owner,
        };
        format!("{}-{owner}.pem", self.kind.word())
    }
}

/// The octets of the BIT STRING that ends a SubjectPublicKeyInfo.
pub fn bit_string_of(spki: &[u8]) -> &[u8] {
    use ::der::Decode as _;
    let parts = Vec::<::der::asn1::AnyRef<'_>>::from_der(spki).unwrap_or_default();
    parts.get(1).map_or(&[], |bits| bits.value().get(1..).unwrap_or_default())
}

/// The coordinates of a point of P-256.
fn coordinates(spki: &[u8]) -> (&[u8], &[u8]) {
    let point = bit_string_of(spki);
    if point.len() == 65 { (&point[1..33], &point[33..]) } else { (&[], &[]) }
}

pub fn compressed(spki: &[u8]) -> Vec<u8> {
    let (x, y) = coordinates(spki);
    let odd = y.last().map_or(0, |last| last & 1);
    let algorithm =
        der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid("1.2.840.10045.3.1.7")]);
    der::sequence(&[algorithm, der::bits(&[&[2 + odd], x].concat())])
}

/// SpecifiedECDomain (SEC 1 section C.2) of P-256 (SEC 2 section 2.4.2).
pub fn explicit(spki: &[u8]) -> Vec<u8> {
    let prime = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    let a = hex("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc");
    let b = hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    let generator = hex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let positive = |octets: &[u8]| der::element(der::INTEGER, &[&[0], octets].concat());
    let domain = der::sequence(&[
        der::small(1),
        der::sequence(&[der::oid("1.2.840.10045.1.1"), positive(&prime)]),
        der::sequence(&[der::octets(&a), der::octets(&b)]),
        der::octets(&generator),
        positive(&order),
        der::small(1),
    ]);
    let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), domain]);
    der::sequence(&[algorithm, der::bits(bit_string_of(spki))])
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |octet, digit| octet << 4 | digit)).collect()
}
