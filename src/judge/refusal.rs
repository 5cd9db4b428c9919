//! Why a chain ends in no anchor: one sentence and one hint.

use std::{fmt, net::IpAddr};

use crate::chain::{Attempt, Issuers};
use crate::chain::{LeafError, Unreadable};
use crate::{
    judge::work::Spent,
    text::{foreign::Foreign, time::Time},
    x509::{
        certificate::{Malformed, Sha256},
        extensions::{AlternativeNames, Lack},
    },
};

/// Why a chain ends in no anchor.
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
        /// The time of judgement.
        at: Time,
    },
    /// The leaf carries other names than the one asked for.
    WrongName {
        /// The name asked for.
        wanted: String,
        /// The names of subjectAltName.
        found: AlternativeNames,
        /// The common name, which does not count (RFC 9525 section 2).
        common_name: Option<Foreign>,
        /// Whether it is no server's certificate at all, but an authority's.
        is_authority: bool,
    },
    /// The chain ends in a self-signed certificate that the store does not have.
    UnknownRoot {
        /// Its subject.
        subject: Foreign,
        /// Its fingerprint.
        sha256: Sha256,
        /// The store in the user's words.
        store: String,
        /// Whether it is the server's own certificate.
        is_leaf: bool,
        /// When it expires.
        not_after: Time,
    },
    /// The search for a path ended before all were tried.
    GivenUp(Spent),
    /// The issuer of the last certificate is neither sent nor in the store.
    MissingIssuer {
        /// The certificate whose issuer is missing.
        subject: Foreign,
        /// Its issuer.
        issuer: Foreign,
        /// The fingerprint of the certificate whose issuer is missing.
        sha256: Sha256,
        /// Where its issuer can be fetched.
        urls: Vec<Foreign>,
        /// The URLs where it was looked for, and what came of each.
        looked: Vec<Attempt>,
        /// The positions in the presented chain of certificates that cannot be read, of which one
        /// may be the issuer.
        unreadable: Vec<usize>,
        /// The store in the user's words.
        store: String,
        /// Whether it is the server's own certificate.
        is_leaf: bool,
    },
    /// The issuer is at hand, under a name that is equal though written otherwise.
    OtherSpelling {
        /// The certificate.
        subject: Foreign,
        /// The issuer as it names it.
        issuer: Foreign,
        /// The issuer as it names itself.
        found: Foreign,
    },
    /// The certificates issued each other, and the store has none of them.
    Circle {
        /// The certificate at which the chain comes round.
        subject: Foreign,
        /// Its issuer, which is below it already.
        issuer: Foreign,
        /// The store in the user's words.
        store: String,
    },
    /// A certificate is not signed by the key of the root that the store has under its issuer's
    /// name.
    OtherKey {
        /// The certificate.
        subject: Foreign,
        /// The issuer it names.
        issuer: Foreign,
        /// The store in the user's words.
        store: String,
    },
    /// A certificate is not signed by the key of the issuer that it names.
    WrongSignature {
        /// The certificate.
        subject: Foreign,
        /// The issuer it names.
        issuer: Foreign,
    },
    /// A certificate of the path lacks something.
    Lacks {
        /// The certificate.
        subject: Foreign,
        /// What it lacks.
        lack: Lack,
    },
    /// The leaf that the user trusts by its fingerprint is issued by another certificate.
    TrustedLeafIsIssued {
        /// The leaf.
        subject: Foreign,
        /// Its issuer.
        issuer: Foreign,
    },
    /// No root that the chain leads to lasts as long as was asked for.
    NoneLasts {
        /// The date asked for.
        wanted: Time,
        /// The subject of the root that lasts longest, and until when.
        longest: Option<(Foreign, Time)>,
    },
    /// The consumer does not take what it would need as an anchor, or does not look it up.
    NotTaken {
        /// The certificate that it holds.
        subject: Foreign,
        /// The consumer.
        consumer: &'static str,
        /// Why not, completing the sentence "the consumer ...".
        problem: &'static str,
        /// The setting of the consumer that would change that.
        unless: Option<&'static str>,
        /// What else would help.
        advice: Option<&'static str>,
    },
    /// The TLS stack of the consumer refuses what everybody else takes.
    ByStack {
        /// The refusal in a sentence.
        sentence: String,
        /// What would help.
        remedy: Option<String>,
    },
    /// rustls-webpki cannot judge a certificate, or refuses it for a reason of its own.
    NotVerifiable {
        /// The certificate that the reason is about, as far as that is known.
        subject: Foreign,
        /// The reason.
        reason: String,
    },
}

/// A certificate as a sentence names it: its subject, or that it has none.
fn named(subject: &Foreign) -> String {
    match subject.line() {
        empty if empty.is_empty() => "(no subject)".to_owned(),
        subject => format!("`{subject}`"),
    }
}

/// Names of a certificate that a sentence lists.
const LISTED_NAMES: usize = 4;

/// How a name in a certificate was meant to be the one asked for and is not.
enum NearMiss {
    /// The address that was asked for stands as a DNS name.
    AddressAsName,
    /// A wildcard with one label behind it, which rustls-webpki takes for no name, as NSS does.
    ShortWildcard,
}

fn near_miss(wanted: &str, found: &AlternativeNames) -> Option<NearMiss> {
    // One that stands as an address would have been taken.
    let is_address = wanted.parse::<IpAddr>().is_ok();
    if is_address && found.shown.iter().any(|name| name.line() == wanted) {
        return Some(NearMiss::AddressAsName);
    }
    let (_, domain) = wanted.split_once('.')?;
    let wildcard = format!("*.{domain}");
    let is_short = !domain.contains('.') && !is_address;
    let is_there = found.shown.iter().any(|name| name.line().eq_ignore_ascii_case(&wildcard));
    (is_short && is_there).then_some(NearMiss::ShortWildcard)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => LeafError::Absent.fmt(f),
            Self::UnreadableLeaf(problem) => LeafError::Unreadable(*problem).fmt(f),
            Self::OutOfDate { subject, not_before, not_after, at } => {
                let subject = named(subject);
                if at > not_after {
                    write!(f, "{subject} expired at {not_after}, judged at {at}")
                } else {
                    write!(f, "{subject} is not valid before {not_before}, judged at {at}")
                }
            }
            Self::WrongName { wanted, found, .. } if !found.shown.is_empty() => {
                let listed = found.first(LISTED_NAMES);
                match near_miss(wanted, found) {
                    Some(NearMiss::AddressAsName) => write!(
                        f,
                        "the server's certificate is not for `{wanted}`, which stands in it as a \
                         DNS name: an address must be an iPAddress (RFC 5280 section 4.2.1.6)"
                    ),
                    Some(NearMiss::ShortWildcard) => write!(
                        f,
                        "the server's certificate is not for `{wanted}`, it is for {listed}: at \
                         least two labels must follow a `*`"
                    ),
                    None => write!(
                        f,
                        "the server's certificate is not for `{wanted}`, it is for {listed}"
                    ),
                }
            }
            Self::WrongName { wanted, found, common_name, .. } => {
                let lack = match found.others {
                    0 => "no subjectAltName",
                    _ => "a subjectAltName without a DNS name or an IP address",
                };
                write!(f, "the server's certificate is not for `{wanted}`: it has {lack}")?;
                match common_name {
                    Some(name) => write!(f, ", only the common name `{}`", name.line()),
                    None => Ok(()),
                }
            }
            Self::UnknownRoot { subject, store, is_leaf: true, .. } => {
                let subject = named(subject);
                write!(f, "the server's certificate {subject} is self-signed and not in {store}")
            }
            Self::UnknownRoot { subject, store, .. } => {
                write!(f, "the chain ends in the root {}, which is not in {store}", named(subject))
            }
            Self::MissingIssuer { subject, issuer, store, looked, unreadable, .. } => {
                write!(f, "{} is issued by {}, which ", named(subject), named(issuer))?;
                match unreadable.first() {
                    None => write!(f, "the server did not send and {store} does not have")?,
                    Some(position) => write!(
                        f,
                        "{store} does not have; certificate {position} of the chain, which may be \
                         it, cannot be read"
                    )?,
                }
                for attempt in looked {
                    if let Some(problem) = &attempt.problem {
                        write!(f, "; {} {problem}", attempt.url.line())?;
                    }
                }
                Ok(())
            }
            Self::OtherSpelling { subject, issuer, found } => write!(
                f,
                "{} is issued by {}, and the issuer at hand is named {}: the two names differ in \
                 case, in spaces or in the type of string, and here names are compared byte by \
                 byte; mbedTLS and OpenSSL take them as equal",
                named(subject),
                named(issuer),
                named(found)
            ),
            Self::Circle { subject, issuer, store } => write!(
                f,
                "{} is issued by {}, which is issued by it in turn: the chain goes round and \
                 reaches no root of {store}",
                named(subject),
                named(issuer)
            ),
            Self::OtherKey { subject, issuer, store } => write!(
                f,
                "{} is not signed by the key of the {} in {store}: there is another of that name",
                named(subject),
                named(issuer)
            ),
            Self::WrongSignature { subject, issuer } => write!(
                f,
                "the signature on {} is not by the key of {}",
                named(subject),
                named(issuer)
            ),
            Self::Lacks { subject, lack } => write!(f, "{} {lack}", named(subject)),
            Self::TrustedLeafIsIssued { subject, issuer } => write!(
                f,
                "{} is the server's own certificate, issued by {}: it is no authority",
                named(subject),
                named(issuer)
            ),
            Self::NoneLasts { wanted, longest } => {
                write!(f, "no root that the chain leads to lasts until {}", wanted.date())?;
                match longest {
                    Some((subject, until)) => {
                        write!(f, "; {} lasts longest, until {}", named(subject), until.date())
                    }
                    None => Ok(()),
                }
            }
            Self::NotTaken { subject, consumer, problem, .. } => {
                write!(f, "{consumer} does not trust {}: it {problem}", named(subject))
            }
            Self::ByStack { sentence, .. } => f.write_str(sentence),
            Self::GivenUp(spent) => {
                write!(f, "found no path to a trusted root: the search ended {spent}")
            }
            Self::NotVerifiable { subject, reason } => {
                write!(f, "{} cannot be verified: it {reason}", named(subject))
            }
        }
    }
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
    /// Names the store otherwise.
    #[must_use]
    pub(crate) fn in_store(mut self, name: &str) -> Self {
        if let Self::MissingIssuer { store, .. }
        | Self::UnknownRoot { store, .. }
        | Self::Circle { store, .. }
        | Self::OtherKey { store, .. } = &mut self
        {
            name.clone_into(store);
        }
        self
    }

    /// Adds where the missing issuer was looked for.
    #[must_use]
    pub(crate) fn after(mut self, issuers: &Issuers) -> Self {
        if let Self::MissingIssuer { sha256, looked, .. } = &mut self {
            let attempts = issuers.attempts.iter();
            looked.extend(attempts.filter(|attempt| attempt.child == *sha256).cloned());
        }
        self
    }

    /// Adds the certificates of the chain that cannot be read.
    #[must_use]
    pub(crate) fn beside(mut self, others: &[Unreadable]) -> Self {
        if let Self::MissingIssuer { unreadable, .. } = &mut self {
            unreadable.extend(others.iter().map(|one| one.position));
        }
        self
    }

    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownRoot { sha256, .. } => Some(format!(
                "if you have compared it with its owner's, trust it with `--trust-sha256 {sha256}`"
            )),
            Self::MissingIssuer { is_leaf: false, sha256, .. } => Some(format!(
                "give the missing certificate with `--roots FILE`, or trust the one that was sent \
                 with `--trust-sha256 {sha256}` once you have compared it"
            )),
            Self::MissingIssuer { urls, looked, .. } => {
                // Where it was looked for in vain it is not, and no client fetches but by http.
                let may_be_there = |url: &&Foreign| {
                    url.line().starts_with("http://")
                        && !looked.iter().any(|attempt| attempt.url == **url)
                };
                Some(match urls.iter().find(may_be_there) {
                    Some(url) => format!(
                        "the server should send its issuer too, which its certificate says is at {}",
                        url.line()
                    ),
                    None => "if its issuer is a root of your own, give it with `--roots FILE`; an \
                             intermediate is for the server to send"
                        .to_owned(),
                })
            }
            Self::OtherSpelling { .. } => Some(
                "reissue the certificate with its issuer's name as it stands in the issuer's \
                 certificate"
                    .to_owned(),
            ),
            Self::Circle { .. } => {
                Some("give the root of the server's authority with `--roots FILE`".to_owned())
            }
            Self::OutOfDate { not_after, at, .. } => {
                let owner = if at > not_after { "its owner must replace it; " } else { "" };
                Some(format!("{owner}if this machine's clock is wrong, give the time with `--at`"))
            }
            Self::OtherKey { issuer, .. } => {
                Some(format!("give the {} that signed it with `--roots FILE`", named(issuer)))
            }
            Self::WrongName { is_authority: true, .. } => Some(
                "this is an authority's certificate: the server must send its own first (RFC 8446 \
                 section 4.4.2)"
                    .to_owned(),
            ),
            Self::WrongName { found, .. } if found.shown.is_empty() => {
                let names = match found.others {
                    0 => "a subjectAltName",
                    _ => "its DNS name or IP address in subjectAltName",
                };
                Some(format!("the server's owner must issue a certificate with {names}"))
            }
            Self::WrongName { wanted, found, .. } if near_miss(wanted, found).is_some() => {
                let kind = match wanted.parse::<IpAddr>() {
                    Ok(_) => "an iPAddress",
                    Err(_) => "a whole DNS name",
                };
                Some(format!(
                    "the server's owner must issue a certificate with `{wanted}` as {kind}"
                ))
            }
            Self::WrongName { .. } => Some(
                "name the target as its certificate does, and say where it is with `--connect`"
                    .to_owned(),
            ),
            Self::NotTaken { unless: Some(setting), .. } => Some(format!("set `{setting}`")),
            Self::NotTaken { advice: Some(advice), .. } => Some((*advice).to_owned()),
            Self::ByStack { remedy, .. } => remedy.clone(),
            Self::TrustedLeafIsIssued { .. } => {
                Some("give the SHA-256 of its root or of an intermediate".to_owned())
            }
            _ => None,
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::UnreadableLeaf(_) => "unreadable_leaf",
            Self::OutOfDate { not_after, at, .. } if at > not_after => "expired",
            Self::OutOfDate { .. } => "not_yet_valid",
            Self::WrongName { .. } => "wrong_name",
            Self::UnknownRoot { is_leaf: true, .. } => "self_signed_leaf",
            Self::UnknownRoot { .. } => "unknown_root",
            Self::MissingIssuer { .. } => "missing_issuer",
            Self::OtherSpelling { .. } => "other_spelling",
            Self::GivenUp(_) => "given_up",
            Self::Circle { .. } => "circle",
            Self::OtherKey { .. } => "other_key",
            Self::WrongSignature { .. } => "wrong_signature",
            Self::Lacks { .. } => "not_an_authority",
            Self::TrustedLeafIsIssued { .. } => "trusted_leaf_is_issued",
            Self::NoneLasts { .. } => "none_lasts",
            Self::NotTaken { .. } | Self::ByStack { .. } => "not_taken",
            Self::NotVerifiable { .. } => "not_verifiable",
        }
    }
}
