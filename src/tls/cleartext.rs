//! The cleartext handshake: sends a ClientHello, reads the answer, and closes the connection.
//!
//! TLS 1.2 and older send the certificates before anything is encrypted, so reading them does not
//! require support for the cipher suite. This works with brokers that rustls refuses: TLS 1.0, RSA
//! key exchange, 3DES. Without a signature, possession of the key is not proven: the outcome is always
//! [`KeyPossession::NotProven`](crate::x509::certificate::KeyPossession).

use std::time::Duration;

use rustls::crypto::ring;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};

use super::{
    Error, count_in,
    server_flight::{Flight, was_offered},
};
use crate::{chain::Presented, net::Duplex, stack::hello::Hello};

/// How long to wait, after the certificates, for what follows them: the same flight says whether the
/// server requests a client certificate.
const REQUEST_WAIT: Duration = Duration::from_secs(1);

/// user_canceled and close_notify, both as warnings (RFC 5246 sections 7.2.1 and 7.2.2).
const CLOSING_ALERTS: [u8; 14] = [21, 3, 1, 0, 2, 1, 90, 21, 3, 1, 0, 2, 1, 0];

/// Reads what the server sends in clear text in answer to `hello`, without TLS 1.3.
///
/// # Errors
///
/// See [`Error`]: for example, the server chose a version that was not offered.
pub async fn shake<S: Duplex>(
    stream: &mut S,
    hello: &Hello,
    deadline: Instant,
) -> Result<Presented, Error> {
    let mut random = [0; 32];
    let source = ring::default_provider().secure_random;
    source.fill(&mut random).map_err(|_| Error::no_random_numbers())?;
    let hello = hello.clone().in_clear();
    let (mut flight, mut received) = (Flight::default(), 0);
    let talk = talk(stream, &hello, random, &mut flight, &mut received);
    let outcome = timeout_at(deadline, talk).await.unwrap_or(Err(Error::TimedOut { received }));
    // Closes the connection properly. Errors do not matter.
    let _ = timeout_at(deadline, stream.write_all(&CLOSING_ALERTS)).await;
    let refused = refused_version(&flight, &hello);
    match (outcome, flight.presented(None), refused) {
        // A device stops reading here.
        (_, _, Some(version)) if hello.device.is_some() => Err(Error::Version(version)),
        // An error after the certificates does not matter: nothing more is needed.
        (_, Some(presented), _) => Ok(presented),
        // However the bytes were split: the first error counts.
        (_, None, Some(version)) => Err(Error::Version(version)),
        (Err(error), None, None) => Err(error),
        (Ok(()), None, None) => Err(Error::Closed { received }),
    }
}

/// The version that the server chose, if it was not offered.
fn refused_version(flight: &Flight, hello: &Hello) -> Option<u16> {
    flight.version().filter(|version| !was_offered(*version, hello.oldest, hello.newest))
}

/// How many octets are read at once: as many as a record has (RFC 8446 section 5.1).
const BUFFER: usize = 16 * 1024;

/// The same until the server answers: a run may wait for thousands of silent servers.
const BUFFER_WHILE_WAITING: usize = 256;

/// Sends the hello and reads until the flight ends.
async fn talk<S: Duplex>(
    stream: &mut S,
    hello: &Hello,
    random: [u8; 32],
    flight: &mut Flight,
    received: &mut usize,
) -> Result<(), Error> {
    let broken = |error, received| Error::Broken { error, received };
    stream.write_all(&hello.record(random)).await.map_err(|error| broken(error, 0))?;
    let mut buffer = vec![0; BUFFER_WHILE_WAITING];
    let mut end = None;
    while !flight.has_ended() {
        let reading = stream.read(&mut buffer);
        let count = match end {
            None => reading.await,
            Some(end) => {
                let Ok(outcome) = timeout_at(end, reading).await else { return Ok(()) };
                outcome
            }
        }
        .map_err(|error| broken(error, *received))?;
        count_in(count, received)?;
        flight.hear(&buffer[..count])?;
        buffer.resize(BUFFER, 0);
        if hello.device.is_some() && refused_version(flight, hello).is_some() {
            break;
        }
        if end.is_none() && flight.has_certificates() {
            end = Some(Instant::now() + REQUEST_WAIT);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::MAX_PEER_BYTES;

    /// The error of a handshake with a server that sends `bytes`, in two pieces.
    fn hear(bytes: &[u8], cut: usize) -> Error {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let says = (&bytes[..cut]).chain(&bytes[cut..]);
        let mut server = tokio::io::join(says, tokio::io::sink());
        let hello = Hello::usual(None);
        runtime.block_on(async {
            let deadline = Instant::now() + Duration::from_secs(60);
            shake(&mut server, &hello, deadline).await.unwrap_err()
        })
    }

    #[test]
    fn a_version_that_was_not_offered_is_named() {
        let mut bytes = vec![22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 0];
        bytes.resize(bytes.len() + 32, 9);
        // No session, a cipher suite, no compression; then a message that is out of place.
        bytes.extend([0, 0xc0, 0x2f, 0, 22, 3, 3, 0, 4, 20, 0, 0, 0]);
        for cut in 0..bytes.len() {
            let error = hear(&bytes, cut);
            assert!(matches!(error, Error::Version(0x0300)), "{cut}: {error}");
        }
    }

    #[test]
    fn at_most_1_mib_is_read_from_a_server() {
        // A Certificate message of nearly 256 KiB, one record per byte.
        let message = [11, 3, 0xff, 0xff].into_iter().chain(std::iter::repeat(0));
        let records = message.take(MAX_PEER_BYTES / 6 + 1).map(|byte| [22, 3, 3, 0, 1, byte]);
        let endless: Vec<u8> = records.flatten().collect();
        let hear = |bytes: usize| hear(&endless[..bytes], 0);
        let heard_out = hear(MAX_PEER_BYTES);
        assert!(matches!(heard_out, Error::Closed { received: MAX_PEER_BYTES }), "{heard_out}");
        assert_eq!(
            hear(MAX_PEER_BYTES + 1).to_string(),
            "the server sent more than 1048576 bytes without completing the handshake"
        );
    }
}
