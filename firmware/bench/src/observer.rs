//! The peer of the device: receives its heartbeats and answers, and sends it commands.
//!
//! In: the broker's port without TLS. Out: [`Observer`]. It uses the same MQTT machine as the firmware,
//! but over a plain socket and without a second thread.

use crate::Fault;
use embedded_svc::mqtt::client::QoS;
use firmware_mqtt::{Hello, Machine, MqttEvent};
use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::{Duration, Instant},
};

/// The read timeout of the socket.
const READ_TIMEOUT: Duration = Duration::from_millis(50);

/// An MQTT client that communicates with the device through the broker.
pub(crate) struct Observer {
    stream: TcpStream,
    machine: Machine,
    started: Instant,
}

impl Observer {
    /// Connects to the broker's port without TLS, and subscribes to the topics of every device.
    pub(crate) fn connect(port: u16) -> Result<Self, Fault> {
        let started = Instant::now();
        let hello = Hello { client_id: "bench", user: None, keep_alive: 60 };
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(READ_TIMEOUT))?;
        let machine = Machine::new(&hello, started.elapsed())?;
        let mut observer = Self { stream, machine, started };
        let limit = Duration::from_secs(5);
        observer.wait_for(limit, |event| matches!(event, MqttEvent::Connected { .. }))?;
        for topic in ["devices/+/heartbeat", "devices/+/answer"] {
            let now = observer.started.elapsed();
            observer.machine.subscribe(topic, QoS::AtLeastOnce, now)?;
            observer.wait_for(limit, |event| matches!(event, MqttEvent::Subscribed(_)))?;
        }
        Ok(observer)
    }

    /// Waits for a message on `topic`.
    pub(crate) fn receive(&mut self, topic: &str, limit: Duration) -> Result<String, Fault> {
        let event = self.wait_for(
            limit,
            |event| matches!(event, MqttEvent::Received { topic: other, .. } if other == topic),
        );
        match event.map_err(|error| format!("no message on {topic}: {error}"))? {
            MqttEvent::Received { data, .. } => Ok(String::from_utf8(data)?),
            other => Err(format!("expected a message, found {other:?}").into()),
        }
    }

    /// Sends a message.
    pub(crate) fn publish(&mut self, topic: &str, text: &str) -> Result<(), Fault> {
        let now = self.started.elapsed();
        self.machine.publish(topic, QoS::AtLeastOnce, false, text.as_bytes(), now)?;
        Ok(self.stream.write_all(&self.machine.take_outgoing())?)
    }

    /// Waits for an event that `matches` accepts.
    fn wait_for(
        &mut self,
        limit: Duration,
        matches: impl Fn(&MqttEvent) -> bool,
    ) -> Result<MqttEvent, Fault> {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            self.stream.write_all(&self.machine.take_outgoing())?;
            while let Some(event) = self.machine.next_event() {
                if matches(&event) {
                    return Ok(event);
                }
            }
            let mut buffer = [0; 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err("the broker closed the connection of the bench".into()),
                Ok(count) => self.machine.receive(&buffer[..count], self.started.elapsed()),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(format!("timed out after {limit:?}").into())
    }
}
