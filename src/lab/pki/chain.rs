//! A chain by description: its certificates, what of them is sent, and what the device holds.

use std::io;

use super::certificate::Certificate;
use super::key::{Key, Kind};
use super::keyring::Keyring;
use super::name::dns;

/// The host that a sound chain is for.
pub(crate) const HOST: &str = "mqtt.home.example";

/// A chain: certificates that refer to their issuers by place.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The leaf, the intermediate, the root, then those that departures add.
    pub(crate) certificates: Vec<Certificate>,
    /// What the server sends, in order.
    pub(crate) sent: Vec<usize>,
    /// What the device holds.
    pub(crate) anchors: Vec<usize>,
    /// The name or address that the device connects to.
    pub(crate) host: String,
}

/// The three certificates of a sound chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Position {
    /// The server's certificate.
    Leaf,
    /// The intermediate that issued it.
    Int,
    /// The root, which is the anchor.
    Root,
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

impl Position {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Leaf, Self::Int, Self::Root];

    pub(crate) const fn place(self) -> usize {
        match self {
            Self::Leaf => 0,
            Self::Int => 1,
            Self::Root => 2,
        }
    }

    /// As in the ids of departures.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Int => "int",
            Self::Root => "root",
        }
    }

    /// As in sentences.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Int => "intermediate",
            Self::Root => "root",
        }
    }
}

impl Chain {
    /// A chain that every TLS stack takes: a root, one intermediate, a leaf, with keys of one kind.
    pub fn sound(kind: Kind) -> Self {
        let key = |owner| Key { kind, owner };
        let certificates = vec![
            Certificate::server(&[dns(HOST)], key("leaf"), 1, 1),
            Certificate::authority("Home Intermediate", key("int"), 2, 2),
            Certificate::root("Home Root", key("root"), 3, 2),
        ];
        Self { certificates, sent: vec![0, 1], anchors: vec![2], host: HOST.to_owned() }
    }

    pub(crate) fn at(&mut self, position: Position) -> &mut Certificate {
        &mut self.certificates[position.place()]
    }

    pub(crate) fn leaf(&mut self) -> &mut Certificate {
        self.at(Position::Leaf)
    }

    pub(crate) fn int(&mut self) -> &mut Certificate {
        self.at(Position::Int)
    }

    pub(crate) fn root(&mut self) -> &mut Certificate {
        self.at(Position::Root)
    }

    /// Adds a certificate that is neither sent nor held yet, and returns its place.
    pub(crate) fn add(&mut self, certificate: Certificate) -> usize {
        self.certificates.push(certificate);
        self.certificates.len() - 1
    }

    /// Its DER, with keys and signatures of `keys`.
    ///
    /// # Errors
    ///
    /// That of the command `openssl`, or of starting it, for rare kinds of keys and signatures.
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
