//! A committed file with constants in any language: findings have a place in it, and their text is clean.
#![no_main]

use std::path::Path;

use certgrab::internals::{check, trust::store};
use certgrab_fuzz::{assert_clean, choice};
use libfuzzer_sys::fuzz_target;

const FILES: [&str; 12] = [
    "a.h", "a.c", "a.ino", "a.rs", "a.py", "a.yaml", "a.json", "a.toml", "a.pem", "a.der", "a.bin",
    "a.go",
];

/// Whether the line has the start of a PEM block in a comment.
fn is_commented_out(line: &[u8]) -> bool {
    let marks: [&[u8]; 5] = [b"//", b"/*", b"*", b"#", b";"];
    let code = line.trim_ascii_start();
    marks.iter().any(|mark| code.starts_with(mark))
        && code.windows(11).any(|words| words == b"-----BEGIN ")
}

fuzz_target!(|data: &[u8]| {
    let Some((file, content)) = choice(data) else { return };
    let path = Path::new(FILES[file % FILES.len()]);
    let reading = check::read(path, content);
    let lines = content.iter().filter(|byte| **byte == b'\n').count() + 1;
    for finding in reading.findings.listed() {
        assert_clean(&finding.message);
        finding.action.iter().for_each(|action| assert_clean(action));
        assert!(
            (1..=lines).contains(&finding.place.line),
            "line {} of {lines}",
            finding.place.line
        );
    }
    for anchor in &reading.anchors {
        assert!((1..=lines).contains(&anchor.place.line), "line {} of {lines}", anchor.place.line);
        anchor.name.iter().for_each(|name| assert_clean(name));
    }
    // Each CA that the root store reads in a data file is found in it or has a finding. `check` reads only
    // constants of a code file, ignores blocks in comments, and sets leaf certificates aside, which may be the
    // device's own.
    let is_data = ["a.pem", "a.der", "a.bin"].iter().any(|name| path == Path::new(name));
    if !is_data || content.split(|byte| *byte == b'\n').any(is_commented_out) {
        return;
    }
    if let Ok(certificates) = store::certificates_in(content, path) {
        let held: Vec<_> =
            reading.anchors.iter().filter_map(|one| one.certificate.as_ref()).collect();
        for root in certificates.iter().filter(|one| one.extensions().is_authority) {
            let found = held.iter().any(|one| *one == root);
            assert!(found || !reading.findings.is_empty(), "check finds what roots have");
        }
    }
});
