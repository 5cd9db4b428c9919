//! The anchor's own extensions for which TLS stacks refuse it.
//!
//! Browsers and rustls take an anchor as its name and key alone. Other stacks read it like any CA
//! certificate, and refuse the chain if it does not allow itself to have issued that.

use crate::{
    chain::Presented,
    judge::rank::Candidate,
    stack::{self, Case, Position, Rule},
    text::time::Time,
    x509::certificate::Certificate,
};

/// The stacks that are asked, one for each library that reads anchors.
const ASKED: [&str; 7] =
    ["mbedtls-3.6", "esp8266", "wolfssl-default", "openssl", "gnutls", "go", "java"];

/// A sentence for each rule that `anchor` breaks, with the stacks that refuse `presented` for it;
/// those in `except` are not asked.
///
/// There is none where not all that the server sent was kept: what a stack makes of it is not known.
pub(super) fn broken(
    presented: &Presented,
    anchor: &Candidate,
    at: Time,
    except: &[&str],
) -> Vec<String> {
    if presented.dropped() > 0 || !presented.unreadable().is_empty() {
        return Vec::new();
    }
    let sent: Vec<_> = presented.certificates().map(Certificate::der).collect();
    let fetched = anchor.missing.iter().map(|one| one.certificate.der());
    let held: Vec<_> = std::iter::once(anchor.root.certificate.der()).chain(fetched).collect();
    let case = Case::new(stack::Question { presented: &sent, anchors: &held, host: None, at });
    let mut rules: Vec<(Rule, Vec<&str>)> = Vec::new();
    let asked = ASKED.iter().filter(|name| !except.contains(name));
    for stack in asked.filter_map(|name| stack::named(name)) {
        let verdict = stack.judge(&case);
        let Some(refusal) = verdict.refusal() else { continue };
        let is_of_anchor = refusal.position == Position::Anchor(0)
            && matches!(refusal.rule, Rule::NotCa | Rule::NoKeyCertSign | Rule::PathLength);
        if !is_of_anchor {
            continue;
        }
        match rules.iter_mut().find(|(rule, _)| *rule == refusal.rule) {
            Some((_, titles)) => titles.push(stack.title),
            None => rules.push((refusal.rule.clone(), vec![stack.title])),
        }
    }
    let sentence = |(rule, titles): &(Rule, Vec<&str>)| {
        let verb = if titles.len() == 1 { "refuses" } else { "refuse" };
        format!("{} {verb} this chain: the anchor {rule}", titles.join(", "))
    };
    rules.iter().map(sentence).collect()
}
