//! Whether a file is a report or document that certgrab wrote, so that a new one may replace it.
//!
//! In: the text of a file. Out: whether it has the form of one: the reports of `check` and `lab`, the
//! baseline of `check`, a saved ClientHello, and the output of `--emit json` and `--emit html`.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::{check, text::html};

/// Whether certgrab writes such a file.
pub(super) fn is_own(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    html::is_page(text)
        || is_junit(text)
        || text.starts_with("# HELP certgrab_")
        || is_json(text)
        || is_of_lines(text, is_command)
        || is_of_lines(text, is_finding)
        || is_of_the_lab(text)
}

fn is_junit(text: &str) -> bool {
    text.starts_with("<?xml ")
        && text
            .lines()
            .nth(1)
            .is_some_and(|line| line.starts_with("<testsuites name=\"certgrab\" "))
}

/// Whether `text` is one JSON object with the keys of one of certgrab's documents.
fn is_json(text: &str) -> bool {
    /// One key of each kind of document with a `schema`, which no other kind has.
    const WITH_SCHEMA: [&str; 5] = ["findings", "target", "anchors", "cases", "client_hello"];
    /// A key of SARIF and one of CycloneDX, which name the tool.
    const WITH_TOOL: [&str; 2] = ["runs", "bomFormat"];
    let Ok(keys) = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text) else {
        return false;
    };
    let has = |wanted: &[&str]| wanted.iter().any(|key| keys.contains_key(*key));
    has(&["schema"]) && has(&WITH_SCHEMA) || has(&WITH_TOOL) && text.contains("\"certgrab\"")
}

/// Whether each line of `text` begins an entry, as `begins` decides, or continues one.
fn is_of_lines(text: &str, begins: fn(&str) -> bool) -> bool {
    let mut lines = text.lines();
    lines.next().is_some_and(begins) && lines.all(|line| line.starts_with("    ") || begins(line))
}

/// Whether `line` is a workflow command of the report for GitHub.
fn is_command(line: &str) -> bool {
    ["::error file=", "::warning file=", "::notice file="].iter().any(|word| line.starts_with(word))
}

/// Whether `line` belongs to the text report: a finding, the number of further findings, or the heading
/// of a certificate.
fn is_finding(line: &str) -> bool {
    /// What precedes the SHA-256 in a heading.
    const HEADING: &str = " (SHA-256 ";
    let severities = [": error: ", ": warning: ", ": note: "];
    let code = line.strip_suffix(']').and_then(|rest| rest.rsplit_once(" ["));
    let is_known = |code: &str| check::meaning(code).is_some();
    if let Some((rest, code)) = code
        && severities.iter().any(|severity| rest.contains(severity))
    {
        return is_known(code);
    }
    line == "files" || line.contains(HEADING) || line.ends_with(" more findings")
}

/// Whether `text` is the summary of the lab, with or without the lines of the cases.
fn is_of_the_lab(text: &str) -> bool {
    let counts = |line: &str| {
        let (passed, rest) = line.split_once(" of ")?;
        let (all, rest) = rest.split_once(" cases passed")?;
        let is_number = |word: &str| word.parse::<usize>().is_ok();
        (is_number(passed) && is_number(all) && (rest.is_empty() || rest.starts_with(',')))
            .then_some(())
    };
    let first = text.lines().next().unwrap_or_default().trim_start();
    let begins =
        first.starts_with(|one: char| one.is_ascii_digit()) || first.starts_with("the device");
    begins && text.lines().any(|line| counts(line).is_some())
}
