//! What devices accept and browsers do not: certgrab writes it with a warning, and the library that
//! reads the output connects with what was written. If the library refuses, nothing is written.

use std::collections::HashMap;
use std::fs;

use certgrab::internals::lab::pki::Built;

use super::departures::departures;
use tempfile::TempDir;

use super::Wish;
use super::chains::{Chains, pem_of};
use super::clients::Clients;
use crate::support::certgrab;

/// Names only in the common name, and X.509 version 1 certificates, as home brokers have them.
const DEPARTURES: [&str; 7] = [
    "name-cn-only",
    "name-cn-one-label",
    "name-ip-cn",
    "v1-leaf-cn",
    "v1-root",
    "v1-root-direct",
    "v1-both",
];

/// Each format with its file and a library that reads it.
const FORMATS: [(&str, &str, &str); 9] = [
    ("arduino", "root_ca.h", "mbedtls-2.28"),
    ("arduino", "root_ca.h", "mbedtls-3.6-notime"),
    ("esp-idf", "root_ca.h", "mbedtls-3.6-notime"),
    ("esp8266", "root_ca.h", "bearssl-x509list"),
    ("wolfssl", "root_ca.h", "wolfssl"),
    ("python", "root_ca.py", "python"),
    ("java", "RootCa.java", "java"),
    ("go", "root_ca.go", "go"),
    ("rust", "root_ca.rs", "rustls-aws"),
];

/// A file to write, and what the library gets: the anchors in the file, or those it should have contained.
struct Asked {
    what: String,
    library: &'static str,
    is_written: bool,
    built: Built,
}

/// Writes `built` in `format`, and reads the file back.
fn asked(id: &str, built: Built, (format, output, library): (&str, &str, &'static str)) -> Asked {
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, content: String| {
        fs::write(folder.path().join(name), content).expect("a file");
    };
    file("chain.pem", pem_of(&built.sent));
    file("root.pem", pem_of(&built.anchors));
    let target = format!("{}:8883", built.host);
    let words = ["--at", "2026-06-01", "--from", "chain.pem", "--roots", "root.pem", "--emit"];
    let written = certgrab()
        .args([target.as_str()])
        .args(words)
        .args([format!("{format}={output}")])
        .in_folder(folder.path())
        .ends();
    let what = format!("{id}, --emit {format}: {}", written.err());
    if !folder.path().join(output).exists() {
        return Asked { what, library, is_written: false, built };
    }
    if !id.contains("root") {
        assert!(written.err().contains("but the rules of browsers refuse this chain"), "{what}");
    }
    let read = certgrab().args(["convert", output, "--emit", "pem"]).in_folder(folder.path());
    let read = read.ends();
    assert!(read.err().is_empty(), "{what}{}", read.err());
    let blocks = pem::parse_many(read.out()).expect("PEM").into_iter();
    let anchors = blocks.map(pem::Pem::into_contents).collect();
    Asked { what, library, is_written: true, built: Built { anchors, ..built } }
}

#[test]
fn what_only_devices_accept_is_written_and_connects() {
    let Some(clients) = Clients::build(Wish::of_environment().all) else { return };
    let all = departures();
    let place = |id: &&str| all.iter().position(|one| one.id == *id).expect("a departure");
    let chosen = DEPARTURES.iter().map(|id| vec![place(id)]).collect();
    let chains = Chains::make(&all, chosen);
    let formats = FORMATS.into_iter().filter(|(_, _, library)| clients.has(library));
    let mut rows = Vec::new();
    for format in formats {
        for (id, one) in DEPARTURES.iter().zip(&chains.all) {
            rows.push(asked(id, one.built.clone(), format));
        }
    }
    let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        places.entry(row.library).or_default().push(place);
    }
    let written = Chains::of(rows.iter().map(|row| row.built.clone()).collect());
    let verdicts: HashMap<_, _> = clients.judge_some(&written, places).into_iter().collect();
    for (place, row) in rows.iter().enumerate() {
        let verdict = &verdicts[row.library][place];
        assert_eq!(row.is_written, verdict.connects(), "{}: {verdict:?}", row.what);
    }
    assert!(rows.iter().filter(|row| row.is_written).count() > rows.len() / 2);
}
