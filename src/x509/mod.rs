//! Certificates: DER, names, keys, extensions and signatures (RFC 5280).

pub mod algorithm;
pub mod certificate;
pub(crate) mod der;
pub(crate) mod der_write;
#[cfg(feature = "judge")]
pub mod extensions;
pub(crate) mod jks;
pub(crate) mod key;
pub mod name;
pub(crate) mod pem_damage;
#[cfg(feature = "judge")]
pub(crate) mod pkcs7;
pub(crate) mod private_key;
pub(crate) mod sha256;
#[cfg(feature = "judge")]
pub(crate) mod signature;
#[cfg(feature = "judge")]
pub mod signed;
#[cfg(feature = "judge")]
pub(crate) mod unframed;
