//! Verification that is turned off.
//!
//! In: the code of a file. Out: a finding for each place that turns it off, in C, C++, Rust, Python,
//! Go, JavaScript, C#, Dart and Java, and in YAML.

use super::error;
use crate::check::{Finding, source::Source};

/// What turns verification off wherever it stands, but for comparisons and declarations.
const WORDS: [&str; 16] = [
    "MBEDTLS_SSL_VERIFY_NONE",
    "MBEDTLS_SSL_VERIFY_OPTIONAL",
    "SSL_VERIFY_NONE",
    "WOLFSSL_VERIFY_NONE",
    "TLS_PEER_VERIFY_NONE",
    "TLS_PEER_VERIFY_OPTIONAL",
    "CERT_NONE",
    "SslVerifyMode::NONE",
    "AuthMode::None",
    "VerifyNone",
    "_create_unverified_context",
    "DangerousAcceptAnyServerCertificateValidator",
    "NoopHostnameVerifier",
    "ALLOW_ALL_HOSTNAME_VERIFIER",
    "AllowAllHostnameVerifier",
    "InsecureTrustManagerFactory",
];

/// Methods that turn it off when they are called with these words.
const CALLS: [&str; 12] = [
    ".setInsecure(",
    ">setInsecure(",
    ".allowSelfSignedCerts(",
    ">allowSelfSignedCerts(",
    "tls_insecure_set(True",
    "danger_accept_invalid_certs(true",
    "danger_accept_invalid_hostnames(true",
    "disable_certificate_verification(true",
    "set_verify_hostname(false",
    "set_verify(false",
    "verify_hostname(false",
    ".setVerify(false",
];

/// Fields, options and keys with the values that turn it off.
const FIELDS: [(&str, &[&str]); 24] = [
    ("skip_cert_common_name_check", ON),
    ("skip_common_name", ON),
    ("skip_cert_cn_check", ON),
    ("skip_server_cert_verify", ON),
    ("InsecureSkipVerify", ON),
    ("insecure_skip_verify", ON),
    ("insecureSkipVerify", ON),
    ("insecure-skip-verify", ON),
    ("tls_insecure", ON),
    ("bridge_insecure", ON),
    ("CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY", ON),
    ("rejectUnauthorized", OFF),
    ("verify_ssl", OFF),
    ("ssl_verify", OFF),
    ("sslverify", OFF),
    ("verify", &["False"]),
    ("check_hostname", OFF),
    ("verify_certificate", OFF),
    ("validate_certs", OFF),
    ("CURLOPT_SSL_VERIFYPEER", OFF),
    ("CURLOPT_SSL_VERIFYHOST", OFF),
    ("verify_peer", OFF),
    ("verify_peer_name", OFF),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
];

const ON: &[&str] = &["true", "True", "TRUE", "1", "yes", "y"];
const OFF: &[&str] = &["false", "False", "FALSE", "0l", "0", "no"];

/// Callbacks that turn it off where they answer yes to everything.
const CALLBACKS: [&str; 4] = [
    "ServerCertificateValidationCallback",
    "ServerCertificateCustomValidationCallback",
    "badCertificateCallback",
    "onBadCertificate",
];

/// The most bytes of code of such a callback that are read.
const CALLBACK_BYTES: usize = 120;

pub(super) fn turned_off(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    let mut found = Vec::new();
    let mut tell = |at: usize, what: &str| {
        let what = what.trim_matches(['.', '>', '(']);
        let message = format!(
            "`{what}` turns verification off: any certificate is accepted, whatever the anchor"
        );
        let action = "remove it, so that the server is verified with the anchor";
        found.push(error(code.line(at), "verification-off", message, action));
    };
    for word in WORDS {
        code.find(word).filter(|at| is_value(code.text(), *at, word)).for_each(|at| tell(at, word));
    }
    for call in CALLS {
        code.find(call).for_each(|at| tell(at, call.split("(").next().unwrap_or(call)));
    }
    for (field, values) in FIELDS {
        for at in code.find(field) {
            let rest = code.text()[at + field.len()..].trim_start_matches(['"', ']', '\'']);
            let value = rest.strip_prefix("=>").or_else(|| rest.strip_prefix(['=', ':', ',', ' ']));
            let is_set = |value: &str| {
                let is_quoted = field.starts_with("NODE_") && value.starts_with('"');
                is_quoted || values.iter().any(|wanted| begins_with_word(value, wanted))
            };
            if value.is_some_and(is_set) {
                tell(at, field);
            }
        }
    }
    for callback in CALLBACKS {
        for at in code.find(callback) {
            let rest: String = code.text()[at..].chars().take(CALLBACK_BYTES).collect();
            let rest = rest.split(';').next().unwrap_or_default().to_owned() + &second(&rest);
            if rest.contains("=>true") || rest.contains("{return true") {
                tell(at, callback);
            }
        }
    }
    found
}

/// The part of `text` behind its first semicolon, if the first is inside braces.
fn second(text: &str) -> String {
    match text.find("{return true;") {
        Some(at) => text[at..].chars().take("{return true".len()).collect(),
        None => String::new(),
    }
}

/// Whether the word at `at` is given to something: not compared, nor the name of a case or a macro.
fn is_value(text: &str, at: usize, word: &str) -> bool {
    let before = &text[..at];
    let before = before.trim_end_matches(|one: char| {
        one.is_alphanumeric() || one == '_' || one == ':' || one == '.'
    });
    let compares = ["==", "!=", "case "]
        .iter()
        .any(|sign| before.ends_with(sign) || text[..at].ends_with(sign));
    let is_given = before.ends_with(['=', ',', '(', '?', ':', '|', '&']);
    let is_called = text[at + word.len()..].starts_with('(') || text[..at].ends_with('.');
    let is_declared = text[at + word.len()..].starts_with('=')
        || text[..at].ends_with("define ")
        || text[..at].ends_with("def ");
    !compares && !is_declared && (is_given || is_called)
}

/// Whether `text` begins with `word` and nothing that goes on with it.
fn begins_with_word(text: &str, word: &str) -> bool {
    let rest = text.strip_prefix(word);
    rest.is_some_and(|rest| {
        !rest.starts_with(|one: char| one.is_alphanumeric() || one == '_' || one == '.')
    })
}

/// The words of which a file that turns verification off has one, but for fields.
pub(super) fn signs() -> impl Iterator<Item = &'static str> {
    let calls = CALLS.iter().map(|call| call.split('(').next().unwrap_or(call));
    WORDS.into_iter().chain(calls).chain(CALLBACKS)
}

/// The fields with the values that turn it off.
pub(super) fn fields() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    FIELDS.into_iter()
}
