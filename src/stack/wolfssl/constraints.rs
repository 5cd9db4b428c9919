//! nameConstraints as wolfSSL checks them (`ConfirmNameConstraints`): only those of the direct issuer,
//! for mail, DNS and directory names.

use super::Decoded;
use crate::stack::{
    extensions::{DIRECTORY, DNS, EMAIL},
    tlv::{self, Tlv},
};

/// Whether the constraints of `issuer` permit every name of `below`.
pub(super) fn permits(issuer: &Decoded<'_, '_>, below: &Decoded<'_, '_>) -> bool {
    let Some(constraints) = issuer.view.extensions.name_constraints.read() else { return true };
    let names = below.view.extensions.names();
    let of_kind = |kind| names.iter().filter(move |name| name.tag == kind).map(|name| name.value);
    let mail: Vec<&[u8]> = of_kind(EMAIL).chain(below.emails()).collect();
    let common = below.common_name().filter(|_| below.alt_names.is_empty());
    let dns = below.alt_names.iter().map(|(_, name)| name.as_slice()).chain(common);
    let directories = of_kind(DIRECTORY).filter_map(|name| tlv::only(name).map(|one| one.value));
    let subject = Some(below.view.subject.contents).filter(|one| !one.is_empty());
    let permits = |kind, name: &[u8]| {
        let bases = |list: &[Tlv<'_>]| -> Vec<bool> {
            let of_kind = list.iter().filter(|base| base.tag == kind);
            of_kind.map(|base| matches(kind, name, base)).collect()
        };
        let permitted = bases(&constraints.permitted);
        !bases(&constraints.excluded).contains(&true)
            && (permitted.is_empty() || permitted.contains(&true))
    };
    mail.iter().all(|name| permits(EMAIL, name))
        && dns.into_iter().all(|name| permits(DNS, name))
        && directories.chain(subject).all(|name| permits(DIRECTORY, name))
}

/// `MatchBaseName`.
fn matches(kind: u8, name: &[u8], base: &Tlv<'_>) -> bool {
    let base = match kind {
        DIRECTORY => tlv::only(base.value).map_or(base.value, |one| one.value),
        _ => base.value,
    };
    if base.is_empty() || name.is_empty() || name[0] == b'.' || name.len() < base.len() {
        return false;
    }
    match kind {
        DIRECTORY => name.starts_with(base),
        EMAIL => matches_mail(name, base),
        _ => name[name.len() - base.len()..].eq_ignore_ascii_case(base),
    }
}

/// A base without `@` is a domain, or with a leading full stop all domains below it.
fn matches_mail(name: &[u8], base: &[u8]) -> bool {
    let is_address = base[0] != b'.' && base.contains(&b'@');
    let mut name = name;
    if !is_address && let Some(at) = name.iter().take(base.len()).position(|octet| *octet == b'@') {
        name = &name[at + 1..];
    }
    if base[0] == b'.' {
        return name.len() >= base.len()
            && name[name.len() - base.len()..].eq_ignore_ascii_case(base);
    }
    name.eq_ignore_ascii_case(base)
}
