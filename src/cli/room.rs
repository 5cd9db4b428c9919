//! Refuses what takes more bytes than the user has room for.
//!
//! In: the limit, and the bytes of each form that is to be written. Out: nothing, or an error that names every
//! form over the limit.

use std::num::NonZeroUsize;

use crate::{
    output::{
        bundle::Bundle,
        emit::{self, Format, Identifier},
    },
    text::foreign::Foreign,
};

use super::{args::Form, failure::Failure};

/// The bytes that a device spends on `bundle` in `format`, as `--sizes` counts them; those of the file for
/// forms that no device keeps. `written` is the length of the file.
pub(crate) fn taken(format: Format, bundle: &Bundle, name: &Identifier, written: usize) -> usize {
    // What cannot be rendered has been refused already.
    emit::flash_bytes(bundle, format, name).ok().flatten().unwrap_or(written)
}

/// The bytes of `form`, as [`taken`] counts them.
pub(crate) fn taken_by(form: &Form, bundle: &Bundle, name: &Identifier, written: usize) -> usize {
    form.format().map_or(written, |format| taken(format, bundle, name, written))
}

/// What the user calls `form`.
pub(crate) fn name_of(form: &Form) -> String {
    match form {
        Form::Document => "json".to_owned(),
        Form::Report => "html".to_owned(),
        Form::Certificates(format) => format.name.to_owned(),
        Form::Template(template) => Foreign::path(&template.file).line(),
    }
}

/// Refuses the forms that take more than `most` bytes.
pub(crate) fn refuse_more(
    most: Option<NonZeroUsize>,
    forms: &[(String, usize)],
) -> Result<(), Failure> {
    let Some(most) = most else { return Ok(()) };
    let over: Vec<_> = forms.iter().filter(|(_, bytes)| *bytes > most.get()).collect();
    let message = match over[..] {
        [] => return Ok(()),
        [(name, bytes)] => format!("expected at most {most} bytes of `{name}`, found {bytes}"),
        _ => {
            let found = over.iter().map(|(name, bytes)| format!("`{name}`: {bytes}"));
            let found = found.collect::<Vec<_>>().join(", ");
            format!("expected at most {most} bytes of each format, found {found}")
        }
    };
    Err(Failure::usage(message, "`certgrab TARGET --sizes` lists the shortest forms"))
}
