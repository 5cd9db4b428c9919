//! Whether a file may be replaced: every command that writes checks this for every file.
//!
//! In: the path, and what is to be written there. Out: a refusal that says what was found, if replacing
//! it would lose something. An empty file, a placeholder, a file that certgrab wrote for the same purpose, and
//! certificates alone, no more than the new file has, may be replaced; everything else stays until the user
//! removes it.

mod reports;

use std::{io, path::Path};

use crate::{
    check,
    cli::{failure::Failure, stream},
    output::{
        emit::{self, Change, Format},
        lock::{self, Lost},
    },
    text::{bounded_file, foreign::Foreign},
    x509::{certificate::Certificate, private_key},
};

/// The most bytes of an existing file that are examined: 16 MiB, as for files of roots.
const MAX_PRESENT_BYTES: usize = crate::trust::store::MAX_ROOTS_BYTES;

/// What to do about a file that is not replaced.
const TO_REMOVE: &str = "remove or rename that file first, or name another one";
const TO_MOVE_CHANGES: &str =
    "move your changes to a file of your own, since this one is written whole";

/// What to do about the earlier output of a template without a checksum.
const TO_ADD_A_CHECKSUM: &str = "remove that file first; with a comment `Checksum: {{ checksum }}` in \
                                 the template, certgrab replaces its output while nobody changes it";

/// What is to be written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// Certificates in a format, including locks.
    Certificates(Format),
    /// The same for a file that only has certificates of the lock in its manifest, which may have been more.
    Synced(Format),
    /// The lock of a manifest.
    Lock,
    /// The anchor of the lab's test CA.
    LabAnchor,
    /// A secret of the user that nobody else may read; it was checked before.
    Secret,
    /// A report or a document.
    Report,
    /// The output of a user's template.
    Template,
    /// The device's own certificate and private key, which only replaces files of its kind.
    Identity,
    /// A file of a project or a build that was compared with what is there, or that the user asked to
    /// overwrite.
    Overwrite,
}

/// Refuses to write `content` to `path` if something would be lost. `new` is what is to be written,
/// once it is known.
pub(crate) fn refuse_loss(
    path: &Path,
    content: Content,
    new: Option<&[u8]>,
) -> Result<(), Failure> {
    // Data is appended to a stream, and what is not a regular file is refused when it is written.
    let is_same = |new| bounded_file::holds(path, new).unwrap_or(false);
    if stream::named(path).is_some() || !path.is_file() || new.is_some_and(is_same) {
        return Ok(());
    }
    refuse_read_only(path)?;
    let to_move = match content {
        Content::Certificates(format) if format.name == "lock" => Some(TO_MOVE_OUTPUT),
        Content::Lock => Some(TO_MOVE),
        _ => None,
    };
    if let Some(to_move) = to_move {
        refuse_unless_lock(path, to_move)?;
    }
    let Some(present) = read_present(path)? else { return Ok(()) };
    if private_key::holds(&present) {
        return Err(refused(path, "would lose a private key", TO_REMOVE));
    }
    if to_move.is_some() {
        return refuse_fewer(path, &present, new);
    }
    let whole = emit::text_of(&present);
    let text = whole.as_deref();
    if text.is_some_and(is_placeholder) {
        return Ok(());
    }
    let changed = emit::change_in(&present);
    let is_alone = || changed.is_none() && are_certificates(path, &present);
    let (is_own, expected) = match content {
        Content::Overwrite | Content::Secret | Content::Lock => return Ok(()),
        Content::Certificates(format) | Content::Synced(format) => (
            emit::is_own(&present, format) || is_alone(),
            "a file that certgrab wrote, or certificates alone",
        ),
        Content::Identity => (false, "no file, or the same certificate and key"),
        Content::LabAnchor => {
            (new.is_none_or(|new| have_one_subject(&present, new)), "an anchor of `certgrab lab`")
        }
        Content::Report => (text.is_some_and(reports::is_own), "a report that certgrab wrote"),
        Content::Template => (
            emit::is_unchanged(&present) || is_alone(),
            "a file with the checksum of certgrab, or certificates alone",
        ),
    };
    if is_own {
        let is_other = matches!(content, Content::Synced(_) | Content::Report | Content::LabAnchor);
        return if is_other { Ok(()) } else { refuse_fewer(path, &present, new) };
    }
    let (found, hint) = match changed {
        Some(change) => (words_of(change), TO_MOVE_CHANGES),
        None if matches!(content, Content::Template) => (found(path, &present), TO_ADD_A_CHECKSUM),
        None => (found(path, &present), TO_REMOVE),
    };
    Err(refused(path, &format!("is not replaced: expected {expected}, found {found}"), hint))
}

/// Refuses to replace several certificates by fewer ones, `new` if that is known: they may be a bundle of the
/// user. A lock, and a text with its checksum, are certgrab's.
fn refuse_fewer(path: &Path, present: &[u8], new: Option<&[u8]>) -> Result<(), Failure> {
    let count = |content| {
        let anchors = check::read(path, content).anchors;
        let sha256 =
            |one: &check::EmbeddedAnchor| Some(one.certificate.as_ref()?.sha256().to_string());
        let mut certificates: Vec<_> = anchors.iter().filter_map(sha256).collect();
        certificates.sort_unstable();
        certificates.dedup();
        if certificates.is_empty() { anchors.len() } else { certificates.len() }
    };
    let Some(new) = new else { return Ok(()) };
    if lock::is_lock(present) || emit::is_unchanged(present) {
        return Ok(());
    }
    let present = count(present);
    if present < 2 || count(new) >= present {
        return Ok(());
    }
    let why = format!("is not replaced: it has {present} certificates, and the new file fewer");
    Err(refused(path, &why, TO_REMOVE))
}

/// Whether the file at `path` has no other certificates than `known`. A hash or a key is not compared.
pub(crate) fn has_only(path: &Path, known: &[&Certificate]) -> bool {
    let Ok(Some(present)) = read_present(path) else { return false };
    let anchors = check::read(path, &present).anchors;
    let mut certificates = anchors.iter().filter_map(|one| one.certificate.as_ref());
    certificates.all(|one| known.contains(&one))
}

fn words_of(change: Change) -> String {
    match change {
        Change::Line(line) => format!("other text than certgrab wrote, line {line}"),
        Change::Value => "other values than certgrab wrote, which its checksum shows".to_owned(),
        Change::NoChecksum => "a file of certgrab without its line `Checksum:`".to_owned(),
    }
}

/// What `path` holds; `None` if the file no longer exists.
fn read_present(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match bounded_file::read(path, MAX_PRESENT_BYTES) {
        Ok(present) => Ok(Some(present)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let why = format!("is not replaced: cannot read it: {error}");
            Err(refused(path, &why, TO_REMOVE))
        }
    }
}

/// Refuses a link at `path` to `place` outside its `folder`, where no file exists: following it would
/// create a file that the user did not name.
pub(crate) fn refuse_dangling(path: &Path, place: &Path, folder: &Path) -> Result<(), Failure> {
    if !path.is_symlink() || place.exists() || place.starts_with(folder) {
        return Ok(());
    }
    let leads_to = Foreign::path(place).line();
    let why = format!("is a symbolic link to {leads_to}, which does not exist");
    Err(refused(path, &why, "remove the link, or name that file itself"))
}

/// Refuses to replace a file without write permission: it is protected on purpose.
fn refuse_read_only(path: &Path) -> Result<(), Failure> {
    match path.metadata() {
        Ok(facts) if facts.permissions().readonly() => {
            let hint = "make the file writable first, or name another one";
            Err(refused(path, "is not replaced: it is read-only", hint))
        }
        _ => Ok(()),
    }
}

/// Whether `text` is empty or one comment on one line, as in projects whose file has not been generated
/// yet.
fn is_placeholder(text: &str) -> bool {
    let is_block = |text: &str| text.find("*/").is_some_and(|end| end + "*/".len() == text.len());
    text.is_empty()
        || !text.contains('\n')
            && (text.starts_with("//") || text.strip_prefix("/*").is_some_and(is_block))
}

/// Whether `present` holds only certificates: in PEM, in DER, or as the constants of a source.
fn are_certificates(path: &Path, present: &[u8]) -> bool {
    emit::are_certificates(present) || check::other(path, present).is_none()
}

/// Whether both are one certificate with the same subject, as those of the lab are.
fn have_one_subject(present: &[u8], new: &[u8]) -> bool {
    let subject = |pem: &[u8]| {
        let [one] = &pem::parse_many(pem).ok()?[..] else { return None };
        let certificate = Certificate::from_der(one.contents()).ok()?;
        Some(certificate.subject().text().line())
    };
    emit::are_certificates(present) && subject(present).is_some_and(|one| Some(one) == subject(new))
}

/// What is in a file that is not replaced. Its content is not repeated: it may hold secrets.
fn found(path: &Path, present: &[u8]) -> String {
    let Some(text) = emit::text_of(present) else {
        let has_certificates = !check::read(path, present).anchors.is_empty();
        let words = if has_certificates { "certificates with other data" } else { "binary data" };
        return words.to_owned();
    };
    if lock::is_lock(present) {
        return "a certgrab lock".to_owned();
    }
    if text.lines().any(|line| line.trim() == "[[target]]") {
        return "a certgrab manifest".to_owned();
    }
    if reports::is_own(&text) {
        return "a report of certgrab".to_owned();
    }
    if emit::are_certificates(present) {
        return "certificates".to_owned();
    }
    match check::other(path, present) {
        None => "certificates".to_owned(),
        Some(check::Other::At(what, line)) => format!("{what}, line {line}"),
        Some(check::Other::Everything) => "other text".to_owned(),
    }
}

/// Refuses to replace with a lock what a refresh of a lock does not restore.
pub(crate) fn refuse_unless_lock(path: &Path, to_move: &str) -> Result<(), Failure> {
    match bounded_file::read(path, lock::MAX_LOCK_BYTES) {
        Ok(content) => match lock::loss(&content) {
            None => Ok(()),
            Some(loss) => {
                let hint = match loss.what {
                    Lost::Merge => "resolve the merge conflict first",
                    Lost::Version(_) => "use the certgrab version that wrote it, or a newer one",
                    Lost::Comment | Lost::Text if lock::is_lock(&content) => {
                        "a lock is written whole: move that to the manifest or to a file of your own"
                    }
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

/// What to do with a file that must not be lost, in a manifest and on the command line.
pub(crate) const TO_MOVE: &str = "name another file in the manifest, or move this one away";
const TO_MOVE_OUTPUT: &str = "name another file, or move or delete this one";

pub(crate) fn refused(path: &Path, why: &str, hint: &str) -> Failure {
    let shown = Foreign::path(path).line();
    Failure::file(format!("{shown} {why}"), hint)
}
