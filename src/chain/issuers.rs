//! Issuers that were fetched from the URLs in certificates, and the result of each URL.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use crate::{
    text::foreign::Foreign,
    x509::certificate::{Certificate, Sha256},
};

/// The most fetches of a run; each followed redirect counts.
pub const MAX_FETCHES: usize = 8;

/// The most redirects of one URL.
pub const MAX_REDIRECTS: usize = 3;

/// The most characters of a URL: the longest of 1,389 in public certificates has 138.
pub const MAX_URL_CHARACTERS: usize = 2048;

/// The fetched issuers that the server did not send.
#[derive(Debug, Clone, Default)]
pub struct Issuers {
    /// The fetched certificates that signed an available one.
    pub certificates: Vec<Fetched>,
    /// Every URL that was tried, in order.
    pub attempts: Vec<Attempt>,
}

/// A fetched certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The certificate.
    pub certificate: Certificate,
    /// Its URL.
    pub url: Foreign,
}

/// A URL that was tried.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The URL.
    pub url: Foreign,
    /// The certificate that names it.
    pub child: Sha256,
    /// Why it returned no issuer; `None` if it did.
    pub problem: Option<Problem>,
}

/// Why a URL returned no issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The text is not a URL with a host.
    NotAUrl,
    /// The URL is longer than [`MAX_URL_CHARACTERS`].
    LongUrl,
    /// The scheme is not http.
    Scheme(Foreign),
    /// The host does not resolve.
    NotResolved,
    /// certgrab does not contact this address by default.
    Forbidden(SocketAddr),
    /// The address does not accept the connection.
    NoConnection(SocketAddr),
    /// The response is not HTTP/1.
    NotHttp,
    /// The connection closed before the response was complete.
    Broken,
    /// The status is not 200.
    Status(u16),
    /// The body is compressed, which was not requested.
    Encoding,
    /// The body has trailers.
    Trailers,
    /// More than [`MAX_REDIRECTS`] redirects.
    Redirects,
    /// A redirect loop.
    Circle,
    /// A head or a body over its limit.
    TooMuch,
    /// The time limit was reached.
    TimedOut,
    /// The body contains no certificate.
    NoCertificate,
    /// No certificate in the body signed an available one.
    NotTheIssuer,
    /// It, or its redirect, exceeds [`MAX_FETCHES`].
    TooManyFetches,
    /// The result of another URL led to a root first.
    NotWaitedFor,
}

impl Issuers {
    /// The certificates alone, as candidates.
    #[must_use]
    pub fn candidates(&self) -> Vec<Certificate> {
        self.certificates.iter().map(|fetched| fetched.certificate.clone()).collect()
    }
}

/// Whether no CA has this address: link-local (where clouds serve their secrets), multicast, reserved,
/// documentation or unspecified.
fn is_never_a_ca(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            // Reserved addresses (RFC 1112 section 4) and the broadcast address begin with 240 to 255.
            let is_reserved = v4.octets()[0] >= 240;
            let is_local = v4.is_link_local() || v4.is_multicast() || v4.is_unspecified();
            is_reserved || is_local || v4.is_documentation()
        }
        IpAddr::V6(v6) => {
            let is_documentation = v6.segments()[..2] == [0x2001, 0xdb8];
            let is_local = v6.is_unicast_link_local() || v6.is_multicast() || v6.is_unspecified();
            is_documentation || is_local
        }
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
            Self::Forbidden(address) if is_never_a_ca(address.ip()) => {
                write!(f, "leads to {address}, which is not an address of a CA")
            }
            Self::Forbidden(address) => {
                write!(
                    f,
                    "leads to {address}, which certgrab does not contact by default; if the CA's \
                     server is there, allow it with `--aia-allow {address}`"
                )
            }
            Self::NoConnection(address) => write!(f, "leads to {address}, which does not answer"),
            Self::NotHttp => f.write_str("does not return a valid HTTP/1 answer"),
            Self::Broken => f.write_str("returns an incomplete answer"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_never_allow_a_link_local_address() {
        for (address, is_proposed) in [
            ("169.254.169.254:80", false),
            ("[fe80::1]:80", false),
            ("[::ffff:169.254.169.254]:80", false),
            ("224.0.0.1:80", false),
            ("0.0.0.0:80", false),
            ("192.0.2.1:80", false),
            ("240.0.0.1:80", false),
            ("[2001:db8::1]:80", false),
            ("127.0.0.1:80", true),
            ("10.0.0.1:80", true),
        ] {
            let told = Problem::Forbidden(address.parse().expect("an address")).to_string();
            assert_eq!(told.contains("--aia-allow"), is_proposed, "{told}");
        }
    }
}
