//! JUnit XML, which CI systems count: a test case for each case of the lab.

use std::fmt::Write as _;

use super::Report;
use crate::lab::verdict::Verdict;
use crate::text::{foreign::Foreign, xml::escaped};

/// The report.
#[must_use]
pub fn junit(report: &Report) -> String {
    let failures = report.judged.iter().filter(|one| report.fails(one)).count();
    let is_skipped = |verdict: Verdict| verdict == Verdict::NotPlayed;
    let skipped = report.judged.iter().filter(|one| is_skipped(one.verdict)).count();
    let (tests, errors) = (report.judged.len() + report.missing.len(), report.missing.len());
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"certgrab\" {counts}>\n  \
         <testsuite name=\"certgrab lab\" {counts} skipped=\"{skipped}\">\n"
    );
    for one in &report.judged {
        let name = escaped(one.turn.case.id);
        let did = escaped(&Foreign::text(&one.turn.conduct.to_string()).line());
        let about = escaped(one.turn.case.title);
        let _ = write!(out, "    <testcase name=\"{name}\" classname=\"certgrab.lab\"");
        let _ = match one.verdict {
            verdict if report.fails(one) => write!(
                out,
                ">\n      <failure type=\"{}\" message=\"{did}\">{about}: the device {did}</failure>\n    </testcase>\n",
                verdict.word()
            ),
            Verdict::NotPlayed => {
                write!(out, ">\n      <skipped message=\"{did}\"/>\n    </testcase>\n")
            }
            Verdict::Passed => out.write_str("/>\n"),
            _ => write!(
                out,
                ">\n      <system-out>{about}: the device {did}</system-out>\n    </testcase>\n"
            ),
        };
    }
    for id in &report.missing {
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"certgrab.lab\">\n      \
             <error type=\"missing\" message=\"the device did not come\"/>\n    </testcase>\n",
            escaped(id)
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}
