//! Why a handshake failed.

use std::{fmt, io};

use rustls::{AlertDescription, CertificateError, InvalidMessage};

use super::{
    not_tls::{self, Plain},
    rustls_error,
};
use crate::chain::version_name;
use crate::text::{count::counted, diagnostic::Diagnostic, foreign::Foreign};

/// The most bytes read from a peer: 1 MiB, four times the largest accepted Certificate message.
pub const MAX_PEER_BYTES: usize = 1024 * 1024;

/// Why a handshake failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The connection broke.
    Broken {
        /// The error of the system.
        error: io::Error,
        /// How many bytes were received from the peer before.
        received: usize,
    },
    /// The peer closed the connection before sending its certificates.
    Closed {
        /// How many bytes were received from the peer before.
        received: usize,
    },
    /// The peer's answer is not TLS.
    NotTls {
        /// The protocol it looks like.
        protocol: Option<Plain>,
        /// Its first bytes.
        answer: Foreign,
    },
    /// The peer ended the handshake with an alert (RFC 8446 section 6).
    Alert(AlertDescription),
    /// The peer chose a version that was not offered, by its number in the ServerHello.
    Version(u16),
    /// The peer chose something that certgrab does not support, in a sentence about it.
    Incompatible(Foreign),
    /// The peer speaks TLS 1.3 with this group or cipher suite, which certgrab does not support.
    Lacking(String),
    /// The peer's signature is not by the key of its certificate.
    WrongSignature,
    /// A part of what the peer sends is larger than the limit.
    TooLarge {
        /// The part.
        what: &'static str,
        /// Its length in bytes, if it is known.
        bytes: Option<usize>,
        /// The limit in bytes.
        most: usize,
    },
    /// The peer sent more than [`MAX_PEER_BYTES`] without completing the handshake.
    TooMuch,
    /// The peer violates the protocol, in a sentence about how.
    Useless,
    /// The peer breaks the protocol, in a sentence about how.
    Protocol(Foreign),
    /// The deadline came first.
    TimedOut {
        /// How many bytes were received from the peer before.
        received: usize,
    },
}

/// The most bytes of a handshake message that rustls accepts.
const RUSTLS_MESSAGE_BYTES: usize = 0xffff;

impl Error {
    pub(crate) fn not_tls(beginning: &[u8]) -> Self {
        let protocol = not_tls::recognise(beginning);
        Self::NotTls { protocol, answer: Foreign::bytes(not_tls::first_line(beginning)) }
    }

    /// A broker that answered MQTT in clear text.
    pub(crate) fn plain_mqtt() -> Self {
        Self::NotTls { protocol: Some(Plain::Mqtt), answer: Foreign::default() }
    }

    pub(crate) fn no_random_numbers() -> Self {
        Self::Protocol(Foreign::text("this machine's random number generator fails"))
    }

    /// The error of rustls, after `beginning` was received from the peer.
    pub(crate) fn from_rustls(error: &rustls::Error, beginning: &[u8]) -> Self {
        use rustls::Error as Rustls;
        match error {
            Rustls::AlertReceived(description) => Self::Alert(*description),
            Rustls::InvalidCertificate(CertificateError::BadSignature) => Self::WrongSignature,
            Rustls::InvalidMessage(
                InvalidMessage::CertificatePayloadTooLarge
                | InvalidMessage::HandshakePayloadTooLarge,
            ) => Self::TooLarge {
                what: "handshake message",
                bytes: None,
                most: RUSTLS_MESSAGE_BYTES,
            },
            Rustls::InvalidMessage(_) if !not_tls::may_be_tls(beginning) => {
                Self::not_tls(beginning)
            }
            Rustls::PeerIncompatible(why) => Self::Incompatible(rustls_error::incompatible(why)),
            other => Self::Protocol(rustls_error::broken(other)),
        }
    }

    /// Whether another ClientHello may succeed.
    ///
    /// True for a refused offer, and for a peer that closes the connection without an answer, as
    /// old servers do. False for a timeout, a wrong signature and anything that is not TLS.
    #[must_use]
    pub fn is_about_negotiation(&self) -> bool {
        use AlertDescription as Alert;
        match self {
            Self::Alert(description) => matches!(
                description,
                Alert::HandshakeFailure
                    | Alert::ProtocolVersion
                    | Alert::InsufficientSecurity
                    | Alert::IllegalParameter
                    | Alert::DecodeError
                    | Alert::MissingExtension
                    | Alert::UnsupportedExtension
                    | Alert::UnexpectedMessage
                    | Alert::InternalError
                    | Alert::NoApplicationProtocol
            ),
            Self::Version(_) | Self::Incompatible(_) | Self::Lacking(_) => true,
            // This limit of rustls is lower than that of the cleartext handshake.
            Self::TooLarge { most, .. } => *most == RUSTLS_MESSAGE_BYTES,
            _ => self.is_unanswered(),
        }
    }

    /// Whether the server may require another key exchange group.
    #[must_use]
    pub fn may_want_another_group(&self) -> bool {
        use AlertDescription as Alert;
        matches!(
            self,
            Self::Alert(Alert::HandshakeFailure | Alert::InsufficientSecurity)
                | Self::Incompatible(_)
        )
    }

    /// Whether the peer requires the name of an application protocol (RFC 7301 section 3.2).
    #[must_use]
    pub fn is_about_the_protocol(&self) -> bool {
        matches!(self, Self::Alert(AlertDescription::NoApplicationProtocol))
    }

    /// Whether the peer may require the name of the server (RFC 6066 section 3).
    #[must_use]
    pub fn may_want_a_name(&self) -> bool {
        matches!(self, Self::Alert(AlertDescription::UnrecognisedName)) || self.is_unanswered()
    }

    /// Whether the peer does not support any of the offered versions.
    #[must_use]
    pub fn is_about_the_version(&self) -> bool {
        matches!(self, Self::Alert(AlertDescription::ProtocolVersion))
    }

    /// Whether the peer closed the connection without an answer, as a broker without TLS does.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        match self {
            Self::Closed { received: 0 } => true,
            Self::Broken { error, received: 0 } => hung_up(error),
            _ => false,
        }
    }

    /// The stage that the handshake reached, to report the failure that got furthest.
    pub(crate) fn progress(&self) -> u8 {
        match self {
            Self::Closed { received: 0 }
            | Self::Broken { received: 0, .. }
            | Self::TimedOut { received: 0 } => 0,
            Self::Alert(_) | Self::NotTls { .. } => 1,
            Self::Closed { .. } | Self::Broken { .. } | Self::TimedOut { .. } => 1,
            Self::Useless | Self::Protocol(_) => 2,
            Self::Version(_) | Self::Incompatible(_) | Self::Lacking(_) => 3,
            Self::TooLarge { .. } | Self::TooMuch => 4,
            Self::WrongSignature => 5,
        }
    }
}

impl Diagnostic for Error {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Alert(AlertDescription::UnrecognisedName) => {
                "the server does not know this name: send another with `--sni NAME`"
            }
            Self::Alert(AlertDescription::NoApplicationProtocol) => {
                "the server expects a protocol name (ALPN): pass it with `--alpn NAME`, such as \
                 `x-amzn-mqtt-ca` for AWS IoT Core on port 443"
            }
            Self::Alert(AlertDescription::InternalError) => {
                "the server may be busy, or a load balancer may limit connections: ask again later, \
                 or slower with `--rate N`"
            }
            Self::Alert(AlertDescription::ProtocolVersion) => {
                "use `--handshake auto`, which tries TLS 1.0 to 1.3; `full` supports only 1.2 and \
                 1.3, `cleartext` only 1.2 and older"
            }
            Self::Lacking(_) => {
                "OpenSSL may support it: save the chain with `openssl s_client -connect HOST:PORT \
                 -showcerts` and pass it with `--from FILE`"
            }
            Self::Alert(AlertDescription::HandshakeFailure) => {
                "the server may expect another name (pass `--sni NAME`), or use a pre-shared key \
                 (PSK) instead of a certificate"
            }
            Self::NotTls { protocol: Some(Plain::Http), answer }
                if not_tls::is_of_a_portal(answer) =>
            {
                "a captive portal or a proxy may have answered in place of the server: log in to the \
                 network, or use another one"
            }
            Self::NotTls { protocol: Some(protocol), .. } => protocol.hint()?,
            Self::NotTls { protocol: None, .. } => {
                "check the port: TLS is usually on 8883 for MQTT and on 443 for HTTP"
            }
            Self::TimedOut { received: 0 } => {
                "the port may not speak TLS, the server may be busy, or a filter may drop this \
                 ClientHello: raise the limit with `--timeout SECS`, or send another with `--as STACK`"
            }
            Self::TimedOut { .. } => "raise the limit with `--timeout SECS`",
            Self::Closed { received: 0 } | Self::Broken { received: 0, .. } => {
                "check the port: a server without TLS, one that expects a load balancer's PROXY \
                 header, or a firewall often closes the connection after a ClientHello"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "connection_broken",
            Self::Closed { .. } => "connection_closed",
            Self::NotTls { .. } => "not_tls",
            Self::Alert(_) => "alert",
            Self::Version(_) => "version",
            Self::Incompatible(_) | Self::Lacking(_) => "incompatible",
            Self::WrongSignature => "wrong_signature",
            Self::TooLarge { .. } => "too_large",
            Self::TooMuch => "too_much",
            Self::Useless => "useless_records",
            Self::Protocol(_) => "protocol",
            Self::TimedOut { .. } => "timed_out",
        }
    }

    fn stage(&self) -> &'static str {
        "handshake"
    }
}

/// Whether the peer, not the network, ended the connection.
pub(crate) fn hung_up(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted
    )
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { error, received } if hung_up(error) => {
                write!(f, "the server reset the connection {}", after(*received))
            }
            Self::Broken { error, received } => {
                write!(f, "the connection broke {}: {error}", after(*received))
            }
            Self::Closed { received } => {
                write!(f, "the server closed the connection {}", after(*received))
            }
            Self::NotTls { protocol: Some(protocol @ Plain::Ssl2), .. } => {
                write!(f, "the server speaks {protocol}, which is older than TLS")
            }
            Self::NotTls { protocol: Some(protocol @ (Plain::Mqtt | Plain::Mysql)), .. } => {
                write!(f, "the port speaks {protocol} without TLS")
            }
            Self::NotTls { protocol: Some(protocol), answer } => {
                write!(f, "the port speaks {protocol} without TLS; it answered `{}`", answer.line())
            }
            Self::NotTls { protocol: None, answer } => {
                write!(f, "the server does not speak TLS; it answered `{}`", answer.line())
            }
            Self::Alert(description) => {
                write!(f, "the server refused the handshake: alert {}", alert_name(*description))
            }
            Self::Version(number) => {
                write!(f, "the server supports at most {}", version_name(*number))
            }
            Self::Lacking(what) => {
                write!(f, "the server speaks TLS 1.3 with {what}, which certgrab does not support")
            }
            Self::Incompatible(said) => f.write_str(&said.line()),
            Self::WrongSignature => f.write_str(
                "the server signed the handshake with a key that does not match its certificate",
            ),
            Self::TooLarge { what, bytes: Some(bytes), most } => {
                write!(f, "the server sent a {what} of {bytes} bytes; expected at most {most}")
            }
            Self::TooLarge { what, bytes: None, most } => {
                write!(f, "the server sent a {what} of more than {most} bytes")
            }
            Self::TooMuch => {
                write!(
                    f,
                    "the server sent more than {MAX_PEER_BYTES} bytes without completing the \
                     handshake"
                )
            }
            Self::Useless => f.write_str("the server sent too many records without content"),
            Self::Protocol(problem) => f.write_str(&problem.line()),
            Self::TimedOut { received: 0 } => {
                f.write_str("timed out: the server accepted the connection but sent nothing")
            }
            Self::TimedOut { received } => {
                write!(f, "timed out: the server stalled {}", after(*received))
            }
        }
    }
}

fn after(received: usize) -> String {
    match received {
        0 => "before any data arrived".to_owned(),
        _ => format!("after {}", counted(received, "byte")),
    }
}

/// The name in RFC 8446 section 6, `handshake_failure`, or the number of an unknown alert.
pub(crate) fn alert_name(description: AlertDescription) -> String {
    let debug = format!("{description:?}");
    // For an alert that it does not know, rustls shows the number.
    if !debug.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return u8::from(description).to_string();
    }
    let mut name = String::new();
    for character in debug.chars() {
        if character.is_ascii_uppercase() && name.ends_with(|last: char| last.is_ascii_lowercase())
        {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    // The RFC spells this one, and only this one, the American way.
    name.replace("unrecognised", "unrecognized")
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_have_the_names_of_the_rfc() {
        assert_eq!(alert_name(AlertDescription::HandshakeFailure), "handshake_failure");
        assert_eq!(alert_name(AlertDescription::UnrecognisedName), "unrecognized_name");
        assert_eq!(alert_name(AlertDescription::from(200)), "200");
    }

    #[test]
    fn a_refused_offer_is_repeated_and_silence_is_reported() {
        let broken = |kind| Error::Broken { error: io::Error::from(kind), received: 0 };
        for yes in [
            Error::Alert(AlertDescription::ProtocolVersion),
            Error::Version(0x0301),
            Error::Closed { received: 0 },
            broken(io::ErrorKind::ConnectionReset),
        ] {
            assert!(yes.is_about_negotiation(), "{yes}");
        }
        for no in [
            Error::Alert(AlertDescription::UnrecognisedName),
            Error::TimedOut { received: 0 },
            Error::WrongSignature,
            Error::Closed { received: 9 },
            broken(io::ErrorKind::TimedOut),
            Error::not_tls(b"SSH-2.0-x"),
        ] {
            assert!(!no.is_about_negotiation(), "{no}");
        }
    }
}
