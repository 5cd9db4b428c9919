//! Files from outside, read within a bound.
//!
//! In: a path, and the most bytes that may lie there. Out: those bytes.
//!
//! A path may come from somebody else's change, where it can lead to a device that never ends or to
//! a pipe that nobody writes to. So only a regular file is opened, and of one that grows meanwhile
//! no more is read than is allowed.

use std::{
    fs::{File, FileType},
    io::{self, Read as _},
    path::Path,
};

/// The bytes of the regular file at `path`, at most `most` of them. A symbolic link is followed.
///
/// # Errors
///
/// What the system says, or of [`io::ErrorKind::InvalidInput`] what was wanted and what is there.
pub fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let wanted = |found: &str| {
        let problem = format!("wanted a regular file of at most {most} bytes, found {found}");
        io::Error::new(io::ErrorKind::InvalidInput, problem)
    };
    // Before it is opened, since to open a pipe waits for its writer.
    let facts = path.metadata()?;
    if !facts.is_file() {
        return Err(wanted(kind(facts.file_type())));
    }
    if facts.len() > most as u64 {
        return Err(wanted(&format!("one of {} bytes", facts.len())));
    }
    bounded(File::open(path)?, most)?.ok_or_else(|| wanted("more"))
}

/// All that `source` gives; `None` if that is more than `most` bytes, of which one more is read.
fn bounded(source: impl io::Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    source.take(most as u64 + 1).read_to_end(&mut content)?;
    Ok((content.len() <= most).then_some(content))
}

/// The text of the regular file at `path`, at most `most` bytes of UTF-8.
///
/// # Errors
///
/// As [`read`], and of [`io::ErrorKind::InvalidData`] where the first byte stands that is no text.
pub fn read_text(path: &Path, most: usize) -> io::Result<String> {
    String::from_utf8(read(path, most)?).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        let problem = format!("wanted UTF-8, found something else at byte {}", place + 1);
        io::Error::new(io::ErrorKind::InvalidData, problem)
    })
}

/// What a file is that is no regular one.
fn kind(of: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if of.is_fifo() {
            return "a named pipe";
        }
        if of.is_char_device() || of.is_block_device() {
            return "a device";
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
    fn of_what_has_too_much_one_byte_more_than_is_allowed_is_read() {
        let mut source = &[7; 20][..];
        assert_eq!(bounded(&mut source, 9).unwrap(), None);
        assert_eq!(source.len(), 10);
        assert_eq!(bounded(&mut source, 10).unwrap(), Some(vec![7; 10]));
    }
}
