//! SARIF 2.1.0 (OASIS): a result for each finding, without a place in a file.

use serde_json::{Value, json};

use super::Report;
use super::json::severity;
use crate::lab::diagnosis::CAUSES;
use crate::text::{json::visible, sarif};

/// The log of one run, indented.
#[must_use]
pub fn sarif(report: &Report) -> String {
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let action = finding.action.as_ref().map(|action| format!("; {action}"));
            let action = action.unwrap_or_default();
            let mut result = json!({
                "ruleId": finding.code,
                "ruleIndex": CAUSES.iter().position(|(code, _)| *code == finding.code),
                "level": severity(report.severity(finding)),
                "message": { "text": format!("the device {}{action}", finding.message) },
                "properties": { "cases": finding.cases },
            });
            if let Some(differences) = &report.differences {
                // Section 3.27.24: how a result stands to those of an earlier run.
                let is_new = differences.iter().any(|one| finding.cases.contains(&one.case));
                result["baselineState"] = if is_new { "new" } else { "unchanged" }.into();
            }
            result
        })
        .collect();
    let log = sarif::log(CAUSES, &results);
    visible(&format!("{log:#}\n"))
}
