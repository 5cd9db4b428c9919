//! The table of `--stacks`: the verdict of every TLS stack on a chain.

use std::fmt::Write as _;

use crate::{
    judge::every_stack::{OfStack, Refused},
    stack::Known,
    text::wrap::{self, COLUMNS},
};

use super::{language::in_language, style};

/// The width of the column with the names, the longest of which has 23 letters, and of the verdicts.
const NAME: usize = 25;
const VERDICT: usize = 10;

/// The table, with the count of the stacks that connect below it.
pub(crate) fn table(verdicts: &[OfStack]) -> String {
    let Some(first) = verdicts.first() else { return String::new() };
    let mut out = String::from("\n");
    row(&mut out, "stack", "verdict", &["why, and what to change".to_owned()]);
    let mut shown: Vec<(&Refused, &str)> = Vec::new();
    for verdict in verdicts {
        let OfStack { stack, anchor, refused } = verdict;
        let mut lines = Vec::new();
        if let Known::Assumed(like) = stack.known {
            lines.push(format!("assumed to verify as {like} does"));
        }
        if *anchor != first.anchor {
            lines.push(format!("with the anchor {}", anchor.subject().text().line()));
        }
        if let Some(refused) = refused {
            match shown.iter().find(|(known, _)| known.is_same(refused)) {
                Some((_, name)) => lines.push(format!("as {name}")),
                None => lines.extend(refused_lines(refused)),
            }
            shown.push((refused, stack.name));
        }
        row(&mut out, stack.name, verdict.word(), &lines);
    }
    let connecting = verdicts.iter().filter(|verdict| verdict.refused.is_none()).count();
    let count = format!("{connecting} of {} stacks and settings connect", verdicts.len());
    let _ = writeln!(out, "\n{}", in_language(&count));
    out
}

impl Refused {
    /// Whether the table says the same about both.
    fn is_same(&self, other: &Self) -> bool {
        (&self.reason, self.device, &self.server) == (&other.reason, other.device, &other.server)
    }
}

fn refused_lines(refused: &Refused) -> impl Iterator<Item = String> {
    let Refused { reason, device, server, .. } = refused;
    let device = device.map(|setting| format!("device: set `{setting}`"));
    let server = server.as_ref().map(|change| format!("server: {change}"));
    std::iter::once(reason.clone()).chain(device).chain(server)
}

/// A row, its last column wrapped.
fn row(out: &mut String, name: &str, verdict: &str, lines: &[String]) {
    let shown = in_language(verdict);
    let width = textwrap::core::display_width;
    let mut gap = VERDICT.saturating_sub(width(&shown));
    let painted = match verdict {
        "connects" => style::anchor(shown),
        "refuses" | "unknown" => style::warning(shown),
        _ => shown,
    };
    let name = in_language(name);
    let _ = write!(out, "{name}{:1$}{painted}", "", NAME.saturating_sub(width(&name)));
    let options = wrap::lines_of(COLUMNS - NAME - VERDICT).subsequent_indent("  ");
    let lines: Vec<_> = lines.iter().map(|line| in_language(line)).collect();
    for line in lines.iter().flat_map(|line| textwrap::wrap(line, &options)) {
        let _ = writeln!(out, "{:gap$}{line}", "");
        gap = NAME + VERDICT;
    }
    if lines.is_empty() {
        out.push('\n');
    }
}
