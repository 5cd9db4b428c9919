//! Every path by names and signatures, each with its outcome.
//!
//! In: the available certificates and the store. Out: [`Traces`]. The paths that verify are those of
//! [`super::find`]. For the others, the trace says where they end and why. Each path is verified
//! separately by the same code.

use std::ops::ControlFlow;

use super::{Question, explain, search};
use crate::{
    chain::Presented,
    judge::graph::{Graph, walk},
    trust::store::{Root, Store},
    x509::certificate::Certificate,
};

/// The most paths shown: the limits of rustls-webpki allow about 25 to 30.
pub const MAX_TRACES: usize = 32;

/// All paths.
#[derive(Debug, Clone)]
pub struct Traces {
    /// The paths, those that verify first.
    pub found: Vec<Trace>,
    /// Whether there may be more: [`MAX_TRACES`] were found, or a limit of
    /// [`Work`](crate::judge::work::Work) was reached.
    pub cut: bool,
}

/// A path, whether or not it verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// From the leaf up, with the root of the store that it ends in, if any.
    pub certificates: Vec<Certificate>,
    /// Why it does not verify; `None` if it verifies.
    pub problem: Option<String>,
}

/// All paths from the presented leaf, up to [`MAX_TRACES`].
#[must_use]
pub fn trace(
    presented: &Presented,
    issuers: &[Certificate],
    store: &Store,
    question: Question<'_>,
) -> Traces {
    let mut traces = Traces { found: Vec::new(), cut: false };
    let Ok(leaf) = presented.leaf() else { return traces };
    let sent = presented.above_leaf();
    if let Some(root) = super::own_anchor(leaf, store, question.work) {
        let verdict = super::trusted_leaf(leaf, root, question);
        let problem = verdict.err().map(|refusal| refusal.to_string());
        traces.found.push(Trace { certificates: vec![leaf.clone()], problem });
        return traces;
    }
    let (candidates, work) = (sent.iter().chain(issuers), question.work);
    let graph = Graph::new(candidates.clone(), work);
    let explicitly_trusted: Vec<Root> =
        candidates.filter_map(|one| store.explicitly_trusted(one)).collect();
    let walked = walk(leaf, |path| {
        let top = path[path.len() - 1];
        if traces.found.len() >= MAX_TRACES || !work.look_at(path) {
            return ControlFlow::Break(());
        }
        let roots: Vec<Root> = store
            .named(top.issuer_der())
            .into_iter()
            .chain(explicitly_trusted.iter().cloned())
            .filter(|root| work.may_have_issued(&root.certificate, top))
            .filter(|root| !path.iter().skip(1).any(|one| one.is_same_anchor(&root.certificate)))
            .collect();
        for root in &roots {
            traces.add(path, Some(root), store, question);
        }
        // A root that was sent ends in the store; a cross-signed one continues.
        let is_end = |one: &Certificate| {
            one.is_self_issued() && roots.iter().any(|root| root.certificate.is_same_anchor(one))
        };
        let next = graph.next(path).filter(|one| work.may_be_signed_by(top, one) && !is_end(one));
        let next: Vec<_> = next.collect();
        if next.is_empty() && roots.is_empty() {
            traces.add(path, None, store, question);
        }
        ControlFlow::Continue(next)
    });
    traces.cut |= walked.is_break();
    traces.found.sort_by_key(|trace| trace.problem.is_some());
    traces
}

impl Traces {
    fn add(
        &mut self,
        path: &[&Certificate],
        root: Option<&Root>,
        store: &Store,
        question: Question<'_>,
    ) {
        // One partial path may end in any number of roots.
        if self.found.len() >= MAX_TRACES {
            self.cut = true;
            return;
        }
        let mut certificates: Vec<Certificate> = path.iter().map(|one| (*one).clone()).collect();
        let roots = root.map_or(&[][..], std::slice::from_ref);
        let (leaf, above) = (&certificates[0], &certificates[1..]);
        let problem = search(leaf, above, roots, question, Some(question.at)).err();
        let problem = problem.map(|problem| {
            explain::why_not(leaf, above, roots, store, question, problem).to_string()
        });
        certificates.extend(root.map(|root| root.certificate.clone()));
        let trace = Trace { certificates, problem };
        if !self.found.contains(&trace) {
            self.found.push(trace);
        }
    }
}
