//! The answers of the files' servers, queried on several threads.
//!
//! In: the groups. Out: the answer of each group's server, in their order, and if its URL is followed,
//! the answers of all servers on the way; nothing for those that are not contacted.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::{
    cli::{
        args::hosts::DEFAULT_JOBS,
        descriptors::{self, Affordable},
        failure::{self, Failure},
        style::Display,
        workers::Workers,
    },
    endpoint::Target,
    run::{
        follow, grab,
        survey::{self, Survey},
    },
    stack::client::Device,
};

use super::Ready;

/// The answers of the servers of a group.
#[derive(Default)]
pub(super) struct Answer {
    /// The contacted servers, each with its chains.
    pub(super) servers: Vec<(Target, Result<Survey, grab::Error>)>,
    /// Why the redirects do not reach the download.
    pub(super) end: Option<follow::Error>,
}

/// Contacts the servers on `threads` threads, as many at once as `--hosts` by default.
pub(super) fn ask(
    ready: &[Ready],
    threads: usize,
    display: &Display,
) -> Result<Vec<Answer>, Failure> {
    let mut answers: Vec<_> = ready.iter().map(|_| Answer::default()).collect();
    let count = ready.iter().filter(|one| one.target.is_some()).count();
    if count == 0 {
        return Ok(answers);
    }
    let jobs = DEFAULT_JOBS.get().min(count);
    let Affordable { jobs, threads } = descriptors::affordable_on_threads(jobs, threads, display);
    let mut waiting = ready.iter().enumerate().filter_map(|(index, one)| {
        let (target, options) = (one.target.clone()?, Arc::clone(&one.options));
        Some((index, target, options, (one.devices(), one.group.job.reaching.follow)))
    });
    let runtime = failure::runtime()?;
    let workers = Workers::start(&runtime, threads);
    let mut under_way = JoinSet::new();
    runtime.block_on(async {
        loop {
            while under_way.len() < jobs
                && let Some((index, target, options, how)) = waiting.next()
            {
                let ask = async move { (index, one(target, &options, how).await) };
                under_way.spawn_on(ask, workers.idlest());
            }
            let Some(joined) = under_way.join_next().await else { return Ok::<_, Failure>(()) };
            let (index, answer) = joined?;
            answers[index] = answer;
        }
    })?;
    Ok(answers)
}

/// Contacts `target`, or each server on the way if its URL is followed, as each of `devices`.
async fn one(
    target: Target,
    options: &grab::Options,
    (devices, follows): (Vec<&'static Device>, bool),
) -> Answer {
    let mut answer = Answer::default();
    let targets = match follows {
        false => vec![target],
        true => {
            let way = follow::follow(&target, options).await;
            answer.end = way.end;
            way.steps.into_iter().map(|step| step.target).collect()
        }
    };
    for target in targets {
        let survey = survey::every_address(&target, options, &devices).await;
        answer.servers.push((target, survey));
    }
    answer
}
