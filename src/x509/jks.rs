//! Java's older key store, JKS, and its variant JCEKS.
//!
//! In: bytes. Out: the certificates, which are not encrypted (OpenJDK,
//! `sun.security.provider.JavaKeyStore`). The digest at the end depends on a password, so it is not
//! checked.

use super::certificate::Certificate;

/// How they begin: `MAGIC` of `sun.security.provider.JavaKeyStore`, and of `com.sun.crypto.provider.JceKeyStore`.
const MAGIC: [&[u8]; 2] = [&[0xfe, 0xed, 0xfe, 0xed], &[0xce, 0xce, 0xce, 0xce]];
/// Bytes of the digest at the end, a SHA-1.
const DIGEST: usize = 20;
/// The tag of an entry with a private key and its chain.
const PRIVATE_KEY: usize = 1;
/// The tag of a trusted certificate.
const TRUSTED_CERTIFICATE: usize = 2;

/// The contents of a key store.
#[derive(Debug, Default)]
pub(crate) struct KeyStore {
    /// The certificates, in order: trusted ones, and the chains of private keys.
    pub(crate) certificates: Vec<Certificate>,
    /// The names of the entries, in order.
    pub(crate) aliases: Vec<String>,
    /// Whether there is a private key.
    pub(crate) holds_a_key: bool,
}

/// Whether `content` begins as a key store.
pub(crate) fn is_one(content: &[u8]) -> bool {
    MAGIC.iter().any(|magic| content.starts_with(magic))
}

/// Reads `content`; `None` if it is not a key store or has an entry of another kind.
pub(crate) fn read(content: &[u8]) -> Option<KeyStore> {
    let magic = MAGIC.iter().find(|magic| content.starts_with(magic))?;
    let mut rest = content.strip_prefix(*magic)?;
    let version = number::<4>(&mut rest)?;
    let mut store = KeyStore::default();
    for _ in 0..number::<4>(&mut rest)? {
        let kind = number::<4>(&mut rest)?;
        let alias = number::<2>(&mut rest)?;
        store.aliases.push(String::from_utf8_lossy(take(&mut rest, alias)?).into_owned());
        take(&mut rest, size_of::<u64>())?;
        match kind {
            TRUSTED_CERTIFICATE => store.certificates.push(certificate(&mut rest, version)?),
            PRIVATE_KEY => {
                store.holds_a_key = true;
                let key = number::<4>(&mut rest)?;
                take(&mut rest, key)?;
                for _ in 0..number::<4>(&mut rest)? {
                    store.certificates.push(certificate(&mut rest, version)?);
                }
            }
            _ => return None,
        }
    }
    (rest.len() == DIGEST).then_some(store)
}

/// Takes a certificate off `rest`; before version 2 its kind is not stored.
fn certificate(rest: &mut &[u8], version: usize) -> Option<Certificate> {
    if version >= 2 {
        let kind = number::<2>(rest)?;
        take(rest, kind)?;
    }
    let length = number::<4>(rest)?;
    Certificate::from_der(take(rest, length)?).ok()
}

/// Takes `length` bytes off `rest`.
pub(crate) fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, others) = rest.split_at_checked(length)?;
    *rest = others;
    Some(taken)
}

/// Takes a number of `N` bytes off `rest`, the most significant one first.
pub(crate) fn number<const N: usize>(rest: &mut &[u8]) -> Option<usize> {
    Some(take(rest, N)?.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)))
}
