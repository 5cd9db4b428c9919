//! Subjects, facts and hosts that try to escape from their place in a source file.

use std::process::Command;

use certgrab::internals::{
    output::{
        bundle::Bundle,
        emit::{self, FORMATS, Identifier},
    },
    text::foreign::Foreign,
    x509::certificate::Certificate,
};
use proptest::prelude::*;
use rcgen::{CertificateParams, DnType, DnValue, KeyPair, string};

use super::bench::{self, folder, succeed, write};
use crate::support::real;

/// Text that ends, starts or joins something in some language, terminal or page.
const TEXTS: &[&str] = &[
    "*/ int evil; /*",
    "*\\/",
    "**//",
    "//",
    "// \\",
    "\\",
    "\\\\",
    "a\\ ",
    "a\\\t",
    "line\nint evil;",
    "line\r\nint evil;",
    "line\rint evil;",
    "line\u{2028}int evil;\u{2029}",
    "line\u{85}\u{b}\u{c}int evil;",
    "??/",
    "??/\nint evil;",
    "????/",
    "??>",
    "\"; int evil = 0; //",
    "\"\"\"\nimport evil\n\"\"\"",
    "'''",
    "'",
    "`",
    "`rm -rf /`",
    "$(touch evil)",
    "${evil}",
    "$evil",
    "#{evil}",
    "#endif",
    "#include \"evil\"",
    "{{ evil }}",
    "{% evil %}",
    "{# evil #}",
    "%s%n",
    "-->",
    "<script>",
    "\u{202e}evil\u{202c}",
    "\u{2066}evil\u{2069}",
    "\u{200b}\u{feff}\u{ad}",
    "nul\0nul",
    "\u{1b}[31mevil",
    "\u{7}\u{8}\u{7f}\u{9b}",
    "e\u{301}\u{301}\u{301}",
    "日本語",
    "\u{1f4a9}",
    "\u{e000}\u{10ffff}\u{fdd0}",
    "---",
    "- evil: true",
    "key: value",
    "&anchor *alias !tag",
    "-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----",
    "NAME\"\\x41",
    "\\u0022",
    "\\N{QUOTATION MARK}",
    "\\x22",
    "r#\"",
    "\"#",
    "R\"(",
    "",
    " ",
    "  leading and trailing  ",
];

/// A certificate with `value` as its common name and organisation.
pub(super) fn certificate(value: &DnValue) -> Certificate {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, value.clone());
    params.distinguished_name.push(DnType::OrganizationName, value.clone());
    let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
    Certificate::from_der(&der).unwrap()
}

/// A certificate with the longest common name that certgrab reads, as subject and as issuer: 128 KiB in total.
fn long() -> Certificate {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "*/".repeat(32_500));
    let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
    Certificate::from_der(&der).unwrap()
}

/// A certificate whose common name contains `bytes` under the string type `tag`, valid or not.
fn raw(tag: u8, bytes: &[u8]) -> Certificate {
    let placeholder = "Z".repeat(bytes.len());
    let value = DnValue::Utf8String(placeholder.clone());
    let mut der = certificate(&value).der().to_vec();
    while let Some(at) =
        der.windows(bytes.len()).position(|window| window == placeholder.as_bytes())
    {
        der[at..at + bytes.len()].copy_from_slice(bytes);
        der[at - 2] = tag;
    }
    Certificate::from_der(&der).unwrap()
}

fn corpus() -> Vec<Certificate> {
    let mut all: Vec<_> =
        TEXTS.iter().map(|text| certificate(&DnValue::Utf8String((*text).to_owned()))).collect();
    all.push(long());
    all.push(certificate(&DnValue::BmpString(
        string::BmpString::try_from("*/ \u{202e}evil \\").unwrap(),
    )));
    all.push(certificate(&DnValue::TeletexString(
        string::TeletexString::try_from("*/ evil \\").unwrap(),
    )));
    all.push(raw(0x0c, b"\xff\xfe\x80*/\xc0\xaf"));
    all.push(raw(0x14, b"caf\xe9 */ \x1b[0m\x9b1m"));
    all.push(raw(0x1e, b"\xd8\x00\x00*\x00/\x20\x2e"));
    all.push(raw(0x16, b"\x80\xff*/."));
    all.push(raw(0x13, b"*/\n\x00//"));
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let nameless = params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone();
    all.push(Certificate::from_der(&nameless).unwrap());
    all
}

/// All of them, with hostile facts.
pub(super) fn bundle() -> Bundle {
    let mut bundle = bench::bundle("m1.example.com", 8883, corpus());
    for (entry, text) in bundle.entries.iter_mut().zip(TEXTS.iter().cycle()) {
        entry.source = Foreign::text(text);
        entry.reason = Some(Foreign::text(text));
    }
    bundle
}

fn alone(bundle: &Bundle) -> impl Iterator<Item = Bundle> + '_ {
    bundle.entries.iter().map(|entry| {
        let mut alone = bundle.clone();
        alone.entries = vec![entry.clone()];
        alone
    })
}

#[test]
fn no_hostile_subject_breaks_a_header_under_any_compiler() {
    if !real::program("gcc") || !real::program("g++") {
        return;
    }
    let bundle = bundle();
    for format in ["c", "c-bytes", "arduino", "esp8266", "esp-idf", "mbedtls", "wolfssl", "bearssl"]
    {
        if format == "bearssl" && !real::header("bearssl.h") {
            continue;
        }
        let folder = folder();
        write(folder.path(), "anchor.h", bench::text(&bundle, format));
        write(folder.path(), "main.c", "#include \"anchor.h\"\nint main(void) { return 0; }\n");
        for (compiler, standard) in
            [("gcc", "c99"), ("gcc", "c17"), ("g++", "c++11"), ("g++", "c++20")]
        {
            // Trigraphs are on in the standards that have them; so are -Wbidi-chars and -Wcomment.
            super::c::compile(folder.path(), compiler, standard, &["main.c"], &["-fsyntax-only"]);
        }
    }
}

#[test]
fn no_hostile_subject_breaks_an_inc_file_or_a_header_of_one_certificate() {
    if !real::program("gcc") {
        return;
    }
    let folder = folder();
    let mut main = String::new();
    for (index, bundle) in alone(&bundle()).enumerate() {
        let der = bundle.entries[0].certificate.der().len();
        write(folder.path(), &format!("zephyr{index}"), bench::text(&bundle, "zephyr"));
        main.push_str(&format!(
            "static const unsigned char ca{index}[] = {{\n#include \"zephyr{index}\"\n}};\n\
             _Static_assert(sizeof ca{index} == {der}, \"another length\");\n"
        ));
        if let Ok(header) = bench::try_bytes(&bundle, "nrf-modem") {
            write(folder.path(), &format!("nrf{index}.h"), header);
            write(
                folder.path(),
                "nrf.c",
                format!("#include \"nrf{index}.h\"\nint main(void) {{ return 0; }}\n"),
            );
            super::c::compile(folder.path(), "gcc", "c11", &["nrf.c"], &["-fsyntax-only"]);
        }
    }
    write(folder.path(), "main.c", main + "int main(void) { return 0; }\n");
    let flags = ["-fsyntax-only", "-Wno-unused-const-variable", "-Wno-unused-variable"];
    super::c::compile(folder.path(), "gcc", "c11", &["main.c"], &flags);
}

#[test]
fn no_hostile_subject_breaks_the_file_that_tasmota_includes_twice() {
    if !real::program("g++") || !real::header("bearssl.h") {
        return;
    }
    let folder = folder();
    let bundle = bundle();
    write(folder.path(), "anchor", bench::text(&bundle, "tasmota"));
    let count = bundle.entries.len();
    let main = format!(
        "#include <bearssl.h>\n#define PROGMEM\n#include \"anchor\"\n\
         static const br_x509_trust_anchor table[] = {{\n#include \"anchor\"\n}};\n\
         static_assert(sizeof table / sizeof table[0] == {count}, \"all of them\");\n"
    );
    write(folder.path(), "main.cpp", main);
    let flags = ["-fsyntax-only", "-std=gnu++17", "-Wall", "-Wextra", "-Werror", "main.cpp"];
    succeed(Command::new("g++").current_dir(folder.path()).args(flags));
}

#[test]
fn no_hostile_subject_breaks_rust() {
    for format in ["rust", "rust-der", "rust-esp-idf", "rust-anchor"] {
        super::rust::compiles(format, &bundle(), [("2021", "ROOT_CA")]);
    }
}

#[test]
fn a_truststore_accepts_every_hostile_subject() {
    if !real::program("keytool") {
        return;
    }
    // Java reads no certificate without a name.
    let mut bundle = bundle();
    bundle.entries.retain(|entry| entry.certificate.subject_der().len() > 2);
    assert_eq!(bundle.entries.len() + 1, corpus().len());
    for (format, kind) in [("java", "PKCS12"), ("java-jks", "JKS")] {
        let folder = folder();
        let store = write(folder.path(), "truststore", bench::bytes(&bundle, format));
        let listed = succeed(
            Command::new("keytool")
                .args(["-J-Duser.language=en", "-list", "-storepass", "changeit"])
                .args(["-storetype", kind, "-keystore"])
                .arg(&store),
        );
        let trusted = listed.matches("trustedCertEntry").count();
        assert_eq!(trusted, bundle.entries.len(), "{format}: {listed}");
    }
}

#[test]
fn pkcs7_accepts_every_hostile_subject() {
    if !real::program("openssl") {
        return;
    }
    let folder = folder();
    // OpenSSL reads no certificate with invalid UTF-8 or UTF-16.
    let mut bundle = bundle();
    bundle.entries.retain(|entry| {
        let file = write(folder.path(), "certificate.pem", entry.certificate.pem());
        bench::run(Command::new("openssl").args(["x509", "-noout", "-in"]).arg(file))
            .status
            .success()
    });
    assert_eq!(bundle.entries.len() + 2, corpus().len());
    let file = write(folder.path(), "certificates.p7b", bench::bytes(&bundle, "p7b"));
    let read = bench::run(Command::new("openssl").args(["pkcs7", "-print_certs", "-in"]).arg(file));
    assert!(read.status.success(), "{read:?}");
    let text = String::from_utf8_lossy(&read.stdout);
    assert_eq!(text.matches("-----END CERTIFICATE-----\n").count(), bundle.entries.len());
}

#[test]
fn no_hostile_subject_breaks_python_or_yaml() {
    if !real::program("python3") {
        return;
    }
    let folder = folder();
    let all = bundle();
    write(folder.path(), "python.py", bench::text(&all, "python"));
    write(folder.path(), "micropython.py", bench::text(&all, "micropython"));
    for (index, bundle) in alone(&all).enumerate() {
        let text = bench::text(&bundle, "circuitpython");
        write(folder.path(), &format!("circuitpython{index}.py"), text);
    }
    write(folder.path(), "esphome.yaml", bench::text(&all, "esphome"));
    let script = "
import ast, pathlib
expected = {'Assign'}
for file in pathlib.Path('.').glob('*.py'):
    if file.name == 'check.py':
        continue
    tree = ast.parse(file.read_bytes())
    kinds = {type(node).__name__ for node in tree.body}
    assert kinds == expected, (file, kinds)
    names = {name.id for node in tree.body for name in node.targets}
    assert all(name.startswith('ROOT_CA') for name in names), (file, names)
try:
    import yaml
except ImportError:
    print('no PyYAML')
else:
    read = yaml.safe_load(open('esphome.yaml', encoding='utf-8'))
    assert list(read) == ['mqtt'], read.keys()
    assert sorted(read['mqtt']) == ['broker', 'certificate_authority', 'port']
    pem = read['mqtt']['certificate_authority']
    assert pem.count('-----BEGIN CERTIFICATE-----') == COUNT
"
    .replace("COUNT", &all.entries.len().to_string());
    write(folder.path(), "check.py", script);
    succeed(Command::new("python3").current_dir(folder.path()).args(["-W", "error", "check.py"]));
}

#[test]
fn no_hostile_subject_breaks_go() {
    if !real::program("gofmt") {
        return;
    }
    let folder = folder();
    let file = write(folder.path(), "rootca.go", bench::text(&bundle(), "go"));
    // gofmt -e reports every syntax error; -l lists files that are not formatted.
    assert_eq!(succeed(Command::new("gofmt").args(["-e", "-l"]).arg(file)), "");
}

#[test]
fn binary_formats_accept_every_hostile_subject() {
    let all = bundle();
    let count = all.entries.len();
    assert_eq!(bench::text(&all, "pem").matches("-----BEGIN").count(), count);
    assert_eq!(bench::text(&all, "sha256").lines().count(), count);
    assert_eq!(bench::text(&all, "spki-pin").lines().count(), count);
    let text = bench::text(&all, "text");
    assert_eq!(text.lines().filter(|line| line.starts_with("SHA-256: ")).count(), count);
}

#[test]
fn text_files_have_no_control_or_invisible_character() {
    for format in FORMATS.iter().filter(|format| format.is_text) {
        for bundle in std::iter::once(bundle()).chain(alone(&bundle())) {
            let Ok(written) = bench::try_bytes(&bundle, format.name) else { continue };
            let text = String::from_utf8(written).unwrap();
            let hidden = |character: char| {
                character != '\n'
                    && !(character == '\t' && format.name == "go")
                    && (character.is_control()
                        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | '\u{fdd0}'))
            };
            assert_eq!(text.find(hidden), None, "{}", format.name);
        }
    }
}

/// A source without its comments and the contents of its strings, by a reader of the language that does not
/// know how the source was made.
fn bones(source: &str, language: Language) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(character) = rest.chars().next() {
        let comment = match language {
            Language::C if rest.starts_with("/*") => Some("*/"),
            Language::C | Language::Slashes if rest.starts_with("//") => Some("\n"),
            Language::Hash if character == '#' => Some("\n"),
            Language::Dashes if rest.starts_with("--") => Some("\n"),
            _ => None,
        };
        if let Some(end) = comment {
            let inside = &rest[1..];
            let length = inside.find(end).unwrap_or_else(|| panic!("open comment in {source}"));
            if end == "\n" {
                let line = inside[..length].trim_end();
                assert!(!line.ends_with('\\'), "a comment joins two lines: {line}");
            }
            rest = &inside[length + end.len()..];
        } else if character == '"' {
            out.push_str("\"\"");
            let mut characters = rest.char_indices().skip(1);
            let mut end = None;
            while let Some((at, inside)) = characters.next() {
                match inside {
                    '\\' => {
                        characters.next();
                    }
                    '"' => {
                        end = Some(at + 1);
                        break;
                    }
                    _ => {}
                }
            }
            rest = &rest[end.unwrap_or_else(|| panic!("open string in {source}"))..];
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    // Removed comments leave empty lines.
    out.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

#[derive(Clone, Copy)]
enum Language {
    C,
    Slashes,
    Hash,
    Dashes,
}

/// The formats with comments, with the language of each.
fn language(format: &str) -> Option<Language> {
    match format {
        "rust" | "rust-der" | "rust-esp-idf" | "rust-anchor" | "go" | "csharp"
        | "nanoframework" | "kotlin" | "swift" | "dart" | "node" | "toit" => {
            Some(Language::Slashes)
        }
        "micropython" | "circuitpython" | "python" | "esphome" | "k8s" | "env" | "capath"
        | "at-esp" | "at-quectel" | "at-simcom" | "at-ublox" => Some(Language::Hash),
        "lua" => Some(Language::Dashes),
        "c" | "c-bytes" | "arduino" | "esp8266" | "bearssl" | "esp-idf" | "mbedtls" | "wolfssl"
        | "zephyr" | "nrf-modem" | "tasmota" | "esp-bundle-h" | "freertos" | "netx"
        | "mongoose" | "pico" => Some(Language::C),
        "pem" | "cer" | "der" | "p7b" | "lock" | "esp-idf-txt" | "esp-bundle" | "esp-bundle-v1"
        | "java" | "java-jks" | "spki-pin" | "sha256" | "text" | "station" | "certs-ar"
        | "esp-at-pki" | "nvs" | "shelly" | "json-line" | "sha1" => None,
        // XML parsers read them in `markup.rs`.
        "android" | "ios" => None,
        _ => panic!("what does a comment of {format} look like?"),
    }
}

fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(TEXTS).prop_map(str::to_owned),
        prop::sample::select(&["*", "/", "\\", "?", "\"", "'", "\n", "#", "{", "-", ">", "`"][..])
            .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[ -~]{0,8}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Each case goes through every format, so a few are enough.
const CASES: u32 = 48;

/// A case that goes through the escapers only is cheap.
const ESCAPER_CASES: u32 = 5_000;

/// `PROPTEST_CASES` sets another number; 100,000 of each were tried.
fn config(cases: u32) -> ProptestConfig {
    let expected = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = expected.unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(ESCAPER_CASES))]

    #[test]
    fn any_name_stays_in_its_comment_and_literal(
        text in hostile_text(),
        times in 1_usize..40,
    ) {
        // Some of them are long enough to be cut.
        let foreign = Foreign::text(&text.repeat(times));
        let cut = "... (cut)".len();
        let is_clean = |text: &str| text.chars().all(|one| !one.is_control() && one != '\u{2028}');
        let comment = foreign.comment();
        prop_assert!(is_clean(&comment) && comment.chars().count() <= 256 + cut + 1, "{comment:?}");
        for mark in ["*/", "/*", "??", "->"] {
            prop_assert!(!comment.contains(mark), "{comment:?}");
        }
        prop_assert!(!comment.trim_end_matches(' ').ends_with('\\'), "{comment:?}");
        let literal = foreign.string_literal();
        prop_assert!(literal.is_ascii() && is_clean(&literal), "{literal:?}");
        prop_assert!(literal.len() <= 256 + cut, "{literal:?}");
        for mark in ["*/", "/*", "??", "->", "$", "`", "'", "#{", "{{", "{%"] {
            prop_assert!(!literal.contains(mark), "{literal:?}");
        }
        let mut characters = literal.chars();
        while let Some(character) = characters.next() {
            prop_assert!(character != '"', "an end: {literal:?}");
            if character == '\\' {
                prop_assert!(matches!(characters.next(), Some('\\' | '"')), "{literal:?}");
            }
        }
    }

    #[test]
    fn every_host_gives_a_name_that_every_language_accepts(host in hostile_text()) {
        let name = Identifier::for_host(&host, "ROOT_CA");
        prop_assert_eq!(&Identifier::new(name.as_str()).unwrap(), &name);
        for style in [emit::Style::Upper, emit::Style::Lower, emit::Style::Camel] {
            let styled = name.in_style(style).unwrap();
            prop_assert!(styled.with("NOT_BEFORE").len() <= 63);
        }
        if let Some(name) = Identifier::for_organisation(&Foreign::text(&host), "ROOT_CA") {
            prop_assert!(Identifier::new(name.as_str()).is_ok());
        }
    }
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn no_fact_or_host_changes_the_code_around_it(
        host in hostile_text(),
        source in hostile_text(),
        reason in hostile_text(),
    ) {
        let [_, x2] = bench::isrg();
        let tame = bench::bundle("m1.example.com", 8883, vec![x2]);
        let mut wild = tame.clone();
        wild.host = host;
        wild.entries[0].source = Foreign::text(&source);
        wild.entries[0].reason = Some(Foreign::text(&reason));
        for format in FORMATS {
            let Some(language) = language(format.name) else { continue };
            let expected = bones(&bench::text(&tame, format.name), language);
            prop_assert_eq!(bones(&bench::text(&wild, format.name), language), expected);
        }
    }

    #[test]
    fn every_format_accepts_any_subject(
        subject in hostile_text(),
        bytes in prop::collection::vec(any::<u8>(), 4..40),
        tag in prop::sample::select(&[0x0c_u8, 0x13, 0x14, 0x16, 0x1e, 0x1c, 0x04][..]),
    ) {
        for certificate in [certificate(&DnValue::Utf8String(subject)), raw(tag, &bytes)] {
            let bundle = bench::bundle("m1.example.com", 8883, vec![certificate]);
            for format in FORMATS {
                let written = bench::bytes(&bundle, format.name);
                prop_assert_eq!(&written, &bench::bytes(&bundle, format.name));
                let Some(language) = language(format.name) else { continue };
                let bones = bones(std::str::from_utf8(&written).unwrap(), language);
                prop_assert!(bones.is_ascii(), "{}", format.name);
            }
        }
    }
}
