//! Files next to the code that decide how a certificate gets to the device.
//!
//! In: the name and the content of a build file, a configuration or a `.trust` file. Out: findings.

use std::path::Path;

use super::{error, shell, verification, warning, words::NO_ENDPOINT_NAME};
use crate::{
    check::{Finding, Findings},
    text::foreign::Foreign,
};

/// What `file` with `content` does to a certificate, by the kind of file that its name shows.
pub(in crate::check) fn findings(file: &Path, content: &[u8]) -> Findings {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let text = String::from_utf8_lossy(content);
    let found = match (name, extension) {
        ("CMakeLists.txt", _) | (_, "cmake") => embedded(&text),
        ("component.mk", _) => embedded_by_make(&text),
        ("platformio.ini", _) => embedded_by_platformio(&text),
        (name, _) if name.starts_with("sdkconfig") => skipped(&text),
        (_, "trust") => trust(content).into_iter().collect(),
        (_, "properties") => without_endpoint_name(&text),
        ("Dockerfile" | "Containerfile", _)
        | (_, "sh" | "bash" | "zsh" | "dockerfile" | "bat" | "cmd") => {
            return shell::findings(&text);
        }
        ("Makefile" | "makefile" | "GNUmakefile", _) | (_, "mk" | "mak") => {
            return shell::findings(&shell::commands_of_make(&text));
        }
        (_, "yaml" | "yml") => return shell::findings(&shell::commands_of_yaml(&text)),
        _ if is_shell_script(content) => return shell::findings(&text),
        _ => Vec::new(),
    };
    found.into_iter().collect()
}

/// Whether `word` is the name of a PEM file.
fn is_pem_file(word: &str) -> bool {
    [".pem", ".crt", ".cer"].iter().any(|end| word.ends_with(end))
}

fn without_nul(line: usize, file: &str, instead: &str) -> Finding {
    let file = Foreign::text(file).line();
    let message = format!(
        "`{file}` is embedded without a NUL at its end, which mbedTLS needs to read PEM with a length"
    );
    let action = format!("embed it with `{instead}`");
    warning(line, "embedded-without-nul", message, &action)
}

/// PEM files under `EMBED_FILES` of ESP-IDF, which does not add a NUL; `EMBED_TXTFILES` does.
fn embedded(text: &str) -> Vec<Finding> {
    let (mut found, mut is_embedding) = (Vec::new(), false);
    for (index, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or_default();
        for word in code.split(|one: char| one.is_whitespace() || "()\"".contains(one)) {
            let is_key = word.len() > 3
                && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
            if is_key {
                is_embedding = word == "EMBED_FILES";
            } else if is_embedding && is_pem_file(word) {
                found.push(without_nul(index + 1, word, "EMBED_TXTFILES"));
            }
        }
        let arguments = code.split_once("target_add_binary_data(").map_or("", |(_, rest)| rest);
        let mut words = arguments.split([' ', '\t', '"', ')']);
        if let Some(file) = words.clone().find(|word| is_pem_file(word))
            && words.any(|word| word == "BINARY")
        {
            found.push(without_nul(index + 1, file, "TEXT"));
        }
        is_embedding &= !code.contains(')') || code.contains("EMBED_FILES") && !code.ends_with(')');
    }
    found
}

/// The same with `COMPONENT_EMBED_FILES` of ESP-IDF's builds with Make.
fn embedded_by_make(text: &str) -> Vec<Finding> {
    let words = |line: &str| {
        let (key, files) = line.split_once('=')?;
        let is_it = key.trim_end_matches([':', '+', '?', ' ']) == "COMPONENT_EMBED_FILES";
        is_it.then(|| files.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let lines = text.lines().enumerate();
    let files = lines.flat_map(|(index, line)| {
        let files = words(line).unwrap_or_default().into_iter().filter(|word| is_pem_file(word));
        files.map(move |file| without_nul(index + 1, &file, "COMPONENT_EMBED_TXTFILES"))
    });
    files.collect()
}

/// The same with `board_build.embed_files` of PlatformIO.
fn embedded_by_platformio(text: &str) -> Vec<Finding> {
    let (mut found, mut is_embedding) = (Vec::new(), false);
    for (index, line) in text.lines().enumerate() {
        let code = line.split([';', '#']).next().unwrap_or_default();
        if let Some((key, _)) = code.split_once('=') {
            is_embedding = key.trim() == "board_build.embed_files";
        } else if !code.starts_with([' ', '\t']) {
            is_embedding = false;
        }
        let words = code.split(|one: char| one.is_whitespace() || one == '=' || one == ',');
        for word in words.filter(|word| is_embedding && is_pem_file(word)) {
            found.push(without_nul(index + 1, word, "board_build.embed_txtfiles"));
        }
    }
    found
}

/// Options of ESP-IDF and of its examples that turn verification off, by their ends.
const SKIPS: [&str; 2] = ["ESP_TLS_SKIP_SERVER_CERT_VERIFY", SKIPS_NAME];

/// The option that only turns off the check of the name.
pub(super) const SKIPS_NAME: &str = "SKIP_COMMON_NAME_CHECK";

fn skipped(text: &str) -> Vec<Finding> {
    let option = |line: &str| {
        let (option, value) = line.trim().split_once('=')?;
        let name = SKIPS.iter().find(|end| option.ends_with(*end))?;
        (option.starts_with("CONFIG_") && value.trim() == "y").then_some(*name)
    };
    let options = text.lines().enumerate().filter_map(|(index, line)| Some((index, option(line)?)));
    options.map(|(index, option)| verification::finding(index + 1, option)).collect()
}

/// Whether `content` has a first line that names a shell.
fn is_shell_script(content: &[u8]) -> bool {
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    first.starts_with(b"#!") && first.trim_ascii_end().ends_with(b"sh")
}

/// An option that turns off the check of the name if it is empty.
fn without_endpoint_name(text: &str) -> Vec<Finding> {
    let is_empty = |line: &str| {
        let value = line.trim().strip_prefix(NO_ENDPOINT_NAME);
        value.is_some_and(|value| value.trim().trim_start_matches([':', '=']).is_empty())
    };
    let lines = text.lines().enumerate().filter(|(_, line)| is_empty(line));
    lines.map(|(index, _)| verification::finding(index + 1, NO_ENDPOINT_NAME)).collect()
}

/// A file of Basics Station, which reads a `.trust` file as PEM only if it begins with a hyphen
/// (lorabasics/basicstation, src/tls.c).
fn trust(content: &[u8]) -> Option<Finding> {
    let holds_pem = content.windows(11).any(|window| window == b"-----BEGIN ");
    (holds_pem && content.first() != Some(&b'-')).then(|| {
        let message =
            "the first byte of the file is not `-`: Basics Station then does not read it as PEM";
        let action = "begin the file with the BEGIN line";
        error(1, "pem-unreadable", message.to_owned(), action)
    })
}
