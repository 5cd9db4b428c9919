//! Constants: the bundle to write, the lock it is kept in, the formats, and the build script's use
//! of them. It compiles without any feature.

pub mod build;
pub mod bundle;
pub mod emit;
pub mod lock;
