//! The anchors that constants hold.
//!
//! In: [`Source`]. Out: certificates, or a name with a key where a form holds no more, and what is
//! wrong with the form.

use super::{
    Findings, MAX_FINGERPRINTS, Severity, bare_anchor,
    bare_anchor::Key,
    call_site::{look_at_der, look_at_pem_use},
    der_form::{begins_as_certificate, first_certificate},
    pem_text,
    source::{Constant, Form, Source},
};
use crate::{
    stack::{self, Stack},
    trust::store::MAX_ROOTS,
    x509::{
        certificate::{Certificate, Sha256},
        pkcs7::certificates_within,
    },
};

/// An anchor that a file holds.
#[derive(Debug, Clone)]
pub struct EmbeddedAnchor {
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

/// The anchors of a file.
#[derive(Default)]
pub(crate) struct Contents {
    /// Every certificate, name with a key, or fingerprint.
    pub(crate) anchors: Vec<EmbeddedAnchor>,
    /// What is wrong with their form.
    pub(crate) findings: Findings,
    /// The TLS stack that reads them, if it is known.
    pub(crate) stack: Option<&'static Stack>,
}

/// The anchors of `source`, which `stack` reads, and what is wrong with their form.
pub(crate) fn contents(source: &Source, stack: Option<&'static Stack>) -> Contents {
    // Trust anchors of BearSSL and rustls-webpki are several constants that belong together.
    let holds_keys = ["br_x509_trust_anchor", "BR_X509_TA_CA", "TrustAnchor"];
    let holds_keys = holds_keys.iter().any(|word| source.code.contains(word));
    let mut pending: Option<(Key, usize)> = None;
    let mut all = Contents { stack, ..Contents::default() };
    for (index, constant) in source.constants.iter().enumerate() {
        if pem_text::is_pem(constant) {
            all = all.and(of_pem(source, constant, index, stack));
        } else if let Some((certificate, rest)) = first_certificate(&constant.bytes) {
            all.findings = all.findings.and(look_at_der(source, constant, &certificate, rest));
            all.anchors.push(certificate_at(constant, index, constant.line(0), certificate));
        } else if holds_keys {
            pending = bare_anchor::part(constant, source.language, pending.take());
            if pending
                .as_ref()
                .is_some_and(|(key, _)| bare_anchor::is_complete(key, source.language))
                && let Some((key, line)) = pending.take()
            {
                all.anchors.push(EmbeddedAnchor { key: Some(key), ..at(constant, 0, line) });
            }
        } else if begins_as_certificate(&constant.bytes) {
            all.findings.find(
                constant.line(0),
                Severity::Error,
                "der-damaged",
                "the bytes begin like a DER certificate but are truncated or corrupted",
                Some("regenerate the constant with certgrab".to_owned()),
            );
        } else if constant.form == Form::File {
            let nothing_yet = all.anchors.is_empty() && all.findings.is_empty();
            all = all.and(of_file(source, constant, index, stack, nothing_yet));
        } else if constant.form == Form::Numbers {
            all = all.and(of_bundle(constant, index));
        }
    }
    for anchor in &mut all.anchors {
        let uses = anchor.name.as_deref().map_or(&[][..], |name| source.uses.of_constant(name));
        anchor.is_given = uses.iter().any(|one| one.takes_anchors);
    }
    all
}

impl Contents {
    /// Whether nothing was found, not even what is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.anchors.is_empty() && self.findings.is_empty()
    }

    /// These and those of `other`.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.anchors.extend(other.anchors);
        self.findings = self.findings.and(other.findings);
        self.stack = other.stack.or(self.stack);
        self
    }
}

/// The names and keys of `constant`, if it is a bundle of ESP-IDF.
fn of_bundle(constant: &Constant, index: usize) -> Contents {
    let keys = bare_anchor::bundle(&constant.bytes).into_iter();
    let line = constant.line(0);
    let anchors: Vec<_> =
        keys.map(|key| EmbeddedAnchor { key: Some(key), ..at(constant, index, line) }).collect();
    let stack = stack::named("esp-bundle").filter(|_| !anchors.is_empty());
    Contents { anchors, stack, ..Contents::default() }
}

/// What `constant`, a whole file that is neither PEM nor DER, holds: a bundle, a truststore, PEM
/// behind other bytes, or, where there is `nothing_yet`, fingerprints.
fn of_file(
    source: &Source,
    constant: &Constant,
    index: usize,
    stack: Option<&'static Stack>,
    nothing_yet: bool,
) -> Contents {
    let bundle = of_bundle(constant, index);
    if !bundle.anchors.is_empty() {
        return bundle;
    }
    // A truststore of Java holds its certificates as they are.
    let certificates = certificates_within(&constant.bytes, MAX_ROOTS).into_iter();
    let anchors: Vec<_> =
        certificates.map(|certificate| certificate_at(constant, index, 1, certificate)).collect();
    // PEM behind bytes that are no text, or beside DER in the image of a firmware.
    let pem = of_pem(source, constant, index, stack);
    if !anchors.is_empty() {
        return Contents { anchors, ..Contents::default() }.and(pem);
    }
    let is_nothing = pem.anchors.is_empty() && pem.findings.is_empty() && nothing_yet;
    match is_nothing && !tries_pem(constant) {
        true => fingerprints(constant, index),
        false => pem,
    }
}

/// The certificates of the PEM blocks of `constant`.
fn of_pem(
    source: &Source,
    constant: &Constant,
    index: usize,
    stack: Option<&'static Stack>,
) -> Contents {
    let (certificates, findings) = pem_text::certificates(constant, source.language, stack);
    let findings = match certificates.is_empty() {
        true => findings,
        false => findings.and(look_at_pem_use(source, constant, stack)),
    };
    let certificates = certificates.into_iter();
    let anchors = certificates
        .map(|(certificate, line)| certificate_at(constant, index, line, certificate))
        .collect();
    Contents { anchors, findings, stack: None }
}

/// Whether a line of `constant` was meant for a boundary of PEM: then its last line of Base64 is no
/// fingerprint.
fn tries_pem(constant: &Constant) -> bool {
    let mut lines = constant.bytes.split(|byte| *byte == b'\n');
    lines.any(|line| line.trim_ascii_start().starts_with(b"-----"))
}

/// The fingerprints of a file that holds nothing else: hexadecimal of a certificate, or Base64 of
/// a key as RFC 7469 section 2.4 has it.
fn fingerprints(constant: &Constant, index: usize) -> Contents {
    let text = String::from_utf8_lossy(&constant.bytes);
    let mut found = Contents::default();
    for (number, line) in text.lines().enumerate() {
        let words = line.split(|one: char| !one.is_ascii_alphanumeric() && !"+/=:".contains(one));
        for fingerprint in words.filter_map(fingerprint) {
            if found.anchors.len() == MAX_FINGERPRINTS {
                let message = format!(
                    "more than {MAX_FINGERPRINTS} fingerprints; this one and the following ones are not checked"
                );
                let action = Some("split them into several files".to_owned());
                let severity = Severity::Warning;
                found.findings.find(number + 1, severity, "anchor-unknown", message, action);
                return found;
            }
            let fingerprint = Some(fingerprint);
            found.anchors.push(EmbeddedAnchor { fingerprint, ..at(constant, index, number + 1) });
        }
    }
    found
}

/// `word` as a SHA-256 in hexadecimal or in Base64.
fn fingerprint(word: &str) -> Option<Sha256> {
    if word.len() != 44 {
        return Sha256::parse(word);
    }
    let block = format!("-----BEGIN PIN-----\n{word}\n-----END PIN-----\n");
    let bytes = pem::parse(block).ok()?.into_contents();
    Some(Sha256(bytes.try_into().ok()?))
}

fn certificate_at(
    constant: &Constant,
    index: usize,
    line: usize,
    certificate: Certificate,
) -> EmbeddedAnchor {
    EmbeddedAnchor { certificate: Some(certificate), ..at(constant, index, line) }
}

/// An anchor on `line` of the constant with this `index`, with nothing in it yet.
fn at(constant: &Constant, index: usize, line: usize) -> EmbeddedAnchor {
    EmbeddedAnchor {
        line,
        name: constant.name.clone(),
        constant: index,
        is_given: false,
        certificate: None,
        key: None,
        fingerprint: None,
    }
}
