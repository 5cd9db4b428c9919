//! What toml says of a manifest, in the words of a manifest.

use crate::text::foreign::Foreign;

/// The message of the TOML reader, escaped. Of one that names an unknown key only the key is cut, not
/// the known ones behind it.
pub(super) fn printable(message: &str) -> String {
    const KNOWN: &str = ", expected one of ";
    let unknown_key = message.starts_with("unknown field `").then(|| message.rsplit_once(KNOWN));
    match unknown_key.flatten() {
        Some((key, known)) => format!("{}{KNOWN}{known}", Foreign::text(key).line()),
        None => Foreign::text(&mismatch(message).unwrap_or(message.to_owned())).line(),
    }
}

/// A value of the wrong type, in the words of a manifest: toml says "invalid type: integer `-1`,
/// expected u16".
fn mismatch(message: &str) -> Option<String> {
    let (_, told) =
        message.split_once("invalid type: ").or_else(|| message.split_once("invalid value: "))?;
    let (found, expected) = told.rsplit_once(", expected ")?;
    let expected = match expected {
        "u16" => "a whole number from 0 to 65535",
        "a boolean" => "true or false",
        "path string" => "a path in quotes",
        "a sequence" => "a list",
        "a map" => "a table",
        other => other.strip_prefix("struct ").map_or(other, |_| "a table"),
    };
    Some(format!("expected {expected}, found {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_is_told_in_words_of_the_manifest() {
        assert_eq!(
            printable("invalid type: integer `-1`, expected u16"),
            "expected a whole number from 0 to 65535, found integer `-1`"
        );
    }

    #[test]
    fn of_an_unknown_key_the_key_is_cut_and_the_known_ones_are_not() {
        let known = vec!["`host`"; 100].join(", ");
        let said = printable(&format!(
            "unknown field `{}`, expected one of {known}",
            "\u{1b}".repeat(300)
        ));
        assert!(said.starts_with("unknown field `\\u{1b}"), "{said}");
        assert!(said.ends_with(&format!("... (cut), expected one of {known}")), "{said}");
    }
}
