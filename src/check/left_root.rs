//! Anchors that Mozilla removed from its store.
//!
//! In: an anchor, or its row in the table. Out: findings. Roots that left are also known by name and
//! key, so an anchor of BearSSL is judged like its certificate.

use super::{EmbeddedAnchor, Finding, Knowledge, Severity, named};
use crate::{
    stack::Stack,
    trust::removed::{self, Left},
};

impl EmbeddedAnchor {
    /// The row of a root that left Mozilla's store, if the file holds its name and key, or the hash of
    /// its certificate.
    pub(crate) fn left(&self) -> Option<&'static Left> {
        match self.fingerprint {
            Some(fingerprint) => removed::left_by_sha256(fingerprint),
            None => removed::left(&self.key.as_ref()?.as_certificate()?),
        }
    }
}

/// The message about `left`, which is called `name`, and what to do.
pub(super) fn message(left: &Left, name: &str) -> (String, String) {
    let (last, gone) = (left.last.date(), left.gone.date());
    let successor = left.successor();
    let successor = successor
        .map_or_else(String::new, |root| format!("; `{}` came in its place", named(&root)));
    let message = format!(
        "`{name}` left Mozilla's store between {last} and {gone}: servers used by browsers have \
         moved or will move to another root{successor}"
    );
    (message, "look up the server's current anchor: `certgrab HOST:PORT`".to_owned())
}

/// The findings about `anchor`, whose certificate is not known and which `stack` reads;
/// `has_a_valid_one` says whether a valid anchor is loaded with it.
pub(super) fn findings(
    anchor: &EmbeddedAnchor,
    stack: Option<&'static Stack>,
    knowledge: &Knowledge<'_>,
    has_a_valid_one: bool,
) -> Vec<Finding> {
    let Some(left) = anchor.left() else { return Vec::new() };
    let name = left.name.line();
    let finding = |severity, code, message, action| {
        Finding::new(anchor.place, severity, code, message, Some(action)).about(left.sha256)
    };
    let (message, action) = message(left, &name);
    let mut found = vec![finding(Severity::Warning, "root-dropped", message, action)];
    if knowledge.at > left.not_after {
        let ignored = stack.is_some_and(|reader| !reader.checks_anchor_dates());
        let is_harmless = ignored || has_a_valid_one;
        let severity = if is_harmless { Severity::Warning } else { Severity::Error };
        let message = format!("`{name}` expired on {}", left.not_after.date());
        let action = "embed the server's current anchor: `certgrab HOST:PORT --emit FORMAT`";
        found.push(finding(severity, "expired", message, action.to_owned()));
    }
    found
}
