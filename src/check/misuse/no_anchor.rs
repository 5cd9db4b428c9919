//! Arduino-ESP32 clients without an anchor.
//!
//! In: the code of a file. Out: findings, each at the call.

use super::error;
use crate::check::{
    Finding,
    source::{Language, Source},
};

/// Arguments that are not a certificate.
const NOTHING: [&str; 3] = ["NULL", "nullptr", "0"];
/// What a client may have instead of an anchor.
const INSTEAD: [&str; 2] = ["setCACertBundle(", "setPreSharedKey("];
/// The HTTP client, by its header; that of the ESP8266 cannot be given a URL alone.
pub(super) const HTTP_CLIENT: &str = "HTTPClient.h";
const OF_ESP8266: [&str; 2] = ["ESP8266HTTPClient", "ESP8266WiFi"];

pub(super) fn findings(source: &Source) -> Vec<Finding> {
    if source.language != Language::C {
        return Vec::new();
    }
    let mut found = taken_away(source);
    found.extend(urls_alone(source));
    found
}

/// Where `setCACert` removes the anchor. Without one, and without anything instead, version 1 of the
/// core does not verify, and later versions do not connect (ssl_client.cpp, `start_ssl_client`).
fn taken_away(source: &Source) -> Vec<Finding> {
    const CALL: &str = "setCACert(";
    let code = &source.tight;
    if INSTEAD.iter().any(|call| code.text().contains(call)) {
        return Vec::new();
    }
    let given = |at: usize| code.arguments(at + CALL.len());
    let is_member = |at: usize| code.text()[..at].ends_with(['.', '>']);
    let (nothing, anchors): (Vec<_>, Vec<_>) =
        code.find(CALL).partition(|at| NOTHING.contains(&given(*at)));
    let is_given_later = |at: usize| {
        let later = anchors.get(anchors.partition_point(|place| *place < at));
        later.is_some_and(|later| code.blocks().function(at).contains(later))
    };
    let places = nothing.into_iter().filter(|at| is_member(*at) && !is_given_later(*at));
    let message = |argument: &str| {
        format!(
            "`setCACert({argument})` removes the anchor: version 1 of the Arduino-ESP32 core then \
             accepts any certificate, and later versions do not connect"
        )
    };
    let action = "pass the constant with the anchor";
    places.map(|at| error(code.line(at), "verification-off", message(given(at)), action)).collect()
}

/// Where the HTTP client only gets an HTTPS URL: it then accepts any certificate (HTTPClient.cpp,
/// `TLSTraits::verify`).
fn urls_alone(source: &Source) -> Vec<Finding> {
    const CALL: &str = "begin(";
    let code = &source.tight;
    if !code.has("HTTPClient") || OF_ESP8266.iter().any(|word| code.has(word)) {
        return Vec::new();
    }
    let is_alone = |at: &usize| {
        let (url, rest) = match code.arguments(at + CALL.len()).split_once(',') {
            Some((url, rest)) => (url, Some(rest)),
            None => (code.arguments(at + CALL.len()), None),
        };
        let number = url.trim_matches('"').parse().ok().filter(|_| url.starts_with('"'));
        let text = number.and_then(|number: usize| source.hosts.get(&number));
        text.is_some_and(|text| text.starts_with("https://"))
            && rest.is_none_or(|rest| NOTHING.contains(&rest))
            && code.text()[..*at].ends_with(['.', '>'])
    };
    let message = "`begin` with a URL and no anchor accepts any certificate on Arduino-ESP32";
    let action = "pass the anchor as the second argument, or a client that has it as the first";
    code.find(CALL)
        .filter(is_alone)
        .map(|at| error(code.line(at), "verification-off", message.to_owned(), action))
        .collect()
}
