//! Text for the terminal: one line for each case, and the summary.

use rustls::SignatureScheme;

use super::{Outcome, Report};
use crate::lab::diagnosis::Severity;
use crate::lab::hello::ClientHello;
use crate::lab::verdict::{Judged, Verdict};
use crate::stack::{groups, suites::suite_name};
use crate::text::{
    foreign::Foreign,
    wrap::{self, COLUMNS},
};

/// The indentation of continued lines.
const BELOW: usize = 4;

/// The widths of the columns: the longest verdict and the longest id of a case.
const VERDICT: usize = 10;
const ID: usize = 20;

/// Translates a sentence into the reader's language.
pub type Words = fn(&str) -> String;

/// The line for a case.
#[must_use]
pub fn line(judged: &Judged, count: usize, words: Words) -> String {
    let (turn, width) = (&judged.turn, count.to_string().len());
    let verdict = match judged.verdict {
        Verdict::Failed => "FAILED".to_owned(),
        other => other.word().replace('-', " "),
    };
    let conduct = turn.conduct.to_string();
    let conduct = conduct.strip_prefix("not played: ").unwrap_or(&conduct);
    let verdict = wrap::padded(&words(&verdict), VERDICT);
    let start = format!("{:>width$}/{count}  {verdict}  {:ID$}  ", turn.place + 1, turn.case.id);
    wrapped(&start, &words(conduct), textwrap::core::display_width(&start))
}

/// `start`, then the words of `text` in lines of 80 columns, those after the first indented.
#[must_use]
pub fn wrapped(start: &str, text: &str, indentation: usize) -> String {
    let below = " ".repeat(indentation);
    let options = wrap::lines_of(COLUMNS).initial_indent(start).subsequent_indent(&below);
    textwrap::fill(text, options) + "\n"
}

/// A scheme that rustls does not name (RFC 8446 section 4.2.3); in TLS 1.2 the digest and the key (RFC
/// 5246 section 7.4.1.4.1), or the number.
fn scheme_name(number: u16) -> String {
    let [digest, key] = number.to_be_bytes();
    let rsa_pss = |digest: &str| format!("RSA_PSS_PSS_{digest}");
    match (digest, key) {
        (8, 9) => rsa_pss("SHA256"),
        (8, 10) => rsa_pss("SHA384"),
        (8, 11) => rsa_pss("SHA512"),
        (1..=6, 1..=3) => {
            let key = ["RSA_PKCS1", "DSA", "ECDSA"][usize::from(key) - 1];
            let digests = ["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"];
            format!("{key}_{}", digests[usize::from(digest) - 1])
        }
        _ => format!("{number:#06x}"),
    }
}

/// What the device's ClientHello offers, a line for each list.
fn offered(hello: &ClientHello, words: Words) -> Vec<String> {
    let mut out = Vec::new();
    let mut list = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            out.push(words(&format!("{name}: ")) + &values.join(", "));
        }
    };
    let versions = match hello.versions.as_slice() {
        [] => &[hello.legacy_version][..],
        versions => versions,
    };
    let known = |version: &u16| match version {
        0x0301 => "TLS 1.0".to_owned(),
        0x0302 => "TLS 1.1".to_owned(),
        0x0303 => "TLS 1.2".to_owned(),
        0x0304 => "TLS 1.3".to_owned(),
        other => format!("{other:#06x}"),
    };
    let scheme = |number: &u16| match SignatureScheme::from(*number) {
        SignatureScheme::Unknown(number) => scheme_name(number),
        known => format!("{known:?}"),
    };
    let foreign = |text: &String| Foreign::text(text).line().to_string();
    list("server name", hello.server_name.iter().map(foreign).collect());
    list("versions", versions.iter().map(known).collect());
    // RFC 5746 section 3.3, RFC 7507 section 2: a number that signals an extension or a fallback.
    let suite = |number: &u16| match number {
        0x00ff => "TLS_EMPTY_RENEGOTIATION_INFO_SCSV".to_owned(),
        0x5600 => "TLS_FALLBACK_SCSV".to_owned(),
        number => suite_name(*number).to_string(),
    };
    list("cipher suites", hello.suites.iter().map(suite).collect());
    list("groups", hello.groups.iter().map(|one| groups::name(*one).to_string()).collect());
    list("signature schemes", hello.schemes.iter().map(scheme).collect());
    list("ALPN", hello.alpn.iter().map(foreign).collect());
    // RFC 6066 section 4: 1 is 2^9 octets, 4 is 2^12.
    let fragment = hello.max_fragment_length.filter(|code| (1..=4).contains(code));
    list("max fragment length", fragment.iter().map(|code| (256 << *code).to_string()).collect());
    list("record size limit", hello.record_size_limit.iter().map(u16::to_string).collect());
    out
}

/// How many cases had each verdict.
fn counts(report: &Report, words: Words) -> String {
    let count = |wanted: Verdict| report.judged.iter().filter(|one| one.verdict == wanted).count();
    let all = report.judged.len() + report.missing.len();
    let mut counts = words(&format!("{} of {all} cases passed", count(Verdict::Passed)));
    for (verdict, what) in [
        (Verdict::Failed, "failed"),
        (Verdict::ByDefault, "accepted by default of the library"),
        (Verdict::Limit, "limits of the device"),
        (Verdict::Undecided, "undecided"),
        (Verdict::NotPlayed, "not played"),
    ] {
        let count = count(verdict);
        let what =
            if (verdict, count) == (Verdict::Limit, 1) { "limit of the device" } else { what };
        if count > 0 {
            counts += &words(&format!(", {count} {what}"));
        }
    }
    counts
}

/// A line of the summary before it is wrapped.
pub(super) struct Line {
    /// The indentation of its first line, and of its continued lines.
    indentation: (usize, usize),
    pub(super) text: String,
}

impl Line {
    /// Whether it belongs to the line above.
    pub(super) fn is_below(&self) -> bool {
        self.indentation.0 > 0
    }
}

/// The summary, in lines of 80 columns.
#[must_use]
pub fn text(report: &Report, words: Words) -> String {
    let wrapped = |Line { indentation: (first, others), text }: Line| {
        wrapped(&" ".repeat(first), &text, others)
    };
    lines(report, words).into_iter().map(wrapped).collect()
}

/// The summary.
pub(super) fn lines(report: &Report, words: Words) -> Vec<Line> {
    let line = |text: &str| Line { indentation: (0, BELOW), text: words(text) };
    let below = |text: &str| Line { indentation: (BELOW, BELOW), text: words(text) };
    let list = |text: String| Line { indentation: (BELOW, 2 * BELOW), text };
    let mut out = Vec::new();
    let looks = match &report.likeness {
        Some(like) if like.is_same => format!("sends the ClientHello of {}", like.title),
        Some(like) => format!("sends a ClientHello like that of {}", like.title),
        None if report.hello.is_some() => "sends a ClientHello of an unknown TLS stack".to_owned(),
        None => String::new(),
    };
    if !looks.is_empty() {
        out.push(line(&format!("the device {looks}")));
        out.extend(report.hello.iter().flat_map(|hello| offered(hello, words)).map(list));
    }
    for finding in &report.findings {
        let word = match (report.is_as_before(finding), report.severity(finding)) {
            (Some(true), _) => "as before",
            (_, Severity::Error) => "FAULT",
            (_, Severity::Warning) => "warning",
            (_, Severity::Note) => "note",
        };
        out.push(line(&format!("{word}: the device {}", finding.message)));
        out.extend(finding.action.as_deref().map(below));
        if finding.cases.len() > 1 || finding.code != "limit" {
            out.push(below(&format!("shown by: {}", finding.cases.join(", "))));
        }
    }
    out.push(Line { indentation: (0, BELOW), text: counts(report, words) });
    let differences = report.differences.iter().flatten();
    out.extend(differences.map(|one| line(&format!("not as before: {one}"))));
    out.extend(result(report).iter().map(|one| line(one)));
    out
}

/// The last lines.
fn result(report: &Report) -> Vec<String> {
    let is_compared = report.differences.is_some();
    match report.result() {
        Outcome::Passed if is_compared => vec!["as before".to_owned()],
        Outcome::Passed => vec!["the device passed".to_owned()],
        Outcome::Failed if is_compared => vec!["NOT as before".to_owned()],
        Outcome::Failed => vec!["the device FAILED".to_owned()],
        Outcome::Incomplete => {
            let parts = [
                ("the device did not connect for", report.missing.clone()),
                ("the device was not judged for", report.undecided()),
            ];
            let parts = parts.into_iter().filter(|(_, cases)| !cases.is_empty());
            parts.map(|(start, cases)| format!("{start}: {}", cases.join(", "))).collect()
        }
        Outcome::NoDevice => vec!["no device connected".to_owned()],
    }
}
