//! BearSSL 0.6: `x509_minimal.t0` with `asn1.t0` (read and measured).
//!
//! Certificates are read once, from the leaf on, and each must be the issuer of the one before. Once an
//! anchor issued one, the rest is ignored. An anchor is a name, a key and a flag.

mod reading;

use self::reading::PublicKey;
use super::{
    case::{Case, Cert},
    dates::{self, Written, Zone},
    dn::Dn,
    extensions::{DIGITAL_SIGNATURE, NON_REPUDIATION},
    host,
    issuer::{Wanted, why_none},
    key::{Key, PointForm},
    reason::{Position, Refusal, Rule, Verdict},
    signature::Check,
    view::{Part, View},
};

/// Which anchors count as a CA's (`BR_X509_TA_CA`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flags {
    /// All: constants are written that way.
    Always,
    /// Those with CA:TRUE, as `X509List` of the ESP8266 core sets it; the others are compared with
    /// the leaf.
    ByIsCa,
}

/// An anchor on the device.
struct Anchor<'c, 'a> {
    cert: &'c Cert<'a>,
    view: &'c View<'a>,
    is_ca: bool,
}

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, flags: Flags) -> Verdict {
    run(case, flags).into()
}

fn run(case: &Case<'_>, flags: Flags) -> Result<(), Refusal> {
    let anchors = anchors(case, flags)?;
    let mut previous: Option<(&Cert<'_>, &View<'_>)> = None;
    let mut unknown = None;
    for (place, cert) in case.sent.iter().enumerate() {
        let view = cert.read()?;
        let is_leaf = place == 0;
        if !(0..=2).contains(&view.version) {
            return Err(cert.breaks(Rule::Unreadable(Part::Version)));
        }
        valid(case, cert, view)?;
        if let Some((below, child)) = previous {
            follows(case, below, child, cert, view)?;
        }
        let key = reading::key(cert, view)?;
        if is_leaf {
            handshake(cert, &view.key)?;
        }
        if previous.is_some() && !reading::is_usable(&view.key) {
            return Err(cert.breaks(Rule::CompressedPoint));
        }
        match previous.map(|(below, _)| case.check(below, cert)) {
            Some(Check::Bad) => return Err(signed_by_another(case, previous, cert)),
            Some(Check::Unknown) => {
                unknown = previous.map(|(below, _)| below.breaks(Rule::NotComputed));
            }
            Some(Check::Good) | None => {}
        }
        let extensions = reading::extensions(cert, view, place, case.host)?;
        if is_leaf {
            named(case, cert, view, extensions.is_named)?;
            if anchors.iter().any(|anchor| is_direct(anchor, view, &key)) {
                return leaf_usage(cert, view).and(unknown.map_or(Ok(()), Err));
            }
        } else if !extensions.has_basic_constraints {
            let rule = if view.is_v3() { Rule::NotCa } else { Rule::VersionOneCa };
            return Err(cert.breaks(rule));
        }
        reading::scheme(cert, view).map_err(|refusal| at_its_key(case, view, refusal))?;
        match issued(case, &anchors, cert, view) {
            Some(Check::Good) => {
                leaf_usage(&case.sent[0], case.sent[0].read()?)?;
                return unknown.map_or(Ok(()), Err);
            }
            Some(_) => return Err(cert.breaks(Rule::NotComputed)),
            None => previous = Some((cert, view)),
        }
    }
    Err(untrusted(case, &anchors, previous))
}

/// The anchors with keys that the stack holds (`br_x509_decoder`).
fn anchors<'c, 'a>(case: &'c Case<'a>, flags: Flags) -> Result<Vec<Anchor<'c, 'a>>, Refusal> {
    let read = |cert: &'c Cert<'a>| {
        let view = cert.read()?;
        reading::key(cert, view)?;
        let is_ca = flags == Flags::Always || view.extensions.is_ca();
        Ok(Anchor { cert, view, is_ca })
    };
    case.anchors.iter().map(read).collect()
}

/// A signature that is too long is that of a key which is too long.
fn at_its_key(case: &Case<'_>, view: &View<'_>, refusal: Refusal) -> Refusal {
    let Rule::RsaSize { bits } = refusal.rule else { return refusal };
    let is_signer = |one: &&Cert<'_>| {
        one.view.as_ref().is_ok_and(|above| {
            let is_as_long = above.key.rsa_bits().is_some_and(|key| key.div_ceil(8) * 8 == bits);
            is_as_long && above.subject.is_same(&view.issuer)
        })
    };
    let signer = case.sent.iter().chain(&case.anchors).find(is_signer);
    signer.map_or(refusal, |signer| signer.breaks(Rule::RsaSize { bits }))
}

/// The dates of a certificate that was sent; an anchor has none.
fn valid(case: &Case<'_>, cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    let moment = |date| dates::read(date).filter(is_date).map(|written| written.unix());
    let rule = dates::outdated(moment(view.not_before), moment(view.not_after), case.at);
    rule.map_or(Ok(()), |rule| Err(cert.breaks(rule)))
}

/// `read-date`: a fraction and second 60 are accepted, other time zones are not.
fn is_date(written: &Written) -> bool {
    written.has_seconds && written.zone == Zone::Utc && written.exists(60)
}

/// Whether `cert` has the name of the issuer of the certificate before it.
fn follows(
    case: &Case<'_>,
    below: &Cert<'_>,
    child: &View<'_>,
    cert: &Cert<'_>,
    view: &View<'_>,
) -> Result<(), Refusal> {
    if child.issuer.is_same(&view.subject) {
        return Ok(());
    }
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let looked_at = |candidate: &Cert<'_>| candidate.position == cert.position;
    let wanted = Wanted { equal, looked_at: &looked_at, obstacle: &|_, _| None };
    Err(why_none(case, below, &wanted))
}

/// The signature on the certificate before `cert` is not by its key.
fn signed_by_another(
    case: &Case<'_>,
    previous: Option<(&Cert<'_>, &View<'_>)>,
    cert: &Cert<'_>,
) -> Refusal {
    let Some((below, child)) = previous else { return cert.breaks(Rule::WrongSignature) };
    let is_issuer = |other: &&Cert<'_>| {
        other.position > cert.position && case.check(below, other) == Check::Good
    };
    match &cert.view {
        Ok(view) if !view.key.makes(child.outer.scheme) => below.breaks(Rule::WrongSignature),
        _ if case.sent.iter().any(|other| is_issuer(&other)) => below.breaks(Rule::OutOfOrder),
        _ => below.breaks(Rule::WrongSignature),
    }
}

/// Whether the client offers to verify the server's signature by this key (`br_ssl_client_init_full`).
fn handshake(cert: &Cert<'_>, key: &Key<'_>) -> Result<(), Refusal> {
    match key {
        Key::Ec { form: PointForm::Compressed, .. } => Err(cert.breaks(Rule::CompressedPoint)),
        _ => Ok(()),
    }
}

fn named(case: &Case<'_>, cert: &Cert<'_>, view: &View<'_>, is_named: bool) -> Result<(), Refusal> {
    match case.host.filter(|_| !is_named) {
        Some(host) => Err(cert.breaks(Rule::Name(host::fault(view, host)))),
        None => Ok(()),
    }
}

/// Every suite that is offered has the server sign: digitalSignature or nonRepudiation.
fn leaf_usage(cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    if view.extensions.allows(DIGITAL_SIGNATURE | NON_REPUDIATION) {
        return Ok(());
    }
    Err(cert.breaks(Rule::NoDigitalSignature))
}

/// `check-direct-trust`: an anchor that is not a CA's, with the leaf's name and key.
fn is_direct(anchor: &Anchor<'_, '_>, leaf: &View<'_>, key: &PublicKey<'_>) -> bool {
    let held = reading::public_key(&anchor.view.key);
    !anchor.is_ca && anchor.view.subject.is_same(&leaf.subject) && held.as_ref() == Some(key)
}

/// `check-trust-anchor-CA`: what is known of the signature by an anchor with the issuer's name.
fn issued(
    case: &Case<'_>,
    anchors: &[Anchor<'_, '_>],
    cert: &Cert<'_>,
    view: &View<'_>,
) -> Option<Check> {
    let issuers = anchors.iter().filter(|one| one.is_ca && one.view.subject.is_same(&view.issuer));
    let checks = issuers.map(|anchor| {
        // It cannot use a compressed point.
        if reading::is_usable(&anchor.view.key) {
            case.check(cert, anchor.cert)
        } else {
            Check::Bad
        }
    });
    checks.filter(|check| *check != Check::Bad).min_by_key(|check| *check != Check::Good)
}

/// Why no anchor issued the last certificate.
fn untrusted(
    case: &Case<'_>,
    anchors: &[Anchor<'_, '_>],
    last: Option<(&Cert<'_>, &View<'_>)>,
) -> Refusal {
    let Some((cert, view)) = last else { return Refusal::of_chain(Rule::NoCertificate) };
    let held = anchors.iter().find(|one| one.view.subject.is_same(&view.issuer));
    if let Some(anchor) = held.filter(|anchor| !anchor.is_ca) {
        let rule = if anchor.view.is_v3() { Rule::NotCa } else { Rule::VersionOneCa };
        return anchor.cert.breaks(rule);
    }
    if let Some(anchor) = held.filter(|anchor| !reading::is_usable(&anchor.view.key)) {
        return anchor.cert.breaks(Rule::CompressedPoint);
    }
    let is_leaf = |anchor: &&Anchor<'_, '_>| case.is_same(anchor.cert, &case.sent[0]);
    if let Some(anchor) = anchors.iter().find(is_leaf) {
        return anchor.cert.breaks(Rule::LeafAnchor);
    }
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let looked_at = |candidate: &Cert<'_>| {
        matches!(candidate.position, Position::Anchor(_)) || candidate.position > cert.position
    };
    let wanted = Wanted { equal, looked_at: &looked_at, obstacle: &|_, _| None };
    why_none(case, cert, &wanted)
}
