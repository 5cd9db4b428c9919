//! `--follow`: the servers between a URL and its download, and one set of anchors for all of them.

use crate::{
    endpoint::Target,
    run::follow::{self, Step, Way},
};

use super::{hosts, targets};
use crate::cli::{
    args::{Form, Request, What},
    failure::{self, Exit, Failure},
    output::{self, complain},
    request,
    style::Display,
};

/// Follows the target's URL; the exit code is that of the worst server.
pub(crate) fn run(job: &Request, display: &Display) -> Result<Exit, Failure> {
    agree(job)?;
    request::agree(job)?;
    let options = &request::options(job, display)?;
    let runtime = failure::runtime()?;
    let target = &job.targets[0];
    let Way { steps, end, page } = runtime.block_on(follow::follow(target, options));
    // Resolving a name may block its thread for longer than anyone would wait.
    runtime.shutdown_background();
    announce(&steps, display);
    if let Some(page) = page {
        warn_of_page(&page, display);
    }
    if let (true, [Step { target, outcome, .. }]) = (end.is_none(), steps.as_slice()) {
        return targets::finish(job, display, target, options, outcome);
    }
    let mut exit = Exit::Done;
    let is_written = !job.output.emit.is_empty();
    for Step { target, outcome, .. } in &steps {
        let is_verified = outcome.as_ref().is_ok_and(|grab| grab.verdict.is_ok());
        if !is_written || !is_verified {
            exit = exit.max(targets::finish(job, display, target, options, outcome)?);
        } else if job.json {
            output::write(targets::document(job, target, options, outcome).to_line().as_bytes())?;
        }
    }
    if let Some(error) = end {
        complain(&Failure::from(error));
        exit = exit.max(Exit::NoHandshake);
    }
    if exit != Exit::Done || (!is_written && display.quiet) {
        return Ok(exit);
    }
    let steps = steps.into_iter().filter_map(|step| Some((step.target, step.outcome.ok()?)));
    hosts::one_set::for_servers(job, steps, options, display)
}

/// Reports where each server redirects.
pub(super) fn announce(steps: &[Step], display: &Display) {
    for pair in steps.windows(2).filter(|_| !display.quiet) {
        let (from, to) = (&pair[0].target, &pair[1].target);
        output::say(format_args!("{from} redirects to {to}"));
    }
}

/// Warns that the redirects end at a web page.
pub(super) fn warn_of_page(target: &Target, display: &Display) {
    let what = "answers with a web page, such as one to log in, instead of a download";
    output::warn(format_args!("{target} {what}; check the URL"), display);
}

/// Refuses options that do not apply to several servers, before contacting any.
fn agree(job: &Request) -> Result<(), Failure> {
    let usage = |message: String, hint: &str| Err(Failure::usage(message, hint));
    let hint = "pass the URL of the download: `https://HOST/PATH`";
    let [target] = job.targets.as_slice() else {
        return usage("`--follow` accepts only one target".to_owned(), hint);
    };
    if target.resource().is_none() {
        return usage(
            format!("`--follow` expects an https: URL with a path, found {target}"),
            hint,
        );
    }
    if job.what != What::Anchor || job.anchor.extras().is_any() {
        let message = "`--follow` cannot be combined with `--what`, `--backup` or `--siblings`";
        return usage(message.to_owned(), "leave them out: only the anchors are written");
    }
    if job.output.emit.iter().any(|one| matches!(one.form, Form::Report)) {
        let message = "`--emit html` cannot be combined with `--follow`: it describes one server";
        return usage(message.to_owned(), "run `certgrab TARGET --emit html=report.html`");
    }
    Ok(())
}
