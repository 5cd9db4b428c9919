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

/// `text` with `line` at its end, unless it has that line and nothing after it is excepted: in git the last
/// pattern that matches decides (gitignore(5)).
pub(crate) fn with_line(text: String, line: &str) -> String {
    let mut from_end = text.lines().rev().map(str::trim_end);
    let decides = from_end.find(|one| *one == line || one.starts_with('!'));
    if decides == Some(line) {
        return text;
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{text}{end}{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_matching_line_decides() {
        let with = |text: &str| with_line(text.to_owned(), "/key.pem");
        assert_eq!(with(""), "/key.pem\n");
        assert_eq!(with("a"), "a\n/key.pem\n");
        for kept in ["/key.pem\n", "!*.pem\n/key.pem  \nb", "/key.pem\r\n"] {
            assert_eq!(with(kept), kept);
        }
        for excepted in ["/key.pem\n!*.pem\n", "/key.pem\n!*.pem\n\nb\n"] {
            assert_eq!(with(excepted), format!("{excepted}/key.pem\n"));
        }
    }
}
