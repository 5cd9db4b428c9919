//! Why a candidate has its rank, in words.

use std::fmt;

use crate::text::{foreign::Foreign, time::Time};

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
            Self::BehindCrossSign(subject) => write!(
                f,
                "longer path: fails if the server stops sending the cross-signed certificate `{}`",
                subject.line()
            ),
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
