//! Certificates in files, as people keep them.

use std::path::Path;

use super::store::{Error, Format, MAX_ROOTS, MAX_ROOTS_BYTES};
use crate::{
    text::{bounded_file, foreign::Foreign},
    x509::{certificate::Certificate, pkcs7},
};

/// The most labels of PEM blocks that are named where none is a certificate's.
const MAX_LABELS: usize = 4;

/// The certificates of a PEM file (any text around the blocks), a DER file, or a PKCS#7 file in
/// either encoding, whose order says nothing: there what signed none of the others comes first.
///
/// # Errors
///
/// The file cannot be read, is over a limit, or holds something else than certificates.
pub fn read_certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let unreadable = |error| Error::Unreadable { path: path.to_owned(), error };
    certificates_in(&bounded_file::read(path, MAX_ROOTS_BYTES).map_err(unreadable)?, path)
}

/// The certificates in `content`, which came from `path`.
///
/// # Errors
///
/// See [`read_certificates`].
pub fn certificates_in(content: &[u8], path: &Path) -> Result<Vec<Certificate>, Error> {
    let malformed =
        |position, problem| Error::Malformed { path: path.to_owned(), position, problem };
    if let Some(format) = Format::of(content) {
        return Err(Error::OtherFormat { path: path.to_owned(), format });
    }
    // One more than is taken, since what is left out has to be said.
    let message = |content| match pkcs7::certificates(content, MAX_ROOTS + 1) {
        Some(found) if found.len() > MAX_ROOTS => Err(Error::TooMany(path.to_owned())),
        Some(found) => Ok(Some(leaf_first(found))),
        None => Ok(None),
    };
    if content.first() == Some(&0x30) {
        if let Some(certificates) = message(content)? {
            return some(certificates, &[], path);
        }
        let certificate = Certificate::from_der(content);
        return Ok(vec![certificate.map_err(|error| malformed(1, error.to_string()))?]);
    }
    let blocks = pem::parse_many(content).map_err(|error| {
        malformed(1, format!("not a PEM certificate: {}", Foreign::text(&error.to_string()).line()))
    })?;
    let mut certificates = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        // RFC 7468 sections 8 and 9.
        if matches!(block.tag(), "PKCS7" | "CMS") {
            let problem = || malformed(index + 1, "not a PKCS#7 message".to_owned());
            certificates.extend(message(block.contents())?.ok_or_else(problem)?);
        }
        // RFC 7468 section 5.1 names CERTIFICATE; the others are what old OpenSSL wrote.
        if matches!(block.tag(), "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE") {
            let certificate = Certificate::from_der(block.contents());
            certificates
                .push(certificate.map_err(|error| malformed(index + 1, error.to_string()))?);
        }
        if certificates.len() > MAX_ROOTS {
            return Err(Error::TooMany(path.to_owned()));
        }
    }
    some(certificates, &blocks, path)
}

/// The certificates, if there are any in the file of these PEM blocks.
fn some(
    certificates: Vec<Certificate>,
    blocks: &[pem::Pem],
    path: &Path,
) -> Result<Vec<Certificate>, Error> {
    if !certificates.is_empty() {
        return Ok(certificates);
    }
    let mut labels = Vec::new();
    for label in blocks.iter().map(|block| Foreign::text(block.tag())) {
        if labels.len() < MAX_LABELS && !labels.contains(&label) {
            labels.push(label);
        }
    }
    Err(Error::Empty { path: path.to_owned(), labels })
}

/// What issued none of the others, by name, before the others.
fn leaf_first(mut certificates: Vec<Certificate>) -> Vec<Certificate> {
    let is_leaf = |one: &Certificate| {
        let issued = |other: &Certificate| other != one && other.issuer_der() == one.subject_der();
        !certificates.iter().any(issued)
    };
    if let Some(position) = certificates.iter().position(is_leaf) {
        certificates[..=position].rotate_right(1);
    }
    certificates
}
