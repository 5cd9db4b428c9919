//! What the device's application sends, and enough of an answer for it to continue.
//!
//! In: a connection after its handshake. Out: what arrived. Of a user name and a password, only their
//! presence is recorded.

mod forward;
mod http;
mod mqtt;

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

pub use self::forward::Forward;
use super::conduct::{Conduct, Protocol, Sent};
use super::serve::{Completed, SILENCE, of_error};

/// How long a sound server keeps the connection after the device's last byte, in milliseconds.
const LINGER: Duration = Duration::from_millis(300);

/// How long a sound server keeps a connection at most, in seconds: until the next case is due.
pub const CONVERSATION: Duration = Duration::from_secs(3);

/// The most octets of an application's first message: a CONNECT with a will, or the head of a
/// request.
pub const MAX_FIRST_BYTES: usize = 64 * 1024;

/// Reads what the device sends first, and answers it if the server is sound.
pub(crate) async fn converse(
    completed: Completed,
    is_sound: bool,
    forward: Option<&Forward>,
) -> Conduct {
    let Completed { mut stream, client_certificate } = completed;
    let mut first = Vec::new();
    match timeout(SILENCE, read_some(&mut stream, &mut first)).await {
        Err(_) => return Conduct::Silent { completed: true },
        Ok(Err(error)) => return of_error(&error, true),
        Ok(Ok(0)) => return Conduct::HungUp { completed: true },
        Ok(Ok(_)) => {}
    }
    let kind = Kind::of(&first);
    // The rest of an incomplete first message does not change its kind.
    let _ = timeout(SILENCE, complete(&mut stream, &mut first, kind)).await;
    let mut sent = match kind {
        Kind::Mqtt => mqtt::read(&first),
        Kind::Http => http::read(&first),
        Kind::Other => None,
    }
    .unwrap_or(Sent::unknown(first.len()));
    sent.client_certificate = client_certificate;
    if is_sound {
        let talk = async {
            match (forward, kind) {
                (Some(forward), _) => forward.pass_on(&mut stream, &first).await,
                (None, Kind::Mqtt) => mqtt::answer(&mut stream, &first, LINGER).await,
                (None, Kind::Http) => http::answer(&mut stream, first).await,
                (None, Kind::Other) => Ok(()),
            }
        };
        // However the conversation ends, the device has trusted the server.
        let limit = forward.map_or(CONVERSATION, Forward::limit);
        let _ = timeout(limit, talk).await;
    }
    let _ = timeout(LINGER, stream.shutdown()).await;
    Conduct::Sent(sent)
}

/// What the first bytes look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mqtt,
    Http,
    Other,
}

impl Kind {
    fn of(first: &[u8]) -> Self {
        /// The type CONNECT with its flags (MQTT 5 section 3.1.1).
        const CONNECT: u8 = 0x10;
        let word = first.split(|octet| *octet == b' ').next().unwrap_or_default();
        let is_method = first.len() > word.len() && word.iter().all(u8::is_ascii_uppercase);
        match first.first() {
            Some(&CONNECT) => Self::Mqtt,
            Some(_) if is_method && !word.is_empty() => Self::Http,
            _ => Self::Other,
        }
    }
}

impl Sent {
    fn unknown(octets: usize) -> Self {
        Self {
            protocol: Protocol::Other,
            user: false,
            password: false,
            client_certificate: false,
            octets,
        }
    }
}

/// Reads until the first message is complete.
async fn complete(
    stream: &mut (impl AsyncRead + Unpin),
    first: &mut Vec<u8>,
    kind: Kind,
) -> io::Result<()> {
    let is_whole = |bytes: &[u8]| match kind {
        Kind::Mqtt => mqtt::is_whole(bytes),
        Kind::Http => bytes.windows(4).any(|end| end == b"\r\n\r\n"),
        Kind::Other => true,
    };
    while !is_whole(first) && first.len() < MAX_FIRST_BYTES {
        if read_some(stream, first).await? == 0 {
            break;
        }
    }
    Ok(())
}

async fn read_some(stream: &mut (impl AsyncRead + Unpin), to: &mut Vec<u8>) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer).await?;
    to.extend(&buffer[..count]);
    Ok(count)
}
