//! Are committed constants sound, and do they still open the door?
//!
//! ```text
//!  file ─▶ source ─▶ hold ─▶ lints ─▶ ask ─▶ output
//!  bytes   Constant  Examined  Finding         text, JSON, SARIF, JUnit
//! ```
//!
//! In: files as people have them, written by certgrab or by hand. Out: [`Finding`]s, each with a
//! stable code, a place, a sentence and what to do. Nothing is executed or compiled: a file is
//! read for the constants it holds, in the way of its language.
//!
//! ```
//! use certgrab::{check, text::time::Time, trust::store::Store};
//!
//! let file = std::path::Path::new("ca.h");
//! let content = b"const char ca[] = \"-----BEGIN CERTIFICATE-----\\n\";";
//! let mut examined = check::examine(file, content);
//! let store = Store::mozilla();
//! let knowledge = check::Knowledge { store: &store, at: Time::now(), horizon_days: 90 };
//! check::lint(&mut examined, &knowledge);
//! assert_eq!(examined.findings[0].code, "pem-damaged");
//! ```

mod against_server;
mod anchors;
mod bare_anchor;
mod call_site;
mod checked;
mod claims;
mod client_certificate;
mod der_form;
mod encoding;
mod lints;
mod lock_today;
mod pem_text;
mod source;
mod trust;

pub mod output;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::{
    stack::Stack,
    text::{foreign::Foreign, time::Time},
    trust::store::Store,
    x509::certificate::Certificate,
};

pub use self::against_server::ask;
pub use self::anchors::Held;
pub use self::bare_anchor::Key;
pub use self::checked::MAX_SIGNATURE_CHECKS;
pub use self::claims::{Objection, objections, objections_alone};
pub use self::lints::{lint, note_unknown};
pub use self::lock_today::{expired_anchors, no_longer_proven};
pub use self::trust::{Terms, hold_by_hand, hold_generated};

/// The most bytes one file may have: 16 MiB, as for files of roots.
pub const MAX_FILE_BYTES: usize = crate::trust::store::MAX_ROOTS_BYTES;

/// The most fingerprints that are read in one file, as many as a store has roots: each is compared
/// with all of them.
pub const MAX_FINGERPRINTS: usize = crate::trust::store::MAX_ROOTS;

/// The most findings of one file: nobody reads more, and a file of 16 MiB can have millions.
pub const MAX_FINDINGS: usize = 10_000;

/// Something that the owner of a constant should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: PathBuf,
    /// The line in it, from 1.
    pub line: usize,
    /// How much it matters.
    pub severity: Severity,
    /// A short stable name; [`CODES`] explains each.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do, if that is known.
    pub action: Option<String>,
}

/// How much a finding matters, and so how the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know; nothing has to be done.
    Note,
    /// It works today, and something has to be done before the horizon.
    Warning,
    /// It does not work.
    Error,
}

/// What findings are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    /// The roots that the user trusts.
    pub store: &'a Store,
    /// The time of judgement.
    pub at: Time,
    /// Days until the horizon: what ends before is a warning today.
    pub horizon_days: u16,
}

/// A file, what it holds and what is to be said of it.
#[derive(Debug, Clone)]
pub struct Examined {
    /// The file.
    pub file: PathBuf,
    /// The TLS stack that reads it, if anything tells: the code around the constants does, or the
    /// format in which they were written.
    pub stack: Option<&'static Stack>,
    /// Whether certgrab wrote it, as it says itself: then a reader gets all its anchors together.
    pub is_generated: bool,
    /// The anchors in it, in the order of the file.
    pub held: Vec<Held>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Findings past [`MAX_FINDINGS`], which are counted and not kept.
    pub more: usize,
    /// The worst of those.
    worst_of_more: Option<Severity>,
    /// The lines and codes of the findings.
    found: HashSet<(usize, &'static str)>,
}

/// Every code with what it means, sorted by name. Codes do not change.
pub const CODES: &[(&str, &str)] = &[
    ("anchor-changed", "certgrab would choose a different anchor today"),
    ("anchor-unknown", "the certificate behind a name and key, or behind a hash, is not known"),
    (
        "bad-signature",
        "the certificate is not signed by its stated issuer: it is forged or corrupted",
    ),
    (
        "cross-sign-needed",
        "the constant verifies the server only while the server sends a cross-signed certificate",
    ),
    ("cross-signed", "a cross-signed certificate instead of the self-signed root"),
    ("der-damaged", "bytes that begin like a DER certificate but cannot be decoded"),
    ("der-several", "several concatenated DER certificates, of which readers use only the first"),
    ("der-trailing-bytes", "bytes after the end of a DER certificate"),
    ("expired", "the certificate has expired"),
    ("expires-soon", "the certificate expires before the horizon"),
    ("intermediate", "an intermediate instead of a root"),
    ("leaf", "a leaf certificate instead of a root"),
    ("leaves-soon", "the root is scheduled to leave Mozilla's store before the horizon"),
    (
        "lock-differs",
        "a lock does not match its manifest, or a file has certificates that are not in its lock",
    ),
    ("lock-untrue", "a statement in a lock is false"),
    ("lookalike-root", "the certificate has the name of a public root but a different key"),
    ("next-root", "other roots of the same CA, which future certificates may chain to"),
    ("no-certificate", "the file contains no readable anchor"),
    (
        "not-proven",
        "the server did not prove possession of its key when the lock was written, or does not now",
    ),
    ("not-yet-valid", "the certificate is not valid yet"),
    ("pem-damaged", "a PEM block that cannot be decoded"),
    ("pem-indented", "indented lines in a PEM block"),
    ("pem-label", "a PEM block with a label that the TLS stack does not recognize"),
    ("pem-literal-newline", "a literal backslash and `n` in a PEM block instead of a line break"),
    ("pem-no-line-ends", "a PEM block whose boundaries are not on their own lines"),
    ("pem-no-newline", "no line break after the last boundary of a PEM block"),
    ("pem-no-nul", "PEM without the terminating NUL that the function requires"),
    (
        "pem-nul-counted",
        "a length that includes the NUL of PEM text, for a function that expects it without",
    ),
    (
        "pem-nul-not-counted",
        "a length that excludes the NUL of PEM text, for a function that expects it included",
    ),
    ("root-dropped", "a root that was removed from Mozilla's store"),
    ("size-of-pointer", "the size of a pointer instead of the size of the text"),
    ("stale", "a generated file that does not match its lock"),
    ("untrusted-root", "a certificate that is not in the manifest's root stores"),
    ("utf-16", "a file in UTF-16"),
    ("verify-failed", "the constant does not verify the chain that the server presents"),
    ("weak-key", "an RSA key that is too short"),
    ("weak-signature", "a signature that uses a broken hash"),
    ("wrong-form", "a constant in an encoding that the function cannot read"),
];

/// Reads what `content`, which came from `file`, holds, and says what is wrong with its form.
#[must_use]
pub fn examine(file: &Path, content: &[u8]) -> Examined {
    let text = encoding::as_utf8(content);
    let source = source::read(file, text.as_deref().unwrap_or(content));
    let stack = source::calls::of(&source);
    let mut examined = Examined {
        file: file.to_owned(),
        stack,
        is_generated: source.is_generated,
        held: Vec::new(),
        findings: Vec::new(),
        more: 0,
        worst_of_more: None,
        found: HashSet::new(),
    };
    anchors::hold(&mut examined, &source);
    let holds_own = client_certificate::set_aside(&mut examined, &source);
    if text.is_some() && !examined.held.is_empty() {
        examined.find(
            1,
            Severity::Error,
            "utf-16",
            "the file is in UTF-16, which gcc, clang and TLS stacks do not read",
            Some("save it in UTF-8 without a byte order mark".to_owned()),
        );
    }
    if examined.held.is_empty() && examined.findings.is_empty() && !holds_own {
        examined.find(1, Severity::Error, "no-certificate", "no certificate found", None);
    }
    examined
}

impl Examined {
    /// Adds a finding, once for each code and line.
    pub(crate) fn find(
        &mut self,
        line: usize,
        severity: Severity,
        code: &'static str,
        message: impl Into<String>,
        action: Option<String>,
    ) {
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "{code} is not listed");
        if self.findings.len() >= MAX_FINDINGS {
            // Those past the limit are not remembered either, so one may be counted twice.
            self.more += usize::from(!self.found.contains(&(line, code)));
            self.worst_of_more = self.worst_of_more.max(Some(severity));
            return;
        }
        if !self.found.insert((line, code)) {
            return;
        }
        let file = self.file.clone();
        self.findings.push(Finding { file, line, severity, code, message: message.into(), action });
    }

    /// The severity of the worst finding, those that are only counted among them.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max().max(self.worst_of_more)
    }

    /// Puts the findings in the order of the lines, the worst of a line first.
    pub fn sort(&mut self) {
        self.findings.sort_by(|one, other| {
            let worst_first = other.severity.cmp(&one.severity);
            one.line.cmp(&other.line).then(worst_first).then(one.code.cmp(other.code))
        });
    }

    /// Adds that the file is not what its lock gives.
    pub fn find_stale(&mut self, lock: &Path) {
        let lock = Foreign::text(&lock.display().to_string()).line();
        self.find(
            1,
            Severity::Warning,
            "stale",
            format!("the file does not match {lock}"),
            Some("regenerate it with `certgrab sync --locked`".to_owned()),
        );
    }
}

/// A certificate as findings name it.
pub(crate) fn named(certificate: &Certificate) -> String {
    let name = certificate.subject();
    let short = name.short().unwrap_or_else(|| name.text()).line();
    if short.is_empty() { "(no subject)".to_owned() } else { short }
}

impl Severity {
    /// The severity in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}
