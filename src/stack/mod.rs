//! TLS stacks of devices: the ClientHello each sends, and what each requires of a chain.

pub(crate) mod client;
pub(crate) mod clients;
pub mod consumer;
