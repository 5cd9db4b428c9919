//! `--as`: what a device would be shown, and whether it can connect.

use crate::support::{Authority, Pki, Server, certgrab, grab, real};

const RSA: (&str, &[&str]) = ("RSA", &["rsa_keygen_bits:2048"]);

#[test]
fn a_server_of_tls_1_3_alone_is_out_of_reach_for_an_esp32_and_the_setting_is_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::of(&pki).speaking(&rustls::version::TLS13).start();
    let run =
        |device: &str| grab(&server).args(["--as", device, "--roots"]).args([pki.root_file()]);
    run("esp-idf").fails_with(3).stdout("").stderr(
        "certgrab: error: the server refused the handshake: alert protocol_version\n\
         certgrab: hint: if the server speaks TLS 1.3 only, esp-idf needs \
         CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y in sdkconfig\n",
    );
    let report = run("openssl").succeeds();
    let line = "device     openssl can connect, with TLS 1.3\n";
    assert!(report.out().contains(line), "{}", report.out());
}

#[test]
fn what_a_device_is_shown_in_clear_is_proven_by_a_second_handshake() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    for device in ["esp-idf", "arduino-esp32", "esp8266", "mbedtls", "bearssl"] {
        let run = grab(&server).args(["--json", "--as", device, "--roots"]);
        let document = run.args([pki.root_file()]).succeeds().json();
        assert_eq!(document["handshake"]["method"], "cleartext", "{device}");
        assert_eq!(document["handshake"]["version"], "TLS 1.2", "{device}");
        assert_eq!(document["handshake"]["key_possession"], "proven", "{device}");
        assert_eq!(document["handshake"]["device"]["name"], device);
        let verdict = &document["handshake"]["device"]["verdict"][0];
        assert_eq!(verdict, "can connect, with TLS 1.2", "{device}");
    }
}

#[test]
fn whether_the_server_keeps_to_small_records_is_asked_and_told() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let willing = authority.serve("leaf", &[]);
    let target = format!("127.0.0.1:{}", willing.port());
    let run = certgrab().args([&target, "--as", "esp8266-512", "--roots"]);
    let report = run.args([authority.file("root.pem")]).succeeds().out();
    for line in [
        "device     esp8266-512 can connect, with TLS 1.2\n",
        "           esp8266-512 the server keeps to records of 512 bytes\n",
    ] {
        assert!(report.contains(line), "{line} is not in {report}");
    }

    // rustls answers to no max_fragment_length.
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let unwilling = Server::presenting(&pki);
    let run = grab(&unwilling).args(["--as", "esp8266-512", "--roots"]);
    let report = run.args([pki.root_file()]).succeeds().out();
    let line = "device     esp8266-512 cannot connect: the server may send records of 16384 bytes, \
                its buffer holds 512\n";
    assert!(report.contains(line), "{line} is not in {report}");
}

#[test]
fn an_unknown_device_is_refused_with_the_known_ones() {
    let error = certgrab().args(["plc.test", "--as", "toaster"]).fails_with(2).err();
    assert!(error.contains("there are esp-idf, arduino-esp32, esp8266"), "{error}");
}

#[test]
fn a_version_that_the_device_lacks_is_no_connection_although_certificates_were_read() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", RSA.0, RSA.1, "sha256");
    let server = authority.serve("leaf", &["-tls1", "-cipher", "ALL:@SECLEVEL=0"]);
    let target = format!("127.0.0.1:{}", server.port());
    let run = |device: &str| {
        certgrab().args([&target, "--as", device, "--roots"]).args([authority.file("root.pem")])
    };
    for device in ["esp-idf", "arduino-esp32", "openssl"] {
        let error = run(device).fails_with(3).stdout("").err();
        assert!(
            error.contains(&format!("hint: {device} speaks TLS 1.2 and nothing older")),
            "{error}"
        );
    }
    let report = run("bearssl").succeeds().out();
    assert!(report.contains("device     bearssl can connect, with TLS 1.0\n"), "{report}");
}

#[test]
fn a_key_that_the_device_would_refuse_is_no_connection() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("leaf", "RSA", &["rsa_keygen_bits:1024"], "sha256");
    let server = authority.serve("leaf", &["-cipher", "DEFAULT:@SECLEVEL=0", "-tls1_2"]);
    let target = format!("127.0.0.1:{}", server.port());
    let run = |device: &str| {
        let run = certgrab().args([&target, "--as", device, "--roots"]);
        run.args([authority.file("root.pem")]).succeeds().out()
    };
    let refusal = "cannot connect: `CN=leaf` has an RSA key of fewer than 2048 bits\n";
    for device in ["esp-idf", "mbedtls", "openssl"] {
        let report = run(device);
        assert!(report.contains(&format!("device     {device} {refusal}")), "{report}");
        assert!(report.contains("`CN=leaf` has the key RSA 1024"), "{report}");
    }
    // BearSSL takes 1,017 bits and more.
    assert!(run("bearssl").contains("bearssl can connect"));
}
