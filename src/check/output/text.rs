//! One line a finding, as compilers write theirs, so that editors find the place.

use std::fmt::Write as _;

use super::{sentence, shown};
use crate::check::{FileReport, Finding};

/// `file:line: severity: sentence [code]`, then what to do on a line of its own; last how many
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
        let _ = writeln!(out, "{file}: and {} more findings", report.more());
    }
    out
}

/// The name of a file for the beginning of a line, where GitHub Actions obeys what begins with `::`,
/// behind any blanks: `./` before it names the same file.
fn inert(name: &str) -> String {
    if name.trim_start().starts_with("::") { format!("./{name}") } else { name.to_owned() }
}
