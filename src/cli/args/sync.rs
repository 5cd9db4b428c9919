//! The arguments of `certgrab sync`.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::endpoint::Target;

use super::{Emission, proxy::Through, threads::Threads, trust::Roots};

const EXAMPLES: &str = "\
Examples:
  certgrab sync --init broker.lan:8883   write certgrab.toml for a server
  certgrab sync                          query each server, then update its lock and constants
  certgrab sync --dry-run                query each server, and say what would change
  certgrab sync --locked                 regenerate the constants from the locks, offline

A manifest:
  [[target]]
  host = \"m1.tuyacn.com:8883\"
  lock = \"certs/m1.tuyacn.com.pem\"
  emit = { c = \"include/root_ca.h\", rust = \"src/root_ca.rs\" }";

const ROOTS: &str = "With --init: trust the certificates in FILE, such as your own CA";

/// The manifest of `check` and `sync`.
#[derive(Debug, clap::Args)]
pub(crate) struct Manifest {
    /// Read the targets from FILE
    #[arg(id = "manifest", long = "manifest", value_name = "FILE", default_value = super::MANIFEST)]
    pub(crate) path: PathBuf,
}

/// `certgrab sync`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, mut_arg("roots", |one| one.help(ROOTS).requires("init")))]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) manifest: Manifest,

    /// Regenerate from the locks; do not contact servers
    #[arg(long, conflicts_with = "proxy")]
    pub(crate) locked: bool,

    /// Say what would be written; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Write a manifest for TARGET, unless there is one
    #[arg(long, value_name = "TARGET", value_parser = super::target,
          conflicts_with_all = ["locked", "dry_run", "proxy"])]
    pub(crate) init: Option<Target>,

    /// With --init: what to generate [default: c=root_ca.h]
    #[arg(short, long, value_name = "FORMAT=PATH", requires = "init",
          value_parser = OsStringValueParser::new().try_map(|text| super::emission(&text)))]
    pub(crate) emit: Vec<Emission>,

    #[command(flatten)]
    pub(crate) roots: Roots,

    #[command(flatten)]
    pub(crate) threads: Threads,

    #[command(flatten)]
    pub(crate) proxy: Through,
}
