//! A certificate with names chosen by the fuzzer, in every format: certgrab's reader of committed files finds
//! its bytes, and its text stays in its place.
#![no_main]

use std::path::Path;

use certgrab::internals::{
    check,
    output::{
        bundle::{Bundle, Entry, Role},
        emit::{self, FORMATS, Identifier},
        lock,
    },
    text::foreign::Foreign,
    x509::certificate::{Certificate, KeyPossession},
};
use certgrab_fuzz::{assert_clean, certificate_named, choice, lexer};
use libfuzzer_sys::fuzz_target;

/// UTF8String, PrintableString, T61String, IA5String, UniversalString, BMPString.
const STRINGS: [u8; 6] = [0x0c, 0x13, 0x14, 0x16, 0x1c, 0x1e];

/// The extension of a format's file, and the reader of its language.
fn file(
    format: &str,
    template: &str,
) -> (&'static str, Option<fn(&str) -> Option<Vec<lexer::Token>>>) {
    match format {
        "zephyr" => ("a.inc", Some(lexer::c)),
        "go" => ("a.go", None),
        _ if format.starts_with("rust") => ("a.rs", None),
        _ if format.ends_with("python") => ("a.py", Some(lexer::python)),
        "esphome" => ("a.yaml", None),
        "node" => ("a.js", None),
        "swift" => ("a.swift", None),
        _ if template.starts_with("/*") => ("a.h", Some(lexer::c)),
        _ => ("a.pem", None),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((tag, data)) = choice(data) else { return };
    let Some((chosen, text)) = choice(data) else { return };
    let der = certificate_named(STRINGS[tag % STRINGS.len()], text);
    let certificate = Certificate::from_der(&der).expect("a certificate");
    let lossy = String::from_utf8_lossy(text);
    let mut entry = Entry::new(certificate.clone(), Role::Anchor, Foreign::text(&lossy));
    entry.reason = Some(Foreign::text(&lossy));
    entry.lasts_until = Some(certificate.not_after());
    let formats: Vec<_> = FORMATS.iter().filter(|format| format.is_text).collect();
    let format = formats[chosen % formats.len()];
    // A lock may have only servers there.
    let needed_by = if format.name == "lock" { "plc.test:8883" } else { &lossy };
    entry.needed_by = vec![Foreign::text(needed_by)];
    let host = "plc.test".to_owned();
    let bundle = Bundle::new(host, 8883, vec![entry], KeyPossession::NotProven);
    let name = Identifier::for_host("plc.test", "root_ca");
    if let Ok(written) = emit::render(&bundle, *format, &name) {
        let written = String::from_utf8(written).expect("UTF-8");
        for line in written.split('\n') {
            assert_clean(&line.replace('\t', " "));
        }
        let (path, read) = file(format.name, &written);
        if let Some(read) = read {
            assert!(read(&written).is_some(), "{}: {written}", format.name);
        }
        match format.name {
            "lock" => {
                let again = lock::read(written.as_bytes(), None).expect("a lock");
                assert_eq!(again.entries[0].certificate, certificate);
                assert_eq!(again.entries[0].reason, bundle.entries[0].reason);
                assert_eq!(again.entries[0].source, bundle.entries[0].source);
            }
            // Only names, keys and fingerprints.
            "android" | "bearssl" | "esp-bundle-h" | "ios" | "rust-anchor" | "sha1" | "sha256"
            | "spki-pin" | "tasmota" | "text" => {}
            _ => {
                let reading = check::read(Path::new(path), written.as_bytes());
                let held = reading.anchors.iter().filter_map(|held| held.certificate.as_ref());
                assert!(held.clone().any(|one| *one == certificate), "{}: {written}", format.name);
                assert!(held.into_iter().all(|one| *one == certificate), "{}", format.name);
            }
        }
    }
});
