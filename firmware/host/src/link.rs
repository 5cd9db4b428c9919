//! One connection to a broker: TCP, TLS and MQTT, behind the traits of `embedded_svc`.
//!
//! In: [`Settings`]. Out: a [`LinkClient`] that sends and a [`LinkConnection`] that hears, as
//! ESP-IDF's client gives them to the device: at once, while the connection opens behind them.
//!
//! A thread of its own carries the bytes, because mbedTLS lets one thread at a time touch a
//! session. The client and that thread share the MQTT machine; a message wakes the thread.

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
use firmware_mqtt::{Error, Heard, Hello, Machine};
use futures_lite::FutureExt as _;
use mbedtls_rs::{Session, TlsReference, TlsVersion};
use std::{
    ffi::CString,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, Scope},
    time::{Duration, Instant},
};

/// The longest silence before a ping, in seconds: half of ESP-IDF's 120, so that a desk notices a
/// dead broker while one looks on.
const KEEP_ALIVE: u16 = 60;

/// How long the TLS handshake may take: the time that esp-tls allows.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The largest piece that is taken from the session at once, in bytes.
const PIECE: usize = 1024;

/// What the connections of one run have in common.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The broker's name, which its certificate must carry.
    pub(crate) host: String,
    /// Its TCP port.
    pub(crate) port: u16,
    /// The client identifier.
    pub(crate) client_id: String,
    /// User name and password.
    pub(crate) user: Option<(String, String)>,
    /// The device's own certificate and key.
    pub(crate) identity: Option<Identity>,
    /// The only TLS version to offer.
    pub(crate) version: Option<TlsVersion>,
    /// When the device started.
    pub(crate) started: Instant,
}

/// What the two ends and the thread between them share.
#[derive(Clone)]
struct Shared {
    machine: Arc<Mutex<Machine>>,
    failure: Arc<Mutex<Option<Failure>>>,
    started: Instant,
}

/// The end that sends.
pub(crate) struct LinkClient {
    shared: Shared,
    wake: Sender<()>,
}

/// The end that hears.
pub(crate) struct LinkConnection {
    shared: Shared,
    heard: mpsc::Receiver<Heard>,
    last: Heard,
}

/// Opens a connection in the background; what becomes of it is heard from the connection.
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
    let (tell, heard) = mpsc::channel();
    let carrier = shared.clone();
    let reference = tls.reference();
    thread::Builder::new().name("link".into()).spawn_scoped(scope, move || {
        let result = async_io::block_on(carry(settings, reference, &carrier, &woken, &tell));
        if let Err(failure) = result {
            carrier.machine().lost(Error::Link(failure.to_string()));
            carrier.fail(failure);
        }
        carrier.tell(&tell);
    })?;
    let connection = LinkConnection { shared: shared.clone(), heard, last: Heard::BeforeConnect };
    Ok((LinkClient { shared, wake }, connection))
}

/// Carries the bytes until the client is gone or the connection is over.
async fn carry(
    settings: &Settings,
    tls: TlsReference<'_>,
    shared: &Shared,
    wake: &Receiver<()>,
    tell: &mpsc::Sender<Heard>,
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
    let too_long = async {
        Timer::after(HANDSHAKE).await;
        None
    };
    match handshake.or(too_long).await {
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
        shared.tell(tell);
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
        let mut piece = [0; PIECE];
        let read = async { Ok(Woken::Bytes(reader.read(&mut piece).await.map_err(broken)?)) };
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
            Woken::Bytes(0) => return Err(Failure::Network("the broker hung up".into())),
            Woken::Bytes(count) => machine.receive(&piece[..count], now),
            Woken::Time => machine.tick(now),
            Woken::NoClient => machine.disconnect(now),
            Woken::Message => {}
        }
    }
    drop((reader, writer));
    // The broker may already have closed its side; there is nobody left to tell.
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

    /// Passes on what the machine heard.
    fn tell(&self, tell: &mpsc::Sender<Heard>) {
        while let Some(heard) = self.machine().next_heard() {
            // Whoever listened may be gone already; then nobody misses it.
            let _ = tell.send(heard);
        }
    }
}

impl LinkClient {
    /// Asks the machine, and wakes the thread that carries what it answers.
    fn ask<T>(
        &mut self,
        ask: impl FnOnce(&mut Machine, Duration) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let answer = ask(&mut self.shared.machine(), self.shared.started.elapsed())?;
        // Full means that the thread is about to wake anyway; closed, that it is gone.
        let _ = self.wake.try_send(());
        Ok(answer)
    }
}

impl ErrorType for LinkClient {
    type Error = Error;
}

impl Client for LinkClient {
    fn subscribe(&mut self, topic: &str, qos: QoS) -> Result<MessageId, Error> {
        self.ask(|machine, now| machine.subscribe(topic, qos, now))
    }

    fn unsubscribe(&mut self, topic: &str) -> Result<MessageId, Error> {
        self.ask(|machine, now| machine.unsubscribe(topic, now))
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
        self.ask(|machine, now| machine.publish(topic, qos, retain, payload, now))
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
    type Event<'a> = &'a Heard;

    fn next(&mut self) -> Result<&Heard, Error> {
        match self.heard.recv() {
            Ok(heard) => self.last = heard,
            Err(mpsc::RecvError) => return Err(Error::Link("the connection is over".into())),
        }
        if let Heard::Failed(error) = &self.last
            && !matches!(error, Error::Link(_))
        {
            self.shared.fail(Failure::Mqtt(error.clone()));
        }
        println!("mqtt: {}", self.last.payload());
        Ok(&self.last)
    }
}
