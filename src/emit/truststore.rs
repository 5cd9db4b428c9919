//! Truststores of Java: PKCS #12 (RFC 7292) and JKS.
//!
//! Roots are no secret, so that the PKCS #12 form has neither encryption nor a MAC: Java opens
//! it with any password, and nothing in it is random. JKS always ends in a digest over the
//! password, which is Java's usual `changeit`, and carries a date of its own for each entry,
//! which is the certificate's notBefore.

use super::pkcs7::DATA;
use crate::{
    bundle::{Bundle, Entry},
    element::wrap,
};

/// certBag (RFC 7292 section 4.2).
const CERT_BAG: &[u8] = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03";
/// x509Certificate (RFC 7292 section 4.2.3, RFC 2985 section 5.2).
const X509_CERTIFICATE: &[u8] = b"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01";
/// friendlyName (RFC 2985 section 5.5.1).
const FRIENDLY_NAME: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x14";
/// Java's trustedKeyUsage, 2.16.840.1.113894.746875.1.1: without it an entry is not trusted.
const TRUSTED_KEY_USAGE: &[u8] = b"\x06\x0c\x60\x86\x48\x01\x86\xf9\x66\xad\xca\x7b\x01\x01";
/// anyExtendedKeyUsage (RFC 5280 section 4.2.1.12).
const ANY_USAGE: &[u8] = b"\x06\x04\x55\x1d\x25\x00";
/// PFX version 3 (RFC 7292 section 4).
const VERSION: &[u8] = b"\x02\x01\x03";

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTET_STRING: u8 = 0x04;
const BMP_STRING: u8 = 0x1e;
const EXPLICIT_0: u8 = 0xa0;

/// The certificates as a PKCS #12 truststore.
pub(super) fn pkcs12(bundle: &Bundle) -> Vec<u8> {
    let bags: Vec<u8> = numbered(bundle).flat_map(|(alias, entry)| bag(&alias, entry)).collect();
    let safe_contents = content_info(&wrap(SEQUENCE, &bags));
    let auth_safe = content_info(&wrap(SEQUENCE, &safe_contents));
    wrap(SEQUENCE, &[VERSION, &auth_safe].concat())
}

/// ContentInfo of type data (RFC 2315 section 8).
fn content_info(content: &[u8]) -> Vec<u8> {
    wrap(SEQUENCE, &[DATA, &wrap(EXPLICIT_0, &wrap(OCTET_STRING, content))].concat())
}

/// SafeBag (RFC 7292 section 4.2).
fn bag(alias: &str, entry: &Entry) -> Vec<u8> {
    let octets = wrap(EXPLICIT_0, &wrap(OCTET_STRING, entry.certificate.der()));
    let certificate = wrap(SEQUENCE, &[X509_CERTIFICATE, &octets].concat());
    let name: Vec<u8> = alias.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let attribute = |id: &[u8], value: &[u8]| wrap(SEQUENCE, &[id, &wrap(SET, value)].concat());
    // The elements of a SET OF are in the order of their encodings (X.690 section 11.6).
    let mut attributes = [
        attribute(FRIENDLY_NAME, &wrap(BMP_STRING, &name)),
        attribute(TRUSTED_KEY_USAGE, ANY_USAGE),
    ];
    attributes.sort_unstable();
    let value = wrap(EXPLICIT_0, &certificate);
    wrap(SEQUENCE, &[CERT_BAG, &value, &wrap(SET, &attributes.concat())].concat())
}

/// Each entry and its alias: its role and, from the second of a truststore on, its number.
fn numbered(bundle: &Bundle) -> impl Iterator<Item = (String, &Entry)> {
    bundle.entries.iter().enumerate().map(|(index, entry)| match index {
        0 => (entry.role.word().to_owned(), entry),
        _ => (format!("{}-{}", entry.role.word(), index + 1), entry),
    })
}

/// The certificates as a JKS truststore with the password `changeit`.
#[cfg(feature = "fetch")]
pub(super) fn jks(bundle: &Bundle) -> Vec<u8> {
    const MAGIC: u32 = 0xfeed_feed;
    const VERSION: u32 = 2;
    const TRUSTED_CERTIFICATE: u32 = 2;
    const PASSWORD: &str = "changeit";
    /// What every JKS digest starts with, after the password.
    const WHITENER: &[u8] = b"Mighty Aphrodite";
    let text = |text: &str| [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat();

    let mut out = Vec::new();
    for number in [MAGIC, VERSION, bundle.entries.len() as u32] {
        out.extend(number.to_be_bytes());
    }
    for (alias, entry) in numbered(bundle) {
        let der = entry.certificate.der();
        out.extend(TRUSTED_CERTIFICATE.to_be_bytes());
        out.extend(text(&alias));
        out.extend((entry.certificate.not_before().unix() * 1_000).to_be_bytes());
        out.extend(text("X.509"));
        out.extend((der.len() as u32).to_be_bytes());
        out.extend(der);
    }
    let mut digest = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(&PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
    digest.update(WHITENER);
    digest.update(&out);
    out.extend(digest.finish().as_ref());
    out
}
