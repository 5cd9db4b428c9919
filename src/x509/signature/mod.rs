//! A cache of signature checks and certificates for the process.
//!
//! The path search, the proof and the rules of a TLS stack make the same checks, and thousands of
//! servers share their CAs. A cached result only depends on its question, which is kept whole or as a
//! SHA-256 over all of it, so different questions never share a result.
//!
//! The question of a signature is the algorithm, the key, the message and the signature; valid and
//! invalid signatures are both cached.

pub(crate) mod ecdsa;

use std::{
    borrow::Borrow,
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use der::Tag;
use ring::digest;
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use super::{
    certificate::{Certificate, Malformed},
    der::{Element, Elements, only},
};

/// Signatures cached in each generation: 32 bytes each, 256 KiB in all. A run over a hundred
/// thousand servers finds a few hundred CAs.
const MAX_SIGNATURES: usize = 4_096;

/// Certificates cached in each generation, usually about 2 KiB each. All servers that are queried
/// concurrently may be between their first and their last use.
const MAX_CERTIFICATES: usize = 256;

/// A cache of answers in two generations: when the younger one is full, the older one is dropped. So
/// frequent questions stay, and memory is bounded.
pub(crate) struct Memory<Q, A> {
    most: usize,
    generations: Mutex<Option<Generations<Q, A>>>,
}

struct Generations<Q, A> {
    younger: HashMap<Q, A>,
    older: HashMap<Q, A>,
}

impl<Q: Hash + Eq, A: Clone> Memory<Q, A> {
    /// An empty cache with up to `most` answers in each generation.
    pub(crate) const fn new(most: usize) -> Self {
        Self { most, generations: Mutex::new(None) }
    }

    /// The answer to `question`, if it is cached.
    pub(crate) fn recall<R>(&self, question: &R) -> Option<A>
    where
        Q: Borrow<R>,
        R: Hash + Eq + ?Sized,
    {
        let mut generations = self.lock();
        let generations = generations.as_mut()?;
        if let Some(answer) = generations.younger.get(question) {
            return Some(answer.clone());
        }
        let (question, answer) = generations.older.remove_entry(question)?;
        generations.keep(question, answer.clone(), self.most);
        Some(answer)
    }

    /// Caches `answer`.
    pub(crate) fn keep(&self, question: Q, answer: A) {
        self.lock().get_or_insert_default().keep(question, answer, self.most);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Generations<Q, A>>> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q: Hash + Eq, A> Generations<Q, A> {
    fn keep(&mut self, question: Q, answer: A, most: usize) {
        if self.younger.len() >= most {
            std::mem::swap(&mut self.younger, &mut self.older);
            self.younger.clear();
        }
        self.younger.insert(question, answer);
    }
}

impl<Q, A> Default for Generations<Q, A> {
    fn default() -> Self {
        Self { younger: HashMap::new(), older: HashMap::new() }
    }
}

/// Reads a certificate, or returns the cached one.
///
/// # Errors
///
/// See [`Certificate::from_der`].
pub(crate) fn certificate(der: &[u8]) -> Result<Certificate, Malformed> {
    static READ: Memory<Certificate, Certificate> = Memory::new(MAX_CERTIFICATES);
    if let Some(known) = READ.recall(der) {
        return Ok(known);
    }
    let read = Certificate::from_der(der)?;
    READ.keep(read.clone(), read.clone());
    Ok(read)
}

/// The algorithms of rustls-webpki's ring provider and those that ring does not support, each with the
/// process's cache; those of ECDSA also under the identifier with NULL.
pub(crate) fn algorithms() -> &'static [Remembering] {
    static ALGORITHMS: OnceLock<Vec<Remembering>> = OnceLock::new();
    ALGORITHMS.get_or_init(|| {
        webpki::ALL_VERIFICATION_ALGS
            .iter()
            .copied()
            .chain(ecdsa::ALL)
            .flat_map(|algorithm| {
                let id = algorithm.signature_alg_id();
                let ids = [Some(id), ecdsa::with_null(id)].into_iter().flatten();
                ids.map(move |signature| Remembering { algorithm, signature })
            })
            .collect()
    })
}

/// Whether an algorithm of the proof matches the signature on `child`.
pub(crate) fn is_supported(child: &[u8]) -> bool {
    let algorithm = only(child).and_then(|outer| Elements::of(outer.value).nth(1));
    algorithm.is_some_and(|algorithm| {
        algorithms().iter().any(|known| known.signature_alg_id().as_ref() == algorithm.value)
    })
}

/// The check of the signature on `child` by the key in `spki`; `None` if no algorithm of the proof
/// matches both.
pub(crate) fn signature_check<'a>(child: &'a [u8], spki: &'a [u8]) -> Option<SignatureCheck<'a>> {
    let mut outer = Elements::of(only(child)?.value);
    let message = outer.sequence()?.whole;
    let algorithm = outer.sequence()?.value;
    let signature = whole_octets(outer.next()?)?;
    let mut fields = Elements::of(only(spki)?.value);
    let key_algorithm = fields.sequence()?.value;
    let key = whole_octets(fields.next()?)?;
    let algorithm = algorithms().iter().find(|known| {
        known.signature_alg_id().as_ref() == algorithm
            && known.public_key_alg_id().as_ref() == key_algorithm
    })?;
    Some(SignatureCheck::new(algorithm, key, message, signature))
}

/// Whether an algorithm of the proof matches this kind of key and signature, and verifies `signature` on
/// `message` with `key`; `false` means nothing.
pub(crate) fn is_right(
    (key_algorithm, algorithm): (AlgorithmIdentifier, AlgorithmIdentifier),
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    let known = algorithms().iter().find(|known| {
        known.signature_alg_id() == algorithm && known.public_key_alg_id() == key_algorithm
    });
    known.is_some_and(|known| known.verify_signature(key, message, signature).is_ok())
}

/// A signature that can be checked.
pub(crate) struct SignatureCheck<'a> {
    algorithm: &'static Remembering,
    key: &'a [u8],
    message: &'a [u8],
    signature: &'a [u8],
    question: [u8; 32],
}

impl<'a> SignatureCheck<'a> {
    /// The check of `signature` on `message` by `key`.
    pub(crate) fn new(
        algorithm: &'static Remembering,
        key: &'a [u8],
        message: &'a [u8],
        signature: &'a [u8],
    ) -> Self {
        let question = algorithm.question(key, message, signature);
        Self { algorithm, key, message, signature, question }
    }

    /// A SHA-256 over all inputs of the check.
    pub(crate) const fn question(&self) -> [u8; 32] {
        self.question
    }

    /// Whether it is valid; `None` if the key is not a point on its curve, or the signature is not
    /// encoded as one.
    pub(crate) fn outcome(&self) -> Option<bool> {
        let Self { algorithm, key, message, signature, question } = *self;
        if algorithm.is_right(question, key, message, signature) {
            return Some(true);
        }
        self.is_readable().then_some(false)
    }

    /// Whether the key and the signature are encoded as its algorithm requires.
    pub(crate) fn is_readable(&self) -> bool {
        let algorithm = self.algorithm.public_key_alg_id();
        ecdsa::is_key(algorithm, self.key) && ecdsa::is_signature(algorithm, self.signature)
    }
}

/// The contents of a BIT STRING whose last octet is full (X.690 section 8.6.2).
fn whole_octets(element: Element<'_>) -> Option<&[u8]> {
    match (element.tag, element.value) {
        (Tag::BitString, [0, octets @ ..]) => Some(octets),
        _ => None,
    }
}

/// An algorithm with a cache. It also supports compressed points of elliptic curves (SEC 1 section
/// 2.3.3), which ring does not.
#[derive(Debug)]
pub(crate) struct Remembering {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    signature: AlgorithmIdentifier,
}

impl SignatureVerificationAlgorithm for Remembering {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let question = self.question(public_key, message, signature);
        let is_right = self.is_right(question, public_key, message, signature);
        if is_right { Ok(()) } else { Err(InvalidSignature) }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

impl Remembering {
    /// Whether the signature is valid; `question` is over all inputs.
    fn is_right(&self, question: [u8; 32], key: &[u8], message: &[u8], signature: &[u8]) -> bool {
        static CHECKED: Memory<[u8; 32], bool> = Memory::new(MAX_SIGNATURES);
        CHECKED.recall(&question).unwrap_or_else(|| {
            let point = ecdsa::uncompressed(self.public_key_alg_id(), key);
            let key = point.as_deref().unwrap_or(key);
            let is_right = self.algorithm.verify_signature(key, message, signature).is_ok();
            CHECKED.keep(question, is_right);
            is_right
        })
    }

    /// The whole question, each part with its length so that no two questions run together.
    pub(crate) fn question(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> [u8; 32] {
        let (key_algorithm, algorithm) = (self.public_key_alg_id(), self.signature_alg_id());
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn is_signed_by(child: &[u8], spki: &[u8]) -> Option<bool> {
        signature_check(child, spki)?.outcome()
    }

    #[test]
    fn recently_used_results_stay_and_others_are_dropped() {
        let memory: Memory<u32, u32> = Memory::new(4);
        for question in 0..1_000 {
            assert_eq!(memory.recall(&0).unwrap_or_default(), 0);
            memory.keep(question, question * 2);
            assert_eq!(memory.recall(&question), Some(question * 2));
        }
        assert_eq!(memory.recall(&0), Some(0));
        let kept = (0..1_000).filter(|question| memory.recall(question).is_some()).count();
        assert!((1..=8).contains(&kept), "{kept}");
    }

    #[test]
    fn a_cached_result_equals_the_first_one() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate.der()).unwrap();
        let point = &parsed.public_key().subject_public_key.data;
        let message = parsed.tbs_certificate.as_ref();
        let signature = &parsed.signature_value.data;
        let known = webpki::ring::ECDSA_P256_SHA256;
        let algorithm = Remembering { algorithm: known, signature: known.signature_alg_id() };
        for _ in 0..2 {
            assert!(algorithm.verify_signature(point, message, signature).is_ok());
            assert!(algorithm.verify_signature(point, &message[1..], signature).is_err());
            assert!(algorithm.verify_signature(point, message, &signature[1..]).is_err());
        }
    }

    /// Reports every signature as wrong, and counts them.
    #[derive(Debug)]
    struct Wrong(AtomicUsize);

    impl SignatureVerificationAlgorithm for Wrong {
        fn verify_signature(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Err(InvalidSignature)
        }

        fn public_key_alg_id(&self) -> AlgorithmIdentifier {
            AlgorithmIdentifier::from_slice(b"a key of this test")
        }

        fn signature_alg_id(&self) -> AlgorithmIdentifier {
            AlgorithmIdentifier::from_slice(b"a signature of this test")
        }
    }

    #[test]
    fn a_wrong_signature_is_computed_once() {
        static WRONG: Wrong = Wrong(AtomicUsize::new(0));
        let algorithm = Remembering { algorithm: &WRONG, signature: WRONG.signature_alg_id() };
        for _ in 0..3 {
            assert!(algorithm.verify_signature(b"key", b"message", b"signature").is_err());
        }
        assert_eq!(WRONG.0.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_signature_verifies_with_one_key_only() {
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

    #[test]
    fn another_encoding_of_a_signature_or_key_is_not_called_wrong() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let der = certificate.der();
        let (_, parsed) = x509_parser::parse_x509_certificate(der).unwrap();
        let (own, signature) = (parsed.public_key().raw, &parsed.signature_value.data);
        let mut other = der.to_vec();
        let start = other.len() - signature.len();
        other[start] = 0x31;
        assert_eq!(is_signed_by(&other, own), None);
        let mut hybrid = own.to_vec();
        let (point, odd) = (hybrid.len() - 65, hybrid[hybrid.len() - 1] & 1);
        hybrid[point] = 6 | odd;
        assert_eq!(is_signed_by(der, &hybrid), None);
        assert_eq!(is_signed_by(der, own), Some(true));
    }
}
