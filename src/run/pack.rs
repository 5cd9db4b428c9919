//! Selects the certificates to export from what was proved.
//!
//! In: [`Verified`] and what was presented. Out: [`Bundle`], which formats render.

use crate::chain::Presented;
use crate::{
    endpoint::Target,
    judge::{
        prove::Verified,
        rank::{self, Candidate, Reason},
    },
    output::bundle::{Bundle, Entry, KeyPossession, Role},
    text::{foreign::Foreign, time::Time},
    trust::{
        announced::{Announced, announced_by_owner_of},
        store::{Root, Source, Store, mozilla_siblings},
    },
    x509::certificate::Certificate,
};

/// Which certificates to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum What {
    /// The anchor, with what the server does not send.
    #[default]
    Anchor,
    /// From the leaf to the anchor.
    Chain,
    /// The server's own certificate.
    Leaf,
    /// What is between the leaf and the anchor.
    Intermediates,
}

/// The certificates to write in addition to the anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Extras {
    /// The other anchors that verify the presented chain.
    pub backups: bool,
    /// The roots of Mozilla's store that belong to the anchor's organisation.
    pub siblings: bool,
    /// Every root of the files that the user trusts, even if it does not verify the chain today.
    pub held: bool,
}

/// The reason for a root that the device will need later.
const HELD: &str = "held for a change of the CA";

/// The reason for a root of the anchor's organisation.
const SIBLING: &str = "from the same organisation: the server's next certificates may chain to it";

/// Whether `text` is a reason that a bundle has for a certificate in this `role`.
#[must_use]
pub(crate) fn is_reason(text: &str, role: Role) -> bool {
    match role {
        Role::Anchor => Reason::writes(text),
        Role::Backup => text == HELD || Reason::writes(text),
        Role::Sibling => text == SIBLING,
        Role::Intermediate | Role::Leaf => false,
    }
}

/// Selects from a proven chain what to export; the anchor comes first unless it is a chain.
///
/// The bundle may be empty: a chain may have no intermediates.
#[must_use]
pub fn pack(target: &Target, presented: &Presented, verified: &Verified, what: What) -> Bundle {
    pack_candidate(target, presented, verified.anchor(), what)
}

/// The same for one of several anchors with a proof.
#[must_use]
pub fn pack_candidate(
    target: &Target,
    presented: &Presented,
    anchor: &Candidate,
    what: What,
) -> Bundle {
    let entry = |certificate: &Certificate, role: Role| Entry {
        role,
        source: Foreign::text(&if role == Role::Anchor {
            anchor.root.source.to_string()
        } else {
            match anchor.missing.iter().find(|fetched| fetched.certificate == *certificate) {
                Some(fetched) => Source::Fetched(fetched.url.clone()).to_string(),
                None => presented.source.to_string(),
            }
        }),
        reason: (role == Role::Anchor).then(|| Foreign::text(&anchor.reason.to_string())),
        lasts_until: (role == Role::Anchor).then_some(anchor.lasts.until),
        needed_by: Vec::new(),
        certificate: certificate.clone(),
    };
    let on_path = anchor.path.certificates.as_slice();
    let leaf = || on_path.iter().take(1).map(|leaf| entry(leaf, Role::Leaf));
    let own = on_path.first() == Some(&anchor.root.certificate);
    let root = || std::iter::once(entry(&anchor.root.certificate, Role::Anchor));
    let between = || on_path.iter().skip(1).map(|one| entry(one, Role::Intermediate));
    // The certificates above a missing one are also written, even if the server sends them: then a lock
    // shows without the server that the anchor issued all its certificates.
    let is_sent =
        |one: &&Certificate| !anchor.missing.iter().any(|missing| missing.certificate == **one);
    let missing = || {
        let above = on_path.iter().skip(1).skip_while(is_sent);
        above.map(|one| entry(one, Role::Intermediate))
    };
    Bundle {
        host: target.host(),
        port: target.port(),
        path: None,
        key_possession: presented.key_possession(),
        options: Vec::new(),
        entries: match what {
            What::Anchor => root().chain(missing()).collect(),
            What::Chain if own => root().collect(),
            What::Chain => leaf().chain(between()).chain(root()).collect(),
            What::Leaf => leaf().collect(),
            What::Intermediates => between().collect(),
        },
    }
}

impl Extras {
    /// Whether any are requested.
    #[must_use]
    pub const fn is_any(self) -> bool {
        self.backups || self.siblings || self.held
    }

    /// The roots that the owner of `anchor` announced and that the store does not have yet, if other
    /// roots are requested.
    #[must_use]
    pub fn announced(self, anchor: &Root) -> Vec<&'static Announced> {
        match self.backups || self.siblings {
            true => announced_by_owner_of(anchor),
            false => Vec::new(),
        }
    }

    /// What was requested but is not in `entries`, with the reason.
    #[must_use]
    pub fn absent(self, entries: &[Entry]) -> Vec<(Role, &'static str)> {
        let reasons = [
            (
                self.backups,
                Role::Backup,
                "no other root verifies the server with the chain it sends",
            ),
            (
                self.siblings,
                Role::Sibling,
                "Mozilla's store has no other valid root of the anchor's organisation",
            ),
        ];
        let is_absent = |role| !entries.iter().any(|entry| entry.role == role);
        let absent = reasons.into_iter().filter(|(asked, role, _)| *asked && is_absent(*role));
        absent.map(|(_, role, reason)| (role, reason)).collect()
    }
}

impl Bundle {
    /// Adds the requested extra roots, each with the reason, as of `at`.
    #[must_use]
    pub fn with(mut self, extras: Extras, verified: &Verified, at: Time) -> Self {
        if extras.backups {
            self = self.with_backups(verified);
        }
        if extras.siblings { self.with_siblings(verified, at) } else { self }
    }

    /// Adds every root of the files in `store`: a device in the field holds the next root of its CA
    /// before the server's chain ends in it.
    #[must_use]
    pub fn with_held(mut self, store: &Store) -> Self {
        let of_files = |root: &&Root| matches!(root.source, Source::File(_));
        for root in store.added().filter(of_files) {
            let until = rank::lasts(root, None).until;
            self.add_root(root, Role::Backup, HELD, until);
        }
        self
    }

    /// The extra roots: backups and siblings.
    pub fn extras(&self) -> impl Iterator<Item = &Entry> {
        let is_extra = |entry: &&Entry| matches!(entry.role, Role::Backup | Role::Sibling);
        self.entries.iter().filter(is_extra)
    }

    /// Adds the other anchors that verify the presented chain, each with the reason.
    #[must_use]
    pub fn with_backups(mut self, verified: &Verified) -> Self {
        for other in verified.alternatives().iter().filter(|other| other.is_sufficient()) {
            self.add_root(&other.root, Role::Backup, &other.reason.to_string(), other.lasts.until);
        }
        self
    }

    /// Adds the roots of Mozilla's store that belong to the anchor's organisation and last beyond
    /// `at`: the server's future certificates may chain to any of them.
    #[must_use]
    pub fn with_siblings(mut self, verified: &Verified, at: Time) -> Self {
        let anchor = &verified.anchor().root;
        if anchor.source != Source::Mozilla {
            return self;
        }
        for root in mozilla_siblings(&anchor.certificate) {
            let until = rank::lasts(&root, None).until;
            if until > at {
                self.add_root(&root, Role::Sibling, SIBLING, until);
            }
        }
        self
    }

    fn add_root(&mut self, root: &Root, role: Role, reason: &str, lasts_until: Time) {
        if self.entries.iter().any(|entry| entry.certificate.is_same_anchor(&root.certificate)) {
            return;
        }
        self.entries.push(Entry {
            certificate: root.certificate.clone(),
            role,
            source: Foreign::text(&root.source.to_string()),
            reason: Some(Foreign::text(reason)),
            lasts_until: Some(lasts_until),
            needed_by: Vec::new(),
        });
    }

    /// Adds what is only in `other`; the key is proven only if it is in both.
    pub(crate) fn add(&mut self, other: Self) {
        for entry in other.entries {
            if !self.entries.iter().any(|known| known.certificate == entry.certificate) {
                self.entries.push(entry);
            }
        }
        if other.key_possession == KeyPossession::NotProven {
            self.key_possession = KeyPossession::NotProven;
        }
    }
}
