//! Why a word is not the value of its argument, and what to do instead.
//!
//! clap keeps the error of a value's parser as the source of its own: [`hint`] finds it there.

use std::{error::Error, fmt};

use crate::{
    endpoint,
    text::{diagnostic::Diagnostic, near},
};

/// A word that is not a value: the reason, which the message ends with, and the hint below it.
#[derive(Debug)]
pub(crate) struct Invalid {
    pub(crate) why: String,
    pub(crate) hint: Option<String>,
}

impl Invalid {
    /// The word is none of `known`, nor what `or` says; the hint names those that are probably meant.
    pub(crate) fn unknown<'a>(
        kind: &str,
        word: &str,
        known: impl Iterator<Item = &'a str> + Clone,
        or: &str,
    ) -> Self {
        let hint = near::question(word, known.clone());
        let known = known.collect::<Vec<_>>().join(", ");
        Self { why: format!("unknown {kind}; expected one of {known}{or}"), hint }
    }

    pub(crate) fn new(why: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { why: why.into(), hint: Some(hint.into()) }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl Error for Invalid {}

impl<T: Into<String>> From<T> for Invalid {
    fn from(why: T) -> Self {
        Self { why: why.into(), hint: None }
    }
}

impl From<endpoint::Error> for Invalid {
    fn from(error: endpoint::Error) -> Self {
        Self { why: error.to_string(), hint: error.hint() }
    }
}

/// What to do about the value that `error` is about, if its parser knows that.
pub(crate) fn hint(error: &clap::Error) -> Option<String> {
    error.source()?.downcast_ref::<Invalid>()?.hint.clone()
}
