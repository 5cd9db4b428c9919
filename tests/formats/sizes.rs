//! The size of each format, compared with the object file of a compiler for a 32-bit device.

use std::process::Command;

use certgrab::internals::output::emit::{self, Identifier};

use super::{
    bench::{self, folder, succeed, write},
    names::offline,
};
use crate::support::real;

const COMPILER: &str = "riscv64-unknown-elf-gcc";

/// 32 bits, optimised for size like firmware.
const FLAGS: [&str; 5] =
    ["-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs", "-Os", "-ffreestanding"];

/// Code that uses of a header what its reader uses; `at` is any number.
fn kept(format: &str, count: usize) -> &'static str {
    match format {
        "c" | "arduino" | "esp8266" | "esp-idf" | "nrf-modem" | "mongoose" | "pico" => {
            "#include \"anchor\"\nconst void *kept(int at) { return ROOT_CA + at; }\n"
        }
        "c-bytes" | "mbedtls" | "wolfssl" | "netx" if count == 1 => {
            "#include \"anchor\"\nconst void *kept(int at) { return ROOT_CA_DER + at; }\n"
        }
        "c-bytes" | "mbedtls" | "wolfssl" | "netx" => {
            "#include \"anchor\"\nconst void *kept(int at) {\n\
             return (size_t)at < ROOT_CA_COUNT ? ROOT_CA_DERS[at] + ROOT_CA_DER_SIZES[at] : 0; }\n"
        }
        "esp-bundle-h" => {
            "#include \"anchor\"\nconst void *kept(int at) { return ROOT_CA_BUNDLE + at; }\n"
        }
        "zephyr" => {
            "static const unsigned char ca_certificate[] = {\n#include \"anchor\"\n};\n\
             const void *kept(int at) { return ca_certificate + at; }\n"
        }
        "bearssl" => "#include \"anchor\"\nconst void *kept(int at) { return ROOT_CA_TAS + at; }\n",
        "tasmota" => {
            "#include <bearssl.h>\n#define PROGMEM\n#include \"anchor\"\n\
             static const br_x509_trust_anchor table[] = {\n#include \"anchor\"\n};\n\
             const void *kept(int at) { return table + at; }\n"
        }
        _ => panic!("{format} is no header"),
    }
}

/// The data bytes in the object file of `code` with `artefact`, as `nm` counts them.
fn compiled(artefact: &[u8], code: &str) -> usize {
    let folder = folder();
    write(folder.path(), "anchor", artefact);
    write(folder.path(), "kept.c", format!("const void *kept(int at);\n{code}"));
    succeed(
        Command::new(COMPILER)
            .current_dir(folder.path())
            .args(FLAGS)
            // For BearSSL's header, after those of the device.
            .args(["-idirafter", "/usr/include", "-c", "kept.c", "-o", "kept.o"]),
    );
    let listed = succeed(Command::new("riscv64-unknown-elf-nm").current_dir(folder.path()).args([
        "--print-size",
        "--defined-only",
        "kept.o",
    ]));
    let size = |line: &str| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [_, size, kind, _] = words[..] else { return None };
        (!kind.eq_ignore_ascii_case("t")).then(|| usize::from_str_radix(size, 16).unwrap())
    };
    listed.lines().filter_map(size).sum()
}

#[test]
fn header_sizes_match_the_object_file_for_a_device() {
    if !real::program(COMPILER) {
        return;
    }
    let [x1, x2] = bench::isrg();
    let name = Identifier::new("ROOT_CA").unwrap();
    for certificates in [vec![x2.clone()], vec![x1.clone()], vec![x1, x2]] {
        let count = certificates.len();
        let bundle = bench::bundle("m1.example.com", 8883, certificates);
        for format in [
            "c",
            "c-bytes",
            "arduino",
            "esp8266",
            "esp-idf",
            "mbedtls",
            "wolfssl",
            "zephyr",
            "nrf-modem",
            "bearssl",
            "tasmota",
            "mongoose",
            "pico",
            "netx",
            "esp-bundle-h",
        ] {
            let needs_bearssl = matches!(format, "bearssl" | "tasmota");
            if (needs_bearssl && !real::header("bearssl.h")) || (format == "zephyr" && count > 1) {
                continue;
            }
            let said = emit::flash_bytes(&bundle, emit::format(format).unwrap(), &name).unwrap();
            let found = compiled(&bench::bytes(&bundle, format), kept(format, count));
            assert_eq!(said, Some(found), "{format} of {count}");
        }
    }
}

#[test]
fn sizes_match_the_files_and_are_sorted() {
    let listed = offline("broker.example", &["--sizes"]).succeeds().out();
    let mut lines = listed.lines();
    assert_eq!(
        lines.next(),
        Some("bytes of flash on a 32-bit device, without the code that reads them")
    );
    let rows: Vec<(usize, &str)> = lines
        .map(|line| {
            let mut words = line.split_whitespace();
            (words.next().unwrap().parse().unwrap(), words.next().unwrap())
        })
        .collect();
    assert!(rows.is_sorted_by_key(|(bytes, _)| *bytes));
    let of = |name: &str| rows.iter().find(|(_, format)| *format == name).map(|(bytes, _)| *bytes);
    for (format, expected) in [
        ("der", "der"),
        ("c-bytes", "der"),
        ("esp-bundle", "esp-bundle"),
        // A device with an interpreter stores the module unchanged.
        ("micropython", "micropython"),
        ("circuitpython", "circuitpython"),
    ] {
        let artefact = offline("broker.example", &["--emit", expected]).succeeds().bytes().len();
        assert_eq!(of(format), Some(artefact), "{format}");
    }
    let pem = offline("broker.example", &["--emit", "pem"]).succeeds().bytes().len();
    assert_eq!(of("c"), Some(pem + 1), "the NUL counts");
    assert_eq!(of("text"), None);
}
