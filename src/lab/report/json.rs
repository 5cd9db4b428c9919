//! The JSON document, schema 1; docs/lab.md describes its fields.

use serde_json::{Value, json};

use super::{Report, known::Difference};
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
        "differences": report.differences.as_ref().map(|all| all.iter().map(difference).collect::<Vec<_>>()),
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

fn difference(difference: &Difference) -> Value {
    json!({ "case": difference.case, "expected": difference.expected, "found": difference.found })
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
