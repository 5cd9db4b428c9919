//! The number of partial paths by names, before any signature is checked.

use std::collections::HashMap;

use crate::{judge::work::MAX_PARTIAL_PATHS, x509::certificate::Certificate};

/// The most intermediates of a path: those that rustls-webpki tries.
pub(super) const MAX_INTERMEDIATES: usize = 6;

/// Whether rustls-webpki would try no more partial paths than are looked at for a target.
///
/// It goes by names, as far as six intermediates, and its own limit of 200,000 partial paths, each
/// with every certificate read again, is far away. No signature is checked here.
pub(super) fn is_small(leaf: &Certificate, candidates: &[Certificate]) -> bool {
    let mut keys: HashMap<(&[u8], &[u8]), usize> = HashMap::new();
    let mut by_subject: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut key = |one| {
        let next = keys.len();
        *keys.entry(name_and_key(one)).or_insert(next)
    };
    let leaf_key = key(leaf);
    let candidate_keys: Vec<usize> = candidates.iter().map(key).collect();
    for (position, candidate) in candidates.iter().enumerate() {
        by_subject.entry(candidate.subject_der()).or_default().push(position);
    }
    let mut tried = 0;
    let mut open: Vec<(&Certificate, Vec<usize>)> = vec![(leaf, vec![leaf_key])];
    while let Some((top, below)) = open.pop() {
        for &position in by_subject.get(top.issuer_der()).into_iter().flatten() {
            if below.contains(&candidate_keys[position]) {
                continue;
            }
            tried += 1;
            if tried > MAX_PARTIAL_PATHS {
                return false;
            }
            if below.len() <= MAX_INTERMEDIATES {
                let path = below.iter().copied().chain([candidate_keys[position]]).collect();
                open.push((&candidates[position], path));
            }
        }
    }
    true
}

/// What makes two certificates one step of a path (RFC 4158 section 5.2).
pub(super) fn name_and_key(certificate: &Certificate) -> (&[u8], &[u8]) {
    (certificate.subject_der(), certificate.spki_der())
}
