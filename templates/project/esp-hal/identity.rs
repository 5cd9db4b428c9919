//! The device's own certificate and private key, for a server that asks for them.
//!
//! In: `certs/device.pem` and `certs/device.key`, if they are there; git ignores the key. Out: both in
//! PEM. They are in the image, and anyone who reads the flash can read them: turn on flash encryption
//! where that matters.

use core::ffi::CStr;

/// The certificate with its issuers, and its key.
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
