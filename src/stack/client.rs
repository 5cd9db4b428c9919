//! A device as a TLS client: what it offers, what it can receive, and the stack that verifies.

use super::{judge, suites::suite_name, table::Stack};
use crate::chain::{MaxFragmentLength, Version};

/// A device: its TLS library with default settings.
#[derive(Debug, PartialEq, Eq)]
pub struct Device {
    /// The name to select it.
    pub name: &'static str,
    /// A description.
    pub about: &'static str,
    /// The source of these facts.
    pub source: &'static str,
    /// The formats that it reads.
    pub formats: &'static [&'static str],
    /// The newest version it offers. The oldest is TLS 1.2 for all of them except BearSSL.
    pub newest: Version,
    /// The oldest version it accepts.
    pub oldest: Version,
    pub(crate) suites: &'static [u16],
    pub(crate) schemes: &'static [u16],
    pub(crate) groups: &'static [u16],
    /// The maximum fragment length that it requests.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// The most bytes of plaintext in one incoming record.
    pub receive_bytes: usize,
    /// The setting for that number, if there is one.
    pub(crate) receive_setting: Option<&'static str>,
    /// Whether a handshake message must fit into one record.
    pub(crate) whole_messages: bool,
    /// The name of the TLS stack that verifies; `None` if only the device's ClientHello is known.
    pub(crate) stack: Option<&'static str>,
    /// The change that enables TLS 1.3.
    pub(crate) tls13: Option<&'static str>,
    /// The changes that enable more cipher suites; `None` if there are none.
    pub(crate) settings: Option<&'static Settings>,
}

/// The changes of a device's configuration that enable cipher suites.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The suites that the library has with all changes.
    pub(crate) suites: &'static [u16],
    /// Parts of suite names, each with a line that suites with this part need; a suite may need several
    /// lines.
    pub(crate) lines: &'static [(&'static str, &'static str)],
    /// The file with these lines.
    pub(crate) file: &'static str,
}

impl Settings {
    /// All the changes that the suite of this name needs; `None` if none is known, or if the library
    /// never supports the suite.
    pub(crate) fn bringing(&self, suite: &str) -> Option<String> {
        if !self.suites.iter().any(|number| suite_name(*number) == suite) {
            return None;
        }
        let needed = self.lines.iter().filter(|(part, _)| suite.contains(part));
        let lines: Vec<_> = needed.map(|(_, line)| *line).collect();
        let listed = match lines.as_slice() {
            [] => return None,
            [one] => (*one).to_owned(),
            [before @ .., last] => format!("{} and {last}", before.join(", ")),
        };
        Some(format!("{listed} in {}", self.file))
    }
}

impl Device {
    /// The TLS stack that verifies, if it is known.
    #[must_use]
    pub fn stack(&self) -> Option<&'static Stack> {
        self.stack.and_then(judge::named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{clients::DEVICES, suites::SUITES};

    #[test]
    fn every_device_has_a_name_and_a_source() {
        for device in &DEVICES {
            assert_eq!(Device::named(device.name), Some(device));
            assert!(!device.source.is_empty() && !device.about.is_empty());
            assert!(device.oldest <= device.newest);
            assert_eq!(device.stack().map(|stack| stack.name), device.stack);
        }
        assert_eq!(Device::named("toaster"), None);
    }

    #[test]
    fn every_setting_of_a_supported_suite_is_named() {
        let device = Device::named("esp-idf").unwrap();
        let arduino = Device::named("arduino-esp32").unwrap();
        let settings = device.settings.unwrap();
        assert_eq!(
            settings.bringing("TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256").unwrap(),
            "CONFIG_MBEDTLS_DHM_C=y, CONFIG_MBEDTLS_CHACHA20_C=y, CONFIG_MBEDTLS_POLY1305_C=y and \
             CONFIG_MBEDTLS_CHACHAPOLY_C=y in sdkconfig"
        );
        assert_eq!(
            settings.bringing("TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA").unwrap(),
            "CONFIG_MBEDTLS_DHM_C=y and CONFIG_MBEDTLS_CAMELLIA_C=y in sdkconfig"
        );
        // mbedTLS no longer has 3DES, SEED and DSS.
        for lacking in [
            "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
            "TLS_DHE_RSA_WITH_SEED_CBC_SHA",
            "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA",
        ] {
            assert_eq!(settings.bringing(lacking), None, "{lacking}");
        }
        // What the library has by default needs no setting; everything else needs one.
        for (number, name) in SUITES {
            if settings.suites.contains(&number) {
                let is_brought = settings.bringing(name).is_some();
                assert_ne!(device.suites.contains(&number), is_brought, "{name}");
                // The Arduino core enables Camellia; the rest is as in ESP-IDF.
                let is_switched_on = name.contains("_CAMELLIA_") && !name.contains("_DHE_");
                let wanted = is_switched_on || device.suites.contains(&number);
                assert_eq!(arduino.suites.contains(&number), wanted, "{name}");
            }
        }
    }

    #[test]
    fn the_hello_of_a_device_is_unchanged() {
        for device in &DEVICES {
            let hello = device.hello(None);
            let in_clear = hello.clone().with_rare_groups().in_clear();
            assert_eq!(in_clear.groups, hello.groups, "{}", device.name);
            assert_eq!(in_clear.suites, hello.suites, "{}", device.name);
        }
    }
}
