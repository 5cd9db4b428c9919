//! The graph of a chain: which certificate may have issued which.
//!
//! In: the available certificates, and the [`Work`] of their target. Out: the issuers of a certificate, what
//! leads up from a leaf, and every partial path. Whether a path verifies is decided in [`super::path`].
//!
//! An edge needs the issuer's name, compared byte by byte as rustls-webpki does, and its signature. How a
//! TLS stack builds a path is that stack's own rule, in its entry in the module `stack`.

use std::ops::ControlFlow;

use der::asn1::ObjectIdentifier;

use super::work::Work;
use crate::x509::{
    certificate::Certificate,
    der::{Elements, only},
};

/// The most intermediates of a path: the limit of rustls-webpki.
const MAX_INTERMEDIATES: usize = 6;

/// The available certificates.
pub struct Graph<'a> {
    /// By subject; those of one subject in the order given.
    certificates: Vec<&'a Certificate>,
    work: &'a Work,
}

impl<'a> Graph<'a> {
    /// The graph of `certificates`, whose signatures count as `work`.
    #[must_use]
    pub fn new(certificates: impl IntoIterator<Item = &'a Certificate>, work: &'a Work) -> Self {
        let mut certificates: Vec<_> = certificates.into_iter().collect();
        certificates.sort_by(|one, other| one.subject_der().cmp(other.subject_der()));
        Self { certificates, work }
    }

    /// Those whose subject is `name`.
    pub(crate) fn of_subject(&self, name: &[u8]) -> impl Iterator<Item = &'a Certificate> {
        let start = self.certificates.partition_point(|one| one.subject_der() < name);
        let end = self.certificates.partition_point(|one| one.subject_der() <= name);
        self.certificates[start..end].iter().copied()
    }

    /// Those that `child` names as its issuer.
    pub(crate) fn named(&self, child: &Certificate) -> impl Iterator<Item = &'a Certificate> {
        self.of_subject(child.issuer_der())
    }

    /// Those that may have issued `child`: see [`Work::may_have_issued`].
    pub(crate) fn issuers(&self, child: &Certificate) -> impl Iterator<Item = &'a Certificate> {
        self.named(child).filter(|one| self.work.may_be_signed_by(child, one))
    }

    /// `leaf` and everything that issued it, directly or through other certificates.
    #[must_use]
    pub fn above(&self, leaf: &'a Certificate) -> Vec<&'a Certificate> {
        let mut above = vec![leaf];
        let mut next = 0;
        while let Some(child) = above.get(next).copied() {
            for issuer in self.issuers(child) {
                if !above.contains(&issuer) {
                    above.push(issuer);
                }
            }
            next += 1;
        }
        above
    }

    /// Those that may come next on `path` by name: a path has each name and key once (RFC 4158 section
    /// 5.2).
    pub(super) fn next(&self, path: &[&Certificate]) -> impl Iterator<Item = &'a Certificate> {
        let named = path.last().into_iter().flat_map(|top| self.named(top));
        named.filter(|one| !path.iter().any(|below| below.is_same_anchor(one)))
    }
}

/// Walks the partial paths from `leaf`, depth first, until `step` breaks.
///
/// `step` gets each path and returns what may come next on it. A path has at most [`MAX_INTERMEDIATES`].
pub(super) fn walk<'a>(
    leaf: &'a Certificate,
    mut step: impl FnMut(&[&'a Certificate]) -> ControlFlow<(), Vec<&'a Certificate>>,
) -> ControlFlow<()> {
    let mut open = vec![vec![leaf]];
    while let Some(path) = open.pop() {
        let next = step(&path)?;
        if path.len() <= MAX_INTERMEDIATES {
            open.extend(next.into_iter().rev().map(|one| [path.as_slice(), &[one]].concat()));
        }
    }
    ControlFlow::Continue(())
}

/// authorityKeyIdentifier (RFC 5280 section 4.2.1.1).
const AUTHORITY_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.35");
/// subjectKeyIdentifier (RFC 5280 section 4.2.1.2).
const SUBJECT_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
/// The identifier octet of keyIdentifier [0] in authorityKeyIdentifier.
const KEY_IDENTIFIER: u8 = 0x80;

/// Whether the authorityKeyIdentifier of `child` is the subjectKeyIdentifier of `issuer`: then this
/// issuer is meant, and the signature is wrong.
pub(super) fn names_key_of(child: &Certificate, issuer: &Certificate) -> bool {
    let named = contents(child, AUTHORITY_KEY)
        .and_then(|names| Elements::of(names).find(|field| field.class == KEY_IDENTIFIER))
        .map(|named| named.value);
    named.is_some() && named == contents(issuer, SUBJECT_KEY)
}

/// The contents of the element in the extension `id`.
fn contents(certificate: &Certificate, id: ObjectIdentifier) -> Option<&[u8]> {
    let (_, value) = certificate.extension(id)?;
    only(value).map(|element| element.value)
}
