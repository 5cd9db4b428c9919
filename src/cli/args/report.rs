//! `--report FORM[=PATH]` of the commands with reports.

use std::{ffi::OsStr, path::PathBuf};

use clap::{
    ValueEnum,
    builder::{OsStringValueParser, TypedValueParser as _},
};

use super::Invalid;

/// The result as reports, in the forms `F`.
#[derive(Debug, clap::Args)]
pub(crate) struct Reports<F: ValueEnum + Send + Sync + 'static> {
    /// Print the result as one JSON document
    #[arg(long)]
    pub(crate) json: bool,

    /// Write the result as FORM to PATH or standard output
    #[arg(long, value_name = "FORM[=PATH]", conflicts_with = "json",
          value_parser = OsStringValueParser::new().try_map(|text| report::<F>(&text)))]
    pub(crate) report: Vec<Report<F>>,
}

impl<F: ValueEnum + Send + Sync + 'static> Reports<F> {
    /// How many results go to standard output.
    pub(crate) fn streamed(&self) -> usize {
        let reports = self.report.iter().filter(|report| report.path.is_none());
        reports.count() + usize::from(self.json)
    }

    /// The files that are written.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathBuf> + Clone {
        self.report.iter().filter_map(|report| report.path.as_ref())
    }
}

/// One `--report`, in one of the forms `F`.
#[derive(Debug, Clone)]
pub(crate) struct Report<F> {
    pub(crate) form: F,
    pub(crate) path: Option<PathBuf>,
}

/// Parses `FORM` or `FORM=PATH`.
fn report<F: ValueEnum>(text: &OsStr) -> Result<Report<F>, Invalid> {
    let (word, path) = super::word_and_path(text)?;
    let form = F::from_str(&word.to_string_lossy(), false).map_err(|_| {
        let names = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = names.map(|name| name.get_name().to_owned()).collect();
        let names = names.iter().map(String::as_str);
        Invalid::unknown("report format", &word.to_string_lossy(), names, "")
    })?;
    Ok(Report { form, path })
}
