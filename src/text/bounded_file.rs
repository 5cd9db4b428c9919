//! Reads untrusted files up to a size limit.
//!
//! In: a path and the most bytes allowed. Out: the bytes.
//!
//! A path may come from an untrusted change. It can lead to an endless device or to a pipe without a
//! writer. So only regular files are opened, and no more than the limit is read even if the file grows.
//! A stream that the shell opened for the command, as with `<(...)`, is read if the user names it.

use std::{
    fs::{File, FileType},
    io::{self, Read as _},
    path::Path,
};

/// The bytes of the regular file at `path`, at most `most` of them. A symbolic link is followed.
///
/// # Errors
///
/// The error of the system, or [`io::ErrorKind::InvalidInput`] with what was expected and found.
pub fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let unexpected = |found: &str| {
        let problem = format!("expected a regular file of at most {most} bytes, found {found}");
        unfit(problem)
    };
    // Checked before opening, since opening a pipe waits for its writer.
    let facts = path.metadata()?;
    if !facts.is_file() {
        return Err(unexpected(kind(facts.file_type())));
    }
    if facts.len() > most as u64 {
        return Err(unexpected(&format!("one of {} bytes", facts.len())));
    }
    bounded(File::open(path)?, most)?.ok_or_else(|| unexpected("more"))
}

/// The bytes of the regular file at `path`, or of the open stream that it names, at most `most` of
/// them.
///
/// # Errors
///
/// As [`read`].
pub fn read_given(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    match names_a_stream(path) {
        true => read_stream(File::open(path)?, most),
        false => read(path, most),
    }
}

/// Opens the file or device at `path`, or the open stream that it names, for a reader that reads piece
/// by piece, each within a limit. A named pipe is refused: it may have no writer.
///
/// # Errors
///
/// The error of the system, or [`io::ErrorKind::InvalidInput`] with what is there instead.
pub fn open_given(path: &Path) -> io::Result<File> {
    if !names_a_stream(path) {
        // Checked before opening, since opening a pipe waits for its writer.
        let facts = path.metadata()?;
        let found = kind(facts.file_type());
        if !facts.is_file() && found != DEVICE {
            return Err(unfit(format!("expected a regular file, found {found}")));
        }
    }
    File::open(path)
}

/// The contents of `stream`, at most `most` bytes.
///
/// # Errors
///
/// The error of the system, or [`io::ErrorKind::InvalidInput`] if there is more.
pub fn read_stream(stream: impl io::Read, most: usize) -> io::Result<Vec<u8>> {
    let more = || unfit(format!("expected at most {most} bytes, found more"));
    bounded(stream, most)?.ok_or_else(more)
}

/// What is at `path` if it is not a regular file, in words.
#[must_use]
pub fn found_instead(path: &Path) -> Option<&'static str> {
    let facts = path.metadata().ok()?;
    (!facts.is_file()).then(|| kind(facts.file_type()))
}

/// Whether the regular file at `path` contains exactly `data`; reads no more than necessary.
///
/// # Errors
///
/// The error of the system, or [`io::ErrorKind::InvalidInput`] if it is not a regular file.
pub fn holds(path: &Path, data: &[u8]) -> io::Result<bool> {
    let facts = path.metadata()?;
    if !facts.is_file() {
        return Err(unfit(format!("expected a regular file, found {}", kind(facts.file_type()))));
    }
    let same =
        || bounded(File::open(path)?, data.len()).map(|content| content.as_deref() == Some(data));
    if facts.len() == data.len() as u64 { same() } else { Ok(false) }
}

/// Whether `path` names a stream that was open when the process started, as in `/dev/fd` (fd(4)), and
/// as shells do for `<(...)`.
#[must_use]
pub fn names_a_stream(path: &Path) -> bool {
    const FOLDERS: [&str; 2] = ["/dev/fd", "/proc/self/fd"];
    path == Path::new("/dev/stdin")
        || path
            .parent()
            .is_some_and(|folder| FOLDERS.iter().any(|known| folder == Path::new(known)))
}

fn unfit(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

/// The contents of `source`; `None` if it has more than `most` bytes. Reads at most one more byte.
fn bounded(source: impl io::Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    /// Reads most files in one call; an empty vector starts with 32 bytes.
    const FIRST: usize = 8 * 1024;
    let mut content = Vec::with_capacity(FIRST.min(most));
    source.take(most as u64 + 1).read_to_end(&mut content)?;
    Ok((content.len() <= most).then_some(content))
}

/// The text of the regular file at `path`, at most `most` bytes of UTF-8.
///
/// # Errors
///
/// As [`read`], and [`io::ErrorKind::InvalidData`] with the position of the first invalid byte.
pub fn read_text(path: &Path, most: usize) -> io::Result<String> {
    text(read(path, most)?)
}

/// The same as text for what [`read_given`] reads.
///
/// # Errors
///
/// As [`read_text`].
pub fn read_given_text(path: &Path, most: usize) -> io::Result<String> {
    text(read_given(path, most)?)
}

fn text(content: Vec<u8>) -> io::Result<String> {
    String::from_utf8(content).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let problem = format!("expected UTF-8, found invalid data at byte {}", place + 1);
        io::Error::new(io::ErrorKind::InvalidData, problem)
    })
}

/// The kind of a device.
const DEVICE: &str = "a device";

/// The kind of a file that is not a regular file.
fn kind(of: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if of.is_fifo() {
            return "a named pipe";
        }
        if of.is_char_device() || of.is_block_device() {
            return DEVICE;
        }
        if of.is_socket() {
            return "a socket";
        }
    }
    if of.is_dir() { "a directory" } else { "something else" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oversized_file_is_read_to_one_byte_past_the_limit() {
        let mut source = &[7; 20][..];
        assert_eq!(bounded(&mut source, 9).unwrap(), None);
        assert_eq!(source.len(), 10);
        assert_eq!(bounded(&mut source, 10).unwrap(), Some(vec![7; 10]));
    }
}
