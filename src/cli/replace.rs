//! What `sync` may replace.
//!
//! In: a target of a manifest. Out: a refusal before anything is asked or written, where a file would
//! be lost: one that is no lock, one that certgrab did not generate, one that a link leads to. Outside
//! of manifests a file is the user's to name, and only a private key is kept.

use std::{io, path::Path};

use crate::{
    output::{
        emit::{self, Format},
        lock::{self, Lost},
    },
    text::{bounded_file, foreign::Foreign},
    x509::private_key,
};

use super::{
    failure::{Exit, Failure},
    manifest::Entry,
    stream, within,
};

/// The most bytes of a present file that are looked at: 16 MiB, as for files of roots.
const MAX_PRESENT_BYTES: usize = crate::trust::store::MAX_ROOTS_BYTES;

/// Refuses `entry` of the manifest at `manifest` if to write its files would lose something.
pub(crate) fn allowed(manifest: &Path, entry: &Entry, is_locked: bool) -> Result<(), Failure> {
    let folder = match manifest.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let outputs = || entry.emit.iter().map(|(_, path)| path.as_path());
    within::refuse_links_out_of(folder, outputs().chain([entry.lock.as_path()]))?;
    entry.emit.iter().try_for_each(|(format, path)| keep_what_is_not_own(path, *format))?;
    if is_locked { Ok(()) } else { refuse_unless_lock(&entry.lock) }
}

/// Refuses to put a lock in the place of what no refresh of a lock brings back.
fn refuse_unless_lock(path: &Path) -> Result<(), Failure> {
    refuse_irregular(path)?;
    match bounded_file::read(path, lock::MAX_LOCK_BYTES) {
        Ok(content) => match lock::loss(&content) {
            None => Ok(()),
            Some(loss) => {
                let hint = match loss.what {
                    Lost::Merge => "resolve the merge conflict first",
                    Lost::Version(_) => "use the certgrab version that wrote it, or a newer one",
                    _ => TO_MOVE,
                };
                Err(refused(path, &format!("would lose {loss}"), hint))
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            Err(refused(path, &format!("was not replaced: cannot read it: {error}"), TO_MOVE))
        }
    }
}

/// Refuses a lock that is a device, a pipe or a folder.
fn refuse_irregular(path: &Path) -> Result<(), Failure> {
    match bounded_file::found_instead(path) {
        None => Ok(()),
        Some(found) => Err(refused(
            path,
            &format!("cannot be a lock: expected a regular file, found {found}"),
            TO_NAME_A_FILE,
        )),
    }
}

/// Refuses to put constants in the place of a file that certgrab did not generate.
fn keep_what_is_not_own(path: &Path, format: Format) -> Result<(), Failure> {
    keep_a_key(path, TO_MOVE)?;
    // What is no regular file is refused where it would be written.
    if !path.is_file() {
        return Ok(());
    }
    match bounded_file::read(path, MAX_PRESENT_BYTES) {
        Ok(content) if emit::is_own(&content, format) => Ok(()),
        Ok(_) => Err(refused(
            path,
            &format!("is not replaced: certgrab did not write it as `{}`", format.name),
            "move or delete the file, or name another one in the manifest",
        )),
        Err(error) => {
            Err(refused(path, &format!("is not replaced: cannot read it: {error}"), TO_MOVE))
        }
    }
}

/// Refuses to write over private keys in `paths`. A stream is written to behind what it holds.
pub(crate) fn keep_keys<'a>(mut paths: impl Iterator<Item = &'a Path>) -> Result<(), Failure> {
    paths.try_for_each(|path| match stream::named(path) {
        Some(_) => Ok(()),
        None => keep_a_key(path, "name another file, or move or delete this one"),
    })
}

fn keep_a_key(path: &Path, hint: &str) -> Result<(), Failure> {
    let holds_a_key = bounded_file::read(path, MAX_PRESENT_BYTES)
        .is_ok_and(|content| private_key::holds(&content));
    if holds_a_key { Err(refused(path, "would lose a private key", hint)) } else { Ok(()) }
}

/// What to do where a lock is no file.
pub(crate) const TO_NAME_A_FILE: &str = "name a regular file as `lock` in the manifest";

/// What to do with a file that is not to be lost.
const TO_MOVE: &str = "name another file in the manifest, or move this one away";

fn refused(path: &Path, why: &str, hint: &str) -> Failure {
    let shown = Foreign::text(&path.display().to_string()).line();
    Failure::new(Exit::File, format!("{shown} {why}")).with_hint(Some(hint.to_owned()))
}
