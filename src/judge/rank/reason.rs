//! Why a candidate has its rank, in words.

use std::fmt;

use super::earlier_reasons::EARLIER;
use crate::{
    stack::STACKS,
    text::{foreign::Foreign, time::Time},
};

/// The reason for the rank of a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no other root.
    Only,
    /// It is the server's own certificate, which the user trusts explicitly.
    OwnCertificate,
    /// Its path is the shortest.
    Nearest,
    /// Its path is as short as that of others, and it lasts longer.
    LastsLongest,
    /// Same path length and lifetime as others, and it is smaller or first by SHA-256.
    Smallest,
    /// It lasts until the requested date, unlike those ranked before it.
    LastsAsAsked(Time),
    /// The server sends every intermediate needed for it, unlike for the others.
    Sufficient,
    /// It is a root, unlike the others.
    Root,
    /// Not chosen: it is an intermediate, which CAs replace more often than roots.
    Intermediate,
    /// Not chosen: it needs certificates that the server does not send.
    Insufficient,
    /// Not chosen: its path is longer and needs a cross-signed certificate.
    BehindCrossSign(Foreign),
    /// The TLS stack of this name verifies the server with it, unlike with those ranked before it.
    ForStack(&'static str),
    /// Not chosen: the TLS stack of this name does not verify the server with it.
    NotForStack(&'static str),
    /// Not chosen: it has a shorter lifetime.
    LastsLess,
    /// Not chosen: it is larger, or later in SHA-256 order.
    Larger,
}

impl Reason {
    /// Whether `text` is one of the reasons in words. Locks keep their wording: when the wording
    /// changes, the old one stays here.
    #[must_use]
    pub fn writes(text: &str) -> bool {
        let between = |begin: &str, end: &str| text.strip_prefix(begin)?.strip_suffix(end);
        let plain = [
            Self::Only,
            Self::OwnCertificate,
            Self::Nearest,
            Self::LastsLongest,
            Self::Smallest,
            Self::Sufficient,
            Self::Root,
            Self::Intermediate,
            Self::Insufficient,
            Self::LastsLess,
            Self::Larger,
        ];
        let of_stacks =
            |stack: &str| STACKS.iter().any(|one| [one.name, one.title].contains(&stack));
        plain.iter().any(|one| one.to_string() == text)
            || EARLIER.contains(&text)
            || between("lasts until ", ", as requested")
                .is_some_and(|date| date.parse::<Time>().is_ok_and(|time| time.date() == date))
            || between("the best one that ", " verifies the server with").is_some_and(of_stacks)
            || between("", " does not verify the server with it").is_some_and(of_stacks)
            || between(BEHIND, "`").is_some_and(|subject| !subject.contains('`'))
    }
}

/// The beginning of the reason that names a cross-signed certificate.
const BEHIND: &str =
    "longer path: fails if the server stops sending the cross-signed certificate `";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("the only root this chain ends in"),
            Self::OwnCertificate => {
                f.write_str("the server's own certificate, which you trust explicitly")
            }
            Self::Nearest => f.write_str(
                "the shortest path from the leaf: it still verifies if the server stops sending a \
                 cross-signed certificate",
            ),
            Self::LastsLongest => f.write_str("same path length as the others; lasts longest"),
            Self::Smallest => {
                f.write_str("same path length and lifetime as the others; the smallest")
            }
            Self::Sufficient => f.write_str("the server sends every intermediate needed"),
            Self::Root => f.write_str("a root; the others are intermediates"),
            Self::Intermediate => {
                f.write_str("an intermediate; CAs replace these more often than roots")
            }
            Self::Insufficient => f.write_str("the server does not send every intermediate needed"),
            Self::BehindCrossSign(subject) => write!(f, "{BEHIND}{}`", subject.line()),
            Self::LastsAsAsked(wanted) => {
                write!(f, "lasts until {}, as requested", wanted.date())
            }
            Self::ForStack(stack) => {
                write!(f, "the best one that {stack} verifies the server with")
            }
            Self::NotForStack(stack) => write!(f, "{stack} does not verify the server with it"),
            Self::LastsLess => f.write_str("shorter lifetime"),
            Self::Larger => f.write_str("larger, or later in SHA-256 order"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reason; the match does not compile if one is missing.
    fn all() -> Vec<Reason> {
        let name = Foreign::text("CN=Near Root");
        let wanted = "2031-06-22T00:00:00Z".parse().expect("a time");
        let stack = STACKS[0].title;
        let mut all = vec![Reason::Only];
        while let Some(next) = match all.last().expect("one") {
            Reason::Only => Some(Reason::OwnCertificate),
            Reason::OwnCertificate => Some(Reason::Nearest),
            Reason::Nearest => Some(Reason::LastsLongest),
            Reason::LastsLongest => Some(Reason::Smallest),
            Reason::Smallest => Some(Reason::LastsAsAsked(wanted)),
            Reason::LastsAsAsked(_) => Some(Reason::Sufficient),
            Reason::Sufficient => Some(Reason::Root),
            Reason::Root => Some(Reason::Intermediate),
            Reason::Intermediate => Some(Reason::Insufficient),
            Reason::Insufficient => Some(Reason::BehindCrossSign(name.clone())),
            Reason::BehindCrossSign(_) => Some(Reason::ForStack(stack)),
            Reason::ForStack(_) => Some(Reason::NotForStack(stack)),
            Reason::NotForStack(_) => Some(Reason::LastsLess),
            Reason::LastsLess => Some(Reason::Larger),
            Reason::Larger => None,
        } {
            all.push(next);
        }
        all
    }

    #[test]
    fn only_known_reasons_are_recognised() {
        for reason in all() {
            let text = reason.to_string();
            assert!(Reason::writes(&text), "{text}");
            assert!(!Reason::writes(&format!("{text}, approved by security")), "{text}");
        }
        for text in ["", "approved by security", "lasts until ever, as requested"] {
            assert!(!Reason::writes(text), "{text}");
        }
    }
}
