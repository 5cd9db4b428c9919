//! The settings that are not in the source: the Wi-Fi and the credentials.
//!
//! In: environment variables of the build, as in `device.env.example`. Out: constants. They are part of
//! the image. Anyone who reads the flash can read them, unless you enable flash encryption.

/// The name of the Wi-Fi network.
pub const WIFI_SSID: &str = env!("WIFI_SSID", "set it as in device.env.example");

/// Its password; empty for an open network.
pub const WIFI_PASSWORD: &str = env!("WIFI_PASSWORD", "set it as in device.env.example");

/// The token for the server.
pub const HTTP_BEARER_TOKEN: Option<&str> = option_env!("HTTP_BEARER_TOKEN");
