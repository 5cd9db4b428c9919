//! X.509 v1 and other versions, and servers whose own certificate is the anchor.

use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{EXTENSIONS, Field, Part, Table, of};
use certgrab::internals::lab::pki::chain::{Chain, HOST};
use certgrab::internals::lab::pki::extension::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, SUBJECT_ALT_NAME, basic_constraints,
};
use certgrab::internals::lab::pki::name::Name;

pub(super) fn list(table: &mut Table) {
    fields(table);
    extensionless(table);
    self_signed(table);
}

/// The changed parts if the leaf's name is in its CN.
fn named(position: Position) -> Vec<Part> {
    let subject = [Part::Host, Part::Of(Leaf, Field::Subject)];
    [of(position, &EXTENSIONS), subject.to_vec()].concat()
}

fn v1_leaf(chain: &mut Chain) {
    chain.leaf().make_v1();
    chain.leaf().subject = Name::usual(HOST);
}

fn direct(chain: &mut Chain) {
    chain.leaf().issuer = Root.place();
    chain.sent = vec![Leaf.place()];
}

fn extensionless(table: &mut Table) {
    table.add("v1-leaf-cn", "X.509 v1 leaf, the name in the CN", &named(Leaf), v1_leaf);
    let shaped = [named(Leaf), vec![Part::Shape]].concat();
    table.add("v1-leaf-direct", "X.509 v1 leaf straight from the root", &shaped, |chain| {
        v1_leaf(chain);
        direct(chain);
    });
    table.add("v1-int", "X.509 v1 intermediate", &of(Int, &EXTENSIONS), |chain| {
        chain.int().make_v1();
    });
    table.add("v1-root", "X.509 v1 root", &of(Root, &EXTENSIONS), |chain| chain.root().make_v1());
    let ids = Part::Of(Leaf, Field::KeyIds);
    let shaped = [of(Root, &EXTENSIONS), vec![Part::Shape, ids]].concat();
    table.add("v1-root-direct", "X.509 v1 root, the leaf straight from it", &shaped, |chain| {
        chain.root().make_v1();
        // A v1 root does not name its key in what it issues.
        chain.leaf().remove(AUTHORITY_KEY_ID);
        direct(chain);
    });
    let both = [named(Leaf), of(Root, &EXTENSIONS), vec![Part::Shape]].concat();
    table.add("v1-both", "X.509 v1 root, and v1 leaf straight from it", &both, |chain| {
        v1_leaf(chain);
        chain.root().make_v1();
        direct(chain);
    });
    table.add("v3-no-extensions", "v3 leaf without extensions", &named(Leaf), |chain| {
        chain.leaf().extensions.clear();
        chain.leaf().subject = Name::usual(HOST);
    });
    let touches = of(Root, &EXTENSIONS);
    table.add("v3-root-no-extensions", "v3 root without extensions", &touches, |chain| {
        chain.root().extensions.clear();
    });
}

fn fields(table: &mut Table) {
    table.add("v2-leaf", "X.509 v2 leaf, the name in the CN", &named(Leaf), |chain| {
        v1_leaf(chain);
        chain.leaf().version = Some(1);
    });
    let touches = [Part::Of(Leaf, Field::Version)];
    table.add("v4-leaf", "version field 4", &touches, |chain| chain.leaf().version = Some(4));
    table.add("v3-version1-with-ext", "both unique IDs", &touches, |chain| {
        chain.leaf().unique_ids = true;
    });
}

/// Servers with self-signed certificates, which the device holds.
fn self_signed(table: &mut Table) {
    let touches = [named(Leaf), vec![Part::Shape, Part::Of(Leaf, Field::Issuer)]].concat();
    let mut own = |id: &str, about: &str, change: fn(&mut Chain)| {
        let about = format!("the server's own certificate is the anchor: {about}");
        table.add(id, about, &touches, move |chain| {
            chain.leaf().issuer = Leaf.place();
            chain.leaf().subject = Name::usual(HOST);
            chain.sent = vec![Leaf.place()];
            chain.anchors = vec![Leaf.place()];
            change(chain);
        });
    };
    own("self-ca", "CA:TRUE, SAN", ca);
    own("self-ca-cn", "CA:TRUE, CN alone", |chain| {
        ca(chain);
        chain.leaf().remove(SUBJECT_ALT_NAME);
    });
    own("self-cafalse", "CA:FALSE, SAN", |_| {});
    own("self-cafalse-cn", "CA:FALSE, CN alone", |chain| chain.leaf().remove(SUBJECT_ALT_NAME));
    own("self-nobc", "no basicConstraints, SAN", |chain| chain.leaf().remove(BASIC_CONSTRAINTS));
    own("self-nobc-cn", "no basicConstraints, CN alone", |chain| {
        chain.leaf().remove(BASIC_CONSTRAINTS);
        chain.leaf().remove(SUBJECT_ALT_NAME);
    });
    own("self-v1", "X.509 v1", |chain| chain.leaf().make_v1());
    own("self-ip-cn", "CA:TRUE, an address in the CN alone", |chain| {
        ca(chain);
        chain.leaf().remove(SUBJECT_ALT_NAME);
        chain.leaf().subject = Name::usual("192.0.2.7");
        chain.host = "192.0.2.7".to_owned();
    });
}

fn ca(chain: &mut Chain) {
    chain.leaf().set(BASIC_CONSTRAINTS, true, basic_constraints(true, None));
}
