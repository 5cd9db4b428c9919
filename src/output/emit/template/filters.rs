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

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Whether `text` is PEM as certgrab writes it, or a piece of it: lines of Base64 and boundaries, which
/// have no special meaning in any language except for their ends.
fn is_pem(text: &str) -> bool {
    let is_base64 = |one: u8| one.is_ascii_alphanumeric() || b"+/=".contains(&one);
    let is_of_boundary = |line: &str| BEGIN.contains(line) || END.contains(line);
    text.lines().all(|line| is_of_boundary(line) || line.bytes().all(is_base64))
}

/// The engine's filters that break PEM.
const CHANGE_LETTERS: [&str; 4] = ["capitalize", "lower", "title", "upper"];

/// Refuses PEM as the value of the engine's filter `name` if the filter would break it.
pub(super) fn keep_pem(name: &str, arguments: &[Value]) -> Result<(), Error> {
    let is_pem = |value: &Value| value.as_str().is_some_and(|text| text.starts_with(BEGIN));
    if CHANGE_LETTERS.contains(&name) && arguments.first().is_some_and(is_pem) {
        let problem = "other letters break the certificate in PEM";
        return Err(Error::new(ErrorKind::InvalidOperation, problem));
    }
    Ok(())
}

/// Refuses a list where text is expected: the engine's notation for one is valid in no target language.
pub(super) fn no_list(value: &Value) -> Result<(), Error> {
    let problem = match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            "expected text, found a list; write its items in a loop"
        }
        ValueKind::Map => {
            "expected text, found an object; write one of its fields, as in `certificate.subject`"
        }
        _ => return Ok(()),
    };
    Err(Error::new(ErrorKind::InvalidOperation, problem))
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
    match own(value)?.filter(|own| is_pem(own)) {
        Some(pem) if pem.contains('\n') => {
            let problem = "PEM has several lines; write them in a loop over `pem_lines`";
            Err(Error::new(ErrorKind::InvalidOperation, problem))
        }
        Some(line) => Ok(line),
        None => text(state, value, Foreign::comment),
    }
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
        None if matches!(value.downcast_object_ref(), Some(Outside::Text(_))) => {
            let problem = "text from outside has no length before it is escaped; pass it through a \
                           filter first, as in `host | literal | size`";
            Err(Error::new(ErrorKind::InvalidOperation, problem))
        }
        None => bytes(value),
    }
}
