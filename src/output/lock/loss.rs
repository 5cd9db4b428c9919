//! What would be lost if a lock replaced a file.
//!
//! In: the bytes of a file. Out: the first thing in it that no refresh of a lock brings back. A
//! lock of this version, damaged or not, and a file of certificates alone hold nothing of the kind;
//! a private key, a lock of a newer version, a merge conflict and the user's own text do.

use std::fmt;

use super::{FIRST_WORDS, VERSION, read};
use crate::text::foreign::Foreign;

/// What would be lost, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub what: Lost,
}

/// What would be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lost {
    /// A block that is no certificate, by its label.
    Block(Foreign),
    /// A lock of another version.
    Version(Foreign),
    /// A marker of a merge conflict.
    Merge,
    /// Other text.
    Text(Foreign),
}

/// The beginnings of merge conflict markers (git-merge(1), "how conflicts are presented").
const MERGE_MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// The labels of blocks that hold a certificate: RFC 7468 section 5.1, and what old OpenSSL wrote.
const LABELS: [&str; 3] = ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"];

/// The first thing in `content` that would be lost, if there is one.
#[must_use]
pub fn loss(content: &[u8]) -> Option<Loss> {
    let text = String::from_utf8_lossy(content);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if let Some(rest) = text.strip_prefix(FIRST_WORDS) {
        let version = rest.split([':', '\r', '\n']).next().unwrap_or_default();
        if version != VERSION {
            return Some(Loss { line: 1, what: Lost::Version(Foreign::text(version)) });
        }
    }
    let mut is_in_block = false;
    for (line, number) in text.lines().zip(1..) {
        let lost = |what| Some(Loss { line: number, what });
        if MERGE_MARKS.iter().any(|mark| line.starts_with(mark)) {
            return lost(Lost::Merge);
        }
        if let Some(rest) = line.strip_prefix("-----BEGIN ") {
            let label = rest.trim_end().strip_suffix("-----").unwrap_or(rest);
            if !LABELS.contains(&label) {
                return lost(Lost::Block(Foreign::text(label)));
            }
            is_in_block = true;
        } else if line.starts_with("-----END ") {
            is_in_block = false;
        } else if !is_known(line, is_in_block) {
            return lost(Lost::Text(Foreign::text(line)));
        }
    }
    None
}

/// Whether `line` is one of a lock, or of the inside of a block.
fn is_known(line: &str, is_in_block: bool) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let line = line.trim_end();
    if is_in_block && line.bytes().all(is_base64) {
        return true;
    }
    line.is_empty() || line.starts_with('#') || read::states_a_fact(line)
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line;
        match &self.what {
            Lost::Block(label) => write!(f, "the {} of line {line}", label.line()),
            Lost::Version(version) => {
                write!(f, "a lock of version `{}`; this certgrab writes {VERSION}", version.line())
            }
            Lost::Merge => write!(f, "a merge conflict, marked on line {line}"),
            Lost::Text(text) => write!(f, "`{}` of line {line}", text.line()),
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
    fn a_lock_and_a_file_of_certificates_hold_nothing_that_would_be_lost() {
        for text in [
            String::new(),
            "\n \n".to_owned(),
            BLOCK.to_owned(),
            format!("\u{feff}# mine\r\nHost: plc.test\r\n{BLOCK}"),
            format!("# certgrab lock 1: for `a`\n\nHost: a\nPort: 1\nSubject: CN=x\n{BLOCK}"),
            // Damaged, as a disk or an editor does.
            "# certgrab lock 1: for `a`\n-----BEGIN CERTIFICATE-----\nAAA".to_owned(),
        ] {
            assert_eq!(told(&text), None, "{text}");
        }
    }

    #[test]
    fn a_key_a_newer_lock_a_merge_and_other_text_would_be_lost() {
        let key = BLOCK.replace("CERTIFICATE", "PRIVATE KEY");
        let merge = BLOCK.replace("AAAA", "<<<<<<< HEAD\nAAAA\n=======\nBBBB\n>>>>>>> other");
        let newer = "a lock of version `2`; this certgrab writes 1";
        for (text, lost) in [
            (key.clone(), "the PRIVATE KEY of line 1"),
            (format!("{BLOCK}{key}"), "the PRIVATE KEY of line 4"),
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\n".to_owned(),
                "the OPENSSH PRIVATE KEY of line 1",
            ),
            (format!("# certgrab lock 2: for `a`\n{BLOCK}"), newer),
            (merge, "a merge conflict, marked on line 2"),
            (
                format!("# certgrab lock 1:\nHost: a\n=======\n{BLOCK}"),
                "a merge conflict, marked on line 3",
            ),
            (format!("{BLOCK}my notes\n"), "`my notes` of line 4"),
            (
                "PuTTY-User-Key-File-3: ssh-rsa\n".to_owned(),
                "`PuTTY-User-Key-File-3: ssh-rsa` of line 1",
            ),
            ("\u{30}\u{82}\u{1}".to_owned(), "`0\\u{82}\\u{1}` of line 1"),
        ] {
            assert_eq!(told(&text).as_deref(), Some(lost), "{text}");
        }
    }
}
