//! The frame of a log in SARIF 2.1.0 (OASIS), which code hosts show next to the lines.

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
