//! The table of TLS stacks: one entry for each library and setting.

use super::{
    bearssl::Flags,
    embedded_tls::{self, Algorithms},
    go,
    mbedtls::{
        Build,
        builds::{
            ESP_IDF, ESP_IDF_DATES, MBEDTLS_3_6, MICROPYTHON, SHA256_ALONE, V2_28, WITHOUT_DATES,
            ZEPHYR,
        },
    },
    openssl::{Names, Setting, Uris},
    optional::{Optional, Options},
    reason::Rule,
    rustls::Provider,
    settings::{
        ALT_CERT_CHAINS, AWS_LC_RS, CROSS_SIGNED_VERIFY, bundle_setting, esp_idf_setting,
        mbedtls_setting, no_setting, python_setting, rustls_setting, wolfssl_setting,
        zephyr_setting,
    },
    wolfssl,
};

/// How an entry is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Compared with the library itself, of this version.
    Measured(&'static str),
    /// Follows this source.
    Read(&'static str),
    /// Not known: assumed to be like this stack.
    Assumed(&'static str),
}

/// A TLS stack with its settings.
#[derive(Debug, Clone, Copy)]
pub struct Stack {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// The name in sentences.
    pub title: &'static str,
    /// How the entry is known.
    pub known: Known,
    /// The formats that it reads.
    pub formats: &'static [&'static str],
    /// Other versions and settings of the same stack in use.
    pub also: &'static [Variant],
    /// The setting of the device that changes whether a rule refuses, if there is one.
    pub(super) setting: fn(&Rule) -> Option<&'static str>,
    /// What it only supports with a setting.
    pub(super) optional: Options,
    pub(super) verifier: Verifier,
}

/// Another version or setting of a stack.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// The name of its entry.
    pub stack: &'static str,
    /// The setting that makes it, if it is one.
    pub setting: Option<&'static str>,
}

/// A library that verifies certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// mbedTLS with parsed certificates.
    MbedTls,
    /// ESP-IDF's certificate bundle over mbedTLS.
    EspBundle,
    /// BearSSL.
    BearSsl,
    /// wolfSSL.
    WolfSsl,
    /// OpenSSL.
    OpenSsl,
    /// GnuTLS.
    GnuTls,
    /// Go's crypto/x509.
    Go,
    /// Java's trust manager.
    Java,
    /// rustls-webpki.
    Rustls,
    /// The `CertVerifier` of embedded-tls.
    EmbeddedTls,
}

/// The algorithm that decides.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verifier {
    MbedTls(Build),
    /// ESP-IDF's bundle; whether it is searched for every issuer.
    Bundle(Build, bool),
    BearSsl(Flags),
    WolfSsl(wolfssl::Build),
    OpenSsl(Setting),
    GnuTls,
    Go(go::Version),
    Java,
    Rustls(Provider),
    EmbeddedTls(Algorithms),
}

const OPENSSL: Setting =
    Setting { partial_chain: false, is_strict: false, names: Names::Partial, uris: Uris::V3_0 };
const OPENSSL_3: Known = Known::Measured("OpenSSL 3.0");
const CPYTHON: Setting = Setting { names: Names::Whole, ..OPENSSL };

/// An entry without formats and settings.
const fn plain(name: &'static str, title: &'static str, known: Known, verifier: Verifier) -> Stack {
    Stack {
        name,
        title,
        known,
        formats: &[],
        also: &[],
        setting: no_setting,
        optional: &[],
        verifier,
    }
}

const fn mbedtls(name: &'static str, title: &'static str, known: Known, build: Build) -> Stack {
    Stack { setting: mbedtls_setting, ..plain(name, title, known, Verifier::MbedTls(build)) }
}

const fn version(stack: &'static str) -> Variant {
    Variant { stack, setting: None }
}

const fn set(stack: &'static str, setting: &'static str) -> Variant {
    Variant { stack, setting: Some(setting) }
}

/// The multiplier of an ESP32 supports numbers of 4,096 bits (SOC_RSA_MAX_BIT_LEN of ESP-IDF).
const ESP32_RSA: Options = &[(Optional::RsaOver(4096), "CONFIG_MBEDTLS_LARGE_KEY_SOFTWARE_MPI=y")];

/// What `configure` of wolfSSL disables by default.
const WOLFSSL_OPTIONS: Options = &[
    (Optional::CompressedPoint, "HAVE_COMP_KEY"),
    (Optional::OtherCurve, "HAVE_ALL_CURVES"),
    (Optional::Ed25519, "HAVE_ED25519"),
    (Optional::Ed448, "HAVE_ED448"),
    (Optional::Addresses, "WOLFSSL_IP_ALT_NAME"),
];

const HAVE_TIME_DATE: &str = "CONFIG_MBEDTLS_HAVE_TIME_DATE=y";

const MEASURED_3_6: Known = Known::Measured("mbedTLS 3.6.5");
const READ_ESP_IDF: Known =
    Known::Read("mbedTLS 3.6.5 with the configuration of ESP-IDF 5 and Arduino-ESP32 3.1");

/// All entries.
pub const STACKS: &[Stack] = &[
    Stack {
        formats: &["mbedtls", "freertos", "pico", "station"],
        also: &[version("mbedtls-2.28")],
        ..mbedtls("mbedtls-3.6", "mbedTLS 3.6", MEASURED_3_6, MBEDTLS_3_6)
    },
    mbedtls("mbedtls-3.6-notime", "mbedTLS 3.6 without dates", MEASURED_3_6, WITHOUT_DATES),
    mbedtls("mbedtls-3.6-sha256", "mbedTLS 3.6 with SHA-256 alone", MEASURED_3_6, SHA256_ALONE),
    mbedtls("mbedtls-2.28", "mbedTLS 2.28", Known::Measured("mbedTLS 2.28.3"), V2_28),
    Stack {
        formats: &["arduino"],
        also: &[version("arduino-esp32-2")],
        setting: esp_idf_setting,
        optional: ESP32_RSA,
        ..mbedtls("arduino-esp32", "Arduino-ESP32", READ_ESP_IDF, ESP_IDF)
    },
    Stack {
        setting: esp_idf_setting,
        optional: ESP32_RSA,
        ..mbedtls(
            "arduino-esp32-2",
            "version 2 of Arduino-ESP32",
            Known::Read("mbedTLS 2.28 with the configuration of Arduino-ESP32 2.0"),
            Build { checks_dates: false, ..V2_28 },
        )
    },
    Stack {
        formats: &["esp-idf", "esp-idf-txt", "rust-esp-idf", "esphome", "nvs"],
        also: &[set("esp-idf-dates", HAVE_TIME_DATE)],
        setting: esp_idf_setting,
        optional: ESP32_RSA,
        ..mbedtls("esp-idf", "ESP-IDF", READ_ESP_IDF, ESP_IDF)
    },
    Stack {
        setting: esp_idf_setting,
        optional: ESP32_RSA,
        ..mbedtls(
            "esp-idf-dates",
            "ESP-IDF with CONFIG_MBEDTLS_HAVE_TIME_DATE",
            READ_ESP_IDF,
            ESP_IDF_DATES,
        )
    },
    Stack {
        formats: &["esp-bundle", "esp-bundle-v1", "esp-bundle-h"],
        also: &[set("esp-bundle-cross-signed", CROSS_SIGNED_VERIFY)],
        setting: bundle_setting,
        optional: ESP32_RSA,
        ..plain(
            "esp-bundle",
            "ESP-IDF's certificate bundle",
            Known::Read("esp_crt_bundle.c of ESP-IDF 5 over mbedTLS 3.6.5"),
            Verifier::Bundle(ESP_IDF, false),
        )
    },
    Stack {
        setting: esp_idf_setting,
        optional: ESP32_RSA,
        ..plain(
            "esp-bundle-cross-signed",
            "ESP-IDF's certificate bundle with CROSS_SIGNED_VERIFY",
            Known::Read("esp_crt_bundle.c of ESP-IDF 6.0 over mbedTLS 3.6.5"),
            Verifier::Bundle(ESP_IDF, true),
        )
    },
    Stack {
        formats: &["zephyr"],
        setting: zephyr_setting,
        ..mbedtls(
            "zephyr",
            "Zephyr",
            Known::Read("mbedTLS 3.6.5 with the hashes of Zephyr 3.7's Kconfig"),
            ZEPHYR,
        )
    },
    Stack {
        formats: &["micropython"],
        ..mbedtls("micropython", "MicroPython", Known::Measured("its unix port"), MICROPYTHON)
    },
    Stack {
        formats: &["circuitpython"],
        ..mbedtls("circuitpython", "CircuitPython", Known::Assumed("MicroPython"), MICROPYTHON)
    },
    Stack {
        formats: &["bearssl", "tasmota"],
        ..plain(
            "bearssl-ca",
            "BearSSL",
            Known::Measured("BearSSL 0.6"),
            Verifier::BearSsl(Flags::Always),
        )
    },
    plain(
        "bearssl-x509list",
        "BearSSL with anchors flagged by CA:TRUE",
        Known::Measured("BearSSL 0.6"),
        Verifier::BearSsl(Flags::ByIsCa),
    ),
    Stack {
        formats: &["esp8266", "certs-ar"],
        ..plain(
            "esp8266",
            "BearSSL of the ESP8266 core",
            Known::Read("x509_minimal.t0 of earlephilhower/bearssl-esp8266, X509List"),
            Verifier::BearSsl(Flags::ByIsCa),
        )
    },
    plain(
        "wolfssl",
        "wolfSSL with WOLFSSL_ALT_CERT_CHAINS",
        Known::Measured("wolfSSL 5.5.4 of Debian"),
        Verifier::WolfSsl(wolfssl::Build::DEBIAN),
    ),
    Stack {
        formats: &["wolfssl"],
        also: &[version("wolfssl-5.5"), set("wolfssl", ALT_CERT_CHAINS)],
        optional: WOLFSSL_OPTIONS,
        setting: wolfssl_setting,
        ..plain(
            "wolfssl-default",
            "wolfSSL",
            Known::Measured("wolfSSL 5.9.4"),
            Verifier::WolfSsl(wolfssl::Build::V5_9),
        )
    },
    Stack {
        also: &[set("wolfssl", ALT_CERT_CHAINS)],
        optional: WOLFSSL_OPTIONS,
        setting: wolfssl_setting,
        ..plain(
            "wolfssl-5.5",
            "wolfSSL 5.5",
            Known::Read("internal.c and asn.c of wolfSSL 5.5.4, without WOLFSSL_ALT_CERT_CHAINS"),
            Verifier::WolfSsl(wolfssl::Build::V5_5),
        )
    },
    // Node.js compares names by the same rules.
    Stack {
        formats: &["node", "capath"],
        also: &[version("openssl-3.5")],
        ..plain("openssl", "OpenSSL", OPENSSL_3, Verifier::OpenSsl(OPENSSL))
    },
    plain(
        "openssl-3.5",
        "OpenSSL 3.5",
        Known::Measured("OpenSSL 3.5.7"),
        Verifier::OpenSsl(Setting { uris: Uris::V3_5, ..OPENSSL }),
    ),
    plain(
        "openssl-4.0",
        "OpenSSL 4.0",
        Known::Measured("OpenSSL 4.0.3"),
        Verifier::OpenSsl(Setting { names: Names::PartialUndotted, uris: Uris::V4_0, ..OPENSSL }),
    ),
    plain(
        "openssl-partial-chain",
        "OpenSSL with -partial_chain",
        OPENSSL_3,
        Verifier::OpenSsl(Setting { partial_chain: true, ..OPENSSL }),
    ),
    plain(
        "curl",
        "curl",
        Known::Measured("curl 7.88.1 with OpenSSL 3.0"),
        Verifier::OpenSsl(Setting { partial_chain: true, names: Names::Curl, ..OPENSSL }),
    ),
    Stack {
        formats: &["python"],
        also: &[version("python-3.13")],
        ..plain(
            "python",
            "CPython up to 3.12",
            Known::Measured("CPython 3.11 with OpenSSL 3.0"),
            Verifier::OpenSsl(CPYTHON),
        )
    },
    Stack {
        setting: python_setting,
        ..plain(
            "python-3.13",
            "CPython from 3.13 on",
            Known::Measured("CPython 3.11 with the flags that ssl.py of 3.13 sets, OpenSSL 3.0"),
            Verifier::OpenSsl(Setting { partial_chain: true, is_strict: true, ..CPYTHON }),
        )
    },
    plain("gnutls", "GnuTLS", Known::Measured("GnuTLS 3.7.9"), Verifier::GnuTls),
    Stack {
        formats: &["go"],
        also: &[version("go-1.27")],
        ..plain("go", "Go 1.19", Known::Measured("Go 1.19.8"), Verifier::Go(go::Version::V1_19))
    },
    plain("go-1.27", "Go 1.27", Known::Measured("Go 1.27.3"), Verifier::Go(go::Version::V1_27)),
    Stack {
        formats: &["java", "java-jks"],
        ..plain("java", "Java", Known::Measured("OpenJDK 17.0.15"), Verifier::Java)
    },
    Stack {
        also: &[set("rustls-aws", AWS_LC_RS)],
        setting: rustls_setting,
        ..plain(
            "rustls",
            "rustls with ring",
            Known::Measured("rustls 0.23.46 with rustls-webpki 0.103.17"),
            Verifier::Rustls(Provider::Ring),
        )
    },
    Stack {
        formats: &["rust-anchor"],
        also: &[version("rustls")],
        ..plain(
            "rustls-aws",
            "rustls with aws-lc-rs",
            Known::Measured("rustls 0.23.46 with rustls-webpki 0.103.17"),
            Verifier::Rustls(Provider::AwsLcRs),
        )
    },
    Stack {
        also: &[version("embedded-tls-rustpki")],
        ..plain(
            "embedded-tls",
            "embedded-tls with rsa, p384 and ed25519",
            Known::Measured("embedded-tls 0.19.0"),
            Verifier::EmbeddedTls(Algorithms::All),
        )
    },
    Stack {
        optional: embedded_tls::OPTIONS,
        ..plain(
            "embedded-tls-rustpki",
            "embedded-tls with rustpki alone",
            Known::Measured("embedded-tls 0.19.0"),
            Verifier::EmbeddedTls(Algorithms::P256),
        )
    },
    Stack {
        formats: &["nrf-modem"],
        ..plain(
            "nrf-modem",
            "the nRF91 modem",
            Known::Assumed("OpenSSL"),
            Verifier::OpenSsl(OPENSSL),
        )
    },
];
