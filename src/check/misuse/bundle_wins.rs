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

/// The most places of a file that are looked at for each field: no program has as many.
const MAX_PLACES: usize = 64;

/// Whether `value` at the beginning of some code leaves the field unset.
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
    let branches: Vec<_> = code.find("else").collect();
    for field in FIELDS {
        for at in code.find(field).take(MAX_PLACES) {
            let rest = &code.text()[at + field.len()..];
            let Some(value) = rest.strip_prefix(['=', ':']) else { continue };
            if sets_nothing(value, field) {
                continue;
            }
            let path = path_before(code.text(), at);
            // `config.crt_bundle_attach = ...` belongs with the other fields of `config` in the same
            // function, and `.crt_bundle_attach = ...` with the fields in the same braces.
            let range = match path.starts_with('.') || path.is_empty() {
                true => code.blocks().around(at),
                false => code.blocks().function(at),
            };
            let scope = Scope { text: code.text(), range, at, branches: &branches };
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

/// The code that is searched for what belongs with the position `at`.
struct Scope<'a> {
    text: &'a str,
    range: Range<usize>,
    at: usize,
    /// The position of each `else`.
    branches: &'a [usize],
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
            let before = |end: usize| self.branches.partition_point(|branch| *branch < end);
            let is_in_other_branch = before(at) != before(self.at);
            let is_set = value.is_some_and(|value| !sets_nothing(value, field));
            is_whole && is_set && !is_in_other_branch
        })
    }
}
