//! Tokens in eight bytes each: a file may have as many as it has bytes.

use super::super::lines::Lines;

/// The tokens of a source, in order.
pub(crate) struct Tokens<'a> {
    content: &'a [u8],
    packed: Vec<Packed>,
    /// The bytes of all literals, one after the other.
    pub(super) bytes: Vec<u8>,
    /// The line of each of these bytes.
    pub(super) lines: Lines,
    /// Where each literal begins among these bytes.
    starts: Vec<u32>,
    /// The line of the first comment.
    pub(crate) comment: Option<usize>,
}

#[derive(Clone, Copy)]
struct Packed {
    /// The line it begins on, from 1.
    line: u32,
    /// Which kind it is in the [`KIND_BITS`] highest bits, and in the others a place or a value.
    what: u32,
}

const KIND_BITS: u32 = 3;
const VALUE: u32 = u32::MAX >> KIND_BITS;
const WORD: u32 = 0;
const SIGN: u32 = 1;
const NUMBER: u32 = 2;
const LITERAL: u32 = 3;
const C_STRING: u32 = 4;
/// The value of a number that does not fit into a byte.
const NO_BYTE: u32 = 256;

/// The most bytes of a source: the positions must fit into a token.
pub(crate) const MAX_BYTES: usize = VALUE as usize;

/// The kind of a token.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind<'a> {
    Word,
    Sign(u8),
    /// A number or a character literal; `None` if it does not fit into a byte.
    Number(Option<u8>),
    Literal(Literal<'a>),
}

/// The bytes of a literal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal<'a> {
    pub(crate) bytes: &'a [u8],
    all_lines: &'a Lines,
    start: usize,
    /// Whether it is a C string of Rust, which has a NUL after it.
    pub(crate) is_c_string: bool,
}

impl Literal<'_> {
    /// The line of its first byte.
    pub(crate) fn line(&self) -> Option<usize> {
        self.all_lines.get(self.start).filter(|_| !self.bytes.is_empty())
    }

    /// Adds its bytes and their lines to others.
    pub(crate) fn add_to(&self, bytes: &mut Vec<u8>, lines: &mut Lines) {
        bytes.extend(self.bytes);
        lines.extend(self.all_lines, self.start, self.start + self.bytes.len());
    }
}

impl<'a> Tokens<'a> {
    pub(super) fn new(content: &'a [u8]) -> Self {
        let (packed, bytes, starts) = (Vec::new(), Vec::new(), Vec::new());
        Self { content, packed, bytes, lines: Lines::default(), starts, comment: None }
    }

    pub(super) fn push(&mut self, kind: u32, value: usize, line: usize) {
        let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
        let what = kind << (u32::BITS - KIND_BITS) | number(value) & VALUE;
        self.packed.push(Packed { line: number(line), what });
    }

    /// A word that begins at `at` in the content.
    pub(super) fn push_word(&mut self, at: usize, line: usize) {
        self.push(WORD, at, line);
    }

    pub(super) fn push_sign(&mut self, sign: u8, line: usize) {
        self.push(SIGN, sign.into(), line);
    }

    pub(super) fn push_number(&mut self, value: Option<u8>, line: usize) {
        self.push(NUMBER, value.map_or(NO_BYTE as usize, usize::from), line);
    }

    /// A literal of the bytes from `start` on.
    pub(super) fn push_literal(&mut self, start: usize, is_c_string: bool, line: usize) {
        let kind = if is_c_string { C_STRING } else { LITERAL };
        self.push(kind, self.starts.len(), line);
        self.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
    }

    /// Adds a byte of a literal.
    pub(super) fn byte(&mut self, byte: u8, line: usize) {
        self.bytes.push(byte);
        self.lines.push(line);
    }

    /// Removes the bytes of literals from `count` on.
    pub(super) fn truncate(&mut self, count: usize) {
        self.bytes.truncate(count);
        self.lines.resize(self.bytes.len(), 1);
    }

    pub(crate) fn len(&self) -> usize {
        self.packed.len()
    }

    /// How many literals there are.
    pub(crate) fn literals(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of the literal with this number, from 0.
    pub(crate) fn literal_bytes(&self, number: usize) -> Option<&[u8]> {
        let start = *self.starts.get(number)? as usize;
        let end = self.starts.get(number + 1).map_or(self.bytes.len(), |end| *end as usize);
        self.bytes.get(start..end)
    }

    /// The line on which the token at `index` begins.
    pub(crate) fn line(&self, index: usize) -> usize {
        self.packed.get(index).map_or(1, |token| token.line as usize)
    }

    pub(crate) fn kind(&self, index: usize) -> Option<Kind<'_>> {
        let what = self.packed.get(index)?.what;
        let value = (what & VALUE) as usize;
        Some(match what >> (u32::BITS - KIND_BITS) {
            WORD => Kind::Word,
            SIGN => Kind::Sign(value as u8),
            NUMBER => Kind::Number(u8::try_from(value).ok()),
            kind => {
                let start = *self.starts.get(value)? as usize;
                let bytes = self.literal_bytes(value)?;
                let is_c_string = kind == C_STRING;
                Kind::Literal(Literal { bytes, all_lines: &self.lines, start, is_c_string })
            }
        })
    }

    fn word_at(&self, at: usize) -> &'a str {
        let rest = self.content.get(at..).unwrap_or_default();
        let is_of_it = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let end = rest.iter().position(|byte| !is_of_it(byte)).unwrap_or(rest.len());
        std::str::from_utf8(&rest[..end]).unwrap_or_default()
    }

    /// The word at `index`.
    pub(crate) fn word(&self, index: usize) -> Option<&'a str> {
        let token = self.packed.get(index)?;
        let is_word = token.what >> (u32::BITS - KIND_BITS) == WORD;
        is_word.then(|| self.word_at((token.what & VALUE) as usize))
    }

    /// The literal at `index`.
    pub(crate) fn literal(&self, index: usize) -> Option<Literal<'_>> {
        match self.kind(index)? {
            Kind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Whether one of `signs` is at `index`.
    pub(crate) fn is_sign(&self, index: usize, signs: &[u8]) -> bool {
        matches!(self.kind(index), Some(Kind::Sign(sign)) if signs.contains(&sign))
    }

    /// The bytes of memory that the tokens use.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.packed.len() * size_of::<Packed>()
            + self.bytes.len()
            + self.lines.memory()
            + self.starts.len() * size_of::<u32>()
    }
}
