//! Encoding declarations, which text from outside must not contain.
//!
//! In: a user's template, and its output. Out: the line on which text from outside the template declares
//! an encoding.
//!
//! Python decodes a file as a comment on its first two lines declares (PEP 263): with another encoding a
//! comment can become code. Ruby reads such comments too.

/// Lines on which a declaration counts.
const LINES: usize = 2;

/// The number of the line of `rendered` that declares an encoding and is not a line of `template`.
pub(super) fn foreign_declaration(template: &str, rendered: &str) -> Option<usize> {
    let lines = |text| str::split(text, ['\n', '\r']);
    let mut declared = lines(rendered).take(LINES).zip(1..).filter(|(line, _)| declares(line));
    let foreign = declared.find(|(line, _)| !lines(template).any(|own| own == *line));
    foreign.map(|(_, number)| number)
}

/// Whether `line` matches `^[ \t\f]*#.*?coding[:=]` (PEP 263).
fn declares(line: &str) -> bool {
    const WORD: &str = "coding";
    let comment = line.trim_start_matches([' ', '\t', '\x0c']).strip_prefix('#');
    comment.is_some_and(|comment| {
        comment
            .match_indices(WORD)
            .any(|(at, _)| comment[at + WORD.len()..].starts_with([':', '=']))
    })
}
