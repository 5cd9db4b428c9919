//! The certificates that a TLS stack gets together with another one.
//!
//! In: the anchors of a file. Out: for each constant, the certificates it is loaded with. Whether a root
//! is among them is decided by names alone: a certificate whose root is loaded too was meant as its
//! intermediate, even if another key signed it.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::EmbeddedAnchor;
use crate::{
    judge::{graph::Graph, work::Work},
    text::time::Time,
    x509::certificate::Certificate,
};

/// The most certificates of one path that are followed up to its root: more than TLS servers
/// send, and than rustls-webpki follows (its limit is 6).
pub(super) const LONGEST_PATH: usize = 16;

/// The most keys of one name that are tried for a signature: no CA has so many, and a file may hold ten
/// thousand.
pub(super) const MOST_ISSUERS: usize = 16;

/// The certificates that a reader gets together with another one.
pub(super) struct Companions<'a> {
    graph: Graph<'a>,
    /// Whether one of them is valid at the time of judgement.
    pub(super) has_a_valid_one: bool,
}

impl<'a> Companions<'a> {
    /// By constant: those of one constant are together, and all that certgrab wrote into one file, since
    /// some formats have a separate constant for each certificate of a chain.
    pub(super) fn each(
        anchors: &'a [EmbeddedAnchor],
        is_generated: bool,
        at: Time,
        work: &'a Work,
    ) -> HashMap<usize, Rc<Self>> {
        let group = |one: &EmbeddedAnchor| if is_generated { 0 } else { one.constant };
        let mut loaded: HashMap<usize, Vec<&EmbeddedAnchor>> = HashMap::new();
        anchors.iter().for_each(|one| loaded.entry(group(one)).or_default().push(one));
        let groups: HashMap<_, _> = loaded
            .into_iter()
            .map(|(group, all)| (group, Rc::new(Self::of(&all, at, work))))
            .collect();
        anchors.iter().map(|one| (one.constant, Rc::clone(&groups[&group(one)]))).collect()
    }

    fn of(all: &[&'a EmbeddedAnchor], at: Time, work: &'a Work) -> Self {
        let mut keys: HashMap<&[u8], HashSet<(&[u8], bool)>> = HashMap::new();
        let is_new = |one: &&'a Certificate| {
            let known = keys.entry(one.subject_der()).or_default();
            // One more than the limit, to detect that there are more.
            known.len() <= MOST_ISSUERS && known.insert((one.spki_der(), one.is_self_issued()))
        };
        let is_valid = |one: &&EmbeddedAnchor| match &one.certificate {
            Some(certificate) => certificate.is_valid_at(at),
            None => one.left().is_some_and(|left| at <= left.not_after),
        };
        let certificates = all.iter().filter_map(|one| one.certificate.as_ref()).filter(is_new);
        Self { graph: Graph::new(certificates, work), has_a_valid_one: all.iter().any(is_valid) }
    }

    /// Those with the name of the issuer of `certificate`.
    pub(super) fn issuers(
        &self,
        certificate: &Certificate,
    ) -> impl Iterator<Item = &'a Certificate> {
        self.graph.named(certificate)
    }

    /// Whether the root of `certificate` is loaded with it, so that it is not an anchor.
    pub(super) fn holds_the_root_of(&self, certificate: &Certificate) -> bool {
        let mut at = certificate;
        for _ in 0..LONGEST_PATH {
            if at.is_self_issued() {
                return at != certificate;
            }
            let mut twins = self.graph.of_subject(at.subject_der());
            let twin = twins.find(|one| one.is_self_issued() && one.is_same_anchor(at));
            match twin.or_else(|| self.graph.named(at).next()) {
                Some(above) => at = above,
                None => return false,
            }
        }
        false
    }
}
