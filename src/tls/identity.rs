//! The client certificate for rustls.

use std::{fmt, sync::Arc};

use rustls::{crypto::ring, sign::CertifiedKey};

use crate::{
    chain::Identity,
    text::diagnostic::Diagnostic,
    x509::certificate::{Certificate, Malformed},
};

/// Why a certificate and a key cannot be presented to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no certificate.
    NoCertificate,
    /// The certificate cannot be read.
    Unreadable(Malformed),
    /// certgrab cannot sign with a key of this kind.
    Key,
    /// The key belongs to another certificate.
    Mismatch,
}

/// The identity for rustls, once its parts are found to match.
///
/// # Errors
///
/// See [`Error`].
pub fn certified(identity: &Identity) -> Result<Arc<CertifiedKey>, Error> {
    let leaf = identity.chain.first().ok_or(Error::NoCertificate)?;
    let certificate = Certificate::from_der(leaf).map_err(Error::Unreadable)?;
    let key = ring::sign::any_supported_type(&identity.key).map_err(|_| Error::Key)?;
    let public = key.public_key().ok_or(Error::Key)?;
    if certificate.spki_der() != public.as_ref() {
        return Err(Error::Mismatch);
    }
    Ok(Arc::new(CertifiedKey::new(identity.chain.clone(), key)))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("there is no certificate"),
            Self::Unreadable(problem) => write!(f, "the client certificate is {problem}"),
            Self::Key => f.write_str(
                "certgrab cannot sign with this private key; expected RSA of 2048 to 4096 bits, \
                 EC on P-256 or P-384, or Ed25519",
            ),
            Self::Mismatch => {
                f.write_str("the private key does not belong to the client certificate")
            }
        }
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {}
