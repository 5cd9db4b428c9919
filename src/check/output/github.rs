//! Annotations of GitHub Actions: one workflow command per finding.

use std::fmt::Write as _;

use super::{sentence, shown};
use crate::{
    check::{FileReport, Severity},
    text::count::counted,
};

/// The commands for all files; the runner shows them next to the lines.
#[must_use]
pub fn github(files: &[FileReport]) -> String {
    let mut out = String::new();
    for file in files {
        let name = property(&shown(&file.file));
        for finding in file.findings() {
            let level = match finding.severity {
                Severity::Note => "notice",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            let line = match finding.place.offset {
                Some(_) => String::new(),
                None => format!(",line={}", finding.place.line),
            };
            let action = finding.action.as_deref().map(|action| format!("\n{action}"));
            let message = format!("{}{}", sentence(finding), action.unwrap_or_default());
            let message = data(&message);
            let _ = writeln!(out, "::{level} file={name}{line},title={}::{message}", finding.code);
        }
        if file.more() > 0 {
            let more = counted(file.more(), "more finding");
            let _ = writeln!(out, "::warning file={name}::and {more}");
        }
    }
    out
}

/// Text of a message, with escaped percent signs and line ends (GitHub's actions toolkit, `escapeData`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, in which its delimiters are escaped too (`escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
