//! Which TLS stack a file's code speaks to, and what its functions read.

use super::source::{Language, Source};

/// A TLS stack, as far as stacks differ in what they read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stack {
    /// mbedTLS and what is built on it: ESP-IDF, Arduino-ESP32, Zephyr, MicroPython.
    MbedTls,
    /// BearSSL: ESP8266, SSLClient, ArduinoBearSSL. It does not look at an anchor's dates.
    BearSsl,
    /// Anything else, or nothing that tells.
    Unknown,
}

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

/// The stack that the code of `source` speaks to.
pub(super) fn of(source: &Source) -> Stack {
    let speaks = |words: &[&str]| words.iter().any(|word| source.code.contains(word));
    match source.language {
        Language::C | Language::Rust if speaks(&BEARSSL) => Stack::BearSsl,
        Language::C | Language::Rust if speaks(&MBEDTLS) => Stack::MbedTls,
        _ => Stack::Unknown,
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
