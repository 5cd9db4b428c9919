//! `check` and `sync` query the server with the ClientHello of the file's reader.

use std::path::PathBuf;

use crate::{
    readers::ByVersion,
    support::{Pki, Server, certgrab, run::Outcome},
};

/// A file with the root of one chain, for a server that presents a different chain for each TLS version.
struct Case<'a> {
    servers: &'a ByVersion,
    folder: tempfile::TempDir,
}

impl<'a> Case<'a> {
    fn new(servers: &'a ByVersion) -> Self {
        Self { servers, folder: tempfile::TempDir::new().expect("a folder") }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// What certgrab writes in `format` if it trusts the root of one chain only.
    fn written(&self, format: &str, is_old: bool) -> String {
        let pki = if is_old { &self.servers.old } else { &self.servers.new };
        let file = pki.chain_file();
        let name: &[_] = if format == "pem" { &[] } else { &["--name", "ROOT_CA"] };
        let run = certgrab().args(["plc.test", "--emit", format]).args(name).args(["--from"]);
        run.args([file]).trusting(pki.root_file()).ends().out()
    }

    fn check(&self, words: &[&str]) -> Outcome {
        let port = self.servers.port();
        let run = certgrab().args(["check"]).args(words).args([format!("plc.test:{port}")]);
        let run = run.args(["--connect".to_owned(), format!("127.0.0.1:{port}")]);
        let run = run.in_folder(self.folder.path());
        self.servers.trusted(run).ends()
    }
}

#[test]
fn a_generated_header_is_checked_with_its_readers_chain() {
    let servers = ByVersion::new();
    let case = Case::new(&servers);
    for (format, name) in [
        ("esp8266", "ca.h"),
        ("arduino", "ca.h"),
        ("esp-idf", "ca.h"),
        ("bearssl", "ca.h"),
        ("zephyr", "ca.inc"),
        ("micropython", "ca.py"),
        ("freertos", "ca.h"),
    ] {
        case.write(name, &case.written(format, true));
        let outcome = case.check(&[name]);
        assert_eq!(outcome.code(), 0, "{format}: {}{}", outcome.out(), outcome.err());
        assert!(!outcome.out().contains("New Root"), "{format}: {}", outcome.out());
        case.write(name, &case.written(format, false));
        let outcome = case.check(&[name]);
        assert_eq!(outcome.code(), 1, "{format}: {}", outcome.out());
        assert!(outcome.out().contains("embed `Old Root`"), "{format}: {}", outcome.out());
    }
    for (format, name) in [("go", "ca.go"), ("python", "ca.py"), ("rust-anchor", "ca.rs")] {
        case.write(name, &case.written(format, false));
        // CPython from 3.13 on has rules that these certificates do not follow.
        let expected = if format == "python" { 5 } else { 0 };
        assert_eq!(case.check(&[name]).code(), expected, "{format}");
        case.write(name, &case.written(format, true));
        assert_eq!(case.check(&[name]).code(), 1, "{format}");
    }
}

#[test]
fn a_file_with_an_unknown_reader_is_checked_against_both_chains() {
    let servers = ByVersion::new();
    let case = Case::new(&servers);
    let both = [true, false].map(|is_old| case.written("pem", is_old));
    for (text, client, other) in [(&both[0], "certgrab", "New"), (&both[1], "mbedtls", "Old")] {
        case.write("ca.pem", text);
        let outcome = case.check(&["ca.pem"]);
        assert_eq!(outcome.code(), 5, "{}", outcome.out());
        let report = outcome.out();
        assert!(report.contains(&format!(" as {client}: ")), "{report}");
        assert!(report.contains("with `--as STACK`"), "{report}");
        assert!(!report.contains(&format!("`{other} Root` does not verify")), "{report}");
    }
    case.write("ca.pem", &both.concat());
    assert_eq!(case.check(&["ca.pem"]).code(), 0);
    let other_pki = crate::support::Pki::root("Other Root").leaf("plc.test");
    case.write("ca.pem", &crate::support::pki::pem_of(&other_pki.path()[1..]));
    assert_eq!(case.check(&["ca.pem"]).code(), 1);
}

#[test]
fn as_names_the_reader_of_a_hand_written_file() {
    let servers = ByVersion::new();
    let case = Case::new(&servers);
    case.write("old.pem", &case.written("pem", true));
    case.write("new.pem", &case.written("pem", false));
    for stack in ["esp8266", "zephyr", "mbedtls-2.28", "arduino-esp32"] {
        assert_eq!(case.check(&["--as", stack, "old.pem"]).code(), 0, "{stack}");
        assert_eq!(case.check(&["--as", stack, "new.pem"]).code(), 1, "{stack}");
    }
    for stack in ["openssl", "go", "gnutls", "python-3.13"] {
        assert_ne!(case.check(&["--as", stack, "new.pem"]).code(), 1, "{stack}");
        assert_eq!(case.check(&["--as", stack, "old.pem"]).code(), 1, "{stack}");
    }
    let outcome = case.check(&["--as", "toaster", "old.pem"]);
    assert_eq!(outcome.code(), 2);
    // The code that uses the constant also shows the reader.
    case.write("old.h", &case.written("c", true));
    case.write("main.ino", "void setup() { client.setCACert(ROOT_CA); }\n");
    assert_eq!(case.check(&["old.h", "main.ino"]).code(), 0);
}

#[test]
fn as_accepts_a_device_saved_by_the_lab() {
    let servers = ByVersion::new();
    let case = Case::new(&servers);
    case.write("old.pem", &case.written("pem", true));
    case.write(
        "device.json",
        r#"{"schema": 1, "looks_like": null, "like": "mbedtls", "accepts_tls10": false,
            "client_hello": {"legacy_version": 771, "suites": [49195, 49199], "extensions": [],
            "versions": [], "groups": [23], "schemes": [1027, 1025], "alpn": [],
            "max_fragment_length": null, "record_size_limit": null}}"#,
    );
    let outcome = case.check(&["--as", "device.json", "old.pem"]);
    assert_eq!(outcome.code(), 0, "{}{}", outcome.out(), outcome.err());
}

#[test]
fn a_lock_for_several_readers_has_the_anchors_of_all_chains() {
    let servers = ByVersion::new();
    let case = Case::new(&servers);
    for emit in
        [r#"c = "ca.h""#, r#"c = "ca.h", esp8266 = "e.h""#, r#"pem = "c.pem", go = "ca.go""#]
    {
        let place = servers.port();
        let text = format!(
            "[[target]]\nhost = \"plc.test:{place}\"\nconnect = \"127.0.0.1:{place}\"\n\
             lock = \"lock.pem\"\nroots = {}\nemit = {{ {emit} }}\n",
            servers.roots(),
        );
        case.write("certgrab.toml", &text);
        let run = |word: &str| certgrab().args([word]).in_folder(case.folder.path());
        run("sync").succeeds();
        let lock = std::fs::read_to_string(case.folder.path().join("lock.pem")).expect("a lock");
        assert_eq!(lock.matches("Role: anchor").count(), 2, "{emit}: {lock}");
        run("check").succeeds();
        // A lock with one anchor, written when the server had one chain.
        let one = &lock[..lock.rfind("\nRole: anchor").expect("a second anchor")];
        case.write("lock.pem", one);
        let outcome = run("check").ends();
        assert_ne!(outcome.code(), 0, "{emit}: {}", outcome.out());
    }
}

#[test]
fn emit_replaces_only_locks_that_sync_would_replace() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let place = format!("127.0.0.1:{}", server.port());
    pki.root_file();
    let run = |words: &[&str]| {
        let run = certgrab().args(["plc.test:8883", "--connect", &place, "--roots", "root.pem"]);
        run.args(["--emit", "lock=plc.pem"]).args(words).in_folder(pki.folder())
    };
    run(&[]).succeeds();
    let path = pki.file("plc.pem");
    let sound = std::fs::read_to_string(&path).expect("a lock");
    for (text, lost) in [
        (sound.replace("certgrab lock 1:", "certgrab lock 2:"), "a lock of version `2`; this"),
        (
            sound.replace("Host:", "<<<<<<< HEAD\nHost:"),
            "a merge conflict, marked on line 4\ncertgrab: hint: resolve the merge conflict first",
        ),
        (format!("{sound}# ask Ann first\n"), "a comment, line"),
    ] {
        std::fs::write(&path, &text).expect("a file");
        let error = run(&[]).fails_with(4).err();
        assert!(error.contains(&format!("plc.pem would lose {lost}")), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), text);
    }
    std::fs::write(&path, &sound).expect("a file");
    let chain = pki.chain_file();
    let chain = chain.to_str().expect("a path");
    let from = certgrab().args(["plc.test:8883", "--from", chain, "--roots", "root.pem"]);
    let outcome = from.args(["--emit", "lock=plc.pem"]).in_folder(pki.folder()).fails_with(1);
    outcome.stderr(
        "certgrab: error: plc.pem says that plc.test:8883 proved that it holds its key, which a \
         chain from a file does not; nothing was replaced\n\
         certgrab: hint: write the lock to another file, or ask the server without `--from`\n",
    );
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), sound);
    // An explicit request of the user is written.
    let old = Server::of(&pki).speaking(&rustls::version::TLS12).start();
    let place = format!("127.0.0.1:{}", old.port());
    let run = certgrab().args(["plc.test:8883", "--connect", &place, "--roots", "root.pem"]);
    let run = run.args(["--emit", "lock=plc.pem", "--handshake", "cleartext"]);
    run.in_folder(pki.folder()).succeeds();
    let lock = std::fs::read_to_string(&path).expect("a lock");
    assert!(lock.contains("Key possession: not proven"), "{lock}");
}

/// A manifest with `server` as its only target, with more `keys`.
fn write_manifest(pki: &Pki, server: &Server, keys: &str) {
    let address = server.address();
    let text = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{address}\"\nroots = \"root.pem\"\n\
         lock = \"plc.pem\"\n{keys}\n"
    );
    std::fs::write(pki.file("certgrab.toml"), text).expect("a file");
}

#[test]
fn a_lock_is_checked_with_the_stacks_of_its_formats() {
    // A leaf with CA:TRUE: mbedTLS connects, browsers do not.
    let is_ca = |params: &mut rcgen::CertificateParams| {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    };
    let pki = Pki::root("Plant Root").changed(is_ca).leaf("plc.test");
    let server = Server::presenting(&pki);
    pki.root_file();
    let manifest = |keys: &str| write_manifest(&pki, &server, keys);
    let run = |word: &str| certgrab().args([word]).in_folder(pki.folder());
    for emit in ["emit = { arduino = \"ca.h\" }", "as = \"arduino-esp32\""] {
        manifest(emit);
        run("sync").succeeds();
        let outcome = run("check").ends();
        assert_eq!(outcome.code(), 0, "{emit}: {}{}", outcome.out(), outcome.err());
    }
    // The lock cannot be used for a format whose reader refuses the server.
    manifest("emit = { arduino = \"ca.h\", rust-anchor = \"ca.rs\" }");
    // The exit code is that of the missing constants.
    let said = run("check").fails_with(4).out();
    let refused =
        "does not verify plc.test:8883: rustls with aws-lc-rs refuses this chain: the leaf";
    assert!(said.contains(refused), "{said}");
}

#[test]
fn sync_locked_warns_if_the_reader_refuses_the_anchor() {
    let no_ca = |params: &mut rcgen::CertificateParams| {
        params.is_ca = rcgen::IsCa::ExplicitNoCa;
    };
    let pki = Pki::root_changed("Plant Root", no_ca).leaf("plc.test");
    let server = Server::presenting(&pki);
    pki.root_file();
    let manifest = |emit: &str| write_manifest(&pki, &server, &format!("emit = {{ {emit} }}"));
    let run = |words: &[&str]| certgrab().args(words).in_folder(pki.folder());
    manifest("wolfssl = \"ca.h\"");
    run(&["sync"]).succeeds();
    let quiet = run(&["sync", "--locked"]).succeeds().err();
    assert!(!quiet.contains("not-ca"), "{quiet}");
    for (emit, title) in [("arduino", "Arduino-ESP32"), ("esp8266", "BearSSL of the ESP8266 core")]
    {
        manifest(&format!("{emit} = \"{emit}.h\""));
        let error = run(&["sync", "--locked"]).succeeds().err();
        let words = format!(
            "certgrab: warning: plc.pem: line 17: `Plant Root` has no basicConstraints with CA:TRUE: \
             {title} accepts it as the server's own certificate, not as the CA that issued it [not-ca]\n"
        );
        assert!(error.contains(&words), "{error}");
    }
}

#[test]
fn a_lock_in_a_folder_is_checked_against_the_manifest_above_it() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let folder = tempfile::TempDir::new().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    let root = crate::support::pki::pem_of(&pki.path()[1..]);
    write("project/roots.crt", &root);
    let manifest = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{}\"\nroots = \"roots.crt\"\n\
         lock = \"certs/plc.pem\"\n",
        server.address()
    );
    write("project/certgrab.toml", &manifest);
    let project = folder.path().join("project");
    certgrab().args(["sync"]).in_folder(&project).succeeds();
    let check = |at: &str, inputs: &[&str]| {
        let run = certgrab().args(["check", "--offline"]).args(inputs);
        run.in_folder(&folder.path().join(at)).ends()
    };
    let places = [
        ("project", &["."][..]),
        ("", &["."]),
        ("", &["project"]),
        ("project", &["certs/plc.pem"]),
    ];
    for (at, inputs) in places {
        let outcome = check(at, inputs);
        assert!(!outcome.out().contains("lock-"), "{at} {inputs:?}: {}", outcome.out());
    }
    // A manifest that trusts another root and has other options.
    write("project/roots.crt", &crate::support::pki::pem_of(&other.path()[1..]));
    write("project/certgrab.toml", &format!("{manifest}as = \"esp8266\"\n"));
    for (at, inputs) in places {
        let outcome = check(at, inputs);
        let report = outcome.out();
        assert_eq!(outcome.code(), 1, "{at} {inputs:?}: {report}");
        assert!(report.contains("roots.crt"), "{report}");
        assert!(report.contains("[untrusted-root]"), "{at} {inputs:?}: {report}");
        assert!(report.contains("[lock-differs]"), "{at} {inputs:?}: {report}");
    }
}

#[test]
fn the_strict_rules_of_newer_pythons_are_a_warning() {
    // A CA without keyUsage and key identifiers, as many tutorials make it.
    let folder = tempfile::TempDir::new().expect("a folder");
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let root = crate::support::pki::pem_of(&pki.path()[1..]);
    let emitted = crate::support::grab(&server).args(["--emit", "python"]);
    let emitted = emitted.trusting(pki.root_file()).succeeds().out();
    let target = format!("plc.test:{}", server.port());
    for (name, text) in [
        ("emitted.py", emitted),
        ("alone.py", format!("ROOT_CA = \"\"\"\\\n{root}\"\"\"\n")),
        (
            "used.py",
            format!(
                "import ssl\nROOT_CA = \"\"\"\\\n{root}\"\"\"\n\
                 context = ssl.create_default_context(cadata=ROOT_CA)\n"
            ),
        ),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let run = certgrab().args(["check"]).args([&path]).args([&target, "--connect"]);
        let run = run.args([format!("127.0.0.1:{}", server.port())]);
        let report = run.trusting(pki.root_file()).fails_with(5).out();
        assert!(report.contains("warning: "), "{name}: {report}");
        assert!(report.contains("CPython from 3.13 on refuses this chain"), "{name}: {report}");
    }
}
