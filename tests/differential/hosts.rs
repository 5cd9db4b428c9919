//! How the libraries compare unusual hosts, as listed in `hosts.tsv`: a final full stop, empty labels, hyphens,
//! addresses in other forms. A row has the host, the only name of the leaf in subjectAltName, its common name,
//! and a sign for each library: "+" it connects, "-" it refuses.

use std::net::IpAddr;

use certgrab::internals::lab::pki::Keyring;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::extension::SUBJECT_ALT_NAME;
use certgrab::internals::lab::pki::key::Kind;
use certgrab::internals::lab::pki::name::{Name, dns, ip};
use certgrab::internals::lab::pki::{Built, der};

use super::chains::{Chains, kept};
use super::clients::Clients;
use super::judged::{self, Questions};

const MEASURED: &str = include_str!("hosts.tsv");

/// Hosts that some library accepts in a form which certgrab reads as no address or no name. `certgrab` does not
/// accept them as a target, nor does `verify --host`, and a refusal by their row does no harm.
const UNREAD: [&str; 13] = [
    ".broker.lan",
    "0x7f.1",
    "127.0.0.1.",
    "127.00.0.1",
    "127.1",
    "192.0.2.999",
    "2001:db8:0:0:0:0:0:7",
    "2130706433",
    "[::1]",
    "a..b.lan",
    "a..lan",
    "fe80::1%lo",
    "www.broker.lan.",
];

fn built(row: &[&str], keys: &Keyring) -> Built {
    let mut chain = Chain::sound(Kind::P256);
    row[0].clone_into(&mut chain.host);
    let leaf = &mut chain.certificates[0];
    leaf.subject = Name::usual(row[3]);
    let octets = |address: IpAddr| match address {
        IpAddr::V4(four) => four.octets().to_vec(),
        IpAddr::V6(six) => six.octets().to_vec(),
    };
    match (row[1], row[2]) {
        ("", "") => leaf.remove(SUBJECT_ALT_NAME),
        (name, "") => leaf.set(SUBJECT_ALT_NAME, false, der::sequence(&[dns(name)])),
        (_, address) => {
            let address = ip(&octets(address.parse().expect("an address")));
            leaf.set(SUBJECT_ALT_NAME, false, der::sequence(&[address]));
        }
    }
    chain.build(keys).expect("a chain")
}

#[test]
fn unusual_hosts_are_compared_as_measured() {
    let mut rows = MEASURED.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let rows: Vec<_> = rows.collect();
    let keys = Keyring::in_folder(&kept().join("keys")).expect("a folder");
    let chains = Chains::of(rows.iter().map(|row| built(row, &keys)).collect());
    if std::env::var_os("CERTGRAB_MEASURE").is_some() {
        let clients = Clients::build(true).expect("every part");
        let mut changed = Vec::new();
        for (stack, verdicts) in clients.judge(&chains) {
            let Some(column) = header.iter().position(|name| *name == stack) else { continue };
            for (row, verdict) in rows.iter().zip(&verdicts) {
                if verdict.connects() != (row[column] == "+") {
                    changed.push(format!("{stack} {:?}: {verdict:?}", &row[..4]));
                }
            }
        }
        assert!(changed.is_empty(), "{changed:#?}");
    }
    let questions = Questions::of(&chains);
    let mut wrong = Vec::new();
    for (row, case) in rows.iter().zip(questions.cases()) {
        for (stack, measured) in header.iter().zip(row).skip(4) {
            let connects = judged::verdict(stack, &case).expect("a stack").connects();
            let is_forgiven = !connects && UNREAD.contains(&row[0]);
            if connects != (*measured == "+") && !is_forgiven {
                wrong.push(format!("{stack} {measured} {:?}", &row[..4]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
