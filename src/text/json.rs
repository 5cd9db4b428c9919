//! JSON whose text shows what it contains.

use std::fmt::Write as _;

use super::foreign::prints;

/// `json` with each unprintable character as `\u202e`. Outside of strings, JSON has none except line
/// ends.
pub(crate) fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    // Nearly all of it is printable ASCII, in long runs.
    while let Some(odd) = rest.bytes().position(|byte| !matches!(byte, b' '..=b'~' | b'\n')) {
        let (plain, from) = rest.split_at(odd);
        let mut characters = from.chars();
        out.push_str(plain);
        out.extend(characters.next().map(escaped_unless_printing));
        rest = characters.as_str();
    }
    out.push_str(rest);
    out
}

/// `character`, or its UTF-16 in JSON escapes (RFC 8259 section 7) if it is not printable.
fn escaped_unless_printing(character: char) -> String {
    if prints(character) {
        return character.to_string();
    }
    let mut out = String::new();
    for unit in character.encode_utf16(&mut [0; 2]) {
        let _ = write!(out, "\\u{unit:04x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_characters_are_escaped_without_loss() {
        let raw = "a\u{202e}b\u{9b}31m\u{e0001}\u{7f}\"\\\n é";
        let json = serde_json::to_string(raw).expect("a string");
        let shown = visible(&json);
        assert_eq!(shown, r#""a\u202eb\u009b31m\udb40\udc01\u007f\"\\\n é""#);
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), raw);
    }
}
