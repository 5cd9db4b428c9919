//! One request over plain HTTP/1.1, within tight limits.
//!
//! hyper speaks the protocol over a connection that is made here, to an address that was checked.
//! Nothing about this machine is sent: no proxy, no cookies, no credentials.

use std::{
    error::Error as _,
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt as _, Empty};
use hyper::{
    Request, Response, StatusCode,
    body::{Body as _, Bytes, Incoming},
    client::conn::http1,
    header::{self, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, ReadBuf, Take},
    task::JoinSet,
    time::{Instant, timeout_at},
};
use url::{Host, Url};

use super::{Reached, policy};
use crate::chain::Problem;
use crate::net::{Duplex, connect};

/// How long one URL of a certificate may take, including redirects: Chrome gives 10 to 15 s to all of
/// them.
pub const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// The most bytes of a body, as in Chrome: certificates have 1 to 3 KB.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The most bytes of a status line with the headers.
pub const MAX_HEAD_BYTES: usize = 16 * 1024;

/// The most header lines.
pub const MAX_HEADERS: usize = 64;

/// The most bytes read of one connection: a head and a body at their limits, and the same amount for
/// chunk framing and interim responses (RFC 9110 section 15.2).
pub const MAX_CONNECTION_BYTES: usize = 2 * (MAX_BODY_BYTES + MAX_HEAD_BYTES);

/// What the host of `url` answers before `deadline`.
pub(super) async fn ask(
    url: &Url,
    reached: &Reached,
    deadline: Instant,
) -> Result<Answer, Problem> {
    timeout_at(deadline, get(url, reached, deadline)).await.unwrap_or(Err(Problem::TimedOut))
}

/// A host's answer to a request.
pub(crate) enum Answer {
    /// The requested body.
    Body(Bytes),
    /// A redirect, to be followed if it is allowed.
    Elsewhere(Url),
}

async fn get(url: &Url, reached: &Reached, deadline: Instant) -> Result<Answer, Problem> {
    let addresses = checked_addresses(url, reached).await?;
    let stream =
        connect::race(&addresses).await.map_err(|_| Problem::NoConnection(addresses[0]))?;
    exchange(stream, url, deadline).await
}

/// Requests `url` on a connection to its host.
pub(crate) async fn exchange<S: Duplex + Send + 'static>(
    stream: S,
    url: &Url,
    deadline: Instant,
) -> Result<Answer, Problem> {
    let (response, _driver) = send(stream, request(url)?, deadline).await?;
    if let Some(location) = redirect(&response) {
        let location = location.to_str().map_err(|_| Problem::NotAUrl)?;
        // Only a location without a scheme is relative to the URL it came from (RFC 9110 section
        // 10.2.2).
        let joined = url.join(location).map_err(|_| Problem::NotAUrl)?;
        return Ok(Answer::Elsewhere(policy::admit(joined.as_str())?));
    }
    if response.status() != StatusCode::OK {
        return Err(Problem::Status(response.status().as_u16()));
    }
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(Problem::Encoding);
    }
    Ok(Answer::Body(body(response.into_body()).await?))
}

/// The head of the answer to `request`, and the driver of the connection, which must be kept.
pub(crate) async fn send<S: Duplex + Send + 'static>(
    stream: S,
    request: Request<Empty<Bytes>>,
    deadline: Instant,
) -> Result<(Response<Incoming>, JoinSet<hyper::Result<()>>), Problem> {
    let (read, write) = tokio::io::split(stream);
    let limited = tokio::io::join(Bounded(read.take(MAX_CONNECTION_BYTES as u64)), write);
    let (mut sender, connection) = http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES)
        .handshake::<_, Empty<Bytes>>(TokioIo::new(limited))
        .await
        .map_err(|error| protocol(&error))?;
    // Ends when its value is dropped, whatever the connection is doing.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let response = timeout_at(deadline, sender.send_request(request))
        .await
        .map_err(|_| Problem::TimedOut)?
        .map_err(|error| protocol(&error))?;
    Ok((response, driver))
}

/// The addresses of the host that may be connected to.
async fn checked_addresses(url: &Url, reached: &Reached) -> Result<Vec<SocketAddr>, Problem> {
    if let Some(address) = reached.options.instead {
        return Ok(vec![address]);
    }
    let (host, port) = policy::place(url)?;
    let found: Vec<SocketAddr> = match host {
        Host::Ipv4(address) => vec![SocketAddr::from((address, port))],
        Host::Ipv6(address) => vec![SocketAddr::from((address, port))],
        Host::Domain(name) => {
            let mut found = connect::look_up(name, port).await.map_err(|_| Problem::NotResolved)?;
            found.truncate(connect::MAX_ADDRESSES);
            found
        }
    };
    open(found, reached)
}

/// Those of `found` that may be connected to, each checked separately: one name may have addresses of
/// every kind.
fn open(found: Vec<SocketAddr>, reached: &Reached) -> Result<Vec<SocketAddr>, Problem> {
    let first = *found.first().ok_or(Problem::NotResolved)?;
    let open: Vec<_> = found
        .into_iter()
        .filter(|address| policy::may_connect(*address, reached.target, &reached.options.allowed))
        .collect();
    if open.is_empty() { Err(Problem::Forbidden(first)) } else { Ok(open) }
}

/// The request for `url`.
pub(crate) fn request(url: &Url) -> Result<Request<Empty<Bytes>>, Problem> {
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => return Err(Problem::NotAUrl),
    };
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Request::get(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "certgrab")
        .header(header::ACCEPT, "*/*")
        .header(header::CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| Problem::NotAUrl)
}

/// Whether the answer redirects (RFC 9110 section 15.4).
pub(crate) fn redirects(response: &Response<Incoming>) -> bool {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads.
pub(crate) fn redirect(response: &Response<Incoming>) -> Option<&HeaderValue> {
    response.headers().get(header::LOCATION).filter(|_| redirects(response))
}

async fn body(mut incoming: Incoming) -> Result<Bytes, Problem> {
    let announced = incoming.size_hint().lower();
    if announced > MAX_BODY_BYTES as u64 {
        return Err(Problem::TooMuch);
    }
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| protocol(&error))?;
        let data = frame.into_data().map_err(|_| Problem::Trailers)?;
        if body.len() + data.len() > MAX_BODY_BYTES {
            return Err(Problem::TooMuch);
        }
        body.extend_from_slice(&data);
    }
    Ok(Bytes::from(body))
}

fn protocol(error: &hyper::Error) -> Problem {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    if cause.is_some_and(|cause| cause.kind() == io::ErrorKind::FileTooLarge) {
        Problem::TooMuch
    } else if error.is_parse() || error.is_parse_status() {
        Problem::NotHttp
    } else {
        Problem::Broken
    }
}

/// Reads up to the limit, and fails beyond it; a reader that just ends would look like a peer that
/// closed the connection.
struct Bounded<R>(Take<R>);

impl<R: AsyncRead + Unpin> AsyncRead for Bounded<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.0.limit() == 0 {
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::aia::Options;

    #[test]
    fn every_address_of_a_name_is_checked() {
        let reached = Reached { target: None, options: Options::default() };
        let found = |texts: &[&str]| {
            let addresses = texts.iter().map(|text| text.parse().unwrap()).collect();
            super::open(addresses, &reached)
        };
        let (public, own) = ("23.1.2.3:80", "127.0.0.1:80");
        let open = Ok(vec![public.parse().unwrap()]);
        assert_eq!(found(&[public, own]), open);
        assert_eq!(found(&[own, public]), open);
        assert_eq!(found(&[own, "10.0.0.1:80"]), Err(Problem::Forbidden(own.parse().unwrap())));
        assert_eq!(found(&[]), Err(Problem::NotResolved));
    }
}
