//! The report for people.

use crate::support::{Pki, Server, certgrab, grab, pki::sha256};

#[test]
fn the_report_shows_the_chain_as_a_tree_and_why_the_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let (roots, chain) = (pki.root_file(), pki.chain_file());
    let [leaf, issuing, root] = [0, 1, 2].map(|index| sha256(&pki.path()[index]));
    let (file, sent) = (roots.display(), chain.display());
    certgrab()
        .args(["--from"])
        .args([&chain])
        .args(["plc.test:8883", "--at", "2036-01-01"])
        .trusting(&roots)
        .succeeds()
        .stderr("")
        .stdout(&format!(
            "plc.test:8883: 2 certificates read

CN=Plant Root
│  issuer     itself
│  valid      2020-01-01 to 2050-01-01
│  key        EC P-256
│  signature  ecdsa-with-SHA256
│  SHA-256    {root}
│  from       {file}
└─ CN=Plant Issuing
   │  issuer     CN=Plant Root
   │  valid      2020-01-01 to 2045-01-01
   │  key        EC P-256
   │  signature  ecdsa-with-SHA256
   │  SHA-256    {issuing}
   │  from       read from {sent} as sent by the server
   └─ CN=plc.test
         issuer     CN=Plant Issuing
         valid      2020-01-01 to 2040-01-01
         key        EC P-256
         signature  ecdsa-with-SHA256
         SHA-256    {leaf}
         from       read from {sent} as sent by the server
         names      plc.test

anchor     CN=Plant Root
SHA-256    {root}
why        the only root this chain ends in
lasts      until it expires, 2050-01-01
timeline   2020 ├──────────●━━━━━━━━━┤ 2050, ● is 2036-01-01
proof      the server sends every intermediate needed
"
        ));
}

#[test]
fn a_report_is_ascii_on_a_dumb_terminal_and_without_utf_8() {
    let run = |name: &str, value: &str| {
        let plant = ["broker.example", "--from", "tests/data/plant/chain.pem", "--roots"];
        let terms = ["tests/data/plant/root.pem", "--at", "2026-11-22"];
        certgrab().args(plant).args(terms).env(name, value).succeeds().out()
    };
    for (name, value) in [("TERM", "dumb"), ("LC_ALL", "C"), ("LANG", "de_DE.ISO-8859-1")] {
        let text = run(name, value);
        assert!(text.is_ascii(), "{text}");
        assert!(text.contains("`- CN=Plant Issuing CA,O=Example Plant\n   |  issuer"), "{text}");
        assert!(text.contains("timeline   2024 |--*=="), "{text}");
    }
    assert!(run("LANG", "de_DE.UTF-8").contains("timeline   2024 ├──●━━"));
}

#[test]
fn the_report_of_a_live_server_describes_the_handshake() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).requiring_a_client_certificate().start();
    let outcome = grab(&server).trusting(pki.root_file()).succeeds();
    let text = outcome.out();
    assert!(text.contains("handshake  TLS 1.3, TLS_"), "{text}");
    assert!(text.contains("the server proved that it holds its key\n"), "{text}");
    assert!(
        text.contains("client     the server requires a client certificate: without"),
        "{text}"
    );
    assert!(
        text.contains(" bytes of certificates, which most devices must hold at once\n"),
        "{text}"
    );
}

#[test]
fn colour_comes_from_the_option_and_never_from_data() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = || grab(&server).trusting(pki.root_file());
    assert!(!run().succeeds().out().contains('\u{1b}'));
    assert!(run().args(["--color", "always"]).succeeds().out().contains("\u{1b}["));
    let never = run().args(["--color", "never"]).env("CLICOLOR_FORCE", "1").succeeds();
    assert!(!never.out().contains('\u{1b}'));
}
