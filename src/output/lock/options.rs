//! The options that a lock may state: those that certgrab writes there, and no other text.
//!
//! In: the words after `Options:`. Out: the same words, each one checked. They appear in the comments of
//! generated files, from which people copy them into a shell.

use std::net::IpAddr;

use crate::text::{foreign::Foreign, time::Time};

/// The value of an option.
#[derive(Clone, Copy)]
enum Value {
    /// Nothing.
    None,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A name of letters, digits and hyphens.
    Word,
    /// The name of a device, or `FILE`.
    Device,
    /// A SHA-256 in hexadecimal.
    Sha256,
    /// A time in RFC 3339.
    Time,
    /// Years or days: `10y`, `90d`.
    Span,
    /// A protocol name.
    Protocol,
    /// A host name.
    Host,
    /// A host and a port.
    Place,
}

/// Every option that decides which certificates a lock holds, with its value.
const OPTIONS: [(&str, Value); 21] = [
    ("--what", Value::OneOf(&["chain", "leaf", "intermediates"])),
    ("--roots", Value::OneOf(&["FILE", "mozilla", "system"])),
    ("--trust-sha256", Value::Sha256),
    ("--at", Value::Time),
    ("--from", Value::OneOf(&["FILE"])),
    ("--no-aia", Value::None),
    ("--aia-allow", Value::OneOf(&["ADDRESS"])),
    ("--lifetime", Value::Span),
    ("--backup", Value::None),
    ("--siblings", Value::None),
    ("--hold", Value::None),
    ("--connect", Value::Place),
    ("--sni", Value::Host),
    ("--no-sni", Value::None),
    ("-4", Value::None),
    ("-6", Value::None),
    ("--handshake", Value::OneOf(&["full", "cleartext"])),
    ("--starttls", Value::Word),
    ("--as", Value::Device),
    ("--alpn", Value::Protocol),
    ("--follow", Value::None),
];

/// The words of `text` if certgrab writes such options.
pub(super) fn read(text: &str) -> Option<Vec<Foreign>> {
    let mut words = text.split(' ');
    let mut read = Vec::new();
    while let Some(option) = words.next() {
        let (_, value) = OPTIONS.iter().find(|(known, _)| *known == option)?;
        read.push(Foreign::text(option));
        if !matches!(value, Value::None) {
            read.push(words.next().filter(|word| value.is(word)).map(Foreign::text)?);
        }
    }
    Some(read)
}

impl Value {
    fn is(self, word: &str) -> bool {
        match self {
            Self::None => false,
            Self::OneOf(words) => words.contains(&word),
            Self::Word => {
                let is_plain =
                    |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                !word.is_empty() && !word.starts_with('-') && word.bytes().all(is_plain)
            }
            Self::Device => word == "FILE" || Self::Word.is(word),
            Self::Sha256 => word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()),
            Self::Time => word.parse::<Time>().is_ok(),
            Self::Span => word
                .strip_suffix(['y', 'd'])
                .is_some_and(|number| number.parse::<u16>().is_ok() && !number.starts_with('+')),
            Self::Protocol => is_protocol(word),
            Self::Host => is_host(word),
            Self::Place => word.rsplit_once(':').is_some_and(|(host, port)| {
                let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
                let is_host = match address {
                    Some(address) => address.contains(':') && is_host(address),
                    None => !host.contains(':') && is_host(host),
                };
                is_host && !port.starts_with('+') && port.parse::<u16>().is_ok()
            }),
        }
    }
}

/// The most bytes of a protocol name: RFC 7301 section 3.1.
pub const MAX_PROTOCOL_BYTES: usize = 255;

/// Whether `text` can be the name of an application protocol (RFC 7301), like those that IANA registers
/// and clouds use.
#[must_use]
pub fn is_protocol(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./+-_".contains(&byte);
    (1..=MAX_PROTOCOL_BYTES).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(is_plain)
        && Foreign::text(text).whole() == text
}

/// Whether `text` is a host and a port.
pub(super) fn is_place(text: &str) -> bool {
    Value::Place.is(text)
}

/// Whether `text` can be a host: letters, digits, hyphens, underscores and dots, or an address. It is
/// not resolved.
pub(super) fn is_host(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_name = !text.is_empty() && text.bytes().all(is_plain);
    // The writer would escape something in the beginning of a PEM block.
    (is_name && Foreign::text(text).whole() == text) || text.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_option_is_read_with_its_written_values() {
        let sha256 = format!("--trust-sha256 {}", "0a".repeat(32));
        for text in [
            "--what chain",
            "--roots FILE --roots mozilla",
            &sha256,
            "--at 2026-11-22T00:00:00Z",
            "--from FILE",
            "--no-aia",
            "--aia-allow ADDRESS",
            "--lifetime 10y",
            "--lifetime 90d",
            "--alpn x-amzn-mqtt-ca --alpn http/1.1",
            "--backup --siblings --hold",
            "--connect [2001:db8::1]:8883",
            "--connect a-b_c.test:443",
            "--sni a-----b.test",
            "--no-sni -4",
            "--follow",
            "-6",
            "--handshake cleartext --starttls pop3 --as arduino-esp32",
        ] {
            let words = read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(words.iter().map(Foreign::whole).collect::<Vec<_>>().join(" "), text);
        }
    }

    #[test]
    fn other_text_is_not_an_option() {
        for text in [
            "",
            " ",
            "coding:utf_7",
            "coding=utf_7",
            "--backup coding:utf_7",
            "--backup  --siblings",
            "--what coding:utf_7",
            "--roots coding:utf_7",
            "--roots my.pem",
            "--trust-sha256 12",
            "--at coding:utf_7",
            "--at",
            "--lifetime +1y",
            "--lifetime -1y",
            "--connect coding:utf_7",
            "--connect a:b:1",
            "--connect a:+1",
            "--connect [a]:1",
            "--sni a:1",
            "--as coding:utf_7",
            "--as -x",
            "--as=esp-idf",
            "--emit c",
            "--no-aia=1",
            "-----BEGIN",
            "vim: set x:",
            "$(evil)",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
