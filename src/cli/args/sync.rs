//! The arguments of `certgrab sync`.

use std::path::PathBuf;

use super::proxy::Through;

const EXAMPLES: &str = "\
Examples:
  certgrab sync            query each server, then update its lock and constants
  certgrab sync --locked   regenerate the constants from the locks, offline

A manifest:
  [[target]]
  host = \"m1.tuyacn.com:8883\"
  lock = \"certs/m1.tuyacn.com.pem\"
  emit = { c = \"include/root_ca.h\", rust = \"src/root_ca.rs\" }";

/// `certgrab sync`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Read the targets from FILE
    #[arg(long, value_name = "FILE", default_value = super::MANIFEST)]
    pub(crate) manifest: PathBuf,

    /// Regenerate from the locks; do not contact servers
    #[arg(long, conflicts_with = "proxy")]
    pub(crate) locked: bool,

    #[command(flatten)]
    pub(crate) proxy: Through,
}
