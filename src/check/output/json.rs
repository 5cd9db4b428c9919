//! One JSON document; its field names do not change within schema 1, fields may be added.

use serde_json::json;

use super::shown;
use crate::check::{Examined, Severity};

/// The version of the document's form.
const SCHEMA: u32 = 1;

/// The document for all files, on one line.
#[must_use]
pub fn json(files: &[Examined]) -> String {
    let findings = || files.iter().flat_map(|file| &file.findings);
    let status = match files.iter().filter_map(Examined::worst).max() {
        Some(Severity::Error) => "broken",
        Some(Severity::Warning) => "attention",
        _ => "ok",
    };
    let anchors = |file: &Examined| -> Vec<_> {
        let certificates = file.held.iter().filter_map(|held| {
            let certificate = held.certificate.as_ref()?;
            Some(json!({
                "line": held.line,
                "constant": held.name,
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
                if file.more > 0 {
                    part["more_findings"] = file.more.into();
                }
                part
            })
            .collect::<Vec<_>>(),
        "findings": findings()
            .map(|finding| json!({
                "code": finding.code,
                "severity": finding.severity.word(),
                "file": shown(&finding.file),
                "line": finding.line,
                "message": finding.message,
                "action": finding.action,
            }))
            .collect::<Vec<_>>(),
    });
    format!("{document}\n")
}
