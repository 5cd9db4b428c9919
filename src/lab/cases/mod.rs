//! The cases of the lab: what each server does, and how a sound device reacts.
//!
//! In: the name of the host that the device expects. Out: a [`Presentable`] chain and how it is
//! [`Played`]. A case is one row of [`CASES`]; what it changes in a sound chain is in `chains`.

mod chains;
mod plan;
mod table;

use std::io;

use crate::lab::pki::Keyring;

use self::plan::Plan;
pub use self::plan::{Life, Presentable};
pub use self::table::CASES;

/// A server of the lab.
#[derive(Clone, Copy)]
pub struct Case {
    /// Short and unique.
    pub id: &'static str,
    /// What the server is or presents, after "a server with ..." or by itself.
    pub title: &'static str,
    /// What it is about.
    pub group: Group,
    /// What a sound device does.
    pub must: Must,
    /// Where that is specified.
    pub rule: &'static str,
    /// How the server behaves.
    pub played: Played,
    /// Names of stacks, with commas, whose library accepts this by default, if the table does not say so
    /// about the chain.
    pub accepted_by: &'static str,
    change: fn(&mut Plan<'_>),
}

/// What a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A server as it should be.
    Sound,
    /// Who issued the certificate.
    Issuer,
    /// Whose certificate it is.
    Name,
    /// When it is valid.
    Dates,
    /// What it may be used for.
    Usage,
    /// Keys and digests that are too weak.
    Weak,
    /// Whether the server holds the key.
    Possession,
    /// Octets that are not a certificate.
    Encoding,
    /// Old versions and key exchanges.
    Old,
    /// A sound server of a rare kind.
    Rare,
}

/// What a sound device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Must {
    /// It connects and continues.
    Connect,
    /// It connects unless its library does not support something.
    Try,
    /// It refuses.
    Refuse,
    /// It reconnects after the lab closed the connection.
    Return,
}

/// How a server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// It completes the handshake.
    Whole(Whole),
    /// It sends its first messages and computes no keys.
    FirstMessages(First),
    /// It closes the connection in the middle of its first message.
    Closing,
}

/// A handshake that is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// Which versions the server supports.
    pub versions: Versions,
    /// The most octets of a record's plaintext, if fewer than usual.
    pub record_octets: Option<usize>,
    /// Whether it asks the device for a certificate.
    pub client: ClientCertificate,
    /// How long it waits before it answers.
    pub delay_ms: u64,
}

/// Which versions a server supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Versions {
    Both,
    Tls12,
    Tls13,
}

/// Whether a server asks the device for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ClientCertificate {
    No,
    Asked,
    Required,
}

/// A server that only sends its first messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// In TLS 1.0.
    Tls10,
    /// With a cipher suite that encrypts a secret with the RSA key of the certificate.
    RsaKeyExchange,
    /// With an application protocol that the device did not offer.
    UnofferedProtocol,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Case {
    /// The case called `id`.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.id == id)
    }

    /// The chain that its server presents to a device that expects `host`.
    ///
    /// # Errors
    ///
    /// An error of the file system, where keys are kept.
    pub fn present(&self, host: &str, life: Life, keys: &Keyring) -> io::Result<Presentable> {
        let mut plan = Plan::sound(host, life);
        (self.change)(&mut plan);
        plan.build(keys)
    }
}
