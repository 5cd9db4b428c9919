//! The choice of the anchor, on real public chains: no socket is opened.

use std::{fs, path::PathBuf};

use crate::support::{Pki, certgrab, pki::sha256, real};

/// The anchors of real chains: SHA-256, the date until which they last, and whether a warning says that it is
/// soon.
pub(crate) const REAL: [(&str, &str, &str, bool); 13] = [
    ("amazon-rca1-starfield", "8ecde6884f3d87b1", "2030-05-26", false),
    ("apple-digicert", "31ad6648f8104138", "2029-04-15", false),
    ("azure-digicert-g2", "cb3ccbb76031e5e0", "2029-04-15", false),
    ("certainly-starfield", "2ce1cb0bf9d2f9e1", "2027-04-15", true),
    ("digicert-g2", "cb3ccbb76031e5e0", "2029-04-15", false),
    ("globalsign-atlas-r3", "cbb522d7b7f127ad", "2027-04-15", true),
    ("godaddy-g2-class2", "45140b3247eb9cc8", "2027-04-15", true),
    ("gts-we1-r4-xsign", "349dfa4058c5e263", "2031-06-22", false),
    ("gts-wr2-r1-xsign", "d947432abde7b7fa", "2031-06-22", false),
    // The file contains every existing version, E5 by X2 too: X2 is as near as X1 and lasts longer.
    ("le-e5-x1-x2", "69729b8e15a86efc", "2035-09-04", false),
    ("le-r10-x1", "96bcec06264976f3", "2030-06-04", false),
    ("le-r3-x1-dst", "96bcec06264976f3", "2030-06-04", false),
    ("sectigo-usertrust-aaa", "e793c9b02fd8aa13", "2028-04-15", false),
];

struct Chain {
    host: String,
    time: String,
    pem: String,
}

fn chain(name: &str) -> Option<Chain> {
    let folder: PathBuf = real::shared("chains")?.join(name);
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a file of the chain");
    let facts: serde_json::Value = serde_json::from_str(&read("meta.json")).expect("facts");
    let text = |key: &str| facts[key].as_str().expect("a text").to_owned();
    Some(Chain {
        host: text("host"),
        time: text("time"),
        pem: read("leaf.pem") + &read("intermediates.pem"),
    })
}

#[test]
fn every_recorded_chain_gives_the_expected_anchor() {
    for (name, anchor, lasts, soon) in REAL {
        let Some(chain) = chain(name) else { return };
        let document = certgrab()
            .args(["--from", "-", "--json", &chain.host, "--at", &chain.time])
            .reading(&chain.pem)
            .succeeds()
            .json();
        let found = document["anchor"]["sha256"].as_str().expect("a fingerprint");
        assert_eq!(&found[..16], anchor, "{name}");
        let until = document["anchor"]["lasts_until"].as_str().expect("a time");
        assert_eq!(&until[..10], lasts, "{name}");
        assert_eq!(document["sufficient"], true, "{name}");
        let warnings = document["warnings"].as_array().expect("warnings");
        let warned = warnings.iter().any(|warning| warning["code"] == "ends_soon");
        assert_eq!(warned, soon, "{name}: {warnings:?}");
    }
}

#[test]
fn lets_encrypts_e5_chain_ends_only_in_x1() {
    let Some(chain) = chain("le-e5-x1-x2") else { return };
    let end = "-----END CERTIFICATE-----\n";
    let sent: String = chain.pem.split_inclusive(end).take(2).collect();
    let document = certgrab()
        .args(["--from", "-", "--json", &chain.host, "--at", &chain.time])
        .reading(sent)
        .succeeds()
        .json();
    assert_eq!(
        document["anchor"]["subject"],
        "CN=ISRG Root X1,O=Internet Security Research Group,C=US"
    );
    assert_eq!(document["alternatives"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_chain_to_an_unknown_root_is_refused_with_the_reason() {
    let Some(chain) = chain("baltimore-cloudflare") else { return };
    let outcome = certgrab()
        .args(["--from", "-", &chain.host, "--at", &chain.time, "--emit", "pem"])
        .reading(&chain.pem)
        .fails_with(1)
        .stdout("");
    let text = outcome.err();
    assert!(text.contains("issued by `CN=Baltimore CyberTrust Root,"), "{text}");
    assert!(text.contains("Mozilla's store does not have"), "{text}");
}

#[test]
fn the_go_daddy_chain_gives_the_root_used_for_tuya() {
    let Some(chain) = chain("godaddy-g2-class2") else { return };
    let outcome = certgrab()
        .args(["--from", "-", &chain.host, "--at", &chain.time, "--emit", "der", "-q"])
        .reading(&chain.pem)
        .succeeds();
    let expected = "45140b3247eb9cc8c5b4f0d7b53091f73292089e6e5a63e2749dd3aca9198eda";
    assert_eq!(sha256(outcome.bytes()), expected);
}

#[test]
fn the_nearest_root_is_preferred_and_the_others_get_a_reason() {
    let Some(chain) = chain("amazon-rca1-starfield") else { return };
    let document = certgrab()
        .args(["--from", "-", "--json", &chain.host, "--at", &chain.time])
        .reading(&chain.pem)
        .succeeds()
        .json();
    let reason = document["anchor"]["reason"].as_str().expect("a reason");
    assert!(reason.starts_with("the shortest path from the leaf"), "{reason}");
    let other = &document["alternatives"][0];
    assert!(other["subject"].as_str().is_some_and(|name| name.contains("Starfield Services")));
    assert!(other["reason"].as_str().is_some_and(|text| text.contains("CN=Amazon Root CA 1")));
}

#[test]
fn the_verification_time_is_an_option() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let run = |at: &str| {
        certgrab()
            .args(["--from"])
            .args([pki.chain_file()])
            .args(["plc.test", "--at", at, "--emit", "pem"])
            .trusting(pki.root_file())
    };
    run("2030-01-01").succeeds();
    run("2041-01-01").fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=plc.test` expired at 2040-01-01T00:00:00Z, verified as of \
         2041-01-01T00:00:00Z\n\
         certgrab: hint: renew the certificate; if this machine's clock is wrong, pass the time \
         with `--at TIME`\n",
    );
    run("2019-12-31T23:59:59Z").fails_with(1).stdout("").stderr(
        "certgrab: error: `CN=plc.test` is not valid before 2020-01-01T00:00:00Z, verified as of \
         2019-12-31T23:59:59Z\n\
         certgrab: hint: if this machine's clock is wrong, pass the time with `--at TIME`\n",
    );
}
