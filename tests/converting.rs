//! `certgrab convert`: existing certificate files in another format.

use std::{fs, path::Path, process::Command};

use certgrab::internals::output::emit::FORMATS;

use crate::support::{Pki, certgrab, pki::pem_of, real};

/// A root of Mozilla's store, so that a name, a key or a hash identifies it.
const ROOT: &str = "tests/golden/isrg_root_x1.pem";

/// The time of all runs whose output depends on dates.
const AT: [&str; 2] = ["--at", "2026-11-22"];

/// Formats without a certificate or anything that identifies one.
const UNREADABLE: [&str; 1] = ["sha1"];

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn root() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(ROOT);
    fs::read_to_string(root).expect("the root")
}

/// The usual name of a file in `format`.
fn file_of(format: &str) -> String {
    let ending = match format {
        "der" => "der",
        "java" => "p12",
        "java-jks" => "jks",
        "esp-bundle" | "esp-bundle-v1" | "esp-at-pki" => "bin",
        "certs-ar" => "ar",
        "csharp" | "nanoframework" => "cs",
        "kotlin" => "kt",
        "swift" => "swift",
        "dart" => "dart",
        "node" => "js",
        "lua" => "lua",
        "toit" => "toit",
        "android" => "xml",
        "ios" => "plist",
        "env" => "env",
        "json-line" | "shelly" => "json",
        "nvs" => "csv",
        "capath" => "sh",
        "k8s" => "yaml",
        "station" => "trust",
        "micropython" | "circuitpython" | "python" => "py",
        "rust" | "rust-der" | "rust-esp-idf" | "rust-anchor" => "rs",
        "esphome" => "yaml",
        "go" => "go",
        "zephyr" => "inc",
        "pem" | "cer" | "lock" | "esp-idf-txt" => "pem",
        "p7b" => "p7b",
        "sha1" | "sha256" | "spki-pin" | "text" | "at-esp" | "at-quectel" | "at-simcom"
        | "at-ublox" => "txt",
        _ => "h",
    };
    format!("{format}.{ending}")
}

/// Converts `from` into every format, each as a file in `to`.
fn into_every_form(from: &Path, to: &Path) {
    fs::create_dir(to).expect("a folder");
    let emit = FORMATS.iter().flat_map(|format| {
        let path = to.join(file_of(format.name));
        ["--emit".to_owned(), format!("{}={}", format.name, path.display())]
    });
    let host = ["--host", "broker.example:8883"].map(str::to_owned);
    let is_lock = from.file_name().is_some_and(|name| name == "lock.pem");
    let host = host.into_iter().filter(|_| !is_lock);
    certgrab().args(["convert"]).args([from]).args(emit).args(host).args(AT).succeeds();
}

#[test]
fn every_readable_form_is_converted_into_every_form() {
    let folder = folder();
    let first = folder.path().join("root.crt");
    fs::write(&first, root()).expect("a file");
    let direct = folder.path().join("direct");
    into_every_form(&first, &direct);
    for format in FORMATS {
        let name = file_of(format.name);
        if UNREADABLE.contains(&format.name) {
            continue;
        }
        let from = direct.join(&name);
        let back = certgrab().args(["convert"]).args([&from]).args(["--emit", "pem"]).args(AT);
        back.succeeds().stdout(&root());
        let again = folder.path().join(format.name);
        into_every_form(&from, &again);
        for other in FORMATS {
            let read = |folder: &Path| fs::read(folder.join(file_of(other.name))).expect("a file");
            let (expected, found) = (read(&direct), read(&again));
            if other.is_text {
                let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
                // They name the file they were made from.
                let found = text(found).replace(&*from.to_string_lossy(), &first.to_string_lossy());
                let [found, expected] =
                    [found, text(expected)].map(|text| crate::support::without_checksum(&text));
                assert_eq!(found, expected, "{} to {}", format.name, other.name);
            } else {
                assert!(found == expected, "{} to {}", format.name, other.name);
            }
        }
    }
}

#[test]
fn every_form_that_accepts_two_certificates_returns_both() {
    let folder = folder();
    let second = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/isrg_root_x2.pem");
    let both = root() + &fs::read_to_string(second).expect("the root");
    fs::write(folder.path().join("both.pem"), &both).expect("a file");
    let run = |words: &[&str]| certgrab().args(["convert"]).args(words).in_folder(folder.path());
    for format in FORMATS {
        let file = file_of(format.name);
        let emit = format!("{}={file}", format.name);
        let written = run(&["both.pem", "--host=a.test:1", "--emit", &emit]).args(AT).ends();
        let refusal = format!("the format `{}` holds exactly one certificate", format.name);
        match written.err().contains(&refusal) {
            true => assert!(!folder.path().join(&file).exists(), "{file}"),
            false if UNREADABLE.contains(&format.name) => {
                let err = run(&[&file, "--emit", "pem"]).args(AT).fails_with(4).err();
                assert!(err.contains("no certificate here, but the SHA-1 fingerprint"), "{err}");
            }
            false => {
                run(&[&file, "--emit", "pem"]).args(AT).succeeds().stdout(&both);
            }
        }
    }
}

#[test]
fn check_finds_nothing_wrong_in_any_form_under_its_usual_name() {
    let folder = folder();
    let first = folder.path().join("root.crt");
    fs::write(&first, root()).expect("a file");
    let written = folder.path().join("written");
    into_every_form(&first, &written);
    for format in FORMATS.iter().filter(|format| !UNREADABLE.contains(&format.name)) {
        let file = written.join(file_of(format.name));
        let check = certgrab().args(["check", "--offline"]).trusting(&first).args([&file]);
        let found = check.args(AT).succeeds().out();
        assert!(!found.contains(": error: ") && !found.contains(": warning: "), "{found}");
    }
}

#[test]
fn a_file_without_a_server_gives_constants_without_a_host() {
    let header = certgrab().args(["convert", ROOT, "--emit", "c"]).succeeds().out();
    let begins = "/* Generated by certgrab; do not edit.\n * Checksum: e39464dcbdd67329\n *\n \
                  * Converted from a file; no server was contacted, and nothing was proved.\n \
                  * Regenerate: `certgrab convert FILE --emit c`\n *\n";
    assert!(header.starts_with(begins), "{header}");
    assert!(header.contains("static const char ROOT_CA[] =\n"), "{header}");
    assert!(!header.contains("HOST") && !header.contains("PORT"), "{header}");
    // The same without the subcommand.
    certgrab().args(["--from", ROOT, "--emit", "c"]).succeeds().stdout(&header);
    for format in
        FORMATS.iter().filter(|format| format.is_text && !["ios", "lock"].contains(&format.name))
    {
        let text = certgrab().args(["convert", ROOT, "--emit", format.name]).succeeds().out();
        for word in ["_HOST", "_PORT", "none:", "none:0"] {
            assert!(!text.contains(word), "{}: {text}", format.name);
        }
    }
    certgrab().args(["convert", ROOT, "--emit", "lock"]).fails_with(2).stdout("").stderr(
        "certgrab: error: the format `lock` names a server, and none is known\n\
         certgrab: hint: name it with `--host HOST:PORT`\n",
    );
}

#[test]
fn a_named_server_is_written_with_the_certificates() {
    let host = ["--host", "broker.example:8883"];
    let header = certgrab().args(["convert", ROOT, "--emit", "c"]).args(host).succeeds().out();
    for line in [
        " * Server: `broker.example:8883`",
        " * Regenerate: `certgrab broker.example:8883 --roots FILE --emit c`",
        "static const char BROKER_EXAMPLE_ROOT_CA_HOST[] = \"broker.example\";",
        "static const uint16_t BROKER_EXAMPLE_ROOT_CA_PORT = 8883;",
    ] {
        assert!(header.lines().any(|one| one == line), "{line}: {header}");
    }
}

#[test]
fn a_lock_names_its_server_itself() {
    let folder = folder();
    let lock = folder.path().join("broker.pem");
    let file = format!("lock={}", lock.display());
    let host = ["--host", "broker.example:8883"];
    certgrab().args(["convert", ROOT, "--emit", &file]).args(host).succeeds();
    let header = certgrab().args(["convert"]).args([&lock]).args(["--emit", "c"]).succeeds().out();
    assert!(header.contains(" * Server: `broker.example:8883`\n"), "{header}");
    let other = ["--emit", "c", "--host", "other.example:8883"];
    certgrab().args(["convert"]).args([&lock]).args(other).fails_with(2).stdout("").stderr(
        &format!(
            "certgrab: error: {} is the lock of broker.example:8883; expected one of \
         other.example:8883\n\
         certgrab: hint: leave out `--host`: a lock names its server\n",
            lock.display()
        ),
    );
}

#[test]
fn a_leaf_an_expired_certificate_and_a_key_are_warnings() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let folder = folder();
    let file = folder.path().join("leaf.pem");
    let leaf = pem_of(&[pki.leaf_der().clone()]);
    fs::write(&file, &leaf).expect("a file");
    let printed =
        certgrab().args(["convert"]).args([&file]).args(["--emit", "sha256"]).succeeds().err();
    assert!(
        printed.contains("`plc.test` is a leaf certificate, issued by `Plant Root`"),
        "{printed}"
    );
    assert_eq!(printed.lines().count(), 1, "{printed}");

    let late = ["--emit", "sha256", "--at", "2036-01-01"];
    let printed = certgrab().args(["convert", ROOT]).args(late).succeeds().err();
    let expected = format!(
        "certgrab: warning: {ROOT}: `ISRG Root X1` expired on 2035-06-04; embed the server's \
         current anchor: `certgrab HOST:PORT --emit FORMAT`"
    );
    assert!(printed.lines().any(|line| line == expected), "{printed}");

    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";
    fs::write(&file, root() + key).expect("a file");
    let both = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).args(AT);
    both.succeeds().stdout(&root()).stderr(&format!(
        "certgrab: warning: {}: its private key is not written\n",
        file.display()
    ));
}

#[test]
fn a_file_with_a_damaged_certificate_is_not_converted() {
    let folder = folder();
    let file = folder.path().join("two.pem");
    let damaged = root().replacen("MIIF", "MI!F", 1);
    fs::write(&file, root() + &damaged).expect("a file");
    let said = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).fails_with(4);
    assert!(said.err().starts_with(&format!("certgrab: error: {}, line 3", file.display())));
    said.stdout("");
    fs::write(&file, "no certificate\n").expect("a file");
    let said = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).fails_with(4);
    said.stdout("").stderr(&format!("certgrab: error: {}: no certificate found\n", file.display()));
}

#[test]
fn errors_in_form_only_are_repaired() {
    let folder = folder();
    let sketch = folder.path().join("sketch.ino");
    let indented = root().replace('\n', "\n    ");
    fs::write(&sketch, format!("const char ca[] = R\"({indented})\";\n")).expect("a file");
    let run = certgrab().args(["convert"]).args([&sketch]).args(["--emit", "pem"]).args(AT);
    run.succeeds().stdout(&root()).stderr("");
}

#[test]
fn a_name_and_key_are_converted_if_their_certificate_is_known() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let folder = folder();
    let header = folder.path().join("anchors.h");
    let roots = pki.root_file();
    let emit = format!("bearssl={}", header.display());
    certgrab().args(["convert"]).args([&roots]).args(["--emit", &emit]).succeeds();
    let back = || certgrab().args(["convert"]).args([&header]).args(["--emit", "der"]);
    let said = back().fails_with(4).stdout("").err();
    let mut lines = said.lines();
    assert!(lines.next().is_some_and(|line| line.ends_with(
        ": a name and a key without its certificate, which Mozilla's store does not have"
    )));
    assert_eq!(lines.next(), Some("certgrab: hint: pass the certificate with `--roots FILE`"));
    assert_eq!(back().trusting(&roots).succeeds().bytes(), pki.root_der().as_ref());
}

#[test]
fn several_files_become_one_constant_without_duplicates() {
    let other = "tests/golden/isrg_root_x2.pem";
    let run = certgrab().args(["convert", ROOT, other, ROOT, "--emit", "pem"]).args(AT);
    let second = fs::read_to_string(other).expect("the other root");
    run.succeeds().stdout(&(root() + &second)).stderr("");
}

#[test]
fn pkcs12_is_read_with_the_usual_passwords_or_one_from_a_file() {
    if !real::program("openssl") {
        return;
    }
    let folder = folder();
    let write = |name: &str, password: &str, more: &[&str]| {
        let file = folder.path().join(name);
        let mut openssl = Command::new("openssl");
        openssl.args(["pkcs12", "-export", "-nokeys", "-in", ROOT, "-passout"]);
        openssl.arg(format!("pass:{password}")).args(more).arg("-out").arg(&file);
        assert!(openssl.status().expect("openssl").success(), "{name}");
        file
    };
    let triple_des = ["-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
    for (name, password, more) in [
        ("none.p12", "", &[][..]),
        ("java.p12", "changeit", &[]),
        ("old.p12", "", &triple_des),
        ("plain.p12", "", &["-certpbe", "NONE", "-nomac"]),
    ] {
        let file = write(name, password, more);
        let run = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).args(AT);
        run.succeeds().stdout(&root()).stderr("");
    }
    let file = write("own.p12", "p\u{e4}ssword", &[]);
    let run = || certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).args(AT);
    run().fails_with(4).stdout("").stderr(&format!(
        "certgrab: error: the password does not open {}\n\
         certgrab: hint: pass the file's password: `certgrab convert FILE --password-file FILE`\n",
        file.display()
    ));
    let password = folder.path().join("password");
    fs::write(&password, "p\u{e4}ssword\r\n").expect("a file");
    run().args(["--password-file"]).args([&password]).succeeds().stdout(&root());
}

#[test]
fn a_truncated_key_store_is_refused() {
    let folder = folder();
    for (format, name) in [("java", "ca.p12"), ("java-jks", "ca.jks")] {
        let file = folder.path().join(name);
        let emit = format!("{format}={}", file.display());
        certgrab().args(["convert", ROOT, "--emit", &emit]).succeeds();
        let whole = fs::read(&file).expect("a file");
        for length in [30, whole.len() / 2, whole.len() - 1] {
            fs::write(&file, &whole[..length]).expect("a file");
            let run = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]);
            run.fails_with(4).stdout("");
        }
    }
}

#[test]
fn options_that_need_a_server_are_refused_without_one() {
    certgrab().args(["--from", ROOT]).fails_with(2).stdout("").stderr(
        "certgrab: error: expected `--emit FORMAT`, found none\n\
         certgrab: hint: choose one with `--emit FORMAT`; `certgrab formats` lists them\n",
    );
    certgrab().args(["--from", ROOT, "--emit", "c", "--backup"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `--backup` needs a TARGET: without one, `--from` only converts\n\
         certgrab: hint: name the server, or leave out `--backup`\n",
    );
    certgrab().args(["convert", ROOT, "--emit", "json"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `--emit json` describes a server, and no server is contacted\n\
         certgrab: hint: name the server: `certgrab TARGET --emit json`\n",
    );
    let itself = format!("der={ROOT}");
    certgrab().args(["convert", ROOT, "--emit", &itself]).fails_with(2).stdout("");
}

#[test]
fn a_file_with_a_password_has_at_most_1_kib() {
    let folder = folder();
    let (store, password) = (folder.path().join("ca.p12"), folder.path().join("password"));
    let emit = format!("java={}", store.display());
    certgrab().args(["convert", ROOT, "--emit", &emit]).succeeds();
    let run = || {
        let run = certgrab().args(["convert"]).args([&store]).args(["--emit", "pem"]).args(AT);
        run.args(["--password-file"]).args([&password])
    };
    fs::write(&password, "x".repeat(1024)).expect("a file");
    run().succeeds().stdout(&root());
    fs::write(&password, "x".repeat(1025)).expect("a file");
    run().fails_with(4).stdout("");
}

#[test]
fn a_pkcs12_whose_password_is_hashed_more_than_a_million_times_is_refused() {
    if !real::program("openssl") {
        return;
    }
    let folder = folder();
    let file = folder.path().join("slow.p12");
    let mut openssl = Command::new("openssl");
    openssl.args(["pkcs12", "-export", "-nokeys", "-in", ROOT, "-passout", "pass:"]);
    openssl.args(["-certpbe", "NONE", "-iter", "1000001", "-out"]).arg(&file);
    assert!(openssl.status().expect("openssl").success());
    let run = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).args(AT);
    run.fails_with(4).stdout("").stderr(&format!(
        "certgrab: error: cannot read {}: its password is hashed more than a million times\n",
        file.display()
    ));
}

#[test]
fn a_skipped_device_certificate_is_named() {
    let pki = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let file = pki.file("all.pem");
    let key = fs::read_to_string(pki.key_file()).expect("a key");
    fs::write(&file, format!("{key}{}", pem_of(&pki.chain()))).expect("a file");
    let said = certgrab().args(["convert"]).args([&file]).args(["--emit", "pem"]).succeeds().err();
    let sentence = "all.pem: the device's own certificate is not written\n";
    assert!(said.contains(sentence), "{said}");
}

#[test]
fn other_files_than_certificates_get_a_hint() {
    let folder = folder();
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let run = |file: &str| {
        let run = certgrab().args(["convert", file, "--emit", "pem"]);
        run.in_folder(folder.path()).fails_with(4).stdout("").err()
    };
    fs::copy(pki.key_file(), folder.path().join("ca.key")).expect("a file");
    assert_eq!(
        run("ca.key"),
        "certgrab: error: ca.key: expected a certificate, found only a block labelled `PRIVATE KEY`\n\
         certgrab: hint: name the file with its certificate\n"
    );
    let block = "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n";
    fs::write(folder.path().join("plc.csr"), block).expect("a file");
    assert!(run("plc.csr").ends_with("the certificate that the CA issued for it\n"));
    for (server, named) in
        [("https://plc.test:8443/ca", "plc.test:8443"), ("plc.test:8883", "plc.test:8883")]
    {
        let hint = format!(
            "certgrab: hint: `convert` reads files; to query a server, run `certgrab {named}`\n"
        );
        assert!(run(server).ends_with(&hint), "{}", run(server));
    }
    assert!(!run("missing.pem").contains("hint"));
}
