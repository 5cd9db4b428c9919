//! The device's own certificate and key: when they expire, and where the key must not be written.

use std::{fs, path::Path, process::Command};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

use crate::support::{Pki, Server, grab, real, run};

/// A device certificate from 2020 to `end`, and its key, in `folder`.
fn device(folder: &Path, end: (i32, u8, u8)) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "device-1");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    (params.not_before, params.not_after) =
        (date_time_ymd(2020, 1, 1), date_time_ymd(end.0, end.1, end.2));
    let certificate = params.self_signed(&key).expect("a certificate");
    fs::write(folder.join("device.pem"), certificate.pem()).expect("a file");
    fs::write(folder.join("device.key"), key.serialize_pem()).expect("a file");
}

const SHOWN: [&str; 4] = ["--client-cert", "device.pem", "--client-key", "device.key"];

#[test]
fn every_command_reports_an_expiring_device_certificate() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let folder = pki.folder();
    let roots = pki.root_file();
    let text = format!(
        "[[target]]\nhost = \"plc.test:{}\"\nconnect = \"{}\"\nroots = \"root.pem\"\n\
         lock = \"plc.lock\"\nclient-cert = \"device.pem\"\nclient-key = \"device.key\"\n",
        server.port(),
        server.address(),
    );
    fs::write(folder.join("certgrab.toml"), text).expect("a manifest");
    let own = "the device's own certificate `device-1`";
    for (end, at, says, exit) in [
        ((2026, 1, 1), "2026-06-01", "expired on 2026-01-01: servers refuse it [expired]", 1),
        ((2026, 8, 1), "2026-06-01", "expires on 2026-08-01 [expires-soon]", 5),
        ((2026, 8, 1), "2019-06-01", "is not valid before 2020-01-01T00:00:00Z [not-yet-valid]", 1),
        ((2040, 1, 1), "2026-06-01", "", 0),
    ] {
        device(folder, end);
        let sentence = says.split(" [").next().unwrap_or_default();
        let warned = |err: &str| {
            let line = format!(
                "certgrab: warning: device.pem: {own} {sentence}; issue a new certificate for the device\n"
            );
            assert_eq!(err.contains(&line), !says.is_empty(), "{err}");
            assert_eq!(err.contains("the device's own"), !says.is_empty(), "{err}");
        };
        let grab = grab(&server).args(SHOWN).args(["--at", at]).trusting(&roots);
        warned(&grab.in_folder(folder).ends().err());
        let check = run(folder, &["check", "--offline", "--at", at]);
        if at.starts_with("2026") {
            run(folder, &["sync"]).ends();
            let outcome = check.ends();
            let out = outcome.out();
            assert_eq!(outcome.code(), exit, "{out}");
            assert_eq!(out.contains(&format!("{own} {says}\n")), !says.is_empty(), "{out}");
            assert_eq!(out.contains("device.pem:1: "), !says.is_empty(), "{out}");
        }
    }
    // `sync` uses today's date.
    device(folder, (2024, 1, 1));
    let err = run(folder, &["sync"]).succeeds().err();
    assert!(err.contains(&format!("warning: device.pem: {own} expired on 2024-01-01")), "{err}");
    // A project's own files are found by a check of its folder too.
    let out = run(folder, &["check", "--offline", "device.pem"]).fails_with(1).out();
    assert!(out.contains(&format!("{own} expired on 2024-01-01: servers refuse it")), "{out}");
}

/// Runs git in `folder` without the user's configuration.
fn git(folder: &Path, words: &[&str]) {
    let done = Command::new("git")
        .args(["-c", "user.name=x", "-c", "user.email=x@y.test", "-c", "init.defaultBranch=main"])
        .args(words)
        .current_dir(folder)
        .output()
        .expect("git");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_key_tracked_by_git_is_a_warning_with_a_command() {
    if !real::program("git") {
        return;
    }
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    device(pki.folder(), (2049, 1, 1));
    let roots = pki.root_file();
    for (version, place) in [("2", "src"), ("3", "a/b"), ("4", "src"), ("4", "my files")] {
        let repository = tempfile::tempdir().expect("a folder");
        let folder = repository.path().join(place);
        fs::create_dir_all(&folder).expect("a folder");
        git(repository.path(), &["init", "-q"]);
        git(repository.path(), &["config", "index.version", version]);
        for name in ["device_identity", "device_identity.hpp", "device_identity.c", "zz"] {
            fs::write(folder.join(name), "").expect("a file");
        }
        git(repository.path(), &["add", "."]);
        git(repository.path(), &["update-index", "--index-version", version]);
        let certificate = pki.file("device.pem").display().to_string();
        let key = pki.file("device.key").display().to_string();
        let identity = ["--client-cert", &certificate, "--client-key", &key];
        let header =
            folder.join("ca.h").strip_prefix(repository.path()).expect("within").to_owned();
        let emit = format!("c={}", header.display());
        let write = || {
            let run = grab(&server).args(identity).args(["--emit", &emit]).trusting(&roots);
            run.in_folder(repository.path()).succeeds().err()
        };
        let err = write();
        assert!(!err.contains("git tracks"), "{version}: {err}");
        // It was committed despite the list, or before the list existed.
        git(repository.path(), &["add", "--force", "--intent-to-add", "."]);
        let own = header.with_file_name("device_identity.h");
        let word = if place.contains(' ') {
            format!("'{}'", own.display())
        } else {
            own.display().to_string()
        };
        let err = write();
        let warning = format!(
            "certgrab: warning: git tracks {}, so the next commit contains the private key; run \
             `git rm --cached {word}`\n",
            own.display()
        );
        assert!(err.ends_with(&warning), "{version}: {err}");
        let own = own.display().to_string();
        git(repository.path(), &["rm", "-q", "--cached", &own]);
        assert!(!write().contains("git tracks"), "{version}");
    }
}

#[cfg(unix)]
#[test]
fn a_dangling_link_out_of_its_folder_is_not_followed() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let folder = pki.file("project");
    fs::create_dir(&folder).expect("a folder");
    let outside = pki.file("profile");
    for (target, to) in [("../profile", "pem=ca.pem"), ("link2", "pem=ca.pem")] {
        std::os::unix::fs::symlink(target, folder.join("ca.pem")).expect("a link");
        std::os::unix::fs::symlink("../profile", folder.join("link2")).expect("a link");
        let run = grab(&server).args(["--emit", to]).trusting(pki.root_file());
        let err = run.in_folder(&folder).fails_with(4).err();
        let expected = format!(
            "certgrab: error: ca.pem is a symbolic link to {}, which does not exist\n\
             certgrab: hint: remove the link, or name that file itself\n",
            outside.canonicalize().unwrap_or(outside.clone()).display()
        );
        assert!(err.ends_with(&expected), "{err}");
        assert!(!outside.exists());
        fs::remove_file(folder.join("ca.pem")).expect("a link");
        fs::remove_file(folder.join("link2")).expect("a link");
    }
    // An existing file belongs to its creator.
    std::os::unix::fs::symlink("../profile", folder.join("ca.pem")).expect("a link");
    fs::write(&outside, "").expect("a file");
    let run = grab(&server).args(["--emit", "pem=ca.pem"]).trusting(pki.root_file());
    run.in_folder(&folder).succeeds();
    assert!(fs::read_to_string(&outside).expect("a file").starts_with("-----BEGIN"));
}
