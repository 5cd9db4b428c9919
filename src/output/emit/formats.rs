//! The table of formats: one row each.
//!
//! A new text format is a template in `templates/emit`, a row here and a golden file in
//! `tests/golden`; `templates/emit/README.md` shows how.

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Format {
    /// The name on the command line; it does not change.
    pub name: &'static str,
    /// Who reads it.
    pub reader: &'static str,
    /// When to use it.
    pub purpose: &'static str,
    /// Whether the output is text.
    pub is_text: bool,
    pub(super) kind: Kind,
    pub(super) demand: Demand,
    pub(super) stored: Stored,
}

/// How a format is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The PEM blocks one after the other.
    Pem,
    /// The one certificate in DER.
    Der,
    /// PKCS #7 in PEM.
    Pkcs7,
    /// The lock that builds read.
    Lock,
    /// Names and keys, found by an index of offsets (newer ESP-IDF).
    EspBundle,
    /// Names and keys one after the other (older ESP-IDF).
    EspBundleV1,
    /// A truststore in PKCS #12.
    Pkcs12,
    /// A truststore in Java's older format.
    Jks,
    /// Generated source, by the name of its template.
    Source(&'static str),
}

/// What a format requires of the certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// One certificate or more.
    Any,
    /// Exactly one certificate.
    One,
    /// PEM text that fits, with its NUL, into this many bytes.
    PemUnder(usize),
    /// Keys that BearSSL supports.
    BearSslKeys,
}

/// What a device keeps in its flash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    /// The file as it is, as it is copied to the device.
    File,
    /// The PEM text and its NUL.
    PemAndNul,
    /// The DER certificates, and the table of several.
    Der,
    /// Name and bare key of each certificate, and BearSSL's table of them.
    BearSslAnchors,
    /// Name and key of each certificate without their outer headers, and rustls's table of them.
    RustlsAnchors,
    /// Nothing: it is for people and tools.
    Nothing,
}

/// The nRF91 modem takes certificates of less than 4 KB: Nordic's samples assert it at build time.
const NRF_MODEM_LIMIT: usize = 4096;

/// All formats, in the order in which they are listed.
pub const FORMATS: &[Format] = &[
    row("pem", "most tools and libraries", "PEM blocks, one after the other", Kind::Pem)
        .stored(Stored::File),
    row("cer", "Windows, browsers", "one certificate in Base64, as browsers export it", Kind::Pem)
        .one()
        .stored(Stored::File),
    row(
        "der",
        "tools, files on a device",
        "one certificate in DER, its shortest whole form",
        Kind::Der,
    )
    .binary()
    .one()
    .stored(Stored::File),
    row("p7b", "Windows", "certificates in PKCS #7 (RFC 7468 section 8)", Kind::Pkcs7),
    row("lock", "build scripts", "the PEM blocks with their facts, to commit", Kind::Lock),
    row("c", "C and C++", "a header with PEM text, for any library that reads PEM", source("c.h"))
        .stored(Stored::PemAndNul),
    row(
        "c-bytes",
        "C and C++",
        "a header with DER bytes, for any library that reads DER",
        source("c-bytes.h"),
    )
    .stored(Stored::Der),
    row(
        "arduino",
        "Arduino-ESP32 NetworkClientSecure, WiFiClientSecure",
        "a header for setCACert",
        source("arduino.h"),
    )
    .stored(Stored::PemAndNul),
    row(
        "esp8266",
        "Arduino-ESP8266 BearSSL::WiFiClientSecure",
        "a header for BearSSL::X509List",
        source("esp8266.h"),
    )
    .stored(Stored::PemAndNul),
    row(
        "bearssl",
        "BearSSL, SSLClient, ArduinoBearSSL",
        "a header with trust anchors (names and keys only)",
        source("bearssl.h"),
    )
    .demanding(Demand::BearSslKeys)
    .stored(Stored::BearSslAnchors),
    row(
        "esp-idf",
        "ESP-IDF esp-tls, esp-mqtt, esp_http_client",
        "a header for cacert_pem or verification.certificate",
        source("esp-idf.h"),
    )
    .stored(Stored::PemAndNul),
    row(
        "esp-idf-txt",
        "ESP-IDF and PlatformIO",
        "a PEM file for EMBED_TXTFILES, which adds the NUL",
        Kind::Pem,
    )
    .stored(Stored::PemAndNul),
    row(
        "esp-bundle",
        "ESP-IDF from 5.4 on, esp_crt_bundle",
        "a binary bundle for esp_crt_bundle_set",
        Kind::EspBundle,
    )
    .binary()
    .stored(Stored::File),
    row(
        "esp-bundle-v1",
        "ESP-IDF before 5.4, Arduino-ESP32 3.1, esp_crt_bundle",
        "the older binary bundle, without an index of offsets",
        Kind::EspBundleV1,
    )
    .binary()
    .stored(Stored::File),
    row(
        "mbedtls",
        "mbedTLS",
        "a header with DER that stays in flash, for mbedtls_x509_crt_parse_der_nocopy",
        source("mbedtls.h"),
    )
    .stored(Stored::Der),
    row(
        "wolfssl",
        "wolfSSL",
        "a header with DER for wolfSSL_CTX_load_verify_buffer",
        source("wolfssl.h"),
    )
    .stored(Stored::Der),
    row(
        "zephyr",
        "Zephyr tls_credential_add",
        "a hexadecimal .inc file of one certificate",
        source("zephyr.inc"),
    )
    .one()
    .stored(Stored::Der),
    row(
        "nrf-modem",
        "Nordic nRF91 modem_key_mgmt_write",
        "a header with PEM text under 4 KB",
        source("nrf-modem.h"),
    )
    .demanding(Demand::PemUnder(NRF_MODEM_LIMIT))
    .stored(Stored::PemAndNul),
    row(
        "tasmota",
        "Tasmota with USE_MQTT_TLS_CA_CERT",
        "local_ca_data.h and local_ca_descriptor.h in one file",
        source("tasmota.h"),
    )
    .demanding(Demand::BearSslKeys)
    .stored(Stored::BearSslAnchors),
    row("rust", "Rust", "constants in PEM, as a C string and in DER, no_std", source("rust.rs"))
        .stored(Stored::PemAndNul),
    row(
        "rust-der",
        "mbedtls-rs, embedded-tls",
        "a static with DER, no_std, for Certificate::new_no_copy or pki::CertVerifier",
        source("rust-der.rs"),
    )
    .stored(Stored::Der),
    row(
        "rust-esp-idf",
        "esp-idf-svc",
        "a constant of its type X509, ready for server_certificate",
        source("rust-esp-idf.rs"),
    )
    .stored(Stored::PemAndNul),
    row(
        "rust-anchor",
        "rustls, rustls-webpki",
        "trust anchors (names and keys only), no_std",
        source("rust-anchor.rs"),
    )
    .stored(Stored::RustlsAnchors),
    row(
        "micropython",
        "MicroPython",
        "a module with DER for load_verify_locations",
        source("micropython.py"),
    )
    .stored(Stored::File),
    row(
        "circuitpython",
        "CircuitPython",
        "a module with PEM text of one certificate",
        source("circuitpython.py"),
    )
    .one()
    .stored(Stored::File),
    row(
        "esphome",
        "ESPHome mqtt on ESP32",
        "a YAML block with certificate_authority",
        source("esphome.yaml"),
    )
    .stored(Stored::PemAndNul),
    row("go", "Go crypto/tls", "a file with PEM text for x509.CertPool", source("go.go")),
    row(
        "python",
        "CPython ssl",
        "a module with PEM text for create_default_context",
        source("python.py"),
    ),
    row("java", "Java, Kotlin", "a PKCS #12 truststore; any password opens it", Kind::Pkcs12)
        .binary(),
    row("java-jks", "Java before 9", "a JKS truststore; its password is changeit", Kind::Jks)
        .binary(),
    row(
        "spki-pin",
        "OkHttp, curl, HPKP",
        "the SHA-256 of each key in Base64 (RFC 7469)",
        source("spki-pin.txt"),
    ),
    row(
        "sha256",
        "people, --trust-sha256",
        "the SHA-256 of each certificate",
        source("sha256.txt"),
    ),
    row("text", "people", "the facts of each certificate", source("text.txt")),
];

const fn row(
    name: &'static str,
    reader: &'static str,
    purpose: &'static str,
    kind: Kind,
) -> Format {
    let (is_text, demand, stored) = (true, Demand::Any, Stored::Nothing);
    Format { name, reader, purpose, is_text, kind, demand, stored }
}

const fn source(template: &'static str) -> Kind {
    Kind::Source(template)
}

/// The templates without a name in them.
const NAMELESS: [&str; 3] = ["sha256.txt", "spki-pin.txt", "text.txt"];

impl Format {
    /// Whether its output has the name of a constant in it, so that a name makes a difference.
    #[must_use]
    pub fn holds_a_name(&self) -> bool {
        matches!(self.kind, Kind::Source(template) if !NAMELESS.contains(&template))
    }

    const fn binary(self) -> Self {
        Self { is_text: false, ..self }
    }

    const fn one(self) -> Self {
        Self { demand: Demand::One, ..self }
    }

    const fn demanding(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    const fn stored(self, stored: Stored) -> Self {
        Self { stored, ..self }
    }
}

/// The format called `name`, if there is one.
#[must_use]
pub fn format(name: &str) -> Option<Format> {
    FORMATS.iter().find(|format| format.name == name).copied()
}
