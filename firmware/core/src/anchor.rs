//! The one certificate that this firmware trusts, as certgrab generated it.
//!
//! In: `root_ca.rs`, which the build script made of the lock. Out: `BROKER_ROOT_CA` as PEM text,
//! `_CSTR` with the final NUL that mbedTLS wants, and beside them the `_HOST` and `_PORT` that it
//! was grabbed from and `_NOT_AFTER`, its last second. The firmware uses the PEM form, because it
//! stays one constant when the lock holds several certificates.

include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));

/// Whole days that the anchor still has at `now`, both in seconds since the Unix epoch; negative
/// once it is over.
#[must_use]
pub const fn days_left(now: i64) -> i64 {
    const DAY: i64 = 24 * 60 * 60;
    BROKER_ROOT_CA_NOT_AFTER.saturating_sub(now).div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_with_a_nul_equals_the_text() {
        assert!(BROKER_ROOT_CA.starts_with("-----BEGIN CERTIFICATE-----\n"));
        assert!(BROKER_ROOT_CA.ends_with("-----END CERTIFICATE-----\n"));
        assert_eq!(BROKER_ROOT_CA_CSTR.to_bytes(), BROKER_ROOT_CA.as_bytes());
    }

    #[test]
    fn days_left_reach_zero_and_become_negative() {
        assert_eq!(days_left(BROKER_ROOT_CA_NOT_AFTER - 86_400), 1);
        assert_eq!(days_left(BROKER_ROOT_CA_NOT_AFTER - 1), 0);
        assert_eq!(days_left(BROKER_ROOT_CA_NOT_AFTER + 1), -1);
    }
}
