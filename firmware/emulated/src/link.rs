//! MQTT over the TLS session, in one thread.
//!
//! In: a connected session. Out: [`Link`], which sends through the traits of `embedded_svc` and
//! receives through [`Link::next_event`].

use crate::board::{Uart, now};
use alloc::string::ToString;
use core::time::Duration;
use embedded_svc::mqtt::client::{Client, ErrorType, MessageId, Publish, QoS};
use firmware_mqtt::{Error, Hello, Machine, MqttEvent};
use mbedtls_rs::{SessionError, blocking::Session};

/// The parameters of the image's CONNECT packet.
const HELLO: Hello<'_> = Hello { client_id: "c3", user: None, keep_alive: 60 };

/// A TLS session with an MQTT connection in it.
pub struct Link<'a> {
    session: Session<'a, Uart>,
    machine: Machine,
}

impl<'a> Link<'a> {
    /// Opens an MQTT connection in `session`.
    pub fn open(session: Session<'a, Uart>) -> Result<Self, Error> {
        let mut link = Self { session, machine: Machine::new(&HELLO, now())? };
        link.send()?;
        Ok(link)
    }

    /// Waits for the next event; `None` if there is none until `deadline`.
    pub fn next_event(&mut self, deadline: Duration) -> Option<MqttEvent> {
        loop {
            if let Some(event) = self.machine.next_event() {
                return Some(event);
            }
            let due = self.machine.deadline().unwrap_or(deadline).min(deadline);
            while !self.session.stream().readable() && now() < due {
                core::hint::spin_loop();
            }
            if self.session.stream().readable() {
                let mut piece = [0; 256];
                match self.session.read(&mut piece) {
                    Ok(count) if count > 0 => self.machine.receive(&piece[..count], now()),
                    Ok(_) => {
                        self.machine.lost(Error::Link("the broker closed the connection".into()))
                    }
                    Err(error) => self.machine.lost(link_error(error)),
                }
            } else if now() >= deadline {
                return None;
            } else {
                self.machine.tick(now());
            }
            if let Err(error) = self.send() {
                self.machine.lost(error);
            }
        }
    }

    /// Disconnects.
    pub fn close(mut self) {
        self.machine.disconnect(now());
        // The heartbeat has been acknowledged, so an error here does not matter.
        let _ = self.send();
    }

    fn send(&mut self) -> Result<(), Error> {
        let bytes = self.machine.take_outgoing();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let count = self.session.write(rest).map_err(link_error)?;
            rest = &rest[count..];
        }
        Ok(())
    }
}

fn link_error(error: SessionError) -> Error {
    Error::Link(error.to_string())
}

impl ErrorType for Link<'_> {
    type Error = Error;
}

impl Client for Link<'_> {
    fn subscribe(&mut self, topic: &str, qos: QoS) -> Result<MessageId, Error> {
        let id = self.machine.subscribe(topic, qos, now())?;
        self.send()?;
        Ok(id)
    }

    fn unsubscribe(&mut self, topic: &str) -> Result<MessageId, Error> {
        let id = self.machine.unsubscribe(topic, now())?;
        self.send()?;
        Ok(id)
    }
}

impl Publish for Link<'_> {
    fn publish(
        &mut self,
        topic: &str,
        qos: QoS,
        retain: bool,
        payload: &[u8],
    ) -> Result<MessageId, Error> {
        let id = self.machine.publish(topic, qos, retain, payload, now())?;
        self.send()?;
        Ok(id)
    }
}
