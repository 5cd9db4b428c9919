//! Connects a board to an MQTT broker over TLS, listens, and says that it is there.
//!
//! The broker, its port and the one certificate that is trusted stand in server_root_ca.rs, which
//! certgrab made; Wi-Fi and credentials come from device.env. Edit: the topics, what is published,
//! and what is done with a message.

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

/// From one heartbeat to the next.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long TCP and TLS may take.
const LIMIT: Duration = Duration::from_secs(10);

/// How long the broker may take to answer, name server included.
const CONNECTING: Duration = Duration::from_secs(30);

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The stack of the thread that takes the events, in bytes.
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

/// One connection from its start to its end; `pause` restarts once the broker has accepted it.
fn run_once(pause: &mut Duration) -> anyhow::Result<()> {
    let (mut client, mut connection) = EspMqttClient::new(
        &format!("mqtts://{SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT}"),
        &MqttClientConfiguration {
            protocol_version: Some(MqttProtocolVersion::V3_1_1),
            client_id: Some(DEVICE_NAME),
            username: MQTT_USER,
            password: MQTT_PASSWORD,
            // Without a bundle, which would take precedence.
            server_certificate: Some(SERVER_ROOT_CA_X509),
            client_certificate: identity::CERTIFICATE,
            private_key: identity::KEY,
            reconnect_timeout: None,
            network_timeout: LIMIT,
            ..Default::default()
        },
    )?;
    let (tell, told) = channel();
    thread::scope(|scope| {
        // A separate thread receives the events; without it, the client would block.
        let listener = move || listen(&mut connection, &tell);
        thread::Builder::new().stack_size(STACK).spawn_scoped(scope, listener)?;
        let result = beat(&mut client, &told, pause);
        // The listener ends when the client does.
        drop(client);
        result
    })
}

/// Shows messages, and reports each change of the connection.
fn listen(connection: &mut EspMqttConnection, tell: &Sender<bool>) {
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
        // Nobody listens once the connection is given up, but the client still waits for its events
        // to be taken, until it is gone.
        let _ = tell.send(connected);
    }
}

/// Subscribes, and beats until the connection breaks.
fn beat(
    client: &mut EspMqttClient<'_>,
    told: &Receiver<bool>,
    pause: &mut Duration,
) -> anyhow::Result<()> {
    match told.recv_timeout(CONNECTING) {
        Ok(true) => {}
        _ => anyhow::bail!("{SERVER_ROOT_CA_HOST}: no connection; ESP-IDF's log above says why"),
    }
    log::info!("connected to {SERVER_ROOT_CA_HOST}");
    *pause = FIRST_PAUSE;
    client.subscribe(&format!("devices/{DEVICE_NAME}/command"), QoS::AtLeastOnce)?;
    let topic = format!("devices/{DEVICE_NAME}/heartbeat");
    for beat in 1_u64.. {
        let payload = format!(r#"{{"beat":{beat}}}"#);
        client.publish(&topic, QoS::AtLeastOnce, false, payload.as_bytes())?;
        match told.recv_timeout(HEARTBEAT) {
            Err(RecvTimeoutError::Timeout) | Ok(true) => {}
            Ok(false) | Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    anyhow::bail!("{SERVER_ROOT_CA_HOST}: the connection is gone")
}
