//! What is wrong with a manifest, in the words of a manifest.
//!
//! In: the message of the TOML reader. Out: certgrab's sentence for it, and what to do if that is known.
//! A message without a sentence is not repeated.

use crate::text::{foreign::Foreign, near};

/// A sentence for each of the messages about the form of TOML, by the words that they begin with
/// (toml_parser 1.1, `ParseError::new`; toml 1.2, `de/parser`): one per line, separated by a tab.
const SENTENCES: &str = include_str!("toml.tsv");

const ESCAPE: &str = "expected an escape of TOML behind a backslash";

/// What to do if a backslash does not begin an escape.
const TO_ESCAPE: &str = "write the path with `/`, or in single quotes: `'certs\\server.pem'`";

/// What to do about a target that is a table instead of one of several.
const TWO: &str = "write the heading of each target in two brackets: `[[target]]`";

/// The sentence for all other messages.
const NOT_TOML: &str = "this line is not TOML";

/// The sentence for `message`, and what to do.
pub(super) fn sentence(message: &str) -> (String, Option<String>) {
    // Only the targets are tables in a list.
    if message == "invalid type: map, expected a sequence" {
        return ("expected `[[target]]`, found `[target]`".to_owned(), Some(TWO.to_owned()));
    }
    if let Some(own) = unknown_key(message) {
        return own;
    }
    if let Some(own) = missing_key(message).or_else(|| mismatch(message)) {
        return (own, None);
    }
    // This message comes from the manifest's own types.
    if message == super::ONE_OR_MORE {
        return (message.to_owned(), None);
    }
    let mut rows = SENTENCES.lines().filter_map(|line| line.split_once('\t'));
    let row = rows.find(|(beginning, _)| message.starts_with(beginning));
    let found = row.map_or(NOT_TOML, |(_, sentence)| sentence);
    (found.to_owned(), (found == ESCAPE).then(|| TO_ESCAPE.to_owned()))
}

/// An unknown key, and whether a known one is meant: a long key is shortened, the known ones after it are
/// not.
fn unknown_key(message: &str) -> Option<(String, Option<String>)> {
    const KNOWN: &str = ", expected ";
    let (key, known) = message.strip_prefix("unknown field `")?.rsplit_once(KNOWN)?;
    let key = key.strip_suffix('`').unwrap_or(key);
    let known = known.strip_prefix("one of ").unwrap_or(known);
    let one_of = if known.contains(", ") { "one of " } else { "" };
    let sentence = format!("unknown key `{}`, expected {one_of}{known}", Foreign::text(key).line());
    Some((sentence, near::question(key, known.split('`').skip(1).step_by(2))))
}

fn missing_key(message: &str) -> Option<String> {
    let key = message.strip_prefix("missing field `")?.strip_suffix('`')?;
    Some(format!("the target has no `{key}`"))
}

/// A value of the wrong type; toml's message is "invalid type: integer `-1`, expected u16".
fn mismatch(message: &str) -> Option<String> {
    let told = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, expected) = told.rsplit_once(", expected ")?;
    let expected = match expected {
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number of bytes, at least 1",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "path string" => "a path in quotes",
        "a sequence" => "a list",
        _ => "a table",
    };
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    let value = Foreign::text(value).line();
    let found = match kind {
        // After a large number the type follows.
        "integer" => format!("the number {}", value.split(" as ").next().unwrap_or_default()),
        "floating" => format!("the number {}", value.trim_start_matches("point ")),
        "boolean" => value,
        "string" => format!("the text {value}"),
        "sequence" => "a list".to_owned(),
        _ => "a table, or a date without quotes".to_owned(),
    };
    Some(format!("expected {expected}, found {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let error = toml::from_str::<super::super::Document>(text).map(|_| ()).unwrap_err();
        sentence(error.message().lines().next().unwrap_or_default()).0
    }

    #[test]
    fn every_toml_error_has_a_sentence() {
        let target = |line: &str| format!("[[target]]\nhost = \"a\"\nlock = \"b\"\n{line}\n");
        for (line, sentence) in [
            ("[[target", "expected a heading such as `[[target]]`"),
            ("[target", "expected a heading such as `[[target]]`"),
            ("roots = [\"a\"", "a list has no closing `]`"),
            ("emit = { c = \"a\"", "a table has no closing `}`"),
            ("roots = ]", "found a closing bracket without an opening one"),
            ("roots = }", "found a closing bracket without an opening one"),
            ("roots = [\"a\",,\"b\"]", "expected a value between two commas, found nothing"),
            ("roots = [\"a\" \"b\"]", "expected a comma between two values"),
            ("emit = { c = \"a\" rust = \"b\" }", "expected a comma between two values"),
            ("name", "expected `KEY = VALUE`"),
            (
                "name =",
                "expected a value: text in quotes, a number, `true`, `false`, a list or a table",
            ),
            ("name = = \"x\"", "expected `KEY = VALUE`"),
            (
                "emit = { c }",
                "expected text in quotes, closed on its line and without control characters",
            ),
            ("name = \"\\ud800\"", ESCAPE),
            (
                "lifetime = 2027-01-01",
                "expected text in quotes, found a table, or a date without quotes",
            ),
            ("name = \"x\" y", "expected the end of the line behind a value, found more"),
            (
                "name = x",
                "expected a value: text in quotes, a number, `true`, `false`, a list or a table",
            ),
            ("roots = \"certs\\plant.pem\"", ESCAPE),
            ("roots = \"\\u12\"", ESCAPE),
            (
                "name = \"x",
                "expected text in quotes, closed on its line and without control characters",
            ),
            (
                "name = 'x",
                "expected text in quotes, closed on its line and without control characters",
            ),
            (
                "name = \"a\u{7}\"",
                "expected text in quotes, closed on its line and without control characters",
            ),
            ("= \"x\"", "expected a key of letters, digits, `-` and `_`"),
            ("näme = \"x\"", "expected a key of letters, digits, `-` and `_`"),
            ("timeout = 012", "expected a number, or text in quotes"),
            ("timeout = 1__2", "expected a number, or text in quotes"),
            ("timeout = 0xZ", "expected a number, or text in quotes"),
            ("rate = 1.", "expected a number, or text in quotes"),
            ("lifetime = 2027-13-45", "expected text in quotes, found a date"),
            ("# a\u{7}", "found a control character"),
            ("lock = \"c\"", "the key appears twice in its table"),
            ("host.x = 1", "expected a table, found a value"),
            ("timeout = -1", "expected a whole number from 0 to 65535, found the number `-1`"),
            ("timeout = \"9\"", "expected a whole number from 0 to 65535, found the text \"9\""),
            ("timeout = 1.5", "expected a whole number from 0 to 65535, found the number `1.5`"),
            (
                "max-bytes = -1",
                "expected a whole number of bytes, at least 1, found the number `-1`",
            ),
            ("backup = 1", "expected true or false, found the number `1`"),
            ("name = 1", "expected text in quotes, found the number `1`"),
            ("name = true", "expected text in quotes, found `true`"),
            ("name = []", "expected text in quotes, found a list"),
            ("emit = 3", "expected a table, found the number `3`"),
            ("emit = { c = 3 }", "expected a path in quotes, found the number `3`"),
            ("roots = 3", "expected a string or a list of strings"),
            ("[target]", "the key appears twice in its table"),
        ] {
            assert_eq!(said(&target(line)), sentence, "{line}");
        }
        assert_eq!(said("[[target]]\nhost = \"a\"\n"), "the target has no `lock`");
        assert_eq!(said("target = 1\n"), "expected a list, found the number `1`");
        assert_eq!(said("[target]\nhost = \"a\"\n"), "expected `[[target]]`, found `[target]`");
        assert_eq!(said("[[targets]]\n"), "unknown key `targets`, expected `target`");
        let deep = format!("roots = {}", "[".repeat(1000));
        assert_eq!(said(&target(&deep)), "the values are nested deeper than in any manifest");
        assert_eq!(sentence("what no release of toml has said so far").0, NOT_TOML);
    }

    #[test]
    fn an_unknown_key_leads_to_the_one_that_is_meant() {
        let known = "`host`, `lock`, `trust-sha256`, `as`";
        for (key, meant) in [
            ("hots", Some("host")),
            ("Host", Some("host")),
            ("trust_sha256", Some("trust-sha256")),
            ("port", None),
            ("at", None),
        ] {
            let (_, hint) = sentence(&format!("unknown field `{key}`, expected one of {known}"));
            assert_eq!(hint, meant.map(|meant| format!("did you mean `{meant}`?")), "{key}");
        }
    }

    #[test]
    fn an_unknown_key_is_cut_but_the_known_keys_are_not() {
        let known = vec!["`host`"; 100].join(", ");
        let key = "\u{1b}".repeat(300);
        let (said, _) = sentence(&format!("unknown field `{key}`, expected one of {known}"));
        assert!(said.starts_with("unknown key `\\u{1b}"), "{said}");
        assert!(said.ends_with(&format!("... (cut)`, expected one of {known}")), "{said}");
    }
}
