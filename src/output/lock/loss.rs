//! Content that is lost if a lock replaces a file.
//!
//! In: the bytes of a file. Out: the first thing in it that no refresh of a lock restores. A lock of
//! this version, damaged or not, and a file of only certificates have no such content; a private
//! key, a lock of a newer version, a merge conflict, comments and other text are such things.

use std::fmt;

use super::{
    VERSION,
    header::{header, header_version, is_merge_mark, shown_version},
    read,
};
use crate::{text::foreign::Foreign, x509::private_key};

/// What would be lost, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The line, from 1.
    pub line: usize,
    /// What is there.
    pub what: Lost,
}

/// What would be lost, by its kind: the file may hold secrets, so none of it is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// A private key.
    Key,
    /// A block that is not a certificate.
    Block,
    /// A lock of another version: the version, if it is a number.
    Version(Option<Foreign>),
    /// A marker of a merge conflict.
    Merge,
    /// A comment that was added.
    Comment,
    /// Certificates in DER, which is not text.
    Der,
    /// Bytes that are not text.
    Binary,
    /// Other text.
    Text,
}

/// The labels of blocks that hold a certificate: RFC 7468 section 5.1, and those of old OpenSSL.
const LABELS: [&str; 3] = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/// How the second line of a lock begins.
const SECOND_WORDS: &str = "# Builds read this file.";

/// The first thing in `content` that would be lost, if there is one.
#[must_use]
pub fn loss(content: &[u8]) -> Option<Loss> {
    if private_key::holds(content) {
        let line = private_key::line(content).unwrap_or(1);
        return Some(Loss { line, what: Lost::Key });
    }
    if read::begins_as_der(content) {
        return Some(Loss { line: 1, what: Lost::Der });
    }
    if content.contains(&0) {
        return Some(Loss { line: 1, what: Lost::Binary });
    }
    let text = String::from_utf8_lossy(content);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if let Some((line, version)) = header(text).filter(|(_, version)| *version != VERSION) {
        return Some(Loss { line, what: Lost::Version(shown_version(version)) });
    }
    let mut is_in_block = false;
    for (line, number) in text.lines().zip(1..) {
        let lost = |what| Some(Loss { line: number, what });
        if is_merge_mark(line) {
            return lost(Lost::Merge);
        }
        if let Some(rest) = line.strip_prefix("-----BEGIN ") {
            let label = rest.trim_end().strip_suffix("-----").unwrap_or(rest);
            if !LABELS.contains(&label) {
                return lost(Lost::Block);
            }
            is_in_block = true;
        } else if line.starts_with("-----END ") {
            is_in_block = false;
        } else if line.starts_with('#') {
            if !is_own_comment(line) {
                return lost(Lost::Comment);
            }
        } else if !is_known(line, is_in_block) {
            return lost(Lost::Text);
        }
    }
    None
}

/// Whether certgrab writes such a comment into a lock.
fn is_own_comment(line: &str) -> bool {
    let is_empty = line.trim_end() == "#";
    is_empty || line.starts_with(SECOND_WORDS) || header_version(line) == Some(VERSION)
}

/// Whether `line` belongs to a lock, or to the inside of a block.
fn is_known(line: &str, is_in_block: bool) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let line = line.trim_end();
    if is_in_block && line.bytes().all(is_base64) {
        return true;
    }
    line.is_empty() || read::states_a_fact(line)
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match &self.what {
            Lost::Key => write!(f, "a private key, line {line}"),
            Lost::Block => write!(f, "a block that is not a certificate, line {line}"),
            Lost::Version(Some(version)) => {
                write!(f, "a lock of version `{}`; this certgrab writes {VERSION}", version.line())
            }
            Lost::Version(None) => {
                write!(f, "a lock of another version; this certgrab writes {VERSION}")
            }
            Lost::Merge => write!(f, "a merge conflict, marked on line {line}"),
            Lost::Comment => write!(f, "a comment, line {line}"),
            Lost::Der => f.write_str("DER; a lock is PEM"),
            Lost::Binary => f.write_str("binary data that is not a lock"),
            Lost::Text => write!(f, "text that is not part of a lock, line {line}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    fn told(text: &str) -> Option<String> {
        loss(text.as_bytes()).map(|loss| loss.to_string())
    }

    #[test]
    fn replacing_a_lock_or_a_certificate_file_loses_nothing() {
        for text in [
            String::new(),
            "\n \n".to_owned(),
            BLOCK.to_owned(),
            format!("\u{feff}#\r\nHost: plc.test\r\n{BLOCK}"),
            format!("# certgrab lock 1: for `a`\n\nHost: a\nPort: 1\nSubject: CN=x\n{BLOCK}"),
            // A disk or an editor damaged it.
            "# certgrab lock 1: for `a`\n-----BEGIN CERTIFICATE-----\nAAA".to_owned(),
        ] {
            assert_eq!(told(&text), None, "{text}");
        }
    }

    #[test]
    fn replacing_a_key_a_newer_lock_or_a_merge_would_lose_it() {
        let key = BLOCK.replace("CERTIFICATE", "PRIVATE KEY");
        let merge = BLOCK.replace("AAAA", "<<<<<<< HEAD\nAAAA\n=======\nBBBB\n>>>>>>> other");
        let first_key = "a private key, line 1";
        let newer = "a lock of version `2`; this certgrab writes 1";
        for (text, lost) in [
            (key.clone(), "a private key, line 1"),
            (format!("{BLOCK}{key}"), "a private key, line 4"),
            (format!("{BLOCK}# {key}"), "a private key, line 4"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----\n".to_owned(), "a private key, line 1"),
            ("MHcCAQEEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4foAoGCCqG".to_owned(), first_key),
            (BLOCK.replace("CERTIFICATE", "X509 CRL"), "a block that is not a certificate, line 1"),
            (format!("# certgrab lock 2: for `a`\n{BLOCK}"), newer),
            (format!("\n# mine\n#  Certgrab lock 2: for `a`\n{BLOCK}"), newer),
            (
                format!("# certgrab lock hunter2: for `a`\n{BLOCK}"),
                "a lock of another version; this certgrab writes 1",
            ),
            (merge, "a merge conflict, marked on line 2"),
            (
                format!("# certgrab lock 1:\nHost: a\n=======\n{BLOCK}"),
                "a merge conflict, marked on line 3",
            ),
            (format!("# certgrab lock 1:\n# ask Ann first\n{BLOCK}"), "a comment, line 2"),
            (format!("{BLOCK}my notes\n"), "text that is not part of a lock, line 4"),
            ("psk abcdef0123456789\n".to_owned(), "text that is not part of a lock, line 1"),
            ("device_key = \"x\"\n".to_owned(), "text that is not part of a lock, line 1"),
            ("PuTTY-User-Key-File-3: ssh-rsa\n".to_owned(), "a private key, line 1"),
            ("\u{30}\u{0}\u{1}".to_owned(), "binary data that is not a lock"),
        ] {
            assert_eq!(told(&text).as_deref(), Some(lost), "{text}");
        }
    }
}
