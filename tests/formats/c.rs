//! The formats for C and C++, compiled by gcc and g++ without a warning and read back.

use std::{path::Path, process::Command};

use certgrab::internals::output::bundle::Bundle;

use super::bench::{self, folder, succeed, write};
use crate::support::real;

/// Compilers and the language standards of firmware.
const COMPILERS: [(&str, &str); 8] = [
    ("gcc", "c99"),
    ("gcc", "c11"),
    ("gcc", "c17"),
    ("g++", "c++11"),
    ("g++", "c++14"),
    ("g++", "c++17"),
    ("g++", "c++20"),
    ("gcc", "gnu11"),
];

/// Headers with PEM text as a plain constant.
const TEXT_HEADERS: [&str; 8] =
    ["c", "arduino", "esp8266", "esp-idf", "nrf-modem", "mongoose", "pico", "freertos"];

/// Headers with DER.
const DER_HEADERS: [&str; 4] = ["c-bytes", "mbedtls", "wolfssl", "netx"];

/// Compiles `files` of `folder` to `program` with warnings as errors.
pub(super) fn compile(
    folder: &Path,
    compiler: &str,
    standard: &str,
    files: &[&str],
    flags: &[&str],
) {
    let language = if compiler.contains("++") { "c++" } else { "c" };
    succeed(
        Command::new(compiler)
            .current_dir(folder)
            .arg(format!("-std={standard}"))
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-Wshadow", "-Wwrite-strings"])
            .args(["-x", language])
            .args(files)
            .args(["-x", "none", "-o", "program"])
            .args(flags),
    );
}

/// Compiles `main` with the header under every compiler; returns the output of the last program.
fn everywhere(header: &str, main: &str, expected: &[u8]) {
    let folder = folder();
    write(folder.path(), "anchor.h", header);
    let twice = "#include \"anchor.h\"\n#include \"anchor.h\"\n";
    write(
        folder.path(),
        "main.c",
        format!("{twice}#include <stdio.h>\nint main(void) {{ {main} return 0; }}\n"),
    );
    // A second translation unit: its names must not collide with the first.
    write(
        folder.path(),
        "other.c",
        format!("{twice}int other(void);\nint other(void) {{ return 0; }}\n"),
    );
    for (compiler, standard) in COMPILERS {
        if !real::program(compiler) {
            return;
        }
        compile(folder.path(), compiler, standard, &["main.c", "other.c"], &[]);
        let output = bench::run(&mut Command::new(folder.path().join("program")));
        assert!(output.stdout == expected, "{compiler} {standard}: {header}");
    }
}

fn one() -> Bundle {
    let [_, x2] = bench::isrg();
    bench::bundle("m1.example.com", 8883, vec![x2])
}

/// Two certificates; three exceed the length of a C99 string literal.
fn many(count: usize) -> Bundle {
    let [x1, x2] = bench::isrg();
    let certificates = [x2, x1].into_iter().cycle().take(count).collect();
    bench::bundle("m1.example.com", 8883, certificates)
}

#[test]
fn text_headers_have_the_pem_and_one_nul_in_c_and_cpp() {
    for format in TEXT_HEADERS {
        for bundle in [one(), many(2)] {
            let pem = bench::text(&bundle, "pem");
            let expected = [pem.as_bytes(), b"\0"].concat();
            let header = bench::text(&bundle, format);
            everywhere(&header, "fwrite(ROOT_CA, 1, sizeof ROOT_CA, stdout);", &expected);
        }
    }
}

#[test]
fn long_text_compiles_without_a_warning() {
    let (long, longest) = (many(4), many(60));
    let cases = ["c", "arduino", "esp8266", "esp-idf"].map(|format| (&long, format, "\""));
    for (bundle, format, quote) in
        cases.into_iter().chain([(&longest, "c", "'"), (&longest, "arduino", "\"")])
    {
        let pem = bench::text(bundle, "pem");
        // Only Microsoft's compiler ends at 65,535, and Arduino does not use it.
        assert!(pem.len() > if bundle.entries.len() > 4 { 65_535 } else { 4_095 });
        let expected = [pem.as_bytes(), b"\0"].concat();
        let header = bench::text(bundle, format);
        assert!(header.contains(&format!("\n    {quote}-")), "{header}");
        everywhere(&header, "fwrite(ROOT_CA, 1, sizeof ROOT_CA, stdout);", &expected);
    }
}

#[test]
fn byte_headers_have_exactly_the_der() {
    for format in DER_HEADERS {
        let bundle = one();
        let der = bundle.entries[0].certificate.der().to_vec();
        let header = bench::text(&bundle, format);
        everywhere(&header, "fwrite(ROOT_CA_DER, 1, sizeof ROOT_CA_DER, stdout);", &der);

        let bundle = many(3);
        let ders: Vec<u8> =
            bundle.entries.iter().flat_map(|entry| entry.certificate.der().to_vec()).collect();
        let header = bench::text(&bundle, format);
        let main = "size_t i; for (i = 0; i < ROOT_CA_COUNT; i++) \
                    fwrite(ROOT_CA_DERS[i], 1, ROOT_CA_DER_SIZES[i], stdout);";
        everywhere(&header, main, &ders);
    }
}

#[test]
fn the_bytes_for_zephyr_are_an_array_in_c_and_cpp() {
    let bundle = one();
    let der = bundle.entries[0].certificate.der().to_vec();
    let folder = folder();
    write(folder.path(), "anchor.inc", bench::text(&bundle, "zephyr"));
    let main = "static const unsigned char ca_certificate[] = {\n#include \"anchor.inc\"\n};\n\
                #include <stdio.h>\nint main(void) {\n\
                fwrite(ca_certificate, 1, sizeof ca_certificate, stdout); return 0; }\n";
    write(folder.path(), "main.c", main);
    for (compiler, standard) in COMPILERS {
        if !real::program(compiler) {
            return;
        }
        compile(folder.path(), compiler, standard, &["main.c"], &[]);
        let output = bench::run(&mut Command::new(folder.path().join("program")));
        assert!(output.stdout == der, "{compiler} {standard}");
    }
}

#[test]
fn facts_next_to_the_bytes_match_the_certificate() {
    let bundle = one();
    let certificate = &bundle.entries[0].certificate;
    let expected = format!(
        "m1.example.com 8883 {} {} {}",
        certificate.not_before().unix(),
        certificate.not_after().unix(),
        certificate.sha256()
    );
    let main = "int i; printf(\"%s %d %lld %lld \", ROOT_CA_HOST, ROOT_CA_PORT, \
                (long long)ROOT_CA_NOT_BEFORE, (long long)ROOT_CA_NOT_AFTER); \
                for (i = 0; i < 32; i++) printf(\"%02x\", ROOT_CA_SHA256[i]);";
    for format in TEXT_HEADERS.iter().chain(&DER_HEADERS) {
        everywhere(&bench::text(&bundle, format), main, expected.as_bytes());
    }
}

#[test]
fn name_styles_apply_to_every_constant() {
    use certgrab::internals::output::emit::{self, Identifier};
    for (name, main) in [
        ("tuya_root_ca", "printf(\"%s%d\", tuya_root_ca_host, (int)sizeof tuya_root_ca_der);"),
        ("tuyaRootCa", "printf(\"%s%d\", tuyaRootCaHost, (int)sizeof tuyaRootCaDer);"),
    ] {
        let bundle = one();
        let name = Identifier::new(name).unwrap();
        let header = emit::render(&bundle, emit::format("c-bytes").unwrap(), &name).unwrap();
        let expected = format!("m1.example.com{}", bundle.entries[0].certificate.der().len());
        everywhere(&String::from_utf8(header).unwrap(), main, expected.as_bytes());
    }
}

#[test]
fn an_arduino_header_puts_the_text_in_progmem() {
    if !real::program("g++") {
        return;
    }
    for format in ["arduino", "esp8266"] {
        let folder = folder();
        write(folder.path(), "anchor.h", bench::text(&one(), format));
        let arduino = "#define PROGMEM __attribute__((section(\".irom.text\")))\n";
        write(folder.path(), "Arduino.h", arduino);
        let main = "#include \"anchor.h\"\n#include <stdio.h>\nint main() { puts(ROOT_CA); }\n";
        write(folder.path(), "main.cpp", main);
        compile(folder.path(), "g++", "c++17", &["main.cpp"], &["-DARDUINO=10819", "-I."]);
        let listed = succeed(Command::new("objdump").current_dir(folder.path()).args([
            "-s",
            "-j",
            ".irom.text",
            "program",
        ]));
        assert!(listed.contains("-----BEGIN CERTI"), "{listed}");
    }
}

/// ESP8266 core 3.1.2, `pgmspace.h`: constants that stay in flash.
const PROGMEM: &str = "-DPROGMEM=__attribute__((section(\".irom.text.anchor\")))";

#[test]
fn headers_for_the_esp8266_compile_and_stay_in_flash() {
    let compilers = [("xtensa-lx106-elf-gcc", "gnu17"), ("xtensa-lx106-elf-g++", "gnu++17")];
    if !compilers.iter().all(|(compiler, _)| real::program(compiler)) {
        return;
    }
    for format in TEXT_HEADERS.into_iter().chain(DER_HEADERS) {
        let (bundle, folder) = (one(), folder());
        write(folder.path(), "anchor.h", bench::text(&bundle, format));
        let main = format!(
            "#include \"anchor.h\"\nextern \"C\" const void *anchor(void);\n\
             const void *anchor(void) {{ return ROOT_CA{}; }}\n",
            if DER_HEADERS.contains(&format) { "_DER" } else { "" }
        );
        for (compiler, standard) in compilers {
            let is_c = !compiler.contains("++");
            let main = if is_c { main.replace("extern \"C\" ", "") } else { main.clone() };
            write(folder.path(), "main.c", main);
            let language = if is_c { "c" } else { "c++" };
            succeed(
                Command::new(compiler)
                    .current_dir(folder.path())
                    // Debian has no C library for it.
                    .args(["-ffreestanding", "-Os", "-Wall", "-Wextra", "-Werror", PROGMEM])
                    .arg(format!("-std={standard}"))
                    .args(["-Wno-unused-const-variable", "-Wno-unused-variable"])
                    .args(["-x", language, "-c", "main.c", "-o", "main.o"]),
            );
            if format != "esp8266" {
                continue;
            }
            succeed(Command::new("xtensa-lx106-elf-objcopy").current_dir(folder.path()).args([
                "-O",
                "binary",
                "--only-section=.irom.text.anchor",
                "main.o",
                "flash",
            ]));
            let flash = std::fs::read(folder.path().join("flash")).expect("the section");
            let pem = bench::text(&bundle, "pem") + "\0";
            assert!(flash.starts_with(pem.as_bytes()), "{compiler}");
        }
    }
}
