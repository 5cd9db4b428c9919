//! Makes the queries of a survey, a few at once.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use rustls_pki_types::DnsName;
use tokio::{task::JoinSet, time::Instant};

use super::Question;
use crate::{
    chain::{Issuers, Presented},
    endpoint::Target,
    judge::work::Work,
    net::connect,
    run::grab::{self, Options},
    tls::probe::{self, MAX_CONNECTIONS, Unanswered},
};

/// Connections made at once: a little more than a browser that loads a page (six connections to a host).
pub const AT_ONCE: usize = 8;

/// The pause before an unanswered query is repeated: connection limits are mostly per second.
pub const PAUSE_BEFORE_REPEATING: Duration = Duration::from_secs(1);

/// Makes the queries of a survey.
pub(super) struct Asker<'a> {
    pub(super) sni: Option<DnsName<'static>>,
    pub(super) work: Arc<Work>,
    pub(super) target: &'a Target,
    pub(super) options: &'a Options,
    pub(super) deadline: Instant,
}

/// A query with its position, and its answer.
pub(super) type Answered = (usize, Question, Result<(Presented, Issuers), probe::Error>);

impl Asker<'_> {
    /// The answers to `waiting`, with `at_once` queries at once, in the order in which they arrived.
    pub(super) async fn ask(
        &self,
        mut waiting: VecDeque<(usize, Question)>,
        at_once: usize,
    ) -> Vec<Answered> {
        let mut under_way = JoinSet::new();
        let mut finished = Vec::new();
        while !waiting.is_empty() || !under_way.is_empty() {
            while under_way.len() < at_once
                && let Some((index, question)) = waiting.pop_front()
            {
                let name = self.sni.clone().filter(|_| question.names);
                let (target, options) = (self.target.clone(), self.options.clone());
                let (work, deadline) = (Arc::clone(&self.work), self.deadline_of_one());
                under_way.spawn(async move {
                    let answer = ask(question, name, &target, &options, &work, deadline).await;
                    (index, question, answer)
                });
            }
            if let Some(Ok(answer)) = under_way.join_next().await {
                finished.push(answer);
            }
        }
        finished
    }

    /// When the time of a query that starts now is over.
    fn deadline_of_one(&self) -> Instant {
        let slowed = self.options.connect.pace.as_deref();
        let slowed = slowed.map(|pace| pace.time_for(MAX_CONNECTIONS * AT_ONCE));
        let own = Instant::now() + self.options.timeout + slowed.unwrap_or_default();
        own.min(self.deadline)
    }

    /// The queries that may be answered a little later. An address that refuses every connection will
    /// not answer.
    pub(super) fn worth_repeating(&self, finished: &[Answered]) -> VecDeque<(usize, Question)> {
        let refused = |outcome: &Result<_, probe::Error>| {
            outcome.as_ref().is_err_and(|error| error.unanswered() == Some(Unanswered::Refused))
        };
        let is_closed = |address| {
            let mut here = finished.iter().filter(|(_, one, _)| one.address == address);
            here.all(|(.., outcome)| refused(outcome))
        };
        let unanswered = finished.iter().filter(|(_, one, outcome)| {
            let error = outcome.as_ref().err();
            error.is_some_and(|error| error.unanswered().is_some()) && !is_closed(one.address)
        });
        let mut again: Vec<_> = unanswered.map(|(index, one, _)| (*index, *one)).collect();
        again.sort_by_key(|(index, _)| *index);
        again.into()
    }
}

async fn ask(
    question: Question,
    name: Option<DnsName<'static>>,
    target: &Target,
    options: &Options,
    work: &Arc<Work>,
    deadline: Instant,
) -> Result<(Presented, Issuers), probe::Error> {
    let (hello, way) = question.client.hello(name, options);
    let hello = hello.with_protocols(&options.alpn);
    let connect = connect::Options {
        instead: question.address.map(Target::at).or_else(|| options.connect.instead.clone()),
        // Whether there is one depends on the target's name.
        proxy: options.connect.proxy_to(target).cloned(),
        ..options.connect.clone()
    };
    let presented = probe::reach(target, &hello, &connect, way, (None, deadline)).await?;
    let issuers = grab::missing_issuers(&presented, target, options, work, deadline).await;
    Ok((*presented, issuers))
}
