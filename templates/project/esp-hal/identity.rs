//! The client certificate and its private key, for a server that requests them.
//!
//! In: `certs/device.pem` and `certs/device.key`, if they exist; git ignores the key. Out: both in PEM.
//! They are part of the image. Anyone who reads the flash can read them, unless you enable flash
//! encryption.

use core::ffi::CStr;

/// The certificate followed by its issuers, and the private key.
#[cfg(has_certificate)]
pub const DEVICE: Option<(&CStr, &CStr)> = Some((
    text(concat!(include_str!("../certs/device.pem"), "\0")),
    text(concat!(include_str!("../certs/device.key"), "\0")),
));

#[cfg(not(has_certificate))]
pub const DEVICE: Option<(&CStr, &CStr)> = None;

#[cfg(has_certificate)]
const fn text(pem: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(pem.as_bytes()) {
        Ok(text) => text,
        Err(_) => panic!("a NUL within PEM"),
    }
}
