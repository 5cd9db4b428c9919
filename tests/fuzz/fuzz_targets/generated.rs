//! A lock, then the generated files: for any valid lock, each format is the same at every run, bounded by its
//! input, clean, and contains only the lock's certificates; the lock's text stays in comments and literals.
#![no_main]

use std::path::Path;

use certgrab::internals::{
    check,
    output::{
        emit::{self, FORMATS, Identifier},
        lock,
    },
};
use certgrab_fuzz::{assert_clean, lexer};
use libfuzzer_sys::fuzz_target;

/// Bytes of a format per byte of the lock, and of its fixed text: an array of numbers takes six for a byte of
/// DER, a list of characters as many, and an escape up to ten.
const MOST_FOR_A_BYTE: usize = 40;
const MOST_BY_ITSELF: usize = 64 * 1024;

fuzz_target!(|content: &[u8]| {
    let Ok(bundle) = lock::read(content, Some(("plc.test", 8883))) else { return };
    let name = Identifier::for_host(&bundle.host, "root_ca");
    for format in FORMATS {
        let Ok(written) = emit::render(&bundle, *format, &name) else { continue };
        assert_eq!(emit::render(&bundle, *format, &name).ok().as_ref(), Some(&written));
        let most = content.len() * MOST_FOR_A_BYTE + MOST_BY_ITSELF;
        assert!(written.len() <= most, "{}: {} bytes", format.name, written.len());
        if !format.is_text {
            continue;
        }
        let written = String::from_utf8(written).expect("UTF-8");
        for line in written.split('\n') {
            assert_clean(&line.replace('\t', " "));
        }
        let is_c = written.starts_with("/*") || format.name == "zephyr";
        let (path, taken_apart) = match format.name {
            _ if is_c => ("a.h", Some(lexer::c(&written))),
            _ if format.name.ends_with("python") => ("a.py", Some(lexer::python(&written))),
            _ if format.name.starts_with("rust") => ("a.rs", None),
            "go" => ("a.go", None),
            "esphome" => ("a.yaml", None),
            _ => ("a.pem", None),
        };
        assert!(taken_apart.is_none_or(|tokens| tokens.is_some()), "{}: {written}", format.name);
        let reading = check::read(Path::new(path), written.as_bytes());
        let mut held = reading.anchors.iter().filter_map(|held| held.certificate.as_ref());
        let is_of_the_lock = |one: &_| bundle.entries.iter().any(|entry| entry.certificate == *one);
        assert!(held.all(is_of_the_lock), "{}: {written}", format.name);
    }
});
