//! SHA-1, for tools that still identify certificates by it: OpenSSL's folders, and fingerprints.
//!
//! In: certificates. Out: hexadecimal, and the file names in a `-CApath` folder; nothing without the
//! feature `judge`, which includes the hash.

use crate::output::bundle::Bundle;

/// The SHA-1 of `bytes` in hexadecimal.
#[cfg(feature = "judge")]
pub(super) fn of(bytes: &[u8]) -> Option<String> {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    Some(crate::x509::der::hex(digest.as_ref()))
}

/// Nothing: the hash belongs to a disabled feature.
#[cfg(not(feature = "judge"))]
pub(super) fn of(_: &[u8]) -> Option<String> {
    None
}

/// The file name of each certificate of `bundle` in an OpenSSL folder: the hash of its subject, and a
/// number that counts those with the same hash (`openssl rehash`).
#[cfg(feature = "judge")]
pub(super) fn folder_names(bundle: &Bundle) -> Vec<Option<String>> {
    let mut seen: Vec<String> = Vec::new();
    let name = |entry: &crate::output::bundle::Entry| {
        let canonical = canonical_subject(entry.certificate.subject_der())?;
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &canonical);
        let first: [u8; 4] = digest.as_ref().get(..4)?.try_into().ok()?;
        let hash = format!("{:08x}", u32::from_le_bytes(first));
        let number = seen.iter().filter(|one| **one == hash).count();
        seen.push(hash.clone());
        Some(format!("{hash}.{number}"))
    };
    bundle.entries.iter().map(name).collect()
}

/// Nothing: the hash belongs to a disabled feature.
#[cfg(not(feature = "judge"))]
pub(super) fn folder_names(bundle: &Bundle) -> Vec<Option<String>> {
    vec![None; bundle.entries.len()]
}

/// The RDNs of `subject` without the outer SEQUENCE, strings as UTF8String in lower case with single
/// spaces (OpenSSL 3.0, `x509_name_canon` and `asn1_string_canon` in crypto/x509/x_name.c).
#[cfg(feature = "judge")]
fn canonical_subject(subject: &[u8]) -> Option<Vec<u8>> {
    use crate::x509::{
        der::Elements,
        der_write::{sequence, value},
    };
    use der::{Encode as _, Tag};
    let mut out = Vec::new();
    for set in Elements::of(Elements::of(subject).next()?.value) {
        let mut pairs = Vec::new();
        for pair in Elements::of(set.value) {
            let mut parts = Elements::of(pair.value);
            let id = parts.oid()?.to_der().ok()?;
            let text = parts.next()?;
            let string = match canonical_text(text.tag, text.value) {
                Some(text) => value(Tag::Utf8String, &text).ok()?,
                None => text.whole.to_vec(),
            };
            pairs.push(sequence(&[id, string]).ok()?);
        }
        pairs.sort();
        out.extend(value(Tag::Set, &pairs.concat()).ok()?);
    }
    Some(out)
}

/// The text of a string in UTF-8, as OpenSSL compares it; `None` for types that OpenSSL does not convert.
#[cfg(feature = "judge")]
fn canonical_text(tag: der::Tag, bytes: &[u8]) -> Option<Vec<u8>> {
    use der::Tag;
    let latin = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let text = match tag {
        Tag::Utf8String => String::from_utf8(bytes.to_vec()).ok()?,
        Tag::PrintableString | Tag::Ia5String | Tag::TeletexString | Tag::VisibleString => {
            latin(bytes)
        }
        Tag::BmpString => {
            let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            String::from_utf16(&units.collect::<Vec<_>>()).ok()?
        }
        _ => return None,
    };
    let is_blank = |one: char| one.is_ascii_whitespace() || one == '\u{b}';
    let words = text.split(is_blank).filter(|word| !word.is_empty());
    Some(words.collect::<Vec<_>>().join(" ").to_ascii_lowercase().into_bytes())
}
