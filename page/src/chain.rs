//! Reads certificates from files of any format, and orders them into a chain with the leaf first.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certgrab::internals::{
    Certificate,
    check::{self, Reading},
    judge::{graph::Graph, work::Work},
};
use serde::Deserialize;

/// File names by which to parse pasted text, in turn, until a certificate is found: text with PEM
/// blocks, then the literals of each language.
const PASTED: [&str; 4] = ["pasted.pem", "pasted.ino", "pasted.py", "pasted.rs"];

/// A file, or pasted text.
#[derive(Debug, Deserialize)]
pub struct Given {
    /// The name of the file; empty if it was pasted.
    #[serde(default)]
    pub name: String,
    /// The bytes, in Base64.
    pub content: String,
}

/// The certificates that the user gave, without duplicates, and the readings of their files.
///
/// # Errors
///
/// A sentence that explains why the input is rejected.
pub(crate) fn read(given: &[Given]) -> Result<(Vec<Certificate>, Vec<Reading>), String> {
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut readings = Vec::new();
    for one in given {
        let content = STANDARD.decode(&one.content).map_err(|_| "the content is not Base64")?;
        if content.len() > check::MAX_FILE_BYTES {
            return Err(format!("{} is larger than {} bytes", one.name, check::MAX_FILE_BYTES));
        }
        let reading = reading(&one.name, &content);
        for certificate in reading.anchors.iter().filter_map(|one| one.certificate.clone()) {
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
        readings.push(reading);
    }
    Ok((certificates, readings))
}

/// Reads `content`. The language of pasted text is unknown, because it has no file name.
fn reading(name: &str, content: &[u8]) -> Reading {
    if !name.is_empty() {
        return check::read(Path::new(name), content);
    }
    let mut readings = PASTED.map(|name| check::read(Path::new(name), content)).into_iter();
    let first = readings.next();
    let better = readings.find(|reading| !reading.anchors.is_empty());
    match first {
        Some(first) if !first.anchors.is_empty() || better.is_none() => first,
        first => better.or(first).unwrap_or_else(|| check::read(Path::new(PASTED[0]), content)),
    }
}

/// The leaf among `certificates`, if there is one: it is not a CA, and it issued none of the others.
pub(crate) fn leaf(certificates: &[Certificate]) -> Option<&Certificate> {
    let is_leaf =
        |one: &&Certificate| !one.extensions().is_authority && one.issued_none_of(certificates);
    certificates.iter().find(is_leaf)
}

/// `leaf`, then its issuers in order, then the other certificates. Users export certificates one at a
/// time, in any order.
pub(crate) fn in_order<'a>(
    leaf: &'a Certificate,
    certificates: &'a [Certificate],
    work: &'a Work,
) -> Vec<&'a Certificate> {
    let mut chain = Graph::new(certificates, work).above(leaf);
    let rest: Vec<_> = certificates.iter().filter(|one| !chain.contains(one)).collect();
    chain.extend(rest);
    chain
}
