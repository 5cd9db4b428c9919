//! `check` and `sync` ask the server as the reader of a file does.

use std::path::PathBuf;

use crate::{
    readers::ByVersion,
    support::{certgrab, run::Outcome},
};

/// A file that holds the root of one of the chains of a server that shows each version another one.
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

    /// What certgrab writes in `format`, if it trusts the root of one chain alone.
    fn written(&self, format: &str, is_old: bool) -> String {
        let pki = if is_old { &self.servers.old } else { &self.servers.new };
        let file = pki.chain_file();
        let run = certgrab().args(["plc.test", "--emit", format, "--name", "ROOT_CA", "--from"]);
        run.args([file]).args(["--roots"]).args([pki.root_file()]).ends().out()
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
fn a_generated_header_is_checked_with_the_chain_that_its_reader_is_shown() {
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
        assert_eq!(case.check(&[name]).code(), 0, "{format}");
        case.write(name, &case.written(format, true));
        assert_eq!(case.check(&[name]).code(), 1, "{format}");
    }
}

#[test]
fn a_file_whose_reader_nobody_knows_is_held_against_both_chains() {
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
fn the_reader_of_a_hand_written_file_is_the_one_that_is_named() {
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
    // How the code uses the constant says it too.
    case.write("old.h", &case.written("c", true));
    case.write("main.ino", "void setup() { client.setCACert(ROOT_CA); }\n");
    assert_eq!(case.check(&["old.h", "main.ino"]).code(), 0);
}

#[test]
fn the_reader_of_a_file_is_the_device_that_the_lab_saved() {
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
fn a_lock_for_a_form_of_many_readers_has_the_anchors_of_all_chains() {
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
        // A lock of one anchor, as one that was written when the server had one chain.
        let one = &lock[..lock.rfind("\nRole: anchor").expect("a second anchor")];
        case.write("lock.pem", one);
        let outcome = run("check").ends();
        assert_ne!(outcome.code(), 0, "{emit}: {}", outcome.out());
    }
}
