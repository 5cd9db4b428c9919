//! One JSON document; its field names do not change within schema 1, fields may be added.

use serde_json::json;

use super::shown;
use crate::check::{FileReport, Severity};

/// The version of the document's form.
const SCHEMA: u32 = 1;

/// The document for all files, on one line.
#[must_use]
pub fn json(files: &[FileReport]) -> String {
    let status = match files.iter().filter_map(FileReport::worst).max() {
        Some(Severity::Error) => "broken",
        Some(Severity::Warning) => "attention",
        _ => "ok",
    };
    let anchors = |file: &FileReport| -> Vec<_> {
        let certificates = file.anchors.iter().filter_map(|anchor| {
            let certificate = anchor.certificate.as_ref()?;
            Some(json!({
                "line": anchor.line,
                "constant": anchor.name,
                "sha256": certificate.sha256().to_string(),
                "subject": certificate.subject().text().line(),
                "not_after": certificate.not_after().to_string(),
            }))
        });
        certificates.collect()
    };
    let document = json!({
        "schema": SCHEMA,
        "status": status,
        "files": files
            .iter()
            .map(|file| {
                let mut part = json!({ "file": shown(&file.file), "anchors": anchors(file) });
                if file.more() > 0 {
                    part["more_findings"] = file.more().into();
                }
                part
            })
            .collect::<Vec<_>>(),
        "findings": files
            .iter()
            .flat_map(|file| file.findings().iter().map(move |finding| (file, finding)))
            .map(|(file, finding)| json!({
                "code": finding.code,
                "severity": finding.severity.word(),
                "file": shown(&file.file),
                "line": finding.line,
                "message": finding.message,
                "action": finding.action,
            }))
            .collect::<Vec<_>>(),
    });
    format!("{document}\n")
}
