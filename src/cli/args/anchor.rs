//! The options that say how the anchor is found and chosen.

use std::fmt::Write as _;

use crate::{
    Grab,
    endpoint::Target,
    judge::path::{self, Question},
    net::aia::{self, Allowed},
    run::{grab::Options, pack::Extras},
    text::time::Time,
};

use super::words::Words;

/// The heading of these options.
pub(crate) const HEADING: &str = "Which anchor";

/// How the anchor is found and chosen.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Anchor {
    /// Do not fetch missing issuers from the URLs in the certificates
    #[arg(long)]
    pub(crate) no_aia: bool,

    /// Also fetch issuers from here; by default only public addresses on port 80 are contacted
    #[arg(long, value_name = "ADDRESS[/BITS][:PORT]", value_parser = allowed,
          allow_hyphen_values = true)]
    pub(crate) aia_allow: Vec<Allowed>,

    /// Require an anchor valid for at least SPAN (10y, 90d), or until a date (2027-04-15)
    #[arg(long, value_name = "SPAN", value_parser = span, allow_hyphen_values = true)]
    pub(crate) lifetime: Option<Span>,

    /// Also write the other roots that verify this server
    #[arg(long)]
    pub(crate) backup: bool,

    /// Also write the CA's other roots, which future certificates may chain to
    #[arg(long)]
    pub(crate) siblings: bool,

    /// Also write every certificate of --roots FILE, such as the next root of your CA
    #[arg(long)]
    pub(crate) hold: bool,

    /// Show every path from the leaf with its verdict
    #[arg(long)]
    pub(crate) paths: bool,

    /// Show what every TLS stack makes of the chain: whether it connects, why not, what to change
    #[arg(long, conflicts_with_all = ["emit", "template", "sizes", "hosts", "survey", "compare"])]
    pub(crate) stacks: bool,
}

/// How long an anchor has to last, as the user writes it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Span {
    Years(i16),
    Days(u16),
    Until(Time),
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
            Span::Until(date) => date,
        })
    }

    /// Adds the words of the options that decide which certificates are written.
    pub(crate) fn repeat(&self, words: &mut Words) {
        let Self { no_aia, aia_allow, lifetime, backup, siblings, hold, paths: _, stacks: _ } =
            self;
        words.switch("--no-aia", *no_aia);
        words.values("--aia-allow", aia_allow.iter().map(|_| "ADDRESS"));
        words.values(
            "--lifetime",
            lifetime.map(|span| match span {
                Span::Years(years) => format!("{years}y"),
                Span::Days(days) => format!("{days}d"),
                Span::Until(date) => date.to_string(),
            }),
        );
        words.switch("--backup", *backup);
        words.switch("--siblings", *siblings);
        words.switch("--hold", *hold);
    }

    /// What is written in addition to the anchor.
    pub(crate) const fn extras(&self) -> Extras {
        Extras { backups: self.backup, siblings: self.siblings, held: self.hold }
    }

    /// What `--paths` shows.
    pub(crate) fn shown(&self, target: &Target, grab: &Grab, options: &Options) -> String {
        let mut out = String::new();
        if !self.paths {
            return out;
        }
        let question =
            Question { name: Some(&options.wanted_name(target)), at: options.at, work: &grab.work };
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
                let _ = writeln!(out, "\nthere may be more paths: the search stopped {spent}");
            }
            _ => {}
        }
        out
    }
}

pub(crate) fn span(text: &str) -> Result<Span, &'static str> {
    let wrong = "expected years, days or a date, such as 10y, 90d or 2027-04-15";
    if let Ok(date) = text.parse() {
        return Ok(Span::Until(date));
    }
    let span = match text.strip_suffix('y') {
        Some(years) => years.parse().ok().filter(|years| *years > 0).map(Span::Years),
        None => text.strip_suffix('d').and_then(|days| days.parse().ok()).map(Span::Days),
    };
    span.ok_or(wrong)
}

fn allowed(text: &str) -> Result<Allowed, aia::policy::NotANetwork> {
    text.parse()
}
