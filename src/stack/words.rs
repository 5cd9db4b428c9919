//! The words for each [`Rule`]: what is wrong, and what the server's owner can change.

use std::fmt;

use super::reason::{NameFault, Rule};

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Other => "is not for this host",
            Self::CommonName => "has the host in its common name alone, not in a subjectAltName",
            Self::CommonNameBeside => {
                "has the host in its common name, which does not count beside a subjectAltName"
            }
            Self::Address => "is for an address, which this stack does not compare",
            Self::AddressAsName => "has the address as a name, not as an iPAddress",
            Self::Wildcard => "has a wildcard that does not match this host",
            Self::IllegalHost => {
                "is compared with a host that this stack does not accept as a host name"
            }
            Self::TrailingDot => "differs from the host in a full stop at the end",
            Self::NoDomain => {
                "is compared with a host name without a domain, which this stack refuses"
            }
            Self::BehindOthers => "has the host behind more dNSNames than this stack reads",
        })
    }
}

impl NameFault {
    /// What to change on the server, as an instruction.
    const fn remedy(self) -> &'static str {
        match self {
            Self::Address => "give the server a name and connect by it",
            Self::AddressAsName => {
                "reissue the server certificate with the address as an iPAddress in subjectAltName"
            }
            Self::TrailingDot => "connect without the full stop at the end",
            Self::NoDomain => "give the server a name with a domain, such as broker.home.arpa",
            Self::IllegalHost => "give the server a name of letters, digits and hyphens",
            Self::CommonName => {
                "reissue the server certificate with the host as a dNSName in subjectAltName, as in \
                 docs/your-own-ca.md"
            }
            Self::BehindOthers => {
                "reissue the server certificate with the host as its first dNSName"
            }
            Self::Other | Self::CommonNameBeside | Self::Wildcard => {
                "reissue the server certificate with the host as a dNSName in subjectAltName"
            }
        }
    }
}

impl fmt::Display for Rule {
    /// Completes "the leaf ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(part) => write!(f, "has an unreadable {}", part.name()),
            Self::LongSerial { octets, most } => {
                write!(f, "has a serialNumber of {octets} octets, expected at most {most}")
            }
            Self::BadAlternativeName(kind) => {
                write!(f, "has a subjectAltName with {kind} that cannot be read")
            }
            Self::DuplicateExtension(id) => write!(f, "has the extension {id} twice"),
            Self::CriticalExtension(id) => write!(f, "has the critical extension {id}"),
            Self::Name(fault) => write!(f, "{fault}"),
            Self::WeakDigest(digest) => write!(f, "is signed with {}", digest.name()),
            Self::Scheme(scheme) => write!(f, "is signed with {scheme}"),
            Self::RsaSize { bits } => {
                let which = if *bits < 2048 { "short" } else { "long" };
                write!(f, "has an RSA key of {bits} bits, too {which} for this stack")
            }
            Self::Curve(curve) => write!(f, "has a key on {}", curve.name()),
            Self::KeyKind(kind) => write!(f, "has a key of the kind {kind}"),
            Self::MessageLength { octets, most } => {
                write!(f, "the chain has {octets} bytes, expected at most {most}")
            }
            Self::ChainLength { most } => {
                write!(f, "the chain has more certificates than the {most} that are followed")
            }
            Self::Strict(what) => f.write_str(what),
            fixed => f.write_str(fixed.fixed()),
        }
    }
}

impl Rule {
    /// The words of the rules without parameters.
    const fn fixed(&self) -> &'static str {
        match self {
            Self::NoCertificate => "the server sends no certificate",
            Self::EmptySerial => "has a serialNumber without octets",
            Self::PaddedSerial => "has a serialNumber with needless leading zeros",
            Self::NegativeSerial => "has a negative serialNumber",
            Self::ZeroSerial => "has the serialNumber 0",
            Self::LongName => "has a name that is too long",
            Self::AlgorithmsDiffer => "names two different signature algorithms",
            Self::Expired => "has expired",
            Self::NotYetValid => "is not valid yet",
            Self::NoDigitalSignature => "has a keyUsage without digitalSignature",
            Self::Purpose => "has an extKeyUsage without serverAuth",
            Self::NetscapeType => "has a Netscape certificate type without SSL server",
            Self::NotCa => "issued a certificate but has no basicConstraints with CA:TRUE",
            Self::VersionOneCa => "issued a certificate but is of X.509 version 1",
            Self::NoKeyCertSign => "issued a certificate but has a keyUsage without keyCertSign",
            Self::NoKeyUsage => "issued a certificate but has no keyUsage",
            Self::KeyCertSignWithoutCa => "has a keyUsage with keyCertSign but no CA:TRUE",
            Self::PathLength => "has a pathLenConstraint that allows fewer CA certificates below",
            Self::CaAsLeaf => "has CA:TRUE",
            Self::IssuerMissing => "has an issuer that is neither sent nor an anchor",
            Self::OutOfOrder => "is out of order: its issuer is not the next certificate",
            Self::IssuerSpelling => "writes its issuer's name in another encoding",
            Self::KeyIdentifier => "has an authorityKeyIdentifier that is not its issuer's",
            Self::SameName => {
                "has the same name as its issuer, and no key identifier tells them apart"
            }
            Self::WrongSignature => "is not signed by the key of its issuer",
            Self::AnchorNotSelfSigned => {
                "is not self-signed, and is not accepted as a trust anchor"
            }
            Self::LeafAnchor => "is a leaf that a CA issued, and is not accepted as a trust anchor",
            Self::AnchorKind => "does not count as the issuer: it has no CA:TRUE",
            Self::NameConstraints => "has a name that a nameConstraints does not permit",
            Self::ManyNames => {
                "has more names than this stack compares with so many nameConstraints"
            }
            Self::Policy => "requires a policy (policyConstraints) that the chain does not have",
            Self::RsaExponent => "has an RSA key with an exponent that this stack does not accept",
            Self::CompressedPoint => "has a key in compressed form",
            Self::ExplicitCurve => "has a key whose curve is written out instead of named",
            Self::Handshake => "has a key that this stack does not offer to verify",
            Self::MustStaple => "requires a stapled OCSP response (TLS feature)",
            Self::TlsFeature => "lacks the TLS feature extension that its issuer has",
            Self::NotComputed => "has a signature that certgrab cannot compute",
            _ => "breaks a rule",
        }
    }

    /// What to change on the server, as an instruction; `None` if that depends.
    #[must_use]
    pub const fn remedy(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoCertificate | Self::NotComputed | Self::AnchorKind => return None,
            Self::Expired => "renew the certificate",
            Self::NotYetValid => "set the clock of the machine that issues certificates",
            Self::Name(fault) => fault.remedy(),
            Self::NoDigitalSignature => {
                "reissue the server certificate with digitalSignature in keyUsage"
            }
            Self::Purpose | Self::NetscapeType => {
                "reissue the certificate with serverAuth in extKeyUsage"
            }
            Self::NotCa | Self::VersionOneCa => {
                "reissue the CA certificate with basicConstraints = critical, CA:TRUE, as in \
                 docs/your-own-ca.md"
            }
            Self::NoKeyCertSign | Self::NoKeyUsage => {
                "reissue the CA certificate with keyUsage = critical, keyCertSign, cRLSign"
            }
            Self::PathLength => "reissue the CA certificate with a larger pathlen, or without",
            Self::CaAsLeaf => "reissue the server certificate with CA:FALSE",
            Self::IssuerMissing => "let the server send every intermediate",
            Self::OutOfOrder => "let the server send each certificate before its issuer",
            Self::AnchorNotSelfSigned => "embed its root too",
            Self::LeafAnchor => "embed the CA certificate instead",
            Self::KeyIdentifier | Self::SameName => {
                "reissue the certificate with an authorityKeyIdentifier that is the issuer's \
                 subjectKeyIdentifier"
            }
            Self::WeakDigest(_) | Self::Scheme(_) => {
                "reissue the certificate signed with SHA-256, by ECDSA or RSA PKCS #1 v1.5"
            }
            Self::RsaSize { .. }
            | Self::RsaExponent
            | Self::Curve(_)
            | Self::CompressedPoint
            | Self::ExplicitCurve
            | Self::Handshake => {
                "reissue the certificate with an RSA key of 2048 to 4096 bits or a key on P-256"
            }
            Self::KeyKind(_) => "reissue the certificate with a key on P-256",
            Self::TlsFeature => "reissue the CA certificate without the TLS feature extension",
            Self::Strict(_) => "reissue the certificate as in docs/your-own-ca.md",
            Self::MustStaple => "let the server staple OCSP responses",
            Self::MessageLength { .. } | Self::ChainLength { .. } => {
                "let the server send fewer or smaller certificates"
            }
            _ => "reissue the certificate without this",
        })
    }
}
