//! The part of MQTT 3.1.1 that a device needs: it publishes and receives messages with QoS 0.
//!
//! Section numbers refer to the OASIS standard. With QoS 0 there are no acknowledgements and no state to
//! store.

use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};

use embassy_time::{Duration, Instant, with_deadline, with_timeout};
use mbedtls_rs::io::{Read, Write};

/// The keep-alive. The broker disconnects a client that is silent for 1.5 times as long (3.1.2.10).
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The time limit for the answer to CONNECT.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The largest packet accepted from a broker, in bytes. MQTT allows 256 MB (2.2.3).
const LARGEST_PACKET: usize = 8 * 1024;

/// The size of one read, in bytes.
const READ_SIZE: usize = 512;

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

/// A connection that the broker has accepted.
pub struct Client<S> {
    stream: S,
    received: Vec<u8>,
    last_sent: Instant,
    last_received: Instant,
}

impl<S: Read + Write> Client<S> {
    /// Sends CONNECT with a clean session, and reads the broker's answer (3.1, 3.2).
    pub async fn connect(stream: S, id: &str, user: Option<(&str, &str)>) -> Result<Self, String> {
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
        client.send(CONNECT, &body).await?;
        let answer = with_timeout(TIMEOUT, client.read()).await;
        let answer = answer.map_err(|_| "the broker does not answer CONNECT")??;
        match answer.body.get(1) {
            _ if answer.kind != CONNACK => Err(malformed("the first packet is not a CONNACK")),
            Some(0) => Ok(client),
            Some(code) => Err(format!("the broker refuses the connection: CONNACK {code}")),
            None => Err(malformed("a CONNACK without a return code")),
        }
    }

    /// Subscribes to `filter` (3.8). If the broker refuses, [`Self::next`] returns the error.
    pub async fn subscribe(&mut self, filter: &str) -> Result<(), String> {
        const PACKET_IDENTIFIER: [u8; 2] = [0, 1];
        self.send(SUBSCRIBE, &[&PACKET_IDENTIFIER[..], &text(filter)?, &[0]].concat()).await
    }

    /// Sends a message (3.3).
    pub async fn publish(&mut self, topic: &str, payload: &[u8]) -> Result<(), String> {
        self.send(PUBLISH, &[&text(topic)?, payload].concat()).await
    }

    /// The next message, or `None` if there is none until `deadline`.
    pub async fn next(&mut self, deadline: Instant) -> Result<Option<Message>, String> {
        loop {
            let ping = self.last_sent + KEEP_ALIVE / 2;
            let Ok(packet) = with_deadline(deadline.min(ping), self.read()).await else {
                // A broker answers pings, so one that is silent for so long is unreachable.
                if self.last_received.elapsed() >= KEEP_ALIVE * 2 {
                    return Err("the broker is silent".to_owned());
                }
                if Instant::now() >= deadline {
                    return Ok(None);
                }
                self.send(PINGREQ, &[]).await?;
                continue;
            };
            let packet = packet?;
            match packet.kind {
                SUBACK if packet.body.get(2).is_none_or(|code| *code == FAILURE) => {
                    return Err("the broker refuses the subscription".to_owned());
                }
                kind if kind & 0xF0 == PUBLISH => return message(&packet.body).map(Some),
                _ => {}
            }
        }
    }

    async fn send(&mut self, kind: u8, body: &[u8]) -> Result<(), String> {
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
        let lost = |error| format!("the connection is lost: {error:?}");
        self.stream.write_all(&packet).await.map_err(lost)?;
        self.stream.flush().await.map_err(lost)?;
        self.last_sent = Instant::now();
        Ok(())
    }

    /// The next packet. Cancelling this future loses no received bytes.
    async fn read(&mut self) -> Result<Packet, String> {
        loop {
            if let Some(packet) = self.take()? {
                return Ok(packet);
            }
            let mut piece = [0; READ_SIZE];
            match self.stream.read(&mut piece).await {
                Ok(0) => return Err("the broker has closed the connection".to_owned()),
                Ok(count) => self.received.extend(&piece[..count]),
                Err(error) => return Err(format!("the connection is lost: {error:?}")),
            }
            self.last_received = Instant::now();
        }
    }

    /// Removes a packet from the received bytes if it is complete.
    fn take(&mut self) -> Result<Option<Packet>, String> {
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
fn message(body: &[u8]) -> Result<Message, String> {
    let length = body.first_chunk().map(|length| usize::from(u16::from_be_bytes(*length)));
    let parts = length.and_then(|length| body[2..].split_at_checked(length));
    let (topic, payload) = parts.ok_or_else(|| malformed("a PUBLISH without a topic"))?;
    let topic = String::from_utf8_lossy(topic).into_owned();
    Ok(Message { topic, payload: payload.to_vec() })
}

/// A string, prefixed with its length (1.5.3).
fn text(text: &str) -> Result<Vec<u8>, String> {
    let length = u16::try_from(text.len()).map_err(|_| "text of more than 65535 bytes")?;
    Ok([&length.to_be_bytes(), text.as_bytes()].concat())
}

fn malformed(what: &str) -> String {
    format!("not MQTT 3.1.1: {what}")
}
