//! Random chains on which certgrab and a library disagreed, reduced to the cause, with the library's
//! verdict.

use certgrab::internals::lab::pki::Keyring;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::der;
use certgrab::internals::lab::pki::extension::{
    NAME_CONSTRAINTS, SUBJECT_ALT_NAME, name_constraints,
};
use certgrab::internals::lab::pki::key::Kind;
use certgrab::internals::lab::pki::name::{dns, uri};
use certgrab::internals::lab::pki::sign::{Hash, Scheme};

use super::chains::{Chains, kept};
use super::departures::places::{Places as _, Position};
use super::judged::{self, Questions};

/// A URI with a blank in its scheme, whose host a nameConstraints permits.
fn with_a_blank_in_a_scheme(chain: &mut Chain) {
    let names = der::sequence(&[dns("mqtt.home.example"), uri("ht tp://home.example")]);
    chain.at(Position::Leaf).set(SUBJECT_ALT_NAME, false, names);
    let permitted = name_constraints(&[uri("home.example")], &[]);
    chain.at(Position::Int).set(NAME_CONSTRAINTS, false, permitted);
}

/// A change of a sound chain.
type Change = fn(&mut Chain);

#[test]
fn past_disagreements_are_judged_as_by_the_library() {
    // `IsSigAlgoECDSA` of wolfSSL 5.9 does not name ecdsa-with-SHA224.
    let cases: [(&str, bool, Change); 6] = [
        ("wolfssl-default", true, |chain| {
            chain.at(Position::Leaf).scheme = Scheme::unusual(Hash::Sha224);
        }),
        ("wolfssl-default", true, |chain| {
            chain.at(Position::Int).scheme = Scheme::unusual(Hash::Sha224);
        }),
        ("wolfssl-default", false, |chain| {
            chain.at(Position::Leaf).scheme = Scheme::unusual(Hash::Sha256);
        }),
        // OpenSSL 4.0 reads the scheme of a URI.
        ("openssl", true, with_a_blank_in_a_scheme),
        ("openssl-3.5", true, with_a_blank_in_a_scheme),
        ("openssl-4.0", false, with_a_blank_in_a_scheme),
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
}
