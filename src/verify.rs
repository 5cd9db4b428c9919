//! Proves that a device holding the anchor, and nothing else, verifies the server.
//!
//! In: the [`Candidate`]s, best first. Out: [`Verified`], which only this stage can make.
//!
//! The search for paths had everything at hand; a device has what the server sends and what was
//! embedded. So the chosen anchor is put to rustls-webpki once more with exactly that.

use crate::{
    anchor::{Candidate, Reason},
    certificate::Certificate,
    handshake::Presented,
    path::{self, Question, Refusal},
    store::{Root, Source, Store},
};

/// An anchor with the proof that it verifies the server.
///
/// Only [`prove`] makes one.
#[derive(Debug, Clone)]
pub struct Verified {
    anchor: Candidate,
    alternatives: Vec<Candidate>,
}

impl Verified {
    /// The anchor.
    #[must_use]
    pub fn anchor(&self) -> &Candidate {
        &self.anchor
    }

    /// Other roots that would do, best first.
    #[must_use]
    pub fn alternatives(&self) -> &[Candidate] {
        &self.alternatives
    }
}

/// Proves the first of `candidates` with the presented chain and what is missing from it.
///
/// # Errors
///
/// [`Refusal`] if what a device would have does not verify after all.
pub fn prove(
    candidates: Vec<Candidate>,
    presented: &Presented,
    question: Question<'_>,
) -> Result<Verified, Refusal> {
    let mut candidates = candidates.into_iter();
    let anchor = candidates.next().ok_or(Refusal::NoCertificate)?;
    if anchor.reason != Reason::OwnCertificate {
        let leaf = presented.certificates.first().ok_or(Refusal::NoCertificate)?;
        let sent = &presented.certificates[1..];
        let missing = anchor.missing.iter().map(|fetched| &fetched.certificate);
        let at_hand: Vec<Certificate> = sent.iter().chain(missing).cloned().collect();
        let root =
            Root { certificate: anchor.root.certificate.clone(), source: Source::Fingerprint };
        path::search(leaf, &at_hand, &[root], question).map_err(|problem| {
            path::why_not(
                leaf,
                &at_hand,
                std::slice::from_ref(&anchor.root),
                &Store::default(),
                question,
                problem,
            )
        })?;
    }
    Ok(Verified { anchor, alternatives: candidates.collect() })
}
