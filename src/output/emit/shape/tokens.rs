//! The tokens of a text: its words, and the marks that open comments and literals.
//!
//! In: a text. Out: its [`Token`]s. Other characters are layout, which formatters change, as are escapes
//! in literals.

/// A word, a quotation mark, or a mark that can open a comment.
#[derive(Clone, Copy)]
pub(super) struct Token<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
}

impl Token<'_> {
    pub(super) fn is_word(&self) -> bool {
        self.text.starts_with(is_of_word)
    }
}

/// A quotation mark of either kind: formatters exchange them.
pub(super) const QUOTE: &str = "\"";

/// The text of each token that is not a word, and the token.
const MARKS: [(&str, &str); 6] =
    [("\"", QUOTE), ("'", QUOTE), ("`", "`"), ("/", "/"), ("#", "#"), ("--", "--")];

pub(super) fn is_of_word(one: char) -> bool {
    one.is_alphanumeric() || matches!(one, '_' | '$')
}

/// The tokens of `text`.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let of_line = |(text, line)| of_line(text).map(move |text| Token { line, text });
    text.lines().zip(1..).flat_map(of_line)
}

fn of_line(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        while let Some(first) = rest.chars().next() {
            if is_of_word(first) {
                let end = rest.find(|one| !is_of_word(one)).unwrap_or(rest.len());
                let word;
                (word, rest) = rest.split_at(end);
                return Some(word);
            }
            if let Some((mark, token)) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark)) {
                rest = &rest[mark.len()..];
                return Some(*token);
            }
            let skipped = match rest.strip_prefix('\\') {
                Some(escape) if escape.starts_with('x') => "\\x00".len(),
                Some(escape) => 1 + escape.chars().next().map_or(0, char::len_utf8),
                None => first.len_utf8(),
            };
            rest = rest.get(skipped..).unwrap_or_default();
        }
        None
    })
}
