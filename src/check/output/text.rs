//! One line per finding, in the form of compiler messages, so that editors find the place.

use std::{collections::HashMap, fmt::Write as _};

use super::{sentence, shown};
use crate::{
    check::{FileReport, Finding, named},
    text::count::counted,
    x509::certificate::Sha256,
};

/// `file:line: severity: sentence [code]`, then the action on a separate line; at the end, how many
/// findings are only counted.
#[must_use]
pub fn text(report: &FileReport) -> String {
    let mut out = String::new();
    let file = shown(&report.file);
    let start = inert(&file);
    for finding in report.findings() {
        let Finding { place, severity, code, action, .. } = finding;
        let (message, severity) = (sentence(finding), severity.word());
        let _ = writeln!(out, "{start}{place}: {severity}: {message} [{code}]");
        if let Some(action) = action {
            let _ = writeln!(out, "    {action}");
        }
    }
    if report.more() > 0 {
        let _ = writeln!(out, "{file}: and {}", counted(report.more(), "more finding"));
    }
    out
}

/// The findings of all files by certificate, those without one last.
#[must_use]
pub fn by_certificate(reports: &[FileReport]) -> String {
    let mut groups: Vec<(Option<Sha256>, String, Vec<String>)> = Vec::new();
    let mut places: HashMap<Option<Sha256>, usize> = HashMap::new();
    for report in reports {
        let start = inert(&shown(&report.file));
        for finding in report.findings() {
            let sha256 = finding.certificate;
            let known = report.anchors.iter().filter_map(|one| one.certificate.as_ref());
            let name = known.filter(|one| Some(one.sha256()) == sha256).map(named).next();
            let group = *places.entry(sha256).or_insert_with(|| {
                groups.push((sha256, name.unwrap_or_default(), Vec::new()));
                groups.len() - 1
            });
            let (place, severity) = (finding.place, finding.severity.word());
            let mut line =
                format!("  {start}{place}: {severity}: {} [{}]\n", sentence(finding), finding.code);
            if let Some(action) = &finding.action {
                let _ = writeln!(line, "      {action}");
            }
            groups[group].2.push(line);
        }
    }
    groups.sort_by_key(|(sha256, ..)| sha256.is_none());
    let mut out = String::new();
    for (sha256, name, lines) in groups {
        let _ = match sha256 {
            Some(sha256) => writeln!(out, "{name} (SHA-256 {sha256})"),
            None => writeln!(out, "files"),
        };
        lines.iter().for_each(|line| out.push_str(line));
    }
    out
}

/// The name of a file for the beginning of a line. GitHub Actions executes lines that begin with `::`,
/// even after blanks: `./` before the name avoids that.
fn inert(name: &str) -> String {
    if name.trim_start().starts_with("::") { format!("./{name}") } else { name.to_owned() }
}
