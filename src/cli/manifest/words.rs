//! What toml and clap say of a manifest, in the words of a manifest.

/// A value of the wrong type, in the words of a manifest: toml says "invalid type: integer `-1`,
/// expected u16".
pub(super) fn mismatch(message: &str) -> Option<String> {
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

/// What is wrong with the value of `key`, from what would be said of an option: clap says
/// `invalid value 'loud' for '--style <STYLE>': why`.
pub(super) fn in_the_words_of(key: &str, message: &str) -> String {
    let places = [format!("' for '--{key} "), "' for '[TARGET]".to_owned()];
    let Some(at) = places.iter().find_map(|place| message.rfind(place)) else {
        return format!("`{key}`: {message}");
    };
    let (value, rest) = message.split_at(at + 1);
    let why = rest.splitn(3, '\'').nth(2).unwrap_or_default();
    format!("`{key}`: {value}{why}")
}
