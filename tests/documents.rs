//! The JSON document: one line per target, with fixed names.

use crate::support::{Pki, Server, certgrab, grab, pki::sha256};

#[test]
fn a_document_has_every_field_of_schema_1() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server).args(["--json"]).trusting(pki.root_file()).succeeds();
    assert_eq!(outcome.out().matches('\n').count(), 1, "one line");
    let document = outcome.json();
    let keys: Vec<_> = document.as_object().expect("an object").keys().cloned().collect();
    for key in [
        "schema",
        "target",
        "status",
        "error",
        "handshake",
        "presented",
        "fetched",
        "paths",
        "anchor",
        "sufficient",
        "alternatives",
        "warnings",
    ] {
        assert!(keys.iter().any(|found| found == key), "{key} is missing in {keys:?}");
    }
    assert_eq!(document["schema"], 1);
    assert_eq!(document["status"], "ok");
    assert_eq!(document["error"], serde_json::Value::Null);
    assert_eq!(document["target"]["host"], "plc.test");
    assert_eq!(document["target"]["name"], "plc.test");
    assert_eq!(document["target"]["port"], server.port());
    let hashes: Vec<_> = pki.path().iter().map(|der| sha256(der)).collect();
    assert_eq!(document["paths"][0]["certificates"], serde_json::json!(hashes));
    assert_eq!(document["paths"][0]["valid"], true);
    let anchor = &document["anchor"];
    assert_eq!(anchor["sha256"], hashes[2]);
    assert_eq!(anchor["subject"], "CN=Plant Root");
    assert_eq!(anchor["issuer"], "CN=Plant Root");
    assert_eq!(anchor["not_after"], "2050-01-01T00:00:00Z");
    assert_eq!(anchor["lasts_until"], "2050-01-01T00:00:00Z");
    assert_eq!(anchor["key"], "EC P-256");
    assert_eq!(anchor["signature"], "ecdsa-with-SHA256");
    assert!(anchor["pem"].as_str().is_some_and(|pem| pem.starts_with("-----BEGIN CERT")));
    assert_eq!(document["presented"][0]["serial"], "1020");
    assert_eq!(document["presented"][1]["source"], "sent by the server");
}

#[test]
fn an_untrusted_chain_and_a_failed_connection_are_documents_too() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let untrusted = grab(&server).args(["--json"]).fails_with(1).json();
    assert_eq!(untrusted["status"], "untrusted");
    assert_eq!(untrusted["error"]["kind"], "missing_issuer");
    assert_eq!(untrusted["error"]["stage"], "path");
    assert_eq!(untrusted["presented"][0]["sha256"], sha256(pki.leaf_der()));
    assert_eq!(untrusted["anchor"], serde_json::Value::Null);

    let failed = certgrab().args(["--json", "127.0.0.1:1"]).fails_with(3).json();
    assert_eq!(failed["status"], "failed");
    assert_eq!(failed["error"]["kind"], "connection_failed");
    assert_eq!(failed["error"]["stage"], "connect");
    assert_eq!(failed["handshake"], serde_json::Value::Null);
}

#[test]
fn a_hostile_subject_in_the_document_is_escaped() {
    let name = "a\u{1b}]0;owned\u{7}\u{202e}\n\u{85}";
    let server = Server::presenting(&Pki::root(name).leaf("plc.test"));
    let outcome = grab(&server).args(["--json"]).fails_with(1);
    for text in [outcome.out(), outcome.err()] {
        let clean = text.chars().all(|one| one == '\n' || (!one.is_control() && one != '\u{202e}'));
        assert!(clean, "{text:?}");
    }
}

#[test]
fn the_json_page_explains_every_warning_code() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).expect(path);
    let source = read("src/run/warning.rs") + &read("src/run/disagreement.rs");
    let words = ["warn(\"", "code: \"", "=> \""].iter().flat_map(|mark| {
        let after = source.split(mark).skip(1);
        after.filter_map(|rest| rest.split_once('"')).map(|(word, _)| word)
    });
    let is_code = |word: &&str| word.chars().all(|char| char == '_' || char.is_ascii_lowercase());
    let codes: std::collections::BTreeSet<_> = words.filter(is_code).collect();
    assert!(codes.len() > 10, "{codes:?}");
    let page = read("docs/json.md");
    let (_, table) = page.split_once("## Codes of warnings").expect("the table");
    let listed: std::collections::BTreeSet<_> =
        table.split("\n| `").skip(1).filter_map(|row| row.split('`').next()).collect();
    assert_eq!(codes, listed);
}
