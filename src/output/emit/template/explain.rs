//! Errors in a template: the file, the line and the part that failed.

use std::ops::Range;

use minijinja::{Error, ErrorKind};

use super::{BYTES_A_STEP, FILTERS, MAX_TEMPLATE_STEPS, operators};
use crate::{
    output::emit::{self, TemplateError, templates::parts},
    text::foreign::Foreign,
};

/// The error that the whole template in `file` cannot be rendered.
pub(super) fn refused(file: &str, problem: &str, hint: Option<&str>) -> emit::Error {
    emit::Error::Template(TemplateError {
        file: Foreign::text(file),
        line: None,
        words: None,
        problem: Foreign::text(problem),
        hint: hint.map(str::to_owned),
    })
}

/// What is wrong with a template: the file, the line and the part of it.
pub(super) fn explain(file: &str, error: &Error) -> TemplateError {
    // An error in an included part is caused by the line that it names last.
    let mut deepest = error;
    while let Some(cause) =
        std::error::Error::source(deepest).and_then(|cause| cause.downcast_ref())
    {
        deepest = cause;
    }
    let excerpt = deepest.template_source().zip(deepest.range());
    let words = excerpt.and_then(|(source, range)| failing(source, range));
    let words = words.and_then(operators::as_written).map(|words| Foreign::text(&words));
    let problem = match (deepest.kind(), deepest.detail()) {
        (ErrorKind::OutOfFuel, _) => {
            format!(
                "expected at most {MAX_TEMPLATE_STEPS} steps and {} MiB of text, found more",
                (MAX_TEMPLATE_STEPS * BYTES_A_STEP) >> 20
            )
        }
        (ErrorKind::UndefinedError, _) => "undefined variable".to_owned(),
        (_, Some(detail)) => in_words(detail),
        (kind, None) => kind.to_string(),
    };
    let hint = match deepest.kind() {
        ErrorKind::UndefinedError
        | ErrorKind::UnknownFilter
        | ErrorKind::UnknownFunction
        | ErrorKind::InvalidOperation => {
            Some("`certgrab formats --variables` lists the variables and the filters".to_owned())
        }
        ErrorKind::TemplateNotFound | ErrorKind::BadInclude => Some(format!(
            "only these parts can be included: {}",
            parts().collect::<Vec<_>>().join(", ")
        )),
        _ => None,
    };
    TemplateError {
        file: Foreign::text(deepest.name().unwrap_or(file)),
        line: deepest.line(),
        words,
        problem: Foreign::text(&problem),
        hint,
    }
}

/// The engine's message, without its type names.
fn in_words(detail: &str) -> String {
    const WORDS: [(&str, &str); 3] = [
        ("value of type plain object", "a value from outside"),
        ("plain object", "a value from outside"),
        ("usize", "a whole number"),
    ];
    WORDS.iter().fold(detail.to_owned(), |text, (engine, word)| text.replace(engine, word))
}

/// The part of a template that fails; if it is a filter or a field, with its operand.
fn failing(source: &str, range: Range<usize>) -> Option<&str> {
    let words = source.get(range.clone())?;
    let before = source.get(..range.start)?;
    if let Some(operand) = operators::operand(words, before) {
        return Some(operand);
    }
    let is_filter = FILTERS.iter().any(|(filter, _)| *filter == words);
    let is_field = words.starts_with(['.', '[']) && !before.ends_with(char::is_whitespace);
    if is_filter || is_field {
        let start = before.rfind("{{").max(before.rfind("{%"))? + 2;
        return source.get(start..range.end).map(str::trim_start);
    }
    Some(words)
}
