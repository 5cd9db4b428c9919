//! Chains of certificates, sound or with departures from what is usual, made by description.
//!
//! In: a [`Chain`], which is a sound one changed by [`Departure`]s. Out: a [`Built`] chain, in DER,
//! with the key of its leaf. Nothing is judged here; what a TLS stack says of a chain is measured.

mod certificate;
mod chain;
mod departures;
mod der;
mod extension;
mod key;
mod keyring;
mod name;
mod random;
mod sign;
mod wild;
mod wild_order;

pub use certificate::{Certificate, Time};
pub use chain::{Built, Chain, Position};
pub use departures::{Departure, departures};
pub use key::{Key, Kind, Spki};
pub use keyring::Keyring;
pub use random::{Dice, random};
pub use wild::wild;
