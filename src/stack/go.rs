//! Go 1.19: `crypto/x509`, `verify.go` and `parser.go` (read and measured). Newer versions refuse
//! more: negative serial numbers (1.23), RSA keys under 1024 bits (1.24).
//!
//! Every issuer by name, among the anchors and what was sent, is tried in turn. The anchor is held
//! to the rules of every CA.

mod reading;

use super::{
    case::{Case, Cert},
    constraints::{self, Name},
    dates,
    dn::Dn,
    extensions::{ADDRESS, DNS, EMAIL, KEY_CERT_SIGN, URI},
    host,
    issuer::{Wanted, why_none},
    key::{Curve, Digest, Key, Scheme},
    oid,
    reason::{Position, Refusal, Rule, Verdict},
    search::{Link, Rules, Search},
    tlv::Tlv,
    view::View,
};

/// `maxHandshake`.
const MOST_OCTETS: usize = 65_536;

/// What the stack makes of `case`.
pub(super) fn judge(case: &Case<'_>) -> Verdict {
    run(case).into()
}

fn run(case: &Case<'_>) -> Result<(), Refusal> {
    let mut anchors = Vec::new();
    for anchor in &case.anchors {
        let view = anchor.read()?;
        reading::reads(view).map_err(|rule| anchor.breaks(rule))?;
        anchors.push((anchor, view));
    }
    case.fits(MOST_OCTETS)?;
    let mut sent = Vec::new();
    for cert in &case.sent {
        let view = cert.read()?;
        reading::reads(view).map_err(|rule| cert.breaks(rule))?;
        sent.push((cert, view));
    }
    let leaf = *sent.first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
    handshake(leaf)?;
    valid(case, leaf)?;
    named(case, leaf)?;
    let go = Go { case, sent: &sent, anchors: &anchors };
    if anchors.iter().any(|(anchor, _)| case.is_same(anchor, leaf.0)) {
        return go.whole(&[leaf]);
    }
    Search::new(case, &go).run(leaf)
}

/// The keys that the client offers to verify.
fn handshake((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    let rule = match view.key {
        Key::Ec { curve: Curve::P224, .. } => Rule::Handshake,
        Key::Rsa { .. } | Key::Ec { .. } | Key::Ed25519(_) => return Ok(()),
        Key::Ed448 => Rule::KeyKind("Ed448"),
        Key::RsaPss { .. } => Rule::KeyKind("RSASSA-PSS"),
        _ => Rule::Handshake,
    };
    Err(cert.breaks(rule))
}

/// The part of `isValid` that is about the certificate alone.
fn valid(case: &Case<'_>, (cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    if let Some(rule) = reading::critical(view) {
        return Err(cert.breaks(rule));
    }
    let (before, after) = reading::validity(view).map_err(|rule| cert.breaks(rule))?;
    let rule = dates::outdated(Some(before), Some(after), case.at);
    rule.map_or(Ok(()), |rule| Err(cert.breaks(rule)))
}

/// `VerifyHostname`.
fn named(case: &Case<'_>, (cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    let Some(host) = case.host else { return Ok(()) };
    let names = view.extensions.names();
    let is_named = match host::address(host) {
        Some(address) => names.iter().any(|name| {
            name.tag == ADDRESS && reading::plain(name.value) == reading::plain(&address)
        }),
        None => names.iter().any(|name| name.tag == DNS && host::go(name.value, host)),
    };
    if is_named {
        return Ok(());
    }
    Err(cert.breaks(Rule::Name(host::fault(view, host))))
}

/// The rules of Go.
struct Go<'s, 'c, 'a> {
    case: &'c Case<'a>,
    sent: &'s [Link<'c, 'a>],
    anchors: &'s [Link<'c, 'a>],
}

impl<'c, 'a> Rules<'c, 'a> for Go<'_, 'c, 'a> {
    fn candidates(&self, below: Link<'c, 'a>) -> Vec<Link<'c, 'a>> {
        let all = self.anchors.iter().chain(self.sent.iter().skip(1)).copied();
        all.filter(|(_, above)| below.1.issuer.is_same(&above.subject)).collect()
    }

    fn link(&self, path: &[Link<'c, 'a>], candidate: Link<'c, 'a>) -> Result<(), Refusal> {
        let (cert, view) = candidate;
        let below = path[path.len() - 1];
        scheme(below)?;
        signs(cert, view)?;
        valid(self.case, candidate)?;
        if !names_fit(path[0].1, view) || !names_fit(view, view) {
            return Err(path[0].0.breaks(Rule::NameConstraints));
        }
        let is_anchor = matches!(cert.position, Position::Anchor(_));
        if !is_anchor && !view.extensions.is_ca() {
            return Err(cert.breaks(not_ca(view)));
        }
        let below = path.len() as i64 - 1;
        if view.extensions.path_len().is_some_and(|most| most >= 0 && below > most) {
            return Err(cert.breaks(Rule::PathLength));
        }
        Ok(())
    }

    /// `checkChainForKeyUsage`: every certificate, the anchor too.
    fn whole(&self, path: &[Link<'c, 'a>]) -> Result<(), Refusal> {
        let is_for = |view: &View<'_>| {
            let purposes = view.extensions.purposes.read();
            purposes.is_none_or(Vec::is_empty)
                || view.extensions.is_for(&[oid::SERVER_AUTH, oid::ANY_PURPOSE])
        };
        match path.iter().find(|(_, view)| !is_for(view)) {
            Some((cert, _)) => Err(cert.breaks(Rule::Purpose)),
            None => Ok(()),
        }
    }

    fn why_none(&self, below: Link<'c, 'a>) -> Refusal {
        let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
        why_none(self.case, below.0, &Wanted { equal, looked_at: &|_| true, lacks: &|_, _| None })
    }
}

fn not_ca(view: &View<'_>) -> Rule {
    if view.is_v3() { Rule::NotCa } else { Rule::VersionOneCa }
}

/// `CheckSignatureFrom`, the signature aside.
fn signs(cert: &Cert<'_>, view: &View<'_>) -> Result<(), Refusal> {
    let has_constraints = view.extensions.basic_constraints.is_present();
    if view.is_v3() && !has_constraints || has_constraints && !view.extensions.is_ca() {
        return Err(cert.breaks(not_ca(view)));
    }
    // A keyUsage without any bit counts as none.
    let usage = view.extensions.key_usage.read().filter(|usage| usage.is_any);
    if usage.is_some_and(|usage| usage.first & KEY_CERT_SIGN == 0) {
        return Err(cert.breaks(Rule::NoKeyCertSign));
    }
    match view.key {
        Key::Ed448 => Err(cert.breaks(Rule::KeyKind("Ed448"))),
        Key::RsaPss { .. } => Err(cert.breaks(Rule::KeyKind("RSASSA-PSS"))),
        Key::Unknown => Err(cert.breaks(Rule::KeyKind("unknown"))),
        _ => Ok(()),
    }
}

/// The signature algorithms that are verified.
fn scheme((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    use Digest::{Md5, Sha1, Sha224, Sha256, Sha384, Sha512};
    let rule = match view.outer.scheme {
        Scheme::Rsa(Sha256 | Sha384 | Sha512)
        | Scheme::Ecdsa(Sha256 | Sha384 | Sha512)
        | Scheme::Ed25519 => return Ok(()),
        Scheme::Rsa(digest) | Scheme::Ecdsa(digest) => Rule::WeakDigest(digest),
        Scheme::Pss { digest: digest @ (Md5 | Sha1 | Sha224), .. } => Rule::WeakDigest(digest),
        Scheme::Pss { digest, mask, salt } if digest == mask && salt == digest.octets() => {
            return Ok(());
        }
        Scheme::Pss { .. } => Rule::Scheme("RSASSA-PSS with a salt of another length"),
        Scheme::Ed448 => Rule::Scheme("Ed448"),
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
    };
    Err(cert.breaks(rule))
}

/// Whether the names of one certificate are within the constraints of another.
fn names_fit(named: &View<'_>, above: &View<'_>) -> bool {
    let Some(bases) = above.extensions.name_constraints.read() else { return true };
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
    let fits = |name: &Tlv<'_>| {
        let name = Name::Octets(name.tag, name.value);
        constraints::permit(bases, &name, equal) == Some(true)
    };
    let names = named.extensions.names().iter();
    names
        .filter(|name| matches!(name.tag, DNS | ADDRESS | EMAIL | URI))
        .all(|name| reading::is_comparable(name) && fits(name))
}
