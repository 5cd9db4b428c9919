//! Ranks the roots that paths end in. The best one is the trust anchor.
//!
//! In: [`Paths`]. Out: [`Candidate`]s, best first, each with the reason for its rank.
//!
//! The rules, in order: sufficient before insufficient; a root before an intermediate that the user
//! also trusts; the shortest path, which still verifies when the server stops sending a cross-signed
//! certificate; the longest lifetime; the smallest certificate; the order of the SHA-256, so that
//! the result is always the same.

mod earlier_reasons;
mod reason;

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet, hash_map::Entry},
};

pub use self::reason::Reason;

use super::path::{Path, Paths, Refusal};
use crate::chain::Presented;
use crate::chain::{Fetched, Issuers};
use crate::{
    text::time::Time,
    trust::store::{self, Root, Source},
    x509::certificate::{Certificate, Sha256},
};

/// Year, month, day.
type Date = (i16, i8, i8);

/// Mozilla's and Chrome's published dates by which a root leaves their stores: for keys made
/// before the first date, the second. Mozilla Root Store Policy section 7.4 with the wiki page
/// CA/Root_CA_Lifecycles; Chrome Root Program Policy 1.8 of 2026-02-05, section 1.3.1.2.
const SCHEDULE: [(Date, Date); 5] = [
    ((2006, 1, 1), (2025, 4, 15)),
    ((2008, 1, 1), (2026, 4, 15)),
    ((2010, 1, 1), (2027, 4, 15)),
    ((2012, 1, 1), (2028, 4, 15)),
    ((2014, 4, 15), (2029, 4, 15)),
];

/// Keys made later leave this many years after they were made (same sources).
const YEARS_IN_STORE: i16 = 15;

/// Roots whose certificate is a reissue, so that its notBefore is later than the key: SHA-256 and
/// the notBefore of the first certificate with the key, by certifi's releases.
///
/// Autoridad de Certificacion Firmaprofesional CIF A62634068: reissued on 2014-09-23; its first
/// certificate (SHA-256 04048028...) is of 2009-05-20.
const REISSUED: [(&str, Date); 1] =
    [("57de0583efd2b26e0361da99da9df4648def7ee8441c3b728afa9bcde0f9b26a", (2009, 5, 20))];

/// A root that can be the trust anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The root.
    pub root: Root,
    /// The shortest path to it.
    pub path: Path,
    /// The certificates of the path that the server did not send.
    pub missing: Vec<Fetched>,
    /// How long it is expected to verify the server.
    pub lasts: Lasts,
    /// The reason for its rank.
    pub reason: Reason,
}

/// How long an anchor lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasts {
    /// The earliest of the dates below.
    pub until: Time,
    /// When it expires.
    pub not_after: Time,
    /// When it leaves the store by Mozilla's schedule; `None` for roots of other stores.
    pub scheduled: Option<Time>,
    /// When the first cross-signed certificate on the path to it expires, since the server may then
    /// stop sending it; `None` if there is none.
    pub cross_sign: Option<Time>,
}

impl std::fmt::Display for Lasts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let expires = self.not_after.date();
        match self.scheduled {
            Some(scheduled) if scheduled < self.not_after => {
                let scheduled = scheduled.date();
                write!(f, "until {scheduled}, expected by Mozilla's schedule; expires {expires}")
            }
            _ => write!(f, "until it expires, {expires}"),
        }
    }
}

impl Candidate {
    /// Whether a device can verify the server with the presented chain and this root alone.
    #[must_use]
    pub fn is_sufficient(&self) -> bool {
        self.missing.is_empty()
    }

    /// What a device holds for it: the root, and what the server does not send.
    pub fn held(&self) -> impl Iterator<Item = &Certificate> {
        let missing = self.missing.iter().map(|fetched| &fetched.certificate);
        std::iter::once(&self.root.certificate).chain(missing)
    }
}

/// Ranks the roots that `paths` end in; the anchor comes first.
///
/// Roots with the same subject and key are one anchor (RFC 5280 section 6.1.1 d). The copy from
/// Mozilla's store is kept, since others hold that one.
#[must_use]
pub fn rank(paths: &Paths, presented: &Presented, issuers: &Issuers) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut places: HashMap<Anchor<'_>, usize> = HashMap::new();
    let mut ranking = Ranking::new(paths, presented, issuers);
    for path in &paths.found {
        let candidate = ranking.candidate(path);
        // Mozilla's copy of an anchor is preferred to one with a later expiry date.
        let order = |one: &Candidate| (one.root.source != Source::Mozilla, key(one));
        match places.entry(anchor(&path.anchor.certificate)) {
            Entry::Occupied(known) => {
                let known = &mut candidates[*known.get()];
                if order(&candidate) < order(known) {
                    *known = candidate;
                }
            }
            Entry::Vacant(free) => {
                free.insert(candidates.len());
                candidates.push(candidate);
            }
        }
    }
    candidates.sort_by_key(key);
    give_reasons(&mut candidates);
    candidates
}

/// Ranks roots with which TLS stacks connect, each with the path below it and what the server does not
/// send.
#[must_use]
pub(super) fn rank_as_they_are(found: Vec<(Root, Path, Vec<Fetched>)>) -> Vec<Candidate> {
    let candidate = |(root, path, missing): (Root, Path, Vec<Fetched>)| Candidate {
        missing,
        lasts: lasts(&root, None),
        root,
        reason: Reason::Only,
        path,
    };
    let mut candidates: Vec<_> = found.into_iter().map(candidate).collect();
    candidates.sort_by_key(key);
    give_reasons(&mut candidates);
    candidates
}

/// Moves the candidate at `place` to the front, since the TLS stack called `stack` refuses the ones
/// before it.
pub(super) fn put_first(candidates: &mut Vec<Candidate>, place: usize, stack: &'static str) {
    let mut chosen = candidates.remove(place);
    chosen.reason = Reason::ForStack(stack);
    for other in candidates.iter_mut().take(place) {
        other.reason = Reason::NotForStack(stack);
    }
    candidates.insert(0, chosen);
}

fn give_reasons(candidates: &mut [Candidate]) {
    for index in (0..candidates.len()).rev() {
        candidates[index].reason = match (index, candidates.len()) {
            (0, _) if is_own_certificate(&candidates[0]) => Reason::OwnCertificate,
            (0, 1) => Reason::Only,
            (0, _) => why_first(&candidates[0], &candidates[1]),
            _ => why_not(&candidates[index], &candidates[0]),
        };
    }
}

/// What makes two certificates one anchor: name and key.
type Anchor<'a> = (&'a [u8], &'a [u8]);

fn anchor(certificate: &Certificate) -> Anchor<'_> {
    (certificate.subject_der(), certificate.spki_der())
}

/// Data shared by the ranking of all paths, so that each path only costs its own certificates.
struct Ranking<'a> {
    anchors: HashSet<Anchor<'a>>,
    sent: HashSet<Sha256>,
    fetched: HashMap<Sha256, &'a Fetched>,
    /// Whether a certificate between leaf and anchor is also an anchor, which is cross-signed.
    cross_signed: HashMap<Sha256, bool>,
}

impl<'a> Ranking<'a> {
    fn new(paths: &'a Paths, presented: &Presented, issuers: &'a Issuers) -> Self {
        let fetched = issuers.certificates.iter().rev();
        Self {
            anchors: paths.found.iter().map(|path| anchor(&path.anchor.certificate)).collect(),
            sent: presented.certificates().map(Certificate::sha256).collect(),
            fetched: fetched.map(|one| (one.certificate.sha256(), one)).collect(),
            cross_signed: HashMap::new(),
        }
    }

    fn is_cross_signed(&mut self, certificate: &Certificate) -> bool {
        let anchors = &self.anchors;
        *self.cross_signed.entry(certificate.sha256()).or_insert_with(|| {
            anchors.contains(&anchor(certificate)) || store::mozilla_twin(certificate).is_some()
        })
    }

    fn candidate(&mut self, path: &Path) -> Candidate {
        let between = path.certificates.iter().skip(1);
        let cross_sign =
            between.filter(|one| self.is_cross_signed(one)).map(Certificate::not_after).min();
        let root = match path.anchor.source {
            // The system's store is why it is trusted, but other users have Mozilla's copy.
            Source::System => store::mozilla_twin(&path.anchor.certificate),
            _ => None,
        };
        let root = root.unwrap_or_else(|| path.anchor.clone());
        let not_sent = path
            .certificates
            .iter()
            .map(Certificate::sha256)
            .filter(|one| !self.sent.contains(one));
        let missing = not_sent.filter_map(|one| self.fetched.get(&one).copied());
        Candidate {
            missing: missing.cloned().collect(),
            lasts: lasts(&root, cross_sign),
            root,
            reason: Reason::Only,
            path: path.clone(),
        }
    }
}

/// Moves the first candidate that lasts until `wanted` to the front; sufficient ones are
/// preferred.
///
/// # Errors
///
/// [`Refusal::NoneLasts`] names the one that lasts longest if none does.
pub fn lasting(mut candidates: Vec<Candidate>, wanted: Time) -> Result<Vec<Candidate>, Refusal> {
    let lasts = |one: &Candidate| one.lasts.until >= wanted;
    let sufficient = candidates.iter().position(|one| lasts(one) && one.is_sufficient());
    match sufficient.or_else(|| candidates.iter().position(lasts)) {
        Some(0) => Ok(candidates),
        Some(position) => {
            let mut chosen = candidates.remove(position);
            chosen.reason = Reason::LastsAsAsked(wanted);
            for other in candidates.iter_mut().filter(|other| !lasts(other)) {
                other.reason = Reason::LastsLess;
            }
            candidates.insert(0, chosen);
            Ok(candidates)
        }
        None => {
            let best = candidates.iter().max_by_key(|one| one.lasts.until);
            Err(Refusal::NoneLasts {
                wanted,
                longest: best.map(|one| (one.root.certificate.subject().text(), one.lasts.until)),
            })
        }
    }
}

/// The sort key, with one part for each rule.
fn key(candidate: &Candidate) -> impl Ord + use<> {
    let certificate = &candidate.root.certificate;
    (
        !candidate.is_sufficient(),
        !certificate.is_self_issued(),
        candidate.path.certificates.len(),
        Reverse(candidate.lasts.until),
        candidate.root.source != Source::Mozilla,
        certificate.der().len(),
        certificate.sha256(),
    )
}

fn is_own_certificate(candidate: &Candidate) -> bool {
    candidate.path.certificates.first() == Some(&candidate.root.certificate)
}

fn is_root(candidate: &Candidate) -> bool {
    candidate.root.certificate.is_self_issued()
}

fn why_first(first: &Candidate, second: &Candidate) -> Reason {
    if first.is_sufficient() != second.is_sufficient() {
        Reason::Sufficient
    } else if is_root(first) != is_root(second) {
        Reason::Root
    } else if first.path.certificates.len() < second.path.certificates.len() {
        Reason::Nearest
    } else if first.lasts.until > second.lasts.until {
        Reason::LastsLongest
    } else {
        Reason::Smallest
    }
}

fn why_not(candidate: &Candidate, chosen: &Candidate) -> Reason {
    if candidate.is_sufficient() != chosen.is_sufficient() {
        Reason::Insufficient
    } else if is_root(candidate) != is_root(chosen) {
        Reason::Intermediate
    } else if candidate.path.certificates.len() > chosen.path.certificates.len() {
        let top = candidate.path.certificates.last();
        Reason::BehindCrossSign(top.map(|top| top.subject().text()).unwrap_or_default())
    } else if candidate.lasts.until < chosen.lasts.until {
        Reason::LastsLess
    } else {
        Reason::Larger
    }
}

/// How long `root` lasts: until the earliest of its notAfter, the date of the schedule, and the
/// expiry of a cross-signed certificate on the path to it.
///
/// The schedule counts from the creation of the key, which is taken to be the notBefore unless a
/// reissue is known to hide it. Private roots have no schedule.
#[must_use]
pub fn lasts(root: &Root, cross_sign: Option<Time>) -> Lasts {
    let not_after = root.certificate.not_after();
    let scheduled =
        (root.source == Source::Mozilla).then(|| leaves_stores(made(&root.certificate)));
    let ends = [Some(not_after), scheduled, cross_sign];
    let until = ends.into_iter().flatten().min().unwrap_or(not_after);
    Lasts { until, not_after, scheduled, cross_sign }
}

/// When the key of `certificate` was made, as far as its certificates show.
fn made(certificate: &Certificate) -> Time {
    let fingerprint = Some(certificate.sha256());
    let reissued = REISSUED.iter().find(|(sha256, _)| Sha256::parse(sha256) == fingerprint);
    let first = reissued.and_then(|(_, (year, month, day))| Time::from_date(*year, *month, *day));
    first.unwrap_or_else(|| certificate.not_before())
}

/// The date by which a root whose key was made at `made` leaves the stores.
fn leaves_stores(made: Time) -> Time {
    let date = |(year, month, day): Date| Time::from_date(year, month, day);
    let row = SCHEDULE.iter().find(|(before, _)| date(*before).is_some_and(|end| made < end));
    row.and_then(|(_, leaves)| date(*leaves)).unwrap_or_else(|| made.plus_years(YEARS_IN_STORE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reissue_does_not_extend_a_keys_schedule() {
        for (sha256, _) in REISSUED {
            let wanted = Sha256::parse(sha256);
            let mut listed = store::mozilla_list().iter();
            let der = listed.find(|der| Some(Sha256::of(der)) == wanted).expect(sha256);
            let certificate = Certificate::from_der(der).unwrap();
            let root = Root { certificate, source: Source::Mozilla };
            assert_eq!(lasts(&root, None).until.date(), "2027-04-15");
        }
    }

    #[test]
    fn the_schedule_has_the_dates_cas_published() {
        let leaves = |made: &str| leaves_stores(made.parse().unwrap()).date();
        // ISRG Root X1 and X2, as Let's Encrypt published them.
        assert_eq!(leaves("2015-06-04T11:04:38Z"), "2030-06-04");
        assert_eq!(leaves("2020-09-04"), "2035-09-04");
        // Go Daddy G2, USERTrust, DigiCert G2, GTS Root R1.
        assert_eq!(leaves("2009-09-01"), "2027-04-15");
        assert_eq!(leaves("2010-02-01"), "2028-04-15");
        assert_eq!(leaves("2013-08-01"), "2029-04-15");
        assert_eq!(leaves("2016-06-22"), "2031-06-22");
        assert_eq!(leaves("1998-09-01"), "2025-04-15");
    }
}
