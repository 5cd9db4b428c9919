//! Handshakes with rustls, openssl and mosquitto: versions, keys, names, client certificates.

use std::{fs, path::Path, process::Command};

use crate::support::{
    Authority, Pki, Server, certgrab, grab,
    real::{self, Listener},
};

#[test]
fn the_key_is_proven_in_tls_1_2_and_1_3() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    for (version, expected) in
        [(&rustls::version::TLS13, "TLS 1.3"), (&rustls::version::TLS12, "TLS 1.2")]
    {
        let server = Server::of(&pki).speaking(version).start();
        let roots = pki.root_file();
        let document = grab(&server).args(["--json"]).trusting(roots).succeeds().json();
        assert_eq!(document["handshake"]["version"], expected);
        assert_eq!(document["handshake"]["key_possession"], "proven");
        assert_eq!(document["handshake"]["method"], "full");
        assert_eq!(document["handshake"]["client_certificate_requested"], false);
    }
}

#[test]
fn a_server_that_requires_a_client_certificate_is_read() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let server = Server::of(&pki).speaking(version).requiring_a_client_certificate().start();
        let roots = pki.root_file();
        let document = grab(&server).args(["--json"]).trusting(roots).succeeds().json();
        assert_eq!(document["handshake"]["client_certificate_requested"], true);
        assert_eq!(document["status"], "ok");
    }
}

#[test]
fn no_application_data_is_sent() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).trusting(pki.root_file()).succeeds();
    assert_eq!(server.heard().data, b"");
}

#[test]
fn sni_is_the_targets_name_another_one_or_none() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    let run = || grab(&server).trusting(&roots);
    run().succeeds();
    // As in device libraries, the SNI name is the one that is verified.
    run().args(["--sni", "other.test"]).fails_with(1);
    run().args(["--no-sni"]).succeeds();
    let expected = [Some("plc.test".to_owned()), Some("other.test".to_owned()), None];
    // The connection that stops the server has no hello, and so no name.
    assert_eq!(server.heard().names[..3], expected);
}

#[test]
fn the_sni_option_is_the_name_that_is_verified() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let document = certgrab()
        .args(["--json", &server.address().to_string(), "--sni", "plc.test"])
        .trusting(pki.root_file())
        .succeeds()
        .json();
    assert_eq!(document["target"]["host"], "127.0.0.1");
    assert_eq!(document["target"]["name"], "plc.test");
    let address = server.address();
    let run = certgrab().args([&address.to_string(), "--sni", "plc.test", "--emit", "pem"]);
    let port = address.port();
    run.args([Path::new("--roots"), &pki.root_file()]).succeeds().stderr(&format!(
        "certgrab: warning: the generated host is 127.0.0.1, but the certificate must be verified as plc.test\n\
         certgrab: hint: run `certgrab plc.test:{port} --connect 127.0.0.1:{port}` to write that name\n"
    ));
}

#[test]
fn says_how_sure_it_is_and_fails_on_a_wrong_signature() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    // The chain of one PKI with the key of another.
    let server = Server::of(&other).sending(&pki.chain()).start();
    grab(&server).trusting(pki.root_file()).fails_with(3).stdout("").stderr(
        "certgrab: error: the server signed the handshake with a key that does not match its \
         certificate\n",
    );
}

#[test]
fn the_size_of_the_certificate_message_is_counted() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let ders: usize = pki.chain().iter().map(|der| der.len()).sum();
    for (version, around) in [
        // RFC 8446 section 4.4.2: header 4, context 1, list 3, an entry 3 and its extensions 2.
        (&rustls::version::TLS13, 4 + 1 + 3 + 2 * (3 + 2)),
        // RFC 5246 section 7.4.2: header 4, list 3, an entry 3.
        (&rustls::version::TLS12, 4 + 3 + 2 * 3),
    ] {
        let server = Server::of(&pki).speaking(version).start();
        let roots = pki.root_file();
        let document = grab(&server).args(["--json"]).trusting(roots).succeeds().json();
        assert_eq!(document["handshake"]["certificate_message_bytes"], ders + around);
    }
}

/// A certificate of about this many bytes.
fn padded(bytes: usize) -> rustls::pki_types::CertificateDer<'static> {
    let mut params = rcgen::CertificateParams::new(["padding.test".to_owned()]).unwrap();
    let padding = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![0; bytes - 400]);
    params.custom_extensions.push(padding);
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().clone()
}

#[test]
fn a_chain_of_63_kib_is_read_and_a_larger_one_is_an_error() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let sent: usize = pki.chain().iter().map(|der| der.len()).sum();
    let grab_with = |version, kib: usize| {
        let chain = [pki.chain(), vec![padded(kib * 1024 - sent)]].concat();
        let server = Server::of(&pki).speaking(version).sending(&chain).start();
        grab(&server).args(["--json"]).trusting(pki.root_file()).ends()
    };
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let document = grab_with(version, 63).json();
        assert_eq!(document["anchor"]["subject"], "CN=Plant Root");
        assert_eq!(document["presented"].as_array().unwrap().len(), 3);
    }
    // rustls compresses it (RFC 8879) and reads at most 64 KiB of a message.
    grab_with(&rustls::version::TLS13, 65).stderr(
        "certgrab: error: the server sent a message that cannot be read: it is larger than TLS allows\n",
    );
}

#[test]
fn an_answer_that_is_not_tls_is_recognised() {
    use std::io::Write as _;
    let server = Server::scripted("plc.test", |mut stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let outcome = grab(&server).fails_with(3).stdout("");
    assert!(outcome.err().contains("HTTP"), "{}", outcome.err());
}

#[test]
fn a_server_that_closes_at_once_is_recognised() {
    let server = Server::scripted("plc.test", |mut stream, _| {
        use std::io::Read as _;
        let _ = stream.read(&mut [0; 4096]);
    });
    let outcome = grab(&server).fails_with(3).stdout("");
    assert!(outcome.err().contains("closed the connection"), "{}", outcome.err());
}

/// `openssl s_server` with the chain and key of `pki`.
fn openssl(pki: &Pki, arguments: &[&str]) -> Listener {
    let (chain, key) = (pki.chain_file(), pki.key_file());
    Listener::start(|port| {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", &format!("127.0.0.1:{port}")]);
        command.arg("-cert").arg(&chain).arg("-cert_chain").arg(&chain).arg("-key").arg(&key);
        command.args(arguments);
        command
    })
}

#[test]
fn openssl_is_read_with_each_version_and_client_verification() {
    if !real::program("openssl") {
        return;
    }
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("127.0.0.1");
    let roots = pki.root_file();
    for (arguments, version, asked) in [
        (&["-tls1_2"][..], "TLS 1.2", false),
        (&["-tls1_3"][..], "TLS 1.3", false),
        (&["-tls1_2", "-Verify", "1"][..], "TLS 1.2", true),
        (&["-tls1_3", "-Verify", "1"][..], "TLS 1.3", true),
    ] {
        let server = openssl(&pki, arguments);
        let target = format!("127.0.0.1:{}", server.port());
        let document = certgrab().args(["--json", &target]).trusting(&roots).succeeds().json();
        assert_eq!(document["handshake"]["version"], version, "{arguments:?}");
        assert_eq!(document["handshake"]["client_certificate_requested"], asked, "{arguments:?}");
        assert_eq!(document["handshake"]["key_possession"], "proven", "{arguments:?}");
        assert_eq!(document["anchor"]["subject"], "CN=Plant Root", "{arguments:?}");
    }
}

#[test]
fn openssl_is_read_with_every_common_key_type() {
    if !real::program("openssl") {
        return;
    }
    for (algorithm, options, key, proof) in [
        ("RSA", &["rsa_keygen_bits:2048"][..], "RSA 2048", "proven"),
        ("EC", &["ec_paramgen_curve:P-256"][..], "EC P-256", "proven"),
        ("EC", &["ec_paramgen_curve:P-384"][..], "EC P-384", "proven"),
        ("EC", &["ec_paramgen_curve:P-521"][..], "EC P-521", "proven"),
        ("ED25519", &[][..], "Ed25519", "proven"),
        // Ed448 signatures are not supported: the chain is shown as not proven.
        ("ED448", &[][..], "Ed448", "not proven"),
    ] {
        let authority = Authority::new();
        authority.issue("leaf", algorithm, options, "sha256");
        let server = authority.serve("leaf", &[]);
        let target = format!("127.0.0.1:{}", server.port());
        let document = certgrab()
            .args(["--json", &target])
            .trusting(authority.file("root.pem"))
            .succeeds()
            .json();
        assert_eq!(document["presented"][0]["key"], key, "{key}");
        assert_eq!(document["handshake"]["key_possession"], proof, "{key}");
        assert_eq!(document["status"], "ok", "{key}");
    }
}

#[test]
fn a_sha512_signature_proves_a_key_on_any_curve_in_tls_1_2() {
    if !real::program("openssl") {
        return;
    }
    for curve in ["P-256", "P-384", "P-521"] {
        let authority = Authority::new();
        authority.issue("leaf", "EC", &[&format!("ec_paramgen_curve:{curve}")], "sha256");
        let server = authority.serve("leaf", &["-tls1_2", "-sigalgs", "ecdsa_secp521r1_sha512"]);
        let target = format!("127.0.0.1:{}", server.port());
        for words in [&[][..], &["--as", "arduino-esp32"], &["--as", "esp-idf"]] {
            let document = certgrab()
                .args(["--json", &target])
                .trusting(authority.file("root.pem"))
                .args(words)
                .succeeds()
                .json();
            let possession = &document["handshake"]["key_possession"];
            assert_eq!(possession, "proven", "{curve} {words:?}");
        }
    }
}

#[test]
fn a_real_mosquitto_is_read_and_its_anchor_written() {
    if !real::program("mosquitto") {
        return;
    }
    let pki = Pki::root("Broker Root").intermediate("Broker Issuing").leaf("localhost");
    let (chain, key, roots) = (pki.chain_file(), pki.key_file(), pki.root_file());
    let broker = real::mosquitto(pki.folder(), |port| {
        format!(
            "listener {port} 127.0.0.1\ncertfile {}\nkeyfile {}\nallow_anonymous true\nuser root\n",
            chain.display(),
            key.display()
        )
    });
    let target = format!("mqtts://localhost:{}", broker.port());
    let outcome = certgrab().args([&target, "--emit", "pem"]).trusting(&roots).succeeds();
    assert_eq!(outcome.out(), fs::read_to_string(&roots).expect("the root"));
}
