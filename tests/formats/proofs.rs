//! Formats that are called proved have a test in which their reader, or its TLS library, accepts them; the
//! others are listed as not tried.

use std::{collections::BTreeSet, process::Command};

use certgrab::internals::output::emit::{FORMATS, Format};

use super::bench;

const MBEDTLS: &str = "formats::devices::mbedtls_verifies_its_server_and_refuses_others";
const BEARSSL: &str = "formats::devices::bearssl_verifies_its_server_and_refuses_others";
const JAVA: &str = "formats::scripts::java_verifies_its_server_with_both_truststores";
const PINS: &str = "formats::scripts::pins_match_openssl";

/// Each proved format and the test that proves it. Text for people has its golden file.
const PROVED: &[(&str, &str)] = &[
    ("pem", MBEDTLS),
    ("cer", MBEDTLS),
    ("der", MBEDTLS),
    ("p7b", "formats::hostile::pkcs7_accepts_every_hostile_subject"),
    ("lock", "building::a_crate_with_a_lock_builds_offline_and_its_binary_connects"),
    ("c", MBEDTLS),
    ("c-bytes", MBEDTLS),
    ("arduino", MBEDTLS),
    ("esp8266", BEARSSL),
    ("bearssl", BEARSSL),
    ("esp-idf", MBEDTLS),
    ("esp-idf-txt", MBEDTLS),
    ("mbedtls", MBEDTLS),
    ("wolfssl", "formats::devices::wolfssl_verifies_its_server_and_refuses_others"),
    ("zephyr", MBEDTLS),
    ("tasmota", BEARSSL),
    ("rust", "formats::rust::constants_have_the_bytes_of_the_certificate"),
    ("rust-der", "formats::rust::constants_have_the_bytes_of_the_certificate"),
    ("rust-esp-idf", "formats::rust::the_constant_for_esp_idf_has_its_type_and_nul"),
    ("rust-anchor", "formats::rust::rustls_verifies_its_server_with_the_trust_anchor"),
    ("micropython", "formats::scripts::micropython_verifies_its_server_with_der"),
    ("esphome", "formats::scripts::esphome_compiles_the_block_into_the_same_pem"),
    ("station", MBEDTLS),
    ("mongoose", MBEDTLS),
    ("pico", MBEDTLS),
    ("freertos", MBEDTLS),
    ("nvs", "formats::markup::esp_idfs_generator_puts_the_pem_in_a_partition"),
    ("lua", "formats::niches::lua_returns_the_pem_and_the_server"),
    ("node", "formats::niches::node_verifies_its_server_and_refuses_others"),
    ("env", "formats::niches::an_env_file_sets_the_pem"),
    ("json-line", "formats::markup::json_has_the_pem_in_one_string_on_one_line"),
    ("capath", "formats::niches::openssl_finds_the_root_in_the_folder_of_the_script"),
    ("go", "formats::scripts::go_verifies_its_server_and_refuses_others"),
    ("python", "formats::scripts::cpython_verifies_its_server_with_text_and_der"),
    ("java", JAVA),
    ("java-jks", JAVA),
    ("spki-pin", PINS),
    ("sha256", PINS),
    ("sha1", "formats::niches::capath_names_and_sha1_match_openssl"),
    ("text", "formats::several::several_certificates_are_all_written_or_refused_by_name"),
];

/// What the list says about a format that its reader has not accepted in a test.
fn doubt(format: &Format) -> Option<&'static str> {
    let (_, last) = format.purpose.rsplit_once("; ")?;
    (last.starts_with("not tried ") || last == "not compiled").then_some(last)
}

#[test]
fn each_format_is_tested_with_its_reader_or_called_untried() {
    let proved: BTreeSet<_> = PROVED.iter().map(|(name, _)| *name).collect();
    assert_eq!(proved.len(), PROVED.len(), "a format stands there twice");
    let certain = FORMATS.iter().filter(|format| doubt(format).is_none());
    assert_eq!(proved, certain.map(|format| format.name).collect());
}

#[test]
fn the_tests_that_prove_a_format_exist_and_name_it() {
    let this = std::env::current_exe().expect("this program");
    let list = bench::succeed(Command::new(this).args(["--list", "--format", "terse"]));
    let all: BTreeSet<_> = list.lines().filter_map(|line| line.strip_suffix(": test")).collect();
    for (format, test) in PROVED {
        assert!(all.contains(test), "{format}: there is no test {test}");
        let (module, _) = test.rsplit_once("::").expect("a module");
        let file = format!("tests/{}.rs", module.replace("::", "/"));
        let source = std::fs::read_to_string(bench::repository().join(&file)).expect("a source");
        let names = [format!("\"{format}\""), format!(".{format}(")];
        assert!(names.iter().any(|name| source.contains(name)), "{file} does not name {format}");
    }
}

#[test]
fn the_page_on_formats_names_the_same_untried_formats() {
    let page =
        std::fs::read_to_string(bench::repository().join("docs/formats.md")).expect("a page");
    for format in FORMATS {
        let begins = format!("| `{}` |", format.name);
        let row = page.lines().find(|line| line.starts_with(&begins)).expect("a row");
        let proof = row.trim_end_matches(" |").rsplit(" | ").next().expect("a column");
        match doubt(format) {
            Some(doubt) => assert!(proof.ends_with(&format!("; {doubt}")), "{row}"),
            None => assert!(!proof.contains("not "), "{row}"),
        }
    }
}
