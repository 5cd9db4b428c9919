//! The pure half: which paths verify, which anchor is best, and the proof for the device.

pub mod baseline;
mod common_name;
pub mod every_stack;
pub(crate) mod graph;
pub mod path;
pub mod prove;
pub mod proven;
pub mod rank;
pub(crate) mod refusal;
pub mod stacks;
pub mod work;
