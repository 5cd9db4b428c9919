//! Why a chain does not end in an anchor: one sentence and one hint.

mod hint;
mod known_names;
mod names;
mod words;

use crate::{
    chain::{Attempt, Issuers, LeafError, Unreadable},
    judge::work::Spent,
    stack::Rule,
    text::{foreign::Foreign, time::Time},
    x509::{
        certificate::{Malformed, Sha256},
        extensions::{AlternativeNames, Violation},
    },
};

/// Why a chain does not end in an anchor.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Refusal {
    /// The server sent no certificate.
    NoCertificate,
    /// The server's own certificate cannot be read.
    UnreadableLeaf(Malformed),
    /// A certificate is expired or not yet valid.
    OutOfDate {
        /// Which one.
        subject: Foreign,
        /// The first second of its validity.
        not_before: Time,
        /// The last second of its validity.
        not_after: Time,
        /// The time as of which it was verified.
        at: Time,
    },
    /// The leaf is not valid for the name of the target.
    WrongName {
        /// The name of the target.
        wanted: String,
        /// The names of subjectAltName.
        found: AlternativeNames,
        /// The common name, which does not count (RFC 9525 section 2).
        common_name: Option<Foreign>,
        /// Whether it is a CA certificate.
        is_authority: bool,
    },
    /// The chain ends in a self-signed certificate that is not in the store.
    UnknownRoot {
        /// Its subject.
        subject: Foreign,
        /// Its fingerprint.
        sha256: Sha256,
        /// The name of the store in messages.
        store: String,
        /// Whether it is the server's own certificate.
        is_leaf: bool,
        /// When it expires.
        not_after: Time,
    },
    /// The path search stopped at a limit.
    GivenUp(Spent),
    /// The issuer of the last certificate was not sent and is not in the store.
    MissingIssuer {
        /// The certificate whose issuer is missing.
        subject: Foreign,
        /// Its issuer.
        issuer: Foreign,
        /// The fingerprint of the certificate whose issuer is missing.
        sha256: Sha256,
        /// Where its issuer can be fetched.
        urls: Vec<Foreign>,
        /// The URLs that were tried, and the result of each.
        looked: Vec<Attempt>,
        /// The positions in the presented chain of certificates that cannot be read. One of them may
        /// be the issuer.
        unreadable: Vec<usize>,
        /// The name of the store in messages.
        store: String,
        /// Whether it is the server's own certificate.
        is_leaf: bool,
    },
    /// The issuer is available, but its name is encoded differently.
    OtherSpelling {
        /// The certificate.
        subject: Foreign,
        /// The issuer's name in the certificate.
        issuer: Foreign,
        /// The subject of the issuer's own certificate.
        found: Foreign,
    },
    /// The certificates issued each other, and none of them is in the store.
    IssuerLoop {
        /// The certificate at which the loop closes.
        subject: Foreign,
        /// Its issuer, which is already below it in the chain.
        issuer: Foreign,
        /// The name of the store in messages.
        store: String,
    },
    /// A certificate is signed by a different key than the root in the store with its issuer's
    /// name.
    OtherKey {
        /// The certificate.
        subject: Foreign,
        /// The issuer it names.
        issuer: Foreign,
        /// The name of the store in messages.
        store: String,
    },
    /// A certificate is not signed by its stated issuer.
    WrongSignature {
        /// The certificate.
        subject: Foreign,
        /// The issuer it names.
        issuer: Foreign,
    },
    /// A certificate of the path violates a rule that certgrab checks itself.
    Violates {
        /// The certificate.
        subject: Foreign,
        /// The rule.
        violation: Violation,
    },
    /// The user trusts the leaf by its fingerprint, but another certificate issued it.
    TrustedLeafIsIssued {
        /// The leaf.
        subject: Foreign,
        /// Its issuer.
        issuer: Foreign,
    },
    /// No root of this chain lasts as long as requested.
    NoneLasts {
        /// The requested date.
        wanted: Time,
        /// The subject of the root that lasts longest, and its last day.
        longest: Option<(Foreign, Time)>,
    },
    /// The TLS stack rejects the chain by its own algorithm.
    ByStack {
        /// The rejection in a sentence.
        sentence: String,
        /// The action that fixes it.
        remedy: Option<String>,
        /// The setting of the device that would change that.
        setting: Option<&'static str>,
        /// The rule that is broken.
        rule: Rule,
    },
    /// rustls-webpki cannot verify a certificate, or rejects it for another reason.
    NotVerifiable {
        /// The certificate that the reason is about, or the best guess.
        subject: Foreign,
        /// The reason.
        reason: String,
        /// The certificate below it with its fingerprint, if the path up to it verifies.
        trust: Option<(Foreign, Sha256)>,
    },
}

impl std::error::Error for Refusal {}

impl From<LeafError> for Refusal {
    fn from(error: LeafError) -> Self {
        match error {
            LeafError::Absent => Self::NoCertificate,
            LeafError::Unreadable(problem) => Self::UnreadableLeaf(problem),
        }
    }
}

impl Refusal {
    /// Replaces the name of the store in the message.
    #[must_use]
    pub(crate) fn in_store(mut self, name: &str) -> Self {
        if let Self::MissingIssuer { store, .. }
        | Self::UnknownRoot { store, .. }
        | Self::IssuerLoop { store, .. }
        | Self::OtherKey { store, .. } = &mut self
        {
            name.clone_into(store);
        }
        self
    }

    /// Adds the URLs that were tried for the missing issuer.
    #[must_use]
    pub(crate) fn with_attempts(mut self, issuers: &Issuers) -> Self {
        if let Self::MissingIssuer { sha256, looked, .. } = &mut self {
            let attempts = issuers.attempts.iter();
            looked.extend(attempts.filter(|attempt| attempt.child == *sha256).cloned());
        }
        self
    }

    /// Adds the certificates of the presented chain that cannot be read.
    #[must_use]
    pub(crate) fn with_unreadable(mut self, others: &[Unreadable]) -> Self {
        if let Self::MissingIssuer { unreadable, .. } = &mut self {
            unreadable.extend(others.iter().map(|one| one.position));
        }
        self
    }

    /// Whether this is the refusal for `rule` of a TLS stack, in more words.
    #[must_use]
    pub(crate) const fn explains(&self, rule: &Rule) -> bool {
        match rule {
            Rule::IssuerMissing | Rule::WrongSignature => matches!(
                self,
                Self::MissingIssuer { .. }
                    | Self::UnknownRoot { .. }
                    | Self::OtherKey { .. }
                    | Self::WrongSignature { .. }
                    | Self::IssuerLoop { .. }
            ),
            Rule::Expired | Rule::NotYetValid => matches!(self, Self::OutOfDate { .. }),
            Rule::Name(_) => matches!(self, Self::WrongName { .. }),
            Rule::NoCertificate => matches!(self, Self::NoCertificate),
            _ => false,
        }
    }

    /// The setting of the device with which its TLS stack accepts the server.
    #[must_use]
    pub const fn setting(&self) -> Option<&'static str> {
        match self {
            Self::ByStack { setting, .. } => *setting,
            _ => None,
        }
    }
}
