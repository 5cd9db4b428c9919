//! nameConstraints as Go compares them with names: `checkNameConstraints` of 1.19 (`verify.go`), and
//! `constraints.go` of 1.27.

use std::net::IpAddr;

use super::{Version, reading};
use crate::stack::{
    constraints,
    extensions::{ADDRESS, DNS, EMAIL, URI},
    tlv::Tlv,
    view::View,
};

/// Whether the constraints of `above` permit every name of `named`.
pub(super) fn fit(named: &View<'_>, above: &View<'_>, version: Version) -> bool {
    let Some(bases) = above.extensions.name_constraints.read() else { return true };
    named.extensions.names().iter().all(|name| {
        let of_kind = |list: &[Tlv<'_>]| -> Vec<Vec<u8>> {
            let same = list.iter().filter(|base| base.tag == name.tag);
            same.map(|base| base.value.to_vec()).collect()
        };
        let (permitted, excluded) = (of_kind(&bases.permitted), of_kind(&bases.excluded));
        let Some(compared) = compared(name, version) else {
            let kinds = [DNS, EMAIL, URI, ADDRESS];
            // A URI without a host only matters to 1.19, if there are constraints for URIs.
            let is_passed_over = name.tag == URI && version == Version::V1_19;
            return !kinds.contains(&name.tag)
                || is_passed_over && permitted.is_empty() && excluded.is_empty();
        };
        let is_within = |base: &Vec<u8>| within((name, compared), base, version);
        let is_excluded = |base: &Vec<u8>| {
            is_within(base) || version == Version::V1_27 && is_wildcard_of(compared, base)
        };
        (permitted.is_empty() || permitted.iter().any(is_within))
            && !excluded.iter().any(is_excluded)
    })
}

/// How often the names of `named` are compared with the constraints of `above`.
pub(super) fn comparisons(named: &View<'_>, above: &View<'_>) -> usize {
    let bases = above.extensions.name_constraints.read();
    bases.map_or(0, |bases| constraints::comparisons(bases, named.extensions.names()))
}

/// The compared part of a name: an address, or a domain; `None` if there is none.
fn compared<'a>(name: &Tlv<'a>, version: Version) -> Option<&'a [u8]> {
    let domain = match name.tag {
        ADDRESS => return Some(name.value),
        DNS => name.value,
        EMAIL => reading::mailbox(name.value, version)?.1,
        URI => {
            let host = reading::uri_host(name.value).flatten()?;
            let host = host.split_once(':').map_or(host, |(host, _)| host);
            let is_name = !host.is_empty() && host.parse::<IpAddr>().is_err();
            Some(host.as_bytes()).filter(|_| is_name)?
        }
        _ => return None,
    };
    reading::is_domain(domain, version).then_some(domain)
}

/// Whether a name is within a base of its kind.
fn within((name, compared): (&Tlv<'_>, &[u8]), base: &[u8], version: Version) -> bool {
    match name.tag {
        ADDRESS => constraints::address(compared, base) == Some(true),
        EMAIL if base.contains(&b'@') => {
            let read = |text| reading::mailbox(text, version);
            let both = read(name.value).zip(read(base));
            both.is_some_and(|(one, other)| one.0 == other.0 && one.1.eq_ignore_ascii_case(other.1))
        }
        _ => constraints::dns(compared, base),
    }
}

/// Whether a wildcard matches the base: both are equal after their first label.
fn is_wildcard_of(name: &[u8], base: &[u8]) -> bool {
    let behind = |text: &[u8]| text.iter().position(|octet| *octet == b'.');
    match (name.first(), behind(name), behind(base)) {
        (Some(b'*'), Some(here), Some(there)) => name[here..].eq_ignore_ascii_case(&base[there..]),
        _ => false,
    }
}
