//! The scalars of YAML that have no quotes (YAML 1.2.2 sections 7.3.3 and 8.1).

use std::{iter::Peekable, str::Lines as TextLines};

use super::{Constant, Form, Language, assemble::FEWEST_BYTES, lines::Lines};
use crate::text::foreign::Foreign;

/// The lines of a file, read once: a list of them would take many times the file's memory.
struct Reader<'a> {
    lines: Peekable<TextLines<'a>>,
    /// The number of lines read.
    count: usize,
}

impl<'a> Reader<'a> {
    /// The next line, if `is_wanted` accepts it.
    fn next_if(&mut self, is_wanted: impl FnOnce(&&'a str) -> bool) -> Option<&'a str> {
        let line = self.lines.next_if(is_wanted)?;
        self.count += 1;
        Some(line)
    }
}

/// The block scalars of `content`, `key: |` and `key: >`, without their indentation, and its plain
/// scalars that begin a PEM block, whose lines are folded into one (section 7.3.3).
pub(crate) fn scalars(content: &[u8]) -> Vec<Constant> {
    let text = String::from_utf8_lossy(content);
    let mut reader = Reader { lines: text.lines().peekable(), count: 0 };
    let mut found = Vec::new();
    while let Some(header) = reader.next_if(|_| true) {
        let bare = header.split(" #").next().unwrap_or_default().trim_end();
        let scalar = plain_scalar(bare, indent(header), &mut reader);
        found.extend(scalar.or_else(|| block_scalar(bare, indent(header), &mut reader)));
    }
    found
}

/// The plain scalar that begins a PEM block on the line just read, which is `bare` without its
/// comment and indented by `outer`.
fn plain_scalar(bare: &str, outer: usize, reader: &mut Reader<'_>) -> Option<Constant> {
    let (key, value) = bare.split_once(": ").map(|(key, value)| (key, value.trim_start()))?;
    if !value.starts_with("-----BEGIN ") {
        return None;
    }
    let mut constant = Constant::literal(Language::Yaml);
    constant.form = Form::Block;
    constant.name = named(key);
    constant.bytes.extend(value.bytes());
    constant.lines.resize(constant.bytes.len(), reader.count);
    let is_inside = |line: &&str| indent(line) > outer && !line.trim().is_empty();
    while let Some(line) = reader.next_if(is_inside) {
        constant.bytes.extend([b" ", line.trim().as_bytes()].concat());
        constant.lines.resize(constant.bytes.len(), reader.count);
    }
    Some(constant)
}

/// The block scalar that begins on the line just read, which is `bare` without its comment and indented
/// by `outer`. Also `None` if it is too short to hold an anchor.
fn block_scalar(bare: &str, outer: usize, reader: &mut Reader<'_>) -> Option<Constant> {
    // The indicator is followed by chomping and indentation, in either order (section 8.1.1).
    let is_digit = |one: char| one.is_ascii_digit();
    let marked = bare.trim_end_matches(|one| matches!(one, '-' | '+') || is_digit(one));
    let stated = bare[marked.len()..].chars().find_map(|one| one.to_digit(10));
    let folded = marked.ends_with('>');
    let before = marked.trim_end_matches(['|', '>']);
    if before.len() + 1 != marked.len() || !before.ends_with([' ', ':']) {
        return None;
    }
    let mut constant = Constant {
        name: named(before.trim().trim_end_matches(':')),
        form: Form::Block,
        bytes: Vec::new(),
        lines: Lines::default(),
        nul_follows: false,
        is_pointer: false,
    };
    let mut column = stated.map(|columns| outer + columns as usize);
    let is_inside = |line: &&str| line.trim().is_empty() || indent(line) > outer;
    while let Some(line) = reader.next_if(is_inside) {
        // The first line that is not blank sets the column (section 8.1.1.1).
        if !line.trim().is_empty() {
            column.get_or_insert(indent(line));
        }
        let margin = column.unwrap_or(usize::MAX).min(indent(line));
        let inner = line.get(margin..).unwrap_or_default();
        let end = if folded { b' ' } else { b'\n' };
        constant.bytes.extend(inner.bytes().chain([end]));
        constant.lines.resize(constant.bytes.len(), reader.count);
    }
    (constant.bytes.len() >= FEWEST_BYTES).then_some(constant)
}

/// The number of spaces at the beginning of `line`.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The name of the constant with this key. Unlike an identifier, a key can hold any character.
fn named(key: &str) -> Option<String> {
    let key = key.trim().trim_start_matches("- ").trim();
    (!key.is_empty()).then(|| Foreign::text(key).line())
}
