//! Formats: their list, the names of constants, users' templates, and what each format costs on a
//! device.

use std::fmt::Write as _;

use crate::{
    output::{
        bundle::Bundle,
        emit::{self, FILTERS, FORMATS, Format, Identifier, VARIABLES},
    },
    text::{foreign::Foreign, wrap},
};

use super::{format_groups::GROUPS, format_words};
use crate::cli::{
    args::formats::List,
    failure::{Exit, Failure},
    language::in_language,
    output, style,
};

/// What `--emit` writes without a template: documents about the whole result.
const DOCUMENTS: [(&str, &str); 2] = [
    ("json", "scripts: the whole result as a JSON document"),
    ("html", "people: the whole result as a page, with tree, timeline and constants"),
];

/// Lists the formats, or what templates can use.
pub(crate) fn run(list: &List) -> Result<Exit, Failure> {
    let mut out = String::new();
    if let Some(word) = list.word.as_ref().or(list.wanted.as_ref()) {
        let documents = DOCUMENTS.iter().filter(|(name, _)| name == word);
        let documents = documents.map(|(name, what)| (*name, (*what).to_owned()));
        let found = format_words::formats_for(word).into_iter();
        let found: Vec<_> =
            documents.chain(found.map(|format| (format.name, described(format)))).collect();
        if found.is_empty() {
            let word = Foreign::text(word).line();
            let message = format!("no format is known for `{word}`");
            return Err(Failure::usage(
                message,
                "most programs read `pem`; `certgrab formats` lists all",
            ));
        }
        table(&mut out, found.into_iter());
    } else if list.variables {
        let variables = VARIABLES.iter().map(|(name, what)| (*name, (*what).to_owned()));
        let filters = FILTERS.iter().map(|(name, what)| (*name, (*what).to_owned()));
        let heading = in_language(
            "Variables; those of a certificate in `{% for certificate in certificates %}`, and what \
             is marked (outside) only through a filter:",
        );
        let lines = textwrap::wrap(&heading, wrap::lines_of(wrap::COLUMNS));
        let _ = writeln!(out, "{}", lines.join("\n"));
        table(&mut out, variables);
        let _ = writeln!(out, "\n{}", in_language("Filters, as in `{{ host | literal }}`:"));
        table(&mut out, filters);
    } else {
        grouped(&mut out);
    }
    output::show(&out)?;
    Ok(Exit::Done)
}

/// All formats, grouped by the device or program that reads them.
fn grouped(out: &mut String) {
    let width = FORMATS.iter().map(|format| format.name.len()).max().unwrap_or_default();
    for (position, (heading, names)) in GROUPS.iter().enumerate() {
        let gap = if position == 0 { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{}:", in_language(heading));
        for name in names.split(',') {
            let document = DOCUMENTS.iter().find(|(known, _)| *known == name);
            let what = match document {
                Some((_, what)) => (*what).to_owned(),
                None => emit::format(name).map(|format| described(&format)).unwrap_or_default(),
            };
            *out += &row(&format!("  {name:width$}  "), &in_language(&what));
        }
    }
}

/// What reads `format`, and what it is.
fn described(format: &Format) -> String {
    format!("{}: {}", format.reader, format.purpose)
}

fn table(out: &mut String, rows: impl Iterator<Item = (&'static str, String)>) {
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, what) in rows {
        *out += &row(&format!("{name:width$}  "), &in_language(&what));
    }
}

/// A name and its description, wrapped to the terminal's width.
fn row(name: &str, what: &str) -> String {
    style::wrapped(name, &" ".repeat(name.len()), what, style::columns())
}

/// The bytes of flash that each format needs, the smallest first.
pub(crate) fn sizes(bundle: &Bundle, name: &Identifier) -> String {
    let mut rows = Vec::new();
    for format in FORMATS {
        // A format that cannot hold these certificates is not a choice.
        if let Ok(Some(bytes)) = emit::flash_bytes(bundle, *format, name) {
            rows.push((bytes, format));
        }
    }
    rows.sort_by_key(|(bytes, _)| *bytes);
    let width = FORMATS.iter().map(|format| format.name.len()).max().unwrap_or_default();
    let heading = "bytes of flash on a 32-bit device, without the code that reads them";
    let mut out = in_language(heading) + "\n";
    for (bytes, format) in rows {
        let _ = writeln!(out, "{bytes:>6}  {:width$}  {}", format.name, in_language(format.reader));
    }
    out
}
