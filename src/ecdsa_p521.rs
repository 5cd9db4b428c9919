//! ECDSA on P-521 (FIPS 186-5 section 6.4.2), which ring lacks: for handshakes and for chains.

use p521::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier as _};
use ring::digest;
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};

/// With SHA-256.
pub(crate) const SHA256: EcdsaP521 =
    EcdsaP521 { digest: &digest::SHA256, id: alg_id::ECDSA_SHA256 };
/// With SHA-384.
pub(crate) const SHA384: EcdsaP521 =
    EcdsaP521 { digest: &digest::SHA384, id: alg_id::ECDSA_SHA384 };
/// With SHA-512.
pub(crate) const SHA512: EcdsaP521 =
    EcdsaP521 { digest: &digest::SHA512, id: alg_id::ECDSA_SHA512 };

/// Bytes of a scalar.
pub(crate) const SCALAR_BYTES: usize = 66;

/// The algorithm with one digest.
#[derive(Debug)]
pub(crate) struct EcdsaP521 {
    digest: &'static digest::Algorithm,
    id: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for EcdsaP521 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        // A digest that is shorter than the field counts as the number it is, so leading zeros
        // change nothing.
        let digest = digest::digest(self.digest, message);
        let mut number = [0; SCALAR_BYTES];
        number[SCALAR_BYTES - digest.as_ref().len()..].copy_from_slice(digest.as_ref());
        key.verify_prehash(&number, &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.id
    }
}
