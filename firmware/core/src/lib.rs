//! What the firmware does, apart from the board it does it on.
//!
//! In: an MQTT client and its events, as `embedded_svc::mqtt::client` names them, and a clock that
//! only counts up. Out: subscriptions and messages for the client, and a decision: wait, reconnect
//! after so long, set the clock, restart.
//!
//! ```text
//!  event ─▶ Signal::of ─▶ Agent::step ─▶ Step ─▶ Ended ─▶ Trouble ─▶ Backoff::after ─▶ Duration
//!                            │                                │
//!                            ▼ subscribe, publish             └ Clock: set the clock first
//! ```
//!
//! Sockets, TLS, Wi-Fi and sleep belong to the caller: `device` is an ESP32, `host` a desk,
//! `emulated` the ESP32-C3's instruction set under QEMU.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod anchor;
pub mod backoff;
pub mod command;
pub mod topics;
pub mod trouble;

pub mod agent;
#[cfg(feature = "std")]
pub mod run;
