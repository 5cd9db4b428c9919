//! A lock or another PEM file: reading what was written gives the same.
#![no_main]

use certgrab::Diagnostic as _;
use certgrab::internals::output::lock;
use certgrab_fuzz::assert_clean;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &[u8]| {
    match lock::read(content, Some(("plc.test", 8883))) {
        Ok(bundle) => {
            let written = lock::write(&bundle);
            for line in written.lines() {
                assert_clean(line);
            }
            let again = lock::read(written.as_bytes(), None).expect("what was written is read");
            assert_eq!(format!("{bundle:?}"), format!("{again:?}"));
            assert_eq!(lock::write(&again), written);
            // A second reader finds the same certificates in it.
            let blocks = pem::parse_many(&written).expect("PEM");
            let ders: Vec<_> = bundle.entries.iter().map(|entry| entry.certificate.der()).collect();
            assert_eq!(blocks.iter().map(pem::Pem::contents).collect::<Vec<_>>(), ders);
        }
        Err(error) => {
            assert_clean(&error.to_string());
            error.hint().iter().for_each(|hint| assert_clean(hint));
            let lines = content.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!(error.line.is_none_or(|line| (1..=lines).contains(&line)), "{:?}", error.line);
        }
    }
});
