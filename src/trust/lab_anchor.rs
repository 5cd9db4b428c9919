//! The anchor of `certgrab lab`, which must not be shipped.
//!
//! Everyone who has the lab's folder can issue certificates under it, and it lasts 30 days.

use crate::x509::certificate::Certificate;

/// The organisation in the subject of every CA of the lab.
pub const ORGANISATION: &str = "certgrab lab";

/// Whether a certificate is a CA of the lab.
#[must_use]
pub fn is_of_the_lab(certificate: &Certificate) -> bool {
    // An organizationName in UTF8String, as the lab writes it.
    let value = [&[0x0c, ORGANISATION.len() as u8], ORGANISATION.as_bytes()].concat();
    certificate.subject_der().windows(value.len()).any(|window| window == value)
}
