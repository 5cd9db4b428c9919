//! The options that say how a server is to be reached.

use certgrab::{
    handshake::{DEVICES, Device},
    reach,
    target::{StartTls, Target},
};
use clap::ValueEnum;

use super::repeat::Words;

/// How a server is to be reached.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Reaching the server")]
pub(crate) struct Reaching {
    /// Shake hands in full, in cleartext (TLS 1.2 and older), or auto: cleartext where full fails
    #[arg(
        long,
        value_name = "WAY",
        value_enum,
        default_value_t = Handshake::Auto,
        hide_possible_values = true
    )]
    handshake: Handshake,

    /// Ask for TLS in smtp, imap, pop3, ftp, ldap, postgres, mysql or xmpp first
    #[arg(long, value_name = "PROTO", value_enum, hide_possible_values = true)]
    starttls: Option<Protocol>,

    /// Ask as a device: esp-idf, arduino-esp32, esp8266, esp8266-512, mbedtls, bearssl or openssl
    #[arg(long = "as", value_name = "DEVICE", value_parser = device, conflicts_with = "survey")]
    pub(super) device: Option<&'static Device>,

    /// Ask every address for RSA and ECDSA, TLS 1.3 and older, with and without the name
    #[arg(long, conflicts_with_all = ["from", "hosts", "what"])]
    pub(super) survey: bool,

    #[command(flatten)]
    pub(super) proxy: super::proxy::Through,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Handshake {
    Auto,
    Full,
    Cleartext,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    Smtp,
    Imap,
    Pop3,
    Ftp,
    Ldap,
    Postgres,
    Mysql,
    Xmpp,
}

fn device(name: &str) -> Result<&'static Device, String> {
    Device::named(name).ok_or_else(|| {
        let names: Vec<_> = DEVICES.iter().map(|device| device.name).collect();
        format!("no such device; there are {}", names.join(", "))
    })
}

impl Reaching {
    /// What to change on the device that was asked for, after a failure.
    pub(super) fn advice(&self, error: &reach::Error) -> Option<String> {
        match error {
            reach::Error::Handshake(error) => self.device?.advice(error),
            _ => None,
        }
    }

    /// Adds the words of the options that decide which chain comes back.
    pub(super) fn repeat(&self, target: Option<&Target>, words: &mut Words) {
        let Self { handshake, starttls: _, device, survey, proxy: _ } = self;
        let way = match handshake {
            Handshake::Auto => None,
            Handshake::Full => Some("full"),
            Handshake::Cleartext => Some("cleartext"),
        };
        words.values("--handshake", way);
        // The scheme of a URL is lost in `host:port`, whichever way it was said.
        let scheme = target.map(Target::scheme).filter(|scheme| scheme.starttls.is_some());
        words.values("--starttls", scheme.map(|scheme| scheme.word));
        words.values("--as", device.map(|device| device.name));
        words.switch("--survey", *survey);
    }

    /// Which handshakes may be tried.
    pub(super) fn way(&self) -> reach::Way {
        match self.handshake {
            Handshake::Auto => reach::Way::Auto,
            Handshake::Full => reach::Way::Full,
            Handshake::Cleartext => reach::Way::Cleartext,
        }
    }

    /// The target as it is to be asked.
    pub(super) fn target(&self, target: &Target) -> Target {
        let protocol = match self.starttls {
            None => return target.clone(),
            Some(Protocol::Smtp) => StartTls::Smtp,
            Some(Protocol::Imap) => StartTls::Imap,
            Some(Protocol::Pop3) => StartTls::Pop3,
            Some(Protocol::Ftp) => StartTls::Ftp,
            Some(Protocol::Ldap) => StartTls::Ldap,
            Some(Protocol::Postgres) => StartTls::Postgres,
            Some(Protocol::Mysql) => StartTls::Mysql,
            Some(Protocol::Xmpp) => StartTls::Xmpp,
        };
        target.clone().asking(protocol)
    }
}
