//! Comments in files that allow a finding: `certgrab: allow CODE reason`.
//!
//! In: the text of a file, and where its constants begin. Out: which lines each comment covers.

use super::{Finding, Severity, codes};
use crate::{output::lock, text::foreign::Foreign};

/// The beginning of such a comment.
const MARK: &[u8] = b"certgrab: allow ";

/// The most comments of one file that are read: more than there are codes for any sensible file.
const MAX_COMMENTS: usize = 1_000;

/// A comment that allows findings.
#[derive(Debug, Clone)]
pub(crate) struct Allow {
    /// The lines from the comment up to the last one of the constant below it.
    lines: std::ops::Range<usize>,
    code: &'static str,
}

impl Allow {
    /// Whether it allows `finding`.
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        finding.code == self.code && self.lines.contains(&finding.place.line)
    }
}

/// The comments in `content`, for constants that begin on the lines `starts`; and those that allow
/// nothing because the code or the reason is missing.
pub(crate) fn comments(content: &[u8], starts: &[usize]) -> (Vec<Allow>, Vec<Finding>) {
    let (mut allows, mut invalid) = (Vec::new(), Vec::new());
    // The lines of a lock contain the names of certificates unchanged.
    if lock::is_lock(content) {
        return (allows, invalid);
    }
    for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
        let Some(at) = line.windows(MARK.len()).position(|words| words == MARK) else { continue };
        if allows.len() + invalid.len() == MAX_COMMENTS {
            break;
        }
        let number = index + 1;
        let text = String::from_utf8_lossy(&line[at + MARK.len()..]);
        let (word, reason) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let has_reason = reason.chars().any(char::is_alphanumeric);
        match (codes::known(word), has_reason) {
            (Some(code), true) => {
                // Up to the constant after the next one.
                let mut below = starts.iter().filter(|start| **start >= number);
                let end = below.nth(1).copied().unwrap_or(usize::MAX);
                allows.push(Allow { lines: number..end, code });
            }
            (Some(code), false) => {
                let message = format!("`allow {code}` has no reason, so it allows nothing");
                invalid.push(problem(number, message));
            }
            (None, _) => {
                let word = Foreign::text(word).line();
                let message = format!("`allow {word}` names no code of a finding");
                invalid.push(problem(number, message));
            }
        }
    }
    (allows, invalid)
}

fn problem(line: usize, message: String) -> Finding {
    let action = "write `certgrab: allow CODE REASON`".to_owned();
    Finding::new(line, Severity::Warning, "allow-invalid", message, Some(action))
}
