//! The message for a fault of a firmware, and what to change in its code, by its TLS stack.

use super::cases::Case;
use crate::stack::Stack;

/// What the device does.
pub(super) fn stated(code: &str, case: &Case, host: &str) -> String {
    match code {
        "no-verification" => "accepts every certificate".to_owned(),
        "pinned-key" => {
            "checks only the server's key: it accepts any certificate with that key, and connects to \
             no server with another"
                .to_owned()
        }
        "trusts-names" => "accepts a root as its anchor because of its name".to_owned(),
        "no-host-check" => format!("does not check the name: it accepts certificates of hosts other than {host}"),
        "no-date-check" => "does not check dates: it accepts expired certificates".to_owned(),
        "no-proof-of-possession" => "does not check that the server holds its key".to_owned(),
        _ => format!("accepts {} ({})", case.title, case.rule),
    }
}

/// A family of TLS stacks whose users write the same code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Arduino,
    EspIdf,
    Esp8266,
    MicroPython,
    MbedTls,
    BearSsl,
    WolfSsl,
    OpenSsl,
    GnuTls,
    Go,
    Java,
    Rustls,
}

const FAMILIES: &[(&str, Family)] = &[
    ("arduino-esp32", Family::Arduino),
    ("esp-idf", Family::EspIdf),
    ("esp-bundle", Family::EspIdf),
    ("esp8266", Family::Esp8266),
    ("micropython", Family::MicroPython),
    ("circuitpython", Family::MicroPython),
    ("mbedtls", Family::MbedTls),
    ("zephyr", Family::MbedTls),
    ("bearssl", Family::BearSsl),
    ("wolfssl", Family::WolfSsl),
    ("openssl", Family::OpenSsl),
    ("curl", Family::OpenSsl),
    ("python", Family::OpenSsl),
    ("gnutls", Family::GnuTls),
    ("go", Family::Go),
    ("java", Family::Java),
    ("rustls", Family::Rustls),
];

fn families(suspects: &[&'static Stack]) -> Vec<Family> {
    let of = |stack: &&Stack| {
        let named = FAMILIES.iter().find(|(start, _)| stack.name.starts_with(start));
        named.map(|(_, family)| *family)
    };
    let mut all: Vec<_> = suspects.iter().filter_map(of).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What to change; for an unknown stack, the most common cause.
pub(super) fn remedy(code: &str, case: &Case, suspects: &[&'static Stack]) -> Option<String> {
    let families = families(suspects);
    let words = |known: fn(Family) -> Option<&'static str>, else_: &str| {
        let all: Vec<_> = families.iter().filter_map(|family| known(*family)).collect();
        Some(if all.is_empty() { else_.to_owned() } else { all.join("; or ") })
    };
    match code {
        "no-verification" => words(
            no_verification,
            "remove `setInsecure()`, `VERIFY_NONE` and their like, and set the anchor",
        ),
        "no-host-check" => words(
            no_host_check,
            "have the TLS library check the host: `mbedtls_ssl_set_hostname`, `SSL_set1_host` or their like",
        ),
        "no-date-check" => words(
            no_date_check,
            "set the clock before connecting, and build the TLS library with checks of dates",
        ),
        "common-name" => Some(
            "use a CA that issues certificates with a subjectAltName; where the library has a setting, have it \
             ignore the common name"
                .to_owned(),
        ),
        "pinned-key" => Some(
            "set the anchor instead of the key: `setTrustAnchors()` instead of `setKnownKey()`"
                .to_owned(),
        ),
        "no-proof-of-possession" | "trusts-names" => {
            Some("update the TLS library; do not replace its checks with your own code".to_owned())
        }
        "weak-cryptography" => match case.id {
            "tls10" => Some("require TLS 1.2".to_owned()),
            "rsa-key-exchange" => Some("leave out cipher suites that begin with TLS_RSA_".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

const fn no_verification(family: Family) -> Option<&'static str> {
    Some(match family {
        Family::Arduino => "replace `setInsecure()` by `setCACert(...)`",
        Family::EspIdf => {
            "set `cert_pem` or `crt_bundle_attach`, and CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY=n"
        }
        Family::Esp8266 => "replace `setInsecure()` by `setTrustAnchors(...)`",
        Family::MicroPython => "set `verify_mode = ssl.CERT_REQUIRED` and load the anchor",
        Family::MbedTls => {
            "set `MBEDTLS_SSL_VERIFY_REQUIRED`, not `VERIFY_NONE` or an unread `VERIFY_OPTIONAL`"
        }
        Family::BearSsl => {
            "use `br_x509_minimal_init` with the anchor, not an engine that accepts all"
        }
        Family::WolfSsl => "set `WOLFSSL_VERIFY_PEER`, not `SSL_VERIFY_NONE`",
        Family::OpenSsl => {
            "set `SSL_VERIFY_PEER` (Python: `ssl.CERT_REQUIRED`; curl: no `-k`; s_client: \
             `-verify_return_error`)"
        }
        Family::GnuTls => "call `gnutls_session_set_verify_cert`",
        Family::Go => "remove `InsecureSkipVerify`",
        Family::Java => "remove the TrustManager that accepts all",
        Family::Rustls => "remove `dangerous()` and its verifier",
    })
}

const fn no_host_check(family: Family) -> Option<&'static str> {
    Some(match family {
        Family::Arduino => "connect by the server's name, not by its address",
        Family::EspIdf => "set `skip_cert_common_name_check = false` (`skip_common_name`)",
        Family::Esp8266 | Family::BearSsl => "pass the host to `br_ssl_client_reset`, not NULL",
        Family::MicroPython => "pass `server_hostname` to `wrap_socket`",
        Family::MbedTls => "call `mbedtls_ssl_set_hostname` with the host, not with NULL",
        Family::WolfSsl => "call `wolfSSL_check_domain_name`",
        Family::OpenSsl => {
            "call `SSL_set1_host` (Python: `check_hostname = True`; mosquitto: no `--insecure`; s_client: \
             `-verify_hostname`)"
        }
        Family::GnuTls => "pass the host to `gnutls_session_set_verify_cert`",
        Family::Go => "set `ServerName`, and no `VerifyPeerCertificate` in the place of the checks",
        Family::Java => "call `setEndpointIdentificationAlgorithm(\"HTTPS\")`",
        Family::Rustls => "use the verifier of rustls, not one that ignores the name",
    })
}

const fn no_date_check(family: Family) -> Option<&'static str> {
    Some(match family {
        Family::Arduino => {
            "the core is built without checks of dates: build it with CONFIG_MBEDTLS_HAVE_TIME_DATE=y"
        }
        Family::EspIdf => "set CONFIG_MBEDTLS_HAVE_TIME_DATE=y, and the clock before connecting",
        Family::MbedTls | Family::MicroPython => {
            "build mbedTLS with MBEDTLS_HAVE_TIME_DATE (ESP-IDF: CONFIG_MBEDTLS_HAVE_TIME_DATE), and set the \
             clock before connecting"
        }
        Family::Esp8266 => "call `setX509Time(...)` with the time of NTP",
        Family::BearSsl => "call `br_x509_minimal_set_time`",
        Family::WolfSsl => "build wolfSSL without NO_ASN_TIME",
        _ => return None,
    })
}
