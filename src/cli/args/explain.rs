//! The arguments of `certgrab explain`.

/// `certgrab explain`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A code, such as `expired` [default: list all codes]
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}
