//! Which certificate rustls-webpki rejects, and why.
//!
//! In: the chain by names and signatures, and the error. Out: the certificate that the error is
//! about, with a reason. rustls-webpki decides; this only explains the decision.

use rustls_pki_types::CertificateDer;
use webpki::{EndEntityCert, Error, anchor_from_trusted_cert};
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use super::{constraints, words};
use crate::{
    text::time::Time,
    x509::{
        certificate::{Certificate, Key, RSASSA_PSS},
        der::{Elements, oid_text, only},
        extensions::{self, RSA_BITS},
        signature,
    },
};

/// The certificate of `chain`, from the leaf up, that `error` is about, and the reason.
///
/// `is_anchored` says whether the chain ends in a root that is trusted. The reason completes the
/// sentence "the certificate cannot be verified: it ...".
pub(super) fn of<'a>(
    chain: &[&'a Certificate],
    is_anchored: bool,
    error: &Error,
    at: Time,
) -> Option<(&'a Certificate, String)> {
    let leaf = *chain.first()?;
    let says = |culprit: &'a Certificate| (culprit, words::sentence(error).to_owned());
    match error {
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        | Error::InvalidSignatureForPublicKey => unverifiable_signature(chain),
        Error::CaUsedAsEndEntity
        | Error::MaximumPathDepthExceeded
        | Error::CertNotValidForName(_) => Some(says(leaf)),
        Error::EndEntityUsedAsCa => {
            chain.iter().skip(1).find(|one| !extensions::is_authority(one)).copied().map(says)
        }
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            chain.iter().find(|one| !is_for_servers(one)).copied().map(says)
        }
        Error::NameConstraintViolation => {
            constraints::violated(chain, at).or_else(|| Some(says(leaf)))
        }
        Error::PathLenConstraintViolated => too_long(chain).or_else(|| Some(says(leaf))),
        Error::UnsupportedCriticalExtension => chain.iter().find_map(|one| {
            let reason = match unprocessed_critical_extension(one)? {
                (id, Some(name)) => {
                    format!(
                        "has the critical extension {name} ({id}), which certgrab does not \
                             support"
                    )
                }
                (id, None) => {
                    format!("has the critical extension {id}, which certgrab does not know")
                }
            };
            Some((*one, reason))
        }),
        // rustls-webpki ignores a root that it cannot read.
        Error::UnknownIssuer if is_anchored => {
            let root = *chain.last()?;
            let error = anchor_from_trusted_cert(&CertificateDer::from(root.der())).err()?;
            Some((root, words::sentence(&error).to_owned()))
        }
        _ => chain.iter().find(|one| alone(one).as_ref() == Some(error)).copied().map(says),
    }
}

/// The error of rustls-webpki for a certificate alone.
fn alone(certificate: &Certificate) -> Option<Error> {
    EndEntityCert::try_from(&CertificateDer::from(certificate.der())).err()
}

/// The first certificate whose pathLenConstraint allows fewer intermediates than are below it.
fn too_long<'a>(chain: &[&'a Certificate]) -> Option<(&'a Certificate, String)> {
    chain.iter().enumerate().skip(1).find_map(|(place, one)| {
        let most = extensions::path_length(one)?;
        // RFC 5280 section 4.2.1.9: a self-issued intermediate does not count.
        let below = chain[1..place].iter().filter(|one| !one.is_self_issued()).count();
        let is_exceeded = u32::try_from(below).is_ok_and(|below| below > most);
        let reason = format!(
            "allows {most} intermediates below it and has {below} in the chain (pathLenConstraint)"
        );
        is_exceeded.then_some((*one, reason))
    })
}

/// The first signature with an unsupported algorithm or key.
fn unverifiable_signature<'a>(chain: &[&'a Certificate]) -> Option<(&'a Certificate, String)> {
    /// Hashes for which colliding certificates have been made (RFC 9155 section 1).
    const BROKEN: [&str; 3] = ["MD2", "MD5", "SHA1"];
    for (child, issuer) in chain.iter().zip(chain.iter().skip(1)) {
        let algorithm = child.signature_algorithm();
        let plain = algorithm.to_ascii_uppercase();
        if let Some(hash) = BROKEN.iter().find(|hash| plain.contains(**hash)) {
            let reason = format!("is signed with {algorithm}, and {hash} is broken");
            return Some((child, reason));
        }
        if let (Key::Rsa { .. }, Some(bits)) = (issuer.key(), issuer.key().bits())
            && !RSA_BITS.contains(&bits)
        {
            let (from, to) = (RSA_BITS.start(), RSA_BITS.end());
            let reason = format!("has an RSA key of {bits} bits, expected {from} to {to}");
            return Some((issuer, reason));
        }
        let key = issuer.key();
        if !extensions::is_verified_with(key) {
            let reason = format!("has an unsupported key, {key}");
            return Some((issuer, reason));
        }
        if signature::is_signed_by(child.der(), issuer.spki_der()).is_none() {
            let salt = salt_bytes(child).filter(|_| matches!(key, Key::Rsa { .. }));
            let salt = salt.map(|bytes| format!(" and a salt of {bytes} bytes"));
            let reason = format!(
                "is signed with {algorithm}{} by a key of {key}, which certgrab does not support",
                salt.unwrap_or_default()
            );
            return Some((child, reason));
        }
    }
    None
}

/// The length of the salt of an RSASSA-PSS signature (RFC 4055 section 3.1).
fn salt_bytes(certificate: &Certificate) -> Option<usize> {
    /// The value if it is absent.
    const DEFAULT: usize = 20;
    /// The identifier octet of saltLength.
    const SALT_LENGTH: u8 = 0xa2;
    if !certificate.is_signed_with(RSASSA_PSS) {
        return None;
    }
    let mut algorithm = Elements::of(only(certificate.der())?.value).nth(1).map(|algorithm| {
        let mut parts = Elements::of(algorithm.value);
        parts.oid_bytes();
        parts
    })?;
    let parameters = algorithm.sequence()?;
    match Elements::of(parameters.value).find(|part| part.class == SALT_LENGTH) {
        None => Some(DEFAULT),
        Some(length) => {
            let digits = only(length.value)?.value;
            let fits = digits.len() <= size_of::<u16>();
            fits.then(|| digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
        }
    }
}

fn is_for_servers(certificate: &Certificate) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else { return false };
    match parsed.extended_key_usage() {
        Ok(Some(usage)) => usage.value.server_auth,
        Ok(None) => true,
        Err(_) => false,
    }
}

/// The object identifier and the name of the first critical extension that rustls-webpki does not
/// support.
fn unprocessed_critical_extension(
    certificate: &Certificate,
) -> Option<(String, Option<&'static str>)> {
    /// Those that it supports (rustls-webpki 0.103, `remember_cert_extension`): keyUsage,
    /// subjectAltName, basicConstraints, nameConstraints, cRLDistributionPoints, extKeyUsage and
    /// the list of signed certificate timestamps.
    const PROCESSED: [&str; 7] = [
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.37",
        "1.3.6.1.4.1.11129.2.4.2",
    ];
    /// The others of RFC 5280 sections 4.2.1 and 4.2.2, and of RFC 7633.
    const NAMED: [(&str, &str); 12] = [
        ("2.5.29.9", "subjectDirectoryAttributes"),
        ("2.5.29.14", "subjectKeyIdentifier"),
        ("2.5.29.18", "issuerAltName"),
        ("2.5.29.32", "certificatePolicies"),
        ("2.5.29.33", "policyMappings"),
        ("2.5.29.35", "authorityKeyIdentifier"),
        ("2.5.29.36", "policyConstraints"),
        ("2.5.29.46", "freshestCRL"),
        ("2.5.29.54", "inhibitAnyPolicy"),
        ("1.3.6.1.5.5.7.1.1", "authorityInfoAccess"),
        ("1.3.6.1.5.5.7.1.11", "subjectInfoAccess"),
        ("1.3.6.1.5.5.7.1.24", "tlsFeature"),
    ];
    let (_, parsed) = X509Certificate::from_der(certificate.der()).ok()?;
    let critical = parsed.extensions().iter().filter(|extension| extension.critical);
    let mut ids = critical.map(|extension| oid_text(extension.oid.as_bytes()));
    let id = ids.find(|id| !PROCESSED.contains(&id.as_str()))?;
    let name = NAMED.iter().find(|(known, _)| *known == id).map(|(_, name)| *name);
    Some((id, name))
}
