//! The anchors that constants hold.
//!
//! In: [`Source`]. Out: certificates, or a name with a key where a form holds no more, and what is
//! wrong with the form.

use super::{
    Examined, MAX_FINGERPRINTS, Severity, bare_anchor,
    bare_anchor::Key,
    call_site::{look_at_der, look_at_pem_use},
    der_form::{begins_as_certificate, first_certificate},
    pem_text,
    source::{Constant, Form, Source},
};
use crate::{
    stack,
    trust::store::MAX_ROOTS,
    x509::{
        certificate::{Certificate, Sha256},
        pkcs7::certificates_within,
    },
};

/// An anchor that a file holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its line, from 1.
    pub line: usize,
    /// The name of its constant.
    pub name: Option<String>,
    /// Which constant of the file it is in, from 0: anchors of one constant are used together.
    pub constant: usize,
    /// Whether the code gives it to what takes anchors, as `setCACert` does.
    pub is_given: bool,
    /// The certificate, if the form holds one.
    pub certificate: Option<Certificate>,
    /// Name and key, if the form holds no certificate.
    pub key: Option<Key>,
    /// The SHA-256 of a certificate or of its key, if the form holds no more.
    pub fingerprint: Option<Sha256>,
}

/// Finds the anchors of `source` and what is wrong with their form.
pub(crate) fn hold(examined: &mut Examined, source: &Source) {
    // Trust anchors of BearSSL and rustls-webpki are several constants that belong together.
    let holds_keys = ["br_x509_trust_anchor", "BR_X509_TA_CA", "TrustAnchor"];
    let holds_keys = holds_keys.iter().any(|word| source.code.contains(word));
    let mut pending: Option<(Key, usize)> = None;
    for (index, constant) in source.constants.iter().enumerate() {
        if pem_text::is_pem(constant) {
            hold_pem(examined, source, constant, index);
        } else if let Some((certificate, rest)) = first_certificate(&constant.bytes) {
            let subject = super::named(&certificate);
            keep(examined, constant, index, constant.line(0), Some(certificate), None);
            look_at_der(examined, source, constant, &subject, rest);
        } else if holds_keys {
            pending = bare_anchor::part(constant, source.language, pending.take());
            if pending
                .as_ref()
                .is_some_and(|(key, _)| bare_anchor::is_complete(key, source.language))
                && let Some((key, line)) = pending.take()
            {
                keep(examined, constant, 0, line, None, Some(key));
            }
        } else if begins_as_certificate(&constant.bytes) {
            examined.find(
                constant.line(0),
                Severity::Error,
                "der-damaged",
                "the bytes begin like a DER certificate but are truncated or corrupted",
                Some("regenerate the constant with certgrab".to_owned()),
            );
        } else if constant.form == Form::File {
            for key in bare_anchor::bundle(&constant.bytes) {
                keep(examined, constant, index, 1, None, Some(key));
                examined.stack = stack::named("esp-bundle");
            }
            if examined.held.is_empty() {
                // A truststore of Java holds its certificates as they are.
                for certificate in certificates_within(&constant.bytes, MAX_ROOTS) {
                    keep(examined, constant, index, 1, Some(certificate), None);
                }
            }
            if examined.held.is_empty() {
                // PEM behind bytes that are no text.
                hold_pem(examined, source, constant, index);
            }
            if examined.held.is_empty() && examined.findings.is_empty() && !tries_pem(constant) {
                hold_fingerprints(examined, constant, index);
            }
        }
    }
    for held in &mut examined.held {
        let uses = held.name.as_deref().map_or(&[][..], |name| source.uses.of_constant(name));
        held.is_given = uses.iter().any(|one| one.takes_anchors);
    }
}

/// The certificates of the PEM blocks of `constant`.
fn hold_pem(examined: &mut Examined, source: &Source, constant: &Constant, index: usize) {
    let before = examined.held.len();
    for (certificate, line) in pem_text::certificates(constant, source.language, examined) {
        keep(examined, constant, index, line, Some(certificate), None);
    }
    if examined.held.len() > before {
        look_at_pem_use(examined, source, constant);
    }
}

/// Whether a line of `constant` was meant for a boundary of PEM: then its last line of Base64 is no
/// fingerprint.
fn tries_pem(constant: &Constant) -> bool {
    let mut lines = constant.bytes.split(|byte| *byte == b'\n');
    lines.any(|line| line.trim_ascii_start().starts_with(b"-----"))
}

/// The fingerprints of a file that holds nothing else: hexadecimal of a certificate, or Base64 of
/// a key as RFC 7469 section 2.4 has it.
fn hold_fingerprints(examined: &mut Examined, constant: &Constant, index: usize) {
    let text = String::from_utf8_lossy(&constant.bytes);
    for (number, line) in text.lines().enumerate() {
        let words = line.split(|one: char| !one.is_ascii_alphanumeric() && !"+/=:".contains(one));
        for word in words {
            let base64 = || {
                let block = format!("-----BEGIN PIN-----\n{word}\n-----END PIN-----\n");
                let bytes = pem::parse(block).ok()?.into_contents();
                Some(Sha256(bytes.try_into().ok()?))
            };
            let fingerprint = match word.len() {
                44 => base64(),
                _ => Sha256::parse(word),
            };
            if fingerprint.is_some() && examined.held.len() == MAX_FINGERPRINTS {
                let message = format!(
                    "more than {MAX_FINGERPRINTS} fingerprints; this one and the following ones are not checked"
                );
                let action = Some("split them into several files".to_owned());
                examined.find(number + 1, Severity::Warning, "anchor-unknown", message, action);
                return;
            }
            if fingerprint.is_some() {
                let (line, name) = (number + 1, constant.name.clone());
                examined.held.push(Held {
                    line,
                    name,
                    constant: index,
                    is_given: false,
                    certificate: None,
                    key: None,
                    fingerprint,
                });
            }
        }
    }
}

fn keep(
    examined: &mut Examined,
    constant: &Constant,
    index: usize,
    line: usize,
    certificate: Option<Certificate>,
    key: Option<Key>,
) {
    examined.held.push(Held {
        line,
        name: constant.name.clone(),
        constant: index,
        is_given: false,
        certificate,
        key,
        fingerprint: None,
    });
}
