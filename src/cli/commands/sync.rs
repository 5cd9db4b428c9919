//! `certgrab sync`: locks from servers, constants from locks, as the manifest says.

mod init;
mod of_files;
mod of_server;
mod of_way;

use crate::{
    check::{Finding, Severity},
    output::{
        bundle::{Bundle, Entry, KeyPossession},
        emit::Identifier,
        lock,
    },
    text::{foreign::Foreign, time::Time},
};

use super::{
    asking::{self, Answer, Outcome},
    committed_lock::{read_bundle, read_lock, rendered},
};
use crate::cli::{
    args::{hosts::DEFAULT_JOBS, sync::Args},
    client, descriptors,
    failure::{Exit, Failure},
    loss::Content,
    manifest::{self, hints::complain_of_target},
    output, replace, roots,
    style::Display,
    warn,
};

/// Updates all targets; the worst exit code counts. The files of a failed target stay unchanged.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    if let Some(target) = &args.init {
        return init::write(args, target, display);
    }
    let mut entries = manifest::read(&args.manifest.path)?;
    for entry in &mut entries {
        let proxy = &mut entry.job.reaching.proxy;
        *proxy = args.proxy.or(proxy.clone());
    }
    let mut exit = Exit::Done;
    let mut note = |outcome: Result<(), Failure>| {
        if let Err(failure) = outcome {
            complain_of_target(&failure);
            exit = exit.max(failure.exit);
        }
    };
    let delivery: Delivery =
        if args.dry_run { output::preview } else { output::deliver_with_folders };
    let allowed =
        |entry: &manifest::Entry| replace::allowed(&args.manifest.path, entry, args.locked);
    if args.locked {
        for entry in &entries {
            note(allowed(entry).and_then(|()| locked(entry, delivery, display)));
        }
        return Ok(exit);
    }
    let jobs = DEFAULT_JOBS.get().min(entries.len());
    let room = descriptors::affordable_on_threads(jobs, args.threads.count(), display);
    asking::in_order(&entries, room, allowed, |entry, answer| {
        note(answer.and_then(|answer| refreshed(entry, answer, delivery, display)));
    })?;
    Ok(exit)
}

/// What happens to the files of a target: they are written, or only their names are printed.
type Delivery = fn(&[output::File<'_>], bool) -> Result<(), Failure>;

fn locked(entry: &manifest::Entry, delivery: Delivery, display: &Display) -> Result<(), Failure> {
    let lock = read_lock(entry)?;
    let store = roots::store(&entry.job.trust, display)?;
    let at = Time::now();
    hold(entry, &super::check::of_lock(entry, &lock, &store, at), display)?;
    let whose = format!("{}: ", entry.job.targets[0]);
    let is_of_files = !entry.job.trust.converted.is_empty();
    warn::of_lock(&whose, (&lock.content, &lock.bundle), is_of_files, at, display);
    delivery(&rendered(entry, &lock.bundle, &lock.name)?, display.quiet)
}

/// Fails for what was `found` as an error in the lock of `entry`, reporting each error; a less certain
/// finding, or an error for only one of its readers, is a warning. `certgrab check` reports the rest.
fn hold(entry: &manifest::Entry, found: &[Finding], display: &Display) -> Result<(), Failure> {
    let shown = Foreign::path(&entry.lock).line();
    let mut failures = Vec::new();
    for finding in found {
        let Finding { place, code, message, action, .. } = finding;
        let message = format!("{shown}: line {}: {message} [{code}]", place.line);
        match warn::weight(finding, entry.job.what) {
            Some(Severity::Error) => {
                failures.push(Failure::new(Exit::Untrusted, message).with_hint(action.clone()));
            }
            Some(_) => match action.as_ref().filter(|_| *code == "leaf") {
                Some(action) => output::warn(format_args!("{message}; {action}"), display),
                None => output::warn(message, display),
            },
            None => {}
        }
    }
    let last = failures.pop();
    failures.iter().for_each(complain_of_target);
    last.map_or(Ok(()), Err)
}

/// Writes the files of `entry` from what its server answered.
fn refreshed(
    entry: &manifest::Entry,
    answer: Answer,
    delivery: Delivery,
    display: &Display,
) -> Result<(), Failure> {
    let Answer { options, outcome } = answer;
    roots::warn_once(&entry.job.trust.roots.files, &options.store, display);
    client::warn_of_dates(&entry.job.reaching.client, &options, display);
    // An unreadable lock is replaced like a missing one.
    let before = read_bundle(entry).ok().map(|(_, before)| before);
    let before = before.as_ref();
    let fresh = match outcome {
        Outcome::Server { readers, survey } => {
            of_server::fresh(entry, (*readers, survey.as_ref()), &options, before, display)
        }
        Outcome::Way(way) => of_way::fresh(entry, way, &options, before, display),
        Outcome::NotAsked => of_files::fresh(entry, &options, display),
    };
    deliver(entry, before, fresh?, delivery, display)
}

/// The content of a new lock, and the name of its constants.
struct Fresh {
    bundle: Bundle,
    name: Identifier,
    /// What the change means for devices in the field, one sentence each.
    outlook: Vec<String>,
}

/// Writes the lock and the files made from it; reports what changed.
fn deliver(
    entry: &manifest::Entry,
    before: Option<&Bundle>,
    Fresh { bundle, name, outlook }: Fresh,
    delivery: Delivery,
    display: &Display,
) -> Result<(), Failure> {
    let target = &entry.job.targets[0];
    let mut files = vec![output::File::new(&entry.lock, lock::write(&bundle), Content::Lock)];
    files.extend(rendered(entry, &bundle, &name)?);
    if !display.quiet {
        let changes = before.map(|before| changes(before, &bundle)).unwrap_or_default();
        for sentence in changes.iter().chain(&outlook) {
            output::say(format_args!("{target}: {sentence}"));
        }
    }
    delivery(&files, display.quiet)
}

/// Refuses to replace the lock `before` by one of a server that proved less.
fn keep_proven(
    entry: &manifest::Entry,
    before: Option<&Bundle>,
    key_possession: KeyPossession,
) -> Result<(), Failure> {
    let Some(before) = before else { return Ok(()) };
    let target = &entry.job.targets[0];
    let (host, port) = (target.host(), target.port());
    let new = replace::NewLock { path: &entry.lock, host: &host, port, key_possession };
    replace::keep_proven(new, before, &entry.job, warn::Named::InTheManifest)
}

/// Which certificates changed, and why, one sentence each.
fn changes(before: &Bundle, after: &Bundle) -> Vec<String> {
    let has = |bundle: &Bundle, wanted: &Entry| {
        bundle.entries.iter().any(|entry| entry.certificate == wanted.certificate)
    };
    let mut changes = Vec::new();
    for entry in before.entries.iter().filter(|entry| !has(after, entry)) {
        changes.push(format!("no longer {}", described(entry)));
    }
    for entry in after.entries.iter().filter(|entry| !has(before, entry)) {
        let why = entry.reason.as_ref().map(|reason| format!(": {}", reason.line()));
        changes.push(format!("now {}{}", described(entry), why.unwrap_or_default()));
    }
    changes
}

fn described(entry: &Entry) -> String {
    let subject = entry.certificate.subject().text().line();
    let sha256 = entry.certificate.sha256().to_string();
    format!("the {} `{subject}` ({}...)", entry.role.word(), &sha256[..8])
}
