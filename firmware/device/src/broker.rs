//! MQTT over TLS to the broker. The generated anchor is the only trusted certificate.
//!
//! In: the anchor, and the host and port it was grabbed from. Out: ESP-IDF's client with its events,
//! and the reason for a failed connection.

use crate::config::{DEVICE_NAME, MQTT_PASSWORD, MQTT_USER};
use esp_idf_svc::{
    mqtt::client::{
        EspMqttClient, EspMqttConnection, MqttClientConfiguration, MqttProtocolVersion,
    },
    sys::{self, EspError},
    tls::{Config, EspTls, X509},
};
use firmware_core::{
    anchor::{BROKER_ROOT_CA_CSTR, BROKER_ROOT_CA_HOST, BROKER_ROOT_CA_PORT},
    trouble::Trouble,
};
use std::{ptr, time::Duration};

/// The anchor for ESP-IDF. This does not compile if the NUL is missing.
const ANCHOR: X509<'static> = X509::pem_until_nul(BROKER_ROOT_CA_CSTR.to_bytes_with_nul());

/// The time limit for TCP and TLS.
const LIMIT: Duration = Duration::from_secs(10);

/// Opens a connection in the background. The client does not reconnect: the core decides when to.
pub fn connect() -> Result<(EspMqttClient<'static>, EspMqttConnection), EspError> {
    EspMqttClient::new(
        &format!("mqtts://{BROKER_ROOT_CA_HOST}:{BROKER_ROOT_CA_PORT}"),
        &MqttClientConfiguration {
            protocol_version: Some(MqttProtocolVersion::V3_1_1),
            client_id: Some(DEVICE_NAME),
            username: MQTT_USER,
            password: MQTT_PASSWORD,
            server_certificate: Some(ANCHOR),
            reconnect_timeout: None,
            network_timeout: LIMIT,
            ..Default::default()
        },
    )
}

/// Finds out why a connection failed. ESP-IDF's MQTT client does not report it, so this repeats the
/// handshake without MQTT and reads the verification flags.
pub fn diagnose() -> Trouble {
    match handshake() {
        // The broker's certificate is valid, so the broker rejected this device.
        Ok(0) => Trouble::Refused,
        Ok(flags) => {
            log::error!("the broker's certificate: verification flags 0x{flags:X}");
            Trouble::of_verify_flags(flags)
        }
        Err(error) => {
            log::warn!("no handshake: {error}");
            Trouble::Network
        }
    }
}

/// Performs one handshake and returns the verification flags, 0 on success.
fn handshake() -> Result<u32, EspError> {
    let mut tls = EspTls::new()?;
    let result = tls.connect(
        BROKER_ROOT_CA_HOST,
        BROKER_ROOT_CA_PORT,
        &Config {
            ca_cert: Some(ANCHOR),
            timeout_ms: LIMIT.as_millis() as u32,
            // A bundle takes precedence over the anchor, and is enabled by default if compiled in.
            #[cfg(esp_idf_mbedtls_certificate_bundle)]
            use_crt_bundle_attach: false,
            ..Config::new()
        },
    );
    let Err(error) = result else { return Ok(0) };
    let mut handle: sys::esp_tls_error_handle_t = ptr::null_mut();
    let (mut code, mut flags) = (0, 0);
    // SAFETY: `tls` owns the context and with it the handle; both outlive the two calls.
    unsafe {
        sys::esp!(sys::esp_tls_get_error_handle(tls.context_handle(), &mut handle))?;
        // It returns the error of the handshake, which is already known.
        let _ = sys::esp_tls_get_and_clear_last_error(handle, &mut code, &mut flags);
    }
    if flags == 0 { Err(error) } else { Ok(flags as u32) }
}
