//! Text in lines for a terminal.

use textwrap::{Options, WordSeparator, WordSplitter, core};

/// The columns of a terminal: the usual default.
pub(crate) const COLUMNS: usize = 80;

/// Characters that must not begin a line, and those that must not end one.
const NOT_FIRST: &str = "，。；：、？！）」》”…";
const NOT_LAST: &str = "（「《“";

/// Lines of `columns`, broken at spaces and between characters of two columns, such as those of Chinese:
/// a longer word is on a separate line as a whole, so that it can be copied.
pub(crate) fn lines_of(columns: usize) -> Options<'static> {
    Options::new(columns)
        .break_words(false)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation)
}

/// The words of a line, each with the spaces after it.
fn words(line: &str) -> Box<dyn Iterator<Item = core::Word<'_>> + '_> {
    let is_wide = |one: char| core::display_width(one.encode_utf8(&mut [0; 4])) > 1;
    let breaks = move |before: char, after: char| {
        before == ' ' && after != ' '
            || after != ' '
                && (is_wide(before) || is_wide(after))
                && !NOT_LAST.contains(before)
                && !NOT_FIRST.contains(after)
    };
    let pairs = line.char_indices().zip(line.char_indices().skip(1));
    let ends =
        pairs.filter_map(move |((_, before), (at, after))| breaks(before, after).then_some(at));
    let mut begin = 0;
    Box::new(ends.chain([line.len()]).map(move |end| {
        let word = core::Word::from(&line[begin..end]);
        begin = end;
        word
    }))
}

/// `text` in at most `columns`, with `end` where it was cut.
pub(crate) fn shortened(text: &str, columns: usize, end: &str) -> String {
    if core::display_width(text) <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(core::display_width(end));
    let fits = |one: &char| {
        let width = core::display_width(one.encode_utf8(&mut [0; 4]));
        left.checked_sub(width).map(|rest| left = rest).is_some()
    };
    text.chars().take_while(fits).chain(end.chars()).collect()
}

/// `text`, then spaces up to `columns`.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(core::display_width(text));
    format!("{text}{:missing$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_wide_characters_not_before_punctuation() {
        let lines = |text| textwrap::wrap(text, lines_of(8)).join("|");
        assert_eq!(lines("a longer line of words"), "a longer|line of|words");
        assert_eq!(lines("信任锚信任锚"), "信任锚信|任锚");
        assert_eq!(lines("信任锚的，信任"), "信任锚|的，信任");
        assert_eq!(lines("用 `abc` 写出"), "用 `abc`|写出");
        assert_eq!(lines(&"5".repeat(12)), "5".repeat(12));
    }

    #[test]
    fn a_long_name_is_cut_at_its_last_column() {
        for (text, wanted) in [
            ("CN=a", "CN=a"),
            ("CN=broker", "CN=broker"),
            ("CN=brokers", "CN=broke…"),
            ("CN=信任锚", "CN=信任锚"),
            ("CN=信任锚的", "CN=信任…"),
            ("CN=a信任锚的", "CN=a信任…"),
        ] {
            assert_eq!(shortened(text, 9, "…"), wanted);
        }
        assert_eq!(shortened("CN=brokers", 9, "..."), "CN=bro...");
        assert_eq!(shortened("CN=brokers", 0, "…"), "…");
    }

    #[test]
    fn a_character_of_two_columns_counts_as_two() {
        assert_eq!(padded("信任", 6), "信任  ");
        assert_eq!(padded("longer", 3), "longer");
    }
}
