//! What rustls-webpki does not judge, in `certgrab verify --batch`: the answer of RFC 5280.

use super::chains::{Chains, pem_of};
use super::departures::departures;
use crate::support::certgrab;

#[test]
fn a_batch_applies_rfc_5280_where_rustls_webpki_does_not() {
    const RIGHT: [(&str, bool); 18] = [
        ("sound", true),
        ("nc-dirname-ok-crit-int", true),
        ("nc-dirname-violated-crit-int", false),
        ("nc-dirname-ok-crit-root", true),
        ("nc-dirname-violated-crit-root", false),
        ("nc-email-only-crit-int", true),
        ("nc-email-sub-int", false),
        ("nc-email-sub-excluded-int", true),
        ("nc-uri-port-int", true),
        ("nc-uri-sub-int", false),
        ("nc-uri-sub-excluded-int", true),
        ("self-issued-rollover", true),
        ("self-issued-pathlen0", true),
        ("bc-pathlen0-int-violated", false),
        ("policy-required-same", true),
        ("policy-required-any", true),
        ("policy-required-other", false),
        ("policy-required-any-inhibited", false),
    ];
    let answers = answers(&RIGHT.map(|(id, _)| id), false);
    for ((id, is_right), answer) in RIGHT.iter().zip(&answers) {
        assert_eq!(
            (&answer["id"], &answer["ok"]),
            (&(*id).into(), &(*is_right).into()),
            "{answer}"
        );
        let is_chosen = answer["chosen"].is_u64();
        assert_eq!(is_chosen, *is_right, "{answer}");
    }
}

/// RFC 5280 section 6.1 uses only an anchor's name and key; four libraries also check its pathLenConstraint.
#[test]
fn a_batch_departs_on_a_roots_own_path_length() {
    let ids = [
        "bc-pathlen0-root",
        "bc-pathlen1-root-violated",
        "bc-pathlen0-direct",
        "self-issued-pathlen0",
    ];
    let words = "has a pathLenConstraint that allows fewer CA certificates below it (RFC 5280 section 4.2.1.9)";
    let violates = |answer: &serde_json::Value| answer.to_string().contains(words);
    for (answer, is_violated) in answers(&ids, true).iter().zip([true, true, false, false]) {
        assert_eq!(answer["ok"], !is_violated, "{answer}");
        assert_eq!(violates(answer), is_violated, "{answer}");
    }
    for (answer, is_violated) in answers(&ids, false).iter().zip([true, true, false, false]) {
        assert_eq!(answer["ok"], true, "{answer}");
        assert_eq!(violates(&answer["warnings"]), is_violated, "{answer}");
    }
}

/// The answers about chains of one departure each.
fn answers(ids: &[&str], is_strict: bool) -> Vec<serde_json::Value> {
    let all = departures();
    let place = |id: &str| all.iter().position(|one| one.id == id).expect("a departure");
    let chains = Chains::make(&all, ids.iter().map(|id| vec![place(id)]).collect());
    let lines = ids.iter().zip(&chains.all).map(|(id, one)| {
        let pem = |ders: &[Vec<u8>]| -> Vec<String> {
            ders.iter().map(|der| pem_of(std::slice::from_ref(der))).collect()
        };
        let sent = pem(&one.built.sent);
        let line = serde_json::json!({
            "id": id, "leaf": sent[0], "intermediates": sent[1..], "host": one.built.host,
            "roots": pem(&one.built.anchors), "time": "2026-06-01", "strict": is_strict,
        });
        line.to_string()
    });
    let lines: Vec<_> = lines.collect();
    let out = certgrab().args(["verify", "--batch"]).reading(lines.join("\n")).succeeds().out();
    let answers: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), ids.len());
    answers
}
