//! The available keys, and their signatures.
//!
//! For tests of TLS stacks, keys on the NIST curves are the same in every run and cost nothing. The
//! others are made by the command `openssl` when first needed, and kept in a folder; so are the
//! signatures that only it can make. With a secret seed every key is secret, and no command is run.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA512, digest};

use super::der;
use super::key::{Key, Kind, Spki, bit_string_of, compressed, explicit};
use super::secret_keys::{self, Seed, keep_first, pem_of, temporary_path};
use super::sign::{Scheme, Secret};

/// The available keys, and the signatures that they made.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
    /// The seed of secret keys; `None` for keys that everyone may know.
    seed: Option<Seed>,
    materials: Mutex<HashMap<Key, Arc<Material>>>,
    signatures: Mutex<HashMap<[u8; 32], Vec<u8>>>,
}

/// A key pair.
#[derive(Debug)]
struct Material {
    secret: Secret,
    /// The private key, as PKCS #8 in PEM.
    pem: String,
    /// The public key, as a SubjectPublicKeyInfo.
    spki: Vec<u8>,
    key_id: Vec<u8>,
}

impl Keyring {
    /// Keys that are kept in `folder`, which is created if it does not exist.
    ///
    /// # Errors
    ///
    /// An error of the file system.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self::of(folder, None))
    }

    /// Secret keys, derived from `seed`; those that cannot be derived are kept in `folder`, which must
    /// exist by then.
    #[must_use]
    pub fn secret(folder: &Path, seed: Seed) -> Self {
        Self::of(folder, Some(seed))
    }

    fn of(folder: &Path, seed: Option<Seed>) -> Self {
        let (materials, signatures) = (Mutex::default(), Mutex::default());
        Self { folder: folder.to_owned(), seed, materials, signatures }
    }

    /// The private key in PEM.
    pub fn pem(&self, key: Key) -> io::Result<String> {
        Ok(self.material(key)?.pem.clone())
    }

    /// The signing key, to be kept.
    pub fn shared_secret(&self, key: Key) -> io::Result<Arc<dyn AsRef<Secret> + Send + Sync>> {
        Ok(self.material(key)?)
    }

    /// The public key as in a certificate.
    pub fn spki(&self, key: Key, form: Spki) -> io::Result<Vec<u8>> {
        let spki = &self.material(key)?.spki;
        Ok(match form {
            Spki::Usual => spki.clone(),
            Spki::Compressed => compressed(spki),
            Spki::Explicit => explicit(spki),
        })
    }

    /// The SHA-1 of the public key's bits.
    pub fn key_id(&self, key: Key) -> io::Result<Vec<u8>> {
        Ok(self.material(key)?.key_id.clone())
    }

    fn material(&self, key: Key) -> io::Result<Arc<Material>> {
        let mut materials = self.materials.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(material) = materials.get(&key) {
            return Ok(Arc::clone(material));
        }
        let material = Arc::new(self.make(key)?);
        materials.insert(key, Arc::clone(&material));
        Ok(material)
    }

    fn make(&self, key: Key) -> io::Result<Material> {
        let seed = self.seed.as_ref().map_or(&[][..], Seed::octets);
        let scalar = digest(&SHA512, &[seed, format!("{key:?}").as_bytes()].concat());
        if let Some((secret, parameters, point)) = Secret::of_scalar(key.kind, scalar.as_ref()) {
            let algorithm =
                der::sequence(&[der::oid("1.2.840.10045.2.1"), der::element(der::OID, parameters)]);
            let pem = pkcs8_pem(&algorithm, &secret, &point);
            let spki = der::sequence(&[algorithm, der::bits(&point)]);
            return Ok(Material::new(secret, pem, spki));
        }
        let file = self.folder.join(key.file());
        if self.seed.is_some() {
            let (secret, pem, spki) = secret_keys::make(key.kind, scalar.as_ref(), &file)?;
            return Ok(Material::new(secret, pem, spki));
        }
        if !file.exists() {
            let temporary = temporary_path(&file);
            openssl(
                Command::new("openssl")
                    .args(["genpkey", "-quiet", "-algorithm"])
                    .args(key.kind.request())
                    .arg("-out")
                    .arg(&temporary),
            )?;
            keep_first(&temporary, &file)?;
        }
        let spki = openssl(
            Command::new("openssl").args(["pkey", "-pubout", "-outform", "DER", "-in"]).arg(&file),
        )?;
        let pem = std::fs::read_to_string(&file)?;
        Ok(Material::new(Secret::of_file(key.kind, file, &pem), pem, spki))
    }
}

impl AsRef<Secret> for Material {
    fn as_ref(&self) -> &Secret {
        &self.secret
    }
}

impl Material {
    fn new(secret: Secret, pem: String, spki: Vec<u8>) -> Self {
        let key_id = digest(&SHA1_FOR_LEGACY_USE_ONLY, bit_string_of(&spki)).as_ref().to_vec();
        Self { secret, pem, spki, key_id }
    }
}

/// Runs the command and returns its output.
fn openssl(command: &mut Command) -> io::Result<Vec<u8>> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{command:?}: {}", said.trim())))
}

/// An ECPrivateKey (RFC 5915) in PKCS #8.
fn pkcs8_pem(algorithm: &[u8], secret: &Secret, point: &[u8]) -> String {
    let public = der::around(1, &der::bits(point));
    let private = der::sequence(&[der::small(1), der::octets(&secret.scalar()), public]);
    pem_of(der::sequence(&[der::small(0), algorithm.to_vec(), der::octets(&private)]))
}

impl Keyring {
    /// The signature of `key` over `message`.
    pub fn sign(&self, key: Key, scheme: Scheme, message: &[u8]) -> io::Result<Vec<u8>> {
        let what = [format!("{key:?} {scheme:?} ").as_bytes(), message].concat();
        let id: [u8; 32] = hmac_sha256::Hash::hash(&what);
        let known =
            self.signatures.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(signature) = known {
            return Ok(signature);
        }
        let secret = &self.material(key)?.secret;
        let signature = match secret.sign(scheme, message) {
            Some(signature) => signature,
            None if self.seed.is_some() => {
                return Err(io::Error::other(format!("{key:?} makes no signature {scheme:?}")));
            }
            None => self.sign_outside(key, secret, scheme, &id, message)?,
        };
        let mut signatures = self.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        signatures.insert(id, signature.clone());
        Ok(signature)
    }

    /// Signs with `openssl`, or returns an earlier signature.
    fn sign_outside(
        &self,
        key: Key,
        secret: &Secret,
        scheme: Scheme,
        id: &[u8; 32],
        message: &[u8],
    ) -> io::Result<Vec<u8>> {
        let name: String = id.iter().map(|octet| format!("{octet:02x}")).collect();
        let kept = self.folder.join(format!("{name}.sig"));
        if let Ok(signature) = std::fs::read(&kept) {
            return Ok(signature);
        }
        let file = match secret.file() {
            Some(file) => file.clone(),
            None => {
                let file = self.folder.join(format!("{:?}-{}.key", key.kind, key.owner));
                let temporary = temporary_path(&file);
                std::fs::write(&temporary, self.pem(key)?)?;
                keep_first(&temporary, &file)?;
                file
            }
        };
        let temporary = temporary_path(&kept);
        std::fs::write(&temporary, message)?;
        let signature = openssl(&mut asked_to_sign(key, scheme, &file, &temporary));
        std::fs::remove_file(&temporary)?;
        let signature = signature?;
        std::fs::write(&temporary, &signature)?;
        std::fs::rename(&temporary, &kept)?;
        Ok(signature)
    }
}

fn asked_to_sign(key: Key, scheme: Scheme, file: &PathBuf, message: &PathBuf) -> Command {
    let mut command = Command::new("openssl");
    if key.kind == Kind::Ed448 || key.kind == Kind::Ed25519 {
        command.args(["pkeyutl", "-sign", "-rawin", "-inkey"]).arg(file).arg("-in").arg(message);
        return command;
    }
    command.arg("dgst").arg(format!("-{}", scheme.hash).to_lowercase()).arg("-sign").arg(file);
    if let Some(salt) = scheme.salt(key) {
        command.args(["-sigopt", "rsa_padding_mode:pss", "-sigopt"]);
        command.arg(format!("rsa_pss_saltlen:{salt}"));
    }
    command.arg(message);
    command
}
