//! What rustls-webpki does not judge, in `certgrab verify --batch`: the answer of RFC 5280.

use super::chains::{Chains, pem_of};
use super::departures::departures;
use crate::support::certgrab;

#[test]
fn a_batch_answers_as_rfc_5280_does_where_rustls_webpki_does_not_judge() {
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
    let all = departures();
    let place = |id: &str| all.iter().position(|one| one.id == id).expect("a departure");
    let chains = Chains::make(&all, RIGHT.iter().map(|(id, _)| vec![place(id)]).collect());
    let lines = RIGHT.iter().zip(&chains.all).map(|((id, _), one)| {
        let pem = |ders: &[Vec<u8>]| -> Vec<String> {
            ders.iter().map(|der| pem_of(std::slice::from_ref(der))).collect()
        };
        let sent = pem(&one.built.sent);
        let line = serde_json::json!({
            "id": id, "leaf": sent[0], "intermediates": sent[1..], "host": one.built.host,
            "roots": pem(&one.built.anchors), "time": "2026-06-01", "strict": false,
        });
        line.to_string()
    });
    let lines: Vec<_> = lines.collect();
    let out = certgrab().args(["verify", "--batch"]).reading(lines.join("\n")).succeeds().out();
    let answers: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), RIGHT.len());
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
