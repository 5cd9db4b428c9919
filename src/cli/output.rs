//! Standard output and files.
//!
//! A file is written whole or not at all: to a temporary file beside it, then renamed, and only
//! if its content changes. A closed pipe is a quiet end.

use std::{
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::Path,
};

use certgrab::escape::Foreign;

use super::{Exit, Failure};

/// Writes `data` to standard output as it is.
pub(super) fn write(data: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    finish(out.write_all(data).and_then(|()| out.flush()))
}

/// Writes text with colour to standard output, which keeps or drops the colour.
pub(super) fn show(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    finish(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader that has gone away has all that it wanted.
fn finish(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            std::process::exit(i32::from(Exit::Done.code()))
        }
        Err(error) => {
            Err(Failure::new(Exit::File, format!("cannot write to standard output: {error}")))
        }
    }
}

/// Whether standard output is a terminal.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Makes `path` hold exactly `data`; whether it had to change.
///
/// A symbolic link is followed. Only a regular file is replaced.
pub(super) fn replace(path: &Path, data: &[u8]) -> Result<bool, Failure> {
    let shown = Foreign::text(&path.display().to_string()).line();
    let failed =
        |error: io::Error| Failure::new(Exit::File, format!("cannot write {shown}: {error}"));
    let place = match fs::metadata(path) {
        Ok(facts) if facts.is_file() => {
            let place = fs::canonicalize(path).map_err(failed)?;
            if fs::read(&place).is_ok_and(|content| content == data) {
                return Ok(false);
            }
            place
        }
        Ok(_) => {
            let message = format!("cannot write {shown}: it is not a regular file");
            return Err(Failure::new(Exit::File, message));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(failed(error)),
    };
    let folder = match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut temporary =
        tempfile::Builder::new().prefix(".certgrab-").tempfile_in(folder).map_err(failed)?;
    temporary.write_all(data).map_err(failed)?;
    keep_permissions(&place, temporary.as_file()).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary.persist(&place).map_err(|error| failed(error.error))?;
    Ok(true)
}

/// A temporary file is private; what replaces a file has its mode, a new one that of any other.
#[cfg(unix)]
fn keep_permissions(place: &Path, file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    /// Readable by all, as compilers of other users need it.
    const NEW_FILE: u32 = 0o644;
    let mode = fs::metadata(place).map_or(NEW_FILE, |facts| facts.permissions().mode());
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_permissions(_place: &Path, _file: &fs::File) -> io::Result<()> {
    Ok(())
}
