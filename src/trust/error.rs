//! Why roots could not be read: one sentence and one hint.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::unsupported_format::Format;
use crate::text::foreign::Foreign;

/// The most bytes one file of roots may have: 16 MiB, some seventy times Mozilla's whole list.
pub const MAX_ROOTS_BYTES: usize = 16 * 1024 * 1024;

/// The most certificates that all files of roots may hold together.
pub const MAX_ROOTS: usize = 2_000;

/// Why roots could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file or directory cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says, or that it is no regular file within
        /// [`MAX_ROOTS_BYTES`].
        error: io::Error,
    },
    /// There are more than [`MAX_ROOTS`] certificates.
    TooMany(PathBuf),
    /// A block of the file is no certificate.
    Malformed {
        /// The file.
        path: PathBuf,
        /// The position of the block in the file, from 1.
        position: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A block of the file is a certificate with OpenSSL's trust settings behind it.
    Trusted {
        /// The file.
        path: PathBuf,
        /// The position of the block in the file, from 1.
        position: usize,
    },
    /// The file is of a format that holds certificates in a way that is not read.
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// What it is.
        format: Format,
    },
    /// The file holds no certificate.
    Empty {
        /// The file.
        path: PathBuf,
        /// The labels of the PEM blocks that it does hold (RFC 7468 section 2), the first few, each
        /// once.
        labels: Vec<Foreign>,
    },
    /// The directory holds no certificate.
    EmptyDirectory {
        /// The directory.
        path: PathBuf,
        /// How many files it has, those in folders inside it not counted.
        files: usize,
        /// What is wrong with those that look as if they held one.
        problems: Vec<String>,
    },
    /// The system's roots could not be read.
    System(Foreign),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| Foreign::text(&path.display().to_string()).line();
        match self {
            Self::Unreadable { path, error } => {
                write!(f, "cannot read {}: {error}", shown(path))
            }
            Self::TooMany(path) => {
                write!(f, "more than {MAX_ROOTS} roots, the rest of them in {}", shown(path))
            }
            Self::Malformed { path, position, problem } => {
                write!(f, "block {position} of {} is {problem}", shown(path))
            }
            Self::Trusted { path, position } => write!(
                f,
                "block {position} of {} is a TRUSTED CERTIFICATE, which holds OpenSSL's trust \
                 settings beside the certificate and is not read",
                shown(path)
            ),
            Self::OtherFormat { path, format } => write!(f, "{} is {format}", shown(path)),
            Self::Empty { path, labels } => {
                write!(f, "{} holds no certificate", shown(path))?;
                let labels: Vec<_> = labels.iter().map(Foreign::line).collect();
                if labels.is_empty() { Ok(()) } else { write!(f, ", only {}", labels.join(", ")) }
            }
            Self::EmptyDirectory { path, files: 0, .. } => {
                write!(f, "{} holds no certificate: it has no file", shown(path))
            }
            Self::EmptyDirectory { path, files, problems } => {
                let plural = if *files == 1 { "" } else { "s" };
                write!(f, "{} holds no certificate in its {files} file{plural}", shown(path))?;
                problems.iter().try_for_each(|problem| write!(f, "; {problem}"))
            }
            Self::System(problem) => {
                write!(f, "the system's roots cannot be read: {}", problem.line())
            }
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { error, .. } if error.kind() == io::ErrorKind::InvalidInput => Some(
                "`--roots` takes a file or a directory of files, `--from` a file or `-` for \
                 standard input"
                    .to_owned(),
            ),
            Self::Trusted { position: 1, path } => Some(format!(
                "convert it with `openssl x509 -in {} -out certificate.pem`",
                Foreign::text(&path.display().to_string()).line()
            )),
            Self::Trusted { .. } => Some(
                "copy the block to a file of its own, and convert it with `openssl x509 -in \
                 trusted.pem -out certificate.pem`"
                    .to_owned(),
            ),
            Self::OtherFormat { format, .. } => Some(format.hint().to_owned()),
            Self::Empty { .. } => Some(
                "wanted PEM blocks that begin with -----BEGIN CERTIFICATE-----, one certificate in \
                 DER, or PKCS#7"
                    .to_owned(),
            ),
            Self::EmptyDirectory { .. } => Some(
                "wanted files with PEM blocks that begin with -----BEGIN CERTIFICATE-----, with \
                 one certificate in DER, or in PKCS#7; folders inside are not looked at"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// The error as one sentence, with the command that converts what it is about.
    pub(super) fn with_hint(&self) -> String {
        match (self, self.hint()) {
            (Self::Trusted { .. }, Some(hint)) => format!("{self}; {hint}"),
            _ => self.to_string(),
        }
    }
}
