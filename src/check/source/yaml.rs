//! The scalars of YAML that have no quotes (YAML 1.2.2 sections 7.3.3 and 8.1).

use super::{Constant, Form, Language};
use crate::text::foreign::Foreign;

/// The block scalars of `content`, `key: |` and `key: >`, without their indentation, and its plain
/// scalars that begin a PEM block, whose lines are folded into one (section 7.3.3).
pub(crate) fn scalars(content: &[u8]) -> Vec<Constant> {
    let text = String::from_utf8_lossy(content);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let header = index;
        index += 1;
        let bare = lines[header].split(" #").next().unwrap_or_default().trim_end();
        let scalar = plain_scalar(bare, &lines, header, &mut index);
        found.extend(scalar.or_else(|| block_scalar(bare, &lines, header, &mut index)));
    }
    found
}

/// The plain scalar that begins a PEM block on the line `header`, which is `bare` without its
/// comment. `index` is the next line to read.
fn plain_scalar(bare: &str, lines: &[&str], header: usize, index: &mut usize) -> Option<Constant> {
    let (key, value) = bare.split_once(": ").map(|(key, value)| (key, value.trim_start()))?;
    if !value.starts_with("-----BEGIN ") {
        return None;
    }
    let mut constant = Constant::literal(Language::Yaml);
    constant.form = Form::Block;
    constant.name = named(key);
    constant.bytes.extend(value.bytes());
    constant.lines.resize(constant.bytes.len(), header + 1);
    let is_inside = |line: &&&str| indent(line) > indent(lines[header]) && !line.trim().is_empty();
    while let Some(line) = lines.get(*index).filter(is_inside) {
        constant.bytes.extend([b" ", line.trim().as_bytes()].concat());
        constant.lines.resize(constant.bytes.len(), *index + 1);
        *index += 1;
    }
    Some(constant)
}

/// The block scalar that begins on the line `header`, which is `bare` without its comment. `index`
/// is the next line to read.
fn block_scalar(bare: &str, lines: &[&str], header: usize, index: &mut usize) -> Option<Constant> {
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
        lines: Vec::new(),
        nul_follows: false,
        is_pointer: false,
    };
    let outer = indent(lines[header]);
    let mut column = stated.map(|columns| outer + columns as usize);
    while let Some(line) = lines.get(*index) {
        let blank = line.trim().is_empty();
        if !blank && indent(line) <= outer {
            break;
        }
        // The first line that is not blank sets the column (section 8.1.1.1).
        if !blank {
            column.get_or_insert(indent(line));
        }
        let margin = column.unwrap_or(usize::MAX).min(indent(line));
        let inner = line.get(margin..).unwrap_or_default();
        let end = if folded { b' ' } else { b'\n' };
        constant.bytes.extend(inner.bytes().chain([end]));
        constant.lines.resize(constant.bytes.len(), *index + 1);
        *index += 1;
    }
    Some(constant)
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
