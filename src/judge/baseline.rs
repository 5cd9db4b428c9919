//! Where the certificates of a path violate the profile that CAs must follow.
//!
//! In: a verified [`Path`]. Out: [`Departure`]s from RFC 5280 and from the CA/Browser Forum's
//! Baseline Requirements for TLS servers (BR) that neither rustls-webpki nor the TLS stacks of
//! devices check.
//!
//! Devices still connect, so a departure is a warning. Strict verifiers reject some of them: OpenSSL with `-x509_strict`, which Python sets by default since 3.13.

use std::fmt;

use x509_parser::{
    certificate::{BasicExtension, X509Certificate},
    extensions::{GeneralName, ParsedExtension, X509Extension},
    prelude::FromDer as _,
    x509::X509Version,
};

use super::{
    common_name::{is_spelled_otherwise, is_unicode_domain},
    path::Path,
};
use crate::{
    text::foreign::Foreign,
    x509::{
        certificate::{Certificate, Curve, Key},
        extensions,
    },
};

/// The longest serial number in octets, RFC 5280 section 4.1.2.2.
const MAX_SERIAL_BYTES: usize = 20;

// The sentences below contain these numbers.
/// The shortest RSA key in bits that stacks verify and that public CAs issue for: CA/Browser
/// Forum Baseline Requirements section 6.1.5, `mbedtls_x509_crt_profile_default` of mbedTLS, security
/// level 2 of OpenSSL (SSL_CTX_set_security_level(3)), rustls-webpki with ring.
pub const FEWEST_RSA_BITS: usize = 2048;

const _: () = assert!(MAX_SERIAL_BYTES == 20 && FEWEST_RSA_BITS == 2048);

/// A violation of the profile by a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The subject of the certificate.
    pub subject: Foreign,
    /// The violation, completing the sentence "the certificate ...".
    pub what: &'static str,
    /// The violated rule.
    pub rule: &'static str,
}

impl fmt::Display for Departure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} ({})", self.subject.line(), self.what, self.rule)
    }
}

/// Every departure of `path`, from the leaf to the anchor.
///
/// A leaf that is its own anchor has none, since the profile is for certificates that a CA issues.
#[must_use]
pub fn departures(path: &Path) -> Vec<Departure> {
    let anchor = &path.anchor.certificate;
    let mut all = Vec::new();
    for (index, certificate) in path.certificates.iter().enumerate() {
        if certificate == anchor {
            return Vec::new();
        }
        let place = if index == 0 { Place::Leaf } else { Place::Intermediate };
        look_at(certificate, place, &mut all);
    }
    look_at(anchor, Place::Anchor, &mut all);
    all.extend(path_length(path));
    all
}

/// The anchor's own pathLenConstraint: RFC 5280 section 6.1 uses only the name and key of an anchor, but
/// OpenSSL, mbedTLS, GnuTLS and Go check it.
fn path_length(path: &Path) -> Option<Departure> {
    let anchor = &path.anchor.certificate;
    let most = usize::try_from(anchor.extensions().path_length?).ok()?;
    let below = path.counted_intermediates();
    (below > most).then(|| Departure {
        subject: anchor.subject().text(),
        what: "has a pathLenConstraint that allows fewer CA certificates below it",
        rule: "RFC 5280 section 4.2.1.9",
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Leaf,
    Intermediate,
    Anchor,
}

fn look_at(certificate: &Certificate, place: Place, all: &mut Vec<Departure>) {
    // A verified path has no unreadable certificate.
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else {
        return;
    };
    // Extensions need version 3 (RFC 5280 section 4.1.2.1); a version 1 anchor is trusted anyway.
    if parsed.version() != X509Version::V3 && place == Place::Anchor {
        return;
    }
    let subject = certificate.subject().text();
    let mut depart = |what, rule| all.push(Departure { subject: subject.clone(), what, rule });
    // Some roots in the public stores have the serial number 0, which earlier rules allowed.
    if place != Place::Anchor {
        serial(&parsed, &mut depart);
    }
    key(certificate, &mut depart);
    identifiers(certificate, &parsed, place, &mut depart);
    match place {
        Place::Leaf => leaf(&parsed, &mut depart),
        Place::Intermediate | Place::Anchor => authority(certificate, &parsed, place, &mut depart),
    }
}

type Depart<'a> = dyn FnMut(&'static str, &'static str) + 'a;

fn serial(parsed: &X509Certificate<'_>, depart: &mut Depart<'_>) {
    let serial = parsed.raw_serial();
    if serial.iter().all(|&byte| byte == 0) {
        depart("has the serial number 0", "RFC 5280 section 4.1.2.2");
    }
    if serial.len() > MAX_SERIAL_BYTES {
        depart("has a serial number of more than 20 octets", "RFC 5280 section 4.1.2.2");
    }
}

fn key(certificate: &Certificate, depart: &mut Depart<'_>) {
    let rule = "BR section 6.1.5";
    match (certificate.key(), certificate.key().bits()) {
        (Key::Rsa { .. }, Some(bits)) if bits < FEWEST_RSA_BITS => {
            depart("has an RSA key of less than 2048 bits", rule);
        }
        (Key::Rsa { .. }, Some(bits)) if bits % 8 != 0 => {
            depart("has an RSA key whose length is not a multiple of 8 bits", rule);
        }
        (Key::Rsa { .. }, _) => {}
        _ if matches!(certificate.key().curve(), Some(Curve::P256 | Curve::P384 | Curve::P521)) => {
        }
        _ => depart("has a key that is neither RSA nor EC on P-256, P-384 or P-521", rule),
    }
}

/// The key identifiers, by which strict verifiers find the issuer of a certificate.
fn identifiers(
    certificate: &Certificate,
    parsed: &X509Certificate<'_>,
    place: Place,
    depart: &mut Depart<'_>,
) {
    let rule = "RFC 5280 section 4.2.1.1";
    let mut own = None;
    let mut issuers = None;
    for extension in parsed.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => own = Some((extension, id)),
            ParsedExtension::AuthorityKeyIdentifier(id) => issuers = Some((extension, id)),
            _ => {}
        }
    }
    match (&own, place) {
        (Some((extension, _)), _) if extension.critical => {
            depart("marks its subjectKeyIdentifier as critical", "RFC 5280 section 4.2.1.2");
        }
        (None, Place::Intermediate | Place::Anchor) => {
            depart("has no subjectKeyIdentifier", "RFC 5280 section 4.2.1.2");
        }
        _ => {}
    }
    let Some((extension, id)) = issuers else {
        // The issuer of an anchor does not matter.
        if place != Place::Anchor {
            depart("has no authorityKeyIdentifier", rule);
        }
        return;
    };
    if extension.critical {
        depart("marks its authorityKeyIdentifier as critical", rule);
    }
    if place != Place::Anchor {
        return;
    }
    let rule = "BR section 7.1.2.1.3";
    if id.authority_cert_issuer.is_some() || id.authority_cert_serial.is_some() {
        depart("names its issuer's certificate in its authorityKeyIdentifier", rule);
    }
    match (&id.key_identifier, own) {
        (None, _) => depart("has an authorityKeyIdentifier without keyIdentifier", rule),
        (Some(issuers), Some((_, own))) if certificate.is_self_issued() && issuers != own => {
            depart("is self-signed, but its two key identifiers differ", rule);
        }
        _ => {}
    }
}

fn authority(
    certificate: &Certificate,
    parsed: &X509Certificate<'_>,
    place: Place,
    depart: &mut Depart<'_>,
) {
    if parsed.subject().iter().next().is_none() {
        depart("is a CA without a subject", "RFC 5280 section 4.1.2.6");
    }
    match parsed.basic_constraints() {
        Ok(Some(constraints)) if !constraints.critical => {
            depart("does not mark its basicConstraints as critical", "RFC 5280 section 4.2.1.9");
        }
        Ok(None) => depart("has no basicConstraints", "RFC 5280 section 4.2.1.9"),
        _ => {}
    }
    if let Ok(Some(constraints)) = parsed.policy_constraints()
        && !constraints.critical
    {
        depart("does not mark its policyConstraints as critical", "RFC 5280 section 4.2.1.11");
    }
    if place == Place::Anchor
        && certificate.is_self_issued()
        && matches!(parsed.extended_key_usage(), Ok(Some(_)))
    {
        depart("is a root with extKeyUsage", "BR section 7.1.2.1.2");
    }
    for extension in parsed.extensions() {
        name_constraints(extension, depart);
    }
}

fn name_constraints(extension: &X509Extension<'_>, depart: &mut Depart<'_>) {
    /// id-ce-nameConstraints, RFC 5280 section 4.2.1.10.
    const NAME_CONSTRAINTS: &str = "2.5.29.30";
    if extension.oid.to_id_string() != NAME_CONSTRAINTS {
        return;
    }
    let rule = "RFC 5280 section 4.2.1.10";
    let ParsedExtension::NameConstraints(constraints) = extension.parsed_extension() else {
        depart("has nameConstraints that cannot be read", rule);
        return;
    };
    let lists = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
    let mut subtrees = lists.into_iter().flatten().flatten().peekable();
    if subtrees.peek().is_none() {
        depart("has empty nameConstraints", rule);
    }
    for subtree in subtrees {
        if matches!(subtree.base, GeneralName::DNSName(name) if name.starts_with('.')) {
            depart("has a nameConstraints dNSName that starts with a dot", rule);
        }
    }
}

fn leaf(parsed: &X509Certificate<'_>, depart: &mut Depart<'_>) {
    let is_authority = matches!(parsed.basic_constraints(), Ok(Some(one)) if one.value.ca);
    let signs = matches!(parsed.key_usage(), Ok(Some(usage)) if usage.value.key_cert_sign());
    if signs && !is_authority {
        depart("has keyCertSign but is not a CA", "RFC 5280 section 4.2.1.3");
    }
    match parsed.extended_key_usage() {
        Ok(Some(usage)) if usage.critical => {
            depart("marks its extKeyUsage as critical", "BR section 7.1.2.7.6");
        }
        Ok(Some(usage)) if usage.value.any => {
            depart("allows any purpose in its extKeyUsage", "BR section 7.1.2.7.10");
        }
        _ => {}
    }
    for extension in parsed.extensions() {
        match (extension.parsed_extension(), extension.oid.to_id_string().as_str()) {
            (_, "2.5.29.30") => {
                depart("has nameConstraints but is not a CA", "RFC 5280 section 4.2.1.10");
            }
            (ParsedExtension::AuthorityInfoAccess(access), _) if !access.accessdescs.is_empty() => {
            }
            (_, "1.3.6.1.5.5.7.1.1") => {
                depart("has an empty authorityInfoAccess", "RFC 5280 section 4.2.2.1");
            }
            _ => {}
        }
    }
    names(parsed, depart);
}

/// subjectAltName and the common name.
fn names(parsed: &X509Certificate<'_>, depart: &mut Depart<'_>) {
    let Ok(Some(BasicExtension { critical, value: names })) = parsed.subject_alternative_name()
    else {
        return;
    };
    let has_subject = parsed.subject().iter().next().is_some();
    match (has_subject, critical) {
        (false, false) => depart(
            "does not mark its subjectAltName as critical although it has no subject",
            "RFC 5280 section 4.2.1.6",
        ),
        (true, true) => depart(
            "marks its subjectAltName as critical although it has a subject",
            "BR section 7.1.2.7.12",
        ),
        _ => {}
    }
    let has_underscore =
        |name: &GeneralName<'_>| matches!(name, GeneralName::DNSName(name) if name.contains('_'));
    if names.general_names.iter().any(has_underscore) {
        depart("contains a DNS name with an underscore", "RFC 5280 section 4.2.1.6");
    }
    let listed = names.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => extensions::address(bytes),
        _ => None,
    });
    let listed: Vec<_> = listed.collect();
    let rule = "BR section 7.1.4.3";
    for name in parsed.subject().iter_common_name().filter_map(|name| name.as_str().ok()) {
        if is_spelled_otherwise(name, &listed) {
            depart("has a common name that differs from its subjectAltName", rule);
        } else if is_unicode_domain(name) {
            depart("has a Unicode common name that matches no dNSName", rule);
        }
    }
}
