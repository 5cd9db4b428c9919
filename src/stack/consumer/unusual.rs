//! What of a chain not every TLS stack understands.
//!
//! In: the certificates from the leaf up to the anchor. Out: each [`Unusual`] thing about them. What
//! is not among these all stacks do: RSA keys of 2,048 to 4,096 bits with the padding of PKCS #1
//! v1.5, ECDSA on P-256 and P-384 with SHA-256 and SHA-384, and the extensions that a server's
//! chain usually has.

use der::asn1::ObjectIdentifier;

use super::FEWEST_RSA_BITS;
use crate::x509::{
    certificate::{Certificate, ECDSA_WITH_SHA512, ED448, ED25519, Key, NistCurve, RSASSA_PSS},
    extensions,
};

/// The most bits of an RSA key that every stack verifies with: BR_MAX_RSA_SIZE of BearSSL, and
/// wolfSSL with the numbers that it has room for unless told otherwise.
pub const MOST_RSA_BITS: usize = 4096;

// RFC 5280 sections 4.2.1.3, 4.2.1.10, 4.2.1.4 and 4.2.1.11.
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const POLICY_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.36");

/// A key, a signature or an extension that not every stack takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusual {
    /// A key on P-521.
    P521,
    /// A key on another curve: P-224, secp256k1, those of Brainpool.
    OtherCurve,
    /// A key whose point is compressed (SEC 1 section 2.3.3).
    CompressedPoint,
    /// An Ed25519 key.
    Ed25519,
    /// An Ed448 key.
    Ed448,
    /// An RSA key of fewer than [`FEWEST_RSA_BITS`].
    ShortRsa,
    /// An RSA key of more than [`MOST_RSA_BITS`].
    LongRsa,
    /// An RSA key that says that it is for RSASSA-PSS alone (RFC 4055 section 1.2).
    PssKey,
    /// A signature on a certificate with RSASSA-PSS (RFC 4055 section 3) by an RSA key.
    Pss,
    /// A signature on a certificate by a key on P-256 or P-384 with SHA-512.
    EcdsaSha512,
    /// A signature on a certificate by a key on an elliptic curve, with NULL as parameters where RFC
    /// 5758 section 3.2 wants none.
    EcdsaNull,
    /// The server's own certificate as an anchor, signed with SHA-1 by itself.
    Sha1,
    /// A critical nameConstraints below the anchor.
    NameConstraints,
    /// An intermediate without keyUsage.
    NoKeyUsage,
    /// A critical nameConstraints in the anchor.
    AnchorNameConstraints,
    /// A critical certificatePolicies in the anchor.
    AnchorPolicies,
    /// A critical policyConstraints in the anchor.
    AnchorPolicyConstraints,
    /// More intermediates than the anchor's pathLenConstraint allows.
    AnchorPathLength,
    /// An extKeyUsage of the anchor that is not for servers.
    AnchorPurpose,
}

impl Unusual {
    /// All that is unusual about `chain`, from the leaf up to the anchor, and about whom.
    ///
    /// The signature on the anchor counts only where it is the server's own certificate.
    #[must_use]
    pub fn of_chain<'a>(chain: &[&'a Certificate]) -> Vec<(&'a Certificate, Self)> {
        let mut found = Self::below_the_anchor(chain);
        match chain {
            [own] if is_sha1(own) => found.push((own, Self::Sha1)),
            [below @ .., anchor] if !below.is_empty() => {
                // As part of the chain it is looked at alone, as the issuer of what is below it.
                found.retain(|(one, unusual)| {
                    one != anchor || !matches!(unusual, Self::NameConstraints | Self::NoKeyUsage)
                });
                let of_anchor = Self::of_anchor(anchor, &below[1..]);
                found.extend(of_anchor.into_iter().map(|unusual| (*anchor, unusual)));
            }
            _ => {}
        }
        found
    }

    /// What is unusual about certificates that a server sends, the leaf first.
    #[must_use]
    pub fn below_the_anchor<'a>(sent: &[&'a Certificate]) -> Vec<(&'a Certificate, Self)> {
        let mut found = Vec::new();
        for (place, one) in sent.iter().enumerate() {
            found.extend(Self::of_key(one.key()).map(|unusual| (*one, unusual)));
            let issuer = sent.get(place + 1);
            let signature = issuer.and_then(|issuer| Self::of_signature(one, issuer));
            found.extend(signature.map(|unusual| (*one, unusual)));
            if is_critical(one, NAME_CONSTRAINTS) {
                found.push((one, Self::NameConstraints));
            }
            if place > 0 && one.extension(KEY_USAGE).is_none() {
                found.push((one, Self::NoKeyUsage));
            }
        }
        found
    }

    /// What is unusual about a key.
    #[must_use]
    pub fn of_key(key: &Key) -> Option<Self> {
        match key {
            Key::Rsa { .. } => match key.bits().unwrap_or_default() {
                bits if bits < FEWEST_RSA_BITS => Some(Self::ShortRsa),
                bits if bits > MOST_RSA_BITS => Some(Self::LongRsa),
                _ => None,
            },
            Key::Ec { point, .. } if matches!(point.first(), Some(2 | 3)) => {
                Some(Self::CompressedPoint)
            }
            Key::Ec { .. } => match key.nist_curve() {
                Some(NistCurve::P256 | NistCurve::P384) => None,
                Some(NistCurve::P521) => Some(Self::P521),
                None => Some(Self::OtherCurve),
            },
            Key::Other(ED25519) => Some(Self::Ed25519),
            Key::Other(ED448) => Some(Self::Ed448),
            Key::Other(RSASSA_PSS) => Some(Self::PssKey),
            Key::Other(_) | Key::Unknown(_) => None,
        }
    }

    /// What is unusual about the signature of `issuer` on a certificate, besides its key.
    fn of_signature(certificate: &Certificate, issuer: &Certificate) -> Option<Self> {
        let curve = issuer.key().nist_curve();
        let is_short = matches!(curve, Some(NistCurve::P256 | NistCurve::P384));
        if certificate.is_signed_with(ECDSA_WITH_SHA512) && is_short {
            return Some(Self::EcdsaSha512);
        }
        if matches!(issuer.key(), Key::Ec { .. }) && certificate.is_signed_with_null() {
            return Some(Self::EcdsaNull);
        }
        certificate.is_signed_with(RSASSA_PSS).then_some(Self::Pss)
    }

    /// What is unusual about `anchor` over the intermediates `between` it and the leaf.
    fn of_anchor(anchor: &Certificate, between: &[&Certificate]) -> Vec<Self> {
        // RFC 5280 section 4.2.1.9: a self-issued intermediate does not count.
        let intermediates = between.iter().filter(|one| !one.is_self_issued()).count();
        let is_long = extensions::path_length(anchor)
            .is_some_and(|most| u32::try_from(intermediates).is_ok_and(|count| count > most));
        [
            (is_critical(anchor, NAME_CONSTRAINTS), Self::AnchorNameConstraints),
            (is_critical(anchor, CERTIFICATE_POLICIES), Self::AnchorPolicies),
            (is_critical(anchor, POLICY_CONSTRAINTS), Self::AnchorPolicyConstraints),
            (is_long, Self::AnchorPathLength),
            (!extensions::is_for_servers(anchor), Self::AnchorPurpose),
        ]
        .into_iter()
        .filter_map(|(is_so, unusual)| is_so.then_some(unusual))
        .collect()
    }

    /// Completes the sentence "a stack that lacks this ...".
    #[must_use]
    pub fn lacking(self) -> &'static str {
        match self {
            Self::P521 => "verifies no signature by a key on P-521",
            Self::OtherCurve => "verifies no signature by a key on its curve",
            Self::CompressedPoint => "does not read a key whose point is compressed",
            Self::Ed25519 => "verifies no signature by an Ed25519 key",
            Self::Ed448 => "verifies no signature by an Ed448 key",
            Self::ShortRsa => "verifies no signature by an RSA key of fewer than 2048 bits",
            Self::LongRsa => "verifies no signature by an RSA key of more than 4096 bits",
            Self::PssKey => "reads no RSA key that is for RSASSA-PSS alone",
            Self::Pss => "verifies no RSASSA-PSS signature on a certificate",
            Self::EcdsaSha512 => "verifies no ecdsa-with-SHA512 by a key on P-256 or P-384",
            Self::EcdsaNull => "does not verify ECDSA signatures with NULL as parameters",
            Self::Sha1 => "verifies no signature with SHA-1, not even of itself",
            Self::NameConstraints | Self::AnchorNameConstraints => {
                "reads no certificate with a critical nameConstraints"
            }
            Self::NoKeyUsage => "takes no intermediate without keyUsage",
            Self::AnchorPolicies => "reads no certificate with a critical certificatePolicies",
            Self::AnchorPolicyConstraints => {
                "reads no certificate with a critical policyConstraints"
            }
            Self::AnchorPathLength => {
                "holds an anchor to its pathLenConstraint, and more intermediates are below it"
            }
            Self::AnchorPurpose => "holds an anchor to its extKeyUsage, which has no serverAuth",
        }
    }

    /// What would help whoever has such a chain.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::P521
            | Self::OtherCurve
            | Self::CompressedPoint
            | Self::Ed25519
            | Self::Ed448
            | Self::ShortRsa
            | Self::LongRsa
            | Self::PssKey => {
                "every stack verifies chains of RSA keys of 2048 to 4096 bits and of keys on P-256 \
                 and P-384: let the server have one"
            }
            Self::Pss => "let the authority sign with PKCS #1 v1.5",
            Self::EcdsaSha512 => "let the authority sign with SHA-256 or SHA-384",
            Self::EcdsaNull => "reissue the certificate without parameters of its ECDSA signature",
            Self::Sha1 => "let the server have a certificate that is signed with SHA-256",
            _ => "let the server have a chain without that",
        }
    }
}

fn is_critical(certificate: &Certificate, id: ObjectIdentifier) -> bool {
    certificate.extension(id).is_some_and(|(critical, _)| critical)
}

/// Whether the signature on a certificate is over its SHA-1.
pub(crate) fn is_sha1(certificate: &Certificate) -> bool {
    certificate.signature_algorithm().to_ascii_lowercase().contains("sha1")
}
