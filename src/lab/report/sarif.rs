//! SARIF 2.1.0 (OASIS): a result for each finding, without a place in a file.

use serde_json::{Value, json};

use super::Report;
use super::json::severity;
use crate::lab::diagnosis::CAUSES;
use crate::text::json::visible;

/// The log of one run, indented.
#[must_use]
pub fn sarif(report: &Report) -> String {
    let rules: Vec<_> = CAUSES
        .iter()
        .map(|(code, meaning)| json!({ "id": code, "shortDescription": { "text": meaning } }))
        .collect();
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
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "certgrab",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    });
    visible(&format!("{log:#}\n"))
}
