//! Code that defeats a sound constant.
//!
//! In: the code of a file without comments and literals, and the anchors in it. Out: findings, each at
//! the line that has to change.

mod anchor_flags;
mod bundle_wins;
mod connects;
pub(super) mod files;
mod libraries;
mod modems;
mod no_anchor;
mod no_nul;
pub(super) mod shell;
mod verification;
mod words;

use super::{
    EmbeddedAnchor, Finding, Findings, Place, Severity, client_certificate, named, source::Source,
};
use crate::{
    check::source::{Language, calls::Reads, code::Code},
    x509::extensions,
};

/// All misuses in `source`, which has the anchors `anchors` and the device's own certificates `own`.
pub(super) fn findings(
    source: &Source,
    anchors: &[EmbeddedAnchor],
    own: &[EmbeddedAnchor],
) -> Findings {
    let code = &source.tight;
    let mut found: Vec<Finding> = verification::turned_off(source);
    found.extend(libraries::findings(source));
    found.extend(modems::findings(source));
    found.extend(bundle_wins::findings(code));
    found.extend(dangling(code));
    found.extend(no_anchor::findings(source));
    found.extend(anchor_flags::findings(source, anchors));
    found.extend(connects::findings(source));
    found.extend(exchanged(source, anchors, own));
    found.extend(no_nul::bytes_without_nul(source));
    found.into_iter().collect()
}

fn error(place: impl Into<Place>, code: &'static str, message: String, action: &str) -> Finding {
    Finding::new(place, Severity::Error, code, message, Some(action.to_owned()))
}

fn warning(line: usize, code: &'static str, message: String, action: &str) -> Finding {
    Finding::new(line, Severity::Warning, code, message, Some(action.to_owned()))
}

/// The words that show that a file may have one.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let embeds = ["EMBED_FILES", "embed_files", "target_add_binary_data", files::SKIPS_NAME];
    let others = [no_anchor::HTTP_CLIENT, words::NO_ENDPOINT_NAME].into_iter().chain(shell::SIGNS);
    let known = verification::signs().chain(bundle_wins::FIELDS).chain(connects::TLS_WORDS);
    known.chain(embeds).chain(others).chain(libraries::SIGNS).chain(modems::signs())
}

/// Fields that turn verification off where one of the values follows.
pub(super) fn fields_with_values() -> impl Iterator<Item = (&'static str, &'static [&'static str])>
{
    words::FIELDS.into_iter()
}

/// Functions of Arduino-ESP32's client that keep the pointer passed to them (NetworkClientSecure.cpp of
/// core 3).
const KEEPS_POINTER: [&str; 3] = ["setCACert", "setCertificate", "setPrivateKey"];

/// Where a client that outlives the function gets a pointer to a local variable.
fn dangling(code: &Code) -> Vec<Finding> {
    let mut found = Vec::new();
    for function in KEEPS_POINTER {
        let call = format!("{function}(");
        for at in code.find(&call) {
            let argument = code.arguments(at + call.len());
            let before = code.text()[..at].trim_end_matches(['.', '>', '-']);
            let client = code.word_before(before.len());
            let is_member = before.len() < at;
            if !is_member || is_local(code, client, at) {
                continue;
            }
            let (name, is_temporary) = match argument.strip_suffix(".c_str()") {
                Some(text) if text.ends_with(')') => ("a temporary `String`", true),
                Some(text) => (text, false),
                None => (argument, false),
            };
            let is_array = argument == name;
            if is_temporary || is_local_text(code, name, at, is_array) {
                let what = if is_temporary { name.to_owned() } else { format!("`{name}`") };
                let message = format!(
                    "`{function}` keeps the pointer, but {what} ends with its function: the client \
                     reads memory that is no longer the certificate"
                );
                let action = "make it global or `static`";
                found.push(error(code.line(at), "dangling-pointer", message, action));
            }
        }
    }
    found
}

/// Whether the client called `name` is declared in the function around `at` and destroyed at its end; a
/// class member is not.
fn is_local(code: &Code, name: &str, at: usize) -> bool {
    let first = code.find(name).next().unwrap_or(at);
    name.is_empty() || bundle_wins::function(code.text(), at).contains(&first)
}

/// Whether what is declared at `place` is a local variable or a parameter of the function around `at`.
fn is_in_scope(text: &str, place: usize, at: usize) -> bool {
    let before = text[..place].trim_end_matches("const ");
    let is_parameter = before.ends_with(['(', ',']);
    let mut depth = 0_i32;
    let mut levels = text[place..at].bytes().filter_map(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => return None,
        }
        Some(depth)
    });
    match is_parameter {
        true => levels.next() == Some(1) && levels.all(|level| level >= 1),
        false => bundle_wins::function(text, at).contains(&place) && levels.all(|level| level >= 0),
    }
}

/// Whether `name` is a local `String`, or with `is_array` a local array, before `at`.
fn is_local_text(code: &Code, name: &str, at: usize, is_array: bool) -> bool {
    let is_word = !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || one == '_');
    let declared = |kind: &str| {
        let wanted = format!("{kind} {name}");
        let end = if is_array { "[" } else { "" };
        code.find(&wanted).filter(|place| *place < at).any(|place| {
            let statement = &code.text()[..place];
            let start = statement.rfind([';', '{', '}']).map_or(0, |end| end + 1);
            let is_static = statement[start..].contains("static");
            let follows = code.text()[place + wanted.len()..].starts_with(end);
            let is_local = code.depth(place) > 0 || statement.ends_with(['(', ',']);
            is_local && is_in_scope(code.text(), place, at) && !is_static && follows
        })
    };
    let kinds: &[&str] = if is_array { &["char"] } else { &["String", "string"] };
    is_word && kinds.iter().any(|kind| declared(kind))
}

/// Where one certificate is both the anchor and the device's own, or a CA is passed as the device's own
/// certificate.
fn exchanged(source: &Source, anchors: &[EmbeddedAnchor], own: &[EmbeddedAnchor]) -> Vec<Finding> {
    if source.language == Language::Data {
        return Vec::new();
    }
    let mut found = Vec::new();
    for one in anchors.iter().chain(own) {
        let (Some(certificate), Some(name)) = (&one.certificate, &one.name) else { continue };
        let uses = source.uses.of_constant(name);
        let Some(given) = uses.iter().find(|used| used.reads == Reads::Own) else { continue };
        let subject = named(certificate);
        if let Some(trusts) = uses.iter().find(|used| used.takes_anchors) {
            let message = format!(
                "`{name}` is given both to `{}`, which takes anchors, and to `{}`, which takes the \
                 device's own certificate: `{subject}` cannot be both",
                trusts.name, given.name
            );
            let action = "give the server's root to the first and the device's own to the second";
            found.push(error(one.place, "leaf", message, action).about(certificate.sha256()));
        } else if extensions::is_authority(certificate)
            && !client_certificate::has_its_key(certificate, source)
            && !is_behind_a_leaf(one, anchors.iter().chain(own))
        {
            let message = format!(
                "`{subject}` is a CA certificate, but `{}` takes the device's own certificate",
                given.name
            );
            let action = "give it to the function that takes anchors, such as `setCACert`";
            found.push(error(one.place, "exchanged", message, action).about(certificate.sha256()));
        }
    }
    found
}

/// Whether `one` belongs to a chain whose leaf is in the same constant.
fn is_behind_a_leaf<'a>(
    one: &EmbeddedAnchor,
    mut all: impl Iterator<Item = &'a EmbeddedAnchor>,
) -> bool {
    all.any(|other| {
        other.name == one.name
            && other.certificate.as_ref().is_some_and(|leaf| !extensions::is_authority(leaf))
    })
}
