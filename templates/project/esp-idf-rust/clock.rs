//! Sets the clock by SNTP. It starts in 1970, when no certificate is valid yet.

use esp_idf_svc::sntp::EspSntp;
use std::{
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The time limit for an answer from a time server.
const LIMIT: Duration = Duration::from_secs(30);

/// How often to check the clock.
const INTERVAL: Duration = Duration::from_millis(200);

/// A clock before this time has not been set, in seconds since the Unix epoch: 2026-01-01T00:00:00Z.
const EARLIEST: u64 = 1_767_225_600;

/// Starts SNTP with ESP-IDF's default servers, which sets the clock every hour.
pub fn start() -> anyhow::Result<EspSntp<'static>> {
    Ok(EspSntp::new_default()?)
}

/// Waits until the clock is set. `_sntp` sets it, and must not be dropped before.
pub fn wait(_sntp: &EspSntp<'static>) -> anyhow::Result<()> {
    let mut left = LIMIT;
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        if now.as_secs() >= EARLIEST {
            return Ok(());
        }
        anyhow::ensure!(!left.is_zero(), "no time server answered within {LIMIT:?}");
        thread::sleep(INTERVAL);
        left = left.saturating_sub(INTERVAL);
    }
}
