//! PEM blocks with the same text of the language between all their lines.
//!
//! In: a file in any language. Out: its blocks without that text: `" & vbLf & _` of Visual Basic, `\n\`
//! and `\` of Haskell, `\\` of Zig, `' + #13#10 + '` of Pascal, `echo` of a script, or a margin that the
//! language removes. It does not check whether the language turns that text into a line end.

use std::path::Path;

use super::{
    Constant, Form, Language, extension,
    syntax::{self, Rules},
};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// The most bytes between two lines of a block: a statement with a name and a call.
const MAX_SEPARATOR: usize = 200;
/// How the Base64 of a certificate begins: a SEQUENCE with two bytes of length (X.690 section 8.1.3.5).
const FIRST: &[u8] = b"MII";
/// The fewest digits of a first or second line.
const FEWEST_DIGITS: usize = 32;

/// File extensions of languages that remove a margin in the literals that hold PEM, or in heredocs: the
/// margin of all lines, or the indentation of the end of the literal.
const MARGIN: [&str; 6] = ["nix", "dhall", "coffee", "jsonnet", "libsonnet", "jl"];
const MARGIN_OF_THE_END: [&str; 8] = ["ex", "exs", "erl", "hrl", "pas", "dpr", "cue", "cr"];

/// What begins a comment on a line.
const COMMENTS: [&[u8]; 8] = [b"//", b"/*", b"*", b"# ", b"#\"", b";", b"--", b"%"];

/// What precedes a text with escapes in a shell script.
const ESCAPED: [&[u8]; 3] = [b"$'", b"printf ", b"echo -e "];

/// The blocks of `content`, which came from `file`, if all of them are written this way; `found_none` if
/// the reader of the language found no certificate.
pub(crate) fn blocks(file: &Path, content: &[u8], found_none: bool) -> Option<Vec<Constant>> {
    let extension = extension(file);
    let rules = syntax::rules(&extension);
    if rules == Rules::Whole {
        return None;
    }
    let is_sure = rules == Rules::Known && !found_none;
    let mut reader = Reader { content, extension: &extension, line: 1, counted: 0 };
    let (mut found, mut at) = (Vec::<Constant>::new(), 0);
    // Where the last block ended, and what separates its lines.
    let mut last: Option<(usize, Separator<'_>)> = None;
    while let Some(begin) = memchr::memmem::find(&content[at..], BEGIN).map(|begin| at + begin) {
        let line_start = memchr::memrchr(b'\n', &content[..begin]).map_or(0, |end| end + 1);
        let before = &content[line_start..begin];
        if begins_comment(before.trim_ascii_start()) {
            at = begin + BEGIN.len();
            continue;
        }
        if is_sure && !ESCAPED.iter().any(|word| memchr::memmem::find(before, word).is_some()) {
            return None;
        }
        let goes_on = last.take().is_some_and(|(end, separator)| {
            separator.after(content, end).is_some_and(|next| next == begin)
        });
        let mut constant = match found.pop_if(|_| goes_on) {
            Some(constant) => constant,
            None => empty(),
        };
        let (end, separator) = reader.block(begin, &mut constant)?;
        found.push(constant);
        last = Some((end, separator));
        at = end;
    }
    (!found.is_empty()).then_some(found)
}

fn empty() -> Constant {
    Constant { form: Form::Block, ..Constant::literal(Language::Data) }
}

fn begins_comment(line: &[u8]) -> bool {
    COMMENTS.iter().any(|mark| line.starts_with(mark))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// How many Base64 digits there are at `at`.
fn digits(content: &[u8], at: usize) -> usize {
    content[at..].iter().take_while(|byte| is_base64(**byte)).count()
}

/// Where the next line of Base64 begins in `text`, which begins with something else.
fn next_line(text: &[u8]) -> Option<usize> {
    (1..text.len()).find(|from| digits(text, *from) >= FEWEST_DIGITS)
}

/// What separates two lines: its words, with any blanks between them.
#[derive(Clone, Copy)]
struct Separator<'a>(&'a [u8]);

impl<'a> Separator<'a> {
    /// `text`, unless it turns the line after it into a comment or begins like Base64.
    fn of(text: &'a [u8]) -> Option<Self> {
        let (before, behind) = match memchr::memrchr(b'\n', text) {
            Some(end) => (&text[..end], text[end + 1..].trim_ascii_start()),
            None => (text, &b""[..]),
        };
        // In Visual Basic a quote that does not close a string begins a comment.
        let is_comment = begins_comment(behind)
            || behind.starts_with(b"'")
                && !before.contains(&b'\'')
                && !behind[1..].contains(&b'\'');
        let is_distinct = text.first().is_some_and(|byte| !is_base64(*byte));
        (is_distinct && !is_comment).then_some(Self(text))
    }

    /// Where the text after it begins, if it is at `at`.
    fn after(&self, content: &[u8], at: usize) -> Option<usize> {
        let blanks = |at: usize| {
            let rest = content[at..].iter().take(MAX_SEPARATOR);
            at + rest.take_while(|byte| byte.is_ascii_whitespace()).count()
        };
        let mut at = at;
        let words = self.0.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        for word in words {
            at = blanks(at);
            at += content[at..].starts_with(word).then_some(word.len())?;
        }
        Some(blanks(at))
    }

    /// Whether it contains only blanks.
    fn is_blank(&self) -> bool {
        self.0.trim_ascii().is_empty()
    }
}

struct Reader<'a, 'b> {
    content: &'a [u8],
    extension: &'b str,
    /// The line of the position `counted`.
    line: usize,
    counted: usize,
}

impl<'a> Reader<'a, '_> {
    /// Adds the block at `begin` to `constant`; where it ends, and what separates its lines.
    fn block(&mut self, begin: usize, constant: &mut Constant) -> Option<(usize, Separator<'a>)> {
        let content = self.content;
        self.add(begin, BEGIN, constant);
        let behind = begin + BEGIN.len();
        let near = |at: usize| &content[at..content.len().min(at + MAX_SEPARATOR)];
        let first =
            memchr::memmem::find(near(behind), FIRST).or_else(|| next_line(near(behind)))?;
        let mut separator = Separator::of(&content[behind..behind + first])?;
        let (mut at, mut is_first) = (behind + first, true);
        loop {
            let count = digits(content, at);
            if count == 0 || is_first && count < FEWEST_DIGITS {
                return None;
            }
            self.add(at, &content[at..at + count], constant);
            at += count;
            at = match separator.after(content, at) {
                Some(next) => next,
                // The first of several commands may differ, such as `>` and `>>`.
                None if is_first => {
                    let length = next_line(near(at))?;
                    separator = Separator::of(&content[at..at + length])?;
                    at + length
                }
                None => return None,
            };
            is_first = false;
            if content[at..].starts_with(END) {
                self.add(at, END, constant);
                at += END.len();
                break;
            }
        }
        let is_read = !separator.is_blank() || self.takes(separator, at);
        is_read.then_some((at, separator))
    }

    /// Whether the language removes the margin of a block with these blanks between its lines, which
    /// ends at `end`.
    fn takes(&self, separator: Separator<'_>, end: usize) -> bool {
        let margin = |text: &[u8]| {
            let line = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
        };
        if MARGIN.contains(&self.extension) {
            return true;
        }
        // The end of the literal is on the first non-empty line after the block.
        let rest = &self.content[end..];
        let first = rest.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(rest.len());
        MARGIN_OF_THE_END.contains(&self.extension) && margin(&rest[..first]) >= margin(separator.0)
    }

    /// Adds a line to `constant`.
    fn add(&mut self, at: usize, line: &[u8], constant: &mut Constant) {
        let passed = &self.content[self.counted..at];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = at;
        constant.bytes.extend([line, b"\n"].concat());
        constant.lines.resize(constant.bytes.len(), self.line);
    }
}
