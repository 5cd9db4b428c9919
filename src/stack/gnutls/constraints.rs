//! nameConstraints as GnuTLS collects them from the anchor down, and compares them with the leaf only
//! (`name_constraints.c` of GnuTLS 3.7.9 with Debian's patches).

use crate::stack::{
    dn,
    extensions::{ADDRESS, DIRECTORY, DNS, EMAIL, NameConstraints, OTHER_NAME, URI},
    oid, tlv,
    view::View,
};

/// A base: its kind and its contents.
type Base<'a> = (u8, &'a [u8]);

/// The kinds whose bases are compared; bases of other kinds are only collected.
const COMPARED: [u8; 3] = [DNS, EMAIL, ADDRESS];
/// Every address, as base and mask; the first 8 octets are those of IPv4.
const EVERY_ADDRESS: [u8; 32] = [0; 32];
/// `MAX_CN`: longer names of a leaf do not fit.
const MOST_NAME_OCTETS: usize = 256;

/// The constraints of all certificates so far.
#[derive(Default)]
pub(super) struct Constraints<'a> {
    permitted: Vec<Base<'a>>,
    excluded: Vec<Base<'a>>,
}

impl<'a> Constraints<'a> {
    /// `_gnutls_x509_name_constraints_merge`: false if a base cannot be read.
    pub(super) fn append(&mut self, more: &NameConstraints<'a>) -> bool {
        let bases = |list: &[tlv::Tlv<'a>]| -> Option<Vec<Base<'a>>> {
            let base = |base: &tlv::Tlv<'a>| is_base(base).then_some((base.tag, base.value));
            list.iter().map(base).collect()
        };
        let (Some(permitted), Some(excluded)) = (bases(&more.permitted), bases(&more.excluded))
        else {
            return false;
        };
        if self.permitted.is_empty() && self.excluded.is_empty() {
            (self.permitted, self.excluded) = (permitted, excluded);
            return true;
        }
        self.intersect(&permitted);
        self.excluded.extend(excluded);
        true
    }

    /// Permitted bases that are within a base of the other list, for kinds that both lists have.
    fn intersect(&mut self, others: &[Base<'a>]) {
        let has = |list: &[Base<'a>], kind: u8| list.iter().any(|base| base.0 == kind);
        let is_shared =
            |kind| COMPARED.contains(&kind) && has(&self.permitted, kind) && has(others, kind);
        let alone = self.permitted.iter().chain(others).filter(|base| !is_shared(base.0));
        let mut kept: Vec<_> = alone.copied().collect();
        for kind in COMPARED.into_iter().filter(|kind| is_shared(*kind)) {
            let before = kept.len();
            for mine in self.permitted.iter().filter(|base| base.0 == kind) {
                for other in others.iter().filter(|base| base.0 == kind) {
                    if is_within(kind, mine.1, other.1) {
                        kept.push(*mine);
                    } else if is_within(kind, other.1, mine.1) {
                        kept.push(*other);
                    }
                }
            }
            if kept.len() == before {
                self.excluded.extend(everything(kind));
            }
        }
        self.permitted = kept;
    }

    /// `gnutls_x509_name_constraints_check_crt` for all kinds.
    pub(super) fn permit(&self, leaf: &View<'_>) -> bool {
        let names = leaf.extensions.names();
        let of_kind = |kind| names.iter().filter(move |name| name.tag == kind);
        let alternative = |kind| {
            let fit = |name: &tlv::Tlv<'_>| {
                name.value.len() < MOST_NAME_OCTETS && self.permits(kind, name.value)
            };
            of_kind(kind).all(fit)
        };
        let is_named = |kind| of_kind(kind).next().is_some();
        let is_server = leaf.extensions.is_for(&[oid::SERVER_AUTH, oid::ANY_PURPOSE]);
        (!self.has(DNS)
            || alternative(DNS)
                && (is_named(DNS) || !is_server || self.permits_one(DNS, leaf, oid::COMMON_NAME)))
            && (!self.has(EMAIL)
                || alternative(EMAIL)
                    && (is_named(EMAIL) || self.permits_one(EMAIL, leaf, oid::EMAIL_ADDRESS)))
            && alternative(ADDRESS)
            // The subject itself is not compared: any excluded directoryName is a violation.
            && !self.excludes(DIRECTORY)
            && !(is_named(URI) && self.excludes(URI))
    }

    fn has(&self, kind: u8) -> bool {
        self.permitted.iter().chain(&self.excluded).any(|base| base.0 == kind)
    }

    fn excludes(&self, kind: u8) -> bool {
        self.excluded.iter().any(|base| base.0 == kind)
    }

    /// The attribute of the subject that replaces a missing name; more than one is a violation.
    fn permits_one(&self, kind: u8, leaf: &View<'_>, id: &[u8]) -> bool {
        let all: Vec<_> = leaf.subject.attributes().filter(|one| one.id == id).collect();
        match all.as_slice() {
            [] => true,
            [one] => dn::gnutls_text(one).is_some_and(|text| self.permits(kind, &text)),
            _ => false,
        }
    }

    fn permits(&self, kind: u8, name: &[u8]) -> bool {
        let of_kind = |list: &[Base<'a>]| -> Vec<&'a [u8]> {
            let is_comparable = |base: &&Base<'a>| {
                base.0 == kind && (kind != ADDRESS || base.1.len() == 2 * name.len())
            };
            list.iter().filter(is_comparable).map(|base| base.1).collect()
        };
        let is_in = |base: &[u8]| match kind {
            ADDRESS => is_address_in(name, base),
            _ => is_within(kind, name, base),
        };
        let forbids = |base: &&[u8]| base.is_empty() || is_in(base);
        if of_kind(&self.excluded).iter().any(forbids) {
            return false;
        }
        let mut permitted = of_kind(&self.permitted);
        permitted.retain(|base| !base.is_empty());
        permitted.is_empty() || permitted.into_iter().any(is_in)
    }
}

/// What excludes every name of a kind.
fn everything(kind: u8) -> Vec<Base<'static>> {
    match kind {
        ADDRESS => vec![(kind, &EVERY_ADDRESS[..8]), (kind, &EVERY_ADDRESS)],
        _ => vec![(kind, &[])],
    }
}

/// `validate_name_constraints_node`.
fn is_base(base: &tlv::Tlv<'_>) -> bool {
    /// id-ms-UPN and id-on-dnsSRV.
    const OTHERS: [&[u8]; 2] =
        [&[0x2b, 6, 1, 4, 1, 0x82, 0x37, 20, 2, 3], &[0x2b, 6, 1, 5, 5, 7, 8, 7]];
    match base.tag {
        DNS | EMAIL => !base.value.windows(2).any(|pair| pair == b"..") && base.value != b".",
        DIRECTORY | URI => true,
        ADDRESS if matches!(base.value.len(), 8 | 32) => {
            let mask = &base.value[base.value.len() / 2..];
            let start = mask.iter().take_while(|octet| **octet == 0xff).count();
            let mut rest = mask[start..].iter();
            let is_start = |octet: &u8| octet.leading_ones() + octet.trailing_zeros() >= 8;
            rest.next().is_none_or(is_start) && rest.all(|octet| *octet == 0)
        }
        OTHER_NAME => {
            base.inside().tagged(tlv::OID).is_some_and(|kind| OTHERS.contains(&kind.value))
        }
        _ => false,
    }
}

/// `ip_in_cidr`.
fn is_address_in(address: &[u8], base: &[u8]) -> bool {
    let (network, mask) = base.split_at(address.len());
    address.iter().zip(network).zip(mask).all(|((one, other), mask)| (one ^ other) & mask == 0)
}

/// Whether a name or a base equals another base or is within it (`compare_name_constraint_nodes`).
fn is_within(kind: u8, one: &[u8], base: &[u8]) -> bool {
    match kind {
        DNS => dns(one, base) != Relation::Apart,
        EMAIL => is_mail_within(one, base),
        _ => is_network_within(one, base),
    }
}

#[derive(PartialEq, Eq)]
enum Relation {
    Equal,
    Within,
    Apart,
}

/// `compare_dns_names`: label by label from the end, ignoring full stops at the end; a leading full stop
/// of a base makes no difference.
fn dns(one: &[u8], base: &[u8]) -> Relation {
    fn trimmed(name: &[u8]) -> &[u8] {
        let dots = name.iter().rev().take_while(|octet| **octet == b'.').count();
        &name[..name.len() - dots]
    }
    /// The last label, and what is before the full stop in front of it.
    fn split(name: &[u8]) -> (&[u8], Option<&[u8]>) {
        match name.iter().rposition(|octet| *octet == b'.') {
            Some(dot) => (&name[dot + 1..], Some(&name[..dot])),
            None => (name, None),
        }
    }
    let (mut one, mut base) = (trimmed(one), trimmed(base));
    loop {
        let ((last, before), (wanted, before_wanted)) = (split(one), split(base));
        if !last.eq_ignore_ascii_case(wanted) {
            return Relation::Apart;
        }
        match (before, before_wanted) {
            (None, None) => return Relation::Equal,
            (None, Some(_)) => return Relation::Apart,
            (Some(_), None) => return Relation::Within,
            (Some(rest), Some([])) if !rest.is_empty() => return Relation::Within,
            (Some([]), Some(rest)) if !rest.is_empty() => return Relation::Apart,
            (Some(rest), Some(wanted)) => (one, base) = (rest, wanted),
        }
    }
}

/// `compare_emails`: only a leading full stop of a base includes the hosts below it.
fn is_mail_within(one: &[u8], base: &[u8]) -> bool {
    let split = |name| {
        let at = |name: &[u8]| name.iter().rposition(|octet| *octet == b'@');
        let name: &[u8] = name;
        at(name).map_or((None, name), |at| (Some(&name[..at]), &name[at + 1..]))
    };
    let ((local, host), (wanted, base)) = (split(one), split(base));
    match (dns(host, base), local, wanted) {
        (Relation::Apart, ..) | (_, None, Some(_)) => false,
        (Relation::Within, _, None) => base.first() == Some(&b'.'),
        (Relation::Within, Some(_), Some(_)) => false,
        (Relation::Equal, _, None) => true,
        (Relation::Equal, Some(local), Some(wanted)) => local == wanted,
    }
}

/// `compare_ip_ncs`.
fn is_network_within(one: &[u8], base: &[u8]) -> bool {
    if one.len() != base.len() {
        return false;
    }
    let half = one.len() / 2;
    let masked = |network: &[u8], mask: &[u8]| -> Vec<u8> {
        network[..half].iter().zip(&mask[half..]).map(|(octet, mask)| octet & mask).collect()
    };
    let is_narrower = one[half..] > base[half..] && masked(one, base) == masked(base, base);
    is_narrower || masked(one, one) == masked(base, base)
}
