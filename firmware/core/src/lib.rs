//! The board-independent part of the firmware.
//!
//! In: an MQTT client and its events, as in `embedded_svc::mqtt::client`, and a monotonic clock.
//! Out: subscriptions and messages for the client, and a decision: wait, reconnect after a delay,
//! set the clock, or restart.
//!
//! ```text
//!  event ─▶ Signal::of ─▶ Agent::step ─▶ Step ─▶ Ended ─▶ Trouble ─▶ Backoff::after ─▶ Duration
//!                            │                                │
//!                            ▼ subscribe, publish             └ Clock: set the clock first
//! ```
//!
//! The caller provides sockets, TLS, Wi-Fi and sleep: `device` on an ESP32, `host` on a PC,
//! `emulated` on the ESP32-C3's instruction set under QEMU.
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
