//! The bytes of a ClientHello for the cleartext handshake (RFC 5246 section 7.4.1.2).
//!
//! In: a [`Hello`], what to offer. Out: the message in its record. For the completed handshake
//! [`super::full`] makes the same offer through rustls.

use crate::{
    chain::Version,
    stack::{groups, hello::Hello, suites::ALL_TLS13_SUITES},
};

/// The sizes at which a ClientHello is padded to 512 bytes (RFC 7685 section 4: some servers hang up on
/// one of 256 to 511 bytes).
const PADDED: std::ops::Range<usize> = 256..512;

impl Hello {
    /// The ClientHello in a record, as TLS 1.2 and older encode it. `random` is the client's.
    ///
    /// The newest version is in the message itself: `supported_versions`, which only TLS 1.3 defines, is
    /// left out, since it may confuse an old server.
    #[must_use]
    pub fn record(&self, random: [u8; 32]) -> Vec<u8> {
        // The last one signals that certgrab never renegotiates (RFC 5746 section 3.3).
        let suites: Vec<u16> = self.suites.iter().copied().chain([0x00ff]).collect();
        record(self.newest, random, &suites, self.extensions())
    }

    /// The ClientHello of TLS 1.3 with every suite and every group, and a key for none of these (RFC
    /// 8446 section 4.2.8: this asks the server to choose).
    pub(crate) fn record_of_every_group(&self, random: [u8; 32]) -> Vec<u8> {
        let hello = Self {
            newest: Version::Tls13,
            groups: groups::all(),
            max_fragment_length: None,
            ..self.clone()
        };
        let mut extensions = hello.extensions();
        let version = (Version::Tls13 as u16).to_be_bytes();
        extensions.extend(extension(43, &[2, version[0], version[1]])); // supported_versions
        extensions.extend(extension(51, &with_length(&[]))); // key_share
        record(Version::Tls12, random, &ALL_TLS13_SUITES, extensions)
    }

    fn extensions(&self) -> Vec<u8> {
        let mut extensions = Vec::new();
        if let Some(name) = &self.sni {
            let mut entry = vec![0]; // host_name
            entry.extend(with_length(name.as_ref().as_bytes()));
            extensions.extend(extension(0, &with_length(&entry)));
        }
        if let Some(length) = self.max_fragment_length {
            extensions.extend(extension(1, &[length as u8]));
        }
        if !self.groups.is_empty() {
            extensions.extend(extension(10, &with_length(&numbers(&self.groups))));
            extensions.extend(extension(11, &[1, 0])); // uncompressed points
        }
        if self.newest >= Version::Tls12 && !self.schemes.is_empty() {
            extensions.extend(extension(13, &with_length(&numbers(&self.schemes))));
        }
        if !self.alpn.is_empty() {
            let names = self.alpn.iter().map(String::as_bytes);
            // The length of a name is one byte; longer names were refused before.
            let list = names.flat_map(|name| [&[name.len() as u8][..], name].concat());
            extensions.extend(extension(16, &with_length(&list.collect::<Vec<_>>())));
        }
        extensions
    }
}

/// The record with a ClientHello (RFC 5246 section 7.4.1.2).
fn record(version: Version, random: [u8; 32], suites: &[u16], mut extensions: Vec<u8>) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend((version.min(Version::Tls12) as u16).to_be_bytes());
    body.extend(random);
    body.push(0); // no session to resume
    body.extend(with_length(&numbers(suites)));
    body.extend([1, 0]); // no compression
    let length = 4 + body.len() + 2 + extensions.len();
    if PADDED.contains(&length) {
        let missing = PADDED.end.saturating_sub(length + 4);
        extensions.extend(extension(21, &vec![0; missing]));
    }
    body.extend(with_length(&extensions));
    let mut message = vec![1]; // client_hello
    message.extend(&(body.len() as u32).to_be_bytes()[1..]);
    message.extend(body);
    // RFC 5246 appendix E.1: the record of the first hello says TLS 1.0.
    let mut record = vec![22, 3, 1];
    record.extend(with_length(&message));
    record
}

pub(crate) fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &with_length(content)].concat()
}

/// `content` after its length in two bytes; every list here is far below 64 KiB.
pub(crate) fn with_length(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes()[..], content].concat()
}

fn numbers(list: &[u16]) -> Vec<u8> {
    list.iter().flat_map(|number| number.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::DnsName;

    use super::*;

    fn example() -> Hello {
        Hello::usual(Some(DnsName::try_from("broker.test").unwrap())).in_clear()
    }

    #[test]
    fn every_length_in_the_message_is_right() {
        let record = example().record([7; 32]);
        assert_eq!(record[..3], [22, 3, 1]);
        assert_eq!(usize::from(u16::from_be_bytes([record[3], record[4]])), record.len() - 5);
        assert_eq!(record[5], 1);
        let length = u32::from_be_bytes([0, record[6], record[7], record[8]]);
        assert_eq!(length as usize, record.len() - 9);
        assert_eq!(record[9..11], [3, 3]);
        assert!(record.windows(11).any(|window| window == b"broker.test"));
    }

    #[test]
    fn protocol_names_are_sent_in_order() {
        let record = example().with_protocols(&["mqtt", "h2"]).record([7; 32]);
        let expected = b"\0\x10\0\x0a\0\x08\x04mqtt\x02h2";
        assert!(record.windows(expected.len()).any(|window| window == expected));
    }

    #[test]
    fn no_hello_has_a_size_that_old_servers_reject() {
        let mut hello = example();
        while !hello.suites.is_empty() {
            let length = hello.record([0; 32]).len() - 5;
            assert!(!PADDED.contains(&length), "{length}");
            hello.suites.pop();
        }
    }
}
