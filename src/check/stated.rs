//! Whether the comment that certgrab writes above constants is true.
//!
//! In: a generated file, and the stores. Out: what its comment states, and findings: a source that is
//! not true, and certificates that neither the comment names nor a store has. People read the comment,
//! and a device trusts the constant below it.

use std::collections::{HashMap, HashSet};

use super::{EmbeddedAnchor, Finding, Findings, Reading, Severity, named, source, statements};
use crate::{
    text::foreign::Foreign,
    trust::{
        removed,
        store::{Source, Store, mozilla_by_sha256, mozilla_has},
    },
    x509::certificate::{Certificate, Sha256},
};

/// What the comment of a generated file states of a certificate.
#[derive(Debug, Clone)]
pub(crate) struct Stated {
    sha256: Sha256,
    /// Where it was found, in certgrab's words, and the line of that.
    source: Option<(String, usize)>,
}

/// What the comment of `content` states, one certificate after the other.
pub(super) fn of(content: &[u8]) -> Vec<Stated> {
    if !source::is_generated(content) {
        return Vec::new();
    }
    let mut stated: Vec<Stated> = Vec::new();
    for (line, number) in content.split(|byte| *byte == b'\n').zip(1..) {
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let fact = line.trim_start_matches([' ', '*', '/', '#', '-', '!']).trim_end();
        if let Some(sha256) = fact.strip_prefix("SHA-256: ").and_then(Sha256::parse) {
            stated.push(Stated { sha256, source: None });
        } else if let Some(source) = fact.strip_prefix("found in: `")
            && let Some(last) = stated.last_mut()
        {
            last.source = Some((source.trim_end_matches('`').to_owned(), number));
        }
    }
    stated
}

/// What is wrong with what the comment of `reading` states.
#[must_use]
pub fn judge_stated(reading: &Reading, store: &Store) -> Findings {
    let mut found = Findings::default();
    if reading.stated.is_empty() {
        return found;
    }
    let certificates = reading.anchors.iter().filter_map(|one| one.certificate.as_ref());
    let at_hand = certificates.chain(store.added().map(|root| &root.certificate));
    let at_hand: HashMap<_, _> = at_hand.map(|one| (one.sha256(), one.clone())).collect();
    let mut named = Named::default();
    for Stated { sha256, source } in &reading.stated {
        let certificate = at_hand.get(sha256).cloned().or_else(|| mozilla_by_sha256(*sha256));
        let is_left = removed::left_by_sha256(*sha256).is_some();
        if let Some((says, line)) = source.as_ref().filter(|_| !is_left)
            && let Some(finding) = untrue(says, *line, (*sha256, certificate.as_ref()), store)
        {
            found.add(finding);
        }
        named.add(*sha256, certificate);
    }
    let others = reading.anchors.iter().filter(|one| !named.has(one) && !is_known(one, store));
    others.for_each(|one| found.add(added(one, store)));
    found
}

/// The certificates that a comment names.
#[derive(Default)]
struct Named {
    /// The hashes of the certificates, and of the keys of those that are known.
    hashes: HashSet<Sha256>,
    by_subject: HashMap<Vec<u8>, Vec<Certificate>>,
    /// Whether one of them is known by its hash alone.
    is_open: bool,
}

impl Named {
    fn add(&mut self, sha256: Sha256, certificate: Option<Certificate>) {
        self.hashes.insert(sha256);
        let Some(certificate) = certificate else {
            self.is_open = true;
            return;
        };
        self.hashes.insert(Sha256::of(certificate.spki_der()));
        let alike = self.by_subject.entry(certificate.subject_der().to_vec()).or_default();
        if !alike.contains(&certificate) {
            alike.push(certificate);
        }
    }

    /// Whether `anchor` is one of them, or may be one of those known only by hash.
    fn has(&self, anchor: &EmbeddedAnchor) -> bool {
        match (&anchor.certificate, &anchor.key, anchor.fingerprint) {
            (Some(certificate), ..) => self.hashes.contains(&certificate.sha256()),
            (None, _, Some(fingerprint)) => self.is_open || self.hashes.contains(&fingerprint),
            (None, Some(key), None) => {
                let alike = self.by_subject.get(&key.subject);
                self.is_open || alike.into_iter().flatten().any(|one| key.is_of(one))
            }
            (None, None, None) => true,
        }
    }
}

/// Whether a store has `anchor`, or Mozilla's store had it.
fn is_known(anchor: &EmbeddedAnchor, store: &Store) -> bool {
    match (&anchor.certificate, anchor.fingerprint) {
        (Some(one), _) => {
            !store.sources(one).is_empty() || mozilla_has(one) || removed::is_dropped(one)
        }
        (None, Some(fingerprint)) => anchor.left().is_some() || store.pinned(fingerprint).is_some(),
        (None, None) => anchor.left().is_some() || anchor.resolved(store).is_some(),
    }
}

/// That the source in the comment, `says`, is not that of the certificate.
fn untrue(
    says: &str,
    line: usize,
    (sha256, certificate): (Sha256, Option<&Certificate>),
    store: &Store,
) -> Option<Finding> {
    let found = match certificate {
        Some(certificate) => statements::untrue_source(says, None, certificate, store, false)?,
        // No root of Mozilla's store has this hash.
        None if says == Source::Mozilla.to_string() || !statements::is_a_source(says) => {
            format!("not found in {}", store.description())
        }
        None => return None,
    };
    let name = certificate.map_or_else(|| sha256.to_string(), named);
    let says = Foreign::text(says).line();
    let message = format!("the source of `{name}` is not `{says}`: {found}");
    Some(Finding::new(line, Severity::Error, "lock-untrue", message, action()))
}

/// That `anchor` was added to a file that certgrab wrote.
fn added(anchor: &EmbeddedAnchor, store: &Store) -> Finding {
    let stores = store.description();
    let message = match &anchor.certificate {
        Some(certificate) => format!(
            "`{}` is neither in {stores} nor among the certificates that the comment of this file names",
            named(certificate)
        ),
        None => {
            let what = if anchor.fingerprint.is_some() { "SHA-256" } else { "name and key" };
            format!("no certificate in {stores} or in the comment of this file has this {what}")
        }
    };
    let finding = Finding::new(anchor.place, Severity::Error, "untrusted-root", message, action());
    match &anchor.certificate {
        Some(certificate) => finding.about(certificate.sha256()),
        None => finding,
    }
}

fn action() -> Option<String> {
    Some("regenerate the constants: `certgrab HOST:PORT --emit FORMAT`".to_owned())
}
