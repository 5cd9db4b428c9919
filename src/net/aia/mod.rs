//! Fetches the issuers that the server leaves out, from the URLs in its certificates.
//!
//! In: what was presented, and the store. Out: [`Issuers`], further candidates for `path`.
//!
//! Browsers do this silently, so many servers have an incomplete chain unnoticed; devices do not
//! fetch, so it is a warning. Nothing is fetched if the presented certificates already lead to a
//! root of the store.
//!
//! A caIssuers URL (RFC 5280 section 4.2.2.1) was chosen by an unauthenticated server, and its response
//! came over plain HTTP. So a fetched certificate is only kept if its key signed one that is already
//! available, it is never more than a candidate, and every kind of fetch is limited: see [`policy`] and
//! [`http`].

pub mod body;
pub mod http;
pub mod policy;
mod search;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

pub use self::policy::Allowed;

use self::search::Search;

use crate::chain::{Attempt, Fetched, Issuers, Presented, Problem};
use crate::{
    judge::{graph::Graph, work::Work},
    net::offload::{self, Length},
    text::time::Time,
    trust::store::Store,
    x509::certificate::Certificate,
};

/// How long the whole stage may take: at least as long as Chrome allows.
pub const STAGE_TIMEOUT: Duration = Duration::from_secs(10);

/// The most URLs fetched for one certificate, as in Chrome; public certificates have up to 2.
pub const MAX_URLS: usize = 5;

/// How many times an issuer's own issuer is looked for; paths have 8 certificates at most.
pub const MAX_DEPTH: usize = 4;

/// How long the other URLs are waited for once one of them gave an issuer: a connection and an answer
/// from the other side of the world, with 250 ms each way. Slower servers are ignored; all others are
/// used, so the outcome is the same in every run.
pub const GRACE: Duration = Duration::from_millis(500);

/// Whether and where issuers are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Whether any are fetched.
    pub enabled: bool,
    /// Allowed networks in addition to the public ones.
    pub allowed: Vec<Allowed>,
    /// Connect here for every URL, whatever its host: a mirror that the user trusts.
    pub instead: Option<SocketAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self { enabled: true, allowed: Vec::new(), instead: None }
    }
}

/// The address of the target, and the user's options.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub(crate) target: Option<IpAddr>,
    pub(crate) options: Options,
}

/// A chain, and the roots that it should lead to.
#[derive(Debug)]
pub struct Chain {
    /// What was presented.
    pub presented: Presented,
    /// The roots that the user trusts.
    pub store: Store,
    /// The time as of which certificates are verified.
    pub at: Time,
    /// The remaining work for the target.
    pub work: Arc<Work>,
}

/// Fetches the issuers that `chain` needs to reach a root of its store.
///
/// The stage ends by `deadline`, and never fails: a chain that stays incomplete is explained by the path
/// search. Signatures are not checked on the thread that waits for answers.
pub async fn fetch(chain: Chain, options: &Options, deadline: Instant) -> Issuers {
    if !options.enabled {
        return Issuers::default();
    }
    let deadline = deadline.min(Instant::now() + STAGE_TIMEOUT);
    let reached = Reached { target: chain.presented.peer, options: options.clone() };
    let chain = Arc::new(chain);
    let mut search = Search::new(reached, deadline);
    let mut depth = 0;
    loop {
        let (issuers, ends) = judged(&chain, search.outcomes()).await;
        let Some(ends) = ends.filter(|_| chain.work.spent().is_none()) else { return issuers };
        let has_begun = depth < MAX_DEPTH && search.begin(&ends);
        depth += usize::from(has_begun);
        if !has_begun && search.is_over() {
            return issuers;
        }
        search.wait(&chain, issuers.certificates.len()).await;
    }
}

/// The certificates in `outcomes` that belong to the chain, and those whose issuer is still missing;
/// `None` if the chain leads to a root.
async fn judged(
    chain: &Arc<Chain>,
    outcomes: Vec<(Attempt, Outcome)>,
) -> (Issuers, Option<Vec<Certificate>>) {
    let length = Length::of(&chain.presented, outcomes.len());
    let chain = Arc::clone(chain);
    offload::compute(length, move || judge(&chain, outcomes)).await
}

/// The same, on this thread.
pub(crate) fn judge(
    chain: &Chain,
    outcomes: Vec<(Attempt, Outcome)>,
) -> (Issuers, Option<Vec<Certificate>>) {
    let issuers = Issuers::of(chain, outcomes);
    let fetched = issuers.certificates.iter().map(|fetched| &fetched.certificate);
    let at_hand = chain.presented.certificates().chain(fetched);
    let graph = Graph::new(at_hand.filter(|one| one.is_valid_at(chain.at)), &chain.work);
    let above = chain.presented.leaf().map_or(Vec::new(), |leaf| graph.above(leaf));
    let ends = (!leads_to_a_root(&above, chain)).then(|| ends(&above, &graph));
    (issuers, ends)
}

/// The result of a URL.
pub(crate) type Outcome = Result<Vec<Certificate>, Problem>;

impl Issuers {
    /// The results of URLs, in the order of the run.
    fn of(chain: &Chain, outcomes: Vec<(Attempt, Outcome)>) -> Self {
        let mut issuers = Self::default();
        for (attempt, outcome) in outcomes {
            issuers.keep(chain, attempt, outcome);
        }
        issuers
    }

    /// Keeps of `found` what signed an available certificate, repeatedly until nothing more is found.
    fn keep(&mut self, chain: &Chain, mut attempt: Attempt, found: Outcome) {
        let Chain { presented, work, .. } = chain;
        let mut found = match found {
            Ok(found) => found,
            Err(problem) => {
                attempt.problem = Some(problem);
                self.attempts.push(attempt);
                return;
            }
        };
        attempt.problem =
            Some(if found.is_empty() { Problem::NoCertificate } else { Problem::NotTheIssuer });
        loop {
            let position = found.iter().position(|candidate| {
                let fetched = self.certificates.iter().map(|fetched| &fetched.certificate);
                let mut known = presented.certificates().chain(fetched);
                known.any(|known| work.may_have_issued(candidate, known))
            });
            let Some(position) = position else { break };
            let certificate = found.swap_remove(position);
            attempt.problem = None;
            let fetched = self.certificates.iter().map(|fetched| &fetched.certificate);
            if !presented.certificates().chain(fetched).any(|known| *known == certificate) {
                self.certificates.push(Fetched { certificate, url: attempt.url.clone() });
            }
        }
        self.attempts.push(attempt);
    }
}

/// Whether the store has a root that issued one of `above`, or trusts one of them.
fn leads_to_a_root(above: &[&Certificate], chain: &Chain) -> bool {
    let Chain { store, at, work, .. } = chain;
    above.iter().any(|certificate| {
        store.explicitly_trusted(certificate).is_some()
            || store.named(certificate.issuer_der()).iter().any(|root| {
                root.certificate.is_valid_at(*at)
                    && work.may_have_issued(&root.certificate, certificate)
            })
    })
}

/// Those of `above` without an available issuer, the one furthest from the leaf first. If there is none,
/// as among certificates that signed each other, all of them.
fn ends(above: &[&Certificate], graph: &Graph<'_>) -> Vec<Certificate> {
    let has_no_issuer = |certificate: &&&Certificate| {
        !certificate.is_self_issued() && graph.issuers(certificate).next().is_none()
    };
    let mut ends: Vec<_> = above.iter().filter(has_no_issuer).copied().cloned().collect();
    if ends.is_empty() {
        ends = above.iter().copied().cloned().collect();
    }
    ends.reverse();
    ends
}
