//! The ClientHello of a device, as received.

mod read;
mod recognise;
mod recorded;
pub mod saved;

pub use self::read::{MAX_HELLO_BYTES, Malformed, of_message, of_records};
pub use self::recognise::{Likeness, recognise};

use serde::{Deserialize, Serialize};

/// A ClientHello (RFC 8446 section 4.1.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientHello {
    /// The version of the message, which TLS 1.3 freezes at TLS 1.2.
    pub legacy_version: u16,
    /// 32 random octets.
    #[serde(skip)]
    pub random: Vec<u8>,
    /// Cipher suites, in order.
    pub suites: Vec<u16>,
    /// Extensions by number, in order.
    pub extensions: Vec<u16>,
    /// Versions of supported_versions, in order; empty without it.
    pub versions: Vec<u16>,
    /// Groups, in order.
    pub groups: Vec<u16>,
    /// Signature schemes, in order.
    pub schemes: Vec<u16>,
    /// The name of server_name.
    #[serde(skip)]
    pub server_name: Option<String>,
    /// Application protocols, in order.
    pub alpn: Vec<String>,
    /// The code of max_fragment_length (RFC 6066 section 4).
    pub max_fragment_length: Option<u8>,
    /// record_size_limit (RFC 8449).
    pub record_size_limit: Option<u16>,
}

impl ClientHello {
    /// Whether the device offers this version.
    #[must_use]
    pub fn offers(&self, version: u16) -> bool {
        match self.versions.as_slice() {
            [] => self.legacy_version >= version && version < 0x0304,
            versions => versions.contains(&version),
        }
    }

    /// Whether the extension is there.
    #[must_use]
    pub fn has(&self, extension: u16) -> bool {
        self.extensions.contains(&extension)
    }

    /// The application protocols as octets.
    pub fn protocols(&self) -> impl Iterator<Item = &[u8]> {
        self.alpn.iter().map(String::as_bytes)
    }
}
