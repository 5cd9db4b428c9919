//! Text from outside: escaping it, dates in it, and reading files of a bounded size.

pub mod bounded_file;
pub mod foreign;
pub(crate) mod marks;
pub mod secrets;
pub mod time;
#[cfg(all(test, feature = "fetch"))]
pub(crate) mod variants;
