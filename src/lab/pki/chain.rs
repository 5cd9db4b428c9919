//! The description of a chain: its certificates, what the server sends, and what the device holds.

use std::io;

use super::certificate::Certificate;
use super::key::{Key, Kind};
use super::keyring::Keyring;
use super::name::dns;

/// The host in the certificate of a sound chain.
pub const HOST: &str = "mqtt.home.example";

/// A chain: certificates that refer to their issuers by place.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The leaf, the intermediate, the root, then those that cases add.
    pub certificates: Vec<Certificate>,
    /// What the server sends, in order.
    pub sent: Vec<usize>,
    /// What the device holds.
    pub anchors: Vec<usize>,
    /// The name or address that the device connects to.
    pub host: String,
}

/// A chain in DER.
#[derive(Clone, Debug)]
pub struct Built {
    /// What the server sends, in order.
    pub sent: Vec<Vec<u8>>,
    /// What the device holds.
    pub anchors: Vec<Vec<u8>>,
    /// The private key of the leaf, in PEM.
    pub key: String,
    /// The name or address that the device connects to.
    pub host: String,
}

impl Chain {
    /// A chain that every TLS stack accepts: a root, one intermediate, a leaf, with keys of one kind.
    pub fn sound(kind: Kind) -> Self {
        let key = |owner| Key { kind, owner };
        let certificates = vec![
            Certificate::server(&[dns(HOST)], key("leaf"), 1, 1),
            Certificate::authority("Home Intermediate", key("int"), 2, 2),
            Certificate::root("Home Root", key("root"), 3, 2),
        ];
        Self { certificates, sent: vec![0, 1], anchors: vec![2], host: HOST.to_owned() }
    }

    /// Adds a certificate that is neither sent nor held yet; its place.
    pub fn add(&mut self, certificate: Certificate) -> usize {
        self.certificates.push(certificate);
        self.certificates.len() - 1
    }

    /// Its DER, with keys and signatures from `keys`.
    ///
    /// # Errors
    ///
    /// An error of the command `openssl`, or of starting it, for rare kinds of keys and signatures.
    pub fn build(&self, keys: &Keyring) -> io::Result<Built> {
        let der = |place: &usize| {
            let certificate = &self.certificates[*place];
            certificate.der(&self.certificates[certificate.issuer], keys)
        };
        Ok(Built {
            sent: self.sent.iter().map(der).collect::<io::Result<_>>()?,
            anchors: self.anchors.iter().map(der).collect::<io::Result<_>>()?,
            key: keys.pem(self.certificates[0].key)?,
            host: self.host.clone(),
        })
    }
}
