//! The roots that the user trusts.
//!
//! In: Mozilla's bundled list, the system's, PEM files, fingerprints. Out: [`Store`], which finds
//! roots by name. A certificate that a server sent gets in only by a fingerprint that the user gave.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

pub use super::{
    certificate_file::{certificates_in, read_certificates},
    mozilla::{
        has as mozilla_has, mozilla_constraints, mozilla_list, mozilla_siblings, mozilla_twin,
    },
    unsupported_format::Format,
};
use crate::{
    text::foreign::Foreign,
    x509::certificate::{Certificate, Sha256},
};

/// The most bytes one file of roots may have: 16 MiB, some seventy times Mozilla's whole list.
pub const MAX_ROOTS_BYTES: u64 = 16 * 1024 * 1024;

/// The most certificates that all files of roots may hold together.
pub const MAX_ROOTS: usize = 2_000;

/// Roots that the user trusts.
#[derive(Debug, Clone, Default)]
pub struct Store {
    mozilla: bool,
    added: Vec<Root>,
    fingerprints: Vec<Sha256>,
    passed_over: Vec<String>,
}

/// A certificate that the user trusts as it stands.
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

/// Why roots could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file or directory cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not one whose whole content can be read (a pipe or a device).
    NotAFile(PathBuf),
    /// The file is larger than [`MAX_ROOTS_BYTES`].
    TooLarge(PathBuf),
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

impl Store {
    /// Mozilla's roots for servers, as bundled in webpki-root-certs.
    #[must_use]
    pub fn mozilla() -> Self {
        Self { mozilla: true, ..Self::default() }
    }

    /// Also trusts Mozilla's roots.
    pub fn add_mozilla(&mut self) {
        self.mozilla = true;
    }

    /// Also trusts the certificates of a file, see [`read_certificates`], or of the files of a
    /// directory.
    ///
    /// In a directory, files without a certificate are passed over, and so are those with a
    /// certificate that cannot be read, which [`Store::passed_over`] names.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is over a limit, or holds something else than certificates; the
    /// directory holds none at all.
    pub fn add_path(&mut self, path: &Path) -> Result<(), Error> {
        let unreadable = |error| Error::Unreadable { path: path.to_owned(), error };
        if !fs::metadata(path).map_err(unreadable)?.is_dir() {
            return self.add_file(path);
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(unreadable)? {
            files.push(entry.map_err(unreadable)?.path());
        }
        files.retain(|file| file.is_file());
        files.sort();
        let (before, mut problems) = (self.added.len(), Vec::new());
        for file in &files {
            match self.add_file(file) {
                Ok(()) | Err(Error::Empty { .. }) => {}
                Err(error @ (Error::Malformed { .. } | Error::OtherFormat { .. })) => {
                    problems.push(error.to_string());
                }
                Err(error) => return Err(error),
            }
        }
        if self.added.len() == before {
            let (path, files) = (path.to_owned(), files.len());
            return Err(Error::EmptyDirectory { path, files, problems });
        }
        self.passed_over.extend(problems);
        Ok(())
    }

    /// Why files of a directory are not in the store, a sentence each.
    #[must_use]
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        self.add_certificates(read_certificates(path)?, path)
    }

    /// Also trusts the operating system's roots.
    ///
    /// # Errors
    ///
    /// The system's roots cannot be read, or there are none.
    pub fn add_system(&mut self) -> Result<(), Error> {
        let found = rustls_native_certs::load_native_certs();
        if let (true, Some(error)) = (found.certs.is_empty(), found.errors.first()) {
            return Err(Error::System(Foreign::text(&error.to_string())));
        }
        let place = Path::new("the system's store");
        for der in &found.certs {
            // What the system holds and certgrab cannot read is no root for any device either.
            if let Ok(certificate) = Certificate::from_der(der) {
                self.add(place, Root { certificate, source: Source::System })?;
            }
        }
        Ok(())
    }

    /// Also trusts `certificate`, which the user knows as `name`.
    pub fn add_certificate(&mut self, certificate: Certificate, name: &str) {
        self.added.push(Root { certificate, source: Source::File(name.into()) });
    }

    fn add(&mut self, path: &Path, root: Root) -> Result<(), Error> {
        if self.added.len() == MAX_ROOTS {
            return Err(Error::TooMany(path.to_owned()));
        }
        self.added.push(root);
        Ok(())
    }

    /// Also trusts certificates that were read elsewhere; `place` names where for a message.
    ///
    /// # Errors
    ///
    /// There are more than [`MAX_ROOTS`] roots.
    pub fn add_certificates(
        &mut self,
        certificates: impl IntoIterator<Item = Certificate>,
        place: &Path,
    ) -> Result<(), Error> {
        certificates.into_iter().try_for_each(|certificate| {
            self.add(place, Root { certificate, source: Source::File(place.to_owned()) })
        })
    }

    /// Also trusts the certificate with this SHA-256, wherever it turns up.
    pub fn trust_sha256(&mut self, fingerprint: Sha256) {
        self.fingerprints.push(fingerprint);
    }

    /// The certificate as a root, if the user named it by its fingerprint or in a file.
    ///
    /// Mozilla's roots are not looked at: this is for a certificate that is not a root by name.
    #[must_use]
    pub fn by_the_users_word(&self, certificate: &Certificate) -> Option<Root> {
        if let Some(root) = self.added.iter().find(|root| root.certificate == *certificate) {
            return Some(root.clone());
        }
        let named = self.fingerprints.contains(&certificate.sha256());
        named.then(|| Root { certificate: certificate.clone(), source: Source::Fingerprint })
    }

    /// Every reason to trust `certificate` itself, byte for byte; none if this store has it nowhere.
    ///
    /// Mozilla's copy counts where the system's store has the root in another: [`crate::judge::rank`]
    /// takes that one.
    #[must_use]
    pub fn sources(&self, certificate: &Certificate) -> Vec<Source> {
        let is_twin = |root: &Root| root.certificate.is_same_anchor(certificate);
        let in_system =
            || self.added.iter().any(|one| one.source == Source::System && is_twin(one));
        let is_mozillas = (self.mozilla || in_system()) && mozilla_has(certificate);
        let mut sources = Vec::from_iter(is_mozillas.then_some(Source::Mozilla));
        let same = self.added.iter().filter(|root| root.certificate == *certificate);
        sources.extend(same.map(|root| root.source.clone()));
        let is_named = self.fingerprints.contains(&certificate.sha256());
        sources.extend(is_named.then_some(Source::Fingerprint));
        sources
    }

    /// The roots whose subject is `name` (a DER name, compared byte by byte), Mozilla's first.
    #[must_use]
    pub fn named(&self, name: &[u8]) -> Vec<Root> {
        let mut roots = Vec::new();
        if self.mozilla {
            roots.extend(super::mozilla::named(name));
        }
        let added = self.added.iter().filter(|root| root.certificate.subject_der() == name);
        for root in added {
            if !roots.iter().any(|known: &Root| known.certificate == root.certificate) {
                roots.push(root.clone());
            }
        }
        roots
    }

    /// The root, of this store or of Mozilla's, whose certificate or key (RFC 7469 section 2.4)
    /// has this SHA-256.
    #[must_use]
    pub fn pinned(&self, fingerprint: Sha256) -> Option<Root> {
        let mozilla = (0..mozilla_list().len()).filter_map(super::mozilla::root);
        self.added.iter().cloned().chain(mozilla).find(|root| {
            let certificate = &root.certificate;
            certificate.sha256() == fingerprint || Sha256::of(certificate.spki_der()) == fingerprint
        })
    }

    /// The store in the user's words: `Mozilla's store`.
    #[must_use]
    pub fn description(&self) -> String {
        let mut parts = Vec::new();
        if self.mozilla {
            parts.push("Mozilla's store".to_owned());
        }
        for root in &self.added {
            let part = root.source.to_string();
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        match parts.as_slice() {
            [] if self.fingerprints.is_empty() => "the empty store".to_owned(),
            [] => "the fingerprints given".to_owned(),
            [one] => one.clone(),
            [first, .., last] if parts.len() > 3 => format!("{first} ... {last}"),
            [start @ .., last] => format!("{} or {last}", start.join(", ")),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = |path: &Path| Foreign::text(&path.display().to_string()).line();
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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| Foreign::text(&path.display().to_string()).line();
        match self {
            Self::Unreadable { path, error } => {
                write!(f, "cannot read {}: {error}", shown(path))
            }
            Self::NotAFile(path) => {
                write!(f, "cannot read {}: wanted a regular file", shown(path))
            }
            Self::TooLarge(path) => {
                write!(f, "{} has more than {MAX_ROOTS_BYTES} bytes", shown(path))
            }
            Self::TooMany(path) => {
                write!(f, "more than {MAX_ROOTS} roots, the rest of them in {}", shown(path))
            }
            Self::Malformed { path, position, problem } => {
                write!(f, "block {position} of {} is {problem}", shown(path))
            }
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
            Self::NotAFile(_) => Some(
                "`--roots` takes a file or a directory of files, `--from` a file or `-` for \
                 standard input"
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
}
