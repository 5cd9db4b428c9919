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

    /// `name_constraints_node_list_intersect`: for kinds that both lists have, the bases that are within one of the
    /// other list.
    fn intersect(&mut self, others: &[Base<'a>]) {
        let of_kind = |list: &[Base<'a>], kind: u8| -> Vec<&'a [u8]> {
            list.iter().filter(|base| base.0 == kind).map(|base| base.1).collect()
        };
        let has = |list: &[Base<'a>], kind: u8| list.iter().any(|base| base.0 == kind);
        let is_shared =
            |kind| COMPARED.contains(&kind) && has(&self.permitted, kind) && has(others, kind);
        let alone = self.permitted.iter().chain(others).filter(|base| !is_shared(base.0));
        let mut kept: Vec<_> = alone.copied().collect();
        for kind in COMPARED.into_iter().filter(|kind| is_shared(*kind)) {
            let common = common(kind, of_kind(&self.permitted, kind), of_kind(others, kind));
            if common.is_empty() {
                self.excluded.extend(everything(kind));
            }
            kept.extend(common.into_iter().map(|base| (kind, base)));
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

/// The bases of one kind that are within one of the other list, in one pass through both in their order: a base is
/// passed over if the next one of the other list sorts after it, though a later one may include it.
fn common<'a>(kind: u8, mine: Vec<&'a [u8]>, others: Vec<&'a [u8]>) -> Vec<&'a [u8]> {
    let (mine, others) = (sorted(kind, mine), sorted(kind, others));
    let (mut here, mut there) = (0, 0);
    let mut common = Vec::new();
    while let (Some(one), Some(other)) = (mine.get(here), others.get(there)) {
        let order = compare(kind, one, other);
        match order {
            Order::Within | Order::Equal => common.push(*one),
            Order::Includes => common.push(*other),
            Order::Before | Order::After => {}
        }
        here += usize::from(matches!(order, Order::Before | Order::Within | Order::Equal));
        there += usize::from(matches!(order, Order::After | Order::Includes | Order::Equal));
    }
    common
}

/// glibc's `qsort`, a merge sort: the order is not total, so other sorts may give another result.
fn sorted(kind: u8, mut bases: Vec<&[u8]>) -> Vec<&[u8]> {
    if bases.len() < 2 {
        return bases;
    }
    let second = bases.split_off(bases.len() / 2);
    let (first, second) = (sorted(kind, bases), sorted(kind, second));
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    let mut merged = Vec::new();
    while let (Some(one), Some(other)) = (first.peek(), second.peek()) {
        let is_later = matches!(compare(kind, one, other), Order::After | Order::Includes);
        merged.extend(if is_later { second.next() } else { first.next() });
    }
    merged.into_iter().chain(first).chain(second).collect()
}

/// Whether a name or a base equals another base or is within it.
fn is_within(kind: u8, one: &[u8], base: &[u8]) -> bool {
    matches!(compare(kind, one, base), Order::Within | Order::Equal)
}

/// How two bases relate (`enum name_constraint_relation`): those within another sort before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Before,
    Within,
    Equal,
    Includes,
    After,
}

impl From<std::cmp::Ordering> for Order {
    fn from(order: std::cmp::Ordering) -> Self {
        match order {
            std::cmp::Ordering::Less => Self::Before,
            std::cmp::Ordering::Equal => Self::Equal,
            std::cmp::Ordering::Greater => Self::After,
        }
    }
}

/// `compare_name_constraint_nodes`, for one kind.
fn compare(kind: u8, one: &[u8], other: &[u8]) -> Order {
    match kind {
        DNS => dns(one, other),
        EMAIL => mails(one, other),
        _ => networks(one, other),
    }
}

/// `compare_dns_names`: label by label from the end, ignoring full stops at the end; a leading full stop
/// makes no difference.
fn dns(one: &[u8], other: &[u8]) -> Order {
    fn trimmed(name: &[u8]) -> &[u8] {
        let dots = name.iter().rev().take_while(|octet| **octet == b'.').count();
        &name[..name.len() - dots]
    }
    /// The last label, and what is before the full stop in front of it.
    fn split(name: &[u8]) -> (Vec<u8>, Option<&[u8]>) {
        let (label, before) = match name.iter().rposition(|octet| *octet == b'.') {
            Some(dot) => (&name[dot + 1..], Some(&name[..dot])),
            None => (name, None),
        };
        (label.to_ascii_lowercase(), before)
    }
    let (mut one, mut other) = (trimmed(one), trimmed(other));
    loop {
        let ((label, before), (other_label, before_other)) = (split(one), split(other));
        let order = Order::from(label.cmp(&other_label));
        if order != Order::Equal {
            return order;
        }
        match (before, before_other) {
            (None, None) => return Order::Equal,
            (None, Some(_)) => return Order::Includes,
            (Some(_), None) => return Order::Within,
            (Some([]), Some([_, ..])) => return Order::Includes,
            (Some([_, ..]), Some([])) => return Order::Within,
            (Some(rest), Some(other_rest)) => (one, other) = (rest, other_rest),
        }
    }
}

/// `compare_emails`: only a leading full stop of a base includes the hosts below it.
fn mails(one: &[u8], other: &[u8]) -> Order {
    fn split(name: &[u8]) -> (Option<&[u8]>, &[u8]) {
        let at = name.iter().rposition(|octet| *octet == b'@');
        at.map_or((None, name), |at| (Some(&name[..at]), &name[at + 1..]))
    }
    let ((local, host), (other_local, other_host)) = (split(one), split(other));
    let hosts = match dns(host, other_host) {
        Order::Within if !other_host.starts_with(b".") => Order::Before,
        Order::Includes if !host.starts_with(b".") => Order::After,
        order => order,
    };
    match (local, other_local, hosts) {
        (None, None, order) | (_, _, order @ (Order::Before | Order::After)) => order,
        (Some(_), _, Order::Includes) | (None, Some(_), Order::Includes) => Order::After,
        (Some(_), None, Order::Equal | Order::Within) => Order::Within,
        (None, Some(_), Order::Equal) => Order::Includes,
        (_, Some(_), Order::Within) => Order::Before,
        (Some(local), Some(other_local), Order::Equal) => local.cmp(other_local).into(),
    }
}

/// `compare_ip_ncs`: a base and its mask.
fn networks(one: &[u8], other: &[u8]) -> Order {
    if one.len() != other.len() {
        return one.len().cmp(&other.len()).into();
    }
    let half = one.len() / 2;
    let masked = |network: &[u8], mask: &[u8]| -> Vec<u8> {
        network[..half].iter().zip(&mask[half..]).map(|(octet, mask)| octet & mask).collect()
    };
    let masks = one[half..].cmp(&other[half..]);
    if masks.is_lt() && masked(one, one) == masked(other, one) {
        return Order::Includes;
    }
    if masks.is_gt() && masked(one, other) == masked(other, other) {
        return Order::Within;
    }
    masked(one, one).cmp(&masked(other, other)).into()
}
