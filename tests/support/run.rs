//! Runs of the command: its whole standard output, standard error and exit code are compared.

use std::{
    ffi::OsStr,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use super::Server;

/// A run of the command with `arguments`.
pub(crate) struct Run {
    command: Command,
    input: Vec<u8>,
}

/// The result of a run.
pub(crate) struct Outcome {
    output: Output,
}

/// The command without arguments.
pub(crate) fn certgrab() -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_certgrab"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    // Lines are drawn in UTF-8, and texts are English.
    for name in ["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANG", "TERM"] {
        command.env_remove(name);
    }
    for name in ["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    Run { command, input: Vec::new() }
}

/// The command with `arguments` in `folder`.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Run {
    certgrab().args(arguments).in_folder(folder)
}

/// The command with `server` as its target, by the name that its certificate is for.
pub(crate) fn grab(server: &Server) -> Run {
    let port = server.port();
    certgrab()
        .args([format!("{}:{port}", server.name())])
        .args(["--connect".to_owned(), server.address().to_string()])
}

impl Run {
    pub(crate) fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Trusts the roots in a file or a folder.
    pub(crate) fn trusting(self, roots: impl AsRef<OsStr>) -> Self {
        self.args([OsStr::new("--roots"), roots.as_ref()])
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in `folder`.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Standard input of the command.
    pub(crate) fn reading(mut self, input: impl AsRef<[u8]>) -> Self {
        self.input = input.as_ref().to_vec();
        self
    }

    /// Runs it and expects exit code 0.
    #[track_caller]
    pub(crate) fn succeeds(self) -> Outcome {
        self.ends_with(0)
    }

    /// Runs it and expects the exit code `code`, which is not 0.
    #[track_caller]
    pub(crate) fn fails_with(self, code: i32) -> Outcome {
        assert_ne!(code, 0, "that would be no failure");
        self.ends_with(code)
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Outcome {
        let outcome = self.ends();
        assert_eq!(
            outcome.output.status.code(),
            Some(code),
            "exit code; standard output:\n{}\nstandard error:\n{}",
            outcome.out(),
            outcome.err()
        );
        outcome
    }

    /// Runs it and accepts any exit code.
    pub(crate) fn ends(mut self) -> Outcome {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut input = child.stdin.take().expect("standard input");
        let data = self.input;
        // A command that does not read its input may close it.
        let writer = std::thread::spawn(move || input.write_all(&data));
        let output = child.wait_with_output().expect("the command ends");
        let _ = writer.join();
        Outcome { output }
    }
}

impl Outcome {
    /// Expects exactly this standard output.
    #[track_caller]
    pub(crate) fn stdout(self, expected: &str) -> Self {
        assert_eq!(self.out(), expected, "standard output");
        self
    }

    /// Expects exactly this standard error.
    #[track_caller]
    pub(crate) fn stderr(self, expected: &str) -> Self {
        assert_eq!(self.err(), expected, "standard error");
        self
    }

    /// The exit code.
    pub(crate) fn code(&self) -> i32 {
        self.output.status.code().expect("it ends by itself")
    }

    /// Standard output as text.
    pub(crate) fn out(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("standard output is UTF-8")
    }

    /// Standard output as bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.output.stdout
    }

    /// Standard error without the hint that names formats whose TLS stack connects: the reason of a refusal
    /// does not depend on other stacks.
    pub(crate) fn reason(&self) -> String {
        let hint =
            "certgrab: hint: choose a format in `--emit` whose TLS stack connects, such as `";
        self.err().split_inclusive('\n').filter(|line| !line.starts_with(hint)).collect()
    }

    /// Standard error as text.
    pub(crate) fn err(&self) -> String {
        String::from_utf8(self.output.stderr.clone()).expect("standard error is UTF-8")
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.output.stdout).expect("one JSON document")
    }
}
