//! Whether a certificate is signed by the key of another one.
//!
//! In: two certificates. Out: the outcome of the check, or that it cannot be made.

use x509_parser::{
    error::X509Error,
    prelude::{FromDer as _, X509Certificate},
};

use super::{
    algorithm::SignatureAlgorithm,
    certificate::{Certificate, EC_PUBLIC_KEY, Key, RSA_ENCRYPTION, Sha256},
    signature::{self, ecdsa},
};

/// The RSA moduli that signatures are verified with, in bits: those of ring.
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Whether `key` can verify signatures at all. ring reports every signature as wrong for a key that
/// it does not support.
pub(crate) fn is_verified_with(key: &Key) -> bool {
    match key {
        Key::Rsa { exponent, .. } => {
            // ring 0.17 (`rsa/public_exponent.rs`): an odd number from 3 to 2^33 - 1.
            let is_odd = exponent.last().is_some_and(|byte| byte & 1 == 1);
            let fits = matches!(exponent.as_slice(), [_] | [_, _] | [_, _, _] | [_, _, _, _])
                || matches!(exponent.as_slice(), [1, _, _, _, _]);
            let is_in_range = is_odd && fits && *exponent != [1];
            is_in_range && key.bits().is_some_and(|bits| RSA_BITS.contains(&bits))
        }
        // A malformed RSA or EC key.
        Key::Other(id) => *id != RSA_ENCRYPTION && *id != EC_PUBLIC_KEY,
        // Some stacks read a key in hybrid form.
        Key::Ec { point, .. } => ecdsa::is_point(point),
        Key::Unknown(_) => true,
    }
}

/// Whether the signature on `child` is by the key of `issuer`; `None` if it cannot be checked. The check
/// is made by `ask`, which gets a SHA-256 over all its inputs.
///
/// This only explains why a chain does not verify. It never makes one verify.
pub(crate) fn is_signed_by(
    child: &Certificate,
    issuer: &Certificate,
    ask: impl FnOnce([u8; 32], &dyn Fn() -> Option<bool>) -> Option<bool>,
) -> Option<bool> {
    if !is_verified_with(issuer.key()) {
        return None;
    }
    // Usually an algorithm of the proof supports it; then each signature is computed once.
    if let Some(check) = signature::signature_check(child.der(), issuer.spki_der()) {
        return ask(check.question(), &|| check.outcome());
    }
    // The others have obsolete digests. x509-parser only looks at the signature's algorithm, so it
    // reports a signature as wrong if it does not support the key or the parameters: RSASSA-PSS with
    // a salt that is not as long as the digest.
    if !matches!(issuer.key(), Key::Rsa { .. })
        || child.signature_algorithm() == SignatureAlgorithm::RsaPss
    {
        return None;
    }
    let question = Sha256::of(&[child.sha256().0, issuer.sha256().0].concat());
    ask(question.0, &|| {
        let (_, child) = X509Certificate::from_der(child.der()).ok()?;
        let (_, issuer) = X509Certificate::from_der(issuer.der()).ok()?;
        match child.verify_signature(Some(issuer.public_key())) {
            Ok(()) => Some(true),
            Err(X509Error::SignatureVerificationError) => Some(false),
            Err(_) => None,
        }
    })
}
