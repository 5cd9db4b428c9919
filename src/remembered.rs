//! Signatures on certificates that were found right, remembered within a run.
//!
//! The search for paths, the proof and the rules of a consumer ask about the same signatures, and
//! thousands of servers share their authorities. A signature that verified once does so again: what
//! is remembered is the SHA-256 over the algorithm, the key, the message and the signature, so that
//! no other question has the same answer. Wrong signatures are not remembered.

use std::{
    collections::HashSet,
    sync::{Mutex, OnceLock, PoisonError},
};

use der::Tag;
use ring::digest;
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use crate::element::{Element, Elements, only};

/// Signatures remembered before all are forgotten: 32 bytes each, 256 KiB in all. A run over a
/// hundred thousand servers meets a few hundred authorities.
const MAX_REMEMBERED: usize = 8_192;

/// The algorithms of rustls-webpki's ring provider, each with the memory of this process.
pub(crate) fn algorithms() -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    static ALGORITHMS: OnceLock<Vec<Remembering>> = OnceLock::new();
    static LIST: OnceLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = OnceLock::new();
    LIST.get_or_init(|| {
        let all = ALGORITHMS.get_or_init(|| {
            webpki::ALL_VERIFICATION_ALGS.iter().copied().map(Remembering).collect()
        });
        all.iter().map(|one| one as &dyn SignatureVerificationAlgorithm).collect()
    })
}

/// Whether the signature on `child` is by the key in `spki`, a whole subjectPublicKeyInfo; `None`
/// where no algorithm of the proof is for both.
pub(crate) fn is_signed_by(child: &[u8], spki: &[u8]) -> Option<bool> {
    let mut outer = Elements::of(only(child)?.value);
    let message = outer.sequence()?.whole;
    let algorithm = outer.sequence()?.value;
    let signature = whole_octets(outer.next()?)?;
    let mut fields = Elements::of(only(spki)?.value);
    let key_algorithm = fields.sequence()?.value;
    let key = whole_octets(fields.next()?)?;
    let known = algorithms().iter().find(|known| {
        known.signature_alg_id().as_ref() == algorithm
            && known.public_key_alg_id().as_ref() == key_algorithm
    })?;
    Some(known.verify_signature(key, message, signature).is_ok())
}

/// The contents of a BIT STRING whose last octet is full (X.690 section 8.6.2).
fn whole_octets(element: Element<'_>) -> Option<&[u8]> {
    match (element.tag, element.value) {
        (Tag::BitString, [0, octets @ ..]) => Some(octets),
        _ => None,
    }
}

/// An algorithm that does not compute again what it found right before.
#[derive(Debug)]
struct Remembering(&'static dyn SignatureVerificationAlgorithm);

impl SignatureVerificationAlgorithm for Remembering {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        static RIGHT: Mutex<Option<HashSet<[u8; 32]>>> = Mutex::new(None);
        let question = self.question(public_key, message, signature);
        let lock = || RIGHT.lock().unwrap_or_else(PoisonError::into_inner);
        if lock().as_ref().is_some_and(|right| right.contains(&question)) {
            return Ok(());
        }
        self.0.verify_signature(public_key, message, signature)?;
        let mut memory = lock();
        let right = memory.get_or_insert_default();
        if right.len() >= MAX_REMEMBERED {
            right.clear();
        }
        right.insert(question);
        Ok(())
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.0.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.0.signature_alg_id()
    }
}

impl Remembering {
    /// The whole question, each part with its length so that no two questions run together.
    fn question(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> [u8; 32] {
        let (key_algorithm, algorithm) = (self.0.public_key_alg_id(), self.0.signature_alg_id());
        let parts = [key_algorithm.as_ref(), algorithm.as_ref(), public_key, message, signature];
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut question = [0; 32];
        question.copy_from_slice(context.finish().as_ref());
        question
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_signature_is_right_again_and_a_wrong_one_stays_wrong() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate.der()).unwrap();
        let point = &parsed.public_key().subject_public_key.data;
        let message = parsed.tbs_certificate.as_ref();
        let signature = &parsed.signature_value.data;
        let algorithm = Remembering(webpki::ring::ECDSA_P256_SHA256);
        for _ in 0..2 {
            assert!(algorithm.verify_signature(point, message, signature).is_ok());
            assert!(algorithm.verify_signature(point, &message[1..], signature).is_err());
            assert!(algorithm.verify_signature(point, message, &signature[1..]).is_err());
        }
    }

    #[test]
    fn a_signature_on_a_certificate_is_by_one_key_and_by_no_other() {
        let made = [(); 2].map(|()| {
            let key = rcgen::KeyPair::generate().unwrap();
            rcgen::CertificateParams::default().self_signed(&key).unwrap().der().to_vec()
        });
        let [(child, own), (_, other)] = made.each_ref().map(|der| {
            let (_, parsed) = x509_parser::parse_x509_certificate(der).unwrap();
            (der, parsed.public_key().raw.to_vec())
        });
        for _ in 0..2 {
            assert_eq!(is_signed_by(child, &own), Some(true));
            assert_eq!(is_signed_by(child, &other), Some(false));
        }
        assert_eq!(is_signed_by(child, &own[1..]), None);
        let mut altered = child.clone();
        let last = altered.len() - 1;
        altered[last] ^= 1;
        assert_eq!(is_signed_by(&altered, &own), Some(false));
    }
}
