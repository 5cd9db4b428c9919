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
//! Data flows from left to right: a stage is a function from the type of the stage before to its
//! own, and calls no earlier one. `grab` names them in order.
//!
//! Features: without any, certgrab turns a lock into constants, offline and with few crates, for
//! `build.rs`; `fetch` adds the stages with sockets; `cli`, the default, the command.

// What every stage speaks of.
mod element;

pub mod escape;

pub mod file;

pub mod time;

pub mod name;

pub mod certificate;

// The words of the stages with sockets and of those that judge.
#[cfg(feature = "fetch")]
pub mod extensions;

#[cfg(feature = "fetch")]
pub mod consumer;
#[cfg(feature = "fetch")]
mod rare_ecdsa;
#[cfg(feature = "fetch")]
mod remembered;
#[cfg(feature = "fetch")]
mod signed_data;

#[cfg(feature = "fetch")]
pub mod store;

#[cfg(feature = "fetch")]
pub mod stack;

// The stages, in the order of the run.
#[cfg(feature = "fetch")]
pub mod target;

#[cfg(feature = "fetch")]
pub mod proxy;

#[cfg(feature = "fetch")]
pub mod connect;

#[cfg(feature = "fetch")]
pub mod starttls;

#[cfg(feature = "fetch")]
pub mod handshake;

#[cfg(feature = "fetch")]
pub mod reach;

#[cfg(feature = "fetch")]
pub mod issuers;

#[cfg(feature = "fetch")]
pub mod path;

#[cfg(feature = "fetch")]
pub mod profile;

#[cfg(feature = "fetch")]
pub mod anchor;

#[cfg(feature = "fetch")]
pub mod verify;

pub mod bundle;

pub mod lock;

pub mod emit;

// From a lock to constants, offline.
pub mod build;

// The run of the stages, and of their pure half on lines of JSON.
#[cfg(feature = "fetch")]
pub mod batch;

#[cfg(feature = "fetch")]
pub mod grab;
#[cfg(feature = "fetch")]
pub mod warning;

// What was committed, against what is there now.
#[cfg(feature = "fetch")]
pub mod check;

#[cfg(feature = "fetch")]
pub mod cover;

#[cfg(feature = "fetch")]
pub mod survey;

#[cfg(feature = "fetch")]
pub mod document;

// Chains for trials of TLS stacks.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod lab;

// Doors for the fuzz targets alone.
#[cfg(all(fuzzing, feature = "fetch"))]
pub mod fuzzing;

#[cfg(feature = "fetch")]
pub use grab::{Grab, grab};

pub use build::Build;
