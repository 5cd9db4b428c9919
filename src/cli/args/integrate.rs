//! The arguments of `certgrab integrate`.

use std::path::PathBuf;

use clap::ValueEnum;

const EXAMPLES: &str = "\
Examples:
  certgrab integrate cmake            certgrab.cmake, for ESP-IDF and plain CMake
  certgrab integrate platformio       certgrab_pre.py, an extra script
  certgrab integrate github-actions   a workflow that checks every night";

/// `certgrab integrate`
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to integrate with: cmake, platformio, make, github-actions or pre-commit
    #[arg(value_enum, hide_possible_values = true)]
    pub(crate) with: With,

    /// The root folder of the project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) folder: PathBuf,

    /// Overwrite existing files that differ, unless they hold a private key
    #[arg(long)]
    pub(crate) force: bool,
}

/// What certgrab can be integrated with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum With {
    Cmake,
    Platformio,
    Make,
    GithubActions,
    PreCommit,
}
