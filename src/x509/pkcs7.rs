//! The certificates in a PKCS#7 message (signedData, RFC 5652 section 5.1).
//!
//! Files and servers use certs-only messages for a whole chain. Some servers send them as BER with
//! indefinite lengths.

use super::{certificate::Certificate, der::Elements};

/// signedData, the content type of PKCS#7 messages that carry certificates.
const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// The first `most` certificates in `message`; `None` if it is not signedData.
///
/// A certificate is DER even inside BER, so looking for one at each offset reads both encodings.
/// What is found by accident or by malice is a candidate like any other. The order says nothing:
/// the certificates are a set.
pub(crate) fn certificates(message: &[u8], most: usize) -> Option<Vec<Certificate>> {
    // The header of a PKCS#7 message fits before its content type.
    let start = &message[..message.len().min(32)];
    if !start.windows(SIGNED_DATA.len()).any(|window| window == SIGNED_DATA) {
        return None;
    }
    Some(certificates_within(message, most))
}

/// The first `most` certificates anywhere in `bytes`, in order.
pub(crate) fn certificates_within(bytes: &[u8], most: usize) -> Vec<Certificate> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let (Some((_, next)), true) = (rest.split_first(), found.len() < most) {
        let element = Elements::of(rest).sequence();
        let certificate = element.and_then(|one| Certificate::from_der(one.whole).ok());
        rest = match &certificate {
            Some(certificate) => &rest[certificate.der().len()..],
            None => next,
        };
        found.extend(certificate);
    }
    found
}
