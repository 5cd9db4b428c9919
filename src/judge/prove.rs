//! Proves that a device holding the anchor, and nothing else, verifies the server.
//!
//! In: the [`Candidate`]s, best first. Out: [`Verified`], which only this stage can make.
//!
//! The path search used every available certificate. A device only has what the server sends and what
//! was embedded. So rustls-webpki verifies the chosen anchor once more with exactly these, under the
//! rules of the [`Consumer`] that the output is for.

use super::{
    path::{self, Path, Paths, Question, Refusal},
    rank::{Candidate, Reason},
};
use crate::chain::Presented;
use crate::{
    stack::consumer::{Consumer, LooksUp, TakesLeaf, UnsupportedFeature},
    text::time::Time,
    trust::store::{Root, Source, Store},
    x509::{certificate::Certificate, extensions},
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

    /// Other roots that verify the server, best first.
    #[must_use]
    pub fn alternatives(&self) -> &[Candidate] {
        &self.alternatives
    }
}

/// Proves the first of `candidates` with the presented chain and the certificates missing from it.
///
/// # Errors
///
/// [`Refusal`] if the certificates that a device would have do not verify.
pub fn prove(
    candidates: Vec<Candidate>,
    presented: &Presented,
    question: Question<'_>,
) -> Result<Verified, Refusal> {
    let mut candidates = candidates.into_iter();
    let anchor = candidates.next().ok_or(Refusal::NoCertificate)?;
    if anchor.reason != Reason::OwnCertificate {
        let (leaf, sent) = (presented.leaf()?, presented.above_leaf());
        let missing = anchor.missing.iter().map(|fetched| &fetched.certificate);
        let at_hand: Vec<Certificate> = sent.iter().chain(missing).cloned().collect();
        verify(
            leaf,
            &at_hand,
            std::slice::from_ref(&anchor.root.certificate),
            question,
            Some(question.at),
        )
        .map_err(|refusal| refusal.with_unreadable(presented.unreadable()))?;
    }
    Ok(Verified { anchor, alternatives: candidates.collect() })
}

/// Whether a device with the TLS stack `consumer` that trusts `anchors` and nothing else verifies
/// the server that sends `presented`.
///
/// # Errors
///
/// [`Refusal`] says why it does not.
pub fn accepts(
    consumer: &Consumer,
    presented: &Presented,
    anchors: &[Certificate],
    question: Question<'_>,
) -> Result<(), Refusal> {
    let (leaf, sent) = (presented.leaf()?, presented.above_leaf());
    let leaf_problem = anchors.contains(leaf).then(|| leaf_not_accepted(consumer, leaf, sent));
    if leaf_problem == Some(None) {
        let at = match consumer.takes_leaf {
            TakesLeaf::AlwaysAsItStands => leaf.not_before(),
            _ => question.at,
        };
        path::leaf_holds(leaf, Question { at, ..question })?;
        return unsupported(consumer, &[leaf]).map_or(Ok(()), Err);
    }
    let anchor_at = consumer.checks_anchor_dates.then_some(question.at);
    // The leaf is not a CA, so it cannot be the anchor of a longer path.
    let (accepted, others): (Vec<_>, Vec<_>) = anchors
        .iter()
        .filter(|one| *one != leaf)
        .cloned()
        .partition(|anchor| consumer.takes_intermediates || anchor.is_self_issued());
    // Certificates in the store that are not anchors are still used to build paths.
    let at_hand: Vec<_> = sent.iter().chain(&others).cloned().collect();
    let mut paths = verify(leaf, &at_hand, &accepted, question, anchor_at).map_err(|refusal| {
        let would_verify = |anchor: &&Certificate| {
            verify(leaf, sent, &[(*anchor).clone()], question, anchor_at).is_ok()
        };
        let refuse = |anchor: &Certificate, (problem, unless)| Refusal::NotTaken {
            subject: anchor.subject().text(),
            consumer: consumer.title,
            problem,
            unless,
            advice: None,
        };
        let is_alone = accepted.is_empty() && others.is_empty();
        match (others.iter().find(would_verify), leaf_problem.flatten().filter(|_| is_alone)) {
            (Some(anchor), _) => refuse(anchor, (SELF_SIGNED_ONLY, None)),
            (None, Some(why)) => refuse(leaf, why),
            (None, None) => refusal.with_unreadable(presented.unreadable()),
        }
    })?;
    let unsupported_in = |path: &Path| {
        let up: Vec<_> = path.certificates.iter().chain([&path.anchor.certificate]).collect();
        unsupported(consumer, &up)
    };
    let refusal = paths.found.first().and_then(unsupported_in);
    paths.found.retain(|path| unsupported_in(path).is_none());
    if let (true, Some(refusal)) = (paths.found.is_empty(), refusal) {
        return Err(refusal);
    }
    reaches_anchor(consumer, &paths, sent)
}

/// Whether `consumer` looks up the anchor of one of `paths`, which its other rules allow.
fn reaches_anchor(consumer: &Consumer, paths: &Paths, sent: &[Certificate]) -> Result<(), Refusal> {
    let LooksUp::Topmost { unless } = consumer.looks_up else { return Ok(()) };
    let is_topmost = |path: &Path| ends_at_the_top(path, sent);
    match paths.found.first().filter(|_| !paths.found.iter().any(is_topmost)) {
        None => Ok(()),
        Some(path) => Err(Refusal::NotTaken {
            subject: path.anchor.certificate.subject().text(),
            consumer: consumer.title,
            problem: LAST_ISSUER_ONLY,
            unless: Some(unless),
            advice: None,
        }),
    }
}

/// The first feature of `chain`, from the leaf up to the anchor, that `consumer` does not support.
fn unsupported(consumer: &Consumer, chain: &[&Certificate]) -> Option<Refusal> {
    UnsupportedFeature::of_chain(chain).into_iter().find_map(|(certificate, feature)| {
        let (what, unless) =
            consumer.unsupported.iter().find(|(unsupported, _)| *unsupported == feature)?;
        Some(Refusal::NotTaken {
            subject: certificate.subject().text(),
            consumer: consumer.title,
            problem: what.problem(),
            unless: *unless,
            advice: Some(what.advice()),
        })
    })
}

/// Why `consumer` does not accept `leaf` as an anchor when the server sends it before `sent`, and
/// the setting that would change that; `None` if it accepts it.
fn leaf_not_accepted(
    consumer: &Consumer,
    leaf: &Certificate,
    sent: &[Certificate],
) -> Option<(&'static str, Option<&'static str>)> {
    let problem = match consumer.takes_leaf {
        TakesLeaf::Never => Some("does not accept a leaf certificate as a trust anchor"),
        TakesLeaf::SelfSigned | TakesLeaf::SelfSignedNoAuthority if !leaf.is_self_issued() => {
            Some("only accepts a self-signed leaf certificate as a trust anchor")
        }
        TakesLeaf::SelfSignedNoAuthority if extensions::is_authority(leaf) => {
            Some("rejects a CA certificate (CA:TRUE) as a leaf")
        }
        _ => None,
    };
    match (problem, consumer.looks_up) {
        (Some(problem), _) => Some((problem, None)),
        // The leaf is the topmost certificate only if it is the only one.
        (None, LooksUp::Topmost { unless }) if !sent.is_empty() => {
            Some((LAST_ISSUER_ONLY, Some(unless)))
        }
        (None, _) => None,
    }
}

/// Why a stack does not accept an intermediate as an anchor.
const SELF_SIGNED_ONLY: &str = "only accepts self-signed certificates as trust anchors";

/// Why a stack with [`LooksUp::Topmost`] does not find an anchor.
const LAST_ISSUER_ONLY: &str = "only looks up the issuer of the last certificate sent";

/// Whether the anchor issued the last certificate of the presented chain: whether no certificate
/// sent, except the anchor itself, continues from the end of `path`.
fn ends_at_the_top(path: &Path, sent: &[Certificate]) -> bool {
    let Some(top) = path.certificates.last() else { return false };
    let anchor = &path.anchor.certificate;
    let goes_on = |one: &Certificate| {
        one.subject_der() == top.issuer_der()
            && !(one.is_self_issued() && one.is_same_anchor(anchor))
    };
    !sent.iter().any(goes_on)
}

/// The paths from `leaf` through `at_hand` to `anchors`, which are trusted as they are.
fn verify(
    leaf: &Certificate,
    at_hand: &[Certificate],
    anchors: &[Certificate],
    question: Question<'_>,
    anchor_at: Option<Time>,
) -> Result<Paths, Refusal> {
    let root = |certificate: &Certificate| Root {
        certificate: certificate.clone(),
        source: Source::Fingerprint,
    };
    let roots: Vec<Root> = anchors.iter().map(root).collect();
    path::search(leaf, at_hand, &roots, question, anchor_at).map_err(|problem| {
        let refusal = path::why_not(leaf, at_hand, &roots, &Store::default(), question, problem);
        refusal.in_store("the device")
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    use rustls_pki_types::ServerName;

    use super::*;
    use crate::chain::Fetched;
    use crate::{
        judge::{rank, work::Work},
        text::foreign::Foreign,
    };

    fn authority(name: &str) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    fn read(certificate: &rcgen::Certificate) -> Certificate {
        Certificate::from_der(certificate.der()).unwrap()
    }

    #[test]
    fn a_candidate_that_the_presented_chain_does_not_carry_is_not_proven() {
        let [root_key, issuing_key, leaf_key, other_key] =
            [(); 4].map(|()| KeyPair::generate().unwrap());
        let root = read(&authority("Plant Root").self_signed(&root_key).unwrap());
        let impostor = read(&authority("Plant Root").self_signed(&other_key).unwrap());
        let above = Issuer::new(authority("Plant Root"), root_key);
        let issuing = read(&authority("Issuing").signed_by(&issuing_key, &above).unwrap());
        let above = Issuer::new(authority("Issuing"), issuing_key);
        let leaf = CertificateParams::new(["plc.test".to_owned()]).unwrap();
        let leaf = read(&leaf.signed_by(&leaf_key, &above).unwrap());

        let name = ServerName::try_from("plc.test").unwrap();
        let prove = |root: &Certificate, sent: &[&Certificate], missing: &[&Certificate]| {
            let root = Root { certificate: root.clone(), source: Source::Fingerprint };
            let fetched = |one: &&Certificate| Fetched {
                certificate: (*one).clone(),
                url: Foreign::text("http://aia.test/"),
            };
            let candidate = Candidate {
                path: Path {
                    certificates: vec![leaf.clone(), issuing.clone()],
                    anchor: root.clone(),
                },
                missing: missing.iter().map(fetched).collect(),
                lasts: rank::lasts(&root, None),
                root,
                reason: Reason::Only,
            };
            let sent = sent.iter().map(|one| one.der());
            let presented = Presented::from_message(sent, Source::Server);
            let (at, work) = ("2030-01-01".parse().unwrap(), Work::default());
            let question = Question { name: &name, at, work: &work };
            super::prove(vec![candidate], &presented, question)
                .map(|proven| proven.anchor().clone())
        };
        assert!(prove(&root, &[&leaf, &issuing], &[]).is_ok());
        assert!(prove(&root, &[&leaf], &[&issuing]).is_ok());
        let refused = prove(&root, &[&leaf], &[]);
        assert!(matches!(refused, Err(Refusal::MissingIssuer { .. })), "{refused:?}");
        let refused = prove(&impostor, &[&leaf, &issuing], &[]);
        assert!(matches!(refused, Err(Refusal::OtherKey { .. })), "{refused:?}");
        let refused = prove(&impostor, &[&leaf, &issuing, &root], &[]);
        assert!(matches!(refused, Err(Refusal::UnknownRoot { .. })), "{refused:?}");
    }
}
