//! Formats: their list, the names of constants, templates of the user's own, and what each form
//! costs on a device.

use std::{ffi::OsStr, fmt::Write as _, path::PathBuf};

use crate::{
    output::{
        bundle::Bundle,
        emit::{self, FILTERS, FORMATS, Format, Identifier, MAX_TEMPLATE_BYTES, Style, VARIABLES},
    },
    text::{bounded_file, foreign::Foreign},
};
use clap::{
    ValueEnum,
    builder::{OsStringValueParser, TypedValueParser as _},
};

use crate::cli::{
    Exit, Failure,
    args::{Emission, Form, Job},
    output,
};

/// Options of the main job that shape the output.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What to write")]
pub(crate) struct Shape {
    /// Also write with a template of your own; `certgrab formats --variables` lists what it can use
    #[arg(long, value_name = "FILE[=PATH]",
          value_parser = OsStringValueParser::new().try_map(|text| template(&text)))]
    pub(crate) template: Vec<Emission>,

    /// The style of the names: upper, lower or camel
    #[arg(long, value_enum, hide_possible_values = true)]
    pub(crate) style: Option<NameStyle>,

    /// Take the default name from the host or from the organisation of the certificate
    #[arg(long, value_name = "host|organisation", value_enum, default_value_t = NameFrom::Host,
          hide_possible_values = true, hide_default_value = true, conflicts_with = "name")]
    pub(crate) name_from: NameFrom,

    /// Show the bytes of flash that each form takes
    #[arg(long, conflicts_with_all = ["emit", "template", "json", "hosts"])]
    pub(crate) sizes: bool,
}

/// `certgrab formats`
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// List the variables and the filters of templates instead
    #[arg(long)]
    variables: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NameStyle {
    Upper,
    Lower,
    Camel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NameFrom {
    Host,
    Organisation,
}

/// A template of the user's own.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) file: PathBuf,
    source: String,
}

/// Lists the formats, or what templates can use.
pub(crate) fn run(list: &List) -> Result<Exit, Failure> {
    let mut out = String::new();
    if list.variables {
        let variables = VARIABLES.iter().map(|(name, what)| (*name, (*what).to_owned()));
        let filters = FILTERS.iter().map(|(name, what)| (*name, (*what).to_owned()));
        out.push_str(
            "Variables; those of a certificate in `{% for certificate in certificates %}`, and what\n\
             is marked (outside) only through a filter:\n",
        );
        table(&mut out, variables);
        out.push_str("\nFilters, as in `{{ host | literal }}`:\n");
        table(&mut out, filters);
    } else {
        let of = |format: &Format| format!("{}: {}", format.reader, format.purpose);
        let rows = FORMATS.iter().map(|format| (format.name, of(format)));
        table(
            &mut out,
            rows.chain([("json", "scripts: the whole result as a JSON document".to_owned())]),
        );
    }
    output::show(&out)?;
    Ok(Exit::Done)
}

fn table(out: &mut String, rows: impl Iterator<Item = (&'static str, String)>) {
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, what) in rows {
        let _ = writeln!(out, "{name:width$}  {what}");
    }
}

/// Takes `FILE` or `FILE=PATH`; the file is read later.
fn template(text: &OsStr) -> Result<Emission, String> {
    let (file, path) = crate::cli::args::word_and_path(text)?;
    let template = Template { file: file.into(), source: String::new() };
    Ok(Emission { form: Form::Template(template), path })
}

/// Reads the templates, before anything is asked of a server, and adds them to what is written.
pub(crate) fn read_templates(job: &mut Job) -> Result<(), Failure> {
    for mut emission in job.format.template.drain(..) {
        if let Form::Template(template) = &mut emission.form {
            let read = bounded_file::read_given_text(&template.file, MAX_TEMPLATE_BYTES);
            template.source = read.map_err(|problem| {
                let file = Foreign::text(&template.file.display().to_string()).line();
                Failure::new(Exit::File, format!("cannot read {file}: {problem}"))
            })?;
        }
        job.emit.push(emission);
    }
    Ok(())
}

/// The name of the constants.
pub(crate) fn name(of: &Job, bundle: &Bundle) -> Result<Identifier, Failure> {
    let name = match (&of.name, of.format.name_from) {
        (Some(name), _) => name.clone(),
        (None, NameFrom::Host) => emit::default_name(bundle),
        (None, NameFrom::Organisation) => {
            let first = bundle.entries.first();
            let organisation = first.and_then(|entry| entry.certificate.subject().organisation());
            let name = organisation
                .and_then(|name| Identifier::for_organisation(&name, bundle.constant_suffix()));
            name.ok_or_else(|| {
                let message = "the certificate names no organisation that makes a name";
                Failure::new(Exit::Usage, message)
                    .with_hint(Some("choose one with `--name NAME`".to_owned()))
            })?
        }
    };
    let style = match of.format.style {
        None => return Ok(name),
        Some(NameStyle::Upper) => Style::Upper,
        Some(NameStyle::Lower) => Style::Lower,
        Some(NameStyle::Camel) => Style::Camel,
    };
    name.in_style(style).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

/// Writes `bundle` as `form` says; `None` for a document, which holds no bundle.
pub(crate) fn render(
    form: &Form,
    bundle: &Bundle,
    name: &Identifier,
) -> Result<Option<Vec<u8>>, Failure> {
    let rendered = match form {
        Form::Document => return Ok(None),
        Form::Certificates(format) => emit::render(bundle, *format, name),
        Form::Template(template) => {
            let file = template.file.to_string_lossy();
            emit::render_template(bundle, &file, &template.source, name)
        }
    };
    rendered
        .map(Some)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()).with_hint(error.hint()))
}

/// The bytes of flash that each form takes, the smallest first.
pub(crate) fn sizes(bundle: &Bundle, name: &Identifier) -> String {
    let mut rows = Vec::new();
    for format in FORMATS {
        // A form that has no room for these certificates is no choice.
        if let Ok(Some(bytes)) = emit::flash_bytes(bundle, *format, name) {
            rows.push((bytes, format));
        }
    }
    rows.sort_by_key(|(bytes, _)| *bytes);
    let width = FORMATS.iter().map(|format| format.name.len()).max().unwrap_or_default();
    let mut out =
        String::from("bytes of flash on a 32-bit device, without the code that reads them\n");
    for (bytes, format) in rows {
        let _ = writeln!(out, "{bytes:>6}  {:width$}  {}", format.name, format.reader);
    }
    out
}
