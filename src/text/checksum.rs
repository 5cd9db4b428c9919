//! The checksum in a text that certgrab wrote, which shows whether somebody has changed the text.
//!
//! In: a text with a place for its checksum. Out: the text with it, and later whether it still holds.
//! What editors and git change does not count: line ends, spaces before them, empty lines at the end, and a
//! byte order mark. What formatters change does not count either: other white space, quotation marks, what
//! ends items, and the asterisks of comments. It counts in a file with comments that begin with `#`, such as
//! Python and YAML, where it has a meaning.

use std::ops::Range;

/// What precedes a checksum, at the beginning of a line or behind a comment's mark.
const WORDS: [&str; 2] = ["Checksum: ", "checksum: "];

/// A checksum that has not been computed yet.
pub(crate) const EMPTY: &str = "0000000000000000";

/// Marks of comments, which may precede those words in a line.
const MARKS: &str = "/*#;-<!>";

/// Characters that do not count where layout has no meaning, like white space.
const LAYOUT: &str = "\"',;*";

/// `text` with its checksum in the place that is still [`EMPTY`]; a text without one stays as it is.
pub(crate) fn sealed(text: String) -> String {
    match place(&text) {
        Some(place) if text[place.clone()] == *EMPTY => with_checksum(text, place),
        _ => text,
    }
}

/// `text` with the checksum of what it says now.
#[cfg(feature = "cli")]
pub(crate) fn sealed_again(text: String) -> String {
    match place(&text) {
        Some(place) => with_checksum(text, place),
        None => text,
    }
}

/// Whether the checksum of `text` is right; `None` without one.
pub(crate) fn holds(text: &str) -> Option<bool> {
    place(text).map(|place| text[place.clone()] == checksum(text, &place))
}

/// `text` without a byte order mark, spaces at the ends of lines, line ends of Windows, and empty lines at its
/// end.
pub(crate) fn plain(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

fn with_checksum(mut text: String, place: Range<usize>) -> String {
    let checksum = checksum(&text, &place);
    text.replace_range(place, &checksum);
    text
}

/// Where the first checksum of `text` is.
fn place(text: &str) -> Option<Range<usize>> {
    let after = |words: &'static str| text.match_indices(words).map(|(at, _)| at + words.len());
    let is_digit = |one: u8| one.is_ascii_digit() || (b'a'..=b'f').contains(&one);
    let begins_line = |at: usize| {
        let line = text[..at].rsplit('\n').next().unwrap_or_default();
        line.chars().all(|one| one.is_whitespace() || MARKS.contains(one))
    };
    let has_digits = |at: usize| {
        let digits = text.as_bytes()[at..].iter().take_while(|one| is_digit(**one)).count();
        digits == EMPTY.len()
    };
    let of = |words: &'static str| {
        after(words).find(|at| begins_line(at - words.len()) && has_digits(*at))
    };
    let start = WORDS.into_iter().filter_map(of).min()?;
    Some(start..start + EMPTY.len())
}

/// The checksum of `text` without the one at `place`: the beginning of its SHA-256.
fn checksum(text: &str, place: &Range<usize>) -> String {
    let line = text[..place.start].rsplit('\n').next().unwrap_or_default();
    let has_meaning = line.trim_start().starts_with('#');
    let mut said = plain(&[&text[..place.start], &text[place.end..]].concat());
    if !has_meaning {
        said.retain(|one| !one.is_whitespace() && !LAYOUT.contains(one));
    }
    let hash = hmac_sha256::Hash::hash(said.as_bytes());
    hash[..EMPTY.len() / 2].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_word_is_detected_and_a_changed_layout_is_not() {
        let text = "/* mine\n * Checksum: 0000000000000000\n */\nint port = 8883;\nchar host[] = \"a.b\";\n";
        let whole = sealed(text.to_owned());
        assert_eq!(holds(&whole), Some(true), "{whole}");
        assert_eq!(sealed(whole.clone()), whole);
        for (from, to) in [("\n", "\r\n"), (" = ", "="), ("\"", "'"), ("mine", "mine *\n *")] {
            assert_eq!(holds(&whole.replace(from, to)), Some(true), "{from}");
        }
        for (from, to) in [("8883", "8884"), ("a.b", "a-b"), ("mine", "Mine"), ("\nint", "\n//int")]
        {
            assert_eq!(holds(&whole.replace(from, to)), Some(false), "{from}");
        }
        assert_eq!(holds(text), Some(false));
        // Where the layout has a meaning, only line ends do not count.
        let python = sealed(format!("# Checksum: {EMPTY}\nif x:\n    y = 'a'\nz = 1,\n"));
        for text in [python.replace('\n', "\r\n"), python.replace('\n', " \n") + "\n\n"] {
            assert_eq!(holds(&text), Some(true), "{text}");
        }
        for (from, to) in [("    y", "y"), ("'a'", "\"a\""), ("1,", "1"), ("z", "\nz")] {
            assert_eq!(holds(&python.replace(from, to)), Some(false), "{from}");
        }
        // A name in the same comment that looks like one.
        let named = text.replace("mine", "subject: `Checksum: 0000000000000000`");
        assert_eq!(holds(&sealed(named)), Some(true));
        for none in [
            "",
            "CN=Checksum: 0123456789abcdef",
            "Checksum: ",
            "Checksum: 00000000000000000",
            "Checksum: 000000000000000G",
        ] {
            assert_eq!((holds(none), sealed(none.to_owned())), (None, none.to_owned()), "{none}");
        }
    }
}
