//! Servers that rustls cannot complete a handshake with: old versions, old suites, rare groups, rare keys.

use std::fs;

use serde_json::Value;

use crate::support::{
    Authority, certgrab,
    real::{self, Listener},
};

const RSA: (&str, &[&str]) = ("RSA", &["rsa_keygen_bits:2048"]);

/// The document of a run against `server` with the roots of `authority`.
fn document(server: &Listener, authority: &Authority, more: &[&str]) -> Value {
    let target = format!("127.0.0.1:{}", server.port());
    let run = certgrab().args(["--json", &target]).trusting(authority.file("root.pem"));
    run.args(more).succeeds().json()
}

/// Version, mode, suite and proof of the handshake.
fn handshake(document: &Value) -> [&str; 4] {
    ["version", "method", "cipher_suite", "key_possession"]
        .map(|field| document["handshake"][field].as_str().expect("a string"))
}

#[test]
fn openssl_is_read_with_parameters_rustls_does_not_support() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    for (arguments, expected) in [
        (
            &["-tls1", "-cipher", "ALL@SECLEVEL=0"][..],
            ["TLS 1.0", "cleartext", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "not proven"],
        ),
        (
            &["-tls1_1", "-cipher", "ALL@SECLEVEL=0"],
            ["TLS 1.1", "cleartext", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "not proven"],
        ),
        (
            &["-tls1_2", "-cipher", "AES128-SHA"],
            ["TLS 1.2", "cleartext", "TLS_RSA_WITH_AES_128_CBC_SHA", "not proven"],
        ),
        (
            &["-tls1_2", "-cipher", "DHE-RSA-AES128-SHA"],
            ["TLS 1.2", "cleartext", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", "not proven"],
        ),
        (
            &["-tls1_2", "-cipher", "ECDHE+AESGCM", "-named_curve", "X448"],
            ["TLS 1.2", "cleartext", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "not proven"],
        ),
        (
            &["-tls1_2", "-cipher", "ECDHE+AESGCM", "-named_curve", "P-521"],
            ["TLS 1.2", "full", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "proven"],
        ),
        (
            &["-no_tls1_2", "-named_curve", "P-521"],
            ["TLS 1.3", "full", "TLS_AES_128_GCM_SHA256", "proven"],
        ),
    ] {
        let server = authority.serve("leaf", arguments);
        let document = document(&server, &authority, &[]);
        assert_eq!(handshake(&document), expected, "{arguments:?}");
        assert_eq!(document["anchor"]["subject"], "CN=Openssl Root", "{arguments:?}");
    }
}

#[test]
fn gnutls_is_read_with_parameters_rustls_does_not_support() {
    if !real::program("gnutls-serv") || !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    for (priority, expected) in [
        ("LEGACY:-VERS-ALL:+VERS-TLS1.0", ["TLS 1.0", "cleartext", "not proven"]),
        ("LEGACY:-VERS-ALL:+VERS-TLS1.1", ["TLS 1.1", "cleartext", "not proven"]),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", ["TLS 1.2", "cleartext", "not proven"]),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA", ["TLS 1.2", "cleartext", "not proven"]),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP521R1",
            ["TLS 1.3", "full", "proven"],
        ),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.3", ["TLS 1.3", "full", "proven"]),
    ] {
        let server = authority.serve_by_gnutls("leaf", priority);
        let document = document(&server, &authority, &[]);
        let [version, method, _, proof] = handshake(&document);
        assert_eq!([version, method, proof], expected, "{priority}");
        assert_eq!(document["anchor"]["subject"], "CN=Openssl Root", "{priority}");
    }
}

/// Whether Node is installed and its OpenSSL has the groups of draft-ietf-tls-ecdhe-mlkem.
fn has_mlkem() -> bool {
    if !real::program("node") {
        return false;
    }
    let mut node = std::process::Command::new("node");
    let version = node.args(["-p", "process.versions.openssl"]).output().expect("node runs").stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let is_new = (parts.next(), parts.next()) >= (Some(3), Some(5));
    if !is_new {
        real::skip("node with OpenSSL 3.5");
    }
    is_new
}

#[test]
fn openssl_is_read_with_x25519mlkem768_only() {
    if !real::program("openssl") || !has_mlkem() {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let server = authority.serve_by_node("leaf", "X25519MLKEM768");
    let document = document(&server, &authority, &[]);
    assert_eq!(handshake(&document), ["TLS 1.3", "full", "TLS_AES_256_GCM_SHA384", "proven"]);
    assert_eq!(document["anchor"]["subject"], "CN=Openssl Root");
    let server = authority.serve_by_node("leaf", "SecP256r1MLKEM768");
    let run = certgrab().args([&format!("127.0.0.1:{}", server.port())]).fails_with(3);
    assert!(
        run.err().contains("TLS 1.3 with the group SecP256r1MLKEM768, which certgrab does not")
    );
}

#[test]
fn says_how_sure_it_is_of_an_old_server() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let server = authority.serve("leaf", &["-tls1", "-cipher", "ALL@SECLEVEL=0"]);
    let target = format!("127.0.0.1:{}", server.port());
    let outcome = certgrab().args([&target]).trusting(authority.file("root.pem"));
    let report = outcome.succeeds();
    for line in [
        "handshake  TLS 1.0, TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA; the server did not prove that it \
         holds its key\n",
        "warning    the server did not prove possession of its private key\n",
        "warning    the handshake was not completed: the server refused the handshake: alert protocol_version\n",
        "warning    the server supports at most TLS 1.0: an ESP32 with default mbedTLS settings will \
         not connect\n",
    ] {
        assert!(report.out().contains(line), "{line} is not in {}", report.out());
    }
    let constants = certgrab().args([&target, "--emit", "c"]);
    let constants = constants.trusting(authority.file("root.pem")).succeeds();
    assert!(constants.out().contains("did not prove"), "{}", constants.out());
}

#[test]
fn a_server_without_a_certificate_is_refused_with_a_hint() {
    if !real::program("gnutls-serv") || !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", "EC", &["ec_paramgen_curve:P-256"], "sha256");
    let refuses = |server: &Listener, what: &str| {
        let target = format!("127.0.0.1:{}", server.port());
        let error = certgrab().args([&target]).fails_with(3).stdout("").err();
        let expected = "certgrab: error: the server refused the handshake: alert handshake_failure\n\
                      certgrab: hint: the server may expect another name (pass `--sni NAME`), or \
                      use a pre-shared key (PSK) instead of a certificate\n";
        assert_eq!(error, expected, "{what}");
    };
    for arguments in [
        &["-nocert", "-psk", "1234", "-tls1_2"][..],
        &["-nocert", "-psk", "1234", "-tls1_3"],
        &["-nocert", "-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"],
    ] {
        refuses(&authority.serve("leaf", arguments), &arguments.join(" "));
    }
    for version in ["1.2", "1.3"] {
        // A raw public key (RFC 7250) takes the place of the certificate.
        authority.openssl(&["pkey", "-in", "leaf.key", "-pubout", "-out", "leaf.pub"]);
        let priority = format!("NORMAL:-VERS-ALL:+VERS-TLS{version}:-CTYPE-ALL:+CTYPE-RAWPK");
        let server = Listener::start(|port| {
            let mut command = std::process::Command::new("gnutls-serv");
            command.current_dir(authority.folder());
            command.args(["--quiet", "--echo", "--port", &port.to_string()]);
            command.args(["--rawpkkeyfile", "leaf.key", "--rawpkfile", "leaf.pub"]);
            command.args(["--priority", &priority]);
            command
        });
        refuses(&server, &priority);
    }
}

#[test]
fn the_handshake_mode_is_an_option() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let server = authority.serve("leaf", &["-cipher", "ALL"]);
    let full = document(&server, &authority, &["--handshake", "full"]);
    assert_eq!(handshake(&full)[..2], ["TLS 1.3", "full"]);
    let cleartext = document(&server, &authority, &["--handshake", "cleartext"]);
    assert_eq!(handshake(&cleartext)[..2], ["TLS 1.2", "cleartext"]);
    assert_eq!(full["anchor"], cleartext["anchor"]);

    let old = authority.serve("leaf", &["-tls1", "-cipher", "ALL@SECLEVEL=0"]);
    let target = format!("127.0.0.1:{}", old.port());
    certgrab().args([&target, "--handshake", "full"]).fails_with(3).stdout("").stderr(
        "certgrab: error: the server refused the handshake: alert protocol_version\n\
         certgrab: hint: use `--handshake auto`, which tries TLS 1.0 to 1.3; `full` supports only \
         1.2 and 1.3, `cleartext` only 1.2 and older\n",
    );
}

#[test]
fn says_how_sure_it_is_of_a_key_too_short_to_be_checked() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", "RSA", &["rsa_keygen_bits:1024"], "sha256");
    for version in ["-tls1_2", "-tls1_3"] {
        let server = authority.serve("leaf", &[version, "-cipher", "ALL@SECLEVEL=0"]);
        let document = document(&server, &authority, &[]);
        assert_eq!(document["presented"][0]["key"], "RSA 1024", "{version}");
        assert_eq!(handshake(&document)[3], "not proven", "{version}");
    }
}

#[test]
fn a_chain_signed_with_sha_1_is_shown_and_not_trusted() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha1");
    let server = authority.serve("leaf", &["-cipher", "ALL@SECLEVEL=0"]);
    let target = format!("127.0.0.1:{}", server.port());
    let run = certgrab().args(["--json", &target]).trusting(authority.file("root.pem"));
    let document = run.fails_with(1).json();
    assert_eq!(document["status"], "untrusted");
    assert_eq!(document["handshake"]["key_possession"], "proven");
    assert_eq!(document["presented"].as_array().expect("a list").len(), 1);
}

#[test]
fn a_mosquitto_that_requires_a_client_certificate_is_read() {
    if !real::program("mosquitto") || !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let broker = real::mosquitto(authority.folder(), |port| {
        let folder = authority.folder().display();
        format!(
            "listener {port} 127.0.0.1\ncafile {folder}/root.pem\ncertfile {folder}/leaf.pem\n\
             keyfile {folder}/leaf.key\ntls_version tlsv1.2\nrequire_certificate true\nuser root\n"
        )
    });
    let document = document(&broker, &authority, &[]);
    assert_eq!(document["handshake"]["client_certificate_requested"], true);
    assert_eq!(document["handshake"]["key_possession"], "proven");
    let sent = &document["presented"][0]["pem"];
    let leaf = fs::read_to_string(authority.file("leaf.pem")).expect("the leaf");
    assert!(leaf.contains(sent.as_str().expect("PEM").trim_end()));
}

#[test]
fn a_tls_1_3_server_names_the_group_or_suite_it_requires() {
    if !real::program("openssl") || !real::program("gnutls-serv") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let by_openssl =
        |arguments: &[&str]| authority.serve("leaf", &[&["-tls1_3"][..], arguments].concat());
    let by_gnutls = |priority: &str| {
        authority.serve_by_gnutls("leaf", &format!("NORMAL:-VERS-ALL:+VERS-TLS1.3:{priority}"))
    };
    for (server, expected) in [
        (by_openssl(&["-groups", "X448"]), "the group x448"),
        (by_openssl(&["-groups", "ffdhe2048"]), "the group ffdhe2048"),
        (
            by_openssl(&["-ciphersuites", "TLS_AES_128_CCM_SHA256"]),
            "the cipher suite TLS_AES_128_CCM_SHA256",
        ),
        (by_gnutls("-GROUP-ALL:+GROUP-X448"), "the group x448"),
        (by_gnutls("-GROUP-ALL:+GROUP-FFDHE3072"), "the group ffdhe3072"),
        (by_gnutls("-CIPHER-ALL:+AES-128-CCM"), "the cipher suite TLS_AES_128_CCM_SHA256"),
    ] {
        let target = format!("127.0.0.1:{}", server.port());
        certgrab().args([&target]).fails_with(3).stdout("").stderr(&format!(
            "certgrab: error: the server speaks TLS 1.3 with {expected}, which certgrab does not \
             support\n\
             certgrab: hint: OpenSSL may support it: save the chain with `openssl s_client \
             -connect HOST:PORT -showcerts` and pass it with `--from FILE`\n"
        ));
    }
}

#[test]
fn the_hint_to_verify_a_chain_of_openssl_works() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let server = authority.serve("leaf", &["-tls1_3", "-groups", "X448"]);
    let mut client = std::process::Command::new("openssl");
    client.args(["s_client", "-showcerts", "-connect", &format!("127.0.0.1:{}", server.port())]);
    let output = client.stdin(std::process::Stdio::null()).output().expect("openssl runs");
    let run = certgrab().args(["127.0.0.1", "--json", "--from", "-"]);
    let run = run.trusting(authority.file("root.pem")).reading(output.stdout);
    assert_eq!(run.succeeds().json()["anchor"]["subject"], "CN=Openssl Root");
}

#[test]
fn gnutls_is_read_with_rare_keys_and_client_verification() {
    if !real::program("gnutls-serv") || !real::program("openssl") {
        return;
    }
    for (algorithm, options, key, proofs) in [
        ("RSA", &["rsa_keygen_bits:1024"][..], "RSA 1024", ["not proven", "not proven"]),
        ("EC", &["ec_paramgen_curve:P-521"], "EC P-521", ["proven", "proven"]),
        ("ED448", &[], "Ed448", ["not proven", "not proven"]),
    ] {
        let authority = Authority::new();
        authority.issue("leaf", algorithm, options, "sha256");
        for (version, proof) in ["TLS1.2", "TLS1.3"].iter().zip(proofs) {
            let priority = format!("NORMAL:-VERS-ALL:+VERS-{version}:+SIGN-ALL");
            let server = authority.serve_by_gnutls("leaf", &priority);
            let document = document(&server, &authority, &[]);
            assert_eq!(document["presented"][0]["key"], key, "{version}");
            assert_eq!(handshake(&document)[3], proof, "{key} {version}");
            // gnutls-serv requests one by default.
            assert_eq!(document["handshake"]["client_certificate_requested"], true, "{key}");
        }
    }
}

#[test]
fn a_chain_of_gnutls_signed_with_sha_1_is_shown_and_not_trusted() {
    if !real::program("gnutls-serv") || !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha1");
    let server = authority.serve_by_gnutls("leaf", "NORMAL:%VERIFY_ALLOW_SIGN_WITH_SHA1");
    let target = format!("127.0.0.1:{}", server.port());
    let run = certgrab().args(["--json", &target]).trusting(authority.file("root.pem"));
    let document = run.fails_with(1).json();
    assert_eq!(document["status"], "untrusted");
    assert_eq!(document["handshake"]["key_possession"], "proven");
}
