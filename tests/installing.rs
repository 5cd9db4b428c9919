//! Files that are installed with the command.

use std::{io::Write as _, process::Command, process::Stdio};

use crate::support::{certgrab, real};

/// Runs a program with `input`; whether it succeeds, and its output.
fn fed(program: &str, arguments: &[&str], input: &str) -> (bool, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let both = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&both).into_owned())
}

#[test]
fn every_shell_reads_its_completions() {
    for (shell, arguments) in [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["-n"])] {
        let script = certgrab().args(["completions", shell]).succeeds().stderr("").out();
        assert!(script.contains("emit") && script.contains("sync"), "{shell}");
        if shell == "bash" && real::program(shell) {
            assert_eq!(fed(shell, &arguments, &script), (true, String::new()), "{shell}");
        }
    }
}

#[test]
fn the_man_page_has_every_command() {
    let page = certgrab().args(["man"]).succeeds().stderr("").out();
    assert!(page.contains(".TH certgrab 1"), "{page}");
    for command in ["CHECK", "SYNC", "INTEGRATE", "DEMO"] {
        assert!(page.contains(&format!(".SH \"COMMAND {command}\"\n")), "{command}");
    }
    if std::path::Path::new("/usr/bin/groff").exists() {
        let (formatted, printed) = fed("groff", &["-man", "-Tascii", "-ww", "-z"], &page);
        assert!(formatted && printed.is_empty(), "{printed}");
    }
}

#[test]
fn a_build_without_the_page_says_where_the_page_is() {
    certgrab().args(["page"]).fails_with(2).stdout("").stderr(
        "certgrab: error: this build of certgrab does not include the page\n\
         certgrab: hint: take `certgrab.html` from the release; from the source, `bash .ci/page` \
         builds it\n",
    );
}
