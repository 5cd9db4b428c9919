//! What each case changes in a sound chain.

use crate::lab::pki::certificate::Certificate;
use crate::lab::pki::extension::{
    BASIC_CONSTRAINTS, CLIENT_AUTH, EXT_KEY_USAGE, Extension, NAME_CONSTRAINTS, SUBJECT_ALT_NAME,
    basic_constraints, ext_key_usage, name_constraints,
};
use crate::lab::pki::key::Key;
use crate::lab::pki::name::{dns, ip};
use crate::lab::pki::sign::Scheme;
use crate::lab::pki::{Kind, der};
use crate::x509::algorithm::Digest;

use super::plan::{Damage, INT, LEAF, Plan, ROOT, named, written};

/// An extension that no TLS stack knows, in the example arc of RFC 5612.
const UNKNOWN_EXTENSION: &str = "1.3.6.1.4.1.32473.1";

/// The octets of a Certificate message that are not padding.
const OTHER_OCTETS: usize = 1_200;

/// A host that the device does not expect.
const OTHER_HOST: &str = "impostor.example";

/// The networks for documentation of RFC 5737 hold no device.
const OTHER_ADDRESS: [u8; 4] = [192, 0, 2, 7];

const fn key(owner: &'static str) -> Key {
    Key { kind: Kind::P256, owner }
}

pub(super) fn sound(_: &mut Plan<'_>) {}

pub(super) fn root_sent(plan: &mut Plan<'_>) {
    plan.chain.sent.push(ROOT);
}

pub(super) fn unknown_root(plan: &mut Plan<'_>) {
    let root = plan.add_ca("another root", key("impostor's root"), None);
    plan.at(INT).issuer = root;
    impostors_below(plan);
}

/// The intermediate and the leaf get the impostor's keys.
fn impostors_below(plan: &mut Plan<'_>) {
    plan.at(INT).key = key("impostor's intermediate");
    plan.foreign_key();
}

pub(super) fn same_name_root(plan: &mut Plan<'_>) {
    let root = plan.add_ca("", key("impostor's root"), None);
    plan.at(root).subject = plan.chain.certificates[ROOT].subject.clone();
    plan.at(INT).issuer = root;
    plan.chain.sent.push(root);
    impostors_below(plan);
}

pub(super) fn self_signed(plan: &mut Plan<'_>) {
    plan.foreign_key();
    plan.at(LEAF).issuer = LEAF;
    plan.chain.sent = vec![LEAF];
}

pub(super) fn next_root_cross_signed(plan: &mut Plan<'_>) {
    let root = plan.add_ca("certgrab lab next root", key("next root"), Some(ROOT));
    plan.at(INT).issuer = root;
    plan.at(INT).key = key("next intermediate");
    plan.at(LEAF).key = key("next leaf");
    plan.chain.sent.push(root);
}

pub(super) fn next_root(plan: &mut Plan<'_>) {
    next_root_cross_signed(plan);
    plan.chain.sent.pop();
}

pub(super) fn missing_intermediate(plan: &mut Plan<'_>) {
    plan.chain.sent = vec![LEAF];
}

/// Adds a second intermediate, for cases about their order.
fn upper(plan: &mut Plan<'_>) -> usize {
    let upper = plan.add_ca("certgrab lab upper intermediate", key("upper"), Some(ROOT));
    plan.at(INT).issuer = upper;
    upper
}

pub(super) fn wrong_order(plan: &mut Plan<'_>) {
    let upper = upper(plan);
    plan.chain.sent = vec![LEAF, upper, INT];
}

pub(super) fn unrelated_between(plan: &mut Plan<'_>) {
    let other = plan.add_ca("an unrelated root", key("unrelated"), None);
    plan.chain.sent.insert(1, other);
}

pub(super) fn wrong_host(plan: &mut Plan<'_>) {
    plan.foreign_key();
    plan.set_names(LEAF, &[dns(OTHER_HOST)]);
}

pub(super) fn common_name_alone(plan: &mut Plan<'_>) {
    plan.at(LEAF).remove(SUBJECT_ALT_NAME);
    plan.at(LEAF).subject = named(plan.host);
}

/// A `*` that covers more than one label, or a whole domain.
pub(super) fn wide_wildcard(plan: &mut Plan<'_>) {
    let labels: Vec<_> = plan.host.split('.').collect();
    let wide = match labels.last() {
        Some(last) if labels.len() > 2 => format!("*.{last}"),
        _ => "*".to_owned(),
    };
    plan.set_names(LEAF, &[dns(wide)]);
}

/// A different address than the one that the device expects, or an address if it expects a name.
pub(super) fn address(plan: &mut Plan<'_>) {
    plan.foreign_key();
    plan.set_names(LEAF, &[ip(&OTHER_ADDRESS)]);
}

pub(super) fn expired(plan: &mut Plan<'_>) {
    let (from, to) = (plan.life.from.plus_days(-30), plan.life.from.plus_days(-1));
    plan.at(LEAF).not_before = written(from);
    plan.at(LEAF).not_after = written(to);
}

/// Valid from ten years after the lab's end: no device clock is that far ahead.
pub(super) fn not_yet_valid(plan: &mut Plan<'_>) {
    let (from, to) = (plan.life.to.plus_years(10), plan.life.to.plus_years(11));
    plan.at(LEAF).not_before = written(from);
    plan.at(LEAF).not_after = written(to);
}

pub(super) fn expired_intermediate(plan: &mut Plan<'_>) {
    let (from, to) = (plan.life.from.plus_days(-30), plan.life.from.plus_days(-1));
    plan.at(INT).not_before = written(from);
    plan.at(INT).not_after = written(to);
}

/// The server of another host, whose certificate issued this one.
pub(super) fn issued_by_a_leaf(plan: &mut Plan<'_>) {
    let mut other = Certificate::server(&[dns(OTHER_HOST)], key("other server"), 41, INT);
    other.subject = named("another server");
    let other = plan.chain.add(other);
    plan.foreign_key();
    plan.at(LEAF).issuer = other;
    plan.chain.sent = vec![LEAF, other, INT];
}

pub(super) fn not_a_ca(plan: &mut Plan<'_>) {
    plan.foreign_key();
    plan.at(INT).key = key("impostor's intermediate");
    plan.at(INT).set(BASIC_CONSTRAINTS, true, basic_constraints(false, None));
}

pub(super) fn path_length(plan: &mut Plan<'_>) {
    let upper = upper(plan);
    plan.foreign_key();
    plan.at(INT).key = key("impostor's intermediate");
    plan.at(upper).set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)));
    plan.chain.sent = vec![LEAF, INT, upper];
}

pub(super) fn constrained(plan: &mut Plan<'_>) {
    plan.foreign_key();
    let other =
        name_constraints(&[dns("constrained.example"), ip(&[192, 0, 2, 0, 255, 255, 255, 0])], &[]);
    plan.at(INT).set(NAME_CONSTRAINTS, true, other);
}

pub(super) fn critical_extension(plan: &mut Plan<'_>) {
    plan.at(LEAF).set(UNKNOWN_EXTENSION, true, der::null());
}

pub(super) fn client_auth(plan: &mut Plan<'_>) {
    plan.foreign_key();
    plan.at(LEAF).set(EXT_KEY_USAGE, false, ext_key_usage(&[CLIENT_AUTH]));
}

fn leaf_key(plan: &mut Plan<'_>, kind: Kind) {
    let (names, host) = (Key { kind, owner: "leaf" }, plan.host);
    let (serial, subject) = (plan.at(LEAF).serial.clone(), plan.at(LEAF).subject.clone());
    *plan.at(LEAF) = Certificate::server(&[super::plan::general(host)], names, 1, INT);
    plan.at(LEAF).serial = serial;
    plan.at(LEAF).subject = subject;
}

pub(super) fn rsa_512(plan: &mut Plan<'_>) {
    leaf_key(plan, Kind::rsa(512));
}

pub(super) fn rsa_1024(plan: &mut Plan<'_>) {
    leaf_key(plan, Kind::rsa(1024));
}

pub(super) fn rsa_2048(plan: &mut Plan<'_>) {
    leaf_key(plan, Kind::rsa(2048));
}

pub(super) fn p384(plan: &mut Plan<'_>) {
    leaf_key(plan, Kind::P384);
}

pub(super) fn p521(plan: &mut Plan<'_>) {
    leaf_key(plan, Kind::P521);
}

pub(super) fn ed25519(plan: &mut Plan<'_>) {
    leaf_key(plan, Kind::Ed25519);
}

pub(super) fn sha1(plan: &mut Plan<'_>) {
    plan.at(LEAF).scheme = Scheme::hash(Digest::Sha1);
}

/// MD5 is only defined with RSA.
pub(super) fn md5(plan: &mut Plan<'_>) {
    plan.at(INT).key = Key { kind: Kind::rsa(2048), owner: "rsa intermediate" };
    plan.at(LEAF).scheme = Scheme::hash(Digest::Md5);
}

/// The certificate of the sound server, without its key.
pub(super) fn false_key(plan: &mut Plan<'_>) {
    plan.held = Some(key("impostor"));
}

pub(super) fn truncated(plan: &mut Plan<'_>) {
    plan.damage = Damage::Truncated;
}

pub(super) fn garbled(plan: &mut Plan<'_>) {
    plan.damage = Damage::Garbled;
}

/// A chain whose Certificate message has about this many octets.
fn long(plan: &mut Plan<'_>, octets: usize) {
    let filling = der::octets(&vec![0x2a; octets - OTHER_OCTETS]);
    plan.at(LEAF).extensions.push(Extension::raw(UNKNOWN_EXTENSION, false, filling));
}

pub(super) fn long_12k(plan: &mut Plan<'_>) {
    long(plan, 12_000);
}

pub(super) fn long_60k(plan: &mut Plan<'_>) {
    long(plan, 60_000);
}
