//! Why a TLS stack refuses a chain, as facts.
//!
//! Out: [`Refusal`], which certificate and which [`Rule`]. Its text completes "STACK refuses this
//! chain: ...", and [`Rule::remedy`] says what to change on the server.

use std::fmt;

use super::{
    key::{Curve, Digest},
    view::Part,
};

/// A certificate by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// The one that the server sent at this position, from 0, which is the leaf.
    Sent(usize),
    /// The anchor at this position, from 0.
    Anchor(usize),
}

/// A rule of a TLS stack that a certificate violates, and which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The certificate; the leaf if the rule is about the chain as a whole.
    pub position: Position,
    /// The rule.
    pub rule: Rule,
}

/// The verdict of a TLS stack on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It connects.
    Connects,
    /// It refuses.
    Refuses(Refusal),
    /// It connects if something that certgrab cannot compute is valid: count it as a refusal.
    Unknown(Refusal),
}

/// Why the leaf is not for the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameFault {
    /// None of its names is the host.
    Other,
    /// The host is only in the common name, which the stack ignores.
    CommonName,
    /// The stack only uses the common name if there is no subjectAltName.
    CommonNameBeside,
    /// The stack does not compare addresses with iPAddress.
    Address,
    /// The address is a dNSName or the common name, where the stack does not look for addresses.
    AddressAsName,
    /// The only matching name has a wildcard in a form that the stack does not accept.
    Wildcard,
    /// The stack does not accept the host as a host name.
    IllegalHost,
    /// One of the two ends with a full stop.
    TrailingDot,
    /// The stack does not accept a host name of one label.
    NoDomain,
    /// The host follows after more dNSNames than the stack reads.
    BehindOthers,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// The server sent no certificate.
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
    /// serialNumber has more octets than the stack supports.
    LongSerial {
        /// The number of its octets.
        octets: usize,
        /// The most that the stack supports.
        most: usize,
    },
    /// A name in it is longer than the stack supports.
    LongName,
    /// subjectAltName has a name that the stack cannot read, in addition to any others.
    BadAlternativeName(&'static str),
    /// The extension occurs twice.
    DuplicateExtension(String),
    /// The stack does not know this critical extension.
    CriticalExtension(String),
    /// The signature algorithms in the tbsCertificate and outside it differ.
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
    /// No available certificate has the name of its issuer.
    IssuerMissing,
    /// The issuer was sent, but not where the stack looks for it.
    OutOfOrder,
    /// The issuer's name is equal but encoded differently, which counts as another name.
    IssuerSpelling,
    /// authorityKeyIdentifier names another key or another certificate than the issuer's.
    KeyIdentifier,
    /// The stack considers it self-signed: issuer and subject are equal, and no key identifier
    /// distinguishes them.
    SameName,
    /// The signature is not by the key of the issuer.
    WrongSignature,
    /// The anchor is not self-signed, and the stack does not end a path in such an anchor.
    AnchorNotSelfSigned,
    /// The leaf is the anchor, and the stack does not accept a leaf that a CA issued.
    LeafAnchor,
    /// The stack does not compare the leaf with CA anchors, or the other way round.
    AnchorKind,
    /// A nameConstraints above it does not permit one of its names.
    NameConstraints,
    /// It has more names than the stack compares with so many nameConstraints.
    ManyNames,
    /// A policyConstraints requires a policy that the path does not have.
    Policy,
    /// Signed over a digest that the stack does not accept.
    WeakDigest(Digest),
    /// Signed with an algorithm that the stack does not verify.
    Scheme(&'static str),
    /// An RSA key of a size that the stack does not accept.
    RsaSize {
        /// Its size in bits.
        bits: usize,
    },
    /// An RSA key with an exponent that the stack does not accept.
    RsaExponent,
    /// A key on a curve that the stack does not accept.
    Curve(Curve),
    /// A key of a kind that the stack does not accept.
    KeyKind(&'static str),
    /// A compressed point.
    CompressedPoint,
    /// A curve with explicit parameters.
    ExplicitCurve,
    /// The server cannot sign the handshake with this key in any way that the device offers.
    Handshake,
    /// The TLS feature extension requires a stapled OCSP response.
    MustStaple,
    /// It does not have a TLS feature that a certificate above it requires (RFC 7633 section 4.2.2).
    TlsFeature,
    /// The Certificate message is longer than the stack supports.
    MessageLength {
        /// The number of its octets.
        octets: usize,
        /// The most that the stack supports.
        most: usize,
    },
    /// The path has more certificates than the stack follows.
    ChainLength {
        /// The most that the stack follows.
        most: usize,
    },
    /// A strict check of RFC 5280 that other stacks do not make.
    Strict(&'static str),
    /// certgrab cannot compute the kind of signature on it.
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
    /// The leaf, for rules about the chain as a whole.
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
    /// The rule, violated by the certificate at `position`.
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
    /// The certificate without its number among anchors: the name after it distinguishes them.
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
