//! Whole runs: one target, its survey, many targets, and their JSON documents.

pub mod batch;
pub mod grab;
pub mod json;
pub mod pack;
pub mod readers;
pub mod set_cover;
pub mod survey;
pub mod warning;
