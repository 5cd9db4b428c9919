//! How long to wait before the next connection attempt.
//!
//! In: the kind of failure, and a random number. Out: a duration.
//!
//! The maximum wait doubles from [`FIRST`] to [`LONGEST`]. Each wait is a random value between half
//! the maximum and the maximum, so that ten thousand devices that lose the broker in the same second
//! do not all reconnect in the same second.

use crate::trouble::Trouble;
use core::time::Duration;

/// The first wait.
pub const FIRST: Duration = Duration::from_secs(1);

/// The longest wait. A technician who has fixed the fault can still wait this long at the device.
pub const LONGEST: Duration = Duration::from_secs(300);

/// Counts the failures since the last good connection.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// A back-off without failures.
    #[must_use]
    pub const fn new() -> Self {
        Self { failures: 0 }
    }

    /// Resets the failure count. Call it when the broker acknowledged a message, not when a
    /// connection opened: otherwise the device would reconnect every second to a broker that closes
    /// each connection immediately.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The wait after `trouble`; `random` is any number that differs between devices.
    pub fn after(&mut self, trouble: Trouble, random: u32) -> Duration {
        let longest = match trouble {
            Trouble::Network | Trouble::Clock => {
                FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST)
            }
            Trouble::Certificate | Trouble::Refused => LONGEST,
        };
        self.failures = self.failures.saturating_add(1);
        let half = longest / 2;
        half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_maximum() {
        let mut backoff = Backoff::new();
        let waits: alloc::vec::Vec<_> =
            (0..11).map(|_| backoff.after(Trouble::Network, u32::MAX).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    #[test]
    fn two_devices_wait_differently_but_at_least_half() {
        let (mut one, mut other) = (Backoff::new(), Backoff::new());
        assert_eq!(one.after(Trouble::Network, 0), FIRST / 2);
        assert_eq!(other.after(Trouble::Network, u32::MAX), FIRST);
    }

    #[test]
    fn an_untrusted_certificate_is_not_retried_every_second() {
        assert_eq!(Backoff::new().after(Trouble::Certificate, u32::MAX), LONGEST);
        assert_eq!(Backoff::new().after(Trouble::Refused, 0), LONGEST / 2);
        assert_eq!(Backoff::new().after(Trouble::Clock, u32::MAX), FIRST);
    }

    #[test]
    fn a_good_connection_resets_the_count_and_no_count_overflows() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.after(Trouble::Network, u32::MAX), LONGEST);
        backoff.reset();
        assert_eq!(backoff.after(Trouble::Network, u32::MAX), FIRST);
    }
}
