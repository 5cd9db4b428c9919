//! The arguments of `certgrab lab`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::{NonZeroU8, NonZeroU16},
    path::PathBuf,
};

use crate::{
    endpoint::Target,
    lab::cases::{CASES, Case},
    output::bundle::LAB_PORT,
    stack::Stack,
    text::near,
};
use clap::ValueEnum;

use super::{Invalid, formats::Output, report::Reports, threads::Threads, trust::Roots};

/// The default folder of the lab.
pub(crate) const FOLDER: &str = "lab";

const EXAMPLES: &str = "\
Examples:
  certgrab lab                                          listen on 127.0.0.1:8883, as localhost
  certgrab lab --emit arduino=include/lab_ca.h          and write the lab's anchor for a sketch
  certgrab lab --listen 192.168.1.5:8883                for a device on the LAN
  certgrab lab --cases expired,wrong-host --repeat 3    some cases, three times
  certgrab lab --list                                   the cases, and what each stack does with them
  mosquitto_pub -h localhost -p 8883 --cafile lab/ca.pem -t t -m m   a device, once for each case

Exit codes: 0 passed, 1 a server was accepted that must be refused or a sound one was refused,
3 no device connected, or not for every case, or it sent nothing to any server, 4 a file could not be read or
written or the port is taken";

const EMIT: &str =
    "Write the lab's anchor in FORMAT (see `certgrab formats`) to PATH or standard output";
const ROOTS: &str = "Trust these CA certificates instead of Mozilla's for the server of --forward";
const REPORT: &str =
    "Write the result as text, json, junit, sarif or html to PATH or standard output";

/// `certgrab lab`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES,
          mut_arg("emit", |one| one.help(EMIT)),
          mut_arg("roots", |one| one.help(ROOTS).requires("forward")),
          mut_arg("report", |one| one.help(REPORT)))]
pub(crate) struct Args {
    /// Keep the lab's test CA, its keys and its anchor in DIR
    #[arg(long, value_name = "DIR", default_value = FOLDER)]
    pub(crate) dir: PathBuf,

    #[command(flatten)]
    pub(crate) output: Output,

    /// Listen on ADDR:PORT; addresses other than 127.0.0.1 are reachable from the network
    #[arg(long, value_name = "ADDR:PORT", value_parser = socket,
          default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, LAB_PORT)))]
    pub(crate) listen: SocketAddr,

    /// The name or address that the device connects to [default: localhost, or ADDR]
    #[arg(long, value_name = "NAME", value_parser = host)]
    pub(crate) host: Option<String>,

    /// Give each case a port of its own, from PORT on; of several connections to one the worst counts
    #[arg(long)]
    pub(crate) ports: bool,

    /// Play these cases only, between two sound servers
    #[arg(long, value_name = "CASE,...", value_delimiter = ',', value_parser = case)]
    pub(crate) cases: Vec<&'static Case>,

    /// List the cases, each with its rule and the TLS stacks that accept it
    #[arg(long, conflicts_with_all = ["emit", "name", "ports", "repeat", "forward", "stack", "save_hello",
                                          "json", "report", "expect", "strict"])]
    pub(crate) list: bool,

    /// Play all cases N times
    #[arg(long, value_name = "N", default_value = "1", value_parser = times,
          allow_hyphen_values = true)]
    pub(crate) repeat: NonZeroU8,

    /// Stop if the device does not connect for SECS seconds
    #[arg(long, value_name = "SECS", default_value = "120", value_parser = super::seconds,
          allow_hyphen_values = true)]
    pub(crate) wait: NonZeroU16,

    /// Connect sound cases to the real server: over TLS, or without TLS for mqtt://, http:// and ports 1883 and 80
    #[arg(long, value_name = "HOST:PORT", value_parser = real_server)]
    pub(crate) forward: Option<RealServer>,

    #[command(flatten)]
    pub(crate) roots: Roots,

    /// The TLS stack of the device, as `--list` names it [default: from its ClientHello]
    #[arg(long, value_name = "STACK", value_parser = super::stack)]
    pub(crate) stack: Option<&'static Stack>,

    /// Write the device's ClientHello to FILE, for `certgrab TARGET --as FILE`
    #[arg(long, value_name = "FILE")]
    pub(crate) save_hello: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) reports: Reports<Form>,

    /// Compare with the JSON document in FILE: findings with another verdict than its are faults, and no others
    #[arg(long, value_name = "FILE")]
    pub(crate) expect: Option<PathBuf>,

    /// Count what the device's library accepts by default, and what is undecided, as a fault
    #[arg(long, conflicts_with = "expect")]
    pub(crate) strict: bool,

    #[command(flatten)]
    pub(crate) threads: Threads,
}

/// The server that `--forward` names.
#[derive(Debug, Clone)]
pub(crate) struct RealServer {
    pub(crate) target: Target,
    /// Whether it is a server without TLS.
    pub(crate) is_in_clear: bool,
}

/// The forms of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    Text,
    Json,
    Junit,
    Sarif,
    Html,
}

/// Ports of servers without TLS (IANA's registry of service names).
const IN_CLEAR: [u16; 2] = [1883, 80];

fn real_server(text: &str) -> Result<RealServer, Invalid> {
    let plain = ["mqtt://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let target = super::place(plain.unwrap_or(text))?;
    let is_in_clear = plain.is_some() || IN_CLEAR.contains(&target.port());
    Ok(RealServer { target, is_in_clear })
}

fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "expected an address and a port, as in 192.168.1.5:8883".to_owned())
}

fn times(text: &str) -> Result<NonZeroU8, String> {
    text.parse().map_err(|_| "expected a whole number from 1 to 255".to_owned())
}

fn case(id: &str) -> Result<&'static Case, Invalid> {
    Case::named(id).ok_or_else(|| Invalid {
        why: "unknown case; see `certgrab lab --list`".to_owned(),
        hint: near::question(id, CASES.iter().map(|case| case.id)),
    })
}

/// A host name or an address, without a port.
fn host(text: &str) -> Result<String, Invalid> {
    let target = super::target(text)?;
    match target.port_is_given() {
        true => Err(Invalid::new(
            "expected a name or an address, found a port too",
            "set the port with `--listen ADDR:PORT`",
        )),
        false => Ok(target.host()),
    }
}
