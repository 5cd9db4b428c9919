//! Certificates that form loops: with any names and keys, and without valid signatures.

use certgrab::internals::x509::certificate::Certificate;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::pki_types::CertificateDer;

use super::Pki;

/// The kind of key of the CAs in a maze.
#[derive(Clone, Copy)]
pub(crate) enum Keys {
    /// Signatures by such a key are not supported.
    Ed448,
    /// Each check takes at least as long as with RSA.
    Rsa,
}

/// id-Ed448 (RFC 8410 section 3) and sha256WithRSAEncryption (RFC 8017 appendix A.2.4).
const ED448: &[u8] = &[0x30, 5, 6, 3, 0x2b, 0x65, 0x71];
const SHA256_RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00";
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const IS_CA: &[u8] = b"\x30\x0f\x06\x03\x55\x1d\x13\x01\x01\xff\x04\x05\x30\x03\x01\x01\xff";
/// authorityInfoAccess and its id-ad-caIssuers (RFC 5280 section 4.2.2.1).
const INFORMATION_ACCESS: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x01";
const CA_ISSUERS: &[u8] = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02";
const VALIDITY: &[u8] = b"\x30\x1e\x17\x0d200101000000Z\x17\x0d400101000000Z";

/// A leaf for the host of `pki`, with its key, and `size` CAs with one name above it, each of which may have
/// issued every other one.
pub(crate) fn maze(pki: &Pki, keys: Keys, size: usize) -> Vec<CertificateDer<'static>> {
    let mut chain = vec![leaf_with_urls(pki, keys, &[])];
    chain.extend((0..size).map(|_| authority(keys)));
    chain
}

/// A CA with the shared common name, which signed nothing and has no valid signature.
pub(crate) fn authority(keys: Keys) -> CertificateDer<'static> {
    let key = match keys {
        Keys::Ed448 => element(0x30, &[ED448, &bits(&random(57))]),
        Keys::Rsa => {
            let mut modulus = random(256);
            modulus[0] |= 0x80;
            modulus[255] |= 1;
            let modulus = element(2, &[&[0], &modulus]);
            let both = element(0x30, &[&modulus, &[2, 3, 1, 0, 1]]);
            element(0x30, &[RSA, &bits(&both)])
        }
    };
    certificate(keys, &key, "Maze", IS_CA)
}

/// A leaf for the host of `pki`, with its key, that states that its issuer is at `urls`.
pub(crate) fn leaf_with_urls(pki: &Pki, keys: Keys, urls: &[String]) -> CertificateDer<'static> {
    let own = Certificate::from_der(pki.leaf_der()).expect("a certificate");
    let name = element(0x30, &[&element(0x82, &[pki.name().as_bytes()])]);
    let names = element(0x30, &[&[6, 3, 0x55, 0x1d, 0x11], &element(4, &[&name])]);
    let places: Vec<u8> = urls
        .iter()
        .flat_map(|url| element(0x30, &[CA_ISSUERS, &element(0x86, &[url.as_bytes()])]))
        .collect();
    let access = element(4, &[&element(0x30, &[&places])]);
    let access = match urls {
        [] => Vec::new(),
        _ => element(0x30, &[INFORMATION_ACCESS, &access]),
    };
    certificate(keys, own.spki_der(), "leaf", &[names, access].concat())
}

fn certificate(keys: Keys, key: &[u8], subject: &str, extension: &[u8]) -> CertificateDer<'static> {
    let (algorithm, signature) = match keys {
        Keys::Ed448 => (ED448, random(114)),
        Keys::Rsa => (SHA256_RSA, [&[1][..], &random(255)].concat()),
    };
    let name = |text: &str| {
        let part = element(0x30, &[&[6, 3, 0x55, 4, 3], &element(0x0c, &[text.as_bytes()])]);
        element(0x30, &[&element(0x31, &[&part])])
    };
    let mut serial = random(12);
    serial[0] = 1;
    let extensions = element(0xa3, &[&element(0x30, &[extension])]);
    let tbs: [&[u8]; 8] = [
        &[0xa0, 3, 2, 1, 2],
        &element(2, &[&serial]),
        algorithm,
        &name("Maze"),
        VALIDITY,
        &name(subject),
        key,
        &extensions,
    ];
    element(0x30, &[&element(0x30, &tbs), algorithm, &bits(&signature)]).into()
}

fn bits(octets: &[u8]) -> Vec<u8> {
    element(3, &[&[0], octets])
}

/// One DER element.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = u16::try_from(contents.len()).expect("a short element");
    let [high, low] = length.to_be_bytes();
    let header = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [header, contents].concat()
}

fn random(bytes: usize) -> Vec<u8> {
    let mut random = vec![0; bytes];
    SystemRandom::new().fill(&mut random).expect("random bytes");
    random
}

/// `size` CAs with one name, each of which signed every other one; a leaf for `plc.test` by the first, and the
/// last one self-signed.
pub(crate) fn mesh(size: usize) -> (Vec<CertificateDer<'static>>, CertificateDer<'static>) {
    let params = || {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Mesh");
        params
    };
    let key = || KeyPair::generate().expect("a key");
    let issuers: Vec<_> = (0..size).map(|_| Issuer::new(params(), key())).collect();
    let leaf = CertificateParams::new(["plc.test".to_owned()]).expect("a leaf");
    let leaf = leaf.signed_by(&key(), &issuers[0]).expect("a leaf").der().clone();
    let mut chain = vec![leaf];
    for (number, subject) in issuers.iter().enumerate() {
        for (_, issuer) in issuers.iter().enumerate().filter(|(other, _)| *other != number) {
            let made = params().signed_by(subject.key(), issuer).expect("a certificate");
            chain.push(made.der().clone());
        }
    }
    let root = params().self_signed(issuers[size - 1].key()).expect("a root").der().clone();
    (chain, root)
}
