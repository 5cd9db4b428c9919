//! Whether a file may be replaced: every command that writes checks this for every file.
//!
//! In: the path, and what is to be written there. Out: a refusal that says what was found, if replacing
//! it would lose something. An empty file, a placeholder, a file that certgrab wrote for the same
//! purpose, and certificates alone may be replaced; everything else stays until the user removes it.

mod reports;

use std::{io, path::Path};

use crate::{
    check,
    cli::{
        failure::{Exit, Failure},
        stream,
    },
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
    if stream::named(path).is_some() || !path.is_file() {
        return Ok(());
    }
    if let Some(new) = new
        && bounded_file::holds(path, new).unwrap_or(false)
    {
        return Ok(());
    }
    refuse_read_only(path)?;
    match content {
        Content::Certificates(format) if format.name == "lock" => {
            return refuse_unless_lock(path, TO_MOVE_OUTPUT);
        }
        Content::Lock => return refuse_unless_lock(path, TO_MOVE),
        _ => {}
    }
    let Some(present) = read_present(path)? else { return Ok(()) };
    if private_key::holds(&present) {
        return Err(refused(path, "would lose a private key", TO_REMOVE));
    }
    let whole = emit::text_of(&present);
    let text = whole.as_deref();
    if text.is_some_and(is_placeholder) {
        return Ok(());
    }
    let changed = emit::change_in(&present);
    let (is_own, expected) = match content {
        Content::Overwrite | Content::Secret | Content::Lock => return Ok(()),
        Content::Certificates(format) => (
            changed.is_none()
                && (emit::is_own(&present, format) || are_certificates(path, &present)),
            "a file that certgrab wrote, or certificates alone",
        ),
        Content::Identity => (false, "no file, or the same certificate and key"),
        Content::LabAnchor => {
            (new.is_none_or(|new| have_one_subject(&present, new)), "an anchor of `certgrab lab`")
        }
        Content::Report => (text.is_some_and(reports::is_own), "a report that certgrab wrote"),
        Content::Template => (
            changed.is_none() && (emit::is_unchanged(&present) || are_certificates(path, &present)),
            "a file with the checksum of certgrab, or certificates alone",
        ),
    };
    if is_own {
        return Ok(());
    }
    let is_template = matches!(content, Content::Template);
    let (found, hint) = match changed {
        Some(change) => (words_of(change), TO_MOVE_CHANGES),
        None if is_template => (found(path, &present), TO_ADD_A_CHECKSUM),
        None => (found(path, &present), TO_REMOVE),
    };
    Err(refused(path, &format!("is not replaced: expected {expected}, found {found}"), hint))
}

fn words_of(change: Change) -> String {
    match change.line {
        Some(line) => format!("other text than certgrab wrote, line {line}"),
        None => "other values than certgrab wrote, which its checksum shows".to_owned(),
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
    let text = text.trim();
    let is_block = |text: &str| text.find("*/").is_some_and(|end| end + "*/".len() == text.len());
    text.is_empty()
        || text.lines().count() == 1
            && (text.starts_with("//") || text.strip_prefix("/*").is_some_and(is_block))
}

/// Whether `present` holds only certificates: in PEM, in DER, or as the constants of a source.
fn are_certificates(path: &Path, present: &[u8]) -> bool {
    emit::are_certificates(present) || check::other_line(path, present).is_none()
}

/// Whether both are certificates with the same subject, as those of the lab are.
fn have_one_subject(present: &[u8], new: &[u8]) -> bool {
    let subject = |pem: &[u8]| {
        let certificate = Certificate::from_der(pem::parse(pem).ok()?.contents()).ok()?;
        Some(certificate.subject().text().line())
    };
    emit::are_certificates(present) && subject(present).is_some_and(|one| Some(one) == subject(new))
}

/// What is in a file that is not replaced. Its content is not repeated: it may hold secrets.
fn found(path: &Path, present: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(present) else { return "binary data".to_owned() };
    if lock::is_lock(present) {
        return "a certgrab lock".to_owned();
    }
    if text.lines().any(|line| line.trim() == "[[target]]") {
        return "a certgrab manifest".to_owned();
    }
    if reports::is_own(text) {
        return "a report of certgrab".to_owned();
    }
    if emit::are_certificates(present) {
        return "certificates".to_owned();
    }
    match check::other_line(path, present) {
        None => "certificates".to_owned(),
        Some(line) if text.contains("-----BEGIN CERTIFICATE-----") => {
            format!("more than certificates, line {line}")
        }
        Some(_) => "other text".to_owned(),
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
    Failure::new(Exit::File, format!("{shown} {why}")).with_hint(Some(hint))
}
