//! Words of source code that show which TLS stack it speaks to.

use super::{judge::named, table::Stack};

/// The words of the interfaces that end in each stack, in C and in Rust, the ones that tell most first.
const WORDS: &[(&str, &[&str])] = &[
    ("esp8266", &["BearSSL::", "X509List", "setTrustAnchors"]),
    ("bearssl-ca", &["BearSSL", "BR_X509_", "br_x509_", "bearssl"]),
    ("arduino-esp32", &["setCACert", "NetworkClientSecure", "WiFiClientSecure"]),
    ("esp-idf", &["esp_tls", "esp_mqtt", "esp_http_client", "esp_idf_svc"]),
    ("zephyr", &["tls_credential_add"]),
    ("mbedtls-3.6", &["mbedtls", "pem_until_nul", "psa_crypto"]),
    ("wolfssl-default", &["wolfSSL_"]),
    ("openssl-partial-chain", &["X509_V_FLAG_PARTIAL_CHAIN", "X509VerifyFlags::PARTIAL_CHAIN"]),
    ("openssl", &["SSL_CTX_", "X509_STORE", "openssl/", "openssl::"]),
];

/// The same in Rust alone.
const IN_RUST: (&str, &[&str]) = ("rustls-aws", &["rustls", "webpki", "TrustAnchor"]);

/// The stack that `code` speaks to; `None` if nothing tells.
#[must_use]
pub fn speaking(code: &str, is_rust: bool) -> Option<&'static Stack> {
    let rust = Some(&IN_RUST).filter(|_| is_rust);
    let speaks = |(_, words): &&(&str, &[&str])| words.iter().any(|word| code.contains(word));
    WORDS.iter().chain(rust).find(speaks).and_then(|(stack, _)| named(stack))
}
