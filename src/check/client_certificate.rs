//! The device's own certificates; a device needs one if the server requires it.
//!
//! In: all certificates of a file. Out: those that are the device's own, and the anchors: the rules for
//! anchors do not apply to the device's own certificates.

use std::collections::HashSet;

use der::Tag;

use super::{
    EmbeddedAnchor, Place,
    source::{Form, Source, calls::Reads},
};
use crate::x509::{
    certificate::{Certificate, Key},
    der::Elements,
    extensions::ServerUse,
};

/// The device's own certificates among those of `source`, whose private keys have the numbers and
/// points `keys`, and the anchors.
pub(crate) fn split(
    all: Vec<EmbeddedAnchor>,
    source: &Source,
    keys: &HashSet<Vec<u8>>,
) -> (Vec<EmbeddedAnchor>, Vec<EmbeddedAnchor>) {
    let mut certificates = all.iter().filter_map(|one| one.certificate.as_ref());
    if certificates.all(|one| one.extensions().is_authority) {
        return (Vec::new(), all);
    }
    all.into_iter().partition(|one| is_own(one, source, keys))
}

/// Whether `anchor` is passed to a function that expects the device's own certificate; or is not for
/// servers, or has its private key in a file of the same check, and the code does not pass it to a
/// function that expects anchors.
fn is_own(anchor: &EmbeddedAnchor, source: &Source, keys: &HashSet<Vec<u8>>) -> bool {
    let Some(certificate) = &anchor.certificate else { return false };
    if certificate.extensions().is_authority {
        return false;
    }
    let used = anchor.name.as_deref().map_or(&[][..], |name| source.uses.of_constant(name));
    if used.iter().any(|one| one.reads == Reads::Own) {
        return true;
    }
    if used.iter().any(|one| one.takes_anchors) {
        return false;
    }
    certificate.extensions().server_use == ServerUse::Excluded
        || public(certificate).is_some_and(|key| keys.contains(key))
}

/// Whether the private key of `certificate` is in `source`.
pub(super) fn has_its_key(certificate: &Certificate, source: &Source) -> bool {
    public(certificate)
        .is_some_and(|key| private_keys(source).iter().any(|one| one.parts.contains(key)))
}

/// The nesting of a private key: PKCS #8 contains an octet string, that a SEC 1 key, that `[1]`, and
/// that the point.
const KEY_DEPTH: usize = 5;

/// A private key in PEM.
#[derive(Debug, Clone)]
pub(crate) struct PrivateKey {
    pub(crate) place: Place,
    /// Whether it is in a file that is read as it is, and not in code.
    pub(crate) is_in_file: bool,
    /// The numbers and points in it.
    pub(crate) parts: HashSet<Vec<u8>>,
}

/// The most private keys of a file that are read: more than a device has.
const MAX_KEYS: usize = 1_000;

/// The private keys in PEM in `source`.
pub(crate) fn private_keys(source: &Source) -> Vec<PrivateKey> {
    let mut found = Vec::new();
    for constant in &source.constants {
        for (at, block) in key_blocks(&constant.bytes) {
            if found.len() == MAX_KEYS {
                return found;
            }
            let mut parts = HashSet::new();
            collect(block.contents(), KEY_DEPTH, &mut parts);
            let is_in_file = constant.form == Form::File;
            let place = Place::from(constant.line(at));
            found.push(PrivateKey { place, is_in_file, parts });
        }
    }
    found
}

/// The readable blocks of private keys in `bytes`, with the positions where they begin.
fn key_blocks(bytes: &[u8]) -> impl Iterator<Item = (usize, pem::Pem)> {
    let begins = memchr::memmem::find_iter(bytes, BEGIN);
    begins.filter_map(|at| {
        let rest = &bytes[at..];
        let label = rest[BEGIN.len()..].iter().position(|byte| *byte == b'-')?;
        let label = &rest[BEGIN.len()..][..label];
        let end = [b"-----END ", label, b"-----"].concat();
        let is_key = label.ends_with(b"PRIVATE KEY") && label.len() <= MAX_LABEL_BYTES;
        let end = is_key.then(|| memchr::memmem::find(rest, &end)).flatten()? + end.len();
        Some((at, pem::parse(&rest[..end]).ok()?))
    })
}

const BEGIN: &[u8] = b"-----BEGIN ";

/// The most bytes of a label of a private key: `ENCRYPTED PRIVATE KEY` has 21.
const MAX_LABEL_BYTES: usize = 32;

/// Adds to `found` the integers and bit strings of `contents`, which are a private key or part of one.
///
/// A private key contains the modulus (RFC 8017 appendix A.1.2) or, usually, the point (RFC 5915 section 3)
/// of its public key, often wrapped (RFC 5958 section 2). Each is looked up in a set, so a file of keys
/// and certificates takes no longer than the two apart.
fn collect(contents: &[u8], depth: usize, found: &mut HashSet<Vec<u8>>) {
    for element in Elements::of(contents) {
        match element.tag {
            Tag::Integer | Tag::BitString => {
                found.insert(significant(element.value).to_vec());
            }
            _ if depth > 0 => collect(element.value, depth - 1, found),
            _ => {}
        }
    }
}

/// The part of the key of `certificate` that is also in its private key.
pub(crate) fn public(certificate: &Certificate) -> Option<&[u8]> {
    match certificate.key() {
        Key::Rsa { modulus: public, .. } | Key::Ec { point: public, .. } => {
            Some(significant(public)).filter(|public| !public.is_empty())
        }
        Key::Other(_) | Key::Unknown(_) => None,
    }
}

/// `bytes` without the sign of a number (X.690 section 8.3) or the count of unused bits of a bit
/// string (section 8.6.2.2), which are zero in keys.
fn significant(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}
