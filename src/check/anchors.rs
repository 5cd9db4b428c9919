//! The anchors in constants.
//!
//! In: [`Source`]. Out: certificates, or a name with a key if a form has only these, and what is wrong
//! with the form.

use std::path::Path;

use super::{
    Finding, Findings, MAX_FINGERPRINTS, Place, Severity, bare_anchor,
    bare_anchor::Key,
    boundaries,
    call_site::{look_at_der, look_at_pem_use},
    der_form::{self, begins_as_certificate, first_certificate},
    pem_reader, pem_text,
    place::Numbering,
    source::{Constant, Form, Source, separated},
};
use crate::{
    stack::{self, Stack},
    trust::store::MAX_ROOTS,
    x509::{
        certificate::{Certificate, Sha256},
        pkcs7::{self, certificates_within},
    },
};

/// An anchor in a file.
#[derive(Debug, Clone)]
pub struct EmbeddedAnchor {
    /// Where it is.
    pub place: Place,
    /// The name of its constant.
    pub name: Option<String>,
    /// Which constant of the file it is in, from 0: anchors of one constant are used together.
    pub constant: usize,
    /// Whether the code passes it to a function that expects anchors, as `setCACert` does.
    pub is_given: bool,
    /// The certificate, if the file contains it.
    pub certificate: Option<Certificate>,
    /// Name and key, if the file does not contain the certificate.
    pub key: Option<Key>,
    /// The SHA-256 of a certificate or of its key, if the file contains only that.
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
        let is_pem = || {
            pem_text::is_pem(constant)
                || boundaries::is_near(&constant.bytes)
                    && pem_reader::decoded(constant, source, stack).is_some()
        };
        if is_pem() {
            all = all.and(of_pem(source, constant, index, stack));
        } else if let Some((certificate, rest)) = first_certificate(&constant.bytes) {
            let place = Place::from(constant.line(0)).in_block(0, 0);
            all.findings = all.findings.and(look_at_der(source, constant, &certificate, rest));
            all.anchors.push(certificate_at(constant, index, place, certificate));
        } else if holds_keys {
            pending = bare_anchor::part(constant, source.language, pending.take());
            if pending
                .as_ref()
                .is_some_and(|(key, _)| bare_anchor::is_complete(key, source.language))
                && let Some((key, line)) = pending.take()
            {
                let place = Place::from(line).in_block(index, 0);
                all.anchors.push(EmbeddedAnchor { key: Some(key), ..at(constant, 0, place) });
            }
        } else if constant.form != Form::File && boundaries::is_near(&constant.bytes) {
            let damaged = boundaries::damaged(&constant.bytes, |at| constant.line(at));
            all.findings = all.findings.and(damaged.into_iter().collect());
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
    all.numbered()
}

impl Contents {
    /// The same, with the places of certificates that share a line made distinct.
    fn numbered(mut self) -> Self {
        let places = self.anchors.iter().map(|anchor| anchor.place);
        let of_findings = self.findings.listed().iter().map(|finding| finding.place);
        let numbering = Numbering::of(places.chain(of_findings));
        for anchor in &mut self.anchors {
            anchor.place = numbering.numbered(anchor.place);
        }
        self.findings = self.findings.placed(|place| numbering.numbered(place));
        self
    }

    /// The same with `change` applied to each offset.
    pub(crate) fn with_offsets(mut self, change: impl Fn(usize) -> usize) -> Self {
        let changed = |place: Place| Place { offset: place.offset.map(&change), ..place };
        for anchor in &mut self.anchors {
            anchor.place = changed(anchor.place);
        }
        self.findings = self.findings.placed(changed);
        self
    }

    /// The same with the places of blocks in a binary file.
    fn by_offset(mut self) -> Self {
        for anchor in &mut self.anchors {
            anchor.place = anchor.place.by_offset();
        }
        self.findings = self.findings.placed(Place::by_offset);
        self
    }

    /// The same, or what `source` holds if the language of `file` puts the same text between all lines
    /// of its blocks, so that the blocks are not found or not read.
    pub(super) fn or_separated(self, source: &mut Source, file: &Path, content: &[u8]) -> Self {
        let is_of_text = |finding: &Finding| pem_reader::OF_TEXT.contains(&finding.code);
        let found_none = self.anchors.is_empty();
        let is_doubtful = found_none || self.findings.listed().iter().any(is_of_text);
        let blocks = || separated::blocks(file, content, found_none);
        let Some(constants) = is_doubtful.then(blocks).flatten() else { return self };
        let others = std::mem::replace(&mut source.constants, constants);
        let read = contents(source, self.stack);
        let is_sound = !read.anchors.is_empty() && read.findings.is_empty();
        if is_sound || self.is_empty() && !read.is_empty() {
            return read;
        }
        source.constants = others;
        self
    }

    /// Whether there are neither anchors nor problems.
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
    let keys = bare_anchor::bundle(&constant.bytes).into_iter().enumerate();
    let place = |number| Place::from(constant.line(0)).in_block(0, number);
    let anchor =
        |(number, key)| EmbeddedAnchor { key: Some(key), ..at(constant, index, place(number)) };
    let anchors: Vec<_> = keys.map(anchor).collect();
    let stack = stack::named("esp-bundle").filter(|_| !anchors.is_empty());
    Contents { anchors, stack, ..Contents::default() }
}

/// What `constant`, a whole file that is neither PEM nor DER, holds: a bundle, a truststore, PEM after
/// other bytes, or, where there is `nothing_yet`, fingerprints.
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
    let within = match message(constant, index) {
        message if message.is_empty() => {
            let anchors = within(constant, index);
            let read = |one: &EmbeddedAnchor| {
                Some((one.place.offset?, one.certificate.as_ref()?.der().len()))
            };
            let read: Vec<_> = anchors.iter().filter_map(read).collect();
            let findings = der_form::unreadable_within(&constant.bytes, &read);
            Contents { anchors, findings, ..Contents::default() }
        }
        message => message,
    };
    // PEM after binary bytes, or next to DER in a firmware image.
    let pem = of_pem(source, constant, index, stack);
    if !within.is_empty() {
        return within.and(pem.by_offset());
    }
    let is_nothing = pem.anchors.is_empty() && pem.findings.is_empty() && nothing_yet;
    match is_nothing && !tries_pem(constant) {
        true => fingerprints(constant, index),
        false => pem.by_offset(),
    }
}

/// The identifier of a SEQUENCE (X.690 section 8.9), with which a message of PKCS #7 begins.
const SEQUENCE: u8 = 0x30;

/// The certificates of `constant`, a message of PKCS #7, and those of them that cannot be read.
fn message(constant: &Constant, index: usize) -> Contents {
    let mut all = Contents::default();
    for (number, member) in pkcs7::members(&constant.bytes, MAX_ROOTS).into_iter().enumerate() {
        let place = Place::from(1).in_block(0, number).in_constant(index);
        match member {
            Ok(one) => all.anchors.push(certificate_at(constant, index, place, one)),
            Err(error) => {
                all.findings.add(der_form::unreadable_member(place, "der-damaged", &error));
            }
        }
    }
    all
}

/// The certificates in DER within `constant`: in a PKCS #7 message, which begins as they do, in a Java
/// truststore, in an archive, or in a firmware image.
fn within(constant: &Constant, index: usize) -> Vec<EmbeddedAnchor> {
    let is_message = constant.bytes.first() == Some(&SEQUENCE);
    let mut from = 0;
    let certificates = certificates_within(&constant.bytes, MAX_ROOTS).into_iter().enumerate();
    let anchors = certificates.map(|(number, one)| {
        let at = memchr::memmem::find(&constant.bytes[from..], one.der()).map_or(0, |at| from + at);
        from = at + one.der().len();
        let place = match is_message {
            true => Place::from(1).in_block(0, number),
            false => Place::from(1).in_block(at, 0).by_offset(),
        };
        certificate_at(constant, index, place, one)
    });
    anchors.collect()
}

/// The certificates of the PEM blocks of `constant`.
fn of_pem(
    source: &Source,
    constant: &Constant,
    index: usize,
    stack: Option<&'static Stack>,
) -> Contents {
    let (certificates, findings) = pem_text::certificates(constant, source.language, stack);
    let (certificates, findings) =
        pem_reader::judged(constant, source, stack, certificates, findings);
    let findings = match certificates.is_empty() {
        true => findings,
        false => findings.and(look_at_pem_use(source, constant, stack)),
    };
    let certificates = certificates.into_iter();
    let anchors = certificates
        .map(|(certificate, place)| certificate_at(constant, index, place, certificate))
        .collect();
    let findings = findings.placed(|place| place.in_constant(index));
    Contents { anchors, findings, stack: None }
}

/// Whether a line of `constant` was meant as a PEM boundary: then its last line of Base64 is not a
/// fingerprint.
fn tries_pem(constant: &Constant) -> bool {
    let mut lines = constant.bytes.split(|byte| *byte == b'\n');
    lines.any(|line| line.trim_ascii_start().starts_with(b"-----"))
}

/// The fingerprints of a file that holds only those: hexadecimal of a certificate, or Base64 of a key as
/// in RFC 7469 section 2.4.
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
            found
                .anchors
                .push(EmbeddedAnchor { fingerprint, ..at(constant, index, (number + 1).into()) });
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
    place: Place,
    certificate: Certificate,
) -> EmbeddedAnchor {
    EmbeddedAnchor { certificate: Some(certificate), ..at(constant, index, place) }
}

/// An anchor at `place` of the constant with this `index`, still empty.
fn at(constant: &Constant, index: usize, place: Place) -> EmbeddedAnchor {
    EmbeddedAnchor {
        place: place.in_constant(index),
        name: constant.name.clone(),
        constant: index,
        is_given: false,
        certificate: None,
        key: None,
        fingerprint: None,
    }
}
