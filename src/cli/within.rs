//! Keeps outputs inside their folder.
//!
//! In: a folder, and the paths to write in it. Out: a refusal if a symbolic link leads one of them
//! outside. A repository can contain links, so a link in a contribution could otherwise choose which
//! file is overwritten.

use std::path::{Component, Path, PathBuf};

use crate::text::foreign::Foreign;

use super::{failure::Failure, output};

/// Refuses paths that are named in `folder` but lead elsewhere through links. A path that names a
/// place outside is allowed: its author chose it.
pub(crate) fn refuse_links_out_of<'a>(
    folder: &Path,
    paths: impl IntoIterator<Item = &'a Path>,
) -> Result<(), Failure> {
    let named = plain(folder);
    let real = output::place_of(folder);
    for path in paths {
        let place = output::place_of(path);
        if !plain(path).starts_with(&named) || place.starts_with(&real) {
            continue;
        }
        let [path, place] = [path, &place].map(|path| Foreign::path(path).line());
        let message =
            format!("{path} leads to {place} through a symbolic link, outside its folder");
        let hint = "use that path directly, or remove the link";
        return Err(Failure::file(message, hint));
    }
    Ok(())
}

/// `path` from the root on, without `.` and `..`, its links not followed.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    plain
}
