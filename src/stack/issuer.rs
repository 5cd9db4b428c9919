//! Why a TLS stack found no issuer of a certificate, if the stack itself gives no reason.

use super::{
    case::{Case, Cert},
    dn::Dn,
    reason::{Refusal, Rule},
    signature::Check,
    view::View,
};

/// What a stack requires of an issuer.
pub(super) struct Wanted<'s> {
    /// Whether two names are equal.
    pub(super) equal: fn(&Dn<'_>, &Dn<'_>) -> bool,
    /// Whether the stack considered this certificate at all.
    pub(super) looked_at: &'s dyn Fn(&Cert<'_>) -> bool,
    /// Why this certificate is not the issuer, although it has its name.
    pub(super) obstacle: &'s dyn Fn(&Cert<'_>, &View<'_>) -> Option<Refusal>,
}

/// Why none of the available certificates is the issuer of `child`.
pub(super) fn why_none(case: &Case<'_>, child: &Cert<'_>, wanted: &Wanted<'_>) -> Refusal {
    let below = match child.read() {
        Ok(view) => view,
        Err(refusal) => return refusal,
    };
    let mut out_of_order = false;
    let mut spelling = false;
    let mut wrong = None;
    for candidate in case.anchors.iter().chain(&case.sent) {
        let Ok(above) = &candidate.view else { continue };
        if candidate.position == child.position || !below.issuer.equals_in_openssl(&above.subject) {
            continue;
        }
        if !(wanted.equal)(&below.issuer, &above.subject) {
            spelling = true;
            continue;
        }
        if !(wanted.looked_at)(candidate) {
            out_of_order |= case.check(child, candidate) != Check::Bad;
            continue;
        }
        if let Some(refusal) = (wanted.obstacle)(candidate, above) {
            // The reason against the right key is more useful than another key of the same name.
            if case.check(child, candidate) != Check::Bad {
                return refusal;
            }
            wrong.get_or_insert(refusal);
        } else {
            wrong.get_or_insert(child.breaks(Rule::WrongSignature));
        }
    }
    match (out_of_order, wrong, spelling) {
        (true, ..) => child.breaks(Rule::OutOfOrder),
        (_, Some(refusal), _) => refusal,
        (.., true) => child.breaks(Rule::IssuerSpelling),
        _ => child.breaks(unreadable_candidate(case).unwrap_or(Rule::IssuerMissing)),
    }
}

/// The unreadable part of a certificate above the leaf, if any: it may be the issuer.
fn unreadable_candidate(case: &Case<'_>) -> Option<Rule> {
    let above = case.anchors.iter().chain(case.sent.iter().skip(1));
    above.filter_map(|one| one.view.as_ref().err()).next().map(|part| Rule::Unreadable(*part))
}
