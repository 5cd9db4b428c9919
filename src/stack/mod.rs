//! TLS stacks of devices: the ClientHello each sends, and what each requires of a chain.

pub mod client;
pub mod clients;
pub mod consumer;
pub(crate) mod groups;
pub mod hello;
pub(crate) mod suites;
