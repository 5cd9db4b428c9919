//! What the extensions of a certificate say (RFC 5280 section 4.2), parsed by x509-parser.
//!
//! In: a [`Certificate`]. Out: names, URLs, and violations of the rules for CA certificates that
//! rustls-webpki does not check: keyUsage, and an anchor's own dates and extensions.

use std::fmt;

use x509_parser::{
    extensions::{GeneralName, ParsedExtension},
    oid_registry::Oid,
    prelude::{FromDer as _, X509Certificate, X509Version},
};

use super::{
    algorithm::SignatureAlgorithm,
    certificate::{Certificate, EC_PUBLIC_KEY, Key, RSA_ENCRYPTION, Sha256},
    der::oid_text,
    signature::{self, ecdsa},
};
use crate::text::{foreign::Foreign, time::Time};

/// How many subject alternative names of one certificate are shown; the others are counted.
pub const SHOWN_NAMES: usize = 128;

/// The RSA moduli that signatures are verified with, in bits: those of ring.
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

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

/// Why `certificate` cannot be an intermediate, beyond what rustls-webpki checks.
#[must_use]
pub fn intermediate_violation(certificate: &Certificate) -> Option<Violation> {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return Some(Violation::Readability);
    };
    match parsed.key_usage() {
        Ok(Some(usage)) if !usage.value.key_cert_sign() => Some(Violation::KeyCertSign),
        Ok(_) => None,
        Err(_) => Some(Violation::Readability),
    }
}

/// Whether basicConstraints says that `certificate` is a CA (RFC 5280 section 4.2.1.9).
#[must_use]
pub fn is_authority(certificate: &Certificate) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return false;
    };
    matches!(parsed.basic_constraints(), Ok(Some(constraints)) if constraints.value.ca)
}

/// Whether the version of `certificate` is 3, the only one with extensions (RFC 5280 section 4.1.2.1).
#[must_use]
pub fn is_v3(certificate: &Certificate) -> bool {
    X509Certificate::from_der(certificate.der())
        .is_ok_and(|(_, parsed)| parsed.version() == X509Version::V3)
}

/// The pathLenConstraint of basicConstraints, if there is one (RFC 5280 section 4.2.1.9).
#[must_use]
pub fn path_length(certificate: &Certificate) -> Option<u32> {
    let (_, parsed) = X509Certificate::from_der(certificate.der()).ok()?;
    parsed.basic_constraints().ok()??.value.path_len_constraint
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

/// What extKeyUsage of `certificate` says about TLS servers.
#[must_use]
pub fn server_use(certificate: &Certificate) -> ServerUse {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return ServerUse::Unreadable;
    };
    match parsed.extended_key_usage() {
        Err(_) => ServerUse::Unreadable,
        Ok(None) => ServerUse::Unrestricted,
        Ok(Some(usage)) if usage.value.server_auth => ServerUse::Named,
        Ok(Some(usage)) if usage.value.any => ServerUse::Any,
        Ok(Some(_)) => ServerUse::Excluded,
    }
}

/// Why `certificate` cannot be an anchor at the time `at`, which is `None` for a device that does
/// not check an anchor's dates.
///
/// An anchor without basicConstraints, such as a version 1 root, is accepted: trust in it is the
/// user's decision (RFC 5280 section 6.1.1 d).
#[must_use]
pub fn anchor_violation(certificate: &Certificate, at: Option<Time>) -> Option<Violation> {
    if let Some(at) = at
        && (at < certificate.not_before() || at > certificate.not_after())
    {
        return Some(Violation::Validity { at });
    }
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return Some(Violation::Readability);
    };
    match parsed.basic_constraints() {
        Ok(Some(constraints)) if !constraints.value.ca => {
            return Some(Violation::CertificateAuthority);
        }
        Ok(_) => {}
        Err(_) => return Some(Violation::Readability),
    }
    let unknown = parsed.extensions().iter().find(|extension| {
        extension.critical
            && matches!(
                extension.parsed_extension(),
                ParsedExtension::UnsupportedExtension { .. } | ParsedExtension::Unparsed
            )
    });
    if let Some(extension) = unknown {
        return Some(Violation::KnownExtensions(oid_text(extension.oid.as_bytes())));
    }
    intermediate_violation(certificate)
}

/// The DNS names and IP addresses of subjectAltName.
#[must_use]
pub fn alternative_names(certificate: &Certificate) -> AlternativeNames {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return AlternativeNames::default();
    };
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

/// The caIssuers URLs of authorityInfoAccess (RFC 5280 section 4.2.2.1), for messages.
#[must_use]
pub fn issuer_urls(certificate: &Certificate) -> Vec<Foreign> {
    issuer_locations(certificate).iter().map(|url| Foreign::text(url)).collect()
}

/// The unescaped caIssuers URLs, to be fetched.
pub(crate) fn issuer_locations(certificate: &Certificate) -> Vec<String> {
    /// id-ad-caIssuers, RFC 5280 section 4.2.2.1.
    const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return Vec::new();
    };
    let mut urls = Vec::new();
    for extension in parsed.extensions() {
        if let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() {
            for description in access.iter() {
                let is_issuer = id(&description.access_method) == CA_ISSUERS;
                if let (true, GeneralName::URI(url)) = (is_issuer, &description.access_location) {
                    urls.push((*url).to_owned());
                }
            }
        }
    }
    urls
}

fn id(oid: &Oid<'_>) -> String {
    oid.to_id_string()
}

/// Whether `key` can verify signatures at all. ring reports every signature as wrong for a key that
/// it does not support.
pub(crate) fn is_verified_with(key: &Key) -> bool {
    match key {
        Key::Rsa { exponent, .. } => {
            // ring 0.17 (`rsa/public_exponent.rs`): an odd number from 3 to 2^33 - 1.
            let is_odd = exponent.last().is_some_and(|byte| byte & 1 == 1);
            let fits = matches!(exponent.as_slice(), [_] | [_, _] | [_, _, _] | [_, _, _, _])
                || matches!(exponent.as_slice(), [1, _, _, _, _]);
            let is_in_range = is_odd && fits && *exponent != [1];
            is_in_range && key.bits().is_some_and(|bits| RSA_BITS.contains(&bits))
        }
        // A malformed RSA or EC key.
        Key::Other(id) => *id != RSA_ENCRYPTION && *id != EC_PUBLIC_KEY,
        // Some stacks read a key in hybrid form.
        Key::Ec { point, .. } => ecdsa::is_point(point),
        Key::Unknown(_) => true,
    }
}

/// Whether the signature on `child` is by the key of `issuer`; `None` if it cannot be checked.
///
/// This only explains why a chain does not verify. It never makes one verify.
#[must_use]
pub fn is_signed_by(child: &Certificate, issuer: &Certificate) -> Option<bool> {
    is_signed_by_with(child, issuer, |_, check| check())
}

/// The same, through `ask`, which gets a SHA-256 over all inputs of the check.
pub(crate) fn is_signed_by_with(
    child: &Certificate,
    issuer: &Certificate,
    ask: impl FnOnce([u8; 32], &dyn Fn() -> Option<bool>) -> Option<bool>,
) -> Option<bool> {
    use x509_parser::error::X509Error;
    if !is_verified_with(issuer.key()) {
        return None;
    }
    // Usually an algorithm of the proof supports it; then each signature is computed once.
    if let Some(check) = signature::signature_check(child.der(), issuer.spki_der()) {
        return ask(check.question(), &|| check.outcome());
    }
    // The others have obsolete digests. x509-parser only looks at the signature's algorithm, so it
    // reports a signature as wrong if it does not support the key or the parameters: RSASSA-PSS with
    // a salt that is not as long as the digest.
    if !matches!(issuer.key(), Key::Rsa { .. })
        || child.signature_algorithm() == SignatureAlgorithm::RsaPss
    {
        return None;
    }
    let question = Sha256::of(&[child.sha256().0, issuer.sha256().0].concat());
    ask(question.0, &|| {
        let (_, child) = X509Certificate::from_der(child.der()).ok()?;
        let (_, issuer) = X509Certificate::from_der(issuer.der()).ok()?;
        match child.verify_signature(Some(issuer.public_key())) {
            Ok(()) => Some(true),
            Err(X509Error::SignatureVerificationError) => Some(false),
            Err(_) => None,
        }
    })
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
