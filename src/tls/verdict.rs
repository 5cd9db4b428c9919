//! What a server's answer or refusal means for the device whose hello was sent.

use super::error::Error;
use crate::chain::{CertificateRequest, Handshake, Presented};
use crate::{
    chain::{MAX_RECORD_BYTES, MaxFragmentLength, Version},
    judge::path::Refusal,
    stack::client::Device,
    text::diagnostic::Diagnostic,
    x509::certificate::{ED448, ED25519, Key},
};

/// Whether a device can connect to a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The device.
    pub device: &'static Device,
    /// Why it cannot connect; `None` if it can.
    pub obstacle: Option<String>,
    /// Whether the obstacle is that its TLS stack refuses the certificates.
    pub is_untrusted: bool,
    /// What to change in its configuration so that it can, if that is known.
    pub change: Option<String>,
    /// What to change on the server, if its certificates are refused.
    pub remedy: Option<String>,
    /// The negotiated version; `None` if the server refused.
    pub version: Option<String>,
    /// The size of the server's Certificate message in bytes, if known: if the server refuses the
    /// device, that for a client which offers more.
    pub certificate_message_bytes: Option<usize>,
    /// Whether its code has to offer an application protocol (ALPN).
    pub needs_protocol: bool,
    /// Whether it must present a client certificate.
    pub needs_client_certificate: bool,
    /// The record size requested from the server, by the device or on its behalf.
    pub asked_fragment_length: Option<MaxFragmentLength>,
    /// The size that it agreed to.
    pub max_fragment_length: Option<MaxFragmentLength>,
}

impl Device {
    /// What an answer means for the device, whose TLS stack refuses the certificates for the reason
    /// `refusal`, if it does.
    #[must_use]
    pub fn judge(&'static self, handshake: &Handshake, refusal: Option<&Refusal>) -> Verdict {
        let obstacle = self.obstacle(handshake);
        let request = handshake.client_certificate.as_ref();
        let refused = request.filter(|one| one.is_accepted() == Some(false));
        let obstacle = obstacle.or_else(|| refused.map(CertificateRequest::sentence));
        let refusal = refusal.filter(|_| obstacle.is_none());
        let setting = refusal.and_then(Refusal::setting);
        Verdict {
            device: self,
            obstacle: obstacle.or_else(|| refusal.map(ToString::to_string)),
            is_untrusted: refusal.is_some(),
            change: setting.map(str::to_owned),
            remedy: refusal.filter(|_| setting.is_none()).and_then(Diagnostic::hint),
            version: Some(handshake.version_name()),
            certificate_message_bytes: Some(handshake.certificate_message_bytes),
            needs_protocol: handshake.needs_protocol,
            needs_client_certificate: request.is_some_and(|one| one.is_required() == Some(true)),
            asked_fragment_length: handshake.asked_fragment_length,
            max_fragment_length: handshake.max_fragment_length,
        }
    }

    /// What a refusal means for the device, with what the server presents to a client that offers more.
    #[must_use]
    pub fn judge_refusal(&'static self, error: &Error, seen: Option<&Presented>) -> Verdict {
        let handshake = seen.and_then(|presented| presented.handshake.as_ref());
        Verdict {
            device: self,
            obstacle: (!error.is_about_the_protocol()).then(|| error.to_string()),
            is_untrusted: false,
            change: seen.and_then(|seen| self.change(seen)),
            remedy: None,
            version: None,
            certificate_message_bytes: handshake.map(|one| one.certificate_message_bytes),
            needs_protocol: error.is_about_the_protocol(),
            needs_client_certificate: false,
            asked_fragment_length: None,
            max_fragment_length: None,
        }
    }

    /// Why it cannot connect even though the server answered.
    fn obstacle(&self, handshake: &Handshake) -> Option<String> {
        let bytes = handshake.certificate_message_bytes;
        if self.whole_messages && bytes > self.receive_bytes {
            return Some(format!(
                "the Certificate message of {bytes} bytes does not fit into its receive buffer of {}",
                self.receive_bytes
            ));
        }
        if self.max_fragment_length.is_some()
            && handshake.max_fragment_length != self.max_fragment_length
        {
            return Some(format!(
                "the server may send records of {MAX_RECORD_BYTES} bytes; its buffer holds {}",
                self.receive_bytes
            ));
        }
        None
    }

    /// What to try after this failure, if that is known.
    #[must_use]
    pub fn advice(&self, error: &Error, seen: Option<&Presented>) -> Option<String> {
        let Self { name, oldest, .. } = self;
        if let Error::Version(number) = error
            && *number < *oldest as u16
        {
            return Some(format!(
                "{name} supports {oldest} or newer; omit `--as` to see what the server supports"
            ));
        }
        if let Some(presented) = seen
            && let Some(handshake) = &presented.handshake
        {
            let (version, cipher_suite) = (handshake.version_name(), &handshake.cipher_suite);
            let key = presented.leaf().map(|leaf| leaf.key().to_string()).unwrap_or_default();
            let change = self.change(presented);
            return Some(match (is_of_tls13(handshake), change) {
                (true, Some(change)) => {
                    format!("the server speaks {version}: {name} needs {change}")
                }
                (false, Some(change)) => {
                    format!(
                        "the server speaks {version} with {cipher_suite}: {name} needs {change}"
                    )
                }
                (true, None) if self.newest < Version::Tls13 && self.tls13.is_none() => {
                    format!("the server speaks {version}, which {name} does not support")
                }
                (_, None) => format!(
                    "to a client that offers more, the server speaks {version} with \
                     {cipher_suite} and the key {key}; omit `--as` to see it"
                ),
            });
        }
        match self.tls13 {
            _ if !error.is_about_the_version() => None,
            Some(change) => {
                Some(format!("if the server speaks TLS 1.3 only, {name} needs {change}"))
            }
            None => Some(format!("the server and {name} have no TLS version in common")),
        }
    }

    /// What to change in its configuration for a server that presents this to others.
    fn change(&self, seen: &Presented) -> Option<String> {
        let handshake = seen.handshake.as_ref()?;
        // A configuration cannot add support for a key whose signatures it cannot verify.
        if !seen.leaf().is_ok_and(|leaf| self.verifies_with(leaf.key())) {
            return None;
        }
        if is_of_tls13(handshake) {
            return self.tls13.map(str::to_owned);
        }
        self.settings?.bringing(&handshake.cipher_suite)
    }

    /// Whether it has a signature scheme for a key, if the kind of key decides that.
    fn verifies_with(&self, key: &Key) -> bool {
        // ed25519 and ed448 (RFC 8446 section 4.2.3).
        match key {
            Key::Other(ED25519) => self.schemes.contains(&0x0807),
            Key::Other(ED448) => self.schemes.contains(&0x0808),
            _ => true,
        }
    }
}

fn is_of_tls13(handshake: &Handshake) -> bool {
    handshake.version == Version::Tls13 as u16
}

impl Verdict {
    /// In sentences without a full stop. The first says whether the device connects, with its name as
    /// the subject; the others are complete sentences.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Self { device, .. } = self;
        let mut sentences = vec![match (&self.obstacle, &self.version) {
            (Some(obstacle), _) => format!("cannot connect: {obstacle}"),
            (None, Some(version)) if self.needs_client_certificate => {
                format!("can connect, with {version} and a client certificate only")
            }
            (None, Some(version)) => format!("can connect, with {version}"),
            (None, None) if self.needs_protocol => "was not judged".to_owned(),
            (None, None) => "can connect".to_owned(),
        }];
        if self.needs_protocol {
            let sentence = "its code must set the protocol name (ALPN) that the server expects";
            sentences.push(sentence.to_owned());
        }
        if self.needs_client_certificate {
            let sentence = "its code must set a client certificate and its key: the server \
                            requires one";
            sentences.push(sentence.to_owned());
        }
        sentences.extend(self.change.as_ref().map(|change| format!("it needs {change}")));
        sentences.extend(self.remedy.clone());
        match self.certificate_message_bytes {
            Some(bytes) if device.whole_messages => {
                let setting = device.receive_setting.map(|setting| {
                    format!("; set it with {setting}, with room for the server's other records")
                });
                sentences.push(format!(
                    "it needs a receive buffer of {bytes} bytes for the certificates (default: {}){}",
                    device.receive_bytes,
                    setting.unwrap_or_default()
                ));
            }
            // A device that does not connect does not receive records.
            Some(bytes) if self.obstacle.is_none() => {
                sentences
                    .push(format!("it reads the {bytes} bytes of certificates piece by piece"));
            }
            _ => {}
        }
        if let Some(asked) = self.asked_fragment_length {
            let bytes = asked.bytes();
            sentences.push(match (self.max_fragment_length, device.max_fragment_length) {
                (Some(_), Some(_)) => format!("the server agrees to records of {bytes} bytes"),
                (Some(_), None) => format!(
                    "the server agrees to records of {bytes} bytes if max_fragment_length \
                     requests them"
                ),
                (None, _) => format!("the server ignores max_fragment_length {bytes}"),
            });
        }
        sentences
    }
}
