//! The committed lock of a target, and the files that are made from it.
//!
//! In: a target of a manifest. Out: its [`Lock`], and each file with its intended content.

use std::path::PathBuf;

use super::terms;
use crate::{
    cli::{
        export,
        failure::{Exit, Failure},
        loss::{self, Content},
        manifest, output, replace, room,
    },
    output::{
        bundle::Bundle,
        emit::{self, Format, Identifier},
        lock,
    },
    text::{bounded_file, foreign::Foreign},
};

/// A lock as it was read.
pub(crate) struct Lock {
    pub(crate) path: PathBuf,
    pub(crate) content: Vec<u8>,
    pub(crate) bundle: Bundle,
    /// The name of its constants.
    pub(crate) name: Identifier,
}

/// The lock of `entry`, with the name for its constants.
pub(crate) fn read_lock(entry: &manifest::Entry) -> Result<Lock, Failure> {
    let (content, bundle) = read_bundle(entry)?;
    let target = &entry.job.targets[0];
    if !terms::is_for(&bundle, target) {
        let shown = Foreign::path(&entry.lock).line();
        let (host, port) = (Foreign::text(&bundle.host).line(), bundle.port);
        let message =
            format!("{shown}: expected a lock for {target}, found one for {host} port {port}");
        let hint = "update it with `certgrab sync`";
        return Err(Failure::file(message, hint));
    }
    let name = export::name(&entry.job, &bundle)?;
    Ok(Lock { path: entry.lock.clone(), content, bundle, name })
}

/// The lock of `entry`, whichever server it is for.
pub(crate) fn read_bundle(entry: &manifest::Entry) -> Result<(Vec<u8>, Bundle), Failure> {
    let shown = Foreign::path(&entry.lock).line();
    let content = bounded_file::read(&entry.lock, lock::MAX_LOCK_BYTES).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => Some("create it with `certgrab sync`"),
            _ => bounded_file::found_instead(&entry.lock).map(|_| replace::TO_NAME_A_FILE),
        };
        Failure::new(Exit::File, format!("cannot read the lock {shown}: {error}")).with_hint(hint)
    })?;
    let target = &entry.job.targets[0];
    let bundle = lock::read(&content, Some((&target.host(), target.port())))
        .map_err(|error| Failure::from(error).about(format_args!("{shown}: ")))?;
    Ok((content, bundle))
}

/// The files of `entry` with their intended content, made from `bundle`.
pub(crate) fn rendered<'a>(
    entry: &'a manifest::Entry,
    bundle: &Bundle,
    name: &Identifier,
) -> Result<Vec<output::File<'a>>, Failure> {
    // What was made from the lock that is replaced may have had more certificates.
    let before = read_bundle(entry).map(|(_, bundle)| bundle.entries).unwrap_or_default();
    let before: Vec<_> = before.iter().map(|entry| &entry.certificate).collect();
    let content = |path: &PathBuf| match loss::has_only(path, &before) {
        true => Content::Synced,
        false => Content::Certificates,
    };
    let mut taken = Vec::new();
    let mut render = |(format, path): &'a (Format, PathBuf)| {
        let data = emit::render(bundle, *format, name)?;
        taken.push((format.name.to_owned(), room::taken(*format, bundle, name, data.len())));
        Ok(output::File::new(path, data, content(path)(*format)))
    };
    let files = entry.emit.iter().map(&mut render).collect::<Result<_, Failure>>()?;
    room::refuse_more(entry.job.format.max_bytes, &taken)
        .map_err(|failure| failure.about(format_args!("{}: ", entry.job.targets[0])))?;
    Ok(files)
}
