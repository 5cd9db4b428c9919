//! Certificates in text without PEM boundaries.
//!
//! In: text between PEM blocks. Out: the place of the first certificate in it that is written in Base64,
//! also in its URL-safe form, in hexadecimal or as an array of numbers, in lines of any length, as in
//! XML, JSON and sources. PEM readers do not find it.

/// The bytes that a certificate is recognised by: the headers of two SEQUENCE, and a version or the
/// beginning of a serial number (RFC 5280 section 4.1).
const HEAD: usize = 12;

/// The form of a certificate without boundaries, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unframed {
    /// `Base64` or another form.
    pub(crate) form: &'static str,
    /// The offset of its first character.
    pub(crate) at: usize,
}

/// The first certificate in `text` without boundaries.
pub(crate) fn first(text: &[u8]) -> Option<Unframed> {
    let base64 = first_in(text, b"MII", head_in_base64, "Base64");
    let hexadecimal = first_in(text, b"30", |text| head_in_numbers(text, 16), "hexadecimal");
    let decimal = first_in(text, b"48", |text| head_in_numbers(text, 10), "numbers");
    [base64, hexadecimal, decimal].into_iter().flatten().min_by_key(|found| found.at)
}

/// The first certificate in Base64 in `text` outside its PEM blocks.
#[cfg(feature = "judge")]
pub(crate) fn base64_between_blocks(text: &[u8]) -> Option<usize> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    const END: &[u8] = b"-----END ";
    let find = |from: usize, wanted: &[u8]| {
        memchr::memmem::find(text.get(from..)?, wanted).map(|at| from + at)
    };
    let mut start = 0;
    loop {
        let begin = find(start, BEGIN);
        let between = &text[start..begin.unwrap_or(text.len())];
        if let Some(found) = first(between).filter(|found| found.form == "Base64") {
            return Some(start + found.at);
        }
        start = find(begin?, END)? + END.len();
    }
}

/// The first place in `text` that begins with `beginning` and, by its `head`, with a certificate.
fn first_in(
    text: &[u8],
    beginning: &[u8],
    head: fn(&[u8]) -> Option<[u8; HEAD]>,
    form: &'static str,
) -> Option<Unframed> {
    let mut places = text.windows(beginning.len()).enumerate();
    places.find_map(|(at, here)| {
        let begins = here == beginning && is_certificate(&head(&text[at..])?);
        begins.then_some(Unframed { form, at })
    })
}

fn is_certificate(head: &[u8; HEAD]) -> bool {
    /// `[0]`, the version in it, and the serial number after it.
    const VERSION: [u8; 2] = [0xa0, 0x03];
    match head {
        [0x30, 0x82, _, _, 0x30, 0x82, _, _, version @ .., _, _] => {
            *version == VERSION || matches!(version, [0x02, 0x01..=0x15])
        }
        [0x30, 0x82, _, _, 0x30, 0x81, _, version @ .., _, _, _] => {
            *version == VERSION || matches!(version, [0x02, 0x01..=0x15])
        }
        _ => false,
    }
}

/// What may come between two characters of data: line breaks and what joins literals.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\"'\\,:+.{}[]()#*".contains(&byte)
}

/// The first bytes of the Base64 at the beginning of `text`.
fn head_in_base64(text: &[u8]) -> Option<[u8; HEAD]> {
    let (mut head, mut bits, mut count, mut length) = ([0; HEAD], 0_u32, 0_u32, 0);
    let mut last = 0;
    for byte in text.iter().copied() {
        let escaped_line = last == b'\\' && matches!(byte, b'n' | b'r');
        let value = match byte {
            _ if escaped_line => None,
            b'A'..=b'Z' => Some(byte - b'A'),
            b'a'..=b'z' => Some(byte - b'a' + 26),
            b'0'..=b'9' => Some(byte - b'0' + 52),
            b'-' => Some(62),
            b'+' if last != b' ' => Some(62),
            b'/' | b'_' => Some(63),
            _ if is_between(byte) => None,
            _ => return None,
        };
        last = byte;
        let Some(value) = value else { continue };
        (bits, count) = ((bits << 6) | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            head[length] = u8::try_from((bits >> count) & 0xff).ok()?;
            bits &= (1 << count) - 1;
            length += 1;
            if length == HEAD {
                return Some(head);
            }
        }
    }
    None
}

/// The first bytes of the numbers at the beginning of `text`: two digits each in hexadecimal, with `0x`
/// or `\x` before them or nothing, or words in decimal.
fn head_in_numbers(text: &[u8], radix: u32) -> Option<[u8; HEAD]> {
    let (mut head, mut length, mut at) = ([0; HEAD], 0, 0);
    while length < HEAD {
        while at < text.len() && (is_between(text[at]) || text[at] == b'x') {
            at += 1;
        }
        let rest = text.get(at..)?;
        let is_prefixed = radix == 16 && (rest.starts_with(b"0x") || rest.starts_with(b"0X"));
        let rest = if is_prefixed { &rest[2..] } else { rest };
        let digits = match radix {
            16 => 2,
            _ => rest.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        };
        let word = std::str::from_utf8(rest.get(..digits)?).ok()?;
        head[length] = u8::from_str_radix(word, radix).ok()?;
        length += 1;
        at += digits + if is_prefixed { 2 } else { 0 };
    }
    Some(head)
}

#[cfg(test)]
mod tests {
    use base64::{
        Engine as _,
        prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
    };

    use super::*;

    #[test]
    fn a_certificate_without_boundaries_is_found_in_every_form() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let der = certificate.der();
        let base64 = BASE64_STANDARD.encode(der);
        let lines = |text: &str, length: usize, join: &str| {
            let bytes: Vec<_> = text.bytes().collect();
            let lines: Vec<_> = bytes.chunks(length).map(String::from_utf8_lossy).collect();
            lines.join(join)
        };
        let numbers =
            |one: fn(&u8) -> String, join: &str| der.iter().map(one).collect::<Vec<_>>().join(join);
        for (form, text) in [
            ("Base64", base64.clone()),
            ("Base64", lines(&base64, 5, "\n")),
            ("Base64", lines(&base64, 16, "\\n\" +\n  \"")),
            ("Base64", BASE64_URL_SAFE_NO_PAD.encode(der)),
            ("Base64", format!("<X509Certificate>{base64}</X509Certificate>")),
            ("hexadecimal", numbers(|byte| format!("{byte:02x}"), "")),
            ("hexadecimal", numbers(|byte| format!("{byte:02X}"), ":")),
            ("hexadecimal", numbers(|byte| format!("\\x{byte:02x}"), "")),
            ("hexadecimal", numbers(|byte| format!("0x{byte:02x}"), ", ")),
            ("numbers", numbers(u8::to_string, ", ")),
        ] {
            let found = first(format!("the leaf: {text}\n").as_bytes());
            assert_eq!(found.map(|found| found.form), Some(form), "{text}");
        }
        let key = BASE64_STANDARD.encode(key.serialize_der());
        for text in ["", "MIIt is a word", "30 82 ways", "3082010a0282010100", &key, "48, 130, 1"] {
            assert_eq!(first(text.as_bytes()), None, "{text}");
        }
    }
}
