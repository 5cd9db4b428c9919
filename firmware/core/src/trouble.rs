//! Classifies failures by what the device must do next.
//!
//! In: mbedTLS's verification flags after a handshake. Out: [`Trouble`].
//!
//! The device never verifies less after a failure: if it fell back to an unverified connection, an
//! attacker who breaks the first connection would receive its credentials.

use core::fmt;

/// The certificate has expired (`MBEDTLS_X509_BADCERT_EXPIRED`).
const EXPIRED: u32 = 0x01;
/// The certificate is not yet valid (`MBEDTLS_X509_BADCERT_FUTURE`).
const FUTURE: u32 = 0x0200;
/// mbedTLS has no result: the handshake ended before certificate verification.
const NOT_VERIFIED: u32 = u32::MAX;

/// The kind of failure; it decides what the device does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No route, a DNS failure, no answer, or a lost connection: retry soon.
    Network,
    /// Verification failed only because of the dates. The clock may be wrong: set it, then retry.
    Clock,
    /// The certificate is not trusted. Retrying helps only after the server or the network has
    /// changed, so retry rarely.
    Certificate,
    /// The broker rejects this device's credentials or its TLS parameters: retry rarely.
    Refused,
}

impl Trouble {
    /// Classifies the result of `mbedtls_ssl_get_verify_result`, which is the same number as ESP-IDF's
    /// `esp_tls_cert_verify_flags`. Zero and "not verified" are [`Self::Network`].
    #[must_use]
    pub const fn of_verify_flags(flags: u32) -> Self {
        match flags {
            0 | NOT_VERIFIED => Self::Network,
            _ if flags & !(EXPIRED | FUTURE) == 0 => Self::Clock,
            _ => Self::Certificate,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "the broker cannot be reached",
            Self::Clock => "the dates of the broker's certificate do not fit this clock",
            Self::Certificate => "the broker's certificate is not one this firmware can trust",
            Self::Refused => "the broker refuses this device",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `MBEDTLS_X509_BADCERT_CN_MISMATCH` and `MBEDTLS_X509_BADCERT_NOT_TRUSTED`.
    const OTHER_NAME: u32 = 0x04;
    const NOT_TRUSTED: u32 = 0x08;

    #[test]
    fn only_date_errors_suggest_a_wrong_clock() {
        assert_eq!(Trouble::of_verify_flags(EXPIRED), Trouble::Clock);
        assert_eq!(Trouble::of_verify_flags(FUTURE), Trouble::Clock);
        assert_eq!(Trouble::of_verify_flags(EXPIRED | NOT_TRUSTED), Trouble::Certificate);
    }

    #[test]
    fn a_wrong_root_or_name_is_a_certificate_error() {
        assert_eq!(Trouble::of_verify_flags(NOT_TRUSTED), Trouble::Certificate);
        assert_eq!(Trouble::of_verify_flags(OTHER_NAME), Trouble::Certificate);
    }

    #[test]
    fn a_handshake_without_a_certificate_is_a_network_error() {
        assert_eq!(Trouble::of_verify_flags(0), Trouble::Network);
        assert_eq!(Trouble::of_verify_flags(u32::MAX), Trouble::Network);
    }
}
