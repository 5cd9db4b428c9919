//! The part without I/O: which paths verify, which anchor is best, and the proof for the device.
//!
//! A run uses this module twice. The verdict on a chain chooses the anchor and proves that a device with it
//! verifies the server. Then `run::pack` collects what the device must hold, which may be more than the
//! anchor, and [`prove::doubt_of_format`] proves exactly that for the TLS stack that reads one format. The
//! second proof needs the bundle and the format, and the bundle needs the anchor, so the two cannot be one.

pub mod baseline;
mod common_name;
pub mod every_stack;
pub mod graph;
pub mod path;
pub mod prove;
pub mod proven;
pub mod rank;
pub(crate) mod refusal;
pub mod stacks;
pub mod work;
