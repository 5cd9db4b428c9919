//! Whether the stack's decoder reads a PEM text as it is.
//!
//! In: a constant, the certificates that a lenient reader found in it, and the problems it reported.
//! Out: the findings by the rules of the stack: what its decoder reads is not an error, and what it does
//! not read is one.

use super::{
    Finding, Findings, Place, Severity, boundaries,
    der_form::first_certificate,
    source::{Constant, Form, Source},
};
use crate::{
    stack::{
        Library, Stack,
        pem::{self, Decoder},
    },
    x509::certificate::Certificate,
};

/// Codes of findings about how a text is written, which the decoder decides.
pub(super) const OF_TEXT: [&str; 5] =
    ["pem-damaged", "pem-indented", "pem-literal-newline", "pem-no-line-ends", "pem-no-newline"];

/// Words of the ESP8266 core, which has a fork of BearSSL and passes PEM to it differently.
const ESP8266: [&str; 3] = ["X509List", "BearSSL::", "ESP8266WiFi"];

/// Certificates, each with its place, and the problems of the text.
type Judged = (Vec<(Certificate, Place)>, Findings);

/// What a lenient reader found in `constant`, its `certificates` and `found`, by the rules of the
/// decoder of `stack`.
pub(super) fn judged(
    constant: &Constant,
    source: &Source,
    stack: Option<&'static Stack>,
    certificates: Vec<(Certificate, Place)>,
    found: Findings,
) -> Judged {
    if let Some(read) = decoded(constant, source, stack) {
        let first = Place::from(constant.line(0));
        let place = |index: usize| certificates.get(index).map_or(first, |one| one.1);
        let read = read.into_iter().enumerate().map(|(index, one)| (one, place(index)));
        return (read.collect(), found.without(&OF_TEXT));
    }
    let findings = findings(constant, source, stack, &certificates, found);
    (certificates, findings)
}

/// All certificates of `constant` as the decoder of `stack` reads them; `None` if it is not known or
/// does not read them all.
pub(super) fn decoded(
    constant: &Constant,
    source: &Source,
    stack: Option<&'static Stack>,
) -> Option<Vec<Certificate>> {
    let decoded = pem::decode(decoder(source, stack)?, &constant.bytes);
    let begun = b"BEGIN";
    let is_begun = |window: &&[u8]| window.eq_ignore_ascii_case(begun);
    let blocks = constant.bytes.windows(begun.len()).filter(is_begun).count();
    if decoded.is_failed || decoded.contents.is_empty() || decoded.contents.len() != blocks {
        return None;
    }
    let contents = decoded.contents.iter();
    contents.map(|one| first_certificate(one).map(|(certificate, _)| certificate)).collect()
}

/// The problems of `constant`, whose certificates the decoder of `stack` does not read as they
/// are, or whose stack is not known.
fn findings(
    constant: &Constant,
    source: &Source,
    stack: Option<&'static Stack>,
    certificates: &[(Certificate, Place)],
    found: Findings,
) -> Findings {
    let damaged: Findings =
        boundaries::damaged(&constant.bytes, |at| constant.line(at)).into_iter().collect();
    let is_of_text = |one: &Finding| one.code == "pem-label" || OF_TEXT.contains(&one.code);
    let has = |found: &Findings| found.listed().iter().any(is_of_text);
    let is_wrong = has(&found) || !damaged.is_empty();
    let is_plain = is_plain(constant, certificates.len()) && !is_part(constant, source);
    let Some(place) = certificates.first().map(|(_, place)| *place).filter(|_| is_plain) else {
        return found.and(damaged);
    };
    let reads = |decoder: Decoder| reads(decoder, &constant.bytes, certificates);
    match decoder(source, stack) {
        Some(_) if is_wrong => found.and(damaged),
        Some(decoder) => found.and(unreadable(place, Severity::Error, name(decoder))),
        None if stack.is_some() => found.and(damaged),
        None => match (reads(Decoder::Mbedtls), reads(Decoder::Openssl)) {
            (true, true) => found.without(&["pem-damaged", "pem-indented", "pem-no-line-ends"]),
            _ if is_wrong => found.and(damaged),
            (true, false) => found.and(unreadable(place, Severity::Warning, "OpenSSL")),
            (false, true) => found.and(unreadable(place, Severity::Warning, "mbedTLS")),
            (false, false) => {
                found.and(unreadable(place, Severity::Error, "neither mbedTLS nor OpenSSL"))
            }
        },
    }
}

/// Whether all blocks are certificates under a usual label, and, in a file that is read as it is,
/// all were read: none is in a comment.
fn is_plain(constant: &Constant, read: usize) -> bool {
    let count = |wanted: &[u8]| {
        constant.bytes.windows(wanted.len()).filter(|window| *window == wanted).count()
    };
    // Binary data is not given to a text decoder.
    if constant.form == Form::File && constant.bytes.contains(&0) {
        return false;
    }
    let blocks = count(b"-----BEGIN ");
    let labelled = count(b"-----BEGIN CERTIFICATE") + count(b"-----BEGIN X509 CERTIFICATE");
    blocks == labelled && (constant.form != Form::File || blocks == read)
}

/// Whether the blocks of a file are parts of its text, so that a decoder does not get the whole file.
/// They are between quotes, or, in a file whose name is not one of certificates, after or before
/// something else.
fn is_part(constant: &Constant, source: &Source) -> bool {
    if constant.form != Form::File {
        return false;
    }
    let bytes = constant.bytes.as_slice();
    let begins = memchr::memmem::find_iter(bytes, "-----BEGIN ");
    let mut begins = begins.map(|at| at.checked_sub(1).map_or(b'\n', |before| bytes[before]));
    if source.is_data {
        return begins.any(|before| matches!(before, b'"' | b'\'' | b'`'));
    }
    let end = "-----END CERTIFICATE-----";
    let mut ends = memchr::memmem::find_iter(bytes, end).map(|at| bytes.get(at + end.len()));
    begins.any(|before| !before.is_ascii_whitespace())
        || ends.any(|behind| behind.is_some_and(|behind| !behind.is_ascii_whitespace()))
}

/// The decoder of `stack`, if it was measured.
fn decoder(source: &Source, stack: Option<&'static Stack>) -> Option<Decoder> {
    match stack?.library() {
        Library::MbedTls => Some(Decoder::Mbedtls),
        Library::BearSsl if ESP8266.iter().any(|word| source.code.contains(word)) => {
            Some(Decoder::Esp8266)
        }
        Library::BearSsl => Some(Decoder::Bearssl),
        Library::OpenSsl => Some(Decoder::Openssl),
        _ => None,
    }
}

const fn name(decoder: Decoder) -> &'static str {
    match decoder {
        Decoder::Mbedtls => "mbedTLS",
        Decoder::Bearssl => "BearSSL",
        Decoder::Esp8266 => "BearSSL of the ESP8266 core",
        Decoder::Openssl => "OpenSSL",
    }
}

/// Whether `decoder` finds exactly `certificates` in `text`.
fn reads(decoder: Decoder, text: &[u8], certificates: &[(Certificate, Place)]) -> bool {
    let decoded = pem::decode(decoder, text);
    let mut pairs = decoded.contents.iter().zip(certificates);
    let count = |begun: &[u8]| text.windows(begun.len()).filter(|window| *window == begun).count();
    let blocks = count(b"BEGIN CERTIFICATE") + count(b"BEGIN X509 CERTIFICATE");
    !decoded.is_failed
        && blocks == certificates.len()
        && decoded.contents.len() == certificates.len()
        && pairs.all(|(contents, (certificate, _))| contents.starts_with(certificate.der()))
}

fn unreadable(place: Place, severity: Severity, reader: &str) -> Findings {
    let verb = if reader.starts_with("neither") { "reads" } else { "does not read" };
    let message = format!(
        "{reader} {verb} this PEM text in its current form: check blanks, tabs and line breaks, also \
         behind the boundaries"
    );
    let action = "regenerate the constant with certgrab".to_owned();
    let finding = Finding::new(place, severity, "pem-unreadable", message, Some(action));
    std::iter::once(finding).collect()
}
