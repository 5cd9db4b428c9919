//! Standard output and files.
//!
//! A file is written whole or not at all: to a temporary file, then renamed, and only if its
//! content changes. A closed pipe ends output silently.

use std::{
    collections::HashMap,
    fs,
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::{Component, Path, PathBuf},
};

use crate::{
    text::{bounded_file, foreign::Foreign, secrets},
    x509::private_key,
};

use super::{
    atomic_write::{DeferredSignals, Unfinished},
    failure::{Exit, Failure},
    language::{in_language, lines_in_language},
    loss::{self, Content},
    open_to_others,
    stream::{self, Stream},
    style::{self, Display},
};

/// Writes `data` to standard output as it is.
pub(crate) fn write(data: &[u8]) -> Result<(), Failure> {
    refuse_unless_writable()?;
    let mut out = io::stdout().lock();
    finish(out.write_all(data).and_then(|()| out.flush()))
}

/// Writes text with colour to standard output, which keeps or drops the colour.
pub(crate) fn show(text: &str) -> Result<(), Failure> {
    refuse_unless_writable()?;
    let mut out = anstream::stdout().lock();
    finish(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Refuses a standard output that was opened for reading only: Rust's library ignores the errors of
/// writes to it.
pub(crate) fn refuse_unless_writable() -> Result<(), Failure> {
    finish(Stream::Output.refuse_unless_writable())
}

/// A closed pipe is not a failure: the result of the command decides the exit code.
fn finish(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::File, format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints one line on standard error, in the language of this run; errors are ignored.
pub(crate) fn say(line: impl std::fmt::Display) {
    say_as_it_is(lines_in_language(&line.to_string()));
}

fn say_as_it_is(line: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "certgrab: {line}");
}

/// Prints text for people on standard error, as it is; errors are ignored.
pub(crate) fn show_on_stderr(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Prints one warning on standard error, unless `--quiet` is given.
pub(crate) fn warn(message: impl std::fmt::Display, display: &Display) {
    if !display.quiet {
        let message = in_language(&message.to_string());
        say_as_it_is(format_args!("{} {message}", style::warning(in_language("warning:"))));
    }
}

/// Prints an error and its hint on standard error.
pub(crate) fn complain(failure: &Failure) {
    complain_with(failure, str::to_owned);
}

/// The same with the hint in other `words`.
pub(crate) fn complain_with(failure: &Failure, words: impl Fn(&str) -> String) {
    let message = in_language(&secrets::hide_in_sentence(&failure.message));
    say_as_it_is(format_args!("{} {message}", style::error(in_language("error:"))));
    if let Some(hint) = failure.hint.as_deref().map(|hint| words(&in_language(hint))) {
        say_as_it_is(format_args!("{} {hint}", style::hint(in_language("hint:"))));
    }
}

/// Whether standard output is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// A file that is to be written.
pub(crate) struct File<'a> {
    pub(crate) path: &'a Path,
    pub(crate) data: Vec<u8>,
    /// What it is, which decides what it may replace.
    pub(crate) content: Content,
}

impl<'a> File<'a> {
    pub(crate) fn new(path: &'a Path, data: impl Into<Vec<u8>>, content: Content) -> Self {
        Self { path, data: data.into(), content }
    }
}

/// Makes the path of `file` hold exactly its data; whether it had to change.
///
/// A symbolic link is followed. Only a regular file is replaced, if nothing in it is lost.
pub(crate) fn replace(file: &File<'_>) -> Result<bool, Failure> {
    let _deferred = DeferredSignals::begin();
    prepare(file)?.map_or(Ok(false), |change| change.make().map(|()| true))
}

/// Makes each path hold exactly its data, all of them or none; which ones had to change.
pub(crate) fn replace_all(files: &[File<'_>]) -> Result<Vec<bool>, Failure> {
    let _deferred = DeferredSignals::begin();
    let prepared: Result<Vec<_>, Failure> = files.iter().map(prepare).collect();
    let mut changed = Vec::new();
    for change in prepared? {
        changed.push(change.is_some());
        if let Some(change) = change {
            change.make()?;
        }
    }
    Ok(changed)
}

/// Whether `path` holds exactly `data`; `None` if there is no file. An unreadable one is an error.
fn file_holds(path: &Path, data: &[u8]) -> Result<Option<bool>, Failure> {
    match bounded_file::holds(path, data) {
        Ok(same) => Ok(Some(same)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let hint = bounded_file::found_instead(path).map(|_| TO_CLEAR);
            Err(Failure::unreadable(path, error).with_hint(hint))
        }
    }
}

/// What to do if something else is in the place of a file whose name certgrab chooses.
const TO_CLEAR: &str = "remove what stands there, or choose another place";

/// Whether `path` holds something other than `data`. An unreadable file is an error.
pub(crate) fn differs(path: &Path, data: &[u8]) -> Result<bool, Failure> {
    Ok(file_holds(path, data)? == Some(false))
}

/// Writes all files as [`replace_all`] does, and prints which ones changed unless `quiet`.
pub(crate) fn deliver(files: &[File<'_>], quiet: bool) -> Result<(), Failure> {
    let changed = replace_all(files)?;
    if !quiet {
        for (file, changed) in files.iter().zip(changed) {
            let path = Foreign::path(file.path).line();
            let what = if changed { "wrote" } else { "unchanged:" };
            say(format_args!("{what} {path}"));
        }
    }
    Ok(())
}

/// Prints which files [`deliver`] would change, unless `quiet`, and writes none.
pub(crate) fn preview(files: &[File<'_>], quiet: bool) -> Result<(), Failure> {
    for File { path, data, content } in files {
        loss::refuse_loss(path, *content, Some(data))?;
        let what = if file_holds(path, data)? == Some(true) { "unchanged:" } else { "would write" };
        if !quiet {
            say(format_args!("{what} {}", Foreign::path(path).line()));
        }
    }
    Ok(())
}

/// Does the same as [`deliver`] after creating the folders of all files; removes them again if a file is
/// refused.
pub(crate) fn deliver_with_folders(files: &[File<'_>], quiet: bool) -> Result<(), Failure> {
    let mut made = Vec::new();
    let outcome = files.iter().try_for_each(|File { path, .. }| {
        let folder = path.parent().unwrap_or(Path::new(""));
        let is_missing = |one: &&Path| !one.as_os_str().is_empty() && !one.exists();
        let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
        made.extend(missing.into_iter().rev());
        fs::create_dir_all(folder).map_err(|error| failed(&Foreign::path(path).line(), &error))
    });
    let outcome = outcome.and_then(|()| deliver(files, quiet));
    if outcome.is_err() {
        // A folder with a file in it stays.
        made.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
    outcome
}

/// The mode of a new file with a private key: only its owner may read and write it.
#[cfg(unix)]
const KEY_MODE: u32 = 0o600;

/// New content, written but not in place yet.
struct Change {
    place: Place,
    shown: String,
}

/// Where new content goes.
enum Place {
    File { unfinished: Unfinished, folder: PathBuf, place: PathBuf },
    Stream { stream: Stream, data: Vec<u8> },
}

impl Change {
    fn make(self) -> Result<(), Failure> {
        let Self { place, shown } = self;
        let outcome = match place {
            Place::File { unfinished, folder, place } => unfinished.put(&folder, &place),
            Place::Stream { stream, data } => stream.write(&data),
        };
        outcome.map_err(|error| failed(&shown, &error))
    }
}

/// Writes the data of `file` in its folder; `None` if the file holds it already.
fn prepare(file: &File<'_>) -> Result<Option<Change>, Failure> {
    let File { path, data, content } = file;
    let is_secret = matches!(content, Content::Secret) || private_key::holds(data);
    let shown = Foreign::path(path).line();
    if let Some(stream) = stream::named(path) {
        stream.refuse_unless_writable().map_err(|error| failed(&shown, &error))?;
        let place = Place::Stream { stream, data: data.to_owned() };
        return Ok(Some(Change { place, shown }));
    }
    let failed = |error: io::Error| failed(&shown, &error);
    if path.is_symlink() {
        let folder = path.parent().unwrap_or(Path::new("")).join(".");
        loss::refuse_dangling(path, &place_of(path), &place_of(&folder))?;
    }
    let place = resolve(path).map_err(failed)?;
    let existing = match fs::metadata(&place) {
        Ok(facts) if facts.is_file() => Some(facts),
        Ok(_) => {
            let found = bounded_file::found_instead(&place).unwrap_or("something else");
            let message = format!("cannot write {shown}: expected a regular file, found {found}");
            let hint = match content {
                Content::Overwrite | Content::Lock => TO_CLEAR,
                _ if place.is_dir() => "name a file in this directory",
                _ => "leave out `=PATH` to write to standard output",
            };
            return Err(Failure::file(message, hint));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    // A file of a different size has different content and is not read: it may be of any size.
    let is_as_long = existing.as_ref().is_some_and(|facts| facts.len() == data.len() as u64);
    if is_as_long && holds(&place, data) && !(is_secret && open_to_others::is_open(&place)) {
        return Ok(None);
    }
    loss::refuse_loss(path, *content, Some(data))?;
    let folder = stream::folder_of(&place);
    let mut unfinished = Unfinished::new(folder).map_err(failed)?;
    let file = unfinished.file();
    // Before the first byte is written: nobody else may read a private key.
    #[cfg(unix)]
    if is_secret {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(fs::Permissions::from_mode(KEY_MODE)).map_err(failed)?;
    }
    file.write_all(data).map_err(failed)?;
    if let Some(facts) = existing.filter(|_| !is_secret) {
        file.set_permissions(facts.permissions()).map_err(failed)?;
    }
    file.sync_all().map_err(failed)?;
    let place = Place::File { unfinished, folder: folder.to_owned(), place };
    Ok(Some(Change { place, shown }))
}

/// Whether the file at `place` holds exactly `data`; of a file that grows meanwhile, no more is read.
fn holds(place: &Path, data: &[u8]) -> bool {
    let Ok(file) = fs::File::open(place) else { return false };
    let mut content = Vec::with_capacity(data.len());
    file.take(data.len() as u64 + 1).read_to_end(&mut content).is_ok() && content == data
}

/// Where a path finally leads, including through links to what does not exist yet.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    // Not a link, or nothing at all.
    let is_last = |place: &PathBuf| fs::read_link(place).is_err();
    stream::links(path).find(is_last).ok_or_else(|| io::Error::other("too many symbolic links"))
}

/// One name for all paths that lead to one file, whether it exists or not.
pub(crate) fn place_of(path: &Path) -> PathBuf {
    let path = resolve(path).unwrap_or_else(|_| path.to_owned());
    let mut plain = PathBuf::new();
    for part in std::path::absolute(&path).unwrap_or(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                // A link to a folder is followed before `..` leads out of it.
                plain = followed(&plain);
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    followed(&plain)
}

/// `path` with all links followed, as far as it exists.
fn followed(path: &Path) -> PathBuf {
    let real = path.ancestors().find_map(|there| Some((there, fs::canonicalize(there).ok()?)));
    match real.and_then(|(there, real)| Some(real.join(path.strip_prefix(there).ok()?))) {
        // Joined with an empty path, a path ends with a separator.
        Some(real) => real.components().collect(),
        None => path.to_owned(),
    }
}

/// Outputs by their path and by its folder, each with a label.
pub(super) struct Places<T> {
    files: HashMap<PathBuf, T>,
    folders: HashMap<PathBuf, T>,
}

impl<T: Copy> Places<T> {
    /// Of files by their places as [`place_of`] names them.
    pub(super) fn of(written: impl Iterator<Item = (PathBuf, T)>) -> Self {
        let (mut files, mut folders) = (HashMap::new(), HashMap::new());
        for (place, word) in written {
            if let Some(folder) = place.parent() {
                folders.entry(folder.to_owned()).or_insert(word);
            }
            files.entry(place).or_insert(word);
        }
        Self { files, folders }
    }

    /// The output that would change `input`, a file or a folder of files.
    pub(super) fn changing(&self, input: &Path) -> Option<T> {
        let inside = || self.folders.get(input).filter(|_| input.is_dir());
        self.files.get(input).or_else(inside).copied()
    }
}

/// Refuses to write `outputs`, which are called `outputs_of`, if one is an input or two are the same file.
pub(crate) fn keep_apart<'a>(
    outputs: impl Iterator<Item = &'a Path>,
    inputs: &[&Path],
    outputs_of: &str,
) -> Result<(), Failure> {
    let written: Vec<_> = outputs.map(|output| (place_of(output), output)).collect();
    let places = Places::of(written.iter().cloned());
    let changed =
        inputs.iter().find_map(|input| Some((places.changing(&place_of(input))?, *input)));
    if let Some((output, input)) = changed {
        let [output, input] = [output, input].map(|path| Foreign::path(path).line());
        let message = format!("{output} is also an input ({input})");
        return Err(Failure::usage(message, "write the result to another file"));
    }
    if places.files.len() < written.len() {
        return Err(Failure::new(Exit::Usage, format!("two {outputs_of} write the same file")));
    }
    Ok(())
}

/// What the system says, without the name of the temporary file that `tempfile` adds to it.
fn failed(shown: &str, error: &io::Error) -> Failure {
    let text = error.to_string();
    let plain = text.split(" at path ").next().unwrap_or(&text);
    Failure::new(Exit::File, format!("cannot write {shown}: {plain}"))
}
