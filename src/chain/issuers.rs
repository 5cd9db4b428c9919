//! Issuers that were fetched from the URLs in certificates, and what became of each URL.

use std::{fmt, net::SocketAddr};

use crate::{
    text::foreign::Foreign,
    x509::certificate::{Certificate, Sha256},
};

/// The most fetches of a run; a redirect that is followed is one more.
pub const MAX_FETCHES: usize = 8;

/// The most redirects of one URL.
pub const MAX_REDIRECTS: usize = 3;

/// The most characters of a URL: the longest of 1,389 in public certificates has 138.
pub const MAX_URL_CHARACTERS: usize = 2048;

/// What was fetched of the issuers that the server leaves out.
#[derive(Debug, Clone, Default)]
pub struct Issuers {
    /// The certificates that were fetched and signed one that was there.
    pub certificates: Vec<Fetched>,
    /// Every URL that was looked at, in the order of the run.
    pub attempts: Vec<Attempt>,
}

/// A certificate that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The certificate.
    pub certificate: Certificate,
    /// Where it was.
    pub url: Foreign,
}

/// A URL that was looked at.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The URL.
    pub url: Foreign,
    /// The certificate that names it.
    pub child: Sha256,
    /// Why it gave no issuer; `None` if it did.
    pub problem: Option<Problem>,
}

/// Why a URL gave no issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is no URL with a host.
    NotAUrl,
    /// The URL is longer than [`MAX_URL_CHARACTERS`].
    LongUrl,
    /// The scheme is another than http.
    Scheme(Foreign),
    /// The host has no address.
    NotResolved,
    /// The address is none that a server's certificate may send certgrab to.
    Forbidden(SocketAddr),
    /// Nothing took the connection.
    NoConnection(SocketAddr),
    /// The answer is not HTTP/1.
    NotHttp,
    /// The connection ended before the answer did.
    Broken,
    /// The answer is another than 200.
    Status(u16),
    /// The answer is compressed, which was not asked for.
    Encoding,
    /// The body has trailers.
    Trailers,
    /// More than [`MAX_REDIRECTS`] redirects.
    Redirects,
    /// A redirect to where it came from.
    Circle,
    /// A head or a body over its limit.
    TooMuch,
    /// The time was up.
    TimedOut,
    /// The body holds no certificate.
    NoCertificate,
    /// No certificate in the body signed one that was there.
    NotTheIssuer,
    /// It, or where it is redirected to, is past [`MAX_FETCHES`].
    TooManyFetches,
    /// What another URL gave led to a root first.
    NotWaitedFor,
}

impl Issuers {
    /// The certificates alone, as candidates.
    #[must_use]
    pub fn candidates(&self) -> Vec<Certificate> {
        self.certificates.iter().map(|fetched| fetched.certificate.clone()).collect()
    }
}

impl fmt::Display for Problem {
    /// Completes the sentence "the URL ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl => f.write_str("is not a URL with a host"),
            Self::LongUrl => {
                write!(f, "has more than {MAX_URL_CHARACTERS} characters")
            }
            Self::Scheme(scheme) => {
                write!(f, "has the scheme `{}`; only http is fetched", scheme.line())
            }
            Self::NotResolved => f.write_str("has a host that does not resolve"),
            Self::Forbidden(address) => {
                write!(f, "leads to {address}; allow it with `--aia-allow {address}`")
            }
            Self::NoConnection(address) => write!(f, "leads to {address}, which does not answer"),
            Self::NotHttp => f.write_str("does not return a valid HTTP/1 answer"),
            Self::Broken => f.write_str("returns an incomplete body"),
            Self::Status(status) => write!(f, "returns status {status}"),
            Self::Encoding => f.write_str("returns a compressed body, which was not requested"),
            Self::Trailers => f.write_str("returns a body with trailers"),
            Self::Redirects => {
                write!(f, "redirects more than {MAX_REDIRECTS} times")
            }
            Self::Circle => f.write_str("redirects in a loop"),
            Self::TooMuch => f.write_str("returns more than the limits allow"),
            Self::TimedOut => f.write_str("timed out"),
            Self::NoCertificate => f.write_str("serves no certificate"),
            Self::NotTheIssuer => f.write_str("serves a certificate that is not the issuer"),
            Self::TooManyFetches => {
                write!(f, "exceeds the limit of {MAX_FETCHES} fetches for a target")
            }
            Self::NotWaitedFor => f.write_str("was not needed: another URL led to a root"),
        }
    }
}
