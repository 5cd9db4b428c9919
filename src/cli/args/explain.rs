//! The arguments of `certgrab explain`.

use crate::cli::language::Language;

/// `certgrab explain`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A code, such as `expired` [default: list all codes]
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,

    /// The language, en or zh [default: by LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_name = "en|zh", value_enum, hide_possible_values = true)]
    pub(crate) lang: Option<Language>,
}
