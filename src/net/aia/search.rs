//! Requests the URLs of certificates, each once, and follows their redirects.
//!
//! In: certificates whose issuer is not available. Out: the results of their URLs, independent of the
//! order in which they arrived. A redirect is one more request: it counts, and no URL is redirected to
//! twice. A URL that was requested before, or is in progress, is shared.

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
    x509::certificate::{Certificate, Sha256},
};

/// The URLs and the requests in progress.
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
    /// When it is given up, including everything that it is redirected to.
    until: Instant,
    /// The positions of its requests, each redirected to the next; or why there is no further one.
    trail: Result<Vec<usize>, Problem>,
}

struct Request {
    url: Url,
    /// `None` while it is in progress.
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

    /// Whether no request is in progress.
    pub(super) fn is_over(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Starts to request the URLs of those of `ends` that were not requested yet. What is never
    /// requested is noted at once. Whether there was any.
    pub(super) fn begin(&mut self, ends: &[Certificate]) -> bool {
        let before = self.looks.len();
        let until = self.deadline.min(Instant::now() + FETCH_TIMEOUT);
        for end in ends {
            for text in end.extensions().issuer_urls.iter().take(MAX_URLS) {
                let url = Foreign::text(text);
                let child = end.sha256();
                if self.looks.iter().any(|look| look.url == url && look.child == child) {
                    continue;
                }
                let trail = policy::admit(text).and_then(|url| self.ask(url, Vec::new(), until));
                self.looks.push(Look { url, child, until, trail });
            }
        }
        self.follow();
        self.looks.len() > before
    }

    /// `trail` with the request for `url`, which is made unless there was one before.
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

    /// Requests the known redirects.
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

    /// The answer to the last request of `trail`.
    fn answer(&self, trail: &[usize]) -> Option<&Result<Found, Problem>> {
        trail.last().and_then(|position| self.requests[*position].answer.as_ref())
    }

    /// Waits until there are more than `known` issuers, and then at most [`GRACE`] for the rest; or
    /// until no request is in progress.
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
            // A request is never aborted and does not panic.
            let Some(Ok((position, answer))) = joined else { return };
            self.requests[position].answer = Some(answer);
            self.follow();
            if until.is_none() && judged(chain, self.outcomes()).await.0.certificates.len() > known
            {
                until = Some(Instant::now() + GRACE);
            }
        }
    }

    /// The results of the search so far, independent of the order in which they arrived.
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
