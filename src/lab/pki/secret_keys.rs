//! Secret keys, generated without an external command.
//!
//! In: a kind, octets derived from the seed, a file. Out: the key. An RSA modulus, which is slow to
//! find, is kept in the file, which only its owner can read.

use std::convert::Infallible;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use rsa::rand_core::{TryCryptoRng, TryRng};

use super::der;
use super::key::Kind;
use super::sign::Secret;

/// Octets of a seed: as many as the strength of the derived keys requires.
pub(super) const SEED_OCTETS: usize = 32;

/// What secret keys are derived from.
#[derive(Clone)]
pub struct Seed([u8; SEED_OCTETS]);

/// A key pair: the secret, its PKCS #8 in PEM, and its SubjectPublicKeyInfo.
pub(super) type Pair = (Secret, String, Vec<u8>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// A new one.
    ///
    /// # Errors
    ///
    /// The system cannot provide random numbers.
    pub fn random() -> io::Result<Self> {
        let mut octets = [0; SEED_OCTETS];
        SystemRandom::new().fill(&mut octets).map_err(|_| io::Error::other("no random numbers"))?;
        Ok(Self(octets))
    }

    /// The one with these octets; `None` if there are fewer or more than [`SEED_OCTETS`].
    #[must_use]
    pub fn of(octets: &[u8]) -> Option<Self> {
        octets.try_into().ok().map(Self)
    }

    /// Its octets, to be kept.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

/// A key of a kind that is not on a NIST curve.
pub(super) fn make(kind: Kind, random: &[u8], file: &Path) -> io::Result<Pair> {
    match kind {
        Kind::Ed25519 => edwards(&random[..32]),
        Kind::Rsa { bits, .. } => rsa_of(bits, file),
        _ => Err(io::Error::other(format!("no key {kind:?} can be made"))),
    }
}

/// RFC 8410 section 7.
fn edwards(seed: &[u8]) -> io::Result<Pair> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed)
        .map_err(|error| io::Error::other(error.to_string()))?;
    let algorithm = der::sequence(&[der::oid("1.3.101.112")]);
    let private = der::octets(&der::octets(seed));
    let pkcs8 = der::sequence(&[der::small(0), algorithm.clone(), private]);
    let spki = der::sequence(&[algorithm, der::bits(pair.public_key().as_ref())]);
    Ok((Secret::Ed25519(pair), pem_of(pkcs8), spki))
}

fn rsa_of(bits: u16, file: &Path) -> io::Result<Pair> {
    let kept = match std::fs::read_to_string(file) {
        Ok(pem) => pem,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = rsa::PrivateKey::new_unchecked(&mut Random(SystemRandom::new()), bits.into());
            let key = key.map_err(io::Error::other)?;
            let der = key.to_pkcs8_der().map_err(io::Error::other)?;
            // Two processes may create the key of one folder at once.
            let new = temporary_path(file);
            write_secret(&new, pem_of(der.as_bytes().to_vec()).as_bytes())?;
            keep_first(&new, file)?;
            std::fs::read_to_string(file)?
        }
        Err(error) => return Err(error),
    };
    let key = rsa::PrivateKey::from_pkcs8_pem(&kept).map_err(io::Error::other)?;
    let pem = pem_of(key.to_pkcs8_der().map_err(io::Error::other)?.as_bytes().to_vec());
    let spki = key.to_public_key().to_public_key_der().map_err(io::Error::other)?.into_vec();
    Ok((Secret::AnyRsa(Box::new(key)), pem, spki))
}

/// A private key in PEM.
pub(super) fn pem_of(pkcs8: Vec<u8>) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("PRIVATE KEY", pkcs8), config)
}

/// A path next to `file` that no other thread or process uses.
pub(super) fn temporary_path(file: &Path) -> PathBuf {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    file.with_extension(format!("{}-{number}.new", std::process::id()))
}

/// Renames `temporary` to `file`, unless another thread or process was first: then all use the other's.
pub(super) fn keep_first(temporary: &Path, file: &Path) -> io::Result<()> {
    let outcome = std::fs::hard_link(temporary, file);
    std::fs::remove_file(temporary)?;
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Writes a new file that only its owner can read; removes it if the disk is full.
fn write_secret(file: &Path, data: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file)?.write_all(data);
    if written.is_err() {
        let _ = std::fs::remove_file(file);
    }
    written
}

/// ring's random numbers for the crate `rsa`.
struct Random(SystemRandom);

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        match self.0.fill(octets) {
            Ok(()) => Ok(()),
            // The system already provided random numbers for the seed.
            Err(_) => panic!("the system gives no random numbers"),
        }
    }
}

impl TryCryptoRng for Random {}
