//! Small PKIs, made by rcgen: a root, any number of intermediates, a leaf.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

/// A leaf with everything above it.
pub(crate) struct Pki {
    folder: TempDir,
    name: String,
    /// From the leaf up to the root.
    path: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    key_pem: String,
}

/// A PKI under construction.
pub(crate) struct Builder {
    authorities: Vec<Authority>,
    change: Change,
}

struct Authority {
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

type Change = Box<dyn FnOnce(&mut CertificateParams)>;

impl Pki {
    /// Begins with a self-signed root called `name`, valid from 2020 to 2050.
    pub(crate) fn root(name: &str) -> Builder {
        Self::root_with_key(name, key())
    }

    /// Begins with such a root that has this key.
    pub(crate) fn root_with_key(name: &str, key: KeyPair) -> Builder {
        Self::root_with(name, key, |_| {})
    }

    /// Begins with a root that has changed parameters.
    pub(crate) fn root_changed(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Builder {
        Self::root_with(name, key(), change)
    }

    /// Begins with a root that has this key and changed parameters.
    pub(crate) fn root_with(
        name: &str,
        key: KeyPair,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Builder {
        let mut params = authority(name);
        params.not_after = date_time_ymd(2050, 1, 1);
        change(&mut params);
        let der = params.self_signed(&key).expect("a root").der().clone();
        let issuer = Issuer::new(params, key);
        Builder { authorities: vec![Authority { der, issuer }], change: Box::new(|_| {}) }
    }

    /// A self-signed certificate for `host` that is a leaf, or also a CA if `is_ca`.
    pub(crate) fn self_signed(host: &str, is_ca: bool) -> Self {
        let mut params = leaf(host);
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = key();
        let der = params.self_signed(&key).expect("a certificate").der().clone();
        Self::new(host, vec![der], &key)
    }

    fn new(name: &str, path: Vec<CertificateDer<'static>>, key: &KeyPair) -> Self {
        let pki = Self {
            folder: TempDir::new().expect("a temporary folder"),
            name: name.to_owned(),
            path,
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            key_pem: key.serialize_pem(),
        };
        std::fs::write(pki.file("key.pem"), &pki.key_pem).expect("a file");
        pki
    }

    /// The host that the leaf is for.
    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    /// What most servers send: everything except the root.
    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.path[..(self.path.len() - 1).max(1)].to_vec()
    }

    /// From the leaf to the root.
    pub(crate) fn path(&self) -> &[CertificateDer<'static>] {
        &self.path
    }

    pub(crate) fn root_der(&self) -> &CertificateDer<'static> {
        self.path.last().expect("a root")
    }

    pub(crate) fn leaf_der(&self) -> &CertificateDer<'static> {
        &self.path[0]
    }

    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key()
    }

    /// A PEM file with the root.
    pub(crate) fn root_file(&self) -> PathBuf {
        self.write("root.pem", &self.path[self.path.len() - 1..])
    }

    /// A PEM file with what most servers send.
    pub(crate) fn chain_file(&self) -> PathBuf {
        self.write("chain.pem", &self.chain())
    }

    /// A PEM file with the private key of the leaf.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.file("key.pem")
    }

    /// The root as OpenSSL's TRUSTED CERTIFICATE; `option`, `-addtrust` or `-addreject`, is for TLS servers.
    pub(crate) fn trusted_root_file(&self, option: &str) -> PathBuf {
        let path = self.file("trusted.pem");
        let mut openssl = std::process::Command::new("openssl");
        openssl.args(["x509", "-trustout", option, "serverAuth", "-in"]).arg(self.root_file());
        let status = openssl.arg("-out").arg(&path).status().expect("openssl runs");
        assert!(status.success());
        path
    }

    /// A file in the PKI's folder, which lives as long as the PKI.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, certificates: &[CertificateDer<'_>]) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, pem_of(certificates)).expect("a file");
        path
    }
}

impl Builder {
    /// Adds an intermediate called `name` at the bottom.
    pub(crate) fn intermediate(self, name: &str) -> Self {
        self.intermediate_with(name, |_| {})
    }

    /// Adds an intermediate with changed parameters.
    pub(crate) fn intermediate_with(
        self,
        name: &str,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        self.add(name, key(), change)
    }

    /// Adds an intermediate with this key.
    pub(crate) fn intermediate_with_key(self, name: &str, key: KeyPair) -> Self {
        self.add(name, key, |_| {})
    }

    fn add(
        mut self,
        name: &str,
        key: KeyPair,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Self {
        let mut params = authority(name);
        change(&mut params);
        let above = &self.authorities.last().expect("a root").issuer;
        let der = params.signed_by(&key, above).expect("an intermediate").der().clone();
        self.authorities.push(Authority { der, issuer: Issuer::new(params, key) });
        self
    }

    /// Changes the leaf's parameters.
    pub(crate) fn changed(mut self, change: impl FnOnce(&mut CertificateParams) + 'static) -> Self {
        self.change = Box::new(change);
        self
    }

    /// Ends with a leaf for `host`, valid from 2020 to 2040.
    pub(crate) fn leaf(self, host: &str) -> Pki {
        self.leaf_with_key(host, &key())
    }

    /// Ends with a leaf for `host` that `issuer` signs, whatever is above it.
    pub(crate) fn leaf_issued_by(self, host: &str, issuer: &Issuer<'_, KeyPair>) -> Pki {
        let key = key();
        let leaf = leaf(host).signed_by(&key, issuer).expect("a leaf").der().clone();
        let above = self.authorities.into_iter().rev().map(|authority| authority.der);
        Pki::new(host, std::iter::once(leaf).chain(above).collect(), &key)
    }

    /// Ends with a leaf for `host` that has this key.
    pub(crate) fn leaf_with_key(self, host: &str, key: &KeyPair) -> Pki {
        let mut params = leaf(host);
        (self.change)(&mut params);
        let issuer = &self.authorities.last().expect("a root").issuer;
        let leaf = params.signed_by(key, issuer).expect("a leaf").der().clone();
        let above = self.authorities.into_iter().rev().map(|authority| authority.der);
        Pki::new(host, std::iter::once(leaf).chain(above).collect(), key)
    }
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf(host: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, host);
    params.serial_number = Some(SerialNumber::from(vec![0x10, 0x20]));
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

/// The certificates in PEM, encoded without certgrab's code.
pub(crate) fn pem_of(certificates: &[CertificateDer<'_>]) -> String {
    let block = |der: &CertificateDer<'_>| {
        let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
        pem::encode_config(&pem::Pem::new("CERTIFICATE", der.to_vec()), config)
    };
    certificates.iter().map(block).collect()
}

/// The SHA-256 in hexadecimal, computed without certgrab's code.
pub(crate) fn sha256(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
