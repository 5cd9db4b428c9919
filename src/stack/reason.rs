//! Why a TLS stack refuses a chain, as facts.
//!
//! Out: [`Refusal`], which certificate and which [`Rule`]. Its text completes "STACK refuses this
//! chain: ...", and [`Rule::remedy`] says what to change on the server.

use std::fmt;

use super::{
    key::{Curve, Digest},
    view::Part,
};

/// Which certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// The one that the server sent at this place, from 0, which is the leaf.
    Sent(usize),
    /// The anchor at this place, from 0.
    Anchor(usize),
}

/// A rule of a TLS stack that a certificate breaks, and which certificate it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The certificate; the leaf where it is about the chain as a whole.
    pub position: Position,
    /// The rule.
    pub rule: Rule,
}

/// What a device with a TLS stack makes of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It connects.
    Connects,
    /// It refuses.
    Refuses(Refusal),
    /// It connects if what certgrab cannot compute holds: count it as a refusal.
    Unknown(Refusal),
}

/// Why the leaf is not for the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameFault {
    /// None of its names is the host.
    Other,
    /// The host stands in the common name alone, which the stack does not look at.
    CommonName,
    /// The stack looks at the common name only where there is no subjectAltName.
    CommonNameBeside,
    /// The stack does not compare addresses with iPAddress.
    Address,
    /// The address stands as a dNSName or in the common name, where the stack does not look for it.
    AddressAsName,
    /// The only name that would fit has a wildcard in a form that the stack does not take.
    Wildcard,
    /// The stack takes the host for no host name.
    IllegalHost,
    /// One of the two has a full stop at its end.
    TrailingDot,
    /// The stack takes no host name of one label.
    NoDomain,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// The server sent none.
    NoCertificate,
    /// The stack cannot read this part.
    Unreadable(Part),
    /// serialNumber has no octets.
    EmptySerial,
    /// serialNumber has needless leading zeros.
    PaddedSerial,
    /// serialNumber is below zero.
    NegativeSerial,
    /// serialNumber is 0.
    ZeroSerial,
    /// serialNumber has more octets than the stack has room for.
    LongSerial {
        /// Its octets.
        octets: usize,
        /// The most that the stack takes.
        most: usize,
    },
    /// A name in it is longer than the stack has room for.
    LongName,
    /// subjectAltName has a name that the stack cannot read, beside whatever else.
    BadAlternativeName(&'static str),
    /// The extension stands there twice.
    DuplicateExtension(String),
    /// The stack does not know this critical extension.
    CriticalExtension(String),
    /// The signature algorithm inside and outside of what is signed differ.
    AlgorithmsDiffer,
    /// Past notAfter.
    Expired,
    /// Before notBefore.
    NotYetValid,
    /// The leaf is not for the host.
    Name(NameFault),
    /// keyUsage of the leaf has no digitalSignature.
    NoDigitalSignature,
    /// extKeyUsage has no serverAuth.
    Purpose,
    /// The Netscape certificate type has no SSL server.
    NetscapeType,
    /// No basicConstraints with CA:TRUE.
    NotCa,
    /// A CA certificate of X.509 version 1.
    VersionOneCa,
    /// keyUsage without keyCertSign.
    NoKeyCertSign,
    /// A CA certificate without keyUsage.
    NoKeyUsage,
    /// keyUsage with keyCertSign, without CA:TRUE.
    KeyCertSignWithoutCa,
    /// More CA certificates below it than its pathLenConstraint allows.
    PathLength,
    /// The leaf has CA:TRUE.
    CaAsLeaf,
    /// No certificate at hand has the name of its issuer.
    IssuerMissing,
    /// The issuer was sent, but not where the stack looks for it.
    OutOfOrder,
    /// The issuer's name is the same in another encoding, which counts as another name.
    IssuerSpelling,
    /// authorityKeyIdentifier names another key or another certificate than the issuer's.
    KeyIdentifier,
    /// The stack takes it for self-signed: issuer and subject have one name, and no key identifier
    /// tells them apart.
    SameName,
    /// The signature is not by the key of the issuer.
    WrongSignature,
    /// The anchor is not self-signed, and the stack ends in none other.
    AnchorNotSelfSigned,
    /// The leaf is the anchor, and the stack takes none that a CA issued.
    LeafAnchor,
    /// The stack does not compare the leaf with CA anchors, or the other way round.
    AnchorKind,
    /// A nameConstraints above it does not permit a name of it.
    NameConstraints,
    /// A policyConstraints requires a policy that the path does not have.
    Policy,
    /// Signed over a digest that the stack does not take.
    WeakDigest(Digest),
    /// Signed in a way that the stack does not verify.
    Scheme(&'static str),
    /// An RSA key of a size that the stack does not take.
    RsaSize {
        /// Its bits.
        bits: usize,
    },
    /// An RSA key with an exponent that the stack does not take.
    RsaExponent,
    /// A key on a curve that the stack does not take.
    Curve(Curve),
    /// A key of a kind that the stack does not take.
    KeyKind(&'static str),
    /// A compressed point.
    CompressedPoint,
    /// A curve written out instead of named.
    ExplicitCurve,
    /// The server cannot sign the handshake with this key in a way that the device offers.
    Handshake,
    /// The TLS feature extension requires a stapled OCSP response.
    MustStaple,
    /// It lacks a TLS feature that a certificate above it requires (RFC 7633 section 4.2.2).
    TlsFeature,
    /// The Certificate message is longer than the stack has room for.
    MessageLength {
        /// Its octets.
        octets: usize,
        /// The most that the stack takes.
        most: usize,
    },
    /// The path has more certificates than the stack follows.
    ChainLength {
        /// The most that the stack takes.
        most: usize,
    },
    /// A strict check of RFC 5280 that is off elsewhere.
    Strict(&'static str),
    /// The signature on it is of a kind that certgrab cannot compute.
    NotComputed,
}

impl Verdict {
    /// Whether it connects, as far as certgrab can tell.
    #[must_use]
    pub const fn connects(&self) -> bool {
        matches!(self, Self::Connects)
    }

    /// Why it does not connect.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Connects => None,
            Self::Refuses(refusal) | Self::Unknown(refusal) => Some(refusal),
        }
    }
}

impl Refusal {
    /// The leaf, for what is about the chain as a whole.
    pub(super) const fn of_chain(rule: Rule) -> Self {
        Self { position: Position::Sent(0), rule }
    }

    /// Whether it is about the chain and not about one certificate.
    #[must_use]
    pub const fn is_of_chain(&self) -> bool {
        matches!(
            self.rule,
            Rule::NoCertificate | Rule::MessageLength { .. } | Rule::ChainLength { .. }
        )
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        match refusal.rule {
            Rule::NotComputed => Self::Unknown(refusal),
            _ => Self::Refuses(refusal),
        }
    }
}

impl From<Result<(), Refusal>> for Verdict {
    fn from(result: Result<(), Refusal>) -> Self {
        result.map_or_else(Self::from, |()| Self::Connects)
    }
}

impl Rule {
    /// The rule, broken by the certificate at `position`.
    pub(super) const fn at(self, position: Position) -> Refusal {
        Refusal { position, rule: self }
    }
}

impl fmt::Display for Position {
    /// Names the certificate: "the leaf", "certificate 2 of the chain", "the anchor".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(0) => f.write_str("the leaf"),
            Self::Sent(place) => write!(f, "certificate {} of the chain", place + 1),
            Self::Anchor(0) => f.write_str("the anchor"),
            Self::Anchor(place) => write!(f, "anchor {}", place + 1),
        }
    }
}

impl Position {
    /// The certificate without its number among anchors: its name, which follows, tells them apart.
    pub(super) fn noun(self) -> String {
        match self {
            Self::Anchor(_) => "the anchor".to_owned(),
            sent @ Self::Sent(_) => sent.to_string(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            rule if self.is_of_chain() => write!(f, "{rule}"),
            rule => write!(f, "{} {rule}", self.position),
        }
    }
}
