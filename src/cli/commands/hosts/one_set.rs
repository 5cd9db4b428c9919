//! One set of anchors for the servers of a run, written and proved.

use crate::{
    Grab,
    endpoint::Target,
    run::{grab::Options, html},
    text::{foreign::Foreign, time::Time},
};

use super::{Outcome, anchor_set::Set, set_document, tally::Tally};
use crate::cli::{
    args::{Form, Request},
    export,
    failure::{Exit, Failure},
    language::page_in_language,
    output, proof, regenerate,
    style::Display,
};

/// The anchors that verify `servers`, counted; `export` is the time of verification if they are to be
/// written.
fn tally(
    servers: impl Iterator<Item = (Target, Grab)>,
    options: &Options,
    export: Option<Time>,
) -> Tally {
    let mut tally = Tally::new(export);
    for (index, (target, grab)) in (0..).zip(servers) {
        let name = options.wanted_name(&target);
        tally.count(index, &Outcome::Asked { target, name, result: Box::new(Ok(grab)) });
    }
    tally
}

/// The smallest set of anchors that verifies all of `servers`.
pub(crate) fn set(servers: impl Iterator<Item = (Target, Grab)>, options: &Options) -> Option<Set> {
    tally(servers, options, Some(options.at)).set()
}

/// Reports what verifies all of `servers`, and writes it if requested.
pub(crate) fn for_servers(
    job: &Request,
    servers: impl Iterator<Item = (Target, Grab)>,
    options: &Options,
    display: &Display,
) -> Result<Exit, Failure> {
    let tally = tally(servers, options, (!job.output.emit.is_empty()).then_some(options.at));
    if !display.quiet {
        tally.summary(false).lines().for_each(output::say);
    }
    let exit = tally.exit();
    let path = job.targets.first().filter(|_| job.reaching.follow).and_then(path_of);
    write(job, tally, (options.at, path), display)?;
    Ok(exit)
}

/// The path of the URL that is followed, without the query, which may hold a token.
pub(crate) fn path_of(target: &Target) -> Option<Foreign> {
    let resource = target.resource()?;
    Some(Foreign::text(resource.split('?').next().unwrap_or(resource)))
}

/// Writes the smallest set of anchors, proved for each target of `tally`.
pub(super) fn write(
    job: &Request,
    tally: Tally,
    (at, path): (Time, Option<Foreign>),
    display: &Display,
) -> Result<(), Failure> {
    let Some(mut set) = tally.set() else {
        if !job.output.emit.is_empty() {
            output::warn("no anchor was found: nothing is written", display);
        }
        return Ok(());
    };
    set.bundle.options = regenerate::words(job, None);
    set.bundle.path = path;
    set.warn(display);
    set.prove(proof::consumed(job), job.reaching.device, at, display)?;
    let name = export::name(job, &set.bundle)?;
    let outputs = [(&job.output.emit[..], &set.bundle, &name)];
    export::export(job, display, &outputs, |form| match form {
        Form::Report => {
            let title = "The trust anchors for a list of servers";
            page_in_language(html::of_set(title, &set.bundle, at))
        }
        _ => set_document::document(&set.bundle),
    })?;
    Ok(())
}
