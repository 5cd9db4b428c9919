//! The firmware on a board.
//!
//! In: the settings of [`config`], compiled in, and the generated anchor. Out: heartbeats until the
//! device is switched off. Only code that needs ESP-IDF is here; the tested part is `firmware-core`.
//!
//! ```text
//!  Wi-Fi ─▶ clock (SNTP) ─▶ MQTT over TLS ─▶ firmware_core::run ─▶ wait ─┐
//!    ▲                                                                   │
//!    └───────────────────────────────────────────────────────────────────┘
//! ```

mod broker;

// Shared with every project of `certgrab new esp-idf-rust`.
#[path = "../../../templates/project/esp-idf-rust/clock.rs"]
mod clock;
#[path = "../../../templates/project/esp-idf-rust/mqtt/config.rs"]
mod config;
#[path = "../../../templates/project/esp-idf-rust/wifi.rs"]
mod wifi;

use esp_idf_svc::{
    eventloop::EspSystemEventLoop,
    hal::{peripherals::Peripherals, reset},
    log::EspLogger,
    nvs::EspDefaultNvsPartition,
    sys,
};
use firmware_core::{
    agent::{Agent, End},
    backoff::Backoff,
    run::run,
    topics::Topics,
    trouble::Trouble,
};
use std::{thread, time::Instant};

fn main() -> anyhow::Result<()> {
    sys::link_patches();
    EspLogger::initialize_default();
    let started = Instant::now();

    let peripherals = Peripherals::take()?;
    let events = EspSystemEventLoop::take()?;
    let storage = EspDefaultNvsPartition::take()?;
    let mut wifi = wifi::start(peripherals.modem, events, storage)?;
    let mut clock = clock::start()?;
    let mut agent = Agent::new(Topics::of(config::DEVICE_NAME)?);
    let mut backoff = Backoff::new();
    loop {
        let arrived = agent.arrived();
        let trouble = match wifi::connect(&mut wifi).and_then(|()| clock::wait(&clock)) {
            Ok(()) => once(&mut agent, started)?,
            Err(error) => {
                log::warn!("no network: {error}");
                Trouble::Network
            }
        };
        if agent.arrived() > arrived {
            backoff.reset();
        }
        if trouble == Trouble::Clock {
            drop(clock);
            clock = clock::start()?;
        }
        // SAFETY: `esp_random` may be called at any time.
        let wait = backoff.after(trouble, unsafe { sys::esp_random() });
        log::warn!("{trouble}; next attempt in {wait:?}");
        thread::sleep(wait);
    }
}

/// Runs one connection and returns why it ended.
fn once(agent: &mut Agent, started: Instant) -> anyhow::Result<Trouble> {
    let (client, mut connection) = broker::connect()?;
    match run(client, &mut connection, agent, started)? {
        End::NotConnected => Ok(broker::diagnose()),
        End::Disconnected | End::Done => Ok(Trouble::Network),
        End::Restart => reset::restart(),
    }
}
