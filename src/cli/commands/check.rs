//! `certgrab check`: checks committed certificates, and whether they still verify the server.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Grab,
    check::{self, Examined, Knowledge, Place, Severity, output as written},
    endpoint::Target,
    output::bundle::KeyPossession,
    run::survey::{self, Question, Survey},
    text::time::Time,
    tls::probe,
};
use rustls_pki_types::ServerName;

use super::{
    committed::{self, File},
    sync,
    terms::{Asked, Shown},
};
use crate::cli::{
    args::{
        Job,
        check::{Args, Form},
    },
    failure::{self, Exit, Failure},
    file_names, manifest,
    output::{self, complain},
    request,
    style::Display,
};

/// Files with the server they are for.
struct Group {
    job: Option<Job>,
    files: Vec<File>,
    /// The lock of a manifest's target.
    lock: Option<sync::Lock>,
}

/// Checks all files; the worst finding counts.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let to_standard_output = args.report.iter().filter(|report| report.path.is_none()).count();
    if to_standard_output > 1 {
        let hint = "write the others to files: `--report FORM=PATH`".to_owned();
        return Err(Failure::new(Exit::Usage, "only one report can go to standard output")
            .with_hint(Some(hint)));
    }
    let mut exit = Exit::Done;
    let mut groups = match args.inputs.as_slice() {
        [] => of_manifest(args, &mut exit)?,
        inputs => vec![of_inputs(args, inputs)?],
    };
    for group in &mut groups {
        if let Some(job) = &mut group.job {
            job.reaching.proxy = args.proxy.or(job.reaching.proxy.clone());
        }
        let at = args.at.or_else(|| group.job.as_ref()?.at).unwrap_or_else(Time::now);
        exit = exit.worse(judge(group, at, args, display)?);
    }
    let files = groups.into_iter().flat_map(|group| group.files);
    let mut files: Vec<Examined> = files.map(|file| file.examined).collect();
    for file in &mut files {
        file.sort();
    }
    show(&files, args, display)?;
    let worst = files.iter().filter_map(Examined::worst).max();
    Ok(exit.worse(match worst {
        Some(Severity::Error) => Exit::Untrusted,
        Some(Severity::Warning) => Exit::Attention,
        _ => Exit::Done,
    }))
}

/// The files on the command line; the last argument is a target if there is no such file.
fn of_inputs(args: &Args, inputs: &[OsString]) -> Result<Group, Failure> {
    let (last, others) = inputs.split_last().unwrap_or((&inputs[0], &[]));
    // A dangling link is a file too, one that cannot be read.
    let is_there = fs::symlink_metadata(last).is_ok();
    let target = last.to_str().filter(|word| {
        !is_there && !file_names::rather_than_a_server(word) && word.parse::<Target>().is_ok()
    });
    let files = if target.is_some() { others } else { inputs };
    if files.is_empty() {
        return Err(Failure::new(Exit::Usage, "no file given").with_hint(Some(
            "name one before the server: `certgrab check FILE TARGET`".to_owned(),
        )));
    }
    let reaching = [
        ("--connect", args.connect.is_some()),
        ("--timeout", args.timeout.is_some()),
        ("--proxy", args.proxy.is_given()),
    ];
    if let (None, Some((option, _))) = (target, reaching.iter().find(|(_, is_given)| *is_given)) {
        let message = format!("`{option}` has no effect without a TARGET");
        return Err(Failure::new(Exit::Usage, message).with_hint(Some(
            "name the server after the files, or leave out the option".to_owned(),
        )));
    }
    let mut typed: Vec<String> = Vec::new();
    if let Some(connect) = &args.connect {
        typed.push(format!("--connect={connect}"));
    }
    // The store is needed without a target too; the name is then a placeholder.
    let host = target.unwrap_or("localhost");
    let mut job =
        manifest::typed_job(typed, host).map_err(|message| Failure::new(Exit::Usage, message))?;
    job.roots.clone_from(&args.roots);
    let read = files.iter().map(Path::new).chain(request::inputs(&job)).collect::<Vec<_>>();
    keep(args, &read)?;
    let files = files.iter().map(|file| File::given(Path::new(file))).collect::<Result<_, _>>()?;
    let job = Some(Job { targets: target.map_or(Vec::new(), |_| job.targets.clone()), ..job });
    Ok(Group { job, files, lock: None })
}

/// Refuses reports that would overwrite an input or each other.
fn keep(args: &Args, read: &[&Path]) -> Result<(), Failure> {
    let reports = args.report.iter().filter_map(|report| report.path.as_deref());
    output::keep_apart(reports, read, "--report")
}

/// The targets of the manifest with their locks and outputs.
fn of_manifest(args: &Args, exit: &mut Exit) -> Result<Vec<Group>, Failure> {
    let entries = manifest::read(&args.manifest)?;
    let of_entries = entries.iter().flat_map(|entry| {
        let generated = entry.emit.iter().map(|(_, path)| path);
        let files = generated.chain([&entry.lock]).chain(&entry.check).map(PathBuf::as_path);
        files.chain(request::inputs(&entry.job))
    });
    keep(args, &of_entries.chain([args.manifest.as_path()]).collect::<Vec<_>>())?;
    let mut groups = Vec::new();
    for entry in entries {
        match committed::of_entry(&entry, exit) {
            Ok((files, lock)) => {
                groups.push(Group { job: Some(entry.job), files, lock: Some(lock) });
            }
            Err(failure) => {
                complain(&failure);
                *exit = exit.worse(failure.exit);
            }
        }
    }
    Ok(groups)
}

/// Lints the files of `group`, and queries its server unless `--offline` is given.
fn judge(group: &mut Group, at: Time, args: &Args, display: &Display) -> Result<Exit, Failure> {
    let Group { job: Some(job), files, lock } = group else { return Ok(Exit::Done) };
    let asked = job.targets.first().map(|target| Asked::of(job, target));
    if args.offline {
        // A server that is not contacted need not be reachable.
        job.targets.clear();
    }
    let mut options = request::options(job, display)?;
    options.at = at;
    if let Some(seconds) = args.timeout {
        options.timeout = std::time::Duration::from_secs(u64::from(seconds.get()));
    }
    let store = options.store.clone();
    let knowledge = Knowledge { store: &store, at, horizon_days: args.within.0 };
    for file in files.iter_mut() {
        check::lint(&mut file.examined, &knowledge);
    }
    let mut exit = Exit::Done;
    let mut shown = None;
    if let Some(target) = job.targets.first() {
        let asked = failure::runtime()?.block_on(survey::every_address(target, &options, &[]));
        let survey = match asked {
            Ok(survey) if survey.chains.is_empty() => survey.into_error().map_or_else(
                || Err(Failure::new(Exit::NoHandshake, format!("{target}: no address"))),
                |error| Err(unreachable(target, &error)),
            ),
            Ok(survey) => Ok(survey),
            Err(error) => Err(unreachable(target, &error)),
        };
        match survey {
            Err(failure) => {
                complain(&failure);
                exit = failure.exit;
            }
            Ok(survey) => {
                ask_of(&survey, files, (target, &options.wanted_name(target)), &knowledge);
                if survey.chains.iter().any(is_unproven) {
                    committed::hold_possession(files, lock.as_ref());
                }
                shown = Some(Shown::of(&survey.chains));
            }
        }
    }
    if shown.is_none() {
        for file in files.iter_mut() {
            check::note_unknown(&mut file.examined, &knowledge);
        }
    }
    if let (Some(asked), Some(lock)) = (asked, lock) {
        committed::hold(files, lock, &asked.terms(&store, shown.as_ref()));
    }
    committed::hold_alone(files, &store);
    Ok(exit)
}

fn unreachable(target: &Target, error: &probe::Error) -> Failure {
    let message = format!("{target}: {error}");
    Failure::new(Exit::NoHandshake, message).with_hint(error.hint())
}

fn is_unproven(grab: &Grab) -> bool {
    grab.presented.key_possession() == KeyPossession::NotProven
}

/// Holds the files against each chain that the server presents, and names the addresses without.
fn ask_of(
    survey: &Survey,
    files: &mut [File],
    (target, name): (&Target, &ServerName<'static>),
    knowledge: &Knowledge<'_>,
) {
    for (number, grab) in survey.chains.iter().enumerate() {
        let part = (survey.chains.len() > 1).then(|| {
            let all: Vec<_> = survey.answered(number).map(Question::host).collect();
            format!("at {}", all.join(", "))
        });
        let place = Place { target, part };
        let best = grab.verdict.as_ref().ok().map(|judgement| judgement.verified.anchor());
        for file in files.iter_mut() {
            check::ask(&mut file.examined, &place, name, &grab.presented, best, knowledge);
        }
    }
    let Some(first) = files.first_mut() else { return };
    for (question, error) in survey.failures().filter(|(_, one)| !one.is_of_this_machine()) {
        first.examined.find_dead_address(target, &question.host(), &error.without_address());
    }
}

fn show(files: &[Examined], args: &Args, display: &Display) -> Result<(), Failure> {
    let render = |form: Form| match form {
        Form::Text => files.iter().map(written::text_of).collect(),
        Form::Json => written::json(files),
        Form::Sarif => written::sarif(files),
        Form::Junit => written::junit(files),
    };
    for report in &args.report {
        match &report.path {
            None => output::write(render(report.form).as_bytes())?,
            Some(path) => {
                output::replace(path, render(report.form).as_bytes())?;
            }
        }
    }
    if args.json {
        output::write(render(Form::Json).as_bytes())?;
    }
    if !args.json && args.report.iter().all(|report| report.path.is_some()) {
        output::write(render(Form::Text).as_bytes())?;
    }
    if !display.quiet {
        let count = |severity| {
            let findings = files.iter().flat_map(|file| &file.findings);
            findings.filter(|finding| finding.severity == severity).count()
        };
        let plural = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            _ => format!("{count} {word}s"),
        };
        output::say(format_args!(
            "{} checked: {}, {}, {}",
            plural(files.len(), "file"),
            plural(count(Severity::Error), "error"),
            plural(count(Severity::Warning), "warning"),
            plural(count(Severity::Note), "note"),
        ));
    }
    Ok(())
}
