//! Choosing among anchors: how long they last, which others are written, and the verdict on every path.

use std::{fs, sync::Arc};

use certgrab::internals::chain::Presented;
use certgrab::internals::chain::{Fetched, Issuers};
use certgrab::internals::{
    judge::{
        prove::Verified,
        rank::{Candidate, Reason},
    },
    run::grab::{self, Options},
    text::foreign::Foreign,
    trust::store::{Source, Store},
    x509::certificate::Certificate,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::support::{
    Pki, certgrab,
    pki::{pem_of, sha256},
    real,
    run::Run,
};

/// The command for a recorded chain; `None` if the chains are missing.
pub(crate) fn real_chain(name: &str) -> Option<Run> {
    Some(verbose_chain(name)?.args(["-q"]))
}

/// The same, with everything the command prints.
pub(crate) fn verbose_chain(name: &str) -> Option<Run> {
    let folder = real::shared("chains")?.join(name);
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect("a file of the chain");
    let facts: serde_json::Value = serde_json::from_str(&read("meta.json")).expect("facts");
    let text = |key: &str| facts[key].as_str().expect("a text").to_owned();
    let pem = read("leaf.pem") + &read("intermediates.pem");
    let words = [text("host"), "--at".to_owned(), text("time")];
    Some(certgrab().args(["--from", "-"]).args(words).reading(pem))
}

fn fingerprints(pem: &str) -> Vec<String> {
    let blocks = pem::parse_many(pem).expect("PEM");
    blocks.iter().map(|block| sha256(block.contents())[..8].to_owned()).collect()
}

#[test]
fn a_required_lifetime_outranks_nearness() {
    // ISRG Root X1 is as near as X2 in this chain, and leaves the store in 2030.
    let Some(run) = real_chain("le-e5-x1-x2") else { return };
    let document = run.args(["--json", "--lifetime", "10y"]).succeeds().json();
    assert_eq!(document["anchor"]["lasts_until"], "2035-09-04T00:00:00Z");

    let pki = Pki::root("Plant Root").leaf("plc.test");
    let run = |span: &str| {
        certgrab()
            .args(["plc.test", "--emit", "pem", "--at", "2030-01-01", "--lifetime", span])
            .args(["--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
    };
    run("20y").succeeds();
    run("7305d").succeeds();
    run("21y").fails_with(1).stdout("").stderr(
        "certgrab: error: no root of this chain lasts until 2051-01-01; \
         `CN=Plant Root` lasts longest, until 2050-01-01\n",
    );
    run("2049-12-31").succeeds();
    run("2050-02-01").fails_with(1).stdout("").stderr(
        "certgrab: error: no root of this chain lasts until 2050-02-01; \
         `CN=Plant Root` lasts longest, until 2050-01-01\n",
    );
    let text = run("long").fails_with(2).err();
    assert!(
        text.contains("expected years, days or a date, such as 10y, 90d or 2027-04-15"),
        "{text}"
    );
}

/// A CA valid from 2020 until the first day of `year`.
fn authority(name: &str, year: i32) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(year, 1, 1);
    params
}

/// `params` signed by the key of the CA `name`.
fn signed(params: &CertificateParams, key: &KeyPair, name: &str, by: &KeyPair) -> Vec<u8> {
    let above = authority(name, 2060);
    let issuer = Issuer::from_params(&above, by);
    params.signed_by(key, &issuer).expect("a certificate").der().to_vec()
}

/// The result for the leaf, the certificates `sent` and those `found` elsewhere, if `roots` are trusted.
fn concluded(sent: &[Vec<u8>], found: &[Vec<u8>], roots: &[Vec<u8>]) -> Verified {
    let read = |der: &Vec<u8>| Certificate::from_der(der).expect("a certificate");
    let folder = tempfile::TempDir::new().expect("a folder");
    let file = folder.path().join("roots.pem");
    let blocks = roots.iter().map(|der| pem::encode(&pem::Pem::new("CERTIFICATE", der.clone())));
    fs::write(&file, blocks.collect::<String>()).expect("a file");
    let mut store = Store::default();
    store.add_path(&file).expect("roots");
    let options = Options::new(store, "2030-01-01".parse().expect("a time"));
    let fetched = |der| Fetched { certificate: read(der), url: Foreign::text("http://aia.test/") };
    let issuers =
        Issuers { certificates: found.iter().map(fetched).collect(), attempts: Vec::new() };
    let presented = Presented::from_message(sent.iter().map(Vec::as_slice), Source::Server);
    let target = "plc.test".parse().expect("a target");
    let grab = grab::conclude(presented, issuers, &target, &options, Arc::default());
    grab.verdict.expect("an anchor").verified
}

fn subject(candidate: &Candidate) -> String {
    candidate.root.certificate.subject().text().line()
}

#[test]
fn nearness_outranks_expiry() {
    let [near, far, leaf] = [(); 3].map(|()| KeyPair::generate().expect("a key"));
    let near_root = authority("Near Root", 2035).self_signed(&near).expect("a root");
    let far_root = authority("Far Root", 2060).self_signed(&far).expect("a root");
    let cross = signed(&authority("Near Root", 2050), &near, "Far Root", &far);
    let server = CertificateParams::new(["plc.test".to_owned()]).expect("a leaf");
    let server = signed(&server, &leaf, "Near Root", &near);
    let roots = [near_root, far_root].map(|root| root.der().to_vec());
    let verified = concluded(&[server, cross], &[], &roots);
    let (anchor, other) = (verified.anchor(), &verified.alternatives()[0]);
    assert_eq!((subject(anchor), &anchor.reason), ("CN=Near Root".to_owned(), &Reason::Nearest));
    let behind = Reason::BehindCrossSign(Foreign::text("CN=Near Root"));
    assert_eq!((subject(other), &other.reason), ("CN=Far Root".to_owned(), &behind));
    assert!(anchor.lasts.until < other.lasts.until);
}

#[test]
fn a_sufficient_root_outranks_a_nearer_one() {
    let [near, far, middle, issuing, leaf] = [(); 5].map(|()| KeyPair::generate().expect("a key"));
    let near_root = authority("Near Root", 2060).self_signed(&near).expect("a root");
    let far_root = authority("Far Root", 2035).self_signed(&far).expect("a root");
    let by_near = signed(&authority("Issuing", 2050), &issuing, "Near Root", &near);
    let by_middle = signed(&authority("Issuing", 2050), &issuing, "Middle", &middle);
    let middle = signed(&authority("Middle", 2050), &middle, "Far Root", &far);
    let server = CertificateParams::new(["plc.test".to_owned()]).expect("a leaf");
    let server = signed(&server, &leaf, "Issuing", &issuing);
    let roots = [near_root, far_root].map(|root| root.der().to_vec());
    let verified = concluded(&[server, by_middle, middle], &[by_near], &roots);
    let (anchor, other) = (verified.anchor(), &verified.alternatives()[0]);
    assert_eq!((subject(anchor), &anchor.reason), ("CN=Far Root".to_owned(), &Reason::Sufficient));
    assert_eq!((subject(other), &other.reason), ("CN=Near Root".to_owned(), &Reason::Insufficient));
    assert!(anchor.path.certificates.len() > other.path.certificates.len());
    assert!(anchor.lasts.until < other.lasts.until);
}

#[test]
fn the_longest_lasting_of_equally_near_anchors_is_chosen() {
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    // Amazon Root CA 1 is nearest and lasts until 2030; no other one lasts longer.
    let text = run.args(["--lifetime", "9y"]).fails_with(1).err();
    assert!(text.contains("Amazon Root CA 1"), "{text}");
    assert!(text.contains("lasts longest, until 2030-05-26"), "{text}");
}

#[test]
fn a_cross_signed_certificate_limits_its_roots_lifetime() {
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    let document = run.args(["--json"]).succeeds().json();
    let other = &document["alternatives"][0];
    assert!(other["subject"].as_str().is_some_and(|name| name.contains("Starfield Services")));
    // 2027-04-15 by its own schedule, before the cross-signed certificate expires in 2037.
    assert_eq!(other["lasts_until"], "2027-04-15T00:00:00Z");

    // Root X is also trusted as a cross-signed certificate; Old Root above it expires with it.
    let old = Pki::root("Old Root")
        .intermediate_with("Root X", |one| one.not_after = date_time_ymd(2032, 1, 1))
        .intermediate("Int")
        .leaf("plc.test");
    let roots = old.file("roots.pem");
    let der = &old.path()[2];
    let both = crate::support::pki::pem_of(&[der.clone(), old.root_der().clone()]);
    fs::write(&roots, both).expect("a file");
    let document = certgrab()
        .args(["plc.test", "--json", "--at", "2030-01-01", "--from"])
        .args([old.chain_file()])
        .trusting(roots)
        .succeeds()
        .json();
    assert_eq!(document["anchor"]["subject"], "CN=Old Root");
    assert_eq!(document["anchor"]["lasts_until"], "2032-01-01T00:00:00Z");
    assert_eq!(document["alternatives"][0]["subject"], "CN=Root X");
}

#[test]
fn backups_and_siblings_follow_the_anchor_with_their_reason() {
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    let pem = run.args(["--emit", "pem", "--backup"]).succeeds().out();
    assert_eq!(fingerprints(&pem), ["8ecde688", "568d6905"]);

    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    let header = run.args(["--emit", "c", "--siblings"]).succeeds().out();
    for (name, reason) in [
        ("Amazon Root CA 2", "sibling"),
        ("Amazon Root CA 3", "sibling"),
        ("Amazon Root CA 4", "from the same organisation"),
    ] {
        assert!(header.contains(name) && header.contains(reason), "{name}: {header}");
    }

    let Some(run) = real_chain("gts-we1-r4-xsign") else { return };
    let pem = run.args(["--emit", "pem", "--siblings"]).succeeds().out();
    let prints = fingerprints(&pem);
    // R3 and R1; R2 is not in Mozilla's store.
    assert_eq!(prints, ["349dfa40", "34d8a73e", "d947432a"]);

    let Some(run) = real_chain("le-r10-x1") else { return };
    let pem = run.args(["--emit", "pem", "--siblings"]).succeeds().out();
    assert_eq!(fingerprints(&pem), ["96bcec06", "69729b8e"], "ISRG X1 and X2");
}

#[test]
fn additional_anchors_are_shown_with_their_reason() {
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    let report = run.args(["--backup", "--siblings"]).succeeds().out();
    for line in [
        "backup     CN=Starfield Services Root Certificate Authority - G2,O=Starfield \
         Technologies\\, Inc.,L=Scottsdale,ST=Arizona,C=US, until 2027-04-15: longer path: fails \
         if the server stops sending the cross-signed certificate \
         `CN=Amazon Root CA 1,O=Amazon,C=US`\n",
        "sibling    CN=Amazon Root CA 2,O=Amazon,C=US, until 2030-05-26: from the same \
         organisation: the server's next certificates may chain to it\n",
    ] {
        assert!(report.contains(line), "{line} is not in {report}");
    }
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    let document = run.args(["--json", "--backup", "--siblings"]).succeeds().json();
    let besides = document["besides"].as_array().expect("an array");
    let roles: Vec<_> = besides.iter().map(|one| one["role"].as_str().expect("a role")).collect();
    assert_eq!(roles, ["backup", "sibling", "sibling", "sibling"]);
    let is_named = |name: &str| besides.iter().any(|one| one["subject"] == name);
    assert!(is_named("CN=Amazon Root CA 2,O=Amazon,C=US"), "{besides:?}");
    assert!(besides.iter().all(|one| one["reason"].as_str().is_some_and(|text| !text.is_empty())));

    // The message says if there is nothing to write.
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let run = || {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--backup", "--siblings", "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
    };
    let none = [
        ("backup", "no other root verifies the server with the chain it sends"),
        ("sibling", "Mozilla's store has no other valid root of the anchor's organisation"),
    ];
    let report = run().succeeds().out();
    let error = run().args(["--emit", "pem"]).succeeds().err();
    for (word, reason) in none {
        assert!(report.contains(&format!("\n{word:<11}none: {reason}\n")), "{report}");
        assert!(error.contains(&format!("warning: no {word}: {reason}\n")), "{error}");
    }
    assert_eq!(run().args(["--json"]).succeeds().json()["besides"], serde_json::json!([]));
    let server = crate::support::Server::presenting(&pki);
    crate::support::grab(&server).args(["--survey", "--backup"]).fails_with(2).stdout("").stderr(
        "certgrab: error: `--survey` cannot be combined with `--what`, `--backup` or `--siblings`\n\
         certgrab: hint: leave them out: only the anchors are written\n",
    );
}

#[test]
fn mozillas_copy_of_an_anchor_is_written() {
    let Some(folder) = real::shared("chains/gts-wr2-r1-xsign") else { return };
    let Some(run) = real_chain("gts-wr2-r1-xsign") else { return };
    // The file also contains the older copy of GTS Root R1, and GlobalSign Root CA, which signed it. The anchor
    // is the copy that others use.
    let pem = run
        .args(["--emit", "pem", "--roots", "mozilla"])
        .trusting(folder.join("roots.pem"))
        .succeeds()
        .out();
    assert_eq!(fingerprints(&pem), ["d947432a"]);
}

#[test]
fn every_path_is_shown_with_its_verdict_and_the_reason() {
    let Some(run) = real_chain("le-r3-x1-dst") else { return };
    let folder = real::shared("chains/le-r3-x1-dst").expect("it was there");
    let text = run.args(["--paths"]).trusting(folder.join("roots.pem")).succeeds().out();
    let expected = "
path 1     holds
  CN=ISRG Root X1,O=Internet Security Research Group,C=US, until 2035-06-04, SHA-256 96bcec06264976f3...
  CN=R3,O=Let's Encrypt,C=US, until 2025-09-15, SHA-256 67add1166b020ae6...
  CN=cryptography.io, until 2023-08-27, SHA-256 72d8f5a91d1b8e7b...
";
    assert!(text.contains(expected), "{text}");
    // The root that cross-signed ISRG Root X1 had expired: the path that broke many devices.
    let expired = "\npath 2     `CN=DST Root CA X3,O=Digital Signature Trust Co.` expired at";
    assert!(text.contains(expired), "{text}");

    let document = real_chain("godaddy-g2-class2").expect("it was there").args(["--json"]);
    let document = document.succeeds().json();
    let paths = document["paths"].as_array().expect("paths");
    assert_eq!(paths[0]["valid"], true);
    assert!(paths.iter().all(|path| path["valid"] == path["problem"].is_null()), "{paths:?}");

    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let text = certgrab()
        .args(["plc.test", "--paths", "--at", "2030-01-01", "--from"])
        .args([pki.chain_file()])
        .fails_with(1)
        .out();
    assert!(
        text.contains(
            "\npath 1     `CN=Plant Issuing` is issued by `CN=Plant Root`, which the server did \
             not send and Mozilla's store does not have\n"
        ),
        "{text}"
    );
}

#[test]
fn a_leaf_in_the_users_roots_is_an_anchor_only_if_self_signed() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let all = pki.file("all.pem");
    std::fs::write(&all, pem_of(pki.path())).expect("a file");
    let run = |roots: &std::path::Path| {
        certgrab()
            .args(["plc.test", "--paths", "--json", "--at", "2030-01-01", "--from"])
            .args([pki.chain_file()])
            .trusting(roots)
    };
    let paths = |document: serde_json::Value| {
        let path = |path: &serde_json::Value| {
            let certificates = path["certificates"].as_array().expect("certificates").len();
            (certificates, path["problem"].is_null())
        };
        document["paths"].as_array().expect("paths").iter().map(path).collect::<Vec<_>>()
    };
    assert_eq!(paths(run(&all).succeeds().json()), [(2, true)]);
    let leaf = pki.file("leaf.pem");
    std::fs::write(&leaf, pem_of(&pki.path()[..1])).expect("a file");
    assert_eq!(paths(run(&leaf).fails_with(1).json()), [(1, false)]);
}
