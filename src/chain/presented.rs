//! The presented chain: the certificates of a server's Certificate message, each with its position.
//!
//! The first certificate is the leaf, whether or not it can be read (RFC 8446 section 4.4.2). The only
//! access to it is [`Presented::leaf`], which returns an error if it cannot be read, so no later
//! certificate is mistaken for the leaf.

use std::{fmt, net::IpAddr, sync::Arc};

use super::Handshake;
use crate::{
    text::diagnostic::Diagnostic,
    trust::store::Source,
    x509::{
        certificate::{Certificate, KeyPossession, Malformed, Sha256},
        key::{Curve, ED25519, Key},
        signature,
    },
};

/// The most certificates kept of a chain, readable or not, without duplicates: four times the longest
/// path that rustls-webpki builds.
pub const MAX_CERTIFICATES: usize = 32;

/// The most certificates kept as they were sent, for each certificate kept without duplicates: a server
/// that repeats each certificate three times is still judged by everything it sent.
const SENT_PER_KEPT: usize = 4;

/// The most certificates of a short chain: one more than servers usually send. With four above the leaf
/// there are at most 65 partial paths and 20 signatures.
const SHORT_CHAIN: usize = 5;

/// The most bytes of a short chain: 16 KiB, what one record holds.
const SHORT_CHAIN_BYTES: usize = 16 * 1024;

/// The most bits of an RSA key in a short chain: the largest that public CAs have.
const SHORT_RSA_BITS: usize = 4096;

/// The most bytes of an RSA exponent in a short chain: 65537 has three.
const SHORT_EXPONENT_BYTES: usize = 4;

/// What a server presented.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Presented {
    /// The message as it was sent: in its order, with duplicates and what cannot be read.
    message: Vec<Arc<[u8]>>,
    leaf: Option<Certificate>,
    above: Vec<Certificate>,
    /// The position of each certificate of `above` in the message.
    positions: Vec<usize>,
    unreadable: Vec<Unreadable>,
    dropped: usize,
    /// Where they came from.
    pub source: Source,
    /// The handshake it came from; `None` if it was read from a file.
    pub handshake: Option<Handshake>,
    /// The address of the server.
    pub peer: Option<IpAddr>,
    /// The other addresses of its name.
    pub others: Vec<OtherAddress>,
}

/// Another address of the name than the one that presented the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAddress {
    /// The address.
    pub address: IpAddr,
    /// Why it presented no chain, if it was asked.
    pub failure: Option<String>,
}

/// A certificate that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// Its position in the message, from 1.
    pub position: usize,
    /// Why it could not be read.
    pub problem: Malformed,
    /// The SHA-256 of its bytes.
    pub sha256: Sha256,
}

/// Why there is no leaf to verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafError {
    /// No certificate was presented.
    Absent,
    /// The first certificate could not be read.
    Unreadable(Malformed),
}

/// A certificate as it was presented.
#[derive(Debug, Clone, Copy)]
pub enum Sent<'a> {
    /// It could be read.
    Certificate(&'a Certificate),
    /// It could not.
    Unreadable(&'a Unreadable),
}

impl Presented {
    /// Reads the certificates of a Certificate message; unreadable ones are kept as such.
    #[must_use]
    pub fn from_message<'a>(message: impl IntoIterator<Item = &'a [u8]>, source: Source) -> Self {
        Self::at_most(MAX_CERTIFICATES, message, source)
    }

    /// The same with another limit, for chains that no server sent: test suites have graphs instead of
    /// chains.
    pub(crate) fn at_most<'a>(
        most: usize,
        message: impl IntoIterator<Item = &'a [u8]>,
        source: Source,
    ) -> Self {
        let mut presented = Self {
            message: Vec::new(),
            leaf: None,
            above: Vec::new(),
            positions: Vec::new(),
            unreadable: Vec::new(),
            dropped: 0,
            source,
            handshake: None,
            peer: None,
            others: Vec::new(),
        };
        for (index, der) in message.into_iter().enumerate() {
            presented.add(index + 1, der, most);
        }
        presented
    }

    fn add(&mut self, position: usize, der: &[u8], most: usize) {
        if self.message.len() < most * SENT_PER_KEPT {
            let twin = self.message.iter().find(|known| ***known == *der).cloned();
            self.message.push(twin.unwrap_or_else(|| der.into()));
        }
        if self.kept() == most || self.certificates().any(|known| known.der() == der) {
            self.dropped += 1;
            return;
        }
        match signature::certificate(der) {
            Ok(certificate) if position == 1 => self.leaf = Some(certificate),
            Ok(certificate) => {
                self.above.push(certificate);
                self.positions.push(position);
            }
            Err(problem) => {
                let sha256 = Sha256::of(der);
                if self.unreadable.iter().any(|known| known.sha256 == sha256) {
                    self.dropped += 1;
                } else {
                    self.unreadable.push(Unreadable { position, problem, sha256 });
                }
            }
        }
    }

    fn kept(&self) -> usize {
        usize::from(self.leaf.is_some()) + self.above.len() + self.unreadable.len()
    }

    /// The certificates as they were sent, in DER: in their order, with duplicates and with those
    /// that cannot be read. TLS stacks judge these.
    #[must_use]
    pub fn message(&self) -> Vec<&[u8]> {
        self.message.iter().map(AsRef::as_ref).collect()
    }

    /// The server's own certificate: the first of the message.
    ///
    /// # Errors
    ///
    /// [`LeafError`] if there is none, or if it could not be read; no other certificate replaces it.
    pub fn leaf(&self) -> Result<&Certificate, LeafError> {
        self.leaf.as_ref().ok_or_else(|| match self.unreadable.first() {
            Some(Unreadable { position: 1, problem, .. }) => LeafError::Unreadable(*problem),
            _ => LeafError::Absent,
        })
    }

    /// The readable certificates after the first, in the order sent, each once.
    #[must_use]
    pub fn above_leaf(&self) -> &[Certificate] {
        &self.above
    }

    /// All readable certificates, in the order sent, each once. The first of them may not be the
    /// leaf, see [`Presented::leaf`].
    pub fn certificates(&self) -> impl Iterator<Item = &Certificate> + Clone {
        self.leaf.iter().chain(&self.above)
    }

    /// The certificates that could not be read.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// How many certificates were not kept: duplicates, and those after the first 32.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Whether the message had more certificates than [`Presented::message`] keeps.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.message.len() < self.count()
    }

    /// How many certificates the message had.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept() + self.dropped
    }

    /// The kept certificates, each with its position in the message, from 1, in the order sent.
    #[must_use]
    pub fn numbered(&self) -> Vec<(usize, Sent<'_>)> {
        let leaf = self.leaf.iter().map(|leaf| (1, Sent::Certificate(leaf)));
        let above = self.positions.iter().copied().zip(self.above.iter().map(Sent::Certificate));
        let unreadable = self.unreadable.iter().map(|one| (one.position, Sent::Unreadable(one)));
        let mut all: Vec<_> = leaf.chain(above).chain(unreadable).collect();
        all.sort_by_key(|(position, _)| *position);
        all
    }

    /// Whether both sent the same certificates in the same order.
    #[must_use]
    pub fn is_same_chain(&self, other: &Self) -> bool {
        self.message == other.message
    }

    /// The SHA-256 of each certificate, in the order sent. They are equal for chains that
    /// [`Presented::is_same_chain`] reports as the same.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<Sha256> {
        self.message.iter().map(|der| Sha256::of(der)).collect()
    }

    /// The chain without `taken`; the leaf stays.
    #[must_use]
    pub fn without(&self, taken: &[Certificate]) -> Self {
        let kept = self.above.iter().cloned().zip(self.positions.iter().copied());
        let (above, positions) = kept.filter(|(one, _)| !taken.contains(one)).unzip();
        let is_taken = |der: &[u8]| taken.iter().any(|one| one.der() == der);
        let own = self.leaf.as_ref().map_or(0, |_| 1);
        let places = self.message.iter().enumerate();
        let message = places.filter(|(place, der)| *place < own || !is_taken(der));
        let message = message.map(|(_, der)| Arc::clone(der)).collect();
        Self { message, above, positions, ..self.clone() }
    }

    /// Whether the chain is judged within milliseconds, whatever it contains: few certificates, few
    /// bytes, and keys whose signatures are checked in half a millisecond.
    #[must_use]
    pub fn is_short(&self) -> bool {
        let bytes: usize = self.message.iter().map(|der| der.len()).sum();
        self.count() <= SHORT_CHAIN
            && bytes <= SHORT_CHAIN_BYTES
            && self.certificates().all(|certificate| is_quick(certificate.key()))
    }

    /// Whether the peer proved possession of the key of the first certificate; a file proves nothing.
    #[must_use]
    pub fn key_possession(&self) -> KeyPossession {
        let handshake = self.handshake.as_ref();
        handshake.map_or(KeyPossession::NotProven, |handshake| handshake.key_possession)
    }

    /// Keeps the handshake of another answer with the same chain if only that one proved possession.
    pub(crate) fn keep_the_better(&mut self, other: Self) {
        if self.key_possession() == KeyPossession::NotProven
            && other.key_possession() == KeyPossession::Proven
        {
            self.handshake = other.handshake;
        }
    }
}

/// Whether a signature by `key` is checked in half a millisecond at most.
fn is_quick(key: &Key) -> bool {
    match key {
        Key::Rsa { exponent, .. } => {
            key.bits().is_some_and(|bits| bits <= SHORT_RSA_BITS)
                && exponent.len() <= SHORT_EXPONENT_BYTES
        }
        Key::Ec { .. } => matches!(key.curve(), Some(Curve::P256 | Curve::P384)),
        Key::Other(algorithm) => *algorithm == ED25519,
        Key::Unknown(_) => false,
    }
}

impl fmt::Display for LeafError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("the server sent no certificate"),
            Self::Unreadable(problem) => {
                write!(f, "the server's certificate is {problem}")
            }
        }
    }
}

impl std::error::Error for LeafError {}

impl Diagnostic for LeafError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Absent => "no_certificate",
            Self::Unreadable(_) => "unreadable_leaf",
        }
    }

    fn stage(&self) -> &'static str {
        "path"
    }
}
