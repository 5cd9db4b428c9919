//! Fetches a page over HTTPS.
//!
//! server_root_ca.rs, which certgrab generated, defines the server, its port and the only trusted
//! certificate. Wi-Fi and credentials come from device.env. Edit the path, and how the response is
//! handled.

mod clock;
mod config;
mod identity;
mod server_root_ca;
mod wifi;

use config::HTTP_BEARER_TOKEN;
use esp_idf_svc::{
    eventloop::EspSystemEventLoop,
    hal::peripherals::Peripherals,
    http::{
        Method,
        client::{Configuration, EspHttpConnection, FollowRedirectsPolicy},
    },
    log::EspLogger,
    nvs::EspDefaultNvsPartition,
    sys,
};
use server_root_ca::{SERVER_ROOT_CA_HOST, SERVER_ROOT_CA_PORT, SERVER_ROOT_CA_X509};
use std::time::Duration;

const PATH: &str = "/";

/// The time limit for TCP, TLS, and each part of the response.
const LIMIT: Duration = Duration::from_secs(10);

fn main() -> anyhow::Result<()> {
    sys::link_patches();
    EspLogger::initialize_default();
    let peripherals = Peripherals::take()?;
    let events = EspSystemEventLoop::take()?;
    let storage = EspDefaultNvsPartition::take()?;
    let mut wifi = wifi::start(peripherals.modem, events, storage)?;
    let clock = clock::start()?;
    wifi::connect(&mut wifi)?;
    clock::wait(&clock)?;
    let length = fetch()?;
    log::info!("{length} bytes");
    Ok(())
}

/// Sends one request and returns the length of the response in bytes.
fn fetch() -> anyhow::Result<usize> {
    let mut connection = EspHttpConnection::new(&Configuration {
        timeout: Some(LIMIT),
        // The other server may have another root, or no TLS.
        follow_redirects_policy: FollowRedirectsPolicy::FollowNone,
        // A bundle would take precedence; it is disabled in sdkconfig.defaults.
        server_certificate: Some(SERVER_ROOT_CA_X509),
        client_certificate: identity::CERTIFICATE,
        private_key: identity::KEY,
        ..Default::default()
    })?;
    let url = format!("https://{SERVER_ROOT_CA_HOST}:{SERVER_ROOT_CA_PORT}{PATH}");
    let authorization = HTTP_BEARER_TOKEN.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = authorization.iter().map(|text| ("Authorization", &text[..])).collect();
    connection.initiate_request(Method::Get, &url, &headers)?;
    connection.initiate_response()?;
    log::info!("{url}: {}", connection.status());
    let mut length = 0;
    let mut piece = [0; 1024];
    loop {
        let count = connection.read(&mut piece)?;
        if count == 0 {
            return Ok(length);
        }
        length += count;
        log::info!("{}", String::from_utf8_lossy(&piece[..count]).escape_debug());
    }
}
