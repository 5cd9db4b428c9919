//! Sends heartbeats to the broker, and logs received messages.
//!
//! Edit the topics, what is published, and how messages are handled.

mod mqtt;

use alloc::{format, string::String};

use embassy_time::{Duration, Instant};
use mbedtls_rs::{
    Session,
    io::{Read, Write},
};

use crate::config::{DEVICE_NAME, MQTT_PASSWORD, MQTT_USER};
use mqtt::Client;

/// The time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Sends heartbeats and logs messages until the connection is lost.
pub async fn talk<S: Read + Write>(session: Session<'_, S>) -> Result<(), String> {
    let user = MQTT_USER.zip(MQTT_PASSWORD);
    let mut client = Client::connect(session, DEVICE_NAME, user).await?;
    client.subscribe(&format!("devices/{DEVICE_NAME}/command")).await?;
    let heartbeat = format!("devices/{DEVICE_NAME}/heartbeat");
    let mut due = Instant::now();
    for beat in 1_u64.. {
        client.publish(&heartbeat, format!(r#"{{"beat":{beat}}}"#).as_bytes()).await?;
        due += HEARTBEAT;
        while let Some(message) = client.next(due).await? {
            let payload = String::from_utf8_lossy(&message.payload);
            log::info!("{}: {}", message.topic, payload.escape_debug());
        }
    }
    Ok(())
}
