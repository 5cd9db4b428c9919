//! What the servers of the files answer, asked on several threads.
//!
//! In: the groups. Out: for each what its server answered, in their order; `None` for those that are
//! not asked.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::{
    cli::{
        args::hosts::DEFAULT_JOBS,
        descriptors::{self, Affordable},
        failure::{self, Exit, Failure},
        style::Display,
        workers::Workers,
    },
    run::{
        grab,
        survey::{self, Survey},
    },
};

use super::Ready;

/// The answer of a server, if it was asked.
pub(super) type Answer = Option<Result<Survey, grab::Error>>;

/// Asks the servers on `threads` threads, as many at once as `--hosts` by default.
pub(super) fn ask(
    ready: &[Ready],
    threads: usize,
    display: &Display,
) -> Result<Vec<Answer>, Failure> {
    let mut answers: Vec<_> = ready.iter().map(|_| None).collect();
    let count = ready.iter().filter(|one| one.target.is_some()).count();
    if count == 0 {
        return Ok(answers);
    }
    let jobs = DEFAULT_JOBS.get().min(count);
    let Affordable { jobs, threads } = descriptors::affordable_on_threads(jobs, threads, display);
    let mut waiting = ready.iter().enumerate().filter_map(|(index, one)| {
        let (target, options) = (one.target.clone()?, Arc::clone(&one.options));
        Some((index, target, options, one.devices()))
    });
    let runtime = failure::runtime()?;
    let workers = Workers::start(&runtime, threads);
    let mut under_way = JoinSet::new();
    runtime.block_on(async {
        loop {
            while under_way.len() < jobs
                && let Some((index, target, options, devices)) = waiting.next()
            {
                let ask = async move {
                    (index, survey::every_address(&target, &options, &devices).await)
                };
                under_way.spawn_on(ask, workers.idlest());
            }
            let Some(joined) = under_way.join_next().await else { return Ok(()) };
            let (index, answer) = joined.map_err(|error| {
                Failure::new(Exit::Fault, format!("a target's task ended: {error}"))
            })?;
            answers[index] = Some(answer);
        }
    })?;
    Ok(answers)
}
