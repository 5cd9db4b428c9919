//! The files that `certgrab check` looks at, and what a manifest has them for.

use std::{io, path::Path};

use super::sync;
use crate::{
    check::{self, Examined, Terms},
    cli::{Exit, Failure, complain, manifest},
    output::{bundle::Bundle, lock},
    stack::consumer,
    text::{bounded_file, foreign::Foreign},
    trust::store::Store,
};

/// A file with what a manifest has it for.
pub(crate) struct File {
    pub(crate) examined: Examined,
    role: Role,
}

enum Role {
    /// Named on the command line; with its bytes and its certificates if it is a lock.
    Given(Option<(Vec<u8>, Bundle)>),
    Lock,
    /// Made from the lock.
    Generated,
    ByHand,
}

impl File {
    /// A file from the command line.
    pub(crate) fn given(path: &Path) -> Result<Self, Failure> {
        let (content, examined) = read_and_examine(path)?;
        // What is wrong with the text of a lock that cannot be read is found like in any file.
        let bundle = lock::read(&content, None).ok().filter(|_| lock::is_lock(&content));
        Ok(Self { examined, role: Role::Given(bundle.map(|bundle| (content, bundle))) })
    }
}

/// The files of `entry`; one that cannot be read does not hide what is found in the others.
pub(crate) fn of_entry(
    entry: &manifest::Entry,
    exit: &mut Exit,
) -> Result<(Vec<File>, sync::Lock), Failure> {
    let lock = sync::read_lock(entry)?;
    let mut files = vec![File { examined: examine(&entry.lock)?, role: Role::Lock }];
    let rendered = sync::rendered(entry, &lock.bundle, &lock.name)?;
    for ((path, wanted), (format, _)) in rendered.into_iter().zip(&entry.emit) {
        let Some((content, mut examined)) = told(read_and_examine(path), exit) else { continue };
        examined.consumer = consumer::reading(format.name).or(examined.consumer);
        if content != wanted {
            examined.find_stale(&entry.lock);
        }
        files.push(File { examined, role: Role::Generated });
    }
    for path in &entry.check {
        let by_hand = told(examine(path), exit);
        files.extend(by_hand.map(|examined| File { examined, role: Role::ByHand }));
    }
    Ok((files, lock))
}

/// What came out, or `None` once the failure was told.
fn told<T>(outcome: Result<T, Failure>, exit: &mut Exit) -> Option<T> {
    outcome
        .inspect_err(|failure| {
            complain(failure);
            *exit = exit.worse(failure.exit);
        })
        .ok()
}

fn examine(path: &Path) -> Result<Examined, Failure> {
    read_and_examine(path).map(|(_, examined)| examined)
}

fn read_and_examine(path: &Path) -> Result<(Vec<u8>, Examined), Failure> {
    let shown = Foreign::text(&path.display().to_string()).line();
    let failed =
        |error: io::Error| Failure::new(Exit::File, format!("cannot read {shown}: {error}"));
    let content = bounded_file::read_given(path, check::MAX_FILE_BYTES).map_err(failed)?;
    let examined = check::examine(path, &content);
    Ok((content, examined))
}

/// Holds the lock, what was made from it and what was written by hand against the manifest.
pub(crate) fn hold(files: &mut [File], lock: &sync::Lock, terms: &Terms<'_>) {
    for File { examined, role } in files {
        match role {
            Role::Given(_) => {}
            Role::Lock => {
                let objections = check::objections(&lock.content, &lock.bundle, terms);
                examined.find_objections(objections);
            }
            Role::Generated => check::hold_generated(examined, &lock.bundle, terms),
            Role::ByHand => check::hold_by_hand(examined, terms.store),
        }
    }
}

/// Holds locks that were named on the command line against the stores: what they say, and not what
/// they hold, since no manifest says what they should.
pub(crate) fn hold_alone(files: &mut [File], store: &Store) {
    for File { examined, role } in files {
        if let Role::Given(Some((content, bundle))) = role {
            examined.find_objections(check::objections_alone(content, bundle, store));
        }
    }
}

/// Adds to each lock that says `proven` that the server, asked now, did not prove it.
pub(crate) fn hold_possession(files: &mut [File], lock: Option<&sync::Lock>) {
    for File { examined, role } in files {
        let objection = match (role, lock) {
            (Role::Given(Some((content, bundle))), _) => check::no_longer_proven(content, bundle),
            (Role::Lock, Some(lock)) => check::no_longer_proven(&lock.content, &lock.bundle),
            _ => None,
        };
        examined.find_objections(objection.into_iter().collect());
    }
}
