//! What may be replaced.
//!
//! In: what is to be written, and where. Out: a refusal before a server is contacted or a file changes,
//! if something would be lost: a file that certgrab did not write and that holds more than certificates,
//! a lock whose server proved more, and in a manifest a place that a link leads to.

use std::path::Path;

use crate::{
    output::{
        bundle::{Bundle, KeyPossession},
        lock,
    },
    text::{bounded_file, foreign::Foreign},
    tls::probe,
};

use super::{
    args::{Emission, Request},
    failure::{Exit, Failure},
    loss::{Content, TO_MOVE, refuse_loss, refuse_unless_lock, refused},
    manifest::Entry,
    stream,
    warn::Named,
    within,
};

/// Refuses `entry` of the manifest at `manifest` if writing its files would lose something.
pub(crate) fn allowed(manifest: &Path, entry: &Entry, is_locked: bool) -> Result<(), Failure> {
    let folder = stream::folder_of(manifest);
    let outputs = || entry.emit.iter().map(|(_, path)| path.as_path());
    within::refuse_links_out_of(folder, outputs().chain([entry.lock.as_path()]))?;
    entry
        .emit
        .iter()
        .try_for_each(|(format, path)| refuse_loss(path, Content::Certificates(*format), None))?;
    if is_locked {
        return Ok(());
    }
    refuse_irregular(&entry.lock)?;
    refuse_unless_lock(&entry.lock, TO_MOVE)
}

/// Refuses to write `emissions` if something would be lost, before any server is contacted.
pub(crate) fn refuse_losses(emissions: &[Emission]) -> Result<(), Failure> {
    emissions.iter().try_for_each(|one| match &one.path {
        Some(path) => refuse_loss(path, one.form.content(), None),
        None => Ok(()),
    })
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
/// an attacker on the path can replay a recorded chain. `job` says how the server was contacted.
pub(crate) fn keep_proven(
    new: NewLock<'_>,
    before: &Bundle,
    job: &Request,
    named: Named,
) -> Result<(), Failure> {
    let is_same = before.host.eq_ignore_ascii_case(new.host) && before.port == new.port;
    let is_lost = before.key_possession == KeyPossession::Proven
        && new.key_possession == KeyPossession::NotProven;
    if !is_same || !is_lost || job.reaching.handshake == probe::Way::Cleartext {
        return Ok(());
    }
    let lock = Foreign::path(new.path).line();
    let (host, port) = (Foreign::text(new.host).line(), new.port);
    if job.from.is_some() {
        let message = format!(
            "{lock} says that {host}:{port} proved that it holds its key, which a chain from a file \
             does not; nothing was replaced"
        );
        let hint = "write the lock to another file, or ask the server without `--from`";
        return Err(Failure::new(Exit::Untrusted, message).with_hint(Some(hint)));
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
    let locks = emissions
        .iter()
        .filter(|one| one.form.format().is_some_and(|format| format.name == "lock"))
        .filter_map(|one| one.path.as_deref());
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

/// What to do if a lock is not a file.
pub(crate) const TO_NAME_A_FILE: &str = "name a regular file as `lock` in the manifest";
