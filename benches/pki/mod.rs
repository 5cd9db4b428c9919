//! A CA for benches: a root and an intermediate with P-256 keys, and leaves for `bench.test`.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// The CA, with the key that signs leaves.
pub(crate) struct Pki {
    /// The trust anchor.
    pub(crate) root: Certificate,
    /// The certificate that servers send with the leaf.
    pub(crate) intermediate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Pki {
    /// Creates a CA.
    pub(crate) fn new() -> Self {
        let (params, key) = (ca_params("Bench Root"), new_key());
        let root = params.self_signed(&key).expect("a root");
        let root_issuer = Issuer::new(params, key);
        let (params, key) = (ca_params("Bench Intermediate"), new_key());
        let intermediate = params.signed_by(&key, &root_issuer).expect("an intermediate");
        Self { root, intermediate, issuer: Issuer::new(params, key) }
    }

    /// Issues a leaf with the common name `name` for `key`.
    pub(crate) fn leaf(&self, name: &str, key: &KeyPair) -> Certificate {
        let mut params = CertificateParams::new(vec!["bench.test".to_owned()]).expect("a name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.signed_by(key, &self.issuer).expect("a leaf")
    }
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// Generates a P-256 key.
pub(crate) fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key")
}
