//! nameConstraints as wolfSSL 5.9 checks them (`ConfirmNameConstraints`): those of every CA above, for
//! names of every kind except x400Address and ediPartyName.

use std::net::IpAddr;

use super::Decoded;
use crate::stack::{
    constraints::{self, Name},
    dn::Dn,
    extensions::{
        ADDRESS, DIRECTORY, DNS, EDI_PARTY, EMAIL, NameConstraints, OTHER_NAME, REGISTERED_ID, URI,
        X400,
    },
    oid,
    tlv::Tlv,
};

/// Whether the constraints of `issuer` permit every name of `below`.
pub(super) fn permits(issuer: &Decoded<'_, '_>, below: &Decoded<'_, '_>) -> bool {
    let Some(bases) = issuer.view.extensions.name_constraints.read() else { return true };
    let names = below.view.extensions.names();
    let has_dns = names.iter().any(|name| name.tag == DNS);
    let common = below.common_name().filter(|_| !has_dns && !below.is_ca);
    let permits = |kind, name: &[u8]| permit(bases, kind, name);
    let subject = Name::Directory(below.view.subject.clone());
    let directories = names.iter().filter(|name| name.tag == DIRECTORY).filter_map(Name::of);
    let equal = |one: &Dn<'_>, other: &Dn<'_>| one.equals_in_openssl(other);
    let is_within = |name: &Name<'_>| constraints::permit(bases, name, equal) == Some(true);
    let has_subject = !below.view.subject.is_empty();
    names.iter().filter(|name| name.tag != DIRECTORY).all(|name| permits(name.tag, name.value))
        && common.is_none_or(|name| permits(DNS, name))
        && below.emails().is_none_or(|name| permits(EMAIL, name))
        && directories.chain(has_subject.then_some(subject)).all(|name| is_within(&name))
        && !(is_critical(issuer) && has_others(bases))
}

fn is_critical(issuer: &Decoded<'_, '_>) -> bool {
    issuer.view.critical().any(|id| id == oid::NAME_CONSTRAINTS)
}

/// Whether there are bases of kinds that are not compared.
fn has_others(bases: &NameConstraints<'_>) -> bool {
    let all = bases.permitted.iter().chain(&bases.excluded);
    all.into_iter().any(|base| matches!(base.tag, X400 | EDI_PARTY))
}

/// `IsInExcludedList` and `PermittedListOk`.
fn permit(bases: &NameConstraints<'_>, kind: u8, name: &[u8]) -> bool {
    let within = |list: &[Tlv<'_>], is_permitted: bool| -> Vec<bool> {
        let of_kind = list.iter().filter(|base| base.tag == kind);
        of_kind.map(|base| matches(kind, name, base.value, is_permitted)).collect()
    };
    let (permitted, excluded) = (within(&bases.permitted, true), within(&bases.excluded, false));
    let is_compared = permitted.is_empty() && excluded.is_empty()
        || kind != URI
        || host(name).is_some_and(|host| host.parse::<IpAddr>().is_err());
    is_compared && !excluded.contains(&true) && (permitted.is_empty() || permitted.contains(&true))
}

fn matches(kind: u8, name: &[u8], base: &[u8], is_permitted: bool) -> bool {
    match kind {
        ADDRESS => constraints::address(name, base) == Some(true),
        OTHER_NAME | REGISTERED_ID => name == base,
        EMAIL => matches_mail(name, base),
        URI => host(name).is_some_and(|host| matches_host(host.as_bytes(), base)),
        DNS if name.contains(&b'*') => matches_wildcard(name, base, is_permitted),
        DNS => matches_domain(without_dot(name), without_dot(base)),
        _ => false,
    }
}

/// Without the full stop that ends an absolute name.
fn without_dot(name: &[u8]) -> &[u8] {
    name.strip_suffix(b".").unwrap_or(name)
}

fn matches_domain(name: &[u8], base: &[u8]) -> bool {
    !name.is_empty() && !base.is_empty() && name[0] != b'.' && constraints::dns(name, base)
}

/// Every name that a wildcard matches, or for excluded names any of them.
fn matches_wildcard(name: &[u8], base: &[u8], is_permitted: bool) -> bool {
    let (name, base) = (without_dot(name), without_dot(base));
    let is_below = base.first() == Some(&b'.');
    let labels = |text: &[u8]| -> Vec<Vec<u8>> {
        text.rsplit(|octet| *octet == b'.').map(<[u8]>::to_ascii_lowercase).collect()
    };
    let (names, bases) = (labels(name), labels(&base[usize::from(is_below)..]));
    if name.is_empty() || name[0] == b'.' || base.is_empty() || names.len() < bases.len() {
        return false;
    }
    let fits = |(label, base): (&Vec<u8>, &Vec<u8>)| match label.contains(&b'*') {
        true => !is_permitted,
        false => !label.is_empty() && label == base,
    };
    let is_long_enough = !is_below || names.len() > bases.len();
    is_long_enough
        && bases.iter().all(|base| !base.is_empty())
        && names.iter().zip(&bases).all(fits)
}

/// A base with an `@` is one address, one without is a host, or with a leading full stop all hosts below
/// it.
fn matches_mail(name: &[u8], base: &[u8]) -> bool {
    let at = |text: &[u8]| text.iter().position(|octet| *octet == b'@');
    let is_address =
        |text: &[u8]| at(text).is_some_and(|place| place > 0 && place + 1 < text.len());
    let is_single = name.iter().filter(|octet| **octet == b'@').count() == 1;
    if base.is_empty() || name.len() < base.len() || !is_single || !is_address(name) {
        return false;
    }
    let host = &name[at(name).map_or(0, |place| place + 1)..];
    match base {
        [b'.', ..] => {
            host.len() >= base.len() && host[host.len() - base.len()..].eq_ignore_ascii_case(base)
        }
        _ if at(base).is_some() => is_address(base) && name.eq_ignore_ascii_case(base),
        _ => host.eq_ignore_ascii_case(base),
    }
}

/// The host of a URI, without a full stop at its end.
fn host(uri: &[u8]) -> Option<&str> {
    let (_, rest) = std::str::from_utf8(uri).ok()?.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_name = host.split('.').all(|label| !label.is_empty());
    is_name.then_some(host)
}

/// One host, or with a leading full stop all hosts below it.
fn matches_host(host: &[u8], base: &[u8]) -> bool {
    match base {
        [] => false,
        [b'.', ..] => matches_domain(host, without_dot(base)),
        _ => host.eq_ignore_ascii_case(without_dot(base)),
    }
}
