//! What `sync` may replace.
//!
//! In: a target of a manifest. Out: a refusal before anything is asked or written, where a file would
//! be lost: one that is no lock, one that holds a private key, one that a link leads to.

use std::{io, path::Path};

use crate::{
    output::lock::{self, Lost},
    text::{bounded_file, foreign::Foreign},
};

use super::{Exit, Failure, manifest::Entry, within};

/// The most bytes of a present file that are looked at for a private key: 1 MiB, some three hundred
/// keys of RSA 4096 in PEM.
const MAX_KEY_BYTES: usize = 1024 * 1024;

/// How the first line of a private key in PEM ends, of whatever kind (RFC 7468 sections 10 and 11).
const KEY: &[u8] = b"PRIVATE KEY-----";

/// Refuses `entry` of the manifest at `manifest` if to write its files would lose something.
pub(crate) fn allowed(manifest: &Path, entry: &Entry, is_locked: bool) -> Result<(), Failure> {
    let folder = match manifest.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let outputs = || entry.emit.iter().map(|(_, path)| path.as_path());
    within::refuse_links_out_of(folder, outputs().chain([entry.lock.as_path()]))?;
    outputs().try_for_each(keep_a_key)?;
    if is_locked { Ok(()) } else { keep_what_is_no_lock(&entry.lock) }
}

/// Refuses to put a lock in the place of what no refresh of a lock brings back.
fn keep_what_is_no_lock(path: &Path) -> Result<(), Failure> {
    match bounded_file::read(path, lock::MAX_LOCK_BYTES) {
        Ok(content) => match lock::loss(&content) {
            None => Ok(()),
            Some(loss) => {
                let hint = match loss.what {
                    Lost::Merge => "keep one side of the merge first",
                    Lost::Version(_) => "use the certgrab version that wrote it, or a newer one",
                    _ => TO_MOVE,
                };
                Err(refused(path, &format!("would lose {loss}"), hint))
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            Err(refused(path, &format!("is not replaced: cannot read it: {error}"), TO_MOVE))
        }
    }
}

/// Refuses to put constants in the place of a private key.
fn keep_a_key(path: &Path) -> Result<(), Failure> {
    let holds_a_key = bounded_file::read(path, MAX_KEY_BYTES)
        .is_ok_and(|content| content.windows(KEY.len()).any(|part| part == KEY));
    if holds_a_key { Err(refused(path, "would lose a private key", TO_MOVE)) } else { Ok(()) }
}

/// What to do with a file that is not to be lost.
const TO_MOVE: &str = "name another file in the manifest, or move this one away";

fn refused(path: &Path, why: &str, hint: &str) -> Failure {
    let shown = Foreign::text(&path.display().to_string()).line();
    Failure::new(Exit::File, format!("{shown} {why}")).with_hint(Some(hint.to_owned()))
}
