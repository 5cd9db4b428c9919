//! Finds every path from the leaf to a root that the user trusts.
//!
//! In: what was presented, the issuers that were fetched, a [`Store`], a name and a time. Out:
//! [`Paths`], each ended in a root, or why there is none.
//!
//! rustls-webpki builds and judges the paths. What it does not look at is checked here and named
//! for it: the anchor's own validity and extensions, and keyCertSign on every intermediate. It
//! cannot judge a server's own certificate that the user trusts as it stands (RFC 5280 section
//! 6.1 has no such path), which home brokers use: `trusted_leaf` is their way.

mod all;
mod constraints;
mod explain;
mod search;
mod size;
mod spelling;
mod webpki_error;
mod words;

use rustls_pki_types::{CertificateDer, ServerName};
use webpki::EndEntityCert;

use crate::chain::Presented;
use crate::{
    judge::work::Work,
    text::time::Time,
    trust::store::{Root, Store},
    x509::{certificate::Certificate, extensions},
};

pub use self::all::{MAX_TRACES, Trace, Traces, trace};
pub(crate) use self::explain::why_not;
pub(crate) use self::search::{Problem, search};
pub use super::refusal::Refusal;

/// What is asked of a path.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The name that the leaf must carry (RFC 9525).
    pub name: &'a ServerName<'static>,
    /// The time of judgement.
    pub at: Time,
    /// What the target may still cost.
    pub work: &'a Work,
}

/// A path that holds: from the leaf to a root of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The leaf, then each certificate's issuer, without the anchor.
    pub certificates: Vec<Certificate>,
    /// The root that ends it.
    pub anchor: Root,
}

/// All paths that hold; at least one.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The paths in the order found.
    pub found: Vec<Path>,
    /// Whether the search ended at a limit of [`Work`], so that there may be more.
    pub cut: bool,
}

/// Finds the paths from the presented leaf to the roots of `store` that hold for `question`.
///
/// `issuers` are further candidates, fetched elsewhere. A certificate that was sent or fetched
/// ends a path only if the store has it.
///
/// # Errors
///
/// [`Refusal`] says why no path holds, as far as the best one got.
pub fn find(
    presented: &Presented,
    issuers: &[Certificate],
    store: &Store,
    question: Question<'_>,
) -> Result<Paths, Refusal> {
    let leaf = presented.leaf()?;
    let mut candidates = presented.above_leaf().to_vec();
    candidates.extend(issuers.iter().cloned());
    if let Some(root) = own_anchor(leaf, store) {
        let path = trusted_leaf(leaf, root, question)?;
        return Ok(Paths { found: vec![path], cut: false });
    }
    let roots = roots_within_reach(leaf, &candidates, store);
    let search = search(leaf, &candidates, &roots, question, Some(question.at));
    match search {
        Ok(paths) => Ok(paths),
        // The user trusts the leaf itself, and nothing above it: that makes no authority of it.
        Err(_) if store.by_the_users_word(leaf).is_some() => {
            Err(explain::trusted_leaf_is_issued(leaf))
        }
        Err(problem) => Err(why_not(leaf, &candidates, &roots, store, question, problem)
            .beside(presented.unreadable())),
    }
}

/// The roots that issued, by name, the leaf or a candidate, and candidates the user named.
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
    for root in candidates.iter().filter_map(|candidate| store.by_the_users_word(candidate)) {
        if !roots.iter().any(|known| known.certificate == root.certificate) {
            roots.push(root);
        }
    }
    roots
}

/// The leaf as its own anchor, if it is one: the user named it, and it signed itself.
fn own_anchor(leaf: &Certificate, store: &Store) -> Option<Root> {
    store.by_the_users_word(leaf).filter(|_| extensions::signed_itself(leaf))
}

/// The path of a leaf that is its own anchor.
///
/// Its dates and its name are checked as for any other leaf; that it may be a CA is not held
/// against it, since trusting exactly this certificate asks nothing of it as an authority.
///
/// # Errors
///
/// It is not valid at the time, or carries another name.
fn trusted_leaf(leaf: &Certificate, root: Root, question: Question<'_>) -> Result<Path, Refusal> {
    leaf_holds(leaf, question)?;
    Ok(Path { certificates: vec![leaf.clone()], anchor: root })
}

/// Whether the leaf itself, whoever issued it, is valid at the time and for the name.
pub(crate) fn leaf_holds(leaf: &Certificate, question: Question<'_>) -> Result<(), Refusal> {
    if question.at < leaf.not_before() || question.at > leaf.not_after() {
        return Err(explain::out_of_date(leaf, question.at));
    }
    leaf_is_named(leaf, question)
}

/// Whether nothing says yet that `leaf` is for another name, so that its issuers matter.
pub(crate) fn may_be_for(leaf: &Certificate, name: &ServerName<'static>) -> bool {
    let der = CertificateDer::from(leaf.der());
    let outcome =
        EndEntityCert::try_from(&der).and_then(|leaf| leaf.verify_is_valid_for_subject_name(name));
    !matches!(outcome, Err(webpki::Error::CertNotValidForName(_)))
}

/// Whether the leaf, whoever issued it, is for the name.
fn leaf_is_named(leaf: &Certificate, question: Question<'_>) -> Result<(), Refusal> {
    let der = CertificateDer::from(leaf.der());
    EndEntityCert::try_from(&der)
        .and_then(|leaf| leaf.verify_is_valid_for_subject_name(question.name))
        .map_err(|error| explain::leaf_refused(leaf, question, &error))
}
