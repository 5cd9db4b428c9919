//! The contents of a ClientHello, as data.
//!
//! The offer of the client decides which certificate the server sends: a server with an RSA and an
//! ECDSA certificate sends the one that the offer allows.

use rustls_pki_types::DnsName;

use super::{
    client::Device,
    groups,
    suites::{SUITES, wants_elliptic_key},
};
use crate::chain::{MaxFragmentLength, Version};

/// The contents of a ClientHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The name in the server_name extension (RFC 6066 section 3); `None` sends none.
    pub sni: Option<DnsName<'static>>,
    /// The oldest accepted version.
    pub oldest: Version,
    /// The newest offered version.
    pub newest: Version,
    /// Cipher suites of TLS 1.2 and older, best first, by their numbers in IANA's registry. Those of TLS
    /// 1.3 do not depend on the certificate and are always all offered with that version.
    pub suites: Vec<u16>,
    /// Signature schemes, best first (RFC 8446 section 4.2.3).
    pub schemes: Vec<u16>,
    /// Groups for the key exchange, best first (RFC 8446 section 4.2.7).
    pub groups: Vec<u16>,
    /// The requested maximum fragment length (RFC 6066 section 4).
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// The names of application protocols, best first (ALPN, RFC 7301); empty sends none.
    pub alpn: Vec<String>,
    /// The device that sends it, if any; then nothing may be added but protocol names, which its code
    /// sets.
    pub device: Option<&'static Device>,
}

/// The kind of key in a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// RSA.
    Rsa,
    /// ECDSA and EdDSA.
    Ecdsa,
}

/// Schemes of an ECDSA or EdDSA key, best first; only TLS 1.2 allows SHA-224 and SHA-1.
const ECDSA_SCHEMES: [u16; 7] = [0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0303, 0x0203];

/// Schemes of an RSA key, best first: PSS, PSS with an RSASSA-PSS key, PKCS #1.
const RSA_SCHEMES: [u16; 11] =
    [0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0301, 0x0201];

/// Protocol names that some servers require: AWS IoT Core's for MQTT on port 443, and those of IANA's
/// registry for MQTT, HTTP and PostgreSQL.
pub const KNOWN_PROTOCOLS: [&str; 4] = ["x-amzn-mqtt-ca", "mqtt", "http/1.1", "postgresql"];

/// SHA-1 with RSA and with ECDSA: signatures that a verifier may list for TLS 1.2 only.
pub(crate) const SHA1_SCHEMES: [u16; 2] = [0x0201, 0x0203];

impl Hello {
    /// Everything that a server may require, except the groups that few servers require.
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
            alpn: Vec::new(),
            device: None,
        }
    }

    /// The same with every group that certgrab can compute with.
    #[must_use]
    pub fn with_rare_groups(mut self) -> Self {
        self.add_groups(&groups::RARE);
        self
    }

    /// The same for a handshake without key exchange: no TLS 1.3, every group.
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

    /// The same with these protocol names.
    #[must_use]
    pub fn with_protocols(mut self, names: &[impl AsRef<str>]) -> Self {
        self.alpn = names.iter().map(|name| name.as_ref().to_owned()).collect();
        self
    }

    /// The same with only one version.
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
}

impl Device {
    /// The ClientHello that it sends.
    #[must_use]
    pub fn hello(&'static self, sni: Option<DnsName<'static>>) -> Hello {
        Hello {
            sni,
            oldest: self.oldest,
            newest: self.newest,
            suites: self.suites.to_vec(),
            schemes: self.schemes.to_vec(),
            groups: self.groups.to_vec(),
            max_fragment_length: self.max_fragment_length,
            alpn: Vec::new(),
            device: Some(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_for_one_key_type_does_not_offer_the_other() {
        let rsa = usual().only(Authentication::Rsa);
        let ecdsa = usual().only(Authentication::Ecdsa);
        assert!(rsa.suites.contains(&0x002f) && !rsa.suites.contains(&0xc02b));
        assert!(ecdsa.schemes.contains(&0x0403) && !ecdsa.schemes.contains(&0x0804));
        let together = rsa.suites.len() + ecdsa.suites.len();
        assert_eq!(together, usual().suites.len());
    }

    fn usual() -> Hello {
        Hello::usual(None).in_clear()
    }
}
