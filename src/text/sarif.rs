//! The frame of a SARIF 2.1.0 log (OASIS), which code hosts show next to the lines.

use std::path::Path;

use serde_json::{Value, json};

/// The log of one run of certgrab, for the rules `(code, meaning)`.
pub(crate) fn log(rules: &[(&str, &str)], results: &[Value]) -> Value {
    let rules: Vec<_> = rules
        .iter()
        .map(|(code, meaning)| json!({ "id": code, "shortDescription": { "text": meaning } }))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "certgrab",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "results": results,
        }],
    })
}

/// A place in a file (section 3.28); GitHub refuses a log with a result that has none.
pub(crate) fn location(file: &Path, region: Option<Value>) -> Value {
    let mut place = json!({ "artifactLocation": { "uri": uri(file) } });
    if let Some(region) = region {
        place["region"] = region;
    }
    json!({ "physicalLocation": place })
}

/// A path as a relative or `file:` reference (RFC 3986): all characters encoded except the unreserved
/// ones.
fn uri(file: &Path) -> String {
    let mut bytes = file.as_os_str().as_encoded_bytes();
    let mut out = if bytes.starts_with(b"/") { "file://".to_owned() } else { String::new() };
    while let Some(rest) = bytes.strip_prefix(b"./") {
        bytes = rest;
    }
    for byte in bytes {
        match byte {
            b'\\' if cfg!(windows) => out.push('/'),
            _ if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) => {
                out.push(char::from(*byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
