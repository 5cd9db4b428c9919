//! What the fuzz targets of `tests/fuzz` reach of the stages' insides; no build has it but theirs.
//!
//! Each function opens one reader of hostile bytes that a stage keeps to itself, where the way to
//! it from outside would be a socket or would hide what it made of the bytes.

use std::net::{IpAddr, SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use url::Url;

use crate::{
    net::aia::{
        self, Allowed, Attempt, Chain, Issuers, Problem, body,
        http::{self, Answer},
        policy,
    },
    text::foreign::Foreign,
    tls,
    tls::server_flight,
    x509::certificate::Certificate,
};

/// The certificates of a Certificate message of TLS 1.2, before any is read.
///
/// # Errors
///
/// Its lengths do not fit.
pub fn certificate_list(body: &[u8]) -> Result<Vec<Vec<u8>>, tls::Error> {
    server_flight::certificate_list(body)
}

/// The certificates in what a caIssuers URL served.
#[must_use]
pub fn issuers_in(body: &[u8]) -> Vec<Certificate> {
    body::certificates(body)
}

/// The body, or where to ask instead, of what the host of `url` answers on `stream`.
///
/// # Errors
///
/// The answer is not HTTP, breaks a limit or is no success.
pub async fn issuer_answer<S>(
    stream: S,
    url: &Url,
    deadline: Instant,
) -> Result<Result<Vec<u8>, Url>, Problem>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    Ok(match http::exchange(stream, url, deadline).await? {
        Answer::Body(body) => Ok(body.to_vec()),
        Answer::Elsewhere(url) => Err(url),
    })
}

/// What of `answers`, each from a URL of the leaf, belongs to `chain`, and the certificates whose
/// issuer is still missing; `None` if the chain leads to a root.
#[must_use]
pub fn issuers_among(
    chain: &Chain,
    answers: Vec<Vec<Certificate>>,
) -> (Issuers, Option<Vec<Certificate>>) {
    let attempt = || Attempt {
        url: Foreign::text("http://aia.test/"),
        child: chain.presented.certificates[0].sha256(),
        problem: None,
    };
    aia::judge(chain, answers.into_iter().map(|answer| (attempt(), Ok(answer))).collect())
}

/// A URL of a certificate as something to fetch.
///
/// # Errors
///
/// It is nothing that is fetched.
pub fn admit(url: &str) -> Result<Url, Problem> {
    policy::admit(url)
}

/// Whether an issuer may be fetched from `address` for a target that was reached at `target`.
#[must_use]
pub fn may_connect(address: SocketAddr, target: Option<IpAddr>, allowed: &[Allowed]) -> bool {
    policy::may_connect(address, target, allowed)
}

/// How many targets the manifest at `path` has.
///
/// # Errors
///
/// The message and the hint that the user reads.
#[cfg(feature = "cli")]
pub fn targets_of_manifest(path: &std::path::Path) -> Result<usize, (String, Option<String>)> {
    crate::cli::targets_of_manifest(path)
}
