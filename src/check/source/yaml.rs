//! The scalars of YAML that have no quotes (YAML 1.2.2 sections 7.3.3 and 8.1).

use super::{Constant, Form, Language, assemble::FEWEST_BYTES, lines::Lines};
use crate::text::foreign::Foreign;

/// The block scalars of `content`, `key: |` and `key: >`, without their indentation, and its plain
/// scalars that begin a PEM block, whose lines are folded into one (section 7.3.3).
pub(crate) fn scalars(content: &[u8]) -> Vec<Constant> {
    let text = String::from_utf8_lossy(content);
    let mut lines = text.lines().peekable();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(header) = lines.next() {
        index += 1;
        let bare = header.split(" #").next().unwrap_or_default().trim_end();
        let plain = bare.split_once(": ").map(|(key, value)| (key, value.trim_start()));
        if let Some((key, value)) = plain.filter(|(_, value)| value.starts_with("-----BEGIN ")) {
            let mut constant = Constant::literal(Language::Yaml);
            constant.form = Form::Block;
            constant.name = named(key);
            constant.bytes.extend(value.bytes());
            constant.lines.resize(constant.bytes.len(), index);
            let is_within = |line: &&str| indent(line) > indent(header) && !line.trim().is_empty();
            while let Some(line) = lines.next_if(is_within) {
                constant.bytes.extend([b" ", line.trim().as_bytes()].concat());
                constant.lines.resize(constant.bytes.len(), index + 1);
                index += 1;
            }
            found.push(constant);
            continue;
        }
        // Behind the mark stand how the text ends and how far it is indented, in either order.
        let is_digit = |one: char| one.is_ascii_digit();
        let marked = bare.trim_end_matches(|one| matches!(one, '-' | '+') || is_digit(one));
        let stated = bare[marked.len()..].chars().find_map(|one| one.to_digit(10));
        let folded = marked.ends_with('>');
        let before = marked.trim_end_matches(['|', '>']);
        if before.len() + 1 != marked.len() || !before.ends_with([' ', ':']) {
            continue;
        }
        let mut constant = Constant {
            name: named(before.trim().trim_end_matches(':')),
            form: Form::Block,
            bytes: Vec::new(),
            lines: Lines::default(),
            nul_follows: false,
            is_pointer: false,
        };
        let mut column = stated.map(|columns| indent(header) + columns as usize);
        let is_within = |line: &&str| line.trim().is_empty() || indent(line) > indent(header);
        while let Some(line) = lines.next_if(is_within) {
            let blank = line.trim().is_empty();
            // The first line that is not blank sets the column (section 8.1.1.1).
            if !blank {
                column.get_or_insert(indent(line));
            }
            let margin = column.unwrap_or(usize::MAX).min(indent(line));
            let inner = line.get(margin..).unwrap_or_default();
            let end = if folded { b' ' } else { b'\n' };
            constant.bytes.extend(inner.bytes().chain([end]));
            constant.lines.resize(constant.bytes.len(), index + 1);
            index += 1;
        }
        if constant.bytes.len() >= FEWEST_BYTES {
            found.push(constant);
        }
    }
    found
}

/// The name of what has this key: unlike an identifier, it may hold anything.
fn named(key: &str) -> Option<String> {
    let key = key.trim().trim_start_matches("- ").trim();
    (!key.is_empty()).then(|| Foreign::text(key).line())
}
