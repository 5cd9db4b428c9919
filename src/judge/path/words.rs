//! What rustls-webpki says, in sentences for people.
//!
//! Its errors show themselves by the names of their variants. Each variant has a sentence here, and a
//! test holds the table against the library's source.

use webpki::Error;

/// What an error of a later rustls-webpki is called.
const UNNAMED: &str = "is refused by rustls-webpki for a reason that certgrab has no words for";

/// Completes the sentence "the certificate cannot be verified: it ...".
#[allow(deprecated)]
pub(super) fn sentence(error: &Error) -> &'static str {
    match error {
        Error::BadDer => "has a part that is not encoded in DER",
        Error::BadDerTime => "has a date that is not written as RFC 5280 section 4.1.2.5 demands",
        Error::CaUsedAsEndEntity => "is an authority's certificate and not a server's (CA:TRUE)",
        Error::CertDistrusted => "has a key that is distrusted",
        Error::CertExpired { .. } => "has expired",
        Error::CertNotValidForName(_) => "is not for the name asked for",
        Error::CertNotValidYet { .. } => "is not valid yet",
        Error::CertRevoked => "is revoked",
        Error::EmptyEkuExtension => "is for no purpose: its extKeyUsage is empty",
        Error::EndEntityUsedAsCa => "issued a certificate although it is no CA",
        Error::ExtensionValueInvalid => "has an extension whose value cannot be read",
        Error::InvalidCertValidity => "has a notAfter that is before its notBefore",
        Error::InvalidNetworkMaskConstraint => {
            "has nameConstraints with an address range that has no prefix length"
        }
        Error::InvalidSerialNumber => "has a serial number that breaks RFC 5280 section 4.1.2.2",
        // Which issuers were tried is not known here, so that none of them is accused.
        Error::InvalidSignatureForPublicKey => {
            "has a signature that no key at hand under its issuer's name verifies"
        }
        Error::MalformedDnsIdentifier => "has a DNS name that cannot be one",
        Error::MalformedExtensions => "has extensions that cannot be read",
        Error::MalformedNameConstraint => "has nameConstraints that cannot be read",
        Error::NameConstraintViolation => {
            "has a name that a CA above it may not issue for (nameConstraints)"
        }
        Error::PathLenConstraintViolated => {
            "has more intermediates above it than a CA allows (pathLenConstraint)"
        }
        Error::RequiredEkuNotFound | Error::RequiredEkuNotFoundContext(_) => {
            "is not for servers: its extKeyUsage has no serverAuth"
        }
        Error::SignatureAlgorithmMismatch => {
            "names one signature algorithm in its signed part and another behind it"
        }
        Error::TrailingData(_) => "has bytes behind one of its parts that do not belong there",
        Error::UnknownIssuer => "has no issuer at hand that can be verified here",
        Error::UnsupportedCertVersion => "is not of X.509 version 3, so it says nothing of its use",
        Error::UnsupportedCriticalExtension => {
            "has a critical extension that is not processed here"
        }
        Error::UnsupportedNameType => "is compared with no name of the kind asked for",
        Error::UnsupportedSignatureAlgorithm | Error::UnsupportedSignatureAlgorithmContext(_) => {
            "is signed with an algorithm that cannot be verified here"
        }
        Error::UnsupportedSignatureAlgorithmForPublicKey
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            "is signed with an algorithm that cannot be verified here with its issuer's key"
        }
        other => limit(other).or_else(|| revocation(other)).unwrap_or(UNNAMED),
    }
}

/// What is said of chains that rustls-webpki gives up on.
fn limit(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::MaximumNameConstraintComparisonsExceeded => {
            "has more names to compare with nameConstraints than are compared here"
        }
        Error::MaximumPathBuildCallsExceeded => "is the end of more paths than are tried here",
        Error::MaximumPathDepthExceeded => "has more intermediates above it than are tried, 6",
        Error::MaximumSignatureChecksExceeded => {
            "is the end of paths with more signatures than are checked here"
        }
        _ => return None,
    })
}

/// What is said of revocation lists, which certgrab gives rustls-webpki none of.
#[allow(deprecated)]
fn revocation(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::CrlExpired { .. } => "has a revocation list that has expired",
        Error::IssuerNotCrlSigner => "has a revocation list by an issuer that may sign none",
        Error::InvalidCrlSignatureForPublicKey => {
            "has a revocation list whose signature cannot be verified here"
        }
        Error::UnknownRevocationStatus => "has no revocation list that speaks of it",
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
            "has a revocation list of a kind that is not processed here"
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
    fn every_error_of_rustls_webpki_has_a_sentence_that_shows_no_variant() {
        let all = all();
        for error in &all {
            let sentence = sentence(error);
            assert_ne!(sentence, UNNAMED, "{error:?}");
            assert!(!sentence.contains(&variants::name(error)), "{sentence}");
        }
        variants::assert_complete("rustls-webpki", "Error", &all);
    }
}
