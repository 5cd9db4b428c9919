//! Anchors that are a name and a key without a certificate, as BearSSL, rustls-webpki and
//! ESP-IDF's certificate bundle store them.
//!
//! In: constants of a source, or the bytes of a bundle. Out: [`Key`]s.

use der::{
    Encode as _, Tag,
    asn1::{ObjectIdentifier, UintRef},
};
use rustls_pki_types::{AlgorithmIdentifier, alg_id};

use super::source::{Constant, Language};
use crate::x509::{
    certificate::Certificate,
    der::Elements,
    der_write::{sequence, value},
};

/// id-alg-noSignature (RFC 5272 appendix C.1).
const NO_SIGNATURE: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x06\x02";
/// From the first year that UTCTime can write to the end of time (RFC 5280 section 4.1.2.5).
const ANY_TIME: &[u8] = b"\x17\x0d500101000000Z\x18\x0f99991231235959Z";
/// The curves of BearSSL, by the length of their uncompressed points in bytes.
const CURVES: [(usize, AlgorithmIdentifier); 3] =
    [(65, alg_id::ECDSA_P256), (97, alg_id::ECDSA_P384), (133, alg_id::ECDSA_P521)];

/// An anchor without its certificate (RFC 5280 section 6.1.1 d).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The subject's DER, outer SEQUENCE included.
    pub subject: Vec<u8>,
    /// The parts of the key: a whole subjectPublicKeyInfo, an RSA modulus and its exponent, or the
    /// point of an elliptic curve.
    pub parts: Vec<Vec<u8>>,
}

impl Key {
    /// Whether `certificate` has this name and key.
    #[must_use]
    pub fn is_of(&self, certificate: &Certificate) -> bool {
        use crate::x509::certificate::Key::{Ec, Rsa};
        let spki = certificate.spki_der();
        let same_key = match (self.parts.as_slice(), certificate.key()) {
            ([modulus, exponent], Rsa { modulus: n, exponent: e }) => (modulus, exponent) == (n, e),
            ([one], key) => one == spki || matches!(key, Ec { point, .. } if point == one),
            _ => false,
        };
        same_key && certificate.subject_der() == self.subject
    }

    /// The anchor as a certificate with only its name and its key, valid at any time: a self-signed
    /// certificate is one way to specify an anchor (RFC 5280 section 6.1.1 d).
    ///
    /// `None` if the key cannot be encoded, since its curve is not known.
    pub(crate) fn as_certificate(&self) -> Option<Certificate> {
        let algorithm = value(Tag::Sequence, NO_SIGNATURE).ok()?;
        let signed = sequence(&[
            value(Tag::Integer, &[1]).ok()?,
            algorithm.clone(),
            self.subject.clone(),
            value(Tag::Sequence, ANY_TIME).ok()?,
            self.subject.clone(),
            self.spki()?,
        ]);
        let no_bits = value(Tag::BitString, &[0]).ok()?;
        Certificate::from_der(&sequence(&[signed.ok()?, algorithm, no_bits]).ok()?).ok()
    }

    /// The subjectPublicKeyInfo: as it is, or made from a modulus with its exponent (RFC 8017
    /// appendix A.1) or from a point (RFC 5480 section 2).
    fn spki(&self) -> Option<Vec<u8>> {
        let (algorithm, key) = match self.parts.as_slice() {
            [modulus, exponent] => {
                let number = |bytes: &[u8]| UintRef::new(bytes).ok()?.to_der().ok();
                let numbers = [number(modulus)?, number(exponent)?];
                (alg_id::RSA_ENCRYPTION, sequence(&numbers).ok()?)
            }
            [whole] if Elements::of(whole).sequence().is_some() => return Some(whole.clone()),
            [point] => {
                let curve = CURVES.iter().find(|(length, _)| *length == point.len())?;
                (curve.1, point.clone())
            }
            _ => return None,
        };
        // The first octet counts unused bits, and there are none (X.690 section 8.6.2.2).
        let bits = value(Tag::BitString, &[&[0], key.as_slice()].concat());
        sequence(&[value(Tag::Sequence, algorithm.as_ref()).ok()?, bits.ok()?]).ok()
    }
}

/// A part of a trust anchor: an anchor begins with its name, and its key follows.
pub(crate) fn part(
    constant: &Constant,
    language: Language,
    pending: Option<(Key, usize)>,
) -> Option<(Key, usize)> {
    let bytes = &constant.bytes;
    if let Some(subject) = distinguished_name(bytes) {
        return Some((Key { subject, parts: Vec::new() }, constant.line(0)));
    }
    let (mut key, line) = pending?;
    if language == Language::Rust {
        key.parts = vec![value(Tag::Sequence, bytes).ok()?];
    } else if key.parts.is_empty() {
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(0);
        key.parts.push(bytes[start..].to_vec());
    } else if key.parts.len() == 1 && bytes.len() <= 8 {
        key.parts.push(bytes.clone());
    } else {
        return None;
    }
    Some((key, line))
}

/// Whether all parts of a key are there: a point or an spki is complete, a modulus needs its exponent.
pub(crate) fn is_complete(key: &Key, language: Language) -> bool {
    match key.parts.as_slice() {
        [_, _] => true,
        // An uncompressed point (SEC 1 section 2.3.3) begins with 4 and has an odd length.
        [one] => language == Language::Rust || (one.first() == Some(&4) && one.len() % 2 == 1),
        _ => false,
    }
}

/// `bytes` as a distinguished name with its outer SEQUENCE, which rustls-webpki leaves out.
fn distinguished_name(bytes: &[u8]) -> Option<Vec<u8>> {
    let is_name = |contents: &[u8]| {
        let mut sets = Elements::of(contents);
        let mut count = 0;
        while !sets.is_empty() {
            let Some(set) = sets.tagged(Tag::Set) else { return false };
            let mut pairs = Elements::of(set.value);
            let Some(pair) = pairs.sequence() else { return false };
            let id: Option<ObjectIdentifier> = Elements::of(pair.value).oid();
            if id.is_none() {
                return false;
            }
            count += 1;
        }
        count > 0
    };
    if is_name(bytes) {
        return value(Tag::Sequence, bytes).ok();
    }
    let mut outer = Elements::of(bytes);
    let name = outer.sequence()?;
    (outer.is_empty() && is_name(name.value)).then(|| bytes.to_vec())
}

/// The anchors of an ESP-IDF certificate bundle, in its form since 5.4 (offsets, little-endian) or
/// before (a count and lengths, big-endian); none if it is not such a bundle.
pub(crate) fn bundle(bytes: &[u8]) -> Vec<Key> {
    new_bundle(bytes).or_else(|| old_bundle(bytes)).unwrap_or_default()
}

fn new_bundle(bytes: &[u8]) -> Option<Vec<Key>> {
    let offset = |index: usize| {
        let four = bytes.get(index * 4..index * 4 + 4)?;
        usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
    };
    let first = offset(0)?;
    if first == 0 || first % 4 != 0 || first > bytes.len() {
        return None;
    }
    let length =
        |at: usize| Some(usize::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    // Entries do not overlap: if they could share bytes, a small bundle could contain a large number of
    // them.
    let mut free = first;
    (0..first / 4)
        .map(|index| {
            let at = offset(index).filter(|at| *at >= free)?;
            let (name, key) = (length(at)?, length(at + 2)?);
            free = at + 4 + name + key;
            bundle_entry(bytes, at + 4, name, key)
        })
        .collect()
}

fn old_bundle(bytes: &[u8]) -> Option<Vec<Key>> {
    let number =
        |at: usize| Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
    let mut at = 2;
    let keys = (0..number(0)?)
        .map(|_| {
            let (name, key) = (number(at)?, number(at + 2)?);
            let entry = bundle_entry(bytes, at + 4, name, key);
            at += 4 + name + key;
            entry
        })
        .collect::<Option<Vec<_>>>()?;
    (at == bytes.len()).then_some(keys)
}

fn bundle_entry(bytes: &[u8], at: usize, name: usize, key: usize) -> Option<Key> {
    let subject = bytes.get(at..at + name)?;
    let spki = bytes.get(at + name..at + name + key)?;
    distinguished_name(subject)
        .filter(|whole| whole == subject)
        .map(|subject| Key { subject, parts: vec![spki.to_vec()] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::certificate::Key as Public;

    #[test]
    fn a_name_and_key_parts_identify_their_root() {
        for der in crate::trust::store::mozilla_list() {
            let root = Certificate::from_der(der).unwrap();
            let parts = match root.key() {
                Public::Rsa { modulus, exponent } => vec![modulus.clone(), exponent.clone()],
                Public::Ec { point, .. } => vec![point.clone()],
                Public::Other(_) | Public::Unknown(_) => vec![root.spki_der().to_vec()],
            };
            let key = Key { subject: root.subject_der().to_vec(), parts };
            let made = key.as_certificate().unwrap();
            assert!(made.is_same_anchor(&root) && made.is_self_issued(), "{root:?}");
            assert!(key.is_of(&root), "{root:?}");
        }
    }
}
