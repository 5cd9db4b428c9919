//! The sentence of each refusal.

use std::fmt;

use super::{
    Refusal,
    names::{NearMiss, listed, near_miss, quoted},
};
use crate::{
    chain::{Attempt, LeafError},
    text::foreign::Foreign,
    x509::extensions::AlternativeNames,
};

/// How many names of a certificate a sentence lists.
const LISTED_NAMES: usize = 4;

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => LeafError::Absent.fmt(f),
            Self::UnreadableLeaf(problem) => LeafError::Unreadable(*problem).fmt(f),
            Self::WrongName { wanted, found, common_name, .. } => {
                wrong_name(f, wanted, found, common_name.as_ref())
            }
            Self::OutOfDate { subject, not_before, not_after, at } => {
                let subject = quoted(subject);
                if at > not_after {
                    write!(f, "{subject} expired at {not_after}, verified as of {at}")
                } else {
                    write!(f, "{subject} is not valid before {not_before}, verified as of {at}")
                }
            }
            Self::Violates { subject, violation } => write!(f, "{} {violation}", quoted(subject)),
            Self::TrustedLeafIsIssued { subject, issuer } => {
                let (subject, issuer) = (quoted(subject), quoted(issuer));
                write!(f, "{subject} is the leaf, issued by {issuer}; it is not a CA certificate")
            }
            Self::NoneLasts { wanted, longest } => {
                write!(f, "no root of this chain lasts until {}", wanted.date())?;
                match longest {
                    Some((subject, until)) => {
                        write!(f, "; {} lasts longest, until {}", quoted(subject), until.date())
                    }
                    None => Ok(()),
                }
            }
            Self::ByStack { sentence, .. } => f.write_str(sentence),
            Self::GivenUp(spent) => {
                write!(f, "found no path to a trusted root: the search ended {spent}")
            }
            Self::NotVerifiable { subject, reason, .. } => {
                write!(f, "{} cannot be verified: it {reason}", quoted(subject))
            }
            Self::UnknownRoot { .. }
            | Self::MissingIssuer { .. }
            | Self::OtherSpelling { .. }
            | Self::IssuerLoop { .. }
            | Self::OtherKey { .. }
            | Self::WrongSignature { .. } => self.end_of_chain(f),
        }
    }
}

impl Refusal {
    /// The sentence of a chain that ends before it reaches a trusted root.
    fn end_of_chain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownRoot { subject, store, is_leaf: true, .. } => {
                let subject = quoted(subject);
                write!(f, "the server's certificate {subject} is self-signed and not in {store}")
            }
            Self::UnknownRoot { subject, store, .. } => {
                write!(f, "the chain ends in the root {}, which is not in {store}", quoted(subject))
            }
            Self::MissingIssuer { subject, issuer, store, looked, unreadable, .. } => {
                write!(f, "{} is issued by {}, which ", quoted(subject), quoted(issuer))?;
                match unreadable.first() {
                    None => write!(f, "the server did not send and {store} does not have")?,
                    Some(position) => write!(
                        f,
                        "{store} does not have; certificate {position} of the chain may be the \
                         issuer, but cannot be read"
                    )?,
                }
                failed_fetches(f, looked)
            }
            Self::OtherSpelling { subject, issuer, found } => write!(
                f,
                "{} is issued by {}, but the issuer found is named {}: the names differ in case, \
                 spaces or string type; certgrab compares names byte by byte, some TLS stacks treat \
                 these as equal: `--stacks` lists them",
                quoted(subject),
                quoted(issuer),
                quoted(found)
            ),
            Self::IssuerLoop { subject, issuer, store } => write!(
                f,
                "{} is issued by {}: the issuers form a loop, and no root in {store} was reached",
                quoted(subject),
                quoted(issuer)
            ),
            Self::OtherKey { subject, issuer, store } => write!(
                f,
                "{} is signed by a different key than the root named {} in {store}",
                quoted(subject),
                quoted(issuer)
            ),
            Self::WrongSignature { subject, issuer } => write!(
                f,
                "the signature on {} is not valid for the key of {}",
                quoted(subject),
                quoted(issuer)
            ),
            _ => Ok(()),
        }
    }
}

fn wrong_name(
    f: &mut fmt::Formatter<'_>,
    expected: &str,
    found: &AlternativeNames,
    common_name: Option<&Foreign>,
) -> fmt::Result {
    write!(f, "the server's certificate is not valid for `{expected}`")?;
    if found.shown.is_empty() {
        let problem = match found.others {
            0 if !found.is_present => "no subjectAltName",
            0 => "an empty subjectAltName",
            _ => "a subjectAltName without a DNS name or an IP address",
        };
        write!(f, ": it has {problem}")?;
        return match common_name {
            Some(name) => write!(f, ", only the common name `{}`", name.line()),
            None => Ok(()),
        };
    }
    let listed = listed(found, LISTED_NAMES);
    match near_miss(expected, found) {
        Some(NearMiss::AddressAsName) => f.write_str(
            ": it lists the address as a DNS name, expected an iPAddress (RFC 5280 section \
             4.2.1.6)",
        ),
        Some(NearMiss::ShortWildcard) => {
            write!(f, ", only for {listed}: `*` must be followed by at least two labels")
        }
        None => write!(f, ", only for {listed}"),
    }
}

/// The URLs from which the issuer could not be fetched, and why.
fn failed_fetches(f: &mut fmt::Formatter<'_>, attempts: &[Attempt]) -> fmt::Result {
    for attempt in attempts {
        if let Some(problem) = &attempt.problem {
            write!(f, "; {} {problem}", attempt.url.line())?;
        }
    }
    Ok(())
}
