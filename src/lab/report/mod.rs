//! The results of a round, in the formats that people and CI read.
//!
//! In: a [`Report`]. Out: text. Each format has a file.

mod html;
mod json;
mod junit;
mod known;
mod sarif;
mod text;

pub use self::html::html;
pub use self::json::json;
pub use self::junit::junit;
pub use self::known::{Difference, Known, differences, read_verdicts};
pub use self::sarif::sarif;
pub use self::text::{Words, line, text, wrapped};

use std::path::PathBuf;

use super::diagnosis::{Finding, Severity};
use super::hello::{ClientHello, Likeness};
use super::verdict::{Judged, Verdict};

/// All results of a round.
#[derive(Debug)]
pub struct Report {
    /// The name that the device expected.
    pub host: String,
    /// The file with the lab's anchor for the device.
    pub anchor: PathBuf,
    /// The cases in the order in which they were planned.
    pub judged: Vec<Judged>,
    /// The cases without a connection.
    pub missing: Vec<&'static str>,
    /// What is wrong with the firmware.
    pub findings: Vec<Finding>,
    /// The first ClientHello.
    pub hello: Option<ClientHello>,
    /// What it looks like.
    pub likeness: Option<Likeness>,
    /// Connections that were not a device's.
    pub strays: usize,
    /// Whether the defaults of a library count as faults.
    pub strict: bool,
    /// How the round differs from the expected result, if it was compared with one.
    pub differences: Option<Vec<Difference>>,
}

/// How a round counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The device did what a sound one does.
    Passed,
    /// An impostor was accepted, or a sound server refused.
    Failed,
    /// The device did not connect for every case, or cannot be judged for one.
    Incomplete,
    /// No device connected.
    NoDevice,
}

impl Outcome {
    /// The outcome in one word.
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
        let is_missed = self.differences.iter().flatten().any(|one| one.found.is_none());
        let has_failed = is_missed || self.judged.iter().any(|one| self.fails(one));
        let is_whole = self.missing.is_empty() && self.undecided().is_empty();
        match (self.judged.is_empty(), has_failed, is_whole) {
            (true, ..) => Outcome::NoDevice,
            (_, true, _) => Outcome::Failed,
            (_, false, false) => Outcome::Incomplete,
            (_, false, true) => Outcome::Passed,
        }
    }

    /// Whether a verdict counts against the device: by the expected result if there is one.
    #[must_use]
    pub fn fails(&self, one: &Judged) -> bool {
        let (case, found) = (one.turn.case.id, Some(one.verdict.word()));
        match &self.differences {
            Some(all) => all.iter().any(|other| other.case == case && other.found == found),
            None => one.verdict.is_failure(self.strict),
        }
    }

    /// The cases that show nothing, unless the expected result has the same.
    #[must_use]
    pub fn undecided(&self) -> Vec<&'static str> {
        let undecided = self.judged.iter().filter(|one| one.verdict == Verdict::Undecided);
        match self.differences {
            Some(_) => Vec::new(),
            None => undecided.map(|one| one.turn.case.id).collect(),
        }
    }

    /// The severity of a finding: with an expected result it is a fault if one of its verdicts differs,
    /// and a note if not; without one, the defaults of a library may count as faults.
    #[must_use]
    pub fn severity(&self, finding: &Finding) -> Severity {
        match (self.is_as_before(finding), finding.severity) {
            (Some(true), _) => Severity::Note,
            (Some(false), _) => Severity::Error,
            (None, Severity::Warning) if self.strict => Severity::Error,
            (None, severity) => severity,
        }
    }

    /// Whether the expected result has each verdict of a finding; `None` without an expected result.
    #[must_use]
    pub fn is_as_before(&self, finding: &Finding) -> Option<bool> {
        let differences = self.differences.as_ref()?;
        Some(!differences.iter().any(|one| finding.cases.contains(&one.case)))
    }
}
