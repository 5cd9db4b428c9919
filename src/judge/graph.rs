//! The graph of a chain: which certificate may have issued which.
//!
//! In: the certificates at hand, and the [`Work`] of their target. Out: the issuers of a certificate, what
//! leads up from a leaf, and every partial path. Whether a path verifies is decided in [`super::path`].
//!
//! An edge needs the issuer's name, compared byte by byte as rustls-webpki does, and its signature. How a
//! TLS stack builds a path is that stack's own rule, in its entry in [`crate::stack`].

use std::ops::ControlFlow;

use x509_parser::{
    certificate::X509Certificate, extensions::ParsedExtension, prelude::FromDer as _,
};

use super::work::Work;
use crate::x509::certificate::Certificate;

/// The most intermediates of a path: those that rustls-webpki tries.
const MAX_INTERMEDIATES: usize = 6;

/// The certificates at hand.
pub(crate) struct Graph<'a> {
    certificates: Vec<&'a Certificate>,
    work: &'a Work,
}

impl<'a> Graph<'a> {
    pub(crate) fn new(
        certificates: impl IntoIterator<Item = &'a Certificate>,
        work: &'a Work,
    ) -> Self {
        Self { certificates: certificates.into_iter().collect(), work }
    }

    /// Those that `child` names as its issuer.
    pub(super) fn named(&self, child: &Certificate) -> impl Iterator<Item = &'a Certificate> {
        self.certificates.iter().copied().filter(|one| child.names_as_issuer(one))
    }

    /// Those that may have issued `child`: see [`Work::may_have_issued`].
    pub(crate) fn issuers(&self, child: &Certificate) -> impl Iterator<Item = &'a Certificate> {
        self.named(child).filter(|one| self.work.may_be_signed_by(child, one))
    }

    /// `leaf` and everything that issued it, directly or through other certificates.
    pub(crate) fn above(&self, leaf: &'a Certificate) -> Vec<&'a Certificate> {
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

/// Whether the authorityKeyIdentifier of `child` is the subjectKeyIdentifier of `issuer` (RFC 5280
/// section 4.2.1.1): then this issuer is meant, and the signature is wrong.
pub(super) fn names_key_of(child: &Certificate, issuer: &Certificate) -> bool {
    let read = |one| X509Certificate::from_der(one).ok().map(|(_, parsed)| parsed);
    let (Some(child), Some(issuer)) = (read(child.der()), read(issuer.der())) else { return false };
    let named = child.iter_extensions().find_map(|one| match one.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(names) => names.key_identifier.as_ref(),
        _ => None,
    });
    let own = issuer.iter_extensions().find_map(|one| match one.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(own) => Some(own),
        _ => None,
    });
    named.is_some() && named == own
}
