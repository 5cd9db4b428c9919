//! GnuTLS 3.7: `verify-high.c` and `verify.c` (read and measured).
//!
//! What was sent is sorted first, issuer after issuer; a certificate of an anchor's name and key ends
//! the path. The first issuer that is found is kept.

mod reading;

use super::{
    case::{Case, Cert},
    constraints::{self, Name},
    dn::{self, Dn},
    extensions::{ADDRESS, DIGITAL_SIGNATURE, DNS, EMAIL, KEY_CERT_SIGN, URI},
    host,
    issuer::{Wanted, why_none},
    key::{Curve, Digest, Key, PointForm, Scheme},
    oid,
    reason::{Refusal, Rule, Verdict},
    search::Link,
    signature::Check,
    tlv,
    view::{Part, View},
};

/// `DEFAULT_MAX_VERIFY_DEPTH`.
const MOST_CERTIFICATES: usize = 16;
/// `MAX_HANDSHAKE_PACKET_SIZE` of GnuTLS.
const MOST_OCTETS: usize = 128 * 1024;
/// RSA keys below are of no security parameter that the default profile takes.
const FEWEST_RSA_BITS: usize = 1024;

/// What the stack makes of `case`.
pub(super) fn judge(case: &Case<'_>) -> Verdict {
    run(case).into()
}

fn run(case: &Case<'_>) -> Result<(), Refusal> {
    let read = |cert| -> Result<Link<'_, '_>, Refusal> {
        let cert: &Cert<'_> = cert;
        let view = cert.read()?;
        reading::reads(view).map_err(|rule| cert.breaks(rule))?;
        Ok((cert, view))
    };
    let anchors: Vec<_> = case.anchors.iter().map(read).collect::<Result<_, _>>()?;
    case.fits(MOST_OCTETS)?;
    if case.sent.len() > MOST_CERTIFICATES {
        return Err(Refusal::of_chain(Rule::ChainLength { most: MOST_CERTIFICATES }));
    }
    let sent: Vec<_> = case.sent.iter().map(read).collect::<Result<_, _>>()?;
    let leaf = *sent.first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
    handshake(leaf)?;
    let unknown = path(case, &sent, &anchors)?;
    leaf_checks(case, leaf)?;
    unknown.map_or(Ok(()), Err)
}

/// The keys whose signatures on a handshake are offered to be verified, and keyUsage.
fn handshake((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    use Curve::{P256, P384, P521};
    let rule = match view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } | Key::Ed25519(_) | Key::Ed448 => return Ok(()),
        Key::Ec { curve: P256 | P384 | P521, form: PointForm::Uncompressed, .. } => return Ok(()),
        Key::Ec { form: PointForm::Compressed, .. } => Rule::CompressedPoint,
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Broken => Rule::Unreadable(Part::Key),
        _ => Rule::Handshake,
    };
    Err(cert.breaks(rule))
}

/// Whether `above` is the issuer of `below`: names, and key identifiers where both have one.
fn issued(above: &View<'_>, below: &View<'_>) -> bool {
    let asked = below.extensions.authority_key_id.read().and_then(|one| one.key_id);
    let own = above.extensions.subject_key_id.read();
    let is_other_key = matches!((asked, own), (Some(one), Some(other)) if one != *other);
    below.issuer.equals_in_gnutls(&above.subject) && !is_other_key
}

/// `find_issuer`: the first, or the last of those that are valid now.
fn held<'c, 'a>(
    case: &Case<'a>,
    anchors: &[Link<'c, 'a>],
    below: &View<'a>,
) -> Option<Link<'c, 'a>> {
    let mut found: Option<Link<'c, 'a>> = None;
    for anchor in anchors {
        if issued(anchor.1, below) && (found.is_none() || reading::is_valid(anchor.1, case.at)) {
            found = Some(*anchor);
        }
    }
    found
}

/// `_gnutls_sort_clist` and the loop around it: the chain up to a certificate whose issuer is held.
fn sorted<'c, 'a>(
    case: &Case<'a>,
    sent: &[Link<'c, 'a>],
    anchors: &[Link<'c, 'a>],
) -> Vec<Link<'c, 'a>> {
    let mut chain = vec![sent[0]];
    loop {
        let last = chain[chain.len() - 1];
        // Anchors are kept by the octets of their names.
        let is_held =
            |(_, view): &Link<'c, 'a>| last.1.issuer.is_same(&view.subject) && issued(view, last.1);
        if issued(last.1, last.1) || anchors.iter().any(is_held) {
            return chain;
        }
        let is_free = |one: &&Link<'c, 'a>| !chain.iter().any(|link| case.is_same(link.0, one.0));
        let next = sent.iter().skip(1).filter(is_free).find(|(_, view)| issued(view, last.1));
        match next {
            Some(next) => chain.push(*next),
            None => return chain,
        }
    }
}

/// `gnutls_x509_trust_list_verify_crt2`: anchors are looked up by the issuer of the last certificate,
/// then by its subject.
fn path<'c, 'a>(
    case: &Case<'a>,
    sent: &[Link<'c, 'a>],
    anchors: &[Link<'c, 'a>],
) -> Result<Option<Refusal>, Refusal> {
    let mut chain = sorted(case, sent, anchors);
    if chain.len() > 1 {
        let (_, last) = chain[chain.len() - 1];
        if issued(last, last) {
            chain.pop();
        }
    }
    let (_, last) = chain[chain.len() - 1];
    let of = |name: &Dn<'_>| -> Vec<Link<'c, 'a>> {
        anchors.iter().copied().filter(|(_, view)| view.subject.is_same(name)).collect()
    };
    let first = status(case, chain.clone(), &of(&last.issuer));
    match first {
        Err(Failure { is_unissued: true, .. }) if !last.is_self_issued() => {
            let second = status(case, chain, &of(&last.subject));
            let first = first.map_err(|failure| failure.refusal);
            second.or(first)
        }
        outcome => outcome.map_err(|failure| failure.refusal),
    }
}

/// Why a chain does not hold.
struct Failure {
    refusal: Refusal,
    /// Whether the issuer of its last certificate is not among the anchors.
    is_unissued: bool,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, is_unissued: false }
    }
}

/// `_gnutls_verify_crt_status`: what could not be computed, or what is wrong.
fn status(
    case: &Case<'_>,
    mut chain: Vec<Link<'_, '_>>,
    anchors: &[Link<'_, '_>],
) -> Result<Option<Refusal>, Failure> {
    for (place, (cert, view)) in chain.clone().iter().enumerate() {
        let is_anchor = |(anchor, held): &&Link<'_, '_>| match place {
            0 => case.is_same(anchor, cert),
            _ => held.spki.whole == view.spki.whole && held.subject.equals_in_gnutls(&view.subject),
        };
        if let Some((anchor, held)) = anchors.iter().find(is_anchor) {
            valid(case, anchor, held)?;
            chain.truncate(place);
            break;
        }
    }
    let mut unknown = None;
    let Some(top) = chain.last() else { return Ok(None) };
    let Some(anchor) = held(case, anchors, top.1) else {
        return Err(Failure { refusal: unissued(case, *top), is_unissued: true });
    };
    let mut constraints = Vec::new();
    let mut most = i64::MAX;
    let mut issuer = anchor;
    for (place, link) in chain.iter().enumerate().rev() {
        let is_top = place + 1 == chain.len();
        if !is_top {
            purpose(issuer, true)?;
        }
        constraints.extend(issuer.1.extensions.name_constraints.read());
        one(case, *link, issuer, is_top, &mut most)?;
        if case.check(link.0, issuer.0) == Check::Unknown {
            unknown = Some(link.0.breaks(Rule::NotComputed));
        }
        issuer = *link;
    }
    let leaf = chain[0];
    if !constraints.iter().all(|bases| names_fit(leaf.1, bases)) {
        return Err(leaf.0.breaks(Rule::NameConstraints).into());
    }
    match reading::critical(leaf.1) {
        Some(rule) => Err(leaf.0.breaks(rule).into()),
        None => Ok(unknown),
    }
}

/// `verify_crt`.
fn one(
    case: &Case<'_>,
    (cert, view): Link<'_, '_>,
    (above, issuer): Link<'_, '_>,
    is_top: bool,
    most: &mut i64,
) -> Result<(), Refusal> {
    // Every certificate but the leaf counts, self-issued ones too.
    if *most == 0 {
        return Err(above.breaks(Rule::PathLength));
    }
    *most -= 1;
    let is_exempt = is_top && issuer.version == 0;
    if !is_exempt {
        let known = &issuer.extensions;
        let is_root = is_top && issued(issuer, issuer) && !known.basic_constraints.is_present();
        if !known.is_ca() && !is_root {
            let rule = if issuer.is_v3() { Rule::NotCa } else { Rule::VersionOneCa };
            return Err(above.breaks(rule));
        }
        if !known.allows(KEY_CERT_SIGN) {
            return Err(above.breaks(Rule::NoKeyCertSign));
        }
        if let Some(length) = known.path_len().filter(|length| *length >= 0) {
            *most = (*most).min(length);
        }
    }
    scheme(cert, view)?;
    key(above, issuer)?;
    if case.check(cert, above) == Check::Bad {
        return Err(cert.breaks(Rule::WrongSignature));
    }
    if let Some(rule) = reading::critical(issuer) {
        return Err(above.breaks(rule));
    }
    valid(case, above, issuer)?;
    valid(case, cert, view)
}

fn valid(case: &Case<'_>, cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    match reading::outdated(view, case.at) {
        Some(rule) => Err(cert.breaks(rule)),
        None => Ok(()),
    }
}

/// The signature algorithms that are secure for certificates.
fn scheme(cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    let rule = match view.outer.scheme {
        Scheme::Rsa(digest @ (Digest::Md5 | Digest::Sha1))
        | Scheme::Ecdsa(digest @ (Digest::Md5 | Digest::Sha1))
        | Scheme::Pss { digest: digest @ (Digest::Md5 | Digest::Sha1), .. } => {
            Rule::WeakDigest(digest)
        }
        Scheme::Pss { digest, mask, salt } if digest != mask || salt != digest.octets() => {
            Rule::Scheme("RSASSA-PSS with a salt of another length")
        }
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
        _ => return Ok(()),
    };
    Err(cert.breaks(rule))
}

/// The keys that certificates are verified with.
fn key(cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    use Curve::{P192, P224, P256, P384, P521};
    let rule = match view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } => {
            let bits = view.key.rsa_bits().unwrap_or_default();
            if bits >= FEWEST_RSA_BITS {
                return Ok(());
            }
            Rule::RsaSize { bits }
        }
        Key::Ec { form: PointForm::Compressed, .. } => Rule::CompressedPoint,
        Key::Ec { curve: P192 | P224 | P256 | P384 | P521, .. } => return Ok(()),
        Key::Ec { curve, .. } => Rule::Curve(curve),
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Ed25519(_) | Key::Ed448 => return Ok(()),
        Key::Unknown => Rule::KeyKind("unknown"),
        Key::Broken => Rule::Unreadable(Part::Key),
    };
    Err(cert.breaks(rule))
}

/// `_gnutls_check_key_purpose`: `any` counts for the leaf alone, step-up for CA certificates.
fn purpose((cert, view): Link<'_, '_>, is_ca: bool) -> Result<(), Refusal> {
    let mut wanted = vec![oid::SERVER_AUTH];
    if !is_ca {
        wanted.push(oid::ANY_PURPOSE);
    }
    if view.extensions.is_ca() {
        wanted.push(oid::NETSCAPE_SGC);
    }
    let purposes = view.extensions.purposes.read();
    if purposes.is_none_or(Vec::is_empty) || view.extensions.is_for(&wanted) {
        return Ok(());
    }
    Err(cert.breaks(Rule::Purpose))
}

fn unissued(case: &Case<'_>, (cert, view): Link<'_, '_>) -> Refusal {
    if case.anchors.iter().any(|anchor| case.is_same(anchor, &case.sent[0])) {
        return case.sent[0].breaks(Rule::LeafAnchor);
    }
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let lacks = |_: &Cert<'_>, above: &View<'_>| {
        (!issued(above, view)).then(|| cert.breaks(Rule::KeyIdentifier))
    };
    why_none(case, cert, &Wanted { equal, looked_at: &|_| true, lacks: &lacks })
}

/// `gnutls_x509_name_constraints_check_crt`, of the leaf alone, without directoryNames.
fn names_fit(leaf: &View<'_>, bases: &super::extensions::NameConstraints<'_>) -> bool {
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let fits = |name: &Name<'_>| constraints::permit(bases, name, equal).unwrap_or(false);
    let names = leaf.extensions.names();
    let has = |kind| names.iter().any(|name| name.tag == kind);
    let listed = names.iter().filter(|name| matches!(name.tag, DNS | ADDRESS | EMAIL | URI));
    let common = leaf.common_names().last().and_then(dn::text).filter(|_| !has(DNS));
    let common = common.filter(|_| leaf.extensions.is_for(&[oid::SERVER_AUTH]));
    let mut mails = dn::emails(&leaf.subject).filter(|_| !has(EMAIL));
    listed.into_iter().all(|name| fits(&Name::Octets(name.tag, name.value)))
        && common.is_none_or(|name| fits(&Name::Octets(DNS, name.as_bytes())))
        && mails.all(|mail| fits(&Name::Octets(EMAIL, mail.value)))
}

/// Purposes, keyUsage, stapling, names of the leaf.
fn leaf_checks(case: &Case<'_>, leaf: Link<'_, '_>) -> Result<(), Refusal> {
    let (cert, view) = leaf;
    purpose(leaf, false)?;
    let usage = view.extensions.key_usage.read().filter(|usage| usage.is_any);
    if usage.is_some_and(|usage| usage.first & DIGITAL_SIGNATURE == 0) {
        return Err(cert.breaks(Rule::NoDigitalSignature));
    }
    if view.extension(oid::TLS_FEATURE).is_some_and(|one| requires_staple(one.value)) {
        return Err(cert.breaks(Rule::MustStaple));
    }
    key(cert, view)?;
    let Some(host) = case.host else { return Ok(()) };
    if let Some(kind) = reading::bad_alt_name(view) {
        return Err(cert.breaks(Rule::BadAlternativeName(kind)));
    }
    if is_named(view, host) {
        return Ok(());
    }
    Err(cert.breaks(Rule::Name(host::fault(view, host))))
}

/// status_request among the features (RFC 7633).
fn requires_staple(value: &[u8]) -> bool {
    tlv::only(value)
        .and_then(|list| tlv::all(list.value))
        .is_some_and(|features| features.iter().any(|feature| feature.value == [5]))
}

/// `gnutls_x509_crt_check_hostname2`.
fn is_named(view: &View<'_>, host: &str) -> bool {
    let names = view.extensions.names();
    if let Some(address) = host::address(host) {
        return names.iter().any(|name| name.tag == ADDRESS && name.value == address);
    }
    if names.iter().any(|name| matches!(name.tag, DNS | ADDRESS | URI)) {
        return names.iter().any(|name| name.tag == DNS && host::gnutls(name.value, host));
    }
    let commons: Vec<_> = view.common_names().collect();
    match commons.as_slice() {
        [one] => dn::text(*one).is_some_and(|name| host::gnutls(name.as_bytes(), host)),
        _ => false,
    }
}
