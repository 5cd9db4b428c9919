//! What rustls says of a peer, in words for people.
//!
//! Its errors are shown by the names of their variants. The common ones have a sentence here, of
//! the others the name is taken apart into its words.

use std::fmt::Debug;

use rustls::{Error, PeerIncompatible, PeerMisbehaved};

use crate::text::foreign::Foreign;

/// What the peer wants that rustls does not do, as a sentence about the peer.
pub(crate) fn incompatible(why: &PeerIncompatible) -> Foreign {
    use PeerIncompatible as Why;
    Foreign::text(&match why {
        Why::ServerDoesNotSupportTls12Or13 | Why::ServerTlsVersionIsDisabledByOurConfig => {
            "the server speaks neither TLS 1.2 nor TLS 1.3".to_owned()
        }
        Why::NoCipherSuitesInCommon => "the server has no cipher suite that was offered".to_owned(),
        Why::NoKxGroupsInCommon => "the server has no group that was offered".to_owned(),
        Why::NoSignatureSchemesInCommon | Why::NoCertificateRequestSignatureSchemesInCommon => {
            "the server has no signature scheme that was offered".to_owned()
        }
        other => format!("the server and certgrab do not agree: {}", words(other)),
    })
}

/// How the peer breaks the protocol, as a sentence.
pub(crate) fn broken(error: &Error) -> Foreign {
    Foreign::text(&match error {
        // What Ed448 is to a suite of TLS 1.2.
        Error::PeerMisbehaved(PeerMisbehaved::SignedKxWithWrongAlgorithm) => {
            "the server signed with a scheme that rustls does not know for the cipher suite"
                .to_owned()
        }
        Error::PeerMisbehaved(how) => format!("the server breaks TLS: {}", words(how)),
        Error::InvalidMessage(how) => {
            format!("the server sent a message that cannot be read: {}", words(how))
        }
        Error::InappropriateMessage { got_type, .. } => {
            format!("the server sent a record of {} where it has no place", words(got_type))
        }
        Error::InappropriateHandshakeMessage { got_type, .. } => {
            format!("the server sent a {} where it has no place", words(got_type))
        }
        Error::NoCertificatesPresented => "the server sent no certificate".to_owned(),
        Error::DecryptError => "what the server encrypted cannot be decrypted".to_owned(),
        Error::PeerSentOversizedRecord => {
            "the server sent a record that is larger than TLS allows".to_owned()
        }
        other => format!("there is no handshake: {other}"),
    })
}

/// `TooManyWarningAlertsReceived` as `too many warning alerts received`.
fn words(variant: &impl Debug) -> String {
    let mut words = String::new();
    for character in format!("{variant:?}").chars() {
        match character {
            '(' => words.push_str(" in "),
            '"' | ')' => {}
            _ if character.is_ascii_uppercase() => {
                if words.ends_with(|last: char| last.is_ascii_lowercase() || last.is_ascii_digit())
                {
                    words.push(' ');
                }
                words.push(character.to_ascii_lowercase());
            }
            _ => words.push(character),
        }
    }
    words.replace("tls12", "TLS 1.2").replace("tls13", "TLS 1.3")
}

#[cfg(test)]
mod tests {
    use rustls::{HandshakeType, InvalidMessage};

    use super::*;

    #[test]
    fn no_name_of_a_variant_reaches_people() {
        for (error, wanted) in [
            (
                Error::PeerMisbehaved(PeerMisbehaved::TooManyWarningAlertsReceived),
                "the server breaks TLS: too many warning alerts received",
            ),
            (
                Error::PeerMisbehaved(PeerMisbehaved::SelectedTls12UsingTls13VersionExtension),
                "the server breaks TLS: selected TLS 1.2 using TLS 1.3 version extension",
            ),
            (
                Error::InvalidMessage(InvalidMessage::MissingData("ServerHello")),
                "the server sent a message that cannot be read: missing data in server hello",
            ),
            (
                Error::InappropriateHandshakeMessage {
                    expect_types: Vec::new(),
                    got_type: HandshakeType::ServerHelloDone,
                },
                "the server sent a server hello done where it has no place",
            ),
        ] {
            assert_eq!(broken(&error).line(), wanted);
        }
        assert_eq!(
            incompatible(&PeerIncompatible::ExtendedMasterSecretExtensionRequired).line(),
            "the server and certgrab do not agree: extended master secret extension required"
        );
    }
}
