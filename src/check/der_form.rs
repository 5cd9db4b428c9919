//! Certificates in DER at the beginning of some bytes.
//!
//! In: the bytes of a constant. Out: the first certificate and what follows it.

use super::{Finding, Findings, Place, Severity};
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

/// The version of a certificate, v3, and the number that follows it (RFC 5280 section 4.1).
const VERSION_3: &[u8] = &[0xa0, 3, 2, 1, 2, 2];
/// The bytes before the version: the headers of two sequences with two bytes of length.
const HEADERS: usize = 8;
/// The most positions in one file that begin like a certificate and are examined: each may be read to
/// its end, 64 KiB further on.
const MOST_BEGINNINGS: usize = 1_000;

/// Certificates within `bytes`, such as a firmware image, that cannot be read and are not among those
/// that were `read`, each by its offset and its length.
pub(crate) fn unreadable_within(bytes: &[u8], read: &[(usize, usize)]) -> Findings {
    let is_read = |at: usize| {
        let before = read.partition_point(|(start, _)| *start <= at);
        before.checked_sub(1).is_some_and(|last| at < read[last].0 + read[last].1)
    };
    let begins = memchr::memmem::find_iter(bytes, VERSION_3)
        .filter_map(|version| version.checked_sub(HEADERS))
        .filter(|at| *at > 0 && begins_as_certificate(&bytes[*at..]) && !is_read(*at));
    let mut found = Findings::default();
    for at in begins.take(MOST_BEGINNINGS).filter(|at| first_certificate(&bytes[*at..]).is_none()) {
        let message = "the bytes begin like a DER certificate but are truncated or corrupted";
        let action = Some("regenerate the constant with certgrab".to_owned());
        let place = Place::from(1).in_block(at, 0).by_offset();
        found.add(Finding::new(place, Severity::Warning, "der-damaged", message, action));
    }
    found
}

/// The length of the element that `bytes` begin with, if it is complete.
pub(crate) fn whole_length(bytes: &[u8]) -> Option<usize> {
    Elements::of(bytes).next().map(|element| element.whole.len())
}

/// The finding that the certificate at `place` in a PKCS #7 message cannot be read.
pub(crate) fn unreadable_member(place: Place, code: &'static str, error: &Malformed) -> Finding {
    let message = format!("a certificate of the PKCS #7 message is {error}");
    let action = "get the certificates from their CA again".to_owned();
    Finding::new(place, Severity::Error, code, message, Some(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_1000_certificate_starts_in_an_image_are_read() {
        let beginning: &[u8] = &[0x30, 0x82, 1, 4, 0x30, 0x82, 1, 0, 0xa0, 3, 2, 1, 2, 2];
        let found = |count: usize| {
            let image = [&[0xe9], &beginning.repeat(count)[..]].concat();
            unreadable_within(&image, &[]).listed().len()
        };
        assert_eq!(found(MOST_BEGINNINGS - 1), MOST_BEGINNINGS - 1);
        assert_eq!(found(MOST_BEGINNINGS), MOST_BEGINNINGS);
        assert_eq!(found(MOST_BEGINNINGS + 1), MOST_BEGINNINGS);
    }
}
