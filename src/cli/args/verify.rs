//! The arguments of `certgrab verify`.

use std::path::PathBuf;

use crate::{endpoint::Target, stack::Stack};

use super::{
    invalid::Invalid,
    trust::{At, Trust},
};

const EXAMPLES: &str = "\
Examples:
  certgrab verify --from chain.pem --host plc.test --roots ca.pem    is the chain valid for plc.test?
  certgrab verify --from chain.pem --host plc.test --at 2030-01-01   will it still be?
  certgrab verify --from chain.pem --roots ca.pem --stack esp8266    by the rules of one TLS stack
  certgrab verify --from chain.pem --roots ca.pem --stacks           by the rules of every TLS stack
  certgrab verify --batch < cases.jsonl                              verify one JSON object per line";

/// What to verify.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// The presented chain, leaf first, or - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["batch", "from"])]
    pub(crate) file: Option<PathBuf>,

    /// The same as FILE
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    pub(crate) from: Option<PathBuf>,

    /// The name or address that the certificate must be valid for [default: verify the path alone]
    #[arg(long, value_name = "NAME", value_parser = host)]
    pub(crate) host: Option<Target>,

    /// Also fail if the path violates RFC 5280 or the Baseline Requirements
    #[arg(long)]
    pub(crate) strict: bool,

    /// Print the result as one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    /// Verify by the rules of this TLS stack alone, such as esp8266 or mbedtls-3.6; `--stacks` lists
    /// all
    #[arg(long, value_name = "NAME", value_parser = super::stack)]
    pub(crate) stack: Option<&'static Stack>,

    /// Show what every TLS stack makes of the chain: whether it connects, why not, what to change
    #[arg(long)]
    pub(crate) stacks: bool,

    /// Verify one JSON object per line from standard input, strictly, and answer each
    #[arg(
        long,
        conflicts_with_all = ["file", "from", "host", "roots", "trust_sha256", "at", "strict", "json",
                              "stack", "stacks"]
    )]
    pub(crate) batch: bool,

    #[command(flatten)]
    pub(crate) trust: Trust,

    #[command(flatten)]
    pub(crate) at: At,
}

/// A target whose host is given as certgrab judges it: a stack may not accept the same name with a full stop
/// at its end, or an IPv6 address in another form.
fn host(text: &str) -> Result<Target, Invalid> {
    let target = super::target(text)?;
    let (name, text) = (target.host(), text.trim());
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let given = rest.trim_start_matches('[').split([']', '/', '?', '#']).next().unwrap_or_default();
    let given = given.to_ascii_lowercase();
    let is_same = match given.contains("::") || given.matches(':').count() > 1 {
        true => given == name,
        false => given.strip_prefix(&name).is_some_and(|port| !port.starts_with('.')),
    };
    if is_same || !given.is_ascii() {
        return Ok(target);
    }
    let why = format!("expected `{name}`, since many TLS stacks compare a host as text");
    Err(Invalid::new(why, format!("pass `{name}`, and use the same in the device's code")))
}
