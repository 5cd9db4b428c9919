//! Why no path holds, in one sentence and with one hint.
//!
//! In: the certificates at hand and what kept the search from a path. Out: [`Refusal`]. A small
//! graph (issuer by name, one signature check) says where the chain breaks off. It explains; it
//! never decides.

use std::fmt;

use super::{Problem, Question, reason};
use crate::{
    certificate::{Certificate, Malformed, Sha256},
    escape::Foreign,
    extensions::{self, Lack},
    handshake::Presented,
    issuers::{Attempt, Issuers},
    store::{Root, Store},
    time::Time,
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
        found: Vec<Foreign>,
        /// The common name, which does not count (RFC 9525 section 2).
        common_name: Option<Foreign>,
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
        /// The store in the user's words.
        store: String,
        /// Whether it is the server's own certificate.
        is_leaf: bool,
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
    },
    /// rustls-webpki cannot judge a certificate, or refuses it for a reason of its own.
    NotVerifiable {
        /// The certificate that the reason is about, as far as that is known.
        subject: Foreign,
        /// The reason.
        reason: String,
    },
}

pub(crate) fn nothing_presented(presented: &Presented) -> Refusal {
    match presented.unreadable.first() {
        Some((_, problem)) => Refusal::UnreadableLeaf(*problem),
        None => Refusal::NoCertificate,
    }
}

pub(crate) fn trusted_leaf_is_issued(leaf: &Certificate) -> Refusal {
    Refusal::TrustedLeafIsIssued { subject: leaf.subject().text(), issuer: leaf.issuer().text() }
}

pub(crate) fn out_of_date(certificate: &Certificate, at: Time) -> Refusal {
    Refusal::OutOfDate {
        subject: certificate.subject().text(),
        not_before: certificate.not_before(),
        not_after: certificate.not_after(),
        at,
    }
}

pub(crate) fn leaf_refused(
    leaf: &Certificate,
    question: Question<'_>,
    error: &webpki::Error,
) -> Refusal {
    match error {
        webpki::Error::CertNotValidForName(_) => Refusal::WrongName {
            wanted: question.name.to_str().into_owned(),
            found: extensions::alternative_names(leaf),
            common_name: leaf.subject().short(),
        },
        other => not_verifiable(leaf, other),
    }
}

/// Says why no path from `leaf` over `candidates` to `roots` holds.
pub(crate) fn why_not(
    leaf: &Certificate,
    candidates: &[Certificate],
    roots: &[Root],
    store: &Store,
    question: Question<'_>,
    problem: Problem,
) -> Refusal {
    let error = match problem {
        Problem::Anchor { certificate, lacks: Lack::Validity { at } } => {
            return out_of_date(&certificate, at);
        }
        Problem::Anchor { certificate, lacks } => {
            return Refusal::Lacks { subject: certificate.subject().text(), lack: lacks };
        }
        Problem::WebPki(error) => error,
    };
    if let webpki::Error::CertNotValidForName(_) = error {
        return leaf_refused(leaf, question, &error);
    }
    let chain = climb(leaf, candidates, roots);
    let outside = |certificate: &&&Certificate| {
        question.at < certificate.not_before() || question.at > certificate.not_after()
    };
    if let Some(expired) = chain.certificates.iter().find(outside) {
        return out_of_date(expired, question.at);
    }
    if let Some((certificate, reason)) = reason::of(&chain.certificates, &error)
        // A CA as its own server's certificate is told apart below, by where it ends.
        && (error != webpki::Error::CaUsedAsEndEntity || !leaf.is_self_issued())
    {
        return Refusal::NotVerifiable { subject: certificate.subject().text(), reason };
    }
    match (&error, chain.end) {
        (_, End::WrongSignature { child, issuer }) => Refusal::WrongSignature {
            subject: child.subject().text(),
            issuer: issuer.subject().text(),
        },
        // A key that is not the trusted one's under its name is an unknown root too.
        (
            webpki::Error::UnknownIssuer
            | webpki::Error::CaUsedAsEndEntity
            | webpki::Error::InvalidSignatureForPublicKey,
            End::Root(root),
        ) => Refusal::UnknownRoot {
            subject: root.subject().text(),
            sha256: root.sha256(),
            store: store.description(),
            is_leaf: root == leaf,
            not_after: root.not_after(),
        },
        (webpki::Error::UnknownIssuer, End::Missing(child)) => Refusal::MissingIssuer {
            subject: child.subject().text(),
            issuer: child.issuer().text(),
            sha256: child.sha256(),
            urls: extensions::issuer_urls(child),
            looked: Vec::new(),
            store: store.description(),
            is_leaf: child == leaf,
        },
        (_, End::Root(top) | End::Missing(top) | End::Trusted(top)) => {
            not_verifiable(if chain.certificates.len() < 2 { leaf } else { top }, &error)
        }
    }
}

/// The chain as names and signatures join it, however it ends.
struct Climbed<'a> {
    certificates: Vec<&'a Certificate>,
    end: End<'a>,
}

enum End<'a> {
    /// In a self-issued certificate that is not trusted.
    Root(&'a Certificate),
    /// Below an issuer that is not at hand.
    Missing(&'a Certificate),
    /// In a root of the store.
    Trusted(&'a Certificate),
    /// In a certificate that its issuer did not sign.
    WrongSignature { child: &'a Certificate, issuer: &'a Certificate },
}

/// Goes from the leaf to the issuer of each certificate, by name and by signature.
fn climb<'a>(
    leaf: &'a Certificate,
    candidates: &'a [Certificate],
    roots: &'a [Root],
) -> Climbed<'a> {
    let mut certificates = vec![leaf];
    let mut current = leaf;
    loop {
        let trusted = roots.iter().map(|root| &root.certificate);
        if let Some(root) = issuers(current, trusted).find(|root| signed(current, root)) {
            certificates.push(root);
            return Climbed { certificates, end: End::Trusted(root) };
        }
        if current.is_self_issued() {
            return Climbed { certificates, end: End::Root(current) };
        }
        let named: Vec<_> = issuers(current, candidates.iter()).collect();
        let next =
            named.iter().find(|issuer| signed(current, issuer) && !certificates.contains(issuer));
        match (next, named.first()) {
            (Some(issuer), _) => {
                certificates.push(issuer);
                current = issuer;
            }
            (None, Some(issuer)) if !certificates.contains(issuer) => {
                let end = End::WrongSignature { child: current, issuer };
                return Climbed { certificates, end };
            }
            (None, _) => return Climbed { certificates, end: End::Missing(current) },
        }
    }
}

fn issuers<'a>(
    child: &Certificate,
    among: impl Iterator<Item = &'a Certificate>,
) -> impl Iterator<Item = &'a Certificate> {
    among.filter(|certificate| certificate.subject_der() == child.issuer_der())
}

/// A signature that cannot be checked is taken for one that fits: it may be the nearest miss.
fn signed(child: &Certificate, issuer: &Certificate) -> bool {
    extensions::is_signed_by(child, issuer) != Some(false)
}

fn not_verifiable(certificate: &Certificate, error: &webpki::Error) -> Refusal {
    Refusal::NotVerifiable {
        subject: certificate.subject().text(),
        reason: format!("is refused with {}", Foreign::text(&error.to_string()).line()),
    }
}

/// Names joined for a sentence, the first few of many.
fn some_of(names: &[Foreign]) -> String {
    const SHOWN: usize = 4;
    let mut shown: Vec<_> = names.iter().take(SHOWN).map(Foreign::line).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("the server sent no certificate"),
            Self::UnreadableLeaf(problem) => write!(f, "the server's certificate is {problem}"),
            Self::OutOfDate { subject, not_before, not_after, at } => {
                let subject = subject.line();
                if at > not_after {
                    write!(f, "`{subject}` expired at {not_after}, judged at {at}")
                } else {
                    write!(f, "`{subject}` is not valid before {not_before}, judged at {at}")
                }
            }
            Self::WrongName { wanted, found, .. } if !found.is_empty() => {
                let found = some_of(found);
                write!(f, "the server's certificate is not for `{wanted}`, it is for {found}")
            }
            Self::WrongName { wanted, common_name, .. } => {
                write!(
                    f,
                    "the server's certificate is not for `{wanted}`: it has no subjectAltName"
                )?;
                match common_name {
                    Some(name) => write!(f, ", only the common name `{}`", name.line()),
                    None => Ok(()),
                }
            }
            Self::UnknownRoot { subject, store, is_leaf: true, .. } => {
                let subject = subject.line();
                write!(f, "the server's certificate `{subject}` is self-signed and not in {store}")
            }
            Self::UnknownRoot { subject, store, .. } => {
                write!(
                    f,
                    "the chain ends in the root `{}`, which is not in {store}",
                    subject.line()
                )
            }
            Self::MissingIssuer { subject, issuer, store, looked, .. } => {
                write!(
                    f,
                    "`{}` is issued by `{}`, which the server did not send and {store} does not \
                     have",
                    subject.line(),
                    issuer.line()
                )?;
                for attempt in looked {
                    if let Some(problem) = &attempt.problem {
                        write!(f, "; {} {problem}", attempt.url.line())?;
                    }
                }
                Ok(())
            }
            Self::WrongSignature { subject, issuer } => write!(
                f,
                "the signature on `{}` is not by the key of `{}`",
                subject.line(),
                issuer.line()
            ),
            Self::Lacks { subject, lack } => write!(f, "`{}` {lack}", subject.line()),
            Self::TrustedLeafIsIssued { subject, issuer } => write!(
                f,
                "`{}` is the server's own certificate, issued by `{}`: it is no authority",
                subject.line(),
                issuer.line()
            ),
            Self::NoneLasts { wanted, longest } => {
                write!(f, "no root that the chain leads to lasts until {}", wanted.date())?;
                match longest {
                    Some((subject, until)) => {
                        write!(f, "; `{}` lasts longest, until {}", subject.line(), until.date())
                    }
                    None => Ok(()),
                }
            }
            Self::NotTaken { subject, consumer, problem, .. } => {
                write!(f, "{consumer} does not trust `{}`: it {problem}", subject.line())
            }
            Self::NotVerifiable { subject, reason } => {
                write!(f, "`{}` is not verifiable: it {reason}", subject.line())
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// Names the store otherwise.
    #[must_use]
    pub(crate) fn in_store(mut self, name: &str) -> Self {
        if let Self::MissingIssuer { store, .. } | Self::UnknownRoot { store, .. } = &mut self {
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
            Self::MissingIssuer { urls, .. } => Some(match urls.first() {
                Some(url) => {
                    format!("the server should send its issuer too, it is at {}", url.line())
                }
                None => "if its issuer is a root of your own, give it with `--roots FILE`; an \
                         intermediate is for the server to send"
                    .to_owned(),
            }),
            Self::WrongName { found, .. } if found.is_empty() => {
                Some("the server's owner must issue a certificate with a subjectAltName".to_owned())
            }
            Self::WrongName { .. } => Some(
                "name the target as its certificate does, and say where it is with `--connect`"
                    .to_owned(),
            ),
            Self::NotTaken { unless: Some(setting), .. } => Some(format!("set `{setting}`")),
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
            Self::WrongSignature { .. } => "wrong_signature",
            Self::Lacks { .. } => "not_an_authority",
            Self::TrustedLeafIsIssued { .. } => "trusted_leaf_is_issued",
            Self::NoneLasts { .. } => "none_lasts",
            Self::NotTaken { .. } => "not_taken",
            Self::NotVerifiable { .. } => "not_verifiable",
        }
    }
}
