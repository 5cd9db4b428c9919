//! The command line.
//!
//! In: arguments. Out: the [`Agent`] and the [`Settings`] of its connections.

use crate::{link::Settings, tls::Identity};
use clap::{Parser, ValueEnum};
use firmware_core::{
    agent::{Agent, HEARTBEAT},
    anchor,
    topics::Topics,
};
use std::{
    error::Error,
    path::PathBuf,
    time::{Duration, Instant},
};

/// Run the firmware on this machine: connect to an MQTT broker and trust only the generated anchor.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "Examples:\n  \
        host mqtts://localhost:8883               send a heartbeat every minute until stopped\n  \
        host mqtts://localhost:8883 --beats 1     test the connection, then stop"
)]
pub(crate) struct Arguments {
    /// The broker, as mqtts://HOST[:PORT] [default: the server that the anchor was grabbed from]
    #[arg(value_name = "URL", value_parser = broker)]
    broker: Option<(String, u16)>,
    /// The device's name, part of its topics
    #[arg(long, default_value = "pc")]
    name: String,
    /// The user name for the broker; the password comes from $MQTT_PASSWORD
    #[arg(long)]
    user: Option<String>,
    /// The device's certificate (PEM), for a broker that requires one
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// The private key of that certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
    /// The only TLS version to offer; ESP-IDF's default is 1.2 only
    #[arg(long, value_enum)]
    tls: Option<Version>,
    /// Stop after the broker has acknowledged N heartbeats
    #[arg(long, value_name = "N")]
    beats: Option<u32>,
    /// Stop after N failed connections
    #[arg(long, value_name = "N")]
    pub(crate) attempts: Option<u32>,
    /// Seconds between two heartbeats
    #[arg(long, value_name = "SECS", default_value_t = HEARTBEAT.as_secs())]
    interval: u64,
}

/// A TLS version, as written on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Version {
    #[value(name = "1.2")]
    Tls12,
    #[value(name = "1.3")]
    Tls13,
}

impl Arguments {
    /// The device.
    pub(crate) fn agent(&self) -> Result<Agent, Box<dyn Error>> {
        let agent =
            Agent::new(Topics::of(&self.name)?).interval(Duration::from_secs(self.interval));
        Ok(match self.beats {
            Some(beats) => agent.until(beats),
            None => agent,
        })
    }

    /// The settings of all connections; `started` is when the device started.
    pub(crate) fn settings(&self, started: Instant) -> Result<Settings, Box<dyn Error>> {
        let (host, port) = self.broker.clone().unwrap_or_else(|| {
            (anchor::BROKER_ROOT_CA_HOST.to_owned(), anchor::BROKER_ROOT_CA_PORT)
        });
        let password = || std::env::var("MQTT_PASSWORD").map_err(|_| "MQTT_PASSWORD is not set");
        Ok(Settings {
            host,
            port,
            client_id: self.name.clone(),
            user: self
                .user
                .as_ref()
                .map(|name| Ok::<_, &str>((name.clone(), password()?)))
                .transpose()?,
            identity: match (&self.cert, &self.key) {
                (Some(certificate), Some(key)) => Some(Identity::read(certificate, key)?),
                _ => None,
            },
            version: self.tls.map(|version| match version {
                Version::Tls12 => mbedtls_rs::TlsVersion::Tls1_2,
                Version::Tls13 => mbedtls_rs::TlsVersion::Tls1_3,
            }),
            started,
        })
    }
}

/// Parses `mqtts://HOST[:PORT]`, with an IPv6 address in brackets.
fn broker(url: &str) -> Result<(String, u16), String> {
    /// The port that IANA assigned to MQTT over TLS.
    const MQTTS: u16 = 8883;

    let authority =
        url.strip_prefix("mqtts://").ok_or("a broker is written mqtts://HOST[:PORT]")?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            (host, port.parse().map_err(|_| format!("{port:?} is not a port"))?)
        }
        _ => (authority, MQTTS),
    };
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').ok_or("an IPv6 address has two brackets")?,
        None => host,
    };
    if host.is_empty() || host.contains(['/', '@', '\0']) {
        return Err(format!("{host:?} is not a host"));
    }
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_is_a_host_and_a_port() {
        let read = |url| broker(url).unwrap();
        assert_eq!(read("mqtts://localhost:18883"), ("localhost".into(), 18883));
        assert_eq!(read("mqtts://broker.example/"), ("broker.example".into(), 8883));
        assert_eq!(read("mqtts://[::1]:1"), ("::1".into(), 1));
        assert_eq!(read("mqtts://[::1]"), ("::1".into(), 8883));
    }

    #[test]
    fn there_is_no_option_without_tls() {
        assert_eq!(
            broker("mqtt://localhost:1883"),
            Err("a broker is written mqtts://HOST[:PORT]".into())
        );
        assert_eq!(broker("mqtts://:1"), Err("\"\" is not a host".into()));
        assert_eq!(broker("mqtts://a:b"), Err("\"b\" is not a port".into()));
    }

    #[test]
    fn the_command_line_definition_is_valid() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }
}
