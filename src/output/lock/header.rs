//! The header of a lock, which states its version.
//!
//! In: the text of a file. Out: the version and its line, wherever it stands among the comments at the
//! beginning.

use super::FIRST_WORDS;
use crate::text::foreign::Foreign;

/// The line and the version of the header of a lock, if there is one among the comments that `text`
/// begins with. Its version counts whatever somebody put above it.
pub(super) fn header(text: &str) -> Option<(usize, &str)> {
    let leading = text.lines().zip(1..).take_while(|(line, _)| {
        let line = line.trim_start();
        line.is_empty() || line.starts_with('#')
    });
    leading.into_iter().find_map(|(line, number)| Some((number, header_version(line)?)))
}

/// The version that `line` states if it is the header of a lock, in whatever case.
pub(super) fn header_version(line: &str) -> Option<&str> {
    let comment = line.trim_start().strip_prefix('#')?.trim_start();
    let words = FIRST_WORDS.trim_start_matches(['#', ' ']);
    let (beginning, rest) = comment.split_at_checked(words.len())?;
    let version = rest.split(':').next().unwrap_or_default().trim();
    beginning.eq_ignore_ascii_case(words).then_some(version)
}

/// A version that is a number, to be shown.
pub(super) fn shown_version(version: &str) -> Option<Foreign> {
    /// No version has more digits.
    const MOST: usize = 8;
    let is_number = |one: char| one.is_ascii_digit() || one == '.';
    let is_shown = version.len() <= MOST && !version.is_empty() && version.chars().all(is_number);
    is_shown.then(|| Foreign::text(version))
}
