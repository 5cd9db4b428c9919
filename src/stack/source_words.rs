//! Words in source code that show which TLS stack it uses.

use super::{judge::named, table::Stack};

/// The words of an interface, with the stack that it uses.
type Words = (&'static str, &'static [&'static str]);

/// The words of the interfaces to each stack, in C and in Rust, the most specific first.
const WORDS: &[Words] = &[
    ("esp8266", &["BearSSL::", "X509List", "setTrustAnchors", "ESP8266WiFi", "ESP8266HTTPClient"]),
    ("bearssl-ca", &["BearSSL", "BR_X509_", "br_x509_", "bearssl"]),
    ("arduino-esp32", &["setCACert", "NetworkClientSecure", "WiFiClientSecure"]),
    ("esp-idf", &["esp_tls", "esp_mqtt", "esp_http_client", "esp_idf_svc"]),
    ("zephyr", &["tls_credential_add"]),
    ("mbedtls-3.6", &["mbedtls", "pem_until_nul", "psa_crypto"]),
    ("wolfssl-default", &["wolfSSL_"]),
    ("openssl-partial-chain", &["X509_V_FLAG_PARTIAL_CHAIN", "X509VerifyFlags::PARTIAL_CHAIN"]),
    ("openssl", &["SSL_CTX_", "X509_STORE", "openssl/", "openssl::"]),
];

/// The same in other languages with a C-like syntax: for libcurl, GnuTLS, Go and Java.
const LIKE_C: &[Words] = &[
    ("curl", &["CURLOPT_", "curl_easy_"]),
    ("gnutls", &["gnutls_"]),
    ("go", &["AppendCertsFromPEM", "x509.NewCertPool", "x509.ParseCertificate"]),
    ("java", &["TrustManagerFactory", "CertificateFactory", "java.security", "javax.net.ssl"]),
];

/// The same in Rust only.
const IN_RUST: &[Words] =
    &[("embedded-tls", &["embedded_tls"]), ("rustls-aws", &["rustls", "webpki", "TrustAnchor"])];

/// The same in Python. `ssl.SSLContext` and `load_verify_locations` are in all of them.
const IN_PYTHON: &[Words] = &[
    ("circuitpython", &["adafruit_", "socketpool", "circuitpython"]),
    (
        "micropython",
        &[
            "micropython",
            "umqtt",
            "ussl",
            "usocket",
            "ubinascii",
            "import machine",
            "import network",
        ],
    ),
    (
        "python",
        &["ssl.create_default_context", "verify_flags", "paho", "http.client", "urllib.request"],
    ),
];

/// A language with known words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceLanguage {
    /// C, C++, and languages like them.
    C,
    /// Rust.
    Rust,
    /// Python.
    Python,
}

/// The stack that `code` uses; `None` if nothing shows it.
#[must_use]
pub fn used_by_source(code: &str, language: SourceLanguage) -> Option<&'static Stack> {
    let tables = match language {
        SourceLanguage::C => [WORDS, LIKE_C],
        SourceLanguage::Rust => [WORDS, IN_RUST],
        SourceLanguage::Python => [IN_PYTHON, &[]],
    };
    let speaks = |(_, words): &&Words| words.iter().any(|word| code.contains(word));
    tables.into_iter().flatten().find(speaks).and_then(|(stack, _)| named(stack))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::client::Device;

    #[test]
    fn every_stack_that_words_show_is_in_the_table() {
        for (stack, _) in [WORDS, LIKE_C, IN_RUST, IN_PYTHON].into_iter().flatten() {
            assert_eq!(named(stack).map(|one| one.name), Some(*stack));
            // GnuTLS has the same offer as certgrab's own client, embedded-tls a part of it.
            let is_device = !["embedded-tls", "gnutls"].contains(stack);
            assert_eq!(Device::with_stack(stack).is_some(), is_device, "{stack}");
        }
    }
}
