//! Another general name next to the right one, of a kind that few parsers expect.

use super::places::{Places as _, Position::Leaf};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::chain::HOST;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::SUBJECT_ALT_NAME;
use certgrab::internals::lab::pki::name::{Name, directory, dns, email, ip, uri};

pub(super) fn list(table: &mut Table) {
    for (word, about, general) in dns_names().into_iter().chain(others()) {
        let touches = [Part::Of(Leaf, Field::Names)];
        let about = format!("the name, and before it {about}");
        table.add(format!("name-near-{word}"), about, &touches, move |chain| {
            let both = der::sequence(&[general.clone(), dns(HOST)]);
            chain.leaf().set(SUBJECT_ALT_NAME, false, both);
        });
    }
    let touches = [Part::Of(Leaf, Field::Names)];
    let about = "the name, and behind it an address as text";
    table.add("name-near-after-ip-text", about, &touches, |chain| {
        let both = der::sequence(&[dns(HOST), ip(b"192.168.1.5")]);
        chain.leaf().set(SUBJECT_ALT_NAME, false, both);
    });
}

/// ::ffff:192.0.2.7.
const MAPPED: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7];

type Neighbour = (&'static str, &'static str, Vec<u8>);

fn dns_names() -> Vec<Neighbour> {
    vec![
        ("dns-space", "a dNSName with a blank", dns("my broker")),
        ("dns-empty", "an empty dNSName", dns("")),
        ("dns-underscore", "a dNSName with an underscore", dns("my_broker.home.example")),
        ("dns-utf8", "a dNSName in UTF-8", dns("bücher.example")),
        ("dns-latin1", "a dNSName in Latin-1", dns(b"b\xfccher.example")),
        ("dns-colon", "a dNSName with a port", dns("broker.home.example:8883")),
        ("dns-wild", "a dNSName of a bare *", dns("*")),
        ("dns-dot", "a dNSName of a full stop", dns(".")),
        ("dns-ip", "an address as a dNSName", dns("192.168.1.5")),
    ]
}

fn others() -> Vec<Neighbour> {
    let upn = der::around(0, &der::element(der::UTF8, b"me@home.example"));
    let other_name = der::around(0, &[der::oid("1.3.6.1.4.1.311.20.2.3"), upn].concat());
    // EDIPartyName (RFC 5280 section 4.2.1.6): partyName is [1], around a DirectoryString.
    let party = der::around(1, &der::element(der::UTF8, b"party"));
    vec![
        ("ip-text", "an address as text, of 11 octets", ip(b"192.168.1.5")),
        ("ip-8", "an iPAddress of 8 octets", ip(&[192, 168, 1, 0, 255, 255, 255, 0])),
        ("ip-mapped", "an IPv4 address as one of IPv6", ip(&MAPPED)),
        ("ip-empty", "an empty iPAddress", ip(&[])),
        ("uri-bad", "a URI with a blank", uri("ht tp://home.example")),
        ("uri-nohost", "a URI without a host", uri("urn:uuid:f81d4fae")),
        ("uri-port", "a URI with a port", uri("mqtts://mqtt.home.example:8883")),
        ("uri-bad-port", "a URI with letters for a port", uri("mqtts://home.example:mqtt")),
        ("uri-utf8", "a URI in UTF-8", uri("https://bücher.example/")),
        ("email-bad", "an e-mail without @", email("nobody")),
        ("email-utf8", "an e-mail in UTF-8", email("jürgen@home.example")),
        ("othername", "a UPN", other_name),
        ("x400", "an empty x400Address", der::around(3, &[])),
        ("edi", "an ediPartyName", der::around(5, &party)),
        ("rid", "a registeredID", der::context(8, &der::arcs("1.2.3.4"))),
        ("dirname", "a directoryName", directory(&Name::usual("Other"))),
        ("unknown-tag", "the unknown choice [9]", der::context(9, b"x")),
    ]
}
