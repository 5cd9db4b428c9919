//! What else a file with a certificate contains, and would therefore be lost if the file were replaced.
//!
//! In: a file's name and its bytes. Out: nothing, or the first thing that is not part of a certificate. A
//! certificate may be the value of one constant, with its length and an include guard, or of one key in YAML,
//! JSON and the like. The words allowed around it are listed; anything unknown is kept.

use std::path::Path;

use super::{
    der_form::begins_as_certificate,
    source::{
        self, Constant,
        tokens::{Kind, Tokens},
    },
};
use crate::x509::certificate::Certificate;

/// The words around constants in C, C++, Rust, Python, JavaScript, Go, Java, Kotlin and Swift.
const WORDS: &str = "alignas aligned auto byte bytes char const constexpr define DRAM_ATTR export extern \
                     final ICACHE_RODATA_ATTR ifndef inline int let once pragma private PROGMEM pub public section \
                     sizeof size_t static std str string String u8 uint8_t unsigned usize val var __attribute__";

/// Words before a parenthesis that is not a call.
const BEFORE_PARENTHESES: [&str; 5] = ["__attribute__", "aligned", "alignas", "section", "sizeof"];

/// What else a file contains.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Other {
    /// It contains no certificate.
    Everything,
    /// Something next to a certificate: what, and its line.
    At(&'static str, usize),
}

/// What else the source `content` contains; `None` if it contains only certificates.
pub(crate) fn other(file: &Path, content: &[u8]) -> Option<Other> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let in_data = in_data(content)?;
    source::with_tokens(file, content, |tokens, language| {
        let constants = source::assemble::constants(tokens, language);
        let Some(first) = constants.iter().find(|constant| is_certificate(&constant.bytes)) else {
            return Some(Other::Everything);
        };
        let of_constant = constants.iter().find(|constant| !std::ptr::eq(*constant, first));
        let of_tokens = (0..tokens.len()).find(|index| !belongs(tokens, *index, first));
        let first_of = [
            tokens.comment.map(|line| ("a comment", line)),
            directive(content).map(|line| ("a directive", line)),
            of_constant.map(|constant| ("another constant", constant.line(0))),
            of_tokens.map(|index| ("other code", tokens.line(index))),
        ];
        let first = first_of.into_iter().flatten().min_by_key(|(_, line)| *line);
        first.map(|(what, line)| Other::At(what, line))
    })
    .unwrap_or(Some(in_data))
}

/// What else data or a file of settings contains: the value of one key, or nothing else, may be PEM.
fn in_data(content: &[u8]) -> Option<Other> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(content);
    let Some(first) = text.find(BEGIN).filter(|_| text.contains(END)) else {
        return Some(Other::Everything);
    };
    let at = |place: usize| {
        let text = &text[..place];
        Some(Other::At("other text", text.matches('\n').count() + 1))
    };
    let is_of_key = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.');
    let before = text[..first].trim();
    let key = before.trim_matches(|one: char| !is_of_key(one));
    // A mark of a comment does not begin a key.
    let begins = |one: char| one.is_ascii_alphanumeric() || "_\"'{".contains(one);
    let is_key = key.chars().all(is_of_key)
        && before.starts_with(begins)
        && before.contains([':', '='])
        && !before.contains('#');
    if !before.is_empty() && (key.is_empty() || !is_key) {
        return at(text.len() - text.trim_start().len());
    }
    let is_data = |one: char| one.is_ascii_alphanumeric() || "+/=\\".contains(one);
    let closing = if before.is_empty() { "" } else { "\"'}],;" };
    let mut place = first;
    while let Some(begin) = text[place..].find(BEGIN) {
        let between = text[place..place + begin].replace("\\n", "  ");
        let start = between.len() - between.trim_start().len();
        if start < between.len() {
            return at(place + start);
        }
        place += begin + BEGIN.len();
        let Some(length) = text[place..].find(END) else { return at(place) };
        let block = &text[place..place + length];
        // The next block may begin before this one ends, and words between them are no Base64.
        let is_other = |line: &str| !line.trim().chars().all(is_data) || line.contains(BEGIN);
        if let Some(line) = block.lines().position(is_other) {
            let before = block.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
            return at(place + before);
        }
        place += length + END.len();
    }
    let after = text[place..].replace("\\n", "  ");
    let is_end = |one: char| one.is_ascii_whitespace() || closing.contains(one);
    after.find(|one| !is_end(one)).and_then(|other| at(place + other))
}

/// The line of the first directive that is no include guard and declares no constant.
fn directive(content: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(content);
    let lines = text.lines().zip(1..).filter_map(|(line, number)| {
        let rest = line.trim_start().strip_prefix('#')?;
        Some((rest.split_whitespace().collect::<Vec<_>>(), number))
    });
    let mut all: Vec<_> = lines.collect();
    if let [(ifndef, _), (define, _), .., (endif, _)] = &all[..]
        && let (["ifndef", name], ["define", same]) = (&ifndef[..], &define[..])
        && name == same
    {
        let is_known = |word: &&str| word == name || ["endif", "//", "/*", "*/"].contains(word);
        if endif.iter().all(is_known) {
            all.pop();
        }
        all.drain(..2);
    }
    let is_known = |words: &[&str]| matches!(words, ["pragma", "once"] | ["define", _, _, ..]);
    all.iter().find(|(words, _)| !is_known(words)).map(|(_, line)| *line)
}

/// Whether the bytes of a constant are certificates in PEM, damaged or not, or one in DER.
fn is_certificate(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    if begins_as_certificate(bytes) || Certificate::from_der(bytes).is_ok() {
        return true;
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let mut blocks = 0;
    let mut is_in_block = false;
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let are_known = lines.all(|line| match line {
        b"-----BEGIN CERTIFICATE-----" => {
            blocks += 1;
            is_in_block = true;
            true
        }
        b"-----END CERTIFICATE-----" => {
            is_in_block = false;
            true
        }
        line => line.is_empty() || is_in_block && line.iter().all(is_base64),
    });
    are_known && blocks > 0
}

/// Whether the token at `index` is part of `constant`, or of what declares it and its length.
fn belongs(tokens: &Tokens<'_>, index: usize, constant: &Constant) -> bool {
    let first = constant.line(0);
    let lines = first..=constant.line(constant.bytes.len().saturating_sub(1));
    let is_inside = lines.contains(&tokens.line(index));
    let before = |signs: &[u8]| index.checked_sub(1).is_some_and(|at| tokens.is_sign(at, signs));
    match tokens.kind(index) {
        None => true,
        Some(Kind::Literal(literal)) => {
            // A short literal is not a constant by itself; it has to be a piece of one.
            let is_piece = literal.bytes.len() >= source::assemble::FEWEST_BYTES
                || index > 0 && tokens.literal(index - 1).is_some()
                || tokens.literal(index + 1).is_some();
            is_inside && is_piece
        }
        Some(Kind::Number(_)) => {
            let mut words = (index.saturating_sub(2)..index).rev();
            let name = words.find_map(|at| tokens.word(at));
            let is_of_value = is_inside && (index == 0 || before(b"{,["));
            is_of_value || name.is_some_and(|name| is_length(name, constant)) || before(b"[(")
        }
        Some(Kind::Sign(b'(')) => {
            let word = index.checked_sub(1).and_then(|before| tokens.word(before));
            is_inside || word.is_some_and(|word| BEFORE_PARENTHESES.contains(&word)) || before(b"(")
        }
        Some(Kind::Sign(_)) => true,
        Some(Kind::Word) => is_of_a_declaration(tokens, index, constant),
    }
}

/// Whether `name` is that of the length of `constant`, as `xxd -i` writes it.
fn is_length(name: &str, constant: &Constant) -> bool {
    let rest = constant.name.as_deref().and_then(|of| name.strip_prefix(of)).unwrap_or_default();
    ["len", "length", "size"].contains(&rest.trim_start_matches('_').to_ascii_lowercase().as_str())
}

/// Whether the word at `index` is one of those around constants, or the name of `constant`, of its length
/// or of a guard.
fn is_of_a_declaration(tokens: &Tokens<'_>, index: usize, constant: &Constant) -> bool {
    let word = tokens.word(index).unwrap_or_default();
    let before = index.checked_sub(1).and_then(|before| tokens.word(before));
    let is_name = constant.name.as_deref() == Some(word) || is_length(word, constant);
    is_name
        || WORDS.split_whitespace().any(|known| known == word)
        || word == "package"
        || matches!(before, Some("ifndef" | "package"))
        || before == Some("define")
            && index.checked_sub(3).is_some_and(|at| tokens.word(at) == Some(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> rcgen::Certificate {
        let key = rcgen::KeyPair::generate().unwrap();
        rcgen::CertificateParams::default().self_signed(&key).unwrap()
    }

    #[test]
    fn a_certificate_in_one_constant_or_key_is_alone() {
        let certificate = certificate();
        let pem = certificate.pem();
        let lines: String = pem.lines().map(|line| format!("  \"{line}\\n\" \\\n")).collect();
        let lines = lines.trim_end_matches("\\\n");
        let bytes: Vec<_> = certificate.der().iter().map(|byte| format!("0x{byte:02x}")).collect();
        let bytes = bytes.join(", ");
        let escaped = pem.replace('\n', "\\n");
        for (file, text) in [
            (
                "ca.h",
                format!("#pragma once\nconst char* root_ca PROGMEM = R\"EOF(\n{pem})EOF\";\n"),
            ),
            (
                "ca.h",
                format!(
                    "#ifndef CA_H\n#define CA_H\n\nstatic const char ca[] =\n{lines};\n\n#endif // CA_H\n"
                ),
            ),
            ("ca.h", format!("#ifndef CA_H\n#define CA_H\n#define ROOT_CA \\\n{lines}\n#endif\n")),
            ("ca.h", format!("#define ROOT_CA \\\n{lines}\n")),
            ("ca.inc", bytes.clone()),
            (
                "ca.h",
                format!(
                    "unsigned char ca_der[] = {{ {bytes} }};\nunsigned int ca_der_len = 1391;\n"
                ),
            ),
            (
                "ca.h",
                format!(
                    "const uint8_t ca[] __attribute__((aligned(4))) = {{\n{bytes}\n}};\nconst size_t ca_len = sizeof(ca);\n"
                ),
            ),
            ("ca.ino", format!("const char ca[] = \"{escaped}\";\n")),
            ("ca.rs", format!("pub const CA: &str = r#\"{pem}\"#;\n")),
            ("ca.rs", format!("pub static CA: &'static [u8] = &[{bytes}];\n")),
            ("ca.py", format!("CA = \"\"\"\n{pem}\"\"\"\n")),
            ("ca.js", format!("export const ca = `{pem}`;\n")),
            ("ca.go", format!("package main\n\nconst ca = `{pem}`\n")),
            ("ca.yaml", format!("ca: |\n  {}\n", pem.trim_end().replace('\n', "\n  "))),
            ("ca.json", format!("{{\n  \"ca\": \"{escaped}\"\n}}\n")),
            ("ca.pem", format!("\n{pem}\n{pem}\n")),
            // Damaged: a sound file should replace it.
            ("ca.h", format!("const char ca[] = R\"({})\";\n", pem.replacen("MII", "MI", 1))),
        ] {
            for text in [text.clone(), format!("\u{feff}{}", text.replace('\n', "\r\n"))] {
                assert_eq!(other(Path::new(file), text.as_bytes()), None, "{text}");
            }
        }
    }

    #[test]
    fn what_else_a_file_contains_is_named_with_its_line() {
        let pem = certificate().pem();
        let ca = format!("const char ca[] = R\"({pem})\";\n");
        let after = ca.lines().count() + 1;
        let unended = pem.replace("-----END CERTIFICATE-----\n", "");
        let guarded = format!("#ifndef CA_H\n#define CA_H\n{ca}");
        let (comment, directive) = ("a comment", "a directive");
        let (constant, code, text) = ("another constant", "other code", "other text");
        for (file, content, what, line) in [
            ("main.ino", format!("{ca}#define PIN 1234\n"), code, after),
            ("main.ino", format!("{ca}#define LED D4\n"), code, after),
            ("main.ino", format!("{ca}#define USE_TLS\n"), directive, after),
            ("main.ino", format!("{ca}#undef USE_TLS\n"), directive, after),
            ("main.ino", format!("{ca}const char* password = \"hunter2\";\n"), code, after),
            (
                "main.ino",
                format!("{ca}const char* key = \"a longer password, of 30 octets\";\n"),
                constant,
                after,
            ),
            ("main.ino", format!("{ca}const int port = 8883;\n"), code, after),
            ("main.ino", format!("{} int port = 8883;\n", ca.trim_end()), code, after - 1),
            ("main.ino", format!("{ca}static int buffer_size = 4096;\n"), code, after),
            ("main.ino", format!("{ca}#include \"secrets.h\"\n"), directive, after),
            ("main.ino", format!("#include <WiFi.h>\n{ca}"), directive, 1),
            ("main.ino", format!("{ca}WiFiClientSecure client;\n"), code, after),
            ("main.ino", format!("{ca}void setup() {{}}\n"), code, after),
            ("main.ino", format!("{ca}#if 0\nvoid setup() {{}}\n#endif\n"), directive, after),
            ("ca.h", format!("#ifdef ESP32\n{ca}#endif\n"), directive, 1),
            ("ca.h", format!("#ifdef ESP32\n{ca}#else\n{ca}#endif\n"), directive, 1),
            ("ca.h", format!("{guarded}#ifdef ESP32\n#endif\n#endif\n"), directive, after + 2),
            ("ca.h", format!("{guarded}#endif // ask Ann for the key\n"), directive, after + 2),
            ("ca.h", format!("extern \"C\" {{\n{ca}}}\n"), code, 1),
            ("ca.h", format!("namespace plc {{\n{ca}}}\n"), code, 1),
            ("ca.h", format!("/* Copyright 2024 Plant */\n{ca}"), comment, 1),
            ("ca.h", format!("{ca}// ask Ann\n"), comment, after),
            ("ca.h", format!("{ca}{}", ca.replace("ca[]", "spare[]")), constant, after),
            ("main.py", format!("import ssl\nCA = \"\"\"{pem}\"\"\"\n"), code, 1),
            ("main.py", format!("# the CA\nCA = \"\"\"{pem}\"\"\"\n"), comment, 1),
            ("main.py", format!("CA = \"\"\"{pem}\"\"\"\nPORT = 8883\n"), code, after),
            ("main.js", format!("const tls = require('tls');\nconst ca = `{pem}`;\n"), code, 1),
            ("ca.yaml", format!("ca: \"{}\"\nport: 1\n", pem.replace('\n', "\\n")), text, 2),
            ("ca.yaml", format!("# ask Ann\nca: \"{}\"\n", pem.replace('\n', "\\n")), text, 1),
            ("ca.pem", format!("{pem}\nmy notes\n{pem}"), text, pem.lines().count() + 2),
            ("ca.pem", format!("{pem}my notes\n"), text, pem.lines().count() + 1),
            ("ca.pem", format!("{unended}Ask Ann first\n{pem}"), text, pem.lines().count()),
            ("ca.pem", format!("{unended}{pem}"), text, pem.lines().count()),
            ("ca.pem", format!("; plant:\n{pem}"), text, 1),
            ("ca.pem", format!("// TODO:\n{pem}"), text, 1),
            ("ca.pem", format!("--plant=\n{pem}"), text, 1),
            ("ca.pem", format!("# for the old boards\n{pem}"), text, 1),
            (
                "a.json",
                format!("{{\"password\": \"x\", \"ca\": \"{}\"}}\n", pem.replace('\n', "\\n")),
                code,
                1,
            ),
        ] {
            let found = other(Path::new(file), content.as_bytes());
            assert_eq!(found, Some(Other::At(what, line)), "{content}");
        }
        for (file, content) in [("main.c", "int main(void) {}\n"), ("notes.txt", "milk\n")] {
            assert_eq!(other(Path::new(file), content.as_bytes()), Some(Other::Everything));
        }
    }
}
