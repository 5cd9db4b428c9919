//! Runs programs with a time limit.
//!
//! In: commands. Out: their exit status and output.

use crate::{Fault, pki::NAME};
use std::{
    env, fs,
    io::{Read as _, Seek as _},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The result of a program.
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    /// Standard output and standard error, in the order of writing.
    pub(crate) output: String,
}

/// The folder of this workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a workspace").into()
}

/// Whether `tool` is installed.
pub(crate) fn have(tool: &str) -> bool {
    let path = crate::broker::path_with_sbin();
    env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

/// The certgrab to test: `$CERTGRAB`, or this repository's.
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

/// Runs certgrab to write the lock of the broker at `port` to `lock`, trusting `roots`.
pub(crate) fn grab(port: u16, roots: &Path, lock: &Path) -> Result<(), Fault> {
    let mut certgrab = certgrab();
    certgrab.arg(format!("{NAME}:{port}")).arg("--roots").arg(roots);
    certgrab.arg("--emit").arg(format!("lock={}", lock.display()));
    let status = certgrab.status().map_err(|error| format!("{certgrab:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{certgrab:?}: {status}").into()) }
}

/// Runs `command`, and kills it after `limit`.
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
    /// Checks that the program succeeded and printed all of `texts`.
    pub(crate) fn succeeds(&self, texts: &[&str]) -> Result<(), Fault> {
        self.check(true, texts)
    }

    /// Checks that the program failed and printed all of `texts`.
    pub(crate) fn fails(&self, texts: &[&str]) -> Result<(), Fault> {
        self.check(false, texts)
    }

    fn check(&self, success: bool, texts: &[&str]) -> Result<(), Fault> {
        let Self { status, output } = self;
        if status.success() != success {
            return Err(format!("it ended with {status}:\n{output}").into());
        }
        match texts.iter().find(|text| !output.contains(**text)) {
            Some(missing) => Err(format!("expected {missing:?} in the output:\n{output}").into()),
            None => Ok(()),
        }
    }
}

/// Debian's cargo. Its toolchain includes the sources of std.
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

/// The target folder of that cargo. It is separate because the compiler is different.
pub(crate) fn target_directory() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => PathBuf::from(folder).join("debian"),
        None => workspace().join("target/debian"),
    }
}

/// Whether Debian's Rust is installed with the sources of its std.
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
