//! The search itself: rustls-webpki's verdict on the available certificates, within the target's
//! [`Work`].
//!
//! If names join the certificates in few ways, rustls-webpki builds the paths. If there are more ways,
//! it only gets the paths that signatures join, one at a time: its budgets are for one search of a
//! browser, and within them a server could make it compute for minutes.

use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
    ops::{ControlFlow, Range},
};

use rustls_pki_types::{CertificateDer, ServerName};
use webpki::{EndEntityCert, VerifiedPath};

use super::{
    Path, Paths, Question,
    verify::{trust_anchor, verify},
};
use crate::{
    judge::{
        graph::{Graph, walk},
        work::{MAX_PARTIAL_PATHS, Spent, Work},
    },
    text::time::Time,
    trust::store::{self, Root},
    x509::{certificate::Certificate, extensions::Violation, signature::Memory},
};

/// What kept a search from finding a path.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// rustls-webpki refuses.
    WebPki(webpki::Error),
    /// The search reached a limit for the target.
    Work(Spent),
    /// A path that rustls-webpki accepts fails a check that it does not make.
    Anchor {
        /// The certificate that fails it.
        certificate: Certificate,
        /// The rule that it violates.
        violation: Violation,
    },
}

/// Searches remembered in each generation: as many servers as are queried at once may be between the
/// search for paths and the report on them.
const MAX_SEARCHES: usize = 256;

/// Has rustls-webpki find all paths, and drops those that fail the checks it does not make.
///
/// `anchor_at` is the time at which an anchor has to be valid; `None` ignores its dates.
///
/// The proof and the report repeat earlier searches, as do servers with the same chain, so the results
/// are remembered.
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
        name: question.name.cloned(),
        at: question.at,
        anchor_at,
    };
    let answer = SEARCHES.recall(&asked).unwrap_or_else(|| {
        let answer = judged(&asked, question.work);
        // A path that was not found because of a limit may still exist.
        if question.work.spent().is_none() {
            SEARCHES.keep(asked, answer.clone());
        }
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

/// Everything that the result of a search depends on.
#[derive(PartialEq, Eq)]
struct Asked {
    leaf: Certificate,
    candidates: Vec<Certificate>,
    /// Each with the name constraints that its store puts on it.
    roots: Vec<(Certificate, Option<&'static [u8]>)>,
    name: Option<ServerName<'static>>,
    at: Time,
    anchor_at: Option<Time>,
}

/// There are few questions about one leaf.
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

fn judged(asked: &Asked, work: &Work) -> Result<Steps, Problem> {
    let leaf_der = CertificateDer::from(asked.leaf.der());
    let end_entity = EndEntityCert::try_from(&leaf_der).map_err(Problem::WebPki)?;
    if let Some(name) = &asked.name {
        end_entity.verify_is_valid_for_subject_name(name).map_err(Problem::WebPki)?;
    }

    let steps = Steps { found: Vec::new(), cut: false };
    let mut search = Search { asked, work, steps, known: HashSet::new(), problem: None };
    let mut failure = webpki::Error::UnknownIssuer;
    let graph = Graph::new(&asked.candidates, work);
    let is_small = is_small(&asked.leaf, &graph);
    if is_small {
        let every: Vec<_> = asked.candidates.iter().collect();
        failure = search.run(&end_entity, &every, 0..asked.roots.len(), false);
    }
    if !is_small || is_over_budget(&failure) {
        failure = search.each(&end_entity, &graph);
    }
    let spent = work.spent();
    search.steps.cut |= spent.is_some();
    match (search.steps.found.is_empty(), spent) {
        (false, _) => Ok(search.steps),
        (true, Some(spent)) => Err(Problem::Work(spent)),
        (true, None) => Err(search.problem.unwrap_or(Problem::WebPki(failure))),
    }
}

/// Whether rustls-webpki would try no more partial paths than are tried for a target: its own limit of
/// 200,000, each with every certificate read again, is far away. No signature is checked here.
fn is_small(leaf: &Certificate, graph: &Graph<'_>) -> bool {
    let mut tried = 0;
    let walked = walk(leaf, |path| {
        let next: Vec<_> = graph.next(path).collect();
        tried += next.len();
        if tried > MAX_PARTIAL_PATHS { ControlFlow::Break(()) } else { ControlFlow::Continue(next) }
    });
    walked.is_continue()
}

/// Whether rustls-webpki ended at one of its budgets.
fn is_over_budget(error: &webpki::Error) -> bool {
    matches!(
        error,
        webpki::Error::MaximumPathBuildCallsExceeded
            | webpki::Error::MaximumSignatureChecksExceeded
            | webpki::Error::MaximumNameConstraintComparisonsExceeded
    )
}

struct Search<'a> {
    asked: &'a Asked,
    work: &'a Work,
    steps: Steps,
    /// The paths in `steps`.
    known: HashSet<(Vec<usize>, usize)>,
    problem: Option<Problem>,
}

impl Search<'_> {
    /// Has rustls-webpki verify every path that signatures join, one at a time, until the work is spent;
    /// the last error.
    fn each(&mut self, end_entity: &EndEntityCert<'_>, graph: &Graph<'_>) -> webpki::Error {
        let Asked { leaf, roots, .. } = self.asked;
        let work = self.work;
        let mut failure = webpki::Error::UnknownIssuer;
        let _ = walk(leaf, |path| {
            if !work.look_at(path) {
                return ControlFlow::Break(());
            }
            let (top, above) = (path[path.len() - 1], &path[1..]);
            let is_signed_by = |issuer: &Certificate| work.is_signed_by(top, issuer) == Some(true);
            let is_end = |root: &Certificate| top.names_as_issuer(root) && is_signed_by(root);
            let ends: Vec<usize> =
                (0..roots.len()).filter(|position| is_end(&roots[*position].0)).collect();
            let next = graph.next(path).filter(|one| is_signed_by(one)).collect();
            for root in ends {
                let error = self.run(end_entity, above, root..root + 1, true);
                // Among certificates of one name, rustls-webpki also tries every other order.
                if !is_over_budget(&error) {
                    failure = error;
                } else if error == webpki::Error::MaximumNameConstraintComparisonsExceeded {
                    self.steps.cut = true;
                    failure = error;
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(next)
        });
        failure
    }

    /// One call of rustls-webpki with the candidates `above` and the roots at the positions `among`, up
    /// to the first path or through all of them; the error that ended it.
    fn run(
        &mut self,
        end_entity: &EndEntityCert<'_>,
        above: &[&Certificate],
        among: Range<usize>,
        is_one_path: bool,
    ) -> webpki::Error {
        let (Asked { roots, at, .. }, work) = (self.asked, self.work);
        let roots = &roots[among.clone()];
        let ders: Vec<_> = roots.iter().map(|(root, _)| CertificateDer::from(root.der())).collect();
        // Certificates with the same name and key are one anchor: either a root or its renewal may be
        // valid, so a path to one is a path to the other.
        let (mut anchors, mut positions): (Vec<_>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        for (position, (der, root)) in ders.iter().zip(roots).enumerate() {
            // rustls-webpki does not end a path in a root that it cannot read.
            let Ok(anchor) = trust_anchor(der, root.1) else { continue };
            match anchors.iter().position(|known| *known == anchor) {
                Some(known) => positions[known].push(among.start + position),
                None => {
                    anchors.push(anchor);
                    positions.push(vec![among.start + position]);
                }
            }
        }
        let intermediates: Vec<_> =
            above.iter().map(|one| CertificateDer::from(one.der())).collect();
        let recording = std::cell::RefCell::new(&mut *self);
        let hook = |verified: &VerifiedPath<'_>| {
            if let Some(known) = anchors.iter().position(|anchor| anchor == verified.anchor()) {
                for &root in &positions[known] {
                    recording.borrow_mut().record(verified, root);
                }
            }
            // Refusing each path makes the search continue with the next one.
            is_one_path.then_some(()).ok_or(webpki::Error::UnknownIssuer)
        };
        let ended = verify(end_entity, &anchors, &intermediates, (*at, work), Some(&hook));
        ended.err().unwrap_or(webpki::Error::UnknownIssuer)
    }

    /// Records the path that rustls-webpki verified up to the root at the position `root`.
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
        // An anchor that the server also sent does not make the path longer.
        if certificates().any(|certificate| certificate.is_same_anchor(anchor)) {
            return;
        }
        for certificate in certificates() {
            if let Some(violation) = certificate.extensions().intermediate_violation.clone() {
                self.problem =
                    Some(Problem::Anchor { certificate: certificate.clone(), violation });
                return;
            }
        }
        if let Some(violation) = anchor_violation(anchor, self.asked.anchor_at) {
            self.problem = Some(Problem::Anchor { certificate: anchor.clone(), violation });
            return;
        }
        let path = (above, root);
        if self.known.contains(&path) {
            return;
        }
        if self.steps.found.len() >= MAX_PARTIAL_PATHS {
            self.steps.cut = true;
            return;
        }
        self.known.insert(path.clone());
        self.steps.found.push(path);
    }
}

/// Why `anchor` cannot be one at the time `at`; without a time, its dates are ignored.
fn anchor_violation(anchor: &Certificate, at: Option<Time>) -> Option<Violation> {
    match at {
        Some(at) if !anchor.is_valid_at(at) => Some(Violation::Validity { at }),
        _ => anchor.extensions().anchor_violation.clone(),
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;
    use crate::trust::store::Source;

    #[test]
    fn mozillas_roots_keep_their_constraints() {
        let mut constrained = 0;
        for anchor in webpki_roots::TLS_SERVER_ROOTS {
            let own = store::mozilla_list().iter().find_map(|der| {
                let certificate = Certificate::from_der(der).ok()?;
                let root = Root { certificate, source: Source::Mozilla };
                let constraints = store::mozilla_constraints(&root);
                trust_anchor(der, constraints).ok().filter(|own| own.subject == anchor.subject)
            });
            // The two lists are of different days: a root of one may have left the other.
            let Some(own) = own else { continue };
            assert_eq!(own.name_constraints, anchor.name_constraints, "{:?}", anchor.subject);
            constrained += usize::from(own.name_constraints.is_some());
        }
        assert_eq!(constrained, 1, "TUBITAK's");
    }

    #[test]
    fn a_constrained_root_verifies_no_name_outside_its_constraints() {
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
            let asked = Asked {
                leaf: leaf.clone(),
                candidates: Vec::new(),
                roots: vec![(root.clone(), constraints)],
                name: Some(ServerName::try_from(names[0]).expect("a name")),
                at: Time::from_date(2026, 1, 1).expect("a date"),
                anchor_at: None,
            };
            let judged = judged(&asked, &Work::default());
            judged.map(|steps| steps.found.len()).map_err(|problem| format!("{problem:?}"))
        };
        let tr_alone = Some(&b"\xa0\x070\x05\x82\x03.tr"[..]);
        assert_eq!(outcome(&turkish, tr_alone), Ok(1));
        assert_eq!(outcome(&both, tr_alone), Err("WebPki(NameConstraintViolation)".to_owned()));
        assert_eq!(outcome(&both, None), Ok(1));
    }
}
