//! The formats for Rust: compiled without std and without a warning, and the trust anchor used by rustls in a
//! real handshake.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use certgrab::internals::{
    output::{
        bundle::Bundle,
        emit::{self, Identifier},
    },
    trust::store,
    x509::certificate::Certificate,
};

use super::bench::{self, folder, succeed, write};
use crate::support::Server;

/// Compiles `source`, which may `include!("constants.rs")`; returns the program or library.
fn compile(folder: &Path, source: &str, edition: &str, flags: &[&str]) -> PathBuf {
    write(folder, "main.rs", source);
    succeed(
        Command::new("rustc")
            .current_dir(folder)
            .args(["main.rs", "-o", "out", "--edition", edition])
            .args(flags),
    );
    folder.join("out")
}

/// All editions.
const EDITIONS: [&str; 4] = ["2015", "2018", "2021", "2024"];

const NO_STD: &str =
    "#![no_std]\n#![deny(warnings)]\nmod constants {\n    include!(\"constants.rs\");\n}\n";

fn bundles() -> [Bundle; 2] {
    let [x1, x2] = bench::isrg();
    [vec![x2.clone()], vec![x1, x2]].map(|list| bench::bundle("m1.example.com", 8883, list))
}

/// The formats for Rust.
const FORMATS: [&str; 4] = ["rust", "rust-der", "rust-esp-idf", "rust-anchor"];

/// Compiles the constants of `bundle` in `format` without std, with warnings as errors, in each edition, with
/// the name.
pub(super) fn compiles<'a>(
    format: &str,
    bundle: &Bundle,
    editions: impl IntoIterator<Item = (&'a str, &'a str)>,
) {
    let folder = folder();
    let crates = match format {
        "rust-esp-idf" => vec![esp_idf_svc(folder.path())],
        "rust-anchor" => {
            let types = libraries("rustls_pki_types");
            vec![format!("rustls_pki_types={}", types[0].display())]
        }
        _ => Vec::new(),
    };
    let mut flags = vec!["--crate-type", "lib", "--emit", "metadata"];
    let directory = format!("dependency={}", dependencies().display());
    flags.extend(crates.iter().flat_map(|one| ["-L", &directory, "--extern", one]));
    let format = emit::format(format).unwrap();
    for (edition, name) in editions {
        let name = Identifier::new(name).unwrap();
        write(folder.path(), "constants.rs", emit::render(bundle, format, &name).unwrap());
        compile(folder.path(), NO_STD, edition, &flags);
    }
}

#[test]
fn constants_compile_without_std_in_every_edition() {
    for format in FORMATS {
        for bundle in bundles() {
            let names = ["ROOT_CA", "root_ca", "rootCa", "RootCA"];
            compiles(format, &bundle, EDITIONS.into_iter().zip(names));
        }
    }
}

#[test]
fn constants_have_the_bytes_of_the_certificate() {
    let [_, x2] = bench::isrg();
    let bundle = bench::bundle("m1.example.com", 8883, vec![x2.clone()]);
    let folder = folder();
    write(folder.path(), "constants.rs", bench::text(&bundle, "rust"));
    write(folder.path(), "der.rs", bench::text(&bundle, "rust-der"));
    let main = "#![deny(warnings)]\ninclude!(\"constants.rs\");\nmod der { include!(\"der.rs\"); }\n\
        fn main() {\n\
        assert_eq!(ROOT_CA_CSTR.to_str(), Ok(ROOT_CA));\n\
        assert_eq!(ROOT_CA_DER, &der::ROOT_CA_DER[..]);\n\
        print!(\"{ROOT_CA}{ROOT_CA_DER:?} {ROOT_CA_HOST} {ROOT_CA_PORT} {ROOT_CA_SHA256:?} \
        {ROOT_CA_NOT_BEFORE} {ROOT_CA_NOT_AFTER}\");\n}\n";
    let program = compile(folder.path(), main, "2021", &[]);
    let expected = format!(
        "{}{:?} m1.example.com 8883 {:?} {} {}",
        x2.pem(),
        x2.der(),
        x2.sha256().0,
        x2.not_before().unix(),
        x2.not_after().unix()
    );
    assert_eq!(succeed(&mut Command::new(program)), expected);
}

/// The part of esp-idf-svc that the constant uses, with its rule that a NUL ends the text.
const ESP_IDF_SVC: &str = "#![no_std]\npub mod tls {\n    pub struct X509<'a>(pub &'a [u8]);\n    \
    impl<'a> X509<'a> {\n        pub const fn pem_until_nul(bytes: &'a [u8]) -> Self {\n            \
    let mut at = 0;\n            while bytes[at] != 0 { at += 1; }\n            \
    Self(bytes.split_at(at + 1).0)\n        }\n    }\n}\n";

/// Compiles it in `folder`; returns the value for `--extern`.
fn esp_idf_svc(folder: &Path) -> String {
    let flags = ["--crate-type", "rlib", "--crate-name", "esp_idf_svc"];
    let made = compile(folder, ESP_IDF_SVC, "2021", &flags);
    let library = folder.join("libesp_idf_svc.rlib");
    std::fs::rename(made, &library).unwrap();
    format!("esp_idf_svc={}", library.display())
}

#[test]
fn the_constant_for_esp_idf_has_its_type_and_nul() {
    for bundle in bundles() {
        let folder = folder();
        write(folder.path(), "constants.rs", bench::text(&bundle, "rust-esp-idf"));
        let library = esp_idf_svc(folder.path());
        let main = "#![deny(warnings)]\ninclude!(\"constants.rs\");\nfn main() {\n\
                    print!(\"{:?} {}\", ROOT_CA_X509.0.strip_suffix(b\"\\0\") == \
                    ROOT_CA.strip_suffix('\\0').map(str::as_bytes), ROOT_CA);\n}\n";
        let program = compile(folder.path(), main, "2021", &["--extern", &library]);
        let expected = format!("true {}\0", bench::text(&bundle, "pem"));
        assert_eq!(succeed(&mut Command::new(program)), expected);
    }
}

/// A rustls client with only the generated anchors.
const CLIENT: &str = concat!(
    r#"#![deny(warnings)]
include!("constants.rs");
fn main() {
    if let Err(error) = connect(rustls::RootCertStore { roots: ROOT_CA_ANCHORS.to_vec() }) {
        println!("{error}");
        std::process::exit(1);
    }
}
"#,
    include_str!("../inputs/rustls_client.rs")
);

/// The folder of this test program's libraries.
fn dependencies() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_owned()
}

/// The library `name` that this test program was built with, or an equivalent one.
fn libraries(name: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(dependencies()).unwrap().map(|file| file.unwrap().path());
    let expected = format!("lib{name}-");
    let mut found: Vec<_> = files
        .filter(|file| {
            let file = file.file_name().unwrap_or_default().to_string_lossy();
            file.starts_with(&expected) && file.ends_with(".rlib")
        })
        .collect();
    found.sort_by_key(|file| std::cmp::Reverse(file.metadata().unwrap().modified().unwrap()));
    found
}

/// Compiles the client with matching libraries of this test program.
fn client(folder: &Path) -> PathBuf {
    write(folder, "main.rs", CLIENT);
    let dependencies = dependencies();
    let mut problems = String::new();
    for rustls in libraries("rustls") {
        for types in libraries("rustls_pki_types") {
            let output = bench::run(
                Command::new("rustc")
                    .current_dir(folder)
                    .args(["main.rs", "-o", "client", "--edition", "2021"])
                    .arg("-L")
                    .arg(format!("dependency={}", dependencies.display()))
                    .args(["--extern", &format!("rustls={}", rustls.display())])
                    .args(["--extern", &format!("rustls_pki_types={}", types.display())]),
            );
            if output.status.success() {
                return folder.join("client");
            }
            problems.push_str(&String::from_utf8_lossy(&output.stderr));
        }
    }
    panic!("no client: {problems}");
}

#[test]
fn rustls_verifies_its_server_with_the_trust_anchor() {
    let pki = bench::ec_pki();
    let folder = folder();
    let bundle = bench::bundle(bench::HOST, 8883, vec![bench::root(&pki)]);
    write(folder.path(), "constants.rs", bench::text(&bundle, "rust-anchor"));
    let client = client(folder.path());
    let server = Server::presenting(&pki);
    succeed(Command::new(&client).arg(server.address().to_string()));
    assert_eq!(server.heard().data, bench::GREETING.as_bytes());
    let server = Server::presenting(&bench::ec_pki());
    let refused = bench::run(Command::new(&client).arg(server.address().to_string()));
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stdout);
    assert!(said.starts_with("invalid peer certificate"), "{said}");
}

/// The bytes of each `&[...]` in a source.
fn arrays(source: &str) -> Vec<Vec<u8>> {
    let parts = source.split("from_slice(&[").skip(1);
    parts
        .map(|part| {
            let inside = part.split(']').next().unwrap();
            let numbers = inside.split(',').map(str::trim).filter(|number| !number.is_empty());
            let byte = |number: &str| u8::from_str_radix(number.strip_prefix("0x").unwrap(), 16);
            numbers.map(|number| byte(number).unwrap()).collect()
        })
        .collect()
}

#[test]
fn every_trust_anchor_equals_the_one_of_webpki() {
    let all = store::mozilla_list();
    assert!(all.len() > 100);
    for der in all {
        let certificate = Certificate::from_der(der).unwrap();
        let source = bench::text(&bench::bundle("a.test", 443, vec![certificate]), "rust-anchor");
        let anchor = webpki::anchor_from_trusted_cert(der).unwrap();
        let mut expected = vec![anchor.subject.to_vec(), anchor.subject_public_key_info.to_vec()];
        expected.extend(anchor.name_constraints.map(|constraints| constraints.to_vec()));
        assert_eq!(arrays(&source), expected);
    }
}

#[test]
fn a_trust_anchor_keeps_its_name_constraints() {
    let root = crate::support::Pki::root_changed("Narrow Root", |params| {
        params.name_constraints = Some(rcgen::NameConstraints {
            permitted_subtrees: vec![rcgen::GeneralSubtree::DnsName("plant.test".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    })
    .leaf("a.plant.test");
    let certificate = bench::root(&root);
    let anchor = webpki::anchor_from_trusted_cert(root.root_der()).unwrap();
    let source = bench::text(&bench::bundle("a.plant.test", 443, vec![certificate]), "rust-anchor");
    assert_eq!(arrays(&source)[2], anchor.name_constraints.unwrap().to_vec());
}

#[test]
fn a_trust_anchor_has_nine_words_and_its_bytes() {
    let words = size_of::<rustls_pki_types::TrustAnchor<'_>>() / size_of::<usize>();
    let [_, x2] = bench::isrg();
    let bundle = bench::bundle("a.test", 443, vec![x2.clone()]);
    let format = emit::format("rust-anchor").unwrap();
    let name = Identifier::new("ROOT_CA").unwrap();
    let bytes = emit::flash_bytes(&bundle, format, &name).unwrap().unwrap();
    // A word on the devices has four bytes. The two outer headers are left out.
    let anchor = webpki::anchor_from_trusted_cert(&x2.der().into()).unwrap().to_owned();
    assert_eq!(bytes, words * 4 + anchor.subject.len() + anchor.subject_public_key_info.len());
}
