//! The set of anchors as a JSON document, for `--emit json=PATH`.

use serde::Serialize;

use crate::{
    output::bundle::{Bundle, Entry},
    run::json::SCHEMA,
    text::{foreign::Foreign, json, time::Time},
};

#[derive(Serialize)]
struct Document {
    schema: u32,
    anchors: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    /// `anchor`, or `intermediate` for one that some server does not send.
    role: &'static str,
    sha256: String,
    subject: String,
    not_after: String,
    lasts_until: Option<String>,
    /// The targets that need it.
    hosts: Vec<String>,
    pem: String,
}

/// The certificates of `bundle` with the targets of each.
pub(super) fn document(bundle: &Bundle) -> String {
    let document =
        Document { schema: SCHEMA, anchors: bundle.entries.iter().map(Part::of).collect() };
    let text = serde_json::to_string(&document).unwrap_or_default();
    json::visible(&(text + "\n"))
}

impl Part {
    fn of(entry: &Entry) -> Self {
        let certificate = &entry.certificate;
        Self {
            role: entry.role.word(),
            sha256: certificate.sha256().to_string(),
            subject: certificate.subject().text().line(),
            not_after: certificate.not_after().to_string(),
            lasts_until: entry.lasts_until.as_ref().map(Time::to_string),
            hosts: entry.needed_by.iter().map(Foreign::line).collect(),
            pem: certificate.pem(),
        }
    }
}
