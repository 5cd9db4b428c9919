//! The algorithms of signatures.

use std::fmt;

use der::asn1::ObjectIdentifier;

use super::key::{ED448, ED25519, RSASSA_PSS, algorithm_name, oid};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl SignatureAlgorithm {
    /// The algorithm whose object identifier has the contents `id`.
    pub(super) fn of(id: &[u8]) -> Self {
        use SignatureAlgorithm::{Dsa, Ecdsa, Ed448, Ed25519, RsaPkcs1, RsaPss};
        static KNOWN: [(ObjectIdentifier, SignatureAlgorithm); 17] = [
            (oid("1.2.840.113549.1.1.2"), RsaPkcs1(Digest::Md2)),
            (oid("1.2.840.113549.1.1.4"), RsaPkcs1(Digest::Md5)),
            (oid("1.2.840.113549.1.1.5"), RsaPkcs1(Digest::Sha1)),
            (oid("1.2.840.113549.1.1.14"), RsaPkcs1(Digest::Sha224)),
            (oid("1.2.840.113549.1.1.11"), RsaPkcs1(Digest::Sha256)),
            (oid("1.2.840.113549.1.1.12"), RsaPkcs1(Digest::Sha384)),
            (oid("1.2.840.113549.1.1.13"), RsaPkcs1(Digest::Sha512)),
            (RSASSA_PSS, RsaPss),
            (oid("1.2.840.10045.4.1"), Ecdsa(Digest::Sha1)),
            (oid("1.2.840.10045.4.3.1"), Ecdsa(Digest::Sha224)),
            (oid("1.2.840.10045.4.3.2"), Ecdsa(Digest::Sha256)),
            (oid("1.2.840.10045.4.3.3"), Ecdsa(Digest::Sha384)),
            (oid("1.2.840.10045.4.3.4"), Ecdsa(Digest::Sha512)),
            (oid("1.2.840.10040.4.3"), Dsa(Digest::Sha1)),
            (oid("2.16.840.1.101.3.4.3.2"), Dsa(Digest::Sha256)),
            (ED25519, Ed25519),
            (ED448, Ed448),
        ];
        let known = KNOWN.iter().find(|(known, _)| known.as_bytes() == id);
        known.map_or_else(|| Self::Other(algorithm_name(id)), |(_, algorithm)| algorithm.clone())
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
    /// Whether colliding certificates have been made for it (RFC 9155 section 1).
    #[must_use]
    pub const fn is_broken(self) -> bool {
        matches!(self, Self::Md2 | Self::Md5 | Self::Sha1)
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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md2 => "MD2",
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha224 => "SHA224",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        })
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
}
