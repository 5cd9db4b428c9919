//! Fetches the issuers that the server leaves out, from the URLs in its certificates.
//!
//! In: what was presented, and the store. Out: [`Issuers`], further candidates for `path`.
//!
//! A browser does this in silence, so many servers get away with an incomplete chain; a device
//! does not fetch, so that is worth a warning. Nothing is fetched if the presented certificates
//! already lead to a root of the store.
//!
//! A caIssuers URL (RFC 5280 section 4.2.2.1) was chosen by an unauthenticated server, and what it
//! serves came over plain HTTP. So a fetched certificate is only kept if its key signed one that
//! is already there, it is never more than a candidate, and what may be fetched is bounded in
//! every way: see [`policy`] and [`http`].

pub mod body;
pub mod http;
pub mod policy;
mod search;

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

pub use self::policy::Allowed;

use self::search::Search;

use crate::chain::Presented;
use crate::{
    judge::work::Work,
    net::aside,
    text::foreign::Foreign,
    text::time::Time,
    trust::store::Store,
    x509::certificate::{Certificate, Sha256},
};

/// How long the whole stage may take: as long as Chrome gives it at least.
pub const STAGE_TIMEOUT: Duration = Duration::from_secs(10);

/// The most URLs fetched for one certificate, as in Chrome; public certificates have up to 2.
pub const MAX_URLS: usize = 5;

/// The most fetches of a run; a redirect that is followed is one more.
pub const MAX_FETCHES: usize = 8;

/// How many times an issuer's own issuer is looked for; paths have 8 certificates at most.
pub const MAX_DEPTH: usize = 4;

/// How long the other URLs are waited for once one of them gave an issuer: a connection and an
/// answer from the other side of the world, with 250 ms for each way there and back. Servers that
/// are not slow all have their say, so that the outcome is the same at every run.
pub const GRACE: Duration = Duration::from_millis(500);

/// Whether and where issuers are fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether any are.
    pub enabled: bool,
    /// Networks besides the public ones.
    pub allowed: Vec<Allowed>,
    /// Connect here for every URL, whatever its host: a mirror that the user trusts to be asked.
    pub instead: Option<SocketAddr>,
}

impl Default for Options {
    fn default() -> Self {
        Self { enabled: true, allowed: Vec::new(), instead: None }
    }
}

/// What the stage found.
#[derive(Debug, Clone, Default)]
pub struct Issuers {
    /// The certificates that were fetched and signed one that was there.
    pub certificates: Vec<Fetched>,
    /// Every URL that was looked at, in the order of the run.
    pub attempts: Vec<Attempt>,
}

/// A certificate that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The certificate.
    pub certificate: Certificate,
    /// Where it was.
    pub url: Foreign,
}

/// A URL that was looked at.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The URL.
    pub url: Foreign,
    /// The certificate that names it.
    pub child: Sha256,
    /// Why it gave no issuer; `None` if it did.
    pub problem: Option<Problem>,
}

/// Why a URL gave no issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is no URL with a host.
    NotAUrl,
    /// The URL is longer than [`policy::MAX_URL_CHARACTERS`].
    LongUrl,
    /// The scheme is another than http.
    Scheme(Foreign),
    /// The host has no address.
    NotResolved,
    /// The address is none that a server's certificate may send certgrab to.
    Forbidden(SocketAddr),
    /// Nothing took the connection.
    NoConnection(SocketAddr),
    /// The answer is not HTTP/1.
    NotHttp,
    /// The connection ended before the answer did.
    Broken,
    /// The answer is another than 200.
    Status(u16),
    /// The answer is compressed, which was not asked for.
    Encoding,
    /// The body has trailers.
    Trailers,
    /// More than [`http::MAX_REDIRECTS`] redirects.
    Redirects,
    /// A redirect to where it came from.
    Circle,
    /// A head or a body over its limit.
    TooMuch,
    /// The time was up.
    TimedOut,
    /// The body holds no certificate.
    NoCertificate,
    /// No certificate in the body signed one that was there.
    NotTheIssuer,
    /// It, or where it is redirected to, is past [`MAX_FETCHES`].
    TooManyFetches,
    /// What another URL gave led to a root first.
    NotWaitedFor,
}

/// Where the target was reached, and what the user said besides.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    pub(crate) target: Option<IpAddr>,
    pub(crate) options: Options,
}

/// A chain, and what it is to lead to.
#[derive(Debug)]
pub struct Chain {
    /// What was presented.
    pub presented: Presented,
    /// The roots that the user trusts.
    pub store: Store,
    /// The time of judgement.
    pub at: Time,
    /// What the target may still cost.
    pub work: Arc<Work>,
}

/// Fetches what `chain` lacks to reach a root of its store.
///
/// The stage ends by `deadline`, and never fails: a chain that stays incomplete is explained where
/// paths are looked for. Signatures are checked beside the thread that waits for answers.
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

/// What of `outcomes` belongs to the chain, and the certificates whose issuer is still missing;
/// `None` if the chain leads to a root.
async fn judged(
    chain: &Arc<Chain>,
    outcomes: Vec<(Attempt, Outcome)>,
) -> (Issuers, Option<Vec<Certificate>>) {
    let chain = Arc::clone(chain);
    aside::compute(move || judge(&chain, outcomes)).await
}

/// The same, computed here.
pub(crate) fn judge(
    chain: &Chain,
    outcomes: Vec<(Attempt, Outcome)>,
) -> (Issuers, Option<Vec<Certificate>>) {
    let issuers = Issuers::of(chain, outcomes);
    let graph = Graph::new(chain, &issuers.certificates);
    let leads_on = !graph.leads_to_a_root();
    let ends = leads_on.then(|| graph.ends().into_iter().cloned().collect());
    (issuers, ends)
}

/// What a URL gave.
pub(crate) type Outcome = Result<Vec<Certificate>, Problem>;

impl Issuers {
    /// The certificates alone, as candidates.
    #[must_use]
    pub fn candidates(&self) -> Vec<Certificate> {
        self.certificates.iter().map(|fetched| fetched.certificate.clone()).collect()
    }

    /// What came of URLs, in the order of the run.
    fn of(chain: &Chain, outcomes: Vec<(Attempt, Outcome)>) -> Self {
        let mut issuers = Self::default();
        for (attempt, outcome) in outcomes {
            issuers.keep(chain, attempt, outcome);
        }
        issuers
    }

    /// Keeps of `found` what signed a certificate that is there, in as many steps as it takes.
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

/// What leads up from the leaf: by names, signatures and dates.
///
/// It says whether to fetch, and what. Whether a path holds is decided elsewhere.
struct Graph<'a> {
    candidates: Vec<&'a Certificate>,
    /// The leaf, and what issued it, directly or not.
    above: Vec<&'a Certificate>,
    chain: &'a Chain,
}

impl<'a> Graph<'a> {
    fn new(chain: &'a Chain, fetched: &'a [Fetched]) -> Self {
        let presented = &chain.presented;
        let sent = presented.certificates();
        let mut graph = Self {
            candidates: sent.chain(fetched.iter().map(|fetched| &fetched.certificate)).collect(),
            above: presented.leaf().into_iter().collect(),
            chain,
        };
        let mut next = 0;
        while let Some(child) = graph.above.get(next).copied() {
            for issuer in graph.issuers(child).collect::<Vec<_>>() {
                if !graph.above.contains(&issuer) {
                    graph.above.push(issuer);
                }
            }
            next += 1;
        }
        graph
    }

    fn issuers(&self, child: &Certificate) -> impl Iterator<Item = &'a Certificate> {
        let candidates = self.candidates.iter().copied();
        let Chain { at, work, .. } = self.chain;
        candidates
            .filter(move |issuer| is_valid(issuer, *at) && work.may_have_issued(issuer, child))
    }

    /// Whether the store has a root that issued one of them, or trusts one as it stands.
    fn leads_to_a_root(&self) -> bool {
        let Chain { store, at, work, .. } = self.chain;
        self.above.iter().any(|certificate| {
            store.by_the_users_word(certificate).is_some()
                || store.named(certificate.issuer_der()).iter().any(|root| {
                    is_valid(&root.certificate, *at)
                        && work.may_have_issued(&root.certificate, certificate)
                })
        })
    }

    /// Those whose issuer is not at hand, the one furthest from the leaf first. If there is none,
    /// as among certificates that signed each other, all of them.
    fn ends(&self) -> Vec<&'a Certificate> {
        let has_no_issuer = |certificate: &&&Certificate| {
            !certificate.is_self_issued() && self.issuers(certificate).next().is_none()
        };
        let mut ends: Vec<_> = self.above.iter().filter(has_no_issuer).copied().collect();
        if ends.is_empty() {
            ends.clone_from(&self.above);
        }
        ends.reverse();
        ends
    }
}

fn is_valid(certificate: &Certificate, at: Time) -> bool {
    certificate.not_before() <= at && at <= certificate.not_after()
}

impl fmt::Display for Problem {
    /// Completes the sentence "the URL ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl => f.write_str("is no URL of a host"),
            Self::LongUrl => {
                write!(f, "has more than {} characters", policy::MAX_URL_CHARACTERS)
            }
            Self::Scheme(scheme) => {
                write!(f, "has the scheme `{}`, and only http is fetched", scheme.line())
            }
            Self::NotResolved => f.write_str("has a host that does not resolve"),
            Self::Forbidden(address) => write!(
                f,
                "leads to {address}, which is not fetched from without `--aia-allow {address}`"
            ),
            Self::NoConnection(address) => write!(f, "leads to {address}, which does not answer"),
            Self::NotHttp => {
                f.write_str("is answered with something else than HTTP/1 within its limits")
            }
            Self::Broken => f.write_str("is answered with a body that breaks off"),
            Self::Status(status) => write!(f, "is answered with status {status}"),
            Self::Encoding => f.write_str("is answered with a compressed body, not asked for"),
            Self::Trailers => f.write_str("is answered with a body that has trailers"),
            Self::Redirects => {
                write!(f, "is redirected more than {} times", http::MAX_REDIRECTS)
            }
            Self::Circle => f.write_str("is redirected in a circle"),
            Self::TooMuch => f.write_str("is answered with more than the limits allow"),
            Self::TimedOut => f.write_str("was not answered in time"),
            Self::NoCertificate => f.write_str("serves no certificate"),
            Self::NotTheIssuer => f.write_str("serves a certificate that did not sign this one"),
            Self::TooManyFetches => {
                write!(f, "asks for more than the {MAX_FETCHES} fetches of a target")
            }
            Self::NotWaitedFor => f.write_str("was not waited for, since another led to a root"),
        }
    }
}
