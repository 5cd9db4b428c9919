//! Sentences for the errors of rustls-webpki.
//!
//! `Display` of these errors prints the name of the variant. Each variant has a sentence here, and a
//! test compares the table with the source of the library.

use webpki::Error;

/// The sentence for an error of a later rustls-webpki.
const UNNAMED: &str = "is rejected by rustls-webpki for a reason unknown to certgrab";

/// Completes the sentence "the certificate cannot be verified: it ...".
#[allow(deprecated)]
pub(super) fn sentence(error: &Error) -> &'static str {
    match error {
        Error::BadDer => "has a part that is not encoded in DER",
        Error::BadDerTime => "has a date that violates RFC 5280 section 4.1.2.5",
        Error::CaUsedAsEndEntity => "is a CA certificate (CA:TRUE), not a server certificate",
        Error::CertDistrusted => "has a key that is distrusted",
        Error::CertExpired { .. } => "has expired",
        Error::CertNotValidForName(_) => "is not valid for the requested name",
        Error::CertNotValidYet { .. } => "is not valid yet",
        Error::CertRevoked => "is revoked",
        Error::EmptyEkuExtension => "has an empty extKeyUsage",
        Error::EndEntityUsedAsCa => "issued a certificate but is not a CA",
        Error::ExtensionValueInvalid => "has an extension whose value cannot be read",
        Error::InvalidCertValidity => "has a notAfter that is before its notBefore",
        Error::InvalidNetworkMaskConstraint => {
            "has nameConstraints with an address range that has no prefix length"
        }
        Error::InvalidSerialNumber => "has a serial number that breaks RFC 5280 section 4.1.2.2",
        // It is not known here which issuers were tried, so none is named.
        Error::InvalidSignatureForPublicKey => {
            "has a signature that no available key of its issuer verifies"
        }
        Error::MalformedDnsIdentifier => "has an invalid DNS name",
        Error::MalformedExtensions => "has extensions that cannot be read",
        Error::MalformedNameConstraint => "has nameConstraints that cannot be read",
        Error::NameConstraintViolation => {
            "has a name that the nameConstraints of a CA above it forbid"
        }
        Error::PathLenConstraintViolated => {
            "has more intermediates above it than a CA's pathLenConstraint allows"
        }
        Error::RequiredEkuNotFound | Error::RequiredEkuNotFoundContext(_) => {
            "is not valid for servers: its extKeyUsage has no serverAuth"
        }
        Error::SignatureAlgorithmMismatch => {
            "names different algorithms in signature and signatureAlgorithm"
        }
        Error::TrailingData(_) => "has trailing bytes after one of its parts",
        Error::UnknownIssuer => "has no available issuer that can be verified",
        Error::UnsupportedCertVersion => "is not X.509 version 3, so it does not state its purpose",
        Error::UnsupportedCriticalExtension => {
            "has a critical extension that certgrab does not support"
        }
        Error::UnsupportedNameType => "cannot be matched against this type of name",
        Error::UnsupportedSignatureAlgorithm | Error::UnsupportedSignatureAlgorithmContext(_) => {
            "is signed with an algorithm that certgrab does not support"
        }
        Error::UnsupportedSignatureAlgorithmForPublicKey
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "is signed with an algorithm that certgrab does not support for its issuer's key"
        }
        other => limit(other).or_else(|| revocation(other)).unwrap_or(UNNAMED),
    }
}

/// The sentences for chains that exceed the limits of rustls-webpki.
fn limit(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::MaximumNameConstraintComparisonsExceeded => {
            "needs more nameConstraints comparisons than the limit"
        }
        Error::MaximumPathBuildCallsExceeded => "has more paths than the limit",
        Error::MaximumPathDepthExceeded => "has more than 6 intermediates above it",
        Error::MaximumSignatureChecksExceeded => "needs more signature checks than the limit",
        _ => return None,
    })
}

/// The sentences for revocation lists, which certgrab does not use.
#[allow(deprecated)]
fn revocation(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::CrlExpired { .. } => "has a revocation list that has expired",
        Error::IssuerNotCrlSigner => "has a revocation list from an issuer that may not sign one",
        Error::InvalidCrlSignatureForPublicKey => {
            "has a revocation list with a signature that does not verify"
        }
        Error::UnknownRevocationStatus => "has no revocation list that covers it",
        Error::InvalidCrlNumber => "has a revocation list whose number cannot be read",
        Error::UnsupportedCrlIssuingDistributionPoint
        | Error::UnsupportedCrlVersion
        | Error::UnsupportedDeltaCrl
        | Error::UnsupportedIndirectCrl
        | Error::UnsupportedRevocationReason
        | Error::UnsupportedRevocationReasonsPartitioning
        | Error::UnsupportedCrlSignatureAlgorithm
        | Error::UnsupportedCrlSignatureAlgorithmContext(_)
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKey
        | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
            "has a revocation list of an unsupported kind"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::{ServerName, UnixTime};
    use webpki::{
        DerTypeId, InvalidNameContext, UnsupportedSignatureAlgorithmContext,
        UnsupportedSignatureAlgorithmForPublicKeyContext,
    };

    use super::*;
    use crate::text::variants;

    #[allow(deprecated)]
    fn all() -> Vec<Error> {
        let time = UnixTime::since_unix_epoch(std::time::Duration::ZERO);
        let context = || UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: Vec::new(),
            supported_algorithms: Vec::new(),
        };
        let key_context = || UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: Vec::new(),
            public_key_algorithm_id: Vec::new(),
        };
        let name = InvalidNameContext {
            expected: ServerName::try_from("plc.test").unwrap(),
            presented: Vec::new(),
        };
        let usage = webpki::RequiredEkuNotFoundContext {
            required: webpki::KeyUsage::server_auth(),
            present: Vec::new(),
        };
        vec![
            Error::BadDer,
            Error::BadDerTime,
            Error::CaUsedAsEndEntity,
            Error::CertDistrusted,
            Error::CertExpired { time, not_after: time },
            Error::CertNotValidForName(name),
            Error::CertNotValidYet { time, not_before: time },
            Error::CertRevoked,
            Error::CrlExpired { time, next_update: time },
            Error::EmptyEkuExtension,
            Error::EndEntityUsedAsCa,
            Error::ExtensionValueInvalid,
            Error::InvalidCertValidity,
            Error::InvalidCrlNumber,
            Error::InvalidNetworkMaskConstraint,
            Error::InvalidSerialNumber,
            Error::InvalidCrlSignatureForPublicKey,
            Error::InvalidSignatureForPublicKey,
            Error::IssuerNotCrlSigner,
            Error::MalformedDnsIdentifier,
            Error::MalformedExtensions,
            Error::MalformedNameConstraint,
            Error::MaximumNameConstraintComparisonsExceeded,
            Error::MaximumPathBuildCallsExceeded,
            Error::MaximumPathDepthExceeded,
            Error::MaximumSignatureChecksExceeded,
            Error::NameConstraintViolation,
            Error::PathLenConstraintViolated,
            Error::RequiredEkuNotFound,
            Error::RequiredEkuNotFoundContext(usage),
            Error::SignatureAlgorithmMismatch,
            Error::TrailingData(DerTypeId::Certificate),
            Error::UnknownIssuer,
            Error::UnknownRevocationStatus,
            Error::UnsupportedCertVersion,
            Error::UnsupportedCriticalExtension,
            Error::UnsupportedCrlIssuingDistributionPoint,
            Error::UnsupportedCrlVersion,
            Error::UnsupportedDeltaCrl,
            Error::UnsupportedIndirectCrl,
            Error::UnsupportedNameType,
            Error::UnsupportedRevocationReason,
            Error::UnsupportedRevocationReasonsPartitioning,
            Error::UnsupportedCrlSignatureAlgorithm,
            Error::UnsupportedCrlSignatureAlgorithmContext(context()),
            Error::UnsupportedSignatureAlgorithm,
            Error::UnsupportedSignatureAlgorithmContext(context()),
            Error::UnsupportedCrlSignatureAlgorithmForPublicKey,
            Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(key_context()),
            Error::UnsupportedSignatureAlgorithmForPublicKey,
            Error::UnsupportedSignatureAlgorithmForPublicKeyContext(key_context()),
        ]
    }

    #[test]
    fn every_rustls_webpki_error_has_a_sentence() {
        let all = all();
        for error in &all {
            let sentence = sentence(error);
            assert_ne!(sentence, UNNAMED, "{error:?}");
            assert!(!sentence.contains(&variants::name(error)), "{sentence}");
        }
        variants::assert_complete("rustls-webpki", "Error", &all);
    }
}
