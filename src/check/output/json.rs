//! One JSON document; its field names do not change within schema 1, fields may be added.

use serde_json::json;

use super::shown;
use crate::check::{FileReport, Finding, Severity};

/// The version of the document format.
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
                "line": anchor.place.line,
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
            .map(|(file, finding)| finding_of(file, finding))
            .collect::<Vec<_>>(),
    });
    format!("{document}\n")
}

fn finding_of(file: &FileReport, finding: &Finding) -> serde_json::Value {
    let mut part = json!({
        "code": finding.code,
        "severity": finding.severity.word(),
        "file": shown(&file.file),
        "line": finding.place.line,
        "certificate": finding.certificate.map(|sha256| sha256.to_string()),
        "message": finding.message,
        "action": finding.action,
    });
    if let Some((number, of)) = finding.place.part {
        part["certificate_of_file"] = json!({ "number": number, "of": of });
    }
    if let Some(offset) = finding.place.offset {
        part["offset"] = offset.into();
    }
    part
}
