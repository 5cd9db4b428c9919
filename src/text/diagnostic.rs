//! What all errors of the library have in common, so that reports do not depend on their types.

use std::error::Error;

/// An error, its place in the job, and what to try next.
///
/// Its `Display` is one sentence. The defaults are for a value that cannot be read.
pub trait Diagnostic: Error {
    /// A short stable name in `snake_case`: `docs/json.md` lists them.
    fn kind(&self) -> &'static str {
        "invalid"
    }

    /// The stage that failed, by its name in the crate's documentation.
    fn stage(&self) -> &'static str {
        "input"
    }

    /// What to try next, if that is known.
    fn hint(&self) -> Option<String> {
        None
    }
}

/// The sentence of `error`, with its hint.
pub(crate) fn with_hint(error: &dyn Diagnostic) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}
