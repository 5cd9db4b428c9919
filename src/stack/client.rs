//! A device as a client: what it offers, what it can receive, and what its library wants of
//! certificates.

use super::consumer::{Consumer, Unusual, is_sha1};
use crate::x509::certificate::{Certificate, Key};

use super::suites::suite_name;
use crate::chain::{MaxFragmentLength, Version};

/// A device, or rather the TLS library of one with its default settings.
#[derive(Debug, PartialEq, Eq)]
pub struct Device {
    /// The name by which it is chosen.
    pub name: &'static str,
    /// What it stands for.
    pub about: &'static str,
    /// Where the row's facts come from.
    pub source: &'static str,
    /// The newest version it offers. The oldest of all of them is TLS 1.2, but BearSSL's.
    pub newest: Version,
    /// The oldest version it takes.
    pub oldest: Version,
    pub(crate) suites: &'static [u16],
    pub(crate) schemes: &'static [u16],
    pub(crate) groups: &'static [u16],
    /// The size of records that it asks the server to keep to.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// Bytes of plaintext that one incoming record may hold.
    pub receive_bytes: usize,
    /// What sets that number, where its configuration does.
    pub(crate) receive_setting: Option<&'static str>,
    /// Whether a handshake message must fit into one record.
    pub(crate) whole_messages: bool,
    /// What it wants of the certificates below the anchor.
    pub(crate) certificates: Strictness,
    /// What to change so that it speaks TLS 1.3.
    pub(crate) tls13: Option<&'static str>,
    /// What to change so that it offers more cipher suites; `None` where nothing brings any.
    pub(crate) settings: Option<&'static Settings>,
}

/// The changes of a device's configuration that bring cipher suites.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The suites that the library has with all of them.
    pub(crate) suites: &'static [u16],
    /// What the names of suites hold, with a line that these need; several may need one, and one
    /// several.
    pub(crate) lines: &'static [(&'static str, &'static str)],
    /// The file that they stand in.
    pub(crate) file: &'static str,
}

/// What a TLS library wants of the certificates that it verifies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Strictness {
    pub(crate) fewest_rsa_bits: usize,
    pub(crate) takes_sha1: bool,
    /// The stack whose rules it has besides.
    pub(crate) consumer: Consumer,
}

impl Settings {
    /// All the changes that the suite of this name needs; `None` if none is known, or if the
    /// library lacks the suite whatever is changed.
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

impl Strictness {
    /// What the library would refuse among the certificates that the server sent.
    pub(crate) fn refusal<'a>(
        &self,
        sent: impl Iterator<Item = &'a Certificate> + Clone,
    ) -> Option<String> {
        let sent = sent.filter(|one| !one.is_self_issued());
        let weak = sent.clone().find_map(|one| {
            let problem = match one.key() {
                key @ Key::Rsa { .. } if key.bits() < Some(self.fewest_rsa_bits) => {
                    format!("has an RSA key of fewer than {} bits", self.fewest_rsa_bits)
                }
                _ if !self.takes_sha1 && is_sha1(one) => "is signed with SHA-1".to_owned(),
                _ => return None,
            };
            Some(format!("`{}` {problem}", one.subject().text().line()))
        });
        // What the anchor has is not known here.
        let chain: Vec<_> = sent.collect();
        weak.or_else(|| {
            Unusual::below_the_anchor(&chain).into_iter().find_map(|(one, unusual)| {
                let lacks = self.consumer.lacks.contains(&(unusual, None));
                let subject = one.subject().text();
                lacks.then(|| format!("it {}: `{}`", unusual.lacking(), subject.line()))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{clients::DEVICES, suites::SUITES};

    #[test]
    fn every_device_is_found_by_its_name_and_says_where_its_facts_come_from() {
        for device in &DEVICES {
            assert_eq!(Device::named(device.name), Some(device));
            assert!(!device.source.is_empty() && !device.about.is_empty());
            assert!(device.oldest <= device.newest);
        }
        assert_eq!(Device::named("toaster"), None);
    }

    #[test]
    fn all_settings_are_named_that_a_suite_needs_and_none_for_one_that_the_library_lacks() {
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
        // Of 3DES, SEED and DSS nothing is left in mbedTLS.
        for lacking in [
            "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
            "TLS_DHE_RSA_WITH_SEED_CBC_SHA",
            "TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA",
        ] {
            assert_eq!(settings.bringing(lacking), None, "{lacking}");
        }
        // What the library has by default needs no setting, and the rest needs one.
        for (number, name) in SUITES {
            if settings.suites.contains(&number) {
                let is_brought = settings.bringing(name).is_some();
                assert_ne!(device.suites.contains(&number), is_brought, "{name}");
                // The core for Arduino has Camellia, and the rest as ESP-IDF has it.
                let is_switched_on = name.contains("_CAMELLIA_") && !name.contains("_DHE_");
                let wanted = is_switched_on || device.suites.contains(&number);
                assert_eq!(arduino.suites.contains(&number), wanted, "{name}");
            }
        }
    }

    #[test]
    fn nothing_is_added_to_the_hello_of_a_device() {
        for device in &DEVICES {
            let hello = device.hello(None);
            let in_clear = hello.clone().with_rare_groups().in_clear();
            assert_eq!(in_clear.groups, hello.groups, "{}", device.name);
            assert_eq!(in_clear.suites, hello.suites, "{}", device.name);
        }
    }
}
