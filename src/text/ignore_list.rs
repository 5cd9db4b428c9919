//! The list of what git ignores in a folder.

use std::{io, path::Path};

use super::bounded_file;

/// The name of the list.
pub(crate) const NAME: &str = ".gitignore";

/// The most bytes of an existing list: those of large repositories have some 20 KiB.
const MAX_BYTES: usize = 1024 * 1024;

/// The text of the list at `path`; `None` if there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    match bounded_file::read_text(path, MAX_BYTES) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// `text` with `line` at its end, unless it has that line.
pub(crate) fn with_line(text: String, line: &str) -> String {
    if text.lines().any(|one| one.trim_end() == line) {
        return text;
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}{line}\n")
}
