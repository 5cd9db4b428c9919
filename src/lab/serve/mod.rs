//! Plays the server of one case to a device that sent its ClientHello.
//!
//! In: the connection, the ClientHello, a chain. Out: what the device did, and the stream to continue
//! with if it completed the handshake.

mod first_messages;
mod key;
mod whole;

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, Chain};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::authority::Authority;
use super::cases::{Case, Played, Presentable};
use super::conduct::Conduct;
use super::hello::ClientHello;

pub(crate) use whole::{Completed, of_error};

/// How long a handshake may take, in seconds: an ESP8266 at 80 MHz computes for several seconds with
/// P-256 keys.
pub const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How long a device may be silent after the handshake before it counts as silent, in seconds.
pub const SILENCE: Duration = Duration::from_secs(3);

/// The connection, with the bytes of the ClientHello before the following ones.
pub(crate) type Replayed =
    tokio::io::Join<Chain<io::Cursor<Vec<u8>>, OwnedReadHalf>, OwnedWriteHalf>;

/// The result of playing a server.
pub(crate) enum Outcome {
    /// The device did not complete the handshake, or could not.
    Ended(Conduct),
    /// The device completed it; the verdict depends on what it sends.
    Completed(Box<Completed>),
}

/// Plays `case` on `stream`, from which `bytes` with the ClientHello were read.
pub(crate) async fn play(
    case: &Case,
    presentable: Presentable,
    authority: &Authority,
    hello: &ClientHello,
    (stream, bytes): (TcpStream, Vec<u8>),
) -> io::Result<Outcome> {
    match case.played {
        Played::Whole(whole) => {
            let (read, write) = stream.into_split();
            let replayed = tokio::io::join(io::Cursor::new(bytes).chain(read), write);
            whole::play(whole, presentable, authority, hello, replayed).await
        }
        Played::FirstMessages(first) => {
            let messages = first_messages::of(first, &presentable, authority, hello)?;
            Ok(Outcome::Ended(match messages {
                Err(why) => Conduct::Unplayable(why),
                Ok(messages) => answer_to(stream, &messages).await,
            }))
        }
        Played::Closing => Ok(Outcome::Ended(close_inside(stream).await)),
    }
}

/// The header of a record that announces more than will follow.
const BROKEN_RECORD: [u8; 9] = [22, 3, 3, 0, 90, 2, 0, 0, 86];

async fn close_inside(mut stream: TcpStream) -> Conduct {
    // A device that has already disconnected received the same bytes.
    let _ = stream.write_all(&BROKEN_RECORD).await;
    let _ = stream.shutdown().await;
    Conduct::ClosedByLab
}

/// Types of records (RFC 8446 section 5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// Sends first messages and reads the first record of the answer.
async fn answer_to(mut stream: TcpStream, messages: &[u8]) -> Conduct {
    if stream.write_all(messages).await.is_err() {
        return Conduct::HungUp { completed: false };
    }
    let conduct = match timeout(HANDSHAKE_LIMIT, first_record(&mut stream)).await {
        Err(_) => Conduct::Silent { completed: false },
        Ok(Err(_)) => Conduct::HungUp { completed: false },
        Ok(Ok((ALERT, body))) => {
            let alert = body.get(1).copied().unwrap_or_default().into();
            Conduct::Alert { alert, completed: false }
        }
        Ok(Ok((HANDSHAKE, _))) => Conduct::WentOn,
        Ok(Ok((kind, _))) => Conduct::Broken(format!("sent a record of type {kind}")),
    };
    let _ = stream.shutdown().await;
    conduct
}

async fn first_record(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(u8, [u8; 2])> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).await?;
    let mut body = [0; 2];
    stream.read_exact(&mut body).await?;
    Ok((header[0], body))
}
