//! The comments of a generated file apart from its code.
//!
//! In: a text, and how its language writes comments. Out: [`Piece`]s, each of one line.

use super::words::words;

/// How comments are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// `//` and `/* */`.
    Slashes,
    /// `#`.
    Hash,
    /// `--`.
    Dashes,
    /// `<!-- -->`.
    Xml,
    None,
}

/// A comment of a line, or its code.
pub(super) struct Piece<'a> {
    pub(super) line: usize,
    pub(super) is_comment: bool,
    text: &'a str,
}

impl<'a> Piece<'a> {
    /// The words, each with the line.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let line = self.line;
        words(self.text).map(move |word| (line, word))
    }

    /// The words of a comment that are neither between backquotes, where data stand, nor the name of an
    /// algorithm.
    pub(super) fn said(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = match self.text.find("key: ") {
            Some(at) => &self.text[..at],
            None => self.text,
        };
        outside_of_backquotes(text).flat_map(words)
    }

    /// Whether it is the line with the SHA-256 of a certificate in the comment at the beginning.
    pub(super) fn states_a_hash(&self) -> bool {
        let text = self.text.trim_start_matches([' ', '*', '/', '#', '-']);
        self.is_comment && text.starts_with("SHA-256: ")
    }
}

/// The parts of `text` that are not between backquotes.
pub(super) fn outside_of_backquotes(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').step_by(2)
}

impl Comments {
    /// How the output of `template` has them.
    pub(super) fn of(template: &str) -> Self {
        match template.rsplit('.').next().unwrap_or_default() {
            "xml" | "plist" => Self::Xml,
            "lua" => Self::Dashes,
            "py" | "yaml" | "env" | "sh" => Self::Hash,
            "txt" if template.starts_with("at-") => Self::Hash,
            "txt" | "csv" | "json" => Self::None,
            _ => Self::Slashes,
        }
    }

    /// What opens and what closes a comment of several lines.
    pub(super) fn block(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Slashes => Some(("/*", "*/")),
            Self::Xml => Some(("<!--", "-->")),
            _ => None,
        }
    }

    /// The pieces of `text`.
    pub(super) fn pieces(self, text: &str) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut is_in_block = false;
        for (text, line) in text.lines().zip(1..) {
            let mut rest = text;
            loop {
                let mark = self.block().map(|(open, close)| if is_in_block { close } else { open });
                let is_line = !is_in_block && self.code_of(rest).is_empty();
                let found = mark.filter(|_| !is_line).and_then(|mark| rest.split_once(mark));
                let (here, after) = found.map_or((rest, None), |(here, after)| (here, Some(after)));
                let code = if is_in_block { "" } else { self.code_of(here) };
                pieces.push(Piece { line, is_comment: false, text: code });
                pieces.push(Piece { line, is_comment: true, text: &here[code.len()..] });
                let Some(after) = after else { break };
                (rest, is_in_block) = (after, !is_in_block);
            }
        }
        pieces
    }

    /// `line` without a comment that ends with it.
    pub(super) fn code_of(self, line: &str) -> &str {
        let mark = match self {
            Self::Slashes => "//",
            Self::Hash => "#",
            Self::Dashes => "--",
            Self::Xml | Self::None => return line,
        };
        let is_comment = line.trim_start().starts_with(mark);
        match line.split_once(" // ") {
            _ if is_comment => "",
            Some((code, _)) if self == Self::Slashes => code,
            _ => line,
        }
    }
}
