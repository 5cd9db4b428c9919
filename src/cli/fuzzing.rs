//! What the fuzz targets of `tests/fuzz` call inside the stages; only fuzz builds include it.
//!
//! Each function calls one private parser of hostile bytes that is otherwise only reachable through a
//! socket or hides its result.

use std::{
    net::{IpAddr, SocketAddr},
    path::Path,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};
use url::Url;

use super::manifest;
use crate::chain::{Attempt, Issuers, Problem};
use crate::{
    net::aia::{
        self, Allowed, Chain, body,
        http::{self, Answer},
        policy,
    },
    text::foreign::Foreign,
    tls::{self, server_flight},
    x509::certificate::Certificate,
};

/// The certificates of a Certificate message of TLS 1.2, before any is read.
///
/// # Errors
///
/// Its lengths are inconsistent.
pub fn certificate_list(body: &[u8]) -> Result<Vec<Vec<u8>>, tls::Error> {
    server_flight::certificate_list(body)
}

/// The certificates in the response of a caIssuers URL.
#[must_use]
pub fn issuers_in(body: &[u8]) -> Vec<Certificate> {
    body::certificates(body)
}

/// The body, or the redirect, in the answer of the host of `url` on `stream`.
///
/// # Errors
///
/// The answer is not HTTP, exceeds a limit or is not a success.
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

/// What of `answers`, each from a URL of the leaf, belongs to `chain`, and the certificates whose issuer
/// is still missing; `None` if the chain leads to a root.
#[must_use]
pub fn issuers_among(
    chain: &Chain,
    answers: Vec<Vec<Certificate>>,
) -> (Issuers, Option<Vec<Certificate>>) {
    let Ok(leaf) = chain.presented.leaf() else { return (Issuers::default(), None) };
    let attempt =
        || Attempt { url: Foreign::text("http://aia.test/"), child: leaf.sha256(), problem: None };
    aia::judge(chain, answers.into_iter().map(|answer| (attempt(), Ok(answer))).collect())
}

/// A URL of a certificate as something to fetch.
///
/// # Errors
///
/// It is not a URL that may be fetched.
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
pub fn targets_of_manifest(path: &Path) -> Result<usize, (String, Option<String>)> {
    manifest::read(path)
        .map(|entries| entries.len())
        .map_err(|failure| (failure.message, failure.hint))
}
