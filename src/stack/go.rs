//! Go 1.19 and 1.27: `crypto/x509`, `verify.go`, `parser.go` and `constraints.go`, `rsa.go` of `crypto/rsa`,
//! `handshake_client.go` of `crypto/tls` (read and measured).
//!
//! Every issuer by name, among the anchors and what was sent, is tried in turn. The anchor must follow
//! the rules for every CA.

mod names;
mod reading;

use super::{
    case::{Case, Cert},
    dates,
    dn::Dn,
    extensions::{ADDRESS, DNS, KEY_CERT_SIGN},
    host,
    issuer::{Wanted, why_none},
    key::{Curve, Digest, Key, Scheme},
    oid,
    policies::{self, Manner},
    reason::{Position, Refusal, Rule, Verdict},
    search::{Link, Rules, Search},
    view::View,
};

/// A version of Go. Versions in between have a part of 1.27: no negative serial numbers from 1.23 on, no
/// RSA keys under 1024 bits from 1.24 on (`internal/godebugs/table.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V1_19,
    V1_27,
}

impl Version {
    /// The longest Certificate message: `maxHandshake`, in 1.27 `maxHandshakeCertificateMsg`.
    const fn most_octets(self) -> usize {
        match self {
            Self::V1_19 => 65_536,
            Self::V1_27 => 262_144,
        }
    }
}

/// `maxConstraintComparisons` of 1.19; 1.27 has none.
const MOST_COMPARISONS: usize = 250_000;
/// `defaultMaxRSAKeySize` of 1.27, for the certificates sent.
const MOST_RSA_BITS: usize = 8192;
/// `checkKeySize` of 1.27, for keys that verify a signature.
const FEWEST_RSA_BITS: usize = 1024;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>, version: Version) -> Verdict {
    run(case, version).into()
}

fn run(case: &Case<'_>, version: Version) -> Result<(), Refusal> {
    let mut anchors = Vec::new();
    for anchor in &case.anchors {
        let view = anchor.read()?;
        reading::reads(view, version).map_err(|rule| anchor.breaks(rule))?;
        anchors.push((anchor, view));
    }
    case.fits(version.most_octets())?;
    let mut sent = Vec::new();
    for cert in &case.sent {
        let view = cert.read()?;
        reading::reads(view, version).map_err(|rule| cert.breaks(rule))?;
        let is_long = |bits: &usize| version == Version::V1_27 && *bits > MOST_RSA_BITS;
        if let Some(bits) = view.key.rsa_bits().filter(is_long) {
            return Err(cert.breaks(Rule::RsaSize { bits }));
        }
        sent.push((cert, view));
    }
    let leaf = *sent.first().ok_or(Refusal::of_chain(Rule::NoCertificate))?;
    handshake(leaf, version)?;
    valid(case, leaf, version)?;
    named(case, leaf, version)?;
    let go = Go { case, version, sent: &sent, anchors: &anchors };
    if anchors.iter().any(|(anchor, _)| case.is_same(anchor, leaf.0)) {
        return go.whole(&[leaf]);
    }
    Search::new(case, &go).run(leaf)
}

/// The keys that the client offers to verify.
fn handshake((cert, view): Link<'_, '_>, version: Version) -> Result<(), Refusal> {
    let rule = match view.key {
        Key::Rsa { .. } if !verifies(&view.key, version) => rsa_rule(&view.key),
        Key::Ec { curve: Curve::P224, .. } => Rule::Handshake,
        Key::Rsa { .. } | Key::Ec { .. } | Key::Ed25519(_) => return Ok(()),
        Key::Ed448 => Rule::KeyKind("Ed448"),
        Key::RsaPss { .. } => Rule::KeyKind("RSASSA-PSS"),
        _ => Rule::Handshake,
    };
    Err(cert.breaks(rule))
}

/// Whether an RSA key can verify signatures: 1.27 rejects short ones, and requires odd exponents of at
/// most 31 bits.
fn verifies(key: &Key<'_>, version: Version) -> bool {
    let Key::Rsa { exponent, .. } = key else { return true };
    let is_exponent = match exponent {
        [] | [1] => false,
        [.., last] if last & 1 == 0 => false,
        [first, _, _, _] => *first < 0x80,
        octets => octets.len() < 4,
    };
    let is_long = key.rsa_bits().is_some_and(|bits| bits >= FEWEST_RSA_BITS);
    version == Version::V1_19 || is_exponent && is_long
}

/// The rule that such a key violates.
fn rsa_rule(key: &Key<'_>) -> Rule {
    match key.rsa_bits().filter(|bits| *bits < FEWEST_RSA_BITS) {
        Some(bits) => Rule::RsaSize { bits },
        None => Rule::RsaExponent,
    }
}

/// The part of `isValid` that concerns only the certificate.
fn valid(case: &Case<'_>, (cert, view): Link<'_, '_>, version: Version) -> Result<(), Refusal> {
    if let Some(rule) = reading::critical(view, version) {
        return Err(cert.breaks(rule));
    }
    let (before, after) = reading::validity(view).map_err(|rule| cert.breaks(rule))?;
    let rule = dates::outdated(Some(before), Some(after), case.at);
    rule.map_or(Ok(()), |rule| Err(cert.breaks(rule)))
}

/// `VerifyHostname`.
fn named(case: &Case<'_>, (cert, view): Link<'_, '_>, version: Version) -> Result<(), Refusal> {
    let Some(host) = case.host else { return Ok(()) };
    let names = view.extensions.names();
    let is_named = match host::address(host) {
        Some(address) => names.iter().any(|name| {
            name.tag == ADDRESS && reading::plain(name.value) == reading::plain(&address)
        }),
        None => {
            let takes_star = version == Version::V1_19;
            let fits = |name: &[u8]| (takes_star || name != b"*") && host::go(name, host);
            names.iter().any(|name| name.tag == DNS && fits(name.value))
        }
    };
    if is_named {
        return Ok(());
    }
    Err(cert.breaks(Rule::Name(host::fault(view, host))))
}

/// The rules of Go.
struct Go<'s, 'c, 'a> {
    case: &'c Case<'a>,
    version: Version,
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
        if !verifies(&view.key, self.version) {
            return Err(cert.breaks(rsa_rule(&view.key)));
        }
        valid(self.case, candidate, self.version)?;
        let fits = |named| names::fit(named, view, self.version);
        let is_1_19 = self.version == Version::V1_19;
        if is_1_19 && names::comparisons(path[0].1, view) > MOST_COMPARISONS {
            return Err(path[0].0.breaks(Rule::ManyNames));
        }
        if is_1_19 && !(fits(path[0].1) && fits(view)) {
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

    /// `checkChainForKeyUsage`: every certificate, including the anchor. In 1.27 also `policiesValid`
    /// and `checkChainConstraints`: the names of each against the constraints of all above.
    fn whole(&self, path: &[Link<'c, 'a>]) -> Result<(), Refusal> {
        let is_1_27 = self.version == Version::V1_27;
        let manner = Manner { is_self_issued: |view| view.is_self_issued(), is_java: false };
        let below_anchor = if is_1_27 { &path[..path.len() - 1] } else { &[] };
        if let Some((cert, _)) = policies::broken(below_anchor, manner) {
            return Err(cert.breaks(Rule::Policy));
        }
        let is_for = |view: &View<'_>| {
            let purposes = view.extensions.purposes.read();
            purposes.is_none_or(Vec::is_empty)
                || view.extensions.is_for(&[oid::SERVER_AUTH, oid::ANY_PURPOSE])
        };
        if let Some((cert, _)) = path.iter().find(|(_, view)| !is_for(view)) {
            return Err(cert.breaks(Rule::Purpose));
        }
        let fits = |place: usize| {
            let above = &path[place + 1..];
            above.iter().all(|(_, view)| names::fit(path[place].1, view, self.version))
        };
        match (0..path.len()).find(|place| is_1_27 && !fits(*place)) {
            Some(place) => Err(path[place].0.breaks(Rule::NameConstraints)),
            None => Ok(()),
        }
    }

    fn why_none(&self, below: Link<'c, 'a>) -> Refusal {
        let equal = |one: &Dn<'_>, other: &Dn<'_>| one.is_same(other);
        why_none(
            self.case,
            below.0,
            &Wanted { equal, looked_at: &|_| true, obstacle: &|_, _| None },
        )
    }
}

fn not_ca(view: &View<'_>) -> Rule {
    if view.is_v3() { Rule::NotCa } else { Rule::VersionOneCa }
}

/// `CheckSignatureFrom`, except for the signature.
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
