//! A certificate bundle that ESP-IDF uses instead of a certificate.
//!
//! In: the code of a file. Out: findings, each where the bundle is attached.

use std::ops::Range;

use super::error;
use crate::check::{Finding, source::code::Code};

/// Fields for an anchor next to a bundle: of esp-tls, esp_http_client and esp-mqtt, and of esp-idf-svc.
const ANCHOR_FIELDS: [&str; 9] = [
    "cert_pem",
    "cacert_buf",
    "cacert_pem_buf",
    "certificate",
    "use_global_ca_store",
    "server_certificate",
    "ca_cert",
    "cacert_pem",
    "global_ca_store",
];

/// Fields that attach ESP-IDF's bundle: `esp_tls_mbedtls.c` of ESP-IDF 5, `set_client_config`, uses the
/// bundle first, then the global store, then the certificate.
pub(super) const FIELDS: [&str; 2] = ["crt_bundle_attach", "use_crt_bundle_attach"];

/// Whether `value` at the beginning of some code sets nothing.
fn is_nothing(value: &str) -> bool {
    ["NULL", "nullptr", "0", "None", "false"].iter().any(|nothing| {
        value.strip_prefix(nothing).is_some_and(|rest| {
            !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        })
    })
}

/// Whether `value`, which follows `field`, sets it to nothing known here: it is compared, its type is
/// declared, or a library copies what its user sets in the same field.
fn sets_nothing(value: &str, field: &str) -> bool {
    let is_of_path = |one: char| one.is_alphanumeric() || matches!(one, '_' | '.' | '-' | '>');
    let path = &value[..value.find(|one| !is_of_path(one)).unwrap_or(value.len())];
    let is_type = ["Option<", "bool", "Default::default("];
    let is_copy = path.rsplit(['.', '>']).next() == Some(field) && path.len() > field.len();
    let is_declared = is_type.iter().any(|word| value.starts_with(word));
    is_nothing(value) || value.starts_with('=') || is_declared || is_copy
}

/// Where a bundle is attached next to a certificate, which is then not used.
pub(super) fn findings(code: &Code) -> Vec<Finding> {
    let mut found = Vec::new();
    for field in FIELDS {
        for at in code.find(field) {
            let rest = &code.text()[at + field.len()..];
            let Some(value) = rest.strip_prefix(['=', ':']) else { continue };
            if sets_nothing(value, field) {
                continue;
            }
            let path = path_before(code.text(), at);
            // `config.crt_bundle_attach = ...` belongs with the other fields of `config` in the same
            // function, and `.crt_bundle_attach = ...` with the fields in the same braces.
            let scope = match path.starts_with('.') || path.is_empty() {
                true => block(code.text(), at),
                false => function(code.text(), at),
            };
            let scope = Scope { text: code.text(), range: scope, at };
            let scope = ANCHOR_FIELDS.into_iter().find(|one| scope.sets(path, one));
            if let Some(anchor) = scope {
                let message = format!(
                    "`{field}` attaches a certificate bundle, which ESP-IDF uses instead of the \
                     certificate in `{anchor}`"
                );
                let action = "remove one of the two: the bundle to pin the certificate";
                found.push(error(code.line(at), "bundle-wins", message, action));
            }
        }
    }
    found
}

/// The path of objects before the field at `at`: `config.broker.`, `.`, or nothing.
fn path_before(text: &str, at: usize) -> &str {
    let is_of_it =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '>');
    let before = &text[..at];
    &before[before.trim_end_matches(is_of_it).len()..]
}

/// The text in the innermost braces around `at`.
pub(super) fn braces(text: &str, at: usize) -> &str {
    &text[block(text, at)]
}

/// The range of that text.
fn block(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].bytes().rposition(unmatched(b'{', b'}'));
    let end = text[at..].bytes().position(unmatched(b'}', b'{'));
    start.map_or(0, |start| start + 1)..end.map_or(text.len(), |end| at + end)
}

/// The range of the function around `at`, or of the outermost braces if no function is found.
pub(super) fn function(text: &str, at: usize) -> Range<usize> {
    let mut around = block(text, at);
    while around.start > 0 && !begins_function(&text[..around.start - 1]) {
        around = block(text, around.start - 1);
    }
    around
}

/// Words whose parentheses are not followed by the body of a function.
const CONTROLS: [&str; 5] = ["if", "for", "while", "switch", "catch"];

/// Whether `before` ends with a function's parameters.
fn begins_function(before: &str) -> bool {
    let parameters = before.strip_suffix(')');
    let open = parameters.and_then(|text| text.bytes().rposition(unmatched(b'(', b')')));
    open.is_some_and(|open| {
        let name = before[..open].rsplit(|one: char| !one.is_alphanumeric() && one != '_').next();
        !CONTROLS.contains(&name.unwrap_or_default())
    })
}

/// Whether a byte is `brace` without a matching `other` among the bytes before it.
pub(super) fn unmatched(brace: u8, other: u8) -> impl FnMut(u8) -> bool {
    let mut depth = 0_usize;
    move |byte| {
        let is_unmatched = byte == brace && depth == 0;
        depth = match byte {
            _ if byte == other => depth + 1,
            _ if byte == brace => depth.saturating_sub(1),
            _ => depth,
        };
        is_unmatched
    }
}

/// The code that is searched for what belongs with the position `at`.
struct Scope<'a> {
    text: &'a str,
    range: Range<usize>,
    at: usize,
}

impl Scope<'_> {
    /// Whether `field`, which follows `prefix`, is set to something, and not in the other branch.
    fn sets(&self, prefix: &str, field: &str) -> bool {
        let wanted = format!("{prefix}{field}");
        let places = self.text[self.range.clone()].match_indices(&wanted);
        places.map(|(at, _)| self.range.start + at).any(|at| {
            let is_whole = !self.text[..at].ends_with(|letter: char| {
                letter.is_alphanumeric() || matches!(letter, '_' | '.' | '>')
            });
            let value = self.text[at + wanted.len()..].strip_prefix(['=', ':']);
            let between = &self.text[at.min(self.at)..at.max(self.at)];
            let is_set = value.is_some_and(|value| !sets_nothing(value, field));
            is_whole && is_set && !has_word(between, "else")
        })
    }
}

/// Whether `text` contains `word`, not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|one: char| !one.is_alphanumeric() && one != '_').any(|one| one == word)
}
