//! The contents of the object identifiers that TLS stacks know (X.690 section 8.19).

use crate::x509::{der::oid_text, extensions, key};

// Keys (RFC 8017 appendix C, RFC 5480, RFC 8410).
pub(super) const RSA: &[u8] = key::RSA_ENCRYPTION.as_bytes();
pub(super) const RSASSA_PSS: &[u8] = key::RSASSA_PSS.as_bytes();
pub(super) const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8];
pub(super) const EC: &[u8] = key::EC_PUBLIC_KEY.as_bytes();
pub(super) const ED25519: &[u8] = key::ED25519.as_bytes();
pub(super) const ED448: &[u8] = key::ED448.as_bytes();

// Attributes of names (RFC 5280 appendix A.1, RFC 2985).
pub(super) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub(super) const UNIQUE_IDENTIFIER: &[u8] = &[0x55, 4, 45];
pub(super) const EMAIL_ADDRESS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1];

// Extensions (RFC 5280 sections 4.2.1 and 4.2.2, RFC 7633, Netscape).
pub(super) const SUBJECT_DIRECTORY_ATTRIBUTES: &[u8] = &[0x55, 0x1d, 9];
pub(super) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 14];
pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 15];
pub(super) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 17];
pub(super) const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1d, 18];
pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(super) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 30];
pub(super) const CRL_DISTRIBUTION_POINTS: &[u8] = &[0x55, 0x1d, 31];
pub(super) const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
pub(super) const ANY_POLICY: &[u8] = &[0x55, 0x1d, 32, 0];
pub(super) const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1d, 33];
pub(super) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 35];
pub(super) const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 36];
pub(super) const EXT_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
pub(super) const FRESHEST_CRL: &[u8] = &[0x55, 0x1d, 46];
pub(super) const INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1d, 54];
pub(super) const AUTHORITY_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
pub(super) const SUBJECT_INFO_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 11];
pub(super) const TLS_FEATURE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 24];
pub(super) const OCSP_NO_CHECK: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5];
pub(super) const PROXY_CERT_INFO: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 14];
pub(super) const NETSCAPE_CERT_TYPE: &[u8] = &[0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 1, 1];

// Purposes (RFC 5280 section 4.2.1.12; step-up of Netscape and Microsoft).
pub(super) const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 37, 0];
pub(super) const SERVER_AUTH: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 1];
pub(super) const NETSCAPE_SGC: &[u8] = &[0x60, 0x86, 0x48, 1, 0x86, 0xf8, 0x42, 4, 1];
pub(super) const MICROSOFT_SGC: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 10, 3, 3];
/// Purpose of a hardware module's name (RFC 4108).
pub(super) const HARDWARE_MODULE_NAME: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 8, 4];
/// id-qt-cps (RFC 5280 section 4.2.1.4).
pub(super) const POLICY_CPS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 2, 1];

/// The name of an extension, with its identifier.
pub(super) fn extension_name(id: &[u8]) -> String {
    let text = oid_text(id);
    extensions::name(id).map_or_else(|| text.clone(), |name| format!("{name} ({text})"))
}
