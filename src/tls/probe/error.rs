//! Why the certificates of a server could not be read: the stage that failed, and its error.

use std::{fmt, net::SocketAddr};

use crate::{
    chain::Presented,
    endpoint::StartTls,
    net::{connect, starttls},
    stack::client::Device,
    text::diagnostic::Diagnostic,
    tls::{self, Plain, Unanswered, Verdict},
};

/// Why a server's certificates could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// No connection.
    Connect(connect::Error),
    /// No TLS from the server's own protocol.
    StartTls(starttls::Error),
    /// No handshake.
    Handshake(tls::Error),
    /// No handshake with a ClientHello without a name, which may be why.
    Nameless(tls::Error),
    /// No handshake for a device.
    Device {
        /// The device.
        device: &'static Device,
        /// Why there is none.
        error: tls::Error,
        /// What the server presents to a client that offers more, if known.
        seen: Option<Box<Presented>>,
    },
    /// None at any of several addresses; the error of each, in the order queried.
    Addresses(Vec<(SocketAddr, Error)>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => error.fmt(f),
            Self::StartTls(error) => error.fmt(f),
            Self::Handshake(error) | Self::Nameless(error) => error.fmt(f),
            Self::Device { device, error, .. } if error.is_about_the_protocol() => {
                write!(f, "{} needs another protocol name (ALPN): {error}", device.name)
            }
            Self::Device { device, error, .. } => {
                write!(f, "{} cannot connect: {error}", device.name)
            }
            Self::Addresses(failures) => by_address(f, failures),
        }
    }
}

impl std::error::Error for Error {}

/// Each sentence once, after the addresses that it is about.
fn by_address(f: &mut fmt::Formatter<'_>, failures: &[(SocketAddr, Error)]) -> fmt::Result {
    let mut sentences: Vec<(String, Vec<String>)> = Vec::new();
    for (address, error) in failures {
        let (address, sentence) = (address.ip().to_string(), error.without_address());
        match sentences.iter_mut().find(|(known, _)| *known == sentence) {
            Some((_, addresses)) => addresses.push(address),
            None => sentences.push((sentence, vec![address])),
        }
    }
    for (index, (sentence, addresses)) in sentences.iter().enumerate() {
        let gap = if index == 0 { "" } else { "; " };
        write!(f, "{gap}{}: {sentence}", addresses.join(", "))?;
    }
    Ok(())
}

impl From<connect::Error> for Error {
    /// A connection that the server reset immediately counts as one on which TLS was refused.
    fn from(error: connect::Error) -> Self {
        match error {
            connect::Error::Refused { mut attempts, .. }
                if attempts.len() == 1 && tls::hung_up(&attempts[0].1) =>
            {
                let error = attempts.swap_remove(0).1;
                Self::Handshake(tls::Error::Broken { error, received: 0 })
            }
            other => Self::Connect(other),
        }
    }
}

impl Error {
    /// Why there is no handshake, if it began.
    fn handshake(&self) -> Option<&tls::Error> {
        match self {
            Self::Handshake(error) | Self::Nameless(error) | Self::Device { error, .. } => {
                Some(error)
            }
            Self::Connect(_) | Self::StartTls(_) | Self::Addresses(_) => None,
        }
    }

    /// Whether the server rejected the offer itself: it does so whatever other connections are open.
    pub(crate) fn refuses_the_offer(&self) -> bool {
        self.handshake().is_some_and(|error| error.is_about_negotiation() && !error.is_unanswered())
    }

    /// The sentence for output that also shows the address.
    #[must_use]
    pub fn without_address(&self) -> String {
        match self {
            Self::Connect(error) => error.without_address(),
            _ => self.to_string(),
        }
    }

    /// Whether this machine has no route to the address: then nothing is known about the server.
    #[must_use]
    pub fn is_of_this_machine(&self) -> bool {
        matches!(self, Self::Connect(error) if error.is_of_this_machine())
    }

    /// What happened instead of an answer, if the server may answer at another time.
    #[must_use]
    pub fn unanswered(&self) -> Option<Unanswered> {
        match self.decisive() {
            Self::Connect(error) if error.is_of_this_machine() => None,
            Self::Connect(connect::Error::Refused { .. }) => Some(Unanswered::Refused),
            Self::Connect(connect::Error::TimedOut { .. } | connect::Error::Paced { .. }) => {
                Some(Unanswered::TimedOut)
            }
            other => other.handshake()?.unanswered(),
        }
    }

    /// The error of one address: of several, the one that got furthest, the earliest of equals.
    fn decisive(&self) -> &Self {
        let Self::Addresses(failures) = self else { return self };
        let errors = failures.iter().map(|(_, error)| error);
        let further = |best: &'_ Self, next: &'_ Self| next.progress() > best.progress();
        errors.reduce(|best, next| if further(best, next) { next } else { best }).unwrap_or(self)
    }

    /// The stage that it reached.
    fn progress(&self) -> (u8, u8) {
        match self {
            Self::StartTls(_) => (1, 0),
            _ => self.handshake().map_or((0, 0), |error| (2, error.progress())),
        }
    }

    /// What the failure means for the device whose ClientHello was sent.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        match self.decisive() {
            Self::Device { device, error, seen } => {
                Some(device.judge_refusal(error, seen.as_deref()))
            }
            _ => None,
        }
    }

    /// The error of the stage that failed.
    fn cause(&self) -> Option<&dyn Diagnostic> {
        match self.decisive() {
            Self::Connect(error) => Some(error),
            Self::StartTls(error) => Some(error),
            other => other.handshake().map(|error| error as _),
        }
    }
}

impl Diagnostic for Error {
    fn kind(&self) -> &'static str {
        self.cause().map_or("connection_failed", Diagnostic::kind)
    }

    fn stage(&self) -> &'static str {
        self.cause().map_or("connect", Diagnostic::stage)
    }

    fn hint(&self) -> Option<String> {
        match self.decisive() {
            Self::StartTls(error) => another_protocol(error).or_else(|| error.hint()),
            Self::Nameless(error) => {
                let hint =
                    "the server may expect a name in the ClientHello: pass it with `--sni NAME`";
                Some(match error.is_unanswered() {
                    true => format!("check the port; {hint}"),
                    false => hint.to_owned(),
                })
            }
            Self::Device { device, error, seen } => {
                device.advice(error, seen.as_deref()).or_else(|| error.hint())
            }
            other => other.cause()?.hint(),
        }
    }
}

/// What to try with a server that speaks a protocol other than the one in which TLS was requested.
fn another_protocol(error: &starttls::Error) -> Option<String> {
    let heard = error.perhaps_another_protocol()?;
    if tls::may_be_tls(heard) {
        return Some("the port speaks TLS from the first byte: omit STARTTLS".to_owned());
    }
    let (plain, asked) = (tls::recognise(heard)?, error.protocol());
    // A greeting that SMTP and FTP share does not rule out the requested one.
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
