//! Certificates that rcgen does not make: with changed fields, and signed again.

use rcgen::{KeyPair, SigningKey as _};

/// The fields of a TBSCertificate as rcgen writes it (RFC 5280 section 4.1).
pub(crate) mod field {
    pub(crate) const VERSION: usize = 0;
    pub(crate) const ALGORITHM: usize = 2;
    pub(crate) const KEY: usize = 6;
}

/// The certificate `der` with the fields of its signed part changed, signed by `key`, which is on
/// P-256.
pub(crate) fn remade(der: &[u8], key: &KeyPair, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
    let outer = elements(contents(der));
    let mut fields = elements(contents(&outer[0]));
    change(&mut fields);
    let algorithm = fields.iter().find(|field| field.starts_with(&[0x30])).expect("one").clone();
    let tbs = element(0x30, &fields.concat());
    let signature = key.sign(&tbs).expect("a signature");
    let signature = element(3, &[&[0], signature.as_slice()].concat());
    element(0x30, &[tbs, algorithm, signature].concat())
}

/// `der` with the bytes `from`, which occur in it, replaced by as many others.
pub(crate) fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "lengths stay");
    let at = der.windows(from.len()).position(|window| window == from).expect("it stands there");
    [&der[..at], to, &der[at + from.len()..]].concat()
}

/// A subjectPublicKeyInfo on a curve with its point compressed (SEC 1 section 2.3.3).
pub(crate) fn compressed(spki: &[u8]) -> Vec<u8> {
    let parts = elements(contents(spki));
    let point = &contents(&parts[1])[1..];
    let (x, y) = point[1..].split_at(point.len() / 2);
    let sign = 2 | (y.last().expect("a number") & 1);
    let point = element(3, &[&[0, sign], x].concat());
    element(0x30, &[parts[0].clone(), point].concat())
}

/// ecdsa-with-SHA256 with NULL, as mbedTLS 2.28 writes it.
pub(crate) const ECDSA_SHA256_NULL: &[u8] =
    b"\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02\x05\x00";

/// A DER element of fewer than 65,536 bytes.
pub(crate) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len()).expect("a few bytes").to_be_bytes();
    let header = match length {
        [0, low @ ..=0x7f] => vec![tag, low],
        [0, low] => vec![tag, 0x81, low],
        [high, low] => vec![tag, 0x82, high, low],
    };
    [header.as_slice(), contents].concat()
}

/// The contents of the element that `der` begins with.
pub(crate) fn contents(der: &[u8]) -> &[u8] {
    let (start, length) = header(der);
    &der[start..start + length]
}

/// The elements of some contents.
pub(crate) fn elements(mut rest: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    while !rest.is_empty() {
        let (start, length) = header(rest);
        all.push(rest[..start + length].to_vec());
        rest = &rest[start + length..];
    }
    all
}

/// Bytes of the header, and of the contents.
fn header(der: &[u8]) -> (usize, usize) {
    match der[1] {
        0x81 => (3, usize::from(der[2])),
        0x82 => (4, usize::from(u16::from_be_bytes([der[2], der[3]]))),
        short => (2, usize::from(short)),
    }
}
