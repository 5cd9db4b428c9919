//! The manifests of the folders that are checked.
//!
//! In: files of folders. Out: the same files, those that are the lock of a manifest above them with
//! what the manifest asks for.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::committed::File;
use crate::cli::{
    args,
    commands::terms::Wanted,
    manifest::{self, Entry},
    output,
    style::Display,
};

/// The manifests that were read, by their folder.
type Manifests = HashMap<PathBuf, Vec<Entry>>;

/// Gives each lock among `files` what the nearest manifest says of it, of those in its folder and above,
/// up to the one of `inputs` or the current folder that it is in.
pub(super) fn with_manifests(files: Vec<File>, inputs: &[&Path], display: &Display) -> Vec<File> {
    let mut manifests = Manifests::new();
    let with = |file: File| {
        if !file.is_lock() {
            return file;
        }
        let wanted = wanted(&file.reading.file, inputs, &mut manifests, display);
        file.wanted(wanted)
    };
    files.into_iter().map(with).collect()
}

fn wanted(
    lock: &Path,
    inputs: &[&Path],
    manifests: &mut Manifests,
    display: &Display,
) -> Option<Wanted> {
    let place = output::place_of(lock);
    let is_within = |folder: &Path| {
        let is_own = folder.is_relative() || lock.parent() == Some(folder);
        is_own || inputs.iter().any(|input| folder.starts_with(input))
    };
    for folder in lock.ancestors().skip(1).take_while(|folder| is_within(folder)) {
        let entries = manifests
            .entry(folder.to_owned())
            .or_insert_with(|| read(&folder.join(args::MANIFEST), display));
        if let Some(entry) = entries.iter().find(|one| output::place_of(&one.lock) == place) {
            return Wanted::of(entry);
        }
    }
    None
}

/// The targets of the manifest at `path`, if there is one.
fn read(path: &Path, display: &Display) -> Vec<Entry> {
    if !path.is_file() {
        return Vec::new();
    }
    manifest::read(path).unwrap_or_else(|failure| {
        output::warn(&failure.message, display);
        Vec::new()
    })
}
