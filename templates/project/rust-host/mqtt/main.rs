//! Connects to an MQTT broker over TLS, listens, and says that it is there.
//!
//! The broker, its port and the one certificate that is trusted stand in server_root_ca.rs, which
//! certgrab made. Edit: the topics, what is published, and what is done with a message.

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

/// From one heartbeat to the next.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long to wait for a message before the time is looked at again.
const LOOK: Duration = Duration::from_secs(1);

/// The longest pause before the broker is asked again; pauses double up to it.
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
                let Err(error) = converse(&mut client);
                error
            }
            Err(error) => error,
        };
        eprintln!("{SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT}: {error}; again in {pause:?}");
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Credentials come from the environment, which is not committed.
fn connect() -> io::Result<mqtt::Client<tls::Stream>> {
    let id = client_id();
    let user = env::var("MQTT_USER").ok().zip(env::var("MQTT_PASSWORD").ok());
    let user = user.as_ref().map(|(name, password)| (name.as_str(), password.as_str()));
    let stream = tls::connect()?;
    let socket = stream.sock.try_clone()?;
    let mut client = mqtt::Client::connect(stream, &id, user)?;
    socket.set_read_timeout(Some(LOOK))?;
    client.subscribe(&format!("devices/{id}/command"))?;
    println!("connected to {SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT} as {id}");
    Ok(client)
}

/// Beats and listens until the connection breaks.
fn converse(client: &mut mqtt::Client<tls::Stream>) -> io::Result<std::convert::Infallible> {
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
    unreachable!("no device lives for so long")
}

/// The name that the broker knows this client by; it lets one at a time have it.
fn client_id() -> String {
    env::var("MQTT_CLIENT_ID").unwrap_or_else(|_| "rust-host".to_owned())
}
