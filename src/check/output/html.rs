//! A page for people: one file that needs nothing beside it, and no script.

use std::fmt::Write as _;

use super::{sentence, shown};
use crate::{
    check::{FileReport, Finding, Severity, meaning},
    text::{time::Time, xml::escaped},
};

/// How the page looks, by day and by night, and on paper.
const STYLE: &str = "\
:root{color-scheme:light dark;--error:#b3261e;--warning:#8a5a00;--note:#3b5b8c;--line:#8885}\
@media(prefers-color-scheme:dark){:root{--error:#ff8a80;--warning:#ffc04d;--note:#9dbdf0}}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}\
td,th{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}\
code{font-family:ui-monospace,monospace}.error{color:var(--error)}.warning{color:var(--warning)}.note{color:var(--note)}\
.action{display:block;opacity:.8}";

/// The page for all files at the time `at`.
#[must_use]
pub fn html(files: &[FileReport], at: Time) -> String {
    let count = |severity| {
        let findings = files.iter().flat_map(FileReport::findings);
        findings.filter(|finding| finding.severity == severity).count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let verdict = match (errors, warnings) {
        (0, 0) => "Nothing needs attention",
        (0, _) => "Valid today, but something needs attention",
        _ => "Something does not work",
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>certgrab check: {verdict}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{verdict}</h1>\n\
         <p>{} files, {errors} errors, {warnings} warnings, {} notes; as of {}.</p>\n",
        files.len(),
        count(Severity::Note),
        at.date()
    );
    for file in files.iter().filter(|file| !file.findings().is_empty()) {
        let _ = writeln!(out, "<h2><code>{}</code></h2>", escaped(&shown(&file.file)));
        out.push_str("<table>\n<tr><th>Place<th>Finding<th>Code\n");
        for finding in file.findings() {
            row(&mut out, finding);
        }
        out.push_str("</table>\n");
        if file.more() > 0 {
            let _ = writeln!(out, "<p>and {} more findings</p>", file.more());
        }
    }
    anchors(&mut out, files);
    out.push_str("</body>\n</html>\n");
    out
}

fn row(out: &mut String, finding: &Finding) {
    let place = finding.place.to_string();
    let place = place.trim_start_matches(':');
    let severity = finding.severity.word();
    let action = finding
        .action
        .as_deref()
        .map(|action| format!("<span class=\"action\">{}</span>", with_code(action)));
    let _ = writeln!(
        out,
        "<tr><td>{place}<td><strong class=\"{severity}\">{severity}</strong> {}{}<td><code title=\"{}\">{}</code>",
        with_code(&sentence(finding)),
        action.unwrap_or_default(),
        escaped(meaning(finding.code).unwrap_or_default()),
        finding.code
    );
}

/// All anchors with their dates, the first to expire first.
fn anchors(out: &mut String, files: &[FileReport]) {
    let mut rows: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let certificates = file.anchors.iter().filter_map(|one| one.certificate.as_ref());
            certificates.map(|one| {
                let name = escaped(&crate::check::named(one));
                (one.not_after(), name, escaped(&shown(&file.file)))
            })
        })
        .collect();
    rows.sort();
    rows.dedup();
    if rows.is_empty() {
        return;
    }
    out.push_str("<h2>Trust anchors</h2>\n<table>\n<tr><th>Expires<th>Name<th>File\n");
    for (ends, name, file) in rows {
        let _ = writeln!(out, "<tr><td>{}<td>{name}<td><code>{file}</code>", ends.date());
    }
    out.push_str("</table>\n");
}

/// Text with what stands in backquotes as code.
fn with_code(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in text.split('`').enumerate() {
        let part = escaped(part);
        match index % 2 {
            0 => out.push_str(&part),
            _ => {
                let _ = write!(out, "<code>{part}</code>");
            }
        }
    }
    out
}
