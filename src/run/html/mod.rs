//! One target's result as a report for people: one HTML file that works without scripts.
//!
//! In: a [`Grab`] with its [`Judgement`], and the constants that were proved. Out: the page, with the
//! chain as a tree, the validity of each certificate, the verdict of each TLS stack, and the constants.
//! A script adds a button to copy each constant; without it, users select the text.

mod set;

use std::fmt::Write as _;

pub use self::set::of_set;

use super::{
    grab::{Grab, Judgement, Options},
    warning,
};
use crate::{
    endpoint::Target,
    judge::{
        rank::{Candidate, Lasts},
        stacks::Asked,
    },
    text::{
        html::{self, with_code},
        time::Time,
        xml::escaped,
    },
    x509::{certificate::Certificate, extensions::SHOWN_NAMES},
};

/// Adds a button to each constant, in the language of the page.
const SCRIPT: &str = "\
const [copy,copied]=document.documentElement.lang==='en'?['Copy','Copied']:['复制','已复制'];\
for(const pre of document.querySelectorAll('pre')){const button=document.createElement('button');\
button.type='button';button.textContent=copy;button.addEventListener('click',async()=>{\
try{await navigator.clipboard.writeText(pre.textContent)}\
catch{getSelection().selectAllChildren(pre);document.execCommand('copy')}\
button.textContent=copied});pre.before(button)}";

/// The most years that the timeline shows after today: a certificate without an expiry date is valid
/// until 9999 (RFC 5280 section 4.1.2.5).
const MOST_YEARS: i16 = 50;

/// A constant of the report.
#[derive(Debug)]
pub struct Constant {
    /// The name of its format.
    pub format: &'static str,
    /// What reads it.
    pub reader: &'static str,
    /// The constant.
    pub text: String,
}

/// The report about a target with an anchor.
#[must_use]
pub fn report(
    target: &Target,
    grab: &Grab,
    judgement: &Judgement,
    options: &Options,
    constants: &[Constant],
) -> String {
    let anchor = judgement.verified.anchor();
    let title = format!("The trust anchor for {target}");
    let root = &anchor.root.certificate;
    let mut out = format!(
        "<h1>{}</h1>\n<p><strong class=\"good\">{}</strong><small>SHA-256 <code>{}</code></small></p>\n\
         <table>\n<tr><th>why<td>{}\n<tr><th>lasts<td>{}\n<tr><th>from<td>{}\n",
        escaped(&title),
        escaped(&named(root)),
        root.sha256(),
        with_code(&anchor.reason.to_string()),
        escaped(&anchor.lasts.to_string()),
        escaped(&anchor.root.source.to_string()),
    );
    proof(&mut out, grab, options.at);
    out.push_str("</table>\n");
    let name = options.wanted_name(target);
    warnings(&mut out, grab, judgement, Asked { name: Some(&name), at: options.at });
    let path = path(anchor);
    out.push_str("<h2>From the root to the server</h2>\n");
    tree(&mut out, &path);
    timeline(&mut out, &path, judgement, options.at);
    stacks(&mut out, target, grab, options);
    if !constants.is_empty() {
        out.push_str("<h2>Constants</h2>\n");
    }
    for (index, one) in constants.iter().enumerate() {
        let open = if index == 0 { " open" } else { "" };
        let Constant { format, reader, text } = one;
        let _ = writeln!(
            out,
            "<details{open}><summary><code>{format}</code> for {}</summary>\n<pre>{}</pre></details>",
            escaped(reader),
            escaped(text)
        );
    }
    html::page(&title, &out, SCRIPT)
}

/// How the server was queried, and when.
fn proof(out: &mut String, grab: &Grab, at: Time) {
    if let Some(handshake) = &grab.presented.handshake {
        let proof = handshake.key_possession.sentence();
        let version = escaped(&handshake.version_name().to_string());
        let _ = writeln!(out, "<tr><th>handshake<td>{version}; {proof}");
    }
    let _ = writeln!(out, "<tr><th>verified as of<td>{}", at.date());
}

fn warnings(out: &mut String, grab: &Grab, judgement: &Judgement, asked: Asked<'_>) {
    let Judgement { paths, verified } = judgement;
    let all = warning::about_anchor(&grab.presented, paths, verified, asked, &grab.work);
    for one in warning::summed(all) {
        let message = with_code(&one.message);
        let _ = writeln!(out, "<p><strong class=\"warning\">warning</strong> {message}</p>");
    }
}

/// The certificates from the anchor down to the leaf.
fn path(anchor: &Candidate) -> Vec<&Certificate> {
    let mut path: Vec<_> = anchor.path.certificates.iter().rev().collect();
    if path.first() != Some(&&anchor.root.certificate) {
        path.insert(0, &anchor.root.certificate);
    }
    path
}

fn tree(out: &mut String, path: &[&Certificate]) {
    for (depth, certificate) in path.iter().enumerate() {
        let class = if depth == 0 { " class=\"tree\"" } else { "" };
        let names = match depth + 1 == path.len() {
            true => certificate.extensions().alternative_names.first(SHOWN_NAMES),
            false => String::new(),
        };
        let names = if names.is_empty() { names } else { format!("; names {names}") };
        let _ = write!(
            out,
            "<ul{class}>\n<li>{}<small>{} to {}; {}; SHA-256 <code>{}</code>{}</small>\n",
            escaped(&named(certificate)),
            certificate.not_before().date(),
            certificate.not_after().date(),
            escaped(&certificate.key().to_string()),
            certificate.sha256(),
            escaped(&names),
        );
    }
    for _ in path {
        out.push_str("</ul>\n");
    }
}

/// A bar for each certificate and each other anchor, with today and the dates of a store's schedule.
fn timeline(out: &mut String, path: &[&Certificate], judgement: &Judgement, at: Time) {
    let verified = &judgement.verified;
    let anchor = verified.anchor();
    let mut rows: Vec<(&Certificate, &str, Option<&Lasts>)> =
        vec![(&anchor.root.certificate, "anchor", Some(&anchor.lasts))];
    let others = path.iter().filter(|one| **one != &anchor.root.certificate);
    rows.extend(others.map(|one| (*one, "", None)));
    let also = verified.alternatives().iter();
    rows.extend(also.map(|one| (&one.root.certificate, "also verifies", Some(&one.lasts))));
    let span = Span::of(rows.iter().map(|(certificate, ..)| *certificate), at);
    out.push_str("<h2>Validity</h2>\n<table>\n<tr><th>certificate<th>valid<th>timeline\n");
    for (certificate, role, lasts) in rows {
        let (begins, ends) = (certificate.not_before(), certificate.not_after());
        let role = if role.is_empty() { String::new() } else { format!("<small>{role}</small>") };
        let scheduled = lasts.and_then(|lasts| lasts.scheduled).filter(|date| *date < ends);
        let words = scheduled.map_or_else(String::new, |date| {
            format!("<small>expected in Mozilla's store until {}</small>", date.date())
        });
        let _ = writeln!(
            out,
            "<tr><td>{}{role}<td class=\"dates\">{} to {}{words}<td>{}",
            escaped(&named(certificate)),
            begins.date(),
            ends.date(),
            span.bar(certificate, scheduled, at),
        );
    }
    legend(out, &format!("{}, the date of verification", at.date()));
}

/// How a mark in a bar begins.
const MARK: &str = "<s style=";

/// Ends the table of a timeline with an explanation of its marks, if there are any; `today` is the line
/// across all bars.
fn legend(out: &mut String, today: &str) {
    let of_marks = match out.contains(MARK) {
        true => {
            "; a mark in a bar is the date on which Mozilla is expected to stop trusting the root"
        }
        false => "",
    };
    let _ = writeln!(
        out,
        "</table>\n<p><small>The line across all bars is {today}{of_marks}.</small></p>"
    );
}

/// What the timeline shows.
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    fn of<'a>(certificates: impl Iterator<Item = &'a Certificate>, at: Time) -> Self {
        let (mut from, mut to) = (at, at);
        for certificate in certificates {
            from = from.min(certificate.not_before());
            to = to.max(certificate.not_after());
        }
        Self { from: from.unix(), to: to.min(at.plus_years(MOST_YEARS)).unix() }
    }

    /// The bar of a certificate, with today and the date of a store's schedule.
    fn bar(&self, certificate: &Certificate, scheduled: Option<Time>, at: Time) -> String {
        let mark = scheduled.map_or_else(String::new, |date| {
            format!("{MARK}\"left:{:.1}%\"></s>", self.percent(date))
        });
        let (left, today) = (self.percent(certificate.not_before()), self.percent(at));
        format!(
            "<span class=\"bar\" aria-hidden=\"true\"><i style=\"left:{left:.1}%;width:{:.1}%\"></i>{mark}\
             <b style=\"left:{today:.1}%\"></b></span>",
            (self.percent(certificate.not_after()) - left).max(0.5)
        )
    }

    /// Where `time` is, in percent of the width.
    fn percent(&self, time: Time) -> f64 {
        let whole = (self.to - self.from).max(1) as f64;
        ((time.unix() - self.from) as f64 / whole * 100.0).clamp(0.0, 100.0)
    }
}

fn stacks(out: &mut String, target: &Target, grab: &Grab, options: &Options) {
    // If no root is trusted, the page already says why.
    let Ok(verdicts) = grab.every_stack(Some(target), options) else { return };
    if verdicts.is_empty() {
        return;
    }
    let connecting = verdicts.iter().filter(|one| one.refused.is_none()).count();
    let _ = write!(
        out,
        "<h2>What each TLS stack does with this chain and anchor</h2>\n\
         <p>{connecting} of {} stacks and settings connect.</p>\n\
         <table>\n<tr><th>TLS stack<th>verdict<th>why, and what to change\n",
        verdicts.len()
    );
    // Stacks that do not connect come first.
    let (refused, connects): (Vec<_>, Vec<_>) =
        verdicts.iter().partition(|one| one.refused.is_some());
    let mut rows: Vec<(String, &str, String)> = Vec::new();
    for one in refused.into_iter().chain(connects) {
        let mut why = one.refused.as_ref().map(|refused| with_code(&refused.reason));
        if let (Some(why), Some(refused)) = (&mut why, &one.refused) {
            if let Some(setting) = refused.device {
                let _ = write!(why, "<small>device: set <code>{}</code></small>", escaped(setting));
            }
            if let Some(change) = &refused.server {
                let _ = write!(why, "<small>server: {}</small>", with_code(change));
            }
        }
        let (title, word, why) = (escaped(one.stack.title), one.word(), why.unwrap_or_default());
        // A reason that holds for several stacks is given once.
        let known = rows.iter_mut().find(|row| !why.is_empty() && (row.1, &row.2) == (word, &why));
        match known {
            Some((titles, ..)) => *titles += &format!("<br>{title}"),
            None => rows.push((title.to_string(), word, why)),
        }
    }
    for (titles, word, why) in rows {
        let _ = writeln!(out, "<tr><td>{titles}<td class=\"{word}\">{word}<td>{why}");
    }
    out.push_str("</table>\n");
}

/// The subject in one line.
fn named(certificate: &Certificate) -> String {
    let text = certificate.subject().text().line();
    if text.is_empty() { "(no subject)".to_owned() } else { text }
}
