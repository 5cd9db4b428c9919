//! The files that `certgrab check` reads, with their role in the manifest.

use std::{path::Path, sync::Arc};

use super::reader::{self, Reader};
use crate::{
    check::{
        self, Command, Context, FileReport, Finding, Findings, Knowledge, Reading, Terms, Writer,
    },
    cli::{
        command_words,
        commands::{
            committed_lock,
            terms::{Asked, Wanted},
        },
        failure::Failure,
        manifest, output, readers,
    },
    output::{bundle::Bundle, lock},
    stack::{Stack, client::Device},
    text::{bounded_file, time::Time},
    trust::store::{self, MAX_ROOTS_BYTES, Store},
    x509::certificate::Certificate,
};

/// A file with its role in the manifest.
pub(crate) struct File {
    pub(crate) reading: Reading,
    /// Whether the user or the manifest names it, rather than its folder.
    pub(crate) is_named: bool,
    /// Who reads it.
    pub(super) readers: Vec<Reader>,
    role: Role,
}

enum Role {
    /// Named on the command line, or in a folder there; with its properties as a lock if it is one.
    Given(Option<GivenLock>),
    Lock,
    /// Made from the lock; with whether it matches the lock today.
    Generated {
        is_current: bool,
    },
    ByHand,
}

/// A lock that is not in the manifest of the run.
struct GivenLock {
    content: Vec<u8>,
    bundle: Result<Bundle, lock::Error>,
    /// What a manifest in a checked folder requires of it.
    wanted: Option<Arc<Wanted>>,
}

impl GivenLock {
    /// `content` as a lock, if it or a manifest says that it is one.
    fn of(content: &[u8], wanted: Option<Arc<Wanted>>) -> Option<Self> {
        if wanted.is_none() && !lock::is_lock(content) {
            return None;
        }
        let bundle = match &wanted {
            Some(wanted) => wanted.read(content),
            None => lock::read(content, None),
        };
        let content = if bundle.is_ok() { content.to_vec() } else { Vec::new() };
        Some(Self { content, bundle, wanted })
    }

    fn judge(&self, store: &Store) -> Findings {
        match (&self.bundle, &self.wanted) {
            (Err(error), _) => std::iter::once(check::unreadable_lock(error)).collect(),
            (Ok(bundle), Some(wanted)) => wanted.objections(&self.content, bundle, store),
            // Without a manifest it is not known which certificates a lock should hold.
            (Ok(bundle), None) => {
                check::objections_alone(&self.content, bundle, store).into_iter().collect()
            }
        }
    }
}

impl File {
    /// A file from the command line, or from a folder there, which may be the lock `wanted` of a
    /// manifest.
    pub(crate) fn given(
        path: &Path,
        content: &[u8],
        (is_named, wanted): (bool, Option<Arc<Wanted>>),
    ) -> Self {
        let reading = check::read(path, content);
        let role = Role::Given(GivenLock::of(content, wanted));
        Self { readers: vec![Reader::of(&reading, false)], reading, is_named, role }
    }

    /// The same, read again with what other files say about its constants.
    pub(crate) fn read_again(self, content: &[u8], context: &Context) -> Self {
        let reading = check::read_with(&self.reading.file, content, context);
        Self { readers: vec![Reader::of(&reading, false)], reading, ..self }
    }

    /// The same if the server is contacted as a device that the user names.
    pub(super) fn asked_as_named(self) -> Self {
        Self { readers: vec![Reader::of(&self.reading, true)], ..self }
    }

    /// Drops the findings about its form: it contains no certificates, and other files do.
    pub(crate) fn silence(&mut self) {
        self.reading.findings = Findings::default();
    }

    /// The commands in its findings, where `server` has what they say about the server.
    pub(crate) fn command(&self, server: &Command) -> Command {
        let writer = match self.role {
            Role::Lock | Role::Generated { .. } => server.writer,
            Role::Given(_) | Role::ByHand => Writer::User,
        };
        Command { writer, format: self.reading.format(), ..server.clone() }
    }

    /// The device's own certificate at `path`; `None` if it cannot be read, which is an error when the
    /// server is contacted with it.
    fn own(path: &Path) -> Option<Self> {
        let content = bounded_file::read_given(path, MAX_ROOTS_BYTES).ok()?;
        let first = store::chain_in(&content, path).ok()?.into_iter().next()?;
        let reading = check::reading_of_own(path, Certificate::from_der(&first).ok()?);
        Some(Self::of_manifest(reading, Vec::new(), Role::Given(None)))
    }

    /// A folder without certificates.
    pub(crate) fn empty(folder: &Path) -> Self {
        let reading = check::reading_of(folder, Vec::new());
        Self { readers: Vec::new(), reading, is_named: true, role: Role::Given(None) }
    }

    /// A file of a manifest.
    fn of_manifest(reading: Reading, readers: Vec<Reader>, role: Role) -> Self {
        Self { reading, readers, is_named: true, role }
    }

    /// The findings of the manifest and its stores about the file, in addition to `judged`; without a
    /// manifest, those from the file's own facts, and without a server, those from the stores.
    pub(crate) fn judge(
        &self,
        lock: Option<&committed_lock::Lock>,
        (terms, is_asked): (Option<&Terms<'_>>, bool),
        (store, judged): (&Store, &Findings),
    ) -> Findings {
        match (&self.role, lock, terms) {
            (Role::Given(given), ..) => {
                let is_of_manifest = given.as_ref().is_some_and(|given| given.wanted.is_some());
                let of_lock = given.as_ref().map(|given| given.judge(store)).unwrap_or_default();
                let found = of_lock.and(check::judge_stated(&self.reading, store));
                if is_asked || is_of_manifest {
                    return found;
                }
                let judged = judged.clone().and(found.clone());
                let action = check::TO_PASS;
                found.and(check::judge_handwritten(&self.reading, store, &judged, action))
            }
            (Role::Lock, Some(lock), Some(terms)) => {
                check::objections(&lock.content, &lock.bundle, terms).into_iter().collect()
            }
            (Role::Generated { is_current }, Some(lock), Some(terms)) => {
                let stale = (!is_current).then(|| check::stale(&lock.path));
                let found = check::judge_generated(&self.reading, &lock.bundle, terms);
                found.and(stale.into_iter().collect())
            }
            (Role::ByHand, _, Some(terms)) => {
                check::judge_handwritten(&self.reading, terms.store, judged, terms.if_right())
            }
            _ => Findings::default(),
        }
    }

    /// The finding about a lock that says `proven`, if the server did not prove it now.
    pub(crate) fn not_proven(&self, lock: Option<&committed_lock::Lock>) -> Findings {
        let objection = match (&self.role, lock) {
            (Role::Given(Some(GivenLock { content, bundle: Ok(bundle), .. })), _) => {
                check::no_longer_proven(content, bundle)
            }
            (Role::Lock, Some(lock)) => check::no_longer_proven(&lock.content, &lock.bundle),
            _ => None,
        };
        objection.into_iter().collect()
    }
}

/// What was read for a target of a manifest, and what could not be read.
pub(crate) struct Committed {
    /// The files, with the lock; `None` without a lock that can be read.
    pub(crate) files: Option<(Vec<File>, committed_lock::Lock)>,
    pub(crate) failures: Vec<Failure>,
}

impl Committed {
    /// The files of `entry`; one that cannot be read does not hide findings in the others.
    pub(crate) fn of_entry(entry: &manifest::Entry) -> Self {
        let mut failures = Vec::new();
        let files = read_all(entry, &mut failures).map_err(|failure| failures.push(failure)).ok();
        Self { files, failures }
    }
}

/// The findings in `lock` of `entry` as of `at`, without its server; `sync --locked` uses them too.
pub(crate) fn of_lock(
    entry: &manifest::Entry,
    lock: &committed_lock::Lock,
    store: &Store,
    at: Time,
) -> Vec<Finding> {
    let file = lock_file(entry, lock);
    let knowledge = Knowledge { store, at, horizon_days: 0 };
    let found = reader::judge(&file.reading, &file.readers, &[], &knowledge);
    let asked = Asked::of(&entry.job, &entry.job.targets[0], readers::asked(entry).len());
    let terms = asked.terms(store, None);
    let of_role = file.judge(Some(lock), (Some(&terms), false), (store, &found));
    let command = file.command(&command_words::of(&entry.job, entry.job.targets.first()));
    FileReport::of(file.reading, found.and(of_role)).with_command(&command).findings().to_vec()
}

/// The lock of `entry`, judged for the TLS stacks that read the files made from it.
fn lock_file(entry: &manifest::Entry, lock: &committed_lock::Lock) -> File {
    let device = entry.job.reaching.device;
    let stack = device.and_then(Device::stack);
    let readers = match readers::of_manifest(entry).as_slice() {
        [] => vec![Reader { stack, devices: vec![None] }],
        all => all.iter().map(|format| Reader::of_format(format, device)).collect(),
    };
    let reading = check::read_with(&lock.path, &lock.content, &Context::of_stack(stack));
    File::of_manifest(reading, readers, Role::Lock)
}

/// The files of `entry`, except those of `failures`.
fn read_all(
    entry: &manifest::Entry,
    failures: &mut Vec<Failure>,
) -> Result<(Vec<File>, committed_lock::Lock), Failure> {
    let lock = committed_lock::read_lock(entry)?;
    let device = entry.job.reaching.device;
    let stack = device.and_then(Device::stack);
    let mut files = vec![lock_file(entry, &lock)];
    let rendered = committed_lock::rendered(entry, &lock.bundle, &lock.name)?;
    for (output::File { path, data: expected, .. }, (format, _)) in
        rendered.into_iter().zip(&entry.emit)
    {
        let reader = Reader::of_format(format.name, device);
        if let Some((content, reading)) = kept(read(path, reader.stack), failures) {
            let role = Role::Generated { is_current: content == expected };
            files.push(File::of_manifest(reading, vec![reader], role));
        }
    }
    for path in &entry.check {
        let by_hand = kept(read(path, stack), failures);
        files.extend(by_hand.map(|(_, reading)| {
            let reader = Reader::of(&reading, device.is_some());
            File::of_manifest(reading, vec![reader], Role::ByHand)
        }));
    }
    files.extend(entry.job.reaching.client.certificate.as_deref().and_then(File::own));
    Ok((files, lock))
}

/// The value, or `None` and one more failure.
fn kept<T>(outcome: Result<T, Failure>, failures: &mut Vec<Failure>) -> Option<T> {
    outcome.map_err(|failure| failures.push(failure)).ok()
}

/// The bytes of a file, and what they hold for `stack`, if that is known.
fn read(path: &Path, stack: Option<&'static Stack>) -> Result<(Vec<u8>, Reading), Failure> {
    let content = bounded_file::read_given(path, check::MAX_FILE_BYTES)
        .map_err(|error| Failure::unreadable(path, error))?;
    let reading = check::read_with(path, &content, &Context::of_stack(stack));
    Ok((content, reading))
}
