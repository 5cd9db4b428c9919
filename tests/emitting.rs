//! The formats of the main command, read back by the programs they are for.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use crate::support::{Pki, Server, grab, pki::pem_of, real};

fn emitted(pki: &Pki, arguments: &[&str]) -> Vec<u8> {
    let server = Server::presenting(pki);
    let roots = pki.root_file();
    let outcome = grab(&server).args(["-q"]).trusting(roots).args(arguments).succeeds();
    outcome.bytes().to_vec()
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the program runs");
    assert!(
        output.status.success(),
        "{command:?}:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn three() -> Pki {
    Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test")
}

#[test]
fn what_chooses_the_certificates_to_write() {
    let pki = three();
    let path = pki.path();
    for (what, expected) in [
        ("anchor", pem_of(&path[2..])),
        ("chain", pem_of(path)),
        ("leaf", pem_of(&path[..1])),
        ("intermediates", pem_of(&path[1..2])),
    ] {
        let found = emitted(&pki, &["--emit", "pem", "--what", what]);
        assert_eq!(String::from_utf8_lossy(&found), expected, "{what}");
    }
}

#[test]
fn what_intermediates_fails_without_any() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    grab(&server)
        .args(["--emit", "pem", "--what", "intermediates"])
        .trusting(pki.root_file())
        .fails_with(1)
        .stdout("")
        .stderr("certgrab: error: there is no intermediate between the leaf and the anchor\n");
}

#[test]
fn cer_is_one_certificate_in_base64_as_browsers_export_it() {
    let pki = three();
    let cer = String::from_utf8(emitted(&pki, &["--emit", "cer"])).expect("text");
    assert_eq!(cer, pem_of(&pki.path()[2..]));
    assert!(cer.lines().all(|line| line.len() <= 64), "{cer}");
    let server = Server::presenting(&pki);
    grab(&server)
        .args(["--emit", "cer", "--what", "chain"])
        .trusting(pki.root_file())
        .fails_with(2)
        .stdout("")
        .stderr(
            "certgrab: error: the format `cer` holds exactly one certificate; found 3\n\
             certgrab: hint: use `pem` or `p7b` for several certificates\n",
        );
}

#[test]
fn openssl_reads_der_and_p7b_output() {
    if !real::program("openssl") {
        return;
    }
    let pki = three();
    let der = pki.file("out.der");
    fs::write(&der, emitted(&pki, &["--emit", "der"])).expect("a file");
    let read = run(Command::new("openssl").args(["x509", "-inform", "DER", "-in"]).arg(&der));
    assert_eq!(String::from_utf8_lossy(&read.stdout), pem_of(&pki.path()[2..]));

    let p7b = pki.file("out.p7b");
    fs::write(&p7b, emitted(&pki, &["--emit", "p7b", "--what", "chain"])).expect("a file");
    let read = run(Command::new("openssl").args(["pkcs7", "-print_certs", "-in"]).arg(&p7b));
    let text = String::from_utf8_lossy(&read.stdout).into_owned();
    let mut blocks = String::new();
    let mut inside = false;
    for line in text.lines() {
        inside |= line.starts_with("-----BEGIN");
        if inside {
            blocks.push_str(line);
            blocks.push('\n');
        }
        inside &= !line.starts_with("-----END");
    }
    assert_eq!(blocks, pem_of(pki.path()));
}

/// A program that prints the constant of the header.
const READER: &str = r#"
#include "root_ca.h"
#include "root_ca.h"
#include <stdio.h>
int main(void) {
    printf("%s%d %s %d %lld\n", BROKER, (int)sizeof BROKER, BROKER_HOST, (int)BROKER_PORT,
           (long long)BROKER_NOT_AFTER);
    return 0;
}
"#;

fn compile_and_run(folder: &Path, compiler: &str, standard: &str) -> String {
    let language = if compiler == "g++" { "c++" } else { "c" };
    run(Command::new(compiler)
        .current_dir(folder)
        .args(["-x", language, &format!("-std={standard}")])
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", "reader", "reader.c"]));
    let output = run(&mut Command::new(folder.join("reader")));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_c_header_compiles_without_warnings_as_c99_and_cpp11() {
    let pki = three();
    for what in ["anchor", "chain"] {
        let header = emitted(&pki, &["--emit", "c", "--what", what, "--name", "BROKER"]);
        fs::write(pki.file("root_ca.h"), header).expect("a file");
        fs::write(pki.file("reader.c"), READER).expect("a file");
        let pem = if what == "anchor" { pem_of(&pki.path()[2..]) } else { pem_of(pki.path()) };
        // The earliest notAfter counts: the leaf expires in 2040, the root in 2050.
        let end = if what == "anchor" { 2_524_608_000_i64 } else { 2_208_988_800 };
        let server_port_varies = |text: &str| {
            let rest = text.strip_prefix(&pem).expect("the PEM text").to_owned();
            let words: Vec<_> = rest.split_whitespace().map(str::to_owned).collect();
            assert_eq!(words[0], (pem.len() + 1).to_string(), "sizeof counts the NUL");
            assert_eq!(words[1], "plc.test");
            assert_eq!(words[3], end.to_string());
        };
        for (compiler, standard) in
            [("gcc", "c99"), ("gcc", "c11"), ("g++", "c++11"), ("g++", "c++17")]
        {
            if real::program(compiler) {
                server_port_varies(&compile_and_run(pki.folder(), compiler, standard));
            }
        }
    }
}

#[test]
fn the_rust_constants_compile_without_std_and_without_warnings() {
    let pki = three();
    fs::write(pki.file("root_ca.rs"), emitted(&pki, &["--emit", "rust", "--name", "BROKER"]))
        .expect("a file");
    let library =
        "#![no_std]\n#![deny(warnings)]\npub mod constants { include!(\"root_ca.rs\"); }\n";
    fs::write(pki.file("library.rs"), library).expect("a file");
    let compile = |arguments: &[&str]| {
        run(Command::new("rustc")
            .current_dir(pki.folder())
            .args(["--edition", "2021"])
            .args(arguments));
    };
    compile(&["--crate-type", "lib", "library.rs"]);
    let program = "#![deny(warnings)]\ninclude!(\"root_ca.rs\");\nfn main() {\n\
        print!(\"{BROKER}\");\n\
        assert_eq!(BROKER_CSTR.to_bytes(), BROKER.as_bytes());\n\
        println!(\"{} {BROKER_HOST} {BROKER_NOT_AFTER}\", BROKER_DER.len());\n\
        assert!(BROKER_PORT > 0);\n}\n";
    fs::write(pki.file("program.rs"), program).expect("a file");
    compile(&["program.rs"]);
    let output = run(&mut Command::new(pki.file("program")));
    let root = pki.root_der();
    let expected = format!("{}{} plc.test 2524608000\n", pem_of(&pki.path()[2..]), root.len());
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn the_comment_has_facts_source_and_command() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    let outcome = grab(&server).args(["--emit", "c"]).trusting(&roots).succeeds();
    let (port, file) = (server.port(), roots.display());
    let sha256 = crate::support::pki::sha256(pki.root_der());
    let checksum = outcome.out().lines().nth(1).unwrap_or_default().to_owned();
    assert!(checksum.starts_with(" * Checksum: "), "{checksum}");
    let expected = format!(
        "/* Generated by certgrab; do not edit.
{checksum}
 *
 * Server: `plc.test:{port}`
 * Regenerate: `certgrab plc.test:{port} --roots FILE --connect 127.0.0.1:{port} --emit c`
 *
 * anchor: `CN=Plant Root`
 * issuer: `CN=Plant Root`
 * valid: 2020-01-01T00:00:00Z to 2050-01-01T00:00:00Z
 * expected to last until: 2050-01-01
 * key: EC P-256
 * SHA-256: {sha256}
 * found in: `{file}`
 * chosen as: `the only root this chain ends in`
 */
#ifndef CERTGRAB_PLC_TEST_ROOT_CA_H
"
    );
    assert!(outcome.out().starts_with(&expected), "{}", outcome.out());
}

/// The command in a file's comment, with values in place of its path placeholders.
fn repeated(artefact: &str, files: &[(&str, &Path)]) -> Vec<String> {
    let line = artefact.lines().find(|line| line.contains("Regenerate: ")).expect("the line");
    let command = line.split('`').nth(1).expect("a command in backticks");
    let mut words = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words.remove(0), "certgrab");
    for (option, file) in files {
        if let Some(at) = words.iter().position(|word| word == option) {
            assert_eq!(words[at + 1], "FILE", "{command}");
            words[at + 1] = file.display().to_string();
        }
    }
    words
}

#[test]
fn the_command_in_the_comment_reproduces_the_file() {
    let pki = three();
    let server = Server::presenting(&pki);
    let (roots, chain) = (pki.root_file(), pki.chain_file());
    let root = crate::support::pki::sha256(pki.root_der());
    let target = format!("localhost:{}", server.port());
    let template = pki.file("own.h");
    fs::write(&template, "{% set open, bar = \"//\", \"//\" %}\n{% include \"part/about\" %}\n")
        .expect("a file");
    let files = [("--roots", &*roots), ("--from", &*chain), ("--template", &*template)];
    let roots = ["--roots", roots.to_str().expect("a path")];
    for options in [
        &["--sni", "plc.test", "--emit", "c"][..],
        &["--sni", "plc.test", "--emit", "rust", "--name", "plc_root", "--style", "upper"],
        &["--sni", "plc.test", "--emit", "go", "--style", "camel"],
        &["--sni", "plc.test", "--emit", "go", "--style", "camel", "--name", "broker"],
        &["--sni", "plc.test", "--emit", "c", "--what", "leaf", "--handshake", "cleartext"],
        &["--sni", "plc.test", "--emit", "python", "--what", "chain", "--at", "2030-05-06"],
        &["--sni", "plc.test", "--emit", "c", "--what", "intermediates", "--as", "openssl", "-4"],
        &["--sni", "plc.test", "--emit", "c", "--backup", "--siblings", "--lifetime", "90d"],
        &["--sni", "plc.test", "--emit", "c", "--no-aia", "--trust-sha256", &root],
        &["--sni", "plc.test", "--emit", "c", "--survey"],
        &["--sni", "plc.test", "--template", template.to_str().expect("a path")],
    ] {
        let run = || crate::support::certgrab().args(["-q", &target]);
        let first = run().args(roots).args(options).succeeds().out();
        let again = crate::support::certgrab().args(["-q"]).args(repeated(&first, &files));
        assert_eq!(again.succeeds().out(), first, "{options:?}");
    }
    let offline = [&["-q", "plc.test", "--from", chain.to_str().expect("a path")], &roots[..]];
    let first = crate::support::certgrab().args(offline.concat()).args(["--emit", "c"]);
    let first = first.succeeds().out();
    let again = crate::support::certgrab().args(["-q"]).args(repeated(&first, &files));
    assert_eq!(again.succeeds().out(), first);
}

#[test]
fn the_comment_has_no_needless_option_and_no_path() {
    let pki = three();
    let chain = pki.chain_file();
    let run = |arguments: &[&str]| {
        let outcome = crate::support::certgrab()
            .args(["smtp://plc.test:25", "-q", "--from"])
            .args([&chain])
            .trusting(pki.root_file())
            .args(["--emit", "c"])
            .args(arguments)
            .succeeds();
        repeated(&outcome.out(), &[]).join(" ")
    };
    let expected = "plc.test:25 --roots FILE --from FILE --starttls smtp --emit c";
    assert_eq!(run(&[]), expected);
    assert_eq!(run(&["--handshake", "auto", "--color", "never"]), expected);
    assert_eq!(
        run(&["--no-aia", "--lifetime", "10y", "--name", "plc"]),
        "plc.test:25 --roots FILE --from FILE --no-aia --lifetime 10y --starttls smtp \
         --name plc --emit c"
    );
}

#[test]
fn constants_from_a_lock_repeat_its_options() {
    let pki = three();
    let lock = pki.file("plc.pem");
    let target = |format: &str| {
        crate::support::certgrab()
            .args(["plc.test:8883", "-q", "--what", "chain", "--from"])
            .args([pki.chain_file()])
            .trusting(pki.root_file())
            .args(["--emit", format])
            .succeeds()
            .out()
    };
    fs::write(&lock, target("lock")).expect("a file");
    certgrab::Build::new()
        .lock(&lock)
        .out_dir(pki.folder())
        .c("root_ca.h")
        .try_generate()
        .expect("constants");
    assert_eq!(fs::read_to_string(pki.file("root_ca.h")).expect("a file"), target("c"));
}

#[test]
fn a_subject_cannot_leave_its_comment_or_its_literal() {
    let hostile = "*/ int x; /* \\\n // ??/ \" { \u{202e}";
    let pki = Pki::root(hostile).leaf("plc.test");
    fs::write(pki.file("root_ca.h"), emitted(&pki, &["--emit", "c", "--name", "BROKER"]))
        .expect("a file");
    fs::write(pki.file("reader.c"), READER).expect("a file");
    if real::program("gcc") {
        let text = compile_and_run(pki.folder(), "gcc", "c99");
        assert!(text.starts_with(&pem_of(&pki.path()[1..])), "{text}");
    }
    fs::write(pki.file("library.rs"), emitted(&pki, &["--emit", "rust"])).expect("a file");
    run(Command::new("rustc").current_dir(pki.folder()).args([
        "--edition",
        "2021",
        "--crate-type",
        "lib",
        "-Dwarnings",
        "library.rs",
    ]));
}

#[test]
fn deterministic_bytes_in_every_format() {
    let pki = three();
    let (chain, roots) = (pki.chain_file(), pki.root_file());
    let run = |zone: &str, language: &str, user: &str| {
        let home = tempfile::tempdir().expect("a folder");
        let emits = certgrab::internals::output::emit::FORMATS
            .iter()
            .flat_map(|format| ["--emit".to_owned(), format!("{0}={0}", format.name)]);
        crate::support::certgrab()
            .args(["-q", "plc.test", "--from"])
            .args([&chain])
            .trusting(&roots)
            .args(emits.collect::<Vec<_>>())
            .in_folder(home.path())
            .env("TZ", zone)
            .env("LC_ALL", language)
            .env("LANGUAGE", language)
            .env("USER", user)
            .env("HOME", home.path().to_str().expect("a path"))
            .succeeds();
        let written = |format: &certgrab::internals::output::emit::Format| {
            (format.name, fs::read(home.path().join(format.name)).expect(format.name))
        };
        certgrab::internals::output::emit::FORMATS.iter().map(written).collect::<Vec<_>>()
    };
    let here = run("UTC", "C", "ada");
    let there = run("Asia/Shanghai", "zh_CN.UTF-8", "bob");
    for ((format, here), (_, there)) in here.iter().zip(&there) {
        assert!(here == there, "{format}");
    }
}

#[test]
fn a_host_with_five_dashes_is_written_unchanged() {
    let pki = Pki::root("Plant Root").leaf("xn-----6kcb.test");
    let server = Server::presenting(&pki);
    for (format, line) in [
        ("c", "_HOST[] = \"xn-----6kcb.test\";"),
        ("rust", "_HOST: &str = \"xn-----6kcb.test\";"),
        ("lock", "Host: xn-----6kcb.test\n"),
    ] {
        let run = grab(&server).args(["--emit", format]).trusting(pki.root_file());
        let text = run.succeeds().out();
        assert!(text.contains(line), "{text}");
    }
}
