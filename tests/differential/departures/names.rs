//! The host's name: in the subjectAltName, in the common name, as a wildcard, as an address.

use super::places::{Places as _, Position::Leaf};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::chain::{Chain, HOST};
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{ISSUER_ALT_NAME, SUBJECT_ALT_NAME};
use certgrab::internals::lab::pki::name::{Attribute, Name, bmp, dns, email, ip, uri};

const ADDRESS: &str = "192.0.2.7";
const ADDRESS_OCTETS: [u8; 4] = [192, 0, 2, 7];
const CN: &str = "2.5.4.3";

const TOUCHES: [Part; 3] =
    [Part::Host, Part::Of(Leaf, Field::Names), Part::Of(Leaf, Field::Subject)];

pub(super) fn list(table: &mut Table) {
    wildcards(table);
    common_names(table);
    common_names_beside(table);
    common_names_in_other_strings(table);
    addresses(table);
    exact(table);
    unusual(table);
    lengths(table);
}

/// A dNSName and the host that is verified.
fn asked(table: &mut Table, id: &str, about: &str, name: &'static str, host: &'static str) {
    table.add(id, about, &TOUCHES, move |chain| {
        chain.host = host.to_owned();
        names(chain, &[dns(name)]);
    });
}

fn names(chain: &mut Chain, names: &[Vec<u8>]) {
    chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(names));
}

/// A subject, and no subjectAltName.
fn subject_alone(chain: &mut Chain, host: &str, subject: Name) {
    chain.host = host.to_owned();
    chain.leaf().remove(SUBJECT_ALT_NAME);
    chain.leaf().subject = subject;
}

fn wildcards(table: &mut Table) {
    let home = "*.home.example";
    asked(table, "name-wildcard", "a wildcard for one label", home, HOST);
    asked(table, "name-wildcard-2", "a wildcard before one label", "*.example", "home.example");
    asked(table, "name-wildcard-two-levels", "a wildcard two labels up", "*.example", HOST);
    asked(table, "name-wildcard-star", "a bare *, and one label", "*", "broker");
    asked(table, "name-wildcard-star-long", "a bare *, and three labels", "*", HOST);
    asked(table, "name-wildcard-prefix", "letters before *", "mq*.home.example", HOST);
    asked(table, "name-wildcard-suffix", "letters behind *", "*tt.home.example", HOST);
    asked(table, "name-wildcard-inner", "letters around *", "m*t.home.example", HOST);
    asked(table, "name-wildcard-middle", "* as the second label", "mqtt.*.example", HOST);
    asked(table, "name-wildcard-double", "* twice", "*.*.example", HOST);
    asked(table, "name-wildcard-lan", "a wildcard in .lan", "*.lan", "broker.lan");
    asked(table, "name-wildcard-local", "a wildcard in .local", "*.local", "broker.local");
    asked(table, "name-wildcard-com", "a wildcard in .com", "*.com", "example.com");
    asked(table, "name-wildcard-self", "a wildcard, the name without it", home, "home.example");
    let idn = "xn--bcher-kva.home.example";
    asked(table, "name-wildcard-idn", "a wildcard for an A-label", home, idn);
    asked(table, "name-wildcard-upper", "a wildcard in capitals", "*.HOME.EXAMPLE", HOST);
    let underscore = "my_mqtt.home.example";
    asked(table, "name-wildcard-underscore", "a wildcard for an underscore", home, underscore);
}

fn common_names(table: &mut Table) {
    let mut alone = |id: &str, about: &str, host: &'static str, common: &'static str| {
        table.add(id, about, &TOUCHES, move |chain| {
            subject_alone(chain, host, Name::usual(common));
        });
    };
    alone("name-cn-only", "the name in the CN alone", HOST, HOST);
    alone("name-cn-wildcard", "a wildcard in the CN alone", HOST, "*.home.example");
    alone("name-cn-upper", "the name in the CN alone, in capitals", HOST, "MQTT.HOME.EXAMPLE");
    alone("name-cn-one-label", "one label in the CN alone", "broker", "broker");
    alone(
        "name-cn-serial",
        "capitals and digits in the CN alone",
        "01p00a400000000",
        "01P00A400000000",
    );
    alone("name-cn-local", "a name of .local in the CN alone", "broker.local", "broker.local");
    alone("name-cn-nul", "the CN goes on behind a NUL", HOST, "mqtt.home.example\0.evil.example");
    alone("name-cn-trailing-space", "the CN ends with a blank", HOST, "mqtt.home.example ");
    alone("name-cn-underscore", "an underscore in the CN alone", "my_broker.lan", "my_broker.lan");
    alone("name-ip-cn", "an address in the CN alone", ADDRESS, ADDRESS);
    table.add("name-neither", "neither CN nor subjectAltName", &TOUCHES, |chain| {
        subject_alone(chain, HOST, Name::of([Attribute::o("Home")]));
    });
}

/// The name in the CN, and a subjectAltName without it.
fn common_names_beside(table: &mut Table) {
    let mut beside = |id: &str, about: &str, general: Vec<Vec<u8>>| {
        table.add(id, about, &TOUCHES, move |chain| {
            chain.leaf().subject = Name::usual(HOST);
            names(chain, &general);
        });
    };
    beside(
        "name-cn-san-wrong",
        "the name in the CN, another in the SAN",
        vec![dns("other.home.example")],
    );
    beside(
        "name-cn-san-ip",
        "the name in the CN, an address in the SAN",
        vec![ip(&ADDRESS_OCTETS)],
    );
    beside(
        "name-cn-san-uri",
        "the name in the CN, a URI in the SAN",
        vec![uri("https://home.example/x")],
    );
    beside(
        "name-cn-san-email",
        "the name in the CN, an e-mail in the SAN",
        vec![email("me@home.example")],
    );
    beside("name-cn-san-empty", "the name in the CN, an empty SAN", vec![]);
}

fn common_names_in_other_strings(table: &mut Table) {
    let mut alone = |id: &str, about: &str, subject: Name| {
        table.add(id, about, &TOUCHES, move |chain| subject_alone(chain, HOST, subject.clone()));
    };
    let one =
        |tag: u8, value: Vec<u8>| Name::of([Attribute::o("Home"), Attribute::new(CN, tag, value)]);
    alone(
        "name-cn-only-printable",
        "the CN alone, a PrintableString",
        one(der::PRINTABLE, HOST.into()),
    );
    alone("name-cn-bmp", "the CN alone, a BMPString", one(der::BMP, bmp(HOST)));
    alone("name-cn-teletex", "the CN alone, a TeletexString", one(der::TELETEX, HOST.into()));
    let two = |first: &str, last: &str| Name::of([Attribute::cn(first), Attribute::cn(last)]);
    alone("name-cn-last-of-two", "two CNs alone, the last is it", two("other.home.example", HOST));
    alone(
        "name-cn-first-of-two",
        "two CNs alone, the first is it",
        two(HOST, "other.home.example"),
    );
    let multi = Name(vec![vec![Attribute::o("Home"), Attribute::cn(HOST)]]);
    alone("name-cn-multi-rdn", "the CN alone, in an RDN of two", multi);
}

fn addresses(table: &mut Table) {
    let mut address = |id: &str, about: &str, host: &'static str, general: Vec<Vec<u8>>| {
        table.add(id, about, &TOUCHES, move |chain| {
            chain.host = host.to_owned();
            names(chain, &general);
        });
    };
    let version_6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7];
    address("name-ip-san", "an iPAddress", ADDRESS, vec![ip(&ADDRESS_OCTETS)]);
    address("name-ip-as-dns", "an address as a dNSName", ADDRESS, vec![dns(ADDRESS)]);
    let both = vec![ip(&ADDRESS_OCTETS), dns(ADDRESS)];
    address("name-ip-both", "an iPAddress and the same as a dNSName", ADDRESS, both);
    address("name-ip-other", "another iPAddress", ADDRESS, vec![ip(&[192, 0, 2, 8])]);
    address("name-ip-wildcard", "a wildcard over an address", ADDRESS, vec![dns("*.0.2.7")]);
    address("name-ip6-san", "an iPAddress of IPv6", "2001:db8::7", vec![ip(&version_6)]);
    address("name-ip-mapped", "an iPAddress of IPv6 for IPv4", ADDRESS, vec![ip(&mapped)]);
    address(
        "name-ip-and-dns",
        "a dNSName and an address",
        HOST,
        vec![dns(HOST), ip(&ADDRESS_OCTETS)],
    );
    table.add("name-ip-cn-san-dns", "an address in the CN, a dNSName", &TOUCHES, |chain| {
        chain.host = ADDRESS.to_owned();
        chain.leaf().subject = Name::usual(ADDRESS);
        names(chain, &[dns(HOST)]);
    });
}

fn exact(table: &mut Table) {
    asked(table, "name-underscore", "an underscore", "my_broker.lan", "my_broker.lan");
    asked(table, "name-san-dot", "a full stop at the SAN's end", "mqtt.home.example.", HOST);
    asked(table, "name-host-dot", "a full stop at the host's end", HOST, "mqtt.home.example.");
    asked(table, "name-upper", "capitals in the SAN", "MQTT.HOME.EXAMPLE", HOST);
    asked(table, "name-host-upper", "capitals in the host", HOST, "MQTT.HOME.EXAMPLE");
    asked(table, "name-one-label", "one label", "broker", "broker");
    asked(table, "name-one-label-digits", "one label with a digit", "broker1", "broker1");
    asked(table, "name-numeric-label", "a label of a digit", "1.home.example", "1.home.example");
    let start = "-mqtt.home.example";
    asked(table, "name-hyphen-start", "a hyphen at a label's start", start, start);
    let end = "mqtt-.home.example";
    asked(table, "name-hyphen-end", "a hyphen at a label's end", end, end);
    let double = "a--b.home.example";
    asked(table, "name-double-hyphen", "two hyphens in a label", double, double);
    asked(table, "name-idn", "an A-label", "xn--bcher-kva.example", "xn--bcher-kva.example");
    asked(
        table,
        "name-san-utf8",
        "a U-label in the SAN",
        "bücher.example",
        "xn--bcher-kva.example",
    );
    asked(table, "name-san-dns-leading-dot", "a dot before the name", ".home.example", HOST);
    asked(table, "name-san-space", "a blank before the name", " mqtt.home.example", HOST);
    asked(table, "name-san-port", "a port behind the name", "mqtt.home.example:8883", HOST);
    asked(table, "name-san-url", "a URL as a dNSName", "mqtts://mqtt.home.example", HOST);
    asked(
        table,
        "name-san-nul",
        "the name goes on behind a NUL",
        "mqtt.home.example\0.evil.example",
        HOST,
    );
}

fn unusual(table: &mut Table) {
    table.add("name-empty", "an empty SAN, no CN", &TOUCHES, |chain| {
        chain.leaf().subject = Name::of([Attribute::o("Home")]);
        names(chain, &[]);
    });
    table.add("name-san-critical", "SAN critical", &TOUCHES, |chain| {
        chain.leaf().set(SUBJECT_ALT_NAME, true, der::sequence(&[dns(HOST)]));
    });
    table.add("name-san-critical-empty-subject", "SAN critical, no subject", &TOUCHES, |chain| {
        chain.leaf().subject = Name::empty();
        chain.leaf().set(SUBJECT_ALT_NAME, true, der::sequence(&[dns(HOST)]));
    });
    table.add("name-san-empty-subject", "no subject", &TOUCHES, |chain| {
        chain.leaf().subject = Name::empty();
    });
    table.add("name-san-twice", "two SANs, the second has the name", &TOUCHES, |chain| {
        let leaf = chain.leaf();
        let second = leaf.find(SUBJECT_ALT_NAME).cloned();
        leaf.set(SUBJECT_ALT_NAME, false, der::sequence(&[dns("other.home.example")]));
        leaf.extensions.extend(second);
    });
    table.add("name-issuer-alt", "the name in the issuerAltName", &TOUCHES, |chain| {
        chain.leaf().remove(SUBJECT_ALT_NAME);
        chain.leaf().set(ISSUER_ALT_NAME, false, der::sequence(&[dns(HOST)]));
    });
}

fn lengths(table: &mut Table) {
    let label = format!("{}.example", "a".repeat(63));
    let long = {
        let label = "a".repeat(61);
        format!("{label}.{label}.{label}.{label}.exam")
    };
    for (id, about, name) in [
        ("name-label-63", "a label of 63 letters", label),
        ("name-long-253", "a name of 253 octets", long),
    ] {
        table.add(id, about, &TOUCHES, move |chain| {
            chain.host = name.clone();
            names(chain, &[dns(&name)]);
        });
    }
    for (id, count) in [("name-100", 100), ("name-1000", 1000)] {
        table.add(id, format!("{count} names, the last is it"), &TOUCHES, move |chain| {
            let mut many: Vec<_> =
                (1..count).map(|number| dns(format!("n{number}.home.example"))).collect();
            many.push(dns(HOST));
            names(chain, &many);
        });
    }
}
