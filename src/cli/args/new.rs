//! The arguments of `certgrab new`.

use std::path::PathBuf;

use crate::endpoint::Target;

use super::{
    Invalid,
    connection::{Client, Connect},
    trust::Trust,
};
use crate::cli::projects::{self, PROJECTS, Project};

const EXAMPLES: &str = "\
Examples:
  certgrab new --list                                      the projects, and how each is tested
  certgrab new linux-c mqtts://m1.tuyacn.com client        a C client for Linux in ./client
  certgrab new arduino-esp32 mqtts://m1.tuyacn.com lamp    a sketch for an ESP32 in ./lamp
  certgrab new micropython https://www.tuya.com page       a module that gets a page in ./page";

/// `certgrab new`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Which project (see --list)
    #[arg(required_unless_present = "list", value_parser = project)]
    pub(crate) project: Option<&'static Project>,

    /// The MQTT broker, host:port or mqtts://host, or a web server, https://host
    #[arg(value_name = "TARGET", required_unless_present = "list", value_parser = server)]
    pub(crate) target: Option<Target>,

    /// The folder to write to
    #[arg(value_name = "DIR", required_unless_present = "list")]
    pub(crate) folder: Option<PathBuf>,

    /// List the projects, each with how it is tested
    #[arg(long, conflicts_with_all = ["project", "target", "folder", "force"])]
    pub(crate) list: bool,

    /// Overwrite existing files that differ, unless they hold a private key
    #[arg(long)]
    pub(crate) force: bool,

    #[command(flatten)]
    pub(crate) client: Client,

    #[command(flatten)]
    pub(crate) connect: Connect,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

fn project(name: &str) -> Result<&'static Project, Invalid> {
    let names = PROJECTS.iter().map(|project| project.name);
    projects::project(name).ok_or_else(|| Invalid::unknown("project", name, names, ""))
}

/// A target without a path: the code of a project requests `/`, or speaks MQTT.
fn server(text: &str) -> Result<Target, Invalid> {
    let target = super::target(text)?;
    let behind = text.split_once("://").and_then(|(_, rest)| rest.split_once(['/', '?', '#']));
    match behind {
        // It may hold a token, so it is not repeated.
        Some((_, more)) if !more.is_empty() => Err(Invalid::new(
            "TARGET must not have a path",
            "leave it out, and edit the path in the code of the project",
        )),
        _ => Ok(target),
    }
}
