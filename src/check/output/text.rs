//! One line a finding, as compilers write theirs, so that editors find the place.

use std::fmt::Write as _;

use super::shown;
use crate::check::{Examined, Finding};

/// `file:line: severity: sentence [code]`, then what to do on a line of its own.
#[must_use]
pub fn text(findings: &[Finding]) -> String {
    let mut out = String::new();
    for finding in findings {
        let Finding { file, line, severity, code, message, action } = finding;
        let file = inert(&shown(file));
        let _ = writeln!(out, "{file}:{line}: {}: {message} [{code}]", severity.word());
        if let Some(action) = action {
            let _ = writeln!(out, "    {action}");
        }
    }
    out
}

/// The same for a whole file, with how many findings are only counted.
#[must_use]
pub fn text_of(examined: &Examined) -> String {
    let mut out = text(&examined.findings);
    if examined.more > 0 {
        let _ = writeln!(out, "{}: and {} more findings", shown(&examined.file), examined.more);
    }
    out
}

/// The name of a file for the beginning of a line, where GitHub Actions obeys what begins with `::`,
/// behind any blanks: `./` before it names the same file.
fn inert(name: &str) -> String {
    if name.trim_start().starts_with("::") { format!("./{name}") } else { name.to_owned() }
}
