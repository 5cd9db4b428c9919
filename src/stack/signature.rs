//! Whether a certificate's signature is by a key, for every algorithm that TLS stacks verify.
//!
//! In: scheme, key, what is signed, signature. Out: [`Check`]. What cannot be computed here is
//! [`Check::Unknown`], never good: no verdict may be based on it.
//!
//! ring verifies what it supports, and the process remembers the result: the proof has made nearly all
//! of these checks before. The crates of RustCrypto verify what ring does not support: small and large
//! RSA keys, SHA-1, MD5, RSASSA-PSS with salts of other lengths, and signatures on curves that only some
//! stacks have. [`curves`] has the curves that they do not support.

mod curves;

use der::Tag;
use ecdsa::signature::hazmat::PrehashVerifier as _;
use ring::signature::{self as modern, UnparsedPublicKey, VerificationAlgorithm};
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, PublicKey};
use rustls_pki_types::{AlgorithmIdentifier, alg_id};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::key::{Curve, Digest, Key, PointForm, Scheme};
use crate::x509::{der_write, signature as proof};

/// What is known of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// By this key.
    Good,
    /// Not by this key.
    Bad,
    /// certgrab cannot compute it.
    Unknown,
}

impl Check {
    const fn of(is_good: bool) -> Self {
        if is_good { Self::Good } else { Self::Bad }
    }
}

/// The longest RSA modulus that is computed, in bits: no TLS stack supports a longer one.
const MOST_RSA_BITS: usize = 16_384;

/// The longest RSA exponent that is computed, in octets: ring's and RustCrypto's limit is 33 bits.
const MOST_EXPONENT_OCTETS: usize = 5;

/// Whether `signature` on `message` is by `key`.
pub(super) fn check(scheme: Scheme, key: &Key<'_>, message: &[u8], signature: &[u8]) -> Check {
    if !key.makes(scheme) {
        return Check::Bad;
    }
    if is_proven(scheme, key, message, signature) {
        return Check::Good;
    }
    match (scheme, key) {
        (
            Scheme::Rsa(_) | Scheme::Pss { .. },
            Key::Rsa { modulus, exponent } | Key::RsaPss { modulus, exponent },
        ) => rsa(scheme, modulus, exponent, message, signature),
        (Scheme::Ecdsa(digest), Key::Ec { curve, point, form }) if *form != PointForm::Broken => {
            ecdsa(digest, *curve, point, message, signature)
        }
        (Scheme::Ed25519, Key::Ed25519(key)) => by_ring(&modern::ED25519, key, message, signature),
        _ => Check::Unknown,
    }
}

/// Whether the proof's algorithms verify `signature`, for the schemes that nearly all chains have. They
/// accept less than the functions below, so what they refuse is checked again.
fn is_proven(scheme: Scheme, key: &Key<'_>, message: &[u8], signature: &[u8]) -> bool {
    match (scheme, key) {
        (Scheme::Ecdsa(digest), Key::Ec { curve, point, form: PointForm::Uncompressed }) => {
            let Some(algorithms) = of_ecdsa(*curve, digest) else { return false };
            proof::is_right(algorithms, point, message, signature)
        }
        (Scheme::Rsa(digest), Key::Rsa { modulus, exponent }) => {
            let (Some(algorithm), Some(key)) = (of_rsa(digest), rsa_key(modulus, exponent)) else {
                return false;
            };
            proof::is_right((alg_id::RSA_ENCRYPTION, algorithm), &key, message, signature)
        }
        _ => false,
    }
}

/// The identifiers of a key on `curve` and of ECDSA with `digest` (RFC 5480, RFC 5758).
const fn of_ecdsa(
    curve: Curve,
    digest: Digest,
) -> Option<(AlgorithmIdentifier, AlgorithmIdentifier)> {
    let key = match curve {
        Curve::P256 => alg_id::ECDSA_P256,
        Curve::P384 => alg_id::ECDSA_P384,
        _ => return None,
    };
    match digest {
        Digest::Sha256 => Some((key, alg_id::ECDSA_SHA256)),
        Digest::Sha384 => Some((key, alg_id::ECDSA_SHA384)),
        _ => None,
    }
}

/// The identifier of RSASSA-PKCS1-v1_5 with `digest` (RFC 4055 section 5).
const fn of_rsa(digest: Digest) -> Option<AlgorithmIdentifier> {
    match digest {
        Digest::Sha256 => Some(alg_id::RSA_PKCS1_SHA256),
        Digest::Sha384 => Some(alg_id::RSA_PKCS1_SHA384),
        Digest::Sha512 => Some(alg_id::RSA_PKCS1_SHA512),
        _ => None,
    }
}

/// An RSAPublicKey (RFC 8017 appendix A.1.1) of numbers without leading zeros.
fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
    let integer = |number: &[u8]| {
        // The first bit of a non-negative number is 0 (X.690 section 8.3).
        let sign = number.first().filter(|first| **first >= 0x80).map(|_| 0);
        let octets: Vec<u8> = sign.into_iter().chain(number.iter().copied()).collect();
        der_write::value(Tag::Integer, &octets).ok()
    };
    der_write::sequence(&[integer(modulus)?, integer(exponent)?]).ok()
}

fn by_ring(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Check {
    Check::of(UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok())
}

fn rsa(scheme: Scheme, modulus: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> Check {
    let is_odd = |number: &[u8]| number.last().is_some_and(|octet| octet & 1 == 1);
    if modulus.len() * 8 > MOST_RSA_BITS || exponent.len() > MOST_EXPONENT_OCTETS {
        return Check::Unknown;
    }
    // A signature has as many octets as the modulus (RFC 8017 sections 8.1.2 and 8.2.2).
    if !is_odd(modulus) || !is_odd(exponent) || signature.len() != modulus.len() {
        return Check::Bad;
    }
    let number = BoxedUint::from_be_slice_vartime;
    let key = PublicKey::new_unchecked(number(modulus), number(exponent));
    let is_good = match scheme {
        Scheme::Rsa(digest) => {
            let Some(info) = digest.info(message) else { return Check::Unknown };
            key.verify(Pkcs1v15Sign::new_unprefixed(), &info, signature).is_ok()
        }
        Scheme::Pss { digest, mask, salt } if digest == mask => {
            let Some(hashed) = digest.over(message) else { return Check::Unknown };
            let verified = match digest {
                Digest::Md2 | Digest::Md5 => return Check::Unknown,
                Digest::Sha1 => key.verify(Pss::<Sha1>::new_with_salt(salt), &hashed, signature),
                Digest::Sha224 => {
                    key.verify(Pss::<Sha224>::new_with_salt(salt), &hashed, signature)
                }
                Digest::Sha256 => {
                    key.verify(Pss::<Sha256>::new_with_salt(salt), &hashed, signature)
                }
                Digest::Sha384 => {
                    key.verify(Pss::<Sha384>::new_with_salt(salt), &hashed, signature)
                }
                Digest::Sha512 => {
                    key.verify(Pss::<Sha512>::new_with_salt(salt), &hashed, signature)
                }
            };
            verified.is_ok()
        }
        _ => return Check::Unknown,
    };
    Check::of(is_good)
}

/// The function for one curve.
macro_rules! verify_on {
    ($name:ident, $curve:ty, $octets:literal) => {
        fn $name(point: &[u8], digest: &[u8], signature: &[u8]) -> Check {
            let key = ecdsa::VerifyingKey::<$curve>::from_sec1_bytes(point);
            let signature = ecdsa::Signature::<$curve>::from_der(signature);
            let (Ok(key), Ok(signature)) = (key, signature) else { return Check::Bad };
            // A digest shorter than the field counts as the number it is, so leading zeros change
            // nothing; of a longer one, the first bits count.
            let octets: usize = $octets;
            let mut number = vec![0; octets.max(digest.len())];
            let start = number.len() - digest.len();
            number[start..].copy_from_slice(digest);
            // secp256k1 has one normalized form of each signature; TLS stacks accept both.
            let signature = signature.normalize_s();
            Check::of(key.verify_prehash(&number, &signature).is_ok())
        }
    };
}

verify_on!(on_p256, p256::NistP256, 32);
verify_on!(on_p384, p384::NistP384, 48);
verify_on!(on_p521, p521::NistP521, 66);
verify_on!(on_k256, k256::Secp256k1, 32);
verify_on!(on_bp256, bp256::BrainpoolP256r1, 32);
verify_on!(on_bp384, bp384::BrainpoolP384r1, 48);

fn ecdsa(digest: Digest, curve: Curve, point: &[u8], message: &[u8], signature: &[u8]) -> Check {
    let Some(digest) = digest.over(message) else { return Check::Unknown };
    let verify = match curve {
        Curve::P256 => on_p256,
        Curve::P384 => on_p384,
        Curve::P521 => on_p521,
        Curve::K256 => on_k256,
        Curve::Bp256 => on_bp256,
        Curve::Bp384 => on_bp384,
        Curve::P192 => return on(&curves::P192, point, &digest, signature),
        Curve::P224 => return on(&curves::P224, point, &digest, signature),
        Curve::Bp512 => return on(&curves::BRAINPOOL_512, point, &digest, signature),
        Curve::Other => return Check::Unknown,
    };
    verify(point, &digest, signature)
}

/// Those of [`curves`], for an uncompressed point.
fn on(curve: &curves::Curve, point: &[u8], digest: &[u8], signature: &[u8]) -> Check {
    match point.first() {
        Some(4) => Check::of(curves::is_signed(curve, point, digest, signature)),
        _ => Check::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384};

    use super::*;
    use crate::stack::view::View;

    /// Certificates by their own keys: two of elliptic curves, and the first of Mozilla's roots by RSA.
    fn self_signed() -> Vec<Vec<u8>> {
        let made = [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384].map(|algorithm| {
            let key = KeyPair::generate_for(algorithm).unwrap();
            CertificateParams::default().self_signed(&key).unwrap().der().to_vec()
        });
        let is_by_rsa = |der: &&[u8]| {
            View::read(der).is_ok_and(|view| view.outer.scheme == Scheme::Rsa(Digest::Sha256))
        };
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(AsRef::as_ref);
        let by_rsa = roots.into_iter().find(is_by_rsa).unwrap().to_vec();
        made.into_iter().chain([by_rsa]).collect()
    }

    #[test]
    fn the_proofs_signature_checks_are_reused() {
        for der in self_signed() {
            let view = View::read(&der).unwrap_or_else(|_| panic!("a certificate"));
            let (scheme, key) = (view.outer.scheme, &view.key);
            assert!(is_proven(scheme, key, view.tbs, view.signature), "{scheme:?}");
            assert_eq!(check(scheme, key, view.tbs, view.signature), Check::Good, "{scheme:?}");
            let other = &view.tbs[1..];
            assert!(!is_proven(scheme, key, other, view.signature), "{scheme:?}");
            assert_eq!(check(scheme, key, other, view.signature), Check::Bad, "{scheme:?}");
        }
    }
}
