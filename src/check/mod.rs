//! Are committed constants sound, and do they still verify the server?
//!
//! ```text
//!  file ─▶ source ──▶ read ────▶ judge ─────────────────▶ report
//!  bytes   Constant   Reading    lint, against a server   text, JSON, SARIF, JUnit
//!                     + Findings                Findings  FileReport
//! ```
//!
//! In: files as people have them, written by certgrab or by hand. Out: [`Finding`]s, each with a
//! stable code, a place, a sentence and what to do. Nothing is executed or compiled: a file is
//! read for the constants it holds, in the way of its language. Each step returns what it found;
//! [`FileReport`] puts the findings of all steps together.
//!
//! ```
//! use certgrab::{Store, Time, check};
//!
//! let file = std::path::Path::new("ca.pem");
//! let content = b"-----BEGIN CERTIFICATE-----\nMIIB!\n-----END CERTIFICATE-----\n";
//! let reading = check::read(file, content);
//! let store = Store::mozilla();
//! let knowledge = check::Knowledge { store: &store, at: Time::now(), horizon_days: 90 };
//! let found = check::lint(&reading, &knowledge);
//! let report = check::FileReport::of(reading, found);
//! assert_eq!(report.findings()[0].code, "pem-damaged");
//! ```

mod against_server;
mod allow;
#[cfg(feature = "cli")]
mod alone;
mod anchors;
mod bare_anchor;
mod bare_base64;
mod baseline;
mod boundaries;
mod call_site;
mod claims;
mod client_certificate;
mod codes;
mod command;
mod companions;
mod constants;
mod der_form;
mod encoding;
mod finding;
mod left_root;
mod lints;
mod lock_today;
mod mention;
mod misuse;
pub(crate) mod origin;
mod own_dates;
mod pem_label;
mod pem_reader;
mod pem_text;
mod place;
mod placeholder;
mod pool;
mod prefilter;
mod private_key;
mod report;
mod source;
mod stated;
mod statements;
mod trust;
mod uf2;

pub mod output;

use std::path::{Path, PathBuf};

use self::origin::Origin;
use crate::{
    stack::{self, Stack},
    text::time::Time,
    trust::store::Store,
    x509::{certificate::Certificate, jks},
};

pub use self::against_server::{
    Server, failed_address, for_some_clients, judge_against, unanswered,
};
#[cfg(feature = "cli")]
pub(crate) use self::alone::{Other, other};
pub use self::anchors::EmbeddedAnchor;
pub use self::bare_anchor::Key;
pub use self::baseline::{Baseline, MAX_BASELINE_BYTES};
pub use self::claims::{objections, objections_alone, of_another_server, unreadable_lock};
pub use self::codes::{CODES, meaning};
pub use self::command::{Command, Writer};
pub use self::finding::{Finding, Findings, MAX_FINDINGS, Severity};
#[cfg(feature = "cli")]
pub(crate) use self::lints::no_anchor;
pub(crate) use self::lints::scheduled;
pub use self::lints::{MAX_SIGNATURE_CHECKS, lint, unknown_anchors};
pub use self::lock_today::no_longer_proven;
#[cfg(feature = "cli")]
pub(crate) use self::own_dates::{lint_own, of_own, reading_of_own};
pub use self::place::Place;
pub use self::pool::{Context, Pool};
pub use self::prefilter::may_matter;
pub use self::private_key::PrivateKeys;
pub use self::report::FileReport;
pub use self::stated::judge_stated;
pub use self::trust::{TO_PASS, TO_TRUST, Terms, judge_generated, judge_handwritten};

/// The most bytes one file may have: 16 MiB, as for files of roots.
pub const MAX_FILE_BYTES: usize = crate::trust::store::MAX_ROOTS_BYTES;

/// The most fingerprints that are read in one file, as many as a store has roots: each is compared
/// with all of them.
pub const MAX_FINGERPRINTS: usize = crate::trust::store::MAX_ROOTS;

/// What the checks need to know.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge<'a> {
    /// The roots that the user trusts.
    pub store: &'a Store,
    /// The time as of which files are judged.
    pub at: Time,
    /// Days until the horizon: what expires before it is a warning today.
    pub horizon_days: u16,
}

/// The anchors in a file, and the problems of its form.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The file.
    pub file: PathBuf,
    /// The TLS stack that reads it, if the code around the constants or the format they were written in
    /// shows it.
    pub stack: Option<&'static Stack>,
    /// The stack that most likely reads it, if nothing shows it: what that stack refuses is a warning.
    pub(crate) likely: Option<&'static Stack>,
    /// What certgrab wrote into it about its reader.
    pub(crate) origin: origin::Origin,
    /// Whether it says that certgrab wrote it: then a reader gets all its anchors together.
    pub is_generated: bool,
    /// The anchors in it, in the order of the file.
    pub anchors: Vec<EmbeddedAnchor>,
    /// What is wrong with the form of its constants.
    pub findings: Findings,
    /// What its code and its keys say about constants, including those in other files.
    pub(crate) facts: pool::Facts,
    /// Comments that allow findings.
    pub(crate) allows: Vec<allow::Allow>,
    /// The certificates in it that are the device's own.
    pub(crate) own: Vec<EmbeddedAnchor>,
    /// What the comment that certgrab wrote into it states of its certificates.
    pub(crate) stated: Vec<stated::Stated>,
}

impl Reading {
    /// The format in which certgrab writes such a file, if its TLS stack or its name shows it.
    #[must_use]
    pub fn format(&self) -> Option<&'static str> {
        let of_stack = self.stack.and_then(|stack| stack.formats.first().copied());
        let extension = self.file.extension().and_then(|extension| extension.to_str());
        of_stack.or_else(|| command::format_of_extension(extension?))
    }

    /// Adds `found`; the file then no longer counts as empty.
    pub fn add(&mut self, found: Vec<Finding>) {
        if !found.is_empty() {
            self.findings.retain(|finding| finding.code != "no-certificate");
        }
        found.into_iter().for_each(|finding| self.findings.add(finding));
    }

    /// The same as `stack` reads it, if that is known.
    pub(crate) fn read_by(&self, stack: Option<&'static Stack>) -> Self {
        let likely = self.likely.filter(|_| stack.is_none());
        Self { stack, likely, ..self.clone() }
    }

    /// Whether it holds no anchors, no certificates of the device's own, and nothing that was meant as
    /// one.
    #[must_use]
    pub fn holds_nothing(&self) -> bool {
        let says_so = |finding: &Finding| finding.code == "no-certificate";
        self.anchors.is_empty() && self.own.is_empty() && self.findings.listed().iter().all(says_so)
    }

    /// Whether a file that was not named explicitly belongs in a check: it holds more than hashes, which
    /// may be of anything, or says something about the constants of other files.
    #[must_use]
    pub fn matters(&self) -> bool {
        let is_hash = |anchor: &EmbeddedAnchor| anchor.fingerprint.is_some();
        let tells = !self.facts.uses.is_empty() || !self.facts.keys.is_empty();
        let only_hashes = !self.anchors.is_empty()
            && self.anchors.iter().all(is_hash)
            && self.findings.is_empty();
        tells || !(self.holds_nothing() || only_hashes)
    }
}

/// Reads the certificates in `content`, which came from `file`, and reports problems of their form.
#[must_use]
pub fn read(file: &Path, content: &[u8]) -> Reading {
    read_with(file, content, &Context::default())
}

/// The same with what is known from outside the file.
#[must_use]
pub fn read_with(file: &Path, content: &[u8], context: &Context) -> Reading {
    let text = encoding::as_utf8(content);
    let content = text.as_deref().unwrap_or(content);
    let image = uf2::Image::of(content);
    let content = image.as_ref().map_or(content, |image| image.bytes.as_slice());
    let mut source = source::read(file, content);
    let origin = Origin::of(content);
    // The code that certgrab writes next to a constant says less than the format.
    let spoken = source::calls::of(&source);
    let stack = context.stack.or_else(|| origin.stack()).or(spoken);
    let stack = stack.or_else(|| stack::named("java").filter(|_| jks::is_one(content)));
    let own_uses = source.uses.clone();
    source.uses.add_all(&context.uses);
    let contents = contents(&source, content, stack, image.as_ref());
    let contents = contents.or_separated(&mut source, file, content);
    let anchors::Contents { anchors, findings, stack } = contents;
    let names = names(&source, &anchors);
    let starts = starts(&source, &anchors);
    let keys = client_certificate::private_keys(&source);
    let parts = keys.iter().flat_map(|key| &key.parts);
    let known_keys = parts.chain(&context.keys).cloned().collect();
    let (own, anchors): (Vec<_>, Vec<_>) = client_certificate::split(anchors, &source, &known_keys);
    let mut findings = findings.and(misuse::findings(&source, &anchors, &own));
    findings = findings.and(misuse::files::findings(file, content));
    if text.is_some() && !anchors.is_empty() {
        findings.add(in_utf_16());
    }
    let is_empty = anchors.is_empty() && findings.is_empty() && own.is_empty();
    let (allows, invalid) = match is_empty {
        true => Default::default(),
        false => allow::comments(content, &starts),
    };
    if is_empty && !has_bare_boundaries(&source) {
        // The comment of certgrab names where it found the certificate.
        let said = if source.is_generated { None } else { mention::in_text(content) };
        findings.add(said.unwrap_or_else(no_certificate));
    }
    let findings = findings.and(invalid.into_iter().collect());
    let (file, is_generated) = (file.to_owned(), source.is_generated);
    let facts =
        pool::Facts { uses: own_uses, keys, names, speaks: spoken.is_some() && !is_generated };
    let likely = source.language.likely_reader().filter(|_| stack.is_none());
    Reading {
        file,
        stack,
        likely,
        origin,
        is_generated,
        anchors,
        findings,
        facts,
        allows,
        own,
        stated: stated::of(content),
    }
}

/// The anchors of `source`, or what in `content` was meant as one; with places in the file if `content`
/// is an image that the file carries.
fn contents(
    source: &source::Source,
    content: &[u8],
    stack: Option<&'static Stack>,
    image: Option<&uf2::Image>,
) -> anchors::Contents {
    let mut contents = anchors::contents(source, stack);
    if contents.is_empty() {
        let lines = source::lines::Lines::of(content);
        let line = |at| lines.get(at).unwrap_or(1);
        let mut damaged = boundaries::damaged(content, line);
        if damaged.is_empty() {
            damaged = boundaries::unopened(content, Severity::Error, line);
        }
        contents.findings = damaged.into_iter().collect();
    } else if source.language == source::Language::Data && contents.findings.is_empty() {
        let lines = source::lines::Lines::of(content);
        let line = |at| lines.get(at).unwrap_or(1);
        let mut found = boundaries::unopened(content, Severity::Warning, line);
        if found.is_empty() {
            found.extend(boundaries::without(content, line));
        }
        contents.findings = found.into_iter().collect();
    }
    if contents.is_empty() {
        contents = bare_base64::contents(content, stack);
    }
    match image {
        Some(image) => contents.with_offsets(|offset| image.in_file(offset)),
        None => contents,
    }
}

fn in_utf_16() -> Finding {
    let message = "the file is in UTF-16, which gcc, clang and TLS stacks do not read";
    let action = Some("save it in UTF-8 without a byte order mark".to_owned());
    Finding::new(1, Severity::Error, "utf-16", message, action)
}

fn no_certificate() -> Finding {
    Finding::new(1, Severity::Error, "no-certificate", "no certificate found", None)
}

/// The names of the constants of `source` that hold `anchors`.
fn names(source: &source::Source, anchors: &[EmbeddedAnchor]) -> Vec<String> {
    let damaged = source.constants.iter().filter(|constant| pem_text::is_pem(constant));
    let damaged = damaged.filter_map(|constant| constant.name.clone());
    let mut names: Vec<_> =
        anchors.iter().filter_map(|one| one.name.clone()).chain(damaged).collect();
    names.sort();
    names.dedup();
    names
}

/// The lines on which the constants of `source` begin, and in a file that is read as it is its blocks.
fn starts(source: &source::Source, anchors: &[EmbeddedAnchor]) -> Vec<usize> {
    let is_file = |constant: &&source::Constant| constant.form == source::Form::File;
    let constants = source.constants.iter().filter(|constant| !is_file(constant));
    let mut starts: Vec<_> = match source.constants.iter().any(|one| is_file(&one)) {
        true => anchors.iter().map(|anchor| anchor.place.line).collect(),
        false => constants.map(|constant| constant.line(0)).collect(),
    };
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Whether code has the boundary of a block in a literal, which is then used to parse other text.
fn has_bare_boundaries(source: &source::Source) -> bool {
    source.language != source::Language::Data && source.constants.iter().any(pem_text::is_pem)
}

/// The same for certificates that another reader found in `file`.
#[must_use]
pub fn reading_of(file: &Path, certificates: Vec<Certificate>) -> Reading {
    let anchor = |certificate| EmbeddedAnchor {
        place: 1.into(),
        name: None,
        constant: 0,
        is_given: false,
        certificate: Some(certificate),
        key: None,
        fingerprint: None,
    };
    let anchors: Vec<_> = certificates.into_iter().map(anchor).collect();
    let mut findings = Findings::default();
    if anchors.is_empty() {
        findings.add(no_certificate());
    }
    Reading {
        file: file.to_owned(),
        stack: None,
        likely: None,
        origin: Origin::default(),
        is_generated: false,
        anchors,
        findings,
        facts: pool::Facts::default(),
        allows: Vec::new(),
        own: Vec::new(),
        stated: Vec::new(),
    }
}

/// The finding that the file was not generated from the current `lock`.
#[must_use]
pub fn stale(lock: &Path) -> Finding {
    let lock = crate::text::foreign::Foreign::path(lock).line();
    Finding::new(
        1,
        Severity::Warning,
        "stale",
        format!("the file does not match {lock}"),
        Some("regenerate it with `certgrab sync --locked`".to_owned()),
    )
}

/// The name of a certificate in findings.
pub(crate) fn named(certificate: &Certificate) -> String {
    let name = certificate.subject();
    let short = name.label().unwrap_or_else(|| name.text().line());
    if short.is_empty() { "(no subject)".to_owned() } else { short }
}
