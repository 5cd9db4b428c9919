//! Code that defeats a sound constant.
//!
//! In: the code of a file without comments and literals, and the anchors in it. Out: findings, each at
//! the line that has to change.

mod anchor_flags;
mod bundle_wins;
mod connects;
mod dangling;
pub(super) mod files;
mod libraries;
mod modems;
mod no_anchor;
mod no_nul;
pub(super) mod shell;
mod verification;
mod words;

use std::collections::HashSet;

use super::{
    EmbeddedAnchor, Finding, Findings, Place, Severity, client_certificate, named, source::Source,
};
use crate::check::source::{Language, calls::Reads};

/// All misuses in `source`, which has the anchors `anchors` and the device's own certificates `own`.
pub(super) fn findings(
    source: &Source,
    anchors: &[EmbeddedAnchor],
    own: &[EmbeddedAnchor],
) -> Findings {
    let code = &source.tight;
    let mut found: Vec<Finding> = verification::turned_off(source);
    found.extend(libraries::findings(source));
    found.extend(modems::findings(source));
    found.extend(bundle_wins::findings(code));
    found.extend(dangling::findings(code));
    found.extend(no_anchor::findings(source));
    found.extend(anchor_flags::findings(source, anchors));
    found.extend(connects::findings(source));
    found.extend(exchanged(source, anchors, own));
    found.extend(no_nul::bytes_without_nul(source));
    found.into_iter().collect()
}

fn error(place: impl Into<Place>, code: &'static str, message: String, action: &str) -> Finding {
    Finding::new(place, Severity::Error, code, message, Some(action.to_owned()))
}

fn warning(line: usize, code: &'static str, message: String, action: &str) -> Finding {
    Finding::new(line, Severity::Warning, code, message, Some(action.to_owned()))
}

/// The words that show that a file may have one.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let embeds = ["EMBED_FILES", "embed_files", "target_add_binary_data", files::SKIPS_NAME];
    let others = [no_anchor::HTTP_CLIENT, words::NO_ENDPOINT_NAME].into_iter().chain(shell::SIGNS);
    let known = verification::signs().chain(bundle_wins::FIELDS).chain(connects::TLS_WORDS);
    known.chain(embeds).chain(others).chain(libraries::SIGNS).chain(modems::signs())
}

/// Fields that turn verification off where one of the values follows.
pub(super) fn fields_with_values() -> impl Iterator<Item = (&'static str, &'static [&'static str])>
{
    words::FIELDS.into_iter()
}

/// Where one certificate is both the anchor and the device's own, or a CA is passed as the device's own
/// certificate.
fn exchanged(source: &Source, anchors: &[EmbeddedAnchor], own: &[EmbeddedAnchor]) -> Vec<Finding> {
    if source.language == Language::Data {
        return Vec::new();
    }
    let mut found = Vec::new();
    // A CA certificate belongs to the chain that a leaf in the same constant begins.
    let is_leaf = |one: &&EmbeddedAnchor| {
        one.certificate.as_ref().is_some_and(|certificate| !certificate.extensions().is_authority)
    };
    let leaves = anchors.iter().chain(own).filter(is_leaf);
    let with_leaves: HashSet<_> = leaves.filter_map(|one| one.name.as_deref()).collect();
    for one in anchors.iter().chain(own) {
        let (Some(certificate), Some(name)) = (&one.certificate, &one.name) else { continue };
        let uses = source.uses.of_constant(name);
        let Some(given) = uses.iter().find(|used| used.reads == Reads::Own) else { continue };
        let subject = named(certificate);
        if let Some(trusts) = uses.iter().find(|used| used.takes_anchors) {
            let message = format!(
                "`{name}` is passed both to `{}`, which expects anchors, and to `{}`, which expects the \
                 device's own certificate: `{subject}` cannot be both",
                trusts.name, given.name
            );
            let action = "pass the server's root to the first and the device's own to the second";
            found.push(error(one.place, "leaf", message, action).about(certificate.sha256()));
        } else if certificate.extensions().is_authority
            && !client_certificate::has_its_key(certificate, source)
            && !with_leaves.contains(name.as_str())
        {
            let message = format!(
                "`{subject}` is a CA certificate, but `{}` expects the device's own certificate",
                given.name
            );
            let action = "pass it to the function that expects anchors, such as `setCACert`";
            found.push(error(one.place, "exchanged", message, action).about(certificate.sha256()));
        }
    }
    found
}
