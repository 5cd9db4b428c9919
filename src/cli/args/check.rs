//! The arguments of `certgrab check`.

use std::{ffi::OsString, path::PathBuf, str::FromStr};

use crate::stack::{self, Stack, client::Device};
use clap::ValueEnum;

use super::{
    Invalid,
    connection::{Connect, Limits, device},
    proxy::Through,
    report::Reports,
    sync::Manifest,
    threads::Threads,
    trust::{At, Roots},
};

const EXAMPLES: &str = "\
Examples:
  certgrab check                                        all targets of certgrab.toml
  certgrab check include/ca_cert.h m1.tuyacn.com:8883   one file, and the server it is for
  certgrab check --offline .                            all files of a repository
  certgrab check --offline . --baseline old.json --write-baseline   accept what is found today
  certgrab check --report sarif=check.sarif             for code scanning

Exit codes: 0 valid, 1 the constants do not verify, 3 no connection or no handshake,
4 a file could not be read or written, 5 valid today, but something needs attention";

const REPORT: &str = "Write the result as text, json, sarif, junit, github, prometheus, cyclonedx \
                      or html, to PATH or standard output";

/// `certgrab check`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES,
          mut_arg("report", |one| one.help(REPORT)),
          mut_arg("manifest", |one| one.conflicts_with("inputs")),
          mut_arg("roots", |one| one.requires("inputs")),
          mut_arg("connect", |one| one.requires("inputs")))]
pub(crate) struct Args {
    /// Files and folders to check, then their server [default: the targets of certgrab.toml]
    #[arg(value_name = "FILE|DIR|TARGET")]
    pub(crate) inputs: Vec<OsString>,

    /// Do not contact the server
    #[arg(long, conflicts_with_all = ["connect", "timeout", "rate", "proxy"])]
    pub(crate) offline: bool,

    /// Warn of what expires within DAYS, such as 90d or 12w
    #[arg(long, value_name = "DAYS", default_value = "90d", allow_hyphen_values = true)]
    pub(crate) within: Days,

    /// In folders, skip what matches GLOB, as in a .gitignore
    #[arg(long, value_name = "GLOB", requires = "inputs")]
    pub(crate) exclude: Vec<String>,

    /// Leave out the findings in FILE, which `--write-baseline` wrote
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Write today's findings to the file of `--baseline`, and report none
    #[arg(long, requires = "baseline", conflicts_with_all = ["json", "report"])]
    pub(crate) write_baseline: bool,

    /// Group the findings by certificate
    #[arg(long, conflicts_with = "json")]
    pub(crate) by_certificate: bool,

    #[command(flatten)]
    pub(crate) reports: Reports<Form>,

    #[command(flatten)]
    pub(crate) manifest: Manifest,

    #[command(flatten)]
    pub(crate) roots: Roots,

    #[command(flatten)]
    pub(crate) connect: Connect,

    /// Ask and verify as STACK for files that do not show their reader: a device of `certgrab --as`, a
    /// stack of `certgrab --stacks`, or a FILE of `certgrab lab --save-hello`
    #[arg(long = "as", value_name = "STACK", requires = "inputs", value_parser = Named::read)]
    pub(crate) named: Option<Named>,

    #[command(flatten)]
    pub(crate) at: At,

    #[command(flatten)]
    pub(crate) limits: Limits,

    #[command(flatten)]
    pub(crate) threads: Threads,

    #[command(flatten)]
    pub(crate) proxy: Through,
}

/// What the user says about the reader of files that do not show it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    /// The device whose ClientHello is sent, if one has the stack.
    pub(crate) device: Option<&'static Device>,
    /// The stack whose rules count, if it is known.
    pub(crate) stack: Option<&'static Stack>,
}

impl Named {
    /// The device or the stack called `name`, or the device in the file of that name.
    pub(crate) fn read(name: &str) -> Result<Self, Invalid> {
        match stack::named(name) {
            Some(stack) if Device::named(name).is_none() => {
                Ok(Self { device: Device::with_stack(name), stack: Some(stack) })
            }
            _ => device(name).map(|device| Self { device: Some(device), stack: device.stack() }),
        }
    }
}

/// A number of days until the horizon.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days(pub(crate) u16);

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Text,
    Json,
    Sarif,
    Junit,
    Github,
    Prometheus,
    Cyclonedx,
    Html,
}

impl FromStr for Days {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, days) = match text.strip_suffix('w') {
            Some(weeks) => (weeks, 7),
            None => (text.strip_suffix('d').unwrap_or(text), 1),
        };
        let days = number.parse::<u16>().ok().and_then(|number| number.checked_mul(days));
        days.map(Self)
            .ok_or_else(|| "expected a number of days or weeks, such as 90d or 12w".to_owned())
    }
}
