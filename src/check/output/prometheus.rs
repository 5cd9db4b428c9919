//! Metrics for the textfile collector of Prometheus' node exporter.

use std::fmt::Write as _;

use super::shown;
use crate::{
    check::{FileReport, Severity},
    text::time::Time,
};

const SECONDS_A_DAY: i64 = 86_400;

/// The metrics of all files at the time `at`.
#[must_use]
pub fn prometheus(files: &[FileReport], at: Time) -> String {
    let mut out = String::new();
    let days = |until: Time| (until.unix() - at.unix()).div_euclid(SECONDS_A_DAY);
    let anchors = || {
        files.iter().flat_map(|file| {
            let certificates = file.anchors.iter().filter_map(|one| one.certificate.as_ref());
            certificates.map(|certificate| {
                let labels = format!(
                    "file=\"{}\",subject=\"{}\",sha256=\"{}\"",
                    label(&shown(&file.file)),
                    label(&certificate.subject().text().line()),
                    certificate.sha256()
                );
                (labels, certificate)
            })
        })
    };
    head(&mut out, "anchor_expiry_days", "Days until the certificate expires.");
    let mut lines: Vec<_> = anchors()
        .map(|(labels, one)| {
            format!("certgrab_anchor_expiry_days{{{labels}}} {}\n", days(one.not_after()))
        })
        .collect();
    write_all(&mut out, &mut lines);
    head(
        &mut out,
        "anchor_store_days",
        "Days until Mozilla's schedule removes the root from its store.",
    );
    let mut lines: Vec<_> = anchors()
        .filter_map(|(labels, one)| Some((labels, crate::check::scheduled(one)?)))
        .map(|(labels, until)| format!("certgrab_anchor_store_days{{{labels}}} {}\n", days(until)))
        .collect();
    write_all(&mut out, &mut lines);
    of_files(&mut out, files);
    out
}

/// The metrics of each file: whether it verifies its targets, and how many findings it has.
fn of_files(out: &mut String, files: &[FileReport]) {
    let (mut verified, mut findings) = (Vec::new(), Vec::new());
    for file in files {
        let name = label(&shown(&file.file));
        for (target, is_verified) in &file.verified {
            let (target, value) = (label(target), u8::from(*is_verified));
            verified.push(format!(
                "certgrab_verified{{file=\"{name}\",target=\"{target}\"}} {value}\n"
            ));
        }
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let count = file.findings().iter().filter(|one| one.severity == severity).count();
            let severity = severity.word();
            findings.push(format!(
                "certgrab_findings{{file=\"{name}\",severity=\"{severity}\"}} {count}\n"
            ));
        }
    }
    head(out, "verified", "Whether the file verifies the target: 1 or 0.");
    write_all(out, &mut verified);
    head(out, "findings", "Findings of the file by severity.");
    write_all(out, &mut findings);
}

fn head(out: &mut String, name: &str, help: &str) {
    let _ = write!(out, "# HELP certgrab_{name} {help}\n# TYPE certgrab_{name} gauge\n");
}

/// Adds lines, each once: the same series twice is an error to Prometheus.
fn write_all(out: &mut String, lines: &mut Vec<String>) {
    lines.sort();
    lines.dedup();
    lines.iter().for_each(|line| out.push_str(line));
}

/// The value of a label (exposition format 0.0.4).
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
