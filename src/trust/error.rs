//! Why roots could not be read: one sentence and one hint.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::unsupported_format::Format;
use crate::text::{count::counted, diagnostic::Diagnostic, foreign::Foreign};

/// The most bytes of a file of roots: 16 MiB, about seventy times the size of Mozilla's list.
pub const MAX_ROOTS_BYTES: usize = 16 * 1024 * 1024;

/// The most certificates in all files of roots together.
pub const MAX_ROOTS: usize = 2_000;

/// Why roots could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file or directory cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the system, or that it is not a regular file within
        /// 16 MiB.
        error: io::Error,
    },
    /// There are more than 2,000 certificates.
    TooMany(PathBuf),
    /// A block of the file is not a certificate.
    Malformed {
        /// The file.
        path: PathBuf,
        /// The position of the block in the file, from 1.
        position: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A block of the file is a certificate followed by OpenSSL's trust settings.
    Trusted {
        /// The file.
        path: PathBuf,
        /// The position of the block in the file, from 1.
        position: usize,
        /// Whether the settings reject the certificate for servers.
        is_rejected: bool,
    },
    /// The file is in a certificate format that is not supported.
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// What it is.
        format: Format,
    },
    /// The file contains no certificate.
    Empty {
        /// The file.
        path: PathBuf,
        /// The first labels of its PEM blocks (RFC 7468 section 2), each once.
        labels: Vec<Foreign>,
    },
    /// The directory contains no certificate.
    EmptyDirectory {
        /// The directory.
        path: PathBuf,
        /// How many files it has, without those in subdirectories.
        files: usize,
        /// The problems of the files that look like certificates.
        problems: Vec<String>,
    },
    /// The system's roots could not be read.
    System(Foreign),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| Foreign::path(path).line();
        match self {
            Self::Unreadable { path, error } => {
                write!(f, "cannot read {}: {error}", shown(path))
            }
            Self::TooMany(path) => {
                write!(
                    f,
                    "more than {MAX_ROOTS} certificates in total; the limit was exceeded in {}",
                    shown(path)
                )
            }
            Self::Malformed { path, position, problem } => {
                write!(f, "block {position} of {} is {problem}", shown(path))
            }
            Self::Trusted { path, position, is_rejected: true } => write!(
                f,
                "block {position} of {} is a TRUSTED CERTIFICATE whose OpenSSL trust settings reject \
                 it for TLS servers",
                shown(path)
            ),
            Self::Trusted { path, position, .. } => write!(
                f,
                "block {position} of {} is a TRUSTED CERTIFICATE, which adds OpenSSL's trust \
                 settings to the certificate and is not supported",
                shown(path)
            ),
            Self::OtherFormat { path, format } => write!(f, "{} is {format}", shown(path)),
            Self::Empty { path, labels } => {
                write!(f, "{} contains no certificate", shown(path))?;
                let labels: Vec<_> = labels.iter().map(Foreign::line).collect();
                if labels.is_empty() { Ok(()) } else { write!(f, ", only {}", labels.join(", ")) }
            }
            Self::EmptyDirectory { path, files: 0, .. } => {
                write!(f, "{} contains no files", shown(path))
            }
            Self::EmptyDirectory { path, files, problems } => {
                let files = counted(*files, "file");
                write!(f, "{} contains no certificate in its {files}", shown(path))?;
                problems.iter().try_for_each(|problem| write!(f, "; {problem}"))
            }
            Self::System(problem) => {
                write!(f, "cannot read the system's roots: {}", problem.line())
            }
        }
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {
    fn stage(&self) -> &'static str {
        "store"
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { error, .. } if error.kind() == io::ErrorKind::InvalidInput => Some(
                "pass a file or a directory to `--roots`, a file or `-` (standard input) to \
                 `--from`"
                    .to_owned(),
            ),
            Self::Trusted { is_rejected: true, .. } => None,
            Self::Trusted { position: 1, path, .. } => Some(format!(
                "convert it with `openssl x509 -in {} -out certificate.pem`",
                Foreign::path(path).line()
            )),
            Self::Trusted { .. } => Some(
                "copy the block to a file of its own, and convert it with `openssl x509 -in \
                 trusted.pem -out certificate.pem`"
                    .to_owned(),
            ),
            Self::OtherFormat { format, .. } => Some(format.hint().to_owned()),
            Self::Empty { .. } => Some(
                "pass PEM blocks that begin with -----BEGIN CERTIFICATE-----, one DER \
                 certificate, or PKCS#7"
                    .to_owned(),
            ),
            Self::EmptyDirectory { .. } => Some(
                "pass a directory of PEM files with -----BEGIN CERTIFICATE-----, DER certificates \
                 or PKCS#7 files; subdirectories are not searched"
                    .to_owned(),
            ),
            _ => None,
        }
    }
}

impl Error {
    /// The error as one sentence, with the command that converts the file.
    pub(super) fn with_hint(&self) -> String {
        match (self, self.hint()) {
            (Self::Trusted { .. }, Some(hint)) => format!("{self}; {hint}"),
            _ => self.to_string(),
        }
    }
}
