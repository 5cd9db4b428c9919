//! The network below TLS: names, addresses, proxies, STARTTLS, and fetching issuers.

pub mod aia;
pub mod connect;
pub mod offload;
pub mod pace;
pub mod proxy;
pub(crate) mod resolve;
pub mod starttls;
