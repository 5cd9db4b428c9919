//! Finds out which group and suite a TLS 1.3 server requires.
//!
//! The certificates of TLS 1.3 are encrypted, so a server that requires a group or a suite which
//! certgrab does not support does not reveal any. It still names its choice: to a ClientHello that lists every
//! group and sends no key share, it answers with a HelloRetryRequest (RFC 8446 section 4.1.4), which is
//! not encrypted.

use rustls::crypto::ring;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};

use super::{Error, count_in, server_flight::Flight};
use crate::{
    net::Duplex,
    stack::{
        groups,
        hello::Hello,
        suites::{TLS13_SUITES, suite_name},
    },
};

/// The alert user_canceled, then close_notify (RFC 8446 section 6.1).
const CLOSING_ALERTS: [u8; 14] = [21, 3, 3, 0, 2, 1, 90, 21, 3, 3, 0, 2, 1, 0];

/// What the server requires, as the reason for the failed handshake; otherwise why the query failed.
pub async fn ask<S: Duplex>(stream: &mut S, hello: &Hello, deadline: Instant) -> Error {
    let mut random = [0; 32];
    if ring::default_provider().secure_random.fill(&mut random).is_err() {
        return Error::no_random_numbers();
    }
    let (mut flight, mut received) = (Flight::default(), 0);
    let talk = async {
        let broken = |error, received| Error::Broken { error, received };
        let record = hello.record_of_every_group(random);
        stream.write_all(&record).await.map_err(|error| broken(error, 0))?;
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let reading = stream.read(&mut buffer).await;
            let count = reading.map_err(|error| broken(error, received))?;
            count_in(count, &mut received)?;
            flight.hear(&buffer[..count])?;
            if let Some(wanted) = flight.wants() {
                return Ok(wanted);
            }
        }
    };
    let outcome = timeout_at(deadline, talk).await.unwrap_or(Err(Error::TimedOut { received }));
    // Closes the connection properly. Errors do not matter.
    let _ = timeout_at(deadline, stream.write_all(&CLOSING_ALERTS)).await;
    match outcome {
        Ok((group, _)) if !groups::is_computable(group) => {
            Error::Lacking(format!("the group {}", groups::name(group)))
        }
        Ok((_, suite)) if !TLS13_SUITES.iter().any(|(known, _)| *known == suite) => {
            Error::Lacking(format!("the cipher suite {}", suite_name(suite)))
        }
        // It requires something else; the earlier alert counts.
        Ok(_) => Error::Closed { received: 0 },
        Err(error) => error,
    }
}
