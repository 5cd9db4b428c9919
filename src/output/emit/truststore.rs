//! Truststores of Java: PKCS #12 (RFC 7292) and JKS.
//!
//! Roots are not secret, so the PKCS #12 form has neither encryption nor a MAC: Java opens it with any
//! password, and nothing in it is random. JKS always ends in a digest over the password, here Java's
//! usual `changeit`, and has a date for each entry, here the certificate's notBefore.

use der::{
    Encode as _, Tag,
    asn1::{Any, BmpString, ObjectIdentifier, OctetStringRef, SetOfVec},
};

use super::pkcs7::{DATA, content_info};
use crate::output::bundle::{Bundle, Entry};
use crate::x509::der_write::{EXPLICIT_0, sequence, value};

/// certBag (RFC 7292 section 4.2).
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
/// x509Certificate (RFC 7292 section 4.2.3, RFC 2985 section 5.2).
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
/// friendlyName (RFC 2985 section 5.5.1).
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
/// Java's trustedKeyUsage: without it an entry is not trusted.
const TRUSTED_KEY_USAGE: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("2.16.840.1.113894.746875.1.1");
/// anyExtendedKeyUsage (RFC 5280 section 4.2.1.12).
const ANY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");
/// PFX version 3 (RFC 7292 section 4).
const VERSION: u8 = 3;

/// The certificates as a PKCS #12 truststore.
pub(super) fn pkcs12(bundle: &Bundle) -> der::Result<Vec<u8>> {
    let bags: der::Result<Vec<_>> =
        numbered(bundle).map(|(alias, entry)| bag(&alias, entry)).collect();
    let safe_contents = value(Tag::Sequence, &bags?.concat())?;
    let safes = sequence(&[data(&safe_contents)?])?;
    sequence(&[VERSION.to_der()?, data(&safes)?])
}

/// ContentInfo of type data (RFC 2315 section 8).
fn data(content: &[u8]) -> der::Result<Vec<u8>> {
    content_info(DATA, &OctetStringRef::new(content)?.to_der()?)
}

/// SafeBag (RFC 7292 section 4.2).
fn bag(alias: &str, entry: &Entry) -> der::Result<Vec<u8>> {
    let octets = OctetStringRef::new(entry.certificate.der())?.to_der()?;
    let certificate = sequence(&[X509_CERTIFICATE.to_der()?, value(EXPLICIT_0, &octets)?])?;
    // A set puts the attributes in order (X.690 section 11.6).
    let attributes = SetOfVec::from_iter([
        attribute(FRIENDLY_NAME, &BmpString::from_utf8(alias)?.to_der()?)?,
        attribute(TRUSTED_KEY_USAGE, &ANY_USAGE.to_der()?)?,
    ])?;
    sequence(&[CERT_BAG.to_der()?, value(EXPLICIT_0, &certificate)?, attributes.to_der()?])
}

/// PKCS12Attribute (RFC 7292 section 4.2) with one value.
fn attribute(id: ObjectIdentifier, content: &[u8]) -> der::Result<Any> {
    Any::new(Tag::Sequence, [id.to_der()?, value(Tag::Set, content)?].concat())
}

/// Each entry and its alias: its role and, from the second entry of a truststore on, its number.
fn numbered(bundle: &Bundle) -> impl Iterator<Item = (String, &Entry)> {
    bundle.entries.iter().enumerate().map(|(index, entry)| match index {
        0 => (entry.role.word().to_owned(), entry),
        _ => (format!("{}-{}", entry.role.word(), index + 1), entry),
    })
}

/// The certificates as a JKS truststore with the password `changeit`.
///
/// Sun's format is a short sequence of numbers. The crate that writes it, `jks`, needs 130 others, some
/// of them in two outdated versions, for keys that a truststore does not have.
#[cfg(feature = "judge")]
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
