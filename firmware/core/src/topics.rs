//! The MQTT topics of a device.
//!
//! In: the device's name. Out: [`Topics`], or why that name cannot be part of a topic.

use alloc::{format, string::String};
use core::fmt;

/// The topics of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// The device publishes heartbeats here.
    pub heartbeat: String,
    /// The device receives commands here.
    pub command: String,
    /// The device publishes answers to commands here.
    pub answer: String,
}

/// The longest name of a device, in bytes. Every topic then fits in 128 bytes, a common limit of
/// access lists and database columns.
pub const LONGEST_NAME: usize = 64;

/// Why a name cannot be a level of a topic (MQTT 3.1.1 section 4.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadName {
    /// Empty, or longer than [`LONGEST_NAME`]; the value is the length in bytes.
    Length(usize),
    /// A separator, a wildcard or a control character.
    Character(char),
}

impl Topics {
    /// The topics of the device called `name`.
    ///
    /// # Errors
    ///
    /// [`BadName`] if the topics could overlap with those of another device.
    pub fn of(name: &str) -> Result<Self, BadName> {
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Err(BadName::Length(name.len()));
        }
        if let Some(bad) = name.chars().find(|c| matches!(c, '/' | '+' | '#') || c.is_control()) {
            return Err(BadName::Character(bad));
        }
        Ok(Self {
            heartbeat: format!("devices/{name}/heartbeat"),
            command: format!("devices/{name}/command"),
            answer: format!("devices/{name}/answer"),
        })
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(length) => {
                write!(f, "a device's name has 1 to {LONGEST_NAME} bytes, this one has {length}")
            }
            Self::Character(bad) => write!(f, "a device's name cannot contain {bad:?}"),
        }
    }
}

impl core::error::Error for BadName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_publishes_and_subscribes_under_its_name() {
        let topics = Topics::of("boiler-7").unwrap();
        assert_eq!(topics.heartbeat, "devices/boiler-7/heartbeat");
        assert_eq!(topics.command, "devices/boiler-7/command");
        assert_eq!(topics.answer, "devices/boiler-7/answer");
    }

    #[test]
    fn a_name_cannot_contain_another_devices_topic() {
        for (name, bad) in [("a/b", '/'), ("+", '+'), ("#", '#'), ("a\0", '\0'), ("a\n", '\n')] {
            assert_eq!(Topics::of(name), Err(BadName::Character(bad)), "{name:?}");
        }
        assert_eq!(Topics::of(""), Err(BadName::Length(0)));
        assert_eq!(Topics::of(&"x".repeat(65)), Err(BadName::Length(65)));
    }
}
