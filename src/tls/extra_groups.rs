//! Algorithms that few servers require and ring does not support: two key exchange groups, and the schemes of
//! one signature algorithm.
//!
//! The secrets agreed here protect nothing: certgrab closes the connection before either side sends
//! application data. The groups are only offered after the common ones were refused.

use ml_kem::{Decapsulate as _, DecapsulationKey768, Seed, kem::KeyExport as _};
use p521::{PublicKey, SecretKey, ecdh::diffie_hellman, elliptic_curve::sec1::ToSec1Point as _};
use rustls::{
    Error, NamedGroup, PeerMisbehaved, SignatureScheme,
    crypto::{
        ActiveKeyExchange, GetRandomFailed, SharedSecret, SupportedKxGroup,
        WebPkiSupportedAlgorithms, ring,
    },
};

use crate::x509::signature::{ecdsa, ecdsa::P521_SCALAR_BYTES};

/// The groups, for a [`rustls::crypto::CryptoProvider`].
pub(crate) const GROUPS: [&dyn SupportedKxGroup; 2] = [&Secp521r1, &X25519MlKem768];

/// ECDSA over secp521r1. TLS 1.3 names the curve in the scheme; in TLS 1.2 a scheme only says the
/// digest, whatever the curve of the key (RFC 8446 section 4.2.3).
pub(crate) const P521: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&ecdsa::P521_SHA256, &ecdsa::P521_SHA384, &ecdsa::P521_SHA512],
    mapping: &[
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[&ecdsa::P521_SHA256]),
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[&ecdsa::P521_SHA384]),
        (SignatureScheme::ECDSA_NISTP521_SHA512, &[&ecdsa::P521_SHA512]),
    ],
};

/// ECDSA over secp256r1 and secp384r1 by a key whose point is compressed.
pub(super) const COMPRESSED: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&ecdsa::P256_SHA256, &ecdsa::P256_SHA384, &ecdsa::P384_SHA256, &ecdsa::P384_SHA384],
    mapping: &[
        // The curve that TLS 1.3 names comes first.
        (SignatureScheme::ECDSA_NISTP256_SHA256, &[&ecdsa::P256_SHA256, &ecdsa::P384_SHA256]),
        (SignatureScheme::ECDSA_NISTP384_SHA384, &[&ecdsa::P384_SHA384, &ecdsa::P256_SHA384]),
    ],
};

/// ECDSA with SHA-512 in TLS 1.2, where the scheme called `ecdsa_secp521r1_sha512` only says the digest.
/// OpenSSL chooses it for any curve if the client lists it first, as mbedTLS does.
pub(super) const SHA512_IN_TLS_1_2: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&ecdsa::P256_SHA512, &ecdsa::P384_SHA512, &ecdsa::P521_SHA512],
    mapping: &[(
        SignatureScheme::ECDSA_NISTP521_SHA512,
        &[&ecdsa::P256_SHA512, &ecdsa::P384_SHA512, &ecdsa::P521_SHA512],
    )],
};

/// The size of a server's ML-KEM-768 ciphertext in bytes (FIPS 203 table 3).
const CIPHERTEXT_BYTES: usize = 1088;

#[derive(Debug)]
struct Secp521r1;

#[derive(Debug)]
struct X25519MlKem768;

impl SupportedKxGroup for Secp521r1 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let secret = loop {
            let mut scalar = random::<P521_SCALAR_BYTES>()?;
            // 521 bits: the first byte has one. Only zero and values from the order up are refused.
            scalar[0] &= 1;
            if let Ok(secret) = SecretKey::from_slice(&scalar) {
                break secret;
            }
        };
        let public = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
        Ok(Box::new(Secp521r1Exchange { secret, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

struct Secp521r1Exchange {
    secret: SecretKey,
    public: Vec<u8>,
}

impl ActiveKeyExchange for Secp521r1Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let peer = PublicKey::from_sec1_bytes(peer).map_err(|_| invalid_share())?;
        let shared = diffie_hellman(self.secret.to_nonzero_scalar(), peer.as_affine());
        Ok(SharedSecret::from(shared.raw_secret_bytes().as_slice()))
    }

    fn pub_key(&self) -> &[u8] {
        &self.public
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

/// draft-ietf-tls-ecdhe-mlkem section 4: ML-KEM first, then X25519, in shares and secret alike.
impl SupportedKxGroup for X25519MlKem768 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let quantum = DecapsulationKey768::from_seed(Seed::from(random::<64>()?));
        let classical = ring::kx_group::X25519.start()?;
        let mut public = quantum.encapsulation_key().to_bytes().to_vec();
        public.extend_from_slice(classical.pub_key());
        Ok(Box::new(X25519MlKem768Exchange { quantum, classical, public }))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }
}

struct X25519MlKem768Exchange {
    quantum: DecapsulationKey768,
    classical: Box<dyn ActiveKeyExchange>,
    public: Vec<u8>,
}

impl ActiveKeyExchange for X25519MlKem768Exchange {
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        let (ciphertext, peer) =
            peer.split_at_checked(CIPHERTEXT_BYTES).ok_or_else(invalid_share)?;
        let quantum = self.quantum.decapsulate_slice(ciphertext).map_err(|_| invalid_share())?;
        let classical = self.classical.complete(peer)?;
        let mut secret = quantum.to_vec();
        secret.extend_from_slice(classical.secret_bytes());
        Ok(SharedSecret::from(secret))
    }

    fn pub_key(&self) -> &[u8] {
        &self.public
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    let source = ring::default_provider().secure_random;
    source.fill(&mut bytes).map_err(|GetRandomFailed| Error::FailedToGetRandomBytes)?;
    Ok(bytes)
}

fn invalid_share() -> Error {
    PeerMisbehaved::InvalidKeyShare.into()
}
