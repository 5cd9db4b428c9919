//! Certificates in DER at the beginning of some bytes.
//!
//! In: the bytes of a constant. Out: the first certificate and what follows it.

use super::{Finding, Place, Severity};
use crate::x509::{
    certificate::{Certificate, Malformed},
    der::Elements,
};

/// The certificate at the beginning of `bytes`, and what follows it.
pub(crate) fn first_certificate(bytes: &[u8]) -> Option<(Certificate, &[u8])> {
    let element = Elements::of(bytes).sequence()?;
    let certificate = Certificate::from_der(element.whole).ok()?;
    Some((certificate, &bytes[element.whole.len()..]))
}

/// Whether `bytes` begin as a certificate of version 3 does: two sequences and the version.
pub(crate) fn begins_as_certificate(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x82, _, _, 0x30, 0x82, _, _, 0xa0, 3, 2, 1, 2, ..])
}

/// The length of the element that `bytes` begin with, if all of it is there.
pub(crate) fn whole_length(bytes: &[u8]) -> Option<usize> {
    Elements::of(bytes).next().map(|element| element.whole.len())
}

/// That the certificate at `place` of a message of PKCS #7 cannot be read.
pub(crate) fn unreadable_member(place: Place, code: &'static str, error: &Malformed) -> Finding {
    let message = format!("a certificate of the PKCS #7 message is {error}");
    let action = "get the certificates from their CA again".to_owned();
    Finding::new(place, Severity::Error, code, message, Some(action))
}
