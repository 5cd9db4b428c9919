//! Signatures of certificates, with any digest and any parameters.
//!
//! What ring and the crates for curves can sign is signed here, and is the same in every run.

use std::fmt;
use std::path::PathBuf;

use ring::signature::{Ed25519KeyPair, RsaEncoding, RsaKeyPair};

use super::der;
use super::key::{Key, Kind};
use crate::x509::algorithm::{Digest, SignatureAlgorithm};
use crate::x509::key::Curve;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scheme {
    pub hash: Digest,
    /// Octets of the salt; without a salt, RSA signs with PKCS #1 v1.5.
    pub pss: Option<u8>,
    pub parameters: Parameters,
}

/// The parameters of an algorithm's identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameters {
    /// NULL for RSA, absent for ECDSA.
    Usual,
    /// The opposite.
    Unusual,
}

/// A signing key.
pub enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Rsa {
        pair: Box<RsaKeyPair>,
        file: PathBuf,
    },
    /// RSA of any size, with any digest.
    AnyRsa(Box<rsa::PrivateKey>),
    Ed25519(Ed25519KeyPair),
    File(PathBuf),
}

impl Default for Scheme {
    fn default() -> Self {
        Self { hash: Digest::Sha256, pss: None, parameters: Parameters::Usual }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Scheme {
    pub const fn hash(hash: Digest) -> Self {
        Self { hash, pss: None, parameters: Parameters::Usual }
    }

    pub const fn pss(hash: Digest, salt: u8) -> Self {
        Self { hash, pss: Some(salt), parameters: Parameters::Usual }
    }

    pub const fn unusual(hash: Digest) -> Self {
        Self { hash, pss: None, parameters: Parameters::Unusual }
    }

    /// The scheme closest to this one for which `key` is long enough: with short RSA keys, PKCS #1 v1.5
    /// instead of RSASSA-PSS (RFC 8017 section 9.1.1), and SHA-1 (section 9.2).
    pub fn fitting(self, key: Key) -> Self {
        /// The most octets that DigestInfo and padding add to a digest.
        const AROUND: usize = 19 + 11;
        let (Kind::Rsa { bits, .. } | Kind::RsaPss { bits }) = key.kind else { return self };
        let octets = usize::from(bits / 8);
        let salt = self.salt(key).map(usize::from);
        let fits_salt = salt.is_none_or(|salt| octets >= self.hash.octets() + salt + 2);
        let pss = self.pss.filter(|_| fits_salt);
        let hash = if octets >= self.hash.octets() + AROUND { self.hash } else { Digest::Sha1 };
        Self { hash, pss, ..self }
    }

    /// The salt that `key` signs with, if it uses RSASSA-PSS.
    pub fn salt(self, key: Key) -> Option<u8> {
        match key.kind {
            Kind::RsaPss { .. } => self.pss.or(Some(32)),
            Kind::Rsa { .. } => self.pss,
            _ => None,
        }
    }

    /// Its AlgorithmIdentifier for a key.
    pub fn algorithm(self, key: Key) -> Vec<u8> {
        if let Some(salt) = self.salt(key) {
            let parameters = self.pss_parameters(salt);
            return der::sequence(&[id(&SignatureAlgorithm::RsaPss), parameters]);
        }
        let (algorithm, null) = match key.kind {
            Kind::Ed25519 => (SignatureAlgorithm::Ed25519, false),
            Kind::Ed448 => (SignatureAlgorithm::Ed448, false),
            Kind::Rsa { .. } => {
                let is_usual = self.parameters == Parameters::Usual;
                (SignatureAlgorithm::RsaPkcs1(self.hash), is_usual)
            }
            _ => (SignatureAlgorithm::Ecdsa(self.hash), self.parameters == Parameters::Unusual),
        };
        der::sequence(&[id(&algorithm), if null { der::null() } else { Vec::new() }])
    }

    /// RSASSA-PSS-params (RFC 4055 section 3.1); defaults are not written.
    fn pss_parameters(self, salt: u8) -> Vec<u8> {
        let hash = der::element(der::OID, self.hash.id());
        let hash = der::sequence(&[hash, der::null()]);
        let mask = der::sequence(&[der::oid("1.2.840.113549.1.1.8"), hash.clone()]);
        let salt_length = match salt {
            20 => Vec::new(),
            salt => der::around(2, &der::small(u64::from(salt))),
        };
        match self.hash {
            Digest::Sha1 => der::sequence(&[salt_length]),
            _ => der::sequence(&[der::around(0, &hash), der::around(1, &mask), salt_length]),
        }
    }
}

/// The OBJECT IDENTIFIER of an algorithm; that of ECDSA with SHA-1 if none is assigned.
fn id(algorithm: &SignatureAlgorithm) -> Vec<u8> {
    let assigned = algorithm.id().or_else(|| SignatureAlgorithm::Ecdsa(Digest::Sha1).id());
    der::element(der::OID, assigned.unwrap_or_default())
}

/// The secret of a curve's scalar, the curve's OID, and the uncompressed point.
macro_rules! on_curve {
    ($curve:ident, $variant:ident, $scalar:expr) => {{
        let secret = $curve::ecdsa::SigningKey::from_slice($scalar).ok()?;
        let point = secret.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Some((Secret::$variant(secret), Curve::$variant.id()?, point))
    }};
}

/// An ECDSA signature over a digest, in DER.
macro_rules! ecdsa {
    ($curve:ident, $secret:expr, $digest:expr) => {{
        use $curve::ecdsa::{Signature, signature::hazmat::PrehashSigner as _};
        let signature: Option<Signature> = $secret.sign_prehash($digest).ok();
        signature.map(|signature| {
            let (r, s) = signature.split_bytes();
            r_and_s(&r, &s)
        })
    }};
}

impl Secret {
    /// The secret with a scalar from 64 random octets, if the curve is a NIST curve.
    pub fn of_scalar(kind: Kind, random: &[u8]) -> Option<(Self, &'static [u8], Vec<u8>)> {
        // A leading zero octet keeps the scalar below the order.
        let scalar = |octets: usize| [&[0], &random[..octets - 1]].concat();
        match kind {
            Kind::P256 => on_curve!(p256, P256, &scalar(32)),
            Kind::P384 => on_curve!(p384, P384, &scalar(48)),
            Kind::P521 => on_curve!(p521, P521, &[&[0, 0], random].concat()),
            _ => None,
        }
    }

    /// The secret with the private key in a file.
    pub fn of_file(kind: Kind, file: PathBuf, pem: &str) -> Self {
        let der = pem::parse(pem).map(pem::Pem::into_contents).unwrap_or_default();
        match kind {
            Kind::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
                .map_or(Self::File(file), Self::Ed25519),
            Kind::Rsa { .. } => match RsaKeyPair::from_pkcs8(&der) {
                Ok(pair) => Self::Rsa { pair: Box::new(pair), file },
                Err(_) => Self::File(file),
            },
            _ => Self::File(file),
        }
    }

    /// The scalar, for the curves that are supported here.
    pub fn scalar(&self) -> Vec<u8> {
        match self {
            Self::P256(secret) => secret.to_bytes().to_vec(),
            Self::P384(secret) => secret.to_bytes().to_vec(),
            Self::P521(secret) => secret.to_bytes().to_vec(),
            Self::Rsa { .. } | Self::AnyRsa(_) | Self::Ed25519(_) | Self::File(_) => Vec::new(),
        }
    }

    /// A signature made here, if possible.
    pub fn sign(&self, scheme: Scheme, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::P256(secret) => ecdsa!(p256, secret, &padded::<32>(scheme.hash.over(message)?)),
            Self::P384(secret) => ecdsa!(p384, secret, &padded::<48>(scheme.hash.over(message)?)),
            Self::P521(secret) => ecdsa!(p521, secret, &padded::<66>(scheme.hash.over(message)?)),
            Self::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
            Self::Rsa { pair, .. } => {
                let encoding: &'static dyn RsaEncoding = match (scheme.pss, scheme.hash) {
                    (None, Digest::Sha256) => &ring::signature::RSA_PKCS1_SHA256,
                    (None, Digest::Sha384) => &ring::signature::RSA_PKCS1_SHA384,
                    (None, Digest::Sha512) => &ring::signature::RSA_PKCS1_SHA512,
                    _ => return None,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = ring::rand::SystemRandom::new();
                pair.sign(encoding, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Self::AnyRsa(key) => {
                // The crate has the prefix of DigestInfo for fewer digests.
                let info = scheme.hash.info(message)?;
                key.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &info).ok()
            }
            Self::File(_) => None,
        }
    }

    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Rsa { file, .. } | Self::File(file) => Some(file),
            _ => None,
        }
    }
}

/// A digest that is shorter than the curve's order, with leading zeros: the same number, in the length
/// that the crates for curves require.
fn padded<const LENGTH: usize>(digest: Vec<u8>) -> Vec<u8> {
    [vec![0; LENGTH.saturating_sub(digest.len())], digest].concat()
}

fn r_and_s(r: &[u8], s: &[u8]) -> Vec<u8> {
    let positive = |octets: &[u8]| {
        let zeros = octets.iter().take_while(|octet| **octet == 0).count();
        let octets = &octets[zeros..];
        let sign: &[u8] =
            if octets.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
        der::element(der::INTEGER, &[sign, octets].concat())
    };
    der::sequence(&[positive(r), positive(s)])
}
