//! What the extensions of a certificate say (RFC 5280 section 4.2), parsed by x509-parser.
//!
//! In: the DER of a certificate. Out: [`Extensions`], with names, URLs, and violations of the rules for CA
//! certificates that rustls-webpki does not check: keyUsage, and an anchor's extensions.

use std::fmt;

use der::asn1::ObjectIdentifier;
use x509_parser::{
    extensions::{GeneralName, ParsedExtension},
    prelude::{FromDer as _, X509Certificate, X509Version},
};

use super::{der::oid_text, key::oid};
use crate::text::{foreign::Foreign, time::Time};

/// How many subject alternative names of one certificate are shown; the others are counted.
pub const SHOWN_NAMES: usize = 128;

/// The extensions of RFC 5280 sections 4.2.1 and 4.2.2 and of RFC 7633, and that of Netscape.
static NAMES: [(ObjectIdentifier, &str); 19] = [
    (oid("2.5.29.9"), "subjectDirectoryAttributes"),
    (oid("2.5.29.14"), "subjectKeyIdentifier"),
    (oid("2.5.29.15"), "keyUsage"),
    (oid("2.5.29.17"), "subjectAltName"),
    (oid("2.5.29.18"), "issuerAltName"),
    (oid("2.5.29.19"), "basicConstraints"),
    (oid("2.5.29.30"), "nameConstraints"),
    (oid("2.5.29.31"), "cRLDistributionPoints"),
    (oid("2.5.29.32"), "certificatePolicies"),
    (oid("2.5.29.33"), "policyMappings"),
    (oid("2.5.29.35"), "authorityKeyIdentifier"),
    (oid("2.5.29.36"), "policyConstraints"),
    (oid("2.5.29.37"), "extKeyUsage"),
    (oid("2.5.29.46"), "freshestCRL"),
    (oid("2.5.29.54"), "inhibitAnyPolicy"),
    (oid("1.3.6.1.5.5.7.1.1"), "authorityInfoAccess"),
    (oid("1.3.6.1.5.5.7.1.11"), "subjectInfoAccess"),
    (oid("1.3.6.1.5.5.7.1.24"), "tlsFeature"),
    (oid("2.16.840.1.113730.1.1"), "Netscape certificate type"),
];

/// The name of the extension whose object identifier has the contents `id`.
pub(crate) fn name(id: &[u8]) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| known.as_bytes() == id).map(|(_, name)| *name)
}

/// The names of a subjectAltName.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlternativeNames {
    /// The first of them, [`SHOWN_NAMES`] at most.
    pub shown: Vec<Foreign>,
    /// How many more there are.
    pub more: usize,
    /// How many names are of other types, such as e-mail addresses, which cannot name a server.
    pub others: usize,
    /// Whether the certificate has the extension, which may be empty.
    pub is_present: bool,
}

/// A rule that a certificate violates at its position in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// keyUsage is present without keyCertSign (RFC 5280 section 4.2.1.3).
    KeyCertSign,
    /// basicConstraints is present with CA:FALSE (RFC 5280 section 4.2.1.9).
    CertificateAuthority,
    /// A critical extension that certgrab does not know (RFC 5280 section 4.2).
    KnownExtensions(String),
    /// The time is before its notBefore or after its notAfter.
    Validity {
        /// The time as of which it was verified.
        at: Time,
    },
    /// Its extensions cannot be read.
    Readability,
}

/// What the extensions of a certificate say. If they cannot be read, they say nothing, and the
/// violations say so.
#[derive(Debug)]
pub struct Extensions {
    /// Whether the version of the certificate is 3, the only one with extensions (RFC 5280 section
    /// 4.1.2.1).
    pub is_v3: bool,
    /// Whether basicConstraints says that it is a CA (RFC 5280 section 4.2.1.9).
    pub is_authority: bool,
    /// The pathLenConstraint of basicConstraints.
    pub path_length: Option<u32>,
    /// What extKeyUsage says about TLS servers.
    pub server_use: ServerUse,
    /// The DNS names and IP addresses of subjectAltName.
    pub alternative_names: AlternativeNames,
    /// The caIssuers URLs of authorityInfoAccess (RFC 5280 section 4.2.2.1), unescaped.
    pub issuer_urls: Vec<String>,
    /// Why the certificate cannot be an intermediate, beyond what rustls-webpki checks.
    pub intermediate_violation: Option<Violation>,
    /// Why it cannot be an anchor, apart from its dates. Without basicConstraints, as a version 1 root, it
    /// can: trust in it is the user's decision (RFC 5280 section 6.1.1 d).
    pub anchor_violation: Option<Violation>,
}

/// What extKeyUsage says about TLS servers (RFC 5280 section 4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerUse {
    /// There is no extKeyUsage.
    Unrestricted,
    /// It has serverAuth.
    Named,
    /// It has anyExtendedKeyUsage, which not every stack accepts.
    Any,
    /// It only has other purposes.
    Excluded,
    /// It, or the certificate, cannot be read.
    Unreadable,
}

impl Extensions {
    /// Reads the extensions of the certificate `der`.
    pub(super) fn of(der: &[u8]) -> Self {
        let parsed = X509Certificate::from_der(der);
        parsed.map_or_else(|_| Self::unreadable(), |(_, parsed)| Self::read(&parsed))
    }

    fn unreadable() -> Self {
        Self {
            is_v3: false,
            is_authority: false,
            path_length: None,
            server_use: ServerUse::Unreadable,
            alternative_names: AlternativeNames::default(),
            issuer_urls: Vec::new(),
            intermediate_violation: Some(Violation::Readability),
            anchor_violation: Some(Violation::Readability),
        }
    }

    fn read(parsed: &X509Certificate<'_>) -> Self {
        let constraints = parsed.basic_constraints().map(|found| found.map(|one| one.value));
        let intermediate_violation = match parsed.key_usage() {
            Ok(Some(usage)) if !usage.value.key_cert_sign() => Some(Violation::KeyCertSign),
            Ok(_) => None,
            Err(_) => Some(Violation::Readability),
        };
        let anchor_violation = match constraints {
            Ok(Some(constraints)) if !constraints.ca => Some(Violation::CertificateAuthority),
            Err(_) => Some(Violation::Readability),
            Ok(_) => unknown_extension(parsed).or_else(|| intermediate_violation.clone()),
        };
        let constraints = constraints.ok().flatten();
        Self {
            is_v3: parsed.version() == X509Version::V3,
            is_authority: constraints.is_some_and(|constraints| constraints.ca),
            path_length: constraints.and_then(|constraints| constraints.path_len_constraint),
            server_use: match parsed.extended_key_usage() {
                Err(_) => ServerUse::Unreadable,
                Ok(None) => ServerUse::Unrestricted,
                Ok(Some(usage)) if usage.value.server_auth => ServerUse::Named,
                Ok(Some(usage)) if usage.value.any => ServerUse::Any,
                Ok(Some(_)) => ServerUse::Excluded,
            },
            alternative_names: alternative_names(parsed),
            issuer_urls: issuer_urls(parsed),
            intermediate_violation,
            anchor_violation,
        }
    }
}

/// That there is a critical extension that certgrab does not know.
fn unknown_extension(parsed: &X509Certificate<'_>) -> Option<Violation> {
    let unknown = parsed.extensions().iter().find(|extension| {
        extension.critical
            && matches!(
                extension.parsed_extension(),
                ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::Unparsed
            )
    });
    unknown.map(|extension| Violation::KnownExtensions(oid_text(extension.oid.as_bytes())))
}

fn alternative_names(parsed: &X509Certificate<'_>) -> AlternativeNames {
    let Ok(Some(names)) = parsed.subject_alternative_name() else {
        return AlternativeNames::default();
    };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(Foreign::text(name)),
        GeneralName::IPAddress(bytes) => address(bytes).map(|text| Foreign::text(&text)),
        _ => None,
    };
    let mut shown: Vec<_> = names.value.general_names.iter().filter_map(text).collect();
    let others = names.value.general_names.len() - shown.len();
    let more = shown.len().saturating_sub(SHOWN_NAMES);
    shown.truncate(SHOWN_NAMES);
    AlternativeNames { shown, more, others, is_present: true }
}

fn issuer_urls(parsed: &X509Certificate<'_>) -> Vec<String> {
    /// id-ad-caIssuers, RFC 5280 section 4.2.2.1.
    const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
    let mut urls = Vec::new();
    for extension in parsed.extensions() {
        if let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() {
            for description in access.iter() {
                let is_issuer = description.access_method.to_id_string() == CA_ISSUERS;
                if let (true, GeneralName::URI(url)) = (is_issuer, &description.access_location) {
                    urls.push((*url).to_owned());
                }
            }
        }
    }
    urls
}

impl AlternativeNames {
    /// The first `most` names, joined for a sentence, and the number of the others.
    #[must_use]
    pub fn first(&self, most: usize) -> String {
        let mut parts: Vec<_> = self.shown.iter().take(most).map(Foreign::line).collect();
        let more = self.more + self.shown.len() - parts.len();
        parts.extend((more > 0).then(|| format!("{more} more")));
        parts.join(", ")
    }
}

/// An address in the text form of RFC 5952; `None` if it has neither 4 nor 16 octets.
pub(crate) fn address(bytes: &[u8]) -> Option<String> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(|v4| std::net::Ipv4Addr::from(v4).to_string()),
        16 => <[u8; 16]>::try_from(bytes).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
        _ => None,
    }
}

impl fmt::Display for Violation {
    /// Completes the sentence "the certificate ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyCertSign => {
                f.write_str("may not sign certificates: no keyCertSign in keyUsage")
            }
            Self::CertificateAuthority => {
                f.write_str("is not a CA according to its basicConstraints")
            }
            Self::KnownExtensions(id) => {
                write!(f, "has the critical extension {id}, which certgrab does not know")
            }
            Self::Validity { at } => write!(f, "is not valid at {at}"),
            Self::Readability => f.write_str("has extensions that cannot be read"),
        }
    }
}
