//! Builds the firmware with the grabbed anchor.
//!
//! In: a lock. Out: [`Built`], the host program, and the folder of the generated C header.

use crate::{Fault, broker::Broker, pki::NAME, tools::workspace};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The features of every build of this workspace.
const FEATURES: &str = "firmware-core/std";

/// The host program.
pub(crate) struct Built {
    pub(crate) program: PathBuf,
}

impl Built {
    /// Builds the host program with the anchor in `lock`.
    pub(crate) fn host(lock: &Path) -> Result<Self, Fault> {
        Self::of(&build(lock, FEATURES)?)
    }

    /// Builds the host program without verification, which the lab must detect.
    pub(crate) fn unsound_host(lock: &Path) -> Result<Self, Fault> {
        Self::of(&build(lock, &format!("{FEATURES},host/verification-off"))?)
    }

    fn of(messages: &[Value]) -> Result<Self, Fault> {
        Ok(Self { program: executable(messages, "host")? })
    }

    /// The command that connects it to `broker`.
    pub(crate) fn command(&self, broker: &Broker) -> Command {
        self.at(broker.port)
    }

    /// The command that connects it to `port` of this machine.
    pub(crate) fn at(&self, port: u16) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(format!("mqtts://{NAME}:{port}"));
        command
    }
}

/// Builds the program `name` of this workspace with the anchor in `lock`.
pub(crate) fn program(lock: &Path, name: &str) -> Result<PathBuf, Fault> {
    executable(&build(lock, FEATURES)?, name)
}

/// The executable of the target `name` in cargo's messages.
fn executable(messages: &[Value], name: &str) -> Result<PathBuf, Fault> {
    let program = messages
        .iter()
        .filter(|message| message["target"]["name"] == name)
        .filter(|message| message["profile"]["test"] == false)
        .find_map(|message| message["executable"].as_str());
    Ok(program.ok_or_else(|| format!("cargo did not report an executable of {name}"))?.into())
}

/// Builds the C client's crate with the anchor in `lock`, and returns the folder of its header.
pub(crate) fn header(lock: &Path) -> Result<PathBuf, Fault> {
    let messages = build(lock, FEATURES)?;
    let folder = messages
        .iter()
        .filter(|message| message["reason"] == "build-script-executed")
        .filter(|message| message["package_id"].as_str().is_some_and(|id| id.contains("c-client")))
        .find_map(|message| message["out_dir"].as_str())
        .ok_or("cargo did not report the folder of the header")?;
    Ok(folder.into())
}

/// Builds the workspace and returns cargo's messages. The selection is the same as in `ci.sh`: with
/// another one, cargo unifies features differently and rebuilds the dependencies.
fn build(lock: &Path, features: &str) -> Result<Vec<Value>, Fault> {
    let output = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .args(["build", "--quiet", "--workspace", "--all-targets"])
        .args(["--features", features])
        .arg("--message-format=json-render-diagnostics")
        .env("CERTGRAB_LOCK", lock)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("cargo build: {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?)
}
