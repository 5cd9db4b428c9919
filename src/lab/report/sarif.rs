//! SARIF 2.1.0 (OASIS): a result for each finding, at the anchor in the device.

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
                "locations": [sarif::location(&report.anchor, Some(json!({ "startLine": 1 })))],
                "properties": { "cases": finding.cases },
            });
            if let Some(is_as_before) = report.is_as_before(finding) {
                // Section 3.27.24: how a result relates to those of an earlier run.
                result["baselineState"] = if is_as_before { "unchanged" } else { "new" }.into();
            }
            result
        })
        .collect();
    let log = sarif::log(CAUSES, &results);
    visible(&format!("{log:#}\n"))
}
