//! Reaches the certificates of a server: connects, asks for TLS, shakes hands, and begins again in
//! another way where the server would not have the first.
//!
//! In: [`Target`]. Out: [`Presented`]. A later attempt is made only when the one before failed on
//! what was offered; a refused connection or a silent server is reported as it is. Of several
//! failures the one that got furthest is told. A server that refuses a device is asked once more as
//! certgrab asks, to say what the device lacks.

use std::fmt;

use tokio::{net::TcpStream, time::Instant};

use super::{Plain, Verdict, cleartext, full, hello_retry};
use crate::chain::Presented;
use crate::{
    chain::{MaxFragmentLength, Version},
    stack::{client::Device, hello::Hello},
};
use crate::{
    endpoint::{StartTls, Target},
    net::{connect, starttls},
    tls,
    x509::certificate::KeyPossession,
};

/// Connections made to one target, all attempts together.
pub const MAX_CONNECTIONS: usize = 4;

/// Which handshakes may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// The full one, then the cleartext one if the server would not have it.
    #[default]
    Auto,
    /// The full one only: the server must speak TLS 1.2 or 1.3 as rustls does.
    Full,
    /// The cleartext one only: what a client of TLS 1.2 or older is shown.
    Cleartext,
}

/// Why a server's certificates could not be seen.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No connection.
    Connect(connect::Error),
    /// No TLS from the server's own protocol.
    StartTls(starttls::Error),
    /// No handshake.
    Handshake(tls::Error),
    /// No handshake for a device.
    Device {
        /// The device.
        device: &'static Device,
        /// Why it has none.
        error: tls::Error,
        /// What the server presents to a client that offers more, if that was seen.
        seen: Option<Box<Presented>>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::StartTls(error) => error.fmt(f),
            Self::Handshake(error) => error.fmt(f),
            Self::Device { device, error, .. } => {
                write!(f, "{} cannot connect: {error}", device.name)
            }
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => error.hint(),
            Self::StartTls(error) => another_protocol(error).or_else(|| error.hint()),
            Self::Handshake(error) => error.hint(),
            Self::Device { device, error, seen } => {
                device.advice(error, seen.as_deref()).or_else(|| error.hint())
            }
        }
    }

    /// What the failure means to the device as which the server was asked.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        match self {
            Self::Device { device, error, seen } => {
                Some(device.judge_refusal(error, seen.as_deref()))
            }
            _ => None,
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect(error) => error.kind(),
            Self::StartTls(error) => error.kind(),
            Self::Handshake(error) | Self::Device { error, .. } => error.kind(),
        }
    }

    /// The stage that failed, as the drawing in the crate's documentation names it.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::StartTls(_) => "starttls",
            Self::Handshake(_) | Self::Device { .. } => "handshake",
        }
    }
}

/// What to try with a server that speaks another protocol than the one in which it was asked for
/// TLS.
fn another_protocol(error: &starttls::Error) -> Option<String> {
    let heard = error.perhaps_another_protocol()?;
    if tls::may_be_tls(heard) {
        return Some("the port has TLS from its first byte: leave STARTTLS out".to_owned());
    }
    let (plain, asked) = (tls::recognise(heard)?, error.protocol());
    // A greeting that SMTP and FTP share says nothing against the one that was asked for.
    let is_as_asked = match plain {
        Plain::SmtpOrFtp => matches!(asked, StartTls::Smtp | StartTls::Ftp),
        _ => plain.to_string() == asked.to_string(),
    };
    if is_as_asked {
        return None;
    }
    let hint = plain.hint().map(|hint| format!(": {hint}")).unwrap_or_default();
    Some(format!("the port speaks {plain}{hint}"))
}

/// One way of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// With the groups that nearly every server takes.
    Full,
    /// With the groups that few servers insist on.
    FullWithRareGroups,
    /// TLS 1.2 at most, and all cipher suites there are.
    Cleartext,
    /// TLS 1.0: some old servers hang up on a newer hello instead of choosing an older version.
    CleartextTls10,
    /// TLS 1.3 with all groups and suites there are, to hear which one the server wants; it brings
    /// no certificates.
    Retry,
}

/// Asks `target` in every way that is worth trying until its certificates have come.
///
/// # Errors
///
/// [`Error`] if there is no connection, no STARTTLS or no handshake.
pub async fn reach(
    target: &Target,
    hello: &Hello,
    options: &connect::Options,
    way: Way,
    deadline: Instant,
) -> Result<Presented, Error> {
    let door = Door { target, options, deadline };
    let refusal = match negotiate(&door, hello, way.attempts(hello.device)).await {
        Ok(mut presented) => {
            let is_proven = presented.key_possession() == KeyPossession::Proven;
            if way == Way::Auto && hello.device.is_some() && !is_proven {
                prove_key(&mut presented, &door, hello).await;
            }
            if way != Way::Full && hello.device.is_some() {
                ask_for_small_records(&mut presented, &door, hello).await;
            }
            return Ok(presented);
        }
        Err(Refusal::Unreachable(error)) => return Err(error),
        Err(Refusal::Refused(refusal)) => refusal,
    };
    let mut room = MAX_CONNECTIONS.saturating_sub(refusal.connections);
    if refusal.is_wordless() && room > 0 {
        room -= 1;
        if speaks_mqtt(&door).await {
            return Err(Error::Handshake(tls::Error::plain_mqtt()));
        }
    }
    if let Some(device) = hello.device {
        // What a device is refused certgrab may be shown, and then it can say what is missing.
        let usual = Hello::usual(hello.sni.clone());
        let seen = match (way, refusal.is_about_negotiation()) {
            (Way::Auto, true) => {
                let attempts = &AS_CERTGRAB[..room.min(AS_CERTGRAB.len())];
                negotiate(&door, &usual, attempts).await.ok().map(Box::new)
            }
            _ => None,
        };
        return Err(Error::Device { device, error: refusal.furthest(), seen });
    }
    Err(Error::Handshake(refusal.furthest()))
}

impl Way {
    /// The attempts of this way, in order.
    fn attempts(self, device: Option<&Device>) -> &'static [Attempt] {
        match (self, device) {
            // Of a device's hello only TLS 1.3 needs keys; before it, what the device sees is in
            // clear.
            (Self::Auto, Some(device)) if device.newest == Version::Tls13 => {
                &[Attempt::Full, Attempt::Cleartext]
            }
            (Self::Auto | Self::Cleartext, Some(_)) => &[Attempt::Cleartext],
            (Self::Full, Some(_)) => &[Attempt::Full],
            (Self::Auto, None) => &[
                Attempt::Full,
                Attempt::FullWithRareGroups,
                Attempt::Cleartext,
                Attempt::CleartextTls10,
                Attempt::Retry,
            ],
            (Self::Full, None) => &[Attempt::Full, Attempt::FullWithRareGroups],
            (Self::Cleartext, None) => &[Attempt::Cleartext, Attempt::CleartextTls10],
        }
    }
}

/// How certgrab asks, after a device was refused.
const AS_CERTGRAB: [Attempt; 3] = [Attempt::Full, Attempt::FullWithRareGroups, Attempt::Cleartext];

/// Where to ask, and until when.
struct Door<'a> {
    target: &'a Target,
    options: &'a connect::Options,
    deadline: Instant,
}

/// Why a row of attempts brought no certificates.
enum Refusal {
    /// There was no TLS to begin.
    Unreachable(Error),
    /// The server refused them all.
    Refused(Refused),
}

/// What a server said to a row of attempts, and on how many connections.
struct Refused {
    failures: Vec<tls::Error>,
    connections: usize,
}

/// Makes the attempts that are worth it until one brings certificates.
async fn negotiate(
    door: &Door<'_>,
    hello: &Hello,
    attempts: &[Attempt],
) -> Result<Presented, Refusal> {
    let mut failures: Vec<tls::Error> = Vec::new();
    let mut connections = 0;
    for attempt in attempts {
        if connections == MAX_CONNECTIONS {
            break;
        }
        if failures.last().is_some_and(|last| !attempt.is_worth_trying_after(last, hello)) {
            continue;
        }
        let mut stream = match door.open().await {
            Ok(stream) => stream,
            Err(error) if failures.is_empty() => return Err(Refusal::Unreachable(error)),
            // The server was there a moment ago: what it said then is the better news.
            Err(_) => break,
        };
        connections += 1;
        match attempt.shake(&mut stream, hello, door.deadline).await {
            Ok(mut presented) => {
                // Behind a proxy nobody here knows the server's address.
                if door.options.proxy_to(door.target).is_none() {
                    presented.peer = stream.peer_addr().ok().map(|peer| peer.ip());
                }
                return Ok(with_failure(presented, failures.first()));
            }
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

impl Door<'_> {
    /// A connection on which TLS can begin.
    async fn open(&self) -> Result<TcpStream, Error> {
        let Self { target, options, deadline } = *self;
        let mut stream =
            connect::connect(target, options, deadline).await.map_err(Error::Connect)?;
        if let Some(protocol) = target.scheme().starttls {
            starttls::ask(&mut stream, protocol, target, deadline)
                .await
                .map_err(Error::StartTls)?;
        }
        Ok(stream)
    }
}

impl Refused {
    /// Whether the server hung up without a word each time.
    fn is_wordless(&self) -> bool {
        self.failures.iter().all(tls::Error::is_wordless)
    }

    /// Whether it was the offer that the server would not have, each time.
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

/// Whether a port that hangs up on a ClientHello is a broker without TLS.
async fn speaks_mqtt(door: &Door<'_>) -> bool {
    match door.open().await {
        Ok(mut stream) => tls::answers_mqtt(&mut stream, door.deadline).await,
        Err(_) => false,
    }
}

/// Asks once more in full what a device was shown in clear: the same chain with a good signature
/// proves the key. A server that will not, or shows another chain, leaves it not proven.
async fn prove_key(presented: &mut Presented, door: &Door<'_>, hello: &Hello) {
    let Ok(mut stream) = door.open().await else { return };
    let Ok(full) = full::shake(&mut stream, hello, door.deadline).await else { return };
    let is_proven = full.key_possession() == KeyPossession::Proven && full.is_same_chain(presented);
    if let (true, Some(handshake)) = (is_proven, &mut presented.handshake) {
        handshake.key_possession = KeyPossession::Proven;
    }
}

/// Asks once more for the smallest records there are (RFC 6066 section 4), unless the device asks
/// for records of a size itself: whether a server keeps to them decides how little memory a device
/// can do with. A server that will not speak TLS 1.2 leaves it open.
async fn ask_for_small_records(presented: &mut Presented, door: &Door<'_>, hello: &Hello) {
    let Some(handshake) = &mut presented.handshake else { return };
    if hello.max_fragment_length.is_some() {
        handshake.asked_fragment_length = hello.max_fragment_length;
        return;
    }
    let smallest = Some(MaxFragmentLength::Bytes512);
    let hello = Hello { max_fragment_length: smallest, ..hello.clone() };
    let Ok(mut stream) = door.open().await else { return };
    let Ok(answer) = cleartext::shake(&mut stream, &hello, door.deadline).await else { return };
    handshake.asked_fragment_length = smallest;
    handshake.max_fragment_length = answer.handshake.and_then(|one| one.max_fragment_length);
}

/// The same with the reason why it is not the outcome of a full handshake.
fn with_failure(mut presented: Presented, failure: Option<&tls::Error>) -> Presented {
    if let Some(handshake) = &mut presented.handshake
        && handshake.key_possession == KeyPossession::NotProven
        && handshake.incomplete.is_none()
    {
        handshake.incomplete = failure.map(ToString::to_string);
    }
    presented
}

impl Attempt {
    fn is_worth_trying_after(self, failure: &tls::Error, hello: &Hello) -> bool {
        match self {
            Self::Full | Self::Cleartext => true,
            Self::FullWithRareGroups => failure.may_want_another_group(),
            Self::CleartextTls10 => failure.is_wordless(),
            // Of all that was offered in clear the server takes nothing.
            Self::Retry => {
                hello.newest == Version::Tls13
                    && (failure.is_about_the_version() || failure.may_want_another_group())
            }
        }
    }

    async fn shake(
        self,
        stream: &mut TcpStream,
        hello: &Hello,
        deadline: Instant,
    ) -> Result<Presented, tls::Error> {
        let hello = hello.clone();
        match self {
            Self::Full => full::shake(stream, &hello, deadline).await,
            Self::FullWithRareGroups => {
                full::shake(stream, &hello.with_rare_groups(), deadline).await
            }
            Self::Cleartext => cleartext::shake(stream, &hello, deadline).await,
            Self::CleartextTls10 => {
                cleartext::shake(stream, &hello.at(Version::Tls10), deadline).await
            }
            Self::Retry => Err(hello_retry::ask(stream, &hello, deadline).await),
        }
    }
}
