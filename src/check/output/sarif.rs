//! SARIF 2.1.0 (OASIS): a result for each finding, at its place in a file.

use serde_json::json;

use super::sentence;
use crate::{
    check::{CODES, FileReport, Finding, Severity},
    text::{self, count::counted, sarif::location},
};

/// The log of one run over all files, indented.
#[must_use]
pub fn sarif(files: &[FileReport]) -> String {
    let results: Vec<_> = files
        .iter()
        .flat_map(|file| file.findings().iter().map(move |finding| result(file, finding)))
        .collect();
    let mut log = text::sarif::log(CODES, &results);
    let more: Vec<_> = files.iter().filter(|file| file.more() > 0).map(notification).collect();
    if !more.is_empty() {
        log["runs"][0]["invocations"] =
            json!([{ "executionSuccessful": true, "toolExecutionNotifications": more }]);
    }
    format!("{log:#}\n")
}

/// The notification that a file has more findings than are listed.
fn notification(file: &FileReport) -> serde_json::Value {
    let text = format!("and {}", counted(file.more(), "more finding"));
    json!({
        "level": "warning",
        "message": { "text": text },
        "locations": [location(&file.file, None)],
    })
}

fn result(file: &FileReport, finding: &Finding) -> serde_json::Value {
    let level = match finding.severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let message = sentence(finding);
    let text = match &finding.action {
        Some(action) => format!("{message}; {action}"),
        None => message,
    };
    let region = match finding.place.offset {
        Some(offset) => json!({ "byteOffset": offset, "byteLength": 0 }),
        None => json!({ "startLine": finding.place.line }),
    };
    json!({
        "ruleId": finding.code,
        "ruleIndex": CODES.iter().position(|(code, _)| *code == finding.code),
        "level": level,
        "message": { "text": text },
        "locations": [location(&file.file, Some(region))],
    })
}
