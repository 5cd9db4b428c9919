//! Which certificate rustls-webpki refuses, and why, in words.
//!
//! In: the chain as names and signatures join it, and the error. Out: the certificate that the
//! error is about, with a reason. rustls-webpki decides; this only finds out what it means.

use webpki::Error;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _, x509::X509Version};

use crate::x509::{
    certificate::{Certificate, Key},
    extensions::RSA_BITS,
    signature,
};

/// The certificate of `chain`, from the leaf up, that `error` is about, and the reason.
///
/// The reason completes the sentence "the certificate is not verifiable: it ...".
pub(super) fn of<'a>(
    chain: &[&'a Certificate],
    error: &Error,
) -> Option<(&'a Certificate, String)> {
    let leaf = *chain.first()?;
    match error {
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        | Error::InvalidSignatureForPublicKey
        | Error::SignatureAlgorithmMismatch => unverifiable_signature(chain),
        Error::CaUsedAsEndEntity => {
            let reason = "is an authority's certificate and not a server's (CA:TRUE)";
            Some((leaf, reason.to_owned()))
        }
        Error::EndEntityUsedAsCa => {
            let culprit = chain.iter().skip(1).find(|one| !is_authority(one))?;
            Some((culprit, "issued a certificate although it is no CA".to_owned()))
        }
        Error::UnsupportedCertVersion => {
            let culprit = chain.iter().find(|one| !is_version_3(one))?;
            Some((culprit, "is not of X.509 version 3, so it says nothing of its use".to_owned()))
        }
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            let culprit = chain.iter().find(|one| !is_for_servers(one))?;
            Some((culprit, "is not for servers: its extKeyUsage has no serverAuth".to_owned()))
        }
        Error::NameConstraintViolation => Some((
            leaf,
            "has a name that an authority above it may not issue for (nameConstraints)".to_owned(),
        )),
        Error::PathLenConstraintViolated => Some((
            leaf,
            "has more intermediates above it than an authority allows (pathLenConstraint)"
                .to_owned(),
        )),
        Error::MaximumPathDepthExceeded => {
            Some((leaf, "has more intermediates above it than are tried, 6".to_owned()))
        }
        Error::UnsupportedCriticalExtension => chain.iter().find_map(|one| {
            let reason = match unprocessed_critical_extension(one)? {
                (id, Some(name)) => {
                    format!("has the critical extension {name} ({id}), which is not processed here")
                }
                (id, None) => {
                    format!("has the critical extension {id}, which certgrab does not know")
                }
            };
            Some((*one, reason))
        }),
        _ => None,
    }
}

/// The first signature that is by an algorithm or a key that is not verified with.
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
            let reason = format!("has an RSA key of {bits} bits, wanted {from} to {to}");
            return Some((issuer, reason));
        }
        if signature::is_signed_by(child.der(), issuer.spki_der()).is_none() {
            let key = issuer.key();
            let reason = format!("is signed with {algorithm} by a key of {key}, not verified here");
            return Some((child, reason));
        }
    }
    None
}

fn is_authority(certificate: &Certificate) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else { return false };
    parsed.is_ca()
}

fn is_version_3(certificate: &Certificate) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate.der()) else { return false };
    parsed.version() == X509Version::V3
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
/// process.
fn unprocessed_critical_extension(
    certificate: &Certificate,
) -> Option<(String, Option<&'static str>)> {
    /// Those that it does (rustls-webpki 0.103, `remember_cert_extension`): keyUsage,
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
    let mut ids = critical.map(|extension| extension.oid.to_id_string());
    let id = ids.find(|id| !PROCESSED.contains(&id.as_str()))?;
    let name = NAMED.iter().find(|(known, _)| *known == id).map(|(_, name)| *name);
    Some((id, name))
}
