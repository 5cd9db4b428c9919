//! Files are written whole or not at all, and only when their content changes.

use std::{fs, path::Path, time::SystemTime};

use crate::support::{Pki, Server, certgrab, grab};

fn changed(path: &Path) -> SystemTime {
    fs::metadata(path).expect("the file").modified().expect("its time")
}

#[test]
fn an_unchanged_file_is_not_written_again() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let path = pki.file("root_ca.h");
    let run = || {
        grab(&server).args(["--emit", &format!("c={}", path.display())]).trusting(pki.root_file())
    };
    run().succeeds().stdout("").stderr(&format!("certgrab: wrote {}\n", path.display()));
    let before = changed(&path);
    run().succeeds().stdout("").stderr(&format!("certgrab: unchanged: {}\n", path.display()));
    assert_eq!(changed(&path), before);
    run().args(["-q"]).succeeds().stderr("");
}

#[test]
fn several_formats_go_to_several_files_in_one_run() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (pem, der) = (pki.file("out.pem"), pki.file("out.der"));
    grab(&server)
        .args(["--emit", &format!("pem={}", pem.display())])
        .args(["--emit", &format!("der={}", der.display())])
        .args(["--emit", "c"])
        .trusting(pki.root_file())
        .succeeds();
    assert_eq!(fs::read(&der).expect("a file"), pki.root_der().as_ref());
    assert!(fs::read_to_string(&pem).expect("a file").starts_with("-----BEGIN"));
}

#[test]
fn a_failed_run_changes_no_file() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let path = pki.file("root_ca.h");
    let old = "\n \n";
    fs::write(&path, old).expect("a file");
    grab(&server).args(["--emit", &format!("c={}", path.display())]).fails_with(1);
    assert_eq!(fs::read_to_string(&path).expect("a file"), old);
    let names: Vec<_> = fs::read_dir(pki.folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .filter(|name| name.to_string_lossy().starts_with(".certgrab"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn if_one_file_cannot_be_written_none_is() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (good, bad) = (pki.file("good.h"), pki.file("missing/bad.rs"));
    grab(&server)
        .args(["--emit", &format!("c={}", good.display())])
        .args(["--emit", &format!("rust={}", bad.display())])
        .trusting(pki.root_file())
        .fails_with(4)
        .stderr(&format!(
            "certgrab: error: cannot write {}: No such file or directory (os error 2)\n",
            bad.display()
        ));
    assert!(!good.exists());
    grab(&server)
        .args(["--emit", "c=same.h", "--emit", "rust=same.h"])
        .fails_with(2)
        .stderr("certgrab: error: two `--emit` write the same file\n");
    let other_name = format!("rust={}/./good.h", pki.folder().display());
    grab(&server)
        .args(["--emit", &format!("c={}", good.display()), "--emit", &other_name])
        .fails_with(2)
        .stderr("certgrab: error: two `--emit` write the same file\n");
}

#[test]
fn an_input_is_never_overwritten() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    let before = fs::read(&roots).unwrap();
    let inside = pki.folder().join("new.pem");
    for (read, output) in [(&*roots, &*roots), (pki.folder(), &*inside)] {
        let run = grab(&server).args([Path::new("--roots"), read]);
        let emit = format!("c={}", output.display());
        run.args(["--emit", &emit]).fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: {} is also an input ({})\n\
             certgrab: hint: write the result to another file\n",
            output.display(),
            read.display()
        ));
    }
    assert_eq!(fs::read(&roots).unwrap(), before);
    assert!(!inside.exists());
}

#[test]
fn a_dash_as_a_path_is_standard_output() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let run = grab(&server).args(["--emit", "pem=-"]).trusting(pki.root_file());
    assert_eq!(run.succeeds().out(), fs::read_to_string(pki.root_file()).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_error_and_a_closed_standard_output_change_no_exit_code() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let chain = pki.chain_file();
    let run = |shell: &str| {
        std::process::Command::new("sh")
            .args(["-c", shell])
            .env("CERTGRAB", env!("CARGO_BIN_EXE_certgrab"))
            .env("CHAIN", &chain)
            .output()
            .expect("a shell")
    };
    let full = run("\"$CERTGRAB\" plc.test --from \"$CHAIN\" --emit pem 2>/dev/full");
    assert_eq!(full.status.code(), Some(1));
    // The pipe is closed before the command begins to write.
    let closed = "{ sleep 0.2; \"$CERTGRAB\" plc.test --from \"$CHAIN\"; echo $? >&2; } | true";
    let text = String::from_utf8_lossy(&run(closed).stderr).into_owned();
    assert!(text.ends_with("\n1\n"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_leads_to_the_new_file() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (path, link) = (pki.file("later.pem"), pki.file("dangling.pem"));
    std::os::unix::fs::symlink("later.pem", &link).expect("a link");
    grab(&server)
        .args(["--emit", &format!("pem={}", link.display())])
        .trusting(pki.root_file())
        .succeeds();
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert!(path.is_file());

    // A link out of its folder leads to a file that was not given.
    let outside = tempfile::TempDir::new().unwrap();
    let (path, link) = (outside.path().join("later.pem"), pki.file("out.pem"));
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let roots = pki.root_file();
    let check = ["check", "--offline", roots.to_str().unwrap(), "--report", "junit=out.pem"];
    let grab = ["plc.test", "--connect", &server.address().to_string(), "--roots", "root.pem"];
    for words in [&[&grab[..], &["--emit", "pem=out.pem"]].concat()[..], &check] {
        let printed = crate::support::certgrab().args(words).in_folder(pki.folder()).fails_with(4);
        let expected = format!(
            "certgrab: error: out.pem is a symbolic link to {}, which does not exist\n\
             certgrab: hint: remove the link, or name that file itself\n",
            fs::canonicalize(outside.path()).unwrap().join("later.pem").display()
        );
        assert!(printed.err().ends_with(&expected), "{}", printed.err());
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_file_modes_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (path, link) = (pki.file("real.pem"), pki.file("link.pem"));
    let old = Pki::root("Old Root").leaf("plc.test");
    fs::copy(old.root_file(), &path).expect("a file");
    let before = fs::read_to_string(&path).expect("the file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    symlink(&path, &link).expect("a link");
    grab(&server)
        .args(["--emit", &format!("pem={}", link.display())])
        .trusting(pki.root_file())
        .succeeds();
    assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
    assert_ne!(fs::read_to_string(&path).expect("the file"), before);
    assert_eq!(fs::metadata(&path).expect("the file").permissions().mode() & 0o777, 0o600);
}

#[test]
fn special_files_are_never_replaced() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server).args(["--emit", "pem=/dev/full"]).trusting(pki.root_file()).fails_with(4).stderr(
        "certgrab: error: cannot write /dev/full: expected a regular file, found a device\n\
             certgrab: hint: leave out `=PATH` to write to standard output\n",
    );
    let folder = pki.file("missing/out.pem");
    grab(&server)
        .args(["--emit", &format!("pem={}", folder.display())])
        .trusting(pki.root_file())
        .fails_with(4);
}

#[test]
fn contradicting_options_are_refused_before_any_connection() {
    let refused = |arguments: &[&str], expected: &str| {
        let outcome = certgrab().args(arguments).fails_with(2).stdout("");
        assert!(outcome.err().starts_with(expected), "{arguments:?}: {}", outcome.err());
    };
    refused(
        &["a.test", "--emit", "pem", "--emit", "c"],
        "certgrab: error: only one result can go to standard output\n",
    );
    refused(
        &["a.test", "--emit", "pem", "--json"],
        "certgrab: error: only one result can go to standard output\n",
    );
    refused(
        &["a.test", "b.test", "--emit", "pem"],
        "certgrab: error: `--emit` accepts only one target\n",
    );
    refused(&["a.test", "--sni", "b.test", "--no-sni"], "certgrab: error: the argument");
    for timeout in ["0", "0.5", "10s"] {
        let expected = "for '--timeout <SECS>': expected whole seconds from 1 to 65535";
        let message = format!("certgrab: error: invalid value '{timeout}' {expected}");
        refused(&["a.test", "--timeout", timeout], &message);
    }
    let expected = "for '--connect <HOST:PORT>': expected HOST:PORT, found no port";
    let message = format!("certgrab: error: invalid value '127.0.0.1' {expected}");
    refused(&["a.test:8883", "--connect", "127.0.0.1"], &message);
    refused(&["a.test", "--name", "1x"], "certgrab: error: invalid value");
}

#[test]
fn options_without_effect_are_refused() {
    let naming = |option: &str| {
        format!(
            "`{option}` has no effect: no selected format contains a constant name\n\
             certgrab: hint: choose one with `--emit FORMAT`, such as `c` or `rust`, or leave out \
             `{option}`"
        )
    };
    let fetching = "`--aia-allow` cannot be combined with `--no-aia`\n\
                    certgrab: hint: leave out one of them";
    let what = "`--what` has no effect: `--hosts` writes no certificates without `--emit`\n\
                certgrab: hint: leave out `--what`";
    for (words, expected) in [
        (&["plc.test", "--name", "CA"][..], naming("--name")),
        (&["plc.test", "--style", "lower"], naming("--style")),
        (&["plc.test", "--name-from", "organisation"], naming("--name-from")),
        (&["plc.test", "--name", "CA", "--emit", "json"], naming("--name")),
        (&["plc.test", "--name", "CA", "--emit", "pem"], naming("--name")),
        (&["plc.test", "--name", "CA", "--compare", "other.test"], naming("--name")),
        (&["--hosts", "-", "--name", "CA"], naming("--name")),
        (&["--hosts", "-", "--what", "chain"], what.to_owned()),
        (&["plc.test", "--no-aia", "--aia-allow", "127.0.0.1"], fetching.to_owned()),
    ] {
        let run = certgrab().args(words).fails_with(2).stdout("");
        run.stderr(&format!("certgrab: error: {expected}\n"));
    }
}
