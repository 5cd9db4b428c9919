//! Code that defeats a constant, however sound that is.
//!
//! In: the code of a file without comments and literals, and the anchors in it. Out: findings, each
//! at the line that has to change.

pub(super) mod files;
mod no_nul;
mod verification;
mod words;

use super::{
    EmbeddedAnchor, Finding, Findings, Place, Severity, client_certificate, named, source::Source,
};
use crate::{
    check::source::{Language, calls::Reads, code::Code},
    x509::extensions,
};

/// All misuses in `source`, which holds `anchors` and, as the device's own, `own`.
pub(super) fn findings(
    source: &Source,
    anchors: &[EmbeddedAnchor],
    own: &[EmbeddedAnchor],
) -> Findings {
    let code = &source.tight;
    let mut found: Vec<Finding> = verification::turned_off(source);
    found.extend(bundle_wins(code));
    found.extend(dangling(code));
    found.extend(without_tls(code));
    found.extend(addresses(source));
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

/// The words of which a file has one if something can be found here.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let embeds = ["EMBED_FILES", "embed_files", files::SKIPS_NAME];
    verification::signs().chain(BUNDLE_FIELDS).chain(TLS_WORDS).chain(embeds)
}

/// Fields that turn verification off where one of the values follows.
pub(super) fn fields_with_values() -> impl Iterator<Item = (&'static str, &'static [&'static str])>
{
    words::FIELDS.into_iter()
}

/// Fields that take an anchor beside a bundle: of esp-tls, esp_http_client and esp-mqtt, and of
/// esp-idf-svc.
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

/// Fields that attach ESP-IDF's bundle: `esp_tls_mbedtls.c` of ESP-IDF 5, `set_client_config`, takes
/// the bundle first, then the global store, then the certificate.
const BUNDLE_FIELDS: [&str; 2] = ["crt_bundle_attach", "use_crt_bundle_attach"];

/// Whether `value` at the beginning of some code sets nothing.
fn is_nothing(value: &str) -> bool {
    ["NULL", "nullptr", "0", "None", "false"].iter().any(|nothing| {
        value.strip_prefix(nothing).is_some_and(|rest| {
            !rest.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        })
    })
}

/// Whether `value`, which follows `field`, sets it to nothing that is known here: it is compared, its type
/// is declared, or a library copies what its user sets in the same field.
fn sets_nothing(value: &str, field: &str) -> bool {
    let is_of_path = |one: char| one.is_alphanumeric() || matches!(one, '_' | '.' | '-' | '>');
    let path = &value[..value.find(|one| !is_of_path(one)).unwrap_or(value.len())];
    let is_type = ["Option<", "bool", "Default::default("];
    let is_copy = path.rsplit(['.', '>']).next() == Some(field) && path.len() > field.len();
    let is_declared = is_type.iter().any(|word| value.starts_with(word));
    is_nothing(value) || value.starts_with('=') || is_declared || is_copy
}

/// Where a bundle is attached beside a certificate, which is then not used.
fn bundle_wins(code: &Code) -> Vec<Finding> {
    let mut found = Vec::new();
    for field in BUNDLE_FIELDS {
        for at in code.find(field) {
            let rest = &code.text()[at + field.len()..];
            let Some(value) = rest.strip_prefix(['=', ':']) else { continue };
            if sets_nothing(value, field) {
                continue;
            }
            let path = path_before(code.text(), at);
            // `config.crt_bundle_attach = ...` belongs with the other fields of `config`, and
            // `.crt_bundle_attach = ...` with the fields in the same braces.
            let scope = match path.starts_with('.') || path.is_empty() {
                true => braces(code.text(), at),
                false => code.text(),
            };
            let scope = ANCHOR_FIELDS.into_iter().find(|one| sets(scope, path, one));
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

/// What stands in the innermost braces around `at`, at their own level only.
fn braces(text: &str, at: usize) -> &str {
    let start = text[..at].bytes().rposition(unmatched(b'{', b'}'));
    let end = text[at..].bytes().position(unmatched(b'}', b'{'));
    &text[start.map_or(0, |start| start + 1)..end.map_or(text.len(), |end| at + end)]
}

/// Whether a byte is `brace` without the `other` that belongs to it among the bytes before.
fn unmatched(brace: u8, other: u8) -> impl FnMut(u8) -> bool {
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

/// Whether `text` sets `field`, which follows `prefix`, to something.
fn sets(text: &str, prefix: &str, field: &str) -> bool {
    let wanted = format!("{prefix}{field}");
    text.match_indices(&wanted).any(|(at, _)| {
        let is_whole = !text[..at].ends_with(|letter: char| {
            letter.is_alphanumeric() || matches!(letter, '_' | '.' | '>')
        });
        let value = text[at + wanted.len()..].strip_prefix(['=', ':']);
        is_whole && value.is_some_and(|value| !sets_nothing(value, field))
    })
}

/// Functions of Arduino-ESP32's client that keep the pointer that they are given
/// (NetworkClientSecure.cpp of core 3).
const KEEPS_POINTER: [&str; 3] = ["setCACert", "setCertificate", "setPrivateKey"];

/// Where a client that lives on is given a pointer to a local variable.
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

/// Whether the client called `name` is declared in the function around `at`, with which it ends.
fn is_local(code: &Code, name: &str, at: usize) -> bool {
    let first = code.find(name).next().unwrap_or(at);
    name.is_empty() || code.depth(first) > 0
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
            code.depth(place) > 0 && !is_static && follows
        })
    };
    let kinds: &[&str] = if is_array { &["char"] } else { &["String", "string"] };
    is_word && kinds.iter().any(|kind| declared(kind))
}

/// Calls that take a host and a port.
const CONNECTS: [&str; 3] = ["setServer(", "connect(", "setHost("];

/// Words that show a client of TLS.
const TLS_WORDS: [&str; 5] = [
    "setCACert(",
    "setTrustAnchors(",
    "WiFiClientSecure",
    "NetworkClientSecure",
    "setCACertBundle(",
];

/// The registered port of MQTT without TLS (IANA: `mqtt`).
const PLAIN_PORT: &str = "1883";

/// Where a client of TLS is sent to the port without.
fn without_tls(code: &Code) -> Vec<Finding> {
    if !TLS_WORDS.iter().any(|word| code.text().contains(word)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for call in CONNECTS {
        for at in code.find(call) {
            let arguments = code.arguments(at + call.len());
            let Some((_, port)) = arguments.split_once(',') else { continue };
            let port = port.split(',').next().unwrap_or_default();
            let is_defined = |port: &str| {
                let values = [format!("{port}={PLAIN_PORT}"), format!("{port} {PLAIN_PORT}")];
                values.iter().any(|value| code.has(value))
            };
            let is_name = port.starts_with(|one: char| one.is_alphabetic() || one == '_');
            if port == PLAIN_PORT || is_name && is_defined(port) {
                let message =
                    format!("port {PLAIN_PORT} is MQTT without TLS: the handshake fails there");
                let action = "use the port of MQTT over TLS, which is 8883 as a rule";
                found.push(warning(code.line(at), "port-without-tls", message, action));
            }
        }
    }
    found
}

/// Where a client of TLS is given an address, for which certificates rarely are.
fn addresses(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    if !TLS_WORDS.iter().any(|word| code.text().contains(word)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for call in CONNECTS {
        for at in code.find(call) {
            let arguments = code.arguments(at + call.len());
            let host = arguments.split(',').next().unwrap_or_default();
            let number = host.trim_matches('"').parse::<usize>().ok();
            let literal = number.filter(|_| host.starts_with('"'));
            let text = literal.and_then(|number| source.hosts.get(&number));
            let is_object = host.starts_with("IPAddress(")
                || code.has(&format!("IPAddress {host}")) && !host.is_empty();
            let address = text.filter(|text| text.parse::<std::net::IpAddr>().is_ok());
            if address.is_none() && !is_object {
                continue;
            }
            let what =
                address.map_or("an address".to_owned(), |text| format!("the address {text}"));
            let message = format!(
                "the client connects to {what}: the server's certificate must then be for that \
                 address, and it is for a name as a rule"
            );
            let action = "connect by the name that the certificate is for";
            found.push(warning(code.line(at), "address-not-name", message, action));
        }
    }
    found
}

/// Where one certificate is both anchor and the device's own, or a CA is given as the device's own.
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

/// Whether `one` belongs to a chain that a leaf in the same constant begins.
fn is_behind_a_leaf<'a>(
    one: &EmbeddedAnchor,
    mut all: impl Iterator<Item = &'a EmbeddedAnchor>,
) -> bool {
    all.any(|other| {
        other.name == one.name
            && other.certificate.as_ref().is_some_and(|leaf| !extensions::is_authority(leaf))
    })
}
