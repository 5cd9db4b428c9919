//! What `sync` may replace.
//!
//! In: a target of a manifest. Out: a refusal before anything is asked or written, where a file would
//! be lost: one that is no lock, one that certgrab did not generate, one that a link leads to. Outside
//! of manifests a file is the user's to name, and only a private key is kept, and what a lock would
//! replace.

use std::{io, path::Path};

use crate::{
    output::{
        bundle::{Bundle, KeyPossession},
        emit::{self, Format},
        lock::{self, Lost},
    },
    text::{bounded_file, foreign::Foreign},
    tls::probe,
    x509::private_key,
};

use super::{
    args::{Emission, Form, Request},
    commands::warn::Named,
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
    if is_locked {
        return Ok(());
    }
    refuse_irregular(&entry.lock)?;
    refuse_unless_lock(&entry.lock, TO_MOVE)
}

/// Refuses to write the locks of `job` in the place of what no refresh of a lock brings back.
pub(crate) fn keep_locks(job: &Request) -> Result<(), Failure> {
    let locks = job.emit.iter().filter(|one| is_lock(one)).filter_map(|one| one.path.as_deref());
    let mut files = locks.filter(|path| path.is_file() && stream::named(path).is_none());
    files.try_for_each(|path| refuse_unless_lock(path, TO_MOVE_OUTPUT))
}

fn is_lock(emission: &Emission) -> bool {
    matches!(&emission.form, Form::Certificates(format) if format.name == "lock")
}

/// Refuses to put a lock in the place of what no refresh of a lock brings back.
fn refuse_unless_lock(path: &Path, to_move: &str) -> Result<(), Failure> {
    match bounded_file::read(path, lock::MAX_LOCK_BYTES) {
        Ok(content) => match lock::loss(&content) {
            None => Ok(()),
            Some(loss) => {
                let hint = match loss.what {
                    Lost::Merge => "resolve the merge conflict first",
                    Lost::Version(_) => "use the certgrab version that wrote it, or a newer one",
                    _ => to_move,
                };
                Err(refused(path, &format!("would lose {loss}"), hint))
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            Err(refused(path, &format!("was not replaced: cannot read it: {error}"), to_move))
        }
    }
}

/// A lock that is to be written.
#[derive(Clone, Copy)]
pub(crate) struct NewLock<'a> {
    /// Where it goes.
    pub(crate) path: &'a Path,
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// Whether the server proved that it holds its key.
    pub(crate) key_possession: KeyPossession,
}

/// Refuses to replace the lock `before` with proof of possession by one of the same server without it:
/// an attacker on the path can replay a recorded chain. `job` says how the server was asked.
pub(crate) fn keep_proven(
    new: NewLock<'_>,
    before: &Bundle,
    job: &Request,
    named: Named,
) -> Result<(), Failure> {
    let is_same = before.host.eq_ignore_ascii_case(new.host) && before.port == new.port;
    let is_lost = before.key_possession == KeyPossession::Proven
        && new.key_possession == KeyPossession::NotProven;
    if !is_same || !is_lost || job.reaching.way() == probe::Way::Cleartext {
        return Ok(());
    }
    let lock = Foreign::text(&new.path.display().to_string()).line();
    let (host, port) = (Foreign::text(new.host).line(), new.port);
    if job.from.is_some() {
        let message = format!(
            "{lock} says that {host}:{port} proved that it holds its key, which a chain from a file \
             does not; nothing was replaced"
        );
        let hint = "write the lock to another file, or ask the server without `--from`";
        return Err(Failure::new(Exit::Untrusted, message).with_hint(Some(hint.to_owned())));
    }
    let message = format!(
        "{host}:{port}: the server did not prove that it holds its key, but it did when {lock} was \
         written; nothing was replaced"
    );
    let (again, cleartext) = match named {
        Named::InTheManifest => {
            ("run `certgrab sync` again", "set `handshake = \"cleartext\"` in the manifest")
        }
        Named::OnTheCommandLine => ("run certgrab again", "pass `--handshake cleartext`"),
    };
    let hint = format!(
        "{again} from another network; if the server can no longer complete a handshake, {cleartext}"
    );
    Err(Failure::new(Exit::Untrusted, message).with_hint(Some(hint)))
}

/// The same for the locks among `emissions`, which `job` writes of `bundle`.
pub(crate) fn keep_proven_locks(
    job: &Request,
    emissions: &[Emission],
    bundle: &Bundle,
) -> Result<(), Failure> {
    let locks = emissions.iter().filter(|one| is_lock(one)).filter_map(|one| one.path.as_deref());
    for path in locks.filter(|path| path.is_file() && stream::named(path).is_none()) {
        let Ok(content) = bounded_file::read(path, lock::MAX_LOCK_BYTES) else { continue };
        // A damaged lock is replaced like a missing one.
        let Ok(before) = lock::read(&content, None) else { continue };
        let Bundle { host, port, key_possession, .. } = bundle;
        let new = NewLock { path, host, port: *port, key_possession: *key_possession };
        keep_proven(new, &before, job, Named::OnTheCommandLine)?;
    }
    Ok(())
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
        None => keep_a_key(path, TO_MOVE_OUTPUT),
    })
}

fn keep_a_key(path: &Path, hint: &str) -> Result<(), Failure> {
    let holds_a_key = bounded_file::read(path, MAX_PRESENT_BYTES)
        .is_ok_and(|content| private_key::holds(&content));
    if holds_a_key { Err(refused(path, "would lose a private key", hint)) } else { Ok(()) }
}

/// What to do where a lock is no file.
pub(crate) const TO_NAME_A_FILE: &str = "name a regular file as `lock` in the manifest";

/// What to do with a file that is not to be lost, in a manifest and on the command line.
const TO_MOVE: &str = "name another file in the manifest, or move this one away";
const TO_MOVE_OUTPUT: &str = "name another file, or move or delete this one";

fn refused(path: &Path, why: &str, hint: &str) -> Failure {
    let shown = Foreign::text(&path.display().to_string()).line();
    Failure::new(Exit::File, format!("{shown} {why}")).with_hint(Some(hint.to_owned()))
}
