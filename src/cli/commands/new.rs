//! `certgrab new`: a small project that connects, with its lock, its constants and its check.
//!
//! [`crate::cli::projects`] has the projects; here one is filled with the anchor of its server and
//! written.

use std::path::{Path, PathBuf};

use crate::stack::client::Device;
use crate::{
    Grab,
    endpoint::Target,
    output::{
        bundle::Bundle,
        emit::{self, Identifier},
        lock,
    },
    run::{
        self,
        grab::{self, Options},
    },
    text::{bounded_file, foreign::Foreign, secrets},
    tls::probe,
    trust::store::{MAX_ROOTS_BYTES, Source},
};

use crate::cli::{
    args::{self, Request, new::Args},
    client,
    failure::{self, Exit, Failure},
    language::in_language,
    loss::Content,
    output, own_files,
    projects::{self, PROJECTS, Project, Text},
    readers::{self, Seen},
    request,
    style::Display,
    within,
};

/// The name of the constants in every project.
const CONSTANTS: &str = "SERVER_ROOT_CA";

const LOCK: &str = "certs/server.pem";

/// Lists the projects, or writes one: all of its files, or none.
pub(crate) fn run(args: &Args, display: &Display) -> Result<Exit, Failure> {
    let (Some(project), Some(target), Some(folder)) = (args.project, &args.target, &args.folder)
    else {
        let line = |one: &Project| {
            let Project { name, what, proof, .. } = one;
            let [what, proof] =
                [(*what).to_owned(), format!("tested: {proof}")].map(|text| in_language(&text));
            format!("{name:15}  {what}\n{:15}  {proof}\n", "")
        };
        output::show(&PROJECTS.iter().map(line).collect::<String>())?;
        return Ok(Exit::Done);
    };
    refuse_swapped(project, target, folder)?;
    let texts = project.texts(target)?;
    if let Some(assumption) = projects::assumption(target).filter(|_| !display.quiet) {
        output::say(format_args!("{assumption}"));
    }
    let mut own = own_files(args, project)?;
    let (text, roots) = described(args, project, target)?;
    let bundle = grabbed(args, project, target, display)?;
    let mut files = vec![
        (PathBuf::from(args::MANIFEST), text.into_bytes()),
        (PathBuf::from(LOCK), lock::write(&bundle).into_bytes()),
    ];
    files.extend(roots);
    files.extend(own.clone());
    files.extend(rendered(project, &texts, &bundle)?);
    for (path, _) in files.iter_mut().chain(&mut own) {
        *path = folder.join(&*path);
    }
    within::refuse_links_out_of(folder, files.iter().map(|(path, _)| path.as_path()))?;
    if !args.force {
        refuse_to_overwrite(&files)?;
    }
    deliver(&files, display)?;
    own_files::warn_if_tracked(&own, display);
    if !display.quiet {
        let shown = Foreign::path(folder).line();
        output::say(format_args!("next: read {shown}/README.md"));
    }
    Ok(Exit::Done)
}

/// Refuses a folder that has the form of a server: the two were swapped.
fn refuse_swapped(project: &Project, target: &Target, folder: &Path) -> Result<(), Failure> {
    let word = folder.to_str().unwrap_or_default();
    let server = word.parse::<Target>().ok().filter(Target::port_is_given);
    if server.is_none() || folder.exists() {
        return Ok(());
    }
    let (word, target) = (Foreign::text(&secrets::hide_in_word(word)).line(), target.host());
    let message = format!("expected a folder as DIR, found the server `{word}`");
    let hint = format!("name the server first: `certgrab new {} {word} {target}`", project.name);
    Err(Failure::usage(message, hint))
}

type File = (PathBuf, Vec<u8>);

/// The files with the device's own certificate and key, if they are given.
fn own_files(args: &Args, project: &Project) -> Result<Vec<File>, Failure> {
    let identity = client::identity(&args.client)?;
    Ok(identity.map(|identity| project.own.of(&identity)).unwrap_or_default())
}

/// The manifest, and the roots that it names; the project must be checkable on other machines too.
fn described(
    args: &Args,
    project: &Project,
    target: &Target,
) -> Result<(String, Vec<File>), Failure> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let list = |all: Vec<String>| format!("[{}]", all.join(", "));
    let (format, constants) = project.constants;
    let mut text = format!(
        "# What `certgrab check` and `certgrab sync` go by.\n\
         [[target]]\n\
         host = {}\n\
         lock = \"{LOCK}\"\n\
         name = \"{CONSTANTS}\"\n\
         emit = {{ {format} = \"{constants}\" }}\n",
        quoted(&target.to_string()),
    );
    let copied = copied(args);
    let mut files = Vec::new();
    for (roots, name) in &copied {
        // As many bytes as the store reads of it.
        let content = bounded_file::read_given(roots, MAX_ROOTS_BYTES)
            .map_err(|error| Failure::unreadable(roots, error))?;
        files.push((PathBuf::from(name), content));
    }
    let named = |roots: &PathBuf| match copied.iter().find(|(own, _)| *own == roots) {
        Some((_, name)) => quoted(name),
        None => quoted(&roots.display().to_string()),
    };
    let names: Vec<_> = args.trust.roots.files.iter().map(named).collect();
    if !names.is_empty() {
        text += &format!("roots = {}\n", list(names));
    }
    if !args.trust.trust_sha256.is_empty() {
        let prints = args.trust.trust_sha256.iter().map(|one| quoted(&one.to_string()));
        text += &format!("trust-sha256 = {}\n", list(prints.collect()));
    }
    if let Some(connect) = &args.connect.place {
        text += &format!("connect = {}\n", quoted(&connect.to_string()));
    }
    Ok((text, files))
}

/// The files of roots that go into the project, each with its place there.
fn copied(args: &Args) -> Vec<(&PathBuf, String)> {
    let is_a_word = |roots: &PathBuf| matches!(roots.to_str(), Some("mozilla" | "system"));
    let files = args.trust.roots.files.iter().filter(|roots| !is_a_word(roots)).enumerate();
    files.map(|(index, file)| (file, format!("certs/roots-{}.pem", index + 1))).collect()
}

/// The anchor of `target`, proved for the stack that reads it.
fn grabbed(
    args: &Args,
    project: &Project,
    target: &Target,
    display: &Display,
) -> Result<Bundle, Failure> {
    let mut job = Request::of(vec![target.clone()]);
    job.output.name = Some(constants()?);
    job.trust = args.trust.clone();
    job.reaching.connect = args.connect.clone();
    job.reaching.client = args.client.clone();
    let mut options = request::options(&job, display)?;
    options.stacks = crate::cli::proof::stacks(&job, std::iter::once(project.constants.0));
    let runtime = failure::runtime()?;
    let format = project.constants.0;
    let outcome = runtime.block_on(async {
        let readers = run::readers::grab(target, &options, std::iter::once(format)).await?;
        client::warn_of_request(args.client.certificate.is_some(), &readers.chains[0], display);
        Ok(readers)
    });
    if let (Ok(_), Some(device)) = (&outcome, project.device.and_then(Device::named)) {
        let as_device = Options { device: Some(device), ..options.clone() };
        warn_of(device, &runtime.block_on(grab::grab(target, &as_device)), display);
    }
    runtime.shutdown_background();
    let mut readers = outcome.map_err(|error: probe::Error| Failure::from(error))?;
    if project.device.is_some() {
        // The warning about its device was given.
        readers.refused.clear();
    }
    let seen = Seen { target, readers: &readers, options: &options, whose: "" };
    let positions = readers::union(&readers, std::iter::once(format));
    let (mut bundle, _) = seen.selection(&job, &positions, &[format], display)?;
    // The path relative to the project, so the next `sync` changes nothing.
    for (file, place) in copied(args) {
        let outside = Foreign::text(&Source::File(file.clone()).to_string());
        for entry in bundle.entries.iter_mut().filter(|entry| entry.source == outside) {
            entry.source = Foreign::text(&Source::File(place.clone().into()).to_string());
        }
    }
    Ok(bundle)
}

/// Warns if the server refuses what `device` offers, or `device` what the server sends.
fn warn_of(device: &Device, outcome: &Result<Grab, probe::Error>, display: &Display) {
    let Some(verdict) = (match outcome {
        Ok(grab) => grab.device(),
        Err(error) => error.verdict(),
    }) else {
        return;
    };
    if verdict.obstacle.is_some() {
        let sentences = verdict.sentences().join("; ");
        output::warn(format_args!("{} {sentences}", device.name), display);
    }
}

/// The name of the constants.
fn constants() -> Result<Identifier, Failure> {
    Identifier::new(CONSTANTS).map_err(|error| Failure::new(Exit::Fault, error.to_string()))
}

/// The constants and the files of the project.
fn rendered(project: &Project, texts: &[Text], bundle: &Bundle) -> Result<Vec<File>, Failure> {
    let fault = |error: String| Failure::new(Exit::Fault, error);

    let (format, place) = project.constants;
    let name = constants()?;
    let known = emit::format(format).ok_or_else(|| fault(format!("no format {format}")))?;
    let constants = emit::render(bundle, known, &name)?;
    let mut files = vec![(PathBuf::from(place), constants)];
    for (path, text) in texts {
        let data = match path.ends_with(".md") {
            true => {
                let text = format!("{text}{}", project.lab());
                emit::render_template(bundle, path, &text, &name)?
            }
            false => text.as_bytes().to_vec(),
        };
        files.push((PathBuf::from(path), data));
    }
    Ok(files)
}

/// Refuses to overwrite existing files that differ.
fn refuse_to_overwrite(files: &[File]) -> Result<(), Failure> {
    for (path, data) in files {
        if output::differs(path, data)? {
            let shown = Foreign::path(path).line();
            let hint = "choose another folder, or overwrite it with `--force`";
            return Err(Failure::file(format!("{shown} exists and differs"), hint));
        }
    }
    Ok(())
}

fn deliver(files: &[File], display: &Display) -> Result<(), Failure> {
    let files: Vec<_> = files
        .iter()
        .map(|(path, data)| output::File::new(path, data.clone(), Content::Overwrite))
        .collect();
    output::deliver_with_folders(&files, display.quiet)
}
