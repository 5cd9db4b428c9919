//! The header of a lock, which states its version.
//!
//! In: the text of a file. Out: the version and its line, anywhere among the comments at the beginning.

use super::FIRST_WORDS;
use crate::text::foreign::Foreign;

/// The beginnings of merge conflict markers (git-merge(1), "how conflicts are presented").
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Whether `line` is a marker of a merge conflict.
pub(super) fn is_merge_mark(line: &str) -> bool {
    MERGE_MARKS.iter().any(|mark| line.starts_with(mark))
}

/// The line and the version of the header of a lock, if there is one among the comments and the markers
/// of a merge conflict that `text` begins with. Its version counts even if other text was added above
/// it.
pub(super) fn header(text: &str) -> Option<(usize, &str)> {
    let leading = text.lines().zip(1..).take_while(|(line, _)| may_be_above_a_header(line));
    leading.into_iter().find_map(|(line, number)| Some((number, header_version(line)?)))
}

/// The beginning of `content` that [`header`] searches.
pub(super) fn beginning(content: &[u8]) -> String {
    let content = content.strip_prefix(BOM).unwrap_or(content);
    let lines = content.split_inclusive(|byte| *byte == b'\n').map(String::from_utf8_lossy);
    lines.take_while(|line| may_be_above_a_header(line)).collect()
}

/// The byte order mark of UTF-8 (Unicode 23.8).
const BOM: &[u8] = b"\xef\xbb\xbf";

fn may_be_above_a_header(line: &str) -> bool {
    let text = line.trim_start();
    text.is_empty() || text.starts_with('#') || is_merge_mark(line)
}

/// The version that `line` states if it is the header of a lock, in upper or lower case.
pub(super) fn header_version(line: &str) -> Option<&str> {
    let comment = line.trim_start().strip_prefix('#')?.trim_start();
    let words = FIRST_WORDS.trim_start_matches(['#', ' ']);
    let (beginning, rest) = comment.split_at_checked(words.len())?;
    let version = rest.split(':').next().unwrap_or_default().trim();
    beginning.eq_ignore_ascii_case(words).then_some(version)
}

/// A version that is a number, for messages.
pub(super) fn shown_version(version: &str) -> Option<Foreign> {
    /// No version has more digits.
    const MOST: usize = 8;
    let is_number = |one: char| one.is_ascii_digit() || one == '.';
    let is_shown = version.len() <= MOST && !version.is_empty() && version.chars().all(is_number);
    is_shown.then(|| Foreign::text(version))
}

/// Whether `content` is a lock, of any version, rather than a plain PEM file or a text about locks.
#[must_use]
pub fn is_lock(content: &[u8]) -> bool {
    let is_version = |version: &str| {
        version.starts_with(|one: char| one.is_ascii_digit()) && !version.contains(' ')
    };
    header(&beginning(content)).is_some_and(|(_, version)| is_version(version))
}

/// The line of the header of a lock, from 1, if `content` has one.
#[must_use]
pub fn header_line(content: &[u8]) -> Option<usize> {
    header(&beginning(content)).map(|(line, _)| line)
}
