//! Whether a file can matter to a check, decided in one pass over its bytes.
//!
//! Few files of a large repository contain certificates. Only a file that passes is
//! parsed. It may still contain none, so a sign that is common in other files only counts with what
//! follows it in a certificate.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::{misuse, source::calls, uf2};

/// A word, and what must follow it.
#[derive(Debug, Clone, Copy)]
struct Sign {
    word: &'static [u8],
    follows: Follows,
}

/// What follows a word.
#[derive(Debug, Clone, Copy)]
enum Follows {
    Anything,
    /// One of these words within [`WINDOW`] bytes.
    OneOf(&'static [&'static str]),
    /// At least [`BASE64`] bytes of Base64.
    Base64,
    /// Two bytes of length, and another SEQUENCE (RFC 5280 section 4.1).
    Sequence,
    /// The same in hexadecimal.
    HexSequence,
    /// A word of the same line, within [`COMMAND`] bytes, that begins with one hyphen and has this letter.
    Option(u8),
    /// Four more occurrences of the word within [`WINDOW`] bytes: the five hyphens of a boundary.
    FourMore(&'static [u8]),
}

/// The bytes after a word in which another one is looked for: a number with a cast on the next line.
const WINDOW: usize = 48;
/// The bytes of a command that are searched for its options.
const COMMAND: usize = 400;
/// The digits of Base64 that follow the first three of a certificate, even in a literal split into
/// pieces.
const BASE64: usize = 12;

/// Labels of PEM, whole or damaged.
const LABELS: Follows = Follows::OneOf(&["CERT", "PRIVATE KEY", "PKCS7", "CMS"]);
/// The byte after a SEQUENCE of a certificate, 0x82, and the end of `0x81` in a name with it.
const LENGTHS: Follows = Follows::OneOf(&["82", "130", "202", "-126"]);

/// The signs of a certificate, a key or an anchor in all supported forms.
const SIGNS: [Sign; 30] = [
    // PEM, including damaged boundaries, and PEM encoded in Base64.
    sign(b"BEGIN", LABELS),
    sign(b"begin cert", Follows::Anything),
    sign(b"LS0tLS1CRUdJTi", Follows::Anything),
    // Base64 of DER: a SEQUENCE with two bytes of length.
    sign(b"MII", Follows::Base64),
    // The same as raw bytes, in hexadecimal and as numbers.
    sign(b"0\x82", Follows::Sequence),
    sign(b"3082", Follows::HexSequence),
    sign(b"30:82", Follows::Anything),
    sign(b"30 82", Follows::Anything),
    sign(b"0x30", LENGTHS),
    sign(b"0X30", LENGTHS),
    sign(b"x30", LENGTHS),
    sign(b"48,", LENGTHS),
    sign(b"48 ,", LENGTHS),
    sign(b"060,", LENGTHS),
    // PEM as numbers, escapes and characters.
    hyphens(b"x2d"),
    hyphens(b"x2D"),
    hyphens(b"45,"),
    hyphens(b"45 ,"),
    hyphens(b"'-'"),
    // Names with keys.
    sign(b"br_x509_trust_anchor", Follows::Anything),
    sign(b"BR_X509_TA_CA", Follows::Anything),
    sign(b"TrustAnchor", Follows::Anything),
    sign(b"crt_bundle", Follows::Anything),
    // The algorithm of a key in DER, as a certificate bundle has it: rsaEncryption (RFC 8017 appendix
    // A.1), id-ecPublicKey (RFC 5480 section 2.1.1).
    sign(b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", Follows::Anything),
    sign(b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06", Follows::Anything),
    // Pins that code passes to a TLS stack.
    sign(b"<pin", Follows::Anything),
    sign(b"pin-sha256", Follows::Anything),
    sign(&uf2::BEGINS, Follows::Anything),
    // curl with the option that turns verification off.
    sign(b"curl", Follows::Option(b'k')),
    // Certificates pasted into forms and addresses.
    sign(b"%2D%2DBEGIN", Follows::Anything),
];

const fn sign(word: &'static [u8], follows: Follows) -> Sign {
    Sign { word, follows }
}

const fn hyphens(word: &'static [u8]) -> Sign {
    sign(word, Follows::FourMore(word))
}

impl Follows {
    /// Whether `rest` begins with it.
    fn is_at(self, rest: &[u8]) -> bool {
        let is_base64 =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'\\');
        match self {
            Self::Anything => true,
            Self::OneOf(words) => {
                let window = &rest[..rest.len().min(WINDOW)];
                words.iter().any(|word| {
                    window
                        .windows(word.len())
                        .any(|here| here.eq_ignore_ascii_case(word.as_bytes()))
                })
            }
            Self::Base64 => rest.get(..BASE64).is_some_and(|rest| rest.iter().all(is_base64)),
            Self::Sequence => rest.get(2) == Some(&0x30),
            Self::FourMore(word) => {
                let window = &rest[..rest.len().min(WINDOW)];
                memchr::memmem::find_iter(window, word).count() >= 4
            }
            Self::Option(letter) => {
                let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
                let mut words =
                    line[..line.len().min(COMMAND)].split(|byte| b" \"',".contains(byte));
                words.any(|word| {
                    word.starts_with(b"-") && !word.starts_with(b"--") && word.contains(&letter)
                })
            }
            Self::HexSequence => rest.get(4..6).is_some_and(|rest| rest == b"30"),
        }
    }
}

/// All signs, and the automaton that finds their words.
fn signs() -> &'static (Vec<Sign>, Option<AhoCorasick>) {
    static ALL: OnceLock<(Vec<Sign>, Option<AhoCorasick>)> = OnceLock::new();
    ALL.get_or_init(|| {
        let code = calls::signs().chain(misuse::signs());
        let code = code.map(|word| sign(word.as_bytes(), Follows::Anything));
        let fields = misuse::fields_with_values();
        let fields = fields.map(|(word, values)| sign(word.as_bytes(), Follows::OneOf(values)));
        let all: Vec<_> = SIGNS.into_iter().chain(code).chain(fields).collect();
        let words = AhoCorasick::new(all.iter().map(|sign| sign.word)).ok();
        (all, words)
    })
}

/// Whether `content` may contain a certificate, a key, an anchor or code that uses one.
#[must_use]
pub fn may_matter(content: &[u8]) -> bool {
    // UTF-16 hides all words.
    let is_utf16 = matches!(content, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    let (signs, words) = signs();
    let Some(words) = words else { return true };
    is_utf16
        || words
            .find_overlapping_iter(content)
            .any(|found| signs[found.pattern().as_usize()].follows.is_at(&content[found.end()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_words_and_numbers_alone_do_not_pass_the_filter() {
        let plain = [
            "if (verify(x)) return BEGIN_STATE;",
            "static const int t[] = {0x30, 0x31, 0x32, 48, 49};",
            "static const int t[] = {0x2d, 0x2d, 45, 45, '-', 0x2e};",
            "MIIM is a name",
            "let verify = true; // the fingerprint of sha256/abc",
            "id = 30820000",
        ];
        for text in plain {
            assert!(!may_matter(text.as_bytes()), "{text}");
        }
        let signs = [
            "requests.get(url, verify=False)",
            "-----BEGIN CERTIFICATE-----",
            "{0x30,\n (byte) 0x82, 0x01",
            "{48, -126, 3",
            "{0x2d, 0x2d, 0x2d, 0x2d, 0x2d, 0x42, 0x45",
            "{45,45,45,45,45,66",
            "{'-', '-', '-', '-', '-', 'B'",
            "\"MIIDdzCCAl+gAwIBAgIE\"",
            "30820304308201",
            "-----BEGIN EC PRIVATE KEY-----",
            "&#45;&#45;BEGIN&#32;CERTIFICATE",
            "client.setCACert(ca)",
        ];
        for text in signs {
            assert!(may_matter(text.as_bytes()), "{text}");
        }
        assert!(may_matter(b"\0\0\x30\x82\x03\x77\x30\x82\x02"));
        assert!(!may_matter(b"\0\0\x30\x82\x03\x77\x31\x82\x02"));
    }
}
