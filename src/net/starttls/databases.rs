//! PostgreSQL and MySQL, whose protocols use packets.

use super::{
    dialogue::Talk,
    error::{Problem, no},
};
use crate::net::Duplex;

/// SSLRequest of PostgreSQL's protocol ("Message Formats"): the answer is one byte.
pub(super) async fn postgres(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    talk.say(&[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
    match talk.exactly(1).await?[..] {
        [b'S'] => Ok(()),
        [b'N'] => Err(Problem::NotOffered),
        [b'E'] => Err(no(talk.unread(), true)),
        ref other => Err(talk.unexpected(other)),
    }
}

/// CLIENT_SSL of MySQL's capability flags.
const MYSQL_SSL: u32 = 0x0800;

/// MySQL's "Protocol::SSLRequest": protocol 4.1, secure connection, packets up to 16 MiB, UTF-8.
pub(super) async fn mysql(talk: &mut Talk<'_, impl Duplex>) -> Result<(), Problem> {
    let header = talk.exactly(4).await?;
    // A greeting is the first packet, number 0; text of another protocol would be a huge length.
    if header[3] != 0 {
        return Err(talk.unexpected(&header));
    }
    let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
    let greeting = talk.exactly(length).await?;
    let flags = match greeting.split_first() {
        // Version text, its NUL, thread number, 8 bytes of a nonce, NUL, lower capability flags.
        Some((10, rest)) => rest
            .iter()
            .position(|byte| *byte == 0)
            .and_then(|end| rest.get(end + 1 + 4 + 8 + 1..)?.first_chunk::<2>())
            .map(|flags| u32::from(u16::from_le_bytes(*flags))),
        Some((0xff, rest)) => return Err(no(rest, true)),
        _ => None,
    };
    let Some(flags) = flags else { return Err(no(&greeting, false)) };
    if flags & MYSQL_SSL == 0 {
        return Err(Problem::NotOffered);
    }
    let mut request = vec![32, 0, 0, 1];
    request.extend((MYSQL_SSL | 0x0200 | 0x8000).to_le_bytes());
    request.extend(0x0100_0000_u32.to_le_bytes());
    request.push(33);
    request.resize(4 + 32, 0);
    talk.say(&request).await
}
