//! Follows an `https:` URL to the server that actually serves the download.
//!
//! In: a target with the path of its URL. Out: each server on the way, with the result of [`grab`] for
//! it, and why the way ends, if not at the download.
//!
//! A server gets a GET for one byte, as a device sends it: some file servers refuse HEAD. It only gets
//! the request if its chain is verified, over a connection that the anchors to write verify. The
//! redirect is the server's own text, so it is read as browsers read it (WHATWG URL). Only `https:` is
//! followed, a few times, and never to an address of a narrower scope than the server's own.

use std::{fmt, net::SocketAddr, sync::Arc};

use http_body_util::Empty;
use hyper::{
    Request,
    body::Bytes,
    header::{self, HeaderValue, RANGE},
};
use rustls::{
    ClientConfig, RootCertStore, crypto::ring, pki_types::UnixTime, time_provider::TimeProvider,
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use url::Url;

use super::{
    grab::{self, Grab, Judgement, Options},
    pack::{self, What},
};
use crate::{
    chain::{self, MAX_URL_CHARACTERS},
    endpoint::Target,
    net::{
        aia::{http, policy},
        connect,
    },
    text::{diagnostic::Diagnostic, foreign::Foreign, time::Time},
};

/// The most redirects: browsers stop after 20, and firmware downloads have 1 or 2.
pub const MAX_REDIRECTS: usize = 5;

/// A server on the way.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// The server.
    pub target: Target,
    /// The result for it.
    pub outcome: Result<Grab, grab::Error>,
}

/// The way from a URL to its download.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Way {
    /// Each server once, in the order in which they were contacted.
    pub steps: Vec<Step>,
    /// Why the way ends before the download, unless the last server is the reason.
    pub end: Option<Error>,
    /// The server that answers with a web page instead of a download, such as one to log in, unless the
    /// user's URL names a page.
    pub page: Option<Target>,
}

/// Why the way does not lead to the download.
#[derive(Debug)]
pub struct Error {
    /// The server that was contacted last.
    pub target: Target,
    /// What is wrong.
    pub problem: Problem,
}

/// What ends a way.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// No connection, or none that the anchors verify.
    NoConnection(Foreign),
    /// The answer did not arrive in time.
    TimedOut,
    /// The answer cannot be read within the limits of HTTP.
    Http(chain::Problem),
    /// The status is not one of a download or of a redirect.
    Status(u16),
    /// The server that the Location names is not found.
    Unresolved {
        /// The server.
        to: Target,
        /// What the resolver says.
        why: Foreign,
    },
    /// A redirect has no Location, or several.
    NotOneLocation,
    /// The Location is not a URL of a server.
    NotAUrl,
    /// The Location has another scheme.
    Scheme(Foreign),
    /// The Location was requested before.
    Loop,
    /// More than [`MAX_REDIRECTS`].
    TooMany,
    /// The host of the Location has an address in a private network, and the server has none.
    Inward(SocketAddr),
}

/// Follows the URL of `target`.
pub async fn follow(target: &Target, options: &Options) -> Way {
    let mut way = Way::default();
    let (mut target, mut asked) = (target.clone(), Vec::new());
    let mut url = match of_target(&target) {
        Ok(url) => url,
        Err(problem) => return way.ending(target, problem),
    };
    loop {
        if way.step(&target).is_none() {
            let outcome = grab::grab(&target, options).await;
            way.steps.push(Step { target: target.clone(), outcome });
        }
        let Some(judged) = way.step(&target).and_then(judged) else { return way };
        let next = ask(&target, &url, judged, options).await;
        asked.push(url);
        let next = match next {
            Ok(Answer::File) => return way,
            Ok(Answer::Page) => {
                way.page = (!names_a_page(&asked[0])).then_some(target);
                return way;
            }
            Ok(Answer::Redirect(next)) if asked.contains(&next) => Err(Problem::Loop),
            Ok(Answer::Redirect(_)) if asked.len() > MAX_REDIRECTS => Err(Problem::TooMany),
            Ok(Answer::Redirect(next)) => reached(&target, next, options).await,
            Err(problem) => Err(problem),
        };
        match next {
            Ok(next) => (target, url) = next,
            Err(problem) => return way.ending(target, problem),
        }
    }
}

impl Way {
    /// The server, if it is on the way.
    fn step(&self, target: &Target) -> Option<&Step> {
        self.steps.iter().find(|step| is_same(&step.target, target))
    }

    fn ending(mut self, target: Target, problem: Problem) -> Self {
        self.end = Some(Error { target, problem });
        self
    }
}

/// Whether both are one server.
fn is_same(one: &Target, other: &Target) -> bool {
    (one.name(), one.port()) == (other.name(), other.port())
}

/// What was proved about a server, if it is to be contacted.
fn judged(step: &Step) -> Option<(&Grab, &Judgement)> {
    let grab = step.outcome.as_ref().ok()?;
    Some((grab, grab.verdict.as_ref().ok()?))
}

/// The URL that the user gave.
fn of_target(target: &Target) -> Result<Url, Problem> {
    let text = format!("https://{target}{}", target.resource().unwrap_or("/"));
    read(&text, None)
}

/// `text` as a URL, relative to `base`.
fn read(text: &str, base: Option<&Url>) -> Result<Url, Problem> {
    // RFC 3986 allows neither; URL parsers disagree on what they mean.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if !is_plain || text.len() > MAX_URL_CHARACTERS || has_no_clear_host(text) {
        return Err(Problem::NotAUrl);
    }
    let mut url = Url::options().base_url(base).parse(text).map_err(|_| Problem::NotAUrl)?;
    // It is never sent (RFC 9110 section 7.1), so URLs that only differ in it are the same.
    url.set_fragment(None);
    if url.scheme() != "https" {
        return Err(Problem::Scheme(Foreign::text(url.scheme())));
    }
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.as_str().len() > MAX_URL_CHARACTERS {
        return Err(Problem::NotAUrl);
    }
    Ok(url)
}

/// Whether there are not exactly two slashes before the host in `text`: browsers find a host where RFC
/// 3986 has a path or an empty host.
fn has_no_clear_host(text: &str) -> bool {
    const SCHEME: &str = "https:";
    let is_whole = text.get(..SCHEME.len()).is_some_and(|it| it.eq_ignore_ascii_case(SCHEME));
    let rest = if is_whole { &text[SCHEME.len()..] } else { text };
    rest.starts_with("///") || is_whole && !rest.starts_with("//")
}

/// Where a redirect of `from` leads, unless it leads into a private network.
async fn reached(from: &Target, url: Url, options: &Options) -> Result<(Target, Url), Problem> {
    let port = url.port_or_known_default().unwrap_or(443);
    let host = url.host_str().ok_or(Problem::NotAUrl)?;
    let target: Target = format!("https://{host}:{port}").parse().map_err(|_| Problem::NotAUrl)?;
    // The proxy's operator decides which addresses the proxy can reach.
    if options.connect.proxy_to(&target).is_none() && !is_same(&target, from) {
        let no_connection = |why| Problem::NoConnection(why);
        let own = addresses(from, options).await.map_err(no_connection)?;
        let leads_inward = |address: &SocketAddr| !policy::may_lead_to(address.ip(), &own);
        let found = addresses(&target, options).await;
        let found = found.map_err(|why| Problem::Unresolved { to: target.clone(), why })?;
        if let Some(address) = found.into_iter().find(leads_inward) {
            return Err(Problem::Inward(address));
        }
    }
    Ok((target, url))
}

/// The addresses of `target`; one of them is connected to afterwards.
async fn addresses(target: &Target, options: &Options) -> Result<Vec<SocketAddr>, Foreign> {
    let deadline = Instant::now() + options.timeout;
    let found = connect::addresses(target, &options.connect, deadline).await;
    found.map_err(|error| Foreign::text(&error.to_string()))
}

/// What a server answers.
enum Answer {
    File,
    /// A web page.
    Page,
    Redirect(Url),
}

/// Whether a URL is one of a page rather than of a download.
fn names_a_page(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    ["/", ".htm", ".html"].iter().any(|end| path.ends_with(end))
}

/// What the server answers to a request for `url`.
async fn ask(
    target: &Target,
    url: &Url,
    (grab, judgement): (&Grab, &Judgement),
    options: &Options,
) -> Result<Answer, Problem> {
    let deadline = Instant::now() + options.timeout;
    let bundle = pack::pack(target, &grab.presented, &judgement.verified, What::Anchor);
    let anchors = bundle.entries.iter().map(|entry| entry.certificate.der().to_vec().into());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(anchors);
    let opening = open(target, roots, options, deadline);
    let stream = timeout_at(deadline, opening).await.map_err(|_| Problem::TimedOut)??;
    let request = one_byte(url)?;
    let answer = timeout_at(deadline, http::send(stream, request, deadline)).await;
    let (response, _driver) = match answer {
        Err(_) | Ok(Err(chain::Problem::TimedOut)) => return Err(Problem::TimedOut),
        Ok(Err(problem)) => return Err(Problem::Http(problem)),
        Ok(Ok(answered)) => answered,
    };
    if http::redirects(&response) {
        let mut locations = response.headers().get_all(header::LOCATION).iter();
        // Of several, one device uses the first and another the last.
        let (Some(location), None) = (locations.next(), locations.next()) else {
            return Err(Problem::NotOneLocation);
        };
        let location = location.to_str().map_err(|_| Problem::NotAUrl)?;
        return read(location, Some(url)).map(Answer::Redirect);
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_page = kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
    match response.status().as_u16() {
        // Without content (RFC 9110 sections 15.3.5 and 15.3.6).
        204 | 205 => Err(Problem::Status(response.status().as_u16())),
        200..=299 if is_page => Ok(Answer::Page),
        // An empty file has no first byte (RFC 9110 section 15.5.17).
        200..=299 | 416 => Ok(Answer::File),
        status => Err(Problem::Status(status)),
    }
}

/// The request for the first byte.
fn one_byte(url: &Url) -> Result<Request<Empty<Bytes>>, Problem> {
    let mut request = http::request(url).map_err(Problem::Http)?;
    request.headers_mut().insert(RANGE, HeaderValue::from_static("bytes=0-0"));
    Ok(request)
}

/// A connection whose certificate `roots` verify.
async fn open(
    target: &Target,
    roots: RootCertStore,
    options: &Options,
    deadline: Instant,
) -> Result<TlsStream<TcpStream>, Problem> {
    let no_connection =
        |why: &dyn fmt::Display| Problem::NoConnection(Foreign::text(&why.to_string()));
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_details(provider, Arc::new(At(options.at)))
        .with_safe_default_protocol_versions()
        .map_err(|error| no_connection(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = connect::connect(target, &options.connect, deadline).await;
    let stream = stream.map_err(|error| no_connection(&error))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(target.name().clone(), stream).await.map_err(|error| no_connection(&error))
}

/// The time as of which everything is verified.
#[derive(Debug)]
struct At(Time);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.unix()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.target)?;
        match &self.problem {
            Problem::NoConnection(why) => write!(f, "cannot ask for the path: {}", why.line()),
            Problem::TimedOut => f.write_str("timed out waiting for an answer to GET"),
            Problem::Http(problem) => write!(f, "the URL {problem}"),
            Problem::Status(status) => {
                write!(f, "expected a download or a redirect, found status {status}")
            }
            Problem::Unresolved { to, why } => write!(f, "redirects to {to}: {}", why.line()),
            Problem::NotOneLocation => f.write_str("redirects, but not with exactly one Location"),
            Problem::NotAUrl => f.write_str("redirects to what is not a URL of a server"),
            Problem::Scheme(scheme) => {
                write!(f, "redirects to a URL with the scheme `{}`; expected https", scheme.line())
            }
            Problem::Loop => f.write_str("redirects in a loop"),
            Problem::TooMany => write!(f, "redirects more than {MAX_REDIRECTS} times"),
            Problem::Inward(address) => {
                write!(f, "redirects to {address}, an address of a private network")
            }
        }
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {
    fn kind(&self) -> &'static str {
        "not_followed"
    }

    fn stage(&self) -> &'static str {
        "follow"
    }

    fn hint(&self) -> Option<String> {
        match self.problem {
            Problem::TimedOut => Some("raise the limit with `--timeout SECS`".to_owned()),
            _ => None,
        }
    }
}
