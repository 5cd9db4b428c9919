//! Connects a board to an MQTT broker over TLS, sends heartbeats, and logs received messages.
//!
//! server_root_ca.rs, which certgrab generated, defines the broker, its port and the only trusted
//! certificate. Wi-Fi and credentials come from device.env. Edit the topics, what is published, and
//! how messages are handled.

mod clock;
mod config;
mod identity;
mod server_root_ca;
mod wifi;

use config::{DEVICE_NAME, MQTT_PASSWORD, MQTT_USER};
use esp_idf_svc::{
    eventloop::EspSystemEventLoop,
    hal::peripherals::Peripherals,
    log::EspLogger,
    mqtt::client::{
        EspMqttClient, EspMqttConnection, EventPayload, MqttClientConfiguration,
        MqttProtocolVersion, QoS,
    },
    nvs::EspDefaultNvsPartition,
    sys,
};
use server_root_ca::{SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT, SERVER_ROOT_CA_X509};
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// The time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The time limit for TCP and TLS.
const LIMIT: Duration = Duration::from_secs(10);

/// The time limit for the broker's answer, including DNS.
const CONNECTING: Duration = Duration::from_secs(30);

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The stack of the thread that receives the events, in bytes.
const STACK: usize = 6 * 1024;

fn main() -> anyhow::Result<()> {
    sys::link_patches();
    EspLogger::initialize_default();
    let peripherals = Peripherals::take()?;
    let events = EspSystemEventLoop::take()?;
    let storage = EspDefaultNvsPartition::take()?;
    let mut wifi = wifi::start(peripherals.modem, events, storage)?;
    let clock = clock::start()?;
    let mut pause = FIRST_PAUSE;
    loop {
        let network = wifi::connect(&mut wifi).and_then(|()| clock::wait(&clock));
        if let Err(error) = network.and_then(|()| run_once(&mut pause)) {
            log::warn!("{error}; again in {pause:?}");
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Runs one connection. Resets `pause` after the broker has accepted it.
fn run_once(pause: &mut Duration) -> anyhow::Result<()> {
    let (mut client, mut connection) = EspMqttClient::new(
        &format!("mqtts://{SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT}"),
        &MqttClientConfiguration {
            protocol_version: Some(MqttProtocolVersion::V3_1_1),
            client_id: Some(DEVICE_NAME),
            username: MQTT_USER,
            password: MQTT_PASSWORD,
            // A bundle would take precedence; it is disabled in sdkconfig.defaults.
            server_certificate: Some(SERVER_ROOT_CA_X509),
            client_certificate: identity::CERTIFICATE,
            private_key: identity::KEY,
            reconnect_timeout: None,
            network_timeout: LIMIT,
            ..Default::default()
        },
    )?;
    let (sender, changes) = channel();
    thread::scope(|scope| {
        // A separate thread receives the events; without it, the client would block.
        let listener = move || listen(&mut connection, &sender);
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, listener)?;
        let result = send_heartbeats(&mut client, &changes, pause);
        // The listener ends when the client is dropped.
        drop(client);
        result
    })
}

/// Logs messages, and reports each change of the connection.
fn listen(connection: &mut EspMqttConnection, sender: &Sender<bool>) {
    while let Ok(event) = connection.next() {
        let connected = match event.payload() {
            EventPayload::Connected(_) => true,
            EventPayload::Disconnected => false,
            EventPayload::Received { topic, data, .. } => {
                let text = String::from_utf8_lossy(data);
                log::info!("{}: {}", topic.unwrap_or_default(), text.escape_debug());
                continue;
            }
            _ => continue,
        };
        // When `run_once` ends, the receiver is dropped and sending fails. The loop must still receive
        // events, because the client blocks until they are taken.
        let _ = sender.send(connected);
    }
}

/// Subscribes, and sends heartbeats until the connection is lost.
fn send_heartbeats(
    client: &mut EspMqttClient<'_>,
    changes: &Receiver<bool>,
    pause: &mut Duration,
) -> anyhow::Result<()> {
    match changes.recv_timeout(CONNECTING) {
        Ok(true) => {}
        _ => anyhow::bail!("{SERVER_ROOT_CA_HOST}: no connection; for the reason, see ESP-IDF's log above"),
    }
    log::info!("connected to {SERVER_ROOT_CA_HOST}");
    *pause = FIRST_PAUSE;
    client.subscribe(&format!("devices/{DEVICE_NAME}/command"), QoS::AtLeastOnce)?;
    let topic = format!("devices/{DEVICE_NAME}/heartbeat");
    for beat in 1_u64.. {
        let payload = format!(r#"{{"beat":{beat}}}"#);
        client.publish(&topic, QoS::AtLeastOnce, false, payload.as_bytes())?;
        match changes.recv_timeout(HEARTBEAT) {
            Err(RecvTimeoutError::Timeout) | Ok(true) => {}
            Ok(false) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    anyhow::bail!("{SERVER_ROOT_CA_HOST}: the connection is lost")
}
