//! The certificates that a TLS stack gets together with another one.
//!
//! In: the anchors of a file. Out: for each constant, the certificates it is loaded with.

use std::{collections::HashMap, rc::Rc};

use super::EmbeddedAnchor;
use crate::{text::time::Time, x509::certificate::Certificate};

/// The most certificates of one path that are followed up to its root: more than TLS servers
/// send, and than rustls-webpki follows (its limit is 6).
pub(super) const LONGEST_PATH: usize = 16;

/// The most keys of one name that are tried for a signature: no CA has so many, and a file may hold ten
/// thousand.
pub(super) const MOST_ISSUERS: usize = 16;

/// The certificates that a reader gets together with another one.
#[derive(Default)]
pub(super) struct Companions {
    /// The certificates, by subject (DER).
    by_subject: HashMap<Vec<u8>, Vec<Certificate>>,
    /// Whether one of them is valid at the time of judgement.
    pub(super) has_a_valid_one: bool,
}

impl Companions {
    /// By constant: those of one constant are together, and all that certgrab wrote into one file, since
    /// some formats have a separate constant for each certificate of a chain.
    pub(super) fn each(
        anchors: &[EmbeddedAnchor],
        is_generated: bool,
        at: Time,
    ) -> HashMap<usize, Rc<Self>> {
        let group = |one: &EmbeddedAnchor| if is_generated { 0 } else { one.constant };
        let mut groups: HashMap<usize, Self> = HashMap::new();
        for one in anchors {
            let companions = groups.entry(group(one)).or_default();
            let Some(certificate) = &one.certificate else {
                let left = one.left();
                companions.has_a_valid_one |= left.is_some_and(|left| at <= left.not_after);
                continue;
            };
            companions.has_a_valid_one |=
                certificate.not_before() <= at && at <= certificate.not_after();
            let name = certificate.subject_der().to_vec();
            let known = companions.by_subject.entry(name).or_default();
            // One more than is ever tried, to detect that there are more.
            let is_known = |one: &Certificate| {
                one.spki_der() == certificate.spki_der()
                    && one.is_self_issued() == certificate.is_self_issued()
            };
            if known.len() <= MOST_ISSUERS && !known.iter().any(is_known) {
                known.push(certificate.clone());
            }
        }
        let groups: HashMap<_, _> =
            groups.into_iter().map(|(group, all)| (group, Rc::new(all))).collect();
        anchors.iter().map(|one| (one.constant, Rc::clone(&groups[&group(one)]))).collect()
    }

    pub(super) fn named(&self, subject: &[u8]) -> &[Certificate] {
        self.by_subject.get(subject).map_or(&[], Vec::as_slice)
    }

    /// Whether the root of `certificate` is loaded with it, so that it is not an anchor.
    pub(super) fn holds_the_root_of(&self, certificate: &Certificate) -> bool {
        let mut at = certificate;
        for _ in 0..LONGEST_PATH {
            if at.is_self_issued() {
                return at != certificate;
            }
            let mut twins = self.named(at.subject_der()).iter();
            let twin = twins.find(|one| one.is_self_issued() && one.is_same_anchor(at));
            match twin.or_else(|| self.named(at.issuer_der()).first()) {
                Some(above) => at = above,
                None => return false,
            }
        }
        false
    }
}
