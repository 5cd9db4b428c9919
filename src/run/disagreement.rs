//! Where the common TLS stacks disagree: those that refuse a chain which browsers accept, and why.
//!
//! In: what was presented, an anchor for it, a name and a time. Out: at most [`MOST_LINES`] lines;
//! `--stacks` shows every stack.

use serde::Serialize;

use crate::{
    chain::Presented,
    judge::{
        baseline::FEWEST_RSA_BITS,
        rank::Candidate,
        stacks::{self, Asked},
    },
    stack::{self, Case, Position, Refusal, Rule, Stack, Verdict},
};

/// The stacks that are compared, one for each library with its own rules for certificates.
const COMMON: [&str; 7] =
    ["mbedtls-3.6", "esp8266", "wolfssl-default", "openssl", "gnutls", "go", "java"];

/// The most lines about one chain, so that a report stays readable.
const MOST_LINES: usize = 3;

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// A short stable name.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: String,
}

/// Which refusals are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All.
    Chain,
    /// Those caused by the anchor itself. In a set of anchors each server's result reports the others.
    Anchor,
}

/// Stacks that refuse a chain by the same rule, and where the first of them found it violated.
struct Refused {
    refusal: Refusal,
    by: Vec<&'static Stack>,
}

/// A line for each rule of `scope` for which common stacks refuse `presented` with `anchor` on the
/// device; those in `except` are left out.
///
/// There are none if certgrab did not keep everything that the server sent: the verdicts are then unknown.
pub(super) fn about(
    presented: &Presented,
    anchor: &Candidate,
    asked: Asked<'_>,
    (scope, except): (Scope, &[&str]),
) -> Vec<Warning> {
    if presented.is_cut() {
        return Vec::new();
    }
    stacks::with_case(presented, anchor.held(), asked, |case| {
        lines(&refusals(case, scope, except), case)
    })
}

/// Why common stacks refuse `case`, by rule, in the order of [`COMMON`].
fn refusals(case: &Case<'_>, scope: Scope, except: &[&str]) -> Vec<Refused> {
    let mut all: Vec<Refused> = Vec::new();
    let names = COMMON.iter().filter(|name| !except.contains(name));
    for stack in names.filter_map(|name| stack::named(name)) {
        let Verdict::Refuses(refusal) = stack.judge(case) else { continue };
        if !scope.has(&refusal) || is_reported_elsewhere(&refusal.rule) {
            continue;
        }
        match all.iter_mut().find(|known| known.refusal.rule == refusal.rule) {
            Some(known) => known.by.push(stack),
            None => all.push(Refused { refusal, by: vec![stack] }),
        }
    }
    all
}

impl Scope {
    fn has(self, refusal: &Refusal) -> bool {
        let is_of_anchor = || {
            refusal.position == Position::Anchor(0)
                && matches!(refusal.rule, Rule::NotCa | Rule::NoKeyCertSign | Rule::PathLength)
        };
        self == Self::Chain || is_of_anchor()
    }
}

/// Whether another warning covers it for every stack: a short RSA key has its own.
fn is_reported_elsewhere(rule: &Rule) -> bool {
    matches!(rule, Rule::RsaSize { bits } if *bits < FEWEST_RSA_BITS)
}

/// One line for each; the last one counts those without a line.
fn lines(all: &[Refused], case: &Case<'_>) -> Vec<Warning> {
    let shown = if all.len() > MOST_LINES { MOST_LINES - 1 } else { all.len() };
    let mut lines: Vec<_> = all[..shown].iter().map(|one| one.line(case)).collect();
    let others: usize = all[shown..].iter().map(|one| one.by.len()).sum();
    if others > 0 {
        let message = format!(
            "{others} more common TLS stacks refuse this chain for other reasons; `--stacks` lists them"
        );
        lines.push(Warning { code: "stack_refuses", message });
    }
    lines
}

impl Refused {
    fn line(&self, case: &Case<'_>) -> Warning {
        let titles: Vec<_> = self.by.iter().map(|stack| stack.title).collect();
        let (verb, remedy) = match self.by.as_slice() {
            [stack] => ("refuses", stack.remedy(case, &self.refusal)),
            _ => ("refuse", self.refusal.server_change()),
        };
        let remedy = remedy.map(|words| format!("; {words}")).unwrap_or_default();
        let (titles, reason) = (titles.join(", "), self.refusal.reason(case));
        let code = match self.refusal.position {
            Position::Anchor(_) => "anchor_refused",
            Position::Sent(_) => "stack_refuses",
        };
        Warning { code, message: format!("{titles} {verb} this chain: {reason}{remedy}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_at_most_three_lines_and_the_last_counts_the_rest() {
        let at = "2030-01-01".parse().unwrap();
        let question = stack::Question { presented: &[], anchors: &[], host: None, at };
        let case = Case::new(question);
        let by = |names: &[&str]| names.iter().filter_map(|name| stack::named(name)).collect();
        let refused = |rule, names: &[&str]| Refused {
            refusal: Refusal { position: Position::Sent(0), rule },
            by: by(names),
        };
        let mut all = vec![
            refused(Rule::OutOfOrder, &["mbedtls-3.6", "esp8266"]),
            refused(Rule::NoKeyUsage, &["wolfssl-5.5"]),
            refused(Rule::NoDigitalSignature, &["gnutls", "java"]),
        ];
        let messages = |all: &[Refused]| {
            lines(all, &case).into_iter().map(|one| one.message).collect::<Vec<_>>()
        };
        assert_eq!(messages(&all).len(), MOST_LINES);
        assert!(messages(&all)[2].starts_with("GnuTLS, Java refuse this chain: "));
        all.push(refused(Rule::LongName, &["go"]));
        let shown = messages(&all);
        assert_eq!(shown.len(), MOST_LINES);
        assert_eq!(
            shown[2],
            "3 more common TLS stacks refuse this chain for other reasons; `--stacks` lists them"
        );
    }
}
