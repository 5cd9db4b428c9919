//! A device known by its ClientHello.

use super::client::Device;
use super::clients::DEVICES;
use super::suites::ALL_TLS13_SUITES;
use crate::chain::{MAX_RECORD_BYTES, MaxFragmentLength, Version};

/// What is known about a device that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The name to select it, such as the file that it was read from.
    pub name: String,
    /// The device of the table whose rules for certificates it follows, if its library is known.
    pub like: Option<String>,
    /// The newest version that it offers.
    pub newest: Version,
    /// The oldest version that it accepts.
    pub oldest: Version,
    /// Cipher suites, in order.
    pub suites: Vec<u16>,
    /// Signature schemes, in order.
    pub schemes: Vec<u16>,
    /// Groups, in order.
    pub groups: Vec<u16>,
    /// The code of max_fragment_length.
    pub max_fragment_length: Option<u8>,
    /// record_size_limit, in bytes.
    pub record_size_limit: Option<u16>,
}

impl Device {
    /// A recorded device. Like those of the table, it lives as long as the process; a command reads only
    /// one.
    #[must_use]
    pub fn learned(learned: Learned) -> &'static Self {
        let like = DEVICES.iter().find(|device| Some(device.name) == learned.like.as_deref());
        let length = learned.max_fragment_length.and_then(MaxFragmentLength::from_code);
        let record = length.map(MaxFragmentLength::bytes);
        let record = record.or(learned.record_size_limit.map(usize::from));
        let suites: Vec<_> =
            learned.suites.into_iter().filter(|suite| !ALL_TLS13_SUITES.contains(suite)).collect();
        Box::leak(Box::new(Self {
            name: learned.name.leak(),
            about: "a device that was seen by certgrab lab",
            source: "the ClientHello that it sent",
            formats: &[],
            newest: learned.newest,
            oldest: learned.oldest,
            suites: suites.leak(),
            schemes: learned.schemes.leak(),
            groups: learned.groups.leak(),
            max_fragment_length: length,
            receive_bytes: record.unwrap_or(MAX_RECORD_BYTES).min(MAX_RECORD_BYTES),
            receive_setting: like.and_then(|device| device.receive_setting),
            whole_messages: like.is_some_and(|device| device.whole_messages),
            stack: like.and_then(|device| device.stack),
            tls13: like.and_then(|device| device.tls13),
            settings: like.and_then(|device| device.settings),
        }))
    }
}
