//! `certgrab sync --init`: an initial manifest for one target.

use std::path::Path;

use crate::{endpoint::Target, output::emit, text::foreign::Foreign};

use crate::cli::{
    args::{Emission, Form, MANIFEST, sync::Args},
    failure::{Exit, Failure},
    loss::Content,
    manifest, output,
    style::Display,
};

/// The default output: any TLS library for C reads it.
const DEFAULT_OUTPUT: &str = "emit = { c = \"root_ca.h\" }\n";

/// Writes the manifest, unless another file is in its place.
pub(super) fn write(args: &Args, target: &Target, display: &Display) -> Result<Exit, Failure> {
    let text = text(args, target)?;
    let path = &args.manifest.path;
    let shown = Foreign::path(path).line();
    if output::differs(path, text.as_bytes())? {
        if let Ok(entries) = manifest::read(path)
            && entries.iter().any(|entry| entry.job.targets.contains(target))
        {
            let message = format!("{shown} already has the target {target}");
            let hint = format!("run `{}`", command(path, &shown));
            return Err(Failure::file(message, hint));
        }
        let message = format!("{shown} exists and differs");
        let hint = "add a `[[target]]` to it with `host`, `lock` and `emit`";
        return Err(Failure::file(message, hint));
    }
    let file = output::File::new(path, text, Content::Overwrite);
    output::deliver_with_folders(&[file], display.quiet)?;
    if !display.quiet {
        let sync = command(path, &shown);
        output::say(format_args!("next: run `{sync}`, then commit the files that it writes"));
    }
    Ok(Exit::Done)
}

/// The command that follows the manifest at `path`.
fn command(path: &Path, shown: &str) -> String {
    match path == Path::new(MANIFEST) {
        true => "certgrab sync".to_owned(),
        false => format!("certgrab sync --manifest {shown}"),
    }
}

fn text(args: &Args, target: &Target) -> Result<String, Failure> {
    let scheme = target.scheme();
    let host = match scheme.starttls {
        Some(_) => format!("{}://{target}", scheme.word),
        None => target.to_string(),
    };
    // A file name on Windows cannot contain the colons of an IPv6 address.
    let lock = format!("certs/{}.pem", target.host().replace(':', "-"));
    let mut text = format!("[[target]]\nhost = {}\nlock = {}\n", quoted(&host), quoted(&lock));
    if !args.roots.files.is_empty() {
        let roots: Vec<_> = args.roots.files.iter().map(|path| from_manifest(args, path)).collect();
        text += &format!("roots = [{}]\n", roots.join(", "));
    }
    if args.emit.is_empty() {
        return Ok(text + DEFAULT_OUTPUT);
    }
    let outputs: Result<Vec<_>, _> = args.emit.iter().map(|one| output_of(args, one)).collect();
    text += &format!("emit = {{ {} }}\n", outputs?.join(", "));
    Ok(text)
}

/// An output as a manifest has it, `c = "root_ca.h"`.
fn output_of(args: &Args, emission: &Emission) -> Result<String, Failure> {
    let refused = |message: String, hint: &str| Err(Failure::usage(message, hint));
    match (&emission.form, &emission.path) {
        (Form::Certificates(format), Some(path)) => {
            Ok(format!("{} = {}", format.name, from_manifest(args, path)))
        }
        (Form::Certificates(emit::Format { name, .. }), None) => {
            refused(format!("`--emit {name}` names no file"), "name one: `--emit FORMAT=PATH`")
        }
        _ => refused(
            "a manifest does not write `json` or `html`".to_owned(),
            "choose another format; `certgrab formats` lists them",
        ),
    }
}

/// `path`, which the user gave, relative to the manifest's folder.
fn from_manifest(args: &Args, path: &Path) -> String {
    let is_beside = args.manifest.path.parent().is_none_or(|folder| folder.as_os_str().is_empty());
    let path = match is_beside {
        true => path.to_owned(),
        false => std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
    };
    quoted(&path.display().to_string())
}

/// A basic string of TOML; JSON's escapes are valid in it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
