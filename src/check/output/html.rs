//! A page for people: one self-contained file without scripts.

use std::fmt::Write as _;

use super::{sentence, shown};
use crate::{
    check::{FileReport, Finding, Severity, meaning},
    text::{
        count::counted,
        html::{self, with_code},
        time::Time,
        xml::escaped,
    },
};

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
        _ => "Devices do not connect, or do not verify the server",
    };
    let mut out = format!(
        "<h1>{verdict}</h1>\n\
         <p>{}, {}, {}, {}; as of {}.</p>\n",
        counted(files.len(), "file"),
        counted(errors, "error"),
        counted(warnings, "warning"),
        counted(count(Severity::Note), "note"),
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
            let _ = writeln!(out, "<p>and {}</p>", counted(file.more(), "more finding"));
        }
    }
    anchors(&mut out, files);
    html::page(&format!("certgrab check: {verdict}"), &out, "")
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
        "<tr><td class=\"place\">{place}<td><strong class=\"{severity}\">{severity}</strong> {}{}<td class=\"word\"><code title=\"{}\">{}</code>",
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
        let _ =
            writeln!(out, "<tr><td><time>{}</time><td>{name}<td><code>{file}</code>", ends.date());
    }
    out.push_str("</table>\n");
}
