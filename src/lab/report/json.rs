//! The JSON document, schema 1; docs/lab.md describes its fields.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Report;
use crate::lab::conduct::{Conduct, Protocol};
use crate::lab::diagnosis::Severity;
use crate::lab::verdict::Judged;
use crate::stack::{groups, suites::suite_name};
use crate::text::json::visible;

/// The document, indented.
#[must_use]
pub fn json(report: &Report) -> String {
    let document = json!({
        "schema": 1,
        "result": report.result().word(),
        "host": report.host,
        "strict": report.strict,
        "device": report.hello.as_ref().map(|hello| json!({
            "looks_like": report.likeness.as_ref().map(|like| like.title),
            "same_client_hello": report.likeness.as_ref().is_some_and(|like| like.is_same),
            "server_name": hello.server_name,
            "versions": if hello.versions.is_empty() { vec![hello.legacy_version] } else { hello.versions.clone() },
            "cipher_suites": hello.suites.iter().map(|suite| suite_name(*suite)).collect::<Vec<_>>(),
            "groups": hello.groups.iter().map(|group| groups::name(*group)).collect::<Vec<_>>(),
            "signature_schemes": hello.schemes,
            "alpn": hello.alpn,
            "max_fragment_length": hello.max_fragment_length,
            "record_size_limit": hello.record_size_limit,
        })),
        "cases": report.judged.iter().map(case).collect::<Vec<_>>(),
        "missing": report.missing,
        "findings": report.findings.iter().map(|finding| json!({
            "code": finding.code,
            "severity": severity(report.severity(finding)),
            "message": format!("the device {}", finding.message),
            "action": finding.action,
            "cases": finding.cases,
        })).collect::<Vec<_>>(),
        "other_connections": report.strays,
    });
    visible(&format!("{document:#}\n"))
}

/// A severity in a word.
pub(super) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn case(judged: &Judged) -> Value {
    let turn = &judged.turn;
    let sent = match &turn.conduct {
        Conduct::Sent(sent) => Some(json!({
            "protocol": match &sent.protocol {
                Protocol::Mqtt(version) => format!("MQTT {version}"),
                Protocol::Http(_) => "HTTP".to_owned(),
                Protocol::Other => "other".to_owned(),
            },
            "user": sent.user,
            "password": sent.password,
            "client_certificate": sent.client_certificate,
        })),
        _ => None,
    };
    json!({
        "case": turn.case.id,
        "title": turn.case.title,
        "rule": if turn.case.rule.is_empty() { Value::Null } else { turn.case.rule.into() },
        "verdict": judged.verdict.word(),
        "conduct": turn.conduct.word(),
        "detail": turn.conduct.to_string(),
        "sent": sent,
    })
}

/// The verdict and the conduct of each case that a document holds, to be compared.
///
/// # Errors
///
/// A sentence that says why `text` is no document of this schema.
pub fn read_verdicts(text: &str) -> Result<Vec<(String, String)>, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if document["schema"] != 1 {
        return Err(format!("expected schema 1, found {}", document["schema"]));
    }
    let cases = document["cases"].as_array().ok_or("expected `cases`, found none")?;
    let word = |value: &Value| value.as_str().map(str::to_owned).ok_or("expected words in `cases`");
    cases.iter().map(|case| Ok((word(&case["case"])?, word(&case["verdict"])?))).collect()
}

/// How a round differs from a known result, a line for each case that was to be played. A case that was
/// played more than once may have any of its known verdicts.
#[must_use]
pub fn differences(known: &[(String, String)], report: &Report) -> Vec<String> {
    let mut now: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in &report.judged {
        now.entry(one.turn.case.id).or_default().push(one.verdict.word());
    }
    let mut before: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (case, verdict) in known {
        before.entry(case).or_default().push(verdict);
    }
    let mut all = Vec::new();
    for (case, verdicts) in &now {
        let expected = before.get(case).cloned().unwrap_or_default();
        if let Some(found) = verdicts.iter().find(|verdict| !expected.contains(verdict)) {
            let expected =
                if expected.is_empty() { "nothing".to_owned() } else { expected.join(" or ") };
            all.push(format!("{case}: expected {expected}, found {found}"));
        }
    }
    let is_missing = |case: &&str| report.missing.contains(case) && !now.contains_key(*case);
    for (case, verdicts) in before.iter().filter(|(case, _)| is_missing(case)) {
        all.push(format!("{case}: expected {}, found no connection", verdicts.join(" or ")));
    }
    all
}
