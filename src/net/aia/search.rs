//! Asks for the URLs of certificates, each once, and follows where they are redirected.
//!
//! In: certificates whose issuer is not at hand. Out: what their URLs gave, whatever the order in
//! which it came. A redirect is one more request: it is counted, and it leads to no URL twice. What
//! was asked for already, or is under way, is shared.

use std::sync::Arc;

use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};
use url::Url;

use super::{
    Chain, GRACE, MAX_URLS, Outcome, Reached, body,
    http::{self, Answer, FETCH_TIMEOUT},
    judged, policy,
};
use crate::chain::{Attempt, MAX_FETCHES, MAX_REDIRECTS, Problem};
use crate::{
    text::foreign::Foreign,
    x509::{
        certificate::{Certificate, Sha256},
        extensions,
    },
};

/// The URLs looked at, and what is still under way.
pub(super) struct Search {
    reached: Reached,
    deadline: Instant,
    /// In the order of the run.
    looks: Vec<Look>,
    /// At most [`MAX_FETCHES`], in the order in which they were made.
    requests: Vec<Request>,
    /// The position of the request, with its answer.
    under_way: JoinSet<(usize, Result<Found, Problem>)>,
}

/// A URL of a certificate.
struct Look {
    url: Foreign,
    /// The certificate that names the URL.
    child: Sha256,
    /// When it is given up, with all that it is redirected to.
    until: Instant,
    /// The positions of the requests that it led to, each redirected to the next; or why it led to
    /// no further one.
    trail: Result<Vec<usize>, Problem>,
}

struct Request {
    url: Url,
    /// `None` while it is under way.
    answer: Option<Result<Found, Problem>>,
}

/// What a host answered.
enum Found {
    Certificates(Vec<Certificate>),
    Elsewhere(Url),
}

impl Search {
    pub(super) fn new(reached: Reached, deadline: Instant) -> Self {
        let (looks, requests, under_way) = (Vec::new(), Vec::new(), JoinSet::new());
        Self { reached, deadline, looks, requests, under_way }
    }

    /// Whether nothing is under way.
    pub(super) fn is_over(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Begins to ask for the URLs of those of `ends` that were not looked at yet. What is never
    /// asked for is noted at once. Whether there was any.
    pub(super) fn begin(&mut self, ends: &[Certificate]) -> bool {
        let before = self.looks.len();
        let until = self.deadline.min(Instant::now() + FETCH_TIMEOUT);
        for end in ends {
            for text in extensions::issuer_locations(end).into_iter().take(MAX_URLS) {
                let url = Foreign::text(&text);
                let child = end.sha256();
                if self.looks.iter().any(|look| look.url == url && look.child == child) {
                    continue;
                }
                let trail = policy::admit(&text).and_then(|url| self.ask(url, Vec::new(), until));
                self.looks.push(Look { url, child, until, trail });
            }
        }
        self.follow();
        self.looks.len() > before
    }

    /// `trail` with the request for `url`, which is made unless it was before.
    fn ask(
        &mut self,
        url: Url,
        mut trail: Vec<usize>,
        until: Instant,
    ) -> Result<Vec<usize>, Problem> {
        let known = self.requests.iter().position(|request| request.url == url);
        if known.is_some_and(|position| trail.contains(&position)) {
            return Err(Problem::Circle);
        }
        if trail.len() > MAX_REDIRECTS {
            return Err(Problem::Redirects);
        }
        if known.is_none() && self.requests.len() == MAX_FETCHES {
            return Err(Problem::TooManyFetches);
        }
        trail.push(known.unwrap_or_else(|| self.request(url, until)));
        Ok(trail)
    }

    /// The position of a new request.
    fn request(&mut self, url: Url, until: Instant) -> usize {
        let (position, reached) = (self.requests.len(), self.reached.clone());
        self.requests.push(Request { url: url.clone(), answer: None });
        self.under_way.spawn(async move {
            let answer = http::ask(&url, &reached, until).await.map(|answer| match answer {
                Answer::Body(body) => Found::Certificates(body::certificates(&body)),
                Answer::Elsewhere(next) => Found::Elsewhere(next),
            });
            (position, answer)
        });
        position
    }

    /// Asks where what was looked at is redirected to, as far as that is known.
    fn follow(&mut self) {
        for index in 0..self.looks.len() {
            while let Ok(trail) = &self.looks[index].trail
                && let Some(Ok(Found::Elsewhere(next))) = self.answer(trail)
            {
                let (next, trail) = (next.clone(), trail.clone());
                self.looks[index].trail = self.ask(next, trail, self.looks[index].until);
            }
        }
    }

    /// What the last request of `trail` was answered.
    fn answer(&self, trail: &[usize]) -> Option<&Result<Found, Problem>> {
        trail.last().and_then(|position| self.requests[*position].answer.as_ref())
    }

    /// Waits until there are more than `known` issuers, and then no longer than [`GRACE`] for the
    /// rest; or until nothing is under way.
    pub(super) async fn wait(&mut self, chain: &Arc<Chain>, known: usize) {
        let mut until: Option<Instant> = None;
        loop {
            let next = self.under_way.join_next();
            let joined = match until {
                None => next.await,
                Some(until) => match timeout_at(until, next).await {
                    Ok(joined) => joined,
                    Err(_) => return,
                },
            };
            // A request is neither aborted nor does it panic.
            let Some(Ok((position, answer))) = joined else { return };
            self.requests[position].answer = Some(answer);
            self.follow();
            if until.is_none() && judged(chain, self.outcomes()).await.0.certificates.len() > known
            {
                until = Some(Instant::now() + GRACE);
            }
        }
    }

    /// What came of the search until now, whatever the order in which it came.
    pub(super) fn outcomes(&self) -> Vec<(Attempt, Outcome)> {
        let outcome = |look: &Look| {
            let attempt = Attempt { url: look.url.clone(), child: look.child, problem: None };
            (attempt, self.outcome(look))
        };
        self.looks.iter().map(outcome).collect()
    }

    fn outcome(&self, look: &Look) -> Outcome {
        match self.answer(look.trail.as_ref().map_err(Clone::clone)?) {
            Some(Ok(Found::Certificates(certificates))) => Ok(certificates.clone()),
            Some(Err(problem)) => Err(problem.clone()),
            // A redirect is followed as soon as it is known.
            Some(Ok(Found::Elsewhere(_))) | None => Err(Problem::NotWaitedFor),
        }
    }
}
