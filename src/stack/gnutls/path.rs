//! The path that GnuTLS builds from the certificates sent, and its checks of each of them
//! (`verify-high.c` and `verify.c`).

use super::{
    constraints::Constraints,
    key, purpose,
    reading::{self, Features},
    scheme,
};
use crate::stack::{
    case::{Case, Cert},
    dn::Dn,
    extensions::KEY_CERT_SIGN,
    issuer::{Wanted, why_none},
    key::Scheme,
    reason::{Refusal, Rule},
    search::Link,
    signature::Check,
    view::View,
};

/// `DEFAULT_MAX_VERIFY_DEPTH`, which is also the longest list that is sorted.
pub(super) const MOST_CERTIFICATES: usize = 16;

/// Whether `above` is the issuer of `below`: names, and key identifiers if both have one.
fn issued(above: &View<'_>, below: &View<'_>) -> bool {
    let asked = below.extensions.authority_key_id.read().and_then(|one| one.key_id);
    let own = above.extensions.subject_key_id.read();
    let is_other_key = matches!((asked, own), (Some(one), Some(other)) if one != *other);
    below.issuer.equals_in_gnutls(&above.subject) && !is_other_key
}

/// Whether a certificate counts as self-signed.
fn is_own_issuer(view: &View<'_>) -> bool {
    issued(view, view)
}

/// The bucket that anchors of a subject are kept in: `hash_pjw_bare`, of 64 bits, and `DEFAULT_SIZE`.
fn bucket(name: &Dn<'_>) -> u64 {
    const SIZE: u64 = 127;
    let add = |hash: u64, octet: &u8| hash.rotate_left(9).wrapping_add(u64::from(*octet));
    name.whole.iter().fold(0, add) % SIZE
}

/// A question with its anchors.
pub(super) struct Path<'s, 'c, 'a> {
    pub(super) case: &'s Case<'a>,
    pub(super) anchors: &'s [Link<'c, 'a>],
}

/// Why a certificate is not valid.
pub(super) struct Failure {
    refusal: Refusal,
    /// `SIGNER_OLD_OR_UNKNOWN`: whether other anchors are tried afterwards.
    is_retried: bool,
}

/// The state collected from the anchor down.
struct State<'a> {
    constraints: Constraints<'a>,
    features: Features,
    /// How many certificates may follow.
    most: i64,
    unknown: Option<Refusal>,
}

impl<'c, 'a> Path<'_, 'c, 'a> {
    /// `gnutls_x509_trust_list_verify_crt2`: anchors are looked up by the issuer of the last
    /// certificate, then by its subject. Returns what could not be computed.
    pub(super) fn verify(&self, sent: &[Link<'c, 'a>]) -> Result<Option<Refusal>, Refusal> {
        let chain = self.arranged(sent);
        let (_, last) = chain[chain.len() - 1];
        let first = self.status(chain.clone(), &self.kept_by(&last.issuer));
        let outcome = match first {
            Err(Failure { is_retried: true, .. }) if !last.is_self_issued() => {
                let second = self.status(chain, &self.kept_by(&last.subject));
                second.map_err(|_| first.err()).or_else(|first| first.map_or(Ok(None), Err))
            }
            outcome => outcome,
        };
        outcome.map_err(|failure| failure.refusal)
    }

    fn kept_by(&self, name: &Dn<'_>) -> Vec<Link<'c, 'a>> {
        let is_there = |(_, view): &Link<'c, 'a>| bucket(&view.subject) == bucket(name);
        self.anchors.iter().copied().filter(is_there).collect()
    }

    /// The loop around `_gnutls_sort_clist`, and `shorten_clist`: the list, sorted from segment to
    /// segment up to one whose last certificate has its issuer among the anchors.
    fn arranged(&self, sent: &[Link<'c, 'a>]) -> Vec<Link<'c, 'a>> {
        let mut list = sent.to_vec();
        let mut seen: Vec<Link<'c, 'a>> = Vec::new();
        while seen.len() < list.len() {
            let start = seen.len();
            let count = sort(&mut list[start..]);
            let was_seen = |place: &usize| {
                seen.iter().any(|one| self.case.is_same(one.0, list[start + place].0))
            };
            if let Some(place) = (0..count).find(was_seen).map(|place| start + place) {
                // One certificate is moved, and the last one is lost.
                if place + 1 < list.len() {
                    list[place] = list[place + 1];
                }
                list.pop();
                continue;
            }
            seen.extend_from_slice(&list[start..start + count]);
            let (_, last) = list[start + count - 1];
            if self.kept_by(&last.issuer).iter().any(|(_, view)| issued(view, last)) {
                list.truncate(start + count);
            }
        }
        if list.len() > 1 && list.last().is_some_and(|(_, last)| is_own_issuer(last)) {
            list.pop();
        }
        let is_anchor = |(cert, view): &Link<'c, 'a>| {
            self.kept_by(&view.issuer).iter().any(|(anchor, _)| self.case.is_same(anchor, cert))
        };
        if let Some(place) = list.iter().skip(1).position(is_anchor) {
            list.truncate(place + 2);
        }
        list
    }

    /// `_gnutls_verify_crt_status`: what could not be computed, or what is wrong.
    fn status(
        &self,
        mut chain: Vec<Link<'c, 'a>>,
        anchors: &[Link<'c, 'a>],
    ) -> Result<Option<Refusal>, Failure> {
        if chain.len() > 1 && chain.last().is_some_and(|(_, last)| is_own_issuer(last)) {
            chain.pop();
        }
        let anchor_at = |place: usize| {
            let (cert, view) = chain[place];
            let is_anchor = |(anchor, held): &&Link<'c, 'a>| match place {
                0 => self.case.is_same(anchor, cert),
                _ => {
                    held.spki.whole == view.spki.whole
                        && held.subject.equals_in_gnutls(&view.subject)
                }
            };
            anchors.iter().find(is_anchor).map(|anchor| (place, *anchor))
        };
        if let Some((place, anchor)) = (0..chain.len()).find_map(anchor_at) {
            sound(self.case, anchor)?;
            chain.truncate(place);
        }
        let mut state = State {
            constraints: Constraints::default(),
            features: Features::default(),
            most: i64::try_from(MOST_CERTIFICATES).unwrap_or(i64::MAX),
            unknown: None,
        };
        let Some(top) = chain.last() else { return Ok(None) };
        self.one(&mut state, *top, anchors, (true, chain.len() == 1))?;
        for place in (1..chain.len()).rev() {
            purpose(chain[place], true)?;
            let (link, issuer) = (chain[place - 1], chain[place]);
            self.one(&mut state, link, &[issuer], (false, place == 1))?;
        }
        Ok(state.unknown)
    }

    /// `verify_crt`.
    fn one(
        &self,
        state: &mut State<'a>,
        link: Link<'c, 'a>,
        issuers: &[Link<'c, 'a>],
        (is_top, is_leaf): (bool, bool),
    ) -> Result<(), Failure> {
        let (cert, view) = link;
        let issuer = found(self.case, issuers, view);
        if state.most == 0 {
            return Err(issuer.map_or(cert, |(above, _)| above).breaks(Rule::PathLength).into());
        }
        state.most -= 1;
        let mut faults = Vec::new();
        match issuer {
            None => faults.push(Failure { is_retried: true, ..unissued(self.case, link).into() }),
            Some((above, issuer)) => {
                faults.extend(self.limits(state, link, (above, issuer), is_leaf));
                if !(is_top && issuer.version == 0) {
                    faults.extend(self.authority(state, link, (above, issuer), is_top));
                }
                faults.extend(scheme(link, issuer, is_own_issuer(view)).err().map(Failure::from));
                faults.extend(key((above, issuer)).err().map(Failure::from));
                match self.case.check(cert, above) {
                    Check::Good => {}
                    Check::Bad => faults.push(cert.breaks(Rule::WrongSignature).into()),
                    Check::Unknown => state.unknown = Some(cert.breaks(Rule::NotComputed)),
                }
                let critical = reading::critical(issuer).map(|rule| above.breaks(rule).into());
                faults.extend(critical);
                faults.extend(valid(self.case, above, issuer).err().map(Failure::from));
            }
        }
        if is_leaf {
            faults.extend(reading::critical(view).map(|rule| cert.breaks(rule).into()));
        }
        faults.extend(key(link).err().map(Failure::from));
        faults.extend(valid(self.case, cert, view).err().map(Failure::from));
        let is_retried = faults.iter().any(|fault| fault.is_retried);
        let first = faults.into_iter().next();
        first.map_or(Ok(()), |first| Err(Failure { is_retried, ..first }))
    }

    /// nameConstraints and TLS features.
    fn limits(
        &self,
        state: &mut State<'a>,
        (cert, view): Link<'c, 'a>,
        (above, issuer): Link<'c, 'a>,
        is_leaf: bool,
    ) -> Option<Failure> {
        let known = &issuer.extensions.name_constraints;
        let unreadable = |part| Some(above.breaks(Rule::Unreadable(part)).into());
        let is_read = known.read().is_none_or(|more| state.constraints.append(more));
        if known.is_broken() || !is_read {
            return unreadable(crate::stack::view::Part::NameConstraints);
        }
        if is_leaf && !state.constraints.permit(view) {
            return Some(cert.breaks(Rule::NameConstraints).into());
        }
        if !state.features.append(issuer) {
            return unreadable(crate::stack::view::Part::OtherExtension);
        }
        (!state.features.are_in(view)).then(|| cert.breaks(Rule::TlsFeature).into())
    }

    /// `check_if_ca`, and keyUsage.
    fn authority(
        &self,
        state: &mut State<'a>,
        (cert, _): Link<'c, 'a>,
        (above, issuer): Link<'c, 'a>,
        is_top: bool,
    ) -> Option<Failure> {
        let known = &issuer.extensions;
        let is_root = is_top && is_own_issuer(issuer) && !known.basic_constraints.is_present();
        if !self.case.is_same(cert, above) {
            if !known.is_ca() && !is_root {
                let rule = if issuer.is_v3() { Rule::NotCa } else { Rule::VersionOneCa };
                return Some(above.breaks(rule).into());
            }
            if let Some(length) = known.path_len().filter(|length| *length >= 0) {
                state.most = state.most.min(length);
            }
        }
        let signs = known.allows(KEY_CERT_SIGN) && !known.key_usage.is_broken();
        (!signs).then(|| above.breaks(Rule::NoKeyCertSign).into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let is_retried = matches!(
            refusal.rule,
            Rule::Expired
                | Rule::WeakDigest(_)
                | Rule::RsaSize { .. }
                | Rule::Curve(_)
                | Rule::KeyKind(_)
                | Rule::CompressedPoint
                | Rule::ExplicitCurve
                | Rule::Unreadable(crate::stack::view::Part::Key)
        );
        Self { refusal, is_retried }
    }
}

/// `_gnutls_sort_clist`: moves the segment that begins with the first certificate to the front; its
/// length.
fn sort(list: &mut [Link<'_, '_>]) -> usize {
    if list.len() > MOST_CERTIFICATES {
        return 1;
    }
    let issuer = |place: usize| {
        let (_, view) = list[place];
        let is_issuer = |other: &usize| *other != place && issued(list[*other].1, view);
        (1..list.len()).find(is_issuer).filter(|_| !is_own_issuer(view))
    };
    let mut order = vec![0];
    while let Some(next) = issuer(order[order.len() - 1]) {
        if order.contains(&next) || order.len() == list.len() {
            break;
        }
        order.push(next);
    }
    let count = order.len();
    order.extend(
        (1..list.len()).filter(|place| !order[..count].contains(place)).collect::<Vec<_>>(),
    );
    let sorted: Vec<_> = order.into_iter().map(|place| list[place]).collect();
    list.copy_from_slice(&sorted);
    count
}

/// `find_issuer`: the first, or the last of those that are valid now.
fn found<'c, 'a>(
    case: &Case<'a>,
    issuers: &[Link<'c, 'a>],
    below: &View<'a>,
) -> Option<Link<'c, 'a>> {
    let mut found: Option<Link<'c, 'a>> = None;
    for issuer in issuers {
        if issued(issuer.1, below) && (found.is_none() || reading::is_valid(issuer.1, case.at)) {
            found = Some(*issuer);
        }
    }
    found
}

/// `check_ca_sanity`.
fn sound(case: &Case<'_>, anchor: Link<'_, '_>) -> Result<(), Refusal> {
    valid(case, anchor.0, anchor.1)?;
    match anchor.1.outer.scheme {
        Scheme::Unknown => Ok(()),
        _ => key(anchor),
    }
}

fn valid(case: &Case<'_>, cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    match reading::outdated(view, case.at) {
        Some(rule) => Err(cert.breaks(rule)),
        None => Ok(()),
    }
}

fn unissued(case: &Case<'_>, (cert, view): Link<'_, '_>) -> Refusal {
    if case.anchors.iter().any(|anchor| case.is_same(anchor, &case.sent[0])) {
        return case.sent[0].breaks(Rule::LeafAnchor);
    }
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let obstacle = |_: &Cert<'_>, above: &View<'_>| {
        (!issued(above, view)).then(|| cert.breaks(Rule::KeyIdentifier))
    };
    why_none(case, cert, &Wanted { equal, looked_at: &|_| true, obstacle: &obstacle })
}
