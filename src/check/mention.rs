//! References to a certificate in a file without one: its path, or its hash.
//!
//! In: the bytes of a file without an anchor. Out: a note, since this is not a fault. A comment is no reference.

use super::{Finding, Severity};
use crate::text::foreign::Foreign;

/// The most bytes of a word that are examined: longer than any path or fingerprint in use.
const MAX_WORD_BYTES: usize = 256;

/// How a line begins that is only a comment, in C, Python, Lua and XML.
const COMMENTS: [&str; 6] = ["//", "/*", "* ", "# ", "-- ", "<!--"];

/// Bytes of a SHA-1 (FIPS 180-4).
const SHA1_BYTES: usize = 20;

/// What `content` says about a certificate, if anything.
pub(super) fn in_text(content: &[u8]) -> Option<Finding> {
    let text = String::from_utf8_lossy(content);
    let is_comment = |line: &str| COMMENTS.iter().any(|mark| line.trim_start().starts_with(mark));
    let mut lines = text.lines().enumerate().filter(|(_, line)| !is_comment(line));
    lines.find_map(|(index, line)| {
        let what = of_line(line)?;
        let message = format!("no certificate here, but {what}: that is not checked");
        Some(Finding::new(index + 1, Severity::Note, "no-certificate", message, None))
    })
}

/// What one line says about a certificate.
fn of_line(line: &str) -> Option<String> {
    let is_apart = |one: char| one.is_whitespace() || "\"'`,;()<>[]{}".contains(one);
    let words = line.split(is_apart).filter(|word| (8..=MAX_WORD_BYTES).contains(&word.len()));
    for word in words {
        if word.starts_with("sha256/") && word.len() == "sha256/".len() + 44 {
            return Some(format!("the pin `{}`", Foreign::text(word).line()));
        }
    }
    if line.contains("-----BEGIN CERTIFICATE-----\\n") {
        return Some("a PEM text on one line with a literal `\\n`".to_owned());
    }
    if let Some(quoted) = fingerprint(line) {
        return Some(format!("the SHA-1 fingerprint `{}`", Foreign::text(quoted).line()));
    }
    if let Some(symbol) = embedded(line) {
        let symbol = Foreign::text(symbol).line();
        return Some(format!("the embedded file behind the symbol `{symbol}`"));
    }
    let path = line.split(is_apart).map(|word| word.rsplit(['=', ':']).next().unwrap_or(word));
    let ends = [".pem", ".crt", ".cer", ".der", ".p7b", ".jks"];
    let mut paths = path.filter(|word| word.len() <= MAX_WORD_BYTES);
    let found =
        paths.find(|word| ends.iter().any(|end| word.len() > end.len() && word.ends_with(end)))?;
    Some(format!("the path `{}`", Foreign::text(found).line()))
}

/// The symbol in `line` that the linker makes for the first byte of an embedded certificate: `objcopy`,
/// and with it `EMBED_FILES` of ESP-IDF, replaces each character that is not a letter or digit with `_`.
fn embedded(line: &str) -> Option<&str> {
    const BEGINS: &str = "_binary_";
    let ends = ["_pem_start", "_crt_start", "_cer_start", "_der_start"];
    let symbol = &line[line.find(BEGINS)?..];
    let length = symbol.find(|one: char| !one.is_ascii_alphanumeric() && one != '_');
    let symbol = &symbol[..length.unwrap_or(symbol.len()).min(MAX_WORD_BYTES)];
    ends.iter().any(|end| symbol.ends_with(end)).then_some(symbol)
}

/// A SHA-1 in hexadecimal inside quotes in `line`, with blanks, colons or nothing between the bytes.
fn fingerprint(line: &str) -> Option<&str> {
    line.split(['"', '\'']).find(|quoted| {
        let is_hexadecimal =
            quoted.chars().all(|one| one.is_ascii_hexdigit() || " :".contains(one));
        let digits = quoted.chars().filter(char::is_ascii_hexdigit).count();
        is_hexadecimal && digits == SHA1_BYTES * 2
    })
}
