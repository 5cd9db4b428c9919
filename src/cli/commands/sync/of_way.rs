//! The lock of a target whose URL is followed to the server of the download.
//!
//! In: each server along the redirects. Out: one set of anchors for all of them, each with the servers that
//! need it.

use crate::{
    output::bundle::Bundle,
    run::{
        follow::{Step, Way},
        grab::Options,
    },
};

use super::{Fresh, keep_proven};
use crate::cli::{
    commands::{follow, hosts::one_set},
    export,
    failure::{Exit, Failure},
    manifest, readers, regenerate,
    style::Display,
};

/// The content of the lock of `entry`, whose lock was `before`.
pub(super) fn fresh(
    entry: &manifest::Entry,
    way: Way,
    options: &Options,
    before: Option<&Bundle>,
    display: &Display,
) -> Result<Fresh, Failure> {
    let target = &entry.job.targets[0];
    let whose = format!("{target}: ");
    let Way { steps, end, page } = way;
    follow::announce(&steps, display);
    if let Some(page) = page {
        follow::warn_of_page(&page, display);
    }
    let mut servers = Vec::new();
    for Step { target: server, outcome, .. } in steps {
        let whose = if server.to_string() == target.to_string() {
            whose.clone()
        } else {
            format!("{whose}{server}: ")
        };
        let grab = outcome.map_err(|error| Failure::from(error).about(&whose))?;
        if let Err(refusal) = &grab.verdict {
            return Err(Failure::of(refusal).about(whose));
        }
        servers.push((server, grab));
    }
    if let Some(error) = end {
        return Err(error.into());
    }
    let nothing = || Failure::new(Exit::Untrusted, format!("{whose}no anchor was found"));
    let mut set = one_set::set(servers.into_iter(), options).ok_or_else(nothing)?;
    keep_proven(entry, before, set.bundle.key_possession)?;
    set.bundle.options = regenerate::words(&entry.job, Some(target));
    set.bundle.path = one_set::path_of(target);
    set.warn(display);
    let formats = readers::of_manifest(entry);
    set.prove(formats.into_iter(), entry.job.reaching.device, options.at, display)?;
    let name = export::name(&entry.job, &set.bundle)?;
    Ok(Fresh { bundle: set.bundle, name, outlook: Vec::new() })
}
