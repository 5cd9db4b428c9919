//! Whether bytes hold a private key.
//!
//! In: the content of a file. Out: yes or no, judging by the outer form; nothing is decrypted. A key in
//! PEM is also found after a comment mark, and one in Base64, in hexadecimal or as an array of numbers
//! also without boundaries. Text may be UTF-16.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What the first line of a text key contains: PEM of every kind (RFC 7468 sections 10 and 11), PGP (RFC
/// 9580 section 6.2), SSH's own formats, PuTTY, age, BIND, OpenVPN, minisign, and `wg genkey` in a
/// WireGuard configuration.
const WORDS: [&[u8]; 11] = [
    b"PRIVATE KEY-----",
    b"PRIVATE KEY BLOCK-----",
    b"PRIVATE KEY ----",
    b"SSH PRIVATE KEY FILE FORMAT",
    b"PuTTY-User-Key-File-",
    b"AGE-SECRET-KEY-",
    b"Private-key-format:",
    b"-----BEGIN OpenVPN Static key",
    b"encrypted secret key",
    b"PrivateKey =",
    b"PrivateKey=",
];

/// keyBag and pkcs8ShroudedKeyBag (RFC 7292 appendix D), without the last byte.
const KEY_BAGS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01";

/// The encryption schemes of PKCS #5 (RFC 8018 appendix C) and PKCS #12 (RFC 7292 appendix C).
const ENCRYPTIONS: [&[u8]; 2] =
    [b"\x2a\x86\x48\x86\xf7\x0d\x01\x05", b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01"];

/// The beginnings of Java key stores: JKS and JCEKS.
const KEY_STORES: [&[u8]; 2] = [b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"];

/// How many bytes of a key are examined if its length is not known: an Ed25519 key in PKCS #8, the
/// shortest, has 48.
const BEGINNING: usize = 32;

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
        || content
            .split(|byte| !is_base64(*byte))
            .any(|word| is_key_in_base64(word) || is_key_in_hex(word))
        || is_key_in_numbers(content)
        || is_jwk(content)
        || is_xml_key(content)
        || is_text_of_key_in_utf_16(content)
}

/// Whether UTF-16, with or without its mark, holds a key as text.
fn is_text_of_key_in_utf_16(content: &[u8]) -> bool {
    // Every other byte of ASCII in UTF-16 is zero.
    let zeros = content.iter().filter(|byte| **byte == 0).count();
    if zeros * 3 < content.len() || content.is_empty() {
        return false;
    }
    let text: Vec<_> =
        content.iter().copied().filter(|byte| !matches!(byte, 0 | 0xfe | 0xff)).collect();
    text.len() < content.len() && holds(&text)
}

/// Whether `content` is a key, or a set of keys, in JSON with its private part (RFC 7518 sections
/// 6.2.2, 6.3.2 and 6.4).
fn is_jwk(content: &[u8]) -> bool {
    let has = |words: &[u8]| content.windows(words.len()).any(|here| here == words);
    has(b"\"kty\"") && [&b"\"d\""[..], b"\"k\"", b"\"priv\""].iter().any(|name| has(name))
}

/// Whether `content` is an RSA, DSA or EC key of .NET in XML (`RSA.ToXmlString(true)`).
fn is_xml_key(content: &[u8]) -> bool {
    let has = |words: &[u8]| content.windows(words.len()).any(|here| here == words);
    has(b"<RSAKeyValue>") && has(b"<D>") || has(b"<DSAKeyValue>") && has(b"<X>")
}

/// The bytes of hexadecimal digits, as many as distinguish a key from other data.
fn is_key_in_hex(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"0x").unwrap_or(word);
    let digits = &word[..word.len().min(2 * BEGINNING) / 2 * 2];
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pair = |pair: &[u8]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    let bytes: Option<Vec<u8>> = digits.chunks_exact(2).map(pair).collect();
    digits.len() == 2 * BEGINNING && bytes.is_some_and(|bytes| begins_as_key(&bytes))
}

/// Whether numbers separated by commas, blanks or colons are the bytes of a key.
fn is_key_in_numbers(content: &[u8]) -> bool {
    let mut window: Vec<u8> = Vec::with_capacity(BEGINNING);
    let is_of_number = |byte: &u8| byte.is_ascii_alphanumeric();
    let is_between = |byte: &u8| b",:; \t\r\n\\".contains(byte);
    let mut at = 0;
    while at < content.len() {
        let rest = &content[at..];
        let length = rest.iter().take_while(|byte| is_of_number(byte)).count();
        if length == 0 {
            if !is_between(&rest[0]) {
                window.clear();
            }
            at += 1;
            continue;
        }
        at += length;
        match number_of(&rest[..length]) {
            Some(number) => window.push(number),
            None => window.clear(),
        }
        if window.len() > BEGINNING {
            window.remove(0);
        }
        if window.len() == BEGINNING && window[0] == SEQUENCE && begins_as_key(&window) {
            return true;
        }
    }
    false
}

/// A byte as in an array: `0x30`, `48`, or two hexadecimal digits.
fn number_of(word: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(word).ok()?;
    let hexadecimal = |digits: &str| u8::from_str_radix(digits, 16).ok();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => hexadecimal(digits),
        None if text == "48" => Some(SEQUENCE),
        None if text.len() == 2 => hexadecimal(text),
        None => text.parse().ok(),
    }
}

/// The line, from 1, that announces a private key.
pub(crate) fn line(content: &[u8]) -> Option<usize> {
    // Each of them has this word, and few other lines do.
    let has_word = |line: &[u8]| line.windows(3).any(|here| here.eq_ignore_ascii_case(b"key"));
    let says = |line: &[u8]| {
        has_word(line)
            && WORDS.iter().any(|words| line.windows(words.len()).any(|here| here == *words))
    };
    content.split(|byte| *byte == b'\n').position(says).map(|index| index + 1)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

/// Whether a word is Base64, and its first line that of a key.
fn is_key_in_base64(word: &[u8]) -> bool {
    /// The shortest first line that is examined: an Ed25519 key in PKCS #8 has 64 characters.
    const FEWEST: usize = 40;
    /// The first line of PEM (RFC 7468 section 2), which has everything that is examined.
    const MOST: usize = 64;
    if word.len() < FEWEST {
        return false;
    }
    let beginning = &word[..word.len().min(MOST) / 4 * 4];
    // The encoded data may be PEM itself, as in a Kubernetes Secret.
    STANDARD.decode(beginning).is_ok_and(|bytes| begins_as_key(&bytes) || line(&bytes).is_some())
}

/// A DER header: the tag, and what follows it. The element may be truncated.
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

/// The small number that `der` begins with, and what follows it.
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
        /// Keys with fewer bytes are useless.
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

/// Only the first entry of a key store is examined.
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
