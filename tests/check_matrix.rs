//! The same certificates in every form that `check` reads: the same findings about each, and the same
//! exit code.

use std::{fs, path::Path};

use certgrab::internals::{
    check::{self, FileReport, Knowledge},
    trust::store::Store,
    x509::certificate::Certificate,
};
use rustls::pki_types::CertificateDer;

use crate::{
    check_forms::uf2,
    check_places::{collection, keys, pkcs7},
    left_roots::{anchors_of_bearssl, anchors_of_rustls, bundle},
    support::{
        certgrab,
        pki::{Pki, pem_of},
    },
};

/// Files with the certificates `all`.
type Form = (&'static str, fn(&[Vec<u8>]) -> Vec<u8>);

/// Forms that hold any number of certificates.
const FORMS: [Form; 25] = [
    ("ca.pem", |all| pem(all).into()),
    ("ca.cer", |all| pem(all).into()),
    ("ca.crt", |all| pem(all).replace('\n', "\r\n").into()),
    ("ca.p7b", pkcs7),
    ("pem.p7b", |all| pem::encode(&pem::Pem::new("PKCS7", pkcs7(all))).into()),
    ("one_line.json", |all| format!("{{\"ca\": \"{}\"}}\n", escaped(all)).into()),
    ("array.json", |all| {
        let each: Vec<_> =
            all.iter().map(|one| format!("\"{}\"", escaped(std::slice::from_ref(one)))).collect();
        format!("{{\"ca\": [\n{}\n]}}\n", each.join(",\n")).into()
    }),
    ("one_line.h", |all| format!("const char ca[] = \"{}\";\n", escaped(all)).into()),
    ("lines.h", |all| format!("static const char ca[] =\n{};\n", literals(all)).into()),
    ("define.h", |all| {
        format!("#define CA \\\n{}\n", literals(all).trim_end().replace('\n', " \\\n")).into()
    }),
    ("bytes.c", |all| {
        format!("const char ca[] = {{ {}0 }};\n", numbers(pem(all).as_bytes())).into()
    }),
    ("sketch.ino", |all| format!("const char ca[] PROGMEM = R\"EOF({})EOF\";\n", pem(all)).into()),
    ("triple.py", |all| format!("CA = \"\"\"\\\n{}\"\"\"\n", pem(all)).into()),
    ("joined.py", |all| format!("CA = (\n{})\n", literals(all)).into()),
    ("block.yaml", |all| {
        let lines: String = pem(all).lines().map(|line| format!("    {line}\n")).collect();
        format!("mqtt:\n  ca: |\n{lines}").into()
    }),
    ("quoted.yaml", |all| format!("mqtt:\n  ca: \"{}\"\n", escaped(all)).into()),
    ("multi.toml", |all| format!("[mqtt]\nca = \"\"\"\n{}\"\"\"\n", pem(all)).into()),
    ("literal.toml", |all| format!("[mqtt]\nca = '''\n{}'''\n", pem(all)).into()),
    ("secret.yaml", |all| {
        format!("kind: Secret\ndata:\n  ca.crt: {}\n", base64(pem(all).as_bytes())).into()
    }),
    ("nvs.csv", |all| {
        format!("key,type,encoding,value\ncfg,namespace,,\nca,data,string,\"{}\"\n", pem(all))
            .into()
    }),
    ("nvs_base64.csv", |all| {
        let value = base64(pem(all).as_bytes());
        format!("key,type,encoding,value\nca,data,base64,{value}\n").into()
    }),
    ("app.properties", |all| format!("mqtt.ca={}\n", escaped(all)).into()),
    ("firmware.bin", |all| image(all)),
    ("firmware.uf2", |all| uf2(&image(all))),
    ("literal.rs", |all| format!("pub const CA: &str = \"{}\";\n", pem(all)).into()),
];

/// Forms with DER that contain several certificates without separators.
const STORES: [Form; 2] = [
    ("trust.jks", |all| truststore(all)),
    ("der.bin", |all| {
        let mut image = b"\x7fELF\x02\x01\x01\0".to_vec();
        all.iter().for_each(|one| image.extend([one.as_slice(), &[0; 24]].concat()));
        image
    }),
];

/// Forms that hold one certificate.
const SINGLE: [Form; 6] = [
    ("ca.der", |all| all[0].clone()),
    ("der.cer", |all| all[0].clone()),
    ("der.h", |all| format!("const uint8_t ca[] = {{ {} }};\n", numbers(&all[0])).into()),
    ("der.rs", |all| format!("pub const CA: [u8; 9] = [{}];\n", numbers(&all[0])).into()),
    ("base64.txt", |all| base64(&all[0]).into()),
    ("secret_der.yaml", |all| format!("data:\n  ca.der: {}\n", base64(&all[0])).into()),
];

/// Forms that hold names and keys.
const ANCHORS: [Form; 3] = [
    ("anchors.h", |all| anchors_of_bearssl(&certificates(all)).into()),
    ("anchors.rs", |all| anchors_of_rustls(&certificates(all)).into()),
    ("bundle.bin", |all| bundle(&certificates(all))),
];

fn certificates(all: &[Vec<u8>]) -> Vec<Certificate> {
    all.iter().map(|der| Certificate::from_der(der).unwrap()).collect()
}

fn pem(all: &[Vec<u8>]) -> String {
    pem_of(&all.iter().map(|der| CertificateDer::from(der.as_slice())).collect::<Vec<_>>())
}

fn escaped(all: &[Vec<u8>]) -> String {
    pem(all).replace('\n', "\\n")
}

fn literals(all: &[Vec<u8>]) -> String {
    pem(all).lines().map(|line| format!("  \"{line}\\n\"\n")).collect()
}

fn numbers(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("0x{byte:02x}, ")).collect()
}

fn base64(bytes: &[u8]) -> String {
    let block = pem::encode(&pem::Pem::new("X", bytes));
    block.lines().filter(|line| !line.starts_with('-')).collect()
}

fn image(all: &[Vec<u8>]) -> Vec<u8> {
    let mut image = b"\x7fELF\x01\x01\x01\0".to_vec();
    image.extend((0..=255).cycle().take(1_000));
    image.extend(pem(all).as_bytes());
    image.extend([0; 700]);
    image
}

/// A truststore of Java in its older form (`JavaKeyStore.engineStore` of the JDK).
fn truststore(all: &[Vec<u8>]) -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).unwrap().to_be_bytes();
    let text =
        |text: &str| [&u16::try_from(text.len()).unwrap().to_be_bytes(), text.as_bytes()].concat();
    let mut store = [number(0xfeed_feed), number(2), number(all.len())].concat();
    for (index, der) in all.iter().enumerate() {
        store.extend(number(2));
        store.extend(text(&format!("ca{index}")));
        store.extend([0; 8]);
        store.extend(text("X.509"));
        store.extend(number(der.len()));
        store.extend(der);
    }
    store.extend([0; 20]);
    store
}

fn report(file: &str, content: &[u8]) -> FileReport {
    assert!(check::may_matter(content), "{file} is passed over");
    let reading = check::read(Path::new(file), content);
    let store = Store::mozilla();
    let at = "2027-02-01".parse().unwrap();
    let found = check::lint(&reading, &Knowledge { store: &store, at, horizon_days: 90 });
    FileReport::of(reading, found)
}

/// Which certificate has which finding, and the worst severity.
fn found(file: &str, content: &[u8]) -> (Vec<(String, String)>, Option<check::Severity>) {
    let report = report(file, content);
    let pairs = keys(&report).into_iter().map(|(certificate, code, _)| (certificate, code));
    (pairs.collect(), report.findings().iter().map(|one| one.severity).max())
}

/// An expired certificate that is in no table.
fn expired() -> Vec<u8> {
    let end = |params: &mut rcgen::CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2010, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    };
    Pki::root_changed("Plant Root 2010", end).leaf("plc.test").root_der().to_vec()
}

/// The kind of each certificate, the certificates, and the codes of their findings.
type Kind = (&'static str, Vec<Vec<u8>>, Vec<&'static str>);

/// Certificates by kind: those of the collection, and one of this test.
fn kinds() -> Vec<Kind> {
    let of = |file| vec![collection(file)];
    vec![
        ("sound", of("01_good.pem"), vec![]),
        ("dropped", of("29_dropped.pem"), vec!["root-dropped"]),
        ("expired", vec![expired()], vec!["expired"]),
        ("expired and dropped", of("23_expired_and_dropped.h"), vec!["expired", "root-dropped"]),
        ("leaf", of("21_leaf.py"), vec!["leaf"]),
        ("weak key", of("33_weak_key.crt"), vec!["weak-key"]),
        ("lookalike", of("32_lookalike_root.h"), vec!["lookalike-root"]),
        (
            "twice",
            [of("29_dropped.pem"), of("01_good.pem"), of("29_dropped.pem")].concat(),
            vec!["root-dropped", "root-dropped"],
        ),
        (
            "all",
            [
                of("01_good.pem"),
                of("29_dropped.pem"),
                of("23_expired_and_dropped.h"),
                of("21_leaf.py"),
                of("33_weak_key.crt"),
                vec![expired()],
                of("33_weak_key.crt"),
            ]
            .concat(),
            vec![
                "expired",
                "expired",
                "leaf",
                "root-dropped",
                "root-dropped",
                "weak-key",
                "weak-key",
            ],
        ),
    ]
}

#[test]
fn each_certificate_has_the_same_findings_in_every_form() {
    let mut wrong = Vec::new();
    for (kind, all, codes) in kinds() {
        let expected = found("ca.pem", pem(&all).as_bytes());
        let mut listed: Vec<_> = expected.0.iter().map(|(_, code)| code.as_str()).collect();
        listed.sort_unstable();
        assert_eq!(listed, codes, "{kind}");
        let single = SINGLE.iter().filter(|_| all.len() == 1);
        for (file, form) in FORMS.iter().chain(&STORES).chain(single) {
            let got = found(file, &form(&all));
            // Each literal of an array is a separate constant, and Java accepts a leaf and an expired anchor.
            let has_own_rules = ["array.json", "trust.jks"].contains(file);
            let is_same = if has_own_rules { got.0 == expected.0 } else { got == expected };
            if !is_same {
                wrong.push(format!("{kind} as {file}: {got:?}, expected {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a name and a key show: not that the certificate is a leaf or expired, unless the root is known.
#[test]
fn a_name_and_a_key_have_their_certificates_findings() {
    let mut wrong = Vec::new();
    for (kind, all, codes) in kinds() {
        let name = b"Plant Root 2010";
        let is_private = |der: &&Vec<u8>| der.windows(name.len()).any(|here| here == name);
        let untold = all.iter().filter(is_private).count();
        let mut codes: Vec<_> = codes.into_iter().filter(|code| *code != "leaf").collect();
        (0..untold).for_each(|_| {
            let at = codes.iter().position(|code| *code == "expired").unwrap();
            codes.remove(at);
        });
        for (file, form) in &ANCHORS {
            let mut got: Vec<_> =
                found(file, &form(&all)).0.into_iter().map(|(_, code)| code).collect();
            got.sort();
            if got != codes {
                wrong.push(format!("{kind} as {file}: {got:?}, expected {codes:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_unreadable_certificate_is_found_in_every_form() {
    let mut cut = collection("01_good.pem");
    let middle = cut.len() / 2;
    // The length of an inner element exceeds the certificate.
    cut[middle..].iter_mut().for_each(|byte| *byte = 0xff);
    let dropped = collection("29_dropped.pem");
    let mut wrong = Vec::new();
    for all in [vec![cut.clone()], vec![dropped.clone(), cut.clone()], vec![cut, dropped]] {
        let single = SINGLE.iter().filter(|_| all.len() == 1);
        for (file, form) in FORMS.iter().chain(single) {
            let (pairs, worst) = found(file, &form(&all));
            let codes: Vec<_> = pairs.iter().map(|(_, code)| code.as_str()).collect();
            let is_damaged = codes.iter().any(|code| ["pem-damaged", "der-damaged"].contains(code));
            let is_other_found = all.len() == 1 || codes.contains(&"root-dropped");
            if !is_damaged || !is_other_found || worst != Some(check::Severity::Error) {
                wrong.push(format!("{} as {file}: {codes:?}", all.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_repeated_certificate_is_found_at_each_place() {
    let dropped = pem(&[collection("29_dropped.pem")]);
    let content = format!("# one\n{dropped}# two\n{dropped}");
    let report = report("ca.pem", content.as_bytes());
    let lines: Vec<_> = report.findings().iter().map(|finding| finding.place.line).collect();
    assert_eq!(lines, [2, 3 + dropped.lines().count()]);
    let twice = format!(
        "const char a[] = \"{0}\";\nconst char b[] = \"{0}\";\n",
        dropped.replace('\n', "\\n")
    );
    let found = self::report("ca.h", twice.as_bytes());
    let lines: Vec<_> = found.findings().iter().map(|finding| finding.place.line).collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn the_exit_code_is_the_same_in_every_form() {
    for (kind, all, _) in kinds() {
        let folder = tempfile::TempDir::new().unwrap();
        let code = |file: &str, content: &[u8]| {
            fs::write(folder.path().join(file), content).unwrap();
            let run = certgrab().args(["check", "--offline", "--at", "2027-02-01", file]);
            run.in_folder(folder.path()).ends().code()
        };
        let expected = code("ca.pem", pem(&all).as_bytes());
        for (file, form) in [FORMS[3], FORMS[5], FORMS[11], STORES[1]] {
            assert_eq!(code(file, &form(&all)), expected, "{kind} as {file}");
        }
    }
}
