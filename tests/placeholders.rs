//! Placeholders in place of a certificate, and texts that are not placeholders; names of certificates, and
//! certificates that no known key signed.

use std::path::Path;

use certgrab::check;

use crate::support::pki::{Pki, pem_of};

fn codes(file: &str, content: &str) -> Vec<&'static str> {
    let reading = check::read(Path::new(file), content.as_bytes());
    reading.findings.listed().iter().map(|finding| finding.code).collect()
}

#[test]
fn boundaries_around_a_format_directive_are_not_a_constant() {
    let around = |body: &str| {
        let text = format!("-----BEGIN CERTIFICATE-----\\n{body}\\n-----END CERTIFICATE-----\\n");
        [
            ("a.c", format!("snprintf(out, n, \"{text}\", body);\n")),
            ("a.py", format!("pem = f\"{text}\"\n")),
            ("a.js", format!("const pem = `{text}`;\n")),
            ("a.rs", format!("let pem = format!(\"{text}\");\n")),
        ]
    };
    for body in ["%s", "%.*s", "%1$s", "{}", "{0}", "{body}", "${body}", "#{body}"] {
        for (file, content) in around(body) {
            assert_eq!(codes(file, &content), [""; 0], "{content}");
        }
    }
    for body in ["MIIB%s", "%d", "{{ ca }}"] {
        for (file, content) in around(body) {
            assert_eq!(codes(file, &content).len(), 1, "{content}");
        }
    }
}

#[test]
fn a_placeholder_has_one_finding_in_every_form() {
    let bodies = [
        "...",
        "....",
        "\u{2026}",
        "MII...",
        "MIIDdzCCAl+gAwIBAgIE...\n...\n...",
        "XXXXXXXX",
        "xxxxxxxxxxxxxxxx\nxxxxxxxxxxxxxxxx",
        "paste your certificate here",
        "PASTE YOUR CERT HERE",
        "<your certificate>",
        "{{ ca_certificate }}",
        "YOUR_ROOT_CA",
        "[CONTENT]",
        "ToDo",
    ];
    for body in bodies {
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        let lines: String = pem.lines().map(|line| format!("\"{line}\\n\"\n")).collect();
        let escaped = pem.replace('\n', "\\n");
        for (file, content) in [
            ("ca.pem", pem.clone()),
            (
                "ca.ino",
                format!(
                    "const char ca[] = R\"EOF(\n{pem})EOF\";\nvoid f() {{ c.setCACert(ca); }}\n"
                ),
            ),
            ("ca.h", format!("const char ca[] =\n{lines};\n")),
            ("ca.py", format!("CA = \"\"\"{pem}\"\"\"\n")),
            ("ca.json", format!("{{\"ca\": \"{escaped}\"}}\n")),
        ] {
            assert_eq!(codes(file, &content), ["placeholder"], "{body:?} in {file}: {content}");
        }
    }
}

#[test]
fn a_truncated_certificate_is_damaged_and_not_a_placeholder() {
    let pem = pem_of(&[Pki::root("Plant Root").leaf("plc.test").root_der().clone()]);
    let lines: Vec<_> = pem.lines().collect();
    let cut = [&lines[..lines.len() / 2], &lines[lines.len() - 1..]].concat().join("\n");
    for content in [cut + "\n", pem.replacen("MII", "M\u{e4}I", 1)] {
        assert_eq!(codes("ca.pem", &content), ["pem-damaged"], "{content}");
    }
    assert_eq!(codes("ca.pem", &pem), [""; 0]);
}

#[test]
fn another_key_under_the_same_name_is_a_warning() {
    let named = || {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "*.example-iot.test");
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params
    };
    let issuer = rcgen::Issuer::new(named(), rcgen::KeyPair::generate().unwrap());
    let pem = named().signed_by(&rcgen::KeyPair::generate().unwrap(), &issuer).unwrap().pem();
    let reading = check::read(Path::new("ca.pem"), pem.as_bytes());
    let (store, at) = (certgrab::Store::mozilla(), "2026-11-26".parse().unwrap());
    let knowledge = check::Knowledge { store: &store, at, horizon_days: 90 };
    let found = check::lint(&reading, &knowledge);
    let listed: Vec<_> = found.listed().iter().map(|one| (one.severity.word(), one.code)).collect();
    assert_eq!(listed, [("warning", "other-key-of-same-name")]);
}

#[test]
fn a_reference_to_an_embedded_file_gets_a_note() {
    let source = "extern const uint8_t ca[] asm(\"_binary_ca_pem_start\");\n";
    let reading = check::read(Path::new("a.c"), source.as_bytes());
    let found: Vec<_> = reading.findings.listed().iter().collect();
    assert_eq!((found.len(), found[0].severity.word()), (1, "note"));
    assert!(found[0].message.contains("`_binary_ca_pem_start`"), "{}", found[0].message);
}

#[test]
fn without_a_common_name_organisation_and_unit_are_shown() {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "Plant");
    params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, "Class 2 Authority");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.not_after = rcgen::date_time_ymd(2025, 1, 1);
    let pem = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem();
    let reading = check::read(Path::new("ca.pem"), pem.as_bytes());
    let (store, at) = (certgrab::Store::mozilla(), "2026-11-26".parse().unwrap());
    let found = check::lint(&reading, &check::Knowledge { store: &store, at, horizon_days: 90 });
    let messages: Vec<_> = found.listed().iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages, ["`Plant, Class 2 Authority` expired on 2025-01-01"]);
}
