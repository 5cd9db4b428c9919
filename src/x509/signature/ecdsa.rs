//! ECDSA (FIPS 186-5 section 6.4.2) on the curves and with the digests that ring lacks, for handshakes
//! and for chains: P-521, and SHA-512 with P-256 and P-384.

use ring::digest;
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};

/// Bytes of a scalar of P-521.
pub(crate) const P521_SCALAR_BYTES: usize = 66;

/// On P-521 with SHA-256.
pub(crate) const P521_SHA256: RareEcdsa = RareEcdsa::p521(&digest::SHA256, alg_id::ECDSA_SHA256);
/// On P-521 with SHA-384.
pub(crate) const P521_SHA384: RareEcdsa = RareEcdsa::p521(&digest::SHA384, alg_id::ECDSA_SHA384);
/// On P-521 with SHA-512.
pub(crate) const P521_SHA512: RareEcdsa = RareEcdsa::p521(&digest::SHA512, alg_id::ECDSA_SHA512);

/// On P-256 with SHA-512.
const P256_SHA512: RareEcdsa = RareEcdsa {
    key: alg_id::ECDSA_P256,
    signature: alg_id::ECDSA_SHA512,
    digest: &digest::SHA512,
    verify: p256,
};

/// On P-384 with SHA-512.
const P384_SHA512: RareEcdsa = RareEcdsa {
    key: alg_id::ECDSA_P384,
    signature: alg_id::ECDSA_SHA512,
    digest: &digest::SHA512,
    verify: p384,
};

/// All of them.
pub(crate) const ALL: [&dyn SignatureVerificationAlgorithm; 5] =
    [&P521_SHA256, &P521_SHA384, &P521_SHA512, &P256_SHA512, &P384_SHA512];

/// ECDSA on one curve with one digest.
#[derive(Debug)]
pub(crate) struct RareEcdsa {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    digest: &'static digest::Algorithm,
    verify: Verify,
}

/// Verifies with a key, over a digest, a signature. The keys of each curve are of another type.
type Verify = fn(&[u8], &[u8], &[u8]) -> Result<(), InvalidSignature>;

impl RareEcdsa {
    const fn p521(digest: &'static digest::Algorithm, signature: AlgorithmIdentifier) -> Self {
        Self { key: alg_id::ECDSA_P521, signature, digest, verify: p521 }
    }
}

/// The function for one curve.
macro_rules! verify_on {
    ($curve:ident) => {
        fn $curve(key: &[u8], digest: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
            use $curve::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier as _};
            let key = VerifyingKey::from_sec1_bytes(key).map_err(|_| InvalidSignature)?;
            let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
            key.verify_prehash(digest, &signature).map_err(|_| InvalidSignature)
        }
    };
}

verify_on!(p256);
verify_on!(p384);
verify_on!(p521);

impl SignatureVerificationAlgorithm for RareEcdsa {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let digest = digest::digest(self.digest, message);
        // A digest that is shorter than the field counts as the number it is, so leading zeros
        // change nothing; of a longer one its first bits count.
        let mut number = [0; P521_SCALAR_BYTES];
        let number = match self.key == alg_id::ECDSA_P521 {
            true => {
                number[P521_SCALAR_BYTES - digest.as_ref().len()..]
                    .copy_from_slice(digest.as_ref());
                &number[..]
            }
            false => digest.as_ref(),
        };
        (self.verify)(public_key, number, signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}
