//! Contacts the servers of a manifest concurrently and returns their answers in its order.
//!
//! In: the targets. Out: each with its answer, one after the other. At most as many servers are being
//! contacted, or have answered before their turn, as there are jobs, so memory does not grow with the
//! manifest. Processing an answer delays no server: sockets have their own threads.

use std::{collections::VecDeque, thread};

use tokio::{runtime::Handle, sync::mpsc, task::JoinHandle};

use crate::{
    cli,
    run::{
        follow::{self, Way},
        grab::{self, Options},
        readers::{self, Readers},
        survey::{self, Survey},
    },
};

use crate::cli::{
    descriptors::Affordable,
    failure::{self, Exit, Failure},
    manifest::Entry,
    proof, request,
    workers::Workers,
};

/// What a server answered, and the options it was contacted with.
pub(crate) struct Answer {
    pub(crate) options: Options,
    pub(crate) outcome: Outcome,
}

/// The result for a target of the manifest.
pub(crate) enum Outcome {
    /// What its server presents.
    Server {
        readers: Box<Result<Readers, grab::Error>>,
        /// What each address of its name answered, if they differ.
        survey: Option<Survey>,
    },
    /// Where its URL leads.
    Way(Way),
    /// Its certificates come from files, and no server was contacted.
    NotAsked,
}

/// Contacts the servers of `entries`, as many at once and on as many threads as `room` allows, each if
/// `allowed` has no objection, and passes every answer to `take`, in the order of `entries`.
///
/// # Errors
///
/// The system has no descriptors or no thread left.
pub(crate) fn in_order<'a>(
    entries: &'a [Entry],
    room: Affordable,
    allowed: impl Fn(&Entry) -> Result<(), Failure> + Sync,
    mut take: impl FnMut(&'a Entry, Result<Answer, Failure>),
) -> Result<(), Failure> {
    let runtime = failure::runtime()?;
    let (answers, mut answered) = mpsc::channel(1);
    let allowed = &allowed;
    thread::scope(|scope| {
        let ask = move || {
            let workers = Workers::start(&runtime, room.threads);
            runtime.block_on(ask_all(entries, (room.jobs, workers), allowed, answers));
        };
        thread::Builder::new().spawn_scoped(scope, ask).map_err(|error| {
            Failure::new(Exit::File, format!("cannot wait for sockets: {error}"))
        })?;
        for entry in entries {
            let Some(answer) = answered.blocking_recv() else { break };
            take(entry, answer);
        }
        Ok(())
    })
}

/// A server that is being contacted, or why it is not.
enum Asked {
    UnderWay(JoinHandle<Answer>),
    Not(Failure),
}

async fn ask_all(
    entries: &[Entry],
    (jobs, workers): (usize, Workers),
    allowed: impl Fn(&Entry) -> Result<(), Failure>,
    answers: mpsc::Sender<Result<Answer, Failure>>,
) {
    let mut entries = entries.iter();
    let mut under_way: VecDeque<Asked> = VecDeque::new();
    loop {
        while under_way.len() < jobs
            && let Some(entry) = entries.next()
        {
            let begun = allowed(entry).and_then(|()| begin(entry, workers.idlest()));
            under_way.push_back(match begun {
                Ok(handle) => Asked::UnderWay(handle),
                Err(failure) => Asked::Not(failure),
            });
        }
        let answer = match under_way.pop_front() {
            None => return,
            Some(Asked::Not(failure)) => Err(failure),
            Some(Asked::UnderWay(handle)) => handle.await.map_err(Failure::from),
        };
        if answers.send(answer).await.is_err() {
            return;
        }
    }
}

/// Starts to contact the server of `entry` on the thread of `runtime`.
fn begin(entry: &Entry, runtime: &Handle) -> Result<JoinHandle<Answer>, Failure> {
    let target = entry.job.targets[0].clone();
    let mut options = request::quiet_options(&entry.job)?;
    let formats = cli::readers::of_manifest(entry);
    options.stacks = proof::stacks(&entry.job, formats.iter().copied());
    let (follows, is_of_files) = (entry.job.reaching.follow, !entry.job.trust.converted.is_empty());
    Ok(runtime.spawn(async move {
        if is_of_files {
            return Answer { options, outcome: Outcome::NotAsked };
        }
        if follows {
            let way = follow::follow(&target, &options).await;
            return Answer { options, outcome: Outcome::Way(way) };
        }
        let readers = match readers::grab(&target, &options, formats.into_iter()).await {
            Ok(readers) => readers,
            Err(error) => {
                let outcome = Outcome::Server { readers: Box::new(Err(error)), survey: None };
                return Answer { options, outcome };
            }
        };
        let usual = &readers.chains[0];
        let survey = match usual.verdict.is_ok() && !usual.presented.others.is_empty() {
            true => survey::every_address(&target, &options, &[]).await.ok(),
            false => None,
        };
        let outcome = Outcome::Server { readers: Box::new(Ok(readers)), survey };
        Answer { options, outcome }
    }))
}
