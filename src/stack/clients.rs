//! The table of devices, one row for each TLS library with its default settings.
//!
//! The lists were recorded from the libraries themselves if they run on a host, and otherwise read from
//! their sources; each row says which.

mod lists;

use self::lists::{
    ARDUINO_ESP32_SUITES, BEARSSL_GROUPS, BEARSSL_SCHEMES, BEARSSL_SUITES, ESP_IDF_GROUPS,
    ESP_IDF_SCHEMES, ESP_IDF_SUITES, GO_GROUPS, GO_SCHEMES, GO_SUITES, JAVA_GROUPS, JAVA_SCHEMES,
    JAVA_SUITES, MBEDTLS_GROUPS, MBEDTLS_SCHEMES, MBEDTLS_SUITES, OPENSSL_GROUPS, OPENSSL_SCHEMES,
    OPENSSL_SUITES, RUSTLS_GROUPS, RUSTLS_SCHEMES, RUSTLS_SUITES, WOLFSSL_GROUPS, WOLFSSL_SCHEMES,
    WOLFSSL_SUITES,
};
use super::client::{Device, Settings};
use super::judge;
use crate::chain::{MAX_RECORD_BYTES, MaxFragmentLength, Version};

/// What ESP-IDF disables unless its configuration says otherwise (components/mbedtls/Kconfig).
const ESP_IDF_SETTINGS: Settings = Settings {
    suites: MBEDTLS_SUITES,
    lines: &[
        ("_DHE_", "CONFIG_MBEDTLS_DHM_C=y"),
        ("_CHACHA20_POLY1305_", "CONFIG_MBEDTLS_CHACHA20_C=y"),
        ("_CHACHA20_POLY1305_", "CONFIG_MBEDTLS_POLY1305_C=y"),
        ("_CHACHA20_POLY1305_", "CONFIG_MBEDTLS_CHACHAPOLY_C=y"),
        ("_CAMELLIA_", "CONFIG_MBEDTLS_CAMELLIA_C=y"),
    ],
    file: "sdkconfig",
};

impl Device {
    /// The devices whose ClientHellos are sent for the format called `format`: its reader, or for a
    /// format that many stacks read certgrab's own client (`None`) and a device with TLS 1.2.
    #[must_use]
    pub fn reading(format: &str) -> Vec<Option<&'static Self>> {
        let own = DEVICES.iter().find(|device| device.formats.contains(&format));
        match own.or_else(|| Self::with_stack(judge::reading(format)?.name)) {
            Some(device) => vec![Some(device)],
            None => Self::of_anybody(),
        }
    }

    /// The devices whose ClientHellos are sent for an unknown reader.
    #[must_use]
    pub fn of_anybody() -> Vec<Option<&'static Self>> {
        vec![None, Self::named("mbedtls")]
    }

    /// The device with the TLS stack called `stack`.
    #[must_use]
    pub fn with_stack(stack: &str) -> Option<&'static Self> {
        let own = DEVICES.iter().find(|device| device.stack == Some(stack));
        own.or_else(|| {
            Self::named(match stack {
                "esp-bundle" | "esp-bundle-cross-signed" | "esp-idf-dates" => "esp-idf",
                "arduino-esp32-2" => "arduino-esp32",
                "bearssl-x509list" => "bearssl",
                "wolfssl-5.5" => "wolfssl",
                "openssl-3.5"
                | "openssl-4.0"
                | "openssl-partial-chain"
                | "curl"
                | "python"
                | "python-3.13" => "openssl",
                "go-1.27" => "go",
                "rustls-aws" => "rustls",
                "nrf-modem" | "zephyr" | "micropython" | "circuitpython" | "mbedtls-2.28"
                | "mbedtls-3.6-notime" | "mbedtls-3.6-sha256" => "mbedtls",
                other => other,
            })
        })
    }

    /// The device called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        DEVICES.iter().find(|device| device.name == name)
    }
}

/// The devices, by name.
pub static DEVICES: [Device; 11] = [
    Device {
        name: "esp-idf",
        about: "ESP-IDF 5 with mbedTLS 3.6, esp-tls and esp-mqtt",
        source: "components/mbedtls/Kconfig of ESP-IDF 5, library/ssl_tls.c of mbedTLS 3.6",
        formats: &[
            "esp-idf",
            "esp-idf-txt",
            "rust-esp-idf",
            "esp-bundle",
            "esp-bundle-v1",
            "esphome",
        ],
        newest: Version::Tls12,
        oldest: Version::Tls12,
        suites: ESP_IDF_SUITES,
        schemes: ESP_IDF_SCHEMES,
        groups: ESP_IDF_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: Some("CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN in sdkconfig"),
        whole_messages: true,
        stack: Some("esp-idf"),
        tls13: Some("CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y in sdkconfig"),
        settings: Some(&ESP_IDF_SETTINGS),
    },
    Device {
        name: "arduino-esp32",
        about: "NetworkClientSecure of the Arduino core for ESP32",
        source: "ESP-IDF's defaults and configs/defconfig.common of esp32-arduino-lib-builder",
        formats: &["arduino"],
        newest: Version::Tls12,
        oldest: Version::Tls12,
        suites: ARDUINO_ESP32_SUITES,
        schemes: ESP_IDF_SCHEMES,
        groups: ESP_IDF_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: true,
        stack: Some("arduino-esp32"),
        tls13: Some(
            "a core built by esp32-arduino-lib-builder with CONFIG_MBEDTLS_SSL_PROTO_TLS1_3=y",
        ),
        settings: None,
    },
    Device {
        name: "esp8266",
        about: "BearSSL::WiFiClientSecure of the Arduino core for ESP8266",
        source: "recorded from br_ssl_client_init_full of BearSSL 0.6, which the core calls",
        formats: &["esp8266", "tasmota"],
        newest: Version::Tls12,
        oldest: Version::Tls10,
        suites: BEARSSL_SUITES,
        schemes: BEARSSL_SCHEMES,
        groups: BEARSSL_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("esp8266"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "esp8266-512",
        about: "the same after `setBufferSizes(512, 512)`",
        source: "recorded from BearSSL 0.6 with an input buffer for records of 512 bytes",
        formats: &[],
        newest: Version::Tls12,
        oldest: Version::Tls10,
        suites: BEARSSL_SUITES,
        schemes: BEARSSL_SCHEMES,
        groups: BEARSSL_GROUPS,
        max_fragment_length: Some(MaxFragmentLength::Bytes512),
        receive_bytes: 512,
        receive_setting: None,
        whole_messages: false,
        stack: Some("esp8266"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "mbedtls",
        about: "mbedTLS 2.28 as Debian builds it",
        source: "recorded from mbedtls_ssl_config_defaults of mbedTLS 2.28.3",
        formats: &["mbedtls", "zephyr", "micropython", "circuitpython", "nrf-modem"],
        newest: Version::Tls12,
        oldest: Version::Tls10,
        suites: MBEDTLS_SUITES,
        schemes: MBEDTLS_SCHEMES,
        groups: MBEDTLS_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: Some("MBEDTLS_SSL_IN_CONTENT_LEN"),
        whole_messages: true,
        stack: Some("mbedtls-3.6"),
        tls13: Some("mbedTLS 3.6 with MBEDTLS_SSL_PROTO_TLS1_3"),
        settings: None,
    },
    Device {
        name: "bearssl",
        about: "BearSSL 0.6 with all that it has",
        source: "recorded from br_ssl_client_init_full of BearSSL 0.6",
        formats: &["bearssl"],
        newest: Version::Tls12,
        oldest: Version::Tls10,
        suites: BEARSSL_SUITES,
        schemes: BEARSSL_SCHEMES,
        groups: BEARSSL_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("bearssl-ca"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "openssl",
        about: "OpenSSL 3.0 on a host",
        source: "recorded from openssl s_client 3.0; its default security level refuses TLS 1.1",
        formats: &["python"],
        newest: Version::Tls13,
        oldest: Version::Tls12,
        suites: OPENSSL_SUITES,
        schemes: OPENSSL_SCHEMES,
        groups: OPENSSL_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("openssl"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "wolfssl",
        about: "wolfSSL 5.5 as Debian builds it",
        source: "recorded from wolfSSLv23_client_method of wolfSSL 5.5.4",
        formats: &["wolfssl"],
        newest: Version::Tls13,
        oldest: Version::Tls11,
        suites: WOLFSSL_SUITES,
        schemes: WOLFSSL_SCHEMES,
        groups: WOLFSSL_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("wolfssl-default"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "go",
        about: "crypto/tls of Go",
        source: "recorded from Go 1.19.8",
        formats: &["go"],
        newest: Version::Tls13,
        oldest: Version::Tls12,
        suites: GO_SUITES,
        schemes: GO_SCHEMES,
        groups: GO_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("go"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "java",
        about: "SSLSocket of Java",
        source: "recorded from OpenJDK 17.0.15",
        formats: &["java", "java-jks"],
        newest: Version::Tls13,
        oldest: Version::Tls12,
        suites: JAVA_SUITES,
        schemes: JAVA_SCHEMES,
        groups: JAVA_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("java"),
        tls13: None,
        settings: None,
    },
    Device {
        name: "rustls",
        about: "rustls 0.23 with ring",
        source: "compared with the lists of rustls 0.23",
        formats: &["rust-anchor"],
        newest: Version::Tls13,
        oldest: Version::Tls12,
        suites: RUSTLS_SUITES,
        schemes: RUSTLS_SCHEMES,
        groups: RUSTLS_GROUPS,
        max_fragment_length: None,
        receive_bytes: MAX_RECORD_BYTES,
        receive_setting: None,
        whole_messages: false,
        stack: Some("rustls"),
        tls13: None,
        settings: None,
    },
];
