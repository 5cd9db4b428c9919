//! The code of a file, without comments, blanks and the text of its literals.
//!
//! In: the code as it was parsed. Out: [`Code`], in which calls and fields are looked up; each literal
//! is a quote, or its number or a known word between quotes, so that no other text in a literal is
//! mistaken for code.

use std::{ops::Range, sync::OnceLock};

use super::blocks::Blocks;

/// Code with the line of each of its words.
#[derive(Debug, Default)]
pub(crate) struct Code {
    text: String,
    /// Where each line begins in the text, with its number.
    lines: Vec<(usize, usize)>,
    blocks: OnceLock<Blocks>,
}

impl Code {
    /// `code` without the blanks that do not separate words.
    pub(crate) fn of(code: &str) -> Self {
        let mut tight = Self::default();
        if code.len() > MAX_CODE_BYTES {
            return tight;
        }
        for (index, line) in code.split('\n').enumerate() {
            tight.lines.push((tight.text.len(), index + 1));
            for word in line.split_whitespace() {
                if word.starts_with(is_of_a_word) && tight.text.ends_with(is_of_a_word) {
                    tight.text.push(' ');
                }
                tight.text.push_str(word);
            }
        }
        tight
    }

    /// The code.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The line of the position `at`.
    pub(crate) fn line(&self, at: usize) -> usize {
        let next = self.lines.partition_point(|(start, _)| *start <= at);
        self.lines.get(next.saturating_sub(1)).map_or(1, |(_, line)| *line)
    }

    /// Where `wanted` occurs, not as a part of a longer word.
    pub(crate) fn find<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
        let is_whole = |at: &usize| {
            let (before, after) = (&self.text[..*at], &self.text[*at + wanted.len()..]);
            let goes_on_before = wanted.starts_with(is_of_a_word) && before.ends_with(is_of_a_word);
            let goes_on_after = wanted.ends_with(is_of_a_word) && after.starts_with(is_of_a_word);
            !goes_on_before && !goes_on_after
        };
        self.text.match_indices(wanted).map(|(at, _)| at).filter(is_whole)
    }

    /// Whether `wanted` occurs.
    pub(crate) fn has(&self, wanted: &str) -> bool {
        self.find(wanted).next().is_some()
    }

    /// What follows `at`, up to the bracket that closes what is open there.
    pub(crate) fn arguments(&self, at: usize) -> &str {
        let mut depth = 0;
        let rest = &self.text[at..];
        let is_end = |(offset, letter): &(usize, char)| {
            match letter {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            depth < 0 || *offset >= MAX_CALL_BYTES
        };
        let end = rest.char_indices().find(is_end).map_or(rest.len(), |(end, _)| end);
        &rest[..end]
    }

    /// Its braces.
    pub(crate) fn blocks(&self) -> &Blocks {
        self.blocks.get_or_init(|| Blocks::of(&self.text))
    }

    /// The bracket before `at` that is open there, if one is within the bytes of a call.
    pub(crate) fn open_bracket(&self, at: usize) -> Option<usize> {
        let first = at.saturating_sub(MAX_CALL_BYTES);
        let before = self.text.as_bytes()[first..at].iter().copied();
        before.rev().position(unmatched(b'(', b')')).map(|behind| at - 1 - behind)
    }

    /// The code around `at` that is in `range`, up to as many bytes before and after as a call may have.
    pub(crate) fn near(&self, at: usize, range: &Range<usize>) -> &str {
        const BYTES: usize = 8 * MAX_CALL_BYTES;
        let whole = |place: usize| {
            (place..).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
        };
        let start = whole(range.start.max(at.saturating_sub(BYTES)));
        &self.text[start..whole(range.end.min(at + BYTES))]
    }

    /// The name that ends at `at`.
    pub(crate) fn word_before(&self, at: usize) -> &str {
        let before = &self.text[..at];
        &before[before.trim_end_matches(is_of_a_word).len()..]
    }
}

/// The most bytes of code in which calls are looked up: no handwritten source has as many, and a table
/// of numbers of 16 MiB has no calls.
const MAX_CODE_BYTES: usize = 4 << 20;

/// The most bytes of one call that are read.
const MAX_CALL_BYTES: usize = 512;

/// Whether a byte is `brace` without the `other` that belongs to it among the bytes before.
fn unmatched(brace: u8, other: u8) -> impl FnMut(u8) -> bool {
    let mut depth = 0_usize;
    move |byte| {
        let is_unmatched = byte == brace && depth == 0;
        depth = match byte {
            _ if byte == other => depth + 1,
            _ if byte == brace => depth.saturating_sub(1),
            _ => depth,
        };
        is_unmatched
    }
}

pub(crate) fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
