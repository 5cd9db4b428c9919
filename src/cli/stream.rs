//! Open streams that a path names: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`.
//!
//! In: a path to write to. Out: the stream, if the path leads to one. Such a path is a link to the file
//! that the shell opened: replacing that file would detach everyone else who writes to the stream.

use std::{
    fs::{self, OpenOptions},
    io, iter,
    path::{Path, PathBuf},
    process,
};

/// A stream to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
    /// Any other, by its path in the system.
    Other(PathBuf),
}

/// The stream that `path` leads to, also over links.
pub(crate) fn named(path: &Path) -> Option<Stream> {
    links(path).find_map(|place| descriptor(&place))
}

/// `path`, and where one link after the other leads.
pub(crate) fn links(path: &Path) -> impl Iterator<Item = PathBuf> {
    /// As many links in a row as Linux follows (path_resolution(7)).
    const MAX_LINKS: usize = 40;
    let next = |place: &PathBuf| Some(place.parent()?.join(fs::read_link(place).ok()?));
    iter::successors(Some(path.to_owned()), next).take(MAX_LINKS)
}

/// The folder of `path`.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The stream of a path whose folder is one of descriptors (proc(5), fd(4)).
fn descriptor(path: &Path) -> Option<Stream> {
    let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
    let folder = fs::canonicalize(folder_of(path)).ok()?;
    let is_own = folder == Path::new("/dev/fd")
        || folder.starts_with(format!("/proc/{}", process::id())) && folder.ends_with("fd");
    let is_one = is_own || folder.starts_with("/proc") && folder.ends_with("fd");
    is_one.then(|| match number {
        1 if is_own => Stream::Output,
        2 if is_own => Stream::Error,
        _ => Stream::Other(folder.join(number.to_string())),
    })
}

impl Stream {
    /// Refuses a stream that was opened for reading only: its path leads to the file behind it, which
    /// could be opened again for writing. Known on Linux, where proc(5) has the flags of open(2).
    pub(crate) fn refuse_unless_writable(&self) -> io::Result<()> {
        /// The access mode among the flags, and its value for reading (fcntl.h).
        const ACCESS_MODE: u32 = 0o3;
        const READ_ONLY: u32 = 0;
        let descriptors = PathBuf::from("/proc/self/fd");
        let path = match self {
            Self::Output => descriptors.join("1"),
            Self::Error => descriptors.join("2"),
            Self::Other(path) => path.clone(),
        };
        let (Some(folder), Some(number)) = (path.parent(), path.file_name()) else { return Ok(()) };
        // `/dev/fd` leads to the descriptors of this process.
        let folder = if folder.starts_with("/proc") { folder } else { &descriptors };
        let facts = fs::read_to_string(folder.with_file_name("fdinfo").join(number));
        let flags = facts
            .unwrap_or_default()
            .lines()
            .find_map(|line| u32::from_str_radix(line.strip_prefix("flags:")?.trim(), 8).ok());
        match flags {
            Some(flags) if flags & ACCESS_MODE == READ_ONLY => {
                Err(io::Error::other("it is not open for writing"))
            }
            _ => Ok(()),
        }
    }

    /// Writes all of `data` after what the stream holds already. A reader that has closed its end has
    /// read what it needs.
    pub(crate) fn write(&self, data: &[u8]) -> io::Result<()> {
        fn all(mut stream: impl io::Write, data: &[u8]) -> io::Result<()> {
            stream.write_all(data).and_then(|()| stream.flush())
        }
        let outcome = match self {
            Self::Output => all(io::stdout().lock(), data),
            Self::Error => all(io::stderr().lock(), data),
            Self::Other(path) => {
                OpenOptions::new().append(true).open(path).and_then(|it| all(it, data))
            }
        };
        match outcome {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }
}
