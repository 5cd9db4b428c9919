//! Which certificate rustls-webpki rejects, and why.
//!
//! In: the chain by names and signatures, and the error. Out: the certificate that the error is
//! about, with a reason. rustls-webpki decides; this only explains the decision.

use rustls_pki_types::{CertificateDer, ServerName};
use webpki::{EndEntityCert, Error, anchor_from_trusted_cert};

use super::{
    Question, constraints, pss,
    verify::{verify_below, verify_name},
    words,
};
use crate::text::count::counted;
use crate::x509::{
    certificate::{Certificate, Key},
    der::{Elements, oid_text, only},
    extensions::{self, ServerUse},
    signature::{self, ecdsa},
    signed::{self, RSA_BITS},
};

/// The certificate of `chain`, from the leaf up, that `error` is about, and the reason.
///
/// `is_anchored` says whether the chain ends in a trusted root. The reason completes the sentence "the
/// certificate cannot be verified: it ...".
pub(super) fn of<'a>(
    chain: &[&'a Certificate],
    is_anchored: bool,
    error: &Error,
    question: Question<'_>,
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
            chain.iter().skip(1).find(|one| !one.extensions().is_authority).copied().map(says)
        }
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            let is_taken = |one: &Certificate| {
                matches!(one.extensions().server_use, ServerUse::Unrestricted | ServerUse::Named)
            };
            chain.iter().find(|one| !is_taken(one)).copied().map(says)
        }
        Error::NameConstraintViolation => {
            constraints::violated(chain, question).or_else(|| Some(says(leaf)))
        }
        Error::PathLenConstraintViolated => too_long(chain).or_else(|| Some(says(leaf))),
        Error::UnsupportedCriticalExtension => chain.iter().find_map(|one| {
            let id = unprocessed_critical_extension(one)?;
            let text = oid_text(id);
            let reason = match extensions::name(id) {
                Some(name) => format!(
                    "has the critical extension {name} ({text}), which certgrab does not support"
                ),
                None => format!("has the critical extension {text}, which certgrab does not know"),
            };
            Some((*one, reason))
        }),
        // rustls-webpki ignores a root that it cannot read.
        Error::UnknownIssuer if is_anchored => {
            let root = *chain.last()?;
            let error = anchor_from_trusted_cert(&CertificateDer::from(root.der())).err()?;
            Some((root, words::sentence(&error).to_owned()))
        }
        _ => chain
            .iter()
            .find(|one| alone(one).as_ref() == Some(error))
            .or_else(|| fails_when_used(chain, error, question))
            .copied()
            .map(says),
    }
}

/// The certificate of `chain` that gives `error` when its extensions are read: rustls-webpki reads each
/// one only when it needs it.
fn fails_when_used<'a, 'b>(
    chain: &'b [&'a Certificate],
    error: &Error,
    question: Question<'_>,
) -> Option<&'b &'a Certificate> {
    let gives = |below: &[&Certificate], anchor: &Certificate| {
        verify_below(below, anchor, None, question).err().as_ref() == Some(error)
    };
    // The leaf reads its names, and each certificate its basicConstraints below its own issuer.
    let own = chain.iter().enumerate().find(|(place, one)| {
        let above = chain.get(place + 1).copied();
        (*place == 0 && names_of(one).err().as_ref() == Some(error))
            || above.is_some_and(|above| gives(&[one], above))
    });
    // nameConstraints are read with the names below them.
    let above = || (1..chain.len()).find(|place| gives(&chain[..*place], chain[*place]));
    own.map(|(_, one)| one).or_else(|| above().map(|place| &chain[place]))
}

/// The error of rustls-webpki for the names of a leaf, which are not compared.
fn names_of(leaf: &Certificate) -> Result<(), Error> {
    let Ok(any) = ServerName::try_from("name.invalid") else { return Ok(()) };
    match verify_name(leaf, &any) {
        Err(Error::CertNotValidForName(_)) => Ok(()),
        outcome => outcome,
    }
}

/// The error of rustls-webpki for a certificate alone.
fn alone(certificate: &Certificate) -> Option<Error> {
    EndEntityCert::try_from(&CertificateDer::from(certificate.der())).err()
}

/// The first certificate whose pathLenConstraint allows fewer intermediates than are below it.
fn too_long<'a>(chain: &[&'a Certificate]) -> Option<(&'a Certificate, String)> {
    chain.iter().enumerate().skip(1).find_map(|(place, one)| {
        let most = one.extensions().path_length?;
        // RFC 5280 section 4.2.1.9: a self-issued intermediate does not count.
        let below = chain[1..place].iter().filter(|one| !one.is_self_issued()).count();
        let is_exceeded = u32::try_from(below).is_ok_and(|below| below > most);
        let reason = format!(
            "allows {} below it and has {below} in the chain (pathLenConstraint)",
            counted(most, "intermediate")
        );
        is_exceeded.then_some((*one, reason))
    })
}

/// The first signature with an unsupported algorithm or key.
fn unverifiable_signature<'a>(chain: &[&'a Certificate]) -> Option<(&'a Certificate, String)> {
    let mut links = chain.iter().zip(chain.iter().skip(1));
    links.find_map(|(child, issuer)| unsupported_link(child, issuer))
}

/// Why the signature on `child` cannot be verified with the key of `issuer`, and which of the two is
/// the reason. No signature is computed.
pub(super) fn unsupported_link<'a>(
    child: &'a Certificate,
    issuer: &'a Certificate,
) -> Option<(&'a Certificate, String)> {
    let algorithm = child.signature_algorithm();
    if let Some(reason) = broken_digest(child) {
        return Some((child, reason));
    }
    let key = issuer.key();
    if let (Key::Rsa { .. }, Some(bits)) = (key, key.bits())
        && !RSA_BITS.contains(&bits)
    {
        let (from, to) = (RSA_BITS.start(), RSA_BITS.end());
        return Some((issuer, format!("has an RSA key of {bits} bits, expected {from} to {to}")));
    }
    if let Key::Ec { point, .. } = key
        && !ecdsa::is_point(point)
    {
        let reason = "has an EC key in hybrid form, which certgrab does not support".to_owned();
        return Some((issuer, reason));
    }
    if !signed::is_verified_with(key) {
        return Some((issuer, format!("has an unsupported key, {key}")));
    }
    if matches!(key, Key::Rsa { .. }) && !has_null(issuer.spki_der()) {
        let reason = "has an RSA key whose algorithm identifier lacks NULL (RFC 3279)".to_owned();
        return Some((issuer, reason));
    }
    let reason = match signature::signature_check(child.der(), issuer.spki_der()) {
        Some(check) if check.is_readable() => return None,
        Some(_) => format!("has an {algorithm} signature that is not encoded in DER"),
        None => {
            let part = pss::unsupported(child).filter(|_| matches!(key, Key::Rsa { .. }));
            let part = part.map(|part| format!(" and {part}")).unwrap_or_default();
            format!(
                "is signed with {algorithm}{part} by a key of {key}, which certgrab does not support"
            )
        }
    };
    Some((child, reason))
}

/// Why the signature on `child` cannot be verified with any key.
pub(super) fn unsupported_signature(child: &Certificate) -> Option<String> {
    broken_digest(child).or_else(|| {
        let part = pss::unsupported(child).map(|part| format!(" and {part}")).unwrap_or_default();
        let algorithm = child.signature_algorithm();
        let reason = format!("is signed with {algorithm}{part}, which certgrab does not support");
        (!signature::is_supported(child.der())).then_some(reason)
    })
}

/// The reason if the signature on `child` has a digest for which colliding certificates have been
/// made (RFC 9155 section 1).
fn broken_digest(child: &Certificate) -> Option<String> {
    let algorithm = child.signature_algorithm();
    let digest = algorithm.digest().filter(|digest| digest.is_broken())?;
    Some(format!("is signed with {algorithm}, and {digest} is broken"))
}

/// Whether the AlgorithmIdentifier of an RSA key has the NULL that RFC 3279 section 2.3.1 demands.
fn has_null(spki: &[u8]) -> bool {
    let algorithm = only(spki).and_then(|spki| Elements::of(spki.value).sequence());
    algorithm.is_some_and(|algorithm| Elements::of(algorithm.value).nth(1).is_some())
}

/// The first critical extension that rustls-webpki does not support.
fn unprocessed_critical_extension(certificate: &Certificate) -> Option<&[u8]> {
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
    certificate.critical_extensions().find(|id| !PROCESSED.contains(&oid_text(id).as_str()))
}
