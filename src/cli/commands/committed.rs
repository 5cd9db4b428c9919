//! The files that `certgrab check` examines, with their role in the manifest.

use std::{io, path::Path};

use super::sync;
use crate::{
    check::{self, Examined, Terms},
    cli::{
        failure::{Exit, Failure},
        manifest,
        output::complain,
    },
    output::{bundle::Bundle, lock},
    stack,
    text::{bounded_file, foreign::Foreign},
    trust::store::Store,
};

/// A file with its role in the manifest.
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
        // Faults in the text of an unreadable lock are found as in any other file.
        let bundle = lock::read(&content, None).ok().filter(|_| lock::is_lock(&content));
        Ok(Self { examined, role: Role::Given(bundle.map(|bundle| (content, bundle))) })
    }
}

/// The files of `entry`; one that cannot be read does not hide findings in the others.
pub(crate) fn of_entry(
    entry: &manifest::Entry,
    exit: &mut Exit,
) -> Result<(Vec<File>, sync::Lock), Failure> {
    let lock = sync::read_lock(entry)?;
    let mut files = vec![File { examined: examine(&entry.lock)?, role: Role::Lock }];
    let rendered = sync::rendered(entry, &lock.bundle, &lock.name)?;
    for ((path, expected), (format, _)) in rendered.into_iter().zip(&entry.emit) {
        let Some((content, mut examined)) = reported(read_and_examine(path), exit) else {
            continue;
        };
        examined.stack = stack::reading(format.name).or(examined.stack);
        if content != expected {
            examined.find_stale(&entry.lock);
        }
        files.push(File { examined, role: Role::Generated });
    }
    for path in &entry.check {
        let by_hand = reported(examine(path), exit);
        files.extend(by_hand.map(|examined| File { examined, role: Role::ByHand }));
    }
    Ok((files, lock))
}

/// The value, or `None` after reporting the failure.
fn reported<T>(outcome: Result<T, Failure>, exit: &mut Exit) -> Option<T> {
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

/// Compares the lock, the generated files and those written by hand with the manifest.
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

/// Compares the facts in locks that were named on the command line with the stores. Which
/// certificates they should hold is unknown without a manifest.
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
