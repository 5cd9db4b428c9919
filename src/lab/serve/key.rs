//! The key of a server: any key of the lab, including those that no server library supports.

use std::sync::Arc;

use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::{Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};

use crate::lab::authority::Authority;
use crate::lab::pki::Kind;
use crate::lab::pki::key::Key;
use crate::lab::pki::sign::{Scheme, Secret};
use crate::x509::algorithm::Digest;

/// A key that signs handshakes.
pub(super) fn signing_key(key: Key, authority: &Authority) -> std::io::Result<Arc<dyn SigningKey>> {
    let keys = authority.keys();
    let rare = match key.kind {
        Kind::P521 => Some((SignatureScheme::ECDSA_NISTP521_SHA512, Digest::Sha512)),
        Kind::Rsa { bits: ..2048, .. } => Some((SignatureScheme::RSA_PKCS1_SHA256, Digest::Sha256)),
        _ => None,
    };
    if let Some((scheme, hash)) = rare {
        let secret = keys.shared_secret(key)?;
        return Ok(Arc::new(Rare { key, scheme, hash, secret }));
    }
    let pem = keys.pem(key)?;
    let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(std::io::Error::other)?;
    any_supported_type(&der).map_err(std::io::Error::other)
}

/// A key that ring cannot sign with.
#[derive(Clone)]
struct Rare {
    key: Key,
    scheme: SignatureScheme,
    hash: Digest,
    secret: Arc<dyn AsRef<Secret> + Send + Sync>,
}

impl std::fmt::Debug for Rare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.key)
    }
}

impl SigningKey for Rare {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&self.scheme).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        if self.key.is_rsa() { SignatureAlgorithm::RSA } else { SignatureAlgorithm::ECDSA }
    }
}

impl Signer for Rare {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = (*self.secret).as_ref().sign(Scheme::hash(self.hash), message);
        signed.ok_or_else(|| Error::General("no signature".to_owned()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}
