//! The commands, one file each.

mod asking;
pub(crate) mod check;
mod committed_lock;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod demo;
pub(crate) mod explain;
mod fleet;
pub(crate) mod follow;
mod format_groups;
mod format_words;
pub(crate) mod formats;
pub(crate) mod hosts;
pub(crate) mod integrate;
pub(crate) mod lab;
pub(crate) mod new;
pub(crate) mod page;
pub(crate) mod survey;
pub(crate) mod sync;
pub(crate) mod targets;
mod terms;
pub(crate) mod verify;
