//! The ways to query a server.

use std::net::SocketAddr;

use rustls_pki_types::DnsName;

use crate::{
    chain::Version,
    run::grab::Options,
    stack::{
        client::Device,
        hello::{Authentication, Hello},
    },
    tls::probe::Way,
};

/// One query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The address; `None` if a proxy resolves the name.
    pub address: Option<SocketAddr>,
    /// What the client offers.
    pub client: Client,
    /// Whether the name is sent in the ClientHello.
    pub names: bool,
}

/// What a client offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// One kind of key, and either TLS 1.3 or older versions.
    Restricted {
        /// The kind of key that the client accepts.
        authentication: Authentication,
        /// TLS 1.3, or [`Version::Tls12`] for that and older versions.
        version: Version,
    },
    /// What the options select: everything that certgrab supports, or what one device supports.
    AsOptions,
    /// What a device supports.
    Device(&'static Device),
}

impl Question {
    /// The address in words.
    #[must_use]
    pub fn place(&self) -> String {
        self.address.map_or("by proxy".to_owned(), |address| address.to_string())
    }

    /// The address without the port, in words.
    #[must_use]
    pub fn host(&self) -> String {
        self.address.map_or("by proxy".to_owned(), |address| address.ip().to_string())
    }

    /// The device whose ClientHello is sent.
    #[must_use]
    pub const fn device(&self) -> Option<&'static str> {
        match self.client {
            Client::Device(device) => Some(device.name),
            _ => None,
        }
    }

    /// The kind of key that the client accepts, in words.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self.client {
            Client::Restricted { authentication: Authentication::Rsa, .. } => "RSA",
            Client::Restricted { authentication: Authentication::Ecdsa, .. } => "ECDSA",
            Client::AsOptions | Client::Device(_) => "any",
        }
    }

    /// The versions of TLS that the client accepts, in words.
    #[must_use]
    pub const fn versions(&self) -> &'static str {
        match self.client {
            Client::Restricted { version: Version::Tls13, .. } => "TLS 1.3",
            Client::Restricted { .. } => "TLS 1.2 or older",
            Client::AsOptions | Client::Device(_) => "any",
        }
    }
}

impl Client {
    /// The ClientHello, and the handshakes that may be tried with it.
    pub(super) fn hello(self, name: Option<DnsName<'static>>, options: &Options) -> (Hello, Way) {
        match (self, options.device) {
            (Self::Restricted { authentication, version }, _) => {
                let mut hello = Hello::usual(name).only(authentication);
                hello.newest = version;
                match version {
                    Version::Tls13 => (Hello { oldest: version, ..hello }, Way::Full),
                    _ => (hello, options.way),
                }
            }
            (Self::Device(device), _) | (Self::AsOptions, Some(device)) => {
                let way = if options.way == Way::Auto { Way::Reader } else { options.way };
                (device.hello(name), way)
            }
            (Self::AsOptions, None) => (Hello::usual(name), options.way),
        }
    }
}
