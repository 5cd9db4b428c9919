//! `certgrab check`: checks committed certificates, and whether they still verify the server.

mod baseline;
mod committed;
mod folder;
mod reader;
mod servers;
mod show;
mod together;
mod unanswered;
mod walk;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    check::{self, Baseline, Command, FileReport, Finding, Knowledge, Server, Severity},
    endpoint::Target,
    output::bundle::KeyPossession,
    run::{grab, survey::Survey},
    stack::{Stack, client::Device},
    text::{foreign::Foreign, secrets, time::Time},
};

pub(super) use self::committed::of_lock;
use self::committed::{Committed, File};
use super::{
    committed_lock,
    terms::{Asked, Shown},
};
use crate::cli::{
    args::{Request, check::Args, trust::At},
    command_words,
    failure::{Exit, Failure},
    file_names,
    loss::{self, Content},
    manifest::{self, hints::complain_of_target},
    output::{self, complain},
    request, roots, shares,
    style::Display,
};

/// Files with the server they are for.
struct Group {
    job: Request,
    files: Vec<File>,
    /// The lock of a manifest's target.
    lock: Option<committed_lock::Lock>,
}

/// What was checked, for the summary.
struct Scope {
    /// The time as of which findings are judged.
    at: Time,
    /// How many files were examined, including those without certificates.
    looked_at: usize,
    /// How many files are too large to read.
    too_large: usize,
    /// How many findings are in the baseline.
    in_baseline: usize,
}

/// A group that is ready to be judged.
struct Ready {
    group: Group,
    /// What the manifest says about the target, whether or not it is contacted.
    asked: Option<Asked>,
    /// The server to contact.
    target: Option<Target>,
    /// What actions say about the server and the roots.
    command: Command,
    options: Arc<grab::Options>,
}

/// Checks all files; the worst finding counts.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    if args.reports.streamed() > 1 {
        let hint = "write the others to files: `--report FORM=PATH`";
        return Err(Failure::usage("only one report can go to standard output", hint));
    }
    let mut exit = Exit::Done;
    let at = args.at.or_now();
    let mut scope = Scope { at, looked_at: 0, too_large: 0, in_baseline: 0 };
    let groups = match args.inputs.as_slice() {
        [] => of_manifest(args, &mut exit)?,
        inputs => {
            let (group, failures) = of_inputs(args, inputs, &mut scope, display)?;
            for failure in &failures {
                complain(failure);
                exit = exit.max(failure.exit);
            }
            if group.files.is_empty() && !failures.is_empty() {
                return Ok(exit);
            }
            vec![group]
        }
    };
    let ready = groups.into_iter().map(|group| Ready::new(group, args, display));
    let ready = ready.collect::<Result<Vec<_>, _>>()?;
    let threads = args.threads.count();
    let answers = servers::ask(&ready, threads, display)?;
    let complain = if args.inputs.is_empty() { complain_of_target } else { complain };
    let surveys = surveys(answers, complain, &mut exit);
    // One group of many files, or many groups of a few files.
    let within = if ready.len() > 1 { 1 } else { threads };
    let judged = shares::filter_map(ready.into_iter().zip(surveys), threads, |(ready, surveys)| {
        Some(ready.judge(&surveys, args, within))
    });
    let mut reports: Vec<_> = judged.into_iter().flatten().collect();
    scope.looked_at = scope.looked_at.max(reports.len());
    if let Some(path) = &args.baseline {
        if args.write_baseline {
            let baseline = Baseline::of(&reports);
            output::replace(&output::File::new(path, baseline.to_json(), Content::Report))?;
            return Ok(exit);
        }
        scope.in_baseline = baseline::read(path)?.apply(&mut reports);
    }
    show::show(&reports, &scope, args, display)?;
    let worst = reports.iter().filter_map(FileReport::worst).max();
    Ok(exit.max(match worst {
        Some(Severity::Error) => Exit::Untrusted,
        Some(Severity::Warning) => Exit::Attention,
        _ => Exit::Done,
    }))
}

/// The answers of the servers; for each server without a chain, the reason is reported.
fn surveys(
    answers: Vec<servers::Answer>,
    complain: fn(&Failure),
    exit: &mut Exit,
) -> Vec<Vec<(Target, Survey)>> {
    let mut fail = |failure: &Failure| {
        complain(failure);
        *exit = (*exit).max(failure.exit);
    };
    let mut chains = |servers::Answer { servers, end }: servers::Answer| {
        let mut shown = Vec::new();
        for (target, answer) in servers {
            match answer.and_then(Survey::with_chains) {
                Ok(survey) => shown.push((target, survey)),
                Err(error) => fail(&Failure::from(error).about(format_args!("{target}: "))),
            }
        }
        if let Some(error) = end {
            fail(&error.into());
        }
        shown
    };
    answers.into_iter().map(&mut chains).collect()
}

/// The stacks that read `files`, if all of them are known.
fn stacks(files: &[File]) -> Vec<&'static Stack> {
    let holds = |file: &&File| !file.reading.anchors.is_empty();
    let readers = files.iter().filter(holds).flat_map(|file| &file.readers);
    let stacks: Option<Vec<_>> = readers.map(|reader| reader.stack).collect();
    let mut stacks = stacks.unwrap_or_default();
    stacks.sort_by_key(|stack| stack.name);
    stacks.dedup_by_key(|stack| stack.name);
    stacks
}

/// The files on the command line; the last argument is a target if there is no such file.
fn of_inputs(
    args: &Args,
    inputs: &[OsString],
    scope: &mut Scope,
    display: &Display,
) -> Result<(Group, Vec<Failure>), Failure> {
    let (last, others) = inputs.split_last().unwrap_or((&inputs[0], &[]));
    // A dangling link also counts as a file, an unreadable one.
    let is_there = fs::symlink_metadata(last).is_ok();
    let may_be_server = |word: &&str| !is_there && !file_names::rather_than_a_server(word);
    let target = last.to_str().filter(may_be_server).and_then(|word| word.parse::<Target>().ok());
    let files = if target.is_some() { others } else { inputs };
    refuse_server_among(files, target.as_ref())?;
    if files.is_empty() {
        return Err(Failure::usage(
            "no file given",
            "name one before the server: `certgrab check FILE TARGET`",
        ));
    }
    if target.is_none() {
        refuse_to_reach(args)?;
    }
    let mut job = Request::of(Vec::from_iter(target));
    job.reaching.connect = args.connect.clone();
    job.trust.roots = args.roots.clone();
    // A report may be in a folder that is checked.
    let named = files.iter().map(Path::new).filter(|path| !path.is_dir());
    let read = named.chain(request::inputs(&job)).collect::<Vec<_>>();
    keep(args, &read)?;
    let files: Vec<_> = files.iter().map(Path::new).collect();
    let stack = args.named.and_then(|named| named.stack);
    let walk::Files { mut held, looked_at, too_large, failures } =
        walk::read(&files, &args.exclude, (stack, args.threads.count()), display)?;
    if let Some(device) = args.named.and_then(|named| named.device) {
        job.reaching.device = Some(device);
        held = held.into_iter().map(File::asked_as_named).collect();
    }
    (scope.looked_at, scope.too_large) = (looked_at, too_large);
    match held.iter().all(|file| file.reading.holds_nothing()) {
        true if failures.is_empty() => {
            // No file contains anything: the folders are reported too.
            let folders = files.iter().filter(|file| file.is_dir());
            held.extend(folders.map(|folder| File::empty(folder)));
        }
        true => {}
        false => {
            held.iter_mut().filter(|file| file.reading.holds_nothing()).for_each(File::silence);
        }
    }
    Ok((Group { job, files: held, lock: None }, failures))
}

/// Refuses a server in front of a file, and a second one.
fn refuse_server_among(files: &[OsString], last: Option<&Target>) -> Result<(), Failure> {
    let mut words = files.iter().filter_map(|file| file.to_str());
    let is_server = |word: &&str| {
        fs::symlink_metadata(word).is_err()
            && !file_names::rather_than_a_server(word)
            && word.parse::<Target>().is_ok_and(|target| target.port_is_given())
    };
    let Some(server) = words.find(is_server) else { return Ok(()) };
    let server = Foreign::text(&secrets::hide_in_word(server)).line();
    let (message, hint) = match last {
        Some(last) => (
            format!("expected one server, found `{server}` and `{last}`"),
            "check one server after another, or list them in certgrab.toml".to_owned(),
        ),
        None => (
            format!("expected a file, found the server `{server}`"),
            format!("name the server last: `certgrab check FILE {server}`"),
        ),
    };
    Err(Failure::usage(message, hint))
}

/// Refuses connection options without a server.
fn refuse_to_reach(args: &Args) -> Result<(), Failure> {
    let reaching = [
        ("--connect", args.connect.place.is_some()),
        ("--timeout", args.limits.timeout.is_some()),
        ("--rate", args.limits.rate.is_some()),
        ("--proxy", args.proxy.is_given()),
    ];
    let Some((option, _)) = reaching.iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let message = format!("`{option}` has no effect without a TARGET");
    let hint = "name the server after the files, or leave out the option";
    Err(Failure::usage(message, hint))
}

/// Refuses reports that would overwrite an input, a private key or each other.
fn keep(args: &Args, read: &[&Path]) -> Result<(), Failure> {
    let baseline = args.baseline.as_ref().filter(|_| args.write_baseline);
    let written = args.reports.paths().chain(baseline).map(PathBuf::as_path);
    output::keep_apart(written.clone(), read, "`--report`")?;
    for path in written {
        loss::refuse_loss(path, Content::Report, None)?;
    }
    Ok(())
}

/// The targets of the manifest with their locks and outputs.
fn of_manifest(args: &Args, exit: &mut Exit) -> Result<Vec<Group>, Failure> {
    let entries = manifest::read(&args.manifest.path)?;
    let of_entries = entries.iter().flat_map(|entry| {
        let generated = entry.emit.iter().map(|(_, path)| path);
        let files = generated.chain([&entry.lock]).chain(&entry.check).map(PathBuf::as_path);
        files.chain(request::inputs(&entry.job))
    });
    keep(args, &of_entries.chain([args.manifest.path.as_path()]).collect::<Vec<_>>())?;
    let committed = shares::filter_map(entries.iter(), args.threads.count(), |entry| {
        Some(Committed::of_entry(entry))
    });
    let mut groups = Vec::new();
    for (entry, Committed { files, failures }) in entries.into_iter().zip(committed) {
        for failure in &failures {
            complain(failure);
            *exit = (*exit).max(failure.exit);
        }
        let group = |(files, lock)| Group { job: entry.job, files, lock: Some(lock) };
        groups.extend(files.map(group));
    }
    Ok(groups)
}

impl Ready {
    fn new(mut group: Group, args: &Args, display: &Display) -> Result<Self, Failure> {
        let job = &mut group.job;
        job.reaching.limits.rate = args.limits.rate.or(job.reaching.limits.rate);
        job.reaching.proxy = args.proxy.or(job.reaching.proxy.clone());
        let target = job.targets.first().cloned();
        let lock = group.files.first().map_or(&[][..], |file| &file.readers);
        let mut readers: Vec<_> = lock.iter().flat_map(|one| &one.devices).collect();
        readers.sort_by_key(|device| device.map(|device| device.name));
        readers.dedup();
        let asked = target.as_ref().map(|target| Asked::of(job, target, readers.len().max(1)));
        let command = command_words::of(job, target.as_ref());
        if args.offline {
            // A server that is not contacted may be unreachable.
            job.targets.clear();
        }
        let mut options = request::quiet_options(job)?;
        roots::warn_once(&job.trust.roots.files, &options.store, display);
        options.at = At { time: args.at.time.or(job.at.time) }.or_now();
        options.stacks = stacks(&group.files);
        if let Some(seconds) = args.limits.timeout {
            options.timeout = std::time::Duration::from_secs(u64::from(seconds.get()));
        }
        let target = target.filter(|_| !args.offline);
        Ok(Self { group, asked, target, command, options: Arc::new(options) })
    }

    /// The devices whose ClientHellos are also sent to the server, for the files that they read.
    fn devices(&self) -> Vec<&'static Device> {
        if self.options.device.is_some() {
            return Vec::new();
        }
        let readers = self.group.files.iter().flat_map(|file| &file.readers);
        let mut devices: Vec<_> = readers.flat_map(|one| &one.devices).copied().flatten().collect();
        devices.sort_by_key(|device| device.name);
        devices.dedup();
        devices
    }

    /// The findings in the files, on `threads` threads, given the servers' answers.
    fn judge(self, surveys: &[(Target, Survey)], args: &Args, threads: usize) -> Vec<FileReport> {
        let Self { group: Group { files, lock, .. }, asked, command, options, .. } = self;
        let store = &options.store;
        let knowledge = Knowledge { store, at: options.at, horizon_days: args.within.0 };
        let chains = || surveys.iter().flat_map(|(_, survey)| &survey.chains);
        let shown = (!surveys.is_empty()).then(|| Shown::of(chains()));
        let terms = asked.as_ref().map(|asked| asked.terms(store, shown.as_ref()));
        let named: Vec<_> = surveys
            .iter()
            .map(|(target, survey)| (target, options.wanted_name(target), reader::parts(survey)))
            .collect();
        let servers: Vec<(&Survey, Vec<Server<'_>>)> = surveys
            .iter()
            .zip(&named)
            .map(|((_, survey), (target, name, parts))| {
                let servers = survey.chains.iter().zip(parts).map(|(grab, part)| {
                    let verdict = grab.verdict.as_ref().ok();
                    let best = verdict.map(|judgement| judgement.verified.anchor());
                    Server { target, part: part.as_deref(), name, presented: &grab.presented, best }
                });
                (survey, servers.collect())
            })
            .collect();
        let is_not_proven =
            chains().any(|grab| grab.presented.key_possession() == KeyPossession::NotProven);
        let failed =
            surveys.iter().flat_map(|(target, survey)| unanswered::findings(target, survey));
        let failed: Vec<_> = failed.collect();
        let judge = |(index, file): (usize, File)| {
            let reading = &file.reading;
            let mut found = reader::judge(reading, &file.readers, &servers, &knowledge);
            if surveys.is_empty() {
                found = found.and(check::unknown_anchors(reading, &knowledge));
            }
            if is_not_proven {
                found = found.and(file.not_proven(lock.as_ref()));
            }
            if index == 0 {
                found = found.and(failed.iter().cloned().collect());
            }
            found = found.and(check::lint_own(reading, &knowledge));
            let is_verified = !found.listed().iter().any(Finding::is_failure);
            let asked = (terms.as_ref(), !surveys.is_empty());
            let of_role = file.judge(lock.as_ref(), asked, (store, &found));
            found = found.and(of_role);
            let holds_anchors = !reading.anchors.is_empty();
            let command = file.command(&command);
            let mut report = FileReport::of(file.reading, found).with_command(&command);
            let verified = surveys.iter().filter(|_| holds_anchors);
            report.verified.extend(verified.map(|(target, _)| (target.to_string(), is_verified)));
            Some((file.is_named, report))
        };
        let numbered = (0..files.len()).zip(files);
        let mut reports = shares::filter_map(numbered, threads, judge);
        together::settle(&mut reports);
        reports.into_iter().map(|(_, report)| report).collect()
    }
}
