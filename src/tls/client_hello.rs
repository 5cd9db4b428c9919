//! What a ClientHello offers, and its bytes.
//!
//! In: what to offer. Out: for the full handshake the same offer in the words of rustls (see
//! [`super::full`]), for the cleartext one the message itself (RFC 5246 section 7.4.1.2).
//!
//! What a client offers decides what it is shown: a server with an RSA and an ECDSA certificate
//! answers with the one that the offer allows.

use std::fmt;

use rustls_pki_types::DnsName;

use super::{
    Device, groups,
    suites::{ALL_TLS13_SUITES, SUITES, wants_elliptic_key},
};

/// What a ClientHello offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The name in the server_name extension (RFC 6066 section 3); `None` sends none.
    pub sni: Option<DnsName<'static>>,
    /// The oldest version that is taken.
    pub oldest: Version,
    /// The newest version that is offered.
    pub newest: Version,
    /// Cipher suites of TLS 1.2 and older, best first, by their numbers in IANA's registry. Those
    /// of TLS 1.3 say nothing about the certificate and are always all offered with that version.
    pub suites: Vec<u16>,
    /// Signature schemes, best first (RFC 8446 section 4.2.3).
    pub schemes: Vec<u16>,
    /// Groups for the key exchange, best first (RFC 8446 section 4.2.7).
    pub groups: Vec<u16>,
    /// The size of the records that the server is asked to keep to (RFC 6066 section 4).
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// The device whose hello it is, if it is one's: nothing may then be added to it.
    pub device: Option<&'static Device>,
}

/// A version of TLS that can be offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Version {
    /// RFC 2246.
    Tls10 = 0x0301,
    /// RFC 4346.
    Tls11 = 0x0302,
    /// RFC 5246.
    Tls12 = 0x0303,
    /// RFC 8446.
    Tls13 = 0x0304,
}

/// A size that the max_fragment_length extension can ask for (RFC 6066 section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum MaxFragmentLength {
    /// 512 bytes.
    Bytes512 = 1,
    /// 1024 bytes.
    Bytes1024 = 2,
    /// 2048 bytes.
    Bytes2048 = 3,
    /// 4096 bytes.
    Bytes4096 = 4,
}

/// The kind of key that a server's certificate may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// RSA.
    Rsa,
    /// ECDSA and EdDSA.
    Ecdsa,
}

/// Schemes of an ECDSA or EdDSA key, best first; SHA-224 and SHA-1 only TLS 1.2 takes.
const ECDSA_SCHEMES: [u16; 7] = [0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0303, 0x0203];

/// Schemes of an RSA key, best first: PSS, PSS with an RSASSA-PSS key, PKCS #1.
const RSA_SCHEMES: [u16; 11] =
    [0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0301, 0x0201];

/// SHA-1 with RSA and with ECDSA: signatures that a verifier may list for TLS 1.2 only.
pub(crate) const SHA1_SCHEMES: [u16; 2] = [0x0201, 0x0203];

/// Bytes from which on a ClientHello is padded to 512 (RFC 7685 section 4: some servers hang up
/// on one of 256 to 511 bytes).
const PADDED: std::ops::Range<usize> = 256..512;

impl Hello {
    /// All that a server may want, the groups that few servers want left out.
    #[must_use]
    pub fn usual(sni: Option<DnsName<'static>>) -> Self {
        Self {
            sni,
            oldest: Version::Tls10,
            newest: Version::Tls13,
            suites: SUITES.iter().map(|(number, _)| *number).collect(),
            schemes: [&ECDSA_SCHEMES[..], &RSA_SCHEMES[..]].concat(),
            groups: groups::COMMON.to_vec(),
            max_fragment_length: None,
            device: None,
        }
    }

    /// The same with every group that certgrab can compute with.
    #[must_use]
    pub fn with_rare_groups(mut self) -> Self {
        self.add_groups(&groups::RARE);
        self
    }

    /// The same for a handshake that computes nothing: no TLS 1.3, every group.
    #[must_use]
    pub fn in_clear(mut self) -> Self {
        self.newest = self.newest.min(Version::Tls12);
        self.add_groups(&[groups::SECP521R1]);
        self.add_groups(&groups::NAMED);
        self
    }

    /// The same with only what a server with such a key can use.
    #[must_use]
    pub fn only(mut self, authentication: Authentication) -> Self {
        let (elliptic, schemes) = match authentication {
            Authentication::Rsa => (false, &RSA_SCHEMES[..]),
            Authentication::Ecdsa => (true, &ECDSA_SCHEMES[..]),
        };
        self.suites.retain(|suite| wants_elliptic_key(*suite) == elliptic);
        self.schemes.retain(|scheme| schemes.contains(scheme));
        self
    }

    /// The same with one version alone.
    #[must_use]
    pub fn at(mut self, version: Version) -> Self {
        (self.oldest, self.newest) = (version, version);
        self
    }

    fn add_groups(&mut self, groups: &[u16]) {
        if self.device.is_some() {
            return;
        }
        for group in groups {
            if !self.groups.contains(group) {
                self.groups.push(*group);
            }
        }
    }

    /// The ClientHello in a record, as TLS 1.2 and older write it. `random` is the client's.
    ///
    /// The newest version stands in the message itself: `supported_versions`, which only TLS 1.3
    /// knows, is left out, so that an old server is not confused by it.
    #[must_use]
    pub fn record(&self, random: [u8; 32]) -> Vec<u8> {
        // The last one says that certgrab never renegotiates (RFC 5746 section 3.3).
        let suites: Vec<u16> = self.suites.iter().copied().chain([0x00ff]).collect();
        record(self.newest, random, &suites, self.extensions())
    }

    /// The ClientHello of TLS 1.3 with every suite and every group, and a key for none of these
    /// (RFC 8446 section 4.2.8: a client may ask so for the choice of the server).
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

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_be_bytes().to_vec();
    bytes.extend(with_length(content));
    bytes
}

/// `content` after its length in two bytes; every list here is far below 64 KiB.
fn with_length(content: &[u8]) -> Vec<u8> {
    let mut bytes = (content.len() as u16).to_be_bytes().to_vec();
    bytes.extend(content);
    bytes
}

fn numbers(list: &[u16]) -> Vec<u8> {
    list.iter().flat_map(|number| number.to_be_bytes()).collect()
}

impl MaxFragmentLength {
    /// Bytes of plaintext that one record may hold.
    #[must_use]
    pub const fn bytes(self) -> usize {
        256 << self as u8
    }

    /// The size that the extension's byte stands for.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        [Self::Bytes512, Self::Bytes1024, Self::Bytes2048, Self::Bytes4096]
            .into_iter()
            .find(|length| *length as u8 == code)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&version_name(*self as u16))
    }
}

/// The name of a version number as it stands in a ServerHello.
#[must_use]
pub(crate) fn version_name(number: u16) -> String {
    match number {
        0x0002 | 0x0200 => "SSL 2.0".to_owned(),
        0x0300 => "SSL 3.0".to_owned(),
        0x0301..=0x0304 => format!("TLS 1.{}", number - 0x0301),
        _ => format!("version 0x{number:04x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Hello {
        Hello::usual(Some(DnsName::try_from("broker.test").unwrap())).in_clear()
    }

    #[test]
    fn every_length_in_the_message_fits_what_it_counts() {
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
    fn no_hello_has_a_size_that_old_servers_hang_up_on() {
        let mut hello = example();
        while !hello.suites.is_empty() {
            let length = hello.record([0; 32]).len() - 5;
            assert!(!PADDED.contains(&length), "{length}");
            hello.suites.pop();
        }
    }

    #[test]
    fn a_hello_for_one_kind_of_key_offers_nothing_for_the_other() {
        let rsa = example().only(Authentication::Rsa);
        let ecdsa = example().only(Authentication::Ecdsa);
        assert!(rsa.suites.contains(&0x002f) && !rsa.suites.contains(&0xc02b));
        assert!(ecdsa.schemes.contains(&0x0403) && !ecdsa.schemes.contains(&0x0804));
        let together = rsa.suites.len() + ecdsa.suites.len();
        assert_eq!(together, example().suites.len());
    }

    #[test]
    fn versions_are_named_as_people_name_them() {
        assert_eq!(Version::Tls10.to_string(), "TLS 1.0");
        assert_eq!(version_name(0x7f1c), "version 0x7f1c");
    }
}
