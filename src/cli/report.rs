//! The report for people: what a browser's certificate viewer shows, and what it does not show.

use std::fmt::Write as _;

use crate::chain::{CertificateRequest, Presented, Sent};
use crate::{
    Grab,
    endpoint::Target,
    judge::{rank::Candidate, stacks::Asked, work::Work},
    output::bundle::Bundle,
    run::{
        grab::{Judgement, Options},
        warning::{self, Warning},
    },
    text::{count::counted, foreign::Foreign, time::Time, wrap},
    tls::Verdict,
    trust::{announced::chrome_limit, store::Source},
    x509::{certificate::Certificate, extensions::SHOWN_NAMES},
};

use super::{
    language::in_language,
    stack_table,
    style::{self, Display},
    timeline,
};

/// The column where the facts of a certificate begin, after their names.
const INDENT: usize = 11;

/// The report about a chain with an anchor; without a target, its path alone was verified.
pub(crate) fn trusted(
    target: Option<&Target>,
    grab: &Grab,
    judgement: &Judgement,
    options: &Options,
    display: &Display,
) -> String {
    let Judgement { paths, verified } = judgement;
    let anchor = verified.anchor();
    let mut out = heading(target, grab);
    tree(&mut out, grab, anchor, display);
    out.push('\n');
    let named = |certificate| fitting(&subject(certificate), INDENT, display);
    fact(&mut out, "anchor", &style::anchor(named(&anchor.root.certificate)));
    fact(&mut out, "SHA-256", &anchor.root.certificate.sha256().to_string());
    fact(&mut out, "why", &anchor.reason.to_string());
    fact(&mut out, "lasts", &anchor.lasts.to_string());
    if let Some(limit) = of_owner(anchor, options) {
        fact(&mut out, "", &limit);
    }
    fact(&mut out, "timeline", &timeline(anchor, options.at));
    fact(&mut out, "proof", &sent(anchor));
    other_roots(&mut out, target, grab, judgement, options, display);
    handshake(&mut out, grab);
    let name = target.map(|target| options.wanted_name(target));
    let asked = Asked { name: name.as_ref(), at: options.at };
    let all = warning::about_anchor(&grab.presented, paths, verified, asked, &grab.work);
    warnings(&mut out, all, display);
    out
}

/// Whether the server sends all that leads to `anchor`.
fn sent(anchor: &Candidate) -> String {
    match anchor.missing.len() {
        _ if anchor.is_sufficient() => "the server sends every intermediate needed".to_owned(),
        1 => "the server does not send an intermediate that a device needs".to_owned(),
        count => format!("the server does not send {count} intermediates that a device needs"),
    }
}

/// The roots that are written with the anchor, and those that would do instead of it.
fn other_roots(
    out: &mut String,
    target: Option<&Target>,
    grab: &Grab,
    judgement: &Judgement,
    options: &Options,
    display: &Display,
) {
    let verified = &judgement.verified;
    let named = |certificate| fitting(&subject(certificate), INDENT, display);
    let bundle = target.map(|target| judgement.bundle(target, &grab.presented, options));
    let entries = bundle.as_ref().map_or(&[][..], |bundle| &bundle.entries);
    for entry in bundle.iter().flat_map(Bundle::extras) {
        let until = entry.lasts_until.map(Time::date).unwrap_or_default();
        let reason = entry.reason.as_ref().map(Foreign::line).unwrap_or_default();
        let subject = named(&entry.certificate);
        fact(out, entry.role.word(), &format!("{subject}, until {until}: {reason}"));
        fact(out, "", &format!("SHA-256 {}", entry.certificate.sha256()));
    }
    for (role, reason) in options.extras.absent(entries) {
        fact(out, role.word(), &format!("none: {reason}"));
    }
    for root in options.extras.announced(&verified.anchor().root) {
        fact(out, "announced", &root.offer());
    }
    let is_held = |other: &&Candidate| {
        entries.iter().any(|entry| entry.certificate == other.root.certificate)
    };
    for other in verified.alternatives().iter().filter(|other| !is_held(other)) {
        let subject = named(&other.root.certificate);
        fact(out, "also", &format!("{subject}, {}: {}", other.lasts, other.reason));
        fact(out, "", &timeline(other, options.at));
    }
}

/// That a store will keep fewer roots of the owner of `anchor` at some date, unless all of them are
/// written.
fn of_owner(anchor: &Candidate, options: &Options) -> Option<String> {
    let limit = chrome_limit(&anchor.root, anchor.lasts.until);
    limit.filter(|_| !options.extras.siblings)
}

/// The report about a chain without an anchor: the certificates received, in the order sent.
pub(crate) fn refused(target: Option<&Target>, grab: &Grab, display: &Display) -> String {
    let mut out = heading(target, grab);
    for (position, sent) in grab.presented.numbered() {
        match sent {
            Sent::Certificate(certificate) => {
                let number = format!("{position}. ");
                let name = fitting(&subject(certificate), number.len(), display);
                out += &style::wrapped(&number, "   ", &name, style::columns());
                let shown = (certificate, &grab.presented.source);
                details(&mut out, "   ", shown, position == 1, (&grab.work, display));
            }
            Sent::Unreadable(unreadable) => {
                let _ =
                    writeln!(out, "{position}. {}", in_language(&unreadable.problem.to_string()));
                let _ = writeln!(out, "   {:<INDENT$}{}", "SHA-256", unreadable.sha256);
            }
        }
    }
    handshake(&mut out, grab);
    warnings(&mut out, warning::about_presented(&grab.presented), display);
    out
}

/// The verdict of every TLS stack, in a table.
pub(crate) fn stacks(target: Option<&Target>, grab: &Grab, options: &Options) -> String {
    let mut out = heading(target, grab);
    match grab.every_stack(target, options) {
        Err(why) => {
            let _ = writeln!(out, "{}", in_language(&why.to_string()));
        }
        Ok(verdicts) => {
            if let Some(first) = verdicts.first() {
                fact(&mut out, "anchor", &style::anchor(subject(&first.anchor)));
            }
            out += &stack_table::table(&verdicts);
        }
    }
    out
}

fn heading(target: Option<&Target>, grab: &Grab) -> String {
    let target = match (target, &grab.presented.source) {
        (Some(target), _) => target.to_string(),
        (None, Source::Presented(path)) => Foreign::path(path).line(),
        (None, other) => other.to_string(),
    };
    let count = grab.presented.count();
    let what = if grab.presented.source == Source::Server { "sent" } else { "read" };
    in_language(&format!("{target}: {} {what}", counted(count, "certificate"))) + "\n\n"
}

/// The path from the anchor down to the leaf, as certificate viewers draw it.
fn tree(out: &mut String, grab: &Grab, anchor: &Candidate, display: &Display) {
    let mut path: Vec<_> = anchor.path.certificates.iter().rev().collect();
    if path.last() != Some(&&anchor.root.certificate) {
        path.insert(0, &anchor.root.certificate);
    }
    let (corner, line) = if style::is_ascii() { ("`- ", "|  ") } else { ("└─ ", "│  ") };
    for (depth, certificate) in path.iter().enumerate() {
        let lead = if depth == 0 { String::new() } else { margin(depth - 1) + corner };
        let below = margin(depth);
        let name = fitting(&subject(certificate), below.len(), display);
        let is_anchor = **certificate == anchor.root.certificate;
        let name = if is_anchor { style::anchor(name) } else { name };
        *out += &style::wrapped(&lead, &below, &name, style::columns());
        let last = depth + 1 == path.len();
        let rule = if last { "   " } else { line };
        let source = if is_anchor { anchor.root.source.clone() } else { grab.source(certificate) };
        details(out, &(below + rule), (certificate, &source), last, (&grab.work, display));
    }
}

/// How long an anchor lasts, in one line.
fn timeline(anchor: &Candidate, at: Time) -> String {
    let strokes = if style::is_ascii() { timeline::ASCII } else { timeline::UNICODE };
    timeline::line(anchor.root.certificate.not_before(), &anchor.lasts, at, &strokes)
}

fn margin(depth: usize) -> String {
    "   ".repeat(depth)
}

fn details(
    out: &mut String,
    margin: &str,
    (certificate, from): (&Certificate, &Source),
    leaf: bool,
    (work, display): (&Work, &Display),
) {
    let columns = style::columns();
    let mut line = |name: &str, value: &str| {
        let prefix = |name: &str| format!("{}{}", style::faint(margin), label(name));
        out.push_str(&style::wrapped(&prefix(name), &prefix(""), &in_language(value), columns));
    };
    let taken = textwrap::core::display_width(margin) + INDENT;
    let name = fitting(&certificate.issuer().text().line(), taken, display);
    let issuer = match (certificate.is_self_issued(), work.signed_itself(certificate)) {
        (true, Some(true)) => "itself".to_owned(),
        (true, Some(false)) => format!("{name}, a different key with this name"),
        _ => name,
    };
    line("issuer", &issuer);
    line(
        "valid",
        &format!("{} to {}", certificate.not_before().date(), certificate.not_after().date()),
    );
    line("key", &certificate.key().to_string());
    line("signature", &certificate.signature_algorithm().to_string());
    line("SHA-256", &certificate.sha256().to_string());
    line("from", &from.to_string());
    if leaf {
        let names = &certificate.extensions().alternative_names;
        let none = names.shown.is_empty();
        line("names", &if none { "none".to_owned() } else { names.first(SHOWN_NAMES) });
    }
}

fn handshake(out: &mut String, grab: &Grab) {
    let Some(handshake) = &grab.presented.handshake else {
        return;
    };
    let proof = handshake.key_possession.sentence();
    let text = format!("{}, {}; {proof}", handshake.version_name(), handshake.cipher_suite);
    fact(out, "handshake", &text);
    addresses(out, &grab.presented);
    out.push_str(&grab.device().as_ref().map(device).unwrap_or_default());
    if let Some(request) = &handshake.client_certificate {
        fact(out, "client", &request.sentence());
        if let Some(authorities) = authorities(request) {
            fact(out, "", &authorities);
        }
    }
    let bytes = handshake.certificate_message_bytes;
    fact(
        out,
        "message",
        &format!("{bytes} bytes of certificates, which most devices must hold at once"),
    );
}

/// How many names of the CAs whose client certificates a server accepts are shown; public clouds send a
/// hundred and more.
const SHOWN_AUTHORITIES: usize = 3;

/// The CAs whose client certificates a server accepts.
fn authorities(request: &CertificateRequest) -> Option<String> {
    let names = &request.authorities;
    let shown: Vec<_> = names.iter().take(SHOWN_AUTHORITIES).map(Foreign::line).collect();
    let more = names.len().saturating_sub(SHOWN_AUTHORITIES);
    let more = if more > 0 { format!(" and {more} more, see `--json`") } else { String::new() };
    (!names.is_empty()).then(|| format!("issued by {}{more}", shown.join(" or ")))
}

/// Which of several addresses presented the chain.
fn addresses(out: &mut String, presented: &Presented) {
    let (Some(peer), count @ 1..) = (presented.peer, presented.others.len()) else { return };
    let others: Vec<_> = presented.others.iter().map(|other| other.address.to_string()).collect();
    let text = format!(
        "{peer}, one of {} of this name; `--survey` also queries {}",
        count + 1,
        others.join(", ")
    );
    fact(out, "address", &text);
}

/// What the server means to a device.
pub(crate) fn device(verdict: &Verdict) -> String {
    let mut out = String::new();
    for (index, sentence) in verdict.sentences().into_iter().enumerate() {
        match index {
            0 => fact(&mut out, "device", &format!("{} {sentence}", verdict.device.name)),
            _ => fact(&mut out, "", &sentence),
        }
    }
    out
}

fn warnings(out: &mut String, all: Vec<Warning>, display: &Display) {
    for warning in if display.verbose { all } else { warning::summed(all) } {
        let word = style::warning(label("warning"));
        let rest = " ".repeat(INDENT);
        out.push_str(&style::wrapped(
            &word,
            &rest,
            &in_language(&warning.message),
            style::columns(),
        ));
    }
}

fn fact(out: &mut String, name: &str, value: &str) {
    out.push_str(&style::wrapped(&label(name), &label(""), &in_language(value), style::columns()));
}

/// The name of a fact in the language of this run, padded to the common width: a CJK character takes two
/// columns.
fn label(name: &str) -> String {
    let name = in_language(name);
    let gap = INDENT.saturating_sub(textwrap::core::display_width(&name));
    name + &" ".repeat(gap)
}

/// The fewest columns of a name: on a narrower terminal the line breaks.
const LEAST_NAME: usize = 20;

/// A name shortened to the columns of the terminal that `taken` leaves; whole with `--verbose` and
/// without a terminal.
fn fitting(name: &str, taken: usize, display: &Display) -> String {
    let end = if style::is_ascii() { "..." } else { "…" };
    match style::columns().filter(|_| !display.verbose) {
        Some(columns) => wrap::shortened(name, columns.saturating_sub(taken).max(LEAST_NAME), end),
        None => name.to_owned(),
    }
}

fn subject(certificate: &Certificate) -> String {
    let text = certificate.subject().text().line();
    if text.is_empty() { in_language("(no subject)") } else { text }
}
