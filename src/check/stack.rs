//! Which TLS stack a file's code speaks to, and what its functions read.

use super::source::{Language, Source};
use crate::consumer::{self, Consumer};

/// A function that takes a constant, with what it reads.
pub(super) struct Use {
    /// How a call begins.
    pub(super) call: &'static str,
    /// What it reads.
    pub(super) reads: Reads,
}

/// What a function reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// PEM up to a NUL.
    Pem,
    /// PEM with a NUL that must be inside the constant.
    PemWithNul,
    /// DER.
    Der,
    /// DER, or PEM as a C string.
    Either,
}

const USES: [Use; 10] = [
    Use { call: "setCACert(", reads: Reads::Pem },
    Use { call: "setRootCA(", reads: Reads::Pem },
    Use { call: "pem_until_nul(", reads: Reads::PemWithNul },
    Use { call: "X509::pem(", reads: Reads::PemWithNul },
    Use { call: "X509::der(", reads: Reads::Der },
    Use { call: "X509List", reads: Reads::Either },
    Use { call: "mbedtls_x509_crt_parse(", reads: Reads::PemWithNul },
    Use { call: "mbedtls_x509_crt_parse_der(", reads: Reads::Der },
    Use { call: "mbedtls_x509_crt_parse_der_nocopy(", reads: Reads::Der },
    Use { call: "cert_pem=", reads: Reads::Pem },
];

/// Words of BearSSL's interfaces.
const BEARSSL: [&str; 6] =
    ["BearSSL", "BR_X509_", "br_x509_", "bearssl", "X509List", "setTrustAnchors"];
/// Words of interfaces that end in mbedTLS.
const MBEDTLS: [&str; 11] = [
    "mbedtls",
    "esp_tls",
    "esp_mqtt",
    "esp_http_client",
    "esp_idf_svc",
    "setCACert",
    "NetworkClientSecure",
    "WiFiClientSecure",
    "tls_credential_add",
    "pem_until_nul",
    "psa_crypto",
];

/// Words of OpenSSL's interfaces, in C and in Rust.
const OPENSSL: [&str; 4] = ["SSL_CTX_", "X509_STORE", "openssl/", "openssl::"];
/// What lets OpenSSL end a path in any anchor.
const PARTIAL_CHAIN: [&str; 2] = ["X509_V_FLAG_PARTIAL_CHAIN", "X509VerifyFlags::PARTIAL_CHAIN"];
/// Words of rustls's interfaces.
const RUSTLS: [&str; 3] = ["rustls", "webpki", "TrustAnchor"];

/// The stack that the code of `source` speaks to; `None` if nothing tells.
pub(super) fn of(source: &Source) -> Option<Consumer> {
    let speaks = |words: &[&str]| words.iter().any(|word| source.code.contains(word));
    match source.language {
        Language::C | Language::Rust if speaks(&BEARSSL) => Some(consumer::BEARSSL),
        Language::C | Language::Rust if speaks(&MBEDTLS) => Some(consumer::MBEDTLS),
        Language::C | Language::Rust if speaks(&OPENSSL) => Some(match speaks(&PARTIAL_CHAIN) {
            true => consumer::OPENSSL_PARTIAL_CHAIN,
            false => consumer::OPENSSL,
        }),
        Language::Rust if speaks(&RUSTLS) => Some(consumer::RUSTLS),
        _ => None,
    }
}

/// The functions of `source` that are given the constant called `name`.
pub(super) fn uses<'a>(
    source: &'a Source,
    name: &'a str,
) -> impl Iterator<Item = &'static Use> + 'a {
    let tight: String = source.code.chars().filter(|letter| !letter.is_whitespace()).collect();
    USES.iter().filter(move |known| {
        let mut rest = tight.as_str();
        while let Some(at) = rest.find(known.call) {
            rest = &rest[at + known.call.len()..];
            // The constant stands in the same statement, whole.
            let statement = rest.split(';').next().unwrap_or_default();
            let words = statement.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            if words.take(6).any(|word| word == name) {
                return true;
            }
        }
        false
    })
}
