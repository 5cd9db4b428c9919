//! Many targets: a list is read as a stream, and each line's result is written as it comes.
//!
//! Memory does not grow with the list: at most `--jobs` targets are in progress, at most a few times as
//! many results wait for their turn with `--ordered`, and the summary only needs counts. The targets are
//! shared among threads; one of them, this one, reads the list and writes the results.

mod anchor_set;
mod csv;
mod list;
pub(crate) mod one_set;
mod set_document;
mod tally;

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Write as _},
    sync::Arc,
};

use crate::{
    Grab,
    endpoint::Target,
    net::offload::{self, Length},
    run::{
        grab::{self, Options},
        json::Document,
    },
    text::time::Time,
};
use rustls_pki_types::ServerName;
use tokio::task::JoinSet;

use self::{
    list::{Entry, List},
    tally::Tally,
};
use crate::cli::{
    args::{Request, connection::Reaching},
    atomic_write,
    descriptors::{self, Affordable},
    failure::{Exit, Failure},
    output,
    progress::Progress,
    style::Display,
    workers::Workers,
};

/// Results that may wait for an earlier one with `--ordered`, for each job.
const WAITING_PER_JOB: usize = 4;

/// The result of one line of the list.
struct Finished {
    index: u64,
    line: String,
    /// Whether its anchor ends before the date of `--until`.
    ends_early: bool,
    outcome: Outcome,
}

enum Outcome {
    /// The line contains no target; whether it looks like CSV.
    Unreadable { is_csv: bool },
    /// The target was queried.
    Asked {
        target: Target,
        /// The name that its certificate must be valid for.
        name: ServerName<'static>,
        result: Box<Result<Grab, grab::Error>>,
    },
}

/// Queries all targets of the list; the worst exit code counts.
pub(crate) fn run(
    job: &Request,
    file: &std::path::Path,
    options: Options,
    display: &Display,
    runtime: &tokio::runtime::Runtime,
) -> Result<Exit, Failure> {
    output::refuse_unless_writable()?;
    let arguments = &job.many;
    let Affordable { jobs, threads } = descriptors::affordable_on_threads(
        arguments.jobs.get(),
        arguments.threads.count(),
        display,
    );
    let list = List::open(file, arguments, jobs)?;
    let progress = Progress::of_targets(display, list.length_hint());
    let workers = Workers::start(runtime, threads);
    runtime.block_on(Run::new(job, options, (jobs, workers), progress).all(list, job, display))
}

/// The state of a run over a list.
struct Run {
    options: Arc<Options>,
    jobs: usize,
    workers: Workers,
    ordered: bool,
    listing: Listing,
    /// How many anchors end before the date of `--until`.
    early: u64,
    reaching: Reaching,
    under_way: JoinSet<Finished>,
    /// Results that arrived before their turn, and whose turn it is.
    waiting: BTreeMap<u64, Finished>,
    next: u64,
    out: BufWriter<io::Stdout>,
    tally: Tally,
    progress: Progress,
    /// Whether the run writes more than the results.
    exports: bool,
    /// Whether the reader of the results closed the pipe.
    is_unread: bool,
}

/// Which results are printed, and how.
#[derive(Clone, Copy)]
struct Listing {
    /// Only those whose anchor ends before.
    until: Option<Time>,
    /// As JSON, although only some are printed.
    json: bool,
}

impl Listing {
    /// The line for a result; nothing for those that are not listed. Also whether its anchor ends before
    /// the date.
    fn line(
        self,
        (index, target): (u64, &Target),
        result: &Result<Grab, grab::Error>,
        options: &Options,
    ) -> (String, bool) {
        let document = || Document::new(target, result, options).with_index(index).to_line();
        let Some(until) = self.until else { return (document(), false) };
        let judgement = result.as_ref().ok().and_then(|grab| grab.verdict.as_ref().ok());
        let anchor = judgement.map(|judgement| judgement.verified.anchor());
        match anchor.filter(|anchor| anchor.lasts.until < until) {
            None => (String::new(), false),
            Some(_) if self.json => (document(), true),
            Some(anchor) => {
                let ends = anchor.lasts.until.date();
                let subject = anchor.root.certificate.subject().text().line();
                (format!("{target}\t{ends}\t{subject}\n"), true)
            }
        }
    }
}

/// How reading the list ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// All lines were read.
    Read,
    /// The user pressed Ctrl-C.
    Interrupted,
    /// The reader of standard output closed it.
    Closed,
}

impl Run {
    fn new(
        job: &Request,
        options: Options,
        (jobs, workers): (usize, Workers),
        progress: Progress,
    ) -> Self {
        let export = (!job.output.emit.is_empty()).then_some(options.at);
        Self {
            options: Arc::new(options),
            jobs,
            workers,
            ordered: job.many.ordered,
            listing: Listing { until: job.many.until, json: job.json },
            early: 0,
            reaching: job.reaching.clone(),
            under_way: JoinSet::new(),
            waiting: BTreeMap::new(),
            next: 0,
            out: BufWriter::new(io::stdout()),
            tally: Tally::new(export),
            progress,
            exports: !job.output.emit.is_empty(),
            is_unread: false,
        }
    }

    async fn all(
        mut self,
        mut list: List,
        job: &Request,
        display: &Display,
    ) -> Result<Exit, Failure> {
        atomic_write::heed_second_interrupt();
        let end = self.each(&mut list).await?;
        atomic_write::heed_next_interrupt();
        // What is still in progress after Ctrl-C or a closed pipe is aborted.
        self.under_way.abort_all();
        self.progress.finish();
        if end == End::Closed || self.is_unread {
            // The rest of the buffer has no reader.
            let _ = self.out.into_parts();
        }
        if end == End::Closed {
            return Ok(Exit::Done);
        }
        if !display.quiet {
            for line in self.tally.summary(end == End::Interrupted).lines() {
                output::say(line);
            }
            if let Some(until) = self.listing.until {
                let (count, until) = (self.early, until.date());
                output::say(format_args!("anchors that end before {until}: {count}"));
            }
        }
        if let Some(failure) = list.failure() {
            return Err(failure);
        }
        if end == End::Interrupted {
            return Ok(Exit::Interrupted);
        }
        // After a failure the set is empty, and no file changes.
        let early = if self.early > 0 { Exit::Attention } else { Exit::Done };
        let exit = self.tally.exit().max(early);
        one_set::write(job, self.tally, (self.options.at, None), display)?;
        Ok(exit)
    }

    async fn each(&mut self, list: &mut List) -> Result<End, Failure> {
        let mut more = true;
        let interrupt = tokio::signal::ctrl_c();
        tokio::pin!(interrupt);
        loop {
            let room = self.under_way.len() < self.jobs
                && self.waiting.len() < self.jobs * WAITING_PER_JOB;
            tokio::select! {
                biased;
                _ = &mut interrupt => {
                    self.drain()?;
                    return Ok(End::Interrupted);
                }
                Some(joined) = self.under_way.join_next() => {
                    let mut next = Some(joined);
                    // As soon as no other result is ready, these are written out.
                    while let Some(joined) = next {
                        if !self.take(joined?)? {
                            return Ok(End::Closed);
                        }
                        next = self.under_way.try_join_next();
                    }
                    if !self.flush()? {
                        return Ok(End::Closed);
                    }
                }
                entry = list.next(), if more && room => match entry {
                    Some(entry) => self.start(entry),
                    None => more = false,
                },
                else => break,
            }
            if self.under_way.is_empty() && !more {
                break;
            }
        }
        self.drain()?;
        Ok(End::Read)
    }

    fn start(&mut self, entry: Entry) {
        let Entry { index, target } = entry;
        let asked = target.map(|(target, changes)| {
            let options = match changes.is_empty() {
                true => Arc::clone(&self.options),
                false => Arc::new(changes.apply(&self.options)),
            };
            (self.reaching.target(&target), options)
        });
        let listing = self.listing;
        let ask = async move {
            let (target, options) = match asked {
                Ok(read) => read,
                Err(problem) => {
                    let line = problem.document(index);
                    let line = if listing.until.is_some() { String::new() } else { line };
                    let outcome = Outcome::Unreadable { is_csv: problem.is_csv() };
                    return Finished { index, line, ends_early: false, outcome };
                }
            };
            // Boxed, since otherwise every waiting target reserves memory for its result.
            let result = Box::new(grab::grab(&target, &options).await);
            // Examining all paths of a hostile chain takes a while.
            let length = result.as_ref().as_ref().map_or(Length::Short, |grab| {
                Length::of(&grab.presented, grab.issuers.certificates.len())
            });
            let report = move || {
                let (line, ends_early) = listing.line((index, &target), &result, &options);
                let name = options.wanted_name(&target);
                let outcome = Outcome::Asked { target, name, result };
                Finished { index, line, ends_early, outcome }
            };
            offload::compute(length, report).await
        };
        self.under_way.spawn_on(ask, self.workers.idlest());
    }

    /// Writes a result, or keeps it until its turn; whether anyone still reads.
    fn take(&mut self, finished: Finished) -> Result<bool, Failure> {
        if !self.ordered {
            return self.write(&finished);
        }
        self.waiting.insert(finished.index, finished);
        while let Some(finished) = self.waiting.remove(&self.next) {
            self.next += 1;
            if !self.write(&finished)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn write(&mut self, finished: &Finished) -> Result<bool, Failure> {
        self.tally.count(finished.index, &finished.outcome);
        self.early += u64::from(finished.ends_early);
        self.progress.set(self.tally.done(), self.tally.failures());
        if self.is_unread {
            return Ok(true);
        }
        let outcome = self.out.write_all(finished.line.as_bytes());
        self.goes_on(outcome)
    }

    /// Flushes what is written; whether the run continues.
    fn flush(&mut self) -> Result<bool, Failure> {
        if self.is_unread {
            return Ok(true);
        }
        let outcome = self.out.flush();
        self.goes_on(outcome)
    }

    /// Whether the run continues: without a reader of the results only for the set of anchors, which
    /// goes to a file.
    fn goes_on(&mut self, outcome: io::Result<()>) -> Result<bool, Failure> {
        self.is_unread = !still_read(outcome)?;
        Ok(!self.is_unread || self.exports)
    }

    /// Writes the results that wait for others that will not arrive, and flushes everything.
    fn drain(&mut self) -> Result<bool, Failure> {
        while let Some((_, finished)) = self.waiting.pop_first() {
            if !self.write(&finished)? {
                return Ok(false);
            }
        }
        self.flush()
    }
}

/// Whether anyone still reads standard output; a full disk is an error, a closed pipe is not.
fn still_read(outcome: io::Result<()>) -> Result<bool, Failure> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => {
            Err(Failure::new(Exit::File, format!("cannot write to standard output: {error}")))
        }
    }
}
