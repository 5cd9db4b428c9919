//! Reads a ClientHello from the first records of a connection.

use std::fmt;

use super::ClientHello;
use crate::tls::unread::Unread;

/// The most octets of records with a ClientHello: 64 KiB, as for any other handshake message.
pub const MAX_HELLO_BYTES: usize = 64 * 1024;

/// Why bytes are not a ClientHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The first record is not a handshake record.
    NotTls,
    /// The message is of another type, too long, or its lengths do not fit.
    NotAHello,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotTls => "its first bytes are not TLS",
            Self::NotAHello => "its ClientHello cannot be read",
        })
    }
}

/// The ClientHello in records; `None` if more bytes are needed.
///
/// # Errors
///
/// [`Malformed`] if it cannot become one.
pub fn of_records(bytes: &[u8]) -> Result<Option<ClientHello>, Malformed> {
    let mut message = Vec::new();
    let mut rest = bytes;
    loop {
        match *rest {
            [] => return Ok(None),
            [kind, ..] if kind != 22 => return Err(Malformed::NotTls),
            [_, major, ..] if major != 3 => return Err(Malformed::NotTls),
            [_, _, _, high, low, ref body @ ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                if length == 0 {
                    return Err(Malformed::NotAHello);
                }
                let part = &body[..length.min(body.len())];
                message.extend(part);
                if message.first().is_some_and(|kind| *kind != 1) {
                    return Err(Malformed::NotAHello);
                }
                if let [_, a, b, c, body @ ..] = message.as_slice() {
                    let length = usize::from(*a) << 16 | usize::from(*b) << 8 | usize::from(*c);
                    if length > MAX_HELLO_BYTES {
                        return Err(Malformed::NotAHello);
                    }
                    if let Some(body) = body.get(..length) {
                        return of_message(body).map(Some).ok_or(Malformed::NotAHello);
                    }
                }
                if part.len() < length {
                    return Ok(None);
                }
                rest = &body[length..];
            }
            _ => return Ok(None),
        }
    }
}

/// The ClientHello in the body of its message.
#[must_use]
pub fn of_message(body: &[u8]) -> Option<ClientHello> {
    let mut reader = Unread(body);
    let legacy_version = reader.u16()?;
    let random = reader.take(32)?.to_vec();
    reader.vector8()?;
    let suites = numbers(reader.vector16()?)?;
    reader.vector8()?;
    let mut hello = ClientHello { legacy_version, random, suites, ..ClientHello::default() };
    // A ClientHello of TLS 1.2 and older may have none.
    if !reader.0.is_empty() {
        let mut extensions = Unread(reader.vector16()?);
        while !extensions.0.is_empty() {
            let kind = extensions.u16()?;
            let body = extensions.vector16()?;
            hello.extensions.push(kind);
            read_extension(&mut hello, kind, body)?;
        }
    }
    reader.0.is_empty().then_some(hello)
}

/// Numbers of IANA's registry of TLS extensions.
fn read_extension(hello: &mut ClientHello, kind: u16, body: &[u8]) -> Option<()> {
    let mut reader = Unread(body);
    match kind {
        0 => {
            let mut list = Unread(reader.vector16()?);
            // Only host_name is defined (RFC 6066 section 3).
            if list.u8()? == 0 {
                hello.server_name = Some(String::from_utf8_lossy(list.vector16()?).into_owned());
            }
        }
        1 => hello.max_fragment_length = Some(reader.u8()?),
        10 => hello.groups = numbers(reader.vector16()?)?,
        13 => hello.schemes = numbers(reader.vector16()?)?,
        16 => {
            let mut list = Unread(reader.vector16()?);
            while !list.0.is_empty() {
                let name = list.vector8()?;
                hello.alpn.push(String::from_utf8_lossy(name).into_owned());
            }
        }
        28 => hello.record_size_limit = Some(reader.u16()?),
        43 => hello.versions = numbers(reader.vector8()?)?,
        _ => {}
    }
    Some(())
}

fn numbers(octets: &[u8]) -> Option<Vec<u16>> {
    let pair = |pair: &[u8]| Some(u16::from_be_bytes(pair.try_into().ok()?));
    octets.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records with a ClientHello that a session ticket (35) fills up to `octets` of body.
    fn records(octets: usize) -> Vec<u8> {
        let sized = |count: usize| u16::try_from(count).expect("fits").to_be_bytes();
        let mut body = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0]].concat();
        let filling = octets.saturating_sub(body.len() + 2 + 8);
        let half = filling / 2;
        // Two, as the length of one has 16 bits.
        let mut extensions = [&[0, 35][..], &sized(half), &vec![0; half]].concat();
        extensions
            .extend([&[0, 21][..], &sized(filling - half), &vec![0; filling - half]].concat());
        body.extend(sized(extensions.len()));
        body.extend(extensions);
        let count = body.len().to_be_bytes();
        let message = [&[1, count[5], count[6], count[7]][..], &body].concat();
        let record = |part: &[u8]| [&[22, 3, 1][..], &sized(part.len()), part].concat();
        message.chunks(1 << 14).flat_map(record).collect()
    }

    #[test]
    fn a_client_hello_has_at_most_64_kib() {
        // The lengths inside have 16 bits, so that the largest body is smaller than the limit.
        let largest = records(65_000);
        let hello = of_records(&largest).expect("a ClientHello").expect("a whole one");
        assert_eq!((hello.suites, hello.extensions), (vec![0x1301], vec![35, 21]));
        assert_eq!(of_records(&largest[..largest.len() - 1]), Ok(None));
        let announced = [22, 3, 1, 0, 4, 1, 1, 0, 1];
        assert_eq!(of_records(&announced), Err(Malformed::NotAHello));
    }

    #[test]
    fn no_bytes_panic_and_a_partial_record_differs_from_not_tls() {
        let whole = records(300);
        for end in 0..whole.len() {
            assert_eq!(of_records(&whole[..end]), Ok(None), "{end}");
        }
        for place in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut other = whole.clone();
                other[place] = value;
                let _ = of_records(&other);
            }
        }
        assert_eq!(of_records(b"GET / HTTP/1.1"), Err(Malformed::NotTls));
    }
}
