//! `certgrab convert`: writes the certificates of files in another form.

use std::path::{Path, PathBuf};

use crate::{
    endpoint::Target,
    run::html,
    text::{bounded_file, foreign::Foreign},
};

use super::formats;
use crate::cli::{
    args::{Form, Request, convert::Convert},
    convert::{self, Terms},
    export,
    failure::{Exit, Failure},
    habits,
    language::page_in_language,
    output, regenerate, request, roots,
    style::Display,
    warn::Named,
};

/// The most bytes of a file with a password.
const MAX_PASSWORD_BYTES: usize = 1024;

/// Converts the files on the command line.
pub(crate) fn run(args: &Convert, display: &Display) -> Result<Exit, Failure> {
    let mut job = Request::of(Vec::new());
    job.output = args.output.clone();
    job.format = args.format.clone();
    job.at = args.at;
    job.trust.roots = args.roots.clone();
    request::read_templates(&mut job)?;
    let passwords = match &args.password_file {
        None => convert::usual_passwords(),
        Some(file) => vec![password(file)?],
    };
    convert(&args.files, &job, args.host.as_ref(), passwords, display)
}

/// Converts the file of `--from` if no target is given.
pub(crate) fn of_job(job: &Request, file: &Path, display: &Display) -> Result<Exit, Failure> {
    let decisive = regenerate::words(job, None);
    let known = ["--roots", "--at", "--from"];
    let mut options = decisive.iter().map(Foreign::whole).filter(|word| word.starts_with('-'));
    let other = options.find(|word| !known.contains(word));
    let other = other.or_else(|| job.json.then_some("--json"));
    if let Some(option) = other {
        let message = format!("`{option}` needs a TARGET: without one, `--from` only converts");
        return Err(Failure::usage(message, format!("name the server, or leave out `{option}`")));
    }
    convert(&[file.to_owned()], job, None, convert::usual_passwords(), display)
}

fn convert(
    files: &[PathBuf],
    job: &Request,
    host: Option<&Target>,
    passwords: Vec<String>,
    display: &Display,
) -> Result<Exit, Failure> {
    agree(files, job)?;
    let mut store = roots::store(&job.trust, display)?;
    if !job.trust.roots.files.is_empty() {
        store.add_mozilla();
    }
    let at = job.at.or_now();
    let named = Named::OnTheCommandLine;
    let terms = Terms { store: &store, at, passwords, host, named };
    let converted = convert::read(files, &terms)?;
    let bundle = converted.bundle;
    for warning in converted.warnings {
        output::warn(warning, display);
    }
    let name = export::name(job, &bundle)?;
    if job.format.sizes {
        output::show(&formats::sizes(&bundle, &name))?;
        return Ok(Exit::Done);
    }
    let shown: Vec<_> = files.iter().map(|file| Foreign::path(file).line()).collect();
    let title = format!("The certificates of {}", shown.join(", "));
    let outputs = [(&job.output.emit[..], &bundle, &name)];
    export::export(job, display, &outputs, |_| page_in_language(html::of_set(&title, &bundle, at)))
}

/// Refuses what cannot be written for a file, and files that would be overwritten.
fn agree(files: &[PathBuf], job: &Request) -> Result<(), Failure> {
    let usage = |message: &str, hint: &str| Err(Failure::usage(message, hint));
    if job.output.emit.is_empty() && !job.format.sizes {
        // The format, or the file to write, is where other programs expect it.
        let last = files.last().filter(|file| files.len() > 1 && !file.exists());
        let meant = last.and_then(|file| file.to_str()).and_then(habits::form);
        let server = |file: &PathBuf| habits::server_for_a_file(file.to_str()?, "convert");
        let meant = meant.or_else(|| files.first().and_then(server));
        let any = "choose one with `--emit FORMAT`; `certgrab formats` lists them";
        return usage("expected `--emit FORMAT`, found none", meant.as_deref().unwrap_or(any));
    }
    if job.output.emit.iter().any(|one| matches!(one.form, Form::Document)) {
        return usage(
            "`--emit json` describes a server, and no server is contacted",
            "name the server: `certgrab TARGET --emit json`",
        );
    }
    if files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return usage("standard input can be read only once", "name `-` once");
    }
    request::agree(job)?;
    let outputs = job.output.emit.iter().filter_map(|emission| emission.path.as_deref());
    let inputs = files.iter().map(PathBuf::as_path).filter(|file| *file != Path::new("-"));
    let inputs: Vec<_> = inputs.chain(request::inputs(job)).collect();
    output::keep_apart(outputs, &inputs, "`--emit`")
}

/// The password in `file`, without the line break at its end.
fn password(file: &Path) -> Result<String, Failure> {
    let text = bounded_file::read_given_text(file, MAX_PASSWORD_BYTES)
        .map_err(|problem| Failure::unreadable(file, problem))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
