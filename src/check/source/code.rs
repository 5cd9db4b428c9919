//! The code of a file, without comments, blanks and the text of its literals.
//!
//! In: the code as it was parsed. Out: [`Code`], in which calls and fields are looked up; each literal
//! is a quote, or its number or a known word between quotes, so that no other text in a literal is
//! mistaken for code.

/// Code with the line of each of its words.
#[derive(Debug, Default)]
pub(crate) struct Code {
    text: String,
    /// Where each line begins in the text, with its number.
    lines: Vec<(usize, usize)>,
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

    /// How many braces are open at `at`.
    pub(crate) fn depth(&self, at: usize) -> usize {
        self.text[..at].bytes().fold(0_usize, |depth, byte| match byte {
            b'{' => depth + 1,
            b'}' => depth.saturating_sub(1),
            _ => depth,
        })
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

pub(super) fn is_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
