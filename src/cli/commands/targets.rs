//! The main job: each target is asked and judged, then shown or exported.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::chain::Presented;
use crate::{
    Grab,
    endpoint::Target,
    judge::path::Question,
    net::connect,
    output::{bundle, emit::Identifier},
    run::{
        grab::{self, Options, Sni},
        json::Document,
        pack,
    },
    stack::consumer,
    text::{bounded_file, time::Time},
    tls::probe,
    trust::store::{self, Source, Store},
    x509::certificate::{Certificate, Sha256},
};

use super::{compare, formats, hosts, survey, warn};
use crate::cli::{
    Exit, Failure,
    args::{Display, Emission, Form, Job, What, anchor},
    complain, output, regenerate, replace, report,
};

/// Runs the job; how it ended, the worst target counting.
pub(crate) fn run(job: &Job, display: &Display) -> Result<Exit, Failure> {
    agree(job)?;
    let options = options(job, display)?;
    if let Some(file) = &job.from {
        let presented = read_chain(file)?;
        let judge = |target: &Target| Ok(grab::judge(presented.clone(), target, &options));
        return each(job, judge, &options, display);
    }
    let runtime = crate::cli::runtime()?;
    if let Some(other) = &job.compare {
        let exit = compare::run(job, other, &options, display, &runtime);
        runtime.shutdown_background();
        return exit;
    }
    let exit = match &job.many.hosts {
        Some(file) => hosts::run(job, file, options, display, &runtime),
        None if job.reaching.survey => survey::run(job, display, &options, &runtime),
        None => {
            let ask = |target: &Target| runtime.block_on(grab::grab(target, &options));
            each(job, ask, &options, display)
        }
    };
    // A name that does not resolve keeps its thread for longer than anyone wants to wait.
    runtime.shutdown_background();
    exit
}

/// Asks for each target and shows what came of it; how that ended, the worst target counting.
fn each(
    job: &Job,
    ask: impl Fn(&Target) -> Result<Grab, grab::Error>,
    options: &Options,
    display: &Display,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for target in &job.targets {
        let target = &job.reaching.target(target);
        let outcome = ask(target);
        exit = exit.worse(finish(job, display, target, options, &outcome)?);
    }
    Ok(exit)
}

/// Refuses options that contradict each other, before anything is asked of a server.
fn agree(job: &Job) -> Result<(), Failure> {
    let usage = |message: &str| Failure::new(Exit::Usage, message);
    let to_standard_output: Vec<_> = job.emit.iter().filter(|one| one.path.is_none()).collect();
    if !job.emit.is_empty() && job.targets.len() > 1 {
        return Err(usage("`--emit` takes one target")
            .with_hint(Some("run certgrab once for each target".to_owned())));
    }
    if to_standard_output.len() + usize::from(job.json) > 1 {
        return Err(usage("only one result can go to standard output")
            .with_hint(Some("give the others a file: `--emit FORMAT=PATH`".to_owned())));
    }
    if job.compare.is_some() && job.targets.len() != 1 {
        return Err(usage("`--compare` takes one target and the one to compare it with")
            .with_hint(Some("`certgrab TARGET --compare OTHER`".to_owned())));
    }
    if job.from.is_some() && job.reaching.way() != probe::Way::Auto {
        return Err(usage("`--handshake` says how to ask a server, and `--from` asks none")
            .with_hint(Some("leave out one of them".to_owned())));
    }
    for target in job.targets.iter().chain(&job.compare) {
        job.reaching.agree(target)?;
    }
    if job.many.hosts.is_some() && !job.emit.is_empty() {
        hosts::agree(job)?;
    }
    if job.reaching.survey && (job.what != What::Anchor || job.anchor.besides().is_any()) {
        return Err(usage("`--survey` finds the anchors of all chains, no more and no fewer")
            .with_hint(Some("leave out `--what`, `--backup` and `--siblings`".to_owned())));
    }
    let issuers = job.anchor.issuers();
    if !issuers.enabled && !issuers.allowed.is_empty() {
        return Err(usage(
            "`--aia-allow` says where issuers may be fetched, and `--no-aia` fetches none",
        )
        .with_hint(Some("leave out one of them".to_owned())));
    }
    let holds_a_name = |one: &Emission| match &one.form {
        Form::Document => false,
        Form::Certificates(format) => format.holds_a_name(),
        Form::Template(_) => true,
    };
    let has_use = job.format.sizes || job.emit.iter().any(holds_a_name);
    if let (false, Some(option)) = (has_use, naming(job)) {
        let message =
            format!("`{option}` names constants, and no format with a name in it is written");
        return Err(usage(&message).with_hint(Some(format!(
            "choose one with `--emit FORMAT`, such as `c` or `rust`, or leave out `{option}`"
        ))));
    }
    if job.many.hosts.is_some() && job.emit.is_empty() && job.what != What::Anchor {
        return Err(usage(
            "`--what` says what is written, and `--hosts` writes nothing without `--emit`",
        )
        .with_hint(Some("leave out `--what`".to_owned())));
    }
    let outputs = job.emit.iter().filter_map(|emission| emission.path.as_deref());
    output::keep_apart(outputs.clone(), &inputs(job).collect::<Vec<_>>(), "--emit")?;
    replace::keep_keys(outputs)?;
    let binary = to_standard_output.iter().any(|emission| !emission.is_text());
    if binary && output::is_terminal() {
        return Err(usage("the format is binary and standard output is a terminal")
            .with_hint(Some("give it a file: `--emit der=PATH`".to_owned())));
    }
    Ok(())
}

/// The first option given that decides what constants are called.
fn naming(job: &Job) -> Option<&'static str> {
    let options = [
        ("--name", job.name.is_some()),
        ("--style", job.format.style.is_some()),
        ("--name-from", job.format.name_from != formats::NameFrom::Host),
    ];
    options.iter().find(|(_, is_given)| *is_given).map(|(option, _)| *option)
}

/// The files and folders that are read.
pub(crate) fn inputs(job: &Job) -> impl Iterator<Item = &Path> {
    let roots = job.roots.iter().filter(|path| regenerate::known_store(path).is_none());
    let templates = job.emit.iter().filter_map(|emission| match &emission.form {
        Form::Template(template) => Some(template.file.as_path()),
        _ => None,
    });
    let standard_input = Path::new("-");
    let files = roots.chain(&job.from).chain(&job.many.hosts).map(PathBuf::as_path);
    files.chain(templates).filter(move |path| *path != standard_input)
}

pub(crate) fn options(job: &Job, display: &Display) -> Result<Options, Failure> {
    let at = job.at.unwrap_or_else(Time::now);
    let has_no_server = job.targets.is_empty() && job.many.hosts.is_none();
    let asks_nobody = job.from.is_some() || has_no_server;
    Ok(Options {
        store: store(&job.roots, &job.trust_sha256, display)?,
        at,
        timeout: Duration::from_secs(u64::from(job.timeout.get())),
        connect: connect::Options {
            instead: job.connect.clone(),
            family: match (job.v4, job.v6) {
                (true, _) => Some(connect::Family::V4),
                (_, true) => Some(connect::Family::V6),
                _ => None,
            },
            proxy: if asks_nobody { None } else { job.reaching.proxy.proxy()? },
            names: Arc::default(),
        },
        sni: match &job.sni {
            Some(name) => Sni::Name(name.clone()),
            None if job.no_sni => Sni::None,
            None => Sni::Target,
        },
        lasting: job.anchor.lasting(at),
        issuers: job.anchor.issuers(),
        extras: job.anchor.besides(),
        way: job.reaching.way(),
        device: job.reaching.device,
    })
}

/// The roots that the user trusts; what of them cannot be read is said.
pub(crate) fn store(
    roots: &[PathBuf],
    fingerprints: &[Sha256],
    display: &Display,
) -> Result<Store, Failure> {
    let mut store = Store::default();
    for path in roots {
        match path.to_str() {
            Some("mozilla") => store.add_mozilla(),
            Some("system") => store.add_system().map_err(|error| unreadable(&error))?,
            _ if path.is_dir() => store.add_path(path).map_err(|error| unreadable(&error))?,
            _ => bounded_file::read_given(path, store::MAX_ROOTS_BYTES)
                .map_err(|error| store::Error::Unreadable { path: path.clone(), error })
                .and_then(|content| store.add_content(&content, path))
                .map_err(|error| unreadable(&error))?,
        }
    }
    for problem in store.skipped() {
        output::warn(format_args!("not used as a root: {problem}"), display);
    }
    if roots.is_empty() {
        store.add_mozilla();
    }
    for fingerprint in fingerprints {
        store.trust_sha256(*fingerprint);
    }
    Ok(store)
}

fn unreadable(error: &store::Error) -> Failure {
    Failure::new(Exit::File, error.to_string()).with_hint(error.hint())
}

/// The chain in a file or on standard input, as if a server had presented it.
pub(crate) fn read_chain(file: &Path) -> Result<Presented, Failure> {
    let name = if file == Path::new("-") { PathBuf::from("standard input") } else { file.into() };
    let content = if file == Path::new("-") {
        bounded_file::read_stream(std::io::stdin().lock(), store::MAX_ROOTS_BYTES)
    } else {
        bounded_file::read_given(file, store::MAX_ROOTS_BYTES)
    };
    let ders = content
        .map_err(|error| store::Error::Unreadable { path: name.clone(), error })
        .and_then(|content| store::chain_in(&content, &name));
    let ders = ders.map_err(|error| unreadable(&error))?;
    let ders = ders.iter().map(Vec::as_slice);
    Ok(Presented::from_message(ders, Source::Presented(name)))
}

/// Shows or exports what came of one target.
fn finish(
    job: &Job,
    display: &Display,
    target: &Target,
    options: &Options,
    outcome: &Result<Grab, grab::Error>,
) -> Result<Exit, Failure> {
    let document = || Document::new(target, outcome, options).to_line();
    if job.json {
        output::write(document().as_bytes())?;
    }
    let (grab, judgement) = match outcome {
        Err(error) => {
            if let Some(verdict) = error.verdict().filter(|_| job.emit.is_empty() && !job.json) {
                output::show(&format!("{target}: no handshake\n\n{}", report::device(&verdict)))?;
            }
            let failure = Failure::new(Exit::NoHandshake, error.to_string());
            complain(&failure.with_hint(error.hint()));
            return Ok(Exit::NoHandshake);
        }
        Ok(grab) => match &grab.verdict {
            Err(refusal) => {
                if job.emit.is_empty() && !job.json {
                    let paths = job.anchor.shown(target, grab, options);
                    output::show(&(report::refused(target, grab) + &paths))?;
                }
                let mut message = refusal.to_string();
                if let Some(stray) = stray_fingerprint(job, grab) {
                    message += &format!("; {stray}");
                }
                let failure = Failure::new(Exit::Untrusted, message);
                complain(&failure.with_hint(refusal.hint()));
                return Ok(Exit::Untrusted);
            }
            Ok(judgement) => {
                // One of several targets may well be another's.
                if let (1, Some(stray)) = (job.targets.len(), stray_fingerprint(job, grab)) {
                    output::warn(stray, display);
                }
                (grab, judgement)
            }
        },
    };
    if job.emit.is_empty() && !job.json && !job.format.sizes {
        let paths = job.anchor.shown(target, grab, options);
        output::show(&(report::trusted(target, grab, judgement, options) + &paths))?;
        return Ok(Exit::Done);
    }
    let (bundle, name) = selection(job, target, grab, judgement, options)?;
    let whose = if job.targets.len() > 1 { format!("{target}: ") } else { String::new() };
    warn::of_bundle(&whose, (job, options), (grab, judgement), &bundle, display);
    if !job.emit.is_empty() {
        warn::of_another_name(&whose, job, target, warn::Named::OnTheCommandLine, display);
    }
    let only_documents = job.emit.iter().all(|one| matches!(one.form, Form::Document));
    if bundle.entries.is_empty() && (job.format.sizes || !only_documents) {
        let message = "there is no intermediate between the leaf and the anchor";
        return Err(Failure::new(Exit::Untrusted, message));
    }
    if job.format.sizes {
        output::show(&formats::sizes(&bundle, &name))?;
        return Ok(Exit::Done);
    }
    prove(job, ("", target), grab, &bundle, options, display)?;
    export(job, display, &bundle, &name, document)
}

/// That a fingerprint which the user trusts is of no certificate of `grab`, if there is such a one.
fn stray_fingerprint(job: &Job, grab: &Grab) -> Option<String> {
    let paths = grab.verdict.as_ref().map_or(&[][..], |judgement| &judgement.paths.found);
    let sent = grab.presented.certificates();
    let fetched = grab.issuers.certificates.iter().map(|fetched| &fetched.certificate);
    let anchors = paths.iter().map(|path| &path.anchor.certificate);
    let known: HashSet<_> = sent.chain(fetched).chain(anchors).map(Certificate::sha256).collect();
    let stray = job.trust_sha256.iter().find(|fingerprint| !known.contains(fingerprint))?;
    Some(format!("no certificate that came has the SHA-256 {stray} of `--trust-sha256`"))
}

/// Proves for the consumer of every form asked for that it verifies the server with the bundle.
///
/// Certificates other than the anchor serve for more than to verify with, so that a doubt about
/// them is a warning. `whose` begins what is said of it.
pub(crate) fn prove(
    job: &Job,
    (whose, target): (&str, &Target),
    grab: &Grab,
    bundle: &bundle::Bundle,
    options: &Options,
    display: &Display,
) -> Result<(), Failure> {
    let question =
        Question { name: &options.wanted_name(target), at: options.at, work: &grab.work };
    for format in consumed(job) {
        anchor::prove_for(format, whose, &grab.presented, bundle, question, display)?;
    }
    let others = job.emit.iter().filter_map(|emission| match (&emission.form, job.what) {
        (Form::Certificates(_), What::Anchor) => None,
        (Form::Certificates(format), _) => consumer::reading(format.name).map(|_| format.name),
        _ => None,
    });
    for format in others {
        if let Some(doubt) = anchor::doubt(format, &grab.presented, bundle, question) {
            doubt.warn(whose, display);
        }
    }
    Ok(())
}

/// The formats asked for that a device is to verify with.
pub(crate) fn consumed(job: &Job) -> impl Iterator<Item = &'static str> {
    job.emit.iter().filter_map(|emission| match (&emission.form, job.what) {
        (Form::Certificates(format), What::Anchor) => Some(format.name),
        _ => None,
    })
}

/// Renders a bundle in every form asked for and writes all of them, or none.
pub(crate) fn export(
    job: &Job,
    display: &Display,
    bundle: &bundle::Bundle,
    name: &Identifier,
    document: impl Fn() -> String,
) -> Result<Exit, Failure> {
    // All are rendered and lie beside their files before the first of these changes: a run that
    // fails leaves all as it was.
    let mut to_standard_output = None;
    let mut files = Vec::new();
    for emission in &job.emit {
        let data = match formats::render(&emission.form, bundle, name)? {
            Some(data) => data,
            None => document().into_bytes(),
        };
        match &emission.path {
            Some(path) => files.push((path.as_path(), data)),
            None => to_standard_output = Some(data),
        }
    }
    output::deliver(&files, display.quiet)?;
    to_standard_output.map_or(Ok(()), |data| output::write(&data))?;
    Ok(Exit::Done)
}

/// What the job exports of a judged chain, and what the constants are called.
pub(crate) fn selection(
    job: &Job,
    target: &Target,
    grab: &Grab,
    judgement: &grab::Judgement,
    options: &Options,
) -> Result<(bundle::Bundle, Identifier), Failure> {
    let what = job.what.into();
    let mut bundle = match what {
        pack::What::Anchor => judgement.bundle(target, &grab.presented, options),
        _ => pack::pack(target, &grab.presented, &judgement.verified, what),
    };
    bundle.options = regenerate::words(job, Some(target));
    let name = formats::name(job, &bundle)?;
    Ok((bundle, name))
}
