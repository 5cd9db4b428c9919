//! The network below TLS: names, addresses, proxies, STARTTLS, and fetching issuers.

pub mod aia;
pub mod connect;
pub mod offload;
pub mod pace;
pub mod proxy;
pub(crate) mod resolve;
pub mod starttls;

use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection that can be read and written.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Duplex for S {}

/// Whether two addresses share this many leading bits.
fn share_bits(one: IpAddr, other: IpAddr, bits: u32) -> bool {
    let shared = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits() ^ other.to_bits()).leading_zeros(),
        _ => return false,
    };
    shared >= bits
}
