//! The algorithms of signatures and their digests, by their object identifiers.

use std::fmt;

#[cfg(feature = "judge")]
use der::Tag;
use der::asn1::ObjectIdentifier;

#[cfg(feature = "judge")]
use super::der_write::{sequence, value};
use super::key::{ED448, ED25519, RSASSA_PSS, algorithm_name, oid};

use Digest::{Md2, Md5, Sha1, Sha224, Sha256, Sha384, Sha512};

/// The algorithm of a signature (RFC 3279, 4055, 5758 and 8410).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with a digest.
    RsaPkcs1(Digest),
    /// RSASSA-PSS, whose digest is in its parameters.
    RsaPss,
    /// ECDSA with a digest.
    Ecdsa(Digest),
    /// DSA with a digest.
    Dsa(Digest),
    /// Ed25519.
    Ed25519,
    /// Ed448.
    Ed448,
    /// Any other, by its name or its object identifier.
    Other(String),
}

/// A digest that a signature is made over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Digest {
    /// MD2 (RFC 1319).
    Md2,
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4, like the following ones).
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Each algorithm with its object identifier (RFC 8017 appendix C, RFC 3279, RFC 5758, RFC 8410).
static ALGORITHMS: [(ObjectIdentifier, SignatureAlgorithm); 17] = [
    (oid("1.2.840.113549.1.1.2"), SignatureAlgorithm::RsaPkcs1(Md2)),
    (oid("1.2.840.113549.1.1.4"), SignatureAlgorithm::RsaPkcs1(Md5)),
    (oid("1.2.840.113549.1.1.5"), SignatureAlgorithm::RsaPkcs1(Sha1)),
    (oid("1.2.840.113549.1.1.14"), SignatureAlgorithm::RsaPkcs1(Sha224)),
    (oid("1.2.840.113549.1.1.11"), SignatureAlgorithm::RsaPkcs1(Sha256)),
    (oid("1.2.840.113549.1.1.12"), SignatureAlgorithm::RsaPkcs1(Sha384)),
    (oid("1.2.840.113549.1.1.13"), SignatureAlgorithm::RsaPkcs1(Sha512)),
    (RSASSA_PSS, SignatureAlgorithm::RsaPss),
    (oid("1.2.840.10045.4.1"), SignatureAlgorithm::Ecdsa(Sha1)),
    (oid("1.2.840.10045.4.3.1"), SignatureAlgorithm::Ecdsa(Sha224)),
    (oid("1.2.840.10045.4.3.2"), SignatureAlgorithm::Ecdsa(Sha256)),
    (oid("1.2.840.10045.4.3.3"), SignatureAlgorithm::Ecdsa(Sha384)),
    (oid("1.2.840.10045.4.3.4"), SignatureAlgorithm::Ecdsa(Sha512)),
    (oid("1.2.840.10040.4.3"), SignatureAlgorithm::Dsa(Sha1)),
    (oid("2.16.840.1.101.3.4.3.2"), SignatureAlgorithm::Dsa(Sha256)),
    (ED25519, SignatureAlgorithm::Ed25519),
    (ED448, SignatureAlgorithm::Ed448),
];

/// Each digest, in the order of the enum, with its name (FIPS 180-4), the bytes of its output and its
/// object identifier (RFC 8017 appendix B.1).
static DIGESTS: [(Digest, &str, usize, ObjectIdentifier); 7] = [
    (Md2, "MD2", 16, oid("1.2.840.113549.2.2")),
    (Md5, "MD5", 16, oid("1.2.840.113549.2.5")),
    (Sha1, "SHA-1", 20, oid("1.3.14.3.2.26")),
    (Sha224, "SHA-224", 28, oid("2.16.840.1.101.3.4.2.4")),
    (Sha256, "SHA-256", 32, oid("2.16.840.1.101.3.4.2.1")),
    (Sha384, "SHA-384", 48, oid("2.16.840.1.101.3.4.2.2")),
    (Sha512, "SHA-512", 64, oid("2.16.840.1.101.3.4.2.3")),
];

impl SignatureAlgorithm {
    /// The algorithm whose object identifier has the contents `id`.
    pub(crate) fn of(id: &[u8]) -> Self {
        let known = ALGORITHMS.iter().find(|(known, _)| known.as_bytes() == id);
        known.map_or_else(|| Self::Other(algorithm_name(id)), |(_, algorithm)| algorithm.clone())
    }

    /// The contents of its object identifier; `None` if none is assigned or known.
    pub(crate) fn id(&self) -> Option<&'static [u8]> {
        let known = ALGORITHMS.iter().find(|(_, known)| known == self);
        known.map(|(id, _)| id.as_bytes())
    }

    /// The digest, if the identifier names one.
    #[must_use]
    pub const fn digest(&self) -> Option<Digest> {
        match self {
            Self::RsaPkcs1(digest) | Self::Ecdsa(digest) | Self::Dsa(digest) => Some(*digest),
            Self::RsaPss | Self::Ed25519 | Self::Ed448 | Self::Other(_) => None,
        }
    }
}

impl Digest {
    /// The digest whose object identifier has the contents `id`.
    pub(crate) fn of_id(id: &[u8]) -> Option<Self> {
        let known = DIGESTS.iter().find(|(.., known)| known.as_bytes() == id);
        known.map(|(digest, ..)| *digest)
    }

    /// The contents of its object identifier.
    pub(crate) const fn id(self) -> &'static [u8] {
        DIGESTS[self as usize].3.as_bytes()
    }

    /// Its name, such as `SHA-256`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        DIGESTS[self as usize].1
    }

    /// The bytes of its output.
    pub(crate) const fn octets(self) -> usize {
        DIGESTS[self as usize].2
    }

    /// The digest of `message`; `None` for MD2, which certgrab does not compute.
    #[cfg(feature = "judge")]
    pub(crate) fn over(self, message: &[u8]) -> Option<Vec<u8>> {
        use sha2::Digest as _;
        Some(match self {
            Md2 => return None,
            Md5 => md5::Md5::digest(message).to_vec(),
            Sha1 => sha1::Sha1::digest(message).to_vec(),
            Sha224 => sha2::Sha224::digest(message).to_vec(),
            Sha256 => sha2::Sha256::digest(message).to_vec(),
            Sha384 => sha2::Sha384::digest(message).to_vec(),
            Sha512 => sha2::Sha512::digest(message).to_vec(),
        })
    }

    /// DigestInfo, which an RSASSA-PKCS1-v1_5 signature contains (RFC 8017 section 9.2), for `message`;
    /// `None` for MD2.
    #[cfg(feature = "judge")]
    pub(crate) fn info(self, message: &[u8]) -> Option<Vec<u8>> {
        let id = value(Tag::ObjectIdentifier, self.id()).ok()?;
        let algorithm = sequence(&[id, value(Tag::Null, &[]).ok()?]).ok()?;
        sequence(&[algorithm, value(Tag::OctetString, &self.over(message)?).ok()?]).ok()
    }

    /// Whether colliding certificates have been made for it (RFC 9155 section 1).
    #[must_use]
    pub const fn is_broken(self) -> bool {
        matches!(self, Md2 | Md5 | Sha1)
    }
}

impl fmt::Display for SignatureAlgorithm {
    /// The name as in RFC 8017, 3279, 5758 and 8410; otherwise the object identifier.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lower = |digest: &Digest| digest.to_string().to_lowercase();
        match self {
            Self::RsaPkcs1(digest) => write!(f, "{}WithRSAEncryption", lower(digest)),
            Self::RsaPss => f.write_str("RSASSA-PSS"),
            Self::Ecdsa(digest) => write!(f, "ecdsa-with-{digest}"),
            Self::Dsa(digest) => write!(f, "dsa-with-{}", lower(digest)),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Ed448 => f.write_str("Ed448"),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Digest {
    /// The name as in RFC 5758, such as `SHA256`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().replace('-', ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_has_its_standard_name_and_digest() {
        for (id, name, digest) in [
            ("1.2.840.113549.1.1.2", "md2WithRSAEncryption", Some(Digest::Md2)),
            ("1.2.840.113549.1.1.4", "md5WithRSAEncryption", Some(Digest::Md5)),
            ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", Some(Digest::Sha1)),
            ("1.2.840.113549.1.1.10", "RSASSA-PSS", None),
            ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", Some(Digest::Sha256)),
            ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", Some(Digest::Sha224)),
            ("1.2.840.10045.4.1", "ecdsa-with-SHA1", Some(Digest::Sha1)),
            ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", Some(Digest::Sha512)),
            ("1.2.840.10040.4.3", "dsa-with-sha1", Some(Digest::Sha1)),
            ("1.3.101.112", "Ed25519", None),
            ("2.16.840.1.101.3.4.3.18", "ML-DSA-65", None),
            ("1.2.3", "1.2.3", None),
        ] {
            let algorithm = SignatureAlgorithm::of(ObjectIdentifier::new_unwrap(id).as_bytes());
            assert_eq!((algorithm.to_string().as_str(), algorithm.digest()), (name, digest));
        }
    }

    #[test]
    fn a_digest_is_found_by_its_identifier() {
        for (digest, name, octets, id) in &DIGESTS {
            assert_eq!((digest.name(), digest.octets()), (*name, *octets));
            assert_eq!(Digest::of_id(id.as_bytes()), Some(*digest));
        }
    }
}
