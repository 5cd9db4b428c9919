//! Symbolic links to files that are not there.

use std::path::{Path, PathBuf};

use crate::text::foreign::Foreign;

use super::failure::{Exit, Failure};

/// Refuses the link `path` to a file that is not there, outside of the link's own folder: nothing says
/// what such a file is, and somebody else may have made the link. `place_of` says where a path leads.
pub(crate) fn refuse(
    path: &Path,
    place_of: impl Fn(&Path) -> PathBuf,
    shown: &str,
) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = place_of(folder.unwrap_or(Path::new(".")));
    let place = place_of(path);
    if !path.is_symlink() || place.starts_with(folder) {
        return Ok(());
    }
    let place = Foreign::text(&place.display().to_string()).line();
    let message =
        format!("cannot write {shown}: it is a symbolic link to {place}, which does not exist");
    let hint = "create that file empty, or remove the link".to_owned();
    Err(Failure::new(Exit::File, message).with_hint(Some(hint)))
}
