//! `certgrab check`: are the committed constants sound, and do they still open the door?

use std::{
    ffi::{OsStr, OsString},
    fs,
    num::NonZeroU16,
    path::{Path, PathBuf},
    str::FromStr,
};

use crate::{
    check::{self, Examined, Knowledge, Severity, output as written},
    endpoint::Target,
    output::bundle::KeyPossession,
    run::grab,
    text::time::Time,
};
use clap::{
    ValueEnum,
    builder::{OsStringValueParser, TypedValueParser as _},
};

use super::{
    committed::{self, File},
    sync, targets,
    terms::{Asked, Shown},
};
use crate::cli::{
    Exit, Failure,
    args::{Display, Job},
    complain, file_names, manifest, output,
};

const EXAMPLES: &str = "\
Examples:
  certgrab check                                        all targets of certgrab.toml
  certgrab check include/ca_cert.h m1.tuyacn.com:8883   one file, and the server it is for
  certgrab check --offline src/*.h                      look at the files alone
  certgrab check --report sarif=check.sarif             for the page of a code host

Exit codes: 0 sound, 1 the constants do not verify, 3 no connection or no handshake,
4 a file could not be read or written, 5 sound today, but something needs attention";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files that hold certificates, then the server they are for [default: what certgrab.toml says]
    #[arg(value_name = "FILE|TARGET")]
    inputs: Vec<OsString>,

    /// Ask no server
    #[arg(long, conflicts_with_all = ["connect", "timeout", "proxy"])]
    offline: bool,

    /// Warn of what ends within DAYS, such as 90d or 12w
    #[arg(long, value_name = "DAYS", default_value = "90d", allow_hyphen_values = true)]
    within: Days,

    /// Show the result as one JSON document
    #[arg(long)]
    json: bool,

    /// Write the result as text, json, sarif or junit, to PATH or standard output
    #[arg(long, value_name = "FORM[=PATH]", conflicts_with = "json",
          value_parser = OsStringValueParser::new().try_map(|text| report(&text)))]
    report: Vec<Report>,

    /// Read the targets from FILE
    #[arg(long, value_name = "FILE", default_value = manifest::NAME, conflicts_with = "inputs")]
    manifest: PathBuf,

    /// Trust the certificates in FILE, a DIR of files, `system` or `mozilla`, instead of Mozilla's
    #[arg(long, value_name = "FILE|DIR|system|mozilla", requires = "inputs")]
    roots: Vec<PathBuf>,

    /// Connect to HOST:PORT, and still want a certificate for TARGET
    #[arg(long, value_name = "HOST:PORT", requires = "inputs")]
    connect: Option<String>,

    /// Judge at TIME, such as 2026-05-08 or 2026-05-08T15:51:26Z [default: now]
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,

    /// Give up on a target after SECS seconds
    #[arg(long, value_name = "SECS", value_parser = crate::cli::args::seconds,
          allow_hyphen_values = true)]
    timeout: Option<NonZeroU16>,

    #[command(flatten)]
    proxy: crate::cli::args::proxy::Through,
}

/// A number of days until the horizon.
#[derive(Debug, Clone, Copy)]
struct Days(u16);

/// One `--report`.
#[derive(Debug, Clone)]
struct Report {
    form: Form,
    path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Sarif,
    Junit,
}

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, days) = match text.strip_suffix('w') {
            Some(weeks) => (weeks, 7),
            None => (text.strip_suffix('d').unwrap_or(text), 1),
        };
        let days = number.parse::<u16>().ok().and_then(|number| number.checked_mul(days));
        days.map(Self).ok_or_else(|| "wanted a number of days or weeks, as 90d or 12w".to_owned())
    }
}

fn report(text: &OsStr) -> Result<Report, String> {
    let (word, path) = crate::cli::args::word_and_path(text)?;
    let form = <Form as ValueEnum>::from_str(&word.to_string_lossy(), false)
        .map_err(|_| "no such form; there are text, json, sarif and junit".to_owned())?;
    Ok(Report { form, path })
}

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
        let hint = "give the others a file: `--report FORM=PATH`".to_owned();
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
    // A link that leads nowhere is a file too, one that cannot be read.
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
        let message = format!("`{option}` says how to reach a server, and no TARGET is given");
        return Err(Failure::new(Exit::Usage, message).with_hint(Some(
            "name the server after the files, or leave out the option".to_owned(),
        )));
    }
    let mut typed: Vec<String> = Vec::new();
    if let Some(connect) = &args.connect {
        typed.push(format!("--connect={connect}"));
    }
    // The store is needed without a target too; the name then stands for no server.
    let host = target.unwrap_or("localhost");
    let mut job =
        manifest::typed_job(typed, host).map_err(|message| Failure::new(Exit::Usage, message))?;
    job.roots.clone_from(&args.roots);
    let read = files.iter().map(Path::new).chain(targets::inputs(&job)).collect::<Vec<_>>();
    keep(args, &read)?;
    let files = files.iter().map(|file| File::given(Path::new(file))).collect::<Result<_, _>>()?;
    let job = Some(Job { targets: target.map_or(Vec::new(), |_| job.targets.clone()), ..job });
    Ok(Group { job, files, lock: None })
}

/// Refuses reports that would be written over what is read, or over each other.
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
        files.chain(targets::inputs(&entry.job))
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

/// Lints the files of `group`, and asks its server unless that is not wanted.
fn judge(group: &mut Group, at: Time, args: &Args, display: &Display) -> Result<Exit, Failure> {
    let Group { job: Some(job), files, lock } = group else { return Ok(Exit::Done) };
    let asked = job.targets.first().map(|target| Asked::of(job, target));
    if args.offline {
        // Whom nobody asks, nobody has to be able to reach.
        job.targets.clear();
    }
    let mut options = targets::options(job, display)?;
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
        match crate::cli::runtime()?.block_on(grab::grab(target, &options)) {
            Err(error) => {
                let message = format!("{target}: {error}");
                complain(&Failure::new(Exit::NoHandshake, message).with_hint(error.hint()));
                exit = Exit::NoHandshake;
            }
            Ok(grab) => {
                let best = grab.verdict.as_ref().ok().map(|judgement| judgement.verified.anchor());
                let name = options.wanted_name(target);
                for file in files.iter_mut() {
                    let examined = &mut file.examined;
                    check::ask(examined, target, &name, &grab.presented, best, &knowledge);
                }
                if grab.presented.key_possession() == KeyPossession::NotProven {
                    committed::hold_possession(files, lock.as_ref());
                }
                shown = Some(Shown::of(&grab));
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
