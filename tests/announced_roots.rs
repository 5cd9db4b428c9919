//! Roots that are announced and not yet in Mozilla's store.

use std::{fs, path::Path};

use certgrab::internals::{
    judge::work::Work,
    trust::{announced::ANNOUNCED, removed::anchor_sha256, store::mozilla_list},
    x509::certificate::{Certificate, Sha256},
};

use crate::choosing::{real_chain, verbose_chain};

/// The certificates below each line with `key`, with the address in it.
fn published(key: &str) -> Vec<(String, Certificate)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/roots/announced.pem");
    let text = fs::read_to_string(path).unwrap();
    let parts = text.split_inclusive("-----END CERTIFICATE-----\n");
    let certificate = |part: &str| {
        let url = part.lines().next()?.strip_prefix(key)?.to_owned();
        Some((url, Certificate::from_der(pem::parse(part).ok()?.contents()).ok()?))
    };
    parts.filter_map(certificate).collect()
}

#[test]
fn announced_roots_match_their_owner_and_are_cross_signed() {
    let work = Work::default();
    let roots = published("Root: ");
    let cross_signed = published("Cross-signed: ");
    assert_eq!(roots.len(), ANNOUNCED.len());
    for (row, (url, root)) in ANNOUNCED.iter().zip(&roots) {
        assert_eq!((row.url, row.sha256), (url.as_str(), root.sha256().to_string().as_str()));
        assert_eq!(root.subject().short().unwrap().line(), row.name);
        assert_eq!(work.is_signed_by(root, root), Some(true), "{}", row.name);
        let twin = cross_signed.iter().find(|(_, one)| anchor_sha256(one) == anchor_sha256(root));
        let signer =
            mozilla_list().iter().find(|der| Sha256::of(der).to_string() == row.cross_signer);
        let signer = Certificate::from_der(signer.expect(row.name)).unwrap();
        assert_eq!(
            work.is_signed_by(&twin.expect(row.name).1, &signer),
            Some(true),
            "{}",
            row.name
        );
        // Once the store has it, it is an ordinary sibling: remove its row.
        let is_listed = mozilla_list().iter().any(|der| {
            let listed = Certificate::from_der(der).unwrap();
            anchor_sha256(&listed) == anchor_sha256(root)
        });
        assert!(!is_listed, "{} is in Mozilla's store now", row.name);
    }
}

#[test]
fn announced_roots_are_listed_but_not_written() {
    for option in ["--siblings", "--backup"] {
        let Some(run) = real_chain("le-r10-x1") else { return };
        let report = run.args([option]).succeeds().out();
        let Some(run) = verbose_chain("le-r10-x1") else { return };
        let written = run.args([option, "--emit", "pem"]).succeeds();
        let Some(run) = real_chain("le-r10-x1") else { return };
        let document = run.args([option, "--json"]).succeeds().json();
        for (row, (_, root)) in ANNOUNCED.iter().zip(published("Root: ")) {
            let offer = format!("`{}` is announced", row.name);
            assert!(report.contains(&format!("\nannounced  {offer}")), "{report}");
            assert!(written.err().contains(&format!("warning: {offer}")), "{}", written.err());
            assert!(
                !written.out().contains(&pem::encode(&pem::Pem::new("CERTIFICATE", root.der())))
            );
            let announced = document["announced"].as_array().unwrap();
            assert!(announced.iter().any(|one| one["sha256"] == row.sha256), "{announced:?}");
        }
    }
    let Some(run) = real_chain("le-r10-x1") else { return };
    assert!(!run.succeeds().out().contains("announced"));
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    assert!(!run.args(["--siblings"]).succeeds().out().contains("announced"));
}

#[test]
fn siblings_are_advised_if_chrome_will_drop_some_roots() {
    let advice = "from 2027-09-15 Chrome keeps at most 2 roots of an owner, and Mozilla's store has 4 of \
                  Amazon: `--siblings` writes them all\n";
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    let report = run.succeeds().out();
    assert!(report.contains(&format!("\n           {advice}")), "{report}");
    let Some(run) = real_chain("amazon-rca1-starfield") else { return };
    assert!(!run.args(["--siblings"]).succeeds().out().contains("Chrome"));
    // ISRG has two.
    let Some(run) = real_chain("le-r10-x1") else { return };
    assert!(!run.succeeds().out().contains("Chrome"));
}
