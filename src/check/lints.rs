//! The findings about a constant that need no server.
//!
//! In: a [`Reading`] and what the user knows. Out: findings about its certificates.

mod bundle;
mod each;
mod root;

use std::collections::HashSet;

pub use self::each::{MAX_SIGNATURE_CHECKS, lint};
#[cfg(feature = "cli")]
pub(crate) use self::root::no_anchor;
use super::{
    EmbeddedAnchor, Finding, Findings, Knowledge, Place, Reading, Severity,
    companions::{Companions, MOST_ISSUERS},
    left_root, named,
};
use crate::trust::{lab_anchor, removed};
use crate::{
    judge::{baseline::FEWEST_RSA_BITS, rank},
    stack::Stack,
    text::time::Time,
    trust::store::{self, Root, Source, Store},
    x509::{
        algorithm::Digest,
        certificate::{Certificate, Key},
    },
};

/// Roots of the same CA operator that are named in one finding.
const NAMED_ROOTS: usize = 3;

/// The anchors of `reading` that cannot be judged without their certificates: for a file whose server
/// was not asked.
#[must_use]
pub fn unknown_anchors(reading: &Reading, knowledge: &Knowledge<'_>) -> Findings {
    let is_known = |anchor: &&EmbeddedAnchor| match anchor.fingerprint {
        Some(fingerprint) => knowledge.store.pinned(fingerprint).is_some(),
        None => anchor.resolved(knowledge.store).is_some(),
    };
    let is_known = |anchor: &&EmbeddedAnchor| is_known(anchor) || anchor.left().is_some();
    reading.anchors.iter().filter(|anchor| !is_known(anchor)).map(unknown).collect()
}

/// The finding that `anchor` cannot be checked, since no known path ends in it.
pub(crate) fn unknown(anchor: &EmbeddedAnchor) -> Finding {
    let message = match anchor.fingerprint {
        Some(_) => "no known certificate has this SHA-256; it cannot be checked",
        None => "no known certificate has the name and key of this anchor; it cannot be checked",
    };
    let action = "pass the certificate with `--roots FILE`".to_owned();
    Finding::new(anchor.place, Severity::Note, "anchor-unknown", message, Some(action))
}

impl EmbeddedAnchor {
    /// The certificate, or the one of `store` or of Mozilla's that has the name and the key.
    pub(crate) fn resolved(&self, store: &Store) -> Option<Certificate> {
        if self.certificate.is_some() {
            return self.certificate.clone();
        }
        let key = self.key.as_ref()?;
        let known = store.named(&key.subject).into_iter();
        let mut known = known.chain(Store::mozilla().named(&key.subject));
        known.find(|root| key.is_of(&root.certificate)).map(|root| root.certificate)
    }
}

/// The self-signed version of `certificate` in `store` or in Mozilla's.
pub(crate) fn self_signed_twin(certificate: &Certificate, store: &Store) -> Option<Certificate> {
    let name = certificate.subject_der();
    let known = store.named(name).into_iter().chain(Store::mozilla().named(name));
    let mut twins = known.map(|root| root.certificate).filter(Certificate::is_self_issued);
    twins.find(|twin| twin.is_same_anchor(certificate) && twin != certificate)
}

/// One certificate to judge.
struct Lint<'a> {
    /// The TLS stack that reads it, if it is known.
    stack: Option<&'static Stack>,
    knowledge: &'a Knowledge<'a>,
    certificate: &'a Certificate,
    place: Place,
    /// The certificates that are loaded with it.
    companions: &'a Companions<'a>,
}

impl Lint<'_> {
    /// All findings; `refuted` are all certificates with the name of its issuer, if none of them signed
    /// it.
    fn all(&self, refuted: &[Certificate]) -> Vec<Finding> {
        let forged = self.forged(refuted);
        if forged.as_ref().is_some_and(|one| one.severity == Severity::Error) {
            return Vec::from_iter(forged);
        }
        if let Some(finding) = self.lookalike() {
            return vec![finding];
        }
        if self.companions.holds_the_root_of(self.certificate) {
            return Vec::new();
        }
        let mut found = Vec::from_iter(forged);
        found.extend(self.root());
        found.extend(self.dates());
        found.extend(self.strength());
        found.extend(self.stores());
        found.extend(self.of_the_lab());
        found
    }

    fn finding(
        &self,
        severity: Severity,
        code: &'static str,
        message: String,
        action: impl Into<Option<String>>,
    ) -> Finding {
        let finding = Finding::new(self.place, severity, code, message, action.into());
        finding.about(self.certificate.sha256())
    }

    fn horizon(&self) -> Time {
        self.knowledge.at.plus_days(i64::from(self.knowledge.horizon_days))
    }

    /// The certificates that may have issued it, each key once; one more than are ever tried, to detect
    /// that there are more.
    fn issuers(&self) -> Vec<Certificate> {
        let certificate = self.certificate;
        let name = certificate.issuer_der();
        let known = self.knowledge.store.named(name).into_iter();
        let known = known.chain(Store::mozilla().named(name)).map(|root| root.certificate);
        let mut issuers: Vec<_> =
            known.chain(self.companions.issuers(certificate).cloned()).collect();
        if certificate.is_self_issued() {
            issuers.push(certificate.clone());
        }
        let mut keys = HashSet::new();
        issuers.retain(|issuer| keys.insert(issuer.spki_der().to_vec()));
        issuers.truncate(MOST_ISSUERS + 1);
        issuers
    }

    /// Whether a store has a root with the name of its issuer.
    fn is_issuer_known(&self) -> bool {
        let name = self.certificate.issuer_der();
        [self.knowledge.store, &Store::mozilla()].iter().any(|store| !store.named(name).is_empty())
    }

    /// The finding that none of `refuted`, which have the issuer's name, signed it.
    fn forged(&self, refuted: &[Certificate]) -> Option<Finding> {
        let certificate = self.certificate;
        if refuted.is_empty() {
            return None;
        }
        // No other certificate with that name is known: an issuer with the same name and another key may
        // have signed it, and an anchor's self-signature proves nothing.
        let is_known = self.is_issuer_known();
        let is_own_key = |issuer: &Certificate| issuer.spki_der() == certificate.spki_der();
        if certificate.is_self_issued() && !is_known && refuted.iter().all(is_own_key) {
            let message = format!(
                "`{}` states itself as its issuer but was not signed by its own key: another key of \
                 the same name issued it, or it is corrupted; mbedTLS accepts it as a trust anchor",
                named(certificate)
            );
            let action = "embed the certificate of the key that issued it".to_owned();
            return Some(self.finding(
                Severity::Warning,
                "other-key-of-same-name",
                message,
                action,
            ));
        }
        let message = format!(
            "`{}` is not signed by its stated issuer `{}`: it is forged or corrupted",
            named(certificate),
            issuer_of(certificate),
        );
        let action = "get the certificate from its CA, or with certgrab".to_owned();
        Some(self.finding(Severity::Error, "bad-signature", message, action))
    }

    /// Whether it has the name of a public root and a different key. A device with it as an anchor
    /// trusts that key. However, a CA certificate that a root of the stores issued may
    /// share its name with another root.
    fn lookalike(&self) -> Option<Finding> {
        let certificate = self.certificate;
        // Most are roots of the store, for which no other name needs to be read.
        if store::mozilla_twin(certificate).is_some() {
            return None;
        }
        let public = removed::keys_of_mozillas(&certificate.subject());
        let has_left = public.is_empty();
        let is_same = || public.iter().any(|key| key == certificate.spki_der());
        let is_trusted = || !self.knowledge.store.sources(certificate).is_empty();
        if has_left && (!removed::has_only_the_name_of_one_that_left(certificate) || is_trusted())
            || removed::is_dropped(certificate)
            || is_same()
            || !certificate.is_self_issued()
                && (!certificate.extensions().is_authority || self.is_issuer_known())
        {
            return None;
        }
        let name = named(certificate);
        let message = if has_left {
            format!("`{name}` has the name of a root that left Mozilla's store but a different key")
        } else {
            format!("`{name}` has the name of a root in Mozilla's store but a different key")
        };
        let action = "find out where it came from, and get the root with certgrab".to_owned();
        Some(self.finding(Severity::Error, "lookalike-root", message, action))
    }

    /// The test CA of the lab, whose key is in a folder on the machine that ran it.
    fn of_the_lab(&self) -> Option<Finding> {
        lab_anchor::is_of_the_lab(self.certificate).then(|| {
            let message = format!(
                "`{}` is the test CA of `certgrab lab`: a device that holds it must not be shipped",
                named(self.certificate)
            );
            let action = "regenerate the constants: `certgrab HOST:PORT --emit FORMAT`".to_owned();
            self.finding(Severity::Warning, "lab-anchor", message, action)
        })
    }

    fn dates(&self) -> Vec<Finding> {
        let (certificate, at) = (self.certificate, self.knowledge.at);
        let (name, ends) = (named(certificate), certificate.not_after());
        // Some stacks ignore an anchor's dates; elsewhere one valid anchor is enough.
        let ignored = self.stack.is_some_and(|reader| !reader.checks_anchor_dates());
        let harmless = ignored || self.companions.has_a_valid_one;
        let severity = if harmless { Severity::Warning } else { Severity::Error };
        if at > ends {
            let message = format!("`{name}` expired on {}", apart(ends, at));
            let action = "embed the server's current anchor: \
                          `certgrab HOST:PORT --emit FORMAT`"
                .to_owned();
            vec![self.finding(severity, "expired", message, action)]
        } else if at < certificate.not_before() {
            let begins = apart(certificate.not_before(), at);
            let message = format!("`{name}` is not valid before {begins}");
            vec![self.finding(severity, "not-yet-valid", message, None)]
        } else if ends <= self.horizon() {
            let message = format!("`{name}` expires on {}", ends.date());
            let action = "embed its successor as well before that date".to_owned();
            let finding = self.finding(Severity::Warning, "expires-soon", message, action);
            std::iter::once(finding).chain(self.successors()).collect()
        } else {
            Vec::new()
        }
    }

    fn strength(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let certificate = self.certificate;
        if let Key::Rsa { .. } = certificate.key()
            && let Some(bits) = certificate.key().bits()
            && bits < FEWEST_RSA_BITS
        {
            let message = format!(
                "`{}` has an RSA key of {bits} bits, expected at least {FEWEST_RSA_BITS}",
                named(certificate)
            );
            found.push(self.finding(Severity::Warning, "weak-key", message, None));
        }
        // The signature on a root that signed itself protects nothing.
        let signature = certificate.signature_algorithm();
        if !certificate.is_self_issued() && signature.digest().is_some_and(Digest::is_broken) {
            let message = format!("`{}` is signed with {signature}", named(certificate));
            found.push(self.finding(Severity::Warning, "weak-signature", message, None));
        }
        found
    }

    /// What the public stores say about it.
    fn stores(&self) -> Vec<Finding> {
        let certificate = self.certificate;
        if let Some(left) = removed::left(certificate) {
            let (message, action) = left_root::message(left, &named(certificate));
            return vec![self.finding(Severity::Warning, "root-dropped", message, action)];
        }
        let Some(leaves) = scheduled(certificate) else { return Vec::new() };
        if leaves > self.horizon() || leaves >= certificate.not_after() {
            return Vec::new();
        }
        let (name, date) = (named(certificate), leaves.date());
        let (message, action) = match leaves < self.knowledge.at {
            true => (
                format!(
                    "by its schedule `{name}` should have left Mozilla's store on {date}, and it \
                     is still there: the server's next certificate may chain to another root"
                ),
                "embed the new root as well",
            ),
            false => (
                format!(
                    "`{name}` is scheduled to leave Mozilla's store on {date}: the server's next \
                     certificate will chain to another root"
                ),
                "embed the new root as well before that date",
            ),
        };
        let finding = self.finding(Severity::Warning, "leaves-soon", message, action.to_owned());
        std::iter::once(finding).chain(self.successors()).collect()
    }

    /// Roots of the same CA operator that last longer.
    fn successors(&self) -> Option<Finding> {
        let owner = self.certificate.subject().organisation()?;
        let horizon = self.horizon();
        let mut successors: Vec<(Time, &Certificate)> = removed::of_mozillas(&owner)
            .iter()
            .filter_map(|root| Some((scheduled(root)?.min(root.not_after()), root)))
            .filter(|(until, _)| *until > horizon)
            .collect();
        successors.sort_by_key(|(until, root)| (std::cmp::Reverse(*until), root.sha256()));
        if successors.is_empty() {
            return None;
        }
        let shown: Vec<_> = successors
            .iter()
            .take(NAMED_ROOTS)
            .map(|(until, root)| {
                let sha256 = root.sha256().to_string();
                format!("`{}` {}... (until {})", named(root), &sha256[..8], until.date())
            })
            .collect();
        let message = format!(
            "roots of {} that future certificates may chain to: {}",
            owner.line(),
            shown.join(", ")
        );
        Some(self.finding(Severity::Note, "next-root", message, None))
    }
}

/// `time` as a day, or with its hour where `at` is on the same day.
fn apart(time: Time, at: Time) -> String {
    match time.date() == at.date() {
        true => time.to_string(),
        false => time.date(),
    }
}

/// The issuer of `certificate` as findings name it: the whole name if it has no common name.
pub(super) fn issuer_of(certificate: &Certificate) -> String {
    let name = certificate.issuer();
    let short = name.short().map(|name| name.line()).filter(|name| !name.trim().is_empty());
    short.unwrap_or_else(|| name.text().line())
}

/// When Mozilla's schedule has `certificate` leave its store; `None` for other roots.
pub(crate) fn scheduled(certificate: &Certificate) -> Option<Time> {
    if !removed::is_in_mozillas_store(certificate) {
        return None;
    }
    let root = Root { certificate: certificate.clone(), source: Source::Mozilla };
    rank::lasts(&root, None).scheduled
}
