//! The limits of the path search: partial paths tried and signatures checked.
//!
//! The names and keys of a server's chain determine the number of possible paths: 31 certificates with
//! the same name make more paths than can be tried. One [`Work`] counts for a target
//! in all stages. Each item counts once, in any stage, so the outcome does not depend on other targets.
//! This module reads no clock: a caller with a deadline passes a function that reports whether it has
//! passed.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use crate::x509::{
    certificate::{Certificate, Sha256},
    signature::{self, Remembering, SignatureCheck},
    signed,
};

/// The most partial paths tried for a target: thirty times the paths shown.
pub const MAX_PARTIAL_PATHS: usize = 1_000;

/// The most signatures checked for a target, each counted once: five times the limit of
/// rustls-webpki and Go for one search.
pub const MAX_SIGNATURE_CHECKS: usize = 500;

/// The work done for one target, and when to stop.
pub struct Work {
    most_signatures: usize,
    is_late: Option<Box<dyn Fn() -> bool + Send + Sync>>,
    done: Mutex<Done>,
}

#[derive(Default)]
struct Done {
    /// Each partial path, as a SHA-256 over the fingerprints of its certificates.
    paths: HashSet<Sha256>,
    /// Outcomes by a SHA-256 over the algorithm, the key, the message and the signature.
    signatures: HashMap<[u8; 32], Option<bool>>,
    /// Outcomes by child and issuer, to avoid hashing again; `None` if it cannot be checked.
    pairs: HashMap<(Sha256, Sha256), Option<bool>>,
    spent: Option<Spent>,
}

/// Why the search stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spent {
    /// [`MAX_PARTIAL_PATHS`] were tried.
    PartialPaths,
    /// [`MAX_SIGNATURE_CHECKS`] were made, or as many as the caller allows.
    SignatureChecks,
    /// The time limit of the target.
    Time,
}

impl Default for Work {
    fn default() -> Self {
        Self::up_to(MAX_SIGNATURE_CHECKS)
    }
}

impl Work {
    /// Work with another limit of signatures.
    pub(crate) fn up_to(most_signatures: usize) -> Self {
        Self { most_signatures, is_late: None, done: Mutex::default() }
    }

    /// Work that also stops as soon as `is_late` says so.
    #[must_use]
    pub fn until(is_late: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { is_late: Some(Box::new(is_late)), ..Self::default() }
    }

    /// The limit that ended the work, if any; an answer may then be missing.
    #[must_use]
    pub fn spent(&self) -> Option<Spent> {
        self.lock().spent
    }

    /// How many partial paths were tried, and how many signatures were checked.
    #[must_use]
    pub fn done(&self) -> (usize, usize) {
        let done = self.lock();
        (done.paths.len(), done.signatures.len())
    }

    /// Counts the partial path `certificates`; whether it may be tried.
    #[must_use]
    pub fn look_at(&self, certificates: &[&Certificate]) -> bool {
        let prints: Vec<u8> = certificates.iter().flat_map(|one| one.sha256().0).collect();
        let path = Sha256::of(&prints);
        let is_late = self.is_late();
        let mut done = self.lock();
        if done.paths.contains(&path) {
            return true;
        }
        let spent = if done.paths.len() >= MAX_PARTIAL_PATHS {
            Spent::PartialPaths
        } else if is_late {
            Spent::Time
        } else {
            done.paths.insert(path);
            return true;
        };
        done.spent.get_or_insert(spent);
        false
    }

    /// Whether the signature on `child` is by the key of `issuer`; `None` if it cannot be checked, or if
    /// no more signatures are checked.
    #[must_use]
    pub fn is_signed_by(&self, child: &Certificate, issuer: &Certificate) -> Option<bool> {
        let pair = (child.sha256(), issuer.sha256());
        if let Some(known) = self.lock().pairs.get(&pair) {
            return *known;
        }
        // Checked before the certificates are read, which takes time too.
        if self.is_late() {
            self.lock().spent.get_or_insert(Spent::Time);
            return None;
        }
        let signed =
            signed::is_signed_by(child, issuer, |question, check| self.signature(question, check));
        let mut done = self.lock();
        // A missing outcome is not kept if it is due to the limit.
        if signed.is_some() || done.spent.is_none() {
            done.pairs.insert(pair, signed);
        }
        signed
    }

    /// Whether `issuer` may have issued `child`, by name and key: a signature that cannot be checked,
    /// such as one by Ed448, counts; once a limit is reached, none does.
    #[must_use]
    pub fn may_have_issued(&self, issuer: &Certificate, child: &Certificate) -> bool {
        child.names_as_issuer(issuer) && self.may_be_signed_by(child, issuer)
    }

    /// The same by the key alone.
    pub(crate) fn may_be_signed_by(&self, child: &Certificate, issuer: &Certificate) -> bool {
        self.is_signed_by(child, issuer).unwrap_or_else(|| !self.checks_no_more())
    }

    /// Whether `certificate` is signed by its own key: also `Some(true)` if that cannot be checked,
    /// `None` if no more signatures are checked.
    #[must_use]
    pub fn signed_itself(&self, certificate: &Certificate) -> Option<bool> {
        if !certificate.is_self_issued() {
            return Some(false);
        }
        let signed = self.is_signed_by(certificate, certificate);
        signed.or_else(|| (!self.checks_no_more()).then_some(true))
    }

    /// Whether no more signatures are checked.
    pub(crate) fn checks_no_more(&self) -> bool {
        self.spent().is_some_and(|spent| spent != Spent::PartialPaths)
    }

    /// The outcome of the signature check `question`, from `check` unless it is known; `None` if it
    /// cannot be made, or if no more checks are made.
    pub(crate) fn signature(
        &self,
        question: [u8; 32],
        check: impl FnOnce() -> Option<bool>,
    ) -> Option<bool> {
        let is_late = self.is_late();
        {
            let mut done = self.lock();
            if let Some(known) = done.signatures.get(&question) {
                return *known;
            }
            let spent = if done.signatures.len() >= self.most_signatures {
                Some(Spent::SignatureChecks)
            } else {
                is_late.then_some(Spent::Time)
            };
            if let Some(spent) = spent {
                done.spent.get_or_insert(spent);
                return None;
            }
        }
        let outcome = check();
        self.lock().signatures.insert(question, outcome);
        outcome
    }

    /// The algorithms of the proof, each of whose checks counts as this work.
    pub(crate) fn algorithms(&self) -> Vec<Counted<'_>> {
        let counted = |algorithm| Counted { algorithm, work: self };
        signature::algorithms().iter().map(counted).collect()
    }

    fn is_late(&self) -> bool {
        self.is_late.as_ref().is_some_and(|is_late| is_late())
    }

    fn lock(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An algorithm whose checks are counted.
#[derive(Debug)]
pub(crate) struct Counted<'a> {
    algorithm: &'static Remembering,
    work: &'a Work,
}

impl SignatureVerificationAlgorithm for Counted<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        // Like a check of a single link: a key that cannot be read does not make a signature wrong.
        let check = SignatureCheck::new(self.algorithm, public_key, message, signature);
        match self.work.signature(check.question(), || check.outcome()) {
            Some(true) => Ok(()),
            _ => Err(InvalidSignature),
        }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (paths, signatures) = self.done();
        write!(f, "Work({paths} partial paths, {signatures} signatures)")
    }
}

impl fmt::Display for Spent {
    /// Completes the sentence "the search ended ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PartialPaths => write!(f, "after {MAX_PARTIAL_PATHS} partial paths"),
            Self::SignatureChecks => write!(f, "after {MAX_SIGNATURE_CHECKS} signature checks"),
            Self::Time => f.write_str("at the time limit"),
        }
    }
}
