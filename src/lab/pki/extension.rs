//! Extensions: an OID, a criticality, and a value that is given or derived from keys.

use super::der;
use super::name::Name;

pub const SUBJECT_KEY_ID: &str = "2.5.29.14";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const ISSUER_ALT_NAME: &str = "2.5.29.18";
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub const AUTHORITY_KEY_ID: &str = "2.5.29.35";
pub const EXT_KEY_USAGE: &str = "2.5.29.37";

/// Purposes of extKeyUsage.
pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

/// An extension of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extension {
    /// The contents of its OBJECT IDENTIFIER.
    pub oid: Vec<u8>,
    pub critical: Critical,
    pub value: Value,
}

/// How an extension says whether it is critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Critical {
    /// Nothing is written, as DER requires for a default.
    No,
    Yes,
    /// FALSE is written explicitly.
    FalseWritten,
}

/// The content of an extension's OCTET STRING.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// These octets.
    Raw(Vec<u8>),
    /// The SHA-1 of the certificate's own key (RFC 5280 section 4.2.1.2).
    SubjectKeyId,
    /// The SHA-1 of the issuer's key, if `key`, and the issuer's issuer and serial number.
    AuthorityKeyId { key: bool, issuer: Option<IssuerSerial> },
    /// The SHA-1 of the certificate's own key, in an authorityKeyIdentifier.
    OwnAuthorityKeyId,
}

/// An issuer by name and serial number, in an authorityKeyIdentifier.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IssuerSerial {
    /// The name of the issuer's issuer, if it is a wrong one.
    pub name: Option<Name>,
    /// The contents of the serial number, if it is a wrong one.
    pub serial: Option<Vec<u8>>,
}

impl Extension {
    pub fn new(oid: &str, critical: bool, value: Value) -> Self {
        let critical = if critical { Critical::Yes } else { Critical::No };
        Self { oid: der::arcs(oid), critical, value }
    }

    pub fn raw(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self::new(oid, critical, Value::Raw(value))
    }

    pub fn der(&self, value: &[u8]) -> Vec<u8> {
        let critical = match self.critical {
            Critical::No => Vec::new(),
            Critical::Yes => der::element(der::BOOLEAN, &[0xff]),
            Critical::FalseWritten => der::element(der::BOOLEAN, &[0]),
        };
        der::sequence(&[der::element(der::OID, &self.oid), critical, der::octets(value)])
    }
}

/// Sound basicConstraints.
pub fn basic_constraints(is_ca: bool, path_length: Option<u64>) -> Vec<u8> {
    let is_ca = if is_ca { der::element(der::BOOLEAN, &[0xff]) } else { Vec::new() };
    der::sequence(&[is_ca, path_length.map(der::small).unwrap_or_default()])
}

/// Bits of keyUsage, numbered as in RFC 5280 section 4.2.1.3.
pub fn key_usage(bits: &[u32]) -> Vec<u8> {
    let Some(last) = bits.iter().max() else { return der::element(der::BIT_STRING, &[0]) };
    let all = bits.iter().fold(0u16, |all, bit| all | 0x8000 >> bit);
    // Without the trailing zero bits (X.690 section 11.2.2).
    let unused = u8::try_from(7 - last % 8).unwrap_or(0);
    let octets = &all.to_be_bytes()[..if *last < 8 { 1 } else { 2 }];
    der::element(der::BIT_STRING, &[&[unused], octets].concat())
}

/// extKeyUsage with purposes.
pub fn ext_key_usage(purposes: &[&str]) -> Vec<u8> {
    let purposes: Vec<_> = purposes.iter().map(|purpose| der::oid(purpose)).collect();
    der::sequence(&purposes)
}

/// nameConstraints with subtrees of general names.
pub fn name_constraints(permitted: &[Vec<u8>], excluded: &[Vec<u8>]) -> Vec<u8> {
    let subtrees = |number: u8, names: &[Vec<u8>]| {
        let trees: Vec<_> =
            names.iter().map(|name| der::sequence(std::slice::from_ref(name))).collect();
        if trees.is_empty() { Vec::new() } else { der::around(number, &trees.concat()) }
    };
    der::sequence(&[subtrees(0, permitted), subtrees(1, excluded)])
}
