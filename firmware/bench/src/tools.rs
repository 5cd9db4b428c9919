//! The programs that the bench runs, and how long they may take.
//!
//! In: commands. Out: what they printed, with their outcome.

use crate::{Fault, pki::NAME};
use std::{
    env, fs,
    io::{Read as _, Seek as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What a program did.
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    /// Standard output and standard error, as they came.
    pub(crate) output: String,
}

/// The folder of this workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a workspace").into()
}

/// Whether `tool` can be run.
pub(crate) fn have(tool: &str) -> bool {
    let path = crate::broker::path_with_sbin();
    env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

/// The certgrab to test: `$CERTGRAB`, else the one in this repository.
pub(crate) fn certgrab() -> Command {
    match env::var_os("CERTGRAB") {
        Some(certgrab) => Command::new(certgrab),
        None => {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.args(["run", "--quiet", "--release", "--manifest-path"]);
            cargo.arg(workspace().join("../Cargo.toml")).arg("--");
            cargo
        }
    }
}

/// Has certgrab write the lock of the broker at `port` to `lock`, trusting `roots`.
pub(crate) fn grab(port: u16, roots: &Path, lock: &Path) -> Result<(), Fault> {
    let mut certgrab = certgrab();
    certgrab.arg(format!("{NAME}:{port}")).arg("--roots").arg(roots);
    certgrab.arg("--emit").arg(format!("lock={}", lock.display()));
    let status = certgrab.status().map_err(|error| format!("{certgrab:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{certgrab:?}: {status}").into()) }
}

/// Runs `command` to its end, which must come within `limit`.
pub(crate) fn finish(command: &mut Command, limit: Duration) -> Result<Outcome, Fault> {
    let mut log = tempfile::tempfile()?;
    let mut process = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log.try_clone()?)
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let end = Instant::now() + limit;
    let status = loop {
        if let Some(status) = process.try_wait()? {
            break Some(status);
        }
        if Instant::now() > end {
            process.kill()?;
            process.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(10));
    };
    let mut output = String::new();
    log.rewind()?;
    log.read_to_string(&mut output)?;
    match status {
        Some(status) => Ok(Outcome { status, output }),
        None => Err(format!("{command:?} did not end within {limit:?}:\n{output}").into()),
    }
}

impl Outcome {
    /// The program ended well, and said all of `words`.
    pub(crate) fn succeeds(&self, words: &[&str]) -> Result<(), Fault> {
        self.ends(true, words)
    }

    /// The program ended badly, and said all of `words`.
    pub(crate) fn fails(&self, words: &[&str]) -> Result<(), Fault> {
        self.ends(false, words)
    }

    fn ends(&self, well: bool, words: &[&str]) -> Result<(), Fault> {
        let Self { status, output } = self;
        if status.success() != well {
            return Err(format!("it ended with {status}:\n{output}").into());
        }
        match words.iter().find(|words| !output.contains(**words)) {
            Some(missing) => Err(format!("it did not say {missing:?}:\n{output}").into()),
            None => Ok(()),
        }
    }
}

/// A cargo of its own toolchain: Debian's, which has the sources of its std.
pub(crate) fn debian_cargo() -> Command {
    let mut cargo = Command::new("/usr/bin/cargo");
    for variable in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO"] {
        cargo.env_remove(variable);
    }
    cargo
        .env("PATH", format!("/usr/bin:{}", env::var("PATH").unwrap_or_default()))
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", target_directory());
    cargo
}

/// Where that cargo builds: apart, because it is another compiler.
pub(crate) fn target_directory() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder).join("debian"),
        None => workspace().join("target/debian"),
    }
}

/// Whether Debian's Rust is here, with the sources of its std.
pub(crate) fn have_debian_rust() -> bool {
    Path::new("/usr/bin/cargo").is_file()
        && Command::new("/usr/bin/rustc").args(["--print", "sysroot"]).output().is_ok_and(
            |output| {
                let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                sysroot == "/usr"
                    && fs::exists("/usr/lib/rustlib/src/rust/library/std/Cargo.toml")
                        .unwrap_or(false)
            },
        )
}
