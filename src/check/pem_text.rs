//! PEM blocks as they are in a constant, and what keeps TLS stacks from reading them.
//!
//! What mbedTLS 2.28, mbedTLS 3.6 and BearSSL 0.6 accept was measured; a finding is an error if a stack
//! that the code uses reads nothing.

use super::{
    Finding, Findings, Place, Severity,
    der_form::{first_certificate, unreadable_member},
    pem_label::{CERTIFICATE_LABELS, Labels, MESSAGE_LABELS},
    placeholder,
    source::{Constant, Form, Language},
};
use crate::{
    stack::{Library, Stack},
    text::foreign::Foreign,
    trust::store::MAX_ROOTS,
    x509::{
        certificate::{Certificate, Malformed},
        pkcs7::{self, certificates_within},
    },
};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// How a line of a comment begins.
const COMMENTS: [&[u8]; 5] = [b"//", b"/*", b"*", b"#", b";"];

/// The bytes of a line that are examined to see whether it is a comment.
const COMMENT_WINDOW: usize = 256;

/// Whether `constant` contains PEM certificates or what was intended as one.
pub(crate) fn is_pem(constant: &Constant) -> bool {
    let begins = begins(constant);
    // DER in which a name may contain a boundary: its length octets are not text.
    let before = begins.first().map_or(&[][..], |first| &constant.bytes[..*first]);
    if before.iter().any(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()) {
        return false;
    }
    for at in begins {
        let rest = &constant.bytes[at + BEGIN.len()..];
        let is_message = MESSAGE_LABELS
            .iter()
            .any(|label| rest.strip_prefix(*label).is_some_and(|rest| rest.starts_with(b"-")));
        if is_message || CERTIFICATE_LABELS.iter().any(|label| rest.starts_with(label)) {
            return true;
        }
    }
    false
}

/// A certificate of a block, or what is wrong with it.
type Member = Result<Certificate, Malformed>;

/// Certificates with their places, and the problems of their blocks.
type Read = (Vec<(Certificate, Place)>, Findings);

/// The certificates of the PEM blocks of `constant`, which `language` writes and `stack` reads.
pub(crate) fn certificates(
    constant: &Constant,
    language: Language,
    stack: Option<&'static Stack>,
) -> Read {
    let bytes = constant.bytes.as_slice();
    let (mut certificates, mut found) = (Vec::new(), Findings::default());
    let begins = begins(constant);
    for (index, begin) in begins.iter().copied().enumerate() {
        let after_word = begin + BEGIN.len();
        let Some(label_end) = find(&bytes[after_word..], DASHES).map(|offset| after_word + offset)
        else {
            break;
        };
        let label = &bytes[after_word..label_end];
        let at = label_end + DASHES.len();
        if !MESSAGE_LABELS.contains(&label) && !CERTIFICATE_LABELS.contains(&label) {
            continue;
        }
        let block = Block { constant, language, stack, begin, body: at, label };
        // Searched up to the next block only: a file of unclosed blocks is read once. The hyphens of one
        // boundary may be those of the next.
        let next = begins.get(index + 1).map_or(bytes.len(), |next| at.max(*next));
        let end = find(&bytes[at..next], END).map(|offset| at + offset);
        let body = &bytes[at..end.unwrap_or(next)];
        if begins.len() == 1 && is_bare(constant, body) || is_text_of_a_program(constant, body) {
            continue;
        }
        let Some(end) = end else {
            found.find(
                Place::from(constant.line(begin)).in_block(begin, 0),
                Severity::Error,
                "pem-damaged",
                "the PEM block has no END line",
                Some("copy the whole certificate, or regenerate it with certgrab".to_owned()),
            );
            continue;
        };
        let (read, findings) = block.read(end);
        certificates.extend(read);
        found = found.and(findings.placed(|place| match place.unit {
            Some(_) => place,
            None => place.in_block(begin, 0),
        }));
    }
    (certificates, found)
}

/// Whether the `body` of a block that a literal begins is empty: it is a boundary alone, as in code that
/// parses PEM, or the code puts something else between the boundaries.
fn is_bare(constant: &Constant, body: &[u8]) -> bool {
    let body = body.trim_ascii();
    constant.form == Form::Literal && (body.is_empty() || placeholder::is_directive(body))
}

/// Whether the `body` of a block in a file that is read as it is begins with a NUL: then the boundary is
/// a string in a library or a program that reads PEM.
fn is_text_of_a_program(constant: &Constant, body: &[u8]) -> bool {
    constant.form == Form::File && body.trim_ascii_start().first() == Some(&0)
}

struct Block<'a> {
    constant: &'a Constant,
    language: Language,
    /// The TLS stack that reads it, if it is known.
    stack: Option<&'static Stack>,
    /// Where its BEGIN is.
    begin: usize,
    /// Where its body begins.
    body: usize,
    label: &'a [u8],
}

impl Block<'_> {
    fn read(&self, end: usize) -> Read {
        let constant = self.constant;
        let line = constant.line(self.begin);
        let body = &constant.bytes[self.body..end];
        if placeholder::is_one(body) {
            return (Vec::new(), [placeholder::finding(line)].into_iter().collect());
        }
        let (clean, mut found) = self.look_at_lines(body, end);
        let clean: Vec<u8> = clean.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let foreign = body.iter().enumerate().find(|(index, byte)| {
            let is_escape =
                **byte == b'\\' || index.checked_sub(1).is_some_and(|before| body[before] == b'\\');
            !is_escape && !is_base64(**byte) && !byte.is_ascii_whitespace()
        });
        if let Some((index, _)) = foreign {
            let rest = String::from_utf8_lossy(&body[index..(index + 4).min(body.len())]);
            let shown = Foreign::text(&rest.chars().take(1).collect::<String>()).line();
            found.find(
                constant.line(self.body + index),
                Severity::Error,
                "pem-damaged",
                format!("the PEM block contains `{shown}`, which is not Base64"),
                Some("copy the whole certificate, or regenerate it with certgrab".to_owned()),
            );
            return (Vec::new(), found);
        }
        let label = String::from_utf8_lossy(self.label).into_owned();
        let rest = &constant.bytes[end + END.len()..];
        let labels = Labels {
            begin: self.label,
            end: find(rest, DASHES).map_or(rest, |length| &rest[..length]),
        };
        found = found.and(labels.finding(line, constant.form, self.stack).into_iter().collect());
        match self.decode(&label, &clean) {
            Ok(members) => {
                let mut certificates = Vec::new();
                for (index, one) in members.into_iter().enumerate() {
                    let place = Place::from(line).in_block(self.begin, index);
                    match one {
                        Ok(one) => certificates.push((one, place)),
                        Err(error) => found.add(unreadable_member(place, "pem-damaged", &error)),
                    }
                }
                (certificates, found)
            }
            Err(problem) => {
                let action = "copy the whole certificate, or regenerate it with certgrab";
                let action = Some(action.to_owned());
                found.find(line, Severity::Error, "pem-damaged", problem, action);
                (Vec::new(), found)
            }
        }
    }

    /// The certificates in the Base64 `clean`, or why none can be read.
    fn decode(&self, label: &str, clean: &[u8]) -> Result<Vec<Member>, String> {
        let text = format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            String::from_utf8_lossy(clean)
        );
        let parsed = pem::parse(&text)
            .map_err(|_| "the Base64 of the PEM block is truncated or corrupted".to_owned())?;
        if MESSAGE_LABELS.contains(&self.label) {
            let members = pkcs7::members(parsed.contents(), MAX_ROOTS);
            let searched = || certificates_within(parsed.contents(), MAX_ROOTS);
            return Ok(match members.is_empty() {
                true => searched().into_iter().map(Ok).collect(),
                false => members,
            });
        }
        match Certificate::from_der(parsed.contents()) {
            Ok(certificate) => Ok(vec![Ok(certificate)]),
            // OpenSSL's trusted certificates have additional data after the certificate.
            Err(error) => match first_certificate(parsed.contents()) {
                Some((certificate, _)) => Ok(vec![Ok(certificate)]),
                None => Err(format!("the PEM block is {error}")),
            },
        }
    }

    /// The body with each literal `\n` replaced by the line break it means, and what is wrong with the
    /// lines.
    fn look_at_lines(&self, body: &[u8], end: usize) -> (Vec<u8>, Findings) {
        let mut found = Findings::default();
        let constant = self.constant;
        let line = constant.line(self.begin);
        let mut clean = Vec::with_capacity(body.len());
        let mut literal = None;
        let mut index = 0;
        while index < body.len() {
            if body[index] == b'\\' && matches!(body.get(index + 1), Some(b'n' | b'r')) {
                literal.get_or_insert(index);
                clean.push(b'\n');
                index += 2;
            } else {
                clean.push(body[index]);
                index += 1;
            }
        }
        if let Some(index) = literal {
            found.find(
                constant.line(self.body + index),
                Severity::Error,
                "pem-literal-newline",
                "the PEM block contains a literal backslash and `n` instead of a line break",
                Some(match (constant.form, self.language) {
                    (Form::File, _) => "replace each with a line break".to_owned(),
                    (_, Language::Yaml) => {
                        "use double quotes, or a block scalar: `KEY: |`".to_owned()
                    }
                    _ => "use `\\n` with one backslash, in an ordinary literal".to_owned(),
                }),
            );
            return (clean, found);
        }
        // All readers ignore blanks at the end of a line.
        let mut behind_label = body.iter().filter(|byte| !matches!(byte, b' ' | b'\t'));
        let starts = behind_label.next().is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
        let ends = body.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t'))
            && body.contains(&b'\n');
        if !(starts && ends) {
            found.find(
                line,
                Severity::Error,
                "pem-no-line-ends",
                "the boundaries of the PEM block are not on their own lines",
                Some(self.how_to_end_lines()),
            );
            return (clean, found);
        }
        let further = self.look_at_margin(end).into_iter().chain(self.look_after(end));
        (clean, found.and(further.collect()))
    }

    /// How its file ends lines.
    fn how_to_end_lines(&self) -> String {
        match (self.constant.form, self.language) {
            (Form::File, _) => "put each boundary on its own line",
            (_, Language::Yaml) => "use a block scalar: `KEY: |`",
            _ => "end every line of the literal with `\\n`",
        }
        .to_owned()
    }

    fn look_at_margin(&self, end: usize) -> Option<Finding> {
        let bytes = &self.constant.bytes;
        let blank = |byte: u8| byte == b' ' || byte == b'\t';
        let indented = (self.begin..=end).find(|&index| {
            index > 0 && blank(bytes[index - 1]) && !blank(bytes[index]) && {
                let margin = bytes[..index].iter().rev().take_while(|byte| blank(**byte)).count();
                let before = index.checked_sub(margin + 1).map(|before| bytes[before]);
                matches!(before, Some(b'\n') | None) && !matches!(bytes[index], b'\n' | b'\r')
            }
        });
        let index = indented?;
        Some(Finding::new(
            self.constant.line(index),
            Severity::Error,
            "pem-indented",
            "a line of the PEM block is indented: mbedTLS and BearSSL cannot read the certificate",
            Some("remove the leading spaces, also in raw literals".to_owned()),
        ))
    }

    /// What follows the last boundary: a line end, and for some readers a NUL.
    fn look_after(&self, end: usize) -> Option<Finding> {
        let constant = self.constant;
        let after = end + END.len() + self.label.len() + DASHES.len();
        let next = constant.bytes.get(after).copied();
        let line = constant.line(end);
        match next {
            Some(b'\n' | b'\r' | b' ') => None,
            Some(b'-') => Some(Finding::new(
                line,
                Severity::Error,
                "pem-no-line-ends",
                "a PEM block begins on the line where another ends",
                Some(
                    match (constant.form, self.language) {
                        (Form::File, _) | (_, Language::Yaml) => "start the second on a new line",
                        _ => "end the first with `\\n`",
                    }
                    .to_owned(),
                ),
            )),
            _ => {
                let severity = match self.stack.map(Stack::library) {
                    Some(Library::BearSsl) => Severity::Error,
                    None if constant.form == Form::Literal && constant.nul_follows => {
                        Severity::Warning
                    }
                    _ => return None,
                };
                Some(Finding::new(
                    line,
                    severity,
                    "pem-no-newline",
                    "the last line of the PEM block has no line break: BearSSL cannot read the certificate",
                    Some("end the last line with `\\n` too".to_owned()),
                ))
            }
        }
    }
}

/// Where the BEGIN boundaries of `constant` are.
///
/// In a file that is read as it is, a boundary in a comment does not count: a subject may contain it,
/// and a block may have been commented out.
fn begins(constant: &Constant) -> Vec<usize> {
    let bytes = constant.bytes.as_slice();
    let (mut found, mut from, mut line_start) = (Vec::new(), 0, 0);
    while let Some(at) = find(&bytes[from..], BEGIN).map(|offset| from + offset) {
        let line_end = bytes[from..at].iter().rposition(|byte| *byte == b'\n');
        line_start = line_end.map_or(line_start, |end| from + end + 1);
        let before = bytes[line_start..at.min(line_start + COMMENT_WINDOW)].trim_ascii();
        let comment = COMMENTS.iter().find(|mark| before.starts_with(mark));
        if constant.form != Form::File || comment.is_none() {
            found.push(at);
        }
        from = at + BEGIN.len();
    }
    found
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
