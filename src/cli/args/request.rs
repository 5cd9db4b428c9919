//! The request: what to find and what to write.

use std::path::PathBuf;

use crate::endpoint::Target;

use super::{Invalid, What, anchor, connection, formats, hosts, trust};
use crate::cli::file_names;

/// What to find and to write, from targets to anchors. The command line and a manifest both create it.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What to write")]
pub(crate) struct Request {
    /// host, host:port, [v6]:port, or a URL such as mqtts://host [default port: 443]
    #[arg(help_heading = None)]
    #[arg(value_name = "TARGET", required_unless_present_any = ["hosts", "from"], value_parser = server)]
    pub(crate) targets: Vec<Target>,

    #[command(flatten)]
    pub(crate) output: formats::Output,

    #[command(flatten)]
    pub(crate) format: formats::Shape,

    /// Write the anchor, the chain (leaf to anchor), the leaf, or the intermediates
    #[arg(long, value_enum, default_value_t = What::Anchor, hide_possible_values = true)]
    pub(crate) what: What,

    /// Print one JSON document per target, one per line
    #[arg(long, conflicts_with = "sizes")]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) trust: trust::Trust,

    #[command(flatten)]
    pub(crate) at: trust::At,

    #[command(flatten)]
    pub(crate) anchor: anchor::Anchor,

    /// Compare: does OTHER use the same trust anchor?
    #[arg(help_heading = anchor::HEADING)]
    #[arg(long, value_name = "OTHER", value_parser = super::target,
          conflicts_with_all = ["emit", "template", "from", "hosts", "survey", "sizes", "what",
                                "backup", "siblings", "paths"])]
    pub(crate) compare: Option<Target>,

    /// Read the presented chain from FILE, or - for standard input; contact no server. Without a
    /// TARGET, convert FILE as `certgrab convert` does
    #[arg(help_heading = connection::HEADING)]
    #[arg(long, value_name = "FILE",
          conflicts_with_all = ["connect", "sni", "no_sni", "v4", "v6", "device", "proxy",
                                "aia_allow", "starttls", "timeout", "rate", "alpn",
                                "client_cert", "client_key"])]
    pub(crate) from: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) reaching: connection::Reaching,

    #[command(flatten)]
    pub(crate) many: hosts::Arguments,
}

impl Request {
    /// The anchors of `targets`, with the default of every option.
    pub(crate) fn of(targets: Vec<Target>) -> Self {
        Self { targets, ..Self::default() }
    }
}

/// A target of the main command. With `--connect` any name may be a server's, so a host that looks like
/// a file name is refused later, see [`refuse_file_name`].
pub(crate) fn server(text: &str) -> Result<Target, Invalid> {
    match text.parse::<Target>() {
        Ok(target) if file_names::instead_of_a_server(text) && !text.contains('/') => Ok(target),
        _ => super::target(text),
    }
}

/// Refuses a target that names a file, unless the user says where the server is. The error is the name,
/// and why it is not a server.
pub(crate) fn refuse_file_name(job: &Request) -> Result<(), (String, Invalid)> {
    let mut hosts = job.targets.iter().filter(|one| !one.port_is_given()).map(Target::host);
    match hosts
        .find(|host| job.reaching.connect.place.is_none() && file_names::instead_of_a_server(host))
    {
        None => Ok(()),
        Some(host) => match super::target(&host) {
            Ok(_) => Ok(()),
            Err(invalid) => Err((host, invalid)),
        },
    }
}
