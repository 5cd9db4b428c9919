//! Exports a verified chain: which certificates, under which name, in which formats.

use std::path::{Path, PathBuf};

use crate::{
    Grab,
    endpoint::Target,
    output::{
        bundle::Bundle,
        emit::{self, Identifier},
    },
    run::{
        grab::{Judgement, Options},
        pack,
    },
    text::ignore_list,
};

use super::{
    args::{Emission, Form, Request, What, formats::NameFrom},
    client,
    failure::{Exit, Failure},
    loss::Content,
    output, own_files, regenerate, replace, room,
    style::Display,
};

/// Renders each bundle in its formats and writes all of them, or none. `document` makes the results that
/// are not bundles.
pub(crate) fn export(
    job: &Request,
    display: &Display,
    outputs: &[(&[Emission], &Bundle, &Identifier)],
    document: impl Fn(&Form) -> String,
) -> Result<Exit, Failure> {
    // Everything is rendered before the first file changes: a failed run leaves all files
    // unchanged.
    let mut to_standard_output = None;
    let (mut files, mut taken) = (Vec::new(), Vec::new());
    for (emissions, bundle, _) in outputs {
        replace::keep_proven_locks(job, emissions, bundle)?;
    }
    let emissions = outputs.iter().flat_map(|(emissions, bundle, name)| {
        emissions.iter().map(move |emission| (emission, bundle, name))
    });
    for (emission, bundle, name) in emissions {
        let data = match render(&emission.form, bundle, name)? {
            Some(data) => data,
            None => document(&emission.form).into_bytes(),
        };
        let bytes = room::taken_by(&emission.form, bundle, name, data.len());
        taken.push((room::name_of(&emission.form), bytes));
        match &emission.path {
            Some(path) => files.push(output::File::new(path, data, emission.form.content())),
            None => to_standard_output = Some(data),
        }
    }
    room::refuse_more(job.format.max_bytes, &taken)?;
    let own = own_files(job)?;
    // The `.gitignore` that names a key is written before the key.
    let own_files =
        own.iter().map(|(path, data)| output::File::new(path, data.clone(), content_of(path)));
    let files: Vec<_> = own_files.chain(files).collect();
    output::deliver(&files, display.quiet)?;
    own_files::warn_if_tracked(&own, display);
    to_standard_output.map_or(Ok(()), |data| output::write(&data))?;
    Ok(Exit::Done)
}

/// The device's own certificate and key, if constants are written whose code uses them.
fn own_files(job: &Request) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    match client::identity(&job.reaching.client)? {
        Some(identity) => own_files::next_to_constants(&job.output.emit, &identity),
        None => Ok(Vec::new()),
    }
}

/// What such a file may replace: a `.gitignore` keeps its lines.
fn content_of(path: &Path) -> Content {
    match path.ends_with(ignore_list::NAME) {
        true => Content::Overwrite,
        false => Content::Identity,
    }
}

/// The certificates of a verified chain that the job exports, and the name of the constants.
pub(crate) fn selection(
    job: &Request,
    target: &Target,
    grab: &Grab,
    judgement: &Judgement,
    options: &Options,
) -> Result<(Bundle, Identifier), Failure> {
    let what = job.what;
    let mut bundle = match what {
        What::Anchor => judgement.bundle(target, &grab.presented, options),
        _ => pack::pack(target, &grab.presented, &judgement.verified, what),
    };
    bundle.options = regenerate::words(job, Some(target));
    let name = name(job, &bundle)?;
    Ok((bundle, name))
}

/// The name of the constants.
pub(crate) fn name(of: &Request, bundle: &Bundle) -> Result<Identifier, Failure> {
    let name = match (&of.output.name, of.format.name_from) {
        (Some(name), _) => name.clone(),
        (None, NameFrom::Host) => emit::default_name(bundle),
        (None, NameFrom::Organisation) => {
            let first = bundle.entries.first();
            let organisation = first.and_then(|entry| entry.certificate.subject().organisation());
            let name = organisation
                .and_then(|name| Identifier::for_organisation(&name, bundle.constant_suffix()));
            name.ok_or_else(|| {
                let message = "the certificate has no organisation that can serve as a name";
                Failure::usage(message, "choose a name with `--name NAME`")
            })?
        }
    };
    let Some(style) = of.format.style else { return Ok(name) };
    name.in_style(style).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

/// Writes `bundle` as `form` says; `None` for what is not a bundle: a document and a report.
pub(crate) fn render(
    form: &Form,
    bundle: &Bundle,
    name: &Identifier,
) -> Result<Option<Vec<u8>>, Failure> {
    Ok(match form {
        Form::Document | Form::Report => None,
        Form::Certificates(format) => Some(emit::render(bundle, *format, name)?),
        Form::Template(template) => {
            let file = template.file.to_string_lossy();
            Some(emit::render_template(bundle, &file, &template.source, name)?)
        }
    })
}
