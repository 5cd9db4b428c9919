//! Reads the certificates of a server: connects, requests TLS, and performs a handshake.
//!
//! In: [`Target`]. Out: [`Presented`]. Another attempt is made only if the server refused the offer of the
//! one before; of several failures the one that got furthest is reported. If a server refuses a device's
//! hello, certgrab tries its own, to find out what the device does not support.

mod addresses;
mod attempt;
mod error;
mod progress;

use std::net::SocketAddr;

use tokio::{net::TcpStream, time::Instant};

use self::attempt::{AS_CERTGRAB, Attempt};
pub use self::{addresses::MAX_ASKED_ADDRESSES, error::Error, progress::Progress};
pub use super::Unanswered;
use super::{cleartext, full};
use crate::{
    chain::{MaxFragmentLength, Presented},
    endpoint::Target,
    net::{connect, starttls},
    stack::hello::{Hello, KNOWN_PROTOCOLS},
    tls,
    x509::certificate::KeyPossession,
};

/// The most connections to one address of a target, in all attempts.
pub const MAX_CONNECTIONS: usize = 6;

/// Which handshakes may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[non_exhaustive]
pub enum Way {
    /// The completed one, then the cleartext one if the server refuses it.
    #[default]
    Auto,
    /// As [`Way::Auto`], without what only a verdict about a device needs.
    #[cfg_attr(feature = "cli", value(skip))]
    Reader,
    /// The completed one only: the server must support TLS 1.2 or 1.3 as rustls does.
    Full,
    /// The cleartext one only: what a client of TLS 1.2 or older gets.
    Cleartext,
}

/// Connects to `target` in each useful way until it has the certificates.
///
/// # Errors
///
/// [`Error`] if there is no connection, no STARTTLS or no handshake.
pub async fn reach(
    target: &Target,
    hello: &Hello,
    options: &connect::Options,
    way: Way,
    (progress, deadline): (Option<&Progress>, Instant),
) -> Result<Box<Presented>, Error> {
    let presented = match options.proxy_to(target) {
        // The proxy usually resolves the name: the addresses are unknown.
        Some(_) => {
            if let Some(progress) = progress {
                progress.set_first_address(None);
            }
            let server = Server { target, options, deadline, at: None, first: None };
            reach_server(server, hello, way, None).await?
        }
        None => addresses::reach(target, hello, options, way, (progress, deadline)).await?,
    };
    if let Some(progress) = progress {
        progress.set_presented(&presented);
    }
    Ok(presented)
}

/// Queries the server at the same time as another query, whose `progress` has the address. If both
/// answers are the same chain, no second handshake is made to prove it. If the other query fails, this
/// one never ends; the caller drops both.
///
/// # Errors
///
/// As [`reach`].
pub(crate) async fn reach_concurrently(
    target: &Target,
    hello: &Hello,
    options: &connect::Options,
    way: Way,
    (progress, deadline): (&Progress, Instant),
) -> Result<Box<Presented>, Error> {
    let at = progress.first_address().await;
    let server = Server { target, options, deadline, at, first: None };
    reach_server(server, hello, way, Some(progress)).await
}

/// Queries the server after another query, which it answered with `known`.
///
/// # Errors
///
/// As [`reach`].
pub async fn reach_again(
    target: &Target,
    hello: &Hello,
    options: &connect::Options,
    way: Way,
    known: &Presented,
    deadline: Instant,
) -> Result<Box<Presented>, Error> {
    let port = options.instead.as_ref().unwrap_or(target).port();
    let at = known.peer.map(|peer| SocketAddr::new(peer, port));
    let progress = (&Progress::answered(at, known), deadline);
    let mut presented = reach_concurrently(target, hello, options, way, progress).await?;
    (presented.peer, presented.others) = (known.peer, known.others.clone());
    Ok(presented)
}

/// The same for one address, or for the connection of a proxy.
///
/// What follows the first answer is boxed: thousands of targets may wait for an answer, and each of them
/// reserves memory for everything that is not boxed.
async fn reach_server(
    mut server: Server<'_>,
    hello: &Hello,
    way: Way,
    usual: Option<&Progress>,
) -> Result<Box<Presented>, Error> {
    match negotiate(&mut server, hello, way.attempts(hello.device)).await {
        Ok(presented) => Ok(Box::pin(complete(presented, server, hello, way, usual)).await),
        Err(Refusal::Unreachable(error)) => Err(error),
        Err(Refusal::Refused(refusal)) => Err(Box::pin(explain(refusal, server, hello, way)).await),
    }
}

/// Adds to an answer what only a further connection shows: whether the server has the key, and the
/// smallest records that it sends.
async fn complete(
    mut presented: Box<Presented>,
    mut server: Server<'_>,
    hello: &Hello,
    way: Way,
    usual: Option<&Progress>,
) -> Box<Presented> {
    let hello = &as_answered(hello, &presented);
    let is_known = match usual {
        Some(usual) => usual.presented().await.is_same_chain(&presented),
        None => false,
    };
    let is_proven = presented.key_possession() == KeyPossession::Proven || is_known;
    let proves = matches!(way, Way::Auto | Way::Reader);
    if proves && hello.device.is_some() && !is_proven {
        prove_key(&mut presented, &mut server, hello).await;
    }
    if matches!(way, Way::Auto | Way::Cleartext) && hello.device.is_some() {
        ask_for_small_records(&mut presented, &mut server, hello).await;
    }
    presented
}

/// Why the server refused, with what further connections show: whether it speaks MQTT without TLS, and
/// whether it accepts certgrab's own hello.
async fn explain(refusal: Refused, mut server: Server<'_>, hello: &Hello, way: Way) -> Error {
    let server = &mut server;
    let mut room = MAX_CONNECTIONS.saturating_sub(refusal.connections);
    if refusal.is_unanswered() && room > 0 {
        room -= 1;
        if speaks_mqtt(server).await {
            return Error::Handshake(tls::Error::plain_mqtt());
        }
    }
    if let Some(device) = hello.device {
        // certgrab's own hello may succeed; the answer shows what the device does not support.
        let usual = Hello::usual(hello.sni.clone()).with_protocols(&hello.alpn);
        let seen = match (way, refusal.is_about_negotiation()) {
            (Way::Auto, true) => {
                let attempts = &AS_CERTGRAB[..room.min(AS_CERTGRAB.len())];
                negotiate(server, &usual, attempts).await.ok()
            }
            _ => None,
        };
        return Error::Device { device, error: refusal.furthest(), seen };
    }
    let error = refusal.furthest();
    match hello.sni {
        None if error.may_want_a_name() => Error::Nameless(error),
        _ => Error::Handshake(error),
    }
}

/// The server to connect to, and the deadline.
struct Server<'a> {
    target: &'a Target,
    options: &'a connect::Options,
    deadline: Instant,
    /// The address for every connection; `None` behind a proxy.
    at: Option<SocketAddr>,
    /// The first connection, if it is open already.
    first: Option<TcpStream>,
}

/// Why a series of attempts returned no certificates.
enum Refusal {
    /// No connection on which TLS can start.
    Unreachable(Error),
    /// The server refused them all.
    Refused(Refused),
}

/// The failures of a series of attempts, and the number of connections.
struct Refused {
    failures: Vec<tls::Error>,
    connections: usize,
}

/// Makes the attempts in order until one returns certificates.
async fn negotiate(
    server: &mut Server<'_>,
    hello: &Hello,
    attempts: &[Attempt],
) -> Result<Box<Presented>, Refusal> {
    let mut failures: Vec<tls::Error> = Vec::new();
    let mut connections = 0;
    for attempt in attempts {
        if connections == MAX_CONNECTIONS {
            break;
        }
        if failures.last().is_some_and(|last| !attempt.is_worth_trying_after(last, hello)) {
            continue;
        }
        let mut stream = match server.open().await {
            Ok(stream) => stream,
            Err(Error::Handshake(reset)) => {
                connections += 1;
                failures.push(reset);
                continue;
            }
            Err(error) if failures.is_empty() => return Err(Refusal::Unreachable(error)),
            // An earlier attempt connected: its failure is more useful.
            Err(_) => break,
        };
        connections += 1;
        let shaken = if *attempt == Attempt::Protocols { attempts[0] } else { *attempt };
        let sent = Box::new(attempt.hello(hello));
        let client = server.options.client.as_deref();
        match shaken.shake(&mut stream, &sent, client, server.deadline).await {
            Ok(presented) if *attempt == Attempt::Protocols => {
                let is_certain = failures.iter().any(tls::Error::is_about_the_protocol);
                let retried = (shaken, server, hello, is_certain);
                return Ok(Box::pin(unless_without_protocols(presented, retried)).await);
            }
            Ok(presented) => return Ok(with_failure(presented, failures.first())),
            Err(error) => {
                let is_final = !error.is_about_negotiation();
                failures.push(error);
                if is_final {
                    break;
                }
            }
        }
    }
    Err(Refusal::Refused(Refused { failures, connections }))
}

impl Server<'_> {
    /// A connection on which TLS can begin.
    async fn open(&mut self) -> Result<TcpStream, Error> {
        let Self { target, options, deadline, at, .. } = *self;
        let mut stream = match (self.first.take(), at) {
            (Some(stream), _) => stream,
            (None, Some(address)) => {
                let to = options.instead.as_ref().unwrap_or(target);
                connect::to_first(to, &[address], options, deadline).await?
            }
            (None, None) => connect::connect(target, options, deadline).await?,
        };
        if let Some(protocol) = target.scheme().starttls {
            starttls::ask(&mut stream, protocol, target, deadline)
                .await
                .map_err(Error::StartTls)?;
        }
        Ok(stream)
    }
}

impl Refused {
    /// Whether the server closed the connection without an answer every time.
    fn is_unanswered(&self) -> bool {
        self.failures.iter().all(tls::Error::is_unanswered)
    }

    /// Whether the server refused the offer every time.
    fn is_about_negotiation(&self) -> bool {
        self.failures.iter().all(tls::Error::is_about_negotiation)
    }

    /// The failure that got furthest, the earliest of equals.
    ///
    /// # Panics
    ///
    /// Without any failure.
    fn furthest(self) -> tls::Error {
        self.failures
            .into_iter()
            .reduce(|best, next| if next.progress() > best.progress() { next } else { best })
            .expect("an attempt was made")
    }
}

/// `presented`, marked as an answer that requires protocol names, unless another attempt without them is
/// answered too; `is_certain` skips the attempts.
async fn unless_without_protocols(
    mut presented: Box<Presented>,
    (attempt, server, hello, is_certain): (Attempt, &mut Server<'_>, &Hello, bool),
) -> Box<Presented> {
    if !is_certain && let Some(plain) = ask_again(attempt, server, hello).await {
        return plain;
    }
    if let Some(handshake) = &mut presented.handshake {
        handshake.needs_protocol = true;
    }
    presented
}

/// Queries twice more without protocol names: some servers, and load balancers, drop one connection and
/// answer the next.
async fn ask_again(
    attempt: Attempt,
    server: &mut Server<'_>,
    hello: &Hello,
) -> Option<Box<Presented>> {
    for _ in 0..2 {
        let mut stream = server.open().await.ok()?;
        let client = server.options.client.as_deref();
        if let Ok(presented) = attempt.shake(&mut stream, hello, client, server.deadline).await {
            return Some(presented);
        }
    }
    None
}

/// The hello with what the server required for its answer.
fn as_answered(hello: &Hello, presented: &Presented) -> Hello {
    match &presented.handshake {
        Some(one) if one.needs_protocol => hello.clone().with_protocols(&KNOWN_PROTOCOLS),
        _ => hello.clone(),
    }
}

/// Whether a port that closes the connection after a ClientHello is an MQTT broker without TLS.
async fn speaks_mqtt(server: &mut Server<'_>) -> bool {
    match server.open().await {
        Ok(mut stream) => tls::answers_mqtt(&mut stream, server.deadline).await,
        Err(_) => false,
    }
}

/// Repeats a cleartext handshake as a completed one: the same chain with a valid signature proves
/// possession of the key. If it fails or returns another chain, the key stays unproven.
async fn prove_key(presented: &mut Presented, server: &mut Server<'_>, hello: &Hello) {
    let Ok(mut stream) = server.open().await else { return };
    let client = server.options.client.as_deref();
    let Ok(full) = full::shake(&mut stream, hello, client, server.deadline).await else { return };
    let is_proven = full.key_possession() == KeyPossession::Proven && full.is_same_chain(presented);
    let request = full.handshake.and_then(|one| one.client_certificate);
    let Some(handshake) = &mut presented.handshake else { return };
    if is_proven {
        handshake.key_possession = KeyPossession::Proven;
    }
    if request.is_some() {
        handshake.client_certificate = request;
    }
}

/// Connects again and requests the smallest records (RFC 6066 section 4), unless the device
/// requests a size itself: whether a server agrees decides how little memory a device needs. A
/// server without TLS 1.2 leaves this unknown.
async fn ask_for_small_records(presented: &mut Presented, server: &mut Server<'_>, hello: &Hello) {
    let Some(handshake) = &mut presented.handshake else { return };
    if hello.max_fragment_length.is_some() {
        handshake.asked_fragment_length = hello.max_fragment_length;
        return;
    }
    let smallest = Some(MaxFragmentLength::Bytes512);
    let hello = Hello { max_fragment_length: smallest, ..hello.clone() };
    let Ok(mut stream) = server.open().await else { return };
    let Ok(answer) = cleartext::shake(&mut stream, &hello, server.deadline).await else { return };
    handshake.asked_fragment_length = smallest;
    handshake.max_fragment_length = answer.handshake.and_then(|one| one.max_fragment_length);
}

/// The same with the reason why the handshake was not completed.
fn with_failure(mut presented: Box<Presented>, failure: Option<&tls::Error>) -> Box<Presented> {
    if let Some(handshake) = &mut presented.handshake
        && handshake.key_possession == KeyPossession::NotProven
        && handshake.incomplete.is_none()
    {
        handshake.incomplete = failure.map(ToString::to_string);
    }
    presented
}
