//! How OpenSSL builds a path (`build_chain`).

use super::{Info, Setting, is_same, moment, outdated};
use crate::stack::{
    case::{Case, Cert},
    dn::Dn,
    issuer::{Wanted, why_none},
    reason::{Position, Refusal, Rule},
    view::View,
};

/// A path, and how many of its certificates come from the server.
pub(super) struct Chain<'i, 'c, 'a> {
    pub(super) certs: Vec<&'i Info<'c, 'a>>,
    pub(super) untrusted: usize,
}

/// Builds a path to an anchor.
pub(super) fn build<'i, 'c, 'a>(
    case: &Case<'a>,
    setting: &Setting,
    sent: &'i [Info<'c, 'a>],
    anchors: &'i [Info<'c, 'a>],
) -> Result<Chain<'i, 'c, 'a>, Refusal> {
    let mut chain = Chain { certs: vec![&sent[0]], untrusted: 1 };
    let mut rest: Vec<&Info<'_, '_>> = sent.iter().collect();
    let mut is_searching_sent = true;
    loop {
        let current = chain.certs[chain.certs.len() - 1];
        let (mut is_extended, mut ends) = (false, false);
        if let Some(issuer) = best(case, anchors.iter(), current) {
            ends = issuer.is_self_signed;
            if !current.is_self_signed {
                chain.certs.push(issuer);
                is_extended = true;
            } else if is_same(case, current.cert, issuer.cert) {
                chain.certs.pop();
                chain.certs.push(issuer);
                chain.untrusted -= 1;
                (is_extended, ends) = (true, true);
            }
        }
        if is_extended {
            is_searching_sent = false;
            if ends || setting.partial_chain {
                return Ok(chain);
            }
            continue;
        }
        if !is_searching_sent {
            break;
        }
        let taken =
            |one: &&Info<'_, '_>| chain.certs.iter().any(|link| is_same(case, link.cert, one.cert));
        let free = rest.iter().copied().filter(|one| !taken(one));
        match best(case, free, current).filter(|_| !current.is_self_signed) {
            Some(issuer) => {
                rest.retain(|one| one.cert.position != issuer.cert.position);
                chain.certs.push(issuer);
                chain.untrusted += 1;
            }
            None => is_searching_sent = false,
        }
    }
    // The last attempt: the leaf itself is an anchor.
    let is_leaf = |anchor: &&Info<'_, '_>| is_same(case, anchor.cert, sent[0].cert);
    match anchors.iter().find(is_leaf).filter(|_| setting.partial_chain) {
        Some(anchor) if chain.untrusted == chain.certs.len() => {
            chain.certs[0] = anchor;
            chain.untrusted = 0;
            Ok(chain)
        }
        _ => Err(why(case, &chain, anchors)),
    }
}

/// The issuer of `below` among `candidates`: the first that is valid now, or the one that lasts
/// longest.
fn best<'i, 'c, 'a>(
    case: &Case<'a>,
    candidates: impl Iterator<Item = &'i Info<'c, 'a>>,
    below: &Info<'_, '_>,
) -> Option<&'i Info<'c, 'a>> {
    let mut longest: Option<&Info<'_, '_>> = None;
    for candidate in candidates.filter(|candidate| candidate.issued(below)) {
        if outdated(candidate.view, case.at).is_none() {
            return Some(candidate);
        }
        let lasts = |info: &Info<'_, '_>| moment(info.view.not_after);
        if longest.is_none_or(|other| lasts(candidate) > lasts(other)) {
            longest = Some(candidate);
        }
    }
    longest
}

/// Why the path ends there.
fn why(case: &Case<'_>, chain: &Chain<'_, '_, '_>, anchors: &[Info<'_, '_>]) -> Refusal {
    let last = chain.certs[chain.certs.len() - 1];
    let breaks = |rule| last.cert.breaks(rule);
    if let Some(rule) = &last.invalid {
        return breaks(rule.clone());
    }
    if matches!(last.cert.position, Position::Anchor(_)) {
        return breaks(Rule::AnchorNotSelfSigned);
    }
    let is_issuer = |anchor: &&Info<'_, '_>| anchor.issued(last);
    if last.is_self_signed && anchors.iter().any(|anchor| is_issuer(&anchor)) {
        return breaks(Rule::SameName);
    }
    if anchors.iter().any(|anchor| is_same(case, anchor.cert, chain.certs[0].cert)) {
        return chain.certs[0].cert.breaks(Rule::LeafAnchor);
    }
    let obstacle = |candidate: &Cert<'_>, _: &View<'_>| {
        let info = Info::of(candidate).ok()?;
        let rule = match info.invalid.clone() {
            Some(rule) => return Some(candidate.breaks(rule)),
            None if !info.identifies(last.view) => Rule::KeyIdentifier,
            None => return None,
        };
        Some(breaks(rule))
    };
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.equals_in_openssl(other);
    let wanted = Wanted { equal, looked_at: &|_| true, obstacle: &obstacle };
    why_none(case, last.cert, &wanted)
}
