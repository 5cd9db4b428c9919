//! Performs the handshake and records the certificates that the server presents.
//!
//! In: a connected stream. Out: [`Presented`](crate::chain::Presented): the certificates in the order
//! sent, and how much the handshake proved. Whether they can be trusted is decided by `path` and
//! `verify`.

mod boundaries;
pub(crate) mod client_hello;
pub(crate) mod error;
mod extra_groups;
pub mod identity;
mod not_tls;
pub mod probe;
mod recorder;
pub(crate) mod records;
mod rustls_error;
pub(crate) mod server_flight;
mod unanswered;
pub(crate) mod unread;
mod verdict;

pub mod cleartext;
pub mod full;
pub mod hello_retry;

pub(crate) use self::error::hung_up;
pub use self::error::{Error, MAX_PEER_BYTES};
pub use self::not_tls::Plain;
pub(crate) use self::not_tls::{answers_mqtt, may_be_tls, recognise};
pub use self::records::{
    MAX_CERTIFICATE_MESSAGE_BYTES, MAX_CERTIFICATE_REQUEST_BYTES, MAX_MESSAGE_BYTES,
    MAX_USELESS_RECORDS,
};
pub use self::unanswered::Unanswered;
pub use self::verdict::Verdict;

/// Adds what was read to the count of received bytes: nothing means that the connection was closed.
fn count_in(count: usize, received: &mut usize) -> Result<(), Error> {
    *received += count;
    match count {
        0 => Err(Error::Closed { received: *received }),
        _ if *received > MAX_PEER_BYTES => Err(Error::TooMuch),
        _ => Ok(()),
    }
}
