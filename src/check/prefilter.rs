//! Whether a file can matter to a check at all, found out in one pass over its bytes.
//!
//! Of a hundred thousand files of a repository, a handful hold certificates. Only what passes here is
//! taken apart. What passes may still hold nothing.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::{misuse, source::calls};

/// What a certificate, a key or an anchor shows in the forms that are read.
const SIGNS: [&[u8]; 22] = [
    // PEM, damaged boundaries too, and in Base64 once more.
    b"BEGIN",
    b"CERTIFICATE",
    b"LS0t",
    // Base64 of DER: a SEQUENCE with two bytes of length.
    b"MII",
    // The same in bytes, in hexadecimal and in numbers.
    b"0\x82",
    b"3082",
    b"30:82",
    b"30 82",
    b"0x30",
    b"0X30",
    b"x30",
    b"48,",
    b"48 ,",
    b"060,",
    // Names with keys.
    b"br_x509_trust_anchor",
    b"BR_X509_TA_CA",
    b"TrustAnchor",
    // Pins and hashes that code gives to a TLS stack.
    b"sha256/",
    b"ingerprint",
    b"<pin",
    b"pin-sha256",
    // Private keys.
    b"PRIVATE KEY",
];

/// Whether `content` may hold a certificate, a key, an anchor or code that uses one.
#[must_use]
pub fn may_matter(content: &[u8]) -> bool {
    static WORDS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    // UTF-16 hides all words.
    let is_utf16 = matches!(content, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let words = WORDS.get_or_init(|| {
        let code = calls::signs().chain(misuse::signs());
        let words = SIGNS.into_iter().chain(code.map(str::as_bytes));
        AhoCorasick::new(words).ok()
    });
    is_utf16 || words.as_ref().is_none_or(|words| words.is_match(content))
}
