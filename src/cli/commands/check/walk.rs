//! The files of folders: which are read, and what they hold.
//!
//! In: files and folders as the user names them. Out: what each file that matters holds, in the order
//! of their names. A file is taken apart only if it may hold something; large files one at a time.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use ignore::{WalkBuilder, overrides::OverrideBuilder};

use super::committed::{self, File};
use crate::{
    check::{self, Pool, Reading},
    cli::{
        failure::{Exit, Failure},
        progress::Progress,
        style::Display,
    },
    text::{bounded_file, foreign::Foreign},
};

/// The bytes of a file that takes so much memory that no other is read beside it: 1 MiB. Taken apart,
/// a file takes 14 times its size.
const LARGE_BYTES: u64 = 1024 * 1024;

/// The most threads that read files.
const MOST_THREADS: usize = 8;

/// A file to read.
struct Wanted {
    path: PathBuf,
    /// Whether the user named it, and not a folder that it is in.
    is_named: bool,
}

/// What the files hold.
pub(crate) struct Files {
    /// Those that hold something, and those that the user named.
    pub(crate) held: Vec<File>,
    /// How many files were looked at.
    pub(crate) looked_at: usize,
    /// Files in folders that are too large to be read.
    pub(crate) too_large: usize,
    /// What could not be read.
    pub(crate) failures: Vec<Failure>,
}

/// Reads `inputs`, and the files in those that are folders, but for what `exclude` or a
/// `.gitignore` excludes.
pub(crate) fn read(
    inputs: &[&Path],
    exclude: &[String],
    display: &Display,
) -> Result<Files, Failure> {
    let (mut wanted, mut failures) = (Vec::new(), Vec::new());
    for input in inputs {
        match input.is_dir() {
            true => walk(input, exclude, &mut |found| match found {
                Ok(path) => wanted.push(Wanted { path, is_named: false }),
                Err(failure) => failures.push(failure),
            })?,
            false => wanted.push(Wanted { path: (*input).to_owned(), is_named: true }),
        }
    }
    let looked_at = wanted.len();
    let progress = Progress::of_files(display, looked_at);
    let (mut held, mut too_large) = (Vec::new(), 0);
    for outcome in each(&wanted, &progress) {
        match outcome {
            Outcome::Read(file) => held.push(*file),
            Outcome::Nothing => {}
            Outcome::TooLarge => too_large += 1,
            Outcome::Failed(failure) => failures.push(failure),
        }
    }
    progress.finish();
    Ok(Files { held: pooled(held), looked_at, too_large, failures })
}

/// Gives `take` each regular file in `folder`, in the order of their names.
fn walk(
    folder: &Path,
    exclude: &[String],
    take: &mut dyn FnMut(Result<PathBuf, Failure>),
) -> Result<(), Failure> {
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
    builder.hidden(false).require_git(false).overrides(overrides);
    builder.filter_entry(|entry| entry.file_name() != ".git");
    builder.sort_by_file_name(Ord::cmp);
    for entry in builder.build() {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                let path = entry.into_path();
                take(Ok(path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)));
            }
            Ok(_) => {}
            Err(error) => {
                let shown = Foreign::text(&error.to_string()).line();
                take(Err(Failure::new(Exit::File, format!("cannot read a folder: {shown}"))));
            }
        }
    }
    Ok(())
}

enum Outcome {
    Read(Box<File>),
    Nothing,
    TooLarge,
    Failed(Failure),
}

/// Reads the files with as many threads as there are processors; what each holds, in their order.
fn each(wanted: &[Wanted], progress: &Progress) -> Vec<Outcome> {
    let (next, large) = (AtomicUsize::new(0), Mutex::new(()));
    let work = || {
        let mut found = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = wanted.get(index) else { return found };
            match read_one(one, &large) {
                Outcome::Nothing => {}
                outcome => found.push((index, outcome)),
            }
            progress.advance();
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    let mut all = thread::scope(|scope| {
        // This thread is one of them: a single file needs no other.
        let others = threads.min(wanted.len()).saturating_sub(1);
        let threads: Vec<_> = (0..others).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for thread in threads {
            match thread.join() {
                Ok(found) => all.extend(found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, outcome)| outcome).collect()
}

/// What a file holds. Only one is read at a time of those that are `large`.
fn read_one(wanted: &Wanted, large: &Mutex<()>) -> Outcome {
    let Wanted { path, is_named } = wanted;
    let length = path.metadata().map_or(0, |facts| facts.len());
    if !is_named && length > check::MAX_FILE_BYTES as u64 {
        return Outcome::TooLarge;
    }
    let _alone = (length > LARGE_BYTES).then(|| large.lock());
    let content = match bounded_file::read_given(path, check::MAX_FILE_BYTES) {
        Ok(content) => content,
        // What is gone again since it was listed is no failure.
        Err(error) if !is_named && error.kind() == io::ErrorKind::NotFound => {
            return Outcome::Nothing;
        }
        Err(error) => return Outcome::Failed(committed::unreadable(path, &error)),
    };
    if !is_named && !check::may_matter(&content) {
        return Outcome::Nothing;
    }
    let file = File::given(path, &content, *is_named);
    match *is_named || file.reading.matters() {
        true => Outcome::Read(Box::new(file)),
        false => Outcome::Nothing,
    }
}

/// The files, each with what the others say of its constants.
fn pooled(files: Vec<File>) -> Vec<File> {
    let readings: Vec<&Reading> = files.iter().map(|file| &file.reading).collect();
    let pool = Pool::of(&readings);
    let again: Vec<_> = readings.iter().map(|reading| pool.context_of(reading)).collect();
    let read_again = |(file, context): (File, Option<check::Context>)| {
        let path = &file.reading.file;
        let content = context.is_some().then(|| bounded_file::read(path, check::MAX_FILE_BYTES));
        match (context, content) {
            (Some(context), Some(Ok(content))) => file.read_again(&content, &context),
            _ => file,
        }
    };
    let mut files: Vec<_> = files.into_iter().zip(again).map(read_again).collect();
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
