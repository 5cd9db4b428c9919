//! A self-contained HTML page without scripts, to be kept as evidence.

use std::fmt::Write as _;

use super::{Report, Words, text::lines};
use crate::text::{
    foreign::Foreign,
    html::{self, with_code},
    xml::escaped,
};

/// The page, with the summary in the reader's language.
#[must_use]
pub fn html(report: &Report, words: Words) -> String {
    let mut out = format!(
        "<h1>certgrab lab: {result}</h1>\n<p>A device that connects to <code>{host}</code>.</p>\n\
         <div class=\"summary\">\n{summary}</div>\n<table>\n<tr><th>case</th><th>the server</th><th>rule</th>\
         <th>verdict</th><th>what the device did</th></tr>\n",
        result = report.result().word(),
        host = escaped(&Foreign::text(&report.host).line()),
        summary = summary(report, words),
    );
    for one in &report.judged {
        let (case, word) = (one.turn.case, one.verdict.word());
        let _ = writeln!(
            out,
            "<tr class=\"{word}\"><td><code>{}</code></td><td>{}</td><td>{}</td><td class=\"word\">{word}</td><td>{}</td></tr>",
            escaped(case.id),
            escaped(case.title),
            escaped(case.rule),
            escaped(&Foreign::text(&one.turn.conduct.to_string()).line()),
        );
    }
    for id in &report.missing {
        let _ = writeln!(
            out,
            "<tr><td><code>{}</code></td><td></td><td></td><td class=\"word\">missing</td><td>did not come</td></tr>",
            escaped(id)
        );
    }
    out.push_str("</table>\n");
    html::page(&format!("certgrab lab: {}", report.result().word()), &out, "")
}

/// The summary, a paragraph for each line of the text.
fn summary(report: &Report, words: Words) -> String {
    let mut out = String::new();
    for line in lines(report, words) {
        let class = if line.is_below() { " class=\"below\"" } else { "" };
        let _ = writeln!(out, "<p{class}>{}</p>", with_code(&line.text));
    }
    out
}
