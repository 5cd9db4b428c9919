//! The command `certgrab lab` and a device that connects to it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the tests wait for a round that does not end.
const LONGEST: Duration = Duration::from_secs(600);

/// A running lab.
pub(crate) struct Lab {
    folder: TempDir,
    process: Child,
    port: u16,
    said: BufReader<std::process::ChildStderr>,
    before: String,
}

/// The output of a round.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Lab {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let wait: &[&str] = if arguments.contains(&"--wait") { &[] } else { &["--wait", "10"] };
        let all = [&["lab", "--listen", "127.0.0.1:0"], wait, arguments].concat();
        Self::with(&all).unwrap_or_else(|before| panic!("the lab listens: {before}"))
    }

    /// The command with only these arguments; its output if it ends before it listens.
    pub(crate) fn with(words: &[&str]) -> Result<Self, String> {
        Self::in_folder(TempDir::new().expect("a temporary folder"), words)
    }

    /// The same in a folder with files.
    pub(crate) fn in_folder(folder: TempDir, words: &[&str]) -> Result<Self, String> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_certgrab"))
            .args(words)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("certgrab");
        let mut said = BufReader::new(process.stderr.take().expect("its standard error"));
        let mut before = String::new();
        let port = loop {
            let mut line = String::new();
            if said.read_line(&mut line).expect("a line") == 0 {
                let _ = process.wait();
                return Err(before);
            }
            before.push_str(&line);
            let port = line.split("listening on 127.0.0.1:").nth(1);
            if let Some(port) = port.and_then(|rest| rest.split(' ').next()?.parse().ok()) {
                break port;
            }
        };
        Ok(Self { folder, process, port, said, before })
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Sends it a signal.
    #[cfg(unix)]
    pub(crate) fn signals(&self, name: &str) {
        let killed = Command::new("kill").args([name, &self.process.id().to_string()]).status();
        assert!(killed.expect("kill").success());
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The ports of `--ports`, each with its case.
    pub(crate) fn ports(&self) -> Vec<(u16, String)> {
        let of = |line: &str| {
            let (port, case) = line.strip_prefix("certgrab: port ")?.split_once(": ")?;
            Some((port.parse().ok()?, case.to_owned()))
        };
        self.before.lines().filter_map(of).collect()
    }

    /// The peak of its memory in KiB, if the system reports it.
    pub(crate) fn peak_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// The file with the lab's anchor.
    pub(crate) fn anchor(&self) -> String {
        self.folder.path().join("lab/ca.pem").display().to_string()
    }

    /// Runs the device repeatedly until the round is over.
    pub(crate) fn meets(self, device: impl Fn(&Self) -> Command) -> Said {
        self.lasts_while(|lab| {
            let _: Output = device(lab).stdin(Stdio::null()).output().expect("a device");
        })
    }

    /// Repeats `step` until the round is over.
    pub(crate) fn lasts_while(mut self, mut step: impl FnMut(&Self)) -> Said {
        let begun = Instant::now();
        while self.process.try_wait().expect("a process").is_none() {
            assert!(begun.elapsed() < LONGEST, "the round ends");
            step(&self);
        }
        self.ends()
    }

    /// Its output after it has ended.
    pub(crate) fn ends(mut self) -> Said {
        let mut err = self.before.clone();
        let mut out = String::new();
        self.said.read_to_string(&mut err).expect("UTF-8");
        self.process.stdout.take().expect("its output").read_to_string(&mut out).expect("UTF-8");
        let code = self.process.wait().expect("an end").code().expect("a code");
        Said { code, out, err }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
