//! The manifests of the folders that are checked.
//!
//! In: files of folders. Out: the same files, those that are the lock of a manifest above them with
//! what the manifest asks for.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use super::committed::File;
use crate::{
    check::{self, Findings},
    cli::{
        args,
        commands::terms::Asked,
        manifest::{self, Entry},
        output, readers, roots,
        style::Display,
    },
    output::bundle::Bundle,
    trust::store::Store,
};

/// What a manifest asks of one lock.
pub(super) struct Wanted {
    asked: Asked,
    store: Store,
}

impl Wanted {
    fn of(entry: &Entry) -> Option<Self> {
        let asked = Asked::of(&entry.job, &entry.job.targets[0], readers::asked(entry).len());
        // Roots that cannot be read are an error where the manifest itself is checked.
        let store = roots::quiet_store(&entry.job.roots, &entry.job.trust_sha256).ok()?;
        Some(Self { asked, store })
    }

    /// What is wrong with the lock `content`, which holds `bundle`.
    pub(super) fn objections(&self, content: &[u8], bundle: &Bundle) -> Findings {
        let terms = self.asked.terms(&self.store, None);
        check::objections(content, bundle, &terms).into_iter().collect()
    }
}

/// The manifests that were read, by their folder.
type Manifests = HashMap<PathBuf, Vec<Entry>>;

/// Gives each lock among `files` what the nearest manifest says of it, of those in its folder and above,
/// up to the one of `inputs` that it is in.
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
        let is_in = |input: &&Path| {
            *input == Path::new(".") && folder.is_relative() || folder.starts_with(input)
        };
        inputs.iter().any(is_in) || lock.parent() == Some(folder)
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
