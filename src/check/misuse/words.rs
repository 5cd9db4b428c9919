//! The words with which code turns verification off, in C, C++, Rust, Python, Go, JavaScript, C#, Dart,
//! Java and YAML.

/// What turns verification off wherever it stands, but for comparisons and declarations.
pub(super) const WORDS: [&str; 23] = [
    "MBEDTLS_SSL_VERIFY_NONE",
    "MBEDTLS_SSL_VERIFY_OPTIONAL",
    "SSL_VERIFY_NONE",
    "WOLFSSL_VERIFY_NONE",
    "TLS_PEER_VERIFY_NONE",
    "TLS_PEER_VERIFY_OPTIONAL",
    // libwebsockets.
    "LCCSCF_ALLOW_SELFSIGNED",
    "LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK",
    "CERT_NONE",
    "SslVerifyMode::NONE",
    "AuthMode::None",
    // Verifiers of embedded-tls and of the examples of rustls and quinn.
    "UnsecureProvider",
    "NoVerify",
    "NoVerifier",
    "NoCertificateVerification",
    "SkipServerVerification",
    "VerifyNone",
    "_create_unverified_context",
    "DangerousAcceptAnyServerCertificateValidator",
    "NoopHostnameVerifier",
    "ALLOW_ALL_HOSTNAME_VERIFIER",
    "AllowAllHostnameVerifier",
    "InsecureTrustManagerFactory",
];

/// What a verifier of rustls answers; alone, it accepts everything.
pub(super) const ACCEPTED: &str = "ServerCertVerified::assertion()";

/// Methods that turn it off when they are called with these words.
pub(super) const CALLS: [&str; 13] = [
    ".setInsecure(",
    ">setInsecure(",
    ".allowSelfSignedCerts(",
    ">allowSelfSignedCerts(",
    "danger_accept_invalid_certs(true",
    "danger_accept_invalid_hostnames(true",
    "disable_certificate_verification(true",
    "disable_verification(true",
    "set_verify_hostname(false",
    "set_verify(false",
    "verify_hostname(false",
    ".setVerify(false",
    "TCPConnector(ssl=False",
];

/// Functions with the number of the argument, from 0, and its values that turn it off: of paho-mqtt,
/// libmosquitto and mbedTLS, which checks no name unless it has one.
pub(super) const ARGUMENTS: [(&str, usize, &[&str]); 4] = [
    ("tls_insecure_set", 0, ON),
    ("mosquitto_tls_insecure_set", 1, ON),
    ("mosquitto_tls_opts_set", 1, &["0"]),
    ("mbedtls_ssl_set_hostname", 1, &["NULL", "nullptr"]),
];

/// Fields, options and keys with the values that turn it off.
pub(super) const FIELDS: [(&str, &[&str]); 29] = [
    ("skip_cert_common_name_check", ON),
    ("skip_common_name", ON),
    ("skip_cert_cn_check", ON),
    ("skip_server_cert_verify", ON),
    ("InsecureSkipVerify", ON),
    ("insecure_skip_verify", ON),
    ("insecureSkipVerify", ON),
    ("insecure-skip-verify", ON),
    ("tls_insecure", ON),
    ("bridge_insecure", ON),
    ("CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY", ON),
    ("rejectUnauthorized", OFF),
    ("strictSSL", OFF),
    ("verify_ssl", OFF),
    ("ssl_verify", OFF),
    ("sslverify", OFF),
    ("verify", &["False"]),
    ("verify_mode", &["0"]),
    ("cert_reqs", &["0", "CERT_NONE"]),
    ("check_hostname", OFF),
    ("verify_certificate", OFF),
    ("validate_certs", OFF),
    ("CURLOPT_SSL_VERIFYPEER", OFF),
    ("CURLOPT_SSL_VERIFYHOST", OFF),
    ("verify_peer", OFF),
    ("verify_peer_name", OFF),
    // Zephyr's `mqtt_sec_config`, Paho's `MQTTClient_SSLOptions`.
    ("peer_verify", &["0"]),
    ("enableServerCertAuth", OFF),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
];

/// Words of HTTP clients in Python: in their calls and sessions `verify` is about TLS.
pub(super) const HTTP_CLIENTS: [&str; 6] =
    ["requests", "httpx", "Session(", "session.", "boto3", "AsyncClient("];

const ON: &[&str] = &["true", "True", "TRUE", "1", "yes", "y"];
const OFF: &[&str] = &["false", "False", "FALSE", "0l", "0L", "0", "no"];

/// Callbacks with the bodies that turn it off: they answer that everything is right. Node.js takes
/// `undefined` for that.
pub(super) const CALLBACKS: [(&str, &[&str]); 5] = [
    ("ServerCertificateValidationCallback", YES),
    ("ServerCertificateCustomValidationCallback", YES),
    ("badCertificateCallback", YES),
    ("onBadCertificate", YES),
    (
        "checkServerIdentity",
        &["undefined", "null", "{}", "{return;}", "{return}", "{return undefined", "{return null"],
    ),
];

const YES: &[&str] = &["true", "{return true"];

/// Functions of Go's `tls.Config` that verify in the place of what `InsecureSkipVerify` turns off.
pub(super) const OWN_VERIFIERS: [&str; 2] = ["VerifyPeerCertificate:", "VerifyConnection:"];

/// What leaves the chain verified and turns off only that the name in the certificate is the server's:
/// esp_tls.h, `ssl.SSLContext.check_hostname`, `CURLOPT_SSL_VERIFYHOST(3)`, mosquitto.conf(5), ...
pub(super) const NAME_ALONE: [&str; 20] = [
    "skip_cert_common_name_check",
    "skip_common_name",
    "skip_cert_cn_check",
    "SKIP_COMMON_NAME_CHECK",
    "tls_insecure",
    "tls_insecure_set",
    "mosquitto_tls_insecure_set",
    "bridge_insecure",
    "check_hostname",
    "CURLOPT_SSL_VERIFYHOST",
    "verify_peer_name",
    "danger_accept_invalid_hostnames",
    "set_verify_hostname",
    "verify_hostname",
    "mbedtls_ssl_set_hostname",
    "LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK",
    "NoopHostnameVerifier",
    "ALLOW_ALL_HOSTNAME_VERIFIER",
    "AllowAllHostnameVerifier",
    "checkServerIdentity",
];
