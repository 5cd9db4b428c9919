//! `certgrab check` over a repository: many files and many servers.

use std::{
    fs, io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rustls::pki_types::CertificateDer;

use crate::support::{Pki, Server, certgrab, pki::pem_of};

/// A listener before `server` that forwards connections only once the given number of them has arrived.
struct Gate {
    address: SocketAddr,
    waits_for: Arc<AtomicUsize>,
}

impl Gate {
    fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let waits_for = Arc::new(AtomicUsize::new(1));
        let count = Arc::clone(&waits_for);
        thread::spawn(move || {
            let mut waiting: Vec<TcpStream> = Vec::new();
            for client in listener.incoming() {
                waiting.extend(client);
                if waiting.len() >= count.load(Ordering::SeqCst) {
                    waiting.drain(..).for_each(|client| relay(client, server));
                }
            }
        });
        Self { address, waits_for }
    }
}

fn relay(client: TcpStream, server: SocketAddr) {
    let server = TcpStream::connect(server).unwrap();
    for (mut from, mut to) in
        [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
    {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(std::net::Shutdown::Write);
        });
    }
}

#[test]
fn the_servers_of_a_manifest_are_queried_concurrently() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    let gate = Gate::before(server.address());
    let target = |name: &str| {
        format!(
            "[[target]]\nhost = \"m1.test:8883\"\nconnect = \"{}\"\nroots = \"{}\"\n\
             timeout = 5\nlock = \"{name}.pem\"\n",
            gate.address,
            pki.root_file().display(),
        )
    };
    fs::write(pki.file("certgrab.toml"), target("one") + &target("two")).unwrap();
    certgrab().args(["sync", "--quiet"]).in_folder(pki.folder()).succeeds();
    gate.waits_for.store(2, Ordering::SeqCst);
    let run = certgrab().args(["check"]).in_folder(pki.folder());
    run.succeeds().stderr("certgrab: 2 files checked: 0 errors, 0 warnings, 0 notes\n");
}

/// A folder with files with these names and contents.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

/// A header with a certificate from the collection of mistakes.
pub(crate) fn dropped() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path.join("tests/inputs/check/23_expired_and_dropped.h")).unwrap()
}

#[test]
fn a_folder_is_walked_by_its_gitignore() {
    let header = dropped();
    let folder = folder(&[
        (".gitignore", "build/\n"),
        ("build/copy.h", &header),
        (".git/objects/copy.h", &header),
        ("vendor/copy.h", &header),
        (".config/ca.h", &header),
        ("src/main.c", "int main(void) { return 0; }\n"),
        ("README.md", "Nothing here\n"),
    ]);
    let run =
        || certgrab().args(["check", "--offline", "--at", "2026-11-26"]).in_folder(folder.path());
    let run = run().args([".", "--exclude", "vendor"]).fails_with(1);
    let out = run.out();
    assert!(out.starts_with(".config/ca.h:"), "{out}");
    assert!(!out.contains("copy.h") && !out.contains("no-certificate"), "{out}");
    let said = run.err();
    let expected = "certgrab: 4 files read, 1 checked: 1 error, 1 warning, 0 notes\n";
    assert!(said.starts_with(expected), "{said}");
    let last = "certgrab: devices with these files do not connect, or do not verify the server; \
                start with .config/ca.h:4 [expired], see `certgrab explain expired`\n";
    assert!(said.ends_with(last), "{said}");
}

#[test]
fn a_folder_without_any_certificate_is_an_error() {
    let header = dropped();
    let folder = folder(&[("src/main.c", "int main(void);\n"), ("ca.h", &header)]);
    let run = |arguments: &[&str]| {
        certgrab().args(["check", "--offline", "--quiet"]).args(arguments).in_folder(folder.path())
    };
    run(&["src"]).fails_with(1).stdout("src:1: error: no certificate found [no-certificate]\n");
    let found = run(&["src/main.c", "ca.h"]).fails_with(1).out();
    assert!(!found.contains("no-certificate"), "{found}");
}

#[test]
fn one_certificate_among_thousands_of_files_is_found() {
    let folder = folder(&[("z/ca.h", &dropped())]);
    let text = "int main(void) { return client.connect(1); }\n".repeat(60);
    for index in 0..5_000 {
        let part = folder.path().join(format!("part{}", index / 500));
        fs::create_dir_all(&part).unwrap();
        fs::write(part.join(format!("file{index}.c")), &text).unwrap();
    }
    let run = certgrab().args(["check", "--offline", "--at", "2026-11-26", "."]);
    let run = run.in_folder(folder.path()).fails_with(1);
    assert!(run.out().starts_with("z/ca.h:4: error: "), "{}", run.out());
    let said = run.err();
    assert!(said.starts_with("certgrab: 5001 files read, 1 checked: "), "{said}");
}

#[test]
fn an_unreadable_file_does_not_hide_the_others() {
    let folder = folder(&[("ca.h", &dropped())]);
    let run = certgrab().args(["check", "--offline", "--quiet", "gone.h", "ca.h"]);
    let run = run.in_folder(folder.path()).fails_with(4);
    assert!(run.out().contains("[expired]"), "{}", run.out());
    run.stderr("certgrab: error: cannot read gone.h: No such file or directory (os error 2)\n");
}

#[test]
fn a_device_certificate_is_recognised_by_its_use_or_key() {
    let pki = Pki::root("Fleet Root").leaf("device-1");
    let leaf = crate::support::pki::pem_of(std::slice::from_ref(pki.leaf_der()));
    let root = crate::support::pki::pem_of(std::slice::from_ref(pki.root_der()));
    let key = fs::read_to_string(pki.key_file()).unwrap();
    let secrets =
        format!("const char ca[] = R\"({root})\";\nconst char device[] = R\"({leaf})\";\n");
    let main = "void setup() { client.setCACert(ca); client.setCertificate(device); }\n";
    let check = |files: &[(&str, &str)]| {
        let folder = folder(files);
        let run = certgrab().args(["check", "--offline", "--quiet", "."]);
        run.trusting(pki.root_file()).in_folder(folder.path()).ends().out()
    };
    let alone = check(&[("secrets.h", &secrets)]);
    assert!(alone.contains("[leaf]"), "{alone}");
    assert_eq!(check(&[("secrets.h", &secrets), ("main.ino", main)]), "");
    assert_eq!(check(&[("secrets.h", &secrets), ("keys/device.key", &key)]), "");
    // Another project next to it has a separate constant with the same name.
    let apart =
        [("a/secrets.h", secrets.as_str()), ("b/main.ino", main), ("b/secrets.h", &secrets)];
    let apart = check(&apart);
    assert!(apart.contains("a/secrets.h:") && !apart.contains("b/secrets.h:"), "{apart}");
}

#[test]
fn a_comment_with_a_reason_allows_a_finding() {
    let header = dropped();
    let allowed = format!("// certgrab: allow expired kept for old devices\n{header}");
    let check = |content: &str| {
        let folder = folder(&[("ca.h", content)]);
        let run = certgrab().args(["check", "--offline", "ca.h"]).in_folder(folder.path());
        let run = run.ends();
        (run.out(), run.err())
    };
    let (out, said) = check(&allowed);
    assert!(!out.contains("[expired]") && out.contains("[root-dropped]"), "{out}");
    assert!(said.contains("1 allowed by comments"), "{said}");
    let (out, _) = check(&format!("// certgrab: allow expired\n{header}"));
    assert!(out.contains("has no reason, so it allows nothing [allow-invalid]"), "{out}");
    assert!(out.contains("[expired]"), "{out}");
    let (out, _) = check(&format!("// certgrab: allow expird kept\n{header}"));
    assert!(out.contains("`allow expird` names no code of a finding [allow-invalid]"), "{out}");
    // The comment does not cover a constant further down.
    let other = "const char first[] = \"sixteen bytes at least\";\n";
    let (out, _) = check(&format!("// certgrab: allow expired kept\n{other}{header}"));
    assert!(out.contains("[expired]"), "{out}");
}

#[test]
fn a_baseline_leaves_out_old_findings_on_any_line() {
    let header = dropped();
    let folder = folder(&[("ca.h", &header)]);
    let run = |arguments: &[&str]| {
        let run = certgrab().args(["check", "--offline", "--baseline", "old.json"]);
        run.args(arguments).in_folder(folder.path())
    };
    run(&["."]).fails_with(4).stdout("").stderr(
        "certgrab: error: cannot read the baseline old.json: No such file or directory (os error 2)\n\
         certgrab: hint: write it with `--write-baseline`\n",
    );
    run(&[".", "--write-baseline"]).succeeds().stdout("");
    fs::write(folder.path().join("ca.h"), format!("\n\n{header}")).unwrap();
    let said = run(&["."]).succeeds().stdout("").err();
    assert!(said.contains("0 errors, 0 warnings, 0 notes, 2 in the baseline"), "{said}");
    fs::write(folder.path().join("new.h"), &header).unwrap();
    let out = run(&["."]).fails_with(1).out();
    assert!(out.contains("new.h:") && !out.contains("ca.h:"), "{out}");
    fs::write(folder.path().join("old.json"), "{}").unwrap();
    let said = run(&["."]).fails_with(4).err();
    assert!(said.contains("old.json: expected a baseline of `certgrab check`"), "{said}");
}

#[test]
fn explain_prints_the_section_of_a_code_or_lists_all() {
    let page = certgrab().env("LC_ALL", "C").args(["explain", "expired"]).succeeds().out();
    assert!(page.starts_with("expired\n\nThe certificate has expired.\n"), "{page}");
    for (code, meaning) in certgrab::check::CODES {
        let page = certgrab().env("LC_ALL", "C").args(["explain", code]).succeeds().out();
        assert!(page.to_lowercase().contains(&meaning.to_lowercase()), "{page}");
    }
    let list = certgrab().env("LC_ALL", "C").args(["explain"]).succeeds().out();
    assert_eq!(list.lines().count(), certgrab::check::CODES.len());
    certgrab().env("LC_ALL", "C").args(["explain", "expird"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `expird` is not the code of a finding\n\
         certgrab: hint: did you mean `expired`?\n",
    );
}

/// The output of `--report FORM` for a folder with one expired root, always at the same time.
fn reported(form: &str) -> String {
    let folder = folder(&[("a,b/ca.h", &dropped())]);
    let run = certgrab().args(["check", "--offline", "--at", "2026-11-26", "--quiet", "."]);
    run.args(["--report", form]).in_folder(folder.path()).fails_with(1).out()
}

#[test]
fn the_github_report_has_an_escaped_annotation_per_finding() {
    let report = reported("github");
    let first = "::error file=a%2Cb/ca.h,line=4,title=expired::`DST Root CA X3` expired on \
                 2021-09-30%0Aembed the server's current anchor:";
    assert!(report.starts_with(first), "{report}");
    assert!(report.lines().all(|line| line.starts_with("::")), "{report}");
}

#[test]
fn the_prometheus_report_has_each_series_once() {
    let report = reported("prometheus");
    let mut series = Vec::new();
    for line in report.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<i64>().is_ok(), "{line}");
        series.push(name);
    }
    let count = series.len();
    series.dedup();
    assert_eq!(series.len(), count, "{report}");
    let expiry = "certgrab_anchor_expiry_days{file=\"a,b/ca.h\",subject=\"CN=DST Root CA X3,O=";
    let line = report.lines().find(|line| line.starts_with(expiry)).unwrap();
    assert!(line.ends_with("} -1883"), "{line}");
    assert!(report.contains("certgrab_findings{file=\"a,b/ca.h\",severity=\"error\"} 1\n"));
}

#[test]
fn the_prometheus_report_says_whether_a_target_was_verified() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let other = Pki::root("Other Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    let verified = |root: &Pki| {
        let run = certgrab().args(["check", "--quiet", "--report", "prometheus"]);
        let run = run.trusting(pki.root_file()).args([root.root_file()]);
        let run = run.args(["m1.test", "--connect", &server.address().to_string()]);
        run.ends().out()
    };
    assert!(verified(&pki).contains("target=\"m1.test:443\"} 1\n"), "{}", verified(&pki));
    assert!(verified(&other).contains("target=\"m1.test:443\"} 0\n"), "{}", verified(&other));
}

#[test]
fn the_html_report_has_no_script_and_shows_names_as_text() {
    let pki = Pki::root("<script>alert(1)</script>").leaf("plc.test");
    let root = crate::support::pki::pem_of(std::slice::from_ref(pki.leaf_der()));
    let folder = folder(&[("<b>.pem", &root)]);
    let run = certgrab().args(["check", "--offline", "--quiet", ".", "--report", "html"]);
    let page = run.in_folder(folder.path()).fails_with(1).out();
    assert!(page.starts_with("<!doctype html>\n"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
}

#[test]
fn findings_can_be_grouped_by_their_certificate() {
    let header = dropped();
    let folder = folder(&[("a.h", &header), ("b.h", &header)]);
    let run = certgrab().args(["check", "--offline", "--quiet", ".", "--by-certificate"]);
    let out = run.in_folder(folder.path()).fails_with(1).out();
    assert!(out.starts_with("DST Root CA X3 (SHA-256 0687260331a72403"), "{out}");
    assert_eq!(out.lines().filter(|line| !line.starts_with(' ')).count(), 1, "{out}");
    assert!(out.contains("  a.h:4: error:") && out.contains("  b.h:4: error:"), "{out}");
}

#[test]
fn a_sketch_is_checked_with_the_constant_of_another_file() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let other = Pki::root("Other Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    let folder = tempfile::TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let header = |name: &str, der: &CertificateDer<'_>| {
        format!("const char {name}[] = R\"EOF({})EOF\";\n", pem_of(std::slice::from_ref(der)))
    };
    let check = || {
        certgrab()
            .args(["check", ".", &format!("m1.test:{}", server.port())])
            .trusting(pki.root_file())
            .args(["--connect", &server.address().to_string()])
            .in_folder(folder.path())
    };
    let sketch = "#include <WiFiClientSecure.h>\n#include \"ca.h\"\nWiFiClientSecure c;\nvoid setup() { c.setCACert(my_ca); }\n";
    write("main.ino", sketch);
    write("ca.h", &header("my_ca", pki.root_der()));
    check().succeeds();
    // A file with the device's own certificate needs no anchor.
    write("main.ino", &sketch.replace("; }", "; c.setCertificate(own); }"));
    write("own.h", &header("own", other.leaf_der()));
    check().succeeds();
    // A sketch without an anchor is not reported as one with a wrong anchor.
    write("ca.h", &header("my_ca", other.root_der()));
    let found = check().fails_with(1).out();
    assert!(found.contains("ca.h:1: error: `Other Root` does not verify m1.test"), "{found}");
}
