//! `--report FORM[=PATH]` of the commands with reports.

use std::{ffi::OsStr, path::PathBuf};

use clap::ValueEnum;

/// One `--report`, in one of the forms `F`.
#[derive(Debug, Clone)]
pub(crate) struct Report<F> {
    pub(crate) form: F,
    pub(crate) path: Option<PathBuf>,
}

/// Parses `FORM` or `FORM=PATH`.
pub(crate) fn report<F: ValueEnum>(text: &OsStr) -> Result<Report<F>, String> {
    let (word, path) = super::word_and_path(text)?;
    let form = F::from_str(&word.to_string_lossy(), false).map_err(|_| {
        let names = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = names.map(|name| name.get_name().to_owned()).collect();
        let (last, others) = names.split_last().expect("a report has a form");
        format!("unknown report format; expected {} or {last}", others.join(", "))
    })?;
    Ok(Report { form, path })
}
