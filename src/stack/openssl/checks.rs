//! What OpenSSL checks along a path (`check_extensions`, `check_auth_level`, `internal_verify`,
//! `check_name_constraints`).

use super::{Info, Setting, Uris, chain::Chain, outdated, weak_key};
use crate::stack::{
    case::Case,
    constraints::{self, Name},
    dn::{self, Dn},
    extensions::{
        DIGITAL_SIGNATURE, DNS, EMAIL, KEY_AGREEMENT, KEY_CERT_SIGN, KEY_ENCIPHERMENT,
        NETSCAPE_SERVER, NameConstraints, URI,
    },
    key::{Digest, Key},
    oid,
    reason::{Refusal, Rule},
    signature::Check,
    tlv::{IA5_STRING, Tlv},
    view::{Part, View},
};

/// CA bits, purposes, path lengths.
pub(super) fn extensions(setting: &Setting, chain: &Chain<'_, '_, '_>) -> Result<(), Refusal> {
    let count = chain.certs.len();
    let mut cas_below = 0;
    for (place, info) in chain.certs.iter().enumerate() {
        let breaks = |rule| Err(info.cert.breaks(rule));
        if let Some(rule) = &info.critical {
            return breaks(rule.clone());
        }
        let ca = info.ca();
        let is_last = place + 1 == count;
        // Only the last certificate may be a CA by other means than basicConstraints.
        if place > 0 && (ca == 0 || (!is_last || setting.is_strict) && ca != 1) {
            return breaks(no_ca(info.view));
        }
        if place == 0 && setting.is_strict && ca > 1 {
            return breaks(Rule::NotCa);
        }
        if count > 1 {
            curve(info)?;
            if setting.is_strict {
                strict(info, is_last)?;
            }
        }
        purpose(info, place > 0)?;
        let most = info.view.extensions.path_len();
        if place > 1 && most.is_some_and(|most| cas_below > most) {
            return breaks(Rule::PathLength);
        }
        if place > 0 && !info.is_self_issued {
            cas_below += 1;
        }
    }
    Ok(())
}

fn no_ca(view: &View<'_>) -> Rule {
    let known = &view.extensions;
    if !known.allows(KEY_CERT_SIGN) {
        Rule::NoKeyCertSign
    } else if view.is_v3() {
        Rule::NotCa
    } else {
        Rule::VersionOneCa
    }
}

/// `check_curve`.
fn curve(info: &Info<'_, '_>) -> Result<(), Refusal> {
    let rule = match info.view.key {
        Key::EcExplicit => Rule::ExplicitCurve,
        Key::Broken => Rule::Unreadable(Part::Key),
        Key::Unknown => Rule::KeyKind("unknown"),
        _ => return Ok(()),
    };
    Err(info.cert.breaks(rule))
}

/// `check_purpose_ssl_server`.
fn purpose(info: &Info<'_, '_>, is_ca: bool) -> Result<(), Refusal> {
    const PURPOSES: [&[u8]; 3] = [oid::SERVER_AUTH, oid::NETSCAPE_SGC, oid::MICROSOFT_SGC];
    const USAGES: u8 = DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | KEY_AGREEMENT;
    let known = &info.view.extensions;
    let rule = if !known.is_for(&PURPOSES) {
        Rule::Purpose
    } else if !is_ca && known.netscape.read().is_some_and(|bits| bits & NETSCAPE_SERVER == 0) {
        Rule::NetscapeType
    } else if !is_ca && !known.allows(USAGES) {
        Rule::NoDigitalSignature
    } else {
        return Ok(());
    };
    Err(info.cert.breaks(rule))
}

/// `X509_V_FLAG_X509_STRICT`, which CPython sets from 3.13 on.
fn strict(info: &Info<'_, '_>, is_last: bool) -> Result<(), Refusal> {
    let view = info.view;
    let known = &view.extensions;
    let constraints = view.extension(oid::BASIC_CONSTRAINTS);
    let has_key_id = known.authority_key_id.read().is_some_and(|one| one.key_id.is_some());
    let alt_names = view.extension(oid::SUBJECT_ALT_NAME);
    let is_critical = |id| view.extension(id).is_some_and(|one| one.is_critical());
    let signs = known.key_usage.read().is_some_and(|usage| usage.first & KEY_CERT_SIGN != 0);
    let is_ca = known.is_ca();
    // Later versions count as this one.
    let is_v3 = view.version >= 2;
    let faults = [
        (known.path_len().is_some() && !is_ca, "has a pathLenConstraint but no CA:TRUE"),
        (known.path_len().is_some() && !signs, "has a pathLenConstraint but no keyCertSign"),
        (
            is_ca && constraints.is_some_and(|one| !one.is_critical()),
            "has a basicConstraints that is not critical",
        ),
        (is_ca && !known.key_usage.is_present(), "is a CA certificate without keyUsage"),
        (!is_ca && signs, "has keyCertSign but no CA:TRUE"),
        (view.issuer.is_empty(), "has an empty issuer"),
        (view.subject.is_empty() && (is_ca || alt_names.is_none()), "has an empty subject"),
        (
            view.subject.is_empty() && alt_names.is_some_and(|one| !one.is_critical()),
            "has an empty subject but a subjectAltName that is not critical",
        ),
        (alt_names.is_some() && known.names().is_empty(), "has an empty subjectAltName"),
        (view.inner.whole != view.outer.whole, "names two different signature algorithms"),
        (is_critical(oid::AUTHORITY_KEY_ID), "has a critical authorityKeyIdentifier"),
        (is_critical(oid::SUBJECT_KEY_ID), "has a critical subjectKeyIdentifier"),
        (is_v3 && !is_last && !has_key_id, "has no authorityKeyIdentifier with a key identifier"),
        (
            is_v3 && is_ca && !known.subject_key_id.is_present(),
            "is a CA certificate without subjectKeyIdentifier",
        ),
        (!is_v3 && !view.list.is_empty(), "has extensions but is not of version 3"),
    ];
    match faults.iter().find(|(is_so, _)| *is_so) {
        Some((_, words)) => Err(info.cert.breaks(Rule::Strict(words))),
        None => Ok(()),
    }
}

/// Security level 2 for keys above the leaf, and for signatures below the anchor.
pub(super) fn levels(chain: &Chain<'_, '_, '_>) -> Result<(), Refusal> {
    for (place, info) in chain.certs.iter().enumerate() {
        if let Some(refusal) = weak_key(info).filter(|_| place > 0) {
            return Err(refusal);
        }
        let weak = info.view.outer.scheme.digest();
        let weak = weak.filter(|digest| matches!(digest, Digest::Md5 | Digest::Sha1));
        if let Some(digest) = weak.filter(|_| place + 1 < chain.certs.len()) {
            return Err(info.cert.breaks(Rule::WeakDigest(digest)));
        }
    }
    Ok(())
}

/// Signatures and dates, from the anchor down; returns what could not be computed.
pub(super) fn signatures(
    case: &Case<'_>,
    setting: &Setting,
    chain: &Chain<'_, '_, '_>,
) -> Result<Option<Refusal>, Refusal> {
    let mut unknown = None;
    let last = chain.certs.len() - 1;
    let skips_last = !chain.certs[last].issued(chain.certs[last]) && !setting.partial_chain;
    for place in (0..=last).rev() {
        let info = chain.certs[place];
        if let Some(issuer) = chain.certs.get(place + 1) {
            if !issuer.view.extensions.allows(KEY_CERT_SIGN) {
                return Err(issuer.cert.breaks(Rule::NoKeyCertSign));
            }
            match case.check(info.cert, issuer.cert) {
                Check::Good => {}
                Check::Bad => return Err(info.cert.breaks(Rule::WrongSignature)),
                Check::Unknown => unknown = Some(info.cert.breaks(Rule::NotComputed)),
            }
            // For OpenSSL, two different AlgorithmIdentifiers are a bad signature.
            if info.view.inner.whole != info.view.outer.whole {
                return Err(info.cert.breaks(Rule::AlgorithmsDiffer));
            }
        }
        let is_skipped = place == last && skips_last && last > 0;
        if let Some(rule) = outdated(info.view, case.at).filter(|_| !is_skipped) {
            return Err(info.cert.breaks(rule));
        }
    }
    Ok(unknown)
}

/// `NAME_CHECK_MAX` (v3_ncons.c): names and attributes times constraints of all kinds.
const MOST_COMPARISONS: usize = 1 << 20;

/// nameConstraints of every certificate above, including the anchor's.
pub(super) fn name_constraints(
    setting: &Setting,
    chain: &Chain<'_, '_, '_>,
) -> Result<(), Refusal> {
    for (place, info) in chain.certs.iter().enumerate() {
        if place != 0 && info.is_self_issued {
            continue;
        }
        for above in &chain.certs[place + 1..] {
            let Some(bases) = above.view.extensions.name_constraints.read() else { continue };
            let names = info.view.subject.attributes().count() + info.view.extensions.names().len();
            let count = bases.permitted.len() + bases.excluded.len();
            if names > 0 && count > MOST_COMPARISONS / names {
                return Err(info.cert.breaks(Rule::ManyNames));
            }
            if !permits((bases, setting.uris), info.view, place == 0) {
                return Err(info.cert.breaks(Rule::NameConstraints));
            }
        }
    }
    Ok(())
}

/// `NAME_CONSTRAINTS_check`, and for the leaf `NAME_CONSTRAINTS_check_CN`.
fn permits((bases, uris): (&NameConstraints<'_>, Uris), view: &View<'_>, is_leaf: bool) -> bool {
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.equals_in_openssl(other);
    let fits = |name: &Name<'_>| constraints::permit(bases, name, equal) == Some(true);
    let names = view.extensions.names();
    let mails_fit = dn::emails(&view.subject)
        .all(|mail| mail.tag == IA5_STRING && fits(&Name::Octets(EMAIL, mail.value)));
    let has_dns = names.iter().any(|name| name.tag == DNS);
    let mut hosts = view.common_names().filter_map(dn::text).filter(|name| looks_like_dns(name));
    (view.subject.is_empty() || fits(&Name::Directory(view.subject.clone())) && mails_fit)
        && names.iter().all(|name| compared(name, uris).is_some_and(|name| fits(&name)))
        && (!is_leaf || has_dns || hosts.all(|name| fits(&Name::Octets(DNS, name.as_bytes()))))
}

/// A GeneralName as it is compared; `None` if it is a directoryName that cannot be read.
fn compared<'a>(name: &Tlv<'a>, uris: Uris) -> Option<Name<'a>> {
    match name.tag {
        URI => Some(Name::UriHost(uris.host(name.value))),
        _ => Name::of(name),
    }
}

/// `cn2dnsid`: letters, digits, underscores, inner hyphens, at least one full stop.
fn looks_like_dns(name: &str) -> bool {
    let octets = name.as_bytes();
    let mut has_dot = false;
    for (place, octet) in octets.iter().enumerate() {
        let is_inner = place > 0 && place + 1 < octets.len();
        match octet {
            letter if letter.is_ascii_alphanumeric() || *letter == b'_' => {}
            b'-' if is_inner => {}
            b'.' if is_inner => {
                let (before, after) = (octets[place - 1], octets[place + 1]);
                if before == b'-' || matches!(after, b'.' | b'-') {
                    return false;
                }
                has_dot = true;
            }
            _ => return false,
        }
    }
    has_dot
}
