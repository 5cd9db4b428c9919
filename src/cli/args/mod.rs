//! The arguments as typed.

pub(crate) mod anchor;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod connection;
pub(crate) mod convert;
pub(crate) mod deferred;
pub(crate) mod explain;
pub(crate) mod formats;
pub(crate) mod help;
pub(crate) mod hosts;
pub(crate) mod integrate;
pub(crate) mod invalid;
pub(crate) mod lab;
pub(crate) mod new;
pub(crate) mod proxy;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod sync;
pub(crate) mod threads;
pub(crate) mod trust;
pub(crate) mod verify;
pub(crate) mod words;

use std::{
    ffi::{OsStr, OsString},
    num::{NonZeroU16, NonZeroUsize},
    path::{Path, PathBuf},
};

use crate::{
    endpoint::Target,
    output::emit::{self, Format},
    stack::{self, STACKS, Stack, client::Device},
    text::secrets,
    x509::certificate::Sha256,
};
use clap::{Parser, Subcommand};
use rustls_pki_types::DnsName;

use super::{
    file_names, habits,
    loss::Content,
    stream::{self, Stream},
    style::Display,
};

use self::deferred::Deferred;
pub(crate) use self::{invalid::Invalid, request::Request};
pub(crate) use crate::run::pack::What;

/// The default name of the manifest.
pub(crate) const MANIFEST: &str = "certgrab.toml";

/// Find the certificate a device must hold to trust a TLS server, in the form its code reads.
#[derive(Debug, Parser)]
#[command(
    name = "certgrab",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    // Lines are broken by `help::in_lines`.
    term_width = 0,
    help_template = help::TEMPLATE,
    after_help = help::EXAMPLES,
    after_long_help = help::LONG_EXAMPLES
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) job: Request,

    #[command(flatten)]
    pub(crate) display: Display,
}

/// What else the command can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run every step against a built-in server; needs no network
    Demo,
    /// Verify a chain in a file; needs no network
    Verify(Deferred<verify::Verify>),
    /// Write certificates that you have in a file in another form; needs no network
    Convert(Deferred<convert::Convert>),
    /// List the formats, each with the software that reads it
    Formats(Deferred<formats::List>),
    /// Check committed certificates, and whether they still verify the server
    Check(Deferred<check::Args>),
    /// Explain a finding of `certgrab check`, and what to do about it
    Explain(Deferred<explain::Args>),
    /// Update the locks and constants listed in certgrab.toml
    Sync(Deferred<sync::Args>),
    /// Create a small project that connects to a server, with its lock and check
    New(Deferred<new::Args>),
    /// Write the file that runs certgrab in a build or in CI
    Integrate(Deferred<integrate::Args>),
    /// See what a device really accepts: servers, sound and faulty, and a verdict on each
    Lab(Deferred<lab::Args>),
    /// Write certgrab for a browser, one HTML file without a network, to standard output
    Page,
    /// Print the completions for a shell: bash, elvish, fish, powershell or zsh
    Completions(Deferred<completions::Completions>),
    /// Print the man page, all commands in one
    Man,
}

/// One `--emit`.
#[derive(Debug, Clone)]
pub(crate) struct Emission {
    pub(crate) form: Form,
    pub(crate) path: Option<PathBuf>,
}

/// What one `--emit` writes.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// The result as a report for people, in HTML.
    Report,
    /// The result as a JSON document.
    Document,
    /// The certificates in a format.
    Certificates(Format),
    /// The certificates with a user's template.
    Template(formats::Template),
}

impl Form {
    /// The format of certificates.
    pub(crate) fn format(&self) -> Option<Format> {
        match self {
            Self::Certificates(format) => Some(*format),
            _ => None,
        }
    }

    /// What is written; it decides what may be replaced.
    pub(crate) fn content(&self) -> Content {
        match self {
            Self::Report | Self::Document => Content::Report,
            Self::Certificates(format) => Content::Certificates(*format),
            Self::Template(_) => Content::Template,
        }
    }
}

pub(crate) fn target(text: &str) -> Result<Target, Invalid> {
    if file_names::instead_of_a_server(text) {
        let shown = &secrets::hide_in_word(text);
        let port = format!("for a server with this name, add its port: `{shown}:443`");
        let path = Path::new(text);
        let hint = || match path.file_name() {
            // A path is no name of a server.
            Some(_) if !text.contains('/') => format!("{}; {port}", file_names::for_a_file(shown)),
            _ => file_names::for_a_file(shown),
        };
        return Err(match (path.is_dir(), path.exists()) {
            (true, _) => Invalid::new("expected a server, found a folder", hint()),
            (_, true) => Invalid::new("expected a server, found a file", hint()),
            _ => Invalid::new("this looks like a file, but no such file exists", port),
        });
    }
    Ok(text.parse()?)
}

/// Where to connect: the port is required, since those of the target and the scheme may differ. The
/// target's scheme says how to start TLS.
pub(crate) fn place(text: &str) -> Result<Target, Invalid> {
    let place = target(text)?;
    if text.contains("://") {
        return Err("expected HOST:PORT, found a URL; put the scheme before TARGET".into());
    }
    let has_port = text.trim_end_matches('/').ends_with(&format!(":{}", place.port()));
    if has_port { Ok(place) } else { Err("expected HOST:PORT, found no port".into()) }
}

/// A number of bytes.
pub(crate) fn bytes(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a whole number of bytes, at least 1".to_owned())
}

pub(crate) fn seconds(text: &str) -> Result<NonZeroU16, String> {
    text.parse().map_err(|_| format!("expected whole seconds from 1 to {}", u16::MAX))
}

pub(crate) fn fingerprint(text: &str) -> Result<Sha256, String> {
    Sha256::parse(text).ok_or_else(|| {
        "expected the 64 hexadecimal digits of a SHA-256, with or without colons".to_owned()
    })
}

pub(crate) fn sni(text: &str) -> Result<DnsName<'static>, Invalid> {
    match target(text)?.name() {
        rustls_pki_types::ServerName::DnsName(name) => Ok(name.clone()),
        _ => Err("an IP address cannot be sent in a ClientHello (RFC 6066 section 3)".into()),
    }
}

/// The stack of this name, or the one of the device of this name.
pub(crate) fn stack(name: &str) -> Result<&'static Stack, Invalid> {
    let of_device = || Device::named(name).and_then(Device::stack);
    let unknown = || Invalid::unknown("TLS stack", name, STACKS.iter().map(|stack| stack.name), "");
    stack::named(name).or_else(of_device).ok_or_else(unknown)
}

/// Splits `WORD=PATH`. No path, `-` and `/dev/stdout` mean standard output.
pub(crate) fn word_and_path(text: &OsStr) -> Result<(OsString, Option<PathBuf>), String> {
    match split(text) {
        Some((_, path)) if path.is_empty() => Err("the path after `=` is empty".to_owned()),
        Some((word, path)) => {
            let path = PathBuf::from(path);
            let is_output = path == Path::new("-") || stream::named(&path) == Some(Stream::Output);
            Ok((word, Some(path).filter(|_| !is_output)))
        }
        None => Ok((text.to_owned(), None)),
    }
}

/// The parts before and after the first `=`, in any encoding.
#[cfg(unix)]
fn split(text: &OsStr) -> Option<(OsString, OsString)> {
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    Some((OsStr::from_bytes(&bytes[..at]).into(), OsStr::from_bytes(&bytes[at + 1..]).into()))
}

/// The parts before and after the first `=`.
#[cfg(not(unix))]
fn split(text: &OsStr) -> Option<(OsString, OsString)> {
    let (word, path) = text.to_str()?.split_once('=')?;
    Some((word.into(), path.into()))
}

pub(crate) fn emission(text: &OsStr) -> Result<Emission, Invalid> {
    let (word, path) = word_and_path(text)?;
    let word = word.to_string_lossy();
    let form = match (&*word, emit::format(&word)) {
        ("json", _) => Form::Document,
        ("html", _) => Form::Report,
        (_, Some(format)) => Form::Certificates(format),
        ("", _) => return Err("expected a format; see `certgrab formats`".into()),
        _ => {
            return Err(Invalid::new("unknown format", habits::emission(&text.to_string_lossy())));
        }
    };
    Ok(Emission { form, path })
}

impl Emission {
    /// Whether its output can be shown on a terminal.
    pub(crate) fn is_text(&self) -> bool {
        match &self.form {
            Form::Document | Form::Report | Form::Template(_) => true,
            Form::Certificates(format) => format.is_text,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use clap::CommandFactory as _;

    use super::*;

    /// Options that mean something else in each of so many commands; their help says what.
    const DIFFERENT: [(&str, usize); 10] = [
        ("as", 2),     // a device; for `check` also a stack
        ("emit", 3), // certificates; the anchor of `lab`; what the manifest of `sync --init` lists
        ("from", 2), // a chain; for `verify` another word for its FILE
        ("host", 3), // whose certificates `convert` has; what `verify` expects; where the device connects
        ("json", 2), // one document; one per target
        ("list", 2), // the cases of `lab`; the projects of `new`
        ("report", 2), // `check` and `lab` have different forms
        ("roots", 4), // trusted; searched by `convert`; for `lab --forward`; for `sync --init`
        ("stack", 2), // the one to verify by; the one of the device
        ("strict", 2), // of the rules for certificates; of the lab's verdicts
    ];

    #[test]
    fn an_option_is_the_same_in_every_command_that_has_it() {
        let mut all = Args::command();
        all.build();
        let mut known: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
        for command in all.get_subcommands().chain([&all]) {
            for option in command.get_arguments().filter(|one| one.get_id() != "help") {
                let help = option.get_help().map(ToString::to_string);
                let value =
                    format!("{:?} {:?}", option.get_value_names(), option.get_value_parser());
                let takes =
                    (option.get_short(), value, format!("{:?}", option.get_default_values()));
                if let Some(name) = option.get_long() {
                    known.entry(name).or_default().insert((help, takes));
                }
            }
        }
        let several = known.iter().map(|(name, forms)| (*name, forms.len()));
        let several: Vec<_> = several.filter(|(_, count)| *count > 1).collect();
        assert_eq!(several, DIFFERENT);
    }
}
