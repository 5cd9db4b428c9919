//! `certgrab sync`: locks from servers, constants from locks, as the manifest says.

mod init;

use std::path::PathBuf;

use crate::{
    Grab,
    check::{self, Finding, Findings, Knowledge, Severity},
    judge::rank::Candidate,
    output::{
        bundle::{Bundle, Entry},
        emit::{self, Format, Identifier},
        lock,
    },
    run::survey::{self, Question, Survey},
    text::{bounded_file, foreign::Foreign, time::Time},
    trust::store::Store,
};

use super::{
    asking::{self, Answer},
    fleet,
    terms::{self, Asked},
    warn,
};
use crate::cli::{
    args::{What, hosts::DEFAULT_JOBS, sync::Args},
    descriptors, export,
    failure::{Exit, Failure},
    loss::Content,
    manifest,
    output::{self, complain},
    proof,
    readers::{self, Seen},
    replace, roots,
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
            complain(&failure);
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
    let store = roots::store(&entry.job.trust.roots, &entry.job.trust.trust_sha256, display)?;
    let at = Time::now();
    let found = match entry.job.what {
        What::Anchor => {
            let formats = readers::of_manifest(entry);
            let stacks = proof::readers(&entry.job, formats.iter().copied());
            let lock = (entry.lock.as_path(), content.as_slice());
            let knowledge = Knowledge { store: &store, at, horizon_days: 0 };
            warn::findings_of_lock(lock, &stacks, &knowledge)
        }
        _ => Findings::default(),
    };
    hold(entry, (&content, &bundle), &found, &store, display)?;
    let whose = format!("{}: ", entry.job.targets[0]);
    warn::of_lock(&whose, &content, &bundle, at, display);
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
    failures.iter().for_each(complain);
    last.map_or(Ok(()), Err)
}

/// Writes the files of `entry` from what its server answered.
fn refreshed(
    entry: &manifest::Entry,
    answer: Answer,
    delivery: Delivery,
    display: &Display,
) -> Result<(), Failure> {
    let target = &entry.job.targets[0];
    let Answer { options, outcome, survey } = answer;
    roots::warn_once(&entry.job.trust.roots, &options.store, display);
    let readers = outcome.map_err(|error| {
        let message = format!("{target}: {error}");
        Failure::new(Exit::NoHandshake, message).with_hint(error.hint())
    })?;
    let whose = format!("{target}: ");
    let formats = readers::of_manifest(entry);
    let seen = Seen { target, readers: &readers, options: &options, whose: &whose };
    let positions = readers::union(&readers, formats.iter().copied());
    // An unreadable lock is replaced like a missing one.
    let before = read_bundle(entry).ok().map(|(_, before)| before);
    let shown = &readers.chains[positions[0]].presented;
    if let Some(before) = &before {
        let (host, port) = (target.host(), target.port());
        let key_possession = shown.key_possession();
        let new = replace::NewLock { path: &entry.lock, host: &host, port, key_possession };
        replace::keep_proven(new, before, &entry.job, warn::Named::InTheManifest)?;
    }
    let (bundle, name) = seen.selection(&entry.job, &positions, &formats, display)?;
    if bundle.entries.is_empty() {
        let message = format!("{target}: there is no intermediate between the leaf and the anchor");
        return Err(Failure::new(Exit::Untrusted, message));
    }
    let grab = &readers.chains[positions[0]];
    if let Some(survey) = &survey {
        of_other_addresses(&whose, grab, survey, &bundle, display);
    }
    warn::of_another_name(&whose, &entry.job, target, warn::Named::InTheManifest, display);
    let mut files = vec![output::File::new(&entry.lock, lock::write(&bundle), Content::Lock)];
    files.extend(rendered(entry, &bundle, &name)?);
    if let (Some(before), false) = (&before, display.quiet) {
        for change in changes(before, &bundle) {
            output::say(format_args!("{target}: {change}"));
        }
    }
    let is_held = entry.job.anchor.extras().held && !display.quiet;
    if let (true, Ok(judgement)) = (is_held, &grab.verdict) {
        for sentence in fleet::outlook(&bundle, judgement) {
            output::say(format_args!("{target}: {sentence}"));
        }
    }
    delivery.of(&files, display)
}

/// Warns of addresses of the target whose chains the bundle does not verify, and of those without one.
fn of_other_addresses(
    whose: &str,
    grab: &Grab,
    survey: &Survey,
    bundle: &Bundle,
    display: &Display,
) {
    for (number, chain) in survey.chains.iter().enumerate() {
        let holds = |one: &Candidate| {
            bundle
                .entries
                .iter()
                .any(|entry| entry.certificate.is_same_anchor(&one.root.certificate))
        };
        if survey::candidates(chain).any(holds) {
            continue;
        }
        let all: Vec<_> = survey.answered(number).map(Question::host).collect();
        let anchor = match &chain.verdict {
            Ok(judgement) => {
                let anchor = &judgement.verified.anchor().root.certificate;
                format!("a device needs `{}` there", anchor.subject().text().line())
            }
            Err(refusal) => refusal.to_string(),
        };
        let places = all.join(", ");
        output::warn(
            format_args!(
                "{whose}{places} presents another chain, which this lock does not verify: {anchor}"
            ),
            display,
        );
    }
    // Those that failed before have their warning.
    let is_known = |question: &Question| {
        let mut others = grab.presented.others.iter().filter(|one| one.failure.is_some());
        others.any(|one| question.address.is_some_and(|address| address.ip() == one.address))
    };
    let failures = survey.failed_addresses().into_iter().filter(|(one, _)| !is_known(one));
    for (question, error) in failures {
        let (host, problem) = (question.host(), error.without_address());
        output::warn(format_args!("{whose}{host} presents no chain: {problem}"), display);
    }
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
