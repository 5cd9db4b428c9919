//! The certificates in a PKCS#7 message (signedData, RFC 5652 section 5.1).
//!
//! Files and servers use certs-only messages for a whole chain. Some servers send them as BER with
//! indefinite lengths.

use der::Tag;

use super::{
    certificate::{Certificate, Malformed},
    der::{Element, Elements},
};

/// signedData, the content type of PKCS#7 messages with certificates.
const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// The first `most` certificates in `message`; `None` if it is not signedData.
///
/// A certificate is DER even inside BER, so searching at each offset reads both encodings. A certificate
/// found by accident or placed by an attacker is only a candidate. The order has no meaning: the
/// certificates are a set.
pub(crate) fn certificates(message: &[u8], most: usize) -> Option<Vec<Certificate>> {
    // The header of a PKCS#7 message fits before its content type.
    let start = &message[..message.len().min(32)];
    if !start.windows(SIGNED_DATA.len()).any(|window| window == SIGNED_DATA) {
        return None;
    }
    Some(certificates_within(message, most))
}

/// The first `most` certificates of `message`, with what is wrong with those that cannot be read;
/// nothing if it is not signedData in DER.
///
/// ContentInfo holds the type and `[0]`, that the signedData, and that a version, the digests, the
/// contents and in `[0]` the certificates (RFC 5652 sections 3 and 5.1). Members with another tag are
/// certificates of other kinds (section 10.2.2).
pub(crate) fn members(message: &[u8], most: usize) -> Vec<Result<Certificate, Malformed>> {
    let certificates = || {
        let mut info = Elements::of(Elements::of(message).sequence()?.value);
        info.tagged(Tag::ObjectIdentifier).filter(|id| id.whole == SIGNED_DATA)?;
        let signed_data = Elements::of(info.next()?.value).sequence()?.value;
        Elements::of(signed_data).find(|element| element.class == CERTIFICATES)
    };
    let members = certificates().map(|set| Elements::of(set.value)).into_iter().flatten();
    let members = members.filter(Element::is_sequence).take(most);
    members.map(|element| Certificate::from_der(element.whole)).collect()
}

/// The identifier octet of the certificates in signedData, `[0] IMPLICIT`.
const CERTIFICATES: u8 = 0xa0;

/// The first `most` certificates anywhere in `bytes`, in order.
///
/// Anything that begins like a certificate is read as one until [`MOST_READINGS`] times `bytes` were
/// read: elements that share their ends could be read again at each of their beginnings.
pub(crate) fn certificates_within(bytes: &[u8], most: usize) -> Vec<Certificate> {
    search(bytes, most).0
}

/// How many times each byte may be read on average: certificates follow one another and are not nested.
const MOST_READINGS: usize = 4;

/// The certificates, and how many bytes were read as certificates.
fn search(bytes: &[u8], most: usize) -> (Vec<Certificate>, usize) {
    let (mut found, mut read, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = bytes[at..].iter().position(|byte| *byte == SEQUENCE) {
        at += next;
        if found.len() == most || read > bytes.len() * MOST_READINGS {
            break;
        }
        let end = begins_as_certificate(&bytes[at..]).map(|length| at + length);
        let certificate = end.and_then(|end| {
            read += end - at;
            Certificate::from_der(&bytes[at..end]).ok()
        });
        at += certificate.as_ref().map_or(1, |certificate| certificate.der().len());
        found.extend(certificate);
    }
    (found, read)
}

/// The identifier octets of SEQUENCE and INTEGER, and of version, [0] EXPLICIT.
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;

/// The length of the SEQUENCE at the beginning of `bytes`, if it begins with another one that begins
/// with a version or a number (RFC 5280 section 4.1).
fn begins_as_certificate(bytes: &[u8]) -> Option<usize> {
    let (header, length) = sequence(bytes)?;
    let (inner, _) = sequence(bytes.get(header..)?)?;
    let first = bytes.get(header + inner)?;
    let end = header.checked_add(length)?;
    (matches!(*first, VERSION | INTEGER) && end <= bytes.len()).then_some(end)
}

/// The bytes of the header of the SEQUENCE that `bytes` begin with, and those of its contents (X.690
/// section 8.1.3).
fn sequence(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes {
        [SEQUENCE, short @ ..=0x7f, ..] => Some((2, usize::from(*short))),
        [SEQUENCE, 0x81, one, ..] => Some((3, usize::from(*one))),
        [SEQUENCE, 0x82, high, low, ..] => {
            Some((4, usize::from(u16::from_be_bytes([*high, *low]))))
        }
        [SEQUENCE, 0x83, high, middle, low, ..] => {
            let length = u32::from_be_bytes([0, *high, *middle, *low]);
            Some((5, usize::try_from(length).ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One DER element with two octets of length.
    fn long(tag: u8, length: usize) -> Vec<u8> {
        let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
        vec![tag, 0x82, high, low]
    }

    /// `count` beginnings of certificates, each within the key of the one before, and `count`
    /// extensions that all of them share.
    fn sharing(count: usize) -> Vec<u8> {
        const VALIDITY: &[u8] = b"\x30\x1e\x17\x0d200101000000Z\x17\x0d400101000000Z";
        let names = [b"\x02\x01\x01\x30\x00\x30\x00".as_slice(), VALIDITY, b"\x30\x00"].concat();
        let beginning = 4 + 4 + names.len() + 4;
        let extensions = b"\x30\x04\x06\x01\x2a\x04\x00".repeat(count);
        let list = [long(0x30, extensions.len()), extensions].concat();
        let shared = [long(0xa3, list.len()), list].concat();
        let mut all = Vec::new();
        for left in (0..count).rev() {
            let key = left * beginning;
            let tbs = names.len() + 4 + key + shared.len();
            all.extend(long(0x30, 4 + tbs));
            all.extend(long(0x30, tbs));
            all.extend_from_slice(&names);
            all.extend(long(0x30, key));
        }
        all.extend(shared);
        all
    }

    #[test]
    fn nested_certificate_starts_do_not_multiply_the_reading() {
        for count in [200, 400, 800] {
            let bytes = sharing(count);
            assert_eq!(begins_as_certificate(&bytes), Some(bytes.len()));
            let (found, read) = search(&bytes, usize::MAX);
            assert_eq!(found, []);
            let most = bytes.len() * (MOST_READINGS + 1);
            assert!((bytes.len() * MOST_READINGS..=most).contains(&read), "{count}: {read}");
        }
        for piece in [&b"\x30"[..], b"\x30\x82\xff\xff", b"\x30\x80", b"\x30\x82\x10\x00"] {
            for count in [1_000, 2_000, 4_000] {
                assert_eq!(search(&piece.repeat(count), usize::MAX), (Vec::new(), 0), "{piece:?}");
            }
        }
    }

    #[test]
    fn certificates_are_found_among_other_bytes() {
        let made = |_| {
            let key = rcgen::KeyPair::generate().unwrap();
            rcgen::CertificateParams::default().self_signed(&key).unwrap().der().to_vec()
        };
        let all: Vec<_> = (0..5).map(made).collect();
        let bytes = all.iter().flat_map(|one| [b"\x30\x82\x30".as_slice(), one].concat());
        let bytes: Vec<u8> = bytes.collect();
        let found = certificates_within(&bytes, usize::MAX);
        assert!(found.iter().map(Certificate::der).eq(all.iter().map(Vec::as_slice)));
        assert_eq!(certificates_within(&bytes, 3).len(), 3);
    }
}
