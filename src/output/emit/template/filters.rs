//! Filters for PEM, JSON, XML and fields of limited length.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use minijinja::{Error, ErrorKind, State, Value, value::ValueKind};

use super::{Outside, bytes, formless, text};
use crate::text::foreign::Foreign;

/// `value` as a text of certgrab or of the template; `None` for values from outside.
fn own(value: &Value) -> Result<Option<String>, Error> {
    match value.kind() {
        ValueKind::String => match value.to_string() {
            joined if joined.contains(super::MARK) => Err(formless()),
            own => Ok(Some(own)),
        },
        _ => Ok(None),
    }
}

/// Whether `text` is PEM as certgrab writes it: lines of Base64 between boundaries, which have no
/// special meaning in any language except for their ends.
fn is_pem(text: &str) -> bool {
    let is_base64 = |one: u8| one.is_ascii_alphanumeric() || b"+/=".contains(&one);
    let is_boundary =
        |line: &str| ["-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"].contains(&line);
    text.starts_with("-----BEGIN CERTIFICATE-----\n")
        && text.lines().all(|line| is_boundary(line) || line.bytes().all(is_base64))
}

/// For the inside of a quoted string: the lines of PEM end in `\n`, an escape in all languages that the
/// filter is for.
pub(super) fn literal(state: &State, value: &Value) -> Result<String, Error> {
    match own(value)?.filter(|own| is_pem(own)) {
        Some(pem) => Ok(pem.replace('\n', "\\n")),
        None => text(state, value, Foreign::string_literal),
    }
}

/// For a comment, which has room for one line.
pub(super) fn comment(state: &State, value: &Value) -> Result<String, Error> {
    if own(value)?.is_some_and(|own| is_pem(&own)) {
        let problem = "PEM has several lines; write them in a loop over `pem_lines`";
        return Err(Error::new(ErrorKind::InvalidOperation, problem));
    }
    text(state, value, Foreign::comment)
}

/// For a file that no compiler reads: PEM as it is.
pub(super) fn plain(state: &State, value: &Value) -> Result<String, Error> {
    match own(value)?.filter(|own| is_pem(own)) {
        Some(pem) => Ok(pem),
        None => text(state, value, Foreign::plain),
    }
}

/// A string of JSON with its quotation marks.
pub(super) fn json(state: &State, value: &Value) -> Result<String, Error> {
    let inside = match own(value)? {
        // Text from outside in a literal is ASCII, with escapes that are valid in JSON too.
        None => text(state, value, Foreign::string_literal)?,
        Some(own) => {
            let mut inside = String::new();
            for character in own.chars() {
                match character {
                    '"' | '\\' => inside.extend(['\\', character]),
                    '\n' => inside.push_str("\\n"),
                    ' '..='~' => inside.push(character),
                    _ => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                        let _ = write!(inside, "\\u{unit:04x}");
                    }),
                }
            }
            inside
        }
    };
    Ok(format!("\"{inside}\""))
}

/// For a comment, an attribute or a text of XML.
pub(super) fn xml(state: &State, value: &Value) -> Result<String, Error> {
    let clean = comment(state, value)?;
    let mut out = String::with_capacity(clean.len());
    for character in clean.chars() {
        match character {
            // Two hyphens in a row end a comment, and it must not end with a hyphen (XML 1.0 section
            // 2.5).
            '-' if out.ends_with('-') => out.push_str("&#45;"),
            '&' | '<' | '>' | '"' | '\'' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    Ok(out)
}

/// Bytes, or certgrab's own text, in Base64 on one line.
pub(super) fn base64(value: &Value) -> Result<String, Error> {
    Ok(BASE64_STANDARD.encode(contents(value)?))
}

/// The number of bytes.
pub(super) fn size(value: &Value) -> Result<usize, Error> {
    contents(value).map(|contents| contents.len())
}

/// Pieces of `length` bytes, the last one perhaps shorter: bytes of bytes, text of text.
pub(super) fn parts(value: &Value, length: usize) -> Result<Vec<Value>, Error> {
    if length == 0 {
        let problem = "expected a length of at least 1";
        return Err(Error::new(ErrorKind::InvalidOperation, problem));
    }
    let is_text = own(value)?.is_some();
    let piece = |piece: &[u8]| match (is_text, std::str::from_utf8(piece)) {
        (true, Ok(text)) => Ok(Value::from(text)),
        (true, Err(_)) => {
            let problem = "a part would end inside a character that has several bytes";
            Err(Error::new(ErrorKind::InvalidOperation, problem))
        }
        (false, _) => Ok(Value::from_object(Outside::Bytes(piece.to_vec()))),
    };
    contents(value)?.chunks(length).map(piece).collect()
}

/// Bytes from outside, or the bytes of certgrab's own text.
fn contents(value: &Value) -> Result<Vec<u8>, Error> {
    match own(value)? {
        Some(own) => Ok(own.into_bytes()),
        None => bytes(value),
    }
}
