//! Which of the committed certificates the manifest's stores confirm.
//!
//! In: certificates of a lock or of a file generated from it, the stores, and what the server presents
//! if it was asked. Out: the standing of each certificate, and findings for those that no store
//! confirms.
//!
//! A device trusts every certificate in its constants, so a certificate that someone added to a lock is
//! a trust anchor like those that certgrab chose. The search goes from the stores down, over the graph of
//! each round, and counts only signatures that were verified.

use std::collections::{HashMap, HashSet};

use rustls_pki_types::ServerName;

use super::{
    EmbeddedAnchor, Finding, Findings, Reading, Severity,
    companions::{LONGEST_PATH, MOST_ISSUERS},
    lints::MAX_SIGNATURE_CHECKS,
    named,
};
use crate::{
    judge::{graph::Graph, work::Work},
    output::bundle::Bundle,
    run::pack::{Extras, What},
    text::foreign::Foreign,
    trust::{
        removed,
        store::{Store, mozilla_has},
    },
    x509::certificate::{Certificate, Sha256},
};

/// What a manifest asks for, and what its server presents.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The roots that the manifest trusts.
    pub store: &'a Store,
    /// The name that the server's certificate must be valid for.
    pub name: &'a ServerName<'static>,
    /// Which certificates the manifest asks for.
    pub what: What,
    /// What it asks for in addition to the anchor.
    pub extras: Extras,
    /// The options of the manifest, as a lock writes them.
    pub options: &'a [Foreign],
    /// Whether the lock is made from files, so no server proves anything.
    pub is_of_files: bool,
    /// The path of the URL that the manifest follows, as a lock writes it.
    pub path: Option<&'a Foreign>,
    /// The certificates that the server presents today, with those fetched for it; `None` if it was
    /// not asked.
    pub seen: Option<&'a [Certificate]>,
    /// For each chain that the server presents today, the anchors that verify it; `None` if the server
    /// was not asked or no anchor verifies it.
    pub anchors: Option<&'a [Vec<Certificate>]>,
    /// The number of different ClientHellos that ask the server: each may need another anchor.
    pub readers: usize,
}

/// The standing of a certificate in the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// A store has it, or its fingerprint was given.
    Trusted,
    /// A trusted certificate issued it, directly or over other CA certificates.
    Issued,
    /// It names an issuer that is not available.
    IssuerUnknown,
    /// The available certificates with its issuer's name are trusted, and the signature cannot be
    /// checked here.
    Unverified,
    /// None of these.
    Untrusted,
}

/// The standing of each of some certificates.
pub(super) struct Trust {
    standings: HashMap<Sha256, Standing>,
}

impl Trust {
    /// Examines `certificates`, which may have issued one another.
    pub(super) fn of<'a>(
        certificates: impl Iterator<Item = &'a Certificate>,
        store: &Store,
    ) -> Self {
        let mut distinct = HashSet::new();
        let all: Vec<_> = certificates.filter(|one| distinct.insert(one.sha256())).collect();
        let (trusted, mut open): (Vec<_>, Vec<_>) =
            all.iter().copied().partition(|one| !store.sources(one).is_empty());
        let names: HashSet<_> = open.iter().map(|one| one.issuer_der()).collect();
        let roots: Vec<_> = names.into_iter().flat_map(|name| store.named(name)).collect();
        let roots = roots.iter().map(|root| &root.certificate);
        let standing = |one: &Certificate, standing| (one.sha256(), standing);
        let mut standings: HashMap<_, _> =
            trusted.iter().map(|one| standing(one, Standing::Trusted)).collect();

        let work = Work::up_to(MAX_SIGNATURE_CHECKS);
        let mut unverified = HashSet::new();
        let mut issuers: Vec<_> = trusted.into_iter().chain(roots).collect();
        // Each round finds what the certificates of the last one issued.
        for _ in 0..LONGEST_PATH {
            let graph = Graph::new(issuers, &work);
            let is_issued = |one: &&Certificate| {
                graph.named(one).take(MOST_ISSUERS).any(|issuer| {
                    let signed = work.is_signed_by(one, issuer);
                    if signed.is_none() {
                        unverified.insert(one.sha256());
                    }
                    signed == Some(true)
                })
            };
            let (issued, left): (Vec<_>, Vec<_>) = open.into_iter().partition(is_issued);
            open = left;
            standings.extend(issued.iter().map(|one| standing(one, Standing::Issued)));
            // Only CA certificates issue others (RFC 5280 section 6.1.4 k).
            issuers = issued.into_iter().filter(|one| one.extensions().is_authority).collect();
            if issuers.is_empty() {
                break;
            }
        }
        let at_hand = Graph::new(all, &work);
        standings.extend(open.into_iter().map(|one| {
            let is_known = || {
                one.is_self_issued()
                    || at_hand.named(one).next().is_some()
                    || !store.named(one.issuer_der()).is_empty()
            };
            let found = match unverified.contains(&one.sha256()) {
                true => Standing::Unverified,
                false if is_known() => Standing::Untrusted,
                false => Standing::IssuerUnknown,
            };
            standing(one, found)
        }));
        Self { standings }
    }

    pub(super) fn standing(&self, certificate: &Certificate) -> Standing {
        self.standings.get(&certificate.sha256()).copied().unwrap_or(Standing::Untrusted)
    }
}

impl Terms<'_> {
    /// Whether a lock with the anchors `before` may also need `anchor`: a server may present another
    /// chain to some readers.
    pub(super) fn may_need(&self, anchor: &Certificate, before: &[&Certificate]) -> bool {
        let verifies = |anchors: &[Certificate], one: &Certificate| {
            anchors.iter().any(|known| known.is_same_anchor(one))
        };
        match self.anchors {
            _ if before.is_empty() => true,
            _ if before.len() >= self.readers => false,
            None => true,
            Some(chains) => chains.iter().any(|chain| {
                verifies(chain, anchor) && !before.iter().any(|one| verifies(chain, one))
            }),
        }
    }

    /// The standing of each certificate of `bundle` and of `others`.
    pub(super) fn trust<'a>(
        &'a self,
        bundle: &'a Bundle,
        others: impl Iterator<Item = &'a Certificate>,
    ) -> Trust {
        let locked = bundle.entries.iter().map(|entry| &entry.certificate);
        let seen = self.seen.into_iter().flatten();
        Trust::of(locked.chain(others).chain(seen), self.store)
    }

    /// Why `certificate` does not belong in a lock or in a file generated from it, and how much that
    /// matters; `None` if it does. Only with `is_anchor` must it be in a store itself.
    pub(super) fn objection(
        &self,
        certificate: &Certificate,
        trust: &Trust,
        is_anchor: bool,
    ) -> Option<(Severity, String)> {
        let (name, stores) = (named(certificate), self.store.description());
        let is_leaf = !certificate.extensions().is_authority;
        let error = |message: String| Some((Severity::Error, message));
        match trust.standing(certificate) {
            Standing::Trusted => None,
            Standing::Issued if is_anchor => {
                error(format!("`{name}` is marked as an anchor but is not in {stores}"))
            }
            // A leaf is replaced every few months; a different one today is not a problem.
            Standing::Issued if is_leaf => None,
            Standing::Issued => match self.seen {
                Some(seen) if !seen.contains(certificate) => error(format!(
                    "`{name}` is neither in {stores} nor in the chain that the server presents"
                )),
                _ => None,
            },
            // With only the leaf in a lock, its issuer is on the server only.
            Standing::IssuerUnknown
                if self.what == What::Leaf && is_leaf && self.seen.is_none() =>
            {
                let issuer = certificate.issuer().text().line();
                Some((
                    Severity::Note,
                    format!(
                        "`{name}` cannot be checked offline: its issuer `{issuer}` is not known"
                    ),
                ))
            }
            Standing::Unverified => error(format!(
                "`{name}` is not in {stores}, and the signature on it cannot be verified here"
            )),
            _ if certificate.is_self_issued() => error(format!("`{name}` is not in {stores}")),
            _ => error(format!("`{name}` is not in {stores}, and no certificate there issued it")),
        }
    }
}

impl Terms<'_> {
    /// What to do about a certificate that no store vouches for, if it is correct.
    pub(crate) fn if_right(&self) -> &'static str {
        match self.is_of_files {
            true => "if the certificate is right, add its file to `from` in the manifest",
            false => TO_TRUST,
        }
    }

    /// The same for a file that `certgrab sync` writes.
    pub(super) fn action(&self) -> Option<String> {
        Some(format!("run `certgrab sync`; {}", self.if_right()))
    }
}

/// The certificates in `reading`, of a file generated from a lock with `bundle`, that no store vouches
/// for or that are not in the lock.
#[must_use]
pub fn judge_generated(reading: &Reading, bundle: &Bundle, terms: &Terms<'_>) -> Findings {
    let (mut known, mut found) = (Vec::new(), Findings::default());
    for one in &reading.anchors {
        match certificate_of(one, bundle, terms) {
            Some(certificate) => known.push((one.place, certificate)),
            None => {
                let what = if one.fingerprint.is_some() { "SHA-256" } else { "name and key" };
                let stores = terms.store.description();
                let message = format!("no certificate in {stores} or in the lock has this {what}");
                found.find(one.place, Severity::Error, "untrusted-root", message, terms.action());
            }
        }
    }
    let trust = terms.trust(bundle, known.iter().map(|(_, certificate)| certificate));
    for (place, certificate) in &known {
        if let Some((severity, message)) = terms.objection(certificate, &trust, false) {
            let finding = Finding::new(*place, severity, "untrusted-root", message, terms.action());
            found.add(finding.about(certificate.sha256()));
        }
    }
    let is_locked =
        |one: &Certificate| bundle.entries.iter().any(|entry| entry.certificate == *one);
    // A file from an older lock may not have all certificates of this one; it is only stale.
    let is_whole = bundle
        .entries
        .iter()
        .all(|entry| known.iter().any(|(_, one)| entry.certificate.is_same_anchor(one)));
    for (place, more) in known.iter().filter(|(_, one)| is_whole && !is_locked(one)) {
        let message = format!("`{}` is not in the lock", named(more));
        let action = Some("regenerate the file with `certgrab sync --locked`".to_owned());
        let finding = Finding::new(*place, Severity::Error, "lock-differs", message, action);
        found.add(finding.about(more.sha256()));
    }
    found
}

/// The certificate of `anchor`; if the file only holds its name and key or its hash, a lock, the stores
/// or the server must have it.
fn certificate_of(
    anchor: &EmbeddedAnchor,
    bundle: &Bundle,
    terms: &Terms<'_>,
) -> Option<Certificate> {
    if anchor.certificate.is_some() {
        return anchor.certificate.clone();
    }
    let is_it = |one: &Certificate| match (&anchor.key, anchor.fingerprint) {
        (Some(key), _) => key.is_of(one),
        (None, Some(pin)) => one.sha256() == pin || Sha256::of(one.spki_der()) == pin,
        (None, None) => false,
    };
    let locked = bundle.entries.iter().map(|entry| &entry.certificate);
    if let Some(one) = locked.chain(terms.seen.into_iter().flatten()).find(|one| is_it(one)) {
        return Some(one.clone());
    }
    let roots = match (&anchor.key, anchor.fingerprint) {
        (Some(key), _) => terms.store.named(&key.subject),
        (None, Some(pin)) => terms.store.pinned(pin).into_iter().collect(),
        (None, None) => Vec::new(),
    };
    let roots = roots.into_iter().map(|root| root.certificate);
    roots.into_iter().find(|one| is_it(one) && !terms.store.sources(one).is_empty())
}

/// What to do about a root that no store has, in a file that a manifest names.
pub const TO_TRUST: &str = "if the certificate is right, add its file to `roots` or its SHA-256 to \
                            `trust-sha256` in the manifest";
/// The same in a file that no manifest names.
pub const TO_PASS: &str = "if it is the root of your own CA, pass its file with `--roots FILE`";

/// The roots that are named in one note about a file; if there are more, they are counted.
const NAMED_ROOTS: usize = 3;

/// Which store has the roots in `reading`, of a file that the manifest does not generate, that are not
/// in `store`. Roots about which `judged` already has a finding are left out.
#[must_use]
pub fn judge_handwritten(
    reading: &Reading,
    store: &Store,
    judged: &Findings,
    action: &str,
) -> Findings {
    let is_of_stores = |one: &&Finding| {
        ["lookalike-root", "bad-signature", "lab-anchor", "untrusted-root"].contains(&one.code)
    };
    let judged = judged.listed().iter().filter(is_of_stores);
    let mut seen: HashSet<Sha256> = judged.filter_map(|one| one.certificate).collect();
    let unknown = reading.anchors.iter().filter_map(|one| {
        let certificate = one.resolved(store)?;
        let is_asked = certificate.is_self_issued()
            && store.sources(&certificate).is_empty()
            && !removed::is_dropped(&certificate);
        (is_asked && seen.insert(certificate.sha256())).then_some((one.place, certificate))
    });
    let unknown: Vec<_> = unknown.collect();
    let note = |place, message: String| {
        Finding::new(place, Severity::Note, "untrusted-root", message, Some(action.to_owned()))
    };
    let stores = store.description();
    if unknown.len() > NAMED_ROOTS {
        let names = unknown.iter().take(NAMED_ROOTS);
        let names: Vec<_> = names.map(|(_, one)| format!("`{}`", named(one))).collect();
        let (count, names) = (unknown.len(), names.join(", "));
        let message = format!("{count} roots are not in {stores}, such as {names}");
        return std::iter::once(note(unknown[0].0, message)).collect();
    }
    let note = |(place, certificate): (_, Certificate)| {
        let name = named(&certificate);
        let message = match mozilla_has(&certificate) {
            true => format!("`{name}` is in Mozilla's store and not in {stores}"),
            false if stores == Store::mozilla().description() => {
                format!("`{name}` is not in {stores}")
            }
            false => format!("`{name}` is neither in {stores} nor in Mozilla's store"),
        };
        note(place, message).about(certificate.sha256())
    };
    unknown.into_iter().map(note).collect()
}
