//! Problems of a lock that was correct when it was written.
//!
//! In: a lock as it was read, if the server proves less now. Out: a [`Finding`].

use super::{Finding, Severity};
use crate::output::{
    bundle::{Bundle, KeyPossession},
    lock,
};

/// What is wrong with a lock that says that the server proved possession of its key, if the server does
/// not prove it now.
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
