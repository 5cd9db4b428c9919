//! Connects to an MQTT broker over TLS, sends heartbeats, and prints received messages.
//!
//! server_root_ca.rs, which certgrab generated, defines the broker, its port and the only trusted
//! certificate. Edit the topics, what is published, and how messages are handled.

mod mqtt;
mod server_root_ca;
mod tls;

use std::{
    env, io,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use server_root_ca::{SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT};

/// The time between two heartbeats.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long to wait for a message before checking the time.
const READ_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest pause before the next attempt. The pause doubles up to this value.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    if !tls::clock_is_set() {
        eprintln!("the clock is behind the certificate: set it, for example with NTP");
        return ExitCode::FAILURE;
    }
    let first = Duration::from_secs(1);
    let mut pause = first;
    loop {
        let error = match connect() {
            Ok(mut client) => {
                pause = first;
                let Err(error) = communicate(&mut client);
                error
            }
            Err(error) => error,
        };
        eprintln!("{SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT}: {error}; again in {pause:?}");
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Connects with the credentials from the environment.
fn connect() -> io::Result<mqtt::Client<tls::Stream>> {
    let id = client_id();
    let user = env::var("MQTT_USER").ok().zip(env::var("MQTT_PASSWORD").ok());
    let user = user.as_ref().map(|(name, password)| (name.as_str(), password.as_str()));
    let stream = tls::connect()?;
    let socket = stream.sock.try_clone()?;
    let mut client = mqtt::Client::connect(stream, &id, user)?;
    socket.set_read_timeout(Some(READ_TIMEOUT))?;
    client.subscribe(&format!("devices/{id}/command"))?;
    println!("connected to {SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT} as {id}");
    Ok(client)
}

/// Sends heartbeats and logs messages until the connection is lost.
fn communicate(client: &mut mqtt::Client<tls::Stream>) -> io::Result<std::convert::Infallible> {
    let heartbeat = format!("devices/{}/heartbeat", client_id());
    let mut due = Instant::now();
    for beat in 1_u64.. {
        client.publish(&heartbeat, format!(r#"{{"beat":{beat}}}"#).as_bytes())?;
        due += HEARTBEAT;
        while Instant::now() < due {
            if let Some(message) = client.next()? {
                let payload = String::from_utf8_lossy(&message.payload);
                println!("{}: {}", message.topic, payload.escape_debug());
            }
        }
    }
    unreachable!("the number of heartbeats does not overflow")
}

/// The client identifier. It must be unique at the broker.
fn client_id() -> String {
    env::var("MQTT_CLIENT_ID").unwrap_or_else(|_| "rust-host".to_owned())
}
