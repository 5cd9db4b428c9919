//! Calls of specific libraries that leave a client without verification.
//!
//! In: the code of a file. Out: findings, each at the call.

use super::{error, verification, words::*};
use crate::check::{
    Finding,
    source::{Language, Source, code::Code},
};

/// The words that show that a file may have one.
pub(super) const SIGNS: [&str; 6] = [
    "ssl.wrap_socket",
    "beginSSL",
    "beginSocketIOSSL",
    "accept-certificate",
    "mbedtls_ssl_conf_verify",
    "onReceivedSslError",
];

pub(super) fn findings(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    let mut found = match source.language {
        Language::Python => wrapped_sockets(code),
        Language::C => websockets(code),
        _ => return Vec::new(),
    };
    let callbacks = accepting(code).into_iter().chain(clearing(code)).chain(proceeding(code));
    found.extend(callbacks.map(|(at, what)| verification::finding(code.line(at), what)));
    found
}

/// `ssl.wrap_socket` of Python up to 3.11 and of MicroPython, which verifies nothing without `cert_reqs`.
fn wrapped_sockets(code: &Code) -> Vec<Finding> {
    const WRAP: [&str; 2] = ["ssl.wrap_socket(", "ussl.wrap_socket("];
    let is_unverified = |arguments: &str| {
        let has = |word: &str| arguments.contains(word);
        !arguments.is_empty() && !["cert_reqs", "server_side=", "*"].into_iter().any(has)
    };
    let places = WRAP.iter().flat_map(|call| {
        code.find(call).filter(|at| is_unverified(code.arguments(at + call.len())))
    });
    let message = "`ssl.wrap_socket` without `cert_reqs` accepts any certificate";
    let action =
        "pass `cert_reqs=ssl.CERT_REQUIRED` and the anchor in `cadata`, or use `ssl.SSLContext`";
    places.map(|at| error(code.line(at), "verification-off", message.to_owned(), action)).collect()
}

/// Websockets of ESP8266 and ESP32 without an anchor and without a fingerprint.
fn websockets(code: &Code) -> Vec<Finding> {
    if !code.text().contains(WEBSOCKETS) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (name, fingerprint, instead) in WITHOUT_ANCHOR {
        let call = format!("{name}(");
        let is_member = |at: &usize| code.text()[..*at].ends_with(['.', '>']);
        for at in code.find(&call).filter(is_member) {
            let mut arguments = code.arguments(at + call.len()).split(',');
            let given = fingerprint.and_then(|index| arguments.nth(index));
            if given.is_some_and(|given| !["NULL", "nullptr"].contains(&given)) {
                continue;
            }
            let message = format!("`{name}` without an anchor accepts any certificate");
            let action = format!("use `{instead}` with the anchor");
            found.push(error(code.line(at), "verification-off", message, &action));
        }
    }
    found
}

/// What turns verification off, and where.
type Places = Vec<(usize, &'static str)>;

/// The most callbacks of a file that are looked up, and the most places of each: no real program has as
/// many.
const MAX_CALLBACKS: usize = 32;
const MAX_PLACES: usize = 64;

/// The bodies of the functions called `name`, as far as they are examined.
fn bodies<'a>(code: &'a Code, name: &str) -> Vec<&'a str> {
    let begin = format!("{name}(");
    let body = |at: usize| {
        let parameters = code.arguments(at + begin.len());
        let end = at + begin.len() + parameters.len();
        let rest = code.text()[end..].strip_prefix("){")?;
        Some(code.arguments(code.text().len() - rest.len()))
    };
    let is_name = !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || one == '_');
    if is_name { code.find(&begin).take(MAX_PLACES).filter_map(body).collect() } else { Vec::new() }
}

/// Handlers of GLib's signal about a certificate that was refused, which accept it.
fn accepting(code: &Code) -> Places {
    const SIGNAL: &str = "\"=accept-certificate\",G_CALLBACK(";
    let accepts = |at: &usize| {
        let handler = code.arguments(at + SIGNAL.len());
        handler == "gtk_true" || bodies(code, handler).contains(&"return TRUE;")
    };
    let places = code.text().match_indices(SIGNAL).map(|(at, _)| at).take(MAX_CALLBACKS);
    places.filter(accepts).map(|at| (at, "accept-certificate")).collect()
}

/// Callbacks of mbedTLS that clear all problems of a certificate.
fn clearing(code: &Code) -> Places {
    const SETS: &str = "mbedtls_ssl_conf_verify(";
    let clears = |at: &usize| {
        let callback = code.arguments(at + SETS.len()).split(',').nth(1).unwrap_or_default();
        bodies(code, callback).iter().any(|body| body.contains("*flags=0;"))
    };
    code.find(SETS)
        .take(MAX_CALLBACKS)
        .filter(clears)
        .map(|at| (at, "mbedtls_ssl_conf_verify"))
        .collect()
}

/// Web views of Android that continue after a TLS error.
fn proceeding(code: &Code) -> Places {
    const HANDLER: &str = "onReceivedSslError";
    let is_ignored = bodies(code, HANDLER).iter().any(|body| body.contains(".proceed()"));
    code.find(HANDLER).filter(|_| is_ignored).take(1).map(|at| (at, HANDLER)).collect()
}
