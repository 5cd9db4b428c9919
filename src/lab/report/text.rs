//! Text for the terminal: a line for each case, and the summary.

use std::fmt::Write as _;

use super::{Outcome, Report};
use crate::lab::diagnosis::Severity;
use crate::lab::verdict::{Judged, Verdict};

/// The widths of the columns: the longest verdict and the longest id of a case.
const VERDICT: usize = 10;
const ID: usize = 20;

/// The line for a case.
#[must_use]
pub fn line(judged: &Judged, count: usize) -> String {
    let (turn, width) = (&judged.turn, count.to_string().len());
    let verdict = match judged.verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "FAILED",
        Verdict::ByDefault => "by default",
        Verdict::Limit => "limit",
        Verdict::Undecided => "undecided",
        Verdict::NotPlayed => "not played",
    };
    let conduct = turn.conduct.to_string();
    let conduct = conduct.strip_prefix("not played: ").unwrap_or(&conduct);
    format!(
        "{:>width$}/{count}  {verdict:VERDICT$}  {:ID$}  {conduct}\n",
        turn.place + 1,
        turn.case.id,
    )
}

/// The summary.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    let looks = match &report.likeness {
        Some(like) if like.is_same => format!("sends the ClientHello of {}", like.title),
        Some(like) => format!("sends a ClientHello like that of {}", like.title),
        None if report.hello.is_some() => "sends a ClientHello of an unknown TLS stack".to_owned(),
        None => String::new(),
    };
    if !looks.is_empty() {
        let _ = writeln!(out, "the device {looks}");
    }
    for finding in &report.findings {
        let word = match report.severity(finding) {
            Severity::Error => "FAULT",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        let _ = writeln!(out, "{word}: the device {}", finding.message);
        if let Some(action) = &finding.action {
            let _ = writeln!(out, "    {action}");
        }
        if finding.cases.len() > 1 || finding.code != "limit" {
            let _ = writeln!(out, "    shown by: {}", finding.cases.join(", "));
        }
    }
    let count = |wanted: Verdict| report.judged.iter().filter(|one| one.verdict == wanted).count();
    let all = report.judged.len() + report.missing.len();
    let mut counts = format!("{} of {all} cases passed", count(Verdict::Passed));
    for (verdict, words) in [
        (Verdict::Failed, "failed"),
        (Verdict::ByDefault, "accepted by default of the library"),
        (Verdict::Limit, "limits of the device"),
        (Verdict::Undecided, "undecided"),
        (Verdict::NotPlayed, "not played"),
    ] {
        if count(verdict) > 0 {
            let _ = write!(counts, ", {} {words}", count(verdict));
        }
    }
    let _ = writeln!(out, "{counts}");
    for difference in report.differences.iter().flatten() {
        let _ = writeln!(out, "not as before: {difference}");
    }
    let _ = match report.result() {
        Outcome::Passed if report.differences.is_some() => writeln!(out, "as before"),
        Outcome::Passed => writeln!(out, "the device passed"),
        Outcome::Failed if report.differences.is_some() => writeln!(out, "NOT as before"),
        Outcome::Failed => writeln!(out, "the device FAILED"),
        Outcome::Incomplete => {
            writeln!(out, "the device did not come for: {}", report.missing.join(", "))
        }
        Outcome::NoDevice => writeln!(out, "no device came"),
    };
    out
}
