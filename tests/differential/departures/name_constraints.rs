//! nameConstraints of intermediate and root.

use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::chain::{Chain, HOST};
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{
    NAME_CONSTRAINTS, SUBJECT_ALT_NAME, name_constraints,
};
use certgrab::internals::lab::pki::name::{Attribute, Name, directory, dns, email, ip, uri};

/// 192.0.2.0/24, and an address in it.
const NETWORK: [u8; 8] = [192, 0, 2, 0, 255, 255, 255, 0];
const INSIDE: [u8; 4] = [192, 0, 2, 7];
const OUTSIDE: [u8; 4] = [198, 51, 100, 7];

pub(super) fn list(table: &mut Table) {
    for position in [Int, Root] {
        for critical in [true, false] {
            for (word, about, octets) in plain() {
                let said = if critical { "critical" } else { "not critical" };
                let id = format!(
                    "nc-{word}-{}-{}",
                    if critical { "crit" } else { "nc" },
                    position.word()
                );
                let about = format!("nameConstraints of the {}, {said}: {about}", position.title());
                let touches = [Part::Of(position, Field::NameConstraints)];
                table.add(id, about, &touches, move |chain| {
                    chain.at(position).set(NAME_CONSTRAINTS, critical, octets.clone());
                });
            }
        }
        special(table, position);
        below(table, position);
    }
    let touches = [Part::Of(Leaf, Field::NameConstraints)];
    table.add("nc-on-leaf", "nameConstraints in the leaf", &touches, |chain| {
        chain.leaf().set(NAME_CONSTRAINTS, true, name_constraints(&[dns("home.example")], &[]));
    });
}

fn plain() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let home = directory(&Name::of([Attribute::o("Home")]));
    let other = directory(&Name::of([Attribute::o("Other")]));
    let permitted = |name: Vec<u8>| name_constraints(&[name], &[]);
    let excluded = |name: Vec<u8>| name_constraints(&[], &[name]);
    vec![
        ("dns-ok", "the dNSName is permitted", permitted(dns("home.example"))),
        ("dns-violated", "another dNSName is permitted", permitted(dns("other.example"))),
        ("dns-excluded", "the dNSName is excluded", excluded(dns("home.example"))),
        ("dns-excluded-ok", "another dNSName is excluded", excluded(dns("other.example"))),
        ("ip-only", "an iPAddress is permitted", permitted(ip(&NETWORK))),
        ("email-only", "an e-mail is permitted", permitted(email("home.example"))),
        ("dirname-ok", "the directoryName is permitted", permitted(home)),
        ("dirname-violated", "another directoryName is permitted", permitted(other)),
    ]
}

/// Constraints, and a leaf that satisfies or violates them by more than its dNSName.
fn special(table: &mut Table, position: Position) {
    let permitted = || name_constraints(&[dns("home.example")], &[]);
    let dotted = name_constraints(&[dns(".home.example")], &[]);
    with(table, position, "leading-dot", "a dNSName with a dot in front", true, dotted, |_| {});
    with(table, position, "empty", "an empty sequence", true, der::sequence(&[]), |_| {});
    with(table, position, "cn", "broken by the CN alone", true, permitted(), |chain| {
        chain.leaf().subject = Name::usual("mqtt.other.example");
    });
    let networks = || name_constraints(&[dns("home.example"), ip(&NETWORK)], &[]);
    with(
        table,
        position,
        "ip-violated",
        "another iPAddress is permitted",
        true,
        networks(),
        |chain| {
            addressed(chain, &OUTSIDE);
        },
    );
    with(table, position, "ip-ok", "the iPAddress is permitted", true, networks(), |chain| {
        addressed(chain, &INSIDE);
    });
    let about = "the dNSName is permitted, and the leaf has it in the CN alone";
    with(table, position, "cnonly", about, false, permitted(), |chain| {
        chain.leaf().remove(SUBJECT_ALT_NAME);
        chain.leaf().subject = Name::usual(HOST);
    });
}

/// An id, a description, the constraints, and the change of the leaf.
type Below = (&'static str, &'static str, Vec<u8>, fn(&mut Chain));

/// Names of other kinds below the host that is permitted or excluded, and a wildcard next to an excluded
/// name.
fn below(table: &mut Table, position: Position) {
    let permitted = |name| name_constraints(&[name], &[]);
    let excluded = |name| name_constraints(&[], &[name]);
    let cases: [Below; 6] = [
        ("email-sub", "the mail of a host below", permitted(email("home.example")), mailed),
        ("email-sub-excluded", "that mail excluded", excluded(email("home.example")), mailed),
        ("uri-sub", "the URI of a host below", permitted(uri("home.example")), linked),
        ("uri-sub-excluded", "that URI excluded", excluded(uri("home.example")), linked),
        (
            "uri-port",
            "the URI of the host, with a port",
            permitted(uri("mqtt.home.example")),
            ported,
        ),
        (
            "wildcard-excluded",
            "one name of a wildcard",
            excluded(dns("other.home.example")),
            starred,
        ),
    ];
    for (word, about, octets, leaf) in cases {
        with(table, position, word, about, false, octets, leaf);
    }
}

fn mailed(chain: &mut Chain) {
    let names = [dns(HOST), email("a@mail.home.example")];
    chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(&names));
}

fn linked(chain: &mut Chain) {
    let names = [dns(HOST), uri("https://mqtt.home.example/x")];
    chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(&names));
}

fn ported(chain: &mut Chain) {
    let names = [dns(HOST), uri("mqtts://mqtt.home.example:8883")];
    chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(&names));
}

fn starred(chain: &mut Chain) {
    chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(&[dns("*.home.example")]));
}

fn addressed(chain: &mut Chain, address: &[u8]) {
    chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(&[dns(HOST), ip(address)]));
}

fn with(
    table: &mut Table,
    position: Position,
    word: &str,
    about: &str,
    critical: bool,
    octets: Vec<u8>,
    leaf: fn(&mut Chain),
) {
    let touches = [
        Part::Host,
        Part::Of(position, Field::NameConstraints),
        Part::Of(Leaf, Field::Names),
        Part::Of(Leaf, Field::Subject),
    ];
    let about = format!("nameConstraints of the {}: {about}", position.title());
    table.add(format!("nc-{word}-{}", position.word()), about, &touches, move |chain| {
        chain.at(position).set(NAME_CONSTRAINTS, critical, octets.clone());
        leaf(chain);
    });
}
