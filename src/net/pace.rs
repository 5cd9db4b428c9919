//! Limits the connections per second to one server.
//!
//! In: the server of each connection. Out: the wait until it may be made. Some servers reset a client
//! that connects many times per second.

use std::{collections::HashMap, str::FromStr, sync::Mutex, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::endpoint::Target;

/// The fewest connections per second: one in 100 seconds.
pub const MIN_RATE: f64 = 0.01;

/// The most connections per second: certgrab never makes more.
pub const MAX_RATE: f64 = 1000.0;

/// The connections per second to one server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate(f64);

/// When the next connection to each server may be made, by host and port.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Mutex<HashMap<(String, u16), Instant>>,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rate = text.parse().ok().filter(|rate| (MIN_RATE..=MAX_RATE).contains(rate));
        rate.map(Self).ok_or_else(|| {
            format!("expected connections a second, a number from {MIN_RATE} to {MAX_RATE}")
        })
    }
}

impl Pace {
    /// A pace that allows `rate` connections a second to each server.
    #[must_use]
    pub fn new(Rate(rate): Rate) -> Self {
        Self { interval: Duration::from_secs_f64(1.0 / rate), next: Mutex::default() }
    }

    /// The time that `count` connections to one server wait at most.
    #[must_use]
    pub fn time_for(&self, count: usize) -> Duration {
        self.interval.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Waits until `server` may be connected to; `false` if that is after `deadline`.
    pub(super) async fn turn(&self, server: &Target, deadline: Instant) -> bool {
        let turn = self.reserve(server, Instant::now());
        if turn > deadline {
            return false;
        }
        sleep_until(turn).await;
        true
    }

    /// The next time at which `server` may be connected to; the slot is then taken.
    fn reserve(&self, server: &Target, now: Instant) -> Instant {
        // Code that holds the lock cannot panic.
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let free = next.entry((server.host(), server.port())).or_insert(now);
        let turn = now.max(*free);
        *free = turn + self.interval;
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_holds_for_each_server_alone() {
        let pace = Pace::new("2".parse().expect("a rate"));
        let now = Instant::now();
        let server: Target = "plc.test:8883".parse().expect("a target");
        let other: Target = "plc.test:443".parse().expect("a target");
        let half = Duration::from_millis(500);
        assert_eq!(pace.reserve(&server, now), now);
        assert_eq!(pace.reserve(&server, now), now + half);
        assert_eq!(pace.reserve(&server, now), now + 2 * half);
        assert_eq!(pace.reserve(&other, now), now);
        assert_eq!(pace.reserve(&server, now + 9 * half), now + 9 * half);
        assert_eq!(pace.time_for(3), 3 * half);
    }

    #[test]
    fn a_rate_must_be_within_the_limits() {
        for rate in ["0.01", "0.5", "2", "1000"] {
            assert!(rate.parse::<Rate>().is_ok(), "{rate}");
        }
        for rate in ["0", "0.001", "1001", "-1", "NaN", "inf", "", "5/s"] {
            assert!(rate.parse::<Rate>().is_err(), "{rate}");
        }
    }
}
