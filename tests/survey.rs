//! `--survey`: a server that presents different chains to its clients.

use std::path::Path;

use crate::support::{Authority, Pki, Server, certgrab, grab, pki::pem_of, real};

#[test]
fn both_anchors_of_a_server_with_two_certificates_are_found_and_written() {
    if !real::program("openssl") {
        return;
    }
    let (rsa, ecdsa) = (Authority::named("RSA Root"), Authority::named("ECDSA Root"));
    rsa.issue("leaf", "RSA", &["rsa_keygen_bits:2048"], "sha256");
    ecdsa.issue("leaf", "EC", &["ec_paramgen_curve:P-256"], "sha256");
    let (second, key) = (ecdsa.file("leaf.pem"), ecdsa.file("leaf.key"));
    let second = second.to_str().expect("a path");
    let key = key.to_str().expect("a path");
    let server = rsa.serve("leaf", &["-dcert", second, "-dkey", key]);
    let target = format!("127.0.0.1:{}", server.port());
    let run = || {
        certgrab()
            .args(["--survey", &target])
            .trusting(rsa.file("root.pem"))
            .trusting(ecdsa.file("root.pem"))
    };
    let report = run().succeeds().out();
    for line in [
        format!("{target}: queried in 4 ways, 2 chains received\n"),
        format!("{target}  not sent  RSA    TLS 1.3           chain 1\n"),
        format!("{target}  not sent  RSA    TLS 1.2 or older  chain 1\n"),
        format!("{target}  not sent  ECDSA  TLS 1.3           chain 2\n"),
        format!("{target}  not sent  ECDSA  TLS 1.2 or older  chain 2\n"),
        "  CN=RSA Root\n".to_owned(),
        "  CN=ECDSA Root\n".to_owned(),
    ] {
        assert!(report.contains(&line), "{line} is not in {report}");
    }
    let written = run().args(["--emit", "pem"]).succeeds().out();
    assert_eq!(written.matches("BEGIN CERTIFICATE").count(), 2);
    for root in [rsa.file("root.pem"), ecdsa.file("root.pem")] {
        let root = std::fs::read_to_string(root).expect("a root");
        assert!(written.contains(root.trim()), "{root} is not in {written}");
    }
}

#[test]
fn one_chain_needs_one_anchor_and_a_refusal_is_an_answer() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = || grab(&server).args(["--survey"]).trusting(pki.root_file());
    let report = run().succeeds().out();
    let first = format!("plc.test:{}: queried in 8 ways, 1 chain received\n", server.port());
    assert!(report.starts_with(&first), "{report}");
    // The server has an EC key: a client of RSA only is refused.
    let refused = "RSA    TLS 1.3           alert";
    assert_eq!(report.matches(refused).count(), 2, "{report}");
    assert_eq!(run().args(["--emit", "pem"]).succeeds().out(), pem_of(&pki.path()[2..]));
}

#[test]
fn a_set_that_omits_a_chain_is_not_written() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server).args(["--survey", "--emit", "pem"]).fails_with(1).stdout("");
    assert!(outcome.err().starts_with("certgrab: error: chain 1: "), "{}", outcome.err());
}

#[test]
fn a_survey_is_one_json_document() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = || grab(&server).args(["--survey", "--json"]);
    let known = run().trusting(pki.root_file()).succeeds().json();
    assert_eq!(known["status"], "ok");
    assert_eq!(known["target"]["name"], "plc.test");
    let answers = known["answers"].as_array().expect("a list");
    assert_eq!(answers.len(), 8);
    for answer in answers {
        // The server has an EC key.
        match answer["key"].as_str() {
            Some("ECDSA") => assert_eq!(answer["chain"], 0),
            _ => assert_eq!(answer["error"]["stage"], "handshake", "{answer}"),
        }
    }
    assert_eq!(known["chains"][0]["status"], "ok");
    assert_eq!(known["anchors"][0]["subject"], "CN=Plant Root");
    assert_eq!(known["anchors"][0]["verifies"], serde_json::json!([0]));

    let unknown = run().fails_with(1).json();
    assert_eq!(unknown["status"], "untrusted");
    assert_eq!(unknown["chains"][0]["status"], "untrusted");
    assert_eq!(unknown["anchors"], serde_json::json!([]));
}

#[test]
fn a_set_that_its_stack_refuses_is_not_written() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let intermediate = pki.folder().join("issuing.pem");
    std::fs::write(&intermediate, pem_of(&pki.path()[1..2])).expect("a file");
    let run =
        |format: &str| grab(&server).args(["--survey", "--emit", format]).trusting(&intermediate);
    // mbedTLS accepts any certificate as an anchor, OpenSSL under Python only a self-signed one.
    assert!(run("mbedtls").succeeds().out().contains("CN=Issuing"));
    let outcome = run("python").fails_with(1).stdout("");
    assert!(
        outcome.err().contains("is not self-signed, and is not accepted as a trust anchor"),
        "{}",
        outcome.err()
    );
}

#[test]
fn a_survey_in_clear_reads_nothing_encrypted() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = grab(&server).args(["--survey", "--handshake", "cleartext"]);
    let report = run.trusting(pki.root_file()).succeeds().out();
    let first = format!("plc.test:{}: queried in 4 ways, 1 chain received\n", server.port());
    assert!(report.starts_with(&first), "{report}");
    assert!(!report.contains("TLS 1.3"), "{report}");
}

#[test]
fn tls_1_3_requirements_do_not_affect_older_queries() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", "RSA", &["rsa_keygen_bits:2048"], "sha256");
    let server = authority.serve("leaf", &["-tls1_3", "-groups", "X448"]);
    let target = format!("127.0.0.1:{}", server.port());
    let report = certgrab().args(["--survey", &target]).fails_with(3).out();
    let refused = "TLS 1.2 or older  alert protocol_version\n";
    assert_eq!(report.matches(refused).count(), 2, "{report}");
}

/// The results of a survey and a check of `root` for the server at `target`, which has one chain: all queries
/// are answered, some of them by a refusal.
#[track_caller]
fn every_refusal_is_an_answer(target: &str, connect: &[String], root: &Path, what: &str) {
    let run = certgrab().args([target, "--survey", "--json"]).args(connect);
    let document = run.trusting(root).succeeds().stderr("").json();
    assert_eq!(document["unanswered"], serde_json::Value::Null, "{what}: {document}");
    let answers = document["answers"].as_array().expect("a list");
    let refused = answers.iter().filter(|answer| answer["chain"].is_null()).count();
    assert!(refused >= answers.len() / 2, "{what}: {document}");
    let run = certgrab().args(["check"]).args([root]).args([target]).args(connect);
    let outcome = run.trusting(root).ends();
    assert_eq!(outcome.code(), 0, "{what}: {}{}", outcome.out(), outcome.err());
}

#[test]
fn survey_and_check_handle_one_version_and_one_key_type() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let pki = Pki::root("Plant Root").leaf("plc.test");
        let server = Server::of(&pki).speaking(version).start();
        let target = format!("plc.test:{}", server.port());
        let connect = ["--connect".to_owned(), server.address().to_string()];
        every_refusal_is_an_answer(&target, &connect, &pki.root_file(), "rustls");
    }
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("rsa", "RSA", &["rsa_keygen_bits:2048"], "sha256");
    authority.issue("ecdsa", "EC", &["ec_paramgen_curve:P-256"], "sha256");
    for key in ["rsa", "ecdsa"] {
        let versions = [("-tls1_2", "TLS1.2"), ("-tls1_3", "TLS1.3")];
        for (option, name) in versions {
            let check = |server: &real::Listener, library: &str| {
                let target = format!("127.0.0.1:{}", server.port());
                let what = format!("{library} with {key} and {name}");
                every_refusal_is_an_answer(&target, &[], &authority.file("root.pem"), &what);
            };
            check(&authority.serve(key, &[option]), "OpenSSL");
            if real::program("gnutls-serv") {
                let priority = format!("NORMAL:-VERS-ALL:+VERS-{name}");
                check(&authority.serve_by_gnutls(key, &priority), "GnuTLS");
            }
            if real::program("mosquitto") {
                let folder = authority.folder().display().to_string();
                let version = name.to_lowercase().replace("tls", "tlsv");
                let broker = real::mosquitto_of(&version, authority.folder(), |port| {
                    format!(
                        "listener {port} 127.0.0.1\ncertfile {folder}/{key}.pem\n\
                         keyfile {folder}/{key}.key\nuser root\nallow_anonymous true\n"
                    )
                });
                check(&broker, "mosquitto");
            }
        }
    }
}
