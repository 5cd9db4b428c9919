//! One connection to a broker: TCP, TLS and MQTT, behind the traits of `embedded_svc`.
//!
//! In: [`Settings`]. Out: a [`LinkClient`] that sends and a [`LinkConnection`] that receives. As with
//! ESP-IDF's client, both are returned immediately, while the connection opens in the background.
//!
//! A separate thread transfers the bytes, because only one thread at a time may use an mbedTLS
//! session. The client and that thread share the MQTT machine; each request wakes the thread.

use crate::{
    failure::Failure,
    socket::Socket,
    tls::{self, Identity, Tls},
};
use async_channel::{Receiver, Sender};
use async_io::Timer;
use embedded_io_async::Write as _;
use embedded_svc::mqtt::client::{
    Client, Connection, ErrorType, Event as _, MessageId, Publish, QoS,
};
use firmware_core::anchor;
use firmware_mqtt::{Error, Hello, Machine, MqttEvent};
use futures_lite::FutureExt as _;
use mbedtls_rs::{Session, TlsReference, TlsVersion};
use std::{
    ffi::CString,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, Scope},
    time::{Duration, Instant},
};

/// The longest time without traffic before a ping, in seconds: half of ESP-IDF's 120, so that the user
/// does not wait long until a dead broker is noticed.
const KEEP_ALIVE: u16 = 60;

/// The time limit for the TLS handshake: the same as in esp-tls.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The size of one read from the session, in bytes.
const READ_SIZE: usize = 1024;

/// The settings of all connections of one run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The broker's name, which its certificate must contain.
    pub(crate) host: String,
    /// Its TCP port.
    pub(crate) port: u16,
    /// The client identifier.
    pub(crate) client_id: String,
    /// User name and password.
    pub(crate) user: Option<(String, String)>,
    /// The device's certificate and key.
    pub(crate) identity: Option<Identity>,
    /// The only TLS version to offer.
    pub(crate) version: Option<TlsVersion>,
    /// When the device started.
    pub(crate) started: Instant,
}

/// The state that the client, the connection and the thread share.
#[derive(Clone)]
struct Shared {
    machine: Arc<Mutex<Machine>>,
    failure: Arc<Mutex<Option<Failure>>>,
    started: Instant,
}

/// Sends requests.
pub(crate) struct LinkClient {
    shared: Shared,
    wake: Sender<()>,
}

/// Receives events.
pub(crate) struct LinkConnection {
    shared: Shared,
    events: mpsc::Receiver<MqttEvent>,
    last: MqttEvent,
}

/// Opens a connection in the background. The returned connection reports the outcome.
pub(crate) fn open<'scope>(
    scope: &'scope Scope<'scope, '_>,
    settings: &'scope Settings,
    tls: &'scope Tls,
) -> io::Result<(LinkClient, LinkConnection)> {
    let hello = Hello {
        client_id: &settings.client_id,
        user: settings.user.as_ref().map(|(name, password)| (name.as_str(), password.as_str())),
        keep_alive: KEEP_ALIVE,
    };
    let machine = Machine::new(&hello, settings.started.elapsed()).map_err(io::Error::other)?;
    let shared = Shared {
        machine: Arc::new(Mutex::new(machine)),
        failure: Arc::default(),
        started: settings.started,
    };
    let (wake, woken) = async_channel::bounded(1);
    let (sender, events) = mpsc::channel();
    let state = shared.clone();
    let reference = tls.reference();
    thread::Builder::new().name("link".into()).spawn_scoped(scope, move || {
        let result = async_io::block_on(transfer(settings, reference, &state, &woken, &sender));
        if let Err(failure) = result {
            state.machine().lost(Error::Link(failure.to_string()));
            state.fail(failure);
        }
        state.forward_events(&sender);
    })?;
    let last = MqttEvent::BeforeConnect;
    let connection = LinkConnection { shared: shared.clone(), events, last };
    Ok((LinkClient { shared, wake }, connection))
}

/// Transfers bytes until the client is dropped or the connection has ended.
async fn transfer(
    settings: &Settings,
    tls: TlsReference<'_>,
    shared: &Shared,
    wake: &Receiver<()>,
    sender: &mpsc::Sender<MqttEvent>,
) -> Result<(), Failure> {
    let Settings { host, port, .. } = settings;
    let unreachable = |error| Failure::Network(format!("{host}:{port}: {error}"));
    let socket = Socket::connect(host, *port).await.map_err(unreachable)?;
    let name = CString::new(host.as_str()).map_err(|error| Failure::Network(error.to_string()))?;
    let config = tls::session(&name, settings.identity.as_ref(), settings.version)
        .map_err(|error| Failure::of_session(error, 0))?;
    let mut session =
        Session::new(tls, socket, &config).map_err(|error| Failure::of_session(error, 0))?;

    let handshake = async { Some(session.connect().await) };
    let timeout = async {
        Timer::after(HANDSHAKE).await;
        None
    };
    match handshake.or(timeout).await {
        Some(Ok(())) => {}
        Some(Err(error)) => {
            return Err(Failure::of_session(error, session.tls_verification_details()));
        }
        None => return Err(Failure::Network(format!("{host}:{port}: no TLS handshake in time"))),
    }
    let version = match session.tls_version() {
        Some(TlsVersion::Tls1_3) => "TLS 1.3",
        _ => "TLS 1.2",
    };
    println!(
        "tls: {host}:{port} proved its name over {version} under the anchor grabbed from {}:{}",
        anchor::BROKER_ROOT_CA_HOST,
        anchor::BROKER_ROOT_CA_PORT,
    );

    let broken = |error| Failure::of_session(error, 0);
    let (mut reader, mut writer) = session.split().await.map_err(broken)?;
    loop {
        let bytes = shared.machine().take_outgoing();
        if !bytes.is_empty() {
            writer.write_all(&bytes).await.map_err(broken)?;
            writer.flush().await.map_err(broken)?;
        }
        shared.forward_events(sender);
        let (open, deadline) = {
            let machine = shared.machine();
            (machine.is_open(), machine.deadline())
        };
        if !open {
            break;
        }

        /// Why the thread woke.
        enum Woken {
            Bytes(usize),
            Message,
            NoClient,
            Time,
        }
        let mut buffer = [0; READ_SIZE];
        let read = async { Ok(Woken::Bytes(reader.read(&mut buffer).await.map_err(broken)?)) };
        let message =
            async { Ok(if wake.recv().await.is_ok() { Woken::Message } else { Woken::NoClient }) };
        let time = async {
            match deadline {
                Some(deadline) => Timer::at(shared.started + deadline).await,
                None => Timer::never().await,
            };
            Ok(Woken::Time)
        };
        let woken = read.or(message).or(time).await?;
        let now = shared.started.elapsed();
        let mut machine = shared.machine();
        match woken {
            Woken::Bytes(0) => {
                return Err(Failure::Network("the broker closed the connection".into()));
            }
            Woken::Bytes(count) => machine.receive(&buffer[..count], now),
            Woken::Time => machine.tick(now),
            Woken::NoClient => machine.disconnect(now),
            Woken::Message => {}
        }
    }
    drop((reader, writer));
    // This fails if the broker has already closed the connection; that does not matter.
    let _ = session.close().await;
    Ok(())
}

impl Shared {
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, failure: Failure) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    /// Forwards the machine's events.
    fn forward_events(&self, sender: &mpsc::Sender<MqttEvent>) {
        while let Some(event) = self.machine().next_event() {
            // This fails if the connection has been dropped; then no one needs the event.
            let _ = sender.send(event);
        }
    }
}

impl LinkClient {
    /// Passes a request to the machine, and wakes the thread that sends its bytes.
    fn request<T>(
        &mut self,
        request: impl FnOnce(&mut Machine, Duration) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let id = request(&mut self.shared.machine(), self.shared.started.elapsed())?;
        // If the channel is full, the thread will wake anyway; if it is closed, the thread has ended.
        let _ = self.wake.try_send(());
        Ok(id)
    }
}

impl ErrorType for LinkClient {
    type Error = Error;
}

impl Client for LinkClient {
    fn subscribe(&mut self, topic: &str, qos: QoS) -> Result<MessageId, Error> {
        self.request(|machine, now| machine.subscribe(topic, qos, now))
    }

    fn unsubscribe(&mut self, topic: &str) -> Result<MessageId, Error> {
        self.request(|machine, now| machine.unsubscribe(topic, now))
    }
}

impl Publish for LinkClient {
    fn publish(
        &mut self,
        topic: &str,
        qos: QoS,
        retain: bool,
        payload: &[u8],
    ) -> Result<MessageId, Error> {
        self.request(|machine, now| machine.publish(topic, qos, retain, payload, now))
    }
}

impl LinkConnection {
    /// Why the connection failed, if it did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ErrorType for LinkConnection {
    type Error = Error;
}

impl Connection for LinkConnection {
    type Event<'a> = &'a MqttEvent;

    fn next(&mut self) -> Result<&MqttEvent, Error> {
        match self.events.recv() {
            Ok(event) => self.last = event,
            Err(mpsc::RecvError) => return Err(Error::Link("the connection has ended".into())),
        }
        if let MqttEvent::Failed(error) = &self.last
            && !matches!(error, Error::Link(_))
        {
            self.shared.fail(Failure::Mqtt(error.clone()));
        }
        println!("mqtt: {}", self.last.payload());
        Ok(&self.last)
    }
}
