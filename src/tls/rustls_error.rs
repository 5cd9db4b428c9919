//! Errors of rustls as sentences.
//!
//! rustls shows its errors by the names of their variants. Each has a sentence here or in
//! [`misbehaved`], and tests compare the tables with the library's source.

mod misbehaved;

use rustls::{
    CertificateError, ContentType, Error, HandshakeType, InvalidMessage, PeerIncompatible,
    PeerMisbehaved,
};

use crate::text::foreign::Foreign;

/// The end of the sentence for an error of a later rustls.
const UNNAMED: &str = "in a way that certgrab cannot describe";

/// What the peer requires and rustls does not support, as a sentence about the peer.
pub(crate) fn incompatible(why: &PeerIncompatible) -> Foreign {
    use PeerIncompatible as Why;
    Foreign::text(match why {
        Why::ServerDoesNotSupportTls12Or13
        | Why::ServerTlsVersionIsDisabledByOurConfig
        | Why::Tls12NotOffered
        | Why::Tls12NotOfferedOrEnabled
        | Why::Tls13RequiredForQuic => "the server speaks neither TLS 1.2 nor TLS 1.3",
        Why::NoCipherSuitesInCommon => "the server supports none of the offered cipher suites",
        Why::NoKxGroupsInCommon | Why::NamedGroupsExtensionRequired => {
            "the server supports none of the offered groups"
        }
        Why::NoSignatureSchemesInCommon
        | Why::NoCertificateRequestSignatureSchemesInCommon
        | Why::SignatureAlgorithmsExtensionRequired => {
            "the server supports none of the offered signature schemes"
        }
        Why::EcPointsExtensionRequired
        | Why::NoEcPointFormatsInCommon
        | Why::UncompressedEcPointsRequired => {
            "the server does not accept uncompressed elliptic curve points"
        }
        Why::ExtendedMasterSecretExtensionRequired => {
            "the server does not support the extended master secret (RFC 7627)"
        }
        Why::IncorrectCertificateTypeExtension | Why::UnsolicitedCertificateTypeExtension => {
            "the server answers with a type of certificate that was not offered (RFC 7250)"
        }
        Why::KeyShareExtensionRequired => "the server did not send a key share",
        Why::NullCompressionRequired => "the server compresses, which was not offered",
        Why::ServerSentHelloRetryRequestWithUnknownExtension => {
            "the server requested another ClientHello with an unknown extension"
        }
        Why::SupportedVersionsExtensionRequired => "the server does not name its version",
        Why::ServerRejectedEncryptedClientHello(_) => "the server rejects an encrypted ClientHello",
        _ => "the server and certgrab are incompatible in a way that certgrab cannot describe",
    })
}

/// How the peer violates the protocol, or what else ended the handshake, as a sentence.
pub(crate) fn broken(error: &Error) -> Foreign {
    Foreign::text(&match error {
        // How rustls reports Ed448 with a suite of TLS 1.2.
        Error::PeerMisbehaved(PeerMisbehaved::SignedKxWithWrongAlgorithm) => {
            "the server signed with a scheme that rustls does not know for the cipher suite"
                .to_owned()
        }
        Error::PeerMisbehaved(how) => format!("the server breaks TLS: {}", misbehaved::how(how)),
        Error::InvalidMessage(how) => {
            format!("the server sent a message that cannot be read: {}", unreadable(how))
        }
        Error::InappropriateMessage { got_type, .. } => {
            format!("the server sent {} where it is not allowed", record(*got_type))
        }
        Error::InappropriateHandshakeMessage { got_type, .. } => {
            format!("the server sent {} where it is not allowed", message(*got_type))
        }
        Error::PeerIncompatible(why) => return incompatible(why),
        Error::InvalidCertificate(why) => certificate(why).to_owned(),
        other => plain(other).to_owned(),
    })
}

/// The errors with a fixed sentence.
fn plain(error: &Error) -> &'static str {
    match error {
        Error::NoCertificatesPresented => "the server sent no certificate",
        Error::DecryptError => "what the server encrypted cannot be decrypted",
        Error::PeerSentOversizedRecord => "the server sent a record that is larger than TLS allows",
        Error::AlertReceived(_) => "the server refused the handshake with an alert",
        Error::InvalidEncryptedClientHello(_) => "the ClientHello could not be encrypted",
        Error::UnsupportedNameType => "the server name cannot be sent in TLS",
        Error::EncryptError => "a message to the server could not be encrypted",
        Error::InvalidCertRevocationList(_) => "a revocation list cannot be read",
        Error::FailedToGetCurrentTime => "this machine's clock does not give the time",
        Error::FailedToGetRandomBytes => "this machine's random number generator fails",
        Error::HandshakeNotComplete => "the handshake broke off",
        Error::NoApplicationProtocol => {
            "the server supports none of the offered application protocols"
        }
        Error::BadMaxFragmentSize => "the size of records to send is out of range",
        Error::InconsistentKeys(_) => "the certificate does not match the private key",
        Error::General(_) | Error::Other(_) => "rustls ended the handshake without a reason",
        _ => "rustls ended the handshake in a way that certgrab cannot describe",
    }
}

/// The part of a message that cannot be read.
fn unreadable(how: &InvalidMessage) -> String {
    use InvalidMessage as How;
    match how {
        How::MissingData(what) => format!("it ends inside {}", part(what)),
        How::TrailingData(what) => format!("extra bytes follow {}", part(what)),
        How::UnexpectedMessage(what) => format!("it is not {}", part(what)),
        How::IllegalEmptyList(what) => format!("the list of {} is empty", part(what)),
        How::DuplicateExtension(number) => format!("extension {number} appears twice"),
        other => fixed(other).to_owned(),
    }
}

fn fixed(how: &InvalidMessage) -> &'static str {
    use InvalidMessage as How;
    match how {
        How::CertificatePayloadTooLarge | How::HandshakePayloadTooLarge => {
            "it is larger than rustls accepts"
        }
        How::InvalidCcs => "its ChangeCipherSpec is not the byte 1",
        How::InvalidContentType => "its record type is unknown",
        How::InvalidCertificateStatusType => "its type of certificate status is unknown",
        How::InvalidCertRequest => "it asks for a certificate with a context",
        How::InvalidDhParams => "its Diffie-Hellman parameters are invalid",
        How::InvalidEmptyPayload => "it is empty",
        How::InvalidKeyUpdate => "its key update has an unknown type",
        How::InvalidServerName => "its server name is invalid",
        How::MessageTooLarge => "it is larger than TLS allows",
        How::MessageTooShort => "it is shorter than it says",
        How::MissingKeyExchange => "it has no group for the key exchange",
        How::NoSignatureSchemes => "it has no signature scheme",
        How::UnknownProtocolVersion => "its version is unknown",
        How::UnsupportedCompression => "it is compressed",
        How::UnsupportedCurveType => "it has a curve that is not a named curve",
        How::UnsupportedKeyExchangeAlgorithm(_) => "its key exchange is not supported",
        How::EmptyTicketValue => "its ticket is empty",
        How::IllegalEmptyValue => "a value in it is empty",
        How::PreSharedKeyIsNotFinalExtension => "a pre-shared key is not its last extension",
        How::UnknownHelloRetryRequestExtension => {
            "it asks for another ClientHello with an unknown extension"
        }
        How::UnknownCertificateExtension => "a certificate in it has an unknown extension",
        _ => UNNAMED,
    }
}

/// A part of a message, which rustls names by its type: `HandshakePayload` as `handshake payload`.
fn part(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase()
            && words.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit())
        {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

fn certificate(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::BadSignature => {
            "the server signed the handshake with a key that does not match its certificate"
        }
        CertificateError::BadEncoding => "the server's certificate cannot be read by rustls",
        _ => "rustls rejects the server's certificate",
    }
}

/// A record by its type (RFC 8446 section 5.1).
fn record(kind: ContentType) -> String {
    match kind {
        ContentType::ChangeCipherSpec => "a change of cipher".to_owned(),
        ContentType::Alert => "an alert".to_owned(),
        ContentType::Handshake => "a handshake message".to_owned(),
        ContentType::ApplicationData => "application data".to_owned(),
        ContentType::Heartbeat => "a heartbeat".to_owned(),
        other => format!("a record of type {}", u8::from(other)),
    }
}

/// A handshake message by its type, with its name in RFC 8446 section 4 or RFC 5246 section 7.4.
fn message(kind: HandshakeType) -> String {
    const NAMES: [(HandshakeType, &str); 20] = [
        (HandshakeType::HelloRequest, "a hello request"),
        (HandshakeType::ClientHello, "a client hello"),
        (HandshakeType::ServerHello, "a server hello"),
        (HandshakeType::HelloVerifyRequest, "a hello verify request"),
        (HandshakeType::NewSessionTicket, "a new session ticket"),
        (HandshakeType::EndOfEarlyData, "an end of early data"),
        (HandshakeType::HelloRetryRequest, "a hello retry request"),
        (HandshakeType::EncryptedExtensions, "encrypted extensions"),
        (HandshakeType::Certificate, "a certificate message"),
        (HandshakeType::ServerKeyExchange, "a server key exchange"),
        (HandshakeType::CertificateRequest, "a certificate request"),
        (HandshakeType::ServerHelloDone, "a server hello done"),
        (HandshakeType::CertificateVerify, "a certificate verify"),
        (HandshakeType::ClientKeyExchange, "a client key exchange"),
        (HandshakeType::Finished, "a finished message"),
        (HandshakeType::CertificateURL, "a certificate URL"),
        (HandshakeType::CertificateStatus, "a certificate status"),
        (HandshakeType::KeyUpdate, "a key update"),
        (HandshakeType::CompressedCertificate, "a compressed certificate"),
        (HandshakeType::MessageHash, "a message hash"),
    ];
    let known = NAMES.iter().find(|(known, _)| *known == kind);
    known
        .map_or_else(|| format!("a message of type {}", u8::from(kind)), |(_, name)| (*name).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::variants;

    /// Asserts that the sentence of each error is unique, and is not the error's name.
    fn assert_sentences<E: std::fmt::Debug>(all: &[E], sentence: impl Fn(&E) -> String) {
        for error in all {
            let sentence = sentence(error);
            assert!(!sentence.contains("cannot describe"), "{error:?}");
            assert!(!sentence.contains(&variants::name(error)), "{sentence}");
        }
    }

    #[test]
    fn every_incompatibility_has_a_sentence() {
        use PeerIncompatible as Why;
        let all = [
            Why::EcPointsExtensionRequired,
            Why::ExtendedMasterSecretExtensionRequired,
            Why::IncorrectCertificateTypeExtension,
            Why::KeyShareExtensionRequired,
            Why::NamedGroupsExtensionRequired,
            Why::NoCertificateRequestSignatureSchemesInCommon,
            Why::NoCipherSuitesInCommon,
            Why::NoEcPointFormatsInCommon,
            Why::NoKxGroupsInCommon,
            Why::NoSignatureSchemesInCommon,
            Why::NullCompressionRequired,
            Why::ServerDoesNotSupportTls12Or13,
            Why::ServerSentHelloRetryRequestWithUnknownExtension,
            Why::ServerTlsVersionIsDisabledByOurConfig,
            Why::SignatureAlgorithmsExtensionRequired,
            Why::SupportedVersionsExtensionRequired,
            Why::Tls12NotOffered,
            Why::Tls12NotOfferedOrEnabled,
            Why::Tls13RequiredForQuic,
            Why::UncompressedEcPointsRequired,
            Why::UnsolicitedCertificateTypeExtension,
            Why::ServerRejectedEncryptedClientHello(None),
        ];
        assert_sentences(&all, |why| incompatible(why).line());
        variants::assert_complete("rustls", "PeerIncompatible", &all);
    }

    #[test]
    fn every_invalid_message_has_a_sentence() {
        use InvalidMessage as How;
        let all = [
            How::CertificatePayloadTooLarge,
            How::HandshakePayloadTooLarge,
            How::InvalidCcs,
            How::InvalidContentType,
            How::InvalidCertificateStatusType,
            How::InvalidCertRequest,
            How::InvalidDhParams,
            How::InvalidEmptyPayload,
            How::InvalidKeyUpdate,
            How::InvalidServerName,
            How::MessageTooLarge,
            How::MessageTooShort,
            How::MissingData("ServerHello"),
            How::MissingKeyExchange,
            How::NoSignatureSchemes,
            How::TrailingData("HandshakePayload"),
            How::UnexpectedMessage("HandshakePayload"),
            How::UnknownProtocolVersion,
            How::UnsupportedCompression,
            How::UnsupportedCurveType,
            How::UnsupportedKeyExchangeAlgorithm(rustls::crypto::KeyExchangeAlgorithm::DHE),
            How::EmptyTicketValue,
            How::IllegalEmptyList("CertificateTypes"),
            How::IllegalEmptyValue,
            How::DuplicateExtension(13),
            How::PreSharedKeyIsNotFinalExtension,
            How::UnknownHelloRetryRequestExtension,
            How::UnknownCertificateExtension,
        ];
        assert_sentences(&all, |how| broken(&Error::InvalidMessage(*how)).line());
        variants::assert_complete("rustls", "InvalidMessage", &all);
    }

    #[test]
    fn every_other_error_has_a_sentence() {
        let all = [
            Error::InappropriateMessage {
                expect_types: Vec::new(),
                got_type: ContentType::ApplicationData,
            },
            Error::InappropriateHandshakeMessage {
                expect_types: Vec::new(),
                got_type: HandshakeType::ServerHelloDone,
            },
            Error::InvalidEncryptedClientHello(
                rustls::EncryptedClientHelloError::InvalidConfigList,
            ),
            Error::InvalidMessage(InvalidMessage::MessageTooLarge),
            Error::NoCertificatesPresented,
            Error::UnsupportedNameType,
            Error::DecryptError,
            Error::EncryptError,
            Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon),
            Error::PeerMisbehaved(PeerMisbehaved::TooManyWarningAlertsReceived),
            Error::AlertReceived(rustls::AlertDescription::HandshakeFailure),
            Error::InvalidCertificate(CertificateError::BadEncoding),
            Error::InvalidCertRevocationList(rustls::CertRevocationListError::ParseError),
            Error::General("BadThing".to_owned()),
            Error::FailedToGetCurrentTime,
            Error::FailedToGetRandomBytes,
            Error::HandshakeNotComplete,
            Error::PeerSentOversizedRecord,
            Error::NoApplicationProtocol,
            Error::BadMaxFragmentSize,
            Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch),
            Error::Other(rustls::OtherError(std::sync::Arc::new(std::fmt::Error))),
        ];
        assert_sentences(&all, |error| broken(error).line());
        variants::assert_complete("rustls", "Error", &all);
    }

    #[test]
    fn messages_and_records_are_named() {
        for (error, wanted) in [
            (
                Error::InappropriateHandshakeMessage {
                    expect_types: Vec::new(),
                    got_type: HandshakeType::ServerHelloDone,
                },
                "the server sent a server hello done where it is not allowed",
            ),
            (
                Error::InappropriateHandshakeMessage {
                    expect_types: Vec::new(),
                    got_type: HandshakeType::Unknown(77),
                },
                "the server sent a message of type 77 where it is not allowed",
            ),
            (
                Error::InvalidMessage(InvalidMessage::MissingData("ServerHello")),
                "the server sent a message that cannot be read: it ends inside server hello",
            ),
        ] {
            assert_eq!(broken(&error).line(), wanted);
        }
    }
}
