//! Proves that a device holding the anchor, and nothing else, verifies the server.
//!
//! In: the [`Candidate`]s, best first, and the TLS stacks that the output is for. Out: [`Verified`],
//! which only this stage can make.
//!
//! The path search used every available certificate. A device only has what the server sends and what
//! was embedded. So rustls-webpki verifies the chosen anchor once more with exactly these; of several
//! anchors, the first with which every stack connects is chosen. A chain that browsers refuse and every
//! stack of the output accepts is verified by these stacks alone, and marked as such.

use super::{
    path::{self, Paths, Question, Refusal},
    rank::{self, Candidate, Reason},
    stacks::{self, Asked, Doubt},
};
use crate::chain::{Issuers, Presented};
use crate::{
    stack::{self, Stack},
    text::time::Time,
    trust::store::{Root, Source, Store},
    x509::certificate::Certificate,
};

/// An anchor with the proof that it verifies the server.
///
/// Only the functions of this module make one.
#[derive(Debug, Clone)]
pub struct Verified {
    anchor: Candidate,
    alternatives: Vec<Candidate>,
    stacks: Vec<&'static Stack>,
    departure: Option<Box<Departure>>,
}

/// What the browser rules refuse and a TLS stack accepts.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Why the browser rules refuse the chain.
    pub refusal: Refusal,
    /// The stacks that connect: those of the output, or the versions and settings of them that do. None
    /// if that depends on what certgrab does not know.
    pub connecting: Vec<&'static Stack>,
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

    /// The anchor, then the alternatives.
    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        std::iter::once(&self.anchor).chain(&self.alternatives)
    }

    /// The TLS stacks for which the anchor was chosen.
    #[must_use]
    pub fn stacks(&self) -> &[&'static Stack] {
        &self.stacks
    }

    /// What the browser rules refuse, if only the TLS stacks accept the chain.
    #[must_use]
    pub fn departure(&self) -> Option<&Departure> {
        self.departure.as_deref()
    }
}

/// Proves the first of `candidates` with the presented chain and the certificates missing from it: the
/// first with which each of `stacks` connects, if there is one.
///
/// # Errors
///
/// [`Refusal`] if the certificates that a device would have do not verify.
pub fn prove(
    mut candidates: Vec<Candidate>,
    presented: &Presented,
    question: Question<'_>,
    stacks: &[&'static Stack],
) -> Result<Verified, Refusal> {
    let asked = Asked { name: question.name, at: question.at };
    prefer(&mut candidates, presented, asked, stacks);
    let mut candidates = candidates.into_iter();
    let anchor = candidates.next().ok_or(Refusal::NoCertificate)?;
    if anchor.path.certificates.first() != Some(&anchor.root.certificate) {
        let (leaf, sent) = (presented.leaf()?, presented.above_leaf());
        let missing = anchor.missing.iter().map(|fetched| &fetched.certificate);
        let at_hand: Vec<Certificate> = sent.iter().chain(missing).cloned().collect();
        verify(leaf, &at_hand, std::slice::from_ref(&anchor.root.certificate), question)
            .map_err(|refusal| refusal.with_unreadable(presented.unreadable()))?;
    }
    let alternatives = candidates.collect();
    Ok(Verified { anchor, alternatives, stacks: stacks.to_vec(), departure: None })
}

/// Proves by `stacks` alone what the browser rules refuse for the reason `refusal`: each of them
/// connects with one root of `store`.
///
/// # Errors
///
/// `refusal`, if there is no stack, or no root with which all connect.
pub fn prove_by_stacks(
    refusal: Refusal,
    (presented, issuers): (&Presented, &Issuers),
    store: &Store,
    (question, lasting): (Question<'_>, Option<Time>),
    stacks: &[&'static Stack],
) -> Result<(Paths, Verified), Refusal> {
    // certgrab does not verify a chain again if the first attempt took too long.
    if stacks.is_empty() || matches!(refusal, Refusal::GivenUp(_) | Refusal::NoneLasts { .. }) {
        return Err(refusal);
    }
    let asked = Asked { name: question.name, at: question.at };
    let (mut candidates, paths) = stacks::candidates(stacks, (presented, issuers), store, asked);
    if candidates.is_empty() {
        return Err(refusal);
    }
    prefer(&mut candidates, presented, asked, stacks);
    if let Some(until) = lasting {
        candidates = rank::lasting(candidates, until)?;
    }
    let anchor = candidates.remove(0);
    let connecting = stacks::with_case(presented, anchor.held(), asked, |case| {
        stacks.iter().flat_map(|stack| stacks::connecting(stack, case)).collect()
    });
    let departure = Some(Box::new(Departure { refusal, connecting }));
    Ok((paths, Verified { anchor, alternatives: candidates, stacks: stacks.to_vec(), departure }))
}

/// Moves the first candidate to the front that no stack objects to, or else the first without a certain
/// objection.
fn prefer(
    candidates: &mut Vec<Candidate>,
    presented: &Presented,
    asked: Asked<'_>,
    stacks: &[&'static Stack],
) {
    // An anchor that the user chose by its lifetime stays first.
    let is_chosen =
        candidates.first().is_some_and(|one| matches!(one.reason, Reason::LastsAsAsked(_)));
    if stacks.is_empty() || candidates.len() < 2 || is_chosen {
        return;
    }
    let worst: Vec<_> = candidates
        .iter()
        .map(|candidate| {
            stacks::with_case(presented, candidate.held(), asked, |case| {
                let doubt = |stack: &&'static Stack| {
                    let refusing = stacks::refusing(stack, case)?;
                    Some((stacks::doubt(stack, case)?.is_certain, refusing.title))
                };
                stacks.iter().filter_map(doubt).max()
            })
        })
        .collect();
    let weight = |doubt: &Option<(bool, _)>| doubt.as_ref().map_or(0, |one| 1 + u8::from(one.0));
    let best = worst.iter().map(weight).min().unwrap_or_default();
    let place = worst.iter().position(|doubt| weight(doubt) == best).unwrap_or_default();
    if let (true, Some((_, stack))) = (place > 0, worst[0]) {
        rank::put_first(candidates, place, stack);
    }
}

/// Why a device that trusts only `anchors` does not verify the server that sends `presented`, if so.
///
/// If the stack is unknown, the browser rules decide, and what only [`stacks::STRICTEST`] refuses is not
/// certain.
#[must_use]
pub fn doubt(
    stack: Option<&Stack>,
    presented: &Presented,
    anchors: &[Certificate],
    question: Question<'_>,
) -> Option<Doubt> {
    let asked = Asked { name: question.name, at: question.at };
    let by = |stack: &Stack| {
        stacks::with_case(presented, anchors.iter(), asked, |case| stacks::doubt(stack, case))
    };
    let Some(stack) = stack else {
        return match by_browsers(presented, anchors, question) {
            Err(refusal) => Some(Doubt { refusal, is_certain: true }),
            Ok(()) => {
                let refusal = by(stack::named(stacks::STRICTEST)?)?.refusal;
                Some(Doubt { refusal, is_certain: false })
            }
        };
    };
    let doubt = by(stack)?;
    let refusal = match (&doubt.refusal, by_browsers(presented, anchors, question)) {
        (Refusal::ByStack { rule, .. }, Err(longer)) if longer.explains(rule) => longer,
        _ => doubt.refusal,
    };
    Some(Doubt { refusal, ..doubt })
}

/// The same for the readers of `format`: its stack, or else that of `device`, or else any stack.
#[must_use]
pub fn doubt_of_format(
    format: &str,
    device: Option<&'static Stack>,
    presented: &Presented,
    anchors: &[Certificate],
    question: Question<'_>,
) -> Option<Doubt> {
    let reader = stack::reading(format).or(device);
    doubt(reader, presented, anchors, question).or_else(|| {
        let usual = (reader.is_none() && format == stacks::RUST.0).then_some(stacks::RUST.1)?;
        let found = doubt(stack::named(usual), presented, anchors, question)?;
        Some(Doubt { is_certain: false, ..found })
    })
}

/// Why `stack` refuses the server with its anchor, or, without one, with the root of `store` that comes
/// nearest; `None` if it connects.
#[must_use]
pub fn refusal_of(
    stack: &Stack,
    (presented, issuers): (&Presented, &Issuers),
    store: &Store,
    question: Question<'_>,
    verified: Result<&Verified, &Refusal>,
) -> Option<Refusal> {
    let asked = Asked { name: question.name, at: question.at };
    match verified {
        Ok(Verified { anchor, .. }) => {
            stacks::with_case(presented, anchor.held(), asked, |case| stacks::refusal(stack, case))
        }
        Err(refusal) => {
            let sent = (presented, issuers);
            Some(
                stacks::nearest_refusal(stack, sent, store, asked)
                    .unwrap_or_else(|| refusal.clone()),
            )
        }
    }
}

/// Whether the browser rules verify `presented` with only `anchors`.
///
/// # Errors
///
/// [`Refusal`] says why they do not.
pub fn by_browsers(
    presented: &Presented,
    anchors: &[Certificate],
    question: Question<'_>,
) -> Result<(), Refusal> {
    let (leaf, sent) = (presented.leaf()?, presented.above_leaf());
    if anchors.contains(leaf) {
        return path::leaf_is_valid(leaf, question);
    }
    verify(leaf, sent, anchors, question)
        .map(|_| ())
        .map_err(|refusal| refusal.with_unreadable(presented.unreadable()))
}

/// The paths from `leaf` through `at_hand` to `anchors`, which are trusted directly.
fn verify(
    leaf: &Certificate,
    at_hand: &[Certificate],
    anchors: &[Certificate],
    question: Question<'_>,
) -> Result<Paths, Refusal> {
    let root = |certificate: &Certificate| Root {
        certificate: certificate.clone(),
        source: Source::Fingerprint,
    };
    let roots: Vec<Root> = anchors.iter().map(root).collect();
    path::search(leaf, at_hand, &roots, question, Some(question.at)).map_err(|problem| {
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
    fn a_candidate_without_its_intermediates_is_not_proven() {
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
                path: path::Path {
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
            let question = Question { name: Some(&name), at, work: &work };
            super::prove(vec![candidate], &presented, question, &[])
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
