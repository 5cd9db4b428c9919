//! A lock, or a plain PEM file, as a bundle.
//!
//! In: bytes, and the server if the file names none. Out: a [`Bundle`] whose facts are those of
//! its certificates.

use super::{
    Error, MAX_LOCK_BYTES, Problem, VERSION,
    header::{header, is_merge_mark, shown_version},
    options,
    options::{is_host, is_place},
    write::certificate_facts,
};
use crate::{
    output::bundle::{Bundle, Entry, KeyPossession, Role},
    text::{foreign::Foreign, time::Time},
    x509::{certificate::Certificate, pem_damage},
};

/// The default port of a plain PEM file: https (RFC 9110 section 4.2.2).
const DEFAULT_PORT: u16 = 443;

/// Reads a lock or a plain PEM file; `server` is its host and port if the file names none.
///
/// # Errors
///
/// [`Error`] names the line and what is wrong with it.
pub fn read(content: &[u8], server: Option<(&str, u16)>) -> Result<Bundle, Error> {
    if content.len() > MAX_LOCK_BYTES {
        return Err(Error { line: None, problem: Problem::TooLarge });
    }
    if begins_as_der(content) {
        return Err(Error { line: None, problem: Problem::Der });
    }
    // Facts of a lock are UTF-8; anything else is a comment of another tool.
    let text = String::from_utf8_lossy(content);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let header = header(text);
    if let Some((line, version)) = header.filter(|(_, version)| *version != VERSION) {
        let problem = Problem::Version(shown_version(version));
        return Err(Error { line: Some(line), problem });
    }
    let is_lock = header.is_some();
    if let Some((index, _)) = text.lines().enumerate().find(|(_, line)| marks_merge(line, is_lock))
    {
        return Err(Error { line: Some(index + 1), problem: Problem::Merge });
    }
    let mut reader = Reader { is_lock, ..Reader::default() };
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        if line.starts_with("-----BEGIN ") {
            let mut block = format!("{line}\n");
            loop {
                let Some((index, line)) = lines.next() else {
                    return Err(Error { line: Some(number), problem: Problem::Open });
                };
                // PEM has headers there (RFC 1421), which a lock does not have.
                if is_lock && line.contains(':') {
                    let problem = Problem::UnknownFact(unknown_name(line));
                    return Err(Error { line: Some(index + 1), problem });
                }
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

/// Whether `line` of a lock or of a plain PEM file marks a merge conflict. Plain files have comments of
/// other tools, some of which underline names.
fn marks_merge(line: &str, is_lock: bool) -> bool {
    is_merge_mark(line) && (is_lock || !line.starts_with('='))
}

/// Whether `content` begins as a SEQUENCE of DER with two octets of length, as certificates and
/// messages of them do.
pub(super) fn begins_as_der(content: &[u8]) -> bool {
    content.starts_with(b"\x30\x82")
}

/// The facts of a lock, by the words before their colons.
const FACTS: [&str; 14] = [
    "Host",
    "Port",
    "Path",
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
    "Needed by",
];

/// Whether `line` states one of the facts of a lock.
pub(super) fn states_a_fact(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| FACTS.contains(&name))
}

/// Whether only certgrab writes such a line above a block.
fn is_of_locks_alone(fact: &str, value: &str) -> bool {
    match fact {
        "Role" => Role::from_word(value).is_some(),
        "Key possession" => true,
        _ => false,
    }
}

/// The name of an unknown fact, for messages: a few letters before a colon. Anything else may be a
/// secret that ended up in the file.
fn unknown_name(line: &str) -> Option<Foreign> {
    /// The longest fact has 14 characters.
    const MOST: usize = 20;
    let (name, _) = line.split_once(':')?;
    let is_letter = |one: char| one.is_ascii_alphabetic() || one == ' ' || one == '-';
    (name.len() <= MOST && name.chars().all(is_letter)).then(|| Foreign::text(name))
}

/// A fact that was read: its name, its value and its line.
type Fact = (&'static str, String, usize);

/// The state while reading.
#[derive(Default)]
struct Reader {
    is_lock: bool,
    host: Option<String>,
    port: Option<u16>,
    path: Option<Foreign>,
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
            _ if self.is_lock => return at(Problem::UnknownFact(unknown_name(line))),
            Some((fact, value)) if is_of_locks_alone(fact, &value) => {
                return at(Problem::NoHeader(fact));
            }
            _ => return Ok(()),
        };
        let stated = match fact {
            "Host" => self.host.is_some(),
            "Port" => self.port.is_some(),
            "Path" => self.path.is_some(),
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
            "Path" if value.starts_with('/') => self.path = Some(Foreign::from_clean(&value)),
            "Path" => return at(Problem::Value { fact, wanted: "a path that begins with `/`" }),
            "Key possession" => {
                let words = [KeyPossession::Proven, KeyPossession::NotProven];
                self.key_possession = words.into_iter().find(|known| known.words() == value);
                if self.key_possession.is_none() {
                    return at(Problem::Value { fact, wanted: "`proven` or `not proven`" });
                }
            }
            "Options" => match options::read(&value) {
                Some(words) => self.options = Some(words),
                None => {
                    let wanted = "options that certgrab writes there, such as `--backup`";
                    return at(Problem::Value { fact, wanted });
                }
            },
            _ => self.pending.push((fact, value, number)),
        }
        Ok(())
    }

    fn block(&mut self, number: usize, block: &str) -> Result<(), Error> {
        let at = |line, problem| Err(Error { line: Some(line), problem });
        let parsed = match pem::parse(block) {
            Ok(parsed) => parsed,
            Err(error) => {
                let problem = format!("not PEM: {}", pem_damage::of(&error));
                return at(number, Problem::Block(problem));
            }
        };
        if !matches!(parsed.tag(), "CERTIFICATE" | "X509 CERTIFICATE") {
            let label = Foreign::text(parsed.tag()).line();
            let problem = format!("labelled `{label}`, expected `CERTIFICATE`");
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

    /// An entry of a plain PEM file, whose author trusts every certificate in it.
    fn plain(&self, certificate: Certificate) -> Entry {
        let role = if self.entries.is_empty() { Role::Anchor } else { Role::Backup };
        let source = Foreign::text("a PEM file without facts");
        Entry::new(certificate, role, source)
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
        let needed_by = match take("Needed by") {
            None => Vec::new(),
            Some((_, value, _)) if value.split(", ").all(is_place) => {
                value.split(", ").map(Foreign::text).collect()
            }
            Some((fact, _, line)) => {
                let problem = Problem::Value {
                    fact,
                    wanted: "servers, such as `a.example:443, b.example:443`",
                };
                return Err(Error { line: Some(line), problem });
            }
        };
        Ok(Entry {
            certificate,
            role,
            source: Foreign::from_clean(&source),
            reason: take("Reason").map(|(_, value, _)| Foreign::from_clean(&value)),
            lasts_until,
            needed_by,
        })
    }

    fn bundle(self, server: Option<(&str, u16)>) -> Result<Bundle, Error> {
        let nowhere = |problem| Error { line: None, problem };
        if let (true, Some((fact, _, line))) = (self.is_lock, self.pending.first()) {
            // A fact without a certificate after it would be lost silently.
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
        // Using a plain file's certificates means trusting that file.
        let plain = || ["--roots", "FILE"].map(Foreign::text).to_vec();
        let options = match self.is_lock {
            true => self.options.unwrap_or_default(),
            false => plain(),
        };
        Ok(Bundle { host, port, path: self.path, entries: self.entries, key_possession, options })
    }
}
