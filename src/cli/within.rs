//! Files that stay in the folder that they are named in.
//!
//! In: a folder, and paths that are written for it. Out: a refusal where a symbolic link leads one
//! of them out. A repository can hold links as well as files, so that a link in somebody else's
//! change would choose what is written over.

use std::path::{Component, Path, PathBuf};

use crate::text::foreign::Foreign;

use super::{Exit, Failure, output};

/// Refuses the paths that lie in `folder` by their names and elsewhere by their links. A path that
/// names a place outside is what its writer wants.
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
        let [path, place] =
            [path, &place].map(|path| Foreign::text(&path.display().to_string()).line());
        let message = format!("{path} leads to {place} over a symbolic link, out of its folder");
        let hint = "name that place itself, or remove the link".to_owned();
        return Err(Failure::new(Exit::File, message).with_hint(Some(hint)));
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
