//! Parses the messages that a server sends before it encrypts.
//!
//! In: the received bytes. Out: the ServerHello and the certificates (RFC 5246 sections 7.4.1.3 and
//! 7.4.2). The cleartext handshake is built on it; the completed one keeps it in case it cannot finish.

use super::{
    error::Error,
    records::{Event, Reader, message},
    unread::Unread,
};
use crate::chain::{CertificateRequest, Handshake, Method, Presented};
use crate::{
    chain::{MaxFragmentLength, Version},
    stack::suites::suite_name,
    text::foreign::Foreign,
    trust::store::Source,
    x509::certificate::KeyPossession,
};

/// The random of a HelloRetryRequest, which distinguishes it from a ServerHello: SHA-256 of its
/// name (RFC 8446 section 4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// The server's messages so far.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    reader: Reader,
    server_hello: Option<ServerHello>,
    certificates: Option<Vec<Vec<u8>>>,
    certificate_message_bytes: usize,
    client_certificate: Option<CertificateRequest>,
    ended: bool,
}

/// What a ServerHello chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ServerHello {
    version: u16,
    suite: u16,
    max_fragment_length: Option<MaxFragmentLength>,
    /// The group that a HelloRetryRequest requires (RFC 8446 section 4.2.8).
    wanted_group: Option<u16>,
}

impl Flight {
    /// Adds more bytes, which are ignored after an error or the end.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        self.reader.push(bytes);
        let outcome = self.understand();
        self.ended |= outcome.is_err();
        outcome
    }

    fn understand(&mut self) -> Result<(), Error> {
        while !self.ended {
            match self.reader.next()? {
                None => break,
                Some(Event::FatalAlert(description)) => return Err(Error::Alert(description)),
                Some(Event::Encrypted) if self.server_hello.is_none() => {
                    return Err(protocol("the server sent encrypted data before its ServerHello"));
                }
                Some(Event::Encrypted) => self.ended = true,
                Some(Event::Message { kind, body }) => self.take(kind, &body)?,
            }
        }
        Ok(())
    }

    fn take(&mut self, kind: u8, body: &[u8]) -> Result<(), Error> {
        match (kind, &self.server_hello, &self.certificates) {
            (message::SERVER_HELLO, None, None) => self.server_hello = Some(server_hello(body)?),
            (message::CERTIFICATE, Some(_), None) => {
                self.certificate_message_bytes = 4 + body.len();
                self.certificates = Some(certificate_list(body)?);
            }
            (message::SERVER_KEY_EXCHANGE | message::SERVER_HELLO_DONE, Some(hello), None) => {
                let suite = suite_name(hello.suite);
                return Err(protocol(&format!("the server chose {suite} and sent no certificate")));
            }
            (message::CERTIFICATE_STATUS | message::SERVER_KEY_EXCHANGE, _, Some(_)) => {}
            (message::CERTIFICATE_REQUEST, Some(hello), Some(_)) => {
                let names = authorities(body, hello.version).unwrap_or_default();
                self.client_certificate = Some(CertificateRequest::unanswered(&names));
            }
            (message::SERVER_HELLO_DONE, _, Some(_)) => self.ended = true,
            (_, None, _) => {
                return Err(protocol("the first message of the server is not a ServerHello"));
            }
            _ => {
                return Err(protocol(
                    "the server sent a message that is not allowed at this point",
                ));
            }
        }
        Ok(())
    }

    /// Whether nothing more is expected.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Whether the certificates were received.
    pub(crate) fn has_certificates(&self) -> bool {
        self.certificates.is_some()
    }

    /// The version that the server chose, by its number.
    pub(crate) fn version(&self) -> Option<u16> {
        self.server_hello.as_ref().map(|hello| hello.version)
    }

    /// The group and the suite that a TLS 1.3 server requires.
    pub(crate) fn wants(&self) -> Option<(u16, u16)> {
        let hello = self.server_hello.as_ref()?;
        Some((hello.wanted_group?, hello.suite))
    }

    /// What the server presented, if its certificates were received. No signature covers it.
    pub(crate) fn presented(&self, incomplete: Option<String>) -> Option<Presented> {
        let hello = self.server_hello.as_ref()?;
        let ders = self.certificates.as_ref()?;
        let mut presented = Presented::from_message(ders.iter().map(Vec::as_slice), Source::Server);
        presented.handshake = Some(Handshake {
            method: Method::Cleartext,
            version: hello.version,
            cipher_suite: suite_name(hello.suite),
            key_possession: KeyPossession::NotProven,
            needs_protocol: false,
            client_certificate: self.client_certificate.clone(),
            certificate_message_bytes: self.certificate_message_bytes,
            asked_fragment_length: None,
            max_fragment_length: hello.max_fragment_length,
            incomplete,
        });
        Some(presented)
    }
}

/// RFC 5246 section 7.4.1.3: version, random, session, suite, compression, extensions.
fn server_hello(body: &[u8]) -> Result<ServerHello, Error> {
    let wrong = || protocol("the server sent a ServerHello with inconsistent lengths");
    let mut rest = Unread(body);
    let legacy = rest.u16().ok_or_else(wrong)?;
    let is_retry = rest.take(32).ok_or_else(wrong)? == RETRY;
    rest.vector8().filter(|session| session.len() <= 32).ok_or_else(wrong)?;
    let suite = rest.u16().ok_or_else(wrong)?;
    rest.u8().ok_or_else(wrong)?;
    let mut hello =
        ServerHello { version: legacy, suite, max_fragment_length: None, wanted_group: None };
    if rest.0.is_empty() {
        return Ok(hello);
    }
    let mut extensions = Unread(rest.vector16().filter(|_| rest.0.is_empty()).ok_or_else(wrong)?);
    let mut seen = Vec::new();
    while !extensions.0.is_empty() {
        let kind = extensions.u16().ok_or_else(wrong)?;
        let content = extensions.vector16().ok_or_else(wrong)?;
        if seen.contains(&kind) {
            return Err(protocol("the server sent a ServerHello with a duplicate extension"));
        }
        seen.push(kind);
        match (kind, content) {
            (1, &[code]) => hello.max_fragment_length = MaxFragmentLength::from_code(code),
            // In a ServerHello this is a key share.
            (51, &[high, low]) if is_retry => {
                hello.wanted_group = Some(u16::from_be_bytes([high, low]));
            }
            (43, &[high, low]) => hello.version = u16::from_be_bytes([high, low]),
            _ => {}
        }
    }
    Ok(hello)
}

/// RFC 5246 section 7.4.2: a list of certificates, each after its length in three bytes.
pub(crate) fn certificate_list(body: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let wrong = || protocol("the server sent a Certificate message with inconsistent lengths");
    let mut rest = Unread(body);
    let mut list = Unread(rest.vector24().filter(|_| rest.0.is_empty()).ok_or_else(wrong)?);
    let mut certificates = Vec::new();
    while !list.0.is_empty() {
        certificates.push(list.vector24().ok_or_else(wrong)?.to_vec());
    }
    if certificates.is_empty() {
        return Err(protocol("the server sent an empty list of certificates"));
    }
    Ok(certificates)
}

/// The names of CAs in a CertificateRequest of TLS 1.2 and older (RFC 5246 section 7.4.4, RFC 4346
/// section 7.4.4): the kinds of certificates, since TLS 1.2 the signature schemes, then the names.
fn authorities(body: &[u8], version: u16) -> Option<Vec<&[u8]>> {
    let mut rest = Unread(body);
    rest.vector8()?;
    if version >= Version::Tls12 as u16 {
        rest.vector16()?;
    }
    let mut list = Unread(rest.vector16()?);
    let mut names = Vec::new();
    while !list.0.is_empty() {
        names.push(list.vector16()?);
    }
    Some(names)
}

/// Whether a ClientHello up to `newest` and from `oldest` on offered this version.
pub(crate) fn was_offered(version: u16, oldest: Version, newest: Version) -> bool {
    (oldest as u16..=newest as u16).contains(&version)
}

fn protocol(problem: &str) -> Error {
    Error::Protocol(Foreign::text(problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(version: u16, extensions: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([9; 32]);
        body.extend([0, 0, 0x2f, 0]);
        if !extensions.is_empty() {
            body.extend((extensions.len() as u16).to_be_bytes());
            body.extend(extensions);
        }
        body
    }

    #[test]
    fn a_server_hello_of_any_version_is_parsed() {
        let read = |body: &[u8]| server_hello(body).map_err(|error| error.to_string());
        let plain = read(&hello(0x0301, &[])).unwrap();
        assert_eq!((plain.version, plain.suite), (0x0301, 0x002f));
        let newer = read(&hello(0x0303, &[0, 43, 0, 2, 3, 4, 0, 1, 0, 1, 1])).unwrap();
        assert_eq!(newer.version, 0x0304);
        assert_eq!(newer.max_fragment_length, Some(MaxFragmentLength::Bytes512));
        let fit = "the server sent a ServerHello with inconsistent lengths";
        assert_eq!(read(&hello(0x0303, &[0, 23, 0xff, 0xff])).unwrap_err(), fit);
        assert_eq!(read(&hello(0x0303, &[])[..20]).unwrap_err(), fit);
        assert_eq!(
            read(&hello(0x0303, &[0, 23, 0, 0, 0, 23, 0, 0])).unwrap_err(),
            "the server sent a ServerHello with a duplicate extension"
        );
    }

    #[test]
    fn only_a_hello_retry_request_asks_for_a_group() {
        let name = ring::digest::digest(&ring::digest::SHA256, b"HelloRetryRequest");
        assert_eq!(name.as_ref(), RETRY);
        let mut body = hello(0x0303, &[0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x1e]);
        let wanted = |body: &[u8]| server_hello(body).unwrap().wanted_group;
        assert_eq!(wanted(&body), None);
        body[2..34].copy_from_slice(&RETRY);
        assert_eq!(wanted(&body), Some(0x001e));
    }

    #[test]
    fn ca_names_of_a_certificate_request_are_read_in_each_version() {
        let name = [0x30, 0];
        let old = [1, 1, 0, 4, 0, 2, name[0], name[1]];
        let new = [1, 1, 0, 2, 4, 3, 0, 4, 0, 2, name[0], name[1]];
        assert_eq!(authorities(&old, 0x0301), Some(vec![&name[..]]));
        assert_eq!(authorities(&new, 0x0303), Some(vec![&name[..]]));
        for cut in 0..new.len() {
            assert_eq!(authorities(&new[..cut], 0x0303), None, "{cut}");
        }
    }

    #[test]
    fn the_lengths_of_a_certificate_message_must_match() {
        assert_eq!(
            certificate_list(&[0, 0, 9, 0, 0, 1, 7, 0, 0, 2, 8, 8]).unwrap(),
            [vec![7], vec![8, 8]]
        );
        for wrong in [
            &[][..],
            &[0, 0, 0],
            &[0, 0, 4, 0, 0, 9, 1],
            &[0, 0, 9, 0, 0, 1, 1],
            &[0, 0, 4, 0, 0, 1, 7, 7],
        ] {
            certificate_list(wrong).unwrap_err();
        }
    }
}
