//! Shakes hands and records the certificates that the server presents.
//!
//! In: a connected stream. Out: [`Presented`]: the certificates in the order sent, and how much
//! the handshake proved. Whether they are worth anything is left to `path` and `verify`.

pub(crate) mod client_hello;
pub(crate) mod error;
mod extra_groups;
mod not_tls;
pub mod probe;
mod recorder;
pub(crate) mod records;
mod rustls_error;
pub(crate) mod server_flight;
mod verdict;

pub mod cleartext;
pub mod full;
pub mod hello_retry;

use std::{fmt, net::IpAddr};

pub use self::error::{Error, MAX_PEER_BYTES};
pub use self::not_tls::Plain;
pub(crate) use self::not_tls::{answers_mqtt, may_be_tls, recognise};
pub use self::records::{
    MAX_CERTIFICATE_MESSAGE_BYTES, MAX_CERTIFICATE_REQUEST_BYTES, MAX_MESSAGE_BYTES,
    MAX_USELESS_RECORDS,
};
pub use self::verdict::Verdict;

use crate::chain::{MaxFragmentLength, version_name};
use crate::{
    trust::store::Source,
    x509::{
        certificate::{Certificate, KeyPossession, Malformed},
        signature,
    },
};

/// Certificates kept of one chain, duplicates not counted: four times the longest path that
/// rustls-webpki builds.
pub const MAX_CERTIFICATES: usize = 32;

/// What a server presented.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The certificates that could be read, in the order sent, each once.
    pub certificates: Vec<Certificate>,
    /// Where they came from.
    pub source: Source,
    /// Those that could not be read: position in the message, from 1, and why.
    pub unreadable: Vec<(usize, Malformed)>,
    /// Certificates sent again or past [`MAX_CERTIFICATES`], which were not kept.
    pub dropped: usize,
    /// How it was learned; `None` if it was read from a file.
    pub handshake: Option<Handshake>,
    /// The address at which the server was reached.
    pub peer: Option<IpAddr>,
}

/// How a handshake went, as far as certgrab let it go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The way of shaking hands.
    pub method: Method,
    /// The number of the version (RFC 8446 section 4.2.1), see [`Handshake::version_name`].
    pub version: u16,
    /// The name in the IANA registry, `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// Whether the peer signed with the key of its certificate.
    pub key_possession: KeyPossession,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// Bytes of the Certificate message with its 4-byte header (RFC 8446 section 4.4.2): what a
    /// device must be able to hold at once.
    pub certificate_message_bytes: usize,
    /// The size of records that the server was asked to keep to (RFC 6066 section 4).
    pub asked_fragment_length: Option<MaxFragmentLength>,
    /// The one that it agreed to.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// Why the full handshake was not finished, in one sentence; `None` if it was, or was not tried.
    pub incomplete: Option<String>,
}

/// A way of shaking hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With keys agreed and the server's signature seen.
    Full,
    /// Only the messages that TLS 1.2 and older send before anything is encrypted.
    Cleartext,
}

impl Presented {
    /// Reads the certificates of a Certificate message; what is no certificate is kept as such.
    #[must_use]
    pub fn from_message<'a>(message: impl IntoIterator<Item = &'a [u8]>, source: Source) -> Self {
        let mut presented = Self {
            certificates: Vec::new(),
            source,
            unreadable: Vec::new(),
            dropped: 0,
            handshake: None,
            peer: None,
        };
        for (index, der) in message.into_iter().enumerate() {
            let again = presented.certificates.iter().any(|known| known.der() == der);
            if again || presented.certificates.len() == MAX_CERTIFICATES {
                presented.dropped += 1;
                continue;
            }
            match signature::certificate(der) {
                Ok(certificate) => presented.certificates.push(certificate),
                Err(problem) => presented.unreadable.push((index + 1, problem)),
            }
        }
        presented
    }

    /// Whether the peer proved that it holds the key of its certificate; a file proves nothing.
    #[must_use]
    pub fn key_possession(&self) -> KeyPossession {
        let handshake = self.handshake.as_ref();
        handshake.map_or(KeyPossession::NotProven, |handshake| handshake.key_possession)
    }
}

impl Handshake {
    /// `TLS 1.3`, `TLS 1.2`, ... `TLS 1.0`.
    #[must_use]
    pub fn version_name(&self) -> String {
        version_name(self.version)
    }
}

impl Presented {
    /// Takes over the handshake of another answer with the same chain, if that proved more.
    pub(crate) fn keep_the_better(&mut self, other: Self) {
        if self.key_possession() == KeyPossession::NotProven
            && other.key_possession() == KeyPossession::Proven
        {
            self.handshake = other.handshake;
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("full"),
            Self::Cleartext => f.write_str("cleartext"),
        }
    }
}
