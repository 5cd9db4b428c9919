//! Proves that a device holding the anchor, and nothing else, verifies the server.
//!
//! In: the [`Candidate`]s, best first. Out: [`Verified`], which only this stage can make.
//!
//! The search for paths had everything at hand; a device has what the server sends and what was
//! embedded. So the chosen anchor is put to rustls-webpki once more with exactly that, and under the
//! rules of the [`Consumer`] that the output is for.

use super::{
    path::{self, Path, Paths, Question, Refusal},
    rank::{Candidate, Reason},
};
use crate::chain::Presented;
use crate::{
    stack::consumer::{Consumer, LooksUp, TakesLeaf, Unusual},
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
        let (leaf, sent) = (presented.leaf()?, presented.above_leaf());
        let missing = anchor.missing.iter().map(|fetched| &fetched.certificate);
        let at_hand: Vec<Certificate> = sent.iter().chain(missing).cloned().collect();
        holds(
            leaf,
            &at_hand,
            std::slice::from_ref(&anchor.root.certificate),
            question,
            Some(question.at),
        )
        .map_err(|refusal| refusal.beside(presented.unreadable()))?;
    }
    Ok(Verified { anchor, alternatives: candidates.collect() })
}

/// Whether a device with the TLS stack `consumer` that holds `anchors` and nothing else verifies
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
    let not_taken = anchors.contains(leaf).then(|| leaf_not_taken(consumer, leaf, sent));
    if not_taken == Some(None) {
        let at = match consumer.takes_leaf {
            TakesLeaf::AlwaysAsItStands => leaf.not_before(),
            _ => question.at,
        };
        path::leaf_holds(leaf, Question { at, ..question })?;
        return not_understood(consumer, &[leaf]).map_or(Ok(()), Err);
    }
    let anchor_at = consumer.checks_anchor_dates.then_some(question.at);
    // The leaf is no authority, so it leads nowhere as an anchor of a path.
    let (taken, left): (Vec<_>, Vec<_>) = anchors
        .iter()
        .filter(|one| *one != leaf)
        .cloned()
        .partition(|anchor| consumer.takes_intermediates || anchor.is_self_issued());
    // What a store holds besides its anchors still serves to build a path.
    let at_hand: Vec<_> = sent.iter().chain(&left).cloned().collect();
    let mut paths = holds(leaf, &at_hand, &taken, question, anchor_at).map_err(|refusal| {
        let would_hold = |anchor: &&Certificate| {
            holds(leaf, sent, &[(*anchor).clone()], question, anchor_at).is_ok()
        };
        let refuse = |anchor: &Certificate, (problem, unless)| Refusal::NotTaken {
            subject: anchor.subject().text(),
            consumer: consumer.title,
            problem,
            unless,
            advice: None,
        };
        let is_alone = taken.is_empty() && left.is_empty();
        match (left.iter().find(would_hold), not_taken.flatten().filter(|_| is_alone)) {
            (Some(anchor), _) => refuse(anchor, ("takes no anchor that is not self-signed", None)),
            (None, Some(why)) => refuse(leaf, why),
            (None, None) => refusal.beside(presented.unreadable()),
        }
    })?;
    let strange = |path: &Path| {
        let up: Vec<_> = path.certificates.iter().chain([&path.anchor.certificate]).collect();
        not_understood(consumer, &up)
    };
    let refusal = paths.found.first().and_then(strange);
    paths.found.retain(|path| strange(path).is_none());
    if let (true, Some(refusal)) = (paths.found.is_empty(), refusal) {
        return Err(refusal);
    }
    match consumer.looks_up {
        LooksUp::Every => Ok(()),
        LooksUp::Topmost { unless } => {
            let is_topmost = |path: &Path| ends_at_the_top(path, sent);
            match paths.found.first().filter(|_| !paths.found.iter().any(is_topmost)) {
                None => Ok(()),
                Some(path) => Err(Refusal::NotTaken {
                    subject: path.anchor.certificate.subject().text(),
                    consumer: consumer.title,
                    problem: TOPMOST_ALONE,
                    unless: Some(unless),
                    advice: None,
                }),
            }
        }
    }
}

/// The first thing about `chain`, from the leaf up to the anchor, that `consumer` does not take.
fn not_understood(consumer: &Consumer, chain: &[&Certificate]) -> Option<Refusal> {
    Unusual::of_chain(chain).into_iter().find_map(|(certificate, unusual)| {
        let (what, unless) = consumer.lacks.iter().find(|(lacking, _)| *lacking == unusual)?;
        Some(Refusal::NotTaken {
            subject: certificate.subject().text(),
            consumer: consumer.title,
            problem: what.lacking(),
            unless: *unless,
            advice: Some(what.advice()),
        })
    })
}

/// Why `consumer` does not take `leaf` as an anchor where the server sends it before `sent`, and
/// the setting that would change that; `None` if it takes it.
fn leaf_not_taken(
    consumer: &Consumer,
    leaf: &Certificate,
    sent: &[Certificate],
) -> Option<(&'static str, Option<&'static str>)> {
    let problem = match consumer.takes_leaf {
        TakesLeaf::Never => Some("takes no server's own certificate as an anchor"),
        TakesLeaf::SelfSigned | TakesLeaf::SelfSignedNoAuthority if !leaf.is_self_issued() => {
            Some("takes a server's own certificate as an anchor only if it is self-signed")
        }
        TakesLeaf::SelfSignedNoAuthority if extensions::is_authority(leaf) => {
            Some("takes an authority's certificate (CA:TRUE) for no server's own")
        }
        _ => None,
    };
    match (problem, consumer.looks_up) {
        (Some(problem), _) => Some((problem, None)),
        // The leaf is the topmost certificate only if it is the only one.
        (None, LooksUp::Topmost { unless }) if !sent.is_empty() => {
            Some((TOPMOST_ALONE, Some(unless)))
        }
        (None, _) => None,
    }
}

/// What keeps a consumer with [`LooksUp::Topmost`] from an anchor.
const TOPMOST_ALONE: &str = "looks up only the issuer of the topmost certificate that was sent";

/// Whether the anchor is what issued the last certificate of the chain as it was sent: whether
/// nothing that was sent goes on from the end of `path`, but for the anchor itself.
fn ends_at_the_top(path: &Path, sent: &[Certificate]) -> bool {
    let Some(top) = path.certificates.last() else { return false };
    let anchor = &path.anchor.certificate;
    let goes_on = |one: &Certificate| {
        one.subject_der() == top.issuer_der()
            && !(one.is_self_issued() && one.is_same_anchor(anchor))
    };
    !sent.iter().any(goes_on)
}

/// The paths from `leaf` over `at_hand` to `anchors`, which are taken as they stand.
fn holds(
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
