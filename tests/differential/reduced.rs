//! Random chains on which certgrab and a library disagreed, reduced to the cause, with the library's
//! verdict.

use std::collections::HashMap;

use certgrab::internals::lab::pki::Keyring;
use certgrab::internals::lab::pki::certificate::Certificate;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{
    NAME_CONSTRAINTS, SUBJECT_ALT_NAME, name_constraints,
};
use certgrab::internals::lab::pki::key::{Key, Kind};
use certgrab::internals::lab::pki::name::{Name, dns, uri};
use certgrab::internals::lab::pki::sign::Scheme;
use certgrab::internals::x509::algorithm::Digest;

use super::chains::{Chains, kept};
use super::clients::Clients;
use super::departures::places::{Places as _, Position};
use super::judged::{self, Questions};

/// A URI with a blank in its scheme, whose host a nameConstraints permits.
fn with_a_blank_in_a_scheme(chain: &mut Chain) {
    let names = der::sequence(&[dns("mqtt.home.example"), uri("ht tp://home.example")]);
    chain.at(Position::Leaf).set(SUBJECT_ALT_NAME, false, names);
    let permitted = name_constraints(&[uri("home.example")], &[]);
    chain.at(Position::Int).set(NAME_CONSTRAINTS, false, permitted);
}

/// A common name that is an address or nearly so, without subjectAltName.
fn with_an_address_in_the_common_name(chain: &mut Chain, name: &str) {
    chain.host = "192.0.2.7".to_owned();
    chain.leaf().remove(SUBJECT_ALT_NAME);
    chain.leaf().subject = Name::usual(name);
}

/// The root permits some names, and the intermediate `home.example`.
fn with_constraints_twice(chain: &mut Chain, names: &[&str]) {
    let trees: Vec<_> = names.iter().map(dns).collect();
    chain.at(Position::Root).set(NAME_CONSTRAINTS, false, name_constraints(&trees, &[]));
    let permitted = name_constraints(&[dns("home.example")], &[]);
    chain.at(Position::Int).set(NAME_CONSTRAINTS, false, permitted);
}

/// The device also holds a root that signed nothing here, with a key of `kind`.
fn with_another_anchor(chain: &mut Chain, kind: Kind) -> &mut Certificate {
    let own = chain.certificates.len();
    let other = Certificate::root("Other Root", Key { kind, owner: "other root" }, 9, own);
    let place = chain.add(other);
    chain.anchors.insert(0, place);
    &mut chain.certificates[place]
}

/// The device also holds a root that mbedTLS cannot read.
fn with_an_unreadable_anchor(chain: &mut Chain) {
    let constraints = name_constraints(&[], &[dns("other.example")]);
    with_another_anchor(chain, Kind::P256).set(NAME_CONSTRAINTS, true, constraints);
}

/// A change of a sound chain.
type Change = fn(&mut Chain);

#[test]
fn past_disagreements_are_judged_as_by_the_library() {
    // `IsSigAlgoECDSA` of wolfSSL 5.9 does not name ecdsa-with-SHA224.
    let cases: [(&str, bool, Change); 18] = [
        ("wolfssl-default", true, |chain| {
            chain.at(Position::Leaf).scheme = Scheme::unusual(Digest::Sha224);
        }),
        ("wolfssl-default", true, |chain| {
            chain.at(Position::Int).scheme = Scheme::unusual(Digest::Sha224);
        }),
        ("wolfssl-default", false, |chain| {
            chain.at(Position::Leaf).scheme = Scheme::unusual(Digest::Sha256);
        }),
        // OpenSSL 4.0 reads the scheme of a URI.
        ("openssl", true, with_a_blank_in_a_scheme),
        ("openssl-3.5", true, with_a_blank_in_a_scheme),
        ("openssl-4.0", false, with_a_blank_in_a_scheme),
        // `hostmatch` of curl drops the full stop at the end of a common name, though the host is an address.
        ("curl", true, |chain| with_an_address_in_the_common_name(chain, "192.0.2.7.")),
        ("curl", false, |chain| with_an_address_in_the_common_name(chain, "*.0.2.7")),
        ("openssl", false, |chain| with_an_address_in_the_common_name(chain, "192.0.2.7.")),
        // GnuTLS goes once through both sorted lists: `other.example` comes before `example`, and after
        // `home.example`, which it passes over.
        ("gnutls", false, |chain| with_constraints_twice(chain, &["example", "other.example"])),
        ("gnutls", true, |chain| with_constraints_twice(chain, &["example", "alpha.example"])),
        ("openssl", true, |chain| with_constraints_twice(chain, &["example", "other.example"])),
        // `configure` builds wolfSSL without Brainpool curves: such an anchor is loaded, and cannot verify.
        ("wolfssl-default", false, |chain| {
            chain.at(Position::Root).key.kind = Kind::Brainpool256;
            with_another_anchor(chain, Kind::P256);
        }),
        ("wolfssl-default", true, |chain| _ = with_another_anchor(chain, Kind::Brainpool256)),
        ("wolfssl", true, |chain| chain.at(Position::Root).key.kind = Kind::Brainpool256),
        ("mbedtls-3.6-notime", true, with_an_unreadable_anchor),
        ("mbedtls-2.28", true, with_an_unreadable_anchor),
        ("micropython", false, with_an_unreadable_anchor),
    ];
    let keys = Keyring::in_folder(&kept().join("keys")).expect("a folder");
    let built = cases.iter().map(|(_, _, change)| {
        let mut chain = Chain::sound(Kind::P256);
        change(&mut chain);
        chain.build(&keys).expect("a chain")
    });
    let chains = Chains::of(built.collect());
    let questions = Questions::of(&chains);
    for ((stack, connects, _), case) in cases.iter().zip(&questions.cases()) {
        let verdict = judged::verdict(stack, case).expect("a stack");
        assert_eq!(verdict.connects(), *connects, "{stack}: {verdict:?}");
    }
    if std::env::var_os("CERTGRAB_MEASURE").is_none() {
        return;
    }
    let mut places: HashMap<_, Vec<usize>> = HashMap::new();
    for (place, (stack, ..)) in cases.iter().enumerate() {
        places.entry(*stack).or_default().push(place);
    }
    let clients = Clients::build(true).expect("every part");
    for (stack, said) in clients.judge_some(&chains, places.clone()) {
        for place in &places[stack] {
            assert_eq!(said[*place].connects(), cases[*place].1, "{stack}: {:?}", said[*place]);
        }
    }
}

/// A check of nameConstraints adds an address in the common name to the names of a certificate in Java's cache. The
/// client forgets it, as another program would not have it.
#[test]
fn java_judges_each_chain_without_earlier_ones() {
    let Some(clients) = Clients::build(false).filter(|clients| clients.has("java")) else { return };
    let named = |constrained: bool| {
        let mut chain = Chain::sound(Kind::P256);
        chain.host = "192.0.2.7".to_owned();
        chain.leaf().set(SUBJECT_ALT_NAME, false, der::sequence(&[dns("192.0.2.7")]));
        chain.leaf().subject = Name::usual("192.0.2.7");
        if constrained {
            let excluded = name_constraints(&[], &[dns("other.example")]);
            chain.at(Position::Int).set(NAME_CONSTRAINTS, false, excluded);
        }
        chain
    };
    let keys = Keyring::in_folder(&kept().join("keys")).expect("a folder");
    let built = [true, false].map(|constrained| named(constrained).build(&keys).expect("a chain"));
    assert_eq!(built[0].sent[0], built[1].sent[0]);
    let chains = Chains::of(built.into());
    let verdicts = clients.judge_some(&chains, HashMap::from([("java", vec![0, 1])]));
    let (_, said) = &verdicts[0];
    assert_eq!([said[0].connects(), said[1].connects()], [true, false], "{said:?}");
    for (case, library) in Questions::of(&chains).cases().iter().zip(said) {
        let verdict = judged::verdict("java", case).expect("a stack");
        assert_eq!(verdict.connects(), library.connects(), "{verdict:?}");
    }
}
