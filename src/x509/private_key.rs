//! Whether bytes hold a private key.
//!
//! In: the content of a file. Out: yes or no, from the outer form alone; nothing is decrypted. A key
//! in PEM is found behind a comment mark too, one in Base64 without its boundaries too.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// How keys in text begin or end their first line: PEM of every kind (RFC 7468 sections 10 and 11),
/// and PuTTY's own form.
const WORDS: [&[u8]; 2] = [b"PRIVATE KEY-----", b"PuTTY-User-Key-File-"];

/// keyBag and pkcs8ShroudedKeyBag (RFC 7292 appendix D), the last byte left out.
const KEY_BAGS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";

/// The encryption schemes of PKCS #5 (RFC 8018 appendix C) and PKCS #12 (RFC 7292 appendix C).
const ENCRYPTIONS: [&[u8]; 2] =
    [b"\x2a\x86\x48\x86\xf7\x0d\x01\x05", b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"];

/// How key stores of Java begin: JKS and JCEKS.
const KEY_STORES: [&[u8]; 2] = [b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"];

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Whether `content` holds a private key.
pub(crate) fn holds(content: &[u8]) -> bool {
    line(content).is_some()
        || begins_as_key(content)
        || pkcs12_has_key(content)
        || key_store_has_key(content)
        || content.split(|byte| !is_base64(*byte)).any(is_key_in_base64)
}

/// The line, from 1, that says that a private key follows.
pub(crate) fn line(content: &[u8]) -> Option<usize> {
    let says = |line: &[u8]| {
        WORDS.iter().any(|words| line.windows(words.len()).any(|here| here == *words))
    };
    content.split(|byte| *byte == b'\n').position(says).map(|index| index + 1)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// Whether a word is Base64, and its first line that of a key.
fn is_key_in_base64(word: &[u8]) -> bool {
    /// The shortest first line that is looked at: an Ed25519 key in PKCS #8 has 64 characters.
    const FEWEST: usize = 40;
    /// The first line of PEM (RFC 7468 section 2), in which all that is looked at stands.
    const MOST: usize = 64;
    if word.len() < FEWEST {
        return false;
    }
    let beginning = &word[..word.len().min(MOST) / 4 * 4];
    STANDARD.decode(beginning).is_ok_and(|der| begins_as_key(&der))
}

/// A DER header: the tag, and what follows it. The element may be cut.
fn open(der: &[u8]) -> Option<(u8, usize, &[u8])> {
    let (tag, first, rest) = (*der.first()?, *der.get(1)?, der.get(2..)?);
    if first < 0x80 {
        return Some((tag, usize::from(first), rest));
    }
    let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    let length = length.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    Some((tag, length, rest))
}

/// The contents of the sequence that `der` begins with.
fn sequence(der: &[u8]) -> Option<&[u8]> {
    open(der).filter(|(tag, ..)| *tag == SEQUENCE).map(|(.., rest)| rest)
}

/// The small number that `der` begins with, and what comes after it.
fn number(der: &[u8]) -> Option<(u8, &[u8])> {
    match open(der)? {
        (INTEGER, 1, rest) => Some((*rest.first()?, &rest[1..])),
        _ => None,
    }
}

/// Whether `der` begins as PKCS #8 (RFC 5958), SEC 1 (RFC 5915), PKCS #1 (RFC 8017 appendix A.1.2),
/// DSA as OpenSSL writes it, or encrypted PKCS #8.
fn begins_as_key(der: &[u8]) -> bool {
    let Some(contents) = sequence(der) else { return false };
    if let Some((0 | 1, rest)) = number(contents) {
        /// No key of fewer bytes is of use.
        const LEAST: usize = 16;
        return match open(rest) {
            Some((SEQUENCE, _, rest)) => rest.first() == Some(&OBJECT_IDENTIFIER),
            Some((OCTET_STRING | INTEGER, length, _)) => length >= LEAST,
            _ => false,
        };
    }
    let scheme = sequence(contents).and_then(open);
    let is_known = |oid: &[u8]| ENCRYPTIONS.iter().any(|known| oid.starts_with(known));
    scheme.is_some_and(|(tag, _, oid)| tag == OBJECT_IDENTIFIER && is_known(oid))
}

fn pkcs12_has_key(content: &[u8]) -> bool {
    let is_pkcs12 = sequence(content).and_then(number).is_some_and(|(version, _)| version == 3);
    let has_bag = |at: &[u8]| at.starts_with(KEY_BAGS) && matches!(at.last(), Some(1 | 2));
    is_pkcs12 && content.windows(KEY_BAGS.len() + 1).any(has_bag)
}

/// Of a key store only the first entry is looked at.
fn key_store_has_key(content: &[u8]) -> bool {
    /// The tags of entries: 1 is a private key, 2 a certificate, 3 a secret key.
    const CERTIFICATE: [u8; 4] = [0, 0, 0, 2];
    let is_store = KEY_STORES.iter().any(|magic| content.starts_with(magic));
    is_store && content.get(12..16).is_some_and(|tag| tag != CERTIFICATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_recognised_in_every_form() {
        let key = rcgen::KeyPair::generate().unwrap();
        let der = key.serialize_der();
        let text = STANDARD.encode(&der);
        let lines = text.as_bytes().chunks(64).map(|line| format!("{}\n", text_of(line)));
        let encrypted = b"\x30\x81\xe9\x30\x54\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
        let sec1 = [&b"\x30\x77\x02\x01\x01\x04\x20"[..], &[7; 32]].concat();
        let pkcs12 = [&b"\x30\x82\x03\x00\x02\x01\x03\x30\x82"[..], KEY_BAGS, &[2]].concat();
        let store = b"\xfe\xed\xfe\xed\0\0\0\x02\0\0\0\x01\0\0\0\x01";
        for content in [
            key.serialize_pem().into_bytes(),
            b"# -----BEGIN EC PRIVATE KEY-----\n".to_vec(),
            der,
            lines.collect::<String>().into_bytes(),
            format!("device_key = \"{text}\"\n").into_bytes(),
            encrypted.to_vec(),
            sec1,
            pkcs12,
            store.to_vec(),
        ] {
            assert!(holds(&content), "{}", String::from_utf8_lossy(&content));
        }
        let params = rcgen::CertificateParams::default();
        let certificate = params.self_signed(&key).unwrap();
        for content in [
            certificate.pem().into_bytes(),
            certificate.der().to_vec(),
            key.public_key_pem().into_bytes(),
            Vec::new(),
        ] {
            assert!(!holds(&content), "{}", String::from_utf8_lossy(&content));
        }
    }

    fn text_of(line: &[u8]) -> &str {
        std::str::from_utf8(line).unwrap()
    }
}
