//! Projects for a broker that requires a client certificate: they connect with the one that was passed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    arduino::{Board, ESP32, ESP8266},
    bench::{says, says_in_time, succeed},
    rust::{build, client},
};
use crate::support::{
    Authority, certgrab,
    real::{self, Listener},
    run::Run,
};

/// A broker that requires a client certificate, with devices of its CA and of another one.
struct Broker {
    authority: Authority,
    other: Authority,
    server: Listener,
}

impl Broker {
    fn new(version: &str) -> Self {
        let authority = Authority::new();
        let p256: (&str, &[&str]) = ("EC", &["ec_paramgen_curve:P-256"]);
        let names = "DNS:localhost,IP:127.0.0.1";
        authority.issue_for(names, "leaf", p256.0, p256.1, &["-sha256"]);
        authority.issue("device", p256.0, p256.1, "sha256");
        let other = Authority::named("Another Root");
        other.issue("device", p256.0, p256.1, "sha256");
        let folder = authority.folder().display().to_string();
        let server = real::mosquitto_of(version, authority.folder(), |port| {
            format!(
                "listener {port} 127.0.0.1\ncafile {folder}/root.pem\ncertfile {folder}/leaf.pem\n\
                 keyfile {folder}/leaf.key\nuser root\nallow_anonymous true\n\
                 require_certificate true\n"
            )
        });
        Self { authority, other, server }
    }

    /// `certgrab new PROJECT mqtts://localhost:PORT PROJECT`.
    fn new_project(&self, project: &str, own: Option<&Authority>) -> Run {
        let port = self.server.port();
        let run = certgrab()
            .args(["new", project, &format!("mqtts://localhost:{port}"), project, "--force"])
            .args(["--roots", "root.pem", &format!("--connect=127.0.0.1:{port}")])
            .in_folder(self.authority.folder());
        match own {
            None => run,
            Some(own) => run
                .args(["--client-cert"])
                .args([own.file("device.pem")])
                .args(["--client-key"])
                .args([own.file("device.key")]),
        }
    }

    fn folder(&self, project: &str) -> PathBuf {
        self.authority.file(project)
    }
}

fn has_its_parts() -> bool {
    ["openssl", "mosquitto"].into_iter().all(real::program)
}

/// Whether only its owner can read the file.
#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).expect("the key").permissions().mode() & 0o777 == 0o600
}

#[test]
fn the_micropython_module_presents_its_certificate() {
    if !has_its_parts() || !real::program("python3") {
        return;
    }
    for version in ["tlsv1.2", "tlsv1.3"] {
        let broker = Broker::new(version);
        let folder = broker.folder("micropython");
        let module = |expected: &str| says(&["python3", "main.py"], &[], &folder, expected);
        let error = broker.new_project("micropython", None).succeeds().err();
        let warning = "certgrab: warning: the server requires a client certificate: without one it \
                       sends the alert ";
        assert!(error.contains(warning), "{error}");
        assert!(error.contains("; pass `--client-cert FILE --client-key FILE`\n"), "{error}");
        module("Traceback");
        let error = broker.new_project("micropython", Some(&broker.other)).succeeds().err();
        let warning = "certgrab: warning: the server refuses the client certificate: it ";
        assert!(error.contains(warning), "{error}");
        module("Traceback");
        let refused =
            broker.new_project("micropython", Some(&broker.authority)).fails_with(4).err();
        assert!(refused.contains("device.key would lose a private key\n"), "{refused}");
        fs::remove_file(folder.join("device.key")).expect("the key");
        let error = broker.new_project("micropython", Some(&broker.authority)).succeeds().err();
        assert!(!error.contains("client certificate"), "{error}");
        module("connected");
        assert!(is_private(&folder.join("device.key")));
    }
}

#[test]
fn the_c_client_presents_its_certificate() {
    if !has_its_parts() || !real::header("mbedtls/ssl.h") || !real::program("make") {
        return;
    }
    let broker = Broker::new("tlsv1.2");
    let folder = broker.folder("linux-c");
    let client = |expected: &str| says(&["./client"], &[], &folder, expected);
    broker.new_project("linux-c", None).succeeds();
    let flags = "CFLAGS=-Werror -Wpedantic";
    succeed(Command::new("make").args([flags, "-B", "-o", "server_root_ca.h"]), &folder);
    client("handshake: ");
    broker.new_project("linux-c", Some(&broker.authority)).succeeds();
    client("CONNACK: the broker took the connection");
    fs::copy(broker.authority.file("leaf.key"), folder.join("certs/device.key")).expect("a copy");
    client("E ");
}

#[test]
fn the_sketches_present_their_certificate_with_both_key_types() {
    if !has_its_parts() || ![ESP32, ESP8266].iter().all(Board::is_there) {
        return;
    }
    let broker = Broker::new("tlsv1.2");
    // Without a certificate: the broker's alert or a closed connection.
    let ec = ("EC", "ec_paramgen_curve:P-256");
    let rsa = ("RSA", "rsa_keygen_bits:2048");
    for (board, refused, keys) in
        [(ESP32, "tls -", &[ec][..]), (ESP8266, "mqtt state -2", &[ec, rsa])]
    {
        let project = format!("arduino-{}", board.name);
        let folder = broker.folder(&project);
        let sketch = |own: Option<&Authority>, expected: &str| {
            broker.new_project(&project, own).succeeds();
            let secrets = folder.join("src/secrets.h");
            fs::copy(secrets.with_file_name("secrets.example.h"), secrets).expect("a copy");
            board.compile(&folder);
            says_in_time(&mut Command::new(folder.join("sketch")), expected);
        };
        sketch(None, refused);
        for (kind, option) in keys {
            broker.authority.issue("device", kind, &[option], "sha256");
            // A key does not replace another one.
            let _ = fs::remove_file(folder.join("src/device_identity.h"));
            sketch(Some(&broker.authority), "connected");
        }
    }
}

#[test]
fn the_rust_client_presents_its_certificate() {
    if !has_its_parts() {
        return;
    }
    for version in ["tlsv1.2", "tlsv1.3"] {
        let broker = Broker::new(version);
        let folder = broker.folder("rust-host");
        broker.new_project("rust-host", Some(&broker.authority)).succeeds();
        let program = build(&folder);
        // The files are searched for in the folder of the start.
        let run = || {
            let mut command = client(&program);
            command.current_dir(&folder);
            command
        };
        says_in_time(&mut run(), "connected");
        for file in ["device.pem", "device.key"] {
            fs::remove_file(folder.join("certs").join(file)).expect("a file");
        }
        let refused = match version {
            "tlsv1.2" => "HandshakeFailure",
            _ => "CertificateRequired",
        };
        says_in_time(&mut run(), refused);
    }
}

#[test]
fn headers_with_certificate_and_key_are_ignored_by_git() {
    if !has_its_parts() {
        return;
    }
    let broker = Broker::new("tlsv1.2");
    for (project, header) in [
        ("arduino-esp32", "src/device_identity.h"),
        ("arduino-esp8266", "src/device_identity.h"),
        ("esp-idf", "main/device_identity.h"),
        ("zephyr", "src/device_identity.h"),
    ] {
        broker.new_project(project, Some(&broker.authority)).succeeds();
        let folder = broker.folder(project);
        let text = fs::read_to_string(folder.join(header)).expect("the header");
        for file in ["device.pem", "device.key"] {
            let pem = fs::read_to_string(broker.authority.file(file)).expect("a file");
            for line in pem.lines() {
                assert!(text.contains(&format!("    \"{line}\\n\"\n")) || text.contains(line));
            }
        }
        assert!(is_private(&folder.join(header)), "{project}");
        let ignored = fs::read_to_string(folder.join(".gitignore")).expect("a file");
        assert!(ignored.lines().any(|line| line == "device_identity.h"), "{project}");
        let lock = fs::read_to_string(folder.join("certs/server.pem")).expect("the lock");
        assert!(!lock.contains("PRIVATE"), "{project}");
        if real::program("gcc") {
            let read = "#include <stdio.h>\n#include \"device_identity.h\"\nint main(void) { \
                        printf(\"%s%s\", DEVICE_CERTIFICATE, DEVICE_KEY); return 0; }\n";
            let place = folder.join(header).with_file_name("read.c");
            fs::write(&place, read).expect("a file");
            let program = place.with_extension("");
            let mut gcc = Command::new("gcc");
            succeed(gcc.args(["-Wall", "-Werror", "-o"]).arg(&program).arg(&place), &folder);
            let said = Command::new(&program).output().expect("it runs").stdout;
            let parts = ["device.pem", "device.key"]
                .map(|file| fs::read_to_string(broker.authority.file(file)).expect("a file"));
            let certificate = parts[0].split_once("-----BEGIN").expect("PEM").1;
            let both = String::from_utf8_lossy(&said).into_owned();
            assert!(both.contains(certificate) && both.ends_with(&parts[1]), "{both}");
        }
    }
}

#[test]
fn esp32_crates_have_the_certificate_and_an_ignored_key() {
    if !has_its_parts() {
        return;
    }
    let broker = Broker::new("tlsv1.2");
    for project in ["esp-idf-rust", "esp-hal", "rust-host", "linux-c"] {
        broker.new_project(project, Some(&broker.authority)).succeeds();
        let folder = broker.folder(project);
        for file in ["device.pem", "device.key"] {
            let given = fs::read_to_string(broker.authority.file(file)).expect("a file");
            let written = fs::read_to_string(folder.join("certs").join(file)).expect("a file");
            // OpenSSL writes text before a certificate.
            assert!(given.ends_with(&written) && written.starts_with("-----BEGIN"), "{written}");
        }
        assert!(is_private(&folder.join("certs/device.key")), "{project}");
        let ignored = fs::read_to_string(folder.join(".gitignore")).expect("a file");
        let is_key = |line: &str| line.trim_start_matches('/') == "certs/device.key";
        assert!(ignored.lines().any(is_key), "{project}");
    }
}

#[test]
fn a_project_with_a_client_key_needs_the_certificate() {
    if !real::program("openssl") {
        return;
    }
    let authority = Authority::new();
    authority.issue("device", "EC", &["ec_paramgen_curve:P-256"], "sha256");
    let run = certgrab().args(["new", "zephyr", "mqtts://localhost:1", "x"]);
    let run = run.in_folder(authority.folder()).args(["--client-key", "device.key"]);
    let error = run.fails_with(2).err();
    assert!(error.contains("`--client-key` needs `--client-cert`"), "{error}");
}
