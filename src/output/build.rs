//! Constants from a lock, in a `build.rs`: offline, and the same at every run.
//!
//! In: a lock or a plain PEM file of the repository. Out: files in `OUT_DIR` for `include!`.
//!
//! Builds must not fetch: there may be no network, and the answer may change. So `certgrab TARGET
//! --emit lock=FILE` writes a lock, people review and commit it, and builds read nothing else.
//!
//! # Example
//!
//! Cargo.toml uses the library without the command:
//!
//! ```toml
//! [build-dependencies]
//! certgrab = { version = "0.1", default-features = false }
//! ```
//!
//! build.rs:
//!
//! ```no_run
//! fn main() {
//!     certgrab::Build::new()
//!         .lock("certs/broker.pem")
//!         .name("BROKER_ROOT_CA")
//!         .rust("root_ca.rs")
//!         .c("root_ca.h")
//!         .generate();
//! }
//! ```
//!
//! src/main.rs:
//!
//! ```ignore
//! include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));
//!
//! fn main() {
//!     println!("{BROKER_ROOT_CA_HOST}:{BROKER_ROOT_CA_PORT}\n{BROKER_ROOT_CA}");
//! }
//! ```

// The example is a whole build script.
#![allow(clippy::needless_doctest_main)]

use std::{
    env, fmt, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process,
};

use super::{
    emit::{self, Identifier},
    lock,
};
use crate::text::{bounded_file, diagnostic::Diagnostic, foreign::Foreign};

/// Turns one lock into constants, from a `build.rs`.
///
/// Each output is written whole or not at all, and only if its content changed, so that nothing is
/// recompiled unnecessarily.
#[derive(Debug, Clone, Default)]
#[must_use = "nothing is written before `generate` or `try_generate`"]
pub struct Build {
    lock: Option<PathBuf>,
    name: Option<String>,
    server: Option<(String, u16)>,
    base: Option<PathBuf>,
    out_dir: Option<PathBuf>,
    outputs: Vec<Output>,
}

#[derive(Debug, Clone)]
struct Output {
    format: String,
    path: PathBuf,
}

/// Why constants were not made.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// [`Build::lock`] was not called.
    NoLock,
    /// No output was set.
    NoOutput,
    /// A relative path needs this environment variable, which cargo sets for a build script.
    NoVariable(&'static str),
    /// The lock cannot be read.
    Unreadable {
        /// The lock.
        path: PathBuf,
        /// The system's message, or why it is not a regular file within the limit.
        error: io::Error,
    },
    /// The file is not a lock.
    Lock {
        /// The lock.
        path: PathBuf,
        /// What is wrong with it.
        error: lock::Error,
    },
    /// There is no format with this name.
    Format(String),
    /// The name is not valid for a constant.
    Name {
        /// The given name.
        name: String,
        /// Which names are valid.
        error: emit::NotAnIdentifier,
    },
    /// The certificates cannot be written in the format.
    Emit(emit::Error),
    /// An output cannot be written.
    Unwritable {
        /// The output.
        path: PathBuf,
        /// The system's message.
        error: io::Error,
    },
}

impl Build {
    /// A build without lock and outputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lock to read; a relative path begins at `CARGO_MANIFEST_DIR`.
    pub fn lock(mut self, path: impl Into<PathBuf>) -> Self {
        self.lock = Some(path.into());
        self
    }

    /// The name of the constants; without it they are named after the host.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The server, for a plain PEM file that does not name it; a lock's own server takes
    /// precedence.
    pub fn server(mut self, host: impl Into<String>, port: u16) -> Self {
        self.server = Some((host.into(), port));
        self
    }

    /// Writes Rust constants to `path`; a relative path begins at `OUT_DIR`.
    pub fn rust(self, path: impl Into<PathBuf>) -> Self {
        self.emit("rust", path)
    }

    /// Writes a C header to `path`; a relative path begins at `OUT_DIR`.
    pub fn c(self, path: impl Into<PathBuf>) -> Self {
        self.emit("c", path)
    }

    /// Writes the format called `format` (see [`emit::FORMATS`]) to `path`; a relative path begins at
    /// `OUT_DIR`.
    pub fn emit(mut self, format: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.outputs.push(Output { format: format.into(), path: path.into() });
        self
    }

    /// Where the relative path of a lock begins, instead of `CARGO_MANIFEST_DIR`.
    pub fn base(mut self, directory: impl Into<PathBuf>) -> Self {
        self.base = Some(directory.into());
        self
    }

    /// Where the relative paths of outputs begin, instead of `OUT_DIR`.
    pub fn out_dir(mut self, directory: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(directory.into());
        self
    }

    /// Writes the outputs, or prints why not on standard error and ends the process with 1.
    pub fn generate(&self) {
        if let Err(error) = self.try_generate() {
            eprintln!("certgrab: error: {error}");
            if let Some(hint) = error.hint() {
                eprintln!("certgrab: hint: {hint}");
            }
            process::exit(1);
        }
    }

    /// Writes the outputs, and makes cargo watch the lock. Its path must not have a line break, since cargo
    /// would read what follows as an instruction.
    ///
    /// # Errors
    ///
    /// [`Error`] says what was not read or written. The lock is watched then too.
    pub fn try_generate(&self) -> Result<(), Error> {
        let lock = self.lock.as_ref().ok_or(Error::NoLock)?;
        let lock = resolved(lock, self.base.as_deref(), "CARGO_MANIFEST_DIR")?;
        if lock.to_string_lossy().contains(['\n', '\r']) {
            let error = io::Error::other("its path has a line break");
            return Err(Error::Unreadable { path: lock, error });
        }
        println!("cargo:rerun-if-changed={}", lock.display());
        if self.outputs.is_empty() {
            return Err(Error::NoOutput);
        }
        let unreadable = |error| Error::Unreadable { path: lock.clone(), error };
        let content = bounded_file::read(&lock, lock::MAX_LOCK_BYTES).map_err(unreadable)?;
        let server = self.server.as_ref().map(|(host, port)| (host.as_str(), *port));
        let bundle = lock::read(&content, server)
            .map_err(|error| Error::Lock { path: lock.clone(), error })?;
        let name = match &self.name {
            Some(name) => {
                Identifier::new(name).map_err(|error| Error::Name { name: name.clone(), error })?
            }
            None => emit::default_name(&bundle),
        };
        // All are rendered before the first is written.
        let mut files = Vec::new();
        for output in &self.outputs {
            let format =
                emit::format(&output.format).ok_or_else(|| Error::Format(output.format.clone()))?;
            let path = resolved(&output.path, self.out_dir.as_deref(), "OUT_DIR")?;
            files.push((path, emit::render(&bundle, format, &name).map_err(Error::Emit)?));
        }
        for (path, content) in files {
            write_if_changed(&path, &content)
                .map_err(|error| Error::Unwritable { path: path.clone(), error })?;
        }
        Ok(())
    }
}

/// `path`, relative to `directory` or else to the directory in `variable`.
///
/// This is the only place that reads the environment.
fn resolved(
    path: &Path,
    directory: Option<&Path>,
    variable: &'static str,
) -> Result<PathBuf, Error> {
    match directory {
        _ if path.is_absolute() => Ok(path.to_owned()),
        Some(directory) => Ok(directory.join(path)),
        None => {
            let directory = env::var_os(variable).ok_or(Error::NoVariable(variable))?;
            Ok(Path::new(&directory).join(path))
        }
    }
}

/// Writes `content` to `path` through a temporary file next to it, unless the file has this content
/// already.
fn write_if_changed(path: &Path, content: &[u8]) -> io::Result<()> {
    if bounded_file::holds(path, content).unwrap_or(false) {
        return Ok(());
    }
    let directory = path.parent().unwrap_or(Path::new(""));
    let file_name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    fs::create_dir_all(directory)?;
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(file_name);
    // Two build scripts may write the same file at once; the process id is unique to each.
    temporary.push(format!(".{}.tmp", process::id()));
    let temporary = directory.join(temporary);
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

impl Diagnostic for Error {
    fn stage(&self) -> &'static str {
        "build"
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoLock => Some("set it with `Build::lock`".to_owned()),
            Self::NoOutput => Some("add one with `Build::rust`, `c` or `emit`".to_owned()),
            Self::Unreadable { error, .. } if error.kind() == io::ErrorKind::NotFound => {
                Some("write it with `certgrab TARGET --emit lock=FILE` and commit it".to_owned())
            }
            Self::Lock { error, .. } if error.problem == lock::Problem::NoHost => {
                Some("set its host and port with `Build::server`".to_owned())
            }
            Self::Lock { error, .. } => error.hint(),
            Self::Format(_) => {
                let names: Vec<_> = emit::FORMATS.iter().map(|format| format.name).collect();
                Some(format!("the formats are {}", names.join(", ")))
            }
            Self::Emit(error) => error.hint(),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| Foreign::path(path).line();
        match self {
            Self::NoLock => f.write_str("no lock was named"),
            Self::NoOutput => f.write_str("no output was named"),
            Self::NoVariable(name) => {
                write!(f, "the environment variable {name}, the base of relative paths, is not set")
            }
            Self::Unreadable { path, error } => {
                write!(f, "cannot read the lock {}: {error}", shown(path))
            }
            Self::Lock { path, error } => write!(f, "{}: {error}", shown(path)),
            Self::Format(name) => write!(f, "unknown format `{}`", Foreign::text(name).line()),
            Self::Name { name, error } => {
                write!(f, "`{}` cannot name a constant: {error}", Foreign::text(name).line())
            }
            Self::Emit(error) => error.fmt(f),
            Self::Unwritable { path, error } => write!(f, "cannot write {}: {error}", shown(path)),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory for one test, removed when it ends.
    struct Directory(PathBuf);

    impl Directory {
        fn new(test: &str) -> Self {
            let path = env::temp_dir().join(format!("certgrab-{}-{test}", process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn with_lock(self) -> Self {
            let key = rcgen::KeyPair::generate().unwrap();
            let parameters = rcgen::CertificateParams::new(vec!["plc.test".to_owned()]).unwrap();
            let pem = parameters.self_signed(&key).unwrap().pem();
            fs::write(self.0.join("plc.pem"), format!("Host: plc.test\n{pem}")).unwrap();
            self
        }

        fn build(&self) -> Build {
            Build::new().base(&self.0).out_dir(self.0.join("out")).lock("plc.pem")
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn outputs_go_where_the_build_script_says() {
        let directory = Directory::new("outputs").with_lock();
        let absolute = directory.0.join("include").join("ca.h");
        directory.build().rust("src/ca.rs").c(&absolute).try_generate().unwrap();
        let rust = fs::read_to_string(directory.0.join("out/src/ca.rs")).unwrap();
        assert!(rust.contains("pub const PLC_TEST_ROOT_CA: &str"), "{rust}");
        assert!(fs::read_to_string(absolute).unwrap().contains("PLC_TEST_ROOT_CA[]"));
        assert_eq!(fs::read_dir(directory.0.join("out/src")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_only_written_when_it_changes() {
        use std::os::unix::fs::MetadataExt as _;
        let directory = Directory::new("unchanged").with_lock();
        let file = directory.0.join("out/ca.rs");
        let number = || fs::metadata(&file).unwrap().ino();
        let build = directory.build().rust("ca.rs");
        build.try_generate().unwrap();
        let first = number();
        build.try_generate().unwrap();
        assert_eq!(number(), first);
        build.name("OTHER").try_generate().unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("pub const OTHER: &str"));
    }

    #[test]
    fn an_error_is_one_sentence_and_nothing_is_written() {
        let directory = Directory::new("errors").with_lock();
        let told = |build: Build| build.try_generate().unwrap_err().to_string();
        assert_eq!(told(Build::new()), "no lock was named");
        assert_eq!(told(directory.build()), "no output was named");
        assert_eq!(
            told(directory.build().rust("ca.rs").emit("basic", "ca.bas")),
            "unknown format `basic`"
        );
        assert!(told(directory.build().rust("ca.rs").name("1st")).starts_with("`1st` cannot name"));
        let missing = told(directory.build().lock("no.pem").rust("ca.rs"));
        assert!(missing.starts_with("cannot read the lock /"), "{missing}");
        let no_file = told(directory.build().lock(&directory.0).rust("ca.rs"));
        let wanted = "expected a regular file of at most 1048576 bytes, found a directory";
        assert_eq!(no_file, format!("cannot read the lock {}: {wanted}", directory.0.display()));
        assert!(!directory.0.join("out").exists());
    }
}
