//! Finds the certificate a device must hold to trust a TLS server, in the exact form its code
//! reads.
//!
//! ```text
//!  "m1.tuyacn.com:8883"                                                     root_ca.h, .rs, ...
//!   │                                                                                     ▲
//!   target ─▶ connect ─▶ handshake ─▶ issuers ─▶ path ─▶ anchor ─▶ verify ─▶ bundle ─▶ emit
//!   Target    Stream     Presented    Presented  Vec<Path>         Verified  Bundle    bytes
//!                                     + issuers            ▲ Store ▲ time
//!   └ pure ┘  └────────── sockets ────────────┘  └─────────────── pure ─────────────────────┘
//! ```
//!
//! Other commands:
//!
//! ```text
//!  certgrab.toml ─▶ grab each ─▶ lock ─▶ emit                                           sync
//!                                lock ─▶ emit                         sync --locked, build.rs
//!  list ─▶ grab many at once ─▶ results ─▶ the fewest anchors ─▶ emit                --hosts
//!  source files ─▶ readers ─▶ anchors ┐
//!  server ─▶ grab ─▶ presented chain  ┴▶ judge ─▶ findings ─▶ report                   check
//!  case ─▶ chain ─▶ server ◀─ device ─▶ conduct ─▶ verdict ─▶ diagnosis ─▶ report          lab
//! ```
//!
//! Data flows from left to right: a stage is a function from the type of the previous stage to its
//! own, and never calls an earlier one. `grab` lists them in order.
//!
//! Features: without any, certgrab turns a lock into constants, offline and with few crates, for
//! `build.rs`; `judge` adds the pure half, from a presented chain to the proof, and compiles for
//! WebAssembly; `fetch` adds the stages with sockets; `cli`, the default, the command.

// Some items of the pure half are only used by the half with sockets.
#![cfg_attr(all(feature = "judge", not(feature = "fetch")), allow(dead_code))]

pub mod text;

pub mod x509;

pub mod output;

#[cfg(feature = "judge")]
pub mod trust;

#[cfg(feature = "judge")]
pub mod endpoint;

#[cfg(feature = "judge")]
pub mod chain;

#[cfg(feature = "judge")]
pub mod stack;

#[cfg(feature = "judge")]
pub mod judge;

#[cfg(feature = "fetch")]
pub mod net;

#[cfg(feature = "fetch")]
pub mod tls;

#[cfg(feature = "fetch")]
pub mod run;

#[cfg(feature = "fetch")]
pub mod check;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod lab;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;

// Entry points of the fuzz targets alone.
#[cfg(all(fuzzing, feature = "fetch"))]
pub mod fuzzing;

#[cfg(feature = "fetch")]
pub use run::grab::{Grab, grab};

pub use output::build::Build;
