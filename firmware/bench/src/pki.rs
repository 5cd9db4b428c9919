//! The authorities and the certificates of one run.
//!
//! In: nothing. Out: [`Pki`]: a root that the firmware is to trust, one that it is not, and what
//! their servers present, right and wrong. All keys are new at every run, all are P-256.

use crate::Fault;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

/// The name that every broker of the bench is reached by.
pub(crate) const NAME: &str = "localhost";

/// What a broker presents, as PEM: its chain, leaf first, and the leaf's key.
pub(crate) struct Served {
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// The certificates of one run.
pub(crate) struct Pki {
    /// The root that the firmware is to trust.
    pub(crate) root: String,
    /// Leaf and intermediate under that root.
    pub(crate) good: Served,
    /// The same for a name that nobody asks for.
    pub(crate) other_name: Served,
    /// The same, over since yesterday.
    pub(crate) expired: Served,
    /// The leaf without its intermediate.
    pub(crate) bare: Served,
    /// The same chain and, on top, the root as another authority has cross-signed it.
    pub(crate) topped: Served,
    /// A chain of another authority, whose root the firmware's root has cross-signed.
    pub(crate) moved: Served,
    /// A chain of another authority that has nothing to do with the firmware's root.
    pub(crate) other_root: Served,
    /// The authority of the devices' own certificates.
    pub(crate) clients: String,
    /// A device's certificate under it, and its key.
    pub(crate) client: Served,
}

impl Pki {
    /// New keys, new certificates.
    pub(crate) fn new() -> Result<Self, Fault> {
        let root = Authority::root("Bench Root")?;
        let between = Authority::below(&root, "Bench Issuing CA")?;
        let other = Authority::root("Other Root")?;
        let other_between = Authority::below(&other, "Other Issuing CA")?;
        let clients = Authority::root("Bench Devices")?;

        let leaf = between.leaf(NAME, ExtendedKeyUsagePurpose::ServerAuth, 90)?;
        let bare = Served { chain: leaf.chain.clone(), key: leaf.key.clone() };
        let moved = other_between.leaf(NAME, ExtendedKeyUsagePurpose::ServerAuth, 90)?;
        Ok(Self {
            topped: leaf.above(&[&between.pem, &root.cross_signed(&other)?]),
            good: leaf.above(&[&between.pem]),
            other_name: between
                .leaf("broker.test", ExtendedKeyUsagePurpose::ServerAuth, 90)?
                .above(&[&between.pem]),
            expired: between
                .leaf(NAME, ExtendedKeyUsagePurpose::ServerAuth, -1)?
                .above(&[&between.pem]),
            bare,
            other_root: moved.above(&[&other_between.pem]),
            moved: moved.above(&[&other_between.pem, &other.cross_signed(&root)?]),
            client: clients.leaf("device", ExtendedKeyUsagePurpose::ClientAuth, 90)?,
            clients: clients.pem,
            root: root.pem,
        })
    }
}

impl Served {
    /// The same, with these certificates behind the leaf.
    fn above(&self, rest: &[&str]) -> Self {
        Self { chain: format!("{}{}", self.chain, rest.concat()), key: self.key.clone() }
    }
}

/// An authority: its certificate, and what it takes to sign.
struct Authority {
    params: CertificateParams,
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn root(name: &str) -> Result<Self, Fault> {
        let (params, key) = (authority(name)?, KeyPair::generate()?);
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params.clone(), key), params, pem })
    }

    fn below(parent: &Self, name: &str) -> Result<Self, Fault> {
        let (params, key) = (authority(name)?, KeyPair::generate()?);
        let pem = params.signed_by(&key, &parent.issuer)?.pem();
        Ok(Self { issuer: Issuer::new(params.clone(), key), params, pem })
    }

    /// This authority's name and key in a certificate of `signer`.
    fn cross_signed(&self, signer: &Self) -> Result<String, Fault> {
        Ok(self.params.signed_by(self.issuer.key(), &signer.issuer)?.pem())
    }

    /// A certificate for `name` that ends in `days` days.
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

fn authority(name: &str) -> Result<CertificateParams, Fault> {
    let mut params = CertificateParams::new([])?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.not_before = OffsetDateTime::now_utc() - Duration::days(30);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    Ok(params)
}
