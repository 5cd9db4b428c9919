//! Whether two servers use the same trust anchor.

use crate::support::{
    Pki, Server, certgrab,
    pki::{pem_of, sha256},
    run::Run,
};

/// `certgrab FIRST --compare SECOND` with the roots of `pkis`.
fn compare(first: &Server, second: &Server, pkis: &[&Pki]) -> Run {
    let of = |server: &Server| format!("127.0.0.1:{}", server.port());
    let mut run = certgrab().args([of(first), "--compare".into(), of(second)]);
    for pki in pkis {
        run = run.args(["--roots".into(), pki.root_file().display().to_string()]);
    }
    run
}

#[test]
fn two_servers_with_one_root_have_the_same_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&pki), Server::presenting(&pki));
    let print = sha256(pki.root_der());
    let anchor = format!("  anchor   CN=Plant Root, SHA-256 {print}\n");
    compare(&broker, &site, &[&pki]).succeeds().stderr("").stdout(&format!(
        "127.0.0.1:{}\n{anchor}127.0.0.1:{}\n{anchor}\ncompare    both use the same trust anchor\n",
        broker.port(),
        site.port()
    ));
    let document = compare(&broker, &site, &[&pki]).args(["--json"]).succeeds().json();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["compare"], "same");
    assert_eq!(document["shared"], serde_json::json!([print]));
    assert_eq!(document["targets"][1]["target"]["port"], site.port());
}

#[test]
fn two_servers_without_a_common_anchor_give_exit_code_1() {
    let plant = Pki::root("Plant Root").leaf("127.0.0.1");
    let office = Pki::root("Office Root").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&plant), Server::presenting(&office));
    let run = || compare(&broker, &site, &[&plant, &office]);
    let (one, other) = (broker.port(), site.port());
    let outcome = run().fails_with(1).stderr(&format!(
        "certgrab: error: 127.0.0.1:{one} and 127.0.0.1:{other} have no anchor in common\n\
         certgrab: hint: run `certgrab 127.0.0.1:{one} --emit FORMAT` to write the anchor of 127.0.0.1:{one}\n"
    ));
    assert!(outcome.out().ends_with("\ncompare    no anchor verifies both\n"));
    let document = run().args(["--json"]).fails_with(1).json();
    assert_eq!(document["compare"], "different");
    assert_eq!(document["shared"], serde_json::json!([]));
}

#[test]
fn a_trusted_intermediate_can_be_the_common_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&pki), Server::presenting(&pki));
    let both = pki.file("both.pem");
    std::fs::write(&both, pem_of(&pki.path()[1..])).unwrap();
    let of = |server: &Server| format!("127.0.0.1:{}", server.port());
    let document = certgrab()
        .args([of(&broker), "--compare".into(), of(&site), "--json".into()])
        .args(["--roots", both.to_str().unwrap()])
        .succeeds()
        .json();
    assert_eq!(document["compare"], "same");
    let shared = [sha256(pki.root_der()), sha256(&pki.path()[1])];
    assert_eq!(document["shared"], serde_json::json!(shared));
}

#[test]
fn a_root_that_verifies_both_servers_is_the_common_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("127.0.0.1");
    let broker = Server::presenting(&pki);
    // The site does not send the intermediate, so only a client that trusts it can verify the site.
    let site = Server::of(&pki).sending(&pki.path()[..1]).start();
    let both = pki.file("both.pem");
    std::fs::write(&both, pem_of(&pki.path()[1..])).unwrap();
    let (one, other) = (broker.port(), site.port());
    let run = || {
        certgrab()
            .args([format!("127.0.0.1:{one}"), format!("--compare=127.0.0.1:{other}")])
            .args(["--roots", both.to_str().unwrap()])
    };
    let root = format!("CN=Plant Root, SHA-256 {}", sha256(pki.root_der()));
    let issuing = format!("CN=Plant Issuing, SHA-256 {}", sha256(&pki.path()[1]));
    run().succeeds().stderr("").stdout(&format!(
        "127.0.0.1:{one}\n  anchor   {root}\n  or       {issuing}\n\
         127.0.0.1:{other}\n  anchor   {issuing}\n\n\
         compare    different anchors, but {issuing} verifies both\n"
    ));
    let document = run().args(["--json"]).succeeds().json();
    assert_eq!(document["compare"], "shared");
    assert_eq!(document["shared"], serde_json::json!([sha256(&pki.path()[1])]));
}

#[test]
fn two_certificates_with_one_name_and_key_are_the_same_anchor() {
    let key = rcgen::KeyPair::generate().unwrap();
    let again = rcgen::KeyPair::from_pem(&key.serialize_pem()).unwrap();
    // The version that lasts longer is not for `localhost`, so the site has the other one.
    let longer = Pki::root_with("Plant Root", key, |root| {
        root.not_after = rcgen::date_time_ymd(2060, 1, 1);
        root.name_constraints = Some(rcgen::NameConstraints {
            permitted_subtrees: Vec::new(),
            excluded_subtrees: vec![rcgen::GeneralSubtree::DnsName("localhost".to_owned())],
        });
    });
    let longer = longer.leaf("127.0.0.1");
    let plain = Pki::root_with_key("Plant Root", again).leaf("localhost");
    let (broker, site) = (Server::presenting(&longer), Server::presenting(&plain));
    let document = certgrab()
        .args([format!("127.0.0.1:{}", broker.port())])
        .args([
            format!("--compare=localhost:{}", site.port()),
            "-4".to_owned(),
            "--json".to_owned(),
        ])
        .args(["--roots", longer.root_file().to_str().unwrap()])
        .args(["--roots", plain.root_file().to_str().unwrap()])
        .succeeds()
        .json();
    let anchors = [0, 1].map(|index| document["targets"][index]["anchor"]["sha256"].clone());
    assert_eq!(anchors, [sha256(longer.root_der()), sha256(plain.root_der())]);
    assert_eq!(document["compare"], "same");
    assert_eq!(document["shared"], serde_json::json!([sha256(longer.root_der())]));
}

#[test]
fn a_server_without_an_anchor_is_not_compared() {
    let plant = Pki::root("Plant Root").leaf("127.0.0.1");
    let office = Pki::root("Office Root").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&plant), Server::presenting(&office));
    let outcome = compare(&broker, &site, &[&plant]).fails_with(1);
    assert!(!outcome.out().contains("compare "), "{}", outcome.out());
    let printed = outcome.err();
    assert!(
        printed.starts_with(&format!("certgrab: error: 127.0.0.1:{}: ", site.port())),
        "{printed}"
    );

    let document = compare(&broker, &site, &[&plant]).args(["--json"]).fails_with(1).json();
    assert_eq!(document["compare"], serde_json::Value::Null);
    assert_eq!(document["targets"][0]["status"], "ok");
    assert_eq!(document["targets"][1]["status"], "untrusted");

    let port = site.port();
    drop(site);
    certgrab()
        .args([format!("127.0.0.1:{}", broker.port()), format!("--compare=127.0.0.1:{port}")])
        .args(["--roots", plant.root_file().to_str().unwrap()])
        .fails_with(3);
}

#[test]
fn compare_accepts_one_target() {
    certgrab().args(["a.test", "b.test", "--compare", "c.test"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `--compare` accepts only one target and the one to compare it with\n\
         certgrab: hint: run `certgrab TARGET --compare OTHER`\n",
    );
}
