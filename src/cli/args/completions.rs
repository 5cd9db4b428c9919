//! The arguments of `certgrab completions`.

use clap_complete::Shell;

/// `certgrab completions`
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum, hide_possible_values = true)]
    pub(crate) shell: Shell,
}
