//! The part of MQTT 3.1.1 that a device needs: it publishes and receives messages with QoS 0.
//!
//! Section numbers refer to the OASIS standard. With QoS 0 there are no acknowledgements and no state to
//! store.

use std::{
    io::{self, Read, Write},
    time::{Duration, Instant},
};

/// The keep-alive. The broker disconnects a client that is silent for 1.5 times as long (3.1.2.10).
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The largest packet accepted from a broker, in bytes. MQTT allows 256 MB (2.2.3).
const LARGEST_PACKET: usize = 64 * 1024;

const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH: u8 = 0x30;
const SUBSCRIBE: u8 = 0x82;
const SUBACK: u8 = 0x90;
const PINGREQ: u8 = 0xC0;

/// The return code of a SUBACK for a refused subscription (3.9.3).
const FAILURE: u8 = 0x80;

/// A received message.
pub struct Message {
    pub topic: String,
    pub payload: Vec<u8>,
}

/// A packet from the broker.
struct Packet {
    kind: u8,
    body: Vec<u8>,
}

/// A connection that the broker has accepted. `S` must have a read timeout (`WouldBlock` or
/// `TimedOut`), so that the client can send pings in time.
pub struct Client<S> {
    stream: S,
    received: Vec<u8>,
    last_sent: Instant,
    last_received: Instant,
}

impl<S: Read + Write> Client<S> {
    /// Sends CONNECT with a clean session, and reads the broker's answer (3.1, 3.2).
    pub fn connect(stream: S, id: &str, user: Option<(&str, &str)>) -> io::Result<Self> {
        const CLEAN_SESSION: u8 = 0x02;
        const USER_AND_PASSWORD: u8 = 0xC0;
        let mut body = text("MQTT")?;
        body.push(4); // The level of MQTT 3.1.1 (3.1.2.2)
        body.push(CLEAN_SESSION | if user.is_some() { USER_AND_PASSWORD } else { 0 });
        body.extend((KEEP_ALIVE.as_secs() as u16).to_be_bytes());
        body.extend(text(id)?);
        if let Some((name, password)) = user {
            body.extend(text(name)?);
            body.extend(text(password)?);
        }
        let now = Instant::now();
        let mut client = Self { stream, received: Vec::new(), last_sent: now, last_received: now };
        client.send(CONNECT, &body)?;
        let answer = client.read()?.ok_or(io::ErrorKind::TimedOut)?;
        match answer.body.get(1) {
            _ if answer.kind != CONNACK => Err(malformed("the first packet is not a CONNACK")),
            Some(0) => Ok(client),
            Some(code) => {
                Err(refused(&format!("the broker refuses the connection: CONNACK {code}")))
            }
            None => Err(malformed("a CONNACK without a return code")),
        }
    }

    /// Subscribes to `filter` (3.8). If the broker refuses, [`Self::next`] returns the error.
    pub fn subscribe(&mut self, filter: &str) -> io::Result<()> {
        const PACKET_IDENTIFIER: [u8; 2] = [0, 1];
        self.send(SUBSCRIBE, &[&PACKET_IDENTIFIER[..], &text(filter)?, &[0]].concat())
    }

    /// Sends a message (3.3).
    pub fn publish(&mut self, topic: &str, payload: &[u8]) -> io::Result<()> {
        self.send(PUBLISH, &[&text(topic)?, payload].concat())
    }

    /// The next message, or `None` if there is none before the read timeout.
    pub fn next(&mut self) -> io::Result<Option<Message>> {
        if self.last_sent.elapsed() >= KEEP_ALIVE / 2 {
            self.send(PINGREQ, &[])?;
        }
        let Some(packet) = self.read()? else {
            // A broker answers pings, so one that is silent for so long is unreachable.
            return match self.last_received.elapsed() < KEEP_ALIVE * 2 {
                true => Ok(None),
                false => Err(io::Error::new(io::ErrorKind::TimedOut, "the broker is silent")),
            };
        };
        match packet.kind {
            SUBACK if packet.body.get(2).is_none_or(|code| *code == FAILURE) => {
                Err(refused("the broker refuses the subscription"))
            }
            kind if kind & 0xF0 == PUBLISH => message(&packet.body).map(Some),
            _ => Ok(None),
        }
    }

    fn send(&mut self, kind: u8, body: &[u8]) -> io::Result<()> {
        let mut packet = vec![kind];
        let mut length = body.len();
        loop {
            // Seven bits per byte, the lowest first; the eighth bit means that more bytes follow (2.2.3).
            let more = if length > 0x7F { 0x80 } else { 0 };
            packet.push(more | (length & 0x7F) as u8);
            length >>= 7;
            if more == 0 {
                break;
            }
        }
        packet.extend(body);
        self.stream.write_all(&packet)?;
        self.stream.flush()?;
        self.last_sent = Instant::now();
        Ok(())
    }

    /// The next packet, or `None` if it is not complete before the read timeout.
    fn read(&mut self) -> io::Result<Option<Packet>> {
        loop {
            if let Some(packet) = self.take()? {
                return Ok(Some(packet));
            }
            let mut piece = [0; 4096];
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => {
                    self.received.extend(&piece[..count]);
                    self.last_received = Instant::now();
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => return Ok(None),
                    io::ErrorKind::Interrupted => {}
                    _ => return Err(error),
                },
            }
        }
    }

    /// Removes a packet from the received bytes if it is complete.
    fn take(&mut self) -> io::Result<Option<Packet>> {
        let (mut length, mut start) = (0, 1);
        loop {
            let Some(byte) = self.received.get(start) else { return Ok(None) };
            length |= usize::from(byte & 0x7F) << (7 * (start - 1));
            start += 1;
            if byte & 0x80 == 0 {
                break;
            }
            if start > 4 {
                return Err(malformed("a length of more than four bytes"));
            }
        }
        if length > LARGEST_PACKET {
            return Err(malformed(&format!("{length} bytes in one packet")));
        }
        if self.received.len() < start + length {
            return Ok(None);
        }
        let packet: Vec<u8> = self.received.drain(..start + length).collect();
        Ok(Some(Packet { kind: packet[0], body: packet[start..].to_vec() }))
    }
}

/// The message in the body of a PUBLISH (3.3).
fn message(body: &[u8]) -> io::Result<Message> {
    let length = body.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)));
    let parts = length.and_then(|length| body[2..].split_at_checked(length));
    let (topic, payload) = parts.ok_or_else(|| malformed("a PUBLISH without a topic"))?;
    let topic = String::from_utf8_lossy(topic).into_owned();
    Ok(Message { topic, payload: payload.to_vec() })
}

/// A string, prefixed with its length (1.5.3).
fn text(text: &str) -> io::Result<Vec<u8>> {
    let length = u16::try_from(text.len()).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidInput, "text of more than 65535 bytes")
    })?;
    Ok([&length.to_be_bytes(), text.as_bytes()].concat())
}

fn refused(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, what)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not MQTT 3.1.1: {what}"))
}
