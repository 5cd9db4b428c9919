//! What went wrong, as far as it changes what to do next.
//!
//! In: the verification flags that mbedTLS leaves after a handshake. Out: [`Trouble`].
//!
//! Whatever it is, the answer is never to verify less: a device that falls back to an unverified
//! connection gives its credentials to whoever broke the first one.

use core::fmt;

/// The certificate is over (`MBEDTLS_X509_BADCERT_EXPIRED`).
const EXPIRED: u32 = 0x01;
/// The certificate is not yet valid (`MBEDTLS_X509_BADCERT_FUTURE`).
const FUTURE: u32 = 0x0200;
/// mbedTLS had no result to give: the handshake ended before it looked at a certificate.
const NOT_LOOKED_AT: u32 = u32::MAX;

/// What went wrong, as far as it changes what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No route, no name, no answer, or the connection broke: try again soon.
    Network,
    /// Only the dates do not fit: the clock may be wrong, so set it, then try again.
    Clock,
    /// The certificate is not one that this firmware can trust. Trying often changes nothing; a
    /// repaired server or another network may, so try again, rarely.
    Certificate,
    /// The broker refuses this device: its credentials, or its way of speaking TLS. Try again, rarely.
    Refused,
}

impl Trouble {
    /// Reads the result of `mbedtls_ssl_get_verify_result`, the same number as ESP-IDF's
    /// `esp_tls_cert_verify_flags`; zero, and "never looked", are trouble with the network.
    #[must_use]
    pub const fn of_verify_flags(flags: u32) -> Self {
        match flags {
            0 | NOT_LOOKED_AT => Self::Network,
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
