//! PKCS #7 with certificates only (RFC 2315 section 9.1, "degenerate" signed data).

use der::{Encode as _, Tag, asn1::ObjectIdentifier};

use crate::output::bundle::Bundle;
use crate::x509::der_write::{EXPLICIT_0, sequence, value};

/// signedData (RFC 2315 section 14).
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// data (RFC 2315 section 14).
pub(super) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// Version 1 (RFC 2315 section 9.1).
const VERSION: u8 = 1;

/// The certificates of `bundle` as a PKCS #7 block (RFC 7468 section 8).
pub(super) fn pem(bundle: &Bundle) -> der::Result<String> {
    let ders: Vec<&[u8]> = bundle.entries.iter().map(|entry| entry.certificate.der()).collect();
    // No digest algorithms and no signers. Readers list the certificates in this order, so they are
    // not sorted as DER requires of a SET OF.
    let nothing = value(Tag::Set, &[])?;
    let signed = sequence(&[
        VERSION.to_der()?,
        nothing.clone(),
        sequence(&[DATA.to_der()?])?,
        value(EXPLICIT_0, &ders.concat())?,
        nothing,
    ])?;
    let content = content_info(SIGNED_DATA, &signed)?;
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    Ok(pem::encode_config(&pem::Pem::new("PKCS7", content), config))
}

/// ContentInfo (RFC 2315 section 7).
pub(super) fn content_info(kind: ObjectIdentifier, content: &[u8]) -> der::Result<Vec<u8>> {
    sequence(&[kind.to_der()?, value(EXPLICIT_0, content)?])
}
