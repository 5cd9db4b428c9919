//! Announced roots that are not in a store yet, in the JSON document.

use serde::Serialize;

use crate::{judge::rank::Candidate, run::grab::Options, trust::announced::Announced};

#[derive(Debug, Serialize)]
pub(super) struct AnnouncedPart {
    name: &'static str,
    sha256: &'static str,
    url: &'static str,
}

/// Those of the owner of `anchor`, if `options` request other roots.
pub(super) fn parts(options: &Options, anchor: &Candidate) -> Vec<AnnouncedPart> {
    let part = |&Announced { name, sha256, url, .. }| AnnouncedPart { name, sha256, url };
    options.extras.announced(&anchor.root).into_iter().map(part).collect()
}
