//! An MQTT 3.1.1 client without I/O, for a PC and the emulator. An ESP32 uses ESP-IDF's client.
//!
//! In: requests ([`Machine::subscribe`], [`Machine::publish`]), bytes from the broker, and the time.
//! Out: bytes for the broker ([`Machine::take_outgoing`]), events ([`Machine::next_event`]), and the
//! time of the next timer ([`Machine::deadline`]). `mqtt-protocol-core` handles packets, packet
//! identifiers and the keep-alive; this crate translates them to the types of `embedded_svc`.
//!
//! Time is a [`Duration`] since any fixed moment.
#![no_std]

extern crate alloc;

mod event;

pub use event::{Error, MqttEvent};

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

/// The largest packet accepted from a broker, in bytes: four times the size of the firmware's longest
/// command with its topic.
pub const LARGEST_PACKET: u32 = 4 * 1024;

/// How long to wait for the answer to a ping before the connection is closed.
pub const PING_ANSWER: Duration = Duration::from_secs(10);

/// The parameters of a CONNECT packet.
#[derive(Debug, Clone, Copy)]
pub struct Hello<'a> {
    /// The client identifier; a broker allows only one connection with it at a time.
    pub client_id: &'a str,
    /// The user name and the password.
    pub user: Option<(&'a str, &'a str)>,
    /// The longest time without traffic before a ping, in seconds.
    pub keep_alive: u16,
}

/// The state of one connection.
pub struct Machine {
    connection: Connection<role::Client>,
    outgoing: Vec<u8>,
    events: VecDeque<MqttEvent>,
    timers: Vec<(TimerKind, Duration)>,
    open: bool,
}

impl Machine {
    /// Starts a connection with `hello` at the time `now`.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if a field of `hello` is too long for the protocol.
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
            events: VecDeque::from([MqttEvent::BeforeConnect]),
            timers: Vec::new(),
            open: true,
        };
        let events = machine.connection.checked_send(connect.build()?);
        machine.apply(events, now)?;
        Ok(machine)
    }

    /// Subscribes to `topic`.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the broker has not accepted the connection, or `topic` is not a valid
    /// filter.
    pub fn subscribe(&mut self, topic: &str, qos: QoS, now: Duration) -> Result<MessageId, Error> {
        let id = self.connection.acquire_packet_id()?;
        let entry = SubEntry::new(topic, SubOpts::new().set_qos(to_qos(qos)))?;
        let packet = v3_1_1::Subscribe::builder().packet_id(id).entries(vec![entry]).build()?;
        let events = self.connection.checked_send(packet);
        self.apply(events, now)?;
        Ok(id.into())
    }

    /// Ends a subscription.
    ///
    /// # Errors
    ///
    /// As [`Self::subscribe`].
    pub fn unsubscribe(&mut self, topic: &str, now: Duration) -> Result<MessageId, Error> {
        let id = self.connection.acquire_packet_id()?;
        let packet = v3_1_1::Unsubscribe::builder().packet_id(id).entries([topic])?.build()?;
        let events = self.connection.checked_send(packet);
        self.apply(events, now)?;
        Ok(id.into())
    }

    /// Sends a message; its identifier is 0 for [`QoS::AtMostOnce`], which is never acknowledged.
    ///
    /// # Errors
    ///
    /// [`Error::Protocol`] if the broker has not accepted the connection, or `topic` is not a valid
    /// topic.
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
            .qos(to_qos(qos))
            .retain(retain)
            .payload(payload);
        if let Some(id) = id {
            packet = packet.packet_id(id);
        }
        let events = self.connection.checked_send(packet.build()?);
        self.apply(events, now)?;
        Ok(id.unwrap_or_default().into())
    }

    /// Disconnects from the broker.
    pub fn disconnect(&mut self, now: Duration) {
        if let Ok(packet) = v3_1_1::Disconnect::builder().build() {
            let events = self.connection.checked_send(packet);
            // This fails if the broker has not accepted the connection; then there is nothing to send.
            let _ = self.apply(events, now);
        }
        self.close(None);
    }

    /// Processes bytes from the broker.
    pub fn receive(&mut self, mut bytes: &[u8], now: Duration) {
        while !bytes.is_empty() && self.open {
            let mut cursor = Cursor::new(bytes);
            let events = self.connection.recv(&mut cursor);
            let consumed = cursor.position() as usize;
            if let Err(error) = self.apply(events, now) {
                self.close(Some(error));
            }
            bytes = &bytes[consumed..];
        }
    }

    /// Closes the connection because the transport failed with `error`.
    pub fn lost(&mut self, error: Error) {
        self.close(Some(error));
    }

    /// Handles the timers that are due at `now`: sends pings, and closes the connection if the broker
    /// does not answer one.
    pub fn tick(&mut self, now: Duration) {
        while let Some(index) = self.timers.iter().position(|(_, due)| *due <= now) {
            let (kind, _) = self.timers.swap_remove(index);
            let events = self.connection.notify_timer_fired(kind);
            if matches!(kind, TimerKind::PingrespRecv) {
                self.close(Some(Error::Silent));
            } else if let Err(error) = self.apply(events, now) {
                self.close(Some(error));
            }
        }
    }

    /// When the next timer is due; call [`Self::tick`] then.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.timers.iter().map(|(_, due)| *due).min()
    }

    /// The bytes to send to the broker.
    #[must_use]
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.outgoing)
    }

    /// The next event, oldest first.
    pub fn next_event(&mut self) -> Option<MqttEvent> {
        self.events.pop_front()
    }

    /// Whether the connection is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    fn close(&mut self, error: Option<Error>) {
        if self.open {
            self.open = false;
            self.timers.clear();
            self.events.extend(error.map(MqttEvent::Failed));
            self.events.push_back(MqttEvent::Disconnected);
        }
    }

    fn apply(&mut self, events: Vec<Event>, now: Duration) -> Result<(), Error> {
        let (mut error, mut closing) = (None, false);
        for event in events {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    self.outgoing.extend(packet.to_continuous_buffer());
                }
                Event::NotifyPacketReceived(packet) => self.handle(&packet),
                Event::RequestTimerReset { kind, duration_ms } => {
                    self.timers.retain(|(other, _)| *other != kind);
                    self.timers.push((kind, now + Duration::from_millis(duration_ms)));
                }
                Event::RequestTimerCancel(kind) => self.timers.retain(|(other, _)| *other != kind),
                Event::NotifyError(first) => error = error.or(Some(first)),
                Event::RequestClose => closing = true,
                Event::NotifyPacketIdReleased(_) => {}
            }
        }
        if let Some(error) = error {
            return Err(error.into());
        }
        if closing {
            self.close(None);
        }
        Ok(())
    }

    fn handle(&mut self, packet: &Packet) {
        let event = match packet {
            Packet::V3_1_1Connack(answer) if answer.return_code().is_success() => {
                MqttEvent::Connected { session_present: answer.session_present() }
            }
            Packet::V3_1_1Connack(answer) => {
                return self.close(Some(Error::Refused(answer.return_code())));
            }
            Packet::V3_1_1Suback(answer) => {
                if !answer.return_codes().iter().all(SubackReturnCode::is_success) {
                    return self.close(Some(Error::NotSubscribed));
                }
                MqttEvent::Subscribed(answer.packet_id().into())
            }
            Packet::V3_1_1Unsuback(answer) => MqttEvent::Unsubscribed(answer.packet_id().into()),
            Packet::V3_1_1Puback(answer) => MqttEvent::Published(answer.packet_id().into()),
            Packet::V3_1_1Pubcomp(answer) => MqttEvent::Published(answer.packet_id().into()),
            Packet::V3_1_1Publish(message) => MqttEvent::Received {
                id: message.packet_id().unwrap_or_default().into(),
                topic: message.topic_name().to_string(),
                data: message.payload().as_slice().to_vec(),
            },
            _ => return,
        };
        self.events.push_back(event);
    }
}

const fn to_qos(qos: QoS) -> Qos {
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
