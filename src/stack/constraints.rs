//! The parts of nameConstraints that stacks have in common (RFC 5280 section 4.2.1.10).

use std::collections::HashMap;

use super::{
    dn::Dn,
    extensions::{ADDRESS, DIRECTORY, DNS, EMAIL, NameConstraints, URI},
    tlv::{self, Tlv},
};

/// Whether a DNS name is the base or below it; a base with a leading full stop includes everything below
/// it.
pub(super) fn dns(name: &[u8], base: &[u8]) -> bool {
    let Some(start) = name.len().checked_sub(base.len()) else { return false };
    let is_label = start == 0 || base.first() == Some(&b'.') || name[start - 1] == b'.';
    base.is_empty() || is_label && name[start..].eq_ignore_ascii_case(base)
}

/// Whether an address is in a network of base and mask; `None` for lengths that are neither.
pub(super) fn address(address: &[u8], base: &[u8]) -> Option<bool> {
    if !matches!(address.len(), 4 | 16) || !matches!(base.len(), 8 | 32) {
        return None;
    }
    let (network, mask) = base.split_at(base.len() / 2);
    let is_within = || {
        let pairs = address.iter().zip(network).zip(mask);
        pairs.into_iter().all(|((one, other), mask)| one & mask == other & mask)
    };
    Some(network.len() == address.len() && is_within())
}

/// Whether a mail address is the base, on its host, or on a host below it; `None` without `@`.
fn mail(name: &[u8], base: &[u8]) -> Option<bool> {
    let at = |text: &[u8]| text.iter().rposition(|octet| *octet == b'@');
    let place = at(name)?;
    let host = &name[place + 1..];
    Some(match at(base) {
        None if base.first() == Some(&b'.') => {
            name.len() > base.len() && name[name.len() - base.len()..].eq_ignore_ascii_case(base)
        }
        None => host.eq_ignore_ascii_case(base),
        Some(0) => host.eq_ignore_ascii_case(&base[1..]),
        Some(there) => {
            name[..place] == base[..there] && host.eq_ignore_ascii_case(&base[there + 1..])
        }
    })
}

/// Whether the host of a URI is the base or below it; `None` without a host.
fn uri(name: &[u8], base: &[u8]) -> Option<bool> {
    let text = std::str::from_utf8(name).ok()?;
    let (_, rest) = text.split_once("://")?;
    let host = rest.split([':', '/']).next().filter(|host| !host.is_empty())?.as_bytes();
    Some(host_of_uri(host, base))
}

/// Whether the host of a URI is the base or below it.
fn host_of_uri(host: &[u8], base: &[u8]) -> bool {
    match base.first() {
        Some(b'.') => {
            host.len() > base.len() && host[host.len() - base.len()..].eq_ignore_ascii_case(base)
        }
        _ => host.eq_ignore_ascii_case(base),
    }
}

/// Whether a name begins with the RDNs of another, compared by `equal`.
fn directory(name: &Dn<'_>, base: &Dn<'_>, equal: fn(&Dn<'_>, &Dn<'_>) -> bool) -> bool {
    let (Some(rdns), Some(wanted)) = (&name.rdns, &base.rdns) else { return false };
    let Some(start) = rdns.get(..wanted.len()) else { return false };
    let of = |rdns: &[Vec<_>]| Dn { whole: &[], contents: &[], rdns: Some(rdns.to_vec()) };
    // Without octets to compare, names are equal if both are empty.
    wanted.is_empty() || equal_rdns(&of(start), &of(wanted), equal)
}

fn equal_rdns(one: &Dn<'_>, other: &Dn<'_>, equal: fn(&Dn<'_>, &Dn<'_>) -> bool) -> bool {
    let distinct = Dn { whole: b"-", ..one.clone() };
    equal(&distinct, other)
}

/// The Name of a directoryName.
fn directory_of<'a>(name: &Tlv<'a>) -> Option<Dn<'a>> {
    tlv::only(name.value).and_then(Dn::read)
}

/// A name to compare with constraints.
pub(super) enum Name<'a> {
    /// A GeneralName of this kind, with its contents.
    Octets(u8, &'a [u8]),
    /// The host of a URI; `None` where it cannot be compared.
    UriHost(Option<&'a [u8]>),
    /// A subject or a directoryName.
    Directory(Dn<'a>),
}

impl<'a> Name<'a> {
    /// A GeneralName; `None` if it is a directoryName that cannot be read.
    pub(super) fn of(name: &Tlv<'a>) -> Option<Self> {
        match name.tag {
            DIRECTORY => directory_of(name).map(Self::Directory),
            tag => Some(Self::Octets(tag, name.value)),
        }
    }

    const fn tag(&self) -> u8 {
        match self {
            Self::Octets(tag, _) => *tag,
            Self::UriHost(_) => URI,
            Self::Directory(_) => DIRECTORY,
        }
    }
}

/// Whether two names are equal.
type Equal = fn(&Dn<'_>, &Dn<'_>) -> bool;

/// Whether constraints permit a name; `None` if it cannot be compared.
pub(super) fn permit(bases: &NameConstraints<'_>, name: &Name<'_>, equal: Equal) -> Option<bool> {
    let within = |list: &[Tlv<'_>]| -> Option<Vec<bool>> {
        let of_kind = list.iter().filter(|base| base.tag == name.tag());
        of_kind.map(|base| within(name, base, equal)).collect()
    };
    let (permitted, excluded) = (within(&bases.permitted)?, within(&bases.excluded)?);
    let is_in = permitted.is_empty() || permitted.contains(&true);
    Some(is_in && !excluded.contains(&true))
}

/// How often names are compared with constraints of their kind.
pub(super) fn comparisons(bases: &NameConstraints<'_>, names: &[Tlv<'_>]) -> usize {
    let mut of_kind = HashMap::<u8, usize>::new();
    for base in bases.permitted.iter().chain(&bases.excluded) {
        *of_kind.entry(base.tag).or_default() += 1;
    }
    names.iter().filter_map(|name| of_kind.get(&name.tag)).sum()
}

/// Whether a name is within a base of its kind.
fn within(name: &Name<'_>, base: &Tlv<'_>, equal: Equal) -> Option<bool> {
    match name {
        Name::Directory(name) => Some(directory(name, &directory_of(base)?, equal)),
        Name::Octets(DNS, name) => Some(dns(name, base.value)),
        Name::Octets(ADDRESS, name) => address(name, base.value),
        Name::Octets(EMAIL, name) => mail(name, base.value),
        Name::Octets(URI, name) => uri(name, base.value),
        Name::UriHost(host) => host.map(|host| host_of_uri(host, base.value)),
        Name::Octets(..) => None,
    }
}
