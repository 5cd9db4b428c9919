//! PKCS #7 with certificates only (RFC 2315 section 9.1, "degenerate" signed data).

use crate::{bundle::Bundle, element::wrap};

/// signedData (RFC 2315 section 14), as a DER OBJECT IDENTIFIER.
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
/// data (RFC 2315 section 14).
pub(super) const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
/// Version 1 (RFC 2315 section 9.1).
const VERSION: &[u8] = b"\x02\x01\x01";
/// No digest algorithms, no signers.
const EMPTY_SET: &[u8] = b"\x31\x00";

/// The certificates of `bundle` as a PKCS #7 block (RFC 7468 section 8).
pub(super) fn pem(bundle: &Bundle) -> String {
    let ders: Vec<&[u8]> = bundle.entries.iter().map(|entry| entry.certificate.der()).collect();
    let certificates = wrap(0xa0, &ders.concat());
    let signed =
        wrap(0x30, &[VERSION, EMPTY_SET, &wrap(0x30, DATA), &certificates, EMPTY_SET].concat());
    let content = wrap(0x30, &[SIGNED_DATA, &wrap(0xa0, &signed)].concat());
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("PKCS7", content), config)
}
