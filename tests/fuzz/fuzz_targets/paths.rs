//! Any chain of certificates that issued each other, or did not: finding and showing its paths, and searching
//! for missing issuers, stays within the steps of a target.
#![no_main]

use std::sync::{Arc, OnceLock};

use certgrab::internals::{
    chain::Presented,
    cli::fuzzing,
    judge::{
        path::{self, Question},
        work::{MAX_PARTIAL_PATHS, MAX_SIGNATURE_CHECKS, Work},
    },
    net::aia::Chain,
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use certgrab_fuzz::{certificate_named, choice};
use libfuzzer_sys::fuzz_target;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls_pki_types::ServerName;

/// Names of CAs, and keys of each.
const NAMES: usize = 2;
const KEYS: usize = 4;

/// The leaves by each CA; then each CA as signed by each.
struct Pool {
    leaves: Vec<Certificate>,
    authorities: Vec<Certificate>,
    roots: Vec<Certificate>,
}

fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(|| {
        let params = |name: usize| {
            let mut params = CertificateParams::default();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.distinguished_name.push(DnType::CommonName, format!("Authority {name}"));
            params
        };
        let read = |one: rcgen::Certificate| Certificate::from_der(one.der()).expect("it reads");
        let key = || KeyPair::generate().expect("a key");
        let issuers: Vec<_> = (0..NAMES * KEYS)
            .map(|number| (number % NAMES, Issuer::new(params(number % NAMES), key())))
            .collect();
        let leaf = |(_, issuer): &(usize, Issuer<'_, KeyPair>)| {
            let params = CertificateParams::new(["plc.test".to_owned()]).expect("a leaf");
            read(params.signed_by(&key(), issuer).expect("a leaf"))
        };
        let mut authorities = Vec::new();
        for (name, subject) in &issuers {
            for (_, issuer) in &issuers {
                let made = params(*name).signed_by(subject.key(), issuer);
                authorities.push(read(made.expect("an authority")));
            }
            let text = format!("Authority {name}");
            let unsigned = certificate_named(0x0c, text.as_bytes());
            authorities.push(Certificate::from_der(&unsigned).expect("it reads"));
        }
        let root = |(name, issuer): &(usize, Issuer<'_, KeyPair>)| {
            read(params(*name).self_signed(issuer.key()).expect("a root"))
        };
        Pool {
            leaves: issuers.iter().map(leaf).collect(),
            roots: issuers.iter().map(root).collect(),
            authorities,
        }
    })
}

fn picked<'a>(from: &'a [Certificate], bytes: &[u8]) -> Vec<&'a Certificate> {
    bytes.iter().map(|byte| &from[usize::from(*byte) % from.len()]).collect()
}

fuzz_target!(|data: &[u8]| {
    let pool = pool();
    let Some((leaf, data)) = choice(data) else { return };
    let Some((trusted, data)) = choice(data) else { return };
    let Some((sent, data)) = choice(data) else { return };
    let (sent, fetched) = data.split_at(sent.min(data.len()));
    let mut store = Store::default();
    for root in pool.roots.iter().enumerate().filter(|(bit, _)| trusted >> bit & 1 == 1) {
        store.add_certificate(root.1.clone(), "roots.pem");
    }
    let leaf = &pool.leaves[leaf % pool.leaves.len()];
    let message = [leaf].into_iter().chain(picked(&pool.authorities, sent));
    let presented = Presented::from_message(message.map(Certificate::der), Source::Server);
    let at = "2030-01-01".parse().expect("a time");

    let work = Arc::new(Work::default());
    let chain =
        Chain { presented: presented.clone(), store: store.clone(), at, work: Arc::clone(&work) };
    let answers = fetched
        .chunks(16)
        .map(|some| picked(&pool.authorities, some).into_iter().cloned().collect());
    let (issuers, _) = fuzzing::issuers_among(&chain, answers.collect());
    let issuers = issuers.candidates();

    let name = ServerName::try_from("plc.test").expect("a name");
    let question = Question { name: Some(&name), at, work: &work };
    let found = path::find(&presented, &issuers, &store, question);
    let traces = path::trace(&presented, &issuers, &store, question);
    let (paths, signatures) = work.done();
    assert!(paths <= MAX_PARTIAL_PATHS, "{paths} partial paths");
    assert!(signatures <= MAX_SIGNATURE_CHECKS, "{signatures} signatures");
    assert!(traces.found.len() <= path::MAX_TRACES);
    for path in found.iter().flat_map(|paths| &paths.found) {
        assert!(pool.roots.contains(&path.anchor.certificate));
        assert_eq!(&path.certificates[0], leaf);
    }
    // The outcome depends only on the remaining work, not on earlier steps.
    if work.spent().is_none() {
        let again = Work::default();
        let question = Question { name: Some(&name), at, work: &again };
        let again = path::find(&presented, &issuers, &store, question);
        let paths = |found: &Result<path::Paths, _>| found.as_ref().ok().map(|it| it.found.clone());
        assert_eq!(paths(&again), paths(&found));
    }
});
