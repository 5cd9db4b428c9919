//! The other side of the device's topics: hears heartbeats and answers, sends commands.
//!
//! In: the broker's port without TLS. Out: [`Observer`]. It speaks through the same MQTT machine as
//! the firmware, but over a plain socket and a thread less.

use crate::Fault;
use embedded_svc::mqtt::client::QoS;
use firmware_mqtt::{Heard, Hello, Machine};
use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    time::{Duration, Instant},
};

/// How long a look at the socket lasts.
const LOOK: Duration = Duration::from_millis(50);

/// A client of the broker that is not the device.
pub(crate) struct Observer {
    stream: TcpStream,
    machine: Machine,
    started: Instant,
}

impl Observer {
    /// Connects to the broker's port without TLS, and hears every device from then on.
    pub(crate) fn connect(port: u16) -> Result<Self, Fault> {
        let started = Instant::now();
        let hello = Hello { client_id: "bench", user: None, keep_alive: 60 };
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(LOOK))?;
        let machine = Machine::new(&hello, started.elapsed())?;
        let mut observer = Self { stream, machine, started };
        observer.until(Duration::from_secs(5), |heard| matches!(heard, Heard::Connected { .. }))?;
        for topic in ["devices/+/heartbeat", "devices/+/answer"] {
            let now = observer.started.elapsed();
            observer.machine.subscribe(topic, QoS::AtLeastOnce, now)?;
            observer
                .until(Duration::from_secs(5), |heard| matches!(heard, Heard::Subscribed(_)))?;
        }
        Ok(observer)
    }

    /// Waits for a message on `topic`.
    pub(crate) fn hear(&mut self, topic: &str, limit: Duration) -> Result<String, Fault> {
        let heard = self.until(
            limit,
            |heard| matches!(heard, Heard::Received { topic: other, .. } if other == topic),
        );
        match heard.map_err(|error| format!("nothing on {topic}: {error}"))? {
            Heard::Received { data, .. } => Ok(String::from_utf8(data)?),
            other => Err(format!("not a message: {other:?}").into()),
        }
    }

    /// Sends a message.
    pub(crate) fn say(&mut self, topic: &str, text: &str) -> Result<(), Fault> {
        let now = self.started.elapsed();
        self.machine.publish(topic, QoS::AtLeastOnce, false, text.as_bytes(), now)?;
        Ok(self.stream.write_all(&self.machine.take_outgoing())?)
    }

    fn until(&mut self, limit: Duration, wanted: impl Fn(&Heard) -> bool) -> Result<Heard, Fault> {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            self.stream.write_all(&self.machine.take_outgoing())?;
            while let Some(heard) = self.machine.next_heard() {
                if wanted(&heard) {
                    return Ok(heard);
                }
            }
            let mut piece = [0; 1024];
            match self.stream.read(&mut piece) {
                Ok(0) => return Err("the broker hung up on the bench".into()),
                Ok(count) => self.machine.receive(&piece[..count], self.started.elapsed()),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(format!("not within {limit:?}").into())
    }
}
