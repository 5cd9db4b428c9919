//! Java 17: `PKIXValidator`, `PKIXCertPathValidator`, `ForwardBuilder`, `EndEntityChecker`,
//! `HostnameChecker` (measured, and written from the documentation of OpenJDK).
//!
//! A chain in order is validated as it is; any other is rebuilt from the certificates sent, in any
//! order. Of an anchor the name, the key and CA:TRUE count, not the dates.

mod reading;

use std::cell::Cell;

use super::{
    case::Case,
    constraints::{self, Name},
    dates,
    dn::{self, Dn},
    extensions::{ADDRESS, DIGITAL_SIGNATURE, DNS, EMAIL, KEY_CERT_SIGN, NETSCAPE_SERVER},
    host,
    issuer::{Wanted, why_none},
    key::{Curve, Digest, Key, PointForm, Scheme},
    oid,
    policies::{self, Manner},
    reason::{Position, Refusal, Rule, Verdict},
    search::{Link, Links, Rules, Search},
    view::View,
};

/// `jdk.tls.maxHandshakeMessageSize`.
const MOST_OCTETS: usize = 32_768;
/// `jdk.tls.maxCertificateChainLength`.
const MOST_CERTIFICATES: usize = 10;
/// `jdk.certpath.disabledAlgorithms`: RSA keySize < 1024.
const FEWEST_RSA_BITS: usize = 1024;

/// The verdict on `case`.
pub(super) fn judge(case: &Case<'_>) -> Verdict {
    run(case).into()
}

fn run(case: &Case<'_>) -> Result<(), Refusal> {
    let Links { anchors, sent, leaf } =
        Links::read(case, reading::reads, MOST_OCTETS, MOST_CERTIFICATES)?;
    let mode = mode(&sent, &anchors);
    let java = Java { case, sent: &sent, anchors: &anchors, mode, is_constrained: Cell::default() };
    let is_anchor = anchors.iter().any(|(anchor, _)| case.is_same(anchor, leaf.0));
    if is_anchor {
        // A trusted leaf only has to pass the handshake: its curve must be an offered one.
        if !matches!(leaf.1.key, Key::Rsa { .. } | Key::RsaPss { .. }) {
            key(leaf)?;
        }
    } else {
        if leaf.1.issuer.is_empty() {
            return Err(leaf.0.breaks(Rule::Unreadable(super::view::Part::Issuer)));
        }
        Search::new(case, &java).run(leaf)?;
        purposes(leaf)?;
    }
    named(case, leaf, java.is_constrained.get())
}

/// `EndEntityChecker.checkTLSServer`, for a leaf that is not an anchor.
fn purposes((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    const PURPOSES: [&[u8]; 4] =
        [oid::SERVER_AUTH, oid::ANY_PURPOSE, oid::NETSCAPE_SGC, oid::MICROSOFT_SGC];
    let known = &view.extensions;
    let rule = if !known.is_for(&PURPOSES) {
        Rule::Purpose
    } else if !known.allows(DIGITAL_SIGNATURE) {
        Rule::NoDigitalSignature
    } else if known.netscape.read().is_some_and(|bits| bits & NETSCAPE_SERVER == 0) {
        Rule::NetscapeType
    } else {
        return Ok(());
    };
    Err(cert.breaks(rule))
}

/// `HostnameChecker`, TYPE_TLS: for an address only iPAddress (`matchIP`), otherwise dNSName or the common name
/// (`matchDNS`). A previous check of nameConstraints (`NameConstraintsExtension.verify`) has added an address in the
/// common name to the names of the leaf.
fn named(case: &Case<'_>, (cert, view): Link<'_, '_>, is_constrained: bool) -> Result<(), Refusal> {
    let Some(host) = case.host.map(|host| host.strip_suffix('.').unwrap_or(host)) else {
        return Ok(());
    };
    let names = reading::alt_names(view);
    let is_named = if let Some(address) = host::address(host) {
        let added = common_address(view).filter(|_| is_constrained && !names.is_empty());
        let is_it = |one: &[u8]| reading::plain(one) == reading::plain(&address);
        names.iter().any(|name| name.tag == ADDRESS && is_it(name.value))
            || added.is_some_and(|one| is_it(&one))
    } else if !host::java_valid(host) || host::is_short_address(host) {
        false
    } else if names.iter().any(|name| name.tag == DNS) {
        names.iter().any(|name| name.tag == DNS && host::java(name.value, host))
    } else {
        let last = view.common_names().last().and_then(dn::text);
        last.is_some_and(|name| host::java(name.as_bytes(), host))
    };
    if is_named {
        return Ok(());
    }
    // A subjectAltName that cannot be read counts as absent.
    if let Some(kind) = reading::bad_alt_name(view) {
        return Err(cert.breaks(Rule::BadAlternativeName(kind)));
    }
    Err(cert.breaks(Rule::Name(host::fault(view, host))))
}

/// How `PKIXValidator` continues.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// The first certificates, this many, are a chain, to be validated as it is.
    Validate(usize),
    /// A path is built from all of them.
    Build,
}

fn mode(sent: &[Link<'_, '_>], anchors: &[Link<'_, '_>]) -> Mode {
    let is_anchor = |view: &View<'_>| {
        anchors.iter().any(|(_, anchor)| {
            anchor.spki.whole == view.spki.whole && anchor.subject.equals_in_java(&view.subject)
        })
    };
    for (place, pair) in sent.windows(2).enumerate() {
        let (below, above) = (pair[0].1, pair[1].1);
        if !below.issuer.equals_in_java(&above.subject) {
            return Mode::Build;
        }
        if is_anchor(above) {
            return Mode::Validate(place + 1);
        }
    }
    let last = sent.last().map(|(_, view)| view);
    let is_named = |view: &&View<'_>| {
        anchors.iter().any(|(_, anchor)| anchor.subject.equals_in_java(&view.issuer))
    };
    match last.is_some_and(is_named) {
        true => Mode::Validate(sent.len()),
        false => Mode::Build,
    }
}

/// The rules of Java.
struct Java<'s, 'c, 'a> {
    case: &'c Case<'a>,
    sent: &'s [Link<'c, 'a>],
    anchors: &'s [Link<'c, 'a>],
    mode: Mode,
    /// Whether the valid path has nameConstraints.
    is_constrained: Cell<bool>,
}

impl<'c, 'a> Rules<'c, 'a> for Java<'_, 'c, 'a> {
    fn candidates(&self, below: Link<'c, 'a>) -> Vec<Link<'c, 'a>> {
        let named = |(_, above): &Link<'c, 'a>| below.1.issuer.equals_in_java(&above.subject);
        let anchors = || self.anchors.iter().copied().filter(named);
        let Mode::Validate(count) = self.mode else {
            return anchors().chain(self.sent.iter().skip(1).copied().filter(named)).collect();
        };
        let chain = &self.sent[..count];
        let place = chain.iter().position(|(cert, _)| cert.position == below.0.position);
        match place.and_then(|place| chain.get(place + 1)) {
            Some(next) => vec![*next],
            None => anchors().collect(),
        }
    }

    fn link(&self, path: &[Link<'c, 'a>], candidate: Link<'c, 'a>) -> Result<(), Refusal> {
        let (cert, view) = candidate;
        let below = path[path.len() - 1];
        if path.len() == 1 {
            // Anything wrong with the leaf itself, before its issuers.
            certificate(self.case, below)?;
        }
        scheme(below)?;
        key(candidate)?;
        if let Position::Anchor(_) = cert.position {
            match self.mode {
                Mode::Validate(_) if !is_identified(below.1, view) => {
                    return Err(below.0.breaks(Rule::KeyIdentifier));
                }
                // `ForwardBuilder.getMatchingCACerts` checks the dates of an anchor from its second
                // search on.
                Mode::Build if path.len() > 1 => valid(self.case, candidate)?,
                Mode::Build | Mode::Validate(_) => {}
            }
            if view.is_v3() && !reading::is_ca(view) {
                return Err(cert.breaks(Rule::NotCa));
            }
            if view.is_v3() && !view.extensions.allows(KEY_CERT_SIGN) {
                return Err(cert.breaks(Rule::NoKeyCertSign));
            }
            return Ok(());
        }
        certificate(self.case, candidate)?;
        if !reading::is_ca(view) {
            return Err(cert.breaks(if view.is_v3() { Rule::NotCa } else { Rule::VersionOneCa }));
        }
        if !view.extensions.allows(KEY_CERT_SIGN) {
            return Err(cert.breaks(Rule::NoKeyCertSign));
        }
        let below = path[1..].iter().filter(|(_, one)| !is_self_issued(one)).count() as i64;
        if view.extensions.path_len().is_some_and(|most| below > most) {
            return Err(cert.breaks(Rule::PathLength));
        }
        Ok(())
    }

    fn whole(&self, path: &[Link<'c, 'a>]) -> Result<(), Refusal> {
        let above = path.len() - 1;
        // The anchor's own extensions do not count.
        for (place, (cert, view)) in path[..above].iter().enumerate() {
            if place > 0 && is_self_issued(view) {
                continue;
            }
            if !path[place + 1..above].iter().all(|(_, one)| names_fit(view, one)) {
                return Err(cert.breaks(Rule::NameConstraints));
            }
        }
        match policies::broken(&path[..above], Manner { is_self_issued, is_java: true }) {
            Some((cert, _)) => Err(cert.breaks(Rule::Policy)),
            None => {
                let is_read =
                    |(_, one): &Link<'c, 'a>| one.extensions.name_constraints.read().is_some();
                self.is_constrained.set(path[1..above].iter().any(is_read));
                Ok(())
            }
        }
    }

    fn why_none(&self, below: Link<'c, 'a>) -> Refusal {
        let equal = |one: &Dn<'_>, other: &Dn<'_>| one.equals_in_java(other);
        why_none(
            self.case,
            below.0,
            &Wanted { equal, looked_at: &|_| true, obstacle: &|_, _| None },
        )
    }
}

fn is_self_issued(view: &View<'_>) -> bool {
    view.issuer.equals_in_java(&view.subject)
}

/// `AdaptableX509CertSelector`: the expected key identifier and serial number.
fn is_identified(below: &View<'_>, above: &View<'_>) -> bool {
    let Some(asked) = below.extensions.authority_key_id.read() else { return true };
    let own = above.extensions.subject_key_id.read();
    let is_other_key = matches!((asked.key_id, own), (Some(one), Some(other)) if one != *other);
    let is_other_serial = asked.serial.is_some_and(|serial| serial != above.serial);
    !is_other_key && (!is_other_serial || !above.is_v3())
}

/// The checks of each certificate below the anchor.
fn certificate(case: &Case<'_>, link: Link<'_, '_>) -> Result<(), Refusal> {
    let (cert, view) = link;
    key(link)?;
    valid(case, link)?;
    match reading::critical(view) {
        Some(rule) => Err(cert.breaks(rule)),
        None => Ok(()),
    }
}

/// Dates.
fn valid(case: &Case<'_>, (cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    let (before, after) = reading::validity(view).map_err(|rule| cert.breaks(rule))?;
    let rule = dates::outdated(Some(before), Some(after), case.at);
    rule.map_or(Ok(()), |rule| Err(cert.breaks(rule)))
}

/// Keys that Java can read and that are long enough.
fn key((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    use Curve::{P256, P384, P521};
    let rule = match view.key {
        Key::Rsa { .. } | Key::RsaPss { .. } => {
            let bits = view.key.rsa_bits().unwrap_or_default();
            if bits >= FEWEST_RSA_BITS {
                return Ok(());
            }
            Rule::RsaSize { bits }
        }
        Key::Ec { curve: P256 | P384 | P521, form, .. } => match form {
            PointForm::Uncompressed => return Ok(()),
            _ => Rule::CompressedPoint,
        },
        Key::Ec { curve, .. } => Rule::Curve(curve),
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Ed25519(_) | Key::Ed448 => return Ok(()),
        Key::Unknown => Rule::KeyKind("unknown"),
        Key::Broken => Rule::Unreadable(super::view::Part::Key),
    };
    Err(cert.breaks(rule))
}

/// The signature algorithms that are verified: all except MD5 and unknown ones.
fn scheme((cert, view): Link<'_, '_>) -> Result<(), Refusal> {
    let rule = match view.outer.scheme {
        Scheme::Rsa(Digest::Md5) | Scheme::Pss { digest: Digest::Md5, .. } => {
            Rule::WeakDigest(Digest::Md5)
        }
        Scheme::Unknown => Rule::Scheme("an unknown algorithm"),
        _ => return Ok(()),
    };
    Err(cert.breaks(rule))
}

/// The address in the last common name, if there is no iPAddress.
fn common_address(view: &View<'_>) -> Option<Vec<u8>> {
    let has_one = reading::alt_names(view).iter().any(|name| name.tag == ADDRESS);
    view.common_names()
        .last()
        .and_then(dn::text)
        .filter(|_| !has_one)
        .and_then(|name| host::address(&name))
}

/// `NameConstraintsExtension.verify`.
fn names_fit(named: &View<'_>, above: &View<'_>) -> bool {
    let Some(bases) = above.extensions.name_constraints.read() else { return true };
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.equals_in_java(other);
    let fits = |name: &Name<'_>| constraints::permit(bases, name, equal).unwrap_or(false);
    let names = reading::alt_names(named);
    let mut mails = dn::emails(&named.subject);
    // The common name counts as a dNSName if there is none.
    let common = named.common_names().last().and_then(dn::text);
    let common = common.filter(|_| !names.iter().any(|name| name.tag == DNS));
    let common = common.filter(|name| host::address(name).is_none() && host::java_valid(name));
    let address = common_address(named);
    (named.subject.is_empty() || fits(&Name::Directory(named.subject.clone())))
        && names.iter().all(|name| Name::of(name).is_some_and(|name| fits(&name)))
        && common.is_none_or(|name| fits(&Name::Octets(DNS, name.as_bytes())))
        && address.is_none_or(|octets| fits(&Name::Octets(ADDRESS, &octets)))
        && (named.extensions.alt_names.is_present()
            || mails.all(|mail| fits(&Name::Octets(EMAIL, mail.value))))
}
