//! A problem of a file, or useful information about it.

use std::collections::HashSet;

use super::{
    codes,
    place::{Place, Unit},
};
use crate::x509::certificate::Sha256;

/// The most findings of one file: users do not read more, and a file of 16 MiB can have millions.
pub const MAX_FINDINGS: usize = 10_000;

/// A fact that the owner of a constant should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where it is in its file.
    pub place: Place,
    /// How much it matters.
    pub severity: Severity,
    /// A short stable name; [`super::CODES`] explains each.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// The action, if one is known.
    pub action: Option<String>,
    /// The certificate that it is about, if it is about one.
    pub certificate: Option<Sha256>,
    /// The part of the server that it is about, if the server presents different chains.
    pub part: Option<String>,
}

/// How much a finding matters; the worst decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Information; no action is needed.
    Note,
    /// It works today; action is needed before the horizon.
    Warning,
    /// It does not work.
    Error,
}

impl Severity {
    /// The severity in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Finding {
    pub(crate) fn new(
        place: impl Into<Place>,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        action: Option<String>,
    ) -> Self {
        let place = place.into();
        debug_assert!(codes::meaning(code).is_some(), "{code} is not listed");
        Self {
            place,
            severity,
            code,
            message: message.into(),
            action,
            certificate: None,
            part: None,
        }
    }

    /// What distinguishes it from other findings.
    fn key(&self) -> Key {
        let Self { place, code, certificate, part, .. } = self;
        (place.line, place.unit, code, *certificate, part.clone())
    }

    /// Whether it says that the constants do not verify the server.
    pub(crate) fn is_failure(&self) -> bool {
        self.code == "verify-failed" && self.severity == Severity::Error
    }

    /// The same, about one part of a server.
    pub(crate) fn of_part(self, part: Option<&str>) -> Self {
        Self { part: part.map(str::to_owned), ..self }
    }

    /// The same, about the certificate with this SHA-256.
    pub(crate) fn about(self, certificate: Sha256) -> Self {
        Self { certificate: Some(certificate), ..self }
    }
}

/// What distinguishes findings: place, code, certificate and part of the server.
type Key = (usize, Option<Unit>, &'static str, Option<Sha256>, Option<String>);

/// The findings of a file: each once for its place, code, certificate and part of the server, and
/// [`MAX_FINDINGS`] at most.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    listed: Vec<Finding>,
    more: usize,
    worst_of_more: Option<Severity>,
    keys: HashSet<Key>,
}

impl Findings {
    /// The findings that are listed.
    #[must_use]
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// Findings past [`MAX_FINDINGS`], which are counted and not kept.
    #[must_use]
    pub const fn more(&self) -> usize {
        self.more
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// The severity of the worst finding, including those that are only counted.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.listed.iter().map(|finding| finding.severity).max().max(self.worst_of_more)
    }

    /// Adds a finding about no certificate in particular.
    pub(crate) fn find(
        &mut self,
        place: impl Into<Place>,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        action: Option<String>,
    ) {
        self.add(Finding::new(place, severity, code, message, action));
    }

    /// Adds a finding, unless one with its place, code and certificate is there.
    pub(crate) fn add(&mut self, finding: Finding) {
        let key = finding.key();
        if self.listed.len() >= MAX_FINDINGS {
            // Those past the limit are not recorded either, so one may be counted twice.
            self.more += usize::from(!self.keys.contains(&key));
            self.worst_of_more = self.worst_of_more.max(Some(finding.severity));
        } else if self.keys.insert(key) {
            self.listed.push(finding);
        }
    }

    /// The same with `change` applied to each place.
    pub(crate) fn placed(self, change: impl Fn(Place) -> Place) -> Self {
        let (more, worst_of_more) = (self.more, self.worst_of_more);
        let listed = self.listed.into_iter();
        let listed = listed.map(|finding| Finding { place: change(finding.place), ..finding });
        Self { more, worst_of_more, ..listed.collect() }
    }

    /// The same with `change` applied to each action.
    pub(crate) fn with_actions(mut self, change: impl Fn(&str) -> String) -> Self {
        for finding in &mut self.listed {
            finding.action = finding.action.as_deref().map(&change);
        }
        self
    }

    /// These and the findings of `others`.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        for finding in others.listed {
            self.add(finding);
        }
        self.more += others.more;
        self.worst_of_more = self.worst_of_more.max(others.worst_of_more);
        self
    }

    /// Those with none of `codes`.
    #[must_use]
    pub(crate) fn without(mut self, codes: &[&str]) -> Self {
        self.retain(|finding| !codes.contains(&finding.code));
        self
    }

    /// Keeps the findings for which `is_kept` is true.
    pub(crate) fn retain(&mut self, is_kept: impl FnMut(&Finding) -> bool) {
        self.listed.retain(is_kept);
        self.keys = self.listed.iter().map(Finding::key).collect();
    }

    /// All findings of `each`; of several with one code at one place, only the worst.
    pub(crate) fn worst_of(mut each: Vec<Self>) -> Self {
        if each.len() < 2 {
            return each.pop().unwrap_or_default();
        }
        let more: usize = each.iter().map(Self::more).sum();
        let worst_of_more = each.iter().filter_map(|one| one.worst_of_more).max();
        let mut listed: Vec<_> = each.into_iter().flat_map(|one| one.listed).collect();
        listed.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        let all: Self = listed.into_iter().collect();
        Self { more: all.more + more, worst_of_more: all.worst_of_more.max(worst_of_more), ..all }
    }

    /// The findings in the order of the lines, the worst of a line first.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.listed.sort_by(|one, other| {
            let (at, of_other) = (one.place, other.place);
            let by_line = (at.line, at.offset).cmp(&(of_other.line, of_other.offset));
            let by_certificate = at.part.cmp(&of_other.part);
            let worst_first = other.severity.cmp(&one.severity);
            by_line.then(by_certificate).then(worst_first).then(one.code.cmp(other.code))
        });
        self
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(findings: I) -> Self {
        let mut all = Self::default();
        findings.into_iter().for_each(|finding| all.add(finding));
        all
    }
}
