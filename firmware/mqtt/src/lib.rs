//! An MQTT 3.1.1 client without a socket, for the desk and the emulator; an ESP32 has ESP-IDF's.
//!
//! In: what the firmware wants ([`Machine::subscribe`], [`Machine::publish`]), the bytes that the
//! broker sent, and the time. Out: bytes for the broker ([`Machine::take_outgoing`]), events as
//! `embedded_svc` names them ([`Machine::next_heard`]), and when to look again
//! ([`Machine::deadline`]). Packets, packet identifiers and the keep-alive are
//! `mqtt-protocol-core`'s; this crate gives them `embedded_svc`'s names.
//!
//! Time is a [`Duration`] since any moment that stays the same.
#![no_std]

extern crate alloc;

mod heard;

pub use heard::{Error, Heard};

use alloc::{collections::VecDeque, string::ToString, vec, vec::Vec};
use core::time::Duration;
use embedded_svc::mqtt::client::{MessageId, QoS};
use mqtt_protocol_core::mqtt::{
    Connection, Version,
    common::Cursor,
    connection::{ConnectionOptions, Event, TimerKind},
    packet::{GenericPacketTrait as _, Packet, Qos, SubEntry, SubOpts, v3_1_1},
    result_code::{MqttError, SubackReturnCode},
    role,
};

/// The largest packet that is taken from a broker, in bytes: four times what the firmware's
/// longest command needs, topic included.
pub const LARGEST_PACKET: u32 = 4 * 1024;

/// How long a broker may take to answer a ping before the connection counts as dead.
pub const PING_ANSWER: Duration = Duration::from_secs(10);

/// What the client says of itself when it connects.
#[derive(Debug, Clone, Copy)]
pub struct Hello<'a> {
    /// The client identifier; a broker lets one connection at a time have it.
    pub client_id: &'a str,
    /// The user name, and the password that goes with it.
    pub user: Option<(&'a str, &'a str)>,
    /// The longest silence before a ping, in seconds.
    pub keep_alive: u16,
}

/// The state of one connection.
pub struct Machine {
    connection: Connection<role::Client>,
    outgoing: Vec<u8>,
    heard: VecDeque<Heard>,
    timers: Vec<(TimerKind, Duration)>,
    open: bool,
}

impl Machine {
    /// A connection that opens with `hello`, at the time `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if something in `hello` is too long for the protocol.
    pub fn new(hello: &Hello<'_>, now: Duration) -> Result<Self, Error> {
        let options = ConnectionOptions::new().maximum_packet_size_recv(LARGEST_PACKET);
        let mut connection = Connection::with_options(Version::V3_1_1, options);
        connection.set_auto_pub_response(true);
        connection.set_pingresp_recv_timeout(PING_ANSWER.as_millis() as u64);
        let mut connect = v3_1_1::Connect::builder()
            .client_id(hello.client_id)?
            .clean_session(true)
            .keep_alive(hello.keep_alive);
        if let Some((name, password)) = hello.user {
            connect = connect.user_name(name)?.password(password)?;
        }
        let mut machine = Self {
            connection,
            outgoing: Vec::new(),
            heard: VecDeque::from([Heard::BeforeConnect]),
            timers: Vec::new(),
            open: true,
        };
        let events = machine.connection.checked_send(connect.build()?);
        machine.carry_out(events, now)?;
        Ok(machine)
    }

    /// Asks for the messages on `topic`.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the broker has not taken the connection, or `topic` is no filter.
    pub fn subscribe(&mut self, topic: &str, qos: QoS, now: Duration) -> Result<MessageId, Error> {
        let id = self.connection.acquire_packet_id()?;
        let entry = SubEntry::new(topic, SubOpts::new().set_qos(quality(qos)))?;
        let packet = v3_1_1::Subscribe::builder().packet_id(id).entries(vec![entry]).build()?;
        let events = self.connection.checked_send(packet);
        self.carry_out(events, now)?;
        Ok(id.into())
    }

    /// Takes a subscription back.
    ///
    /// # Errors
    ///
    /// As [`Self::subscribe`].
    pub fn unsubscribe(&mut self, topic: &str, now: Duration) -> Result<MessageId, Error> {
        let id = self.connection.acquire_packet_id()?;
        let packet = v3_1_1::Unsubscribe::builder().packet_id(id).entries([topic])?.build()?;
        let events = self.connection.checked_send(packet);
        self.carry_out(events, now)?;
        Ok(id.into())
    }

    /// Sends a message; its identifier is 0 for [`QoS::AtMostOnce`], which is never acknowledged.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the broker has not taken the connection, or `topic` is no topic.
    pub fn publish(
        &mut self,
        topic: &str,
        qos: QoS,
        retain: bool,
        payload: &[u8],
        now: Duration,
    ) -> Result<MessageId, Error> {
        let id = match qos {
            QoS::AtMostOnce => None,
            QoS::AtLeastOnce | QoS::ExactlyOnce => Some(self.connection.acquire_packet_id()?),
        };
        let mut packet = v3_1_1::Publish::builder()
            .topic_name(topic)?
            .qos(quality(qos))
            .retain(retain)
            .payload(payload);
        if let Some(id) = id {
            packet = packet.packet_id(id);
        }
        let events = self.connection.checked_send(packet.build()?);
        self.carry_out(events, now)?;
        Ok(id.unwrap_or_default().into())
    }

    /// Takes leave of the broker.
    pub fn disconnect(&mut self, now: Duration) {
        if let Ok(packet) = v3_1_1::Disconnect::builder().build() {
            let events = self.connection.checked_send(packet);
            // A connection that the broker never took has nobody to take leave of.
            let _ = self.carry_out(events, now);
        }
        self.close(None);
    }

    /// Takes bytes that the broker sent.
    pub fn receive(&mut self, mut bytes: &[u8], now: Duration) {
        while !bytes.is_empty() && self.open {
            let mut cursor = Cursor::new(bytes);
            let events = self.connection.recv(&mut cursor);
            let taken = cursor.position() as usize;
            if let Err(error) = self.carry_out(events, now) {
                self.close(Some(error));
            }
            bytes = &bytes[taken..];
        }
    }

    /// The bytes failed to come or to go, for this reason.
    pub fn lost(&mut self, error: Error) {
        self.close(Some(error));
    }

    /// Does what is due at `now`: pings, and gives up a broker that does not answer them.
    pub fn tick(&mut self, now: Duration) {
        while let Some(place) = self.timers.iter().position(|(_, due)| *due <= now) {
            let (kind, _) = self.timers.swap_remove(place);
            let events = self.connection.notify_timer_fired(kind);
            if matches!(kind, TimerKind::PingrespRecv) {
                self.close(Some(Error::Silent));
            } else if let Err(error) = self.carry_out(events, now) {
                self.close(Some(error));
            }
        }
    }

    /// When [`Self::tick`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.timers.iter().map(|(_, due)| *due).min()
    }

    /// The bytes that are to go to the broker now.
    #[must_use]
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.outgoing)
    }

    /// What happened, oldest first.
    pub fn next_heard(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    /// Whether the connection is still to be served.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    fn close(&mut self, error: Option<Error>) {
        if self.open {
            self.open = false;
            self.timers.clear();
            self.heard.extend(error.map(Heard::Failed));
            self.heard.push_back(Heard::Disconnected);
        }
    }

    fn carry_out(&mut self, events: Vec<Event>, now: Duration) -> Result<(), Error> {
        let (mut error, mut over) = (None, false);
        for event in events {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    self.outgoing.extend(packet.to_continuous_buffer());
                }
                Event::NotifyPacketReceived(packet) => self.hear(&packet),
                Event::RequestTimerReset { kind, duration_ms } => {
                    self.timers.retain(|(other, _)| *other != kind);
                    self.timers.push((kind, now + Duration::from_millis(duration_ms)));
                }
                Event::RequestTimerCancel(kind) => self.timers.retain(|(other, _)| *other != kind),
                Event::NotifyError(first) => error = error.or(Some(first)),
                Event::RequestClose => over = true,
                Event::NotifyPacketIdReleased(_) => {}
            }
        }
        if let Some(error) = error {
            return Err(error.into());
        }
        if over {
            self.close(None);
        }
        Ok(())
    }

    fn hear(&mut self, packet: &Packet) {
        let heard = match packet {
            Packet::V3_1_1Connack(answer) if answer.return_code().is_success() => {
                Heard::Connected { session_present: answer.session_present() }
            }
            Packet::V3_1_1Connack(answer) => {
                return self.close(Some(Error::Refused(answer.return_code())));
            }
            Packet::V3_1_1Suback(answer) => {
                if !answer.return_codes().iter().all(SubackReturnCode::is_success) {
                    return self.close(Some(Error::NotSubscribed));
                }
                Heard::Subscribed(answer.packet_id().into())
            }
            Packet::V3_1_1Unsuback(answer) => Heard::Unsubscribed(answer.packet_id().into()),
            Packet::V3_1_1Puback(answer) => Heard::Published(answer.packet_id().into()),
            Packet::V3_1_1Pubcomp(answer) => Heard::Published(answer.packet_id().into()),
            Packet::V3_1_1Publish(message) => Heard::Received {
                id: message.packet_id().unwrap_or_default().into(),
                topic: message.topic_name().to_string(),
                data: message.payload().as_slice().to_vec(),
            },
            _ => return,
        };
        self.heard.push_back(heard);
    }
}

const fn quality(qos: QoS) -> Qos {
    match qos {
        QoS::AtMostOnce => Qos::AtMostOnce,
        QoS::AtLeastOnce => Qos::AtLeastOnce,
        QoS::ExactlyOnce => Qos::ExactlyOnce,
    }
}

impl From<MqttError> for Error {
    fn from(error: MqttError) -> Self {
        Self::Protocol(error)
    }
}

#[cfg(test)]
mod tests;
