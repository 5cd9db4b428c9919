//! Text in lines that a terminal shows.

use textwrap::{Options, WordSeparator, WordSplitter};

/// The columns of a terminal: the default of most.
pub(crate) const COLUMNS: usize = 80;

/// Lines of `columns`, broken at spaces alone: a longer word stands whole on a line of its own, so that
/// it can be copied.
pub(crate) fn lines_of(columns: usize) -> Options<'static> {
    Options::new(columns)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
}
