//! Extensions that are unknown, critical, duplicated, oddly encoded or large.

use super::places::{Places as _, Position, Position::Int, Position::Leaf, Position::Root};
use super::{Field, Part, Table};
use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{
    BASIC_CONSTRAINTS, CLIENT_AUTH, Critical, EXT_KEY_USAGE, Extension, SUBJECT_KEY_ID, Value,
    ext_key_usage,
};
use certgrab::internals::lab::pki::name::uri;

const UNKNOWN: &str = "1.3.6.1.4.1.99999.2";
const POLICIES: &str = "2.5.29.32";
const POLICY_MAPPINGS: &str = "2.5.29.33";
const POLICY_CONSTRAINTS: &str = "2.5.29.36";
const INHIBIT_ANY_POLICY: &str = "2.5.29.54";
const CRL_POINTS: &str = "2.5.29.31";
const INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const NETSCAPE_TYPE: &str = "2.16.840.1.113730.1.1";
const NETSCAPE_COMMENT: &str = "2.16.840.1.113730.1.13";
const POISON: &str = "1.3.6.1.4.1.11129.2.4.3";
const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";

pub(super) fn list(table: &mut Table) {
    for position in Position::ALL {
        everywhere(table, position);
    }
    for position in [Int, Root] {
        authorities(table, position);
    }
    required_policies(table);
    leaves(table);
    doubled(table);
    written(table);
    sizes(table);
}

/// Adds `Others` of one certificate to what is touched.
fn with(
    table: &mut Table,
    position: Position,
    id: String,
    about: &str,
    change: impl Fn(&mut Certificate) + Send + Sync + 'static,
) {
    let about = format!("{}: {about}", position.title());
    table.add(id, about, &[Part::Of(position, Field::Others)], move |chain| {
        change(chain.at(position));
    });
}

fn extension(
    table: &mut Table,
    position: Position,
    word: &str,
    about: &str,
    (oid, critical, value): (&'static str, bool, Vec<u8>),
) {
    let id = format!("{}-{word}", position.word());
    with(table, position, id, about, move |certificate| {
        certificate.extensions.push(Extension::raw(oid, critical, value.clone()));
    });
}

fn policies(policy: &str) -> Vec<u8> {
    der::sequence(&[der::sequence(&[der::oid(policy)])])
}

fn everywhere(table: &mut Table, position: Position) {
    let mut add = |word, about, what| extension(table, position, word, about, what);
    let some = der::octets(b"x");
    add("crit-unknown", "an unknown extension, critical", (UNKNOWN, true, some.clone()));
    add("unknown", "an unknown extension", (UNKNOWN, false, some));
    let policy = policies("1.3.6.1.4.1.99999.3");
    add("crit-policies", "certificatePolicies, critical", (POLICIES, true, policy));
    let any = policies("2.5.29.32.0");
    add("policies-any", "certificatePolicies with anyPolicy", (POLICIES, false, any));
    let bits = netscape(if position == Leaf { 1 } else { 5 });
    add("crit-nscerttype", "Netscape's type, critical", (NETSCAPE_TYPE, true, bits));
    let comment = der::element(der::IA5, b"OpenSSL Generated Certificate");
    add("nscomment", "Netscape's comment", (NETSCAPE_COMMENT, false, comment));
}

/// Netscape's certificate type with one bit: 0 for a client, 1 for a server, 5 for a CA of both.
fn netscape(bit: u32) -> Vec<u8> {
    certgrab::internals::lab::pki::extension::key_usage(&[bit])
}

fn authorities(table: &mut Table, position: Position) {
    let mut add = |word, about, what| extension(table, position, word, about, what);
    let explicit = der::sequence(&[der::context(0, &[0])]);
    let about = "policyConstraints, critical, requireExplicitPolicy 0";
    add("crit-policyconstraints", about, (POLICY_CONSTRAINTS, true, explicit));
    let inhibit = der::sequence(&[der::context(1, &[0])]);
    let about = "policyConstraints, critical, inhibitPolicyMapping 0";
    add("crit-policyconstraints-inhibit", about, (POLICY_CONSTRAINTS, true, inhibit));
    let about = "inhibitAnyPolicy, critical";
    add("crit-inhibitany", about, (INHIBIT_ANY_POLICY, true, der::small(0)));
    let pair = [der::oid("1.3.6.1.4.1.99999.3"), der::oid("1.3.6.1.4.1.99999.4")];
    let mappings = der::sequence(&[der::sequence(&pair)]);
    add("crit-policymappings", "policyMappings, critical", (POLICY_MAPPINGS, true, mappings));
}

/// The intermediate requires a policy, and the leaf has it, or another, or anyPolicy, which is inhibited.
fn required_policies(table: &mut Table) {
    const ONE: &str = "1.3.6.1.4.1.99999.3";
    const OTHER: &str = "1.3.6.1.4.1.99999.4";
    const ANY: &str = "2.5.29.32.0";
    for (word, about, above, below, is_inhibited) in [
        ("same", "the leaf has it", ONE, ONE, false),
        ("other", "the leaf has another", ONE, OTHER, false),
        ("any", "the leaf has anyPolicy", ONE, ANY, false),
        ("any-inhibited", "the leaf has anyPolicy, which is inhibited", ANY, ANY, true),
    ] {
        let touches = [Part::Of(Int, Field::Others), Part::Of(Leaf, Field::Others)];
        let about = format!("the intermediate requires a policy, and {about}");
        table.add(format!("policy-required-{word}"), about, &touches, move |chain| {
            let add = |certificate: &mut Certificate, oid, critical, value| {
                certificate.extensions.push(Extension::raw(oid, critical, value));
            };
            let explicit = der::sequence(&[der::context(0, &[0])]);
            add(chain.int(), POLICY_CONSTRAINTS, true, explicit);
            add(chain.int(), POLICIES, false, policies(above));
            if is_inhibited {
                add(chain.int(), INHIBIT_ANY_POLICY, true, der::small(0));
            }
            add(chain.leaf(), POLICIES, false, policies(below));
        });
    }
}

fn leaves(table: &mut Table) {
    let mut add = |word, about, what| extension(table, Leaf, word, about, what);
    let client = netscape(0);
    add("nscerttype-client", "Netscape's type for a client", (NETSCAPE_TYPE, false, client));
    add("poison", "the poison of certificate transparency", (POISON, true, der::null()));
    let staple = der::sequence(&[der::small(5)]);
    add("must-staple", "TLS feature, must staple", (TLS_FEATURE, false, staple.clone()));
    add("must-staple-crit", "TLS feature, must staple, critical", (TLS_FEATURE, true, staple));
    let point = der::around(0, &der::around(0, &uri("http://ca.home.example/list.crl")));
    let points = der::sequence(&[der::sequence(&[point])]);
    add("crldp-crit", "cRLDistributionPoints, critical", (CRL_POINTS, true, points));
    let at = [der::oid("1.3.6.1.5.5.7.48.1"), uri("http://ca.home.example/ocsp")];
    let access = der::sequence(&[der::sequence(&at)]);
    add("aia-crit", "authorityInfoAccess, critical", (INFO_ACCESS, true, access));
    let touches = [Part::Of(Leaf, Field::KeyIds)];
    table.add("leaf-ski-crit", "leaf: subjectKeyIdentifier, critical", &touches, |chain| {
        if let Some(known) = chain.leaf().find(SUBJECT_KEY_ID) {
            known.critical = Critical::Yes;
        }
    });
}

fn doubled(table: &mut Table) {
    with(table, Leaf, "ext-dup-unknown".into(), "an unknown extension twice", |leaf| {
        for _ in 0..2 {
            leaf.extensions.push(Extension::raw(UNKNOWN, false, der::octets(b"x")));
        }
    });
    let touches = [Part::Of(Leaf, Field::ExtKeyUsage)];
    table.add("ext-dup-eku", "leaf: extKeyUsage twice", &touches, |chain| {
        let client = Extension::raw(EXT_KEY_USAGE, false, ext_key_usage(&[CLIENT_AUTH]));
        chain.leaf().extensions.push(client);
    });
    for position in [Int, Root] {
        let touches = [Part::Of(position, Field::BasicConstraints)];
        let about = format!("{}: basicConstraints twice", position.title());
        table.add(format!("ext-dup-bc-{}", position.word()), about, &touches, move |chain| {
            let known = chain.at(position).find(BASIC_CONSTRAINTS).cloned();
            chain.at(position).extensions.extend(known);
        });
    }
}

fn written(table: &mut Table) {
    with(table, Leaf, "ext-reversed".into(), "extensions in reversed order", |leaf| {
        leaf.extensions.reverse();
    });
    // A random UUID under joint-iso-itu-t (Rec. ITU-T X.667): an arc of 128 bits.
    let uuid = der::arcs("2.25.329800735698586629295641978511506172918");
    for (position, id) in [(Leaf, "ext-uuid-oid"), (Root, "root-ext-uuid-oid")] {
        let oid = uuid.clone();
        with(table, position, id.into(), "an OID with an arc of 128 bits", move |certificate| {
            certificate.extensions.push(with_oid(oid.clone(), der::octets(b"x")));
        });
    }
    with(table, Leaf, "ext-long-oid".into(), "an OID of 50 octets", |leaf| {
        let oid = [der::arcs("1.3.6.1.4.1.99999"), [0xaa, 0xaa, 0x2a].repeat(14)].concat();
        leaf.extensions.push(with_oid(oid, der::octets(b"x")));
    });
    with(table, Leaf, "ext-empty-value".into(), "an extension with an empty value", |leaf| {
        leaf.extensions.push(Extension::raw(UNKNOWN, false, Vec::new()));
    });
    let about = "an extension with critical FALSE written out";
    with(table, Leaf, "ext-critical-false-written".into(), about, |leaf| {
        let mut extension = Extension::raw(UNKNOWN, false, der::octets(b"x"));
        extension.critical = Critical::FalseWritten;
        leaf.extensions.push(extension);
    });
}

fn with_oid(oid: Vec<u8>, value: Vec<u8>) -> Extension {
    Extension { oid, critical: Critical::No, value: Value::Raw(value) }
}

/// One big extension, of so many octets.
fn big(octets: usize) -> Extension {
    Extension::raw(UNKNOWN, false, der::octets(&vec![0x78; octets]))
}

fn sizes(table: &mut Table) {
    for (position, kilobytes) in [
        (Leaf, 5),
        (Leaf, 12),
        (Leaf, 15),
        (Leaf, 17),
        (Leaf, 40),
        (Leaf, 60),
        (Int, 15),
        (Root, 15),
    ] {
        let id = format!("{}-{kilobytes}k", position.word());
        let about = format!("about {kilobytes} KB in one extension");
        with(table, position, id, &about, move |certificate| {
            certificate.extensions.push(big(kilobytes * 1000));
        });
    }
    let touches = [Part::Of(Leaf, Field::Others), Part::Of(Int, Field::Others)];
    table.add("chain-14k", "leaf and intermediate of 7 KB each", &touches, |chain| {
        chain.leaf().extensions.push(big(6500));
        chain.int().extensions.push(big(6500));
    });
    let about = "leaf and intermediate of 8 KB each, more than a record";
    table.add("chain-16k5", about, &touches, |chain| {
        chain.leaf().extensions.push(big(7800));
        chain.int().extensions.push(big(7800));
    });
}
