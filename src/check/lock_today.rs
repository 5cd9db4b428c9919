//! What is wrong with a lock today, and was not when it was written.
//!
//! In: a lock as it was read, and the time or what the server proves now. Out: [`Finding`]s.

use super::{Finding, Severity, claims::refresh, named};
use crate::{
    output::{
        bundle::{Bundle, Entry, KeyPossession, Role},
        lock,
    },
    text::time::Time,
};

/// What is wrong with a lock whose anchors are judged at the time `at`: none of them is valid any more,
/// or one of several.
#[must_use]
pub fn expired_anchors(content: &[u8], bundle: &Bundle, at: Time) -> Vec<Finding> {
    let is_anchor =
        |entry: &Entry| matches!(entry.role, Role::Anchor | Role::Backup | Role::Sibling);
    let has_expired = |entry: &Entry| at > entry.certificate.not_after();
    let anchors: Vec<_> =
        bundle.entries.iter().enumerate().filter(|(_, one)| is_anchor(one)).collect();
    let severity = match anchors.iter().all(|(_, entry)| has_expired(entry)) {
        true => Severity::Error,
        false => Severity::Warning,
    };
    let expired = anchors.into_iter().filter(|(_, entry)| has_expired(entry));
    let objection = |(index, entry): (usize, &Entry)| {
        let (name, ends) = (named(&entry.certificate), entry.certificate.not_after().date());
        let line = lock::line_of(content, Some(index), "-----BEGIN");
        let message = format!("`{name}` expired on {ends}");
        Finding::new(line, severity, "expired", message, refresh())
            .about(entry.certificate.sha256())
    };
    expired.map(objection).collect()
}

/// What is wrong with a lock that says that the server proved possession of its key, if the server
/// that was asked now does not.
#[must_use]
pub fn no_longer_proven(content: &[u8], bundle: &Bundle) -> Option<Finding> {
    let is_proven = lock::is_lock(content) && bundle.key_possession == KeyPossession::Proven;
    is_proven.then(|| {
        Finding::new(
            lock::line_of(content, None, "Key possession"),
            Severity::Warning,
            "not-proven",
            "the server does not prove possession of its private key now, and did when the lock \
             was written",
            Some("run `certgrab check` from another network".to_owned()),
        )
    })
}
