//! The page about a set of certificates: which hosts need each, and which expires when.

use std::fmt::Write as _;

use super::{SCRIPT, Span, legend, named};
use crate::{
    output::bundle::{Bundle, Entry, Role},
    text::{
        count::counted,
        foreign::Foreign,
        html::{self, with_code},
        time::Time,
        xml::escaped,
    },
};

/// How many hosts of one certificate the page lists; more make a browser slow.
const MOST_HOSTS: usize = 1000;

/// The page about the certificates of `bundle`, as of `at`, the first to end first.
#[must_use]
pub fn of_set(title: &str, bundle: &Bundle, at: Time) -> String {
    let mut entries: Vec<_> = bundle.entries.iter().collect();
    entries.sort_by_key(|entry| end(entry));
    let hosts: usize = entries.iter().map(|entry| entry.needed_by.len()).sum();
    let of_hosts_too =
        if hosts > 0 { format!(" for {}", counted(hosts, "host")) } else { String::new() };
    let mut out = format!(
        "<h1>{}</h1>\n<p>{}{of_hosts_too}; as of {}.</p>\n",
        escaped(title),
        counted(entries.len(), "certificate"),
        at.date()
    );
    table(&mut out, &entries, hosts > 0, at);
    for entry in entries.iter().filter(|entry| !entry.needed_by.is_empty()) {
        of_hosts(&mut out, entry);
    }
    out.push_str("<h2>Certificates</h2>\n");
    for (index, entry) in entries.iter().enumerate() {
        let open = if index == 0 { " open" } else { "" };
        let _ = writeln!(
            out,
            "<details{open}><summary>{} in PEM</summary>\n<pre>{}</pre></details>",
            escaped(&named(&entry.certificate)),
            escaped(&entry.certificate.pem())
        );
    }
    html::page(title, &out, SCRIPT)
}

/// The last day on which it is expected to verify servers.
fn end(entry: &Entry) -> Time {
    let expires = entry.certificate.not_after();
    entry.lasts_until.map_or(expires, |until| until.min(expires))
}

/// On a narrow screen each cell is on its own line without the heading: a date and a number have a
/// label there.
fn table(out: &mut String, entries: &[&Entry], has_hosts: bool, at: Time) {
    let span = Span::of(entries.iter().map(|entry| &entry.certificate), at);
    let column = if has_hosts { "<th>hosts" } else { "" };
    let _ = writeln!(
        out,
        "<h2>Validity</h2>\n<table>\n<tr><th>certificate<th>lasts until{column}<th>timeline"
    );
    for entry in entries {
        let certificate = &entry.certificate;
        let ends = end(entry);
        let scheduled = Some(ends).filter(|date| *date < certificate.not_after());
        let (class, words) = match (ends < at, scheduled) {
            (true, _) => (" class=\"error\"", "<small>ended</small>".to_owned()),
            (false, None) => ("", String::new()),
            (false, Some(_)) => (
                "",
                format!("<small>expires <time>{}</time></small>", certificate.not_after().date()),
            ),
        };
        // In a file, every certificate after the first is written as another one to embed.
        let role = match entry.role {
            Role::Backup => String::new(),
            role => format!("{}; ", role.word()),
        };
        let count = if has_hosts {
            format!("<td><span class=\"label\">hosts</span>{}", entry.needed_by.len())
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "<tr><td>{}<small>{role}SHA-256 <code>{}</code></small><td{class}><span class=\"label\">lasts until</span><time>{}</time>{words}{count}<td>{}",
            escaped(&named(certificate)),
            certificate.sha256(),
            ends.date(),
            span.bar(certificate, scheduled, at),
        );
    }
    legend(out, &at.date());
}

/// The hosts that need a certificate.
fn of_hosts(out: &mut String, entry: &Entry) {
    let count = entry.needed_by.len();
    let _ = writeln!(
        out,
        "<details><summary>{} of {}</summary>\n<ul>",
        counted(count, "host"),
        with_code(&format!("`{}`", named(&entry.certificate)))
    );
    for host in entry.needed_by.iter().take(MOST_HOSTS).map(Foreign::line) {
        let _ = writeln!(out, "<li>{}", escaped(&host));
    }
    out.push_str("</ul>\n");
    if count > MOST_HOSTS {
        let more = count - MOST_HOSTS;
        let _ = writeln!(out, "<p>and {more} more, see <code>--emit json=FILE</code></p>");
    }
    out.push_str("</details>\n");
}
