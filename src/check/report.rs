//! A file with all its findings.
//!
//! In: a [`Reading`] and all findings about it. Out: the data of the reports.

use std::path::PathBuf;

use super::{Command, EmbeddedAnchor, Finding, Findings, Reading, Severity};

/// A file, its anchors and what was found, in the order of its lines.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// The file.
    pub file: PathBuf,
    /// The anchors in it, in the order of the file.
    pub anchors: Vec<EmbeddedAnchor>,
    /// The servers it was checked against, and whether it verifies them.
    pub verified: Vec<(String, bool)>,
    /// Findings that a comment in the file allows.
    pub allowed: usize,
    /// Whether it contains the device's own certificates.
    pub(crate) holds_own: bool,
    findings: Findings,
}

impl FileReport {
    /// All findings of the reader and the judges.
    #[must_use]
    pub fn of(reading: Reading, judged: Findings) -> Self {
        let Reading { file, anchors, findings, allows, own, .. } = reading;
        let mut findings = findings.and(judged).sorted();
        let all = findings.listed().len();
        findings.retain(|finding| !allows.iter().any(|allow| allow.covers(finding)));
        let allowed = all - findings.listed().len();
        Self { file, anchors, verified: Vec::new(), allowed, holds_own: !own.is_empty(), findings }
    }

    /// The same, with actions completed by `command`.
    #[must_use]
    pub fn with_command(self, command: &Command) -> Self {
        let findings = self.findings.with_actions(|action| command.fill(action));
        Self { findings, ..self }
    }

    /// Keeps the findings for which `is_kept` is true.
    pub(crate) fn retain(&mut self, is_kept: impl FnMut(&Finding) -> bool) {
        self.findings.retain(is_kept);
    }

    /// What was found, up to [`super::MAX_FINDINGS`].
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.findings.listed()
    }

    /// Findings past [`super::MAX_FINDINGS`], which are counted and not kept.
    #[must_use]
    pub const fn more(&self) -> usize {
        self.findings.more()
    }

    /// The severity of the worst finding, including those that are only counted.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.worst()
    }
}
