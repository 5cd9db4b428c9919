//! Whether a file contains only certificates and may therefore be replaced.
//!
//! In: a file's name and its bytes. Out: nothing, or the line of the first thing that is not part of a
//! certificate: code, settings, text. Comments, guards and the declaration of a constant count as part
//! of it. The words allowed around a certificate are listed; anything unknown is kept.

use std::path::Path;

use super::{
    der_form::begins_as_certificate,
    source::{
        self,
        tokens::{Kind, Tokens},
    },
};
use crate::x509::certificate::Certificate;

/// The words around constants in C, C++, Rust, Python, JavaScript, Go, Java, Kotlin and Swift.
const WORDS: &str = "alignas aligned ARDUINO Arduino ARDUINO_ARCH_ESP32 ARDUINO_ARCH_ESP8266 auto avr bytes \
                     char const constexpr crt CrtFile cstdint define defined DRAM_ATTR else endif ESP32 ESP8266 \
                     export exports extern final ICACHE_RODATA_ATTR ifdef ifndef include inline int let \
                     main module namespace object once package pgmspace pragma PROGMEM pub public sizeof \
                     size_t static std stddef stdint str string String uint8_t u8 undef unsigned val var \
                     __attribute__ __cplusplus default h section private class struct usize";

/// Words before a parenthesis that is not a call.
const BEFORE_PARENTHESES: [&str; 7] =
    ["__attribute__", "aligned", "alignas", "section", "sizeof", "defined", "String"];

/// The line of the first thing in the source `content` that is not part of a certificate; `None` if
/// there is none. In a file without a certificate, the first line is such a line.
pub(crate) fn other_line(file: &Path, content: &[u8]) -> Option<usize> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    if is_one_value(content) {
        return None;
    }
    source::with_tokens(file, content, |tokens, language| {
        let constants = source::assemble::constants(tokens, language);
        let lines = directives(content);
        let mut spans = Vec::new();
        for constant in &constants {
            let first = constant.line(0);
            if !is_certificate(&constant.bytes) {
                return Some(first);
            }
            spans.push(first..=constant.line(constant.bytes.len().saturating_sub(1)));
        }
        if spans.is_empty() {
            return Some(1);
        }
        let is_inside = |line: usize| spans.iter().any(|span| span.contains(&line));
        (0..tokens.len())
            .find(|index| !belongs(tokens, *index, &is_inside))
            .map(|index| tokens.line(index))
            .into_iter()
            .chain(lines)
            .min()
    })
    .unwrap_or(Some(1))
}

/// Whether `content` is PEM as the value of one key and nothing else, as in YAML, JSON and files of
/// variables; lines that begin with `#` are comments.
fn is_one_value(content: &[u8]) -> bool {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let Ok(text) = std::str::from_utf8(content) else { return false };
    let (Some(first), Some(last)) = (text.find(BEGIN), text.rfind(END)) else { return false };
    if last < first {
        return false;
    }
    let (before, certificates) = (&text[..first], &text[first..last]);
    let is_data = |one: char| {
        one.is_ascii_alphanumeric() || one.is_ascii_whitespace() || "+/=\\-".contains(one)
    };
    let after = text[last + END.len()..].trim_start_matches("\\n");
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let code = before.lines().filter(|line| !is_comment(line)).collect::<Vec<_>>().join("\n");
    let is_of_key = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.');
    let key = code.trim_matches(|one: char| !is_of_key(one));
    let is_key = !key.is_empty() && key.chars().all(is_of_key);
    is_key
        && code.contains([':', '='])
        && after.chars().all(|one| one.is_ascii_whitespace() || "\"'}],;".contains(one))
        && certificates.chars().all(is_data)
        && blocks_alone(certificates)
}

/// Whether there is nothing between the blocks of `certificates`, whose last END is cut off.
fn blocks_alone(certificates: &str) -> bool {
    let mut between = certificates.split("-----END CERTIFICATE-----").skip(1);
    between.all(|rest| {
        let before = rest.split("-----BEGIN CERTIFICATE-----").next().unwrap_or_default();
        before.replace("\\n", "").trim().is_empty()
    })
}

/// The line of the first directive that may hide code.
fn directives(content: &[u8]) -> Option<usize> {
    let mut lines = content.split(|byte| *byte == b'\n').zip(1..);
    lines.find_map(|(line, number)| {
        let rest = line.trim_ascii_start().strip_prefix(b"#")?.trim_ascii_start();
        let end = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
        let word = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        (["if", "elif"].contains(&word) && !rest.starts_with(b"if defined")
            || ["error", "warning", "line"].contains(&word))
        .then_some(number)
    })
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

/// Whether the token at `index` is part of a constant with a certificate, or of what declares it.
fn belongs(tokens: &Tokens<'_>, index: usize, is_inside: &impl Fn(usize) -> bool) -> bool {
    let line = tokens.line(index);
    let word_before = || index.checked_sub(1).and_then(|before| tokens.word(before));
    match tokens.kind(index) {
        None => true,
        Some(Kind::Literal(literal)) => {
            let is_linkage = literal.bytes == b"C" && word_before() == Some("extern");
            // A short literal is not a constant by itself; it has to be a piece of one.
            let is_piece = literal.bytes.len() >= source::assemble::FEWEST_BYTES
                || index > 0 && tokens.literal(index - 1).is_some()
                || tokens.literal(index + 1).is_some();
            is_linkage || is_inside(line) && is_piece
        }
        Some(Kind::Number(_)) => {
            is_inside(line)
                || is_length(tokens, index)
                || index.checked_sub(1).is_some_and(|at| tokens.is_sign(at, b"[("))
        }
        Some(Kind::Sign(b'(')) => {
            is_inside(line)
                || word_before().is_some_and(|word| BEFORE_PARENTHESES.contains(&word))
                || index.checked_sub(1).is_some_and(|at| tokens.is_sign(at, b"("))
        }
        Some(Kind::Sign(_)) => true,
        Some(Kind::Word) => is_of_a_declaration(tokens, index),
    }
}

/// Whether the number at `index` is assigned to a name that means a length.
fn is_length(tokens: &Tokens<'_>, index: usize) -> bool {
    let mut before = (index.saturating_sub(2)..index).rev();
    let name = before.find_map(|at| tokens.word(at)).map(str::to_ascii_lowercase);
    name.is_some_and(|name| ["len", "length", "size"].iter().any(|end| name.ends_with(end)))
}

/// Whether the word at `index` is one of those around constants, or a name of a constant or a guard.
fn is_of_a_declaration(tokens: &Tokens<'_>, index: usize) -> bool {
    let word = tokens.word(index).unwrap_or_default();
    let before = index.checked_sub(1).and_then(|before| tokens.word(before));
    if WORDS.split_whitespace().any(|known| known == word) {
        return true;
    }
    let is_on_this_line = |at: usize| tokens.line(at) == tokens.line(index);
    let next_is = |signs: &[u8]| tokens.is_sign(index + 1, signs);
    match before {
        Some(
            "ifndef" | "ifdef" | "undef" | "package" | "namespace" | "sizeof" | "defined"
            | "object",
        ) => true,
        // A guard has no value; a certificate follows its name after line splices.
        Some("define") => {
            let has_value = index + 1 < tokens.len() && is_on_this_line(index + 1);
            !has_value || tokens.literal(index + 1).is_some()
        }
        _ => {
            let is_measured = index >= 2
                && tokens.is_sign(index - 1, b"(")
                && tokens.word(index - 2) == Some("sizeof");
            let is_declared = next_is(b"=[:") || tokens.literal(index + 1).is_some();
            let has_attribute = tokens.word(index + 1).is_some_and(|next| {
                ["PROGMEM", "ICACHE_RODATA_ATTR", "DRAM_ATTR", "__attribute__"].contains(&next)
            });
            is_declared || has_attribute || is_measured
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> rcgen::Certificate {
        let key = rcgen::KeyPair::generate().unwrap();
        rcgen::CertificateParams::default().self_signed(&key).unwrap()
    }

    #[test]
    fn a_hand_written_header_counts_as_certificates_only() {
        let certificate = certificate();
        let pem = certificate.pem();
        let lines: String = pem.lines().map(|line| format!("  \"{line}\\n\" \\\n")).collect();
        let lines = lines.trim_end_matches("\\\n");
        let bytes: Vec<_> = certificate.der().iter().map(|byte| format!("0x{byte:02x}")).collect();
        let bytes = bytes.join(", ");
        for (file, text) in [
            (
                "ca.h",
                format!(
                    "// by hand\n#pragma once\nconst char* root_ca PROGMEM = R\"EOF(\n{pem})EOF\";\n"
                ),
            ),
            (
                "ca.h",
                format!(
                    "#ifndef CA_H\n#define CA_H\n#include <pgmspace.h>\nstatic const char ca[] =\n{lines};\n#endif // CA_H\n"
                ),
            ),
            ("ca.h", format!("#define ROOT_CA \\\n{lines}\n")),
            (
                "ca.h",
                format!(
                    "#ifdef __cplusplus\nextern \"C\" {{\n#endif\nunsigned char ca_der[] = {{ {bytes} }};\nunsigned int ca_der_len = 1391;\n#ifdef __cplusplus\n}}\n#endif\n"
                ),
            ),
            (
                "ca.h",
                format!(
                    "const uint8_t ca[] __attribute__((aligned(4))) = {{\n{bytes}\n}};\nconst size_t ca_len = sizeof(ca);\n"
                ),
            ),
            ("ca.ino", format!("const char ca[] = \"{}\";\n", pem.replace('\n', "\\n"))),
            ("ca.rs", format!("pub const CA: &str = r#\"{pem}\"#;\n")),
            ("ca.py", format!("# the CA\nCA = \"\"\"\n{pem}\"\"\"\n")),
            ("ca.js", format!("export const ca = `{pem}`;\n")),
            ("ca.go", format!("package main\n\nconst ca = `{pem}`\n")),
            // Damaged: a sound file should replace it.
            ("ca.h", format!("const char ca[] = R\"({})\";\n", pem.replacen("MII", "MI", 1))),
        ] {
            assert_eq!(other_line(Path::new(file), text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn other_code_in_a_source_is_named_with_its_line() {
        let pem = certificate().pem();
        let ca = format!("const char ca[] = R\"({pem})\";\n");
        let after = ca.lines().count() + 1;
        for (file, text, line) in [
            ("main.c", "int main(void) {\n    return 0;\n}\n".to_owned(), 1),
            ("main.c", format!("{ca}int main(void) {{ return 0; }}\n"), after),
            ("main.ino", format!("{ca}#define PIN 1234\n"), after),
            ("main.ino", format!("{ca}#define LED D4\n"), after),
            ("main.ino", format!("{ca}const char* password = \"hunter2\";\n"), after),
            (
                "main.ino",
                format!("{ca}const char* key = \"a longer password, of 30 octets\";\n"),
                after,
            ),
            ("main.ino", format!("{ca}const int port = 8883;\n"), after),
            ("main.ino", format!("{ca}#include \"secrets.h\"\n"), after),
            ("main.ino", format!("{ca}#include <WiFi.h>\n"), after),
            ("main.ino", format!("{ca}WiFiClientSecure client;\n"), after),
            ("main.ino", format!("{ca}void setup() {{}}\n"), after),
            ("main.ino", format!("{ca}#if 0\nvoid setup() {{}}\n#endif\n"), after),
            ("main.py", format!("import ssl\nCA = \"\"\"{pem}\"\"\"\n"), 1),
            ("main.js", format!("const tls = require('tls');\nconst ca = `{pem}`;\n"), 1),
            (
                "a.json",
                format!("{{\"password\": \"x\", \"ca\": \"{}\"}}\n", pem.replace('\n', "\\n")),
                1,
            ),
        ] {
            assert_eq!(other_line(Path::new(file), text.as_bytes()), Some(line), "{text}");
        }
    }
}
