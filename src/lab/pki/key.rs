//! Keys of every kind that certificates have, each known by its kind and its owner.
//!
//! Those on the curves of NIST are the same in every run and cost nothing. The others are made by
//! the command `openssl` when first asked for, and kept in a folder.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA512, digest};

use super::certificate::Spki;
use super::der;
use super::sign::Secret;

/// A key, by its kind and its owner's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) kind: Kind,
    pub(super) owner: &'static str,
}

/// What a key is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    P192,
    P224,
    P256,
    P384,
    P521,
    Secp256k1,
    Brainpool256,
    Brainpool384,
    Brainpool512,
    Ed25519,
    Ed448,
    /// RSA with a modulus of so many bits and a public exponent.
    Rsa {
        bits: u16,
        exponent: u64,
    },
    /// RSA for RSASSA-PSS alone (id-RSASSA-PSS), without parameters.
    RsaPss {
        bits: u16,
    },
}

/// Keys at hand, and the signatures that they made.
#[derive(Debug)]
pub struct Keyring {
    pub(super) folder: PathBuf,
    materials: Mutex<HashMap<Key, Arc<Material>>>,
    pub(super) signatures: Mutex<HashMap<[u8; 32], Vec<u8>>>,
}

/// A key pair.
#[derive(Debug)]
pub(super) struct Material {
    pub(super) secret: Secret,
    /// The private key, as PKCS #8 in PEM.
    pem: String,
    /// The public key, as a SubjectPublicKeyInfo.
    spki: Vec<u8>,
    key_id: Vec<u8>,
}

impl Kind {
    /// RSA with the exponent that all have.
    pub const fn rsa(bits: u16) -> Self {
        Self::Rsa { bits, exponent: 65537 }
    }

    /// The word for it in file names.
    fn word(self) -> String {
        match self {
            Self::Rsa { bits, exponent: 65537 } => format!("rsa{bits}"),
            Self::Rsa { bits, exponent } => format!("rsa{bits}e{exponent}"),
            Self::RsaPss { bits } => format!("rsapss{bits}"),
            curve => format!("{curve:?}").to_lowercase(),
        }
    }

    /// How `openssl genpkey` is asked for one.
    fn request(self) -> Vec<String> {
        let curve = |name: &str| {
            vec!["EC".to_owned(), "-pkeyopt".to_owned(), format!("ec_paramgen_curve:{name}")]
        };
        let rsa = |algorithm: &str, bits: u16, exponent: u64| {
            let bits = format!("rsa_keygen_bits:{bits}");
            let exponent = format!("rsa_keygen_pubexp:{exponent}");
            ["-pkeyopt".to_owned(), bits, "-pkeyopt".to_owned(), exponent]
                .into_iter()
                .fold(vec![algorithm.to_owned()], |all, word| [all, vec![word]].concat())
        };
        match self {
            Self::P192 => curve("prime192v1"),
            Self::P224 => curve("secp224r1"),
            Self::P256 => curve("prime256v1"),
            Self::P384 => curve("secp384r1"),
            Self::P521 => curve("secp521r1"),
            Self::Secp256k1 => curve("secp256k1"),
            Self::Brainpool256 => curve("brainpoolP256r1"),
            Self::Brainpool384 => curve("brainpoolP384r1"),
            Self::Brainpool512 => curve("brainpoolP512r1"),
            Self::Ed25519 => vec!["ED25519".to_owned()],
            Self::Ed448 => vec!["ED448".to_owned()],
            Self::Rsa { bits, exponent } => rsa("RSA", bits, exponent),
            Self::RsaPss { bits } => rsa("RSA-PSS", bits, 65537),
        }
    }
}

impl Key {
    pub(super) fn is_rsa(self) -> bool {
        matches!(self.kind, Kind::Rsa { .. } | Kind::RsaPss { .. })
    }

    fn file(self) -> String {
        // Long moduli take seconds to find: one serves every owner.
        let owner = match self.kind {
            Kind::Rsa { bits: 4097.., .. } => "any",
            _ => self.owner,
        };
        format!("{}-{owner}.pem", self.kind.word())
    }
}

impl Keyring {
    /// Keys that are kept in `folder`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// That of the file system.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            materials: Mutex::default(),
            signatures: Mutex::default(),
        })
    }

    /// The private key in PEM.
    pub(super) fn pem(&self, key: Key) -> io::Result<String> {
        Ok(self.material(key)?.pem.clone())
    }

    /// The public key as a certificate has it.
    pub(super) fn spki(&self, key: Key, form: Spki) -> io::Result<Vec<u8>> {
        let spki = &self.material(key)?.spki;
        Ok(match form {
            Spki::Usual => spki.clone(),
            Spki::Compressed => compressed(spki),
            Spki::Explicit => explicit(spki),
        })
    }

    /// The SHA-1 of the public key's bits.
    pub(super) fn key_id(&self, key: Key) -> io::Result<Vec<u8>> {
        Ok(self.material(key)?.key_id.clone())
    }

    pub(super) fn material(&self, key: Key) -> io::Result<Arc<Material>> {
        let mut materials = self.materials.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(material) = materials.get(&key) {
            return Ok(Arc::clone(material));
        }
        let material = Arc::new(self.make(key)?);
        materials.insert(key, Arc::clone(&material));
        Ok(material)
    }

    fn make(&self, key: Key) -> io::Result<Material> {
        let scalar = digest(&SHA512, format!("{key:?}").as_bytes());
        if let Some((secret, parameters, point)) = Secret::of_scalar(key.kind, scalar.as_ref()) {
            let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(parameters)]);
            let pem = pkcs8_pem(&algorithm, &secret, &point);
            let spki = der::sequence(&[algorithm, der::bits(&point)]);
            return Ok(Material::new(secret, pem, spki));
        }
        let file = self.folder.join(key.file());
        if !file.exists() {
            // Written beside and renamed, as other processes may ask for the same key.
            let beside = file.with_extension(format!("{}.new", std::process::id()));
            openssl(
                Command::new("openssl")
                    .args(["genpkey", "-quiet", "-algorithm"])
                    .args(key.kind.request())
                    .arg("-out")
                    .arg(&beside),
            )?;
            std::fs::rename(beside, &file)?;
        }
        let spki = openssl(
            Command::new("openssl").args(["pkey", "-pubout", "-outform", "DER", "-in"]).arg(&file),
        )?;
        let pem = std::fs::read_to_string(&file)?;
        Ok(Material::new(Secret::of_file(key.kind, file, &pem), pem, spki))
    }
}

impl Material {
    fn new(secret: Secret, pem: String, spki: Vec<u8>) -> Self {
        let key_id = digest(&SHA1_FOR_LEGACY_USE_ONLY, bit_string_of(&spki)).as_ref().to_vec();
        Self { secret, pem, spki, key_id }
    }
}

/// Runs the command and returns what it writes.
pub(super) fn openssl(command: &mut Command) -> io::Result<Vec<u8>> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{command:?}: {}", said.trim())))
}

/// The octets of the BIT STRING that ends a SubjectPublicKeyInfo.
fn bit_string_of(spki: &[u8]) -> &[u8] {
    use ::der::Decode as _;
    let parts = Vec::<::der::asn1::AnyRef<'_>>::from_der(spki).unwrap_or_default();
    parts.get(1).map_or(&[], |bits| bits.value().get(1..).unwrap_or_default())
}

/// An ECPrivateKey (RFC 5915) in PKCS #8.
fn pkcs8_pem(algorithm: &[u8], secret: &Secret, point: &[u8]) -> String {
    let public = der::around(1, &der::bits(point));
    let private = der::sequence(&[der::small(1), der::octets(&secret.scalar()), public]);
    let pkcs8 = der::sequence(&[der::small(0), algorithm.to_vec(), der::octets(&private)]);
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("PRIVATE KEY", pkcs8), config)
}

/// The coordinates of a point of P-256.
fn coordinates(spki: &[u8]) -> (&[u8], &[u8]) {
    let point = bit_string_of(spki);
    if point.len() == 65 { (&point[1..33], &point[33..]) } else { (&[], &[]) }
}

fn compressed(spki: &[u8]) -> Vec<u8> {
    let (x, y) = coordinates(spki);
    let odd = y.last().map_or(0, |last| last & 1);
    let algorithm =
        der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid("1.2.840.10045.3.1.7")]);
    der::sequence(&[algorithm, der::bits(&[&[2 + odd], x].concat())])
}

/// SpecifiedECDomain (SEC 1 section C.2) of P-256 (SEC 2 section 2.4.2).
fn explicit(spki: &[u8]) -> Vec<u8> {
    let prime = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    let a = hex("ffffffff00000001000000000000000000000000fffffffffffffffffffffffc");
    let b = hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    let generator = hex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    let order = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let positive = |octets: &[u8]| der::element(der::INTEGER, &[&[0], octets].concat());
    let domain = der::sequence(&[
        der::small(1),
        der::sequence(&[der::oid("1.2.840.10045.1.1"), positive(&prime)]),
        der::sequence(&[der::octets(&a), der::octets(&b)]),
        der::octets(&generator),
        positive(&order),
        der::small(1),
    ]);
    let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), domain]);
    der::sequence(&[algorithm, der::bits(bit_string_of(spki))])
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .filter_map(|digit| u8::try_from(digit).ok())
        .collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |octet, digit| octet << 4 | digit)).collect()
}
