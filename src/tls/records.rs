//! Reads records and handshake messages from the bytes that a server sends in clear text.
//!
//! In: bytes, split anywhere. Out: [`Event`]s: whole handshake messages and alerts. Nothing is
//! decrypted: reading ends at the first encrypted record (RFC 5246 section 6.2.1, RFC 8446 section 5.1).

use rustls::AlertDescription;

use super::{error::Error, not_tls::may_be_tls};
use crate::{chain::MAX_RECORD_BYTES, text::foreign::Foreign};

/// The most bytes of an encrypted record: RFC 5246 section 6.2.3.
const MAX_CIPHERTEXT_BYTES: usize = MAX_RECORD_BYTES + 2048;

/// The most bytes of a Certificate message: 256 KiB, as in Go's crypto/tls.
pub const MAX_CERTIFICATE_MESSAGE_BYTES: usize = 256 * 1024;

/// The most bytes of a CertificateRequest, which may name every CA that its server trusts.
pub const MAX_CERTIFICATE_REQUEST_BYTES: usize = 128 * 1024;

/// The most bytes of any other handshake message: 64 KiB, as in Go's crypto/tls.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// The most records and messages in a row without content: 16, as Go's `maxUselessRecords`.
pub const MAX_USELESS_RECORDS: usize = 16;

/// The next event in the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A whole handshake message.
    Message {
        /// Its type; `message` has the names.
        kind: u8,
        /// The content after its header of 4 bytes.
        body: Vec<u8>,
    },
    /// An alert that ends the handshake.
    FatalAlert(AlertDescription),
    /// Everything from here on is encrypted.
    Encrypted,
}

/// Types of handshake messages (RFC 5246 section 7.4).
pub(crate) mod message {
    pub(crate) const HELLO_REQUEST: u8 = 0;
    pub(crate) const SERVER_HELLO: u8 = 2;
    pub(crate) const CERTIFICATE: u8 = 11;
    pub(crate) const SERVER_KEY_EXCHANGE: u8 = 12;
    pub(crate) const CERTIFICATE_REQUEST: u8 = 13;
    pub(crate) const SERVER_HELLO_DONE: u8 = 14;
    pub(crate) const CERTIFICATE_STATUS: u8 = 22;
}

/// Types of records (RFC 5246 section 6.2.1).
mod record {
    pub(crate) const CHANGE_CIPHER_SPEC: u8 = 20;
    pub(crate) const ALERT: u8 = 21;
    pub(crate) const HANDSHAKE: u8 = 22;
    pub(crate) const APPLICATION_DATA: u8 = 23;
}

/// The header sizes of a record and of a handshake message in bytes.
const RECORD_HEADER: usize = 5;
const MESSAGE_HEADER: usize = 4;

/// Assembles records and handshake messages.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    /// Bytes of incomplete records.
    bytes: Vec<u8>,
    /// Bytes of incomplete handshake messages.
    messages: Vec<u8>,
    /// How many of `messages` were returned.
    read: usize,
    /// Records and messages without content since the last one with content.
    useless: usize,
    /// The first received bytes, to identify what is not TLS.
    beginning: Vec<u8>,
}

impl Reader {
    /// Adds more bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let wanted = BEGINNING_BYTES.saturating_sub(self.beginning.len()).min(bytes.len());
        self.beginning.extend_from_slice(&bytes[..wanted]);
        self.bytes.extend_from_slice(bytes);
    }

    /// The next event, or `None` until more bytes are received.
    pub(crate) fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.message()? {
                return Ok(Some(event));
            }
            let Some((kind, content)) = self.record()? else { return Ok(None) };
            match kind {
                record::HANDSHAKE if content.is_empty() => self.nothing_new()?,
                record::HANDSHAKE => {
                    self.messages.drain(..self.read);
                    self.read = 0;
                    self.messages.extend(content);
                    // A HelloRequest counts once it is complete, and so does each record with only a
                    // piece of one.
                    if self.messages[0] != message::HELLO_REQUEST {
                        self.useless = 0;
                    } else if self.messages.len() < MESSAGE_HEADER {
                        self.nothing_new()?;
                    }
                }
                record::ALERT => match content[..] {
                    // A warning, usually `unrecognized_name`; close_notify always ends the connection.
                    [1, description] if description != 0 => self.nothing_new()?,
                    [_, description] => {
                        return Ok(Some(Event::FatalAlert(AlertDescription::from(description))));
                    }
                    _ => return Err(protocol("an alert that is not two bytes long")),
                },
                record::CHANGE_CIPHER_SPEC | record::APPLICATION_DATA => {
                    return Ok(Some(Event::Encrypted));
                }
                _ => return Err(protocol("a record of an unknown type")),
            }
        }
    }

    /// Removes the next complete record and returns its type and content.
    fn record(&mut self) -> Result<Option<(u8, Vec<u8>)>, Error> {
        if !self.bytes.is_empty() && !may_be_tls(&self.beginning) {
            return Err(Error::not_tls(&self.beginning));
        }
        let Some(header) = self.bytes.get(..RECORD_HEADER) else { return Ok(None) };
        let (kind, major) = (header[0], header[1]);
        let length = usize::from(u16::from_be_bytes([header[3], header[4]]));
        if major != 3 {
            return Err(protocol("a record of an unknown version"));
        }
        let most =
            if kind == record::APPLICATION_DATA { MAX_CIPHERTEXT_BYTES } else { MAX_RECORD_BYTES };
        if length > most {
            return Err(Error::TooLarge { what: "record", bytes: Some(length), most });
        }
        if self.bytes.len() < RECORD_HEADER + length {
            return Ok(None);
        }
        let content = self.bytes[RECORD_HEADER..RECORD_HEADER + length].to_vec();
        self.bytes.drain(..RECORD_HEADER + length);
        Ok(Some((kind, content)))
    }

    /// Removes the next complete handshake message and returns it.
    fn message(&mut self) -> Result<Option<Event>, Error> {
        while let [kind, high, middle, low, rest @ ..] = &self.messages[self.read..] {
            let (kind, length) = (*kind, u32::from_be_bytes([0, *high, *middle, *low]) as usize);
            let (what, most) = match kind {
                message::CERTIFICATE => ("Certificate message", MAX_CERTIFICATE_MESSAGE_BYTES),
                message::CERTIFICATE_REQUEST => {
                    ("CertificateRequest message", MAX_CERTIFICATE_REQUEST_BYTES)
                }
                _ => ("handshake message", MAX_MESSAGE_BYTES),
            };
            // The length is checked before waiting for the bytes, or keeping them.
            if length > most {
                return Err(Error::TooLarge { what, bytes: Some(length), most });
            }
            if kind == message::HELLO_REQUEST && length > 0 {
                return Err(protocol("a HelloRequest that is not empty"));
            }
            let Some(body) = rest.get(..length) else { return Ok(None) };
            let body = body.to_vec();
            self.read += MESSAGE_HEADER + length;
            if kind == message::HELLO_REQUEST {
                self.nothing_new()?;
                continue;
            }
            self.useless = 0;
            return Ok(Some(Event::Message { kind, body }));
        }
        Ok(None)
    }

    fn nothing_new(&mut self) -> Result<(), Error> {
        self.useless += 1;
        if self.useless > MAX_USELESS_RECORDS {
            return Err(Error::Useless);
        }
        Ok(())
    }
}

/// How many of the first bytes are kept.
const BEGINNING_BYTES: usize = 64;

fn protocol(problem: &str) -> Error {
    Error::Protocol(Foreign::text(&format!("the server sent {problem}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, 3, 3];
        bytes.extend((content.len() as u16).to_be_bytes());
        bytes.extend(content);
        bytes
    }

    fn handshake(kind: u8, length: usize) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend(&(length as u32).to_be_bytes()[1..]);
        bytes.resize(4 + length, b'x');
        bytes
    }

    fn events(bytes: &[u8], step: usize) -> Result<Vec<Event>, Error> {
        let mut reader = Reader::default();
        let mut events = Vec::new();
        for piece in bytes.chunks(step) {
            reader.push(piece);
            while let Some(event) = reader.next()? {
                events.push(event);
            }
        }
        Ok(events)
    }

    #[test]
    fn messages_are_reassembled_from_any_fragments() {
        let messages = [handshake(2, 70), handshake(11, 900), handshake(14, 0)].concat();
        let whole = record(22, &messages);
        let single: Vec<u8> = messages.iter().flat_map(|byte| record(22, &[*byte])).collect();
        for bytes in [whole, single] {
            for step in [1, 7, 100_000] {
                let kinds: Vec<u8> = events(&bytes, step)
                    .unwrap()
                    .iter()
                    .map(|event| match event {
                        Event::Message { kind, .. } => *kind,
                        other => panic!("{other:?}"),
                    })
                    .collect();
                assert_eq!(kinds, [2, 11, 14]);
            }
        }
    }

    #[test]
    fn a_message_over_its_limit_is_refused_at_its_header() {
        for (kind, most) in [
            (message::CERTIFICATE, MAX_CERTIFICATE_MESSAGE_BYTES),
            (message::CERTIFICATE_REQUEST, MAX_CERTIFICATE_REQUEST_BYTES),
            (message::SERVER_HELLO, MAX_MESSAGE_BYTES),
        ] {
            let bytes: Vec<u8> = handshake(kind, most)
                .chunks(MAX_RECORD_BYTES)
                .flat_map(|content| record(22, content))
                .collect();
            assert_eq!(events(&bytes, 4096).unwrap().len(), 1);
            let header = record(22, &handshake(kind, most + 1)[..4]);
            let error = events(&header, 4096).unwrap_err();
            assert!(matches!(error, Error::TooLarge { bytes, .. } if bytes == Some(most + 1)));
        }
        let header = [22, 3, 3, 0x40, 0x01];
        let error = events(&header, 5).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server sent a record of 16385 bytes; expected at most 16384"
        );
    }

    #[test]
    fn at_most_16_useless_records_in_a_row_are_accepted() {
        let empty = record(22, &[]);
        let warning = record(21, &[1, 112]);
        let request = record(22, &handshake(message::HELLO_REQUEST, 0));
        let done = handshake(message::SERVER_HELLO_DONE, 0);
        for useless in [&empty, &warning, &request] {
            assert_eq!(events(&useless.repeat(16), 64).unwrap(), []);
            assert!(matches!(events(&useless.repeat(17), 64), Err(Error::Useless)));
            // A message counts as content even if only a piece of it was received.
            let pieces = [useless.repeat(16), record(22, &done[..1]), useless.repeat(16)].concat();
            if *useless != request {
                assert_eq!(events(&pieces, 64).unwrap(), []);
            }
            let whole = [useless.repeat(16), record(22, &done), useless.repeat(16)].concat();
            assert_eq!(events(&whole, 64).unwrap().len(), 1);
        }
        let mixed = [empty.repeat(6), warning.repeat(6), request.repeat(5)].concat();
        assert!(matches!(events(&mixed, 64), Err(Error::Useless)));
        let many = record(22, &handshake(message::HELLO_REQUEST, 0).repeat(17));
        assert!(matches!(events(&many, 64), Err(Error::Useless)));
    }

    #[test]
    fn a_fragmented_hello_request_does_not_reset_the_limit() {
        let pieces = record(22, &[message::HELLO_REQUEST]);
        assert_eq!(events(&pieces.repeat(16), 64).unwrap(), []);
        assert!(matches!(events(&pieces.repeat(17), 64), Err(Error::Useless)));
        // RFC 5246 section 7.4.1.1: it has no body.
        let error = events(&record(22, &handshake(message::HELLO_REQUEST, 1)[..4]), 64);
        assert_eq!(
            error.unwrap_err().to_string(),
            "the server sent a HelloRequest that is not empty"
        );
    }

    #[test]
    fn a_fatal_alert_and_the_first_encrypted_record_are_events() {
        let fatal = events(&record(21, &[2, 40]), 64).unwrap();
        assert_eq!(fatal, [Event::FatalAlert(AlertDescription::HandshakeFailure)]);
        assert_eq!(events(&record(20, &[1]), 64).unwrap(), [Event::Encrypted]);
        assert!(matches!(events(&record(99, &[1]), 64), Err(Error::NotTls { .. })));
        assert!(matches!(events(b"SSH-2.0-x\r\n", 64), Err(Error::NotTls { .. })));
    }
}
