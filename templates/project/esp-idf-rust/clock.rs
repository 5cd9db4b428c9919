//! The clock, which starts in 1970 on a fresh board, when no certificate is valid yet.
//!
//! In: the network. Out: a clock that was set by SNTP, before any TLS.

use esp_idf_svc::sntp::EspSntp;
use std::{
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long the servers may take to answer.
const LIMIT: Duration = Duration::from_secs(30);

/// From one look at the clock to the next.
const LOOK: Duration = Duration::from_millis(200);

/// A clock before this was never set, in seconds since the Unix epoch: 2026-01-01T00:00:00Z.
const NEVER_SET: u64 = 1_767_225_600;

/// Starts to ask ESP-IDF's usual servers for the time; they are asked again every hour.
pub fn start() -> anyhow::Result<EspSntp<'static>> {
    Ok(EspSntp::new_default()?)
}

/// Waits until the clock is set; `_asking` is what sets it.
pub fn wait(_asking: &EspSntp<'static>) -> anyhow::Result<()> {
    let mut left = LIMIT;
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
        if now.as_secs() >= NEVER_SET {
            return Ok(());
        }
        anyhow::ensure!(!left.is_zero(), "no time server answered within {LIMIT:?}");
        thread::sleep(LOOK);
        left = left.saturating_sub(LOOK);
    }
}
