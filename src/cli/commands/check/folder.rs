//! The manifests of the checked folders.
//!
//! In: files of folders, before they are read. Out: for the locks of a manifest above them, what the
//! manifest requires of them, whatever the files contain.

use std::{
    collections::{HashMap, HashSet},
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    rc::Rc,
    sync::Arc,
};

use crate::cli::{
    args,
    commands::terms::Wanted,
    manifest::{self, Entry},
    output,
    style::Display,
};

/// The manifests that were read.
pub(super) struct Manifests<'a> {
    inputs: &'a [&'a Path],
    display: &'a Display,
    /// By their folder.
    read: HashMap<PathBuf, Rc<Locks>>,
    /// By the folder of a file, the manifests that may name the file as a lock, the nearest first.
    above: HashMap<PathBuf, Vec<Rc<Locks>>>,
}

/// The locks of a manifest.
#[derive(Default)]
struct Locks {
    /// Their targets, by their places.
    entries: HashMap<PathBuf, Entry>,
    /// The names of their files, including those that links lead to.
    names: HashSet<OsString>,
}

impl<'a> Manifests<'a> {
    /// Manifests in `inputs` and in folders there.
    pub(super) fn within(inputs: &'a [&'a Path], display: &'a Display) -> Self {
        Self { inputs, display, read: HashMap::new(), above: HashMap::new() }
    }

    /// What the nearest manifest requires of the lock at `path`: one in its folder or above, up to the
    /// input or the current folder that contains it; `None` if none names it as a lock. A path given by
    /// the user may be a link to the lock.
    pub(super) fn wanted(&mut self, path: &Path, is_named: bool) -> Option<Arc<Wanted>> {
        let folder = path.parent()?;
        if !self.above.contains_key(folder) {
            let above = self.above(folder);
            self.above.insert(folder.to_owned(), above);
        }
        let (above, name) = (self.above.get(folder)?, path.file_name()?);
        // Resolving a path takes system calls, and a repository has many files.
        let may_be = |locks: &&Rc<Locks>| is_named || locks.names.contains(name);
        above.iter().find(may_be)?;
        let place = output::place_of(path);
        let entry = above.iter().find_map(|locks| locks.entries.get(&place))?;
        Some(Arc::new(Wanted::of(entry)))
    }

    /// The manifests that may name the files of `own`.
    fn above(&mut self, own: &Path) -> Vec<Rc<Locks>> {
        let inputs = self.inputs;
        let is_within = |folder: &&Path| {
            let is_own = folder.is_relative() || *folder == own;
            is_own || inputs.iter().any(|input| folder.starts_with(input))
        };
        let folders = own.ancestors().take_while(is_within);
        let locks = folders.map(|folder| match self.read.get(folder) {
            Some(locks) => Rc::clone(locks),
            None => {
                let locks = Rc::new(read(&folder.join(args::MANIFEST), self.display));
                self.read.insert(folder.to_owned(), Rc::clone(&locks));
                locks
            }
        });
        locks.filter(|locks| !locks.entries.is_empty()).collect()
    }
}

/// The targets of the manifest at `path`, if there is one.
fn read(path: &Path, display: &Display) -> Locks {
    if !path.is_file() {
        return Locks::default();
    }
    let entries = manifest::read(path).unwrap_or_else(|failure| {
        output::warn(&failure.message, display);
        Vec::new()
    });
    let mut locks = Locks::default();
    for entry in entries {
        let place = output::place_of(&entry.lock);
        let names = [entry.lock.file_name(), place.file_name()].into_iter().flatten();
        locks.names.extend(names.map(OsStr::to_owned));
        locks.entries.entry(place).or_insert(entry);
    }
    locks
}
