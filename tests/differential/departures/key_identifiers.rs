//! Key identifiers that are wrong or absent, and names that several certificates share.

use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{
    AUTHORITY_KEY_ID, BASIC_CONSTRAINTS, Critical, Extension, IssuerSerial, SUBJECT_KEY_ID, Value,
};
use certgrab::internals::lab::pki::name::Name;
use certgrab::internals::lab::pki::sign::Scheme;
use certgrab::internals::x509::algorithm::Digest;

pub(super) fn list(table: &mut Table) {
    authority(table);
    by_issuer(table);
    subject(table);
    one_name(table);
}

fn with(
    table: &mut Table,
    position: Position,
    id: &str,
    about: &str,
    change: impl Fn(&mut Certificate) + Send + Sync + 'static,
) {
    let touches = [Part::Of(position, Field::KeyIds)];
    let about = format!("{} {about}", position.title());
    table.add(format!("{id}-{}", position.word()), about, &touches, move |chain| {
        change(chain.at(position));
    });
}

fn other_id() -> Vec<u8> {
    vec![0x5a; 20]
}

fn authority(table: &mut Table) {
    let wrong = der::sequence(&[der::context(0, &other_id())]);
    for position in Position::ALL {
        let wrong = wrong.clone();
        with(table, position, "aki-wrong", "names another key", move |certificate| {
            certificate.set(AUTHORITY_KEY_ID, false, wrong.clone());
        });
    }
    for position in [Leaf, Int] {
        with(table, position, "aki-absent", "without authorityKeyIdentifier", |certificate| {
            certificate.remove(AUTHORITY_KEY_ID);
        });
    }
    with(table, Root, "aki-right", "names its own key", |root| {
        root.extensions.push(Extension::new(AUTHORITY_KEY_ID, false, Value::OwnAuthorityKeyId));
    });
    with(table, Leaf, "aki-critical", "with authorityKeyIdentifier critical", |leaf| {
        if let Some(known) = leaf.find(AUTHORITY_KEY_ID) {
            known.critical = Critical::Yes;
        }
    });
    with(table, Leaf, "aki-empty", "with an empty authorityKeyIdentifier", |leaf| {
        leaf.set(AUTHORITY_KEY_ID, false, der::sequence(&[]));
    });
}

/// Issuers that are named by their issuer and serial number.
fn by_issuer(table: &mut Table) {
    let wrong_serial = Some(vec![0x77, 0x77]);
    for position in [Leaf, Int] {
        // The root issued the leaf's issuer, and itself.
        let issuer = Some(IssuerSerial { serial: wrong_serial.clone(), ..IssuerSerial::default() });
        let alone = Value::AuthorityKeyId { key: false, issuer: issuer.clone() };
        let both = Value::AuthorityKeyId { key: true, issuer };
        named(table, position, "aki-issuer-wrong", "names a wrong serial number alone", alone);
        let about = "names the right key and a wrong serial number";
        named(table, position, "aki-both-wrong-serial", about, both);
    }
    let name = Some(Name::usual("Another Root"));
    let issuer = Some(IssuerSerial { name, serial: None });
    let value = Value::AuthorityKeyId { key: true, issuer };
    named(table, Leaf, "aki-issuer-wrong-name", "names the right key and a wrong name", value);
}

fn named(table: &mut Table, position: Position, id: &str, about: &str, value: Value) {
    with(table, position, id, about, move |certificate| {
        if let Some(known) = certificate.find(AUTHORITY_KEY_ID) {
            known.value = value.clone();
        }
    });
}

fn subject(table: &mut Table) {
    for position in [Int, Root, Leaf] {
        with(table, position, "ski-absent", "without subjectKeyIdentifier", |certificate| {
            certificate.remove(SUBJECT_KEY_ID);
        });
    }
    for position in [Int, Root] {
        with(table, position, "ski-wrong", "with another subjectKeyIdentifier", |certificate| {
            certificate.set(SUBJECT_KEY_ID, false, der::octets(&other_id()));
        });
    }
    with(table, Root, "ski-long", "with a subjectKeyIdentifier of 64 octets", |root| {
        root.set(SUBJECT_KEY_ID, false, der::octets(&[0x5a; 64]));
    });
}

/// One name for two certificates, with key identifiers and without.
fn one_name(table: &mut Table) {
    let names = |low: Position, high: Position| {
        [Part::Of(low, Field::Subject), Part::Of(high, Field::Subject)]
    };
    let direct = [&names(Leaf, Root)[..], &[Part::Shape]].concat();
    table.add("same-dn-ids", "one name for root and leaf", &direct, |chain| {
        leaf_named_as_root(chain);
    });
    let ids = [Part::Of(Leaf, Field::KeyIds), Part::Of(Root, Field::KeyIds)];
    let without = [&direct[..], &ids].concat();
    let about = "one name for root and leaf, no key identifiers";
    table.add("same-dn-noids", about, &without, |chain| {
        leaf_named_as_root(chain);
        without_ids(chain);
    });
    let bare = [&without[..], &[Part::Of(Leaf, Field::BasicConstraints)]].concat();
    let about = "the same, the leaf without basicConstraints";
    table.add("same-dn-noids-nobc", about, &bare, bare_leaf_named_as_root);
    let signed = [&bare[..], &[Part::Of(Leaf, Field::Signature)]].concat();
    let about = "the same, signed with SHA-1";
    table.add("same-dn-noids-nobc-sha1", about, &signed, |chain| {
        bare_leaf_named_as_root(chain);
        chain.leaf().scheme = Scheme::hash(Digest::Sha1);
    });
    table.add("same-dn-int", "one name for intermediate and leaf", &names(Leaf, Int), |chain| {
        chain.leaf().subject = chain.int().subject.clone();
    });
    table.add(
        "same-dn-int-root",
        "one name for root and intermediate",
        &names(Int, Root),
        |chain| {
            chain.int().subject = chain.root().subject.clone();
        },
    );
    let all = Position::ALL.map(|position| Part::Of(position, Field::KeyIds));
    let touches = [&names(Int, Root)[..], &all].concat();
    let about = "one name for root and intermediate, no key identifiers";
    table.add("same-dn-int-root-noids", about, &touches, |chain| {
        chain.int().subject = chain.root().subject.clone();
        without_ids(chain);
    });
}

fn leaf_named_as_root(chain: &mut Chain) {
    chain.leaf().subject = chain.root().subject.clone();
    chain.leaf().issuer = Root.place();
    chain.sent = vec![Leaf.place()];
}

/// The same without key identifiers and without the leaf's basicConstraints.
fn bare_leaf_named_as_root(chain: &mut Chain) {
    leaf_named_as_root(chain);
    without_ids(chain);
    chain.leaf().remove(BASIC_CONSTRAINTS);
}

fn without_ids(chain: &mut Chain) {
    for position in Position::ALL {
        chain.at(position).remove(SUBJECT_KEY_ID);
        chain.at(position).remove(AUTHORITY_KEY_ID);
    }
}
