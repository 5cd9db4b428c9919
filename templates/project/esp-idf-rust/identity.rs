//! The client certificate and its private key, for a server that requests them.
//!
//! In: `certs/device.pem` and `certs/device.key`, if they exist; git ignores the key. Out: the values
//! for esp-idf-svc. They are part of the image. Anyone who reads the flash can read them, unless you
//! enable flash encryption.

use esp_idf_svc::tls::X509;

/// The certificate, then its issuers.
#[cfg(has_certificate)]
pub const CERTIFICATE: Option<X509<'static>> =
    Some(X509::pem_until_nul(concat!(include_str!("../certs/device.pem"), "\0").as_bytes()));

/// The private key of the certificate.
#[cfg(has_certificate)]
pub const KEY: Option<X509<'static>> =
    Some(X509::pem_until_nul(concat!(include_str!("../certs/device.key"), "\0").as_bytes()));

#[cfg(not(has_certificate))]
pub const CERTIFICATE: Option<X509<'static>> = None;

#[cfg(not(has_certificate))]
pub const KEY: Option<X509<'static>> = None;
