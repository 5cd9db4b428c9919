//! Each mistake has the same finding in every form of source code.

use std::{fmt::Write as _, fs, path::Path};

use certgrab::internals::{
    check::{self, FileReport, Knowledge},
    trust::store::Store,
};
use rustls::pki_types::CertificateDer;

use crate::support::pki::pem_of;

/// A way to write bytes into a file: its name and its content.
type Form = (&'static str, fn(&[u8]) -> String);

/// Forms for any text, including NUL.
const TEXT: [Form; 10] = [
    ("ca.pem", |text| String::from_utf8(text.to_vec()).unwrap()),
    ("literal.h", |text| format!("static const char ca[] =\n{};\n", pieces(text, ""))),
    ("macro.h", |text| format!("#define CA \\\n{}\n", pieces(text, " \\"))),
    ("raw.cpp", |text| format!("const char* ca = R\"CA({})CA\";\n", plain(text))),
    ("sketch.ino", |text| {
        format!("static const char ca[] PROGMEM = R\"EOF({})EOF\";\n", plain(text))
    }),
    ("bytes.c", |text| format!("const unsigned char ca[] = {{ {}0x00 }};\n", numbers(text))),
    ("literal.rs", |text| format!("pub const CA: &str = \"{}\";\n", escaped(text, false))),
    ("raw.rs", |text| format!("pub const CA: &str = r#\"{}\"#;\n", plain(text))),
    ("lines.py", |text| format!("CA = (\n{})\n", pieces(text, ""))),
    ("block.yaml", |text| {
        let lines = plain(text).lines().fold(String::new(), |mut lines, line| {
            let _ = writeln!(lines, "    {line}");
            lines
        });
        format!("mqtt:\n  certificate_authority: |\n{lines}")
    }),
];

/// Forms for DER.
const BYTES: [Form; 7] = [
    ("bytes.h", |der| format!("const uint8_t ca[] = {{ {} }};\n", numbers(der))),
    ("sketch.ino", |der| format!("const uint8_t ca[] PROGMEM = {{ {} }};\n", numbers(der))),
    ("array.cpp", |der| {
        format!("constexpr std::array<uint8_t, 9> ca{{{{ {} }}}};\n", numbers(der))
    }),
    ("literal.h", |der| format!("const char ca[] = \"{}\";\n", escapes(der))),
    ("bytes.rs", |der| format!("pub const CA: [u8; 9] = [{}];\n", numbers(der))),
    ("bytes.py", |der| format!("CA = b\"{}\"\n", escapes(der))),
    ("hexadecimal.py", |der| {
        let digits: String = der.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("CA = bytes.fromhex(\"{digits}\")\n")
    }),
];

fn plain(text: &[u8]) -> &str {
    std::str::from_utf8(text).unwrap()
}

/// `text` with the necessary escapes; with `ends`, also for line ends.
fn escaped(text: &[u8], ends: bool) -> String {
    let text = plain(text).replace('\\', "\\\\").replace('\0', "\\0");
    if ends { text.replace('\n', "\\n") } else { text }
}

/// A literal for each line.
fn pieces(text: &[u8], between: &str) -> String {
    let lines: Vec<_> = plain(text)
        .split_inclusive('\n')
        .map(|line| format!("  \"{}\"", escaped(line.as_bytes(), true)))
        .collect();
    lines.join(&format!("{between}\n"))
}

fn numbers(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("0x{byte:02x}, ")).collect()
}

fn escapes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

/// The first certificate in `file` of the collection.
fn of_collection(file: &str) -> CertificateDer<'static> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/check").join(file);
    let reading = check::read(Path::new(file), &fs::read(path).unwrap());
    let first = reading.anchors.first().and_then(|anchor| anchor.certificate.clone());
    CertificateDer::from(first.unwrap().der().to_vec())
}

/// The findings in `content` at a time at which some of the collection expire soon.
fn found(file: &str, content: &str) -> FileReport {
    let reading = check::read(Path::new(file), content.as_bytes());
    let store = Store::mozilla();
    let at = "2027-02-01".parse().unwrap();
    let found = check::lint(&reading, &Knowledge { store: &store, at, horizon_days: 90 });
    FileReport::of(reading, found)
}

fn codes(file: &str, content: &str) -> Vec<&'static str> {
    found(file, content).findings().iter().map(|finding| finding.code).collect()
}

#[test]
fn a_bad_certificate_has_its_line_in_every_form() {
    let bad: [(&str, &[&str]); 12] = [
        ("02_good.der", &[]),
        ("21_leaf.py", &["leaf"]),
        ("23_expired_and_dropped.h", &["expired", "root-dropped"]),
        ("24_expires_soon.rs", &["expires-soon"]),
        ("25_not_yet_valid.c", &["not-yet-valid"]),
        ("27_cross_signed.pem", &["cross-signed"]),
        ("28_intermediate.cpp", &["intermediate"]),
        ("29_dropped.pem", &["root-dropped"]),
        ("30_leaves_soon.h", &["leaves-soon"]),
        ("31_invented.pem", &["bad-signature"]),
        ("32_lookalike_root.h", &["lookalike-root"]),
        ("33_weak_key.crt", &["weak-key"]),
    ];
    for (origin, expected) in bad {
        let certificate = of_collection(origin);
        let pem = pem_of(std::slice::from_ref(&certificate));
        let text = TEXT.iter().map(|(name, write)| (name, write(pem.as_bytes())));
        let bytes = BYTES.iter().map(|(name, write)| (name, write(&certificate)));
        for (name, content) in text.chain(bytes) {
            let report = found(name, &content);
            let codes: Vec<_> = report.findings().iter().map(|finding| finding.code).collect();
            assert_eq!(codes, expected, "{origin} as {name}");
            assert_eq!(report.anchors.len(), 1, "{origin} as {name}");
            let begin = content.lines().position(|line| line.contains("-----BEGIN"));
            let line = begin.map_or(1, |index| index + 1);
            for finding in report.findings() {
                assert_eq!(finding.place.line, line, "{origin} as {name}");
            }
        }
    }
}

/// `pem` with blanks before all lines but the first, so that a YAML block keeps them too.
fn indented(pem: &str) -> String {
    pem.trim_end().replace('\n', "\n    ") + "\n"
}

#[test]
fn a_bad_pem_layout_is_found_in_every_form() {
    let pem = pem_of(&[of_collection("02_good.der")]);
    let last = pem.trim_end();
    // The name of the layout, the text, its finding, and the fewest forms in which it is found.
    let layouts: [(&str, String, &str, usize); 6] = [
        ("indented", indented(&pem), "pem-indented", 10),
        ("literal newline", pem.replace('\n', "\\n"), "pem-literal-newline", 10),
        ("one line", pem.replace('\n', ""), "pem-no-line-ends", 10),
        ("two on a line", format!("{last}{pem}"), "pem-no-line-ends", 10),
        ("cut", last[..last.len() - 40].to_owned(), "pem-damaged", 10),
        ("no END", last.rsplit_once('\n').unwrap().0.to_owned(), "pem-damaged", 10),
    ];
    for (layout, text, code, fewest) in layouts {
        let hits: Vec<_> =
            TEXT.iter().map(|(name, write)| (name, codes(name, &write(text.as_bytes())))).collect();
        let count = hits.iter().filter(|(_, codes)| codes.first() == Some(&code)).count();
        assert!(count >= fewest, "{layout} is {code} in {count} forms: {hits:?}");
    }
}

#[test]
fn a_missing_final_line_break_is_found_for_bearssl() {
    let pem = pem_of(&[of_collection("02_good.der")]);
    let mut count = 0;
    for (name, write) in TEXT {
        let is_c = [".h", ".cpp", ".ino", ".c"].iter().any(|end| name.ends_with(end));
        if !is_c {
            continue;
        }
        let code = "br_x509_minimal_context context;\n";
        let content = write(pem.trim_end().as_bytes()) + code;
        // The ESP8266 core adds the line break.
        let list = write(pem.trim_end().as_bytes()) + "BearSSL::X509List list(ca);\n";
        assert_eq!(codes(name, &list), [] as [&str; 0], "{name}");
        assert_eq!(codes(name, &content), ["pem-no-newline"], "{name}");
        assert_eq!(codes(name, &(write(pem.as_bytes()) + code)), [] as [&str; 0], "{name}");
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn a_missing_nul_is_found_if_the_language_adds_none() {
    let pem = pem_of(&[of_collection("02_good.der")]);
    let text = pem.as_bytes();
    let characters: String = pem
        .chars()
        .map(|one| if one == '\n' { "'\\n', ".to_owned() } else { format!("'{one}', ") })
        .collect();
    let decimal: String = text.iter().map(|byte| format!("{byte}, ")).collect();
    let until_nul = "fn ca() -> X509<'static> { X509::pem_until_nul(CA) }\n";
    let call = "mbedtls_x509_crt_parse(&chain, ca, sizeof ca);\n";
    let forms: [(&str, String, &str); 7] = [
        ("hex.c", format!("const unsigned char ca[] = {{ {}", numbers(text)), "};\n"),
        ("decimal.c", format!("const unsigned char ca[] = {{ {decimal}"), "};\n"),
        ("characters.h", format!("const char ca[] = {{ {characters}"), "};\n"),
        ("sketch.ino", format!("const uint8_t ca[] PROGMEM = {{ {}", numbers(text)), "};\n"),
        ("literal.rs", format!("const CA: &[u8] = b\"{}", escaped(text, false)), "\";\n"),
        ("raw.rs", format!("const CA: &[u8] = concat!(\"{}", escaped(text, false)), "\");\n"),
        ("array.rs", format!("const CA: [u8; 9] = [{}", numbers(text)), "];\n"),
    ];
    for (name, begin, end) in forms {
        let (nul, code) = match (name.ends_with(".rs"), end.starts_with('"')) {
            (true, true) => ("\\0", until_nul),
            (true, false) => ("0", until_nul),
            (false, _) => ("0", call),
        };
        let without = format!("{begin}{end}{code}");
        assert_eq!(codes(name, &without), ["pem-no-nul"], "{name}");
        let with = format!("{begin}{nul}{end}{code}");
        assert_eq!(codes(name, &with), [] as [&str; 0], "{name}");
    }
}

#[test]
fn bad_der_is_found_in_every_form() {
    let der = of_collection("02_good.der");
    for (what, bytes, expected) in [
        ("two", [&*der, &*der].concat(), "der-several"),
        ("a byte after it", [&*der, &[0u8][..]].concat(), "der-trailing-bytes"),
        ("cut", der[..der.len() - 9].to_vec(), "der-damaged"),
    ] {
        for (name, write) in BYTES {
            assert_eq!(codes(name, &write(&bytes)), [expected], "{what} in {name}");
        }
    }
}

#[test]
fn a_form_that_its_function_does_not_read_is_found() {
    let der = of_collection("02_good.der");
    let pem = pem_of(std::slice::from_ref(&der));
    let bytes = format!("const uint8_t ca[] = {{ {} }};\n", numbers(&der));
    let text = format!("const char ca[] =\n{};\n", pieces(pem.as_bytes(), ""));
    let rust = format!("const CA: &str = \"{}\\0\";\n", escaped(pem.as_bytes(), false));
    for (name, constant, code) in [
        ("sketch.ino", &bytes, "client.setCACert(ca);\n"),
        ("client.cpp", &bytes, "client.setRootCA(ca);\n"),
        ("config.h", &bytes, "esp_tls_cfg_t config = { .cert_pem = ca };\n"),
        ("file.c", &text, "mbedtls_x509_crt_parse_der(&chain, ca, sizeof ca);\n"),
        ("nocopy.c", &text, "mbedtls_x509_crt_parse_der_nocopy(&chain, ca, sizeof ca);\n"),
        ("file.rs", &rust, "fn f() { X509::der(CA.as_bytes()); }\n"),
    ] {
        assert_eq!(codes(name, &format!("{constant}{code}")), ["wrong-form"], "{name}");
    }
}
