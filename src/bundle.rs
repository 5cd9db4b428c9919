//! The certificates to embed, with the facts that are printed beside them.
//!
//! In: what `verify` proved, or what a lock says. Out: [`Bundle`], all that `emit` needs.

use crate::{certificate::Certificate, escape::Foreign, time::Time};

pub use crate::certificate::KeyPossession;

/// Certificates to embed for one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The host as the user gave it: an A-label name or an IP address without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// What to embed, in the order to emit; never empty.
    pub entries: Vec<Entry>,
    /// Whether the peer proved that it holds the key of its certificate.
    pub key_possession: KeyPossession,
    /// The options that led to these certificates, each word as the command takes it, with `FILE`
    /// in the place of a path; none where the target alone leads to them. People paste them into
    /// a shell, so that a lock may state none but those that certgrab writes.
    pub options: Vec<Foreign>,
}

/// One certificate to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The certificate.
    pub certificate: Certificate,
    /// What it is to the device.
    pub role: Role,
    /// Where it was found, for people: `Mozilla's store`.
    pub source: Foreign,
    /// Why it and not another, in one sentence without a full stop.
    pub reason: Option<Foreign>,
    /// Until when it is expected to open the door: not after this second.
    pub lasts_until: Option<Time>,
    /// Of a list of targets, those that need it; empty for one target.
    pub needed_by: Vec<Foreign>,
}

/// What a certificate is to the device that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The anchor: trusted as it stands.
    Anchor,
    /// Another anchor that would do.
    Backup,
    /// A root that the server's next certificates may come from.
    Sibling,
    /// Between the leaf and the anchor.
    Intermediate,
    /// The server's own certificate.
    Leaf,
}

/// Which certificates to export.
#[cfg(feature = "fetch")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum What {
    /// The anchor, with what the server leaves out.
    #[default]
    Anchor,
    /// From the leaf to the anchor.
    Chain,
    /// The server's own certificate.
    Leaf,
    /// What is between the leaf and the anchor.
    Intermediates,
}

/// What is held besides the anchor, if anything.
#[cfg(feature = "fetch")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Besides {
    /// The other anchors that would do with what the server sends.
    pub backups: bool,
    /// The roots of Mozilla's store that belong to the anchor's organisation.
    pub siblings: bool,
}

/// Takes from a proven chain what is to be exported; the anchor comes first unless it is a chain.
///
/// Nothing may be left: a chain without intermediates gives an empty bundle.
#[cfg(feature = "fetch")]
#[must_use]
pub fn pack(
    target: &crate::target::Target,
    presented: &crate::handshake::Presented,
    verified: &crate::verify::Verified,
    what: What,
) -> Bundle {
    pack_candidate(target, presented, verified.anchor(), what)
}

/// The same for one of several anchors that a proof was made for.
#[cfg(feature = "fetch")]
#[must_use]
pub fn pack_candidate(
    target: &crate::target::Target,
    presented: &crate::handshake::Presented,
    anchor: &crate::anchor::Candidate,
    what: What,
) -> Bundle {
    use crate::store::Source;

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
    let missing = || anchor.missing.iter().map(|one| entry(&one.certificate, Role::Intermediate));
    Bundle {
        host: target.host(),
        port: target.port(),
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

impl Bundle {
    /// `host:port` as people type it, an IPv6 address in brackets (RFC 3986 section 3.2.2).
    #[must_use]
    pub fn target(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// What its certificates are to the server, as the names of constants end.
    #[must_use]
    pub fn what_it_is(&self) -> &'static str {
        let has = |role: Role| self.entries.iter().any(|entry| entry.role == role);
        match (has(Role::Leaf), has(Role::Intermediate), has(Role::Anchor)) {
            (true, false, false) => "CERTIFICATE",
            (true, ..) => "CA_CHAIN",
            (false, true, false) => "INTERMEDIATE_CA",
            (false, ..) => "ROOT_CA",
        }
    }
}

#[cfg(feature = "fetch")]
impl Besides {
    /// Whether there is anything to hold besides the anchor.
    #[must_use]
    pub const fn is_any(self) -> bool {
        self.backups || self.siblings
    }

    /// What was asked for and is not among `entries`, with the reason why there is none.
    #[must_use]
    pub fn absent(self, entries: &[Entry]) -> Vec<(Role, &'static str)> {
        let reasons = [
            (self.backups, Role::Backup, "no other root would do with what the server sends"),
            (
                self.siblings,
                Role::Sibling,
                "Mozilla's store has no other root of the anchor's organisation that lasts",
            ),
        ];
        let is_absent = |role| !entries.iter().any(|entry| entry.role == role);
        let absent = reasons.into_iter().filter(|(asked, role, _)| *asked && is_absent(*role));
        absent.map(|(_, role, reason)| (role, reason)).collect()
    }
}

#[cfg(feature = "fetch")]
impl Bundle {
    /// Adds what is held besides the anchor, each with the reason, judged at the time `at`.
    #[must_use]
    pub fn with(mut self, besides: Besides, verified: &crate::verify::Verified, at: Time) -> Self {
        if besides.backups {
            self = self.with_backups(verified);
        }
        if besides.siblings { self.with_siblings(verified, at) } else { self }
    }

    /// What is held besides the anchor and what the server leaves out.
    pub fn besides(&self) -> impl Iterator<Item = &Entry> {
        let is_besides = |entry: &&Entry| matches!(entry.role, Role::Backup | Role::Sibling);
        self.entries.iter().filter(is_besides)
    }

    /// Adds the other anchors that would do with what the server sends, each with the reason.
    #[must_use]
    pub fn with_backups(mut self, verified: &crate::verify::Verified) -> Self {
        for other in verified.alternatives().iter().filter(|other| other.is_sufficient()) {
            self.add_root(&other.root, Role::Backup, &other.reason.to_string(), other.lasts.until);
        }
        self
    }

    /// Adds the roots of Mozilla's store that belong to the anchor's organisation and last beyond
    /// `at`: the server's next certificates may come from any of them.
    #[must_use]
    pub fn with_siblings(mut self, verified: &crate::verify::Verified, at: Time) -> Self {
        let anchor = &verified.anchor().root;
        if anchor.source != crate::store::Source::Mozilla {
            return self;
        }
        for root in crate::store::mozilla_siblings(&anchor.certificate) {
            let until = crate::anchor::lasts(&root, None).until;
            if until > at {
                let reason = "of the same organisation: the server's next certificates may come \
                              from it";
                self.add_root(&root, Role::Sibling, reason, until);
            }
        }
        self
    }

    fn add_root(&mut self, root: &crate::store::Root, role: Role, reason: &str, lasts_until: Time) {
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

    /// Adds what `other` has and this has not; the key is proven only if it is in both.
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

impl Role {
    /// The role in one word, as locks, comments and JSON write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Backup => "backup",
            Self::Sibling => "sibling",
            Self::Intermediate => "intermediate",
            Self::Leaf => "leaf",
        }
    }

    /// The role that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Anchor, Self::Backup, Self::Sibling, Self::Intermediate, Self::Leaf]
            .into_iter()
            .find(|role| role.word() == word)
    }
}
