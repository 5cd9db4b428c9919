//! `--as`: which chain a device would get, and whether it can connect.

use rcgen::{CertificateParams, GeneralSubtree, NameConstraints};
use serde_json::Value;

use crate::support::{Authority, Pki, Server, certgrab, grab, real};

const RSA: (&str, &[&str]) = ("RSA", &["rsa_keygen_bits:2048"]);

#[test]
fn an_esp32_needs_a_setting_for_a_tls_1_3_server() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).speaking(&rustls::version::TLS13).start();
    let run = |device: &str| grab(&server).args(["--as", device]).trusting(pki.root_file());
    let bytes = {
        let document = run("openssl").args(["--json"]).succeeds().json();
        document["handshake"]["certificate_message_bytes"].as_u64().expect("a number")
    };
    run("esp-idf")
        .fails_with(3)
        .stdout(&format!(
            "plc.test:{}: no handshake\n\n\
             device     esp-idf cannot connect: the server refused the handshake: alert \
             protocol_version\n\
             \x20          it needs CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y in sdkconfig\n\
             \x20          it needs a receive buffer of {bytes} bytes for the certificates \
             (default: 16384); set it with CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN in sdkconfig, with \
             room for the server's other records\n",
            server.port()
        ))
        .stderr(
            "certgrab: error: esp-idf cannot connect: the server refused the handshake: alert \
             protocol_version\n\
             certgrab: hint: the server speaks TLS 1.3: esp-idf needs \
             CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y in sdkconfig\n",
        );
    let document = run("esp-idf").args(["--json"]).fails_with(3).json();
    assert_eq!(document["handshake"], Value::Null);
    assert_eq!(document["error"]["kind"], "alert");
    let device = &document["device"];
    assert_eq!(device["name"], "esp-idf");
    assert_eq!(device["can_connect"], false);
    assert_eq!(device["change"], "CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y in sdkconfig");
    assert_eq!(device["certificate_message_bytes"], bytes);
    assert_eq!(device["receive_buffer_bytes"], 16384);
    assert_eq!(device["max_fragment_length"], Value::Null);
    let report = run("openssl").succeeds();
    let line = "device     openssl can connect, with TLS 1.3\n";
    assert!(report.out().contains(line), "{}", report.out());
}

#[test]
fn a_chain_sent_in_clear_is_proven_by_a_second_handshake() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    for device in ["esp-idf", "arduino-esp32", "esp8266", "mbedtls", "bearssl"] {
        let run = grab(&server).args(["--json", "--as", device]);
        let document = run.trusting(pki.root_file()).succeeds().json();
        assert_eq!(document["handshake"]["method"], "cleartext", "{device}");
        assert_eq!(document["handshake"]["version"], "TLS 1.2", "{device}");
        assert_eq!(document["handshake"]["key_possession"], "proven", "{device}");
        assert_eq!(document["device"]["name"], device);
        let verdict = &document["device"]["verdict"][0];
        assert_eq!(verdict, "can connect, with TLS 1.2", "{device}");
        assert_eq!(document["device"]["can_connect"], true, "{device}");
    }
}

#[test]
fn the_report_says_whether_the_server_limits_record_size() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue_for("DNS:plc.test", "leaf", RSA.0, RSA.1, &["-sha256"]);
    let willing = authority.serve("leaf", &[]);
    let address = format!("127.0.0.1:{}", willing.port());
    let target = format!("plc.test:{}", willing.port());
    let run = certgrab().args([&target, "--connect", &address, "--as", "esp8266-512"]);
    let report = run.trusting(authority.file("root.pem")).succeeds().out();
    for line in [
        "device     esp8266-512 can connect, with TLS 1.2\n",
        "           the server agrees to records of 512 bytes\n",
    ] {
        assert!(report.contains(line), "{line} is not in {report}");
    }
    // A device that does not request it is judged by the chain it would get.
    for device in ["esp-idf", "mbedtls", "bearssl", "openssl"] {
        let run = certgrab().args([&target, "--connect", &address, "--json", "--as", device]);
        let document = run.trusting(authority.file("root.pem")).succeeds().json();
        assert_eq!(document["device"]["max_fragment_length"], 512, "{device}");
        let verdict = document["device"]["verdict"].as_array().expect("sentences");
        let sentence = "the server agrees to records of 512 bytes if max_fragment_length requests \
                        them";
        assert!(verdict.iter().any(|one| one == sentence), "{device}: {verdict:?}");
    }

    // rustls ignores max_fragment_length.
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let unwilling = Server::presenting(&pki);
    let run = grab(&unwilling).args(["--as", "esp8266-512"]);
    let report = run.trusting(pki.root_file()).fails_with(3).out();
    let line = "device     esp8266-512 cannot connect: the server may send records of 16384 \
                bytes; its buffer holds 512\n";
    assert!(report.contains(line), "{line} is not in {report}");
    let run = grab(&unwilling).args(["--as", "mbedtls"]);
    let report = run.trusting(pki.root_file()).succeeds().out();
    let line = "           the server ignores max_fragment_length 512\n";
    assert!(report.contains(line), "{line} is not in {report}");
}

#[test]
fn an_unknown_device_is_refused_with_the_known_names() {
    let error = certgrab().args(["plc.test", "--as", "toaster"]).fails_with(2).err();
    assert!(error.contains("expected one of esp-idf, arduino-esp32, esp8266"), "{error}");
}

/// A file of `certgrab lab --save-hello` with a device that offers these versions and TLS 1.2 suites.
fn saved_device(versions: &str, suites: &str) -> String {
    format!(
        r#"{{"schema": 1, "looks_like": null, "like": null, "accepts_tls10": null,
            "client_hello": {{"legacy_version": 771, "suites": {suites}, "extensions": [], "versions": {versions},
            "groups": [29, 23], "schemes": [1027, 2052], "alpn": [], "max_fragment_length": null,
            "record_size_limit": null}}}}"#
    )
}

#[test]
fn a_saved_device_is_named_by_its_file() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).speaking(&rustls::version::TLS12).start();
    let run = |file: &str| {
        let run = grab(&server).args(["--as", file]).trusting(pki.root_file());
        run.in_folder(pki.folder())
    };
    std::fs::write(pki.file("h.bin"), saved_device("[]", "[49195, 49199]")).unwrap();
    let report = run("h.bin").succeeds().out();
    let lines = report.lines().skip_while(|line| !line.starts_with("device "));
    let about: Vec<_> =
        lines.take_while(|line| line.starts_with("device ") || line.starts_with("  ")).collect();
    let bytes = run("h.bin").args(["--json"]).succeeds().json();
    let bytes = bytes["handshake"]["certificate_message_bytes"].as_u64().expect("a number");
    let reads = format!("           it reads the {bytes} bytes of certificates piece by piece");
    let ignores = "           the server ignores max_fragment_length 512";
    assert_eq!(about, ["device     h.bin can connect, with TLS 1.2", &reads, ignores]);
    // A lock with it can be read again.
    run("h.bin").args(["--emit", "lock=plc.lock"]).succeeds();
    let lock = std::fs::read_to_string(pki.file("plc.lock")).unwrap();
    assert!(lock.contains(" --as FILE\n"), "{lock}");
    certgrab().args(["convert", "plc.lock", "--emit", "c"]).in_folder(pki.folder()).succeeds();
    // A refused file is not read.
    std::fs::write(pki.file("old.bin"), saved_device("[]", "[47]")).unwrap();
    let refused = run("old.bin").fails_with(3).out();
    let expected = "device     old.bin cannot connect: the server refused the handshake: alert handshake_failure\n";
    assert!(refused.contains(expected) && !refused.contains("piece by piece"), "{refused}");
}

#[test]
fn a_missing_or_wrong_device_file_is_an_error() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::write(folder.path().join("notes"), "toaster\n").unwrap();
    for (name, expected) in [
        ("missing.hello", "cannot read it: No such file or directory"),
        ("./missing", "cannot read it: No such file or directory"),
        (".", "cannot read it: expected a regular file of at most 65536 bytes, found a directory"),
        ("notes", "expected a file of `certgrab lab --save-hello`, found something else at line 1"),
        ("toaster", "unknown device; expected one of esp-idf, "),
        ("toaster", ", or a file of `certgrab lab --save-hello`"),
    ] {
        let run = certgrab().args(["plc.test", "--as", name]).in_folder(folder.path());
        let error = run.fails_with(2).err();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[test]
fn a_tls_version_the_device_does_not_support_is_a_failure() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue_for("DNS:plc.test", "leaf", RSA.0, RSA.1, &["-sha256"]);
    let server = authority.serve("leaf", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let address = format!("127.0.0.1:{}", server.port());
    let target = format!("plc.test:{}", server.port());
    let run = |device: &str| {
        certgrab()
            .args([&target, "--connect", &address, "--as", device])
            .trusting(authority.file("root.pem"))
    };
    for device in ["esp-idf", "arduino-esp32", "openssl"] {
        let error = run(device).fails_with(3).err();
        assert!(error.contains(&format!("hint: {device} supports TLS 1.2 or newer")), "{error}");
    }
    let report = run("bearssl").succeeds().out();
    assert!(report.contains("device     bearssl can connect, with TLS 1.0\n"), "{report}");
}

#[test]
fn a_key_the_device_refuses_is_a_failure() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue_for("DNS:plc.test", "leaf", "RSA", &["rsa_keygen_bits:1024"], &["-sha256"]);
    let server = authority.serve("leaf", &["-cipher", "DEFAULT:@SECLEVEL=0", "-tls1_2"]);
    let address = format!("127.0.0.1:{}", server.port());
    let target = format!("plc.test:{}", server.port());
    let run = |device: &str, more: &[&str]| {
        let run = certgrab().args([&target, "--connect", &address, "--as", device]).args(more);
        run.trusting(authority.file("root.pem"))
    };
    for (device, title) in
        [("esp-idf", "ESP-IDF"), ("mbedtls", "mbedTLS 3.6"), ("openssl", "OpenSSL")]
    {
        let outcome = run(device, &[]).fails_with(1);
        let report = outcome.out();
        let says = format!(
            "{device} cannot connect: {title} refuses this chain: the leaf `CN=leaf` has an RSA key of \
             1024 bits, too short for this stack\n"
        );
        assert!(report.contains(&format!("device     {says}")), "{report}");
        assert!(report.contains("`CN=leaf` has an RSA key of 1024 bits: mbedTLS"), "{report}");
        outcome.stderr(&format!("certgrab: error: {says}"));
        let document = run(device, &["--json"]).fails_with(1).json();
        assert_eq!(document["device"]["can_connect"], false);
    }
    // BearSSL supports 1,017 bits and more.
    assert!(run("bearssl", &[]).succeeds().out().contains("bearssl can connect"));
}

#[test]
fn what_a_server_requires_is_named_with_its_setting() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("rsa", RSA.0, RSA.1, "sha256");
    authority.issue("edwards", "ED25519", &[], "sha256");
    let run = |name: &str, arguments: &[&str]| {
        let server = authority.serve(name, arguments);
        let target = format!("127.0.0.1:{}", server.port());
        let run = certgrab().args([&target, "--json", "--as", "esp-idf"]);
        let document = run.trusting(authority.file("root.pem")).fails_with(3).json();
        (document["device"]["change"].clone(), document["error"]["hint"].clone())
    };
    let (change, hint) = run("rsa", &["-tls1_2", "-cipher", "DHE-RSA-AES128-SHA"]);
    assert_eq!(change, "CONFIG_MBEDTLS_DHM_C=y in sdkconfig");
    assert_eq!(
        hint,
        "the server speaks TLS 1.2 with TLS_DHE_RSA_WITH_AES_128_CBC_SHA: esp-idf needs \
         CONFIG_MBEDTLS_DHM_C=y in sdkconfig"
    );
    let (change, _) = run("rsa", &["-tls1_2", "-cipher", "ECDHE+CHACHA20"]);
    assert_eq!(
        change,
        "CONFIG_MBEDTLS_CHACHA20_C=y, CONFIG_MBEDTLS_POLY1305_C=y and CONFIG_MBEDTLS_CHACHAPOLY_C=y \
         in sdkconfig"
    );
    let (change, _) = run("rsa", &["-tls1_2", "-cipher", "DHE-RSA-CHACHA20-POLY1305"]);
    assert_eq!(
        change,
        "CONFIG_MBEDTLS_DHM_C=y, CONFIG_MBEDTLS_CHACHA20_C=y, CONFIG_MBEDTLS_POLY1305_C=y and \
         CONFIG_MBEDTLS_CHACHAPOLY_C=y in sdkconfig"
    );
    // The Arduino core enables what ESP-IDF disables by default.
    let camellia = ["-tls1_2", "-cipher", "ECDHE-RSA-CAMELLIA128-SHA256"];
    assert_eq!(run("rsa", &camellia).0, "CONFIG_MBEDTLS_CAMELLIA_C=y in sdkconfig");
    let server = authority.serve("rsa", &camellia);
    let target = format!("127.0.0.1:{}", server.port());
    let arduino = certgrab().args([&target, "--json", "--as", "arduino-esp32"]);
    let document = arduino.trusting(authority.file("root.pem")).succeeds().json();
    assert_eq!(document["device"]["can_connect"], true);
    let device = |name: &str| {
        let server = authority.serve("rsa", &["-tls1_3"]);
        let target = format!("127.0.0.1:{}", server.port());
        let run = certgrab().args([&target, "--json", "--as", name]);
        run.fails_with(3).json()["error"]["hint"].clone()
    };
    assert_eq!(device("esp8266"), "the server speaks TLS 1.3, which esp8266 does not support");
    // No setting adds Ed25519.
    assert_eq!(run("edwards", &["-tls1_3"]).0, Value::Null);
    let (change, hint) = run("edwards", &["-tls1_2"]);
    assert_eq!(change, Value::Null);
    assert_eq!(
        hint,
        "to a client that offers more, the server speaks TLS 1.2 with \
         TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 and the key Ed25519; omit `--as` to see it"
    );
}

#[test]
fn a_signature_the_device_refuses_is_a_failure() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue_for("DNS:plc.test", "leaf", RSA.0, RSA.1, &["-sha1"]);
    let server = authority.serve("leaf", &["-cipher", "DEFAULT:@SECLEVEL=0", "-tls1_2"]);
    let address = format!("127.0.0.1:{}", server.port());
    let target = format!("plc.test:{}", server.port());
    let run = |device: &str| {
        let run = certgrab().args([&target, "--connect", &address, "--as", device]);
        run.trusting(authority.file("root.pem"))
    };
    for (device, title) in [
        ("esp-idf", "ESP-IDF"),
        ("arduino-esp32", "Arduino-ESP32"),
        ("mbedtls", "mbedTLS 3.6"),
        ("openssl", "OpenSSL"),
    ] {
        let refusal = "refuses this chain: the leaf `CN=leaf` is signed with SHA-1\n";
        let line = format!("device     {device} cannot connect: {title} {refusal}");
        let report = run(device).fails_with(1).out();
        assert!(report.contains(&line), "{report}");
    }
    // Browsers refuse it; these stacks do not.
    for device in ["bearssl", "esp8266"] {
        let report = run(device).succeeds().out();
        assert!(report.contains(&format!("{device} can connect, with TLS 1.2\n")), "{report}");
    }
}

#[test]
fn a_device_cannot_connect_if_its_stack_cannot_read_the_chain() {
    let constrained = |params: &mut CertificateParams| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("plc.test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    };
    let pki = Pki::root("Plant Root").intermediate_with("Plant Issuing", constrained);
    let pki = pki.leaf("plc.test");
    let server = Server::presenting(&pki);
    for device in ["mbedtls", "esp8266", "esp-idf"] {
        let run = grab(&server).args(["--as", device]).trusting(pki.root_file());
        let line = "refuses this chain: certificate 2 of the chain `CN=Plant Issuing` has the \
                    critical extension nameConstraints (2.5.29.30)";
        let report = run.fails_with(1).out();
        assert!(report.contains(line), "{device}: {report}");
    }
    let run = grab(&server).args(["--as", "openssl"]).trusting(pki.root_file());
    assert!(run.succeeds().out().contains("can connect"));
}
