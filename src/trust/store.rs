//! The roots that the user trusts.
//!
//! In: Mozilla's bundled list, the system's roots, PEM files, fingerprints. Out: [`Store`], which
//! finds roots by name. A certificate that a server sent is only trusted by a fingerprint that the
//! user gave.

use std::{fs, path::Path, sync::Arc};

pub use super::{
    certificate_file::{certificates_in, chain_in, other_labels},
    error::{Error, MAX_ROOTS, MAX_ROOTS_BYTES},
    mozilla::{
        by_sha256 as mozilla_by_sha256, has as mozilla_has, mozilla_constraints, mozilla_list,
        mozilla_siblings, mozilla_twin,
    },
    root::{Root, Source},
    unsupported_format::Format,
};
use crate::x509::certificate::{Certificate, Sha256};

/// The most unreadable certificates that are listed.
const MAX_SKIPPED: usize = 16;

/// Roots that the user trusts.
#[derive(Debug, Clone, Default)]
pub struct Store {
    mozilla: bool,
    /// Shared among clones: each target has one.
    added: Arc<Vec<Root>>,
    fingerprints: Vec<Sha256>,
    skipped: Vec<String>,
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

    /// Also trusts the certificates of a file, in PEM, DER or PKCS #7, or of the files of a
    /// directory.
    ///
    /// A certificate that cannot be read is skipped if another one can be read;
    /// [`Store::skipped`] names it. In a directory, files without a certificate are skipped too.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is over a limit, or contains something other than certificates; the
    /// directory contains no certificate.
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
                Err(
                    error @ (Error::Malformed { .. }
                    | Error::Trusted { .. }
                    | Error::OtherFormat { .. }),
                ) => {
                    problems.push(error.with_hint());
                }
                Err(error) => return Err(error),
            }
        }
        if self.added.len() == before {
            let (path, files) = (path.to_owned(), files.len());
            return Err(Error::EmptyDirectory { path, files, problems });
        }
        problems.into_iter().for_each(|problem| self.skip(problem));
        Ok(())
    }

    /// The roots that could not be read, one sentence each; at most 16 are listed.
    #[must_use]
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    fn add_file(&mut self, path: &Path) -> Result<(), Error> {
        self.add_content(&super::certificate_file::content_of(path)?, path)
    }

    /// Also trusts the certificates in `content`, which came from `path`. [`Store::skipped`]
    /// names those that cannot be read.
    ///
    /// # Errors
    ///
    /// It is over a limit, or contains no certificate that can be read.
    pub fn add_content(&mut self, content: &[u8], path: &Path) -> Result<(), Error> {
        let (certificates, problems) = super::certificate_file::roots_in(content, path)?;
        problems.iter().for_each(|problem| self.skip(problem.with_hint()));
        self.add_certificates(certificates, path)
    }

    fn skip(&mut self, problem: String) {
        match self.skipped.len() {
            0..MAX_SKIPPED => self.skipped.push(problem),
            MAX_SKIPPED => self.skipped.push("more roots cannot be read".to_owned()),
            _ => {}
        }
    }

    /// Also trusts the operating system's roots.
    ///
    /// # Errors
    ///
    /// The system's roots cannot be read, or there are none.
    #[cfg(feature = "fetch")]
    pub fn add_system(&mut self) -> Result<(), Error> {
        let found = rustls_native_certs::load_native_certs();
        if let (true, Some(error)) = (found.certs.is_empty(), found.errors.first()) {
            return Err(Error::System(crate::text::foreign::Foreign::text(&error.to_string())));
        }
        let place = Path::new("the system's store");
        for error in &found.errors {
            self.skip(crate::text::foreign::Foreign::text(&error.to_string()).line());
        }
        for (index, der) in found.certs.iter().enumerate() {
            match Certificate::from_der(der) {
                Ok(certificate) => self.add(place, Root { certificate, source: Source::System })?,
                Err(problem) => {
                    let (number, sha256) = (index + 1, Sha256::of(der));
                    self.skip(format!(
                        "certificate {number} of the system's store, SHA-256 {sha256}, is {problem}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Also trusts `certificate`, which messages call `name`.
    pub fn add_certificate(&mut self, certificate: Certificate, name: &str) {
        Arc::make_mut(&mut self.added)
            .push(Root { certificate, source: Source::File(name.into()) });
    }

    fn add(&mut self, path: &Path, root: Root) -> Result<(), Error> {
        if self.added.len() == MAX_ROOTS {
            return Err(Error::TooMany(path.to_owned()));
        }
        Arc::make_mut(&mut self.added).push(root);
        Ok(())
    }

    /// Also trusts certificates that were read elsewhere; messages call their source `place`.
    ///
    /// # Errors
    ///
    /// There are more than 2,000 roots.
    pub fn add_certificates(
        &mut self,
        certificates: impl IntoIterator<Item = Certificate>,
        place: &Path,
    ) -> Result<(), Error> {
        certificates.into_iter().try_for_each(|certificate| {
            self.add(place, Root { certificate, source: Source::File(place.to_owned()) })
        })
    }

    /// Also trusts the certificate with this SHA-256, wherever it comes from.
    pub fn trust_sha256(&mut self, fingerprint: Sha256) {
        self.fingerprints.push(fingerprint);
    }

    /// The certificate as a root, if the user trusts it by its fingerprint or in a file.
    ///
    /// Mozilla's roots are not searched.
    #[must_use]
    pub fn explicitly_trusted(&self, certificate: &Certificate) -> Option<Root> {
        if let Some(root) = self.added.iter().find(|root| root.certificate == *certificate) {
            return Some(root.clone());
        }
        let named = self.fingerprints.contains(&certificate.sha256());
        named.then(|| Root { certificate: certificate.clone(), source: Source::Fingerprint })
    }

    /// Every reason to trust exactly `certificate`; empty if this store does not have it.
    ///
    /// Mozilla's copy counts if the system's store has another copy of the root, since the
    /// choice of an anchor prefers it.
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

    /// Whether it holds Mozilla's roots.
    pub(crate) const fn has_mozilla(&self) -> bool {
        self.mozilla
    }

    /// The added roots, without Mozilla's.
    pub(crate) fn added(&self) -> impl Iterator<Item = &Root> {
        self.added.iter()
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

    /// The name of the store in messages: `Mozilla's store`.
    #[must_use]
    pub fn description(&self) -> String {
        let mut parts = Vec::new();
        if self.mozilla {
            parts.push("Mozilla's store".to_owned());
        }
        for root in self.added.iter() {
            let part = root.source.to_string();
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        match parts.as_slice() {
            [] if self.fingerprints.is_empty() => "the empty store".to_owned(),
            [] => "the given fingerprints".to_owned(),
            [one] => one.clone(),
            [first, .., last] if parts.len() > 3 => format!("{first} ... {last}"),
            [start @ .., last] => format!("{} or {last}", start.join(", ")),
        }
    }
}
