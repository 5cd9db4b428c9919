//! HTTP/1.1: a small page for every request.

use std::convert::Infallible;
use std::io;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;

use crate::lab::conduct::{Protocol, Sent};
use crate::net::Duplex;
use crate::text::foreign::Foreign;

const PAGE: &str = "a sound server of certgrab lab\n";

/// The headers that carry what a server must not get from an impostor (RFC 9110 section 11.6.2).
const SECRETS: [&str; 4] = ["authorization", "cookie", "x-api-key", "proxy-authorization"];

/// The contents of the head of a request.
pub(super) fn read(bytes: &[u8]) -> Option<Sent> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    // A query may contain a token.
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let name = |line: &str| line.split(':').next().unwrap_or_default().trim().to_lowercase();
    let password = lines
        .take_while(|line| !line.is_empty())
        .any(|line| SECRETS.contains(&name(line).as_str()));
    Some(Sent {
        protocol: Protocol::Http(Foreign::text(&format!("{method} {path}"))),
        user: false,
        password,
        client_certificate: false,
        octets: bytes.len(),
    })
}

/// Answers one request.
pub(super) async fn answer(stream: &mut impl Duplex, first: Vec<u8>) -> io::Result<()> {
    let (read, write) = tokio::io::split(stream);
    let whole = tokio::io::join(io::Cursor::new(first).chain(read), write);
    let page = service_fn(|_: Request<Incoming>| async {
        let mut response = Response::new(Full::new(Bytes::from_static(PAGE.as_bytes())));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        Ok::<_, Infallible>(response)
    });
    http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(whole), page)
        .await
        .map_err(io::Error::other)
}
