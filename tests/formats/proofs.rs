//! What is called proved is proved: each format has tests in which its reader, or the TLS library inside that
//! reader, takes it; or the list of formats says that it was not tried.

use std::{collections::BTreeSet, process::Command};

use certgrab::internals::output::emit::{FORMATS, Format};

use super::bench;

const MBEDTLS: &str = "formats::devices::mbedtls_opens_its_own_door_and_no_other";
const BEARSSL: &str = "formats::devices::bearssl_opens_its_own_door_and_no_other";
const JAVA: &str = "formats::scripts::java_lists_both_truststores_and_opens_its_own_door_with_each";
const PINS: &str = "formats::scripts::pins_are_those_that_openssl_computes";

/// Each format that is called proved, and a test that proves it. What people read has its golden file.
const PROVED: &[(&str, &str)] = &[
    ("pem", MBEDTLS),
    ("cer", MBEDTLS),
    ("der", MBEDTLS),
    ("p7b", "formats::hostile::no_hostile_subject_keeps_a_certificate_from_pkcs7"),
    ("lock", "building::a_crate_with_a_lock_builds_without_a_network_and_its_binary_connects"),
    ("c", MBEDTLS),
    ("c-bytes", MBEDTLS),
    ("arduino", MBEDTLS),
    ("esp8266", BEARSSL),
    ("bearssl", BEARSSL),
    ("esp-idf", MBEDTLS),
    ("esp-idf-txt", MBEDTLS),
    ("mbedtls", MBEDTLS),
    ("wolfssl", "formats::devices::wolfssl_opens_its_own_door_and_no_other"),
    ("zephyr", MBEDTLS),
    ("tasmota", BEARSSL),
    ("rust", "formats::rust::constants_hold_the_bytes_of_the_certificate"),
    ("rust-der", "formats::rust::constants_hold_the_bytes_of_the_certificate"),
    ("rust-esp-idf", "formats::rust::the_constant_for_esp_idf_is_of_its_type_and_keeps_the_nul"),
    ("rust-anchor", "formats::rust::rustls_opens_its_own_door_with_the_trust_anchor_and_no_other"),
    ("micropython", "formats::scripts::micropython_opens_its_own_door_with_der_and_no_other"),
    (
        "esphome",
        "formats::scripts::esphome_takes_the_block_and_puts_the_same_pem_into_its_c_plus_plus",
    ),
    ("station", MBEDTLS),
    ("mongoose", MBEDTLS),
    ("pico", MBEDTLS),
    ("freertos", MBEDTLS),
    ("nvs", "formats::markup::the_generator_of_esp_idf_puts_the_pem_text_into_a_partition"),
    ("lua", "formats::niches::lua_returns_the_pem_text_and_the_server"),
    ("node", "formats::niches::node_connects_to_the_server_of_its_root_and_to_no_other"),
    ("env", "formats::niches::a_file_of_environment_variables_gives_the_pem_text"),
    ("json-line", "formats::markup::json_holds_the_pem_text_in_one_string_on_one_line"),
    ("capath", "formats::niches::openssl_finds_a_root_in_the_folder_that_the_script_fills"),
    ("go", "formats::scripts::go_opens_its_own_door_and_no_other"),
    ("python", "formats::scripts::cpython_opens_its_own_door_with_text_and_with_der_and_no_other"),
    ("java", JAVA),
    ("java-jks", JAVA),
    ("spki-pin", PINS),
    ("sha256", PINS),
    ("sha1", "formats::niches::the_names_in_a_folder_of_openssl_and_the_sha1_are_those_of_openssl"),
    (
        "text",
        "formats::several::two_and_three_certificates_are_all_in_the_artefact_or_refused_by_name",
    ),
];

/// What the list says of a format that its reader has not taken in a test.
fn doubt(format: &Format) -> Option<&'static str> {
    let (_, last) = format.purpose.rsplit_once("; ")?;
    (last.starts_with("not tried ") || last == "not compiled").then_some(last)
}

#[test]
fn each_format_has_a_test_in_which_its_reader_takes_it_or_is_called_untried() {
    let proved: BTreeSet<_> = PROVED.iter().map(|(name, _)| *name).collect();
    assert_eq!(proved.len(), PROVED.len(), "a format stands there twice");
    let certain = FORMATS.iter().filter(|format| doubt(format).is_none());
    assert_eq!(proved, certain.map(|format| format.name).collect());
}

#[test]
fn the_tests_that_prove_a_format_are_there_and_name_it() {
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
fn the_page_on_formats_says_of_the_same_formats_that_they_were_not_tried() {
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
