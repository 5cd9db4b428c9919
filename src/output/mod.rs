//! Constants: the bundle to write, the lock that stores it, the formats, and their use in a build
//! script. It compiles without any feature.

pub mod build;
pub mod bundle;
pub mod emit;
pub mod lock;
