//! The options that say how the anchor is found and chosen.

use std::fmt::Write as _;

use certgrab::{
    Grab,
    bundle::Bundle,
    consumer,
    grab::Options,
    issuers::{self, Allowed},
    path::{self, Question, Refusal},
    target::Target,
    time::Time,
    verify::{self, Verified},
};

use super::{Exit, Failure, args::Display, output, repeat::Words, style};

/// How the anchor is found and chosen.
#[derive(Debug, clap::Args)]
pub(crate) struct Anchor {
    /// Do not fetch issuers that the server leaves out from the URLs in its certificates
    #[arg(long)]
    no_aia: bool,

    /// Fetch issuers from here too; of itself certgrab asks public addresses on port 80
    #[arg(long, value_name = "ADDRESS[/BITS][:PORT]", value_parser = allowed,
          conflicts_with = "no_aia")]
    aia_allow: Vec<Allowed>,

    /// Want an anchor that lasts so many years (10y) or days (90d) from now
    #[arg(long, value_name = "SPAN", value_parser = span)]
    lifetime: Option<Span>,

    /// Write too the other roots that would do as the anchor
    #[arg(long)]
    backup: bool,

    /// Write too the roots of the same organisation, of which its next certificates may come
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
    pub(super) fn issuers(&self) -> issuers::Options {
        issuers::Options { enabled: !self.no_aia, allowed: self.aia_allow.clone(), instead: None }
    }

    /// The date until which the anchor has to last, judged at the time `at`.
    pub(super) fn lasting(&self, at: Time) -> Option<Time> {
        self.lifetime.map(|span| match span {
            Span::Years(years) => at.plus_years(years),
            Span::Days(days) => at.plus_days(i64::from(days)),
        })
    }

    /// Adds the words of the options that decide which certificates are written.
    pub(super) fn repeat(&self, words: &mut Words) {
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

    /// Whether more than the anchor is written.
    pub(super) const fn widens(&self) -> bool {
        self.backup || self.siblings
    }

    /// The bundle with the backups and the siblings that were asked for.
    pub(super) fn widened(&self, bundle: Bundle, verified: &Verified, at: Time) -> Bundle {
        let bundle = if self.backup { bundle.with_backups(verified) } else { bundle };
        if self.siblings { bundle.with_siblings(verified, at) } else { bundle }
    }

    /// What `--paths` shows.
    pub(super) fn shown(&self, target: &Target, grab: &Grab, options: &Options) -> String {
        let mut out = String::new();
        if !self.paths {
            return out;
        }
        let question = Question { name: &options.wanted_name(target), at: options.at };
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
        if traces.cut {
            let _ = writeln!(out, "\nthere are more paths than the {} shown", path::MAX_TRACES);
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

fn allowed(text: &str) -> Result<Allowed, issuers::policy::NotANetwork> {
    text.parse()
}

/// Proves that a device which holds `bundle` verifies the server, under the rules of the stack
/// that reads `format`.
///
/// A format that many stacks read is held against OpenSSL, the strictest: what that one would not
/// take is a warning, as is what a setting of the consumer decides or what is assumed of it.
pub(super) fn prove_for(
    format: &str,
    target: &Target,
    grab: &Grab,
    bundle: &Bundle,
    options: &Options,
    display: &Display,
) -> Result<(), Failure> {
    let reading = consumer::reading(format);
    let question = Question { name: &options.wanted_name(target), at: options.at };
    let held: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.clone()).collect();
    let consumer = reading.unwrap_or(consumer::OPENSSL);
    let Err(refusal) = verify::accepts(&consumer, &grab.presented, &held, question) else {
        return Ok(());
    };
    let is_certain =
        reading.is_some() && !matches!(refusal, Refusal::NotTaken { unless: Some(_), .. });
    if is_certain {
        let failure = Failure::new(Exit::Untrusted, refusal.to_string());
        return Err(failure.with_hint(refusal.hint()));
    }
    if !display.quiet {
        let hint = refusal.hint().map(|hint| format!("; {hint}")).unwrap_or_default();
        output::say(format_args!("{} {refusal}{hint}", style::warning("warning:")));
    }
    Ok(())
}
