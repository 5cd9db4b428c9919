//! The command itself: files, reports, ports, stray connections, listeners.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    StreamOwned,
};

use super::round::{Lab, Said};
use super::rows;
use crate::support::{Pki, Server, certgrab, grab};

/// An MQTT 3.1.1 CONNECT with a user and a password.
const CONNECT: &[u8] = b"\x10\x1c\x00\x04MQTT\x04\xc2\x00\x3c\x00\x04demo\x00\x04user\x00\x04pass";

/// rustls in this process: with the lab's anchor, or with a verifier that accepts everything.
pub(super) fn rustls_device(anchor: &str, is_sound: bool) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    if is_sound {
        let mut roots = RootCertStore::empty();
        let anchor = CertificateDer::from_pem_file(anchor).expect("the anchor");
        roots.add(anchor).expect("an anchor");
        return Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let all = Arc::new(Everything(provider));
    Arc::new(builder.dangerous().with_custom_certificate_verifier(all).with_no_client_auth())
}

/// One connection; whether the server was reachable.
pub(super) fn meet(port: u16, config: &Arc<ClientConfig>) -> bool {
    let Ok(socket) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::clone(config), name).expect("a client");
    let mut stream = StreamOwned::new(client, socket);
    if stream.write_all(CONNECT).and_then(|()| stream.flush()).is_ok() {
        let _ = stream.read(&mut [0; 64]);
    }
    true
}

/// Accepts every certificate and checks the handshake signature.
#[derive(Debug)]
struct Everything(Arc<rustls::crypto::CryptoProvider>);

impl ServerCertVerifier for Everything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, leaf, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, leaf, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

pub(super) fn round(lab: Lab, is_sound: bool) -> Said {
    let config = rustls_device(&lab.anchor(), is_sound);
    let port = lab.port();
    while meet(port, &config) {}
    lab.ends()
}

#[test]
fn rustls_passes_and_a_dangerous_verifier_fails() {
    let said = round(Lab::start(&[]), true);
    assert_eq!(said.code, 0, "{}{}", said.err, said.out);
    rows::is_known("rustls", &said);
    let said = round(Lab::start(&[]), false);
    assert_eq!(said.code, 1, "{}", said.out);
    rows::is_known("rustls dangerous", &said);
    assert!(said.out.contains("FAULT: the device accepts every certificate\n"), "{}", said.out);
}

#[test]
fn reports_agree_and_are_compared_with_a_known_result() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let forms = ["json", "junit", "sarif", "html", "text"];
    let reports = forms.map(|form| format!("--report={form}={}", file(form)));
    let mut words = vec!["--cases", "expired,unknown-root,self-signed", "--stack", "rustls"];
    words.extend(reports.iter().map(String::as_str));
    let said = round(Lab::start(&words), false);
    assert_eq!(said.code, 1, "{}", said.out);
    let read = |name: &str| fs::read_to_string(file(name)).expect(name);

    let json: serde_json::Value = serde_json::from_str(&read("json")).expect("JSON");
    assert_eq!((&json["schema"], &json["result"]), (&1.into(), &"failed".into()));
    let case = &json["cases"][1];
    assert_eq!((&case["case"], &case["verdict"]), (&"expired".into(), &"failed".into()));
    assert_eq!(case["sent"]["password"], true);
    assert_eq!(json["findings"][0]["code"], "no-verification");
    assert!(json["device"]["looks_like"].as_str().is_some_and(|like| like.contains("rustls")));

    let junit = read("junit");
    assert!(junit.contains("tests=\"5\" failures=\"3\" errors=\"0\""), "{junit}");
    let sarif: serde_json::Value = serde_json::from_str(&read("sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "no-verification");
    assert!(read("html").contains("<tr class=\"failed\"><td><code>expired</code></td>"));
    assert!(read("text").contains("FAULT: the device accepts every certificate\n"));

    let known = format!("--expect={}", file("json"));
    let cases = ["--cases", "expired,unknown-root,self-signed", "--stack", "rustls", &known];
    let same = round(Lab::start(&cases), false);
    assert_eq!(same.code, 0, "{}", same.out);
    assert!(same.out.ends_with("as before\n"), "{}", same.out);
    // Only the cases that are played are compared with a known result.
    let some = round(Lab::start(&["--cases", "expired", "--stack", "rustls", &known]), false);
    assert_eq!(some.code, 0, "{}", some.out);
    let other = round(Lab::start(&cases), true);
    assert_eq!(other.code, 1, "{}", other.out);
    assert!(other.out.contains("not as before: expired: expected failed, found passed\n"));
}

#[test]
fn a_saved_client_hello_queries_the_server_as_the_device() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("device.json").display().to_string();
    let said = round(Lab::start(&["--cases", "expired", "--save-hello", &file]), true);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("the device sends the ClientHello of rustls 0.23 with ring\n"));
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let outcome = grab(&server).trusting(pki.root_file()).args(["--as", &file]).succeeds();
    assert!(outcome.out().contains("device.json can connect"), "{}", outcome.out());
    fs::write(&file, "{}").expect("a file");
    let outcome = grab(&server).args(["--as", &file]).fails_with(2);
    assert!(outcome.err().contains("expected a file of `certgrab lab --save-hello`"));
}

#[test]
fn ports_gives_each_case_a_port() {
    let lab = Lab::start(&["--ports", "--cases", "expired"]);
    let config = rustls_device(&lab.anchor(), true);
    let ports = lab.ports();
    let cases: Vec<_> = ports.iter().map(|(_, case)| case.as_str()).collect();
    assert_eq!(cases, ["sound", "expired", "sound-last"]);
    // In any order.
    for (port, _) in ports.iter().rev() {
        assert!(meet(*port, &config));
    }
    let said = lab.ends();
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.contains("2/3  passed      expired "), "{}", said.out);
    assert!(said.err.contains(": 3 cases, one for each port; Ctrl-C stops\n"), "{}", said.err);
}

#[test]
fn two_labs_in_one_folder_can_make_its_keys_at_once() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let directory = format!("--dir={}", folder.path().display());
    // Each makes the RSA keys of all cases as soon as it listens.
    let labs = [(); 2].map(|()| Lab::start(&["--cases", "expired", &directory]));
    let config = rustls_device(&folder.path().join("ca.pem").display().to_string(), true);
    for lab in labs {
        let port = lab.port();
        while meet(port, &config) {}
        let said = lab.ends();
        assert_eq!(said.code, 0, "{}{}", said.err, said.out);
    }
}

#[test]
fn at_most_64_connections_are_served_at_once() {
    let lab = Lab::start(&["--cases", "expired"]);
    let port = lab.port();
    let dial = || TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let held: Vec<_> = (0..64).map(|_| dial()).collect();
    let mut one_more = dial();
    one_more.set_read_timeout(Some(Duration::from_secs(3))).expect("a timeout");
    assert_eq!(one_more.read(&mut [0; 1]).unwrap_or(0), 0, "it is closed, and not waited for");
    drop(held);
    let said = round(lab, true);
    assert_eq!(said.code, 0, "{}{}", said.err, said.out);
}

#[test]
fn check_and_the_main_command_warn_about_a_lab_anchor() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let header = folder.path().join("lab_ca.h").display().to_string();
    let emit = format!("--emit=arduino={header}");
    let said = Lab::start(&["--wait", "1", &emit]).ends();
    assert_eq!(said.code, 3, "{}", said.err);
    let outcome = certgrab().args(["check", "--offline", &header]).ends();
    let text = outcome.out();
    assert!(
        text.contains("is the test CA of `certgrab lab`") && text.contains("lab-anchor"),
        "{text}"
    );
}

#[test]
fn other_connections_than_devices_are_ignored() {
    let lab = Lab::start(&["--cases", "expired"]);
    let port = lab.port();
    let dial = || TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    dial().write_all(b"GET / HTTP/1.1\r\n\r\n").expect("garbage");
    dial().write_all(&[22, 3, 1, 0, 200, 1, 0]).expect("half a record");
    dial().write_all(&[0xff; 3000]).expect("noise");
    let silent: Vec<_> = (0..200).map(|_| dial()).collect();
    drop(silent);
    let slow = dial();
    let said = round(lab, true);
    drop(slow);
    assert_eq!(said.code, 0, "{}{}", said.err, said.out);
    assert!(said.out.contains("3 of 3 cases passed\n"), "{}", said.out);
    assert!(said.err.contains("counts for no case: its first bytes are not TLS\n"), "{}", said.err);
}

#[test]
fn ten_thousand_connections_use_at_most_64_mib() {
    let lab = Lab::start(&["--cases", "expired", "--wait", "5"]);
    let port = lab.port();
    for _ in 0..100 {
        let many: Vec<_> =
            (0..100).filter_map(|_| TcpStream::connect(("127.0.0.1", port)).ok()).collect();
        for mut one in &many {
            let _ = one.write_all(&[22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xf0]);
        }
    }
    let peak = lab.peak_kib();
    assert!(peak.is_none_or(|peak| peak < 64 * 1024), "{peak:?} KiB");
    // It ends with its own error: no client sent a ClientHello, or a case had no device.
    let said = lab.ends();
    assert!([1, 3].contains(&said.code), "{}: {}{}", said.code, said.out, said.err);
}

#[test]
fn a_lab_without_a_device_gives_exit_code_3() {
    let said = Lab::start(&["--wait", "1"]).ends();
    assert_eq!(said.code, 3, "{}", said.out);
    assert_eq!(said.out, "0 of 49 cases passed\nno device connected\n");
    assert!(said.err.contains("listening on 127.0.0.1:"), "{}", said.err);
    assert!(!said.err.contains("warning"), "{}", said.err);
    let outcome = certgrab().args(["lab", "--listen", "0.0.0.0:0"]).fails_with(2);
    assert!(outcome.err().contains("--host NAME"), "{}", outcome.err());
}

#[cfg(unix)]
#[test]
fn the_test_cas_key_has_mode_600_and_is_ignored_by_git() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().to_owned();
    let mut lab = Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .args(["lab", "--wait", "1", "--listen", "127.0.0.1:0", "--emit", "c=lab_ca.h"])
        .current_dir(&path)
        .output()
        .map(|output| output.status)
        .expect("certgrab");
    assert_eq!(lab.code(), Some(3));
    for entry in fs::read_dir(path.join("lab")).expect("the folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "ca.pem" && name != ".gitignore" {
            let mode = entry.metadata().expect("facts").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
        }
    }
    assert_eq!(fs::read_to_string(path.join("lab/.gitignore")).expect("a file"), "*\n");
    let header = fs::read_to_string(path.join("lab_ca.h")).expect("a header");
    assert!(header.contains("certgrab lab root for tests only"), "{header}");
    // The next run uses the same CA.
    let anchor = fs::read(path.join("lab/ca.pem")).expect("the anchor");
    lab = Command::new(env!("CARGO_BIN_EXE_certgrab"))
        .args(["lab", "--wait", "1", "--listen", "127.0.0.1:0"])
        .current_dir(&path)
        .output()
        .map(|output| output.status)
        .expect("certgrab");
    assert_eq!(lab.code(), Some(3));
    assert_eq!(fs::read(path.join("lab/ca.pem")).expect("the anchor"), anchor);
}

#[test]
fn the_list_names_each_case_with_its_rule_and_who_accepts_it() {
    let outcome = certgrab().args(["lab", "--list"]).succeeds();
    let list = outcome.out();
    for expected in [
        "expired               must refuse   an expired certificate (RFC 5280\n",
        "sound                 must connect  a sound server\n",
        "chain-60k             may connect   a chain of 60 KB (RFC 8446 4.4.2)\n",
    ] {
        assert!(list.contains(expected), "{list}");
    }
    let (_, after) = list.split_once("an expired certificate").expect("the case");
    let below = after.lines().skip(1).take_while(|line| line.starts_with(' '));
    let accepting: String = below.map(str::trim).collect::<Vec<_>>().join(" ");
    assert!(list.lines().all(|line| line.len() <= 80), "{list}");
    assert!(accepting.contains("arduino-esp32") && !accepting.contains("openssl"), "{accepting}");
}
