//! A file that states that it is a lock, or that a manifest names as a lock, is read as one by `check FILE`,
//! `check FOLDER`, `check` and `sync --locked`.

use std::fs;

use crate::{
    locks::{LOCK, of_file, synced},
    support::{Pki, Server, pki::pem_of, run},
};

/// Unreadable locks, made from the valid `lock`, each with a part of its message.
fn unreadable(lock: &str, foreign: &str) -> Vec<(String, &'static str)> {
    let with = |from: &str, to: &str| {
        assert!(lock.contains(from), "{from}: {lock}");
        lock.replacen(from, to, 1)
    };
    let line = |fact: &str| lock.lines().find(|line| line.starts_with(fact)).expect("the fact");
    let merge = "this line marks a merge conflict";
    vec![
        (
            with("certgrab lock 1", "certgrab lock 2"),
            "expected a lock of version 1, found version `2`",
        ),
        (
            with("certgrab lock 1", "certgrab lock 01"),
            "expected a lock of version 1, found version `01`",
        ),
        (format!("<<<<<<< HEAD\n{lock}=======\n{lock}>>>>>>> other\n"), merge),
        (with("Role:", "=======\nRole:"), merge),
        (with("MII", ">>>>>>> other\nMII"), merge),
        (with(line("Subject:"), "Subject: CN=ISRG Root X1"), "`Subject:` does not match"),
        (
            with(line("SHA-256:"), &format!("SHA-256: {}", "ab".repeat(32))),
            "`SHA-256:` does not match",
        ),
        (
            with(line("Validity:"), "Validity: from 2000-01-01T00:00:00Z to 2099-01-01T00:00:00Z"),
            "`Validity:` does not match",
        ),
        (with("Options: ", "Options: coding:utf_7 "), "`Options:` expects options"),
        (with(&format!("{}\n", line("Key possession:")), ""), "`Key possession:` is missing"),
        (format!("{lock}{foreign}"), "`Subject:` is missing"),
        (format!("{lock}hello\n"), "found other text"),
        (format!("\u{feff}\n# a comment\n{}", with("lock 1:", "lock 3:")), "found version `3`"),
        (
            lock.lines().next().unwrap().to_owned(),
            "expected at least one PEM certificate, found none",
        ),
    ]
}

#[test]
fn an_edited_line_of_options_is_refused_with_the_command_that_restores_it() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let sound = fs::read_to_string(pki.file(LOCK)).unwrap();
    fs::write(pki.file(LOCK), sound.replace("Options: ", "Options: --verbose ")).unwrap();
    let expected = format!(
        "certgrab: error: {LOCK}: line 7: `Options:` expects options that certgrab writes there, such as \
         `--backup`\n\
         certgrab: hint: regenerate the lock with `certgrab sync`, or with `certgrab TARGET --emit \
         lock=FILE`\n"
    );
    run(pki.folder(), &["sync", "--locked"]).fails_with(4).stderr(&expected);
    run(pki.folder(), &["sync"]).succeeds();
    assert_eq!(fs::read_to_string(pki.file(LOCK)).unwrap(), sound);
}

#[test]
fn an_unreadable_lock_is_an_error_of_every_check() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let lock = fs::read_to_string(pki.file(LOCK)).unwrap();
    let foreign = pem_of(std::slice::from_ref(other.root_der()));
    let manifest = fs::read(pki.file("certgrab.toml")).unwrap();
    for (text, why) in unreadable(&lock, &foreign) {
        fs::write(pki.file(LOCK), &text).unwrap();
        fs::write(pki.file("certgrab.toml"), &manifest).unwrap();
        let locked = run(pki.folder(), &["sync", "--locked", "--quiet"]).fails_with(4).err();
        assert!(locked.contains(why) && locked.contains("hint: "), "{why}: {locked}");
        for has_manifest in [true, false] {
            if !has_manifest {
                fs::remove_file(pki.file("certgrab.toml")).unwrap();
            }
            for inputs in [&[LOCK][..], &["."], &[LOCK, "ca.h"], &["ca.h", LOCK]] {
                let words = ["check", "--offline", "--quiet"];
                let report = run(pki.folder(), &words).args(inputs).fails_with(1).out();
                let codes = of_file(&report, LOCK);
                assert!(codes.contains(&"error lock-unreadable".to_owned()), "{inputs:?} {report}");
                let said = format!("this lock cannot be read: {why}");
                let is_said = report.contains("this lock cannot be read: ") && report.contains(why);
                assert!(is_said, "{said}: {report}");
            }
        }
    }
}

#[test]
fn a_plain_file_as_a_lock_is_checked_against_the_manifest() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let lock = fs::read_to_string(pki.file(LOCK)).unwrap();
    let sound = pem_of(std::slice::from_ref(pki.root_der()));
    let foreign = pem_of(std::slice::from_ref(other.root_der()));
    let headless: String = lock.lines().skip(2).map(|line| format!("{line}\n")).collect();
    for (text, expected) in [
        (foreign.clone(), "error untrusted-root"),
        (format!("{sound}{foreign}"), "error lock-differs"),
        (format!("Host: other.test\nPort: 8883\n{sound}"), "error lock-differs"),
        (format!("<<<<<<< HEAD\n{sound}>>>>>>> other\n{sound}"), "error lock-unreadable"),
        (headless, "error lock-unreadable"),
        (String::new(), "error lock-unreadable"),
        ("nothing of note\n".to_owned(), "error lock-unreadable"),
        (sound, ""),
    ] {
        fs::write(pki.file(LOCK), &text).unwrap();
        let locked = run(pki.folder(), &["sync", "--locked", "--quiet"]).ends();
        assert_eq!(locked.code() == 0, expected.is_empty(), "{text}: {}", locked.err());
        for inputs in [&[LOCK][..], &["."]] {
            let words = ["check", "--offline", "--quiet"];
            let report = run(pki.folder(), &words).args(inputs).ends().out();
            let errors: Vec<_> = of_file(&report, LOCK);
            let has_errors = errors.iter().any(|one| one.starts_with("error"));
            assert_eq!(has_errors, !expected.is_empty(), "{text}: {report}");
            let is_found = expected.is_empty() || errors.iter().any(|one| one == expected);
            assert!(is_found, "{expected}: {report}");
        }
    }
}

#[test]
fn a_text_about_locks_is_not_a_lock() {
    let folder = tempfile::TempDir::new().unwrap();
    for heading in ["# certgrab lock files", "# certgrab lock 1 explained", "# certgrab lock: how"]
    {
        let text = format!("{heading}\n\nA lock is a PEM file.\n");
        fs::write(folder.path().join("README.md"), text).unwrap();
        let report = run(folder.path(), &["check", "--quiet", "README.md"]).ends().out();
        assert!(!report.contains("lock-unreadable"), "{report}");
        let report = run(folder.path(), &["check", "--quiet", "."]).ends().out();
        assert!(!report.contains("lock-unreadable"), "{report}");
    }
}
