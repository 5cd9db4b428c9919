//! The first messages of servers that no library implements: TLS 1.0, RSA key exchange, an application
//! protocol that the device did not offer.
//!
//! In: a ClientHello and a chain. Out: the records from ServerHello to ServerHelloDone. A device that
//! answers with a key exchange has accepted; no key is computed, so the handshake ends there.

use std::io;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::chain::MAX_RECORD_BYTES;
use crate::lab::authority::Authority;
use crate::lab::cases::{First, Presentable};
use crate::lab::hello::ClientHello;
use crate::lab::pki::sign::{Scheme, Secret};
use crate::stack::suites::suite_name;
use crate::tls::client_hello::{extension, with_length};
use crate::x509::algorithm::Digest;

const TLS10: u16 = 0x0301;
const TLS12: u16 = 0x0303;

/// Extensions (RFC 8422 section 5.1.2, RFC 7301, RFC 5746).
const EC_POINT_FORMATS: u16 = 0x000b;
const PROTOCOLS: u16 = 0x0010;
const RENEGOTIATION: u16 = 0xff01;
/// The signalling suite for the extension (RFC 5746 section 3.3).
const RENEGOTIATION_SUITE: u16 = 0x00ff;

/// A protocol that no device offers.
const UNOFFERED: &[u8] = b"certgrab-lab";

const SECP256R1: u16 = 0x0017;

/// The key exchange of a suite, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exchange {
    Rsa,
    EcdheRsa,
    EcdheEcdsa,
}

/// The records; or why this device cannot be tested.
pub(super) fn of(
    first: First,
    presentable: &Presentable,
    authority: &Authority,
    hello: &ClientHello,
) -> io::Result<Result<Vec<u8>, String>> {
    let (version, exchanges): (u16, &[Exchange]) = match first {
        First::Tls10 => (TLS10, &[Exchange::Rsa, Exchange::EcdheRsa]),
        First::RsaKeyExchange => (TLS12, &[Exchange::Rsa]),
        First::UnofferedProtocol => (TLS12, &[Exchange::EcdheEcdsa]),
    };
    if version == TLS12 && !hello.offers(TLS12) {
        return Ok(Err("it does not offer TLS 1.2".to_owned()));
    }
    let fits = |suite: &&u16| {
        let name = suite_name(**suite);
        // AEAD suites and those with SHA-256 require TLS 1.2 (RFC 5246 section 1.2).
        let is_old = name.ends_with("_SHA") || name.ends_with("_MD5");
        exchange(&name).is_some_and(|one| exchanges.contains(&one)) && (is_old || version == TLS12)
    };
    let Some(suite) = hello.suites.iter().find(fits) else {
        return Ok(Err(match first {
            First::Tls10 => "it offers no cipher suite of TLS 1.0".to_owned(),
            First::RsaKeyExchange => "it offers no RSA key exchange".to_owned(),
            First::UnofferedProtocol => "it offers no ECDHE with ECDSA".to_owned(),
        }));
    };
    let mut random = [0; 32];
    SystemRandom::new().fill(&mut random).map_err(|_| io::Error::other("no random numbers"))?;
    let protocol = (first == First::UnofferedProtocol).then_some(UNOFFERED);
    let mut messages = message(2, &server_hello(version, &random, *suite, protocol, hello));
    messages.extend(message(11, &certificates(&presentable.built.sent)));
    if exchange(&suite_name(*suite)) != Some(Exchange::Rsa) {
        let signed = key_exchange(version, &random, presentable, authority, hello)?;
        messages.extend(message(12, &signed));
    }
    messages.extend(message(14, &[]));
    Ok(Ok(records(version, &messages)))
}

fn exchange(suite: &str) -> Option<Exchange> {
    [
        ("TLS_RSA_WITH_", Exchange::Rsa),
        ("TLS_ECDHE_RSA_WITH_", Exchange::EcdheRsa),
        ("TLS_ECDHE_ECDSA_WITH_", Exchange::EcdheEcdsa),
    ]
    .into_iter()
    .find_map(|(start, exchange)| suite.starts_with(start).then_some(exchange))
}

/// RFC 5246 section 7.4.1.3.
fn server_hello(
    version: u16,
    random: &[u8; 32],
    suite: u16,
    protocol: Option<&[u8]>,
    hello: &ClientHello,
) -> Vec<u8> {
    let mut extensions = Vec::new();
    if hello.has(RENEGOTIATION) || hello.suites.contains(&RENEGOTIATION_SUITE) {
        extensions.extend(extension(RENEGOTIATION, &[0]));
    }
    if hello.has(EC_POINT_FORMATS) {
        extensions.extend(extension(EC_POINT_FORMATS, &[1, 0]));
    }
    if let Some(protocol) = protocol {
        extensions.extend(extension(PROTOCOLS, &with_length(&sized8(protocol))));
    }
    let mut body = version.to_be_bytes().to_vec();
    body.extend(random);
    body.push(0);
    body.extend(suite.to_be_bytes());
    body.push(0);
    if !extensions.is_empty() {
        body.extend(with_length(&extensions));
    }
    body
}

/// RFC 5246 section 7.4.2.
fn certificates(sent: &[Vec<u8>]) -> Vec<u8> {
    let list: Vec<u8> = sent.iter().flat_map(|der| sized24(der)).collect();
    sized24(&list)
}

/// RFC 8422 section 5.4.
fn key_exchange(
    version: u16,
    random: &[u8; 32],
    presentable: &Presentable,
    authority: &Authority,
    hello: &ClientHello,
) -> io::Result<Vec<u8>> {
    let rng = SystemRandom::new();
    let own = ring::agreement::EphemeralPrivateKey::generate(&ring::agreement::ECDH_P256, &rng)
        .and_then(|key| key.compute_public_key())
        .map_err(|_| io::Error::other("no key on P-256"))?;
    let mut parameters = vec![3];
    parameters.extend(SECP256R1.to_be_bytes());
    parameters.extend(sized8(own.as_ref()));
    let signed = [&hello.random[..], random, &parameters].concat();
    let key = presentable.key;
    let secret = authority.keys().shared_secret(key)?;
    let signature = match (version, (*secret).as_ref()) {
        // RFC 4346 section 7.4.3: MD5 and SHA-1 together, without DigestInfo.
        (TLS10, Secret::AnyRsa(rsa)) => {
            use md5::Digest as _;
            let sha1 = digest(&SHA1_FOR_LEGACY_USE_ONLY, &signed);
            let both = [md5::Md5::digest(&signed).as_slice(), sha1.as_ref()].concat();
            rsa.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &both).ok()
        }
        (_, secret) => secret.sign(Scheme::hash(Digest::Sha256), &signed),
    };
    let signature = signature.ok_or_else(|| io::Error::other("no signature"))?;
    if version == TLS12 {
        // SHA-256 with ECDSA or RSA (RFC 5246 section 7.4.1.4.1).
        parameters.extend([4, if key.is_rsa() { 1 } else { 3 }]);
    }
    parameters.extend(with_length(&signature));
    Ok(parameters)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &sized24(body)].concat()
}

fn records(version: u16, messages: &[u8]) -> Vec<u8> {
    let record = |part: &[u8]| {
        let version = version.to_be_bytes();
        [&[super::HANDSHAKE, version[0], version[1]][..], &with_length(part)].concat()
    };
    messages.chunks(MAX_RECORD_BYTES).flat_map(record).collect()
}

/// Octets after their length in one octet, or in three.
fn sized8(octets: &[u8]) -> Vec<u8> {
    [&octets.len().to_be_bytes()[7..], octets].concat()
}

fn sized24(octets: &[u8]) -> Vec<u8> {
    [&octets.len().to_be_bytes()[5..], octets].concat()
}
