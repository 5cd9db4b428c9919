//! The table of formats: one row each.
//!
//! A new text format is a template in `templates/emit`, a row here and a golden file in
//! `tests/golden`; `templates/emit/README.md` shows how.

use super::formats::{Demand, Format, Kind, Stored};

/// The nRF91 modem accepts certificates of less than 4 KB: Nordic's samples assert it at build time.
const NRF_MODEM_LIMIT: usize = 4096;

/// The longest string of NVS, its NUL included (ESP-IDF, `nvs_set_str`).
const NVS_LIMIT: usize = 4000;

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
        "a binary bundle for esp_crt_bundle_set; not tried with ESP-IDF",
        Kind::EspBundle,
    )
    .binary()
    .stored(Stored::File),
    row(
        "esp-bundle-v1",
        "ESP-IDF before 5.4, Arduino-ESP32 3.1, esp_crt_bundle",
        "the older binary bundle, without an index of offsets; not tried with ESP-IDF",
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
        "a header with PEM text under 4 KB; not tried on a modem",
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
        "a module with PEM text of one certificate; not tried with CircuitPython",
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
    row(
        "station",
        "LoRa Basics Station",
        "tc.trust or cups.trust: PEM and nothing else",
        Kind::Pem,
    )
    .stored(Stored::File),
    row("mongoose", "Mongoose", "a header with PEM text for mg_str", source("mongoose.h"))
        .stored(Stored::PemAndNul),
    row(
        "pico",
        "Pico SDK, lwIP altcp_tls",
        "a header for altcp_tls_create_config_client",
        source("pico.h"),
    )
    .stored(Stored::PemAndNul),
    row(
        "freertos",
        "FreeRTOS coreMQTT, AWS IoT",
        "a header with a macro of PEM text for pRootCa",
        source("freertos.h"),
    )
    .stored(Stored::PemAndNul),
    row(
        "netx",
        "Azure RTOS NetX Duo",
        "a header with DER for nx_secure_x509_certificate_initialize; not tried with NetX Duo",
        source("netx.h"),
    )
    .stored(Stored::Der),
    row(
        "certs-ar",
        "Arduino-ESP8266 BearSSL::CertStore",
        "an archive of DER files, certs.ar; not tried with CertStore",
        Kind::CertsAr,
    )
    .binary()
    .stored(Stored::File),
    row(
        "esp-bundle-h",
        "Arduino-ESP32 from 3.2 on setCACertBundle, ESP-IDF from 5.4 on",
        "a header with the bytes of esp-bundle; not tried on a device",
        source("esp-bundle-h.h"),
    )
    .stored(Stored::EspBundle),
    row("nvs", "ESP-IDF NVS partitions", "a CSV file for nvs_partition_gen", source("nvs.csv"))
        .demanding(Demand::PemUnder(NVS_LIMIT))
        .stored(Stored::PemAndNul),
    row(
        "esp-at-pki",
        "ESP-AT client_ca partition",
        "the binary that AtPKI.py makes; not tried on a module",
        Kind::EspAtPki,
    )
    .binary()
    .stored(Stored::File),
    row(
        "at-esp",
        "ESP-AT",
        "AT commands for AT+SYSMFG; not tried on a module",
        source("at-esp.txt"),
    ),
    row(
        "at-quectel",
        "Quectel modems",
        "AT commands for AT+QFUPL; not tried on a modem",
        source("at-quectel.txt"),
    ),
    row(
        "at-simcom",
        "SIMCom SIM76xx, A76xx",
        "AT commands for AT+CCERTDOWN; not tried on a modem",
        source("at-simcom.txt"),
    ),
    row(
        "at-ublox",
        "u-blox SARA, LARA",
        "AT commands for AT+USECMNG; not tried on a modem",
        source("at-ublox.txt"),
    ),
    row(
        "shelly",
        "Shelly Gen2 and later",
        "the JSON of Shelly.PutUserCA; not tried on a device",
        source("shelly.json"),
    ),
    row(
        "toit",
        "Toit",
        "a module with tls.RootCertificate; not tried with Toit",
        source("toit.toit"),
    )
    .one(),
    row("lua", "Lua, NodeMCU", "a module with PEM text", source("lua.lua")).stored(Stored::File),
    row("node", "Node.js", "a module with PEM text for tls.connect", source("node.js")),
    row(
        "csharp",
        ".NET",
        "a class with PEM text for ImportFromPem; not compiled",
        source("csharp.cs"),
    ),
    row(
        "nanoframework",
        ".NET nanoFramework",
        "a class with PEM text for X509Certificate; not compiled",
        source("nanoframework.cs"),
    )
    .one()
    .stored(Stored::PemAndNul),
    row(
        "kotlin",
        "Kotlin",
        "a file with PEM text for CertificateFactory; not compiled",
        source("kotlin.kt"),
    ),
    row(
        "swift",
        "Swift",
        "a file with DER for SecTrustSetAnchorCertificates; not compiled",
        source("swift.swift"),
    ),
    row(
        "dart",
        "Dart, Flutter",
        "a file with PEM text for setTrustedCertificatesBytes; not compiled",
        source("dart.dart"),
    ),
    row(
        "android",
        "Android",
        "network_security_config.xml with anchors and pins; not tried on a phone",
        source("android.xml"),
    ),
    row(
        "ios",
        "iOS, macOS",
        "a property list with NSPinnedCAIdentities; not tried on a phone",
        source("ios.plist"),
    )
    .demanding(Demand::Server),
    row(
        "k8s",
        "Kubernetes",
        "a ConfigMap and a Secret with ca.crt; not tried in a cluster",
        source("k8s.yaml"),
    ),
    row("env", "files of environment variables", "the PEM text on one line", source("env.env")),
    row("json-line", "JSON", "the PEM text as one JSON string", source("json-line.json")),
    row("capath", "OpenSSL -CApath", "a script that writes HASH.0 files", source("capath.sh")),
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
    row(
        "sha1",
        "ESP8266 setFingerprint, old tools",
        "the SHA-1 of each certificate: it ends with each renewal; prefer an anchor",
        source("sha1.txt"),
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

/// The format called `name`, if there is one.
#[must_use]
pub fn format(name: &str) -> Option<Format> {
    FORMATS.iter().find(|format| format.name == name).copied()
}
