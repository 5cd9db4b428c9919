//! The anchors that constants hold.
//!
//! In: [`Source`]. Out: certificates, or a name with a key where a form holds no more, and what is
//! wrong with the form.

use der::{Tag, asn1::ObjectIdentifier};

use super::{
    Examined, Severity, pem_text,
    source::{Constant, Form, Language, Source},
    stack::{self, Reads},
};
use crate::{
    certificate::{Certificate, Sha256},
    consumer,
    element::Elements,
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
    /// The certificate, if the form holds one.
    pub certificate: Option<Certificate>,
    /// Name and key, if the form holds no certificate.
    pub key: Option<Key>,
    /// The SHA-256 of a certificate or of its key, if the form holds no more.
    pub fingerprint: Option<Sha256>,
}

/// An anchor without its certificate (RFC 5280 section 6.1.1 d).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The subject's DER, outer SEQUENCE included.
    pub subject: Vec<u8>,
    /// The parts of the key: a whole subjectPublicKeyInfo, an RSA modulus and its exponent, or the
    /// point of an elliptic curve.
    pub parts: Vec<Vec<u8>>,
}

impl Key {
    /// Whether `certificate` has this name and key.
    #[must_use]
    pub fn is_of(&self, certificate: &Certificate) -> bool {
        use crate::certificate::Key::{Ec, Rsa};
        let spki = certificate.spki_der();
        let same_key = match (self.parts.as_slice(), certificate.key()) {
            ([modulus, exponent], Rsa { modulus: n, exponent: e }) => (modulus, exponent) == (n, e),
            ([one], key) => one == spki || matches!(key, Ec { point, .. } if point == one),
            _ => false,
        };
        same_key && certificate.subject_der() == self.subject
    }
}

/// Finds the anchors of `source` and what is wrong with their form.
pub(super) fn hold(examined: &mut Examined, source: &Source) {
    // Trust anchors of BearSSL and rustls-webpki are several constants that belong together.
    let holds_keys = ["br_x509_trust_anchor", "BR_X509_TA_CA", "TrustAnchor"];
    let holds_keys = holds_keys.iter().any(|word| source.code.contains(word));
    let mut pending: Option<(Key, usize)> = None;
    for (index, constant) in source.constants.iter().enumerate() {
        let before = examined.held.len();
        if pem_text::is_pem(constant) {
            for (certificate, line) in pem_text::certificates(constant, examined) {
                keep(examined, constant, index, line, Some(certificate), None);
            }
            let held = examined.held.len() > before;
            look_at_pem_use(examined, source, constant, held);
        } else if let Some((certificate, rest)) = first_certificate(&constant.bytes) {
            let subject = super::named(&certificate);
            keep(examined, constant, index, constant.line(0), Some(certificate), None);
            look_at_der(examined, source, constant, &subject, rest);
        } else if holds_keys {
            pending = key_part(constant, source.language, pending.take());
            if pending.as_ref().is_some_and(|(key, _)| is_complete(key, source.language))
                && let Some((key, line)) = pending.take()
            {
                keep(examined, constant, 0, line, None, Some(key));
            }
        } else if begins_as_certificate(&constant.bytes) {
            examined.find(
                constant.line(0),
                Severity::Error,
                "der-damaged",
                "the bytes begin as a certificate in DER and are cut or damaged",
                Some("write the constant anew with certgrab".to_owned()),
            );
        } else if constant.form == Form::File {
            for key in bundle(&constant.bytes) {
                keep(examined, constant, index, 1, None, Some(key));
                examined.consumer = Some(consumer::ESP_BUNDLE);
            }
            if examined.held.is_empty() {
                // A truststore of Java holds its certificates as they are.
                for certificate in certificates_within(&constant.bytes) {
                    keep(examined, constant, index, 1, Some(certificate), None);
                }
            }
            if examined.held.is_empty() {
                hold_fingerprints(examined, constant, index);
            }
        }
    }
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
            if fingerprint.is_some() {
                let (line, name) = (number + 1, constant.name.clone());
                examined.held.push(Held {
                    line,
                    name,
                    constant: index,
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
    let name = constant.name.clone();
    examined.held.push(Held { line, name, constant: index, certificate, key, fingerprint: None });
}

/// The certificate at the beginning of `bytes`, and what follows it.
pub(super) fn first_certificate(bytes: &[u8]) -> Option<(Certificate, &[u8])> {
    let element = Elements::of(bytes).sequence()?;
    let certificate = Certificate::from_der(element.whole).ok()?;
    Some((certificate, &bytes[element.whole.len()..]))
}

/// All certificates inside `bytes`, as PKCS #7 has them, found by trying each beginning.
pub(super) fn certificates_within(bytes: &[u8]) -> Vec<Certificate> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // A certificate has more than 127 bytes, so its length takes one or more of its own.
        let begins =
            bytes[at..].starts_with(&[0x30, 0x82]) || bytes[at..].starts_with(&[0x30, 0x81]);
        match begins.then(|| first_certificate(&bytes[at..])).flatten() {
            Some((certificate, rest)) => {
                found.push(certificate);
                at = bytes.len() - rest.len();
            }
            None => at += 1,
        }
    }
    found
}

/// Whether `bytes` begin as a certificate of version 3 does: two sequences and the version.
fn begins_as_certificate(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x82, _, _, 0x30, 0x82, _, _, 0xa0, 3, 2, 1, 2, ..])
}

fn look_at_der(
    examined: &mut Examined,
    source: &Source,
    constant: &Constant,
    subject: &str,
    rest: &[u8],
) {
    let line = constant.line(0);
    if first_certificate(rest).is_some() {
        examined.find(
            line,
            Severity::Error,
            "der-several",
            format!("several certificates in DER in a row: readers take the first, `{subject}`"),
            Some("give each a constant of its own, or use PEM".to_owned()),
        );
    } else if !rest.is_empty() {
        let (count, plural) = (rest.len(), if rest.len() == 1 { "" } else { "s" });
        examined.find(
            line,
            Severity::Error,
            "der-trailing-bytes",
            format!(
                "{count} byte{plural} after the end of `{subject}`: mbedTLS from 3.5 on refuses it"
            ),
            Some(format!("give the first {} bytes only", constant.bytes.len() - rest.len())),
        );
    }
    let Some(name) = &constant.name else { return };
    if let Some(known) = stack::uses(source, name)
        .find(|known| matches!(known.reads, Reads::Pem | Reads::PemWithNul))
        && known.call != "mbedtls_x509_crt_parse("
    {
        let call = known.call.trim_end_matches(['(', '=']);
        examined.find(
            line,
            Severity::Error,
            "wrong-form",
            format!("`{call}` reads PEM, and `{name}` holds DER"),
            Some("write the constant in PEM".to_owned()),
        );
    }
}

fn look_at_pem_use(examined: &mut Examined, source: &Source, constant: &Constant, held: bool) {
    if !held {
        return;
    }
    let ends_in_nul = constant.nul_follows || constant.bytes.last() == Some(&0);
    let line = constant.line(constant.bytes.len().saturating_sub(1));
    let used: Vec<_> = match &constant.name {
        Some(name) => stack::uses(source, name).collect(),
        None => Vec::new(),
    };
    let name = constant.name.as_deref().unwrap_or("the constant");
    if let Some(known) = used.iter().find(|known| known.reads == Reads::Der) {
        let call = known.call.trim_end_matches('(');
        examined.find(
            constant.line(0),
            Severity::Error,
            "wrong-form",
            format!("`{call}` reads DER, and `{name}` holds PEM"),
            Some("write the constant in DER".to_owned()),
        );
    }
    let wants_nul = used.iter().any(|known| known.reads == Reads::PemWithNul);
    let bare_array = constant.form == Form::Numbers && source.language == Language::C;
    if !ends_in_nul && (wants_nul || bare_array) {
        let sure = wants_nul || examined.consumer == Some(consumer::MBEDTLS);
        examined.find(
            line,
            if sure { Severity::Error } else { Severity::Warning },
            "pem-no-nul",
            format!("`{name}` holds PEM without a NUL at its end, which mbedTLS wants and counts"),
            Some("end it with `\\0`".to_owned()),
        );
    }
}

/// A part of a trust anchor: its name begins one, what follows is its key.
fn key_part(
    constant: &Constant,
    language: Language,
    pending: Option<(Key, usize)>,
) -> Option<(Key, usize)> {
    let bytes = &constant.bytes;
    if let Some(subject) = distinguished_name(bytes) {
        return Some((Key { subject, parts: Vec::new() }, constant.line(0)));
    }
    let (mut key, line) = pending?;
    if language == Language::Rust {
        key.parts = vec![in_sequence(bytes)];
    } else if key.parts.is_empty() {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(0);
        key.parts.push(bytes[start..].to_vec());
    } else if key.parts.len() == 1 && bytes.len() <= 8 {
        key.parts.push(bytes.clone());
    } else {
        return None;
    }
    Some((key, line))
}

/// Whether all parts of a key are there: a point or an spki is one, a modulus needs its exponent.
fn is_complete(key: &Key, language: Language) -> bool {
    match key.parts.as_slice() {
        [_, _] => true,
        // An uncompressed point (SEC 1 section 2.3.3) begins with 4 and has an odd length.
        [one] => language == Language::Rust || (one.first() == Some(&4) && one.len() % 2 == 1),
        _ => false,
    }
}

/// `bytes` as a distinguished name with its outer SEQUENCE, which rustls-webpki leaves out.
fn distinguished_name(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_name = |contents: &[u8]| {
        let mut sets = Elements::of(contents);
        let mut count = 0;
        while !sets.is_empty() {
            let Some(set) = sets.tagged(Tag::Set) else { return false };
            let mut pairs = Elements::of(set.value);
            let Some(pair) = pairs.sequence() else { return false };
            let id: Option<ObjectIdentifier> = Elements::of(pair.value).oid();
            if id.is_none() {
                return false;
            }
            count += 1;
        }
        count > 0
    };
    if is_name(bytes) {
        return Some(in_sequence(bytes));
    }
    let mut outer = Elements::of(bytes);
    let name = outer.sequence()?;
    (outer.is_empty() && is_name(name.value)).then(|| bytes.to_vec())
}

/// A DER SEQUENCE around `contents` (X.690 section 8.9).
fn in_sequence(contents: &[u8]) -> Vec<u8> {
    let mut out = vec![0x30];
    let length = contents.len().to_be_bytes();
    let digits = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    match contents.len() {
        short @ 0..128 => out.push(short as u8),
        _ => {
            out.push(0x80 | digits.len() as u8);
            out.extend(digits);
        }
    }
    out.extend(contents);
    out
}

/// The anchors of an ESP-IDF certificate bundle, in its form since 5.4 (offsets, little-endian)
/// or before (a count and lengths, big-endian); none if it is no such bundle.
fn bundle(bytes: &[u8]) -> Vec<Key> {
    new_bundle(bytes).or_else(|| old_bundle(bytes)).unwrap_or_default()
}

fn new_bundle(bytes: &[u8]) -> Option<Vec<Key>> {
    let offset = |index: usize| {
        let four = bytes.get(index * 4..index * 4 + 4)?;
        usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
    };
    let first = offset(0)?;
    if first == 0 || first % 4 != 0 || first > bytes.len() {
        return None;
    }
    let length =
        |at: usize| Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    (0..first / 4)
        .map(|index| {
            let at = offset(index)?;
            bundle_entry(bytes, at + 4, length(at)?, length(at + 2)?)
        })
        .collect()
}

fn old_bundle(bytes: &[u8]) -> Option<Vec<Key>> {
    let number =
        |at: usize| Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    let keys = (0..number(0)?)
        .map(|_| {
            let (name, key) = (number(at)?, number(at + 2)?);
            let entry = bundle_entry(bytes, at + 4, name, key);
            at += 4 + name + key;
            entry
        })
        .collect::<Option<Vec<_>>>()?;
    (at == bytes.len()).then_some(keys)
}

fn bundle_entry(bytes: &[u8], at: usize, name: usize, key: usize) -> Option<Key> {
    let subject = bytes.get(at..at + name)?;
    let spki = bytes.get(at + name..at + name + key)?;
    distinguished_name(subject)
        .filter(|whole| whole == subject)
        .map(|subject| Key { subject, parts: vec![spki.to_vec()] })
}
