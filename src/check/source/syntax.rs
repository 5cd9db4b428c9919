//! The syntax of files, by their extensions: comments, single quotes, directives.

use std::path::Path;

use super::Language;

/// Extensions of files with `#if`: those of C, C++, Objective-C and C#. In others of [`Language::C`],
/// such as TOML, a `#` begins a comment or nothing.
const PREPROCESSED: [&str; 23] = [
    "c", "h", "cc", "cpp", "cxx", "c++", "hh", "hpp", "hxx", "h++", "ino", "pde", "inc", "inl",
    "ipp", "ixx", "cppm", "tcc", "tpp", "txx", "m", "mm", "cs",
];

/// How the tokens of a language are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    /// Whether a preprocessor reads it.
    pub(super) has_directives: bool,
    /// Whether single quotes hold strings, and if so, whether without escapes.
    pub(super) single_quotes: Option<bool>,
    pub(super) comments: Comments,
}

/// What begins a comment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Comments {
    pub(super) hash: Hash,
    /// `//`.
    pub(super) slashes: bool,
    /// `--`.
    pub(super) dashes: bool,
    /// `%`.
    pub(super) percent: bool,
    /// What begins and ends a comment over several lines.
    pub(super) block: Option<(&'static [u8], &'static [u8])>,
}

/// Where a `#` begins a comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Hash {
    #[default]
    Nowhere,
    Anywhere,
    /// At the beginning of a word, as in shells, where `$#` is not a comment.
    BeforeAWord,
}

impl Comments {
    const C: Self = Self {
        slashes: true,
        block: Some((b"/*", b"*/")),
        hash: Hash::Nowhere,
        dashes: false,
        percent: false,
    };
    const HASH: Self =
        Self { hash: Hash::Anywhere, slashes: false, block: None, dashes: false, percent: false };
    const SHELL: Self = Self { hash: Hash::BeforeAWord, ..Self::HASH };
}

impl Syntax {
    /// The syntax of a file in `language` whose name ends in `extension`.
    pub(super) fn of(extension: &str, language: Language) -> Self {
        let comments = match (language, extension) {
            (Language::Python | Language::Yaml, _) | (_, "toml" | "be" | "cmake") => Comments::HASH,
            (_, "lua") => {
                Comments { dashes: true, block: Some((b"--[[", b"]]")), ..Comments::default() }
            }
            _ => Comments::C,
        };
        Self {
            has_directives: PREPROCESSED.contains(&extension),
            single_quotes: single_quotes(extension),
            comments,
        }
    }

    /// The syntax of a script, and the language whose literals it has: its constants are read as data,
    /// and its code is examined separately.
    pub(super) fn of_script(file: &Path, extension: &str) -> Option<(Language, Self)> {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (language, comments) = match extension {
            "php" => (Language::C, Comments { hash: Hash::BeforeAWord, ..Comments::C }),
            "vue" | "svelte" | "html" => (Language::C, Comments::C),
            "ps1" | "psm1" => {
                (Language::Python, Comments { block: Some((b"<#", b"#>")), ..Comments::SHELL })
            }
            "erl" | "hrl" => (Language::Python, Comments { percent: true, ..Comments::default() }),
            "sh" | "bash" | "zsh" | "rb" | "pl" | "pm" | "ex" | "exs" | "conf" | "cnf" | "env" => {
                (Language::Python, Comments::SHELL)
            }
            _ if name.starts_with(".env") || SETTINGS.contains(&name) => {
                (Language::Python, Comments::SHELL)
            }
            _ => return None,
        };
        Some((language, Self { has_directives: false, single_quotes: Some(false), comments }))
    }
}

/// Settings files of programs that connect: git, npm, conda, wget.
const SETTINGS: [&str; 5] = [".gitconfig", "gitconfig", ".npmrc", ".condarc", ".wgetrc"];

/// File extensions of languages with single-quoted strings, and whether these strings have no escapes.
const SINGLE_QUOTES: [(&str, bool); 13] = [
    ("js", false),
    ("mjs", false),
    ("cjs", false),
    ("jsx", false),
    ("ts", false),
    ("mts", false),
    ("tsx", false),
    ("dart", false),
    ("lua", false),
    ("be", false),
    ("toml", true),
    ("groovy", false),
    ("gradle", false),
];

/// Whether single quotes hold strings in files with this extension, and if so, whether without
/// escapes.
fn single_quotes(extension: &str) -> Option<bool> {
    SINGLE_QUOTES.iter().find(|(known, _)| *known == extension).map(|(_, is_raw)| *is_raw)
}

/// Languages with literals like those of C.
const LIKE_C: [&str; 23] = [
    "js", "mjs", "cjs", "jsx", "ts", "mts", "tsx", "json", "toml", "lua", "java", "kt", "kts",
    "swift", "dart", "go", "zig", "nut", "be", "cmake", "scala", "groovy", "gradle",
];
/// Files in which strings may continue over several lines: the text between their quotes is read as it
/// is.
const QUOTING: [&str; 6] = ["sh", "bash", "zsh", "ps1", "psm1", "csv"];
/// Files of certificates and other data.
const DATA: [&str; 9] = ["pem", "crt", "cer", "der", "p7b", "p7c", "bin", "lock", "txt"];
/// Other extensions of such files; a file without the extension of a language may be one.
const MORE_DATA: [&str; 6] = ["", "cert", "ca", "trust", "key", "chain"];

/// By the file's extension; a file with an unknown extension is data, unless it quotes its PEM or has an array.
pub(super) fn language(extension: &str, content: &[u8]) -> Language {
    match extension {
        _ if PREPROCESSED.contains(&extension) || LIKE_C.contains(&extension) => Language::C,
        "rs" => Language::Rust,
        // GDScript has Python's literals and comments.
        "py" | "gd" => Language::Python,
        "yaml" | "yml" => Language::Yaml,
        // A file that C includes may have this extension: `#include "ca.pem"`.
        "pem" | "crt" | "cer" | "txt" if is_c_literal(content) || is_array(content) => Language::C,
        _ if DATA.contains(&extension) || QUOTING.contains(&extension) => Language::Data,
        _ => {
            let quoted = memchr::memmem::find(content, b"\"-----BEGIN ").is_some();
            if quoted || is_array(content) { Language::C } else { Language::Data }
        }
    }
}

/// How much of a language this module knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    /// All that matters: what its reader does not accept is damaged.
    Whole,
    /// The literals, but not all that joins them.
    Known,
    /// Nothing.
    Unknown,
}

/// What is known of the language of files with this `extension`. A backslash at the end of a line means
/// something else in Lua than in C.
pub(super) fn rules(extension: &str) -> Rules {
    match extension {
        "lua" | "zig" => Rules::Unknown,
        "json" | "toml" | "yaml" | "yml" | "rs" | "py" | "gd" | "properties" => Rules::Whole,
        "cs" => Rules::Known,
        _ if is_data(extension) || PREPROCESSED.contains(&extension) => Rules::Whole,
        _ if LIKE_C.contains(&extension) || QUOTING.contains(&extension) => Rules::Known,
        _ => Rules::Unknown,
    }
}

/// Whether programs that read certificates read files with this `extension` as they are.
pub(super) fn is_data(extension: &str) -> bool {
    DATA.contains(&extension) || MORE_DATA.contains(&extension)
}

/// Whether `content` may have DER as an array, which begins with the octet of a SEQUENCE, and has no PEM.
fn is_array(content: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(content, part).is_some();
    has(b"0x30") && !has(b"-----BEGIN ")
}

/// Whether C puts a NUL after the literals of files with this `extension`.
pub(super) fn ends_with_nul(extension: &str) -> bool {
    extension != "cs" && (PREPROCESSED.contains(&extension) || DATA.contains(&extension))
}

/// Whether a line of `content` is a literal of C that begins a block.
fn is_c_literal(content: &[u8]) -> bool {
    let mut lines = content.split(|byte| *byte == b'\n');
    lines.any(|line| {
        let line = line.trim_ascii();
        line.starts_with(b"\"-----BEGIN ") && line.windows(3).any(|end| end == b"\\n\"")
    })
}
