//! Finds every path from the leaf to a root that the user trusts.
//!
//! In: the presented chain, the fetched issuers, a [`Store`], a name and a time. Out: [`Paths`], each
//! with its root, or why there is none.
//!
//! rustls-webpki builds and verifies the paths. This stage checks the rest: the anchor's own validity
//! and extensions, and keyCertSign on every intermediate. rustls-webpki cannot verify a leaf that the
//! user trusts directly (RFC 5280 section 6.1 has no such path). Home brokers use such leaves;
//! `trusted_leaf` verifies them.

mod all;
mod beyond;
mod constraints;
mod explain;
mod pss;
mod search;
mod spelling;
mod verify;
mod webpki_error;
mod words;

use rustls_pki_types::ServerName;

use self::verify::verify_name;
use crate::chain::Presented;
use crate::{
    judge::work::Work,
    text::time::Time,
    trust::store::{Root, Store},
    x509::certificate::Certificate,
};

pub use self::all::{MAX_TRACES, Trace, Traces, trace};
pub use self::beyond::find_beyond;
pub(crate) use self::explain::why_not;
pub(crate) use self::search::{Problem, search};
pub use super::refusal::Refusal;

/// What a path is verified for.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The name that the leaf must be valid for (RFC 9525); `None` to verify the path alone.
    pub name: Option<&'a ServerName<'static>>,
    /// The time as of which it is verified.
    pub at: Time,
    /// The work done for the target, with its limits.
    pub work: &'a Work,
}

/// A verified path from the leaf to a root of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The leaf, then each certificate's issuer, without the anchor.
    pub certificates: Vec<Certificate>,
    /// The root that it ends in.
    pub anchor: Root,
}

impl Path {
    /// The intermediates that count towards a pathLenConstraint: not the self-issued ones (RFC 5280
    /// section 4.2.1.9).
    pub(crate) fn counted_intermediates(&self) -> usize {
        self.certificates.iter().skip(1).filter(|one| !one.is_self_issued()).count()
    }
}

/// All verified paths; at least one.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The paths in the order found.
    pub found: Vec<Path>,
    /// Whether the search stopped at a limit of [`Work`], so there may be more paths.
    pub cut: bool,
}

/// Finds the paths from the presented leaf to the roots of `store` that verify for `question`.
///
/// `issuers` are more candidates, which were fetched. A certificate that was sent or fetched only
/// ends a path if it is in the store.
///
/// # Errors
///
/// [`Refusal`] says why no path verifies, for the one that got furthest.
pub fn find(
    presented: &Presented,
    issuers: &[Certificate],
    store: &Store,
    question: Question<'_>,
) -> Result<Paths, Refusal> {
    let leaf = presented.leaf()?;
    let mut candidates = presented.above_leaf().to_vec();
    candidates.extend(issuers.iter().cloned());
    if let Some(root) = own_anchor(leaf, store, question.work) {
        let path = trusted_leaf(leaf, root, question)?;
        return Ok(Paths { found: vec![path], cut: false });
    }
    let roots = roots_within_reach(leaf, &candidates, store);
    let search = search(leaf, &candidates, &roots, question, Some(question.at));
    match search {
        Ok(paths) => Ok(paths),
        // The user trusts the leaf itself and nothing above it. That does not make it a CA.
        Err(_) if store.explicitly_trusted(leaf).is_some() => {
            Err(explain::trusted_leaf_is_issued(leaf))
        }
        Err(problem) => Err(why_not(leaf, &candidates, &roots, store, question, problem)
            .with_unreadable(presented.unreadable())),
    }
}

/// The roots that issued, by name, the leaf or a candidate, and the candidates that the user trusts.
fn roots_within_reach(leaf: &Certificate, candidates: &[Certificate], store: &Store) -> Vec<Root> {
    let mut roots: Vec<Root> = Vec::new();
    let mut asked: Vec<&[u8]> = Vec::new();
    for certificate in std::iter::once(leaf).chain(candidates) {
        let issuer = certificate.issuer_der();
        if !asked.contains(&issuer) {
            asked.push(issuer);
            roots.extend(store.named(issuer));
        }
    }
    for root in candidates.iter().filter_map(|candidate| store.explicitly_trusted(candidate)) {
        if !roots.iter().any(|known| known.certificate == root.certificate) {
            roots.push(root);
        }
    }
    roots
}

/// The leaf as its own anchor, if the user trusts it and it is self-signed.
fn own_anchor(leaf: &Certificate, store: &Store, work: &Work) -> Option<Root> {
    store.explicitly_trusted(leaf).filter(|_| work.signed_itself(leaf) == Some(true))
}

/// The path of a leaf that is its own anchor.
///
/// Its dates and its name are checked as for any other leaf. It may be a CA certificate, since trust
/// in exactly this certificate does not depend on that.
///
/// # Errors
///
/// It is not valid at the time or for the name.
fn trusted_leaf(leaf: &Certificate, root: Root, question: Question<'_>) -> Result<Path, Refusal> {
    leaf_is_valid(leaf, question)?;
    Ok(Path { certificates: vec![leaf.clone()], anchor: root })
}

/// Whether the leaf itself is valid at the time and for the name, regardless of its issuer.
pub(crate) fn leaf_is_valid(leaf: &Certificate, question: Question<'_>) -> Result<(), Refusal> {
    if !leaf.is_valid_at(question.at) {
        return Err(explain::out_of_date(leaf, question.at));
    }
    leaf_is_named(leaf, question)
}

/// Whether `leaf` may be valid for `name`, so that its issuers matter.
pub(crate) fn may_be_for(leaf: &Certificate, name: &ServerName<'static>) -> bool {
    !matches!(verify_name(leaf, name), Err(webpki::Error::CertNotValidForName(_)))
}

/// Whether the leaf is valid for the name, if there is one, regardless of its issuer.
fn leaf_is_named(leaf: &Certificate, question: Question<'_>) -> Result<(), Refusal> {
    let Some(name) = question.name else { return Ok(()) };
    verify_name(leaf, name).map_err(|error| explain::leaf_refused(leaf, question, &error))
}
