//! Connects to one server in many ways, since it may answer each client differently.
//!
//! In: [`Target`]. Out: [`Survey`]: every query with its result, the distinct chains, and the smallest
//! set of anchors that verifies all of them. A server with an RSA and an ECDSA certificate, another
//! certificate without SNI, an old machine behind one of the addresses: each device encounters only one
//! of them.

mod asker;
mod question;
mod unanswered;

use std::{net::SocketAddr, sync::Arc};

use tokio::time::{Instant, sleep};

use self::asker::{Answered, Asker};
pub use self::{
    asker::{AT_ONCE, PAUSE_BEFORE_REPEATING},
    question::{Client, Question},
};
use super::{
    grab::{self, Grab, Options},
    set_cover,
};
use crate::chain::Issuers;
use crate::chain::Presented;
use crate::{
    chain::Version,
    stack::{client::Device, hello::Authentication},
};
use crate::{
    endpoint::Target,
    judge::{rank::Candidate, work::Work},
    net::{
        connect,
        offload::{self, Length},
    },
    output::bundle::Bundle,
    run::pack::{self, What},
    tls::probe::{self, MAX_CONNECTIONS, Way},
    x509::certificate::Sha256,
};

/// The results for a server.
#[derive(Debug, Default)]
pub struct Survey {
    /// Every query, with the number of its chain or why there was none.
    pub answers: Vec<(Question, Result<usize, probe::Error>)>,
    /// The positions in `answers` of the queries that were made twice.
    pub repeated: Vec<usize>,
    /// The distinct chains in the order of the first answer with each, and their verdicts.
    pub chains: Vec<Grab>,
    /// The fewest anchors that verify every chain that any anchor verifies.
    pub anchors: Vec<Sha256>,
}

/// Queries `target` at every address, for both kinds of key, with TLS 1.3 and older, with and without
/// its name.
///
/// # Errors
///
/// [`probe::Error`] if the target has no address.
pub async fn survey(target: &Target, options: &Options) -> Result<Survey, probe::Error> {
    let deadline = Instant::now() + options.timeout;
    let addresses = connect::addresses(target, &options.connect, deadline)
        .await
        .map_err(probe::Error::Connect)?;
    let has_name = options.sni.server_name(target).is_some();
    let questions = questions(&addresses, has_name, options.way);
    Ok(ask_all(target, options, questions, deadline).await)
}

/// Queries `target` at every address as the options say, and as each of `devices`.
///
/// # Errors
///
/// [`probe::Error`] if the target has no address.
pub async fn every_address(
    target: &Target,
    options: &Options,
    devices: &[&'static Device],
) -> Result<Survey, probe::Error> {
    let deadline = Instant::now() + options.timeout;
    let addresses = match options.connect.proxy_to(target) {
        Some(_) => vec![None],
        None => {
            let found = connect::addresses(target, &options.connect, deadline).await;
            found.map_err(probe::Error::Connect)?.into_iter().map(Some).collect()
        }
    };
    let clients =
        [Client::AsOptions].into_iter().chain(devices.iter().copied().map(Client::Device));
    let clients: Vec<_> = clients.collect();
    let at = |address| clients.iter().map(move |&client| Question { address, client, names: true });
    let questions = addresses.into_iter().flat_map(at).collect();
    Ok(ask_all(target, options, questions, deadline).await)
}

/// Makes each query, a few at once, and repeats those without an answer once; judges each distinct chain
/// once.
async fn ask_all(
    target: &Target,
    options: &Options,
    questions: Vec<Question>,
    deadline: Instant,
) -> Survey {
    // Waiting for the pace does not reduce the time for the answers.
    let pace = options.connect.pace.as_deref();
    let slowed = pace.map(|pace| pace.time_for(2 * MAX_CONNECTIONS * questions.len()));
    let deadline = deadline + slowed.unwrap_or_default();
    let asker = Asker {
        sni: options.sni.server_name(target),
        work: grab::work_until(deadline, options.timeout),
        target,
        options,
        deadline,
    };
    let waiting = questions.into_iter().enumerate().collect();
    let mut finished = asker.ask(waiting, AT_ONCE).await;
    let again = asker.worth_repeating(&finished);
    let time_left = deadline.saturating_duration_since(Instant::now());
    let mut repeated = Vec::new();
    if !again.is_empty() && time_left > PAUSE_BEFORE_REPEATING {
        sleep(PAUSE_BEFORE_REPEATING).await;
        repeated = again.iter().map(|(index, _)| *index).collect();
        finished.retain(|(index, ..)| !repeated.contains(index));
        // One after the other, since the server may limit connections.
        finished.extend(asker.ask(again, 1).await);
    }
    finished.sort_by_key(|(index, ..)| *index);
    let length = length_of(&finished);
    let (target, options, work) = (target.clone(), options.clone(), asker.work);
    let sort = move || {
        let answers = finished.into_iter().map(|(_, question, outcome)| (question, outcome));
        Survey { repeated, ..sort(answers, &target, &options, &work) }
    };
    offload::compute(length, sort).await
}

/// The answer of an address, with the issuers that were fetched.
type Shown = Result<(Presented, Issuers), probe::Error>;

/// The most answers that are judged on the thread that waits for sockets.
const SHORT_ANSWERS: usize = 4;

/// How long it may take to judge the answers: a device's server has one or two addresses.
fn length_of(finished: &[Answered]) -> Length {
    let is_short = |outcome: &Shown| match outcome {
        Ok((presented, issuers)) => {
            Length::of(presented, issuers.certificates.len()) == Length::Short
        }
        Err(_) => true,
    };
    match finished.len() <= SHORT_ANSWERS && finished.iter().all(|(.., one)| is_short(one)) {
        true => Length::Short,
        false => Length::Long,
    }
}

/// The queries; without a name to send there are fewer, and encrypted handshakes are not tried in clear
/// text.
fn questions(addresses: &[SocketAddr], has_name: bool, way: Way) -> Vec<Question> {
    let versions = match way {
        Way::Cleartext => &[Version::Tls12][..],
        Way::Auto | Way::Reader | Way::Full => &[Version::Tls13, Version::Tls12],
    };
    let mut questions = Vec::new();
    for &address in addresses {
        for names in if has_name { &[true, false][..] } else { &[false] } {
            for authentication in [Authentication::Rsa, Authentication::Ecdsa] {
                for &version in versions {
                    let client = Client::Restricted { authentication, version };
                    questions.push(Question { address: Some(address), client, names: *names });
                }
            }
        }
    }
    questions
}

/// The distinct chains among the answers, judged once each.
fn sort(
    answers: impl Iterator<Item = (Question, Result<(Presented, Issuers), probe::Error>)>,
    target: &Target,
    options: &Options,
    work: &Arc<Work>,
) -> Survey {
    let mut survey = Survey::default();
    for (question, outcome) in answers {
        let number = outcome.map(|(presented, issuers)| {
            let same = |known: &Grab| known.presented.is_same_chain(&presented);
            match survey.chains.iter().position(same) {
                Some(number) => {
                    survey.chains[number].presented.keep_the_better(presented);
                    number
                }
                None => {
                    let work = Arc::clone(work);
                    survey.chains.push(grab::conclude(presented, issuers, target, options, work));
                    survey.chains.len() - 1
                }
            }
        });
        survey.answers.push((question, number));
    }
    let servers: Vec<Vec<Sha256>> = survey.chains.iter().map(anchors_of).collect();
    survey.anchors = set_cover::smallest(&servers);
    survey
}

/// The anchors that verify a chain, best first.
fn anchors_of(grab: &Grab) -> Vec<Sha256> {
    candidates(grab).map(|candidate| candidate.root.certificate.sha256()).collect()
}

/// The anchors that verify a chain, as its candidates, best first.
pub fn candidates(grab: &Grab) -> impl Iterator<Item = &Candidate> {
    grab.verdict.iter().flat_map(|judgement| judgement.verified.candidates())
}

impl Survey {
    /// The queries that returned the chain with this number.
    pub fn answered(&self, chain: usize) -> impl Iterator<Item = &Question> {
        let answers = self.answers.iter();
        answers
            .filter(move |(_, outcome)| outcome.as_ref().ok() == Some(&chain))
            .map(|(one, _)| one)
    }

    /// The addresses that presented no chain at all, with the first error of each; not those that this
    /// machine has no route to.
    #[must_use]
    pub fn failed_addresses(&self) -> Vec<(&Question, &probe::Error)> {
        let answers = |one: &Question| {
            let same = one.address;
            self.answers
                .iter()
                .any(move |(known, outcome)| known.address == same && outcome.is_ok())
        };
        let mut failed: Vec<(&Question, &probe::Error)> = Vec::new();
        for (one, outcome) in &self.answers {
            let is_known = failed.iter().any(|(known, _)| known.address == one.address);
            if let (Err(error), false) = (outcome, is_known || answers(one))
                && !error.is_of_this_machine()
            {
                failed.push((one, error));
            }
        }
        failed
    }

    /// The survey if it has a chain.
    ///
    /// # Errors
    ///
    /// The failure at each address.
    pub fn with_chains(self) -> Result<Self, probe::Error> {
        if !self.chains.is_empty() {
            return Ok(self);
        }
        let failed = |(one, outcome): (Question, Result<_, _>)| Some((one.address, outcome.err()?));
        let mut failures: Vec<_> = self.answers.into_iter().filter_map(failed).collect();
        let has_no_address = failures.iter().all(|(address, _)| address.is_none());
        if (failures.len() == 1 || has_no_address) && !failures.is_empty() {
            return Err(failures.swap_remove(0).1);
        }
        let at = |(address, error)| Some((address?, error));
        Err(probe::Error::Addresses(failures.into_iter().filter_map(at).collect()))
    }

    /// A survey of known chains.
    #[must_use]
    pub fn of_chains(chains: Vec<Grab>) -> Self {
        let servers: Vec<Vec<Sha256>> = chains.iter().map(anchors_of).collect();
        Self { chains, anchors: set_cover::smallest(&servers), ..Self::default() }
    }

    /// Whether an anchor verifies every chain, and there is one.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.chains.is_empty() && self.chains.iter().all(|chain| chain.verdict.is_ok())
    }

    /// An anchor of the set, as a candidate of the first chain that it verifies.
    #[must_use]
    pub fn candidate(&self, anchor: Sha256) -> Option<&Candidate> {
        self.chains
            .iter()
            .flat_map(candidates)
            .find(|candidate| candidate.root.certificate.sha256() == anchor)
    }

    /// The anchor of the set that verifies the chain with this number, as its candidate.
    #[must_use]
    pub fn anchor_of(&self, chain: usize) -> Option<&Candidate> {
        let in_order = |anchor: &Sha256| {
            let mut own = candidates(self.chains.get(chain)?);
            own.find(|candidate| candidate.root.certificate.sha256() == *anchor)
        };
        self.anchors.iter().find_map(in_order)
    }

    /// The numbers of the chains that an anchor verifies.
    #[must_use]
    pub fn verified_by(&self, anchor: Sha256) -> Vec<usize> {
        let numbers = 0..self.chains.len();
        numbers.filter(|number| anchors_of(&self.chains[*number]).contains(&anchor)).collect()
    }

    /// The set of anchors as something to export, or `None` if there is no anchor at all.
    #[must_use]
    pub fn bundle(&self, target: &Target) -> Option<Bundle> {
        let mut all: Option<Bundle> = None;
        for anchor in &self.anchors {
            let candidate = self.candidate(*anchor)?;
            let chain = self.chains.iter().find(|chain| anchors_of(chain).contains(anchor))?;
            let one = pack::pack_candidate(target, &chain.presented, candidate, What::Anchor);
            match &mut all {
                None => all = Some(one),
                Some(all) => all.add(one),
            }
        }
        all
    }
}
