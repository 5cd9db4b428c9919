//! Where a TLS client connects to: the port without TLS, or an address instead of a name.
//!
//! In: the code of a file. Out: findings, each at the call or the URL.

use std::net::IpAddr;

use super::warning;
use crate::check::{
    Finding,
    source::{Source, code::Code},
};

/// Calls with a host and a port.
const CONNECTS: [&str; 4] = ["setServer(", "connect(", "setHost(", "begin("];

/// Words that show a TLS client.
pub(super) const TLS_WORDS: [&str; 9] = [
    "setCACert(",
    "setTrustAnchors(",
    "WiFiClientSecure",
    "NetworkClientSecure",
    "setCACertBundle(",
    // ESP-IDF, and Paho in Python.
    "verification.certificate=",
    "cert_pem=",
    "cacert_buf=",
    "tls_set(",
];

/// The registered port of MQTT without TLS (IANA: `mqtt`).
const PLAIN_PORT: &str = "1883";

/// Schemes of URLs with TLS.
const SECURE: [&str; 5] = ["https", "mqtts", "wss", "ssl", "tls"];

/// Where a TLS client connects to a port without TLS, or to an address instead of a name.
pub(super) fn findings(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    if !TLS_WORDS.iter().any(|word| code.text().contains(word)) {
        return Vec::new();
    }
    let mut found = without_tls(code);
    found.extend(addresses(source));
    found.extend(urls(source));
    found
}

fn plain_port(line: usize) -> Finding {
    let message = format!("port {PLAIN_PORT} is MQTT without TLS: the handshake fails there");
    let action = "use the port of MQTT over TLS, usually 8883";
    warning(line, "port-without-tls", message, action)
}

fn address(line: usize, what: &str) -> Finding {
    let message = format!(
        "the client connects to {what}: the server's certificate must then be for that address, \
         but it is usually for a name"
    );
    let action = "connect by the name that the certificate is for";
    warning(line, "address-not-name", message, action)
}

/// URLs in literals with the port without TLS, or with TLS and an address of another host.
fn urls(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    let mut found = Vec::new();
    let mut hosts: Vec<_> = source.hosts.iter().collect();
    hosts.sort();
    for (number, text) in hosts {
        let literal = format!("\"{number}\"");
        let Some(at) = code.text().find(&literal) else { continue };
        let Some((scheme, rest)) = text.split_once("://") else { continue };
        let server = rest.split(['/', '?']).next().unwrap_or_default();
        let server = server.rsplit('@').next().unwrap_or_default();
        let (host, port) = server.rsplit_once(':').unwrap_or((server, ""));
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        if port == PLAIN_PORT {
            found.push(plain_port(code.line(at)));
        }
        if let Some(ip) = ip.filter(|ip| SECURE.contains(&scheme) && !ip.is_unspecified()) {
            found.push(address(code.line(at), &format!("the address {ip}")));
        }
    }
    found
}

/// The most calls whose host or port is a name that is looked up in all of the code: no program has as
/// many.
const MAX_NAMED: usize = 64;

/// Where a TLS client connects to the port without TLS.
fn without_tls(code: &Code) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut named = 0;
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
            named += usize::from(is_name);
            if port == PLAIN_PORT || is_name && named <= MAX_NAMED && is_defined(port) {
                found.push(plain_port(code.line(at)));
            }
        }
    }
    found
}

/// Where a TLS client connects to an address, which certificates rarely include.
fn addresses(source: &Source) -> Vec<Finding> {
    let code = &source.tight;
    let mut found = Vec::new();
    let mut named = 0;
    for call in CONNECTS {
        for at in code.find(call) {
            let arguments = code.arguments(at + call.len());
            let host = arguments.split(',').next().unwrap_or_default();
            let number = host.trim_matches('"').parse::<usize>().ok();
            let literal = number.filter(|_| host.starts_with('"'));
            let text = literal.and_then(|number| source.hosts.get(&number));
            let is_name = host.starts_with(|one: char| one.is_alphabetic() || one == '_');
            named += usize::from(is_name);
            let is_object = host.starts_with("IPAddress(")
                || is_name && named <= MAX_NAMED && code.has(&format!("IPAddress {host}"));
            let ip = text.filter(|text| text.parse::<IpAddr>().is_ok());
            if ip.is_none() && !is_object {
                continue;
            }
            let what = ip.map_or("an address".to_owned(), |text| format!("the address {text}"));
            found.push(address(code.line(at), &what));
        }
    }
    found
}
