//! What a server does instead of answering.

use rustls::AlertDescription;

use super::error::{Error, hung_up};

/// What a server did instead of answering a query. It does not depend on the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unanswered {
    /// It did not accept the connection.
    Refused,
    /// It reset the connection.
    Reset,
    /// It closed the connection.
    Closed,
    /// It did not answer in time.
    TimedOut,
    /// It sent the alert internal_error, as some overloaded load balancers do.
    Alert,
}

impl Unanswered {
    /// What happened to the query, after "was".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Refused => "left without a connection",
            Self::Reset => "reset",
            Self::Closed => "ended by a closed connection",
            Self::TimedOut => "left without an answer in time",
            Self::Alert => "answered with the alert internal_error",
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Closed => "closed",
            Self::TimedOut => "timed_out",
            Self::Alert => "internal_error",
        }
    }
}

impl Error {
    /// What happened instead of an answer, if the peer may answer the same offer at another time.
    pub(crate) fn unanswered(&self) -> Option<Unanswered> {
        match self {
            Self::Broken { error, .. } if hung_up(error) => Some(Unanswered::Reset),
            Self::Closed { .. } => Some(Unanswered::Closed),
            Self::TimedOut { .. } => Some(Unanswered::TimedOut),
            Self::Alert(AlertDescription::InternalError) => Some(Unanswered::Alert),
            _ => None,
        }
    }
}
