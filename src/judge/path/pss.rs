//! The part of an RSASSA-PSS signature that certgrab does not support.
//!
//! In: a certificate. Out: the parameter (RFC 4055 section 3.1) that differs from those of the supported
//! algorithms: one digest for the message and for MGF1, each with NULL, a salt as long as the digest,
//! and no trailer.

use der::Tag;

use crate::text::count::counted;
use crate::x509::{
    algorithm::{Digest, SignatureAlgorithm},
    certificate::Certificate,
    der::{Element, Elements, only},
};

/// The identifier octets of hashAlgorithm, maskGenAlgorithm, saltLength and trailerField.
const FIELDS: [u8; 4] = [0xa0, 0xa1, 0xa2, 0xa3];

/// The default length of the salt in bytes.
const DEFAULT_SALT: usize = 20;

/// The parameter of the signature on `certificate` that is not supported; completes the sentence
/// "signed with RSASSA-PSS and ...".
pub(super) fn unsupported(certificate: &Certificate) -> Option<String> {
    if certificate.signature_algorithm() != SignatureAlgorithm::RsaPss {
        return None;
    }
    let mut algorithm = Elements::of(Elements::of(only(certificate.der())?.value).nth(1)?.value);
    algorithm.oid_bytes()?;
    let parameters = algorithm.sequence()?;
    let [hash, mask, salt, trailer] =
        FIELDS.map(|class| Elements::of(parameters.value).find(|part| part.class == class));
    if trailer.is_some() {
        return Some("an explicit trailer field".to_owned());
    }
    let hash = hash.and_then(|hash| only(hash.value));
    let generator = mask.and_then(|mask| Elements::of(only(mask.value)?.value).nth(1));
    let of_mask = digest(generator.as_ref());
    if digest(hash.as_ref()) != of_mask {
        return Some(format!("MGF1 with {}", of_mask.map_or("an unknown digest", Digest::name)));
    }
    let salt = match salt {
        None => DEFAULT_SALT,
        Some(salt) => number(&salt)?,
    };
    let digest = of_mask?;
    if salt != digest.octets() {
        return Some(format!("a salt of {}", counted(salt, "byte")));
    }
    if !has_null(hash.as_ref()) || !has_null(generator.as_ref()) {
        return Some("a digest identifier without NULL".to_owned());
    }
    Some(format!("the digest {}", digest.name()))
}

/// The digest of an AlgorithmIdentifier; the default is SHA-1.
fn digest(algorithm: Option<&Element<'_>>) -> Option<Digest> {
    match algorithm {
        None => Some(Digest::Sha1),
        Some(algorithm) => Digest::of_id(Elements::of(algorithm.value).oid_bytes()?),
    }
}

fn has_null(algorithm: Option<&Element<'_>>) -> bool {
    algorithm.is_none_or(|algorithm| {
        Elements::of(algorithm.value).nth(1).is_some_and(|part| part.tag == Tag::Null)
    })
}

/// The INTEGER in `field`, if it has two octets at most.
fn number(field: &Element<'_>) -> Option<usize> {
    let digits = only(field.value)?.value;
    let fits = digits.len() <= size_of::<u16>();
    fits.then(|| digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
}
