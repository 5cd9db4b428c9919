//! The properties of a format; `table.rs` has a row for each.

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Format {
    /// The name on the command line; it does not change.
    pub name: &'static str,
    /// Who reads it.
    pub reader: &'static str,
    /// When to use it.
    pub purpose: &'static str,
    /// Whether the output is text.
    pub is_text: bool,
    pub(super) kind: Kind,
    pub(super) demand: Demand,
    pub(super) stored: Stored,
}

/// How a format is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The PEM blocks one after the other.
    Pem,
    /// The one certificate in DER.
    Der,
    /// PKCS #7 in PEM.
    Pkcs7,
    /// The lock that builds read.
    Lock,
    /// Names and keys, found by an index of offsets (newer ESP-IDF).
    EspBundle,
    /// Names and keys one after the other (older ESP-IDF).
    EspBundleV1,
    /// A truststore in PKCS #12.
    Pkcs12,
    /// A truststore in Java's older format.
    Jks,
    /// An archive of `ar` with a DER file for each certificate.
    CertsAr,
    /// The partition of ESP-AT's certificates.
    EspAtPki,
    /// Generated source, by the name of its template.
    Source(&'static str),
}

/// What a format requires of the certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// One certificate or more.
    Any,
    /// Exactly one certificate.
    One,
    /// PEM text with its NUL of at most this many bytes.
    PemUnder(usize),
    /// Keys that BearSSL supports.
    BearSslKeys,
    /// A named server.
    Server,
}

/// The part of a format that a device stores in its flash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// The file as it is copied to the device.
    File,
    /// The PEM text and its NUL.
    PemAndNul,
    /// The DER certificates, and the table of several.
    Der,
    /// Name and bare key of each certificate, and BearSSL's table of them.
    BearSslAnchors,
    /// The binary bundle of ESP-IDF.
    EspBundle,
    /// Name and key of each certificate without their outer headers, and rustls's table of them.
    RustlsAnchors,
    /// Nothing: the format is for people and tools.
    Nothing,
}

/// The templates without a constant's name.
const NAMELESS: [&str; 8] = [
    "ios.plist",
    "json-line.json",
    "nvs.csv",
    "sha1.txt",
    "sha256.txt",
    "shelly.json",
    "spki-pin.txt",
    "text.txt",
];

impl Format {
    /// Whether its output contains the name of a constant, so that the name matters.
    #[must_use]
    pub fn holds_a_name(&self) -> bool {
        matches!(self.kind, Kind::Source(template) if !NAMELESS.contains(&template))
    }

    pub(super) const fn binary(self) -> Self {
        Self { is_text: false, ..self }
    }

    pub(super) const fn one(self) -> Self {
        Self { demand: Demand::One, ..self }
    }

    pub(super) const fn demanding(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    pub(super) const fn stored(self, stored: Stored) -> Self {
        Self { stored, ..self }
    }
}
