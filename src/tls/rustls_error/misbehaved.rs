//! How a server breaks TLS, in words: what rustls calls misbehaving.

use rustls::PeerMisbehaved as How;

/// Completes the sentence "the server breaks TLS: ...".
pub(super) fn how(how: &How) -> &'static str {
    TABLE.iter().find(|(_, all)| all.contains(how)).map_or(super::UNNAMED, |(words, _)| *words)
}

/// Each sentence with what it is said of.
const TABLE: &[(&str, &[How])] = &[
    (
        "it was asked in TLS 1.3 and answers in TLS 1.2, which it should not",
        &[How::AttemptedDowngradeToTls12WhenTls13IsSupported],
    ),
    (
        "an extension stands twice in one of its messages",
        &[
            How::DuplicateClientHelloExtensions,
            How::DuplicateEncryptedExtensions,
            How::DuplicateHelloRetryRequestExtensions,
            How::DuplicateNewSessionTicketExtensions,
            How::DuplicateServerHelloExtensions,
            How::DuplicateServerNameTypes,
            How::BadCertChainExtensions,
        ],
    ),
    (
        "it changes its mind about what it chose after it asked for another ClientHello",
        &[
            How::CipherSuiteDifferedOnRetry,
            How::EchAcceptanceVariedAfterRetry,
            How::HandshakeHashVariedAfterRetry,
            How::SelectedDifferentCipherSuiteAfterRetry,
            How::ServerNameDifferedOnRetry,
            How::RefusedToFollowHelloRetryRequest,
            How::MissingPskExtensionInSecondClientHello,
            How::EarlyDataAttemptedInSecondClientHello,
        ],
    ),
    (
        "it asks for another ClientHello in a way that cannot be followed",
        &[
            How::IllegalHelloRetryRequestWithEmptyCookie,
            How::IllegalHelloRetryRequestWithNoChanges,
            How::IllegalHelloRetryRequestWithOfferedGroup,
            How::IllegalHelloRetryRequestWithUnofferedCipherSuite,
            How::IllegalHelloRetryRequestWithUnofferedNamedGroup,
            How::IllegalHelloRetryRequestWithUnsupportedVersion,
            How::IllegalHelloRetryRequestWithWrongSessionId,
            How::IllegalHelloRetryRequestWithInvalidEch,
        ],
    ),
    ("it sends an extension encrypted that must not be", &[How::DisallowedEncryptedExtension]),
    (
        "it sends an extension in clear text that must be encrypted",
        &[How::UnexpectedCleartextExtension],
    ),
    (
        "it answers an extension that was not sent to it",
        &[
            How::UnsolicitedCertExtension,
            How::UnsolicitedEncryptedExtension,
            How::UnsolicitedSctList,
            How::UnsolicitedServerHelloExtension,
            How::UnsolicitedEchExtension,
        ],
    ),
    ("it chose a cipher suite that was not offered", &[How::SelectedUnofferedCipherSuite]),
    (
        "it chose a cipher suite that its version does not have",
        &[How::SelectedUnusableCipherSuiteForVersion],
    ),
    (
        "it chose a compression that was not offered",
        &[How::SelectedUnofferedCompression, How::SelectedUnofferedCertCompression],
    ),
    (
        "it chose a group that was not offered",
        &[How::SelectedUnofferedKxGroup, How::WrongGroupForKeyShare],
    ),
    (
        "it chose an application protocol that was not offered",
        &[How::SelectedUnofferedApplicationProtocol, How::OfferedEmptyApplicationProtocol],
    ),
    (
        "it chose a pre-shared key that was not offered",
        &[
            How::SelectedInvalidPsk,
            How::SelectedUnofferedPsk,
            How::IncorrectBinder,
            How::MissingBinderInPskExtension,
            How::MissingPskModesExtension,
            How::PskExtensionMustBeLast,
            How::PskExtensionWithMismatchedIdsAndBinders,
        ],
    ),
    (
        "it chose TLS 1.2 by the extension of TLS 1.3",
        &[How::SelectedTls12UsingTls13VersionExtension],
    ),
    (
        "it resumes a session that was not offered, or otherwise than it began",
        &[
            How::ResumptionAttemptedWithVariedEms,
            How::ResumptionOfferedWithVariedCipherSuite,
            How::ResumptionOfferedWithVariedEms,
            How::ResumptionOfferedWithIncompatibleCipherSuite,
        ],
    ),
    ("it repeats a session that there was none of", &[How::ServerEchoedCompatibilitySessionId]),
    (
        "it speaks of early data, of which there is none",
        &[
            How::EarlyDataExtensionWithoutResumption,
            How::EarlyDataOfferedWithVariedCipherSuite,
            How::OfferedEarlyDataWithOldProtocolVersion,
            How::RejectedEarlyDataInterleavedWithHandshakeMessage,
            How::TooMuchEarlyDataReceived,
            How::InvalidMaxEarlyDataSize,
        ],
    ),
    ("its share of the key is not sound", &[How::InvalidKeyShare]),
    ("it sends no share of the key", &[How::MissingKeyShare]),
    ("it sends the same share of a key twice", &[How::OfferedDuplicateKeyShares]),
    (
        "it offers compressions of certificates that cannot be",
        &[How::OfferedDuplicateCertificateCompressions, How::OfferedIncorrectCompressions],
    ),
    ("its compressed certificates cannot be read", &[How::InvalidCertCompression]),
    ("its change of cipher comes where none may be", &[How::IllegalMiddleboxChangeCipherSpec]),
    ("an encrypted record of it has no type", &[How::IllegalTlsInnerPlaintext]),
    ("its keys change within a message", &[How::KeyEpochWithPendingFragment]),
    (
        "other records come within a handshake message",
        &[How::MessageInterleavedWithHandshakeMessage],
    ),
    (
        "it speaks as in QUIC",
        &[How::KeyUpdateReceivedInQuicConnection, How::MissingQuicTransportParameters],
    ),
    (
        "it takes no uncompressed points of elliptic curves",
        &[How::ServerHelloMustOfferUncompressedEcPoints],
    ),
    ("its list of names does not hold one name", &[How::ServerNameMustContainOneHostName]),
    (
        "it signed with a scheme that does not fit the cipher suite",
        &[How::SignedKxWithWrongAlgorithm],
    ),
    (
        "it signed with a scheme that was not offered",
        &[How::SignedHandshakeWithUnadvertisedSigScheme],
    ),
    ("it sends too many empty records", &[How::TooManyEmptyFragments]),
    ("it updates its keys too often", &[How::TooManyKeyUpdateRequests]),
    ("it asks to renegotiate too often", &[How::TooManyRenegotiationRequests]),
    ("it sends too many warnings", &[How::TooManyWarningAlertsReceived]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::variants;

    #[test]
    fn every_way_of_misbehaving_has_a_sentence() {
        let all: Vec<How> = TABLE.iter().flat_map(|(_, all)| all.iter().cloned()).collect();
        for one in &all {
            assert!(!how(one).contains(&variants::name(one)), "{}", how(one));
        }
        variants::assert_complete("rustls", "PeerMisbehaved", &all);
    }
}
