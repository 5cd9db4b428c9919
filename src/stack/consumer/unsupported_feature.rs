//! Features of a chain that some TLS stacks do not support.
//!
//! In: the certificates from the leaf up to the anchor. Out: each [`UnsupportedFeature`] in them.
//! All stacks support the rest: RSA keys of 2,048 to 4,096 bits with PKCS #1 v1.5 padding, ECDSA on
//! P-256 and P-384 with SHA-256 and SHA-384, and the usual extensions of a server's chain.

use der::asn1::ObjectIdentifier;

use super::FEWEST_RSA_BITS;
use crate::x509::{
    certificate::{Certificate, ECDSA_WITH_SHA512, ED448, ED25519, Key, NistCurve, RSASSA_PSS},
    extensions,
};

/// The longest RSA key in bits that every stack supports: BR_MAX_RSA_SIZE of BearSSL, and the default
/// of wolfSSL.
pub const MOST_RSA_BITS: usize = 4096;

// RFC 5280 sections 4.2.1.3, 4.2.1.10, 4.2.1.4 and 4.2.1.11.
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const CERTIFICATE_POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
const POLICY_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.36");

/// A key, a signature or an extension that some stacks do not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnsupportedFeature {
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
    /// An RSA key restricted to RSASSA-PSS (RFC 4055 section 1.2).
    PssKey,
    /// A signature on a certificate with RSASSA-PSS (RFC 4055 section 3) by an RSA key.
    Pss,
    /// A signature on a certificate by a key on P-256 or P-384 with SHA-512.
    EcdsaSha512,
    /// An ECDSA signature on a certificate with NULL parameters, which RFC 5758 section 3.2 forbids.
    EcdsaNull,
    /// A leaf as the anchor, self-signed with SHA-1.
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
    /// An extKeyUsage of the anchor without serverAuth.
    AnchorPurpose,
}

impl UnsupportedFeature {
    /// The unsupported features of `chain`, from the leaf up to the anchor, each with its certificate.
    ///
    /// The signature on the anchor only counts if the anchor is the leaf.
    #[must_use]
    pub fn of_chain<'a>(chain: &[&'a Certificate]) -> Vec<(&'a Certificate, Self)> {
        let mut found = Self::below_the_anchor(chain);
        match chain {
            [own] if is_sha1(own) => found.push((own, Self::Sha1)),
            [below @ .., anchor] if !below.is_empty() => {
                // These two rules do not apply to the anchor.
                found.retain(|(one, feature)| {
                    one != anchor || !matches!(feature, Self::NameConstraints | Self::NoKeyUsage)
                });
                let of_anchor = Self::of_anchor(anchor, &below[1..]);
                found.extend(of_anchor.into_iter().map(|feature| (*anchor, feature)));
            }
            _ => {}
        }
        found
    }

    /// The unsupported features of the certificates that a server sends, the leaf first.
    #[must_use]
    pub fn below_the_anchor<'a>(sent: &[&'a Certificate]) -> Vec<(&'a Certificate, Self)> {
        let mut found = Vec::new();
        for (place, one) in sent.iter().enumerate() {
            found.extend(Self::of_key(one.key()).map(|feature| (*one, feature)));
            let issuer = sent.get(place + 1);
            let signature = issuer.and_then(|issuer| Self::of_signature(one, issuer));
            found.extend(signature.map(|feature| (*one, feature)));
            if is_critical(one, NAME_CONSTRAINTS) {
                found.push((one, Self::NameConstraints));
            }
            if place > 0 && one.extension(KEY_USAGE).is_none() {
                found.push((one, Self::NoKeyUsage));
            }
        }
        found
    }

    /// The unsupported feature of a key.
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

    /// The unsupported feature of the signature of `issuer` on a certificate.
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

    /// The unsupported features of `anchor`, with the intermediates `between` it and the leaf.
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
        .filter_map(|(is_so, feature)| is_so.then_some(feature))
        .collect()
    }

    /// Completes the sentence "a stack without support for this ...".
    #[must_use]
    pub fn problem(self) -> &'static str {
        match self {
            Self::P521 => "does not support P-521 signatures",
            Self::OtherCurve => "does not support signatures on this curve",
            Self::CompressedPoint => "does not support compressed EC points",
            Self::Ed25519 => "does not support Ed25519 signatures",
            Self::Ed448 => "does not support Ed448 signatures",
            Self::ShortRsa => "rejects RSA keys shorter than 2048 bits",
            Self::LongRsa => "does not support RSA keys longer than 4096 bits",
            Self::PssKey => "does not support RSA keys restricted to RSASSA-PSS",
            Self::Pss => "does not support RSASSA-PSS signatures on certificates",
            Self::EcdsaSha512 => "does not support ecdsa-with-SHA512 with P-256 or P-384 keys",
            Self::EcdsaNull => "rejects ECDSA signatures with NULL parameters",
            Self::Sha1 => "rejects SHA-1 signatures, even on a self-signed certificate",
            Self::NameConstraints | Self::AnchorNameConstraints => {
                "rejects certificates with critical nameConstraints"
            }
            Self::NoKeyUsage => "rejects intermediates without keyUsage",
            Self::AnchorPolicies => "rejects certificates with critical certificatePolicies",
            Self::AnchorPolicyConstraints => "rejects certificates with critical policyConstraints",
            Self::AnchorPathLength => {
                "enforces the anchor's pathLenConstraint, which allows fewer intermediates"
            }
            Self::AnchorPurpose => "enforces the anchor's extKeyUsage, which has no serverAuth",
        }
    }

    /// What to do about such a chain.
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
                "use a chain of RSA keys of 2048 to 4096 bits or of P-256 or P-384 keys, which \
                 every TLS stack supports"
            }
            Self::Pss => "have the CA sign with PKCS #1 v1.5",
            Self::EcdsaSha512 => "have the CA sign with SHA-256 or SHA-384",
            Self::EcdsaNull => {
                "reissue the certificate without parameters in its ECDSA signature algorithm"
            }
            Self::Sha1 => "reissue the server certificate with a SHA-256 signature",
            Self::NoKeyUsage => "reissue the intermediate with keyUsage",
            Self::AnchorPathLength => "use a chain with fewer intermediates",
            Self::AnchorPurpose => "use an anchor with serverAuth in extKeyUsage, or without one",
            Self::NameConstraints
            | Self::AnchorNameConstraints
            | Self::AnchorPolicies
            | Self::AnchorPolicyConstraints => "use a chain without this extension",
        }
    }
}

fn is_critical(certificate: &Certificate, id: ObjectIdentifier) -> bool {
    certificate.extension(id).is_some_and(|(critical, _)| critical)
}

/// Whether a certificate is signed with SHA-1.
pub(crate) fn is_sha1(certificate: &Certificate) -> bool {
    certificate.signature_algorithm().to_ascii_lowercase().contains("sha1")
}
