//! The constants of a file, as its language reads them.
//!
//! In: the bytes of a file and its name. Out: [`Source`]: each literal, array of numbers or block
//! of text with the bytes it stands for, the line that each byte came from, and its name. It is no
//! parser of any language: it knows comments, literals, escapes and numbers, which C, C++, Rust
//! and Python have nearly in common, and the block scalars of YAML.

mod assemble;
mod document;
mod tokens;

use std::path::Path;

/// A file as constants.
pub(super) struct Source {
    pub(super) language: Language,
    pub(super) constants: Vec<Constant>,
    /// What is neither comment nor literal, to see what the code does with its constants.
    pub(super) code: String,
}

/// Bytes that stand in a file.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub(super) name: Option<String>,
    pub(super) form: Form,
    pub(super) bytes: Vec<u8>,
    /// The line of each byte, from 1.
    pub(super) lines: Vec<usize>,
    /// Whether the language itself puts a NUL after the bytes.
    pub(super) nul_follows: bool,
}

/// How a constant is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The whole file.
    File,
    /// One or several string literals.
    Literal,
    /// An array of numbers or characters.
    Numbers,
    /// A block scalar of YAML.
    Block,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// C, C++, Arduino sketches, and what is written like them.
    C,
    Rust,
    Python,
    Yaml,
    /// PEM, DER and all other data.
    Data,
}

impl Constant {
    /// The line of the byte at `index`, or of the last one.
    pub(super) fn line(&self, index: usize) -> usize {
        self.lines.get(index).or(self.lines.last()).copied().unwrap_or(1)
    }
}

/// Reads `content`, which came from `file`.
pub(super) fn read(file: &Path, content: &[u8]) -> Source {
    if let Some(constants) = document::anchors(content) {
        return Source { language: Language::Data, constants, code: String::new() };
    }
    let language = language(file, content);
    if language == Language::Data {
        return Source { language, constants: vec![whole(content)], code: String::new() };
    }
    let (tokens, code) = tokens::tokens(content, language);
    let mut constants = assemble::constants(&tokens, language);
    if language == Language::Yaml {
        constants.extend(blocks(content));
    }
    Source { language, constants, code }
}

fn whole(content: &[u8]) -> Constant {
    let mut line = 1;
    let lines = content
        .iter()
        .map(|byte| {
            let here = line;
            line += usize::from(*byte == b'\n');
            here
        })
        .collect();
    let bytes = content.to_vec();
    Constant { name: None, form: Form::File, bytes, lines, nul_follows: false }
}

/// By the file's name; what has none of the known ones is data, unless it quotes its PEM.
fn language(file: &Path, content: &[u8]) -> Language {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "c" | "h" | "cc" | "cpp" | "cxx" | "hh" | "hpp" | "hxx" | "ino" | "pde" | "inc" | "inl"
        | "ipp" | "js" | "json" | "toml" | "lua" | "java" | "go" | "zig" => Language::C,
        "rs" => Language::Rust,
        "py" => Language::Python,
        "yaml" | "yml" => Language::Yaml,
        "pem" | "crt" | "cer" | "der" | "p7b" | "p7c" | "bin" | "lock" | "txt" => Language::Data,
        _ => {
            let quoted = content.windows(12).any(|window| window == b"\"-----BEGIN ");
            if quoted { Language::C } else { Language::Data }
        }
    }
}

/// The block scalars of YAML (YAML 1.2.2 section 8.1): `key: |` and `key: >`, without their
/// indentation.
fn blocks(content: &[u8]) -> Vec<Constant> {
    let text = String::from_utf8_lossy(content);
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut found = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let header = lines[index];
        index += 1;
        let bare = header.split(" #").next().unwrap_or_default().trim_end();
        let marked = bare.trim_end_matches(['-', '+']);
        let folded = marked.ends_with('>');
        let before = marked.trim_end_matches(['|', '>']);
        if before.len() + 1 != marked.len() || !before.ends_with([' ', ':']) {
            continue;
        }
        let key = before.trim().trim_end_matches(':').trim_start_matches("- ").trim();
        let mut constant = Constant {
            name: (!key.is_empty()).then(|| key.to_owned()),
            form: Form::Block,
            bytes: Vec::new(),
            lines: Vec::new(),
            nul_follows: false,
        };
        let mut column = None;
        while let Some(line) = lines.get(index) {
            let blank = line.trim().is_empty();
            if !blank && indent(line) <= indent(header) {
                break;
            }
            let column = *column.get_or_insert(indent(line));
            let inner = line.get(column.min(indent(line))..).unwrap_or_default();
            let end = if folded { b' ' } else { b'\n' };
            constant.bytes.extend(inner.bytes().chain([end]));
            constant.lines.resize(constant.bytes.len(), index + 1);
            index += 1;
        }
        found.push(constant);
    }
    found
}
