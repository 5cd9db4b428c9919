//! Certificate chains, sound or not, from descriptions.
//!
//! In: a [`Chain`]; every field of its certificates can be set. Out: a [`Built`] chain, in DER, with
//! the key of its leaf. This module does not verify chains; tests measure how each TLS stack treats them.

// Fields and constants have their names in RFC 5280 and X.690.
#![allow(missing_docs)]

pub mod certificate;
pub mod chain;
pub mod der;
pub mod extension;
pub mod key;
mod keyring;
pub mod name;
mod secret_keys;
pub mod sign;

pub use certificate::{Certificate, Time};
pub use chain::{Built, Chain};
pub use key::{Key, Kind, Spki};
pub use keyring::Keyring;
pub use secret_keys::Seed;
