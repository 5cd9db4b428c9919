//! `from` in a manifest: a target whose certificates come from files instead of a server.

use std::{fs, net::SocketAddr, path::Path};

use crate::support::{Pki, Server, certgrab, pki::pem_of, real, run};

/// A manifest for `server` with the certificates of `from`.
fn manifest(folder: &Path, (server, place): (&Server, SocketAddr), from: &str, more: &str) {
    let text = format!(
        "[[target]]\nhost = \"{}:{}\"\nconnect = \"{}\"\nfrom = {from}\nlock = \"ca.lock\"\n\
         emit = {{ c = \"ca.h\" }}\n{more}",
        server.name(),
        server.port(),
        place
    );
    fs::write(folder.join("certgrab.toml"), text).expect("a manifest");
}

#[test]
fn a_from_target_is_written_offline_and_checked_online() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    // Any form that `convert` reads: here a sketch.
    let convert = |form: &str, file: &str| {
        let to = format!("{form}={}", pki.file(file).display());
        certgrab().args(["convert"]).args([pki.root_file()]).args(["--emit", &to]).succeeds();
    };
    convert("arduino", "old.ino");
    manifest(pki.folder(), (&server, server.address()), "\"old.ino\"", "");
    run(pki.folder(), &["sync"])
        .succeeds()
        .stderr("certgrab: wrote ca.lock\ncertgrab: wrote ca.h\n");
    let lock = fs::read_to_string(pki.file("ca.lock")).expect("a lock");
    for line in ["Host: plc.test", "Options: --roots FILE --hold", "Source: old.ino"] {
        let is_there = lock.lines().any(|one| one.starts_with(line));
        assert!(is_there, "{line}: {lock}");
    }
    run(pki.folder(), &["sync", "--locked"]).succeeds();
    run(pki.folder(), &["check", "--offline"]).succeeds().stdout("");
    run(pki.folder(), &["check"]).succeeds().stdout("");

    // Both roots of two files, as devices have them while the CA changes.
    let next = Pki::root("Next Root").leaf("plc.test");
    fs::copy(next.root_file(), pki.file("next.pem")).expect("a file");
    manifest(pki.folder(), (&server, server.address()), "[\"old.ino\", \"next.pem\"]", "");
    let err = run(pki.folder(), &["sync", "--locked"]).ends().err();
    assert!(err.contains("the lock was written with other keys than the manifest has"), "{err}");
    run(pki.folder(), &["sync"]).succeeds();
    run(pki.folder(), &["check"]).succeeds();
    let header = fs::read_to_string(pki.file("ca.h")).expect("a header");
    assert!(header.contains("CN=Plant Root") && header.contains("CN=Next Root"), "{header}");

    // A file that no longer has the certificate.
    fs::copy(next.root_file(), pki.file("old.ino")).expect("a file");
    let outcome = run(pki.folder(), &["check", "--offline"]).fails_with(1);
    assert!(outcome.out().contains("untrusted-root"), "{}", outcome.out());
    run(pki.folder(), &["sync", "--locked"]).fails_with(1);
}

#[test]
fn an_unconvertible_source_leaves_all_files() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    fs::copy(pki.root_file(), pki.file("ca.crt")).expect("a file");
    manifest(pki.folder(), (&server, server.address()), "\"ca.crt\"", "");
    run(pki.folder(), &["sync"]).succeeds();
    let lock = fs::read(pki.file("ca.lock")).expect("a lock");
    let whole = fs::read_to_string(pki.file("ca.crt")).expect("a file");
    for (content, why) in [
        (whole[..whole.len() / 2].to_owned(), "ca.crt"),
        (String::new(), "ca.crt"),
        ("no certificate\n".to_owned(), "ca.crt"),
    ] {
        fs::write(pki.file("ca.crt"), content).expect("a file");
        let err = run(pki.folder(), &["sync"]).fails_with(4).err();
        assert!(err.contains(why), "{err}");
        assert_eq!(fs::read(pki.file("ca.lock")).expect("a lock"), lock);
    }
    fs::remove_file(pki.file("ca.crt")).expect("a file");
    run(pki.folder(), &["sync"]).fails_with(4);
    run(pki.folder(), &["check", "--offline"]).fails_with(4);
}

#[test]
fn keys_that_choose_an_anchor_conflict_with_from() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    for (more, key) in [
        ("roots = \"mozilla\"\n", "roots"),
        ("hold = \"ca.crt\"\n", "hold"),
        ("lifetime = \"5y\"\n", "lifetime"),
        ("what = \"leaf\"\n", "what"),
        ("siblings = true\n", "siblings"),
    ] {
        manifest(pki.folder(), (&server, server.address()), "\"ca.crt\"", more);
        let expected =
            format!("certgrab: error: certgrab.toml:7: `{key}` cannot be combined with `from`\n");
        run(pki.folder(), &["sync"]).fails_with(2).stdout("").stderr(&expected);
    }
    // A switch that is off has no effect.
    fs::copy(pki.root_file(), pki.file("ca.crt")).expect("a file");
    let off = "backup = false\nfollow = false\n";
    manifest(pki.folder(), (&server, server.address()), "\"ca.crt\"", off);
    run(pki.folder(), &["sync"]).succeeds();
    manifest(pki.folder(), (&server, server.address()), "[]", "");
    let expected = "certgrab: error: certgrab.toml:4: `from` expects at least one file\n";
    run(pki.folder(), &["sync"]).fails_with(2).stdout("").stderr(expected);
    manifest(pki.folder(), (&server, server.address()), "\"ca.h\"", "");
    let err = run(pki.folder(), &["sync"]).fails_with(2).err();
    assert!(err.contains("would be written over ca.h, which is read"), "{err}");
}

#[test]
fn a_leaf_in_from_is_a_warning_without_advice_to_sync() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    fs::write(pki.file("leaf.pem"), pem_of(std::slice::from_ref(pki.leaf_der()))).expect("a file");
    let place = (&server, server.address());
    manifest(pki.folder(), place, "\"leaf.pem\"", "");
    let advice =
        "embed the root: name its file in `from` in the manifest, then run `certgrab sync`";
    let is_leaf = "`plc.test` is a leaf certificate, issued by `Plant Root`";
    for sync in [&["sync"][..], &["sync", "--locked"]] {
        let err = run(pki.folder(), sync).succeeds().err();
        let warnings: Vec<_> = err.lines().filter(|line| line.contains("warning")).collect();
        assert_eq!(warnings.len(), 1, "{err}");
        assert!(warnings[0].contains(is_leaf) && warnings[0].ends_with(advice), "{err}");
    }
    for check in [&["check", "--offline"][..], &["check"]] {
        let out = run(pki.folder(), check).fails_with(1).out();
        assert!(out.contains(is_leaf) && out.contains(&format!("    {advice}\n")), "{out}");
        assert!(!out.contains("lock-differs") && !out.contains("    run `certgrab sync`"), "{out}");
        assert!(!out.contains("`certgrab sync`\n    "), "{out}");
    }
    // Following the advice resolves it. A root after a leaf is an anchor too.
    fs::copy(pki.root_file(), pki.file("ca.pem")).expect("a file");
    for from in ["\"ca.pem\"", "[\"leaf.pem\", \"ca.pem\"]"] {
        manifest(pki.folder(), place, from, "");
        run(pki.folder(), &["sync"]).succeeds();
        let out = run(pki.folder(), &["check"]).ends().out();
        assert!(!out.contains("lock-differs"), "{out}");
    }
}

#[test]
fn actions_for_a_from_target_name_its_keys() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let place = (&server, server.address());
    fs::copy(other.root_file(), pki.file("ca.crt")).expect("a file");
    manifest(pki.folder(), place, "\"ca.crt\"", "");
    run(pki.folder(), &["sync"]).succeeds();
    // The server's chain does not end in it: a certificate of another file is needed.
    let out = run(pki.folder(), &["check"]).fails_with(1).out();
    let advice = "get the CA certificate `Plant Root` from the server's operator, then name its \
                  file in `from` in the manifest, then run `certgrab sync`\n";
    assert!(out.contains("verify-failed") && out.contains(advice), "{out}");
    assert!(!out.contains("--roots") && !out.contains("`roots`"), "{out}");
    // A file has no proof of possession.
    let err = run(pki.folder(), &["sync", "--locked"]).succeeds().err();
    assert!(!err.contains("possession") && !err.contains("warning"), "{err}");
    // A certificate that was removed from the files, a new one, and a new file.
    fs::copy(pki.root_file(), pki.file("ca.crt")).expect("a file");
    let out = run(pki.folder(), &["check", "--offline"]).fails_with(1).out();
    let right = "run `certgrab sync`; if the certificate is right, add its file to `from` in the \
                 manifest\n";
    assert!(out.contains(right) && !out.contains("`roots`"), "{out}");
    let come = "the files of `from` contain `Plant Root`, but the lock does not";
    assert!(out.contains(come), "{out}");
    fs::copy(other.root_file(), pki.file("more.crt")).expect("a file");
    manifest(pki.folder(), place, "[\"ca.crt\", \"more.crt\"]", "");
    let err = run(pki.folder(), &["sync", "--locked"]).ends().err();
    let keys = "expected `from` with 2 files, found `from` with 1 file";
    assert!(err.contains(keys) && err.contains(come) && !err.contains("--roots"), "{err}");
    run(pki.folder(), &["sync"]).succeeds();
    run(pki.folder(), &["check"]).succeeds();
}

#[test]
fn a_from_file_with_a_password_has_a_hint_for_sync() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), (&server, server.address()), "\"pins.txt\"", "");
    let convert = certgrab().args(["convert"]).args([pki.root_file()]);
    let pins = convert.args(["--emit", "spki-pin"]).succeeds().out();
    fs::write(pki.file("pins.txt"), pins).expect("a file");
    let err = run(pki.folder(), &["sync"]).fails_with(4).err();
    let hint = "certgrab: hint: name a file with the certificate itself in `from`\n";
    assert!(err.ends_with(hint), "{err}");
    if !real::program("openssl") {
        return;
    }
    let exported = std::process::Command::new("openssl")
        .args(["pkcs12", "-export", "-nokeys", "-passout", "pass:secret", "-out", "ca.p12", "-in"])
        .arg(pki.root_file())
        .current_dir(pki.folder())
        .status();
    assert!(exported.expect("openssl").success());
    manifest(pki.folder(), (&server, server.address()), "\"ca.p12\"", "");
    let err = run(pki.folder(), &["sync"]).fails_with(4).err();
    let hint = "certgrab: hint: convert it with `certgrab convert FILE --password-file FILE --emit \
                pem=ca.pem`, and name that file in `from`\n";
    assert!(err.ends_with(hint), "{err}");
    fs::write(pki.file("password"), "secret\n").expect("a file");
    let words = ["convert", "ca.p12", "--password-file", "password", "--emit", "pem=ca.pem"];
    run(pki.folder(), &words).succeeds();
    manifest(pki.folder(), (&server, server.address()), "\"ca.pem\"", "");
    run(pki.folder(), &["sync"]).succeeds();
}
