//! JUnit XML, which CI systems count: one test case per file, failed if it needs action.

use std::fmt::Write as _;

use super::{sentence, shown, text};
use crate::{
    check::{FileReport, Severity},
    text::xml::escaped,
};

/// The report for all files.
#[must_use]
pub fn junit(files: &[FileReport]) -> String {
    let fails =
        |file: &&FileReport| file.findings().iter().any(|one| one.severity > Severity::Note);
    let failures = files.iter().filter(fails).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", files.len());
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"certgrab\" {counts}>\n  \
         <testsuite name=\"certgrab check\" {counts} skipped=\"0\">\n"
    );
    for file in files {
        let name = escaped(&shown(&file.file));
        let _ = write!(out, "    <testcase name=\"{name}\" classname=\"certgrab.check\"");
        let worst = file.findings().iter().max_by_key(|finding| finding.severity);
        match worst {
            None => out.push_str("/>\n"),
            Some(worst) => {
                let all = escaped(&text(file));
                let _ = match fails(&file) {
                    true => write!(
                        out,
                        ">\n      <failure type=\"{}\" message=\"{}\">{all}</failure>\n",
                        worst.code,
                        escaped(&sentence(worst))
                    ),
                    false => write!(out, ">\n      <system-out>{all}</system-out>\n"),
                };
                out.push_str("    </testcase>\n");
            }
        }
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}
