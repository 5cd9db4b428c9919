//! Certificate policies (RFC 5280 sections 6.1.3 to 6.1.5), with any policy as the required one, as Java
//! (`PolicyChecker`) and Go from 1.24 on (`policiesValid`) verify them.

use super::{
    key, oid,
    search::Link,
    tlv::{self, INTEGER, OID, SEQUENCE, Tlv},
    view::View,
};

/// The differences between the two.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether issuer and subject are equal.
    pub(super) is_self_issued: fn(&View<'_>) -> bool,
    /// Java ignores an inhibitAnyPolicy that is not critical, does not count a self-issued leaf, and
    /// never accepts a mapping of `anyPolicy`.
    pub(super) is_java: bool,
}

/// The counts of policyConstraints: after how many certificates a policy is required, and mapping ends.
#[derive(Default)]
struct Limits {
    require: Option<i64>,
    inhibit: Option<i64>,
}

/// The state from certificate to certificate.
struct State<'a> {
    manner: Manner,
    /// The policies that the next certificate may have; empty once the tree is empty.
    expected: Vec<&'a [u8]>,
    explicit: i64,
    mapping: i64,
    any: i64,
}

/// The certificate of a path, the leaf first and without its anchor, whose policies are not valid.
pub(super) fn broken<'p, 'c, 'a>(
    path: &'p [Link<'c, 'a>],
    manner: Manner,
) -> Option<&'p Link<'c, 'a>> {
    let length = i64::try_from(path.len()).unwrap_or(i64::MAX - 1) + 1;
    let expected = vec![oid::ANY_POLICY];
    let mut state = State { manner, expected, explicit: length, mapping: length, any: length };
    let place = (0..path.len()).rev().find(|place| !state.follows(path[*place].1, *place == 0))?;
    Some(&path[place])
}

impl<'a> State<'a> {
    /// Whether a certificate may follow.
    fn follows(&mut self, view: &View<'a>, is_leaf: bool) -> bool {
        let is_self_issued = (self.manner.is_self_issued)(view);
        let own = policies(view);
        self.expected = match &own {
            Some(own) => {
                let any = self.any > 0 || !is_leaf && is_self_issued;
                self.shared(own, any)
            }
            None => Vec::new(),
        };
        if !is_leaf && !self.expected.is_empty() && !self.map(view) {
            return false;
        }
        let limits = limits(view);
        let is_counted_out = is_self_issued && (self.manner.is_java || !is_leaf);
        let explicit = lowered(self.explicit, is_counted_out);
        let required = match is_leaf {
            true if limits.require == Some(0) => 0,
            true => explicit,
            false => limits.require.map_or(explicit, |require| explicit.min(require)),
        };
        // A limit applies from the next certificate on, except at the leaf, which has no next one.
        let now = if is_leaf { required } else { self.explicit };
        if now == 0 && self.expected.is_empty() {
            return false;
        }
        self.explicit = required;
        self.mapping = lowered(self.mapping, is_self_issued);
        self.mapping = limits.inhibit.map_or(self.mapping, |inhibit| self.mapping.min(inhibit));
        self.any = lowered(self.any, is_self_issued);
        let inhibited = inhibit_any(view, self.manner.is_java);
        self.any = inhibited.map_or(self.any, |skip| self.any.min(skip));
        true
    }

    /// The policies that are both expected and in `own`; `anyPolicy` matches every policy, in `own` only
    /// if it may.
    fn shared(&self, own: &[&'a [u8]], any: bool) -> Vec<&'a [u8]> {
        let is_expected = |one: &&&[u8]| {
            **one != oid::ANY_POLICY
                && (self.expected.contains(*one) || self.expected.contains(&oid::ANY_POLICY))
        };
        let mut shared: Vec<_> = own.iter().filter(is_expected).copied().collect();
        if any && own.contains(&oid::ANY_POLICY) {
            shared.extend_from_slice(&self.expected);
        }
        shared
    }

    /// policyMappings; false if `anyPolicy` is mapped.
    fn map(&mut self, view: &View<'a>) -> bool {
        let mappings = mappings(view).unwrap_or_default();
        let is_any = |(from, to): &(&[u8], &[u8])| [*from, *to].contains(&oid::ANY_POLICY);
        if (self.mapping != 0 || self.manner.is_java) && mappings.iter().any(is_any) {
            return false;
        }
        let had_any = self.expected.contains(&oid::ANY_POLICY);
        let mapped = |one: &&'a [u8]| mappings.iter().any(|(from, _)| from == one);
        let has: Vec<_> = self.expected.iter().filter(|one| mapped(one)).copied().collect();
        self.expected.retain(|one| !has.contains(one));
        if self.mapping != 0 {
            let follows = |(from, _): &&(&'a [u8], &'a [u8])| has.contains(from) || had_any;
            self.expected.extend(mappings.iter().filter(follows).map(|(_, to)| *to));
        }
        true
    }
}

const fn lowered(count: i64, is_counted_out: bool) -> i64 {
    if count > 0 && !is_counted_out { count - 1 } else { count }
}

/// The policies of certificatePolicies; `None` without the extension, or if it cannot be read.
pub(super) fn policies<'a>(view: &View<'a>) -> Option<Vec<&'a [u8]>> {
    members(view, oid::CERTIFICATE_POLICIES)?
        .into_iter()
        .map(|one| Some(one.inside().tagged(OID)?.value))
        .collect()
}

/// The pairs of policyMappings; `None` without the extension, or if it cannot be read.
pub(super) fn mappings<'a>(view: &View<'a>) -> Option<Vec<(&'a [u8], &'a [u8])>> {
    let pair = |one: Tlv<'a>| {
        let mut parts = one.inside();
        Some((parts.tagged(OID)?.value, parts.tagged(OID)?.value))
    };
    members(view, oid::POLICY_MAPPINGS)?.into_iter().map(pair).collect()
}

/// The SEQUENCEs within an extension.
fn members<'a>(view: &View<'a>, id: &[u8]) -> Option<Vec<Tlv<'a>>> {
    let list = tlv::only(view.extension(id)?.value).filter(|one| one.tag == SEQUENCE)?;
    tlv::all(list.value).filter(|all| all.iter().all(|one| one.tag == SEQUENCE))
}

fn limits(view: &View<'_>) -> Limits {
    let read = || {
        let mut parts = key::sequence(view.extension(oid::POLICY_CONSTRAINTS)?.value)?;
        let mut number = |tag| {
            let field = parts.tagged(tlv::context(tag))?;
            number(field.value)
        };
        Some(Limits { require: number(0), inhibit: number(1) })
    };
    read().unwrap_or_default()
}

fn inhibit_any(view: &View<'_>, only_critical: bool) -> Option<i64> {
    let extension = view.extension(oid::INHIBIT_ANY_POLICY);
    let extension = extension.filter(|one| !only_critical || one.is_critical())?;
    let skipped = tlv::only(extension.value)?;
    (skipped.tag == INTEGER).then(|| number(skipped.value))?
}

/// A non-negative number, limited to the length of the longest path.
fn number(octets: &[u8]) -> Option<i64> {
    let is_negative = octets.first()? & 0x80 != 0;
    let digits = octets.iter().skip_while(|octet| **octet == 0).count();
    let value = octets.iter().fold(0, |sum: i64, octet| sum.wrapping_mul(256) + i64::from(*octet));
    (!is_negative).then_some(if digits > 4 { i64::MAX } else { value })
}
