//! The lock: a committed PEM file with its facts, which builds read and only a refresh writes.
//!
//! In: a [`Bundle`]. Out: text, and from the text the same bundle again, without loss.
//!
//! RFC 7468 section 5.2 lets text stand above each block and has parsers pass over it, so a lock
//! is also a PEM file for every other tool. What the text says of a certificate is compared with
//! the certificate when the lock is read: a reviewer reads the text, the device gets the block,
//! and the two may not drift apart.
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
//! Issuer: CN=Go Daddy Root Certificate Authority - G2,O=...
//! Validity: from 2009-09-01T00:00:00Z to 2037-12-31T23:59:59Z
//! SHA-256: 45140b3247eb9cc8c5b4f0d7b53091f73292089e6e5a63e2749dd3aca9198eda
//! Source: Mozilla's store
//! Reason: the only root that the chain leads to
//! Lasts until: 2027-04-15T00:00:00Z
//! -----BEGIN CERTIFICATE-----
//! ...
//! ```
//!
//! A plain PEM file without the first line is accepted too: its first certificate is the anchor,
//! the others are backups, and of the text only `Host:` and `Port:` are looked at.

use std::fmt::{self, Write as _};

use crate::{
    bundle::{Bundle, Entry, KeyPossession, Role},
    certificate::Certificate,
    escape::Foreign,
    time::Time,
};

/// The most bytes a lock may have: 1 MiB, five times Mozilla's whole list in PEM.
pub const MAX_LOCK_BYTES: usize = 1024 * 1024;

/// How every lock begins, before its version.
const FIRST_WORDS: &str = "# certgrab lock ";

/// The version of the form that this certgrab writes and reads.
const VERSION: &str = "1";

/// The port where a plain PEM file names none: https (RFC 9110 section 4.2.2).
const DEFAULT_PORT: u16 = 443;

/// Why a lock cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The line it was found at, from 1; `None` if it is of no line.
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
    /// A newer certgrab wrote it.
    Version(Foreign),
    /// A block does not hold a certificate; the text completes "the block is ...".
    Block(String),
    /// A block is not closed by its END line.
    Open,
    /// A line is neither a fact nor a comment.
    UnknownFact(Foreign),
    /// A fact has a value that cannot be read.
    Value {
        /// The fact.
        fact: &'static str,
        /// What such a value looks like.
        wanted: &'static str,
    },
    /// A certificate has no such fact above it.
    Missing(&'static str),
    /// A fact is stated twice.
    Twice(&'static str),
    /// The text says something else than the certificate below it.
    Differs {
        /// The fact.
        fact: &'static str,
        /// What the certificate says.
        certificate: Foreign,
    },
    /// A plain PEM file, and nobody said which server it is for.
    NoHost,
}

/// Writes `bundle` as a lock.
#[must_use]
pub fn write(bundle: &Bundle) -> String {
    let host = Foreign::text(&bundle.host);
    let host = host.whole();
    let target = match bundle.host.contains(':') {
        true => format!("[{host}]:{}", bundle.port),
        false => format!("{host}:{}", bundle.port),
    };
    let options: Vec<&str> = bundle.options.iter().map(Foreign::whole).collect();
    let refresh: String = options.iter().map(|word| format!(" {word}")).collect();
    let mut out = format!(
        "{FIRST_WORDS}{VERSION}: the certificates for `{target}`\n\
         # Builds read this file. Refresh it: `certgrab {target}{refresh} --emit lock=FILE`\n\
         \n\
         Host: {host}\n\
         Port: {}\n\
         Key possession: {}\n",
        bundle.port,
        bundle.key_possession.words(),
    );
    if !options.is_empty() {
        let _ = writeln!(out, "Options: {}", options.join(" "));
    }
    for entry in &bundle.entries {
        let _ = write!(out, "\nRole: {}\n", entry.role.word());
        for (fact, value) in certificate_facts(&entry.certificate) {
            let _ = writeln!(out, "{fact}: {value}");
        }
        let _ = writeln!(out, "Source: {}", entry.source.whole());
        if let Some(reason) = &entry.reason {
            let _ = writeln!(out, "Reason: {}", reason.whole());
        }
        if let Some(time) = entry.lasts_until {
            let _ = writeln!(out, "Lasts until: {time}");
        }
        out.push_str(&entry.certificate.pem());
    }
    out
}

/// The facts that a certificate states itself, as a lock writes them.
fn certificate_facts(certificate: &Certificate) -> [(&'static str, String); 4] {
    [
        ("Subject", certificate.subject().text().whole().to_owned()),
        ("Issuer", certificate.issuer().text().whole().to_owned()),
        ("Validity", format!("from {} to {}", certificate.not_before(), certificate.not_after())),
        ("SHA-256", certificate.sha256().to_string()),
    ]
}

/// Whether people can paste `word` into a shell, where it is one word that does nothing else.
fn is_option_word(word: &str) -> bool {
    !word.is_empty()
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/[]".contains(&byte))
}

/// Reads a lock or a plain PEM file; `server` is its host and port if the file names none.
///
/// # Errors
///
/// [`Error`] names the line and what is wrong with it.
pub fn read(content: &[u8], server: Option<(&str, u16)>) -> Result<Bundle, Error> {
    if content.len() > MAX_LOCK_BYTES {
        return Err(Error { line: None, problem: Problem::TooLarge });
    }
    // Facts of a lock are UTF-8; what is not is the comment of some other tool.
    let text = String::from_utf8_lossy(content);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_lock = text.starts_with(FIRST_WORDS);
    if let Some(rest) = text.strip_prefix(FIRST_WORDS) {
        let version = rest.split([':', '\r', '\n']).next().unwrap_or_default();
        if version != VERSION {
            let problem = Problem::Version(Foreign::text(version));
            return Err(Error { line: Some(1), problem });
        }
    }
    let mut reader = Reader { is_lock, ..Reader::default() };
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        if line.starts_with("-----BEGIN ") {
            let mut block = format!("{line}\n");
            loop {
                let Some((_, line)) = lines.next() else {
                    return Err(Error { line: Some(number), problem: Problem::Open });
                };
                block.push_str(line);
                block.push('\n');
                if line.starts_with("-----END ") {
                    break;
                }
            }
            reader.block(number, &block)?;
        } else {
            reader.fact(number, line)?;
        }
    }
    reader.bundle(server)
}

/// The facts of a lock, by the words before their colons.
const FACTS: [&str; 12] = [
    "Host",
    "Port",
    "Key possession",
    "Options",
    "Role",
    "Subject",
    "Issuer",
    "Validity",
    "SHA-256",
    "Source",
    "Reason",
    "Lasts until",
];

/// A fact that was read: its name, its value and its line.
type Fact = (&'static str, String, usize);

/// What was read so far.
#[derive(Default)]
struct Reader {
    is_lock: bool,
    host: Option<String>,
    port: Option<u16>,
    key_possession: Option<KeyPossession>,
    options: Option<Vec<Foreign>>,
    entries: Vec<Entry>,
    /// The facts above the next certificate.
    pending: Vec<Fact>,
}

impl Reader {
    fn fact(&mut self, number: usize, line: &str) -> Result<(), Error> {
        let at = |problem| Err(Error { line: Some(number), problem });
        if line.starts_with('#') || line.trim().is_empty() {
            return Ok(());
        }
        let split = line
            .split_once(':')
            .map(|(name, value)| (name, value.strip_prefix(' ').unwrap_or(value)));
        let known = split.and_then(|(name, value)| {
            Some((*FACTS.iter().find(|fact| **fact == name)?, value.to_owned()))
        });
        let (fact, value) = match known {
            Some(known) if self.is_lock || matches!(known.0, "Host" | "Port") => known,
            _ if self.is_lock => return at(Problem::UnknownFact(Foreign::text(line))),
            _ => return Ok(()),
        };
        let stated = match fact {
            "Host" => self.host.is_some(),
            "Port" => self.port.is_some(),
            "Key possession" => self.key_possession.is_some(),
            "Options" => self.options.is_some(),
            _ => self.pending.iter().any(|(pending, ..)| *pending == fact),
        };
        if stated {
            return at(Problem::Twice(fact));
        }
        match fact {
            "Host" if is_host(&value) => self.host = Some(value),
            "Host" => {
                return at(Problem::Value { fact, wanted: "a host name or an IP address" });
            }
            "Port" => match value.parse() {
                Ok(port) if port != 0 => self.port = Some(port),
                _ => return at(Problem::Value { fact, wanted: "a number from 1 to 65535" }),
            },
            "Key possession" => {
                let words = [KeyPossession::Proven, KeyPossession::NotProven];
                self.key_possession = words.into_iter().find(|known| known.words() == value);
                if self.key_possession.is_none() {
                    return at(Problem::Value { fact, wanted: "`proven` or `not proven`" });
                }
            }
            "Options" if value.split(' ').all(is_option_word) => {
                self.options = Some(value.split(' ').map(Foreign::text).collect());
            }
            "Options" => {
                let wanted = "words such as `--backup`, which a shell takes as they are";
                return at(Problem::Value { fact, wanted });
            }
            _ => self.pending.push((fact, value, number)),
        }
        Ok(())
    }

    fn block(&mut self, number: usize, block: &str) -> Result<(), Error> {
        let at = |line, problem| Err(Error { line: Some(line), problem });
        let parsed = match pem::parse(block) {
            Ok(parsed) => parsed,
            Err(error) => {
                let problem = Foreign::text(&error.to_string()).line();
                return at(number, Problem::Block(format!("not PEM: {problem}")));
            }
        };
        if !matches!(parsed.tag(), "CERTIFICATE" | "X509 CERTIFICATE") {
            let label = Foreign::text(parsed.tag()).line();
            let problem = format!("labelled `{label}`, wanted `CERTIFICATE`");
            return at(number, Problem::Block(problem));
        }
        let certificate = match Certificate::from_der(parsed.contents()) {
            Ok(certificate) => certificate,
            Err(error) => return at(number, Problem::Block(error.to_string())),
        };
        let entry = match self.is_lock {
            true => self.locked(number, certificate)?,
            false => self.plain(certificate),
        };
        self.entries.push(entry);
        Ok(())
    }

    /// An entry of a plain PEM file: whoever wrote it trusts every certificate in it.
    fn plain(&self, certificate: Certificate) -> Entry {
        let role = if self.entries.is_empty() { Role::Anchor } else { Role::Backup };
        let source = Foreign::text("a PEM file without facts");
        Entry { certificate, role, source, reason: None, lasts_until: None, needed_by: Vec::new() }
    }

    fn locked(&mut self, number: usize, certificate: Certificate) -> Result<Entry, Error> {
        let mut pending = std::mem::take(&mut self.pending);
        let mut take = |wanted| {
            let position = pending.iter().position(|(fact, ..)| *fact == wanted)?;
            Some(pending.swap_remove(position))
        };
        let missing = |fact| Error { line: Some(number), problem: Problem::Missing(fact) };
        for (fact, certificate_says) in certificate_facts(&certificate) {
            let (_, value, line) = take(fact).ok_or(missing(fact))?;
            if value != certificate_says {
                let certificate = Foreign::from_clean(&certificate_says);
                let problem = Problem::Differs { fact, certificate };
                return Err(Error { line: Some(line), problem });
            }
        }
        let (_, word, line) = take("Role").ok_or(missing("Role"))?;
        let wanted = "one of `anchor`, `backup`, `sibling`, `intermediate`, `leaf`";
        let problem = Problem::Value { fact: "Role", wanted };
        let role = Role::from_word(&word).ok_or(Error { line: Some(line), problem })?;
        let source = take("Source").ok_or(missing("Source"))?.1;
        let lasts_until = match take("Lasts until") {
            None => None,
            Some((fact, value, line)) => {
                let problem =
                    Problem::Value { fact, wanted: "a time such as 2030-06-04T00:00:00Z" };
                Some(value.parse::<Time>().map_err(|_| Error { line: Some(line), problem })?)
            }
        };
        Ok(Entry {
            certificate,
            role,
            source: Foreign::from_clean(&source),
            reason: take("Reason").map(|(_, value, _)| Foreign::from_clean(&value)),
            lasts_until,
            needed_by: Vec::new(),
        })
    }

    fn bundle(self, server: Option<(&str, u16)>) -> Result<Bundle, Error> {
        let nowhere = |problem| Error { line: None, problem };
        if let (true, Some((fact, _, line))) = (self.is_lock, self.pending.first()) {
            // A fact that no certificate follows would be lost silently.
            let problem = Problem::Value { fact, wanted: "a certificate below it" };
            return Err(Error { line: Some(*line), problem });
        }
        if self.entries.is_empty() {
            return Err(nowhere(Problem::Empty));
        }
        let host = match (self.host, server) {
            (Some(host), _) => host,
            (None, _) if self.is_lock => return Err(nowhere(Problem::Missing("Host"))),
            (None, Some((host, _))) => host.to_owned(),
            (None, None) => return Err(nowhere(Problem::NoHost)),
        };
        let port = match self.port {
            Some(port) => port,
            None if self.is_lock => return Err(nowhere(Problem::Missing("Port"))),
            None => server.map_or(DEFAULT_PORT, |(_, port)| port),
        };
        let key_possession = match self.key_possession {
            None if self.is_lock => return Err(nowhere(Problem::Missing("Key possession"))),
            stated => stated.unwrap_or(KeyPossession::NotProven),
        };
        // Who takes a plain file's certificates trusts that file.
        let plain = || ["--roots", "FILE"].map(Foreign::text).to_vec();
        let options = match self.is_lock {
            true => self.options.unwrap_or_default(),
            false => plain(),
        };
        Ok(Bundle { host, port, entries: self.entries, key_possession, options })
    }
}

/// Whether `text` can be a host: printing ASCII without spaces. Resolving it is left to others.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Error {
    /// What to try next, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            Problem::NoHost => {
                "write `Host: broker.example` and `Port: 8883` on lines of their own above the \
                 first certificate"
            }
            Problem::Differs { .. } | Problem::Missing(_) => {
                "write the lock anew with `certgrab TARGET --emit lock=FILE`"
            }
            Problem::Version(_) => "use the certgrab that wrote it, or a newer one",
            _ => return None,
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
            Problem::TooLarge => write!(f, "wanted at most {MAX_LOCK_BYTES} bytes, found more"),
            Problem::Empty => f.write_str("wanted at least one PEM certificate, found none"),
            Problem::Version(version) => {
                write!(f, "wanted a lock of version {VERSION}, found version `{}`", version.line())
            }
            Problem::Block(problem) => write!(f, "the block is {problem}"),
            Problem::Open => f.write_str("the block has no END line"),
            Problem::UnknownFact(text) => {
                write!(f, "wanted a fact, a comment or a certificate, found `{}`", text.line())
            }
            Problem::Value { fact, wanted } => write!(f, "`{fact}:` wants {wanted}"),
            Problem::Missing(fact) => write!(f, "`{fact}:` is missing"),
            Problem::Twice(fact) => write!(f, "`{fact}:` stands here twice"),
            Problem::Differs { fact, certificate } => write!(
                f,
                "`{fact}:` is not what the certificate below says, which is `{}`",
                certificate.line()
            ),
            Problem::NoHost => f.write_str("a plain PEM file does not say which server it is for"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

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
            needed_by: Vec::new(),
        };
        Bundle {
            host: "2001:db8::1".to_owned(),
            port: 8883,
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
    fn what_was_written_is_read_back_without_loss() {
        let bundle = bundle();
        let text = write(&bundle);
        assert_eq!(read(text.as_bytes(), None), Ok(bundle.clone()));
        let windows = text.replace('\n', "\r\n");
        assert_eq!(read(windows.as_bytes(), None), Ok(bundle));
    }

    #[test]
    fn a_hostile_subject_opens_no_block_for_any_reader() {
        let text = write(&bundle());
        assert_eq!(text.matches("-----BEGIN").count(), 2);
        assert_eq!(pem::parse_many(&text).unwrap().len(), 2);
    }

    #[test]
    fn the_text_must_say_what_the_certificate_says() {
        let mut bundle = bundle();
        let text = write(&bundle);
        bundle.entries[1].certificate = certificate("Another");
        let other = write(&bundle);
        let cut = |text: &str| text.rfind("-----BEGIN").unwrap();
        let swapped = format!("{}{}", &text[..cut(&text)], &other[cut(&other)..]);
        let line = text.lines().position(|line| line == "Subject: CN=Plant Root").unwrap() + 1;
        let told = "`Subject:` is not what the certificate below says, which is `CN=Another`";
        assert_eq!(problem(&swapped), (Some(line), told.to_owned()));
    }

    #[test]
    fn a_plain_pem_file_needs_nothing_but_its_server() {
        let pem = certificate("Plant Root").pem();
        assert_eq!(
            problem(&pem),
            (None, "a plain PEM file does not say which server it is for".to_owned())
        );
        let text = format!("Issuer: made by hand\nHost: plc.test\n{pem}{pem}");
        let read = read(text.as_bytes(), Some(("ignored.test", 8883))).unwrap();
        assert_eq!((read.host.as_str(), read.port), ("plc.test", 8883));
        let roles: Vec<_> = read.entries.iter().map(|entry| entry.role.word()).collect();
        assert_eq!(roles, ["anchor", "backup"]);
        assert_eq!(super::read(b"Host: plc.test\n", None).unwrap_err().problem, Problem::Empty);
    }

    #[test]
    fn a_line_that_says_nothing_known_is_an_error_of_that_line() {
        let text = write(&bundle());
        let broken = text.replace("Role: backup", "Rule: backup");
        let (line, told) = problem(&broken);
        assert_eq!(broken.lines().nth(line.unwrap() - 1), Some("Rule: backup"));
        assert_eq!(told, "wanted a fact, a comment or a certificate, found `Rule: backup`");
        assert_eq!(
            problem(&text.replace("lock 1", "lock 2")),
            (Some(1), "wanted a lock of version 1, found version `2`".to_owned())
        );
        let missing = problem(&text.replace("Role: backup\n", "")).1;
        assert_eq!(missing, "`Role:` is missing");
        let twice = problem(&text.replace("Port: 8883", "Port: 8883\nPort: 1")).1;
        assert_eq!(twice, "`Port:` stands here twice");
        let pasted = text.replace("Options: --roots", "Options: --roots;evil");
        let wanted = "`Options:` wants words such as `--backup`, which a shell takes as they are";
        assert_eq!(problem(&pasted).1, wanted);
        let dangling = problem(&format!("{text}Role: leaf\n")).1;
        assert_eq!(dangling, "`Role:` wants a certificate below it");
        let open = text.trim_end().strip_suffix("-----END CERTIFICATE-----").unwrap();
        assert_eq!(problem(open).1, "the block has no END line");
        let key = text.replacen("-----BEGIN CERTIFICATE", "-----BEGIN PRIVATE KEY", 1);
        let key = key.replacen("-----END CERTIFICATE", "-----END PRIVATE KEY", 1);
        let told = "the block is labelled `PRIVATE KEY`, wanted `CERTIFICATE`";
        assert_eq!(problem(&key).1, told);
    }
}
