//! Open streams that a path names: `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/3`.
//!
//! In: a path to write to. Out: the stream, if the path leads to one. Such a path is a link to the
//! file that the shell opened: to replace that file would take it away from everyone else who
//! writes to the stream.

use std::{
    fs::{self, OpenOptions},
    io,
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
    /// Any other, by the path that the system has for it.
    Other(PathBuf),
}

/// As many links in a row as Linux follows (path_resolution(7)).
const MAX_LINKS: usize = 40;

/// The stream that `path` leads to, also over links.
pub(crate) fn named(path: &Path) -> Option<Stream> {
    let mut place = path.to_owned();
    for _ in 0..MAX_LINKS {
        if let Some(stream) = descriptor(&place) {
            return Some(stream);
        }
        let target = fs::read_link(&place).ok()?;
        place = place.parent().unwrap_or(Path::new("")).join(target);
    }
    None
}

/// The stream of a path whose folder is one of descriptors (proc(5), fd(4)).
fn descriptor(path: &Path) -> Option<Stream> {
    let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = fs::canonicalize(folder).ok()?;
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
    /// Writes all of `data`, behind what the stream holds already. A reader that has gone away has
    /// all that it wanted.
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
