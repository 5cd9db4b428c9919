//! The signature algorithms of rustls's providers.
//!
//! Those of ring are rustls-webpki's own. Of aws-lc-rs, those of ECDSA are the proof's, and RSA is computed here.

use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};

use super::FEWEST_RSA_BITS;
use crate::{
    stack::{
        key::{Digest, Key, Scheme},
        signature::{self, Check},
    },
    x509::signature as proof,
};

/// The algorithms of the provider ring (`rustls::crypto::ring`).
pub(super) fn ring() -> [&'static dyn SignatureVerificationAlgorithm; 14] {
    use webpki::ring as by;
    [
        by::ECDSA_P256_SHA256,
        by::ECDSA_P256_SHA384,
        by::ECDSA_P384_SHA256,
        by::ECDSA_P384_SHA384,
        by::ED25519,
        by::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        by::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        by::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        by::RSA_PKCS1_2048_8192_SHA256,
        by::RSA_PKCS1_2048_8192_SHA384,
        by::RSA_PKCS1_2048_8192_SHA512,
        by::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        by::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        by::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ]
}

/// The algorithms of the provider aws-lc-rs: those of ring, P-521 and SHA-512, computed here.
pub(super) fn aws_lc_rs() -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    use webpki::ring as by;
    const KEYS: [AlgorithmIdentifier; 3] =
        [alg_id::ECDSA_P256, alg_id::ECDSA_P384, alg_id::ECDSA_P521];
    const DIGESTS: [AlgorithmIdentifier; 3] =
        [alg_id::ECDSA_SHA256, alg_id::ECDSA_SHA384, alg_id::ECDSA_SHA512];
    let is_ecdsa = |known: &&proof::Remembering| {
        KEYS.contains(&known.public_key_alg_id()) && DIGESTS.contains(&known.signature_alg_id())
    };
    let ecdsa = proof::algorithms().iter().filter(is_ecdsa);
    let others: [&dyn SignatureVerificationAlgorithm; 10] = [
        by::ED25519,
        &Aws::PSS_SHA256,
        &Aws::PSS_SHA384,
        &Aws::PSS_SHA512,
        &Aws::RSA_SHA256,
        &Aws::RSA_SHA384,
        &Aws::RSA_SHA512,
        by::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
        by::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
        by::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ];
    ecdsa.map(|one| one as &dyn SignatureVerificationAlgorithm).chain(others).collect()
}

/// RSA as aws-lc-rs verifies it.
#[derive(Debug)]
struct Aws {
    id: AlgorithmIdentifier,
    scheme: Scheme,
}

impl Aws {
    const PSS_SHA256: Self = Self::rsa(alg_id::RSA_PSS_SHA256, pss(Digest::Sha256));
    const PSS_SHA384: Self = Self::rsa(alg_id::RSA_PSS_SHA384, pss(Digest::Sha384));
    const PSS_SHA512: Self = Self::rsa(alg_id::RSA_PSS_SHA512, pss(Digest::Sha512));
    const RSA_SHA256: Self = Self::rsa(alg_id::RSA_PKCS1_SHA256, Scheme::Rsa(Digest::Sha256));
    const RSA_SHA384: Self = Self::rsa(alg_id::RSA_PKCS1_SHA384, Scheme::Rsa(Digest::Sha384));
    const RSA_SHA512: Self = Self::rsa(alg_id::RSA_PKCS1_SHA512, Scheme::Rsa(Digest::Sha512));

    const fn rsa(id: AlgorithmIdentifier, scheme: Scheme) -> Self {
        Self { id, scheme }
    }
}

const fn pss(digest: Digest) -> Scheme {
    Scheme::Pss { digest, mask: digest, salt: digest.octets() }
}

impl SignatureVerificationAlgorithm for Aws {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = Key::from_parts(alg_id::RSA_ENCRYPTION.as_ref(), Some(public_key))
            .ok_or(InvalidSignature)?;
        if key.rsa_bits().is_some_and(|bits| !(FEWEST_RSA_BITS..=8192).contains(&bits)) {
            return Err(InvalidSignature);
        }
        match signature::check(self.scheme, &key, message, signature) {
            Check::Good => Ok(()),
            Check::Bad | Check::Unknown => Err(InvalidSignature),
        }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.id
    }
}
