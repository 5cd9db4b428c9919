//! Random chains on which certgrab and a library disagreed, reduced to the cause, with the library's
//! verdict.

use certgrab::internals::lab::pki::Keyring;
use certgrab::internals::lab::pki::chain::Chain;
use certgrab::internals::lab::pki::key::Kind;
use certgrab::internals::lab::pki::sign::{Hash, Scheme};

use super::chains::{Chains, kept};
use super::departures::places::{Places as _, Position};
use super::judged::{self, Questions};

/// A change of a sound chain.
type Change = fn(&mut Chain);

#[test]
fn chains_over_which_a_library_disagreed_are_judged_as_it_judges_them() {
    // `IsSigAlgoECDSA` of wolfSSL 5.9 does not name ecdsa-with-SHA224.
    let cases: [(&str, bool, Change); 3] = [
        ("wolfssl-default", true, |chain| {
            chain.at(Position::Leaf).scheme = Scheme::unusual(Hash::Sha224);
        }),
        ("wolfssl-default", true, |chain| {
            chain.at(Position::Int).scheme = Scheme::unusual(Hash::Sha224);
        }),
        ("wolfssl-default", false, |chain| {
            chain.at(Position::Leaf).scheme = Scheme::unusual(Hash::Sha256);
        }),
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
