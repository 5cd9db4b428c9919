//! Whether the statements in a lock are true, and whether it matches its manifest.
//!
//! In: a lock as it was read, and the [`Terms`] of its manifest. Out: [`Finding`]s. Reading a lock has
//! already compared what each certificate states; this module checks the rest: whether a store trusts
//! it, where it came from, what it is for, how long it lasts, and which options led to it.

mod asked;

use std::collections::HashSet;

use super::{
    Finding, Severity, named, statements,
    trust::{Terms, Trust},
};
use crate::{
    judge::{
        path::{self, Question},
        rank,
        work::Work,
    },
    output::{
        bundle::{Bundle, Entry, KeyPossession, Role},
        lock,
    },
    run::pack::{self, What},
    text::{diagnostic::Diagnostic, foreign::Foreign},
    trust::store::{Root, Source, Store, mozilla_has},
    x509::certificate::Certificate,
};

/// The problems of the lock `content`, which contains `bundle`, by the `terms` of its manifest.
#[must_use]
pub fn objections(content: &[u8], bundle: &Bundle, terms: &Terms<'_>) -> Vec<Finding> {
    let is_lock = lock::is_lock(content);
    // A plain PEM file marks nothing: if the manifest asks for anchors, each of its certificates counts
    // as one.
    let marks_anchors = is_lock || terms.what == What::Anchor;
    let trust = terms.trust(bundle, std::iter::empty());
    let mut claims =
        Claims { content, bundle, store: terms.store, has_terms: true, found: Vec::new() };
    for (index, entry) in bundle.entries.iter().enumerate() {
        claims.trusted(index, entry, (terms, &trust), marks_anchors);
    }
    if marks_anchors {
        claims.number(terms);
    }
    claims.twice();
    if is_lock {
        claims.options(terms);
        claims.facts(terms.is_of_files);
        for (index, entry) in bundle.entries.iter().enumerate() {
            claims.name(index, entry, terms);
        }
    }
    claims.found
}

/// The problems of the lock `content`, which contains `bundle`, that do not depend on its manifest.
#[must_use]
pub fn objections_alone(content: &[u8], bundle: &Bundle, store: &Store) -> Vec<Finding> {
    let mut claims = Claims { content, bundle, store, has_terms: false, found: Vec::new() };
    claims.twice();
    claims.facts(false);
    claims.found
}

/// The finding that a lock cannot be read.
#[must_use]
pub fn unreadable_lock(error: &lock::Error) -> Finding {
    let lock::Error { line, .. } = error;
    let problem = lock::Error { line: None, ..error.clone() };
    let message = format!("this lock cannot be read: {problem}");
    let action = error.hint().or_else(refresh);
    Finding::new(line.unwrap_or(1), Severity::Error, "lock-unreadable", message, action)
}

/// The finding that a lock names a different server than its manifest.
#[must_use]
pub fn of_another_server(content: &[u8], wanted: &str, found: &str) -> Finding {
    let (wanted, found) = (Foreign::text(wanted).line(), Foreign::text(found).line());
    let message = format!("expected a lock for {wanted}, found one for {found}");
    let line = lock::line_of(content, None, "Host");
    Finding::new(line, Severity::Error, "lock-differs", message, refresh())
}

/// A lock under examination.
struct Claims<'a> {
    content: &'a [u8],
    bundle: &'a Bundle,
    store: &'a Store,
    /// Whether the store is that of the manifest which the lock was written for.
    has_terms: bool,
    found: Vec<Finding>,
}

impl Claims<'_> {
    fn object(
        &mut self,
        (entry, fact): (Option<usize>, &str),
        severity: Severity,
        code: &'static str,
        message: String,
        action: Option<String>,
    ) {
        let line = lock::line_of(self.content, entry, fact);
        self.found.push(Finding::new(line, severity, code, message, action));
    }

    /// Reports that `fact` is not true.
    fn deny(&mut self, place: (Option<usize>, &str), message: String) {
        self.object(place, Severity::Error, "lock-untrue", message, refresh());
    }

    /// Anchors that occur more than once.
    fn twice(&mut self) {
        let mut known = HashSet::new();
        for (index, entry) in self.bundle.entries.iter().enumerate() {
            let is_anchor = matches!(entry.role, Role::Anchor | Role::Backup | Role::Sibling);
            if is_anchor && !known.insert(entry.certificate.sha256()) {
                let message = format!("the lock contains `{}` twice", named(&entry.certificate));
                let place = (Some(index), "-----BEGIN");
                self.object(place, Severity::Error, "lock-differs", message, refresh());
            }
        }
    }

    /// Everything that does not depend on a manifest.
    fn facts(&mut self, is_of_files: bool) {
        self.head();
        self.proof(is_of_files);
        for (index, entry) in self.bundle.entries.iter().enumerate() {
            self.source(index, entry);
            self.role(index, entry);
            self.lasting(index, entry);
        }
    }

    /// The comments above the certificates, which people read and paste.
    fn head(&mut self) {
        let written = lock::write(self.bundle);
        let content = String::from_utf8_lossy(self.content);
        let quoted = |line: &str| line.split('`').nth(1).map(str::to_owned);
        // Other comments may come above it.
        let above = lock::header_line(self.content).map_or(0, |line| line - 1);
        let lines = content.lines().skip(above).zip(written.lines()).take(2);
        for (index, (line, wanted)) in lines.enumerate() {
            let (found, wanted) = (quoted(line), quoted(wanted));
            if let (Some(found), Some(wanted)) = (found, wanted)
                && found != wanted
            {
                let found = Foreign::text(&found).line();
                let message = format!("expected `{wanted}` in this line, found `{found}`");
                let (severity, code) = (Severity::Warning, "lock-untrue");
                let line = above + index + 1;
                self.found.push(Finding::new(line, severity, code, message, refresh()));
            }
        }
    }

    /// Whether the server proved that it holds its key.
    fn proof(&mut self, is_of_files: bool) {
        let place = (None, "Key possession");
        if self.bundle.key_possession == KeyPossession::NotProven {
            if is_of_files {
                return;
            }
            let message = "the server did not prove possession of its private key when the \
                           lock was written"
                .to_owned();
            let action = "run `certgrab sync` where the server completes a handshake".to_owned();
            self.object(place, Severity::Note, "not-proven", message, Some(action));
            return;
        }
        let options: Vec<_> = self.bundle.options.iter().map(Foreign::line).collect();
        let shows_no_key = |pair: &&[String]| pair[0] == "--handshake" && pair[1] == "cleartext";
        if options.windows(2).any(|pair| shows_no_key(&pair)) || options.contains(&"--from".into())
        {
            let message = "the lock says `proven`, but a chain that was read with these options comes without a proof of possession"
                .to_owned();
            self.deny(place, message);
        }
    }

    /// Whether a store trusts it.
    fn trusted(
        &mut self,
        index: usize,
        entry: &Entry,
        (terms, trust): (&Terms<'_>, &Trust),
        marks_anchors: bool,
    ) {
        let is_anchor = matches!(entry.role, Role::Anchor | Role::Backup | Role::Sibling);
        let objection = terms.objection(&entry.certificate, trust, is_anchor && marks_anchors);
        if let Some((severity, message)) = objection {
            let place = (Some(index), "-----BEGIN");
            self.object(place, severity, "untrusted-root", message, terms.action());
        }
    }

    /// Where it came from.
    fn source(&mut self, index: usize, entry: &Entry) {
        let says = entry.source.line();
        let certificate = &entry.certificate;
        let (role, has_terms) = (Some(entry.role), self.has_terms);
        let untrue = statements::untrue_source(&says, role, certificate, self.store, has_terms);
        if let Some(found) = untrue {
            let name = named(certificate);
            let message = format!("the source of `{name}` is not `{says}`: {found}");
            let place = (Some(index), "Source");
            self.deny(place, message);
        }
        if let Some(reason) = &entry.reason
            && !pack::is_reason(reason.whole(), entry.role)
        {
            let message = format!(
                "expected a reason that certgrab writes for `{}`, found other text",
                named(certificate)
            );
            self.deny((Some(index), "Reason"), message);
        }
    }

    /// What it is for.
    fn role(&mut self, index: usize, entry: &Entry) {
        let certificate = &entry.certificate;
        let name = named(certificate);
        let problem = match entry.role {
            Role::Intermediate if certificate.is_self_issued() => {
                Some(format!("`{name}` is a root, not an intermediate"))
            }
            Role::Intermediate if !certificate.extensions().is_authority => {
                Some(format!("`{name}` is not a CA certificate, so it cannot be an intermediate"))
            }
            Role::Sibling => self.not_a_sibling(certificate),
            _ => None,
        };
        if let Some(problem) = problem {
            self.deny((Some(index), "Role"), problem);
        }
    }

    /// Whether a leaf has the name of the server.
    fn name(&mut self, index: usize, entry: &Entry, terms: &Terms<'_>) {
        let leaf = &entry.certificate;
        // Some TLS stacks use the common name if there is no other.
        if entry.role != Role::Leaf || leaf.extensions().alternative_names.shown.is_empty() {
            return;
        }
        // The dates are checked with those of all other certificates.
        let work = Work::default();
        let question = Question { name: Some(terms.name), at: leaf.not_before(), work: &work };
        if let Err(refusal) = path::leaf_is_valid(leaf, question) {
            self.deny((Some(index), "Role"), refusal.to_string());
        }
    }

    fn not_a_sibling(&self, sibling: &Certificate) -> Option<String> {
        let anchor = self.bundle.entries.iter().find(|entry| entry.role == Role::Anchor)?;
        let anchor = &anchor.certificate;
        let owner = anchor.subject().organisation();
        (owner.is_none() || sibling.subject().organisation() != owner).then(|| {
            let (name, anchor) = (named(sibling), named(anchor));
            format!("`{name}` is not of the organisation of the anchor `{anchor}`")
        })
    }

    /// How long it lasts.
    fn lasting(&mut self, index: usize, entry: &Entry) {
        let Some(says) = entry.lasts_until else { return };
        let says_mozilla = entry.source.line() == Source::Mozilla.to_string();
        let is_of_mozilla = says_mozilla && mozilla_has(&entry.certificate);
        let source = if is_of_mozilla { Source::Mozilla } else { Source::Fingerprint };
        let root = Root { certificate: entry.certificate.clone(), source };
        // It may be less: a cross-signed certificate on the way to the root may expire before.
        let most = rank::lasts(&root, None);
        let (name, place) = (named(&entry.certificate), (Some(index), "Lasts until"));
        if says > most.not_after {
            let message = format!("`{name}` expires on {}, not on {}", most.not_after, says);
            self.deny(place, message);
        } else if says > most.until {
            let message = format!(
                "Mozilla's schedule removes `{name}` from its store on {}, not on {}",
                most.until.date(),
                says.date()
            );
            self.object(place, Severity::Warning, "lock-untrue", message, refresh());
        }
    }
}

/// What to do about a lock with a problem.
pub(super) fn refresh() -> Option<String> {
    Some("run `certgrab sync`".to_owned())
}
