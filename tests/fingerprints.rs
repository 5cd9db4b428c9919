//! Trust by a SHA-256 fingerprint that the user compared out of band.

use crate::support::{Pki, Server, grab, pki::sha256};

#[test]
fn a_private_root_is_named_together_with_the_flag_that_trusts_it() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).sending(pki.path()).start();
    let fingerprint = sha256(pki.root_der());
    grab(&server).args(["--emit", "c"]).fails_with(1).stdout("").stderr(&format!(
        "certgrab: error: the chain ends in the root `CN=Plant Root`, which is not in Mozilla's \
         store\n\
         certgrab: hint: verify the fingerprint with the CA's owner, then pass \
         `--trust-sha256 {fingerprint}`\n"
    ));
    let outcome = grab(&server).args(["--emit", "der", "--trust-sha256", &fingerprint]).succeeds();
    assert_eq!(outcome.bytes(), pki.root_der().as_ref());
}

#[test]
fn colons_and_capitals_of_a_fingerprint_do_not_matter() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).sending(pki.path()).start();
    let pairs: Vec<_> = pki_pairs(&sha256(pki.root_der()));
    grab(&server).args(["--trust-sha256", &pairs.join(":")]).succeeds();
}

fn pki_pairs(hex: &str) -> Vec<String> {
    hex.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect()
}

#[test]
fn an_intermediate_is_trusted_if_the_root_was_not_sent() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let intermediate = &pki.path()[1];
    let outcome =
        grab(&server).args(["--emit", "der", "--trust-sha256", &sha256(intermediate)]).succeeds();
    assert_eq!(outcome.bytes(), intermediate.as_ref());
}

#[test]
fn a_self_signed_leaf_is_an_anchor_if_the_user_trusts_it() {
    for is_ca in [false, true] {
        let pki = Pki::self_signed("broker.test", is_ca);
        let server = Server::presenting(&pki);
        let fingerprint = sha256(pki.leaf_der());
        grab(&server).args(["--emit", "pem"]).fails_with(1).stdout("").stderr(&format!(
            "certgrab: error: the server's certificate `CN=broker.test` is self-signed and not in \
             Mozilla's store\n\
             certgrab: hint: verify the fingerprint with the CA's owner, then pass \
             `--trust-sha256 {fingerprint}`\n"
        ));
        let trusted = grab(&server).args(["--emit", "der", "--trust-sha256", &fingerprint]);
        assert_eq!(trusted.succeeds().bytes(), pki.leaf_der().as_ref());
        let by_file = grab(&server).args(["--emit", "der"]).trusting(pki.root_file());
        assert_eq!(by_file.succeeds().bytes(), pki.leaf_der().as_ref());
    }
}

#[test]
fn a_leaf_issued_by_a_ca_is_not_an_anchor() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let fingerprint = sha256(pki.leaf_der());
    grab(&server).args(["--emit", "pem", "--trust-sha256", &fingerprint]).fails_with(1).stderr(
        "certgrab: error: `CN=plc.test` is the leaf, issued by \
         `CN=Plant Root`; it is not a CA certificate\n\
         certgrab: hint: pass the certificate of its CA with `--roots FILE`, or the SHA-256 of that \
         certificate with `--trust-sha256 HEX`\n",
    );
}

#[test]
fn an_invalid_fingerprint_is_refused() {
    crate::support::certgrab()
        .args(["plc.test", "--trust-sha256", "1234"])
        .fails_with(2)
        .stdout("")
        .stderr(
            "certgrab: error: invalid value '1234' for '--trust-sha256 <HEX>': expected the 64 hexadecimal digits of a SHA-256, with or without colons\n",
        );
}

#[test]
fn a_fingerprint_that_matches_no_certificate_is_reported() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let stray = "ab".repeat(32);
    let shown =
        certgrab::internals::x509::certificate::Sha256::parse(&stray).expect("a fingerprint");
    let printed = format!("`--trust-sha256 {shown}` matches no certificate in the chain");
    let run = || grab(&server).args(["--emit", "pem", "--trust-sha256", &stray]);
    let trusted = run().trusting(pki.root_file()).succeeds();
    trusted.stderr(&format!("certgrab: warning: {printed}\n"));
    let refused = run().fails_with(1).stdout("").err();
    let first = refused.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("certgrab: error: ") && first.ends_with(&format!("; {printed}")),
        "{refused}"
    );
}
