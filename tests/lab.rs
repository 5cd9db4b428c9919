//! Certificate chains from descriptions, reproducible by seed; and the lab: servers, sound and faulty, with
//! real clients as devices.

mod anchors;
mod behind;
mod command;
mod devices;
mod pages;
mod results;
pub(crate) mod round;
mod rows;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use certgrab::internals::lab::pki::{Built, Chain, Keyring, Kind};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tempfile::TempDir;

use crate::differential::departures::departures;
use crate::differential::random::{Dice, random};
use crate::differential::wild::wild;
use crate::support::real;

/// 2026-06-01 in seconds since 1970: the time at which these chains are verified.
const TODAY: u64 = 1_780_272_000;

fn verified(built: &Built) -> bool {
    let der = |octets: &Vec<u8>| CertificateDer::from(octets.clone());
    let mut roots = RootCertStore::empty();
    for anchor in &built.anchors {
        roots.add(der(anchor)).expect("an anchor");
    }
    let sent: Vec<_> = built.sent.iter().map(der).collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
    let host = ServerName::try_from(built.host.as_str()).expect("a host");
    let now = UnixTime::since_unix_epoch(Duration::from_secs(TODAY));
    let verifier = verifier.build().expect("a verifier");
    verifier.verify_server_cert(&sent[0], &sent[1..], &host, &[], now).is_ok()
}

#[test]
fn a_sound_chain_is_verified_with_any_common_key_type() {
    let folder = TempDir::new().expect("a temporary folder");
    let keys = Keyring::in_folder(folder.path()).expect("keys");
    for kind in [Kind::P256, Kind::P384] {
        assert!(verified(&Chain::sound(kind).build(&keys).expect("a chain")), "{kind:?}");
    }
    if real::program("openssl") {
        for kind in [Kind::Ed25519, Kind::rsa(2048)] {
            assert!(verified(&Chain::sound(kind).build(&keys).expect("a chain")), "{kind:?}");
        }
    }
}

#[test]
fn a_departure_shows_in_the_chain() {
    let folder = TempDir::new().expect("a temporary folder");
    let keys = Keyring::in_folder(folder.path()).expect("keys");
    let all = departures();
    for (id, is_sound) in [
        ("sound", true),
        ("sound-root-sent", true),
        ("name-cn-only", false),
        ("leaf-date-expired", false),
        ("order-missing-int", false),
        ("sig-broken-leaf", false),
    ] {
        let departure = all.iter().find(|departure| departure.id == id).expect(id);
        let built = departure.alone().build(&keys).expect("a chain");
        assert_eq!(verified(&built), is_sound, "{id}");
    }
}

#[test]
fn every_departure_has_a_unique_id() {
    let all = departures();
    let ids: HashSet<_> = all.iter().map(|departure| &departure.id).collect();
    assert_eq!(ids.len(), all.len());
    assert!(all.iter().all(|departure| !departure.group.is_empty() && !departure.about.is_empty()));
}

#[test]
fn a_seed_always_gives_the_same_chains() {
    let list = |seed: u64| {
        let mut dice = Dice::of(seed);
        let mut all = departures();
        all.extend(wild(&mut dice, 40));
        let chosen: Vec<_> = (0..40).map(|_| random(&all, &mut dice)).collect();
        let ids = |chosen: &Vec<usize>| -> Vec<String> {
            chosen.iter().map(|place| all[*place].id.clone()).collect()
        };
        chosen.iter().map(ids).collect::<Vec<_>>()
    };
    assert_eq!(list(7), list(7));
    assert_ne!(list(7), list(8));
}

#[test]
fn a_chain_has_the_same_bytes_in_every_folder_of_keys() {
    let built = || {
        let folder = TempDir::new().expect("a temporary folder");
        let keys = Keyring::in_folder(folder.path()).expect("keys");
        let built = Chain::sound(Kind::P256).build(&keys).expect("a chain");
        (built.sent, built.anchors, built.key)
    };
    assert_eq!(built(), built());
}
