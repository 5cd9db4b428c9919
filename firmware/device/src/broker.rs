//! The broker: MQTT over TLS, with the generated anchor and nothing else to trust.
//!
//! In: the anchor, and where it was grabbed. Out: ESP-IDF's client with its events, and after a
//! connection that failed, what was wrong.

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

/// The anchor as ESP-IDF wants it; without its NUL this would not compile.
const ANCHOR: X509<'static> = X509::pem_until_nul(BROKER_ROOT_CA_CSTR.to_bytes_with_nul());

/// How long TCP and TLS may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Opens a connection in the background. It is not opened again by itself: the core says when.
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

/// Why a connection failed. ESP-IDF's MQTT client keeps that to itself, so one more handshake is
/// made without MQTT, which leaves the verification flags behind.
pub fn diagnose() -> Trouble {
    match handshake() {
        // The broker proves its name and still refuses: who calls, not who answers, is the trouble.
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

/// Shakes hands once; the verification flags, 0 after success.
fn handshake() -> Result<u32, EspError> {
    let mut tls = EspTls::new()?;
    let result = tls.connect(
        BROKER_ROOT_CA_HOST,
        BROKER_ROOT_CA_PORT,
        &Config {
            ca_cert: Some(ANCHOR),
            timeout_ms: LIMIT.as_millis() as u32,
            // A bundle goes before the anchor, and is on by default wherever it is compiled in.
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
        // Its own result is the error that is being asked for, and known.
        let _ = sys::esp_tls_get_and_clear_last_error(handle, &mut code, &mut flags);
    }
    if flags == 0 { Err(error) } else { Ok(flags as u32) }
}
