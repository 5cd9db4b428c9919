//! The cleartext handshake: a ClientHello, a reading of what comes, and a goodbye.
//!
//! TLS 1.2 and older send the certificates before anything is encrypted, so no cipher suite has to
//! be known to read them. That reaches brokers that rustls, rightly, shakes no hands with: TLS 1.0,
//! RSA key exchange, 3DES. Nothing was signed, so nothing shows that the peer holds the key: the
//! outcome is never more than [`KeyPossession::NotProven`](crate::certificate::KeyPossession).

use std::time::Duration;

use rustls::crypto::ring;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::{Instant, timeout_at},
};

use super::{
    Hello, Presented,
    error::{Error, MAX_PEER_BYTES},
    flight::{Flight, was_offered},
};

/// How long to wait, once the certificates have come, for what follows them: whether the server
/// asks for a client certificate stands in the same flight.
const AFTERWORD: Duration = Duration::from_secs(1);

/// user_canceled and close_notify, both as warnings (RFC 5246 sections 7.2.1 and 7.2.2).
const GOODBYE: [u8; 14] = [21, 3, 1, 0, 2, 1, 90, 21, 3, 1, 0, 2, 1, 0];

/// Reads what the server sends in clear text in answer to `hello`, without TLS 1.3.
///
/// # Errors
///
/// See [`Error`]: among others the server chose a version that was not offered.
pub async fn shake<S>(stream: &mut S, hello: &Hello, deadline: Instant) -> Result<Presented, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut random = [0; 32];
    let source = ring::default_provider().secure_random;
    source.fill(&mut random).map_err(|_| Error::no_random_numbers())?;
    let hello = hello.clone().in_clear();
    let (mut flight, mut received) = (Flight::default(), 0);
    let talk = talk(stream, &hello, random, &mut flight, &mut received);
    let outcome = match timeout_at(deadline, talk).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::TimedOut { received }),
    };
    // Courtesy: the server sees an orderly end. What becomes of it changes nothing.
    let _ = timeout_at(deadline, stream.write_all(&GOODBYE)).await;
    match (outcome, flight.presented(None)) {
        // A device does not read on.
        (Err(error @ Error::Version(_)), _) if hello.device.is_some() => Err(error),
        // What goes wrong after the certificates does not matter: nothing more was wanted.
        (_, Some(presented)) => Ok(presented),
        (Err(error), None) => Err(error),
        (Ok(()), None) => Err(Error::Closed { received }),
    }
}

/// Sends the hello and listens until the flight ends.
async fn talk<S>(
    stream: &mut S,
    hello: &Hello,
    random: [u8; 32],
    flight: &mut Flight,
    received: &mut usize,
) -> Result<(), Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broken = |error, received| Error::Broken { error, received };
    stream.write_all(&hello.record(random)).await.map_err(|error| broken(error, 0))?;
    let mut buffer = vec![0; 16 * 1024];
    let mut end = None;
    while !flight.has_ended() {
        let reading = stream.read(&mut buffer);
        let count = match end {
            None => reading.await,
            Some(end) => match timeout_at(end, reading).await {
                Ok(outcome) => outcome,
                Err(_) => return Ok(()),
            },
        }
        .map_err(|error| broken(error, *received))?;
        if count == 0 {
            return Err(Error::Closed { received: *received });
        }
        *received += count;
        if *received > MAX_PEER_BYTES {
            return Err(Error::TooMuch);
        }
        flight.hear(&buffer[..count])?;
        match flight.version() {
            Some(version) if !was_offered(version, hello.oldest, hello.newest) => {
                return Err(Error::Version(version));
            }
            _ => {}
        }
        if end.is_none() && flight.has_certificates() {
            end = Some(Instant::now() + AFTERWORD);
        }
    }
    Ok(())
}
