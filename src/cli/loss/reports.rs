//! Whether a file is a report or document that certgrab wrote, so that a new one may replace it.
//!
//! In: the text of a file. Out: whether it has the form of one: the reports of `check` and `lab`, the
//! baseline of `check`, a saved ClientHello, and the output of `--emit json` and `--emit html`.

use std::collections::HashSet;

use serde_json::Value;

use crate::{check, text::html};

/// Whether certgrab writes such a file.
pub(super) fn is_own(text: &str) -> bool {
    html::is_page(text)
        || is_junit(text)
        || text.lines().next().is_some_and(is_metric) && text.lines().all(is_metric)
        || is_json(text)
        || is_of_lines(text, is_command)
        || is_of_lines(text, is_finding) && text.lines().any(has_code)
        || is_of_the_lab(text)
}

fn is_junit(text: &str) -> bool {
    let rest = text.split_once("?>\n").filter(|(start, _)| start.starts_with("<?xml "));
    rest.is_some_and(|(_, rest)| {
        rest.starts_with("<testsuites name=\"certgrab\" ")
            && rest.trim_end().ends_with("</testsuites>")
            && rest.split('<').skip(1).all(is_of_junit)
    })
}

/// Whether the tag that `text` begins with, and what follows it, are of a JUnit report of certgrab.
fn is_of_junit(text: &str) -> bool {
    const WITH_TEXT: [&str; 2] = ["failure", "system-out"];
    const OTHERS: [&str; 5] = ["testsuites", "testsuite", "testcase", "error", "skipped"];
    let Some((tag, after)) = text.split_once('>') else { return false };
    let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
    match after.trim().is_empty() {
        true => WITH_TEXT.contains(&name) || OTHERS.contains(&name),
        false => WITH_TEXT.contains(&tag.split(' ').next().unwrap_or_default()),
    }
}

/// Whether `line` belongs to a file of metrics of certgrab.
fn is_metric(line: &str) -> bool {
    let begins = ["# HELP certgrab_", "# TYPE certgrab_", "certgrab_", "# EOF"];
    begins.iter().any(|begin| line.starts_with(begin))
}

/// The keys of all of certgrab's documents.
const KEYS: &str = include_str!("keys.txt");

/// Whether `text` is one JSON object with the keys of one of certgrab's documents and no other ones.
fn is_json(text: &str) -> bool {
    /// The keys that each kind of document with a `schema` always has.
    const WITH_SCHEMA: [&[&str]; 6] = [
        &["findings"],
        &["target", "status", "error", "handshake"],
        &["target", "answers"],
        &["anchors"],
        &["cases", "result", "device"],
        &["client_hello"],
    ];
    /// A key of SARIF and one of CycloneDX, which name the tool.
    const WITH_TOOL: [&str; 2] = ["runs", "bomFormat"];
    let Ok(document) = serde_json::from_str::<Value>(text) else { return false };
    let has = |wanted: &[&str]| wanted.iter().any(|key| document.get(key).is_some());
    let known: HashSet<_> = KEYS.lines().collect();
    let has_all = |keys: &&[&str]| keys.iter().all(|key| document.get(key).is_some());
    (has(&["schema"]) && WITH_SCHEMA.iter().any(has_all)
        || has(&WITH_TOOL) && text.contains("\"certgrab\""))
        && has_keys_of(&document, &known)
}

/// Whether all keys in `value` are among `known`.
fn has_keys_of(value: &Value, known: &HashSet<&str>) -> bool {
    match value {
        Value::Array(all) => all.iter().all(|one| has_keys_of(one, known)),
        Value::Object(all) => {
            all.iter().all(|(key, one)| known.contains(key.as_str()) && has_keys_of(one, known))
        }
        _ => true,
    }
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
    has_code(line) || line == "files" || line.contains(HEADING) || line.ends_with(" more findings")
}

/// Whether `line` is a finding with a code that `check` knows.
fn has_code(line: &str) -> bool {
    const SEVERITIES: [&str; 3] = [": error: ", ": warning: ", ": note: "];
    let code = line.strip_suffix(']').and_then(|rest| rest.rsplit_once(" ["));
    code.is_some_and(|(rest, code)| {
        SEVERITIES.iter().any(|severity| rest.contains(severity)) && check::meaning(code).is_some()
    })
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
