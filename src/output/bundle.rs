//! The certificates to embed, with the facts that are printed with them.
//!
//! In: what `verify` proved, or the content of a lock. Out: [`Bundle`], everything that `emit` needs.

use std::net::IpAddr;

use crate::{
    text::{foreign::Foreign, time::Time},
    x509::certificate::Certificate,
};

pub use crate::x509::certificate::KeyPossession;

/// The source of an anchor of the lab: the command that created it, with the option for its folder.
pub(crate) const LAB: &str = "certgrab lab";
/// The option for a folder other than the default.
pub(crate) const LAB_FOLDER: &str = " --dir ";
/// The lab's default port: MQTT over TLS (IANA).
pub(crate) const LAB_PORT: u16 = 8883;

/// Whether the source of a certificate is the lab and can be pasted safely into a shell.
#[must_use]
pub(crate) fn is_lab(source: &str) -> bool {
    let is_plain = |one: char| one.is_ascii_alphanumeric() || "-_./".contains(one);
    let is_folder = |folder: &str| {
        !folder.is_empty() && !folder.starts_with('-') && folder.chars().all(is_plain)
    };
    match source.strip_prefix(LAB) {
        Some(rest) => rest.is_empty() || rest.strip_prefix(LAB_FOLDER).is_some_and(is_folder),
        None => false,
    }
}

/// Certificates to embed for one server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bundle {
    /// The host as the user gave it: an A-label name or an IP address without brackets. Empty for
    /// certificates from a file, which do not belong to a server.
    pub host: String,
    /// The TCP port; 0 without a server.
    pub port: u16,
    /// The path of the URL that was followed to the servers, without the query, which may contain a
    /// token.
    pub path: Option<Foreign>,
    /// The certificates to embed, in the order to emit; never empty.
    pub entries: Vec<Entry>,
    /// Whether the peer proved that it holds the key of its certificate.
    pub key_possession: KeyPossession,
    /// The options that led to these certificates, each word as the command reads it, with `FILE`
    /// instead of a path; empty if the target alone leads to them. People paste them into a shell, so
    /// they only contain letters, digits and `-_.:/[]`.
    pub options: Vec<Foreign>,
}

/// One certificate to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The certificate.
    pub certificate: Certificate,
    /// Its role on the device.
    pub role: Role,
    /// Where it was found, for people: `Mozilla's store`.
    pub source: Foreign,
    /// Why this certificate and not another, in one sentence without a full stop.
    pub reason: Option<Foreign>,
    /// The last second at which it is expected to verify the server.
    pub lasts_until: Option<Time>,
    /// For a list of targets, and for the servers behind a URL, those that need it; empty for one
    /// target.
    pub needed_by: Vec<Foreign>,
}

/// The role of a certificate on the device that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The anchor: trusted by itself.
    Anchor,
    /// Another anchor that verifies the server.
    Backup,
    /// A root that the server's future certificates may chain to.
    Sibling,
    /// Between the leaf and the anchor.
    Intermediate,
    /// The server's own certificate.
    Leaf,
}

impl Entry {
    /// A certificate from `source` without a reason, an end date or targets.
    #[must_use]
    pub fn new(certificate: Certificate, role: Role, source: Foreign) -> Self {
        Self { certificate, role, source, reason: None, lasts_until: None, needed_by: Vec::new() }
    }
}

impl Bundle {
    /// Whether the certificates are for a server.
    #[must_use]
    pub fn has_a_server(&self) -> bool {
        !self.host.is_empty() || self.port != 0
    }

    /// The `entries` for `host` and `port`, found without options.
    #[must_use]
    pub fn new(
        host: String,
        port: u16,
        entries: Vec<Entry>,
        key_possession: KeyPossession,
    ) -> Self {
        Self { host, port, path: None, entries, key_possession, options: Vec::new() }
    }

    /// `host:port` as people type it, an IPv6 address in brackets (RFC 3986 section 3.2.2).
    #[must_use]
    pub fn target(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// The command that plays the server, if it is one of the lab, for pasting into a shell.
    #[must_use]
    pub fn lab_command(&self) -> Option<String> {
        let source = self.entries.first()?.source.whole();
        let (host, port) = (&self.host, self.port);
        let place = match host.parse::<IpAddr>() {
            _ if host == "localhost" && port == LAB_PORT => String::new(),
            _ if host == "localhost" => format!(" --listen 127.0.0.1:{port}"),
            Ok(address) if !address.is_loopback() => format!(" --listen {}", self.target()),
            _ => format!(" --listen ADDR:{port} --host {host}"),
        };
        is_lab(source).then(|| format!("{source}{place}"))
    }

    /// The end of the constants' names: what the certificates are.
    #[must_use]
    pub fn constant_suffix(&self) -> &'static str {
        let has = |role: Role| self.entries.iter().any(|entry| entry.role == role);
        match (has(Role::Leaf), has(Role::Intermediate), has(Role::Anchor)) {
            (true, false, false) => "CERTIFICATE",
            (true, ..) => "CA_CHAIN",
            (false, true, false) => "INTERMEDIATE_CA",
            (false, ..) => "ROOT_CA",
        }
    }
}

impl Role {
    /// The role in one word, as locks, comments and JSON write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Anchor => "anchor",
            Self::Backup => "backup",
            Self::Sibling => "sibling",
            Self::Intermediate => "intermediate",
            Self::Leaf => "leaf",
        }
    }

    /// The role that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Anchor, Self::Backup, Self::Sibling, Self::Intermediate, Self::Leaf]
            .into_iter()
            .find(|role| role.word() == word)
    }
}
