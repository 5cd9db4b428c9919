//! The options for reaching a server.

use crate::output::lock::{self, MAX_PROTOCOL_BYTES};
use std::{
    num::NonZeroU16,
    path::{Path, PathBuf},
};

use crate::lab::hello::saved;
use crate::stack::{client::Device, clients::DEVICES};
use crate::{
    endpoint::{StartTls, Target},
    tls::probe::Way,
};

use rustls_pki_types::DnsName;

use super::{Invalid, words::Words};
use crate::cli::failure::Failure;
use crate::net::pace::Rate;

/// The heading of these options.
pub(crate) const HEADING: &str = "Reaching the server";

/// How long a server may take, and how often it is asked.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Limits {
    /// Give up on a target after SECS seconds [default: 10]
    #[arg(long, value_name = "SECS", value_parser = super::seconds, allow_hyphen_values = true)]
    pub(crate) timeout: Option<NonZeroU16>,

    /// Make at most N connections a second to one server, such as 2 or 0.5 [default: no limit]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) rate: Option<Rate>,
}

/// Another place than the target's.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Connect {
    /// Connect to HOST:PORT; the certificate must still be valid for TARGET
    #[arg(id = "connect", long = "connect", value_name = "HOST:PORT", value_parser = super::place)]
    pub(crate) place: Option<Target>,
}

/// The identity of the device.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Client {
    /// The device's certificate, in PEM, for a server that asks for one
    #[arg(id = "client_cert", long = "client-cert", value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,

    /// The private key of `--client-cert`, in PEM without a password; never written to a lock
    #[arg(id = "client_key", long = "client-key", value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

/// How to reach a server.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Reaching {
    #[command(flatten)]
    pub(crate) limits: Limits,

    #[command(flatten)]
    pub(crate) connect: Connect,

    /// Send NAME in the ClientHello and require a certificate for it, instead of TARGET
    #[arg(long, value_name = "NAME", value_parser = super::sni, conflicts_with = "no_sni")]
    pub(crate) sni: Option<DnsName<'static>>,

    /// Send no name in the ClientHello
    #[arg(long)]
    pub(crate) no_sni: bool,

    /// Use IPv4 only
    #[arg(short = '4', conflicts_with = "v6")]
    pub(crate) v4: bool,

    /// Use IPv6 only
    #[arg(short = '6')]
    pub(crate) v6: bool,

    /// Handshake: full, cleartext (TLS 1.2 and older), or auto: cleartext if full fails
    #[arg(
        long,
        value_name = "WAY",
        value_enum,
        default_value_t = Way::Auto,
        hide_possible_values = true
    )]
    pub(crate) handshake: Way,

    /// Start TLS in smtp, imap, pop3, ftp, ldap, postgres, mysql or xmpp
    #[arg(long, value_name = "PROTO", value_enum, hide_possible_values = true)]
    pub(crate) starttls: Option<StartTls>,

    /// Send the ClientHello of a device: esp-idf, arduino-esp32, esp8266, esp8266-512, mbedtls,
    /// bearssl, openssl, wolfssl, go, java, rustls, or the one in a FILE of `certgrab lab --save-hello`
    #[arg(long = "as", value_name = "DEVICE", value_parser = device, conflicts_with = "survey")]
    pub(crate) device: Option<&'static Device>,

    /// Send NAME as an application protocol (ALPN), such as x-amzn-mqtt-ca; may be repeated
    #[arg(long, value_name = "NAME", value_parser = protocol)]
    pub(crate) alpn: Vec<String>,

    #[command(flatten)]
    pub(crate) client: Client,

    /// Query every address for RSA and ECDSA, TLS 1.3 and older, with and without SNI
    #[arg(long, conflicts_with_all = ["from", "hosts", "paths", "sizes"])]
    pub(crate) survey: bool,

    /// Follow the redirects of an https: URL, and write one set of anchors for every server on the way
    #[arg(long, conflicts_with_all = ["hosts", "from", "compare", "survey", "connect", "sni",
                                      "no_sni", "starttls", "sizes"])]
    pub(crate) follow: bool,

    #[command(flatten)]
    pub(crate) proxy: super::proxy::Through,
}

/// A device of the table, or one from a file. No device has a dot or a slash in its name.
pub(crate) fn device(name: &str) -> Result<&'static Device, Invalid> {
    let path = Path::new(name);
    match Device::named(name) {
        Some(device) => Ok(device),
        None if path.exists() || name.contains(['.', '/', '\\']) => Ok(saved::read(path)?),
        None => {
            let names = DEVICES.iter().map(|device| device.name);
            let or = ", or a file of `certgrab lab --save-hello`";
            Err(Invalid::unknown("device", name, names, or))
        }
    }
}

pub(crate) fn protocol(name: &str) -> Result<String, String> {
    if lock::is_protocol(name) {
        return Ok(name.to_owned());
    }
    Err(format!("expected a name of 1 to {MAX_PROTOCOL_BYTES} letters, digits and any of `./+-_`"))
}

impl Reaching {
    /// Adds the words of the options that decide which chain comes back.
    pub(crate) fn repeat(&self, target: Option<&Target>, words: &mut Words) {
        // Everyone who builds the project shares the lock; the client certificate belongs to one user.
        let Self {
            connect,
            sni,
            no_sni,
            v4,
            v6,
            handshake,
            starttls,
            device,
            alpn,
            survey,
            follow,
            ..
        } = self;
        words.values("--connect", &connect.place);
        words.values("--sni", sni.as_ref().map(AsRef::<str>::as_ref));
        words.switch("--no-sni", *no_sni);
        words.switch("-4", *v4);
        words.switch("-6", *v6);
        words.choice("--handshake", handshake);
        // `host:port` has no scheme, however the user gave it.
        let protocol = match target {
            Some(target) => target.scheme().starttls,
            None => *starttls,
        };
        words.values("--starttls", protocol.and_then(StartTls::scheme).map(|scheme| scheme.word));
        // A device that is not in the table comes from a file.
        let name = |device: &Device| Device::named(device.name).map_or("FILE", |one| one.name);
        words.values("--as", device.map(name));
        words.values("--alpn", alpn);
        words.switch("--survey", *survey);
        words.switch("--follow", *follow);
    }

    /// The target to connect to; an explicit scheme takes precedence over the option.
    pub(crate) fn target(&self, target: &Target) -> Target {
        match self.starttls {
            Some(protocol) if !target.scheme().is_given => target.clone().asking(protocol),
            _ => target.clone(),
        }
    }

    /// Refuses an option that contradicts the scheme of `target`.
    pub(crate) fn agree(&self, target: &Target) -> Result<(), Failure> {
        let scheme = target.scheme();
        let Some(protocol) = self.starttls else { return Ok(()) };
        if !scheme.is_given || scheme.starttls == Some(protocol) {
            return Ok(());
        }
        let word = scheme.word;
        let of_the_scheme = match scheme.starttls {
            Some(other) => format!("`{word}:` starts TLS in {other}"),
            None => format!("`{word}:` starts with TLS"),
        };
        let message = format!("{of_the_scheme}, but `--starttls` expects {protocol}");
        let hint = "leave out the scheme or the option";
        Err(Failure::usage(message, hint))
    }
}
