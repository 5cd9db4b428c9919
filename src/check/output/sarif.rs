//! SARIF 2.1.0 (OASIS): a result for each finding, at its place in a file.

use serde_json::json;

use super::sentence;
use crate::{
    check::{CODES, FileReport, Finding, Severity},
    text,
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

/// That a file has more findings than are listed.
fn notification(file: &FileReport) -> serde_json::Value {
    let text = format!("and {} more findings", file.more());
    json!({
        "level": "warning",
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&file.file) },
        } }],
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
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&file.file) },
            "region": region,
        } }],
    })
}

/// A path as a relative or `file:` reference (RFC 3986): all but unreserved characters encoded.
fn uri(file: &std::path::Path) -> String {
    let mut bytes = file.as_os_str().as_encoded_bytes();
    let mut out = if bytes.starts_with(b"/") { "file://".to_owned() } else { String::new() };
    while let Some(rest) = bytes.strip_prefix(b"./") {
        bytes = rest;
    }
    for byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => out.push('/'),
            _ if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) => {
                out.push(char::from(*byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
