//! Certificates that people already have, in any file.
//!
//! In: files, and what to judge them by. Out: a [`Bundle`] of their certificates, without a proof, and
//! the findings about them. The readers are those of `certgrab check`.

mod pkcs12;

use std::path::{Path, PathBuf};

use crate::{
    check::{self, Command, EmbeddedAnchor, FileReport, Finding, Knowledge, Severity, Writer},
    endpoint::Target,
    output::{
        bundle::{Bundle, Entry, KeyPossession, Role},
        lock,
    },
    text::{bounded_file, diagnostic::Diagnostic, foreign::Foreign, time::Time},
    trust::store::{self, Format, Store},
    x509::{certificate::Certificate, jks, private_key},
};

use super::{
    failure::{Exit, Failure},
    habits,
    warn::Named,
};

/// The passwords that are tried on PKCS #12 by default: none, and that of Java's truststores.
pub(crate) fn usual_passwords() -> Vec<String> {
    ["", "changeit"].map(str::to_owned).to_vec()
}

/// How files are read.
pub(crate) struct Terms<'a> {
    /// Where the certificates of names, keys and hashes are looked up.
    pub(crate) store: &'a Store,
    /// The time as of which dates are judged.
    pub(crate) at: Time,
    /// The passwords to try on PKCS #12.
    pub(crate) passwords: Vec<String>,
    /// The server that the certificates are for, if the user names one.
    pub(crate) host: Option<&'a Target>,
    /// Where the files were named.
    pub(crate) named: Named,
}

/// What was read.
pub(crate) struct Converted {
    /// The certificates.
    pub(crate) bundle: Bundle,
    /// Sentences about them, each with its file.
    pub(crate) warnings: Vec<String>,
}

/// Days until the horizon, as in `certgrab check`.
pub(crate) const HORIZON_DAYS: u16 = 90;

/// What conversion fixes: it concerns the old form, not the certificates.
const OF_THE_FORM: [&str; 14] = [
    "der-trailing-bytes",
    "pem-indented",
    "pem-label",
    "pem-literal-newline",
    "pem-no-line-ends",
    "pem-no-newline",
    "pem-no-nul",
    "pem-nul-counted",
    "pem-nul-not-counted",
    "size-of-pointer",
    "stale",
    "utf-16",
    "wrong-form",
    "anchor-unknown",
];

/// Codes that mean that a certificate of the file is lost.
const DAMAGED: [&str; 3] = ["der-damaged", "no-certificate", "pem-damaged"];

impl Named {
    /// What to do about PKCS #12 with another password.
    const fn to_open(self) -> &'static str {
        match self {
            Self::OnTheCommandLine => {
                "pass the file's password: `certgrab convert FILE --password-file FILE`"
            }
            Self::InTheManifest => {
                "convert it with `certgrab convert FILE --password-file FILE --emit pem=ca.pem`, and \
                 name that file in `from`"
            }
        }
    }

    /// What to do about a hash, or a name and a key, whose certificate is not known.
    const fn to_know(self) -> &'static str {
        match self {
            Self::OnTheCommandLine => "pass the certificate with `--roots FILE`",
            Self::InTheManifest => "name a file with the certificate itself in `from`",
        }
    }
}

/// Reads `files` into one bundle; a certificate in several files is written once.
pub(crate) fn read(files: &[PathBuf], terms: &Terms<'_>) -> Result<Converted, Failure> {
    let mut converted = Converted { bundle: empty(terms.host), warnings: Vec::new() };
    for file in files {
        let content = content_of(file)?;
        let path = shown_path(file);
        if private_key::holds(&content) {
            let file = Foreign::path(&path).line();
            converted.warnings.push(format!("{file}: its private key is not written"));
        }
        if let [_] = files
            && lock::is_lock(&content)
        {
            converted.bundle = of_lock(&path, &content, terms)?;
            converted.warnings.extend(warnings(&judged(&path, &content, terms)?, terms)?);
            return Ok(converted);
        }
        let report = judged(&path, &content, terms)?;
        refuse_other_blocks(&path, &content, &report)?;
        converted.warnings.extend(warnings(&report, terms)?);
        if report.holds_own {
            let file = Foreign::path(&path).line();
            converted.warnings.push(format!("{file}: the device's own certificate is not written"));
        }
        for anchor in &report.anchors {
            add(&mut converted.bundle, &path, anchor, terms)?;
        }
    }
    Ok(converted)
}

/// An empty bundle for `host`.
fn empty(host: Option<&Target>) -> Bundle {
    // With a server, the certificates can be found again by contacting it while trusting the file.
    let options = host.map_or(Vec::new(), |_| ["--roots", "FILE"].map(Foreign::text).to_vec());
    Bundle {
        host: host.map(Target::host).unwrap_or_default(),
        port: host.map_or(0, Target::port),
        path: None,
        entries: Vec::new(),
        key_possession: KeyPossession::NotProven,
        options,
    }
}

/// The bundle of a lock, which names its server itself.
fn of_lock(path: &Path, content: &[u8], terms: &Terms<'_>) -> Result<Bundle, Failure> {
    let bundle = lock::read(content, None)
        .map_err(|error| Failure::unreadable(path, &error).with_hint(error.hint()))?;
    match terms.host {
        Some(host) if host.host() != bundle.host || host.port() != bundle.port => {
            let (file, named) =
                (Foreign::path(path).line(), Foreign::text(&bundle.target()).line());
            let message = format!("{file} is the lock of {named}; expected one of {host}");
            Err(Failure::usage(message, "leave out `--host`: a lock names its server"))
        }
        _ => Ok(bundle),
    }
}

fn content_of(file: &Path) -> Result<Vec<u8>, Failure> {
    let content = match file == Path::new("-") {
        true => bounded_file::read_stream(std::io::stdin().lock(), check::MAX_FILE_BYTES),
        false => bounded_file::read_given(file, check::MAX_FILE_BYTES),
    };
    content.map_err(|error| {
        let hint = file.to_str().and_then(|word| habits::server_for_a_file(word, "convert"));
        Failure::unreadable(&shown_path(file), error).with_hint(hint)
    })
}

/// The name of `file` in messages and comments.
fn shown_path(file: &Path) -> PathBuf {
    if file == Path::new("-") { PathBuf::from("standard input") } else { file.to_owned() }
}

/// What `content` holds, and the findings about it.
fn judged(path: &Path, content: &[u8], terms: &Terms<'_>) -> Result<FileReport, Failure> {
    let reading = match Format::of(content) {
        Some(Format::Pkcs12) => check::reading_of(path, of_pkcs12(path, content, terms)?),
        Some(Format::JavaKeyStore) => {
            let store = jks::read(content)
                .ok_or_else(|| Failure::unreadable(path, "a damaged Java key store"))?;
            check::reading_of(path, store.certificates)
        }
        _ => match whole_length(content) {
            Some(whole) if whole > content.len() => {
                let (file, found) = (Foreign::path(path).line(), content.len());
                let message = format!("{file} is cut off: expected {whole} bytes, found {found}");
                return Err(Failure::new(Exit::File, message));
            }
            _ => check::read(path, content),
        },
    };
    let knowledge = Knowledge { store: terms.store, at: terms.at, horizon_days: HORIZON_DAYS };
    let found = check::lint(&reading, &knowledge);
    Ok(FileReport::of(reading, found))
}

/// Refuses a file whose PEM blocks are all something else: a request, a key.
fn refuse_other_blocks(path: &Path, content: &[u8], report: &FileReport) -> Result<(), Failure> {
    let is_empty = report.findings().iter().any(|finding| finding.code == "no-certificate");
    let labels = if is_empty { store::other_labels(content) } else { Vec::new() };
    let Some(first) = labels.first() else { return Ok(()) };
    let (file, label) = (Foreign::path(path).line(), first.line());
    let hint = match first.whole() {
        label if label.ends_with("PRIVATE KEY") => "name the file with its certificate",
        label if label.ends_with("CERTIFICATE REQUEST") => {
            "name the file with the certificate that the CA issued for it"
        }
        _ => "name a file with a certificate",
    };
    let message = format!("{file}: expected a certificate, found only a block labelled `{label}`");
    Err(Failure::file(message, hint))
}

/// The length of the file that begins as a long SEQUENCE of DER (X.690 section 8.1.3.5), by its
/// header.
fn whole_length(content: &[u8]) -> Option<usize> {
    const SEQUENCE: u8 = 0x30;
    let (count, rest) = match content {
        [SEQUENCE, count @ 0x82..=0x84, rest @ ..] => (usize::from(count & 0x7f), rest),
        _ => return None,
    };
    let length = rest.get(..count)?.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
    Some(2 + count + length)
}

fn of_pkcs12(path: &Path, content: &[u8], terms: &Terms<'_>) -> Result<Vec<Certificate>, Failure> {
    pkcs12::read(content, &terms.passwords).map_err(|problem| {
        let file = Foreign::path(path).line();
        let (message, hint) = match problem {
            pkcs12::Problem::Password => (
                format!("the password does not open {file}"),
                Some(terms.named.to_open().to_owned()),
            ),
            pkcs12::Problem::TooLong => {
                let most = pkcs12::MAX_TIME.as_secs();
                (format!("cannot read {file}: opening it takes more than {most} seconds"), None)
            }
            pkcs12::Problem::Unreadable(problem) => {
                (format!("cannot read {file}: {}", Foreign::text(&problem).line()), None)
            }
        };
        Failure::new(Exit::File, message).with_hint(hint)
    })
}

/// The findings about the certificates of a file with what to do, or why they are not converted.
fn warnings(report: &FileReport, terms: &Terms<'_>) -> Result<Vec<String>, Failure> {
    let file = Foreign::path(&report.file).line();
    let writer = match terms.named {
        Named::OnTheCommandLine => Writer::User,
        Named::InTheManifest => Writer::SyncOfFiles,
    };
    let target = terms.host.map(ToString::to_string);
    let command = Command { target, writer, ..Command::default() };
    let with_line = |finding: &Finding| match finding.place.line {
        1 => format!("{file}: {}", finding.message),
        line => format!("{file}, line {line}: {}", finding.message),
    };
    let is = |codes: &[&str], finding: &Finding| codes.contains(&finding.code);
    if let Some(lost) = report.findings().iter().find(|finding| is(&DAMAGED, finding)) {
        return Err(Failure::new(Exit::File, with_line(lost)));
    }
    let worth_a_warning =
        |finding: &&Finding| finding.severity > Severity::Note && !is(&OF_THE_FORM, finding);
    let with_action = |finding: &Finding| match &finding.action {
        None => with_line(finding),
        Some(action) => format!("{}; {}", with_line(finding), command.fill(action)),
    };
    Ok(report.findings().iter().filter(worth_a_warning).map(with_action).collect())
}

/// Adds the certificate that `anchor` stands for.
fn add(
    bundle: &mut Bundle,
    path: &Path,
    anchor: &EmbeddedAnchor,
    terms: &Terms<'_>,
) -> Result<(), Failure> {
    let known = match anchor.fingerprint {
        Some(fingerprint) => terms.store.pinned(fingerprint).map(|root| root.certificate),
        None => anchor.resolved(terms.store),
    };
    let certificate = known.ok_or_else(|| {
        let what = match anchor.fingerprint {
            Some(_) => "a hash",
            None => "a name and a key",
        };
        let message = format!(
            "{}, line {}: {what} without its certificate, which Mozilla's store does not have",
            Foreign::path(path).line(),
            anchor.place.line
        );
        Failure::file(message, terms.named.to_know())
    })?;
    if bundle.entries.iter().any(|entry| entry.certificate == certificate) {
        return Ok(());
    }
    let is_leaf = !certificate.is_self_issued() && !certificate.extensions().is_authority;
    let role = match bundle.entries.iter().any(|entry| entry.role == Role::Anchor) {
        _ if is_leaf => Role::Leaf,
        false => Role::Anchor,
        true => Role::Backup,
    };
    bundle.entries.push(Entry {
        certificate,
        role,
        source: Foreign::path(path),
        reason: None,
        lasts_until: None,
        needed_by: Vec::new(),
    });
    Ok(())
}
