//! BearSSL anchors without the CA flag.
//!
//! In: the code of a file, its constants and the anchors in them. Out: findings, each at the entry of
//! the table.

use std::collections::HashMap;

use super::Severity;
use crate::{
    check::{EmbeddedAnchor, Finding, named, source::Source},
    trust::{removed, store::Store},
    x509::certificate::Certificate,
};

/// What is between the name and the key of an entry whose flags do not include `BR_X509_TA_CA`
/// (bearssl_x509.h, `br_x509_trust_anchor`).
const NO_FLAGS: [&str; 2] = ["},0,{BR_KEYTYPE_", "},.flags=0,"];

/// Words of an entry that are not names of constants.
const NO_NAMES: [&str; 8] = ["unsigned", "char", "const", "uint8_t", "sizeof", "data", "len", "dn"];

pub(super) fn findings(source: &Source, anchors: &[EmbeddedAnchor]) -> Vec<Finding> {
    let code = &source.tight;
    let entries = NO_FLAGS.into_iter().flat_map(|between| code.text().match_indices(between));
    let mut found = Vec::new();
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return found;
    }
    // The first of several with one name counts.
    let by_name = source.constants.iter().rev();
    let by_name: HashMap<_, _> =
        by_name.filter_map(|one| Some((one.name.as_deref()?, one))).collect();
    let by_subject = anchors.iter().rev();
    let by_subject: HashMap<_, _> =
        by_subject.filter_map(|one| Some((one.key.as_ref()?.subject.as_slice(), one))).collect();
    for (at, between) in entries {
        let anchor = name_of_the_entry(code.near(at, &(0..at)))
            .and_then(|name| by_name.get(name))
            .and_then(|constant| by_subject.get(constant.bytes.as_slice()));
        let made = anchor.and_then(|anchor| anchor.key.as_ref()?.as_certificate());
        let Some(made) = made else { continue };
        let severity = if is_known_root(&made) { Severity::Error } else { Severity::Warning };
        let message = format!(
            "`{}` does not have the flag `BR_X509_TA_CA`: BearSSL accepts it as the server's own certificate, \
             not as the CA that issued it",
            named(&made)
        );
        let action = "replace `0` with `BR_X509_TA_CA`".to_owned();
        let line = code.line(at + between.len() - 1);
        found.push(Finding::new(line, severity, "not-ca", message, Some(action)));
    }
    found
}

/// The constant with the name of the anchor, in the braces that end `before`.
fn name_of_the_entry(before: &str) -> Option<&str> {
    let entry = &before[before.rfind('{')?..];
    let mut words = entry.split(|one: char| !one.is_alphanumeric() && one != '_');
    words.find(|word| word.starts_with(|one: char| !one.is_numeric()) && !NO_NAMES.contains(word))
}

/// Whether `made`, a name and a key, is a public root, current or removed from the store.
fn is_known_root(made: &Certificate) -> bool {
    let known = Store::mozilla().named(made.subject_der());
    known.iter().any(|root| root.certificate.is_same_anchor(made)) || removed::left(made).is_some()
}
