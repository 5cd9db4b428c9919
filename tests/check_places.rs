//! Every finding is reported with its place, in every form of certificates.

use std::{fs, path::Path};

use certgrab::check::{self, FileReport, Knowledge};
use certgrab::internals::trust::store::Store;

use crate::support::{certgrab, pki::pem_of};

/// Files of the collection with one bad certificate each, and a valid one.
const BAD: [&str; 5] = [
    "23_expired_and_dropped.h",
    "01_good.pem",
    "29_dropped.pem",
    "32_lookalike_root.h",
    "33_weak_key.crt",
];

pub(crate) fn collection(file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/check").join(file);
    let reading = check::read(Path::new(file), &fs::read(path).unwrap());
    reading.anchors[0].certificate.as_ref().unwrap().der().to_vec()
}

fn report(file: &str, content: &[u8]) -> FileReport {
    let reading = check::read(Path::new(file), content);
    let store = Store::mozilla();
    let at = "2027-02-01".parse().unwrap();
    let found = check::lint(&reading, &Knowledge { store: &store, at, horizon_days: 90 });
    FileReport::of(reading, found)
}

/// What distinguishes findings apart from their place.
pub(crate) fn keys(report: &FileReport) -> Vec<(String, String, String)> {
    let mut keys: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| {
            let certificate = finding.certificate.map(|one| one.to_string()).unwrap_or_default();
            (certificate, finding.code.to_owned(), finding.severity.word().to_owned())
        })
        .collect();
    keys.sort();
    keys
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let bytes = length.to_be_bytes();
    let significant = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    let mut out = vec![tag];
    if length > 0x7f {
        out.push(0x80 | significant.len() as u8);
        out.extend(significant);
    } else {
        out.push(length as u8);
    }
    out.extend(content);
    out
}

/// A PKCS #7 message with only `certificates` (RFC 2315 section 9.1).
pub(crate) fn pkcs7(certificates: &[Vec<u8>]) -> Vec<u8> {
    let data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    let signed_data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let body = [
        b"\x02\x01\x01\x31\x00".to_vec(),
        der(0x30, data),
        der(0xa0, &certificates.concat()),
        b"\x31\x00".to_vec(),
    ]
    .concat();
    der(0x30, &[signed_data.to_vec(), der(0xa0, &der(0x30, &body))].concat())
}

/// The same certificates in forms that contain several.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    let certificates: Vec<_> = BAD.map(collection).into();
    let ders: Vec<_> = certificates.iter().map(|one| one.clone().into()).collect();
    let pem = pem_of(&ders);
    let message = pkcs7(&certificates);
    let quoted = pem.replace('\n', "\\n");
    let blocks: Vec<_> =
        ders.iter().map(|one| pem_of(std::slice::from_ref(one)).replace('\n', "\\n")).collect();
    let literals = blocks.iter().map(|block| format!("\"{block}\"")).collect::<Vec<_>>();
    let numbers = |bytes: &[u8]| bytes.iter().map(|one| format!("{one},")).collect::<String>();
    vec![
        ("ca.pem", pem.clone().into_bytes()),
        ("ca.p7b", message.clone()),
        ("ca_pem.p7b", pem::encode(&pem::Pem::new("PKCS7", message)).into_bytes()),
        ("one_line.json", format!("{{\"ca\": \"{quoted}\"}}\n").into_bytes()),
        ("four.json", format!("{{\"ca\": [{}]}}\n", literals.join(", ")).into_bytes()),
        ("lines.json", format!("{{\"ca\": \"{}\"}}\n", blocks.join("")).into_bytes()),
        ("one_line.h", format!("const char ca[] = \"{quoted}\";\n").into_bytes()),
        ("raw.cpp", format!("const char* ca = R\"CA({pem})CA\";\n").into_bytes()),
        ("bytes.c", format!("const char ca[] = {{{}0}};\n", numbers(pem.as_bytes())).into_bytes()),
        ("image.bin", [b"\x7fELF\x00\x01".to_vec(), pem.clone().into_bytes()].concat()),
    ]
}

#[test]
fn several_certificates_have_the_same_findings_in_every_form() {
    let forms = forms();
    let expected = keys(&report(forms[0].0, &forms[0].1));
    let codes: Vec<_> = expected.iter().map(|(_, code, _)| code.as_str()).collect();
    for code in ["expired", "root-dropped", "lookalike-root", "weak-key"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    // Each literal of an array is a separate constant.
    let alone = |found: Vec<(String, String, String)>| -> Vec<_> {
        found.into_iter().map(|(certificate, code, _)| (certificate, code)).collect()
    };
    for (name, content) in &forms {
        let found = keys(&report(name, content));
        match *name {
            "four.json" => assert_eq!(alone(found), alone(expected.clone()), "{name}"),
            _ => assert_eq!(found, expected, "{name}"),
        }
    }
}

#[test]
fn the_exit_code_for_several_is_the_same_in_every_form() {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, content) in forms() {
        fs::write(folder.path().join(name), content).unwrap();
        let run = certgrab().args(["check", "--offline", "--at", "2027-02-01", name]);
        run.in_folder(folder.path()).fails_with(1);
    }
}

#[test]
fn certificates_on_one_line_are_numbered() {
    for (name, content) in forms() {
        let report = report(name, &content);
        for finding in report.findings() {
            let is_numbered = finding.place.part.is_some();
            let is_on_one_line = ["p7b", "json", "h", "c"]
                .iter()
                .any(|end| Path::new(name).extension().is_some_and(|found| found == *end));
            assert_eq!(is_numbered, is_on_one_line, "{name}: {finding:?}");
        }
    }
    let (name, content) = &forms()[1];
    let text = check::output::text(&report(name, content));
    assert!(text.contains("(certificate 1 of 5) [expired]"), "{text}");
    assert!(text.contains("(certificate 5 of 5) [weak-key]"), "{text}");
}

#[test]
fn two_damaged_blocks_on_one_line_are_two_findings() {
    let block = "-----BEGIN CERTIFICATE-----\\nMII\\n-----END CERTIFICATE-----\\n";
    let report = report("ca.json", format!("{{\"a\": \"{block}{block}\"}}\n").as_bytes());
    let text = check::output::text(&report);
    assert_eq!(report.findings().len(), 2, "{text}");
    assert!(text.contains("(certificate 2 of 2) [pem-damaged]"), "{text}");
}

#[test]
fn a_block_in_a_binary_file_is_found_by_its_offset() {
    let report = forms().into_iter().find(|(name, _)| *name == "image.bin").unwrap();
    let text = check::output::text(&self::report(report.0, &report.1));
    assert!(text.starts_with("image.bin+0x6: "), "{text}");
}
