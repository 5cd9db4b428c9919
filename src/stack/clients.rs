//! The table of devices, one row for each TLS library with its default settings.
//!
//! The lists were recorded from the libraries themselves where they run on a host, and read from
//! their sources where not; each row says which.

use super::client::{Device, Settings};
use crate::chain::{MAX_RECORD_BYTES, MaxFragmentLength, Version};

/// What ESP-IDF leaves out unless its configuration says otherwise (components/mbedtls/Kconfig).
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
    /// The device called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        DEVICES.iter().find(|device| device.name == name)
    }
}

/// The devices, by name.
pub static DEVICES: [Device; 7] = [
    Device {
        name: "esp-idf",
        about: "ESP-IDF 5 with mbedTLS 3.6, esp-tls and esp-mqtt",
        source: "components/mbedtls/Kconfig of ESP-IDF 5, library/ssl_tls.c of mbedTLS 3.6",
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
];

/// As `br_ssl_client_init_full` of BearSSL 0.6 writes them.
const BEARSSL_SUITES: &[u16] = &[
    0xcca9, 0xcca8, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af, 0xc023, 0xc027,
    0xc024, 0xc028, 0xc009, 0xc013, 0xc00a, 0xc014, 0xc02d, 0xc031, 0xc02e, 0xc032, 0xc025, 0xc029,
    0xc026, 0xc02a, 0xc004, 0xc00e, 0xc005, 0xc00f, 0x009c, 0x009d, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1,
    0x003c, 0x003d, 0x002f, 0x0035, 0xc008, 0xc012, 0xc003, 0xc00d, 0x000a,
];

/// Likewise.
const BEARSSL_SCHEMES: &[u16] =
    &[0x0403, 0x0303, 0x0503, 0x0603, 0x0203, 0x0401, 0x0301, 0x0501, 0x0601, 0x0201];

/// Likewise.
const BEARSSL_GROUPS: &[u16] = &[0x0017, 0x0018, 0x0019, 0x001d];

/// As `mbedtls_ssl_config_defaults` of mbedTLS 2.28.3 writes them.
const MBEDTLS_SUITES: &[u16] = &[
    0xcca8, 0xcca9, 0xccaa, 0xc02c, 0xc030, 0x009f, 0xc0ad, 0xc09f, 0xc024, 0xc028, 0x006b, 0xc00a,
    0xc014, 0x0039, 0xc0af, 0xc0a3, 0xc087, 0xc08b, 0xc07d, 0xc073, 0xc077, 0x00c4, 0x0088, 0xc02b,
    0xc02f, 0x009e, 0xc0ac, 0xc09e, 0xc023, 0xc027, 0x0067, 0xc009, 0xc013, 0x0033, 0xc0ae, 0xc0a2,
    0xc086, 0xc08a, 0xc07c, 0xc072, 0xc076, 0x00be, 0x0045, 0x009d, 0xc09d, 0x003d, 0x0035, 0xc032,
    0xc02a, 0xc00f, 0xc02e, 0xc026, 0xc005, 0xc0a1, 0xc07b, 0x00c0, 0x0084, 0xc08d, 0xc079, 0xc089,
    0xc075, 0x009c, 0xc09c, 0x003c, 0x002f, 0xc031, 0xc029, 0xc00e, 0xc02d, 0xc025, 0xc004, 0xc0a0,
    0xc07a, 0x00ba, 0x0041, 0xc08c, 0xc078, 0xc088, 0xc074,
];

/// Likewise.
const MBEDTLS_SCHEMES: &[u16] = &[0x0603, 0x0601, 0x0503, 0x0501, 0x0403, 0x0401, 0x0303, 0x0301];

/// Likewise.
const MBEDTLS_GROUPS: &[u16] = &[
    0x0019, 0x001c, 0x0018, 0x001b, 0x0017, 0x0016, 0x001a, 0x0015, 0x0014, 0x0013, 0x0012, 0x001d,
    0x001e,
];

/// mbedTLS's order without what ESP-IDF's Kconfig leaves out: ChaCha20, DHE, Camellia.
const ESP_IDF_SUITES: &[u16] = &[
    0xc02c, 0xc030, 0xc0ad, 0xc024, 0xc028, 0xc00a, 0xc014, 0xc0af, 0xc02b, 0xc02f, 0xc0ac, 0xc023,
    0xc027, 0xc009, 0xc013, 0xc0ae, 0x009d, 0xc09d, 0x003d, 0x0035, 0xc032, 0xc02a, 0xc00f, 0xc02e,
    0xc026, 0xc005, 0xc0a1, 0x009c, 0xc09c, 0x003c, 0x002f, 0xc031, 0xc029, 0xc00e, 0xc02d, 0xc025,
    0xc004, 0xc0a0,
];

/// The same with Camellia, which the core switches on.
const ARDUINO_ESP32_SUITES: &[u16] = &[
    0xc02c, 0xc030, 0xc0ad, 0xc024, 0xc028, 0xc00a, 0xc014, 0xc0af, 0xc087, 0xc08b, 0xc073, 0xc077,
    0xc02b, 0xc02f, 0xc0ac, 0xc023, 0xc027, 0xc009, 0xc013, 0xc0ae, 0xc086, 0xc08a, 0xc072, 0xc076,
    0x009d, 0xc09d, 0x003d, 0x0035, 0xc032, 0xc02a, 0xc00f, 0xc02e, 0xc026, 0xc005, 0xc0a1, 0xc07b,
    0x00c0, 0x0084, 0xc08d, 0xc079, 0xc089, 0xc075, 0x009c, 0xc09c, 0x003c, 0x002f, 0xc031, 0xc029,
    0xc00e, 0xc02d, 0xc025, 0xc004, 0xc0a0, 0xc07a, 0x00ba, 0x0041, 0xc08c, 0xc078, 0xc088, 0xc074,
];

/// `ssl_tls12_preset_default_sig_algs` of mbedTLS 3.6 (library/ssl_tls.c).
const ESP_IDF_SCHEMES: &[u16] =
    &[0x0603, 0x0806, 0x0601, 0x0503, 0x0805, 0x0501, 0x0403, 0x0804, 0x0401];

/// `ssl_preset_default_groups` of mbedTLS 3.6 (library/ssl_tls.c), all enabled in ESP-IDF.
const ESP_IDF_GROUPS: &[u16] = &[0x001d, 0x0017, 0x0018, 0x0019, 0x001a, 0x001b, 0x001c];

/// As `openssl s_client` 3.0 writes them, those of TLS 1.3 left out.
const OPENSSL_SUITES: &[u16] = &[
    0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc02b, 0xc02f, 0x009e, 0xc024, 0xc028, 0x006b,
    0xc023, 0xc027, 0x0067, 0xc00a, 0xc014, 0x0039, 0xc009, 0xc013, 0x0033, 0x009d, 0x009c, 0x003d,
    0x003c, 0x0035, 0x002f,
];

/// Likewise.
const OPENSSL_SCHEMES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0804, 0x0805, 0x0806, 0x0401,
    0x0501, 0x0601, 0x0303, 0x0301, 0x0302, 0x0402, 0x0502, 0x0602,
];

/// Likewise.
const OPENSSL_GROUPS: &[u16] =
    &[0x001d, 0x0017, 0x001e, 0x0019, 0x0018, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104];
