//! The options that say how the anchor is found and chosen.

use std::fmt::Write as _;

use crate::chain::Presented;
use crate::{
    Grab,
    endpoint::Target,
    judge::{
        path::{self, Question, Refusal},
        prove,
    },
    net::aia::{self, Allowed},
    output::bundle::Bundle,
    run::{grab::Options, pack::Extras},
    stack::{
        self, Case, Verdict,
        consumer::{self, Known},
    },
    text::time::Time,
    x509::certificate::Certificate,
};

use rustls_pki_types::ServerName;

use super::Display;
use crate::cli::{Exit, Failure, output, regenerate::Words};

/// Heads these options and the others of their kind.
pub(crate) const HEADING: &str = "Which anchor";

/// How the anchor is found and chosen.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Anchor {
    /// Do not fetch issuers that the server leaves out from the URLs in its certificates
    #[arg(long)]
    no_aia: bool,

    /// Fetch issuers from here too; of itself certgrab asks public addresses on port 80
    #[arg(long, value_name = "ADDRESS[/BITS][:PORT]", value_parser = allowed)]
    aia_allow: Vec<Allowed>,

    /// Want an anchor that lasts so many years (10y) or days (90d) from now
    #[arg(long, value_name = "SPAN", value_parser = span, allow_hyphen_values = true)]
    lifetime: Option<Span>,

    /// Hold too the other roots that would do as the anchor
    #[arg(long)]
    backup: bool,

    /// Hold too the roots of the same organisation, of which its next certificates may come
    #[arg(long)]
    siblings: bool,

    /// Show every path from the leaf with its verdict
    #[arg(long)]
    paths: bool,
}

/// A span of time as people give it.
#[derive(Debug, Clone, Copy)]
enum Span {
    Years(i16),
    Days(u16),
}

impl Anchor {
    pub(crate) fn issuers(&self) -> aia::Options {
        aia::Options { enabled: !self.no_aia, allowed: self.aia_allow.clone(), instead: None }
    }

    /// The date until which the anchor has to last, judged at the time `at`.
    pub(crate) fn lasting(&self, at: Time) -> Option<Time> {
        self.lifetime.map(|span| match span {
            Span::Years(years) => at.plus_years(years),
            Span::Days(days) => at.plus_days(i64::from(days)),
        })
    }

    /// Adds the words of the options that decide which certificates are written.
    pub(crate) fn repeat(&self, words: &mut Words) {
        let Self { no_aia, aia_allow, lifetime, backup, siblings, paths: _ } = self;
        words.switch("--no-aia", *no_aia);
        words.values("--aia-allow", aia_allow.iter().map(|_| "ADDRESS"));
        words.values(
            "--lifetime",
            lifetime.map(|span| match span {
                Span::Years(years) => format!("{years}y"),
                Span::Days(days) => format!("{days}d"),
            }),
        );
        words.switch("--backup", *backup);
        words.switch("--siblings", *siblings);
    }

    /// What is held besides the anchor.
    pub(crate) const fn besides(&self) -> Extras {
        Extras { backups: self.backup, siblings: self.siblings }
    }

    /// What `--paths` shows.
    pub(crate) fn shown(&self, target: &Target, grab: &Grab, options: &Options) -> String {
        let mut out = String::new();
        if !self.paths {
            return out;
        }
        let question =
            Question { name: &options.wanted_name(target), at: options.at, work: &grab.work };
        let issuers = grab.issuers.candidates();
        let traces = path::trace(&grab.presented, &issuers, &options.store, question);
        for (index, trace) in traces.found.iter().enumerate() {
            let verdict = trace.problem.as_deref().unwrap_or("holds");
            let _ = writeln!(out, "\npath {}     {verdict}", index + 1);
            for certificate in trace.certificates.iter().rev() {
                let subject = certificate.subject().text().line();
                let print = certificate.sha256().to_string();
                let until = certificate.not_after().date();
                let _ = writeln!(out, "  {subject}, until {until}, SHA-256 {}...", &print[..16]);
            }
        }
        match (traces.cut, grab.work.spent()) {
            (true, _) if traces.found.len() >= path::MAX_TRACES => {
                let most = path::MAX_TRACES;
                let _ = writeln!(out, "\nthere are more paths than the {most} shown");
            }
            (true, Some(spent)) => {
                let _ = writeln!(out, "\nthere may be more paths: the search ended {spent}");
            }
            _ => {}
        }
        out
    }
}

fn span(text: &str) -> Result<Span, &'static str> {
    let wrong = "wanted a number of years or days, such as 10y or 90d";
    let span = match text.strip_suffix('y') {
        Some(years) => years.parse().ok().filter(|years| *years > 0).map(Span::Years),
        None => text.strip_suffix('d').and_then(|days| days.parse().ok()).map(Span::Days),
    };
    span.ok_or(wrong)
}

fn allowed(text: &str) -> Result<Allowed, aia::policy::NotANetwork> {
    text.parse()
}

/// Proves that a device which holds `bundle` verifies the server, under the rules of the stack
/// that reads `format`.
///
/// A format that many stacks read is held against OpenSSL, the strictest: what that one would not
/// take is a warning, as is what a setting of the consumer decides or what is assumed of it. `whose`
/// begins what is said of it.
pub(crate) fn prove_for(
    format: &str,
    whose: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
    display: &Display,
) -> Result<(), Failure> {
    doubt(format, presented, bundle, question).map_or(Ok(()), |doubt| doubt.tell(whose, display))
}

/// What the stack that reads `format` would not take; see [`prove_for`].
pub(crate) fn doubt(
    format: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
) -> Option<Doubt> {
    let reading = consumer::reading(format);
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let consumer = reading.unwrap_or(consumer::OPENSSL);
    let Err(refusal) = prove::accepts(&consumer, presented, &held, question) else {
        let is_address = matches!(question.name, ServerName::IpAddress(_));
        let Some(advice) = consumer::without_addresses(format).filter(|_| is_address) else {
            return by_its_own_rules(format, presented, bundle, question);
        };
        let leaf = presented.leaf().ok()?;
        let refusal = Refusal::NotTaken {
            subject: leaf.subject().text(),
            consumer: consumer.title,
            problem: "compares no IP address with those of a certificate",
            unless: None,
            advice: Some(advice),
        };
        return Some(Doubt { refusal, is_certain: false });
    };
    let is_known = reading.is_some_and(|one| one.known != Known::Assumed);
    let depends = matches!(refusal, Refusal::NotTaken { unless: Some(_), .. });
    Some(Doubt { refusal, is_certain: is_known && !depends })
}

/// What the stack that reads `format` refuses by the algorithm of its own, which has the certificates
/// as they were sent: `None` where not all that was sent is at hand.
fn by_its_own_rules(
    format: &str,
    presented: &Presented,
    bundle: &Bundle,
    question: Question<'_>,
) -> Option<Doubt> {
    let stack = stack::reading(format)?;
    if presented.dropped() > 0 || !presented.unreadable().is_empty() {
        return None;
    }
    let sent: Vec<_> = presented.certificates().map(Certificate::der).collect();
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.der()).collect();
    let host = question.name.to_str();
    let case = Case::new(stack::Question {
        presented: &sent,
        anchors: &held,
        host: Some(&host),
        at: question.at,
    });
    let verdict = stack.judge(&case);
    let refusal = verdict.refusal()?;
    let is_certain = matches!(verdict, Verdict::Refuses(_))
        && !stack.is_assumed()
        && !stack.depends_on_a_setting(refusal);
    let (sentence, remedy) = (stack.sentence(refusal), stack.remedy(refusal));
    Some(Doubt { refusal: Refusal::ByStack { sentence, remedy }, is_certain })
}

/// What a consumer would not take.
pub(crate) struct Doubt {
    refusal: Refusal,
    /// Whether it is so however the consumer is set up, so that nothing must be written.
    pub(crate) is_certain: bool,
}

impl Doubt {
    /// Fails with it if it is certain, and else warns of it; `whose` says of which targets it is.
    pub(crate) fn tell(&self, whose: &str, display: &Display) -> Result<(), Failure> {
        let Self { refusal, is_certain } = self;
        if *is_certain {
            let failure = Failure::new(Exit::Untrusted, format!("{whose}{refusal}"));
            return Err(failure.with_hint(refusal.hint()));
        }
        self.warn(whose, display);
        Ok(())
    }

    /// Warns of it, however certain it is.
    pub(crate) fn warn(&self, whose: &str, display: &Display) {
        let refusal = &self.refusal;
        let hint = refusal.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        output::warn(format_args!("{whose}{refusal}{hint}"), display);
    }

    /// Whether nothing must be written, and the words of it: where both are the same, so is what
    /// is told.
    pub(crate) fn words(&self) -> (bool, String) {
        (self.is_certain, self.refusal.to_string())
    }
}
