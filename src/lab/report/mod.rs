//! What a round showed, in the forms that people and CI read.
//!
//! In: a [`Report`]. Out: text. Each form has a file.

mod html;
mod json;
mod junit;
mod sarif;
mod text;

pub use self::html::html;
pub use self::json::{differences, json, read_verdicts};
pub use self::junit::junit;
pub use self::sarif::sarif;
pub use self::text::{Words, line, text, wrapped};

use super::diagnosis::{Finding, Severity};
use super::hello::{ClientHello, Likeness};
use super::verdict::Judged;

/// All that a round showed.
#[derive(Debug)]
pub struct Report {
    /// The name that the device asked for.
    pub host: String,
    /// The cases in the order in which they were planned.
    pub judged: Vec<Judged>,
    /// Cases that no connection came for.
    pub missing: Vec<&'static str>,
    /// What is wrong with the firmware.
    pub findings: Vec<Finding>,
    /// The first ClientHello.
    pub hello: Option<ClientHello>,
    /// What it looks like.
    pub likeness: Option<Likeness>,
    /// Connections that were none of a device.
    pub strays: usize,
    /// Whether the defaults of a library count as faults.
    pub strict: bool,
    /// How the round differs from a known result, if it was compared with one.
    pub differences: Option<Vec<String>>,
}

/// How a round counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The device did what a sound one does.
    Passed,
    /// An impostor was accepted, or a sound server refused.
    Failed,
    /// The device did not come for every case.
    Incomplete,
    /// No device came.
    NoDevice,
}

impl Outcome {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::NoDevice => "no-device",
        }
    }
}

impl Report {
    /// How the round counts.
    #[must_use]
    pub fn result(&self) -> Outcome {
        let failed = match &self.differences {
            Some(differences) => !differences.is_empty(),
            None => self.judged.iter().any(|one| one.verdict.is_failure(self.strict)),
        };
        match (self.judged.is_empty(), failed, self.missing.is_empty()) {
            (true, ..) => Outcome::NoDevice,
            (_, true, _) => Outcome::Failed,
            (_, false, false) => Outcome::Incomplete,
            (_, false, true) => Outcome::Passed,
        }
    }

    /// The severity of a finding, where the defaults of a library may count as faults.
    #[must_use]
    pub fn severity(&self, finding: &Finding) -> Severity {
        match finding.severity {
            Severity::Warning if self.strict => Severity::Error,
            severity => severity,
        }
    }
}
