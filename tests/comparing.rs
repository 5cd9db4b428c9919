//! Whether two servers hang on the same anchor.

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
fn two_servers_with_one_root_hang_on_the_same_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&pki), Server::presenting(&pki));
    let print = sha256(pki.root_der());
    let anchor = format!("  anchor   CN=Plant Root, SHA-256 {print}\n");
    compare(&broker, &site, &[&pki]).succeeds().stderr("").stdout(&format!(
        "127.0.0.1:{}\n{anchor}127.0.0.1:{}\n{anchor}\ncompare    both hang on the same anchor\n",
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
fn two_servers_with_two_roots_have_no_anchor_in_common_and_that_is_exit_code_1() {
    let plant = Pki::root("Plant Root").leaf("127.0.0.1");
    let office = Pki::root("Office Root").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&plant), Server::presenting(&office));
    let run = || compare(&broker, &site, &[&plant, &office]);
    let (one, other) = (broker.port(), site.port());
    let outcome = run().fails_with(1).stderr(&format!(
        "certgrab: error: 127.0.0.1:{one} and 127.0.0.1:{other} have no anchor in common\n\
         certgrab: hint: write the anchor of 127.0.0.1:{one} itself: \
         `certgrab 127.0.0.1:{one} --emit FORMAT`\n"
    ));
    assert!(outcome.out().ends_with("\ncompare    they have no anchor in common\n"));
    let document = run().args(["--json"]).fails_with(1).json();
    assert_eq!(document["compare"], "different");
    assert_eq!(document["shared"], serde_json::json!([]));
}

#[test]
fn an_intermediate_that_is_trusted_too_does_for_both_as_well() {
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
fn a_server_without_an_anchor_is_not_compared() {
    let plant = Pki::root("Plant Root").leaf("127.0.0.1");
    let office = Pki::root("Office Root").leaf("127.0.0.1");
    let (broker, site) = (Server::presenting(&plant), Server::presenting(&office));
    let outcome = compare(&broker, &site, &[&plant]).fails_with(1);
    assert!(!outcome.out().contains("compare "), "{}", outcome.out());
    let told = outcome.err();
    assert!(told.starts_with(&format!("certgrab: error: 127.0.0.1:{}: ", site.port())), "{told}");

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
fn compare_takes_one_target() {
    certgrab().args(["a.test", "b.test", "--compare", "c.test"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `--compare` takes one target and the one to compare it with\n\
         certgrab: hint: `certgrab TARGET --compare OTHER`\n",
    );
}
