//! The names of constants, chosen and by default, and the list of formats.

use std::process::Command;

use certgrab::internals::output::emit::{FORMATS, Identifier, Style, VARIABLES};

use super::bench::{folder, succeed, write};
use crate::support::{certgrab, real, run::Run};

/// The main command on the chain in a file, without a socket, with `arguments`.
pub(super) fn offline(host: &str, arguments: &[&str]) -> Run {
    let data = super::bench::repository().join("tests/data/plant");
    certgrab()
        .args([host, "-q", "--at", "2026-11-22", "--from"])
        .args([data.join("chain.pem")])
        .trusting(data.join("root.pem"))
        .args(arguments)
}

/// The names that a header defines, in order.
fn names(arguments: &[&str]) -> Vec<String> {
    let arguments = [&["--emit", "c"], arguments].concat();
    let header = offline("broker.example:8883", &arguments).succeeds().out();
    let definitions = header.lines().filter(|line| line.starts_with("static const"));
    let name = |line: &str| {
        let before = line.split(['[', '=']).next().unwrap().trim();
        before.rsplit(' ').next().unwrap().to_owned()
    };
    definitions.map(name).collect()
}

#[test]
fn the_default_name_comes_from_the_host_or_from_the_organisation() {
    assert_eq!(names(&[])[0], "BROKER_EXAMPLE_ROOT_CA");
    assert_eq!(names(&["--name-from", "organisation"])[0], "EXAMPLE_PLANT_ROOT_CA");
    assert_eq!(names(&["--what", "leaf"])[0], "BROKER_EXAMPLE_CERTIFICATE");
}

#[test]
fn the_style_applies_to_the_name_and_its_facts() {
    let facts = |name: &str, facts: [&str; 5]| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(facts.map(|fact| format!("{name}{fact}"))).collect()
    };
    let upper = ["_HOST", "_PORT", "_SHA256", "_NOT_BEFORE", "_NOT_AFTER"];
    let lower = ["_host", "_port", "_sha256", "_not_before", "_not_after"];
    let camel = ["Host", "Port", "Sha256", "NotBefore", "NotAfter"];
    assert_eq!(names(&["--style", "upper"]), facts("BROKER_EXAMPLE_ROOT_CA", upper));
    assert_eq!(names(&["--style", "lower"]), facts("broker_example_root_ca", lower));
    assert_eq!(names(&["--style", "camel"]), facts("brokerExampleRootCa", camel));
    assert_eq!(names(&["--name", "tuya_root_ca"]), facts("tuya_root_ca", lower));
    assert_eq!(names(&["--name", "TuyaCa", "--style", "upper"]), facts("TUYA_CA", upper));
}

#[test]
fn a_name_reserved_in_any_language_is_refused() {
    for name in ["class", "None", "1a", "a-b", "_a", "a__b"] {
        let refusal = offline("broker.example", &["--emit", "c", "--name", name]).fails_with(2);
        assert!(refusal.err().contains(name), "{}", refusal.err());
    }
    offline("broker.example", &["--emit", "c", "--name", "STATIC", "--style", "lower"])
        .fails_with(2);
}

#[test]
fn every_format_is_listed_with_its_reader_on_one_line() {
    let list = certgrab().args(["formats"]).succeeds().out();
    let listed: Vec<_> =
        list.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' ')).collect();
    for format in FORMATS {
        let what = format!("{}: {}", format.reader, format.purpose);
        let lines = listed.iter().filter(|line| line.0 == format.name);
        assert_eq!(lines.map(|line| line.1.trim_start()).collect::<Vec<_>>(), [what]);
    }
    assert_eq!(listed.len(), FORMATS.len() + 2);
    for document in ["json", "html"] {
        assert!(listed.iter().any(|line| line.0 == document), "{document}");
        let row = certgrab().args(["formats", document]).succeeds().out();
        assert!(row.starts_with(document), "{row}");
    }
}

#[test]
fn formats_are_grouped_by_device_and_found_by_word() {
    let list = certgrab().args(["formats"]).succeeds().out();
    assert!(list.starts_with("Any program:\n  pem "), "{list}");
    assert!(list.contains("\n\nESP32 and ESP8266:\n  arduino "), "{list}");
    for word in ["c", "esp32", "postgres"] {
        let with = certgrab().args(["formats", "--for", word]).succeeds().out();
        assert_eq!(certgrab().args(["formats", word]).succeeds().out(), with);
    }
    let first = certgrab().args(["formats", "c"]).succeeds().out();
    assert!(first.starts_with("c ") && first.contains("C and C++: a header"), "{first}");
}

#[test]
fn the_page_on_formats_has_the_same_table() {
    let page = super::bench::repository().join("docs/formats.md");
    let page = std::fs::read_to_string(page).unwrap();
    for format in FORMATS {
        let row = format!("| `{}` | {} | {} |", format.name, format.reader, format.purpose);
        assert!(page.contains(&row), "docs/formats.md has no row:\n{row}");
    }
}

#[test]
fn every_variable_and_filter_is_listed() {
    let list = certgrab().args(["formats", "--variables"]).succeeds().out();
    for (name, what) in VARIABLES {
        assert!(
            list.lines().any(|line| line.starts_with(&format!("{name} ")) && line.ends_with(what))
        );
    }
}

/// Hosts that are not valid constant names, and keywords of various languages.
const HOSTS: &[&str] = &[
    "1.2.3.4",
    "::1",
    "2001:db8::8:800:200c:417a",
    "a-b.c",
    "3com.example",
    "_mqtt._tcp.a.test",
    "xn--bcher-kva.example",
    "bücher.example",
    "例え.テスト",
    "static",
    "class.int",
    "new",
    "NULL",
    "linux",
    "a..b",
    "--",
    "",
    "x",
    "match",
    "func",
    "None",
    "e\u{301}.test",
    "__a__",
    "ESP32",
];

/// Possible names for a constant; those that certgrab accepts must be valid everywhere.
const WORDS: &str = "anchor root_ca ROOT_CA rootCa type match func go chan fn let mut var self Self \
    None True nil iota true string int int8 uint8 byte rune error len cap append make new panic \
    print println real imag complex copy delete close recover any min max clear init main bool \
    float32 float64 uintptr String Vec Option Some Ok Err str u8 i64 usize std core crate_name \
    union raw static register restrict inline typeof asm near far auto bit final override import \
    module export concept requires co_await char8_t nullptr constexpr alignas thread_local list \
    dict id print_ exec nonlocal lambda yield await async match_ case class def del record sealed \
    EOF NULL linux unix i386 errno stdin assert signed unsigned INT8_MAX int_least8_t size_t \
    printf memcpy index y0 j1 gamma signal abort exit free malloc abs time clock div";

/// Every name that certgrab generates or accepts, once.
fn all_names() -> Vec<String> {
    let given = HOSTS.iter().flat_map(|host| {
        let name = Identifier::for_host(host, "ROOT_CA");
        [Style::Upper, Style::Lower, Style::Camel].map(|style| name.in_style(style).unwrap())
    });
    let taken = WORDS.split_ascii_whitespace().filter_map(|word| Identifier::new(word).ok());
    let all = given.chain(taken).flat_map(|name| [name.to_string(), name.with("NOT_BEFORE")]);
    all.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

#[test]
fn every_generated_or_accepted_name_is_valid_in_every_language() {
    let folder = folder();
    let all = all_names();
    assert!(all.len() > 150, "{all:?}");
    let each =
        |pattern: &str| -> String { all.iter().map(|name| pattern.replace('@', name)).collect() };
    // The headers included next to a generated one; no name may collide with them.
    let headers = "#include <stddef.h>\n#include <stdint.h>\n#include <stdio.h>\n\
                   #include <string.h>\n";
    write(folder.path(), "names.c", headers.to_owned() + &each("static const int @ = 1;\n"));
    for (compiler, language, standard) in [
        ("gcc", "c", "gnu99"),
        ("gcc", "c", "gnu17"),
        ("g++", "c++", "gnu++11"),
        ("g++", "c++", "gnu++20"),
    ] {
        if real::program(compiler) {
            succeed(
                Command::new(compiler)
                    .current_dir(folder.path())
                    .args(["-fsyntax-only", "-x", language, &format!("-std={standard}")])
                    .arg("names.c"),
            );
        }
    }
    let rust = each("#[allow(non_upper_case_globals)]\npub const @: &str = \"\";\n");
    write(folder.path(), "names.rs", "#![no_std]\n#![deny(warnings)]\n".to_owned() + &rust);
    for edition in ["2015", "2024"] {
        let flags = ["--crate-type", "lib", "--emit", "metadata", "--edition", edition, "names.rs"];
        succeed(Command::new("rustc").current_dir(folder.path()).args(flags));
    }
    if real::program("python3") {
        write(folder.path(), "names.py", each("@ = 1\n"));
        let flags = ["-W", "error", "names.py"];
        succeed(Command::new("python3").current_dir(folder.path()).args(flags));
    }
    if real::program("go") {
        let folder = self::folder();
        write(folder.path(), "names.go", "package rootca\n".to_owned() + &each("const @ = \"\"\n"));
        write(folder.path(), "go.mod", "module rootca\n\ngo 1.19\n");
        succeed(
            Command::new("go")
                .current_dir(folder.path())
                .env("GOCACHE", std::env::temp_dir().join("certgrab-go-cache"))
                .args(["vet", "."]),
        );
    }
}

#[test]
fn a_format_is_found_by_english_and_chinese_words() {
    let first = |word: &str| {
        let list = certgrab().args(["formats", "--for", word]).succeeds().out();
        list.split(' ').next().unwrap_or_default().to_owned()
    };
    for (word, format) in [
        ("esp32", "arduino"),
        ("ESP8266", "esp8266"),
        ("wifinina", "pem"),
        ("pico w", "pico"),
        ("SIM7600", "at-simcom"),
        ("android", "android"),
        ("\u{5b89}\u{5353}", "android"),
        ("\u{6d82}\u{9e26}", "c"),
        ("postgres", "pem"),
        ("setCACertBundle", "esp-bundle-h"),
        ("my BG96 board", "at-quectel"),
    ] {
        assert_eq!(first(word), format, "{word}");
    }
    certgrab().args(["formats", "--for", "toaster"]).fails_with(2).stdout("").stderr(
        "certgrab: error: no format is known for `toaster`\n\
         certgrab: hint: most programs read `pem`; `certgrab formats` lists all\n",
    );
}

#[test]
fn output_over_max_bytes_is_refused() {
    let root = "tests/golden/isrg_root_x2.pem";
    let run = |most: &str| certgrab().args(["convert", root, "--emit", "der", "--max-bytes", most]);
    assert_eq!(run("543").succeeds().bytes().len(), 543);
    // On the device a header uses the size that `--sizes` shows, without its comments.
    let header = |most: &str| {
        let words = ["convert", root, "--emit", "c", "--max-bytes", most];
        certgrab().args(words)
    };
    header("791").succeeds();
    header("790").fails_with(2).stdout("");
    run("542").fails_with(2).stdout("").stderr(
        "certgrab: error: expected at most 542 bytes of `der`, found 543\n\
         certgrab: hint: `certgrab TARGET --sizes` lists the shortest forms\n",
    );
}

#[test]
fn max_bytes_holds_for_each_of_several_formats() {
    let root = std::fs::canonicalize("tests/golden/isrg_root_x2.pem").expect("the root");
    let folder = tempfile::tempdir().expect("a folder");
    let run = |most: &str| {
        certgrab()
            .args(["convert"])
            .args([&root])
            .args(["--emit=der=a.der", "--emit=c=a.h", "--emit=pem=a.pem", "--max-bytes", most])
            .in_folder(folder.path())
    };
    run("543").fails_with(2).stdout("").stderr(
        "certgrab: error: expected at most 543 bytes of each format, found `c`: 791, `pem`: 790\n\
         certgrab: hint: `certgrab TARGET --sizes` lists the shortest forms\n",
    );
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    run("791").succeeds();
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 3);
}

#[test]
fn max_bytes_in_a_manifest_limits_its_formats() {
    let root = std::fs::canonicalize("tests/golden/isrg_root_x2.pem").expect("the root");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |most: usize| {
        let text = format!(
            "[[target]]\nhost = \"plc.lan:8883\"\nfrom = '{}'\nlock = \"ca.lock\"\n\
             emit = {{ der = \"ca.der\", c = \"ca.h\" }}\nmax-bytes = {most}\n",
            root.display()
        );
        std::fs::write(folder.path().join("certgrab.toml"), text).expect("a manifest");
    };
    let files = || std::fs::read_dir(folder.path()).expect("a folder").count();
    let run = |words: &[&str]| certgrab().args(words).in_folder(folder.path());
    let why = "expected at most 600 bytes of `c`, found 791\n";
    write(600);
    let err = run(&["sync"]).fails_with(2).stdout("").err();
    assert!(err.contains(why), "{err}");
    assert_eq!(files(), 1);
    write(791);
    run(&["sync"]).succeeds();
    assert_eq!(files(), 4);
    write(600);
    let err = run(&["sync", "--locked"]).fails_with(2).err();
    assert!(err.contains(why), "{err}");
    write(0);
    let err = run(&["sync"]).fails_with(2).err();
    assert!(err.contains("certgrab.toml:6: `max-bytes`"), "{err}");
}
