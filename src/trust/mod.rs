//! The roots that the user trusts: Mozilla's, the system's, files; and the roots that left
//! Mozilla's store.

pub mod announced;
mod certificate_file;
mod error;
pub mod lab_anchor;
mod mozilla;
pub mod removed;
mod root;
pub mod store;
mod unsupported_format;
