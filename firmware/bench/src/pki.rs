//! The CAs and certificates of one run.
//!
//! Out: [`Pki`]: a root that the firmware trusts, one that it does not trust, and valid and invalid
//! chains of both. Every run generates new P-256 keys.

use crate::Fault;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

/// The host name of every broker of the bench.
pub(crate) const NAME: &str = "localhost";

/// What a broker presents, as PEM: its chain, leaf first, and the leaf's key.
pub(crate) struct Served {
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// The certificates of one run.
pub(crate) struct Pki {
    /// The root that the firmware trusts.
    pub(crate) root: String,
    /// Leaf and intermediate under that root.
    pub(crate) good: Served,
    /// The same for another host name.
    pub(crate) other_name: Served,
    /// The same, expired yesterday.
    pub(crate) expired: Served,
    /// The leaf without its intermediate.
    pub(crate) leaf_only: Served,
    /// The good chain, followed by the root cross-signed by another CA.
    pub(crate) above_anchor: Served,
    /// A chain of another CA, whose root the firmware's root cross-signed.
    pub(crate) moved: Served,
    /// A chain of another CA, without a cross-signed root.
    pub(crate) other_root: Served,
    /// The CA of the device certificates.
    pub(crate) clients: String,
    /// A device certificate under that CA, and its key.
    pub(crate) client: Served,
}

impl Pki {
    /// Generates the keys and certificates.
    pub(crate) fn new() -> Result<Self, Fault> {
        let root = Ca::root("Bench Root")?;
        let intermediate = Ca::below(&root, "Bench Issuing CA")?;
        let other = Ca::root("Other Root")?;
        let other_intermediate = Ca::below(&other, "Other Issuing CA")?;
        let clients = Ca::root("Bench Devices")?;

        let leaf = intermediate.leaf(NAME, ExtendedKeyUsagePurpose::ServerAuth, 90)?;
        let leaf_only = Served { chain: leaf.chain.clone(), key: leaf.key.clone() };
        let other_leaf = other_intermediate.leaf(NAME, ExtendedKeyUsagePurpose::ServerAuth, 90)?;
        Ok(Self {
            above_anchor: leaf.followed_by(&[&intermediate.pem, &root.cross_signed(&other)?]),
            good: leaf.followed_by(&[&intermediate.pem]),
            other_name: intermediate
                .leaf("broker.test", ExtendedKeyUsagePurpose::ServerAuth, 90)?
                .followed_by(&[&intermediate.pem]),
            expired: intermediate
                .leaf(NAME, ExtendedKeyUsagePurpose::ServerAuth, -1)?
                .followed_by(&[&intermediate.pem]),
            leaf_only,
            other_root: other_leaf.followed_by(&[&other_intermediate.pem]),
            moved: other_leaf.followed_by(&[&other_intermediate.pem, &other.cross_signed(&root)?]),
            client: clients.leaf("device", ExtendedKeyUsagePurpose::ClientAuth, 90)?,
            clients: clients.pem,
            root: root.pem,
        })
    }
}

impl Served {
    /// The leaf, followed by these certificates.
    fn followed_by(&self, rest: &[&str]) -> Self {
        Self { chain: format!("{}{}", self.chain, rest.concat()), key: self.key.clone() }
    }
}

/// A CA: its certificate, and the issuer that signs for it.
struct Ca {
    params: CertificateParams,
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Ca {
    fn root(name: &str) -> Result<Self, Fault> {
        let (params, key) = (ca_params(name)?, KeyPair::generate()?);
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params.clone(), key), params, pem })
    }

    fn below(parent: &Self, name: &str) -> Result<Self, Fault> {
        let (params, key) = (ca_params(name)?, KeyPair::generate()?);
        let pem = params.signed_by(&key, &parent.issuer)?.pem();
        Ok(Self { issuer: Issuer::new(params.clone(), key), params, pem })
    }

    /// This CA's name and key in a certificate that `signer` signs.
    fn cross_signed(&self, signer: &Self) -> Result<String, Fault> {
        Ok(self.params.signed_by(self.issuer.key(), &signer.issuer)?.pem())
    }

    /// A certificate for `name` that expires in `days` days.
    fn leaf(&self, name: &str, usage: ExtendedKeyUsagePurpose, days: i64) -> Result<Served, Fault> {
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![usage];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.not_before = OffsetDateTime::now_utc() - Duration::days(30);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(days);
        let key = KeyPair::generate()?;
        let chain = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Served { chain, key: key.serialize_pem() })
    }
}

fn ca_params(name: &str) -> Result<CertificateParams, Fault> {
    let mut params = CertificateParams::new([])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.not_before = OffsetDateTime::now_utc() - Duration::days(30);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    Ok(params)
}
