//! Servers that ask their clients for a certificate, and those that require one.

use std::{fs, path::PathBuf};

use crate::support::{
    Authority, certgrab,
    front::{Act, front},
    real::{self, Listener},
};

const RSA: (&str, &[&str]) = ("RSA", &["rsa_keygen_bits:2048"]);
const P256: (&str, &[&str]) = ("EC", &["ec_paramgen_curve:P-256"]);

/// A CA with a server and devices, all signed by one root.
fn authority() -> Authority {
    let authority = Authority::new();
    authority.issue_for("DNS:localhost,IP:127.0.0.1", "leaf", RSA.0, RSA.1, &["-sha256"]);
    authority.issue("rsa", RSA.0, RSA.1, "sha256");
    authority.issue("ec", P256.0, P256.1, "sha256");
    authority.issue("ed", "ED25519", &[], "sha256");
    authority
}

/// A mosquitto with additional configuration lines.
fn mosquitto(authority: &Authority, more: &str) -> Listener {
    real::mosquitto(authority.folder(), |port| configuration(authority, port, more))
}

/// Its configuration.
fn configuration(authority: &Authority, port: u16, more: &str) -> String {
    let folder = authority.folder().display();
    format!(
        "listener {port} 127.0.0.1\ncafile {folder}/root.pem\ncertfile {folder}/leaf.pem\n\
             keyfile {folder}/leaf.key\nuser root\n{more}\n"
    )
}

fn has_servers() -> bool {
    real::program("openssl") && real::program("mosquitto")
}

/// The target, and the root to trust.
fn base(server: &Listener, authority: &Authority) -> Vec<String> {
    let root = authority.file("root.pem").display().to_string();
    vec![format!("127.0.0.1:{}", server.port()), "--roots".to_owned(), root]
}

fn shown(authority: &Authority, certificate: &str, key: &str) -> Vec<PathBuf> {
    vec![
        "--client-cert".into(),
        authority.file(certificate),
        "--client-key".into(),
        authority.file(key),
    ]
}

#[test]
fn asking_for_a_client_certificate_differs_from_requiring_it() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    let asks = |version| authority.serve("leaf", &[version, "-verify", "1", "-CAfile", "root.pem"]);
    let requires = |version| {
        let arguments = [version, "-Verify", "1", "-verify_return_error", "-CAfile", "root.pem"];
        authority.serve("leaf", &arguments)
    };
    let asked = "the server asks for a client certificate and completes the handshake without one";
    let alert = |name| {
        format!("the server requires a client certificate: without one it sends the alert {name}")
    };
    for (server, required, sentence) in [
        (asks("-tls1_2"), false, asked.to_owned()),
        (asks("-tls1_3"), false, asked.to_owned()),
        (requires("-tls1_2"), true, alert("handshake_failure")),
        (requires("-tls1_3"), true, alert("certificate_required")),
        (mosquitto(&authority, "require_certificate true"), true, alert("certificate_required")),
    ] {
        let run = || certgrab().args(base(&server, &authority));
        let report = run().succeeds();
        let expected = format!("client     {sentence}\n");
        assert!(report.out().contains(&expected), "{}", report.out());
        let document = run().args(["--json"]).succeeds().json();
        let handshake = &document["handshake"];
        assert_eq!(handshake["client_certificate_requested"], true, "{sentence}");
        assert_eq!(handshake["client_certificate_required"], required, "{sentence}");
        assert_eq!(handshake["client_certificate_accepted"], serde_json::Value::Null);
        assert_eq!(handshake["key_possession"], "proven", "{sentence}");
        for device in ["esp8266", "arduino-esp32", "openssl"] {
            // These do not support TLS 1.3, and the output shows what the server sends first.
            if handshake["version"] == "TLS 1.3" && device != "openssl" {
                continue;
            }
            let document = run().args(["--json", "--as", device, "--sni", "localhost"]);
            let document = document.succeeds().json();
            let device = &document["device"];
            assert_eq!(device["can_connect"], true, "{sentence}");
            assert_eq!(device["needs_client_certificate"], required, "{sentence} {device}");
        }
    }
}

#[test]
fn the_cas_for_client_certificates_are_shown() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    let hostile = Authority::named("Plant\u{1b}[31m");
    let both = [fs::read(authority.file("root.pem")), fs::read(hostile.file("root.pem"))];
    let both: Vec<u8> = both.into_iter().flat_map(|one| one.expect("a root")).collect();
    fs::write(authority.file("both.pem"), both).expect("a file");
    for version in ["-tls1_2", "-tls1_3"] {
        let server = authority.serve("leaf", &[version, "-verify", "1", "-CAfile", "both.pem"]);
        let run = || certgrab().args(base(&server, &authority));
        let document = run().args(["--json"]).succeeds().json();
        let names = document["handshake"]["client_certificate_authorities"].to_string();
        assert!(names.contains("CN=Openssl Root"), "{names}");
        let report = run().succeeds();
        assert!(report.out().contains("           issued by CN="), "{}", report.out());
        assert!(!report.out().contains('\u{1b}'), "{}", report.out());
        // The cleartext handshake shows them too, where it is possible.
        if version == "-tls1_2" {
            let document = run().args(["--json", "--handshake", "cleartext"]).succeeds().json();
            let handshake = &document["handshake"];
            assert_eq!(handshake["client_certificate_authorities"].to_string(), names);
            assert_eq!(handshake["client_certificate_required"], serde_json::Value::Null);
        }
    }
}

#[test]
fn a_client_certificate_with_any_key_type_is_presented() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    authority.openssl(&["rsa", "-in", "rsa.key", "-traditional", "-out", "rsa-pkcs1.key"]);
    authority.openssl(&["ec", "-in", "ec.key", "-out", "ec-sec1.key"]);
    let unrelated = Authority::named("Another Root");
    unrelated.issue("other", P256.0, P256.1, "sha256");
    for version in ["tlsv1.2", "tlsv1.3"] {
        let broker = real::mosquitto_of(version, authority.folder(), |port| {
            configuration(&authority, port, "require_certificate true")
        });
        let run = |shown: Vec<PathBuf>| certgrab().args(base(&broker, &authority)).args(shown);
        for (certificate, key) in [
            ("rsa.pem", "rsa.key"),
            ("rsa.pem", "rsa-pkcs1.key"),
            ("ec.pem", "ec.key"),
            ("ec.pem", "ec-sec1.key"),
            ("ed.pem", "ed.key"),
        ] {
            let report = run(shown(&authority, certificate, key)).succeeds();
            let expected = "client     the server accepts the client certificate\n";
            assert!(report.out().contains(expected), "{version} {key}: {}", report.out());
        }
        let refused = run(shown(&unrelated, "other.pem", "other.key"));
        let document = refused.args(["--json", "--as", "openssl"]).fails_with(3).json();
        assert_eq!(document["handshake"]["client_certificate_accepted"], false, "{version}");
        assert_eq!(document["device"]["can_connect"], false, "{version}");
    }
}

#[test]
fn a_client_certificate_and_a_key_must_belong_together() {
    if !real::program("openssl") {
        return;
    }
    let authority = authority();
    authority.openssl(&[
        "pkey",
        "-in",
        "ec.key",
        "-aes128",
        "-passout",
        "pass:secret",
        "-out",
        "encrypted.key",
    ]);
    let fails = |certificate: &str, key: &str, code, expected: &str| {
        let run = certgrab().args(["127.0.0.1:1"]).args(shown(&authority, certificate, key));
        let outcome = run.fails_with(code).stdout("");
        assert!(outcome.err().contains(expected), "{}", outcome.err());
    };
    fails("rsa.pem", "ec.key", 2, "does not belong to the first certificate in");
    fails("ec.pem", "encrypted.key", 4, "expected a private key in PEM, found an encrypted one");
    fails("ec.pem", "ec.pem", 4, "expected a private key in PEM, found none");
    for (given, missing) in [("--client-cert", "--client-key"), ("--client-key", "--client-cert")] {
        let run = certgrab().args(["127.0.0.1:1", given]).args([authority.file("ec.pem")]);
        run.fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: `{given}` needs `{missing}`\n\
             certgrab: hint: pass both, or leave out `{given}`\n"
        ));
    }
}

#[test]
fn a_server_silent_without_a_client_certificate_is_still_read() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    // In TLS 1.3 a server may stay silent after a success.
    let asked = "client     the server asks for a client certificate";
    for (version, rest) in [
        ("-tls1_2", "; whether it requires one was not seen\n"),
        ("-tls1_3", " and completes the handshake without one\n"),
    ] {
        let server = authority.serve("leaf", &[version, "-verify", "1", "-CAfile", "root.pem"]);
        let address = format!("127.0.0.1:{}", server.port()).parse().expect("an address");
        let deaf = front("localhost", move |_| Act::Deafen(address));
        let run =
            certgrab().args([format!("localhost:{}", deaf.port())]).args(["--timeout", "600"]);
        let run = run.args(["--connect", &format!("127.0.0.1:{}", deaf.port())]);
        let report = run.trusting(authority.file("root.pem")).succeeds().out();
        assert!(report.contains(&format!("{asked}{rest}")), "{version}: {report}");
    }
}

#[test]
fn a_key_file_has_at_most_64_kib() {
    if !real::program("openssl") {
        return;
    }
    let authority = authority();
    let key = fs::read(authority.file("ec.key")).expect("a key");
    for (size, is_read) in [(64 * 1024, true), (64 * 1024 + 1, false)] {
        let mut padded = vec![b'\n'; size - key.len()];
        padded.extend(&key);
        fs::write(authority.file("padded.key"), padded).expect("a file");
        let run = certgrab().args(["127.0.0.1:1"]).args(shown(&authority, "ec.pem", "padded.key"));
        let error = run.fails_with(if is_read { 3 } else { 4 }).err();
        assert_eq!(error.contains("cannot connect to"), is_read, "{error}");
        assert_eq!(error.contains("padded.key: "), !is_read, "{error}");
    }
}

#[test]
fn a_client_certificate_of_a_manifest_is_in_no_lock() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    let broker = mosquitto(&authority, "require_certificate true");
    let write = |key: &str| {
        let text = format!(
            "[[target]]\nhost = \"127.0.0.1:{}\"\nlock = \"plc.lock\"\nroots = \"root.pem\"\n\
             client-cert = \"ec.pem\"\nclient-key = \"{key}\"\n",
            broker.port()
        );
        fs::write(authority.file("certgrab.toml"), text).expect("a manifest");
    };
    let manifest = authority.file("certgrab.toml");
    write("ec.key");
    certgrab().args(["sync", "--manifest"]).args([&manifest]).succeeds();
    let lock = fs::read_to_string(authority.file("plc.lock")).expect("a lock");
    assert!(!lock.contains("PRIVATE") && !lock.contains("ec."), "{lock}");
    write("rsa.key");
    let outcome = certgrab().args(["check", "--manifest"]).args([&manifest]).fails_with(2);
    assert!(outcome.err().contains("rsa.key does not belong to"), "{}", outcome.err());
}

#[test]
fn the_device_certificate_and_key_are_written_with_the_constants() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    let server = mosquitto(&authority, "require_certificate true");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let read = |name: &str| fs::read_to_string(at(name)).expect("a file");
    fs::write(at(".gitignore"), "/build").expect("a file");
    let run = |key: &str, emit: &[&str]| {
        let emit = emit.iter().flat_map(|one| ["--emit", one]);
        let key = shown(&authority, &format!("{key}.pem"), &format!("{key}.key"));
        certgrab().args(base(&server, &authority)).args(key).args(emit).in_folder(folder.path())
    };
    let outcome =
        run("ec", &["arduino=ca.h", "c=other.h", "rust=ca.rs", "micropython=ca.py", "pem=ca.pem"]);
    let wrote = [".gitignore", "device_identity.h", "device_identity.rs", "device_identity.py"];
    let wrote = wrote.into_iter().chain(["ca.h", "other.h", "ca.rs", "ca.py", "ca.pem"]);
    let wrote: String = wrote.map(|name| format!("certgrab: wrote {name}\n")).collect();
    let outcome = outcome.succeeds();
    assert!(outcome.err().ends_with(&wrote), "{}", outcome.err());
    outcome.stdout("");
    let ignored = "/build\n/device_identity.h\n/device_identity.rs\n/device_identity.py\n";
    assert_eq!(read(".gitignore"), ignored);

    let (pem, key) = (
        fs::read_to_string(authority.file("ec.pem")),
        fs::read_to_string(authority.file("ec.key")),
    );
    let (pem, key) = (pem.expect("a certificate"), key.expect("a key"));
    for name in ["device_identity.h", "device_identity.rs", "device_identity.py"] {
        let text = read(name);
        let plain = text.replace("\\n", "").replace(['"', '\\'], "").replace("\n    ", "\n");
        for part in [&pem, &key] {
            let lines = part.lines().skip_while(|line| !line.starts_with("-----BEGIN"));
            for line in lines.filter(|line| !line.is_empty()) {
                assert!(plain.contains(line), "{name}: {line}: {text}");
            }
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(at(name)).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
    for name in ["ca.h", "other.h", "ca.rs", "ca.py", "ca.pem"] {
        assert!(!read(name).contains("PRIVATE KEY"), "{name}");
    }
    compiled(folder.path());

    // A second run changes nothing, and no other key replaces this one.
    let again = run("ec", &["arduino=ca.h"]).succeeds().err();
    assert!(again.contains("unchanged: device_identity.h"), "{again}");
    let other = run("rsa", &["arduino=ca.h"]).fails_with(4).err();
    assert!(other.contains("device_identity.h would lose a private key"), "{other}");
    assert!(!other.contains("PRIVATE KEY-----"), "{other}");
    fs::remove_file(at("device_identity.h")).expect("a file");
    // An empty file with any mode becomes a file that only its owner can read.
    fs::write(at("device_identity.h"), "\n").expect("a file");
    run("rsa", &["arduino=ca.h"]).succeeds();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let place = at("device_identity.h");
        let mode = || fs::metadata(&place).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        // The same key with mode 644 becomes private again.
        fs::set_permissions(&place, fs::Permissions::from_mode(0o644)).expect("a mode");
        run("rsa", &["arduino=ca.h"]).succeeds();
        assert_eq!(mode(), 0o600);
    }
    fs::write(at("device_identity.h"), "int main(void) { return 0; }\n").expect("a file");
    run("rsa", &["arduino=ca.h"]).fails_with(4);
    // Standard output and formats that are read as files cannot contain a key.
    for emit in ["c", "pem=ca.pem", "lock=ca.lock"] {
        let outcome = run("ec", &[emit]).succeeds();
        assert!(!outcome.out().contains("PRIVATE KEY"), "{emit}");
    }
    assert!(!read("ca.lock").contains("PRIVATE KEY"));
}

#[test]
#[cfg(unix)]
fn a_key_replaces_no_link_and_no_constants() {
    if !has_servers() {
        return;
    }
    let authority = authority();
    let server = mosquitto(&authority, "require_certificate true");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let run = |emit: &str| {
        let key = shown(&authority, "ec.pem", "ec.key");
        let run = certgrab().args(base(&server, &authority)).args(key).args(["--emit", emit]);
        run.in_folder(folder.path())
    };
    fs::write(at("elsewhere"), "mine\n").expect("a file");
    for name in [".gitignore", "device_identity.h"] {
        std::os::unix::fs::symlink(at("elsewhere"), at(name)).expect("a link");
        let err = run("c=ca.h").fails_with(4).err();
        assert!(err.contains(&format!("cannot write {name}: it is a symbolic link")), "{err}");
        fs::remove_file(at(name)).expect("a link");
        assert_eq!(fs::read_to_string(at("elsewhere")).expect("a file"), "mine\n");
    }
    let err = run("c=device_identity.h").fails_with(2).err();
    assert!(err.contains("device_identity.h is for the device's own certificate and key"), "{err}");
    let kept = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(kept, 1, "only the file that was there");
}

/// The files next to the constants are read by the compilers and interpreters of their languages.
fn compiled(folder: &std::path::Path) {
    let run = |program: &str, arguments: &[&str]| {
        let output =
            std::process::Command::new(program).args(arguments).current_dir(folder).output();
        let output = output.expect(program);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let dump = |name: &str, content: &str| fs::write(folder.join(name), content).expect("a file");
    let expected = ["-----BEGIN CERTIFICATE-----\n", "-----BEGIN "];
    let check = |program: &str, arguments: &[&str]| {
        let out = run(program, arguments);
        let parts: Vec<_> = out.split("====").collect();
        assert!(
            parts.len() == 2
                && parts.iter().zip(expected).all(|(one, begin)| one.starts_with(begin)),
            "{out}"
        );
        assert!(parts.iter().all(|one| one.trim_end().ends_with("-----")), "{out}");
    };
    if real::program("gcc") {
        dump(
            "main.c",
            "#include <stdio.h>\n#include \"device_identity.h\"\nint main(void) { printf(\"%s====%s\", DEVICE_CERTIFICATE, DEVICE_KEY); return 0; }\n",
        );
        run("gcc", &["-Wall", "-Wextra", "-Werror", "main.c", "-o", "main"]);
        check("./main", &[]);
    }
    dump(
        "main.rs",
        "include!(\"device_identity.rs\");\nfn main() { print!(\"{}===={}\", DEVICE_CERTIFICATE.to_str().unwrap(), DEVICE_KEY.to_str().unwrap()); }\n",
    );
    run("rustc", &["--edition=2021", "-D", "warnings", "main.rs", "-o", "main_rs"]);
    check("./main_rs", &[]);
    if real::program("python3") {
        check(
            "python3",
            &[
                "-c",
                "import device_identity as d; print(d.DEVICE_CERTIFICATE.decode() + '====' + d.DEVICE_KEY.decode(), end='')",
            ],
        );
    }
}

#[test]
fn an_unused_or_refused_client_certificate_is_a_warning() {
    if !has_servers() {
        return;
    }
    let (authority, other) = (authority(), Authority::named("Other CA"));
    other.issue("dev", P256.0, P256.1, "sha256");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |server: &Listener| {
        let key = shown(&other, "dev.pem", "dev.key");
        let run = certgrab().args(base(server, &authority)).args(key);
        run.args(["--emit", "c=ca.h"]).in_folder(folder.path()).succeeds().err()
    };
    let refused = run(&mosquitto(&authority, "require_certificate true"));
    assert!(refused.contains("warning: the server refuses the client certificate"), "{refused}");
    let plain = run(&mosquitto(&authority, ""));
    assert!(plain.contains("warning: the server does not request a client certificate"), "{plain}");
}
