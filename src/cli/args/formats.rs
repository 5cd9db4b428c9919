//! Formats on the command line: options for the output, and the user's own templates.

use std::{ffi::OsStr, num::NonZeroUsize, path::PathBuf};

use clap::{
    ValueEnum,
    builder::{OsStringValueParser, TypedValueParser as _},
};

use super::{Emission, Form};
use crate::output::emit::{Identifier, Style};

/// What is written, and its name.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Output {
    /// Write the certificates in FORMAT (see `certgrab formats`) to PATH or standard output
    #[arg(short, long, value_name = "FORMAT[=PATH]",
          value_parser = OsStringValueParser::new().try_map(|text| super::emission(&text)))]
    pub(crate) emit: Vec<Emission>,

    /// The name of the constants [default: from the host, as in BROKER_LAN_ROOT_CA]
    #[arg(long, value_parser = Identifier::new)]
    pub(crate) name: Option<Identifier>,
}

/// Options of the main job that shape the output.
#[derive(Debug, Default, Clone, clap::Args)]
#[command(next_help_heading = "What to write")]
pub(crate) struct Shape {
    /// Also write with your own template; `certgrab formats --variables` lists its variables
    #[arg(long, value_name = "FILE[=PATH]",
          value_parser = OsStringValueParser::new().try_map(|text| template(&text)))]
    pub(crate) template: Vec<Emission>,

    /// The style of the names: upper, lower or camel
    #[arg(long, value_enum, hide_possible_values = true)]
    pub(crate) style: Option<Style>,

    /// Take the default name from the host or from the organisation of the certificate
    #[arg(long, value_name = "host|organisation", value_enum, default_value_t = NameFrom::Host,
          hide_possible_values = true, hide_default_value = true, conflicts_with = "name")]
    pub(crate) name_from: NameFrom,

    /// Refuse formats that take more than N bytes, counted as `--sizes` does
    #[arg(long, value_name = "N", value_parser = super::bytes, allow_hyphen_values = true)]
    pub(crate) max_bytes: Option<NonZeroUsize>,

    /// Show the bytes of flash that each format takes
    #[arg(long, conflicts_with_all = ["emit", "template"])]
    pub(crate) sizes: bool,
}

/// `certgrab formats`
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// List the variables and filters for templates instead
    #[arg(long)]
    pub(crate) variables: bool,

    /// Find the formats for WORD: a board, a library, a program, a modem, or a format's name
    #[arg(value_name = "WORD", conflicts_with = "variables")]
    pub(crate) word: Option<String>,

    /// The same as WORD (esp32, pico w, postgres)
    #[arg(long = "for", value_name = "WORD", conflicts_with_all = ["variables", "word"])]
    pub(crate) wanted: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum NameFrom {
    #[default]
    Host,
    Organisation,
}

/// A user's template.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) file: PathBuf,
    pub(crate) source: String,
}

/// Parses `FILE` or `FILE=PATH`; the file is read later.
fn template(text: &OsStr) -> Result<Emission, String> {
    let (file, path) = super::word_and_path(text)?;
    let template = Template { file: file.into(), source: String::new() };
    Ok(Emission { form: Form::Template(template), path })
}
