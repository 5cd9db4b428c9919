//! Whole runs: one target, its survey, many targets, and their JSON documents.

#[cfg(feature = "fetch")]
pub mod batch;
#[cfg(feature = "fetch")]
mod disagreement;
#[cfg(feature = "fetch")]
pub mod follow;
#[cfg(feature = "fetch")]
pub mod grab;
#[cfg(feature = "fetch")]
pub mod html;
#[cfg(feature = "fetch")]
pub mod json;
pub mod pack;
#[cfg(feature = "fetch")]
pub mod readers;
#[cfg(feature = "fetch")]
pub mod set_cover;
#[cfg(feature = "fetch")]
mod sni;
#[cfg(feature = "fetch")]
pub mod survey;
#[cfg(feature = "fetch")]
pub mod warning;
