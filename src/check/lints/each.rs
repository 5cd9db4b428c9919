//! The anchors of a file, one after the other.
//!
//! In: a [`Reading`]. Out: findings at each place of each certificate. Each signature is checked once,
//! however often its certificate occurs in the file.

use std::{collections::HashMap, rc::Rc};

use super::{
    super::{
        EmbeddedAnchor, Finding, Findings, Key, Knowledge, Reading,
        companions::{Companions, MOST_ISSUERS},
        left_root, named,
        signature_budget::{self, SignatureBudget},
    },
    Lint, bundle,
};
use crate::{
    trust::store::Store,
    x509::certificate::{Certificate, Sha256},
};

/// The findings about the certificates of `reading`, at each place of each.
#[must_use]
pub fn lint(reading: &Reading, knowledge: &Knowledge<'_>) -> Findings {
    let anchors: Vec<_> = reading.anchors.iter().map(|one| one.known_in(knowledge.store)).collect();
    let companions = Companions::each(&anchors, reading.is_generated, knowledge.at);
    let mut judge = Judge {
        reading,
        knowledge,
        companions,
        budget: SignatureBudget::default(),
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
    companions: HashMap<usize, Rc<Companions>>,
    budget: SignatureBudget,
    /// Whether the spent budget was reported.
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
        if self.budget.is_exceeded() && !std::mem::replace(&mut self.is_over, true) {
            found.push(signature_budget::exceeded(one.place));
        }
        found
    }

    fn of_certificate(&mut self, one: &EmbeddedAnchor, certificate: &Certificate) -> Vec<Finding> {
        let lint = self.lint(one, certificate);
        let issuers = lint.issuers();
        let is_refuted = issuers.len() <= MOST_ISSUERS
            && self.budget.refutes(certificate, &issuers)
            && !issuers.is_empty();
        let refuted = if is_refuted { issuers } else { Vec::new() };
        self.lint(one, certificate).all(&refuted)
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
