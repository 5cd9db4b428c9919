//! A root, and where a certificate came from.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{text::foreign::Foreign, x509::certificate::Certificate};

/// A certificate that the user trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// The certificate.
    pub certificate: Certificate,
    /// Why it is trusted.
    pub source: Source,
}

/// Where a certificate came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The server sent it.
    Server,
    /// It was read from a file as if a server had sent it.
    Presented(PathBuf),
    /// It was fetched from the caIssuers URL of another certificate.
    Fetched(Foreign),
    /// Mozilla's list, bundled with certgrab.
    Mozilla,
    /// The operating system's list.
    System,
    /// A file that the user named.
    File(PathBuf),
    /// The user gave its SHA-256.
    Fingerprint,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = |path: &Path| Foreign::path(path).line();
        match self {
            Self::Server => f.write_str("sent by the server"),
            Self::Presented(path) => write!(f, "read from {} as sent by the server", file(path)),
            Self::Fetched(url) => write!(f, "fetched from {}", url.line()),
            Self::Mozilla => f.write_str("Mozilla's store"),
            Self::System => f.write_str("the system's store"),
            Self::File(path) => f.write_str(&file(path)),
            Self::Fingerprint => f.write_str("trusted by its SHA-256"),
        }
    }
}
