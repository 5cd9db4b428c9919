//! The text of a lock.
//!
//! In: a [`Bundle`]. Out: text that [`super::read`] turns into the same bundle.

use std::fmt::Write as _;

use super::{FIRST_WORDS, VERSION};
use crate::{output::bundle::Bundle, text::foreign::Foreign, x509::certificate::Certificate};

/// Writes `bundle` as a lock.
#[must_use]
pub fn write(bundle: &Bundle) -> String {
    let host = Foreign::text(&bundle.host);
    let host = host.whole();
    let target = Foreign::text(&bundle.target());
    let target = target.whole();
    let command = match (bundle.lab_command(), &bundle.path) {
        (Some(command), _) => command,
        // The path is the server's own text, and people paste this line into a shell.
        (None, Some(_)) => format!("certgrab https://{target}/PATH"),
        (None, None) => format!("certgrab {target}"),
    };
    let options: Vec<&str> = bundle.options.iter().map(Foreign::whole).collect();
    let refresh: String = options.iter().map(|word| format!(" {word}")).collect();
    let mut out = format!(
        "{FIRST_WORDS}{VERSION}: the certificates for `{target}`\n\
         # Builds read this file. Refresh it: `{command}{refresh} --emit lock=FILE`\n\
         \n\
         Host: {host}\n\
         Port: {}\n",
        bundle.port,
    );
    if let Some(path) = &bundle.path {
        let _ = writeln!(out, "Path: {}", path.whole());
    }
    let _ = writeln!(out, "Key possession: {}", bundle.key_possession.words());
    if !options.is_empty() {
        let _ = writeln!(out, "Options: {}", options.join(" "));
    }
    for entry in &bundle.entries {
        let _ = write!(out, "\nRole: {}\n", entry.role.word());
        for (fact, value) in certificate_facts(&entry.certificate) {
            let _ = writeln!(out, "{fact}: {value}");
        }
        let _ = writeln!(out, "Source: {}", entry.source.whole());
        if let Some(reason) = &entry.reason {
            let _ = writeln!(out, "Reason: {}", reason.whole());
        }
        if let Some(time) = entry.lasts_until {
            let _ = writeln!(out, "Lasts until: {time}");
        }
        if !entry.needed_by.is_empty() {
            let servers: Vec<_> = entry.needed_by.iter().map(Foreign::whole).collect();
            let _ = writeln!(out, "Needed by: {}", servers.join(", "));
        }
        out.push_str(&entry.certificate.pem());
    }
    out
}

/// The facts that are also in the certificate itself, as a lock writes them.
pub(super) fn certificate_facts(certificate: &Certificate) -> [(&'static str, String); 4] {
    [
        ("Subject", certificate.subject().text().whole().to_owned()),
        ("Issuer", certificate.issuer().text().whole().to_owned()),
        ("Validity", format!("from {} to {}", certificate.not_before(), certificate.not_after())),
        ("SHA-256", certificate.sha256().to_string()),
    ]
}
