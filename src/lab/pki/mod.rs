//! Chains of certificates, sound or with departures from what is usual, made by description.
//!
//! In: a [`Chain`], which is a sound one changed by [`Departure`]s. Out: a [`Built`] chain, in DER,
//! with the key of its leaf. Nothing is judged here; what a TLS stack says of a chain is measured.

pub(super) mod certificate;
mod chain;
mod departures;
pub(super) mod der;
pub(super) mod extension;
pub(super) mod key;
mod keyring;
pub(super) mod name;
mod random;
mod secret_keys;
pub(super) mod sign;
mod wild;
mod wild_order;

pub use certificate::{Certificate, Time};
pub use chain::{Built, Chain, Position};
pub use departures::{Departure, departures};
pub use key::{Key, Kind, Spki};
pub use keyring::Keyring;
pub use random::{Dice, random};
pub use secret_keys::{Seed, write_secret};
pub use wild::wild;
