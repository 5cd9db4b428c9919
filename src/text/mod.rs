//! Untrusted text: escaping, dates, secrets, and reading files up to a size limit; what errors have in common.

pub mod bounded_file;
pub(crate) mod checksum;
#[cfg(feature = "judge")]
pub(crate) mod count;
pub mod diagnostic;
pub mod foreign;
#[cfg(feature = "cli")]
pub(crate) mod git_index;
#[cfg(feature = "judge")]
pub(crate) mod html;
#[cfg(feature = "cli")]
pub(crate) mod ignore_list;
#[cfg(feature = "fetch")]
pub(crate) mod json;
pub(crate) mod marks;
#[cfg(feature = "judge")]
pub(crate) mod near;
#[cfg(feature = "judge")]
pub(crate) mod sarif;
pub mod secrets;
pub mod time;
#[cfg(all(test, feature = "judge"))]
pub(crate) mod variants;
#[cfg(feature = "cli")]
pub(crate) mod wrap;
#[cfg(feature = "judge")]
pub(crate) mod xml;
