//! Random graphs of CAs with cross-signed certificates, loops and lookalikes: a path is found exactly if there
//! is one.

use std::collections::HashMap;

use certgrab::internals::chain::Presented;
use certgrab::internals::{
    judge::{
        path::{self, Question},
        work::Work,
    },
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use proptest::prelude::*;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

/// The number of CAs.
const NODES: usize = 4;

/// A certificate for the CA `subject` by `issuer`, or by a lookalike of that name.
#[derive(Debug, Clone, Copy)]
struct Edge {
    subject: usize,
    issuer: usize,
    honest: bool,
}

fn graph() -> impl Strategy<Value = (Vec<Edge>, usize, usize)> {
    let edge = (0..NODES, 0..NODES, prop::bool::weighted(0.8))
        .prop_map(|(subject, issuer, honest)| Edge { subject, issuer, honest });
    (prop::collection::vec(edge, 0..7), 0..NODES, 0..NODES)
}

/// Whether signatures lead from `from` up to `to`.
fn reaches(edges: &[Edge], from: usize, to: usize) -> bool {
    let mut seen = [false; NODES];
    seen[from] = true;
    for _ in 0..NODES {
        for edge in edges.iter().filter(|edge| edge.honest) {
            seen[edge.issuer] |= seen[edge.subject];
        }
    }
    seen[to]
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key")
}

fn authority(node: usize) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("Authority {node}"));
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// The verdict of rustls-webpki without certgrab.
fn webpki(
    leaf: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    root: &CertificateDer<'_>,
) -> bool {
    let anchor = webpki::anchor_from_trusted_cert(root).expect("an anchor");
    let leaf = webpki::EndEntityCert::try_from(leaf).expect("a leaf");
    let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_790_000_000));
    leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &[anchor],
        others,
        at,
        webpki::KeyUsage::server_auth(),
        None,
        None,
    )
    .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn only_a_trusted_root_in_any_graph_of_authorities((edges, start, root) in graph()) {
        let keys: Vec<_> = (0..NODES).map(|_| key()).collect();
        let lookalike = key();
        let sign = |params: CertificateParams, key: &KeyPair, issuer: usize, by: &KeyPair| {
            let issuer = authority(issuer);
            let issuer = Issuer::from_params(&issuer, by);
            params.signed_by(key, &issuer).expect("a certificate").der().clone()
        };
        let mut params = CertificateParams::new(vec!["plc.test".to_owned()]).expect("parameters");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        let leaf = sign(params, &key(), start, &keys[start]);
        let others: Vec<_> = edges
            .iter()
            .map(|edge| {
                let by = if edge.honest { &keys[edge.issuer] } else { &lookalike };
                sign(authority(edge.subject), &keys[edge.subject], edge.issuer, by)
            })
            .collect();
        let trusted = authority(root).self_signed(&keys[root]).expect("a root").der().clone();

        let mut store = Store::default();
        store.add_certificate(Certificate::from_der(&trusted).expect("a root"), "root.pem");
        let message: Vec<&[u8]> =
            std::iter::once(&leaf).chain(&others).map(|der| &**der).collect();
        let presented = Presented::from_message(message, Source::Server);
        let name = ServerName::try_from("plc.test").expect("a name");
        let at = "2026-09-21".parse().expect("a time");
        let found = path::find(&presented, &[], &store, Question { name: Some(&name), at, work: &Work::default() });

        let expected = reaches(&edges, start, root);
        prop_assert_eq!(webpki(&leaf, &others, &trusted), expected);
        prop_assert_eq!(found.is_ok(), expected, "{:?}", found.err());
        let known: HashMap<&[u8], Edge> =
            others.iter().map(|der| &**der).zip(edges.iter().copied()).collect();
        for path in found.iter().flat_map(|paths| &paths.found) {
            prop_assert_eq!(path.anchor.certificate.der(), trusted.as_ref());
            prop_assert_eq!(path.certificates[0].der(), leaf.as_ref());
            let mut place = start;
            for certificate in &path.certificates[1..] {
                let edge = known[certificate.der()];
                prop_assert!(edge.honest && edge.subject == place);
                place = edge.issuer;
            }
            prop_assert_eq!(place, root);
        }
    }
}
