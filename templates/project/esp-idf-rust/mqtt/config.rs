//! The settings that are not in the source: the Wi-Fi, the device's name and its credentials.
//!
//! In: environment variables of the build, as in `device.env.example`. Out: constants. They are part of
//! the image. Anyone who reads the flash can read them, unless you enable flash encryption.

/// The name of the Wi-Fi network.
pub const WIFI_SSID: &str = env!("WIFI_SSID", "set it as in device.env.example");

/// Its password; empty for an open network.
pub const WIFI_PASSWORD: &str = env!("WIFI_PASSWORD", "set it as in device.env.example");

/// The device's name, part of its topics. It must be unique at the broker.
pub const DEVICE_NAME: &str = env!("DEVICE_NAME", "set it as in device.env.example");

/// The user name for the broker.
pub const MQTT_USER: Option<&str> = option_env!("MQTT_USER");

/// The password for the broker.
pub const MQTT_PASSWORD: Option<&str> = option_env!("MQTT_PASSWORD");
