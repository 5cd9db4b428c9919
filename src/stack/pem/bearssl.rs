//! BearSSL's decoder: `pemdec.t0` of BearSSL 0.6.

use super::{Decoded, base64_digit, push_quartet};

/// The unread bytes. Reading past the end gives `None`, since the decoder waits for more there.
struct Bytes<'a> {
    rest: &'a [u8],
}

impl Bytes<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Skips the rest of the line.
    fn skip_line(&mut self) -> Option<()> {
        while self.next()? != b'\n' {}
        Some(())
    }

    /// Skips the rest of the line; whether it was blank.
    fn skip_blank_line(&mut self) -> Option<bool> {
        let mut is_blank = true;
        loop {
            match self.next()? {
                b'\n' => return Some(is_blank),
                byte => is_blank &= byte <= b' ',
            }
        }
    }

    /// Whether `wanted` follows, ignoring case; if not, the line is skipped.
    fn matches(&mut self, wanted: &[u8]) -> Option<bool> {
        for letter in wanted {
            match self.next()? {
                b'\n' => return Some(false),
                byte if byte.to_ascii_uppercase() == *letter => {}
                _ => {
                    self.skip_line()?;
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    fn next_visible(&mut self) -> Option<u8> {
        loop {
            let byte = self.next()?;
            if byte == b'\n' || byte > b' ' {
                return Some(byte);
            }
        }
    }
}

/// The meaning of four digits for BearSSL's decoder.
enum Quartet {
    Whole,
    /// A hyphen at the beginning of a line.
    Hyphen,
    /// Padding, with which the contents end.
    Last,
    LineEnd,
    Wrong,
}

/// `pemdec.t0`. It ends at the first error, where the loaders give up.
pub(super) fn decode(text: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    let mut bytes = Bytes { rest: text };
    decoded.is_failed = blocks(&mut bytes, &mut decoded.contents).unwrap_or(false);
    decoded
}

/// The longest name of a block, in bytes.
const MAX_NAME: usize = 127;

/// Reads blocks until one is wrong; `None` at the end of the text.
fn blocks(bytes: &mut Bytes<'_>, found: &mut Vec<Vec<u8>>) -> Option<bool> {
    loop {
        if !bytes.matches(b"-----BEGIN ")? {
            continue;
        }
        let mut name = Vec::new();
        loop {
            match bytes.next()? {
                b'\n' => break,
                b'\r' => name.push(0),
                byte => name.push(byte.to_ascii_uppercase()),
            }
        }
        if name.is_empty() || name.len() >= MAX_NAME {
            continue;
        }
        while name.last() == Some(&b'-') {
            name.pop();
        }
        let mut contents = Vec::new();
        let is_ended = body(bytes, &mut contents);
        match is_ended {
            Some(true) => {}
            Some(false) => return Some(true),
            // The text ends inside a block.
            None => return Some(true),
        }
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if name == b"CERTIFICATE" || name == b"X509 CERTIFICATE" {
            found.push(contents);
        }
    }
}

/// Reads the body and the END line of a block; whether both are right.
fn body(bytes: &mut Bytes<'_>, contents: &mut Vec<u8>) -> Option<bool> {
    let mut is_first = true;
    loop {
        match quartet(bytes, contents)? {
            Quartet::Whole => is_first = false,
            Quartet::LineEnd => is_first = true,
            Quartet::Wrong => return Some(false),
            Quartet::Hyphen if !is_first => return Some(false),
            Quartet::Hyphen => return trailer(bytes),
            Quartet::Last => {
                let mut byte = bytes.next()?;
                while byte == b'\n' {
                    byte = bytes.next()?;
                }
                if byte != b'-' {
                    return Some(false);
                }
                return trailer(bytes);
            }
        }
    }
}

fn trailer(bytes: &mut Bytes<'_>) -> Option<bool> {
    if !bytes.matches(b"----END ")? {
        return Some(false);
    }
    bytes.skip_line()?;
    Some(true)
}

fn quartet(bytes: &mut Bytes<'_>, contents: &mut Vec<u8>) -> Option<Quartet> {
    let mut byte = bytes.next()?;
    if byte == b'-' {
        return Some(Quartet::Hyphen);
    }
    if byte != b'\n' && byte <= b' ' {
        byte = bytes.next_visible()?;
    }
    if byte == b'\n' {
        return Some(Quartet::LineEnd);
    }
    let mut four = [0; 4];
    for index in 0..4 {
        if index > 0 {
            byte = bytes.next_visible()?;
        }
        match (byte, index) {
            (b'\n', _) => return Some(Quartet::Wrong),
            (b'=', 2 | 3) => return padded(bytes, &four, index, contents),
            _ => {}
        }
        let Some(value) = base64_digit(byte) else {
            bytes.skip_line()?;
            return Some(Quartet::Wrong);
        };
        four[index] = value;
    }
    push_quartet(contents, &four, 0);
    Some(Quartet::Whole)
}

/// The end of a quartet with `count` digits, of which the first sign of padding was read.
fn padded(
    bytes: &mut Bytes<'_>,
    four: &[u8],
    count: usize,
    contents: &mut Vec<u8>,
) -> Option<Quartet> {
    let second = if count == 2 { bytes.next_visible()? } else { b'=' };
    if second == b'\n' {
        return Some(Quartet::Wrong);
    }
    let is_blank = bytes.skip_blank_line()?;
    let unused = if count == 2 { four[1] & 0x0f } else { four[2] & 0x03 };
    if !is_blank || second != b'=' || unused != 0 {
        return Some(Quartet::Wrong);
    }
    push_quartet(contents, four, 4 - count);
    Some(Quartet::Last)
}
