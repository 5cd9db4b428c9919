//! Placeholders where a certificate belongs: `...`, `XXXX`, `MII...`, "paste your certificate here".
//!
//! In: the body of a PEM block without a certificate. Out: whether it is a placeholder to be filled
//! in.

use super::{Finding, Severity};

/// The fewest Base64 digits of a certificate: 200 bytes are too few for a name, a key and a signature.
pub(super) const FEWEST_DIGITS: usize = 268;

/// The fewest equal letters that replace text, such as `XXXX`.
const ROW: usize = 4;

/// Words of a sentence that asks for a certificate.
const WORDS: [&str; 17] = [
    "certificate",
    "cert",
    "copy",
    "paste",
    "put",
    "insert",
    "replace",
    "enter",
    "add",
    "your",
    "here",
    "todo",
    "fixme",
    "content",
    "placeholder",
    "fill",
    "base64",
];

/// The finding about a placeholder in `line`.
pub(super) fn finding(line: usize) -> Finding {
    let message = "the PEM block is a placeholder: the certificate is still to be inserted";
    let action = "insert the server's anchor: `certgrab HOST:PORT --emit FORMAT`".to_owned();
    Finding::new(line, Severity::Error, "placeholder", message, Some(action))
}

/// Whether `body`, which is between the boundaries of a block and is not a certificate, is a
/// placeholder.
pub(super) fn is_one(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).replace("\\n", "\n").replace("\\r", "\r");
    let digits = text.chars().filter(char::is_ascii_alphanumeric).count();
    if digits >= FEWEST_DIGITS {
        return is_row(&text);
    }
    let ends = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.split(|one: char| !one.is_ascii_alphanumeric()).any(|part| WORDS.contains(&part))
    };
    text.contains("...")
        || text.contains('\u{2026}')
        || text.contains(['<', '>', '[', ']', '{', '}', '*'])
        || text.split_whitespace().any(ends)
        || is_row(&text)
}

/// Whether `text` repeats one character, such as `XXXX`.
fn is_row(text: &str) -> bool {
    let mut letters = text.chars().filter(|one| !one.is_whitespace());
    let Some(first) = letters.next() else { return false };
    let count = letters.clone().count() + 1;
    count >= ROW && letters.all(|one| one == first)
}

/// Whether `body` is a format directive that the code replaces by a value: `%s`, `%.*s`, `{}`, `{body}`,
/// `${body}`, `#{body}`.
pub(super) fn is_directive(body: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.()[]".contains(byte);
    let in_braces = |body: &[u8]| {
        let name = body.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
        name.is_some_and(|name| name.iter().all(is_of_name))
    };
    match body {
        [b'%', flags @ .., b's' | b'@'] => {
            flags.iter().all(|byte| byte.is_ascii_digit() || b".*$-".contains(byte))
        }
        [b'$' | b'#', rest @ ..] => in_braces(rest),
        body => in_braces(body),
    }
}
