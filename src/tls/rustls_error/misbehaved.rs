//! How a server violates TLS: what rustls calls misbehaving.

use rustls::PeerMisbehaved as How;

/// Completes the sentence "the server breaks TLS: ...".
pub(super) fn how(how: &How) -> &'static str {
    TABLE.iter().find(|(_, all)| all.contains(how)).map_or(super::UNNAMED, |(words, _)| *words)
}

/// Each sentence with its errors.
const TABLE: &[(&str, &[How])] = &[
    (
        "it was offered TLS 1.3 and supports it, but answered in TLS 1.2",
        &[How::AttemptedDowngradeToTls12WhenTls13IsSupported],
    ),
    (
        "one of its messages has a duplicate extension",
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
        "it changed its choice after it requested another ClientHello",
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
        "its request for another ClientHello cannot be satisfied",
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
    ("it encrypts an extension that must be in clear text", &[How::DisallowedEncryptedExtension]),
    (
        "it sends an extension in clear text that must be encrypted",
        &[How::UnexpectedCleartextExtension],
    ),
    (
        "it answers an extension that was not sent",
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
        "it resumes a session that was not offered, or with other parameters",
        &[
            How::ResumptionAttemptedWithVariedEms,
            How::ResumptionOfferedWithVariedCipherSuite,
            How::ResumptionOfferedWithVariedEms,
            How::ResumptionOfferedWithIncompatibleCipherSuite,
        ],
    ),
    ("it echoes a session ID that resumes nothing", &[How::ServerEchoedCompatibilitySessionId]),
    (
        "it uses early data, which was not offered",
        &[
            How::EarlyDataExtensionWithoutResumption,
            How::EarlyDataOfferedWithVariedCipherSuite,
            How::OfferedEarlyDataWithOldProtocolVersion,
            How::RejectedEarlyDataInterleavedWithHandshakeMessage,
            How::TooMuchEarlyDataReceived,
            How::InvalidMaxEarlyDataSize,
        ],
    ),
    ("its key share is invalid", &[How::InvalidKeyShare]),
    ("it sends no key share", &[How::MissingKeyShare]),
    ("it sends a duplicate key share", &[How::OfferedDuplicateKeyShares]),
    (
        "it offers invalid certificate compressions",
        &[How::OfferedDuplicateCertificateCompressions, How::OfferedIncorrectCompressions],
    ),
    ("its compressed certificates cannot be read", &[How::InvalidCertCompression]),
    ("it sends a ChangeCipherSpec where none is allowed", &[How::IllegalMiddleboxChangeCipherSpec]),
    ("one of its encrypted records has no type", &[How::IllegalTlsInnerPlaintext]),
    ("its keys change within a message", &[How::KeyEpochWithPendingFragment]),
    (
        "it sends other records within a handshake message",
        &[How::MessageInterleavedWithHandshakeMessage],
    ),
    (
        "it uses messages of QUIC",
        &[How::KeyUpdateReceivedInQuicConnection, How::MissingQuicTransportParameters],
    ),
    (
        "it does not accept uncompressed elliptic curve points",
        &[How::ServerHelloMustOfferUncompressedEcPoints],
    ),
    (
        "its list of server names does not hold exactly one name",
        &[How::ServerNameMustContainOneHostName],
    ),
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
    fn every_misbehaviour_has_a_sentence() {
        let all: Vec<How> = TABLE.iter().flat_map(|(_, all)| all.iter().cloned()).collect();
        for one in &all {
            assert!(!how(one).contains(&variants::name(one)), "{}", how(one));
        }
        variants::assert_complete("rustls", "PeerMisbehaved", &all);
    }
}
