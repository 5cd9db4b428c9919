//! What a device did with a server, judging by the bytes that it sent.

use std::fmt;

use rustls::AlertDescription;

use crate::text::{count::counted, foreign::Foreign};
use crate::tls::error::alert_name;

/// What a device did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conduct {
    /// It sent an alert.
    Alert {
        /// Which one.
        alert: AlertDescription,
        /// Whether it completed the handshake before.
        completed: bool,
    },
    /// It closed the connection.
    HungUp {
        /// Whether it completed the handshake before.
        completed: bool,
    },
    /// It sent nothing more, and kept the connection open.
    Silent {
        /// Whether it completed the handshake before.
        completed: bool,
    },
    /// It completed the handshake and sent application data.
    Sent(Sent),
    /// It answered first messages, which end here, with a key exchange.
    WentOn,
    /// The lab closed the connection, as the case requires.
    ClosedByLab,
    /// It sent no certificate although the server required one.
    NoClientCertificate,
    /// It shares no TLS parameters with the servers of the lab, or with this one.
    Unplayable(String),
    /// It sent something that is not TLS after its ClientHello.
    Broken(String),
}

/// What the device's application sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The protocol.
    pub protocol: Protocol,
    /// Whether it sent a user name.
    pub user: bool,
    /// Whether it sent a password or a token; its value is not kept.
    pub password: bool,
    /// Whether the device presented a certificate.
    pub client_certificate: bool,
    /// How many octets arrived first.
    pub octets: usize,
}

/// An application protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// MQTT of this version: "3.1.1" or "5".
    Mqtt(&'static str),
    /// HTTP, with the method and the path.
    Http(Foreign),
    /// Another.
    Other,
}

impl Conduct {
    /// Whether it trusted the server: it sent data, or a key exchange if there is no more.
    #[must_use]
    pub const fn trusts(&self) -> bool {
        matches!(self, Self::Sent(_) | Self::WentOn)
    }

    /// The same in one word, for programs.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Alert { completed: false, .. } => "alert",
            Self::Alert { completed: true, .. } => "alert-after-handshake",
            Self::HungUp { completed: false } => "hung-up",
            Self::HungUp { completed: true } => "hung-up-after-handshake",
            Self::Silent { completed: false } => "silent",
            Self::Silent { completed: true } => "silent-after-handshake",
            Self::Sent(_) => "sent-data",
            Self::WentOn => "went-on",
            Self::ClosedByLab => "closed-by-lab",
            Self::NoClientCertificate => "no-client-certificate",
            Self::Unplayable(_) => "not-played",
            Self::Broken(_) => "broke-off",
        }
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.protocol {
            Protocol::Mqtt(version) => write!(f, "sent MQTT {version}")?,
            Protocol::Http(request) => write!(f, "sent {}", request.line())?,
            Protocol::Other => write!(f, "sent {} of data", counted(self.octets, "byte"))?,
        }
        match (self.user, self.password) {
            (true, true) => f.write_str(" with user and password")?,
            (true, false) => f.write_str(" with a user")?,
            (false, true) => f.write_str(" with a secret")?,
            (false, false) => {}
        }
        f.write_str(if self.client_certificate { " after its own certificate" } else { "" })
    }
}

impl fmt::Display for Conduct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert { alert, completed } => {
                let after = if *completed { " after the handshake" } else { "" };
                write!(f, "refused: alert {}{after}", alert_name(*alert))
            }
            Self::HungUp { completed: false } => f.write_str("closed the connection"),
            Self::HungUp { completed: true } => {
                f.write_str("closed after the handshake without data")
            }
            Self::Silent { completed: false } => f.write_str("stopped answering"),
            Self::Silent { completed: true } => {
                f.write_str("completed the handshake, sent nothing")
            }
            Self::Sent(sent) => sent.fmt(f),
            Self::WentOn => f.write_str("went on with the handshake"),
            Self::ClosedByLab => f.write_str("was disconnected by the lab"),
            Self::NoClientCertificate => f.write_str("has no client certificate"),
            Self::Unplayable(why) => write!(f, "not played: {why}"),
            Self::Broken(why) => write!(f, "broke off: {why}"),
        }
    }
}
