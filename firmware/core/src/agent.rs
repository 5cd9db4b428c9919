//! One connection: subscribe, send heartbeats, execute commands.
//!
//! In: [`Signal`]s from the MQTT client, and the time since the device started. Out: messages through
//! the client, and a [`Step`]: how long to wait for the next signal, or why the connection has ended.
//! Nothing here sleeps, so a test can simulate a day in a millisecond.

use crate::{
    anchor,
    command::{BadCommand, Command},
    topics::Topics,
};
use alloc::{format, string::ToString, vec::Vec};
use core::time::Duration;
use embedded_svc::mqtt::client::{Client, Details, EventPayload, MessageId, Publish, QoS};

/// The QoS of heartbeats and answers. A lost heartbeat would look like a dead device.
const QOS: QoS = QoS::AtLeastOnce;

/// The default time between two heartbeats.
pub const HEARTBEAT: Duration = Duration::from_secs(60);

/// The longest time from the start of a connection to the broker's answer. ESP-IDF allows 10 s each
/// for TCP and TLS; the rest is for a DNS server that does not answer.
pub const CONNECTING: Duration = Duration::from_secs(30);

/// An event of the client. It is owned, so that one thread can receive it and another act on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// The broker accepted the connection.
    Connected,
    /// The connection has ended.
    Disconnected,
    /// The broker acknowledged this message.
    Published(MessageId),
    /// A message on the command topic.
    Command(Result<Command, BadCommand>),
}

impl Signal {
    /// The signal in `event`, if the agent acts on it.
    pub fn of<E>(event: &EventPayload<'_, E>, topics: &Topics) -> Option<Self> {
        match event {
            EventPayload::Connected(_) => Some(Self::Connected),
            EventPayload::Disconnected => Some(Self::Disconnected),
            EventPayload::Published(id) => Some(Self::Published(*id)),
            EventPayload::Received { topic: Some(topic), data, details, .. }
                if *topic == topics.command =>
            {
                Some(Self::Command(match details {
                    Details::Complete => Command::parse(data),
                    Details::InitialChunk(_) | Details::SubsequentChunk(_) => {
                        Err(BadCommand::TooLong)
                    }
                }))
            }
            _ => None,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Wait this long for the next signal.
    Wait(Duration),
    /// The connection has ended.
    End(End),
}

/// Why a connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The broker never accepted it.
    NotConnected,
    /// The broker accepted it, and it was lost later.
    Disconnected,
    /// The device received the command to restart.
    Restart,
    /// The broker acknowledged the requested number of heartbeats.
    Done,
}

/// The state of the device during one connection.
#[derive(Debug)]
pub struct Agent {
    topics: Topics,
    interval: Duration,
    /// When the connection was started, since the device started.
    since: Duration,
    /// When the next heartbeat is due; `None` while not connected.
    due: Option<Duration>,
    sent: u32,
    waiting_for: Vec<MessageId>,
    arrived: u32,
    enough: Option<u32>,
}

impl Agent {
    /// A device that uses `topics` and sends heartbeats until it is stopped.
    #[must_use]
    pub const fn new(topics: Topics) -> Self {
        Self {
            topics,
            interval: HEARTBEAT,
            since: Duration::ZERO,
            due: None,
            sent: 0,
            waiting_for: Vec::new(),
            arrived: 0,
            enough: None,
        }
    }

    /// Sets the time between two heartbeats.
    #[must_use]
    pub const fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Stops after the broker has acknowledged `heartbeats` heartbeats.
    #[must_use]
    pub const fn until(mut self, heartbeats: u32) -> Self {
        self.enough = Some(heartbeats);
        self
    }

    /// The topics of this device.
    #[must_use]
    pub const fn topics(&self) -> &Topics {
        &self.topics
    }

    /// How many heartbeats the broker has acknowledged, over all connections.
    #[must_use]
    pub const fn arrived(&self) -> u32 {
        self.arrived
    }

    /// Starts a new connection at `now`. Unacknowledged messages of the old one are dropped.
    pub fn begin(&mut self, now: Duration) {
        self.since = now;
        self.due = None;
        self.waiting_for.clear();
    }

    /// Handles `signal`, if there is one, and sends a heartbeat if it is due. `now` is the time since
    /// the device started.
    ///
    /// # Errors
    ///
    /// The client's error if it cannot send a message; the connection has then ended.
    pub fn step<C: Client + Publish>(
        &mut self,
        client: &mut C,
        now: Duration,
        signal: Option<Signal>,
    ) -> Result<Step, C::Error> {
        match signal {
            Some(Signal::Connected) => {
                client.subscribe(&self.topics.command, QOS)?;
                self.due = Some(now);
            }
            Some(Signal::Disconnected) => {
                let end = if self.due.is_some() { End::Disconnected } else { End::NotConnected };
                return Ok(Step::End(end));
            }
            Some(Signal::Published(id)) => {
                if let Some(place) = self.waiting_for.iter().position(|waiting| *waiting == id) {
                    self.waiting_for.swap_remove(place);
                    self.arrived = self.arrived.saturating_add(1);
                }
                if self.enough.is_some_and(|enough| self.arrived >= enough) {
                    return Ok(Step::End(End::Done));
                }
            }
            Some(Signal::Command(command)) => {
                if let Some(end) = self.execute(client, now, command)? {
                    return Ok(Step::End(end));
                }
            }
            None => {}
        }
        self.send_heartbeat(client, now)
    }

    /// Sends the heartbeat if it is due, and returns how long to wait for the next one.
    fn send_heartbeat<C: Publish>(
        &mut self,
        client: &mut C,
        now: Duration,
    ) -> Result<Step, C::Error> {
        let Some(due) = self.due else {
            let left = (self.since + CONNECTING).saturating_sub(now);
            let step = Step::Wait(left);
            return Ok(if left.is_zero() { Step::End(End::NotConnected) } else { step });
        };
        if now < due {
            return Ok(Step::Wait(due - now));
        }
        self.sent = self.sent.saturating_add(1);
        let heartbeat = format!(
            r#"{{"beat":{},"uptime_s":{},"anchor_not_after":{}}}"#,
            self.sent,
            now.as_secs(),
            anchor::BROKER_ROOT_CA_NOT_AFTER,
        );
        let id = client.publish(&self.topics.heartbeat, QOS, false, heartbeat.as_bytes())?;
        self.waiting_for.push(id);
        self.due = Some(now + self.interval);
        Ok(Step::Wait(self.interval))
    }

    /// Executes `command` and answers it.
    fn execute<C: Publish>(
        &mut self,
        client: &mut C,
        now: Duration,
        command: Result<Command, BadCommand>,
    ) -> Result<Option<End>, C::Error> {
        let (answer, end) = match command {
            Ok(Command::Ping) => ("pong".to_string(), None),
            Ok(Command::Interval(interval)) => {
                self.interval = interval;
                self.due = Some(now + interval);
                (format!("interval {}", interval.as_secs()), None)
            }
            Ok(Command::Restart) => ("restarting".to_string(), Some(End::Restart)),
            Err(bad) => (format!("error: {bad}"), None),
        };
        client.publish(&self.topics.answer, QOS, false, answer.as_bytes())?;
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{string::String, vec};
    use core::convert::Infallible;
    use embedded_svc::mqtt::client::{ErrorType, InitialChunkData};

    /// A client that accepts and records everything.
    #[derive(Default)]
    struct FakeClient {
        subscribed: Vec<String>,
        published: Vec<(String, String)>,
    }

    impl ErrorType for FakeClient {
        type Error = Infallible;
    }

    impl Client for FakeClient {
        fn subscribe(&mut self, topic: &str, _: QoS) -> Result<MessageId, Infallible> {
            self.subscribed.push(topic.into());
            Ok(0)
        }

        fn unsubscribe(&mut self, _: &str) -> Result<MessageId, Infallible> {
            unreachable!("the agent keeps its subscription")
        }
    }

    impl Publish for FakeClient {
        fn publish(
            &mut self,
            topic: &str,
            _: QoS,
            _: bool,
            payload: &[u8],
        ) -> Result<MessageId, Infallible> {
            self.published.push((topic.into(), String::from_utf8(payload.into()).unwrap()));
            Ok(self.published.len() as MessageId)
        }
    }

    fn agent() -> Agent {
        Agent::new(Topics::of("d1").unwrap()).interval(Duration::from_secs(10))
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The step of `agent` at second `now`.
    fn step(agent: &mut Agent, client: &mut FakeClient, now: u64, signal: Option<Signal>) -> Step {
        let Ok(step) = agent.step(client, seconds(now), signal);
        step
    }

    #[test]
    fn a_connection_starts_with_a_subscription_and_a_heartbeat() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        agent.begin(seconds(5));
        assert_eq!(step(&mut agent, &mut client, 5, None), Step::Wait(CONNECTING));
        assert_eq!(
            step(&mut agent, &mut client, 7, Some(Signal::Connected)),
            Step::Wait(seconds(10))
        );
        assert_eq!(client.subscribed, ["devices/d1/command"]);
        let beat = format!(
            r#"{{"beat":1,"uptime_s":7,"anchor_not_after":{}}}"#,
            anchor::BROKER_ROOT_CA_NOT_AFTER
        );
        assert_eq!(client.published, [("devices/d1/heartbeat".to_string(), beat)]);
    }

    #[test]
    fn commands_do_not_delay_heartbeats() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        let ping = Signal::Command(Command::parse(b"ping"));
        assert_eq!(step(&mut agent, &mut client, 4, Some(ping)), Step::Wait(seconds(6)));
        assert_eq!(step(&mut agent, &mut client, 10, None), Step::Wait(seconds(10)));
        let topics: Vec<_> = client.published.iter().map(|(topic, _)| topic.as_str()).collect();
        assert_eq!(topics, ["devices/d1/heartbeat", "devices/d1/answer", "devices/d1/heartbeat"]);
        assert_eq!(client.published[1].1, "pong");
    }

    #[test]
    fn a_new_interval_starts_at_the_command() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        let slower = Signal::Command(Command::parse(b"interval 100"));
        assert_eq!(step(&mut agent, &mut client, 4, Some(slower)), Step::Wait(seconds(100)));
        assert_eq!(client.published[1].1, "interval 100");
    }

    #[test]
    fn a_restart_is_acknowledged_before_it_happens() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        let restart = Signal::Command(Command::parse(b"restart"));
        assert_eq!(step(&mut agent, &mut client, 1, Some(restart)), Step::End(End::Restart));
        assert_eq!(client.published[1].1, "restarting");
    }

    #[test]
    fn an_invalid_command_gets_an_answer_and_changes_nothing() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        let nonsense = Signal::Command(Command::parse(b"format c:"));
        assert_eq!(step(&mut agent, &mut client, 1, Some(nonsense)), Step::Wait(seconds(9)));
        assert_eq!(client.published[1].1, "error: \"format\" is none of ping, interval, restart");
    }

    #[test]
    fn a_silent_broker_times_out() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        agent.begin(seconds(100));
        assert_eq!(step(&mut agent, &mut client, 129, None), Step::Wait(seconds(1)));
        assert_eq!(step(&mut agent, &mut client, 130, None), Step::End(End::NotConnected));
    }

    #[test]
    fn a_refused_connection_differs_from_a_broken_one() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        let gone = || Some(Signal::Disconnected);
        assert_eq!(step(&mut agent, &mut client, 0, gone()), Step::End(End::NotConnected));
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        assert_eq!(step(&mut agent, &mut client, 1, gone()), Step::End(End::Disconnected));
    }

    #[test]
    fn only_acknowledged_heartbeats_count_as_delivered() {
        let (mut agent, mut client) = (agent().until(2), FakeClient::default());
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        let ping = Signal::Command(Command::parse(b"ping"));
        step(&mut agent, &mut client, 1, Some(ping));
        step(&mut agent, &mut client, 1, Some(Signal::Published(2)));
        assert_eq!(agent.arrived(), 0, "message 2 is the answer to the ping");
        step(&mut agent, &mut client, 2, Some(Signal::Published(1)));
        assert_eq!(agent.arrived(), 1);
        step(&mut agent, &mut client, 10, None);
        assert_eq!(
            step(&mut agent, &mut client, 11, Some(Signal::Published(3))),
            Step::End(End::Done)
        );
    }

    #[test]
    fn a_new_connection_drops_unacknowledged_messages() {
        let (mut agent, mut client) = (agent(), FakeClient::default());
        step(&mut agent, &mut client, 0, Some(Signal::Connected));
        agent.begin(seconds(20));
        step(&mut agent, &mut client, 20, Some(Signal::Published(1)));
        assert_eq!(agent.arrived(), 0);
    }

    #[test]
    fn only_whole_messages_on_the_command_topic_are_read() {
        let topics = Topics::of("d1").unwrap();
        let received = |topic, details| {
            Signal::of::<Infallible>(
                &EventPayload::Received { id: 0, topic, data: b"ping", details },
                &topics,
            )
        };
        let piece = Details::InitialChunk(InitialChunkData { total_data_size: 9000 });
        assert_eq!(
            vec![
                received(Some("devices/d1/command"), Details::Complete),
                received(Some("devices/d1/command"), piece),
                received(Some("devices/d2/command"), Details::Complete),
                received(None, Details::Complete),
            ],
            [
                Some(Signal::Command(Ok(Command::Ping))),
                Some(Signal::Command(Err(BadCommand::TooLong))),
                None,
                None
            ]
        );
    }
}
