//! Why the certificates of a server could not be read: the stage that failed, and its error.

use std::fmt;

use crate::{
    chain::Presented,
    endpoint::StartTls,
    net::{connect, starttls},
    stack::client::Device,
    tls::{self, Plain, Verdict},
};

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
        return Some("the port speaks TLS from the first byte: omit STARTTLS".to_owned());
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
