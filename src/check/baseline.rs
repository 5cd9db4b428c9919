//! Old findings that a team has decided to live with: `--baseline FILE`.
//!
//! In: a file that `--write-baseline` wrote. Out: the findings in it. It does not store lines,
//! so a baseline stays valid when code above a constant changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FileReport, Finding};

/// The most bytes of a baseline: 16 MiB, as for a file to check.
pub const MAX_BASELINE_BYTES: usize = super::MAX_FILE_BYTES;

/// The version of the baseline format.
const SCHEMA: u32 = 1;

/// Findings, each with its count.
#[derive(Debug, Default)]
pub struct Baseline(BTreeMap<Entry, usize>);

/// What distinguishes the findings of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Entry {
    file: String,
    code: String,
    certificate: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    schema: u32,
    findings: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    entry: Entry,
    count: usize,
}

impl Entry {
    fn of(file: &std::path::Path, finding: &Finding) -> Self {
        let file = file.to_string_lossy().replace('\\', "/");
        Self {
            file: file.strip_prefix("./").unwrap_or(&file).to_owned(),
            code: finding.code.to_owned(),
            certificate: finding.certificate.map(|sha256| sha256.to_string()),
        }
    }
}

impl Baseline {
    /// All findings of `reports`.
    #[must_use]
    pub fn of(reports: &[FileReport]) -> Self {
        let mut counts = BTreeMap::new();
        for report in reports {
            for finding in report.findings() {
                *counts.entry(Entry::of(&report.file, finding)).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    ///
    /// What was expected and what was found.
    pub fn read(content: &[u8]) -> Result<Self, String> {
        let document: Document = serde_json::from_slice(content).map_err(|error| {
            let line = error.line();
            format!("expected a baseline of `certgrab check`, found something else at line {line}")
        })?;
        if document.schema != SCHEMA {
            return Err(format!("expected schema {SCHEMA}, found {}", document.schema));
        }
        Ok(Self(document.findings.into_iter().map(|line| (line.entry, line.count)).collect()))
    }

    /// The baseline as JSON, one finding per line, in a stable order.
    #[must_use]
    pub fn to_json(&self) -> String {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(entry, count)| {
                let line = Line { entry: entry.clone(), count: *count };
                format!("    {}", serde_json::json!(line))
            })
            .collect();
        match lines.is_empty() {
            true => format!("{{\n  \"schema\": {SCHEMA},\n  \"findings\": []\n}}\n"),
            false => format!(
                "{{\n  \"schema\": {SCHEMA},\n  \"findings\": [\n{}\n  ]\n}}\n",
                lines.join(",\n")
            ),
        }
    }

    /// Removes the findings of the baseline from `reports` and returns their number.
    pub fn apply(mut self, reports: &mut [FileReport]) -> usize {
        let mut taken = 0;
        for report in reports {
            let file = report.file.clone();
            report.retain(|finding| match self.0.get_mut(&Entry::of(&file, finding)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    taken += 1;
                    false
                }
                _ => true,
            });
        }
        taken
    }
}
