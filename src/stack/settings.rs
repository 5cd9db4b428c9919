//! The settings of devices that change whether a rule refuses.

use super::{key::Curve, reason::Rule};

pub(super) const ALT_CERT_CHAINS: &str = "WOLFSSL_ALT_CERT_CHAINS";
pub(super) const CROSS_SIGNED_VERIFY: &str =
    "CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y (ESP-IDF 6.0 and later)";
pub(super) const AWS_LC_RS: &str = "features = [\"aws-lc-rs\"]";

pub(super) const fn no_setting(_: &Rule) -> Option<&'static str> {
    None
}

pub(super) fn zephyr_setting(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::Scheme("SHA-384") => Some("CONFIG_MBEDTLS_SHA384=y"),
        Rule::Scheme("SHA-512") => Some("CONFIG_MBEDTLS_SHA512=y"),
        Rule::Scheme("SHA-1") => Some("CONFIG_MBEDTLS_SHA1=y"),
        Rule::Scheme("MD5") => Some("CONFIG_MBEDTLS_MD5=y"),
        Rule::Scheme("SHA-224") => Some("CONFIG_MBEDTLS_SHA224=y"),
        Rule::MessageLength { .. } => Some("CONFIG_MBEDTLS_SSL_MAX_CONTENT_LEN"),
        _ => None,
    }
}

/// The size of the record buffer, a setting of each build of mbedTLS.
pub(super) fn mbedtls_setting(rule: &Rule) -> Option<&'static str> {
    matches!(rule, Rule::MessageLength { .. }).then_some("MBEDTLS_SSL_IN_CONTENT_LEN")
}

/// The same by its name in ESP-IDF (components/mbedtls/Kconfig).
pub(super) fn esp_idf_setting(rule: &Rule) -> Option<&'static str> {
    matches!(rule, Rule::MessageLength { .. }).then_some("CONFIG_MBEDTLS_SSL_IN_CONTENT_LEN")
}

pub(super) fn bundle_setting(rule: &Rule) -> Option<&'static str> {
    if let Some(setting) = esp_idf_setting(rule) {
        return Some(setting);
    }
    matches!(rule, Rule::OutOfOrder | Rule::IssuerMissing | Rule::WrongSignature)
        .then_some(CROSS_SIGNED_VERIFY)
}

pub(super) fn wolfssl_setting(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::IssuerMissing | Rule::KeyIdentifier => Some(ALT_CERT_CHAINS),
        _ => None,
    }
}

pub(super) fn python_setting(rule: &Rule) -> Option<&'static str> {
    matches!(rule, Rule::Strict(_)).then_some("verify_flags &= ~ssl.VERIFY_X509_STRICT")
}

pub(super) fn rustls_setting(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::Curve(Curve::P521) | Rule::Scheme("ecdsa-with-SHA512") | Rule::CompressedPoint => {
            Some(AWS_LC_RS)
        }
        _ => None,
    }
}
