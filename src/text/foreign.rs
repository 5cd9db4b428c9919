//! Untrusted text, escaped for the place it is written to.
//!
//! In: text from a server, a certificate or a file. Out: printable characters only.
//!
//! Whoever requests a certificate chooses its subject, which can contain terminal control sequences,
//! line ends, bidirectional overrides or the end of a comment. [`Foreign`] has no `Display`: a caller
//! names the place (`line`, `comment`, `string_literal`), and forgetting it does not compile.

use std::{
    fmt::{self, Write as _},
    path::Path,
};

use super::marks::{self, opens};

/// Characters shown of a value; longer values are cut and marked as cut.
///
/// 256 characters fit into a few lines of a terminal; names in certificates have at most 64 (RFC 5280 appendix A.1, `ub-common-name`).
pub const SHOWN_CHARACTERS: usize = 256;

/// The mark of a cut.
const CUT: &str = "... (cut)";

/// Untrusted text, escaped. It only contains printable characters, and nothing that starts a PEM
/// boundary or a CI log command.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Foreign {
    clean: String,
}

impl Foreign {
    /// Takes `raw` with backslashes doubled and unprintable characters as `\u{202e}`, as well as the
    /// character that would complete the mark of a PEM boundary or of a log command.
    #[must_use]
    pub fn text(raw: &str) -> Self {
        let mut clean = String::with_capacity(raw.len());
        for character in raw.chars() {
            match character {
                '\\' => clean.push_str(r"\\"),
                _ if prints(character) && !opens(&clean, character) => clean.push(character),
                _ => {
                    let _ = write!(clean, "\\u{{{:x}}}", u32::from(character));
                }
            }
        }
        Self { clean }
    }

    /// Takes the path of a file.
    #[must_use]
    pub fn path(path: &Path) -> Self {
        Self::text(&path.display().to_string())
    }

    /// Reads `raw` as UTF-8; an invalid byte becomes `\x9f`.
    #[must_use]
    pub fn bytes(raw: &[u8]) -> Self {
        let mut clean = String::with_capacity(raw.len());
        for chunk in raw.utf8_chunks() {
            clean.push_str(&Self::text(chunk.valid()).clean);
            for byte in chunk.invalid() {
                let _ = write!(clean, "\\x{byte:02x}");
            }
        }
        Self { clean }
    }

    /// Takes text whose writer already escaped unprintable characters, in its own notation.
    pub(crate) fn escaped(clean: String) -> Self {
        debug_assert!(is_clean(&clean), "{clean:?}");
        Self { clean }
    }

    /// Takes text that may already be clean; then it stays unchanged.
    pub(crate) fn from_clean(text: &str) -> Self {
        if is_clean(text) { Self::escaped(text.to_owned()) } else { Self::text(text) }
    }

    /// All of the clean text on one line, uncut: for a file that is read back.
    pub(crate) fn whole(&self) -> &str {
        &self.clean
    }

    /// For a terminal, a log or a JSON value: one line, cut after [`SHOWN_CHARACTERS`].
    #[must_use]
    pub fn line(&self) -> String {
        match self.clean.char_indices().nth(SHOWN_CHARACTERS) {
            Some((end, _)) => format!("{}{CUT}", &self.clean[..end]),
            None => self.clean.clone(),
        }
    }

    /// For a file that no compiler reads: like a line, without directives for an editor.
    #[must_use]
    pub fn plain(&self) -> String {
        shown(self.undirecting(|_, _| false))
    }

    /// For a comment of C, C++, Rust, Go, Python, YAML or XML: it neither ends nor opens one, contains
    /// no directive for an editor or a linter, and at the end of a line it does not join lines.
    ///
    /// What a tool obeys only at the start of a comment or on the first two lines (`# coding: NAME`,
    /// PEP 263) is left to the template: its own words come first on a line, and its own lines first
    /// in a file.
    #[must_use]
    pub fn comment(&self) -> String {
        let out = shown(self.undirecting(joins));
        // GCC treats a backslash as a line continuation even with spaces after it.
        match out.trim_end_matches(' ').ends_with('\\') {
            true => out + ".",
            false => out,
        }
    }

    /// The characters one by one; one that completes a directive or a pair that `joins` is replaced by
    /// its number.
    fn undirecting(&self, joins: fn(char, char) -> bool) -> impl Iterator<Item = Piece> {
        let mut before = ' ';
        self.clean.char_indices().map(move |(at, character)| {
            let acts = joins(before, character) || marks::directs(&self.clean[..at], character);
            before = if acts { '}' } else { character };
            match acts {
                true => Piece::Escape(format!("\\u{{{:x}}}", u32::from(character))),
                false => Piece::Character(character),
            }
        })
    }

    /// For the inside of a quoted literal of C, C++, Rust, Go, Python, JSON or YAML: ASCII only.
    ///
    /// Other characters become visible escapes with a doubled backslash, so the program sees the same
    /// text that the report shows. The same holds for what opens an interpolation or ends a comment in
    /// some language: one form is safe in all of them.
    #[must_use]
    pub fn string_literal(&self) -> String {
        let mut before = ' ';
        shown(self.clean.chars().map(|character| {
            let opens = matches!(character, '$' | '`' | '\'')
                || matches!((before, character), ('#' | '{', '{') | ('{', '%'));
            let piece = match character {
                '"' => Piece::Escape("\\\"".to_owned()),
                '\\' => Piece::Escape(r"\\".to_owned()),
                ' '..='~' if !opens && !joins(before, character) => Piece::Character(character),
                _ => Piece::Escape(format!(r"\\u{{{:x}}}", u32::from(character))),
            };
            before = character;
            piece
        }))
    }
}

/// How one character is shown.
enum Piece {
    Character(char),
    Escape(String),
}

/// The pieces in order, cut after [`SHOWN_CHARACTERS`] and never within a piece.
fn shown(pieces: impl Iterator<Item = Piece>) -> String {
    let mut out = String::new();
    let mut room = SHOWN_CHARACTERS;
    for piece in pieces {
        let length = match &piece {
            Piece::Character(_) => 1,
            Piece::Escape(escape) => escape.chars().count(),
        };
        match room.checked_sub(length) {
            Some(left) => room = left,
            None => return out + CUT,
        }
        match piece {
            Piece::Character(character) => out.push(character),
            Piece::Escape(escape) => out.push_str(&escape),
        }
    }
    out
}

fn is_clean(text: &str) -> bool {
    text.chars().all(prints) && marks::is_inert(text)
}

/// Whether two adjacent characters mean something to a compiler anywhere.
///
/// `*/` and `/*` for C and Rust, `??/` is a trigraph for a backslash (C11 section 5.2.1.1), and
/// `-->` ends a comment of XML.
fn joins(before: char, character: char) -> bool {
    matches!((before, character), ('*', '/') | ('/', '*') | ('?', '?') | ('-', '>'))
}

/// Shows the clean text, so debug output is safe too.
impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Foreign({})", self.line())
    }
}

/// Whether `character` occupies its place in a line and changes nothing around it.
///
/// The standard library escapes controls, format characters (bidirectional overrides, zero widths), line
/// and paragraph separators, private and unassigned code points, and marks that would attach to the
/// character before them.
pub(crate) fn prints(character: char) -> bool {
    matches!(character, ' '..='~') || character.escape_debug().eq([character])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_characters_are_shown_by_number() {
        let text = Foreign::text("a\x1b[31m\u{202e}\u{85}\u{2028}\n\\é");
        assert_eq!(text.line(), r"a\u{1b}[31m\u{202e}\u{85}\u{2028}\u{a}\\é");
        assert_eq!(Foreign::bytes(b"ok\xff\xc3\xa9").line(), r"ok\xffé");
    }

    #[test]
    fn text_never_looks_like_a_pem_boundary() {
        let text = Foreign::text("-----BEGIN CERTIFICATE-----");
        assert_eq!(text.line(), r"-----\u{42}EGIN CERTIFICATE-----");
        assert_eq!(Foreign::text("-------END").line(), r"-------\u{45}ND");
        assert_eq!(Foreign::text("xn-----6kcb.test").line(), "xn-----6kcb.test");
        assert_eq!(Foreign::from_clean(&text.line()), text);
        assert_eq!(Foreign::from_clean("-----x"), Foreign::text("-----x"));
    }

    #[test]
    fn text_never_looks_like_a_ci_log_command() {
        assert_eq!(Foreign::text("##[add-path]x").line(), r"##\u{5b}add-path]x");
        assert_eq!(Foreign::text("##vso[task]").line(), r"##vso\u{5b}task]");
        assert_eq!(Foreign::text("##teamcity[x]").line(), r"##teamcity\u{5b}x]");
        assert_eq!(Foreign::text("# #[x] [y]").line(), "# #[x] [y]");
        assert_eq!(Foreign::from_clean("##[x"), Foreign::text("##[x"));
    }

    #[test]
    fn comments_and_plain_text_give_no_directive_to_editors() {
        for (hostile, inert) in [
            ("x vim: set ft=sh:", r"x vim\u{3a} set ft=sh:"),
            ("ex:x", r"ex\u{3a}x"),
            ("-*- eval: x -*-", r"-*\u{2d} eval: x -*\u{2d}"),
            ("Local Variables:", r"Local Variables\u{3a}"),
            ("NOLINTBEGIN", r"NOLIN\u{54}BEGIN"),
            ("x pylint: skip-file", r"x pylin\u{74}\u{3a} skip-file"),
            ("# type: ignore", r"# type\u{3a} ignore"),
            ("certgrab: allow leaf x", r"certgrab: allo\u{77} leaf x"),
        ] {
            assert_eq!(Foreign::text(hostile).comment(), inert);
            assert_eq!(Foreign::text(hostile).plain(), inert);
            assert_eq!(Foreign::text(hostile).line(), hostile);
        }
        assert_eq!(Foreign::text("m1.example.com:8883").comment(), "m1.example.com:8883");
    }

    #[test]
    fn text_neither_ends_nor_starts_a_comment() {
        for hostile in ["*/", "/*", "**//", "*/*/", "/*/", "??/", "????/", "-->", "--->"] {
            let comment = Foreign::text(hostile).comment();
            for mark in ["*/", "/*", "??", "->"] {
                assert!(!comment.contains(mark), "{hostile} gave {comment}");
            }
        }
    }

    #[test]
    fn a_comment_at_a_line_end_joins_no_lines() {
        assert_eq!(Foreign::text("a\\").comment(), r"a\\.");
        assert_eq!(Foreign::escaped(r"CN=a\  ".to_owned()).comment(), r"CN=a\  .");
        assert_eq!(Foreign::text("a\\b").comment(), r"a\\b");
    }

    #[test]
    fn a_literal_is_ascii_and_keeps_its_quotes() {
        assert_eq!(Foreign::text("\"é\\??/").string_literal(), r#"\"\\u{e9}\\\\?\\u{3f}/"#);
    }

    #[test]
    fn a_literal_starts_no_interpolation_and_ends_no_comment() {
        let literal = Foreign::text("a$b `c` #{d} {{e}} {%f%} it's */ /* {g}").string_literal();
        for mark in ["$", "`", "#{", "{{", "{%", "'", "*/", "/*"] {
            assert!(!literal.contains(mark), "{mark} in {literal}");
        }
        assert!(literal.ends_with(" {g}"), "{literal}");
    }

    #[test]
    fn a_long_value_is_cut_visibly() {
        let line = Foreign::text(&"x".repeat(SHOWN_CHARACTERS + 1)).line();
        assert_eq!(line, format!("{}... (cut)", "x".repeat(SHOWN_CHARACTERS)));
        let whole = "x".repeat(SHOWN_CHARACTERS);
        assert_eq!(Foreign::text(&whole).line(), whole);
        assert_eq!(Foreign::text(&whole).comment(), whole);
        assert_eq!(Foreign::text(&whole).string_literal(), whole);
    }

    #[test]
    fn a_value_is_cut_after_escaping_and_never_inside_an_escape() {
        let hostile = Foreign::text(&"*/".repeat(30_000));
        let comment = format!("{}*{CUT}", r"*\u{2f}".repeat(36));
        assert_eq!(hostile.comment(), comment);
        let literal = format!("*{}{CUT}", r"\\u{2f}\\u{2a}".repeat(18));
        assert_eq!(hostile.string_literal(), literal);
    }
}
