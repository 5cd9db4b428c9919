//! Servers on this machine, sound and faulty, and what a device does with each.
//!
//! ```text
//!  Authority ─▶ Case ─▶ Presentable ─▶ server ◀── device
//!                                         │
//!              Diagnosis ◀─ Verdict ◀─ Conduct
//! ```
//!
//! [`cases`] has the servers as data, [`pki`] makes their chains, [`serve`] plays them, [`speak`]
//! keeps a device's application going, [`session`] gives each connection the next case, [`conduct`]
//! records what the device did, [`verdict`] whether that is correct, and [`diagnosis`] what is wrong with
//! its firmware.

pub mod authority;
pub mod cases;
pub mod conduct;

pub mod diagnosis;
pub mod hello;
pub mod pki;

mod remedy;
pub mod report;
pub mod serve;
pub mod session;
pub mod speak;
pub mod verdict;
