//! JSON whose text shows what it contains.

use std::fmt::Write as _;

use super::foreign::prints;

/// `json` with each character that does not print as `\u202e`. Outside of its strings JSON has none,
/// except line ends.
pub(crate) fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || prints(character) {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_print_is_escaped_and_means_the_same() {
        let raw = "a\u{202e}b\u{9b}31m\u{e0001}\u{7f}\"\\\n é";
        let json = serde_json::to_string(raw).expect("a string");
        let shown = visible(&json);
        assert_eq!(shown, r#""a\u202eb\u009b31m\udb40\udc01\u007f\"\\\n é""#);
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), raw);
    }
}
