//! basicConstraints: absent, false, odd encodings, and lengths of paths.

use super::order::second_intermediate;
use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table, of};
use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{BASIC_CONSTRAINTS, KEY_USAGE, basic_constraints};

pub(super) fn list(table: &mut Table) {
    for position in [Int, Root] {
        authority(table, position);
    }
    paths(table);
    leaf(table);
    self_issued(table);
}

fn with(
    table: &mut Table,
    position: Position,
    id: String,
    about: &str,
    change: impl Fn(&mut Certificate) + Send + Sync + 'static,
) {
    let touches = [Part::Of(position, Field::BasicConstraints)];
    let about = format!("{} {about}", position.title());
    table.add(id, about, &touches, move |chain| change(chain.at(position)));
}

fn value(octets: Vec<u8>) -> impl Fn(&mut Certificate) + Send + Sync + 'static {
    move |certificate| certificate.set(BASIC_CONSTRAINTS, true, octets.clone())
}

fn boolean(octet: u8) -> Vec<u8> {
    der::element(der::BOOLEAN, &[octet])
}

fn authority(table: &mut Table, position: Position) {
    let id = |word: &str| format!("bc-{word}-{}", position.word());
    with(table, position, id("absent"), "without basicConstraints", |authority| {
        authority.remove(BASIC_CONSTRAINTS);
    });
    with(table, position, id("false"), "with CA:FALSE", value(basic_constraints(false, None)));
    with(table, position, id("noncritical"), "with CA:TRUE not critical", |authority| {
        authority.set(BASIC_CONSTRAINTS, false, basic_constraints(true, None));
    });
    let both = of(position, &[Field::BasicConstraints, Field::KeyUsage]);
    let about = format!("{} without basicConstraints and keyUsage", position.title());
    table.add(id("absent-noku"), about, &both, move |chain| {
        chain.at(position).remove(BASIC_CONSTRAINTS);
        chain.at(position).remove(KEY_USAGE);
    });
    let explicit = der::sequence(&[boolean(0)]);
    with(table, position, id("explicit-false"), "with FALSE written out", value(explicit));
    let one = der::sequence(&[boolean(1)]);
    with(table, position, id("true-01"), "with TRUE written as 01", value(one));
    for (word, about, length) in [
        ("pathlen0", "with pathlen:0", 0),
        ("pathlen1", "with pathlen:1", 1),
        ("pathlen-big", "with pathlen:65536", 65536),
    ] {
        let octets = basic_constraints(true, Some(length));
        with(table, position, id(word), about, value(octets));
    }
    let negative = der::sequence(&[boolean(0xff), der::element(der::INTEGER, &[0xff])]);
    with(table, position, id("pathlen-negative"), "with pathlen:-1", value(negative));
}

fn paths(table: &mut Table) {
    let limit = |length| basic_constraints(true, Some(length));
    let shaped = |position| [Part::Shape, Part::Of(position, Field::BasicConstraints)];
    let about = "root with pathlen:0, the leaf straight from it";
    table.add("bc-pathlen0-direct", about, &shaped(Root), move |chain| {
        chain.root().set(BASIC_CONSTRAINTS, true, limit(0));
        chain.leaf().issuer = Root.place();
        chain.sent = vec![Leaf.place()];
    });
    let about = "upper intermediate with pathlen:0 above another";
    table.add("bc-pathlen0-int-violated", about, &[Part::Shape], move |chain| {
        let upper = second_intermediate(chain);
        chain.certificates[upper].set(BASIC_CONSTRAINTS, true, limit(0));
    });
    let about = "root with pathlen:1 above two intermediates";
    table.add("bc-pathlen1-root-violated", about, &shaped(Root), move |chain| {
        second_intermediate(chain);
        chain.root().set(BASIC_CONSTRAINTS, true, limit(1));
    });
}

fn leaf(table: &mut Table) {
    with(table, Leaf, "bc-absent-leaf".into(), "without basicConstraints", |leaf| {
        leaf.remove(BASIC_CONSTRAINTS);
    });
    let octets = basic_constraints(true, None);
    with(table, Leaf, "bc-true-leaf".into(), "with CA:TRUE", value(octets));
    let octets = basic_constraints(false, Some(0));
    with(table, Leaf, "bc-pathlen-leaf".into(), "with CA:FALSE and a pathlen", value(octets));
    with(table, Leaf, "bc-noncritical-leaf".into(), "with CA:FALSE not critical", |leaf| {
        leaf.set(BASIC_CONSTRAINTS, false, basic_constraints(false, None));
    });
    let octets = der::sequence(&[boolean(0)]);
    with(table, Leaf, "bc-explicit-false-leaf".into(), "with FALSE written out", value(octets));
}

/// The intermediate has the root's name and a different key.
fn self_issued(table: &mut Table) {
    let rename = |chain: &mut Chain| {
        let name = chain.root().subject.clone();
        chain.int().subject = name;
    };
    let mut touches = vec![Part::Of(Int, Field::Subject), Part::Of(Root, Field::Subject)];
    table.add("self-issued-rollover", "intermediate of the root's name", &touches, rename);
    touches.push(Part::Of(Root, Field::BasicConstraints));
    let about = "the same below a root with pathlen:0";
    table.add("self-issued-pathlen0", about, &touches, move |chain| {
        rename(chain);
        chain.root().set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)));
    });
}
