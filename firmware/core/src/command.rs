//! Parses commands for the device.
//!
//! In: the payload of a message on the command topic. Out: a [`Command`], or why the payload is
//! invalid. The broker decides who may publish on that topic, so a command is untrusted input: its
//! length is limited, and an invalid one changes nothing.

use alloc::string::String;
use core::{fmt, time::Duration};

/// The longest command, in bytes. Longer messages are rejected before they are stored.
pub const LONGEST: usize = 256;

/// The allowed time between two heartbeats, in seconds.
pub const INTERVAL: core::ops::RangeInclusive<u64> = 1..=86_400;

/// A command for the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `ping`: answer `pong`.
    Ping,
    /// `interval SECONDS`: the time from one heartbeat to the next.
    Interval(Duration),
    /// `restart`: answer, then restart.
    Restart,
}

/// Why a message is not a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadCommand {
    /// Longer than [`LONGEST`], or sent in pieces.
    TooLong,
    /// Not UTF-8.
    NotText,
    /// The first word is not a command.
    Unknown(String),
    /// `interval` without a number in [`INTERVAL`].
    Interval,
}

impl Command {
    /// Parses a command from the payload of a message.
    ///
    /// # Errors
    ///
    /// [`BadCommand`] if the payload is invalid. The device answers with its message.
    pub fn parse(payload: &[u8]) -> Result<Self, BadCommand> {
        if payload.len() > LONGEST {
            return Err(BadCommand::TooLong);
        }
        let text = core::str::from_utf8(payload).map_err(|_| BadCommand::NotText)?;
        let mut words = text.split_ascii_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("ping"), None, None) => Ok(Self::Ping),
            (Some("restart"), None, None) => Ok(Self::Restart),
            (Some("interval"), Some(seconds), None) => match seconds.parse() {
                Ok(seconds) if INTERVAL.contains(&seconds) => {
                    Ok(Self::Interval(Duration::from_secs(seconds)))
                }
                _ => Err(BadCommand::Interval),
            },
            (Some("interval"), ..) => Err(BadCommand::Interval),
            (first, ..) => Err(BadCommand::Unknown(first.unwrap_or_default().into())),
        }
    }
}

impl fmt::Display for BadCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "a command has at most {LONGEST} bytes, in one piece"),
            Self::NotText => f.write_str("a command is UTF-8 text"),
            Self::Unknown(word) => write!(f, "{word:?} is none of ping, interval, restart"),
            Self::Interval => {
                write!(f, "interval takes {} to {} seconds", INTERVAL.start(), INTERVAL.end())
            }
        }
    }
}

impl core::error::Error for BadCommand {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_commands_are_parsed() {
        assert_eq!(Command::parse(b"ping"), Ok(Command::Ping));
        assert_eq!(Command::parse(b" restart\n"), Ok(Command::Restart));
        assert_eq!(Command::parse(b"interval 30"), Ok(Command::Interval(Duration::from_secs(30))));
    }

    #[test]
    fn intervals_outside_the_range_are_refused() {
        for text in ["interval", "interval 0", "interval 86401", "interval -1", "interval 1 2"] {
            assert_eq!(Command::parse(text.as_bytes()), Err(BadCommand::Interval), "{text}");
        }
    }

    #[test]
    fn invalid_commands_are_refused_with_a_reason() {
        let refusal = |payload: &[u8]| alloc::format!("{}", Command::parse(payload).unwrap_err());
        assert_eq!(refusal(b"reboot"), "\"reboot\" is none of ping, interval, restart");
        assert_eq!(refusal(b""), "\"\" is none of ping, interval, restart");
        assert_eq!(refusal(b"\xff"), "a command is UTF-8 text");
        assert_eq!(refusal(&[b' '; 257]), "a command has at most 256 bytes, in one piece");
    }
}
