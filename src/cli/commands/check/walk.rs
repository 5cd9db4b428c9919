//! The files of folders: which are read, and what they hold.
//!
//! In: files and folders as the user names them. Out: the content of each relevant file, in the order of
//! their names. A file is only parsed if it may hold something; large files one at a time.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use ignore::{DirEntry, WalkBuilder, WalkState, overrides::OverrideBuilder};

use super::{committed::File, folder::Manifests};
use crate::{
    check::{self, Pool, Reading},
    cli::{
        commands::terms,
        failure::{Exit, Failure},
        progress::Progress,
        shares,
        style::Display,
    },
    output::lock,
    stack::Stack,
    text::{bounded_file, foreign::Foreign},
};

/// The size of a file that needs so much memory that no other such file is read at the same time: 256
/// KiB. A parsed file takes 14 times its size.
const LARGE_BYTES: u64 = 256 * 1024;

/// The limits of a walk.
#[derive(Debug, Clone, Copy)]
struct Limits {
    files: usize,
    depth: usize,
}

/// The most files of a folder, including those in its subfolders: five times as many as the largest
/// repository that certgrab was tried on; their paths take less than 64 MiB.
const MAX_FILES: usize = 500_000;
/// The deepest nesting of folders, counted from the one that is named: a Linux path has at most 4096
/// bytes (`PATH_MAX`), and hardly any source tree is deeper than twenty.
const MAX_DEPTH: usize = 256;

const LIMITS: Limits = Limits { files: MAX_FILES, depth: MAX_DEPTH };

/// A file to read.
struct Wanted {
    path: PathBuf,
    /// Whether the user named it, rather than its folder.
    is_named: bool,
    /// What a manifest requires of it, if it is a lock.
    lock: Option<Arc<terms::Wanted>>,
}

/// The content of the files.
pub(crate) struct Files {
    /// The files with content to check, and those that the user named.
    pub(crate) held: Vec<File>,
    /// How many files were examined.
    pub(crate) looked_at: usize,
    /// Files in folders that are too large to read.
    pub(crate) too_large: usize,
    /// What could not be read.
    pub(crate) failures: Vec<Failure>,
}

/// Reads `inputs` on `threads` threads, for `stack` if nothing else shows their reader, and the files in
/// those that are folders, except those that `exclude` or a `.gitignore` excludes.
pub(crate) fn read(
    inputs: &[&Path],
    exclude: &[String],
    (stack, threads): (Option<&'static Stack>, usize),
    display: &Display,
) -> Result<Files, Failure> {
    let (mut wanted, mut failures) = (Vec::new(), Vec::new());
    let mut manifests = Manifests::within(inputs, display);
    let mut want = |path: PathBuf, is_named| {
        let lock = manifests.wanted(&path, is_named);
        Wanted { path, is_named, lock }
    };
    for input in inputs {
        match input.is_dir() {
            true => {
                let found = walk(input, exclude, threads, LIMITS)?;
                wanted.extend(found.files.into_iter().map(|path| want(path, false)));
                failures.extend(found.failures);
            }
            false => wanted.push(want((*input).to_owned(), true)),
        }
    }
    let looked_at = wanted.len();
    let progress = Progress::of_files(display, looked_at);
    let (mut held, mut too_large) = (Vec::new(), 0);
    let large = Mutex::new(());
    let outcomes = shares::filter_map(wanted.iter(), threads, |one| {
        let outcome = read_one(one, &large);
        progress.advance();
        outcome
    });
    for outcome in outcomes {
        match outcome {
            Outcome::Read(file) => held.push(*file),
            Outcome::TooLarge => too_large += 1,
            Outcome::Failed(failure) => failures.push(failure),
        }
    }
    progress.finish();
    Ok(Files { held: pooled(held, stack, threads), looked_at, too_large, failures })
}

/// What is in a folder.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    failures: Vec<Failure>,
}

/// The regular files in `folder` and its subfolders, in the order of their names: none if there are more
/// than the limit. Symbolic links are not followed.
fn walk(
    folder: &Path,
    exclude: &[String],
    threads: usize,
    limits: Limits,
) -> Result<Found, Failure> {
    let mut overrides = OverrideBuilder::new(folder);
    for glob in exclude {
        overrides.add(&format!("!{glob}")).map_err(|_| {
            let shown = Foreign::text(glob).line();
            Failure::new(Exit::Usage, format!("`--exclude {shown}`: expected a glob"))
        })?;
    }
    let overrides = overrides
        .build()
        .map_err(|error| Failure::new(Exit::Usage, format!("`--exclude`: {error}")))?;
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false).overrides(overrides).threads(threads);
    builder.follow_links(false).max_depth(Some(limits.depth));
    builder.filter_entry(|entry| entry.file_name() != ".git");
    let found = Mutex::new(Found::default());
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.add(entry, limits);
            match found.files.len() > limits.files {
                true => WalkState::Quit,
                false => WalkState::Continue,
            }
        })
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if found.files.len() > limits.files {
        let (shown, most) = (Foreign::path(folder).line(), limits.files);
        let message = format!(
            "{shown} has more than {most} files: name the folders in it, or leave some out with `--exclude`"
        );
        return Ok(Found { files: Vec::new(), failures: vec![Failure::new(Exit::File, message)] });
    }
    found.files.sort_unstable();
    found.failures.sort_by(|one, other| one.message.cmp(&other.message));
    Ok(found)
}

impl Found {
    /// Adds a result of the walk.
    fn add(&mut self, entry: Result<DirEntry, ignore::Error>, limits: Limits) {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                let path = entry.into_path();
                let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
                self.files.push(path);
            }
            Ok(entry) if entry.depth() == limits.depth => {
                if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                    let shown = Foreign::path(entry.path()).line();
                    let message =
                        format!("{shown} is not read: it is {} folders deep", limits.depth);
                    self.failures.push(Failure::new(Exit::File, message));
                }
            }
            Ok(_) => {}
            Err(error) => {
                let shown = Foreign::text(&error.to_string()).line();
                let message = format!("cannot read a folder: {shown}");
                self.failures.push(Failure::new(Exit::File, message));
            }
        }
    }
}

enum Outcome {
    Read(Box<File>),
    TooLarge,
    Failed(Failure),
}

/// The content of a file, or `None` if it holds nothing. Only one file that is `large` is read at a
/// time.
fn read_one(wanted: &Wanted, large: &Mutex<()>) -> Option<Outcome> {
    let Wanted { path, is_named, lock } = wanted;
    let length = path.metadata().map_or(0, |facts| facts.len());
    if !is_named && length > check::MAX_FILE_BYTES as u64 {
        return Some(Outcome::TooLarge);
    }
    let _alone = (length > LARGE_BYTES).then(|| large.lock());
    let content = match bounded_file::read_given(path, check::MAX_FILE_BYTES) {
        Ok(content) => content,
        // A file that was deleted since it was listed is not a failure.
        Err(error) if !is_named && error.kind() == io::ErrorKind::NotFound => {
            return None;
        }
        Err(error) => return Some(Outcome::Failed(Failure::unreadable(path, error))),
    };
    let is_lock = lock.is_some() || lock::is_lock(&content);
    let counts = *is_named || is_lock;
    if !counts && !check::may_matter(&content) {
        return None;
    }
    let file = File::given(path, &content, (*is_named, lock.clone()));
    (counts || file.reading.matters()).then(|| Outcome::Read(Box::new(file)))
}

/// The files, each with what the others say about its constants, or that `stack` reads them.
fn pooled(files: Vec<File>, stack: Option<&'static Stack>, threads: usize) -> Vec<File> {
    let readings: Vec<&Reading> = files.iter().map(|file| &file.reading).collect();
    let pool = Pool::of(&readings);
    let context_of = |reading: &&Reading| {
        let context = pool.context_of(reading);
        let is_shown = context.as_ref().is_some_and(|context| context.stack.is_some());
        match stack.filter(|_| reading.stack.is_none() && !is_shown) {
            None => context,
            Some(stack) => Some(context.unwrap_or_default().read_by(stack)),
        }
    };
    let again: Vec<_> = readings.iter().map(context_of).collect();
    let read_again = |(file, context): (File, Option<check::Context>)| {
        let path = &file.reading.file;
        let content = context.is_some().then(|| bounded_file::read(path, check::MAX_FILE_BYTES));
        Some(match (context, content) {
            (Some(context), Some(Ok(content))) => file.read_again(&content, &context),
            _ => file,
        })
    };
    let mut files = shares::filter_map(files.into_iter().zip(again), threads, read_again);
    let readings: Vec<&Reading> = files.iter().map(|file| &file.reading).collect();
    let keys = check::PrivateKeys::of(&readings);
    let of_keys =
        |file: &File| keys.as_ref().map_or_else(Vec::new, |keys| keys.findings(&file.reading));
    let found: Vec<_> = files.iter().map(of_keys).collect();
    for (file, found) in files.iter_mut().zip(found) {
        file.reading.add(found);
    }
    files
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// How many files a walk of `folder` finds, and its failures.
    fn walked(folder: &Path, files: usize, depth: usize) -> (usize, Vec<String>) {
        let found = walk(folder, &[], 2, Limits { files, depth }).unwrap();
        (found.files.len(), found.failures.into_iter().map(|one| one.message).collect())
    }

    #[test]
    fn a_folder_with_more_files_than_the_limit_is_an_error() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        for name in ["a", "b", "in/c"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(walked(folder.path(), 3, 9), (3, Vec::new()));
        let (files, failures) = walked(folder.path(), 2, 9);
        assert_eq!((files, failures.len()), (0, 1));
        assert!(failures[0].contains("has more than 2 files"), "{failures:?}");
    }

    #[test]
    fn folders_are_walked_to_the_limit_and_a_deeper_one_is_named() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("1/2/3")).unwrap();
        for name in ["0", "1/1", "1/2/2", "1/2/3/3"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(walked(folder.path(), 9, 4), (4, Vec::new()));
        let (files, failures) = walked(folder.path(), 9, 3);
        assert_eq!((files, failures.len()), (3, 1));
        assert!(failures[0].contains("1/2/3 is not read: it is 3 folders deep"), "{failures:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_folder_are_not_followed() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        fs::write(folder.path().join("a"), "").unwrap();
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        };
        link("..", "in/up");
        link("../a", "in/a");
        link("/etc", "etc");
        assert_eq!(walked(folder.path(), 9, 9), (1, Vec::new()));
    }
}
