//! Reaches the certificates of a server: connects, asks for TLS, shakes hands, and begins again in
//! another way where the server would not have the first.
//!
//! In: [`Target`]. Out: [`Presented`]. A later attempt is made only when the one before failed on
//! what was offered; a refused connection or a silent server is reported as it is. Of several
//! failures the one that got furthest is told.

use std::fmt;

use tokio::{net::TcpStream, time::Instant};

use crate::{
    certificate::KeyPossession,
    connect,
    handshake::{self, Device, Hello, Presented, Version, cleartext, full},
    starttls,
    target::Target,
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
    Handshake(handshake::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::StartTls(error) => error.fmt(f),
            Self::Handshake(error) => error.fmt(f),
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
            Self::StartTls(error) => error.hint(),
            Self::Handshake(error) => error.hint(),
        }
    }

    /// A short stable name for JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect(error) => error.kind(),
            Self::StartTls(error) => error.kind(),
            Self::Handshake(error) => error.kind(),
        }
    }

    /// The stage that failed, as the drawing in the crate's documentation names it.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::StartTls(_) => "starttls",
            Self::Handshake(_) => "handshake",
        }
    }
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
    let attempts: &[Attempt] = match (way, hello.device) {
        // Of a device's hello only TLS 1.3 needs keys; before it, what the device sees is in clear.
        (Way::Auto, Some(device)) if device.newest == Version::Tls13 => {
            &[Attempt::Full, Attempt::Cleartext]
        }
        (Way::Auto | Way::Cleartext, Some(_)) => &[Attempt::Cleartext],
        (Way::Full, Some(_)) => &[Attempt::Full],
        (Way::Auto, None) => &[
            Attempt::Full,
            Attempt::FullWithRareGroups,
            Attempt::Cleartext,
            Attempt::CleartextTls10,
        ],
        (Way::Full, None) => &[Attempt::Full, Attempt::FullWithRareGroups],
        (Way::Cleartext, None) => &[Attempt::Cleartext, Attempt::CleartextTls10],
    };
    let mut failures: Vec<handshake::Error> = Vec::new();
    let mut connections = 0;
    for attempt in attempts {
        if failures.last().is_some_and(|last| !attempt.is_worth_trying_after(last)) {
            continue;
        }
        let mut stream = match open(target, options, deadline).await {
            Ok(stream) => stream,
            Err(error) if failures.is_empty() => return Err(error),
            // The server was there a moment ago: what it said then is the better news.
            Err(_) => break,
        };
        connections += 1;
        match attempt.shake(&mut stream, hello, deadline).await {
            Ok(mut presented) => {
                // Behind a proxy nobody here knows the server's address.
                if options.proxy_to(target).is_none() {
                    presented.peer = stream.peer_addr().ok().map(|peer| peer.ip());
                }
                // A server that serves one client at a time has to see this one go.
                drop(stream);
                if way == Way::Auto && hello.device.is_some() {
                    prove_key(&mut presented, target, hello, options, deadline).await;
                }
                return Ok(with_failure(presented, failures.first(), hello.device));
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
    let wordless = failures.iter().all(handshake::Error::is_wordless);
    if wordless && connections < MAX_CONNECTIONS && speaks_mqtt(target, options, deadline).await {
        return Err(Error::Handshake(handshake::Error::plain_mqtt()));
    }
    Err(Error::Handshake(furthest(failures)))
}

/// A connection on which TLS can begin.
async fn open(
    target: &Target,
    options: &connect::Options,
    deadline: Instant,
) -> Result<TcpStream, Error> {
    let mut stream = connect::connect(target, options, deadline).await.map_err(Error::Connect)?;
    if let Some(protocol) = target.scheme().starttls {
        starttls::ask(&mut stream, protocol, target, deadline).await.map_err(Error::StartTls)?;
    }
    Ok(stream)
}

/// Whether a port that hangs up on a ClientHello is a broker without TLS.
async fn speaks_mqtt(target: &Target, options: &connect::Options, deadline: Instant) -> bool {
    match open(target, options, deadline).await {
        Ok(mut stream) => handshake::answers_mqtt(&mut stream, deadline).await,
        Err(_) => false,
    }
}

/// Asks once more in full what a device was shown in clear: the same chain with a good signature
/// proves the key. A server that will not, or shows another chain, leaves it not proven.
async fn prove_key(
    presented: &mut Presented,
    target: &Target,
    hello: &Hello,
    options: &connect::Options,
    deadline: Instant,
) {
    let Ok(mut stream) = open(target, options, deadline).await else { return };
    let Ok(full) = full::shake(&mut stream, hello, deadline).await else { return };
    if let Some(handshake) = &mut presented.handshake
        && full.certificates == presented.certificates
        && full.key_possession() == KeyPossession::Proven
    {
        handshake.key_possession = KeyPossession::Proven;
    }
}

/// The same with the reason why it is not the outcome of a full handshake.
fn with_failure(
    mut presented: Presented,
    failure: Option<&handshake::Error>,
    device: Option<&'static Device>,
) -> Presented {
    if let Some(handshake) = &mut presented.handshake {
        handshake.device = device;
    }
    if let Some(handshake) = &mut presented.handshake
        && handshake.key_possession == KeyPossession::NotProven
        && handshake.incomplete.is_none()
    {
        handshake.incomplete = failure.map(ToString::to_string);
    }
    presented
}

/// The failure that got furthest, the earliest of equals.
///
/// # Panics
///
/// Without any failure.
fn furthest(failures: Vec<handshake::Error>) -> handshake::Error {
    failures
        .into_iter()
        .reduce(|best, next| if next.progress() > best.progress() { next } else { best })
        .expect("an attempt was made")
}

impl Attempt {
    fn is_worth_trying_after(self, failure: &handshake::Error) -> bool {
        match self {
            Self::Full | Self::Cleartext => true,
            Self::FullWithRareGroups => failure.may_want_another_group(),
            Self::CleartextTls10 => failure.is_wordless(),
        }
    }

    async fn shake(
        self,
        stream: &mut TcpStream,
        hello: &Hello,
        deadline: Instant,
    ) -> Result<Presented, handshake::Error> {
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
        }
    }
}
