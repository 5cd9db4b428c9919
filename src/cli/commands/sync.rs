//! `certgrab sync`: locks from servers, constants from locks, as the manifest says.

mod init;
mod of_files;
mod of_server;
mod of_way;

use std::path::PathBuf;

use crate::{
    check::{self, Finding, Findings, Knowledge, Severity},
    output::{
        bundle::{Bundle, Entry, KeyPossession},
        emit::{self, Format, Identifier},
        lock,
    },
    text::{bounded_file, foreign::Foreign, time::Time},
    trust::store::Store,
};

use super::{
    asking::{self, Answer, Outcome},
    command_words,
    terms::{self, Asked},
    warn,
};
use crate::cli::{
    args::{What, hosts::DEFAULT_JOBS, sync::Args},
    client, descriptors, export,
    failure::{Exit, Failure},
    loss::Content,
    manifest,
    output::{self, complain_of_target},
    proof, readers, replace, roots,
    style::Display,
};

/// Updates all targets; the worst exit code counts. The files of a failed target stay unchanged.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    if let Some(target) = &args.init {
        return init::write(args, target, display);
    }
    let mut entries = manifest::read(&args.manifest)?;
    for entry in &mut entries {
        let proxy = &mut entry.job.reaching.proxy;
        *proxy = args.proxy.or(proxy.clone());
    }
    let mut exit = Exit::Done;
    let mut note = |outcome: Result<(), Failure>| {
        if let Err(failure) = outcome {
            complain_of_target(&failure);
            exit = exit.worse(failure.exit);
        }
    };
    let delivery = match args.dry_run {
        true => Delivery::Previewed,
        false => Delivery::Written,
    };
    let allowed = |entry: &manifest::Entry| replace::allowed(&args.manifest, entry, args.locked);
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

/// A lock as it is.
pub(crate) struct Lock {
    pub(crate) path: PathBuf,
    pub(crate) content: Vec<u8>,
    pub(crate) bundle: Bundle,
    /// What its constants are called.
    pub(crate) name: Identifier,
}

/// The lock of `entry`, with the name for its constants.
pub(crate) fn read_lock(entry: &manifest::Entry) -> Result<Lock, Failure> {
    let (content, bundle) = read_bundle(entry)?;
    let target = &entry.job.targets[0];
    if !terms::is_for(&bundle, target) {
        let shown = Foreign::text(&entry.lock.display().to_string()).line();
        let (host, port) = (Foreign::text(&bundle.host).line(), bundle.port);
        let message =
            format!("{shown}: expected a lock for {target}, found one for {host} port {port}");
        let hint = "update it with `certgrab sync`".to_owned();
        return Err(Failure::new(Exit::File, message).with_hint(Some(hint)));
    }
    let name = export::name(&entry.job, &bundle)?;
    Ok(Lock { path: entry.lock.clone(), content, bundle, name })
}

/// The lock of `entry`, whichever server it is for.
fn read_bundle(entry: &manifest::Entry) -> Result<(Vec<u8>, Bundle), Failure> {
    let shown = Foreign::text(&entry.lock.display().to_string()).line();
    let content = bounded_file::read(&entry.lock, lock::MAX_LOCK_BYTES).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => Some("create it with `certgrab sync`"),
            _ => bounded_file::found_instead(&entry.lock).map(|_| replace::TO_NAME_A_FILE),
        };
        Failure::new(Exit::File, format!("cannot read the lock {shown}: {error}"))
            .with_hint(hint.map(str::to_owned))
    })?;
    let target = &entry.job.targets[0];
    let bundle = lock::read(&content, Some((&target.host(), target.port()))).map_err(|error| {
        Failure::new(Exit::File, format!("{shown}: {error}")).with_hint(error.hint())
    })?;
    Ok((content, bundle))
}

/// The files of `entry` with what is to stand in them, made from `bundle`.
pub(crate) fn rendered<'a>(
    entry: &'a manifest::Entry,
    bundle: &Bundle,
    name: &Identifier,
) -> Result<Vec<output::File<'a>>, Failure> {
    let render = |(format, path): &'a (Format, PathBuf)| {
        let data = emit::render(bundle, *format, name).map_err(|error| {
            Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint())
        })?;
        Ok(output::File::new(path, data, Content::Certificates(*format)))
    };
    entry.emit.iter().map(render).collect()
}

/// What becomes of the files of a target.
#[derive(Clone, Copy)]
enum Delivery {
    Written,
    /// Only their names are printed.
    Previewed,
}

impl Delivery {
    fn of(self, files: &[output::File<'_>], display: &Display) -> Result<(), Failure> {
        match self {
            Self::Written => output::deliver_with_folders(files, display.quiet),
            Self::Previewed => output::preview(files, display.quiet),
        }
    }
}

fn locked(entry: &manifest::Entry, delivery: Delivery, display: &Display) -> Result<(), Failure> {
    let Lock { content, bundle, name, .. } = read_lock(entry)?;
    let store = roots::store(&entry.job.trust, display)?;
    let at = Time::now();
    let found = match entry.job.what {
        What::Anchor => {
            let formats = readers::of_manifest(entry);
            let stacks = proof::readers(&entry.job, formats.iter().copied());
            let lock = (entry.lock.as_path(), content.as_slice());
            let knowledge = Knowledge { store: &store, at, horizon_days: 0 };
            let command = command_words::of(&entry.job, entry.job.targets.first());
            let found = warn::findings_of_lock(lock, &stacks, &knowledge);
            found.with_actions(|action| command.fill(action))
        }
        _ => Findings::default(),
    };
    hold(entry, (&content, &bundle), &found, &store, display)?;
    let whose = format!("{}: ", entry.job.targets[0]);
    let is_of_files = !entry.job.trust.converted.is_empty();
    warn::of_lock(&whose, (&content, &bundle), is_of_files, at, display);
    warn::of_refused_anchors(&whose, &found, display);
    delivery.of(&rendered(entry, &bundle, &name)?, display)
}

/// Fails if a lock is not what the manifest and its stores allow, or for what was `found` in its
/// certificates, reporting each reason. Less certain objections are warnings.
fn hold(
    entry: &manifest::Entry,
    (content, bundle): (&[u8], &Bundle),
    found: &Findings,
    store: &Store,
    display: &Display,
) -> Result<(), Failure> {
    let shown = Foreign::text(&entry.lock.display().to_string()).line();
    let asked = Asked::of(&entry.job, &entry.job.targets[0], readers::asked(entry).len());
    let mut failures = Vec::new();
    let mut objections = check::objections(content, bundle, &asked.terms(store, None));
    if entry.job.what == What::Anchor {
        objections.extend(check::expired_anchors(content, bundle, Time::now()));
    }
    objections.extend(found.listed().iter().filter(|one| warn::is_of_any_reader(one)).cloned());
    for objection in objections {
        let Finding { place, severity, code, message, action, .. } = objection;
        let message = format!("{shown}: line {}: {message} [{code}]", place.line);
        match severity {
            Severity::Error => {
                failures.push(Failure::new(Exit::Untrusted, message).with_hint(action));
            }
            Severity::Warning => output::warn(message, display),
            // `certgrab check` has them.
            Severity::Note => {}
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
    roots::warn_once(&entry.job.trust.roots, &options.store, display);
    client::warn_of_dates(&entry.job.reaching, &options, display);
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
    /// What becomes of devices in the field, a sentence each.
    outlook: Vec<String>,
}

/// Writes the lock and the files made from it; says what changed.
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
    delivery.of(&files, display)
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
