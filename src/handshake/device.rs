//! What a server's answer, or its refusal, means to a device.
//!
//! In: a row of the table of devices. Out: its [`Hello`], and a [`Verdict`] on what came of it.

use rustls_pki_types::DnsName;

use crate::{
    certificate::{Certificate, ED448, ED25519, Key},
    consumer::{Consumer, Unusual, is_sha1},
};

use super::{
    DEVICES, Handshake, Hello, MaxFragmentLength, Presented, Version, error::Error,
    records::MAX_RECORD_BYTES, suites::suite_name,
};

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
    pub(super) suites: &'static [u16],
    pub(super) schemes: &'static [u16],
    pub(super) groups: &'static [u16],
    /// The size of records that it asks the server to keep to.
    pub max_fragment_length: Option<MaxFragmentLength>,
    /// Bytes of plaintext that one incoming record may hold.
    pub receive_bytes: usize,
    /// What sets that number, where its configuration does.
    pub(super) receive_setting: Option<&'static str>,
    /// Whether a handshake message must fit into one record.
    pub(super) whole_messages: bool,
    /// What it wants of the certificates below the anchor.
    pub(super) certificates: Strictness,
    /// What to change so that it speaks TLS 1.3.
    pub(super) tls13: Option<&'static str>,
    /// What to change so that it offers more cipher suites; `None` where nothing brings any.
    pub(super) settings: Option<&'static Settings>,
}

/// The changes of a device's configuration that bring cipher suites.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// The suites that the library has with all of them.
    pub(super) suites: &'static [u16],
    /// What the names of suites hold, with a line that these need; several may need one, and one
    /// several.
    pub(super) lines: &'static [(&'static str, &'static str)],
    /// The file that they stand in.
    pub(super) file: &'static str,
}

/// What a server means to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The device.
    pub device: &'static Device,
    /// Why it cannot connect; `None` if it can.
    pub obstacle: Option<String>,
    /// What to change in its configuration so that it can, where that is known.
    pub change: Option<String>,
    /// The version that was agreed on; `None` if it was refused.
    pub version: Option<String>,
    /// Bytes of the server's Certificate message, if any was seen: of a server that refuses the
    /// device, of that to a client which offers more.
    pub certificate_message_bytes: Option<usize>,
    /// The size of records that the server was asked to keep to, by the device or on its behalf.
    pub asked_fragment_length: Option<MaxFragmentLength>,
    /// The one that it agreed to.
    pub max_fragment_length: Option<MaxFragmentLength>,
}

/// What a TLS library wants of the certificates that it verifies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Strictness {
    pub(super) fewest_rsa_bits: usize,
    pub(super) takes_sha1: bool,
    /// The stack whose rules it has besides.
    pub(super) consumer: Consumer,
}

impl Device {
    /// The device called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        DEVICES.iter().find(|device| device.name == name)
    }

    /// What it says first.
    #[must_use]
    pub fn hello(&'static self, sni: Option<DnsName<'static>>) -> Hello {
        Hello {
            sni,
            oldest: self.oldest,
            newest: self.newest,
            suites: self.suites.to_vec(),
            schemes: self.schemes.to_vec(),
            groups: self.groups.to_vec(),
            max_fragment_length: self.max_fragment_length,
            device: Some(self),
        }
    }

    /// What an answer with these certificates means to it.
    #[must_use]
    pub fn judge(&'static self, handshake: &Handshake, sent: &Presented) -> Verdict {
        Verdict {
            device: self,
            obstacle: self
                .obstacle(handshake)
                .or_else(|| self.certificates.refusal(sent.certificates())),
            change: None,
            version: Some(handshake.version_name()),
            certificate_message_bytes: Some(handshake.certificate_message_bytes),
            asked_fragment_length: handshake.asked_fragment_length,
            max_fragment_length: handshake.max_fragment_length,
        }
    }

    /// What a refusal means to it, with what the server presents to a client that offers more.
    #[must_use]
    pub fn judge_refusal(&'static self, error: &Error, seen: Option<&Presented>) -> Verdict {
        let handshake = seen.and_then(|presented| presented.handshake.as_ref());
        Verdict {
            device: self,
            obstacle: Some(error.to_string()),
            change: seen.and_then(|seen| self.change(seen)),
            version: None,
            certificate_message_bytes: handshake.map(|one| one.certificate_message_bytes),
            asked_fragment_length: None,
            max_fragment_length: None,
        }
    }

    /// Why it cannot connect although it was answered.
    fn obstacle(&self, handshake: &Handshake) -> Option<String> {
        let bytes = handshake.certificate_message_bytes;
        if self.whole_messages && bytes > self.receive_bytes {
            return Some(format!(
                "the Certificate message of {bytes} bytes does not fit into its receive buffer of {}",
                self.receive_bytes
            ));
        }
        if self.max_fragment_length.is_some()
            && handshake.max_fragment_length != self.max_fragment_length
        {
            return Some(format!(
                "the server may send records of {MAX_RECORD_BYTES} bytes, its buffer holds {}",
                self.receive_bytes
            ));
        }
        None
    }

    /// What to try after this failure, where that is known.
    #[must_use]
    pub fn advice(&self, error: &Error, seen: Option<&Presented>) -> Option<String> {
        let Self { name, oldest, .. } = self;
        if let Error::Version(number) = error
            && *number < *oldest as u16
        {
            return Some(format!(
                "{name} speaks {oldest} and nothing older; without `--as` certgrab shows what the \
                 server has"
            ));
        }
        if let Some(presented) = seen
            && let Some(handshake) = &presented.handshake
        {
            let (version, cipher_suite) = (handshake.version_name(), &handshake.cipher_suite);
            let key = presented.leaf().map(|leaf| leaf.key().to_string()).unwrap_or_default();
            let change = self.change(presented);
            return Some(match (is_of_tls13(handshake), change) {
                (true, Some(change)) => {
                    format!("the server speaks {version}: {name} needs {change}")
                }
                (false, Some(change)) => {
                    format!(
                        "the server speaks {version} with {cipher_suite}: {name} needs {change}"
                    )
                }
                (true, None) if self.newest < Version::Tls13 && self.tls13.is_none() => {
                    format!("the server speaks {version}, which {name} does not have")
                }
                (_, None) => format!(
                    "with a client that offers more the server speaks {version} with \
                     {cipher_suite} and the key {key}, which `certgrab` without `--as` shows"
                ),
            });
        }
        match self.tls13 {
            _ if !error.is_about_the_version() => None,
            Some(change) => {
                Some(format!("if the server speaks TLS 1.3 only, {name} needs {change}"))
            }
            None => Some(format!("the server speaks no version that {name} has")),
        }
    }

    /// What to change in its configuration for a server that presents this to others.
    fn change(&self, seen: &Presented) -> Option<String> {
        let handshake = seen.handshake.as_ref()?;
        // A key that it cannot verify with is no matter of configuration.
        if !seen.leaf().is_ok_and(|leaf| self.verifies_with(leaf.key())) {
            return None;
        }
        if is_of_tls13(handshake) {
            return self.tls13.map(str::to_owned);
        }
        self.settings?.bringing(&handshake.cipher_suite)
    }

    /// Whether it has a signature scheme for a key, where the kind of key decides that.
    fn verifies_with(&self, key: &Key) -> bool {
        // ed25519 and ed448 (RFC 8446 section 4.2.3).
        match key {
            Key::Other(ED25519) => self.schemes.contains(&0x0807),
            Key::Other(ED448) => self.schemes.contains(&0x0808),
            _ => true,
        }
    }
}

fn is_of_tls13(handshake: &Handshake) -> bool {
    handshake.version == Version::Tls13 as u16
}

impl Verdict {
    /// In sentences without a full stop; the first says whether the device connects.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Self { device, .. } = self;
        let mut sentences = vec![match (&self.obstacle, &self.version) {
            (Some(obstacle), _) => format!("cannot connect: {obstacle}"),
            (None, Some(version)) => format!("can connect, with {version}"),
            (None, None) => "can connect".to_owned(),
        }];
        sentences.extend(self.change.as_ref().map(|change| format!("needs {change}")));
        if let Some(bytes) = self.certificate_message_bytes {
            sentences.push(if device.whole_messages {
                let setting = device.receive_setting.map(|setting| {
                    format!("; {setting} sets it, and the server's other records must fit too")
                });
                format!(
                    "needs a receive buffer of {bytes} bytes for the certificates, by default it \
                     has {}{}",
                    device.receive_bytes,
                    setting.unwrap_or_default()
                )
            } else {
                format!("reads the {bytes} bytes of certificates piece by piece")
            });
        }
        if let Some(asked) = self.asked_fragment_length {
            let bytes = asked.bytes();
            sentences.push(match (self.max_fragment_length, device.max_fragment_length) {
                (Some(_), Some(_)) => format!("the server keeps to records of {bytes} bytes"),
                (Some(_), None) => format!(
                    "the server would keep to records of {bytes} bytes if max_fragment_length \
                     asked for them"
                ),
                (None, _) => format!("the server does not answer to max_fragment_length {bytes}"),
            });
        }
        sentences
    }
}

impl Settings {
    /// All the changes that the suite of this name needs; `None` if none is known, or if the
    /// library lacks the suite whatever is changed.
    fn bringing(&self, suite: &str) -> Option<String> {
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
    fn refusal<'a>(&self, sent: impl Iterator<Item = &'a Certificate> + Clone) -> Option<String> {
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
    use super::{super::suites::SUITES, *};

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
