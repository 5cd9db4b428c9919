//! The words with which code turns verification off, in C, C++, Rust, Python, Go, JavaScript, C#, Dart,
//! Java, Kotlin, Swift, Objective-C, PHP, Ruby, Perl, Lua, Elixir, Erlang, PowerShell and YAML.

/// What turns verification off anywhere except in comparisons and declarations.
pub(super) const WORDS: [&str; 40] = [
    "MBEDTLS_SSL_VERIFY_NONE",
    "MBEDTLS_SSL_VERIFY_OPTIONAL",
    "SSL_VERIFY_NONE",
    "WOLFSSL_VERIFY_NONE",
    "TLS_PEER_VERIFY_NONE",
    "TLS_PEER_VERIFY_OPTIONAL",
    "NRF_SO_SEC_PEER_VERIFY_NONE",
    "NRF_SO_SEC_PEER_VERIFY_OPTIONAL",
    // TinyGSM.
    "SSLAuthMode::NO_VALIDATION",
    // libwebsockets.
    "LCCSCF_ALLOW_SELFSIGNED",
    "LCCSCF_ALLOW_INSECURE",
    "LCCSCF_SKIP_SERVER_CERT_HOSTNAME_CHECK",
    // GnuTLS.
    "GNUTLS_VERIFY_DISABLE_CA_SIGN",
    "GNUTLS_VERIFY_DISABLE_TIME_CHECKS",
    "CERT_NONE",
    "SslVerifyMode::NONE",
    "AuthMode::None",
    // reqwless; isahc.
    "TlsVerify::None",
    "DANGER_ACCEPT_INVALID_CERTS",
    "DANGER_ACCEPT_INVALID_HOSTS",
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
    // Apache's client for Java.
    "TrustAllStrategy",
    "TrustSelfSignedStrategy",
    // Ruby and pyOpenSSL; Boost, Elixir and Erlang.
    "VERIFY_NONE",
    "verify_none",
    // Alamofire, today and up to version 4.
    "DisabledTrustEvaluator",
    "DisabledEvaluator",
    "disableEvaluation",
    // .NET nanoFramework.
    "SslVerification.NoVerification",
];

/// What a verifier of rustls returns; with nothing else in the function, it accepts everything.
pub(super) const ACCEPTED: &str = "ServerCertVerified::assertion()";

/// Methods that turn it off when they are called with these words.
pub(super) const CALLS: [&str; 34] = [
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
    // Qt, cpp-httplib and curl for Rust.
    ".ignoreSslErrors()",
    ">ignoreSslErrors()",
    "enable_server_certificate_verification(false",
    "enable_server_hostname_verification(false",
    "ssl_verify_peer(false",
    "ssl_verify_host(false",
    // Vert.x, Laravel, NodeMCU, PowerShell.
    "setTrustAll(true",
    "setVerifyHost(false",
    "withoutVerifying(",
    "tls.cert.verify(false",
    "net.cert.verify(false",
    "-SkipCertificateCheck",
    "SkipCertificateCheck=$true",
    // MQTTnet; php-mqtt; Paho for Java.
    "WithAllowUntrustedCertificates()",
    "WithAllowUntrustedCertificates(true",
    "WithIgnoreCertificateChainErrors()",
    "WithIgnoreCertificateChainErrors(true",
    "setTlsVerifyPeer(false",
    "setTlsVerifyPeerName(false",
    "setTlsSelfSignedAllowed(true",
    "setHttpsHostnameVerificationEnabled(false",
];

/// Functions with the number of the argument, from 0, and its values that turn it off: of paho-mqtt,
/// libmosquitto, OpenResty, OpenSSL, lwIP, libsoup, AWS, and mbedTLS and GnuTLS, which only check a name
/// that was set.
pub(super) const ARGUMENTS: [(&str, usize, &[&str]); 16] = [
    ("tls_insecure_set", 0, ON),
    ("mosquitto_tls_insecure_set", 1, ON),
    ("mosquitto_tls_opts_set", 1, &["0"]),
    ("mbedtls_ssl_set_hostname", 1, &["NULL", "nullptr"]),
    // `MBEDTLS_SSL_VERIFY_NONE` and `MBEDTLS_SSL_VERIFY_OPTIONAL` (mbedtls/ssl.h).
    ("mbedtls_ssl_conf_authmode", 1, &["0", "1"]),
    ("sslhandshake", 2, OFF),
    ("SSL_CTX_set_verify", 1, &["0", "0x00"]),
    ("SSL_set_verify", 1, &["0", "0x00"]),
    // Without an anchor lwIP does not verify the server (altcp_tls_mbedtls.c, `altcp_tls_create_config`).
    ("altcp_tls_create_config_client", 0, &["NULL", "nullptr", "0"]),
    ("gnutls_session_set_verify_cert", 1, &["NULL", "nullptr", "0"]),
    ("g_socket_client_set_tls_validation_flags", 1, &["0", "G_TLS_CERTIFICATE_NO_FLAGS"]),
    ("g_tls_client_connection_set_validation_flags", 1, &["0", "G_TLS_CERTIFICATE_NO_FLAGS"]),
    ("aws_tls_ctx_options_set_verify_peer", 1, OFF),
    ("aws_tls_connection_options_set_verify_peer", 1, OFF),
    ("mbedtls_ssl_set_hs_authmode", 1, &["0", "1"]),
    ("otCoapSecureSetSslAuthMode", 1, OFF),
];

/// Fields, options and keys with the values that turn it off.
pub(super) const FIELDS: [(&str, &[&str]); 68] = [
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
    ("verify", &["False", "false", "FALSE", "none", "\"=none"]),
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
    ("PYTHONHTTPSVERIFY", &["0"]),
    ("GIT_SSL_NO_VERIFY", ON),
    // pycurl; `mqtt` of Ruby; urllib3; PyMongo and the URLs of MongoDB.
    ("SSL_VERIFYPEER", OFF),
    ("SSL_VERIFYHOST", OFF),
    ("verify_host", OFF),
    ("assert_hostname", &["False"]),
    ("tlsAllowInvalidCertificates", ON),
    // Vert.x; MQTTnet; AFNetworking; CocoaMQTT; Starscream; CFNetwork; swift-nio-ssl.
    ("trustAll", ON),
    ("AllowUntrustedCertificates", ON),
    ("IgnoreCertificateChainErrors", ON),
    ("allowInvalidCertificates", ON),
    ("allowUntrustCACertificate", ON),
    ("disableSSLCertValidation", ON),
    ("validatesDomainName", OFF),
    ("kCFStreamSSLValidatesCertificateChain", OFF),
    ("certificateVerification", &[".none"]),
    ("verify_hostname", OFF),
    ("PERL_LWP_SSL_VERIFY_HOSTNAME", &["0"]),
    ("SSL_verify_mode", &["0"]),
    ("allow_self_signed", ON),
    ("ssl_verify_peer", OFF),
    ("ignoreHTTPSErrors", ON),
    ("ignore_https_errors", ON),
    ("isSSLHostnameVerify", OFF),
    // git; npm.
    ("sslVerify", OFF),
    ("strict-ssl", OFF),
    ("check_certificate", OFF),
    // Zigbee2MQTT; Node-RED; nginx; Fluent Bit; Logstash and Beats; k6.
    ("reject_unauthorized", OFF),
    ("verifyservercert", OFF),
    ("proxy_ssl_verify", OFF),
    ("tls.verify", OFF),
    ("ssl_certificate_verification", OFF),
    ("verification_mode", &["none", "\"=none"]),
    ("ssl_verification_mode", &["none", "\"=none"]),
    ("insecureSkipTLSVerify", ON),
    // Mongoose; libsoup; lwIP.
    ("skip_verification", ON),
    (PROPERTY, OFF),
    ("SOUP_SESSION_SSL_STRICT", OFF),
    ("ALTCP_MBEDTLS_AUTHMODE", &["MBEDTLS_SSL_VERIFY_NONE", "MBEDTLS_SSL_VERIFY_OPTIONAL"]),
];

/// Words of HTTP clients and of Lua's TLS, with the values of `verify` that turn it off there: elsewhere
/// the word means something else.
pub(super) const HTTP_CLIENTS: [(&str, &[&str]); 10] = [
    ("requests", &["False"]),
    ("httpx", &["False"]),
    ("Session(", &["False"]),
    ("session.", &["False"]),
    ("boto3", &["False"]),
    ("AsyncClient(", &["False"]),
    ("GuzzleHttp", &["false", "FALSE"]),
    ("Faraday", &["false"]),
    ("protocol=", &["\"=none"]),
    ("HTTParty", &["false"]),
];

/// The argument that turns it off in the calls of aiohttp.
pub(super) const NO_TLS_CHECK: &str = "ssl=False";
/// The same with blanks.
pub(super) const NO_TLS_CHECK_WIDE: &str = "ssl = False";
/// The methods that accept it.
pub(super) const HTTP_METHODS: [&str; 9] =
    ["get", "post", "put", "patch", "delete", "head", "options", "request", "ws_connect"];

/// The property of libsoup whose value follows its name as the next argument.
pub(super) const PROPERTY: &str = "ssl-strict";

const ON: &[&str] = &["true", "True", "TRUE", "1", "!0", "yes", "YES", "@YES", "y", "on"];
const OFF: &[&str] = &[
    "false",
    "False",
    "FALSE",
    "0l",
    "0L",
    "0",
    "!1",
    "no",
    "NO",
    "@NO",
    "off",
    "Off",
    "kCFBooleanFalse",
];

/// The option of Java's Kafka clients that turns off the check of the name if it is empty.
pub(super) const NO_ENDPOINT_NAME: &str = "ssl.endpoint.identification.algorithm";

/// The socket option of Zephyr, and its values except `TLS_PEER_VERIFY_REQUIRED` (zephyr/net/socket.h).
pub(super) const PEER_VERIFY: &str = "TLS_PEER_VERIFY";
pub(super) const PEER_VERIFY_OFF: [&str; 2] = ["0", "1"];

/// What accepts a server's chain unchecked, and the function that would check it: `URLSession` of Apple.
pub(super) const TRUSTED_UNSEEN: [(&str, &str); 2] =
    [("URLCredential(trust:", "SecTrustEvaluate"), ("credentialForTrust:", "SecTrustEvaluate")];

/// The method of Java's `X509TrustManager` that refuses a chain by throwing an exception.
pub(super) const TRUST_MANAGER: &str = "checkServerTrusted(";

/// Callbacks with the bodies that turn it off: they report success. In Node.js, `undefined` means that.
pub(super) const CALLBACKS: [(&str, &[&str]); 13] = [
    ("ServerCertificateValidationCallback", YES),
    ("ServerCertificateCustomValidationCallback", YES),
    ("badCertificateCallback", YES),
    ("onBadCertificate", YES),
    ("RemoteCertificateValidationCallback", YES),
    ("WithCertificateValidationHandler", YES),
    ("SslStream", YES),
    ("loadTrustMaterial", YES),
    ("hostnameVerifier", YES),
    ("HostnameVerifier", YES),
    ("setHostnameVerifier", YES),
    ("setDefaultHostnameVerifier", YES),
    (
        "checkServerIdentity",
        &["undefined", "null", "{}", "{return;}", "{return}", "{return undefined", "{return null"],
    ),
];

const YES: &[&str] = &["true", "{true", "{return true", "{$true", "$true"];

/// Functions of Go's `tls.Config` that verify instead of what `InsecureSkipVerify` turns off.
pub(super) const OWN_VERIFIERS: [&str; 2] = ["VerifyPeerCertificate:", "VerifyConnection:"];

/// The name of `verify_hostname` of Perl's LWP in a sentence: it turns all verification off
/// (LWP::UserAgent, `ssl_opts`).
pub(super) const LWP: &str = "ssl_opts verify_hostname";

/// What still verifies the chain but does not check that the name in the certificate is the server's:
/// esp_tls.h, `ssl.SSLContext.check_hostname`, `CURLOPT_SSL_VERIFYHOST(3)`, mosquitto.conf(5), ...
pub(super) const NAME_ALONE: [&str; 37] = [
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
    "enable_server_hostname_verification",
    "ssl_verify_host",
    "setVerifyHost",
    "SSL_VERIFYHOST",
    "verify_host",
    "assert_hostname",
    "validatesDomainName",
    "hostnameVerifier",
    "HostnameVerifier",
    "setHostnameVerifier",
    "setDefaultHostnameVerifier",
    "DANGER_ACCEPT_INVALID_HOSTS",
    "gnutls_session_set_verify_cert",
    "setTlsVerifyPeerName",
    "setHttpsHostnameVerificationEnabled",
    "isSSLHostnameVerify",
    NO_ENDPOINT_NAME,
];

/// What still verifies the name and the signatures but turns off a part of the rest, with that part:
/// gnutls/x509.h.
pub(super) const A_PART: [(&str, &str); 2] = [
    (
        "GNUTLS_VERIFY_DISABLE_CA_SIGN",
        "that issuers are CAs: anyone with a certificate of the anchor's CA can issue one for any name",
    ),
    (
        "GNUTLS_VERIFY_DISABLE_TIME_CHECKS",
        "of dates: an expired certificate, whose key may be known to others, is accepted",
    ),
];

/// The client of the library for websockets on ESP8266 and ESP32 (Links2004/arduinoWebSockets).
pub(super) const WEBSOCKETS: &str = "WebSocketsClient";

/// Its methods that accept any certificate (WebSocketsClient.cpp, `loop`), unless this argument, counted
/// from 0, is a fingerprint; and the method to use instead.
pub(super) const WITHOUT_ANCHOR: [(&str, Option<usize>, &str); 2] =
    [("beginSSL", Some(3), "beginSslWithCA"), ("beginSocketIOSSL", None, "beginSocketIOSSLWithCA")];
