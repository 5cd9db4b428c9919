//! PEM boundaries that were damaged in transit: too many or too few hyphens, dashes instead of hyphens,
//! no-break spaces, HTML entities, percent-encoding.
//!
//! In: text. Out: a finding for each such line, with its text.

use super::{Finding, Severity};
use crate::{
    text::{count::counted, foreign::Foreign, near},
    x509::unframed,
};

/// How many damaged lines are reported one by one.
const MAX_NAMED: usize = 16;

/// The most bytes of a line that are examined: a boundary has 32, but a line may contain a whole text.
const MAX_LINE_BYTES: usize = 4_096;

/// Hyphens of a boundary (RFC 7468 section 3).
const HYPHENS: usize = 5;

/// Characters that word processors and web pages write instead of a hyphen.
const DASHES: [char; 8] =
    ['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}', '\u{ad}'];

/// What web pages write instead of a hyphen, a quote or a blank.
const ENTITIES: [&str; 9] =
    ["&#45;", "&#x2d;", "&hyphen;", "&dash;", "&ndash;", "&mdash;", "&quot;", "&nbsp;", "&#160;"];

/// The lines of `text` that were meant as boundaries; `line` gives the line number of a byte.
pub(super) fn damaged(text: &[u8], line: impl Fn(usize) -> usize) -> Vec<Finding> {
    let (mut found, mut at) = (Vec::new(), 0);
    for piece in text.split_inclusive(|byte| *byte == b'\n') {
        let shown = &piece[..piece.len().min(MAX_LINE_BYTES)];
        if is_near(shown)
            && let Some(what) = of_line(&String::from_utf8_lossy(shown))
        {
            let action = "copy the certificate again, or regenerate it with certgrab".to_owned();
            let (code, severity) = ("pem-damaged", Severity::Error);
            found.push(Finding::new(line(at), severity, code, what, Some(action)));
        }
        at += piece.len();
        if found.len() == MAX_NAMED {
            break;
        }
    }
    found
}

/// The END lines of certificates in `text` after Base64 without a BEGIN line: mbedTLS and OpenSSL read
/// nothing there. `line` gives the line number of a byte.
pub(super) fn unopened(
    text: &[u8],
    severity: Severity,
    line: impl Fn(usize) -> usize,
) -> Vec<Finding> {
    let (mut found, mut at, mut is_open) = (Vec::new(), 0, false);
    // How many lines ago there was a full line of Base64; the last line of a block may be short.
    let mut since_base64 = usize::MAX;
    for piece in text.split_inclusive(|byte| *byte == b'\n') {
        let shown = &piece[..piece.len().min(MAX_LINE_BYTES)];
        let has = |word: &[u8]| shown.windows(word.len()).any(|here| here == word);
        let is_dashed = shown.contains(&b'-');
        if is_dashed && has(b"BEGIN") {
            is_open = true;
        }
        if is_dashed && has(b"-----END ") {
            if !is_open && since_base64 < 2 && has(b"-----END CERTIFICATE-----") {
                let what = "the PEM block has no BEGIN line; TLS stacks read nothing of it";
                let action =
                    "copy the whole certificate, or regenerate it with certgrab".to_owned();
                found.push(Finding::new(line(at), severity, "pem-damaged", what, Some(action)));
            }
            is_open = false;
        }
        since_base64 = match has_base64(shown) {
            true => 0,
            false => since_base64.saturating_add(1),
        };
        at += piece.len();
        if found.len() == MAX_NAMED {
            break;
        }
    }
    found
}

/// The first certificate in Base64 between the PEM blocks of `text`, without its boundaries.
pub(super) fn without(text: &[u8], line: impl Fn(usize) -> usize) -> Option<Finding> {
    let at = unframed::base64_between_blocks(text)?;
    let what =
        "the certificate in Base64 has no BEGIN and END lines; TLS stacks read nothing of it";
    let action = "add the lines, or remove the certificate".to_owned();
    Some(Finding::new(line(at), Severity::Warning, "pem-damaged", what, Some(action)))
}

/// Whether `line` has a line of Base64 in it, at least 40 digits: RFC 7468 section 2 has 64.
fn has_base64(line: &[u8]) -> bool {
    const FEWEST: usize = 40;
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    line.split(|byte| !is_digit(byte)).any(|run| run.len() >= FEWEST)
}

/// Whether `text` mentions a certificate's boundary at all.
pub(super) fn is_near(text: &[u8]) -> bool {
    let has = |word: &[u8]| text.windows(word.len()).any(|here| here.eq_ignore_ascii_case(word));
    has(LABEL.as_bytes()) || has(b"-----BEGIN ") || has(b"-----END ")
}

/// The label of a certificate.
const LABEL: &str = "CERTIFICATE";

/// How many letters may be missing, added or wrong in a damaged label.
const MAX_WRONG_LETTERS: usize = 3;

/// What is wrong with the label between the hyphens of `line`, if it was meant as that of a certificate.
fn of_label(line: &str) -> Option<String> {
    let (at, word) = ["-----BEGIN ", "-----END "].iter().find_map(|word| {
        let at = line.to_ascii_uppercase().find(word)?;
        Some((at + word.len(), word.trim_matches(['-', ' '])))
    })?;
    let rest = line.get(at..)?;
    let label = &rest[..rest.find('-')?];
    let letters: String = label.split_whitespace().collect();
    let line = format!("the {word} line of the PEM block");
    if letters == LABEL && label != LABEL {
        return Some(format!("{line} has blanks in its label, expected `{LABEL}`"));
    }
    if letters == LABEL {
        return None;
    }
    if letters.eq_ignore_ascii_case(LABEL) {
        return Some(format!("{line} is in small letters"));
    }
    let shown = Foreign::text(label).line();
    near::is_near(&letters, LABEL, MAX_WRONG_LETTERS)
        .then(|| format!("{line} has the label `{shown}`, expected `{LABEL}`"))
}

/// What is wrong with the boundary in `line`, if there is one and something is wrong.
fn of_line(line: &str) -> Option<String> {
    if let Some(entity) = ENTITIES.iter().find(|entity| line.contains(*entity))
        && (line.contains("BEGIN") || line.contains("END"))
    {
        return Some(format!(
            "the boundary line of the PEM block contains the HTML entity `{entity}`"
        ));
    }
    if ["%2D", "%2d", "BEGIN%20CERTIFICATE", "BEGIN+CERTIFICATE", "-----%0A", "-----%0a"]
        .iter()
        .any(|code| line.contains(code))
    {
        return Some("the boundary line of the PEM block is percent-encoded".to_owned());
    }
    if let Some(problem) = of_label(line) {
        return Some(problem);
    }
    ["BEGIN", "END"].iter().find_map(|word| {
        let at = line.find(word).filter(|at| {
            // `BEGIN`, a blank of some kind, and the label.
            let rest = line[at + word.len()..].trim_start_matches(|one: char| one.is_whitespace());
            rest.starts_with("CERTIFICATE") || rest.starts_with("X509 CERTIFICATE")
        })?;
        let rest = &line[at + word.len()..];
        let label = rest.find("CERTIFICATE")? + "CERTIFICATE".len();
        if is_of_another_label(&rest[label..]) {
            return None;
        }
        let before: String = line[..at].chars().rev().take_while(is_dash).collect();
        let blank = line[..at].chars().rev().nth(before.chars().count());
        let after: String = rest[label..].chars().take_while(is_dash).collect();
        if before.chars().count() + after.chars().count() < 2 {
            return None;
        }
        let is_spaced = rest.starts_with('\u{a0}') || before.is_empty() && blank == Some('\u{a0}');
        if is_spaced || rest[..label].contains('\u{a0}') {
            return Some(format!(
                "the {word} line of the PEM block contains a no-break space (U+00A0)"
            ));
        }
        [before, after].iter().find_map(|dashes| of_dashes(dashes, word))
    })
}

/// Whether the label continues in `rest`, as that of a `CERTIFICATE REQUEST` does (RFC 7468 section 7).
fn is_of_another_label(rest: &str) -> bool {
    let Some(more) = rest.strip_prefix(' ') else { return false };
    let behind = more.trim_start_matches(|one: char| one.is_ascii_uppercase() || one == ' ');
    behind.len() < more.len() && behind.starts_with('-')
}

fn is_dash(one: &char) -> bool {
    DASHES.contains(one)
}

/// What is wrong with the `dashes` on one side of a boundary.
fn of_dashes(dashes: &str, word: &str) -> Option<String> {
    if let Some(other) = dashes.chars().find(|one| *one != '-') {
        return Some(format!(
            "the {word} line of the PEM block has `U+{:04X}` where a hyphen belongs",
            u32::from(other)
        ));
    }
    let count = dashes.len();
    // Two boundaries on one line share their hyphens.
    (count != HYPHENS && count != 2 * HYPHENS).then(|| {
        format!(
            "the {word} line of the PEM block has {} on one side, expected {HYPHENS}",
            counted(count, "hyphen")
        )
    })
}
