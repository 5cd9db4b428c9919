//! The anchors of a file, one after the other.
//!
//! In: a [`Reading`]. Out: findings at each place of each certificate. Each signature is checked once,
//! however often its certificate occurs in the file.

use std::{collections::HashMap, rc::Rc};

use super::{
    super::{
        EmbeddedAnchor, Finding, Findings, Key, Knowledge, Place, Reading, Severity,
        companions::{Companions, MOST_ISSUERS},
        left_root, named,
    },
    Lint, bundle,
};
use crate::{
    judge::work::Work,
    trust::store::{MAX_ROOTS, Store},
    x509::certificate::{Certificate, Sha256},
};

/// The most signatures that are checked in one file: as many as a store has roots, each of which
/// signed itself.
pub const MAX_SIGNATURE_CHECKS: usize = MAX_ROOTS;

/// The findings about the certificates of `reading`, at each place of each.
#[must_use]
pub fn lint(reading: &Reading, knowledge: &Knowledge<'_>) -> Findings {
    let anchors: Vec<_> = reading.anchors.iter().map(|one| one.known_in(knowledge.store)).collect();
    let work = Work::up_to(MAX_SIGNATURE_CHECKS);
    let companions = Companions::each(&anchors, reading.is_generated, knowledge.at, &work);
    let mut judge = Judge {
        reading,
        knowledge,
        companions,
        work: &work,
        is_over: false,
        judged: HashMap::new(),
    };
    let mut found = Findings::default();
    for one in &anchors {
        judge.findings(one).into_iter().for_each(|finding| found.add(finding));
    }
    bundle::gathered(found, &anchors, |one| match &one.certificate {
        Some(certificate) => Some((certificate.sha256(), named(certificate))),
        None => one.left().map(|left| (left.sha256, left.name.line())),
    })
}

impl EmbeddedAnchor {
    /// The same with the certificate of a root that has its name and key, if there is one.
    fn known_in(&self, store: &Store) -> Self {
        Self { certificate: self.resolved(store), ..self.clone() }
    }
}

/// The state while a file is judged.
struct Judge<'a> {
    reading: &'a Reading,
    knowledge: &'a Knowledge<'a>,
    companions: HashMap<usize, Rc<Companions<'a>>>,
    work: &'a Work,
    /// Whether the limit of signature checks was already reported.
    is_over: bool,
    /// The findings about each certificate of each constant.
    judged: HashMap<(usize, Sha256), Vec<Finding>>,
}

impl Judge<'_> {
    /// The findings about `one`.
    fn findings(&mut self, one: &EmbeddedAnchor) -> Vec<Finding> {
        let Some(certificate) = &one.certificate else { return self.of_unknown(one) };
        let key = (one.constant, certificate.sha256());
        if let Some(known) = self.judged.get(&key) {
            let here = |finding: &Finding| Finding { place: one.place, ..finding.clone() };
            return known.iter().map(here).collect();
        }
        let mut found = self.of_certificate(one, certificate);
        self.judged.insert(key, found.clone());
        if self.work.checks_no_more() && !std::mem::replace(&mut self.is_over, true) {
            found.push(not_checked(one.place));
        }
        found
    }

    fn of_certificate(&self, one: &EmbeddedAnchor, certificate: &Certificate) -> Vec<Finding> {
        let lint = self.lint(one, certificate);
        let issuers = lint.issuers();
        let refutes = |issuer| self.work.is_signed_by(certificate, issuer) == Some(false);
        let is_refuted = issuers.len() <= MOST_ISSUERS && issuers.iter().all(refutes);
        lint.all(if is_refuted { &issuers } else { &[] })
    }

    fn lint<'b>(&'b self, one: &EmbeddedAnchor, certificate: &'b Certificate) -> Lint<'b> {
        Lint {
            stack: self.reading.stack,
            knowledge: self.knowledge,
            certificate,
            place: one.place,
            companions: &self.companions[&one.constant],
        }
    }

    /// The findings about `one`, whose certificate is not known.
    fn of_unknown(&self, one: &EmbeddedAnchor) -> Vec<Finding> {
        let has_a_valid_one = self.companions[&one.constant].has_a_valid_one;
        let left = left_root::findings(one, self.reading.stack, self.knowledge, has_a_valid_one);
        let made = one.key.as_ref().and_then(Key::as_certificate);
        let Some(made) = made.filter(|_| left.is_empty()) else { return left };
        let lint = self.lint(one, &made);
        let found = lint.lookalike().map_or_else(|| lint.strength(), |one| vec![one]);
        // It was made for this judgement, so its SHA-256 is not that of a real certificate.
        found.into_iter().map(|finding| Finding { certificate: None, ..finding }).collect()
    }
}

/// The finding that certgrab does not check the signatures from the certificate at `place` on.
fn not_checked(place: Place) -> Finding {
    let message = format!(
        "more than {MAX_SIGNATURE_CHECKS} signatures; those on this certificate and the following ones are not checked"
    );
    let action = "split the certificates into several files".to_owned();
    Finding::new(place, Severity::Warning, "anchor-unknown", message, Some(action))
}
