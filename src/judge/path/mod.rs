//! Finds every path from the leaf to a root that the user trusts.
//!
//! In: what was presented, the issuers that were fetched, a [`Store`], a name and a time. Out:
//! [`Paths`], each ended in a root, or why there is none.
//!
//! rustls-webpki builds and judges the paths. What it does not look at is checked here and named
//! for it: the anchor's own validity and extensions, and keyCertSign on every intermediate. It
//! cannot judge a server's own certificate that the user trusts as it stands (RFC 5280 section
//! 6.1 has no such path), which home brokers use: `trusted_leaf` is their way.

mod all;
mod explain;
mod webpki_error;

use std::{
    hash::{Hash, Hasher},
    ops::Range,
};

use rustls_pki_types::{CertificateDer, Der, ServerName, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath, anchor_from_trusted_cert};

use crate::{
    text::time::Time,
    tls::Presented,
    trust::store::{self, Root, Store},
    x509::{certificate::Certificate, extensions, signature, signature::Memory},
};

pub use self::all::{MAX_TRACES, Trace, Traces, trace};
pub(crate) use self::explain::why_not;
pub use super::refusal::Refusal;

/// What is asked of a path.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The name that the leaf must carry (RFC 9525).
    pub name: &'a ServerName<'static>,
    /// The time of judgement.
    pub at: Time,
}

/// A path that holds: from the leaf to a root of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The leaf, then each certificate's issuer, without the anchor.
    pub certificates: Vec<Certificate>,
    /// The root that ends it.
    pub anchor: Root,
}

/// All paths that hold; at least one.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The paths in the order found.
    pub found: Vec<Path>,
    /// Whether the search was cut by a budget of rustls-webpki, so that there may be more.
    pub cut: bool,
}

/// Finds the paths from the presented leaf to the roots of `store` that hold for `question`.
///
/// `issuers` are further candidates, fetched elsewhere. A certificate that was sent or fetched
/// ends a path only if the store has it.
///
/// # Errors
///
/// [`Refusal`] says why no path holds, as far as the best one got.
pub fn find(
    presented: &Presented,
    issuers: &[Certificate],
    store: &Store,
    question: Question<'_>,
) -> Result<Paths, Refusal> {
    let Some(leaf) = presented.certificates.first() else {
        return Err(explain::nothing_presented(presented));
    };
    let mut candidates: Vec<Certificate> = presented.certificates[1..].to_vec();
    candidates.extend(issuers.iter().cloned());
    if let Some(root) = own_anchor(leaf, store) {
        let path = trusted_leaf(leaf, root, question)?;
        return Ok(Paths { found: vec![path], cut: false });
    }
    let roots = roots_within_reach(leaf, &candidates, store);
    let search = search(leaf, &candidates, &roots, question, Some(question.at));
    match search {
        Ok(paths) => Ok(paths),
        // The user trusts the leaf itself, and nothing above it: that makes no authority of it.
        Err(_) if store.by_the_users_word(leaf).is_some() => {
            Err(explain::trusted_leaf_is_issued(leaf))
        }
        Err(problem) => Err(why_not(leaf, &candidates, &roots, store, question, problem)),
    }
}

/// The roots that issued, by name, the leaf or a candidate, and candidates the user named.
fn roots_within_reach(leaf: &Certificate, candidates: &[Certificate], store: &Store) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    let mut asked: Vec<&[u8]> = Vec::new();
    for certificate in std::iter::once(leaf).chain(candidates) {
        let issuer = certificate.issuer_der();
        if !asked.contains(&issuer) {
            asked.push(issuer);
            roots.extend(store.named(issuer));
        }
    }
    for root in candidates.iter().filter_map(|candidate| store.by_the_users_word(candidate)) {
        if !roots.iter().any(|known| known.certificate == root.certificate) {
            roots.push(root);
        }
    }
    roots
}

/// What kept a search from finding a path.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// rustls-webpki refuses.
    WebPki(webpki::Error),
    /// A path that rustls-webpki accepts fails a check that it does not make.
    Anchor {
        /// The certificate that fails it.
        certificate: Certificate,
        /// What it lacks.
        lacks: extensions::Lack,
    },
}

/// Searches remembered in each generation: as many servers as are asked at once may be between the
/// search for paths and the report on them.
const MAX_SEARCHES: usize = 256;

/// Asks rustls-webpki for all paths, and drops those that fail the checks it does not make.
///
/// `anchor_at` is the time at which an anchor has to be valid; `None` does not look at its dates.
///
/// The proof and the report ask again what was found before, as do servers that present one chain,
/// so the answer to a question is remembered.
pub(crate) fn search(
    leaf: &Certificate,
    candidates: &[Certificate],
    roots: &[Root],
    question: Question<'_>,
    anchor_at: Option<Time>,
) -> Result<Paths, Problem> {
    static SEARCHES: Memory<Asked, Result<Steps, Problem>> = Memory::new(MAX_SEARCHES);
    let asked = Asked {
        leaf: leaf.clone(),
        candidates: candidates.to_vec(),
        roots: roots
            .iter()
            .map(|root| (root.certificate.clone(), store::mozilla_constraints(root)))
            .collect(),
        name: question.name.clone(),
        at: question.at,
        anchor_at,
    };
    let answer = SEARCHES.recall(&asked).unwrap_or_else(|| {
        let answer = judged(&asked);
        SEARCHES.keep(asked, answer.clone());
        answer
    });
    let Steps { found, cut } = answer?;
    let path = |(above, root): (Vec<usize>, usize)| Path {
        certificates: std::iter::once(leaf)
            .chain(above.into_iter().map(|position| &candidates[position]))
            .cloned()
            .collect(),
        anchor: roots[root].clone(),
    };
    Ok(Paths { found: found.into_iter().map(path).collect(), cut })
}

/// All that the answer of a search depends on.
#[derive(PartialEq, Eq)]
struct Asked {
    leaf: Certificate,
    candidates: Vec<Certificate>,
    /// Each with the name constraints that its store puts on it.
    roots: Vec<(Certificate, Option<&'static [u8]>)>,
    name: ServerName<'static>,
    at: Time,
    anchor_at: Option<Time>,
}

/// Questions about one leaf are few.
impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.leaf.sha256().hash(state);
    }
}

/// The paths that a search found, by positions among its candidates and its roots.
#[derive(Clone)]
struct Steps {
    found: Vec<(Vec<usize>, usize)>,
    cut: bool,
}

fn judged(asked: &Asked) -> Result<Steps, Problem> {
    let leaf_der = CertificateDer::from(asked.leaf.der());
    let end_entity = EndEntityCert::try_from(&leaf_der).map_err(Problem::WebPki)?;
    end_entity.verify_is_valid_for_subject_name(&asked.name).map_err(Problem::WebPki)?;

    let steps = Steps { found: Vec::new(), cut: false };
    let mut search = Search { asked, steps, problem: None };
    let roots = asked.roots.len();
    let failure = search.run(&end_entity, 0..roots);
    if std::mem::take(&mut search.steps.cut) {
        // Each call has its own budget, so asking for one root at a time reaches further.
        for position in 0..roots {
            search.run(&end_entity, position..position + 1);
        }
    }
    if search.steps.found.is_empty() {
        return Err(search.problem.unwrap_or(Problem::WebPki(failure)));
    }
    Ok(search.steps)
}

struct Search<'a> {
    asked: &'a Asked,
    steps: Steps,
    problem: Option<Problem>,
}

impl Search<'_> {
    /// One call of rustls-webpki over the roots at the positions `among`; the error that ended it.
    fn run(&mut self, end_entity: &EndEntityCert<'_>, among: Range<usize>) -> webpki::Error {
        let Asked { candidates, roots, at, .. } = self.asked;
        let ders: Vec<_> = roots.iter().map(|(root, _)| CertificateDer::from(root.der())).collect();
        // Certificates of one name and one key are one anchor: of a root and the same renewed it may
        // be either that is valid, so a path to the one is a path to the other.
        let (mut anchors, mut positions): (Vec<_>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        for position in among {
            // A root that rustls-webpki cannot read ends no path of its making.
            let Some(anchor) = trust_anchor(&ders[position], roots[position].1) else { continue };
            match anchors.iter().position(|known| *known == anchor) {
                Some(known) => positions[known].push(position),
                None => {
                    anchors.push(anchor);
                    positions.push(vec![position]);
                }
            }
        }
        let intermediates: Vec<_> =
            candidates.iter().map(|one| CertificateDer::from(one.der())).collect();
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(
            at.unix().try_into().unwrap_or(0),
        ));
        let recording = std::cell::RefCell::new(&mut *self);
        let hook = |verified: &VerifiedPath<'_>| {
            if let Some(known) = anchors.iter().position(|anchor| anchor == verified.anchor()) {
                for &root in &positions[known] {
                    recording.borrow_mut().record(verified, root);
                }
            }
            // Refusing each path makes the search go on to the next one.
            Err(webpki::Error::UnknownIssuer)
        };
        let usage = KeyUsage::server_auth();
        let ended = end_entity.verify_for_usage(
            signature::algorithms(),
            &anchors,
            &intermediates,
            at,
            usage,
            None,
            Some(&hook),
        );
        let error = ended.err().unwrap_or(webpki::Error::UnknownIssuer);
        self.steps.cut |= matches!(
            error,
            webpki::Error::MaximumPathBuildCallsExceeded
                | webpki::Error::MaximumSignatureChecksExceeded
                | webpki::Error::MaximumNameConstraintComparisonsExceeded
        );
        error
    }

    /// Takes the path that rustls-webpki verified up to the root at the position `root`.
    fn record(&mut self, verified: &VerifiedPath<'_>, root: usize) {
        let mut above = Vec::new();
        for intermediate in verified.intermediate_certificates() {
            let der = intermediate.der();
            let candidates = &self.asked.candidates;
            let Some(position) = candidates.iter().position(|one| one.der() == der.as_ref()) else {
                return;
            };
            above.push(position);
        }
        let certificates = || above.iter().map(|&position| &self.asked.candidates[position]);
        let (anchor, _) = &self.asked.roots[root];
        // The anchor itself, sent along by the server, makes no longer path.
        if certificates().any(|certificate| certificate.is_same_anchor(anchor)) {
            return;
        }
        for certificate in certificates() {
            if let Some(lacks) = extensions::intermediate_lacks(certificate) {
                self.problem = Some(Problem::Anchor { certificate: certificate.clone(), lacks });
                return;
            }
        }
        if let Some(lacks) = extensions::anchor_lacks(anchor, self.asked.anchor_at) {
            self.problem = Some(Problem::Anchor { certificate: anchor.clone(), lacks });
            return;
        }
        let path = (above, root);
        if !self.steps.found.contains(&path) {
            self.steps.found.push(path);
        }
    }
}

/// The root as rustls-webpki takes it, with the constraints that its store puts on it.
fn trust_anchor<'a>(
    der: &'a CertificateDer<'a>,
    constraints: Option<&'static [u8]>,
) -> Option<TrustAnchor<'a>> {
    let mut anchor = anchor_from_trusted_cert(der).ok()?;
    if let Some(constraints) = constraints {
        anchor.name_constraints = Some(Der::from_slice(constraints));
    }
    Some(anchor)
}

/// The leaf as its own anchor, if it is one: the user named it, and it signed itself.
fn own_anchor(leaf: &Certificate, store: &Store) -> Option<Root> {
    store.by_the_users_word(leaf).filter(|_| explain::signed_itself(leaf))
}

/// The path of a leaf that is its own anchor.
///
/// Its dates and its name are checked as for any other leaf; that it may be a CA is not held
/// against it, since trusting exactly this certificate asks nothing of it as an authority.
///
/// # Errors
///
/// It is not valid at the time, or carries another name.
fn trusted_leaf(leaf: &Certificate, root: Root, question: Question<'_>) -> Result<Path, Refusal> {
    leaf_holds(leaf, question)?;
    Ok(Path { certificates: vec![leaf.clone()], anchor: root })
}

/// Whether the leaf itself, whoever issued it, is valid at the time and for the name.
pub(crate) fn leaf_holds(leaf: &Certificate, question: Question<'_>) -> Result<(), Refusal> {
    if question.at < leaf.not_before() || question.at > leaf.not_after() {
        return Err(explain::out_of_date(leaf, question.at));
    }
    let der = CertificateDer::from(leaf.der());
    EndEntityCert::try_from(&der)
        .and_then(|leaf| leaf.verify_is_valid_for_subject_name(question.name))
        .map_err(|error| explain::leaf_refused(leaf, question, &error))
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;
    use crate::trust::store::Source;

    #[test]
    fn mozillas_roots_are_trusted_as_browsers_trust_them_constraints_included() {
        let mut constrained = 0;
        for anchor in webpki_roots::TLS_SERVER_ROOTS {
            let own = store::mozilla_list().iter().find_map(|der| {
                let certificate = Certificate::from_der(der).ok()?;
                let root = Root { certificate, source: Source::Mozilla };
                let constraints = store::mozilla_constraints(&root);
                trust_anchor(der, constraints).filter(|own| own.subject == anchor.subject)
            });
            // The two lists are of different days: a root of one may have left the other.
            let Some(own) = own else { continue };
            assert_eq!(own.name_constraints, anchor.name_constraints, "{:?}", anchor.subject);
            constrained += usize::from(own.name_constraints.is_some());
        }
        assert_eq!(constrained, 1, "TUBITAK's");
    }

    #[test]
    fn a_root_that_its_store_constrains_vouches_for_no_other_name() {
        let certificate = |params: CertificateParams, issuer: Option<&Issuer<'_, KeyPair>>| {
            let key = KeyPair::generate().expect("a key");
            let made = match issuer {
                Some(issuer) => params.signed_by(&key, issuer),
                None => params.self_signed(&key),
            };
            let made = made.expect("a certificate");
            (Certificate::from_der(made.der()).expect("it reads"), Issuer::new(params, key))
        };
        let mut authority = CertificateParams::new([]).expect("parameters");
        authority.distinguished_name.push(DnType::CommonName, "Constrained Root");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let (root, issuer) = certificate(authority, None);
        let names = ["plc.com.tr", "plc.test"];
        let params = CertificateParams::new(names.map(str::to_owned)).expect("parameters");
        let (both, _) = certificate(params, Some(&issuer));
        let params = CertificateParams::new([names[0].to_owned()]).expect("parameters");
        let (turkish, _) = certificate(params, Some(&issuer));

        let outcome = |leaf: &Certificate, constraints| {
            let judged = judged(&Asked {
                leaf: leaf.clone(),
                candidates: Vec::new(),
                roots: vec![(root.clone(), constraints)],
                name: ServerName::try_from(names[0]).expect("a name"),
                at: Time::from_date(2026, 1, 1).expect("a date"),
                anchor_at: None,
            });
            judged.map(|steps| steps.found.len()).map_err(|problem| format!("{problem:?}"))
        };
        let tr_alone = Some(&b"\xa0\x070\x05\x82\x03.tr"[..]);
        assert_eq!(outcome(&turkish, tr_alone), Ok(1));
        assert_eq!(outcome(&both, tr_alone), Err("WebPki(NameConstraintViolation)".to_owned()));
        assert_eq!(outcome(&both, None), Ok(1));
    }
}
