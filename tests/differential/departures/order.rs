//! What is sent, in which order, and what the device holds.

use super::key_usage::rsa_throughout;
use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::certificate::{Certificate, Time};
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::key::{Key, Kind};
use certgrab::internals::lab::pki::name::{Name, dns};

const LEAF: usize = Leaf.place();
const INT: usize = Int.place();
const ROOT: usize = Root.place();

pub(super) fn sound(table: &mut Table) {
    table.add("sound", "root, intermediate, leaf", &[], |_| {});
    table.add("sound-direct", "the leaf straight from the root", &[Part::Shape], |chain| {
        chain.leaf().issuer = ROOT;
        chain.sent = vec![LEAF];
    });
    let keys = Position::ALL.map(|position| Part::Of(position, Field::Key));
    table.add("sound-rsa", "RSA 2048 throughout", &keys, rsa_throughout);
    sent(table, "sound-root-sent", "the root is sent too, last", &[LEAF, INT, ROOT]);
}

pub(super) fn list(table: &mut Table) {
    one_intermediate(table);
    unrelated(table);
    two_intermediates(table);
    crossed(table);
    crossed_intermediate(table);
    anchors(table);
    editions(table);
    for count in 4..=12 {
        depth(table, count);
    }
}

/// Another order of the three.
fn sent(table: &mut Table, id: &str, about: &str, order: &'static [usize]) {
    table.add(id, about, &[Part::Shape], move |chain| chain.sent = order.to_vec());
}

fn one_intermediate(table: &mut Table) {
    sent(table, "order-root-first", "root, leaf, intermediate", &[ROOT, LEAF, INT]);
    sent(table, "order-int-first", "intermediate, leaf", &[INT, LEAF]);
    sent(table, "order-root-between", "leaf, root, intermediate", &[LEAF, ROOT, INT]);
    sent(table, "order-leaf-twice", "leaf, leaf, intermediate", &[LEAF, LEAF, INT]);
    sent(table, "order-int-twice", "leaf, intermediate, intermediate", &[LEAF, INT, INT]);
    let all = &[LEAF, LEAF, INT, INT, ROOT];
    sent(table, "order-all-twice", "leaf and intermediate twice, root", all);
    sent(table, "order-leaf-last-again", "leaf, intermediate, leaf", &[LEAF, INT, LEAF]);
    sent(table, "order-missing-int", "the intermediate is missing", &[LEAF]);
    let about = "the intermediate is missing, the root is sent";
    sent(table, "order-missing-int-root-sent", about, &[LEAF, ROOT]);
}

/// An unrelated certificate among the others: its place in the list of sent ones.
fn unrelated(table: &mut Table) {
    for (id, about, place) in [
        ("order-unrelated-first", "an unrelated root first", 0),
        ("order-unrelated-between", "an unrelated root between", 1),
        ("order-unrelated-after", "an unrelated root behind", 2),
    ] {
        table.add(id, about, &[Part::Shape], move |chain| {
            let own = chain.certificates.len();
            let root = Certificate::root("Unrelated Root", extra(chain, "unrelated"), 21, own);
            let other = chain.add(root);
            chain.sent.insert(place, other);
        });
    }
    let about = "the certificate of another server between";
    table.add("order-unrelated-leaf-between", about, &[Part::Shape], |chain| {
        let key = extra(chain, "unrelated leaf");
        let mut server = Certificate::server(&[dns("other.example")], key, 22, INT);
        server.subject = Name::usual("Other server");
        let server = chain.add(server);
        chain.sent.insert(1, server);
    });
}

/// A key of the same kind as the root's.
fn extra(chain: &Chain, owner: &'static str) -> Key {
    Key { kind: chain.certificates[ROOT].key.kind, owner }
}

/// Puts a second intermediate between the first and the root; returns its place.
pub(super) fn second_intermediate(chain: &mut Chain) -> usize {
    let key = extra(chain, "upper");
    let upper = chain.add(Certificate::authority("Upper Intermediate", key, 4, ROOT));
    chain.int().issuer = upper;
    chain.sent = vec![LEAF, INT, upper];
    upper
}

fn two_intermediates(table: &mut Table) {
    let mut two = |id: &str, about: &str, order: fn(usize) -> Vec<usize>| {
        table.add(id, format!("two intermediates: {about}"), &[Part::Shape], move |chain| {
            let upper = second_intermediate(chain);
            chain.sent = order(upper);
        });
    };
    two("order-sound-2", "in order", |upper| vec![LEAF, INT, upper]);
    two("order-reversed", "reversed", |upper| vec![LEAF, upper, INT]);
    two("order-root-between-2", "the root between", |upper| vec![LEAF, INT, ROOT, upper]);
    two("order-missing-second", "the upper is missing", |_| vec![LEAF, INT]);
    two("order-two-reversed-root", "root, upper, lower", |upper| vec![LEAF, ROOT, upper, INT]);
}

/// The root, cross-signed by an older root, is sent.
struct Crossed {
    old: usize,
    cross: usize,
}

fn cross(chain: &mut Chain) -> Crossed {
    let own = chain.certificates.len();
    let key = Key { kind: Kind::P256, owner: "old root" };
    let old = chain.add(Certificate::root("Old Root", key, 5, own));
    let root = &chain.certificates[ROOT];
    let mut cross = Certificate::authority("Home Root", root.key, 6, old);
    cross.subject = root.subject.clone();
    let cross = chain.add(cross);
    chain.sent = vec![LEAF, INT, cross];
    Crossed { old, cross }
}

fn expire(chain: &mut Chain, place: usize) {
    chain.certificates[place].not_after = yesterday();
}

/// The day before the time at which chains are judged.
pub(super) fn yesterday() -> Time {
    Time::utc("260531000000Z")
}

fn crossed(table: &mut Table) {
    let mut held = |id: &str, about: &str, change: fn(&mut Chain, Crossed)| {
        let about = format!("the root cross-signed by an older one is sent: {about}");
        table.add(id, about, &[Part::Shape], move |chain| {
            let crossed = cross(chain);
            change(chain, crossed);
        });
    };
    held("cross-new", "held is the new root", |_, _| {});
    held("cross-old", "held is the old root", |chain, crossed| chain.anchors = vec![crossed.old]);
    held("cross-old-expired", "held is the old root, expired", |chain, crossed| {
        expire(chain, crossed.old);
        chain.anchors = vec![crossed.old];
    });
    held("cross-both", "held are both, the old one expired", |chain, crossed| {
        expire(chain, crossed.old);
        chain.anchors = vec![crossed.old, ROOT];
    });
    held("cross-expired-sent", "that is expired, held is the new root", |chain, crossed| {
        expire(chain, crossed.cross);
    });
    held("cross-as-anchor", "held is itself", |chain, crossed| {
        chain.anchors = vec![crossed.cross];
    });
}

fn crossed_intermediate(table: &mut Table) {
    for (id, about, place) in [
        ("cross-first", "an intermediate of a foreign root before the right one", 1),
        ("cross-second", "an intermediate of a foreign root behind the right one", 2),
    ] {
        table.add(id, about, &[Part::Shape], move |chain| {
            let own = chain.certificates.len();
            let foreign = Certificate::root("Foreign Root", extra(chain, "foreign"), 7, own);
            let foreign = chain.add(foreign);
            let mut crossed = chain.int().clone();
            crossed.issuer = foreign;
            crossed.serial = vec![0x10, 8];
            let crossed = chain.add(crossed);
            chain.sent.insert(place, crossed);
        });
    }
}

fn anchors(table: &mut Table) {
    let mut held = |id: &str, about: &str, change: fn(&mut Chain)| {
        table.add(id, format!("held is {about}"), &[Part::Shape], change);
    };
    held("int-as-anchor", "the intermediate", |chain| chain.anchors = vec![INT]);
    held("int-as-anchor-leaf-only", "the intermediate, which is not sent", |chain| {
        chain.anchors = vec![INT];
        chain.sent = vec![LEAF];
    });
    held("int-as-anchor-expired", "the intermediate, expired", |chain| {
        expire(chain, INT);
        chain.anchors = vec![INT];
    });
    held("int-as-anchor-expired-leaf-twice", "the same; the leaf is sent twice", |chain| {
        expire(chain, INT);
        chain.anchors = vec![INT];
        chain.sent = vec![LEAF, LEAF];
    });
    held("root-expired-leaf-twice", "the root, expired; the leaf is sent twice", |chain| {
        expire(chain, ROOT);
        chain.sent.insert(1, LEAF);
    });
    held("leaf-as-anchor", "the leaf, which a CA issued", |chain| chain.anchors = vec![LEAF]);
    held("same-name-other-key-anchor", "a root of this name and another key", |chain| {
        let other = namesake(chain);
        chain.anchors = vec![other];
    });
    held("two-anchors-one-name", "a root of this name and another key, and the root", |chain| {
        let other = namesake(chain);
        chain.anchors = vec![other, ROOT];
    });
}

/// A root with the root's name and another key.
fn namesake(chain: &mut Chain) -> usize {
    let own = chain.certificates.len();
    let mut other = Certificate::root("Home Root", extra(chain, "namesake"), 9, own);
    other.subject = chain.root().subject.clone();
    chain.add(other)
}

fn editions(table: &mut Table) {
    let mut edition = |id: &str, about: &str, change: fn(&mut Chain)| {
        table.add(id, about, &[Part::Shape], change);
    };
    edition("root-reissued", "another edition of the root is sent", |chain| {
        let other = other_edition(chain, ROOT);
        chain.certificates[other].not_after = Time::utc("300101000000Z");
        chain.sent.push(other);
    });
    edition("root-reissued-expired-sent", "an expired edition of the root is sent", |chain| {
        let other = other_edition(chain, ROOT);
        expire(chain, other);
        chain.sent.push(other);
    });
    edition("int-expired-first", "an expired intermediate before the valid one", |chain| {
        let other = other_edition(chain, INT);
        expire(chain, other);
        chain.sent.insert(1, other);
    });
    edition("int-expired-second", "an expired intermediate behind the valid one", |chain| {
        let other = other_edition(chain, INT);
        expire(chain, other);
        chain.sent.push(other);
    });
}

/// The same certificate under another serial number.
fn other_edition(chain: &mut Chain, place: usize) -> usize {
    let mut other = chain.certificates[place].clone();
    other.serial = vec![0x10, 11];
    if other.issuer == place {
        other.issuer = chain.certificates.len();
    }
    chain.add(other)
}

/// This many certificates in total with the root, which is not sent.
fn depth(table: &mut Table, count: u8) {
    const OWNERS: [&str; 9] = ["d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"];
    let about = format!("{count} certificates with the root");
    table.add(format!("depth-{count}"), about, &[Part::Shape], move |chain| {
        let mut lower = INT;
        for (number, owner) in (0..count - 3).zip(OWNERS) {
            let name = format!("Intermediate {}", number + 2);
            let authority = Certificate::authority(&name, extra(chain, owner), 30 + number, ROOT);
            let upper = chain.add(authority);
            chain.certificates[lower].issuer = upper;
            chain.sent.push(upper);
            lower = upper;
        }
    });
}
