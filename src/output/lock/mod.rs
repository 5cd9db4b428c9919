//! The lock: a committed PEM file with its facts, which builds read and only a refresh writes.
//!
//! In: a [`Bundle`](crate::output::bundle::Bundle). Out: text, and from the text the same bundle
//! again, without loss.
//!
//! RFC 7468 section 5.2 allows text above each block, which parsers skip, so a lock is also a PEM
//! file for every other tool. When a lock is read, the text about a certificate is compared with
//! the certificate: a reviewer reads the text, the device gets the block, and the two must agree.
//!
//! ```text
//! # certgrab lock 1: the certificates for `m1.tuyacn.com:8883`
//! # Builds read this file. Refresh it: `certgrab m1.tuyacn.com:8883 --emit lock=FILE`
//!
//! Host: m1.tuyacn.com
//! Port: 8883
//! Key possession: proven
//! Options: --roots FILE
//!
//! Role: anchor
//! Subject: CN=Go Daddy Root Certificate Authority - G2,O=...
//! Validity: from 2009-09-01T00:00:00Z to 2037-12-31T23:59:59Z
//! SHA-256: 45140b3247eb9cc8c5b4f0d7b53091f73292089e6e5a63e2749dd3aca9198eda
//! Source: Mozilla's store
//! Reason: the only root this chain ends in
//! Lasts until: 2027-04-15T00:00:00Z
//! -----BEGIN CERTIFICATE-----
//! ...
//! ```
//!
//! A plain PEM file without the first line is accepted too: its first certificate is the anchor,
//! the others are backups, and only `Host:` and `Port:` are read from the text.

mod header;
mod loss;
mod options;
mod read;
mod write;

use std::fmt;

use crate::text::{diagnostic::Diagnostic, foreign::Foreign};

pub use self::header::{header_line, is_lock};
pub use self::loss::{Loss, Lost, loss};
pub use self::options::{MAX_PROTOCOL_BYTES, is_protocol};
pub use self::read::read;
pub use self::write::write;

/// The most bytes of a lock: 1 MiB, five times Mozilla's whole list in PEM.
pub const MAX_LOCK_BYTES: usize = 1024 * 1024;

/// The beginning of every lock, before its version.
const FIRST_WORDS: &str = "# certgrab lock ";

/// The version of the format that this certgrab writes and reads.
const VERSION: &str = "1";

/// The line of a lock, from 1, with `fact` about its certificate number `entry` from 0, or about the
/// whole lock if that is `None`; the line of that certificate if there is no such fact.
#[must_use]
pub fn line_of(content: &[u8], entry: Option<usize>, fact: &str) -> usize {
    let mut blocks = 0;
    for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
        let begins = line.starts_with(b"-----BEGIN ");
        let is_fact = line.strip_prefix(fact.as_bytes()).is_some_and(|rest| rest.starts_with(b":"));
        if (is_fact || begins) && entry.is_none_or(|entry| entry == blocks) {
            return if begins && entry.is_none() { 1 } else { index + 1 };
        }
        blocks += usize::from(begins);
    }
    1
}

/// Why a lock cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The line where it was found, from 1; `None` if it does not concern a line.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// It has more than [`MAX_LOCK_BYTES`].
    TooLarge,
    /// It has no certificate.
    Empty,
    /// It is in DER: a certificate, or a message of several.
    Der,
    /// Another certgrab wrote it: its version, if it is a number.
    Version(Option<Foreign>),
    /// A block does not hold a certificate; the text completes "the block is ...".
    Block(String),
    /// A block is not closed by its END line.
    Open,
    /// A fact that only locks have, in a file without the header of a lock.
    NoHeader(&'static str),
    /// A line marks a merge conflict.
    Merge,
    /// A line is neither a fact nor a comment: the name before its colon, if it looks like one.
    UnknownFact(Option<Foreign>),
    /// A fact has a value that cannot be read.
    Value {
        /// The fact.
        fact: &'static str,
        /// What such a value looks like.
        wanted: &'static str,
    },
    /// A fact about a certificate is missing.
    Missing(&'static str),
    /// A fact is stated twice.
    Twice(&'static str),
    /// The text does not match the certificate below it.
    Differs {
        /// The fact.
        fact: &'static str,
        /// The value in the certificate.
        certificate: Foreign,
    },
    /// A plain PEM file whose server is unknown.
    NoHost,
}

impl Diagnostic for Error {
    fn stage(&self) -> &'static str {
        "lock"
    }

    fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            Problem::NoHost => {
                "add the lines `Host: broker.example` and `Port: 8883` above the first \
                 certificate"
            }
            Problem::UnknownFact(_) => "remove that line",
            Problem::Der => {
                "replace it by a lock with `certgrab TARGET --emit lock=FILE`, or convert the \
                 certificate with `openssl x509 -inform der -in FILE -out FILE.pem`"
            }
            Problem::Merge => {
                "resolve the conflict, or regenerate the lock with `certgrab TARGET --emit \
                 lock=FILE`"
            }
            Problem::Version(_) => "use the certgrab version that wrote it, or a newer one",
            _ => {
                "regenerate the lock with `certgrab sync`, or with `certgrab TARGET --emit lock=FILE`"
            }
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        match &self.problem {
            Problem::TooLarge => write!(f, "expected at most {MAX_LOCK_BYTES} bytes, found more"),
            Problem::Empty => f.write_str("expected at least one PEM certificate, found none"),
            Problem::Der => f.write_str("expected a lock or PEM, found DER"),
            Problem::Version(Some(version)) => {
                let version = version.line();
                write!(f, "expected a lock of version {VERSION}, found version `{version}`")
            }
            Problem::Version(None) => {
                write!(f, "expected a lock of version {VERSION}, found another version")
            }
            Problem::Block(problem) => write!(f, "the block is {problem}"),
            Problem::Open => f.write_str("the block has no END line"),
            Problem::NoHeader(fact) => write!(
                f,
                "expected `{FIRST_WORDS}{VERSION}: ...` in the first line of a file with `{fact}:`, found \
                 other text"
            ),
            Problem::Merge => f.write_str("this line marks a merge conflict"),
            Problem::UnknownFact(Some(name)) => {
                write!(f, "expected a fact, a comment or a certificate, found `{}:`", name.line())
            }
            Problem::UnknownFact(None) => {
                f.write_str("expected a fact, a comment or a certificate, found other text")
            }
            Problem::Value { fact, wanted } => write!(f, "`{fact}:` expects {wanted}"),
            Problem::Missing(fact) => write!(f, "`{fact}:` is missing"),
            Problem::Twice(fact) => write!(f, "`{fact}:` appears twice"),
            Problem::Differs { fact, certificate } => write!(
                f,
                "`{fact}:` does not match the certificate below, which has `{}`",
                certificate.line()
            ),
            Problem::NoHost => f.write_str("a plain PEM file does not name its server"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        output::bundle::{Bundle, Entry, KeyPossession, Role},
        x509::certificate::Certificate,
    };

    fn certificate(name: &str) -> Certificate {
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        let key = rcgen::KeyPair::generate().unwrap();
        Certificate::from_der(parameters.self_signed(&key).unwrap().der()).unwrap()
    }

    fn bundle() -> Bundle {
        let hostile = "-----BEGIN CERTIFICATE-----\nRole: leaf\n\\u{2d}\u{202e}* ";
        let entry = |role, name: &str, reason| Entry {
            certificate: certificate(name),
            role,
            source: Foreign::text(hostile),
            reason,
            lasts_until: "9999-12-31T23:59:59Z".parse().ok(),
            needed_by: ["a.test:443", "[::1]:8883"].map(Foreign::text).to_vec(),
        };
        Bundle {
            host: "2001:db8::1".to_owned(),
            port: 8883,
            path: Some(Foreign::text("/fw `$(x)`.bin")),
            entries: vec![
                entry(Role::Anchor, hostile, Some(Foreign::text(&" long".repeat(100)))),
                Entry { lasts_until: None, ..entry(Role::Backup, "Plant Root", None) },
            ],
            key_possession: KeyPossession::Proven,
            options: ["--roots", "FILE", "--connect", "[::1]:8883"].map(Foreign::text).to_vec(),
        }
    }

    fn problem(text: &str) -> (Option<usize>, String) {
        let error = read(text.as_bytes(), None).unwrap_err();
        (error.line, Error { line: None, ..error }.to_string())
    }

    #[test]
    fn a_written_lock_is_read_back_without_loss() {
        let bundle = bundle();
        for text in [write(&bundle), write(&bundle).replace('\n', "\r\n")] {
            assert_eq!(read(text.as_bytes(), None), Ok(bundle.clone()));
        }
        let sni = ["--sni", "b-----6.test"].map(Foreign::text).to_vec();
        let dashes = Bundle { host: "a-----b.test".to_owned(), options: sni, ..bundle };
        assert_eq!(read(write(&dashes).as_bytes(), None), Ok(dashes));
    }

    #[test]
    fn a_hostile_subject_starts_no_pem_block() {
        assert_eq!(write(&bundle()).matches("-----BEGIN").count(), 2);
        assert_eq!(pem::parse_many(write(&bundle())).unwrap().len(), 2);
    }

    #[test]
    fn the_text_must_match_the_certificate() {
        let mut bundle = bundle();
        let text = write(&bundle);
        bundle.entries[1].certificate = certificate("Another");
        let other = write(&bundle);
        let cut = |text: &str| text.rfind("-----BEGIN").unwrap();
        let swapped = format!("{}{}", &text[..cut(&text)], &other[cut(&other)..]);
        let line = text.lines().position(|line| line == "Subject: CN=Plant Root").unwrap() + 1;
        let told = "`Subject:` does not match the certificate below, which has `CN=Another`";
        assert_eq!(problem(&swapped), (Some(line), told.to_owned()));
    }

    /// `text` with another value in its first line of `fact`, and the number of that line.
    fn altered(text: &str, fact: &str, value: &str) -> (String, usize) {
        let begin = format!("{fact}: ");
        let index = text.lines().position(|line| line.starts_with(&begin)).expect("the fact");
        let other = format!("{begin}{value}");
        let changed = |(number, line)| if number == index { &*other } else { line };
        let lines: Vec<_> = text.lines().enumerate().map(changed).collect();
        assert_ne!(lines.join("\n"), text.trim_end(), "{fact}");
        (lines.join("\n") + "\n", index + 1)
    }

    #[test]
    fn each_fact_that_differs_from_the_certificate_is_refused() {
        let bundle = bundle();
        let certificate = &bundle.entries[0].certificate;
        let (begin, end) = (certificate.not_before(), certificate.not_after());
        let sha256 = certificate.sha256().to_string();
        let last = if sha256.ends_with('0') { "1" } else { "0" };
        let name = certificate.subject().text().whole().to_owned();
        let validity = format!("from {begin} to {end}");
        for (fact, says, other) in [
            ("Subject", &name, "CN=Another".to_owned()),
            ("Issuer", &name, "CN=Another".to_owned()),
            ("Validity", &validity, format!("from 2026-01-01T00:00:00Z to {end}")),
            ("Validity", &validity, format!("from {begin} to 9999-12-31T23:59:59Z")),
            ("SHA-256", &sha256, format!("{}{last}", &sha256[..63])),
            ("SHA-256", &sha256, "0".repeat(64)),
            ("SHA-256", &sha256, String::new()),
        ] {
            let (text, line) = altered(&write(&bundle), fact, &other);
            let problem = Problem::Differs { fact, certificate: Foreign::from_clean(says) };
            assert_eq!(read(text.as_bytes(), None), Err(Error { line: Some(line), problem }));
        }
    }

    #[test]
    fn each_missing_fact_is_named() {
        let text = write(&bundle());
        let must = ["Host", "Port", "Key possession", "Role", "Subject", "Issuer", "Validity"];
        for fact in must.into_iter().chain(["SHA-256", "Source"]) {
            let (_, line) = altered(&text, fact, "");
            let rest = text.lines().enumerate().filter(|(number, _)| number + 1 != line);
            let rest: String = rest.map(|(_, line)| format!("{line}\n")).collect();
            assert_eq!(problem(&rest).1, format!("`{fact}:` is missing"));
        }
    }

    #[test]
    fn facts_that_no_certificate_has_are_read_unchanged() {
        let bundle = bundle();
        let until = "2031-01-01T00:00:00Z".parse().ok();
        type Change<'a> = &'a dyn Fn(&mut Bundle);
        let changes: [(&str, &str, Change<'_>); 10] = [
            ("Host", "other.test", &|it| it.host = "other.test".to_owned()),
            ("Port", "1", &|it| it.port = 1),
            ("Key possession", "not proven", &|it| it.key_possession = KeyPossession::NotProven),
            ("Path", "/other", &|it| it.path = Some(Foreign::text("/other"))),
            ("Needed by", "b:1", &|it| it.entries[0].needed_by = vec![Foreign::text("b:1")]),
            ("Options", "--backup", &|it| it.options = vec![Foreign::text("--backup")]),
            ("Role", "leaf", &|it| it.entries[0].role = Role::Leaf),
            ("Source", "my own", &|it| it.entries[0].source = Foreign::text("my own")),
            ("Reason", "why not", &|it| it.entries[0].reason = Some(Foreign::text("why not"))),
            ("Lasts until", "2031-01-01T00:00:00Z", &|it| it.entries[0].lasts_until = until),
        ];
        for (fact, value, change) in changes {
            let (text, _) = altered(&write(&bundle), fact, value);
            let mut wanted = bundle.clone();
            change(&mut wanted);
            assert_eq!(read(text.as_bytes(), None), Ok(wanted), "{fact}");
        }
    }

    #[test]
    fn a_plain_pem_file_needs_only_its_server() {
        let pem = certificate("Plant Root").pem();
        assert_eq!(problem(&pem), (None, "a plain PEM file does not name its server".to_owned()));
        let text = format!("Issuer: made by hand\nHost: plc.test\n{pem}{pem}");
        let read = read(text.as_bytes(), Some(("ignored.test", 8883))).unwrap();
        assert_eq!((read.host.as_str(), read.port), ("plc.test", 8883));
        let roles: Vec<_> = read.entries.iter().map(|entry| entry.role.word()).collect();
        assert_eq!(roles, ["anchor", "backup"]);
        assert_eq!(super::read(b"Host: plc.test\n", None).unwrap_err().problem, Problem::Empty);
    }

    #[test]
    fn an_unknown_line_is_an_error_of_that_line() {
        let text = write(&bundle());
        let broken = text.replace("Role: backup", "Rule: backup");
        let (line, told) = problem(&broken);
        assert_eq!(broken.lines().nth(line.unwrap() - 1), Some("Rule: backup"));
        assert_eq!(told, "expected a fact, a comment or a certificate, found `Rule:`");
        assert_eq!(
            problem(&text.replace("lock 1", "lock 2")),
            (Some(1), "expected a lock of version 1, found version `2`".to_owned())
        );
        let missing = problem(&text.replace("Role: backup\n", "")).1;
        assert_eq!(missing, "`Role:` is missing");
        let twice = problem(&text.replace("Port: 8883", "Port: 8883\nPort: 1")).1;
        assert_eq!(twice, "`Port:` appears twice");
        let pasted = text.replace("Options: --roots", "Options: --roots;evil");
        let wanted = "`Options:` expects options that certgrab writes there, such as `--backup`";
        assert_eq!(problem(&pasted).1, wanted);
        let boundary = text.replace("Options: --roots", "Options: -----BEGIN");
        assert_eq!(problem(&boundary).1, wanted);
        for wrong in ["\\", "x;evil|", "$(evil)", "-----BEGIN "] {
            let host = text.replace("Host: ", &format!("Host: {wrong}"));
            assert_eq!(problem(&host).1, "`Host:` expects a host name or an IP address");
        }
        let dangling = problem(&format!("{text}Role: leaf\n")).1;
        assert_eq!(dangling, "`Role:` expects a certificate below it");
        let open = text.trim_end().strip_suffix("-----END CERTIFICATE-----").unwrap();
        assert_eq!(problem(open).1, "the block has no END line");
        let key = text.replacen("-----BEGIN CERTIFICATE", "-----BEGIN PRIVATE KEY", 1);
        let key = key.replacen("-----END CERTIFICATE", "-----END PRIVATE KEY", 1);
        let told = "the block is labelled `PRIVATE KEY`, expected `CERTIFICATE`";
        assert_eq!(problem(&key).1, told);
    }
}
