//! The only certificate that this firmware trusts, as certgrab generated it.
//!
//! In: `root_ca.rs`, which the build script generated from the lock. Out: `BROKER_ROOT_CA` as PEM
//! text; `_CSTR`, with the NUL that mbedTLS requires at the end; the `_HOST` and `_PORT` that it was
//! grabbed from; and `_NOT_AFTER`, the last second of its validity. The firmware uses the PEM form,
//! because it is a single constant even if the lock contains several certificates.

include!(concat!(env!("OUT_DIR"), "/root_ca.rs"));

/// Whole days until the anchor expires. `now` is in seconds since the Unix epoch. Negative after the
/// anchor has expired.
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
