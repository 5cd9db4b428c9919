//! `from` in a manifest: a target whose certificates are those of files, and no server's answer.

use std::{fs, net::SocketAddr, path::Path};

use crate::support::{Pki, Server, certgrab, run::Run};

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

fn run(folder: &Path, words: &[&str]) -> Run {
    certgrab().args(words).in_folder(folder)
}

#[test]
fn a_target_made_from_a_file_asks_no_server_to_write_and_one_to_check() {
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

    // Both roots of two files, as devices hold them while the CA changes.
    let next = Pki::root("Next Root").leaf("plc.test");
    fs::copy(next.root_file(), pki.file("next.pem")).expect("a file");
    manifest(pki.folder(), (&server, server.address()), "[\"old.ino\", \"next.pem\"]", "");
    let err = run(pki.folder(), &["sync", "--locked"]).ends().err();
    assert!(err.contains("the lock has other options than the manifest"), "{err}");
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
fn a_source_that_cannot_be_converted_leaves_all_files_as_they_were() {
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
fn keys_that_choose_an_anchor_have_no_meaning_beside_from() {
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
        let wanted =
            format!("certgrab: error: certgrab.toml:7: `{key}` cannot be combined with `from`\n");
        run(pki.folder(), &["sync"]).fails_with(2).stdout("").stderr(&wanted);
    }
    // A switch that is off says nothing.
    fs::copy(pki.root_file(), pki.file("ca.crt")).expect("a file");
    let off = "backup = false\nfollow = false\n";
    manifest(pki.folder(), (&server, server.address()), "\"ca.crt\"", off);
    run(pki.folder(), &["sync"]).succeeds();
    manifest(pki.folder(), (&server, server.address()), "[]", "");
    let wanted = "certgrab: error: certgrab.toml:4: `from` expects at least one file\n";
    run(pki.folder(), &["sync"]).fails_with(2).stdout("").stderr(wanted);
    manifest(pki.folder(), (&server, server.address()), "\"ca.h\"", "");
    let err = run(pki.folder(), &["sync"]).fails_with(2).err();
    assert!(err.contains("would be written over ca.h, which is read"), "{err}");
}
