//! The main job: each target is queried and judged, then shown or exported.

use std::collections::HashSet;

use crate::{
    Grab,
    endpoint::Target,
    judge::path::Refusal,
    run::{
        self,
        grab::{self, Options},
        json::Document,
        readers::Readers,
    },
    text::diagnostic::Diagnostic,
    x509::certificate::Certificate,
};

use super::{compare, convert, formats, hosts, survey};
use crate::cli::{
    args::{Form, Request},
    client, export,
    failure::{self, Exit, Failure},
    language::lines_in_language,
    output::{self, complain},
    proof, readers,
    refused::Formats,
    report, report_page, request,
    style::Display,
    usage, warn,
};

/// Runs the job; the exit code is that of the worst target.
pub(crate) fn run(job: &Request, display: &Display) -> Result<Exit, Failure> {
    if let (Some(file), []) = (&job.from, job.targets.as_slice()) {
        return convert::of_job(job, file, display);
    }
    request::agree(job)?;
    let options = request::options(job, display)?;
    if let Some(file) = &job.from {
        let presented = request::read_chain(file, display)?;
        let judge =
            |target: &Target| Ok(Readers::alike(grab::judge(presented.clone(), target, &options)));
        return each(job, judge, &options, display);
    }
    let runtime = failure::runtime()?;
    if let Some(other) = &job.compare {
        let exit = compare::run(job, other, &options, display, &runtime);
        runtime.shutdown_background();
        return exit;
    }
    let exit = match &job.many.hosts {
        Some(file) => hosts::run(job, file, options, display, &runtime),
        None if job.reaching.survey => survey::run(job, display, &options, &runtime),
        None => {
            let ask = |target: &Target| {
                runtime.block_on(run::readers::grab(target, &options, readers::formats(job)))
            };
            each(job, ask, &options, display)
        }
    };
    // Resolving a name may block its thread for longer than anyone would wait.
    runtime.shutdown_background();
    exit
}

/// Queries each target and shows the result; the exit code is that of the worst target.
fn each(
    job: &Request,
    ask: impl Fn(&Target) -> Result<Readers, grab::Error>,
    options: &Options,
    display: &Display,
) -> Result<Exit, Failure> {
    let mut exit = Exit::Done;
    for target in &job.targets {
        let target = &job.reaching.target(target);
        if target.resource().is_some() && job.from.is_none() && !display.quiet {
            output::say(format_args!(
                "the path at {target} is not requested; see where it leads with `--follow`"
            ));
        }
        if target.has_idle_path() && job.from.is_none() && !display.quiet {
            output::say(format_args!(
                "the path at {target} is ignored: a server presents its chain before it sees one"
            ));
        }
        let ended = match ask(target) {
            Ok(readers) if readers.chains.len() > 1 || !readers.refused.is_empty() => {
                finish_apart(job, display, target, options, &readers)?
            }
            Ok(mut readers) => {
                finish(job, display, target, options, &Ok(readers.chains.swap_remove(0)))?
            }
            Err(error) => finish(job, display, target, options, &Err(error))?,
        };
        exit = exit.max(ended);
    }
    Ok(exit)
}

/// Exports the result for a target that does not present one chain to all readers.
fn finish_apart(
    job: &Request,
    display: &Display,
    target: &Target,
    options: &Options,
    readers: &Readers,
) -> Result<Exit, Failure> {
    let usual = || Ok(readers.chains[0].clone());
    let document = || Document::new(target, &usual(), options).to_line();
    if job.json {
        output::write(document().as_bytes())?;
    }
    let whose = if job.targets.len() > 1 { format!("{target}: ") } else { String::new() };
    let seen = readers::Seen { target, readers, options, whose: &whose };
    let mut outputs = Vec::new();
    for (positions, emissions) in readers::groups(job, readers) {
        let formats: Vec<_> = emissions.iter().filter_map(readers::format).collect();
        let (bundle, name) = seen.selection(job, &positions, &formats, display)?;
        outputs.push((emissions, bundle, name));
    }
    of_own_certificate(job, &readers.chains[0], display);
    warn::of_another_name(&whose, job, target, warn::Named::OnTheCommandLine, display);
    let outputs: Vec<_> =
        outputs.iter().map(|(all, bundle, name)| (&all[..], bundle, name)).collect();
    export::export(job, display, &outputs, |form| match (form, &readers.chains[0].verdict) {
        (Form::Report, Ok(judgement)) => {
            report_page::report(job, target, (&readers.chains[0], judgement), options)
        }
        _ => document(),
    })
}

/// Shows or exports the result for one target.
pub(super) fn finish(
    job: &Request,
    display: &Display,
    target: &Target,
    options: &Options,
    outcome: &Result<Grab, grab::Error>,
) -> Result<Exit, Failure> {
    let document = || document(job, target, options, outcome).to_line();
    if job.json {
        output::write(document().as_bytes())?;
    }
    let (grab, judgement) = match outcome {
        Err(error) => {
            if let Some(verdict) =
                error.verdict().filter(|_| job.output.emit.is_empty() && !job.json)
            {
                output::show(&format!("{target}: no handshake\n\n{}", report::device(&verdict)))?;
            }
            complain(&failed(target, error));
            return Ok(Exit::NoHandshake);
        }
        Ok(grab) => match &grab.verdict {
            Err(refusal) => {
                if job.output.emit.is_empty() && !job.json {
                    show(job, display, target, options, grab)?;
                }
                return Ok(refuse(job, (target, grab, options), refusal));
            }
            Ok(judgement) => {
                // With several targets, the fingerprint may belong to another one.
                if let (1, Some(stray)) = (job.targets.len(), stray_fingerprint(job, grab)) {
                    output::warn(stray, display);
                }
                (grab, judgement)
            }
        },
    };
    if job.output.emit.is_empty() && !job.json && !job.format.sizes {
        show(job, display, target, options, grab)?;
        return Ok(end_of_device(job, grab));
    }
    write(job, display, (target, options), (grab, judgement), document)
}

/// Writes the certificates that verify one target, and what they take in flash.
fn write(
    job: &Request,
    display: &Display,
    (target, options): (&Target, &Options),
    (grab, judgement): (&Grab, &grab::Judgement),
    document: impl Fn() -> String,
) -> Result<Exit, Failure> {
    let (bundle, name) = export::selection(job, target, grab, judgement, options)?;
    let whose = if job.targets.len() > 1 { format!("{target}: ") } else { String::new() };
    warn::of_bundle(&whose, job, (target, options), (grab, judgement), &bundle, display);
    if !job.output.emit.is_empty() {
        of_own_certificate(job, grab, display);
        warn::of_another_name(&whose, job, target, warn::Named::OnTheCommandLine, display);
    }
    let only_documents =
        job.output.emit.iter().all(|one| matches!(one.form, Form::Document | Form::Report));
    if bundle.entries.is_empty() && (job.format.sizes || !only_documents) {
        let message = "there is no intermediate between the leaf and the anchor";
        return Err(Failure::new(Exit::Untrusted, message));
    }
    if job.format.sizes {
        output::show(&formats::sizes(&bundle, &name))?;
        return Ok(Exit::Done);
    }
    proof::prove(job, ("", target), grab, &bundle, options, display)?;
    let outputs = [(&job.output.emit[..], &bundle, &name)];
    let exit = export::export(job, display, &outputs, |form| match form {
        Form::Report => report_page::report(job, target, (grab, judgement), options),
        _ => document(),
    });
    Ok(exit?.max(end_of_device(job, grab)))
}

/// Reports that the device of `--as` does not connect, if nothing is written; how the command then ends.
fn end_of_device(job: &Request, grab: &Grab) -> Exit {
    let Some(verdict) = grab.device().filter(|_| job.output.emit.is_empty()) else {
        return Exit::Done;
    };
    let exit = Exit::of_device(&verdict);
    if let Some(obstacle) = &verdict.obstacle {
        let message = format!("{} cannot connect: {obstacle}", verdict.device.name);
        complain(&Failure::new(exit, message));
    }
    exit
}

/// Why `target` does not present a chain; if its name does not resolve, what else the word may mean.
fn failed(target: &Target, error: &grab::Error) -> Failure {
    let mut failure = Failure::of(error);
    if failure.hint.is_none() && error.kind() == "name_not_resolved" {
        failure.hint = usage::vocabulary().unresolved(target);
    }
    failure
}

/// Warns if the device's own certificate, which is also written, does not match the server's request.
fn of_own_certificate(job: &Request, grab: &Grab, display: &Display) {
    if job.reaching.client.certificate.is_none() {
        return;
    }
    match grab.presented.handshake.as_ref().map(|one| one.client_certificate.is_some()) {
        Some(false) => output::warn("the server does not request a client certificate", display),
        _ => client::warn_of_request(true, grab, display),
    }
}

/// Reports why no path of `grab` is trusted.
fn refuse(
    job: &Request,
    (target, grab, options): (&Target, &Grab, &Options),
    refusal: &Refusal,
) -> Exit {
    let formats: Vec<_> = readers::formats(job).collect();
    let formats = Formats { all: &formats, named: warn::Named::OnTheCommandLine };
    let seen = (target, grab, options);
    let mut failure = formats.refused_by_browsers("", refusal, seen, job);
    if let Some(stray) = stray_fingerprint(job, grab) {
        failure.message += &format!("; {stray}");
    }
    complain(&failure);
    Exit::Untrusted
}

/// Shows the report about one target.
fn show(
    job: &Request,
    display: &Display,
    target: &Target,
    options: &Options,
    grab: &Grab,
) -> Result<(), Failure> {
    let report = match &grab.verdict {
        _ if job.anchor.stacks => report::stacks(Some(target), grab, options),
        Ok(judgement) => report::trusted(Some(target), grab, judgement, options, display),
        Err(_) => report::refused(Some(target), grab, display),
    };
    output::show(&(report + &lines_in_language(&job.anchor.shown(target, grab, options))))
}

/// The document of one target.
pub(super) fn document(
    job: &Request,
    target: &Target,
    options: &Options,
    outcome: &Result<Grab, grab::Error>,
) -> Document {
    let document = Document::new(target, outcome, options);
    match outcome {
        Ok(grab) if job.anchor.stacks => {
            document.with_stacks(&grab.every_stack(Some(target), options).unwrap_or_default())
        }
        _ => document,
    }
}

/// The message that a fingerprint which the user trusts does not match any certificate of `grab`.
fn stray_fingerprint(job: &Request, grab: &Grab) -> Option<String> {
    let paths = grab.verdict.as_ref().map_or(&[][..], |judgement| &judgement.paths.found);
    let sent = grab.presented.certificates();
    let fetched = grab.issuers.certificates.iter().map(|fetched| &fetched.certificate);
    let anchors = paths.iter().map(|path| &path.anchor.certificate);
    let known: HashSet<_> = sent.chain(fetched).chain(anchors).map(Certificate::sha256).collect();
    let stray = job.trust.trust_sha256.iter().find(|fingerprint| !known.contains(fingerprint))?;
    Some(format!("`--trust-sha256 {stray}` matches no certificate in the chain"))
}
