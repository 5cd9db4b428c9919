//! One set of anchors for the servers of a run, written and proved.

use crate::{
    Grab,
    endpoint::Target,
    run::{grab::Options, html},
    text::time::Time,
};

use super::{Outcome, set_document, tally::Tally};
use crate::cli::{
    args::{Form, Request},
    export,
    failure::{Exit, Failure},
    language::page_in_language,
    output, regenerate,
    style::Display,
};

/// Says what verifies all of `servers`, and writes it if asked to.
pub(crate) fn for_servers(
    job: &Request,
    servers: impl Iterator<Item = (Target, Grab)>,
    options: &Options,
    display: &Display,
) -> Result<Exit, Failure> {
    let mut tally = Tally::new((!job.emit.is_empty()).then_some(options.at));
    for (index, (target, grab)) in (0..).zip(servers) {
        let name = options.wanted_name(&target);
        tally.count(index, &Outcome::Asked { target, name, result: Box::new(Ok(grab)) });
    }
    if !display.quiet {
        tally.summary(false).lines().for_each(output::say);
    }
    let exit = tally.exit();
    write(job, tally, options.at, display)?;
    Ok(exit)
}

/// Writes the smallest set of anchors, proved for each target of `tally`.
pub(super) fn write(
    job: &Request,
    tally: Tally,
    at: Time,
    display: &Display,
) -> Result<(), Failure> {
    let Some(mut set) = tally.set() else {
        if !job.emit.is_empty() {
            output::warn("no anchor was found: nothing is written", display);
        }
        return Ok(());
    };
    set.bundle.options = regenerate::words(job, None);
    set.warn(display);
    set.prove(job, at, display)?;
    let name = export::name(job, &set.bundle)?;
    let outputs = [(&job.emit[..], &set.bundle, &name)].into_iter();
    export::export(job, display, outputs, |form| match form {
        Form::Report => {
            let title = "The trust anchors for a list of servers";
            page_in_language(html::of_set(title, &set.bundle, at))
        }
        _ => set_document::document(&set.bundle),
    })?;
    Ok(())
}
