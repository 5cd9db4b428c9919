//! Shared facts: the presented chain, fetched issuers, and the outcome of the handshake.

mod client;
mod issuers;
mod presented;

use std::fmt;

pub use self::client::{Answer, CertificateRequest, Identity, Shown};
pub use self::issuers::{
    Attempt, Fetched, Issuers, MAX_FETCHES, MAX_REDIRECTS, MAX_URL_CHARACTERS, Problem,
};
pub use self::presented::{LeafError, MAX_CERTIFICATES, OtherAddress, Presented, Sent, Unreadable};

use crate::x509::certificate::KeyPossession;

/// The most bytes of plaintext in a record: RFC 5246 section 6.2.1.
pub(crate) const MAX_RECORD_BYTES: usize = 1 << 14;

/// A TLS version that can be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Version {
    /// RFC 2246.
    Tls10 = 0x0301,
    /// RFC 4346.
    Tls11 = 0x0302,
    /// RFC 5246.
    Tls12 = 0x0303,
    /// RFC 8446.
    Tls13 = 0x0304,
}

/// A size that the max_fragment_length extension can ask for (RFC 6066 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum MaxFragmentLength {
    /// 512 bytes.
    Bytes512 = 1,
    /// 1024 bytes.
    Bytes1024 = 2,
    /// 2048 bytes.
    Bytes2048 = 3,
    /// 4096 bytes.
    Bytes4096 = 4,
}

impl MaxFragmentLength {
    /// The most bytes of plaintext in one record.
    #[must_use]
    pub const fn bytes(self) -> usize {
        256 << self as u8
    }

    /// The size for the byte in the extension.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        [Self::Bytes512, Self::Bytes1024, Self::Bytes2048, Self::Bytes4096]
            .into_iter()
            .find(|length| *length as u8 == code)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&version_name(*self as u16))
    }
}

/// The name of a version number in a ServerHello.
#[must_use]
pub(crate) fn version_name(number: u16) -> String {
    match number {
        0x0002 | 0x0200 => "SSL 2.0".to_owned(),
        0x0300 => "SSL 3.0".to_owned(),
        0x0301..=0x0304 => format!("TLS 1.{}", number - 0x0301),
        _ => format!("version 0x{number:04x}"),
    }
}

/// The outcome of a handshake, as far as certgrab continued it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The kind of handshake.
    pub method: Method,
    /// The number of the version (RFC 8446 section 4.2.1), see [`Handshake::version_name`].
    pub version: u16,
    /// The name in the IANA registry, `TLS_AES_128_GCM_SHA256`.
    pub cipher_suite: String,
    /// Whether the peer signed with the key of its certificate.
    pub key_possession: KeyPossession,
    /// Whether the server only answers a client that names an application protocol (ALPN).
    pub needs_protocol: bool,
    /// The server's request for a client certificate, if it made one.
    pub client_certificate: Option<CertificateRequest>,
    /// Bytes of the Certificate message with its 4-byte header (RFC 8446 section 4.4.2): what a
    /// device must be able to hold at once.
    pub certificate_message_bytes: usize,
    /// The requested maximum fragment length (RFC 6066 section 4).
    pub asked_fragment_length: Option<MaxFragmentLength>,
    /// The maximum fragment length that the server agreed to.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// Why the handshake was not completed, in one sentence; `None` if it was, or was not tried.
    pub incomplete: Option<String>,
}

/// A kind of handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A completed handshake: keys agreed and the server's signature checked.
    Full,
    /// Only the unencrypted messages of TLS 1.2 and older.
    Cleartext,
}

impl Handshake {
    /// `TLS 1.3`, `TLS 1.2`, ... `TLS 1.0`.
    #[must_use]
    pub fn version_name(&self) -> String {
        version_name(self.version)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_their_usual_names() {
        assert_eq!(Version::Tls10.to_string(), "TLS 1.0");
        assert_eq!(version_name(0x7f1c), "version 0x7f1c");
    }
}
