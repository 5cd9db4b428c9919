//! ECDSA (FIPS 186-5 section 6.4.2) on the curves and with the digests that ring does not support, for
//! handshakes and for chains: P-521, and SHA-512 with P-256 and P-384. Also the encodings that ring does
//! not support: NULL as parameters, and compressed points.

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
pub(crate) const P256_SHA512: RareEcdsa = RareEcdsa::p256(&digest::SHA512, alg_id::ECDSA_SHA512);
/// On P-384 with SHA-512.
pub(crate) const P384_SHA512: RareEcdsa = RareEcdsa::p384(&digest::SHA512, alg_id::ECDSA_SHA512);

// Supported by ring too, but not for a key whose point is compressed.

/// On P-256 with SHA-256.
pub(crate) const P256_SHA256: RareEcdsa = RareEcdsa::p256(&digest::SHA256, alg_id::ECDSA_SHA256);
/// On P-256 with SHA-384.
pub(crate) const P256_SHA384: RareEcdsa = RareEcdsa::p256(&digest::SHA384, alg_id::ECDSA_SHA384);
/// On P-384 with SHA-256.
pub(crate) const P384_SHA256: RareEcdsa = RareEcdsa::p384(&digest::SHA256, alg_id::ECDSA_SHA256);
/// On P-384 with SHA-384.
pub(crate) const P384_SHA384: RareEcdsa = RareEcdsa::p384(&digest::SHA384, alg_id::ECDSA_SHA384);

/// Everything that ring does not support.
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

/// Verifies a signature over a digest with a key. The keys of each curve have a different type.
type Verify = fn(&[u8], &[u8], &[u8]) -> Result<(), InvalidSignature>;

impl RareEcdsa {
    const fn p256(digest: &'static digest::Algorithm, signature: AlgorithmIdentifier) -> Self {
        Self { key: alg_id::ECDSA_P256, signature, digest, verify: p256 }
    }

    const fn p384(digest: &'static digest::Algorithm, signature: AlgorithmIdentifier) -> Self {
        Self { key: alg_id::ECDSA_P384, signature, digest, verify: p384 }
    }

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

// ecdsa-with-SHA256, SHA384 and SHA512 with NULL.
const SHA256_NULL: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00";
const SHA384_NULL: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03\x05\x00";
const SHA512_NULL: &[u8] = b"\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04\x05\x00";

/// The identifier of an ECDSA signature with NULL parameters: RFC 5758 section 3.2 forbids them, but
/// mbedTLS 2.28 writes them.
pub(crate) fn with_null(signature: AlgorithmIdentifier) -> Option<AlgorithmIdentifier> {
    let null = match signature {
        alg_id::ECDSA_SHA256 => SHA256_NULL,
        alg_id::ECDSA_SHA384 => SHA384_NULL,
        alg_id::ECDSA_SHA512 => SHA512_NULL,
        _ => return None,
    };
    Some(AlgorithmIdentifier::from_slice(null))
}

/// The point of `key` without compression (SEC 1 section 2.3.4); `None` if it is not compressed, or
/// not a point on the curve.
pub(crate) fn uncompressed(algorithm: AlgorithmIdentifier, key: &[u8]) -> Option<Vec<u8>> {
    if !matches!(key.first(), Some(2 | 3)) {
        return None;
    }
    match algorithm {
        alg_id::ECDSA_P256 => p256_point(key),
        alg_id::ECDSA_P384 => p384_point(key),
        alg_id::ECDSA_P521 => p521_point(key),
        _ => None,
    }
}

/// Whether `key` may be a key of `algorithm`, as far as that is known for elliptic curves. A point in
/// hybrid form (ANSI X9.62) is not one: RFC 5480 section 2.2 does not allow it.
pub(crate) fn is_key(algorithm: AlgorithmIdentifier, key: &[u8]) -> bool {
    let is_of_curve =
        matches!(algorithm, alg_id::ECDSA_P256 | alg_id::ECDSA_P384 | alg_id::ECDSA_P521);
    if is_of_curve && !is_point(key) {
        return false;
    }
    match algorithm {
        alg_id::ECDSA_P256 => p256_point(key).is_some(),
        alg_id::ECDSA_P384 => p384_point(key).is_some(),
        alg_id::ECDSA_P521 => p521_point(key).is_some(),
        _ => true,
    }
}

/// Whether `key` is a compressed or an uncompressed point, by its first octet (SEC 1 section 2.3.3).
pub(crate) fn is_point(key: &[u8]) -> bool {
    matches!(key.first(), Some(2..=4))
}

/// Whether `signature` is encoded as a signature of `algorithm`, an algorithm of keys, as far as that is
/// known for elliptic curves: in DER, with nothing after it.
pub(crate) fn is_signature(algorithm: AlgorithmIdentifier, signature: &[u8]) -> bool {
    match algorithm {
        alg_id::ECDSA_P256 => p256::ecdsa::Signature::from_der(signature).is_ok(),
        alg_id::ECDSA_P384 => p384::ecdsa::Signature::from_der(signature).is_ok(),
        alg_id::ECDSA_P521 => p521::ecdsa::Signature::from_der(signature).is_ok(),
        _ => true,
    }
}

/// The functions that read a point of one curve.
macro_rules! point_on {
    ($name:ident, $curve:ident) => {
        fn $name(key: &[u8]) -> Option<Vec<u8>> {
            use $curve::elliptic_curve::sec1::ToSec1Point as _;
            let key = $curve::PublicKey::from_sec1_bytes(key).ok()?;
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
    };
}

point_on!(p256_point, p256);
point_on!(p384_point, p384);
point_on!(p521_point, p521);

impl SignatureVerificationAlgorithm for RareEcdsa {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let digest = digest::digest(self.digest, message);
        // A digest shorter than the field counts as the number it is, so leading zeros change nothing;
        // of a longer one, the first bits count.
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
