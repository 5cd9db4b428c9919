//! Several certificates in each format: all of them in one file, or a refusal that says so.

use certgrab::Diagnostic as _;
use certgrab::internals::{
    output::emit::{Error, FORMATS},
    x509::certificate::Certificate,
};

use super::bench;

/// What a format does with more than one certificate.
#[derive(Debug, PartialEq, Eq)]
enum Several {
    /// All of them, concatenated in one value or file.
    OneAfterTheOther,
    /// An array of them, with their number in a constant or a type.
    Array {
        /// The text in the source for the number of certificates, `@`.
        count: &'static str,
    },
    /// One constant for each.
    Each {
        /// The constant of certificate number `@`.
        constant: &'static str,
    },
    /// Exactly one is accepted.
    Refused,
}

fn several(format: &str) -> Several {
    use Several::{Array, Each, OneAfterTheOther, Refused};
    match format {
        "cer" | "der" | "zephyr" | "circuitpython" | "toit" | "nanoframework" => Refused,
        "c-bytes" | "mbedtls" | "wolfssl" | "netx" => {
            Array { count: "static const size_t ROOT_CA_COUNT = @;" }
        }
        "bearssl" => Array { count: "#define ROOT_CA_TAS_NUM @" },
        "tasmota" => Each { constant: "static const unsigned char ROOT_CA_DN_@[] PROGMEM" },
        "rust-anchor" => Array {
            count: "pub static ROOT_CA_ANCHORS: [rustls_pki_types::TrustAnchor<'static>; @]",
        },
        "rust-der" => Array { count: "pub static ROOT_CA_DERS: [&[u8]; @]" },
        "rust" => Each { constant: "pub const ROOT_CA_DER_@: &[u8]" },
        "micropython" => Each { constant: "ROOT_CA_DER_@ = (" },
        "pem" | "p7b" | "lock" | "c" | "arduino" | "esp8266" | "esp-idf" | "esp-idf-txt"
        | "esp-bundle" | "esp-bundle-v1" | "nrf-modem" | "rust-esp-idf" | "esphome" | "go"
        | "python" | "java" | "java-jks" | "spki-pin" | "sha256" | "text" | "station"
        | "certs-ar" | "esp-bundle-h" | "nvs" | "esp-at-pki" | "at-esp" | "at-quectel"
        | "at-simcom" | "at-ublox" | "shelly" | "lua" | "node" | "csharp" | "kotlin" | "swift"
        | "dart" | "android" | "ios" | "k8s" | "env" | "json-line" | "capath" | "sha1"
        | "freertos" | "mongoose" | "pico" => OneAfterTheOther,
        _ => panic!("what does {format} make of several certificates?"),
    }
}

/// The bytes that a source writes as `0x30` or `\x30`, in order.
fn written(source: &str) -> Vec<u8> {
    let numbers = source.split(['x']).skip(1);
    numbers.filter_map(|rest| u8::from_str_radix(rest.get(..2)?, 16).ok()).collect()
}

/// Whether the certificate, or what the format keeps of it, is in the file outside comments.
fn holds(format: &str, artefact: &[u8], certificate: &Certificate) -> bool {
    let text = String::from_utf8_lossy(artefact);
    let within = |all: &[u8], part: &[u8]| all.windows(part.len()).any(|window| window == part);
    match format {
        "java" | "java-jks" | "certs-ar" => within(artefact, certificate.der()),
        "esp-bundle-h" => within(&written(&text), certificate.spki_der()),
        "esp-bundle" | "esp-bundle-v1" => within(artefact, certificate.spki_der()),
        "p7b" => within(pem::parse(artefact).unwrap().contents(), certificate.der()),
        "sha256" | "text" => text.contains(&certificate.sha256().to_string()),
        "sha1" => {
            let digest =
                ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate.der());
            let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            text.contains(&hex)
        }
        "spki-pin" | "android" | "ios" => {
            use base64::{Engine as _, prelude::BASE64_STANDARD};
            let pin = ring::digest::digest(&ring::digest::SHA256, certificate.spki_der());
            text.contains(&BASE64_STANDARD.encode(pin))
        }
        // The name of a trust anchor is written whole, possibly without its header.
        "bearssl" | "tasmota" | "rust-anchor" => {
            within(&written(&text), &certificate.subject_der()[4..])
        }
        "c-bytes" | "mbedtls" | "wolfssl" | "netx" | "rust-der" | "micropython" | "swift" => {
            within(&written(&text), certificate.der())
        }
        _ => certificate.pem().lines().all(|line| {
            let characters: Vec<_> = line.chars().map(|one| format!("'{one}'")).collect();
            text.contains(line) || text.contains(&characters.join(", "))
        }),
    }
}

#[test]
fn several_certificates_are_all_written_or_refused_by_name() {
    let [x1, x2] = bench::isrg();
    let third = bench::root(&bench::ec_pki());
    for certificates in [vec![x2.clone(), x1.clone()], vec![x2, x1, third]] {
        let count = certificates.len().to_string();
        let bundle = bench::bundle("m1.example.com", 8883, certificates.clone());
        for format in FORMATS {
            let name = format.name;
            let made = bench::try_bytes(&bundle, name);
            let numbered = |pattern: &str, number: usize| pattern.replace('@', &number.to_string());
            if several(name) == Several::Refused {
                let refusal = made.expect_err(name);
                assert!(matches!(refusal, Error::OneOnly { .. }), "{name}: {refusal}");
                let expected =
                    format!("the format `{name}` holds exactly one certificate; found {count}");
                assert_eq!(refusal.to_string(), expected);
                assert_eq!(
                    refusal.hint().as_deref(),
                    Some("use `pem` or `p7b` for several certificates")
                );
                continue;
            }
            let made = match made {
                // Three are too many bytes for the modem; one of them has RSA 4096.
                Err(Error::TooLarge { .. }) if ["nrf-modem", "nvs"].contains(&name) => continue,
                made => made.unwrap_or_else(|error| panic!("{name}: {error}")),
            };
            for certificate in &certificates {
                assert!(holds(name, &made, certificate), "{name} does not contain one of {count}");
            }
            let text = String::from_utf8_lossy(&made);
            match several(name) {
                Several::Array { count: pattern } => {
                    let expected = numbered(pattern, certificates.len());
                    assert!(
                        text.contains(&expected),
                        "{name} does not contain `{expected}`:\n{text}"
                    );
                }
                Several::Each { constant } => {
                    for number in 1..=certificates.len() {
                        let expected = numbered(constant, number);
                        assert!(
                            text.contains(&expected),
                            "{name} does not contain `{expected}`:\n{text}"
                        );
                    }
                    let next = numbered(constant, certificates.len() + 1);
                    assert!(!text.contains(&next), "{name} has `{next}`");
                }
                Several::OneAfterTheOther | Several::Refused => {}
            }
        }
    }
}
