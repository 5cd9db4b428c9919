//! The promises of SECURITY.md: each names its tests, and its limits are those of the code.

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use certgrab::internals::{
    chain, check,
    judge::{path, work},
    net::{aia, connect, starttls},
    output::lock,
    run::{follow, grab},
    text::foreign::Foreign,
    tls,
    tls::probe,
    trust::store,
    x509::{certificate::Certificate, extensions, name, signed},
};
use proptest::prelude::*;

use crate::support::{Pki, Server, grab};

const KIB: usize = 1024;

fn security() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("SECURITY.md");
    fs::read_to_string(path).expect("SECURITY.md")
}

/// All Rust sources below `folder`, in one text.
fn sources(folder: PathBuf) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            text += &sources(path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text += &fs::read_to_string(path).expect("a source");
        }
    }
    text
}

/// The project's sources with its tests.
fn code() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(root.join("src")) + &sources(root.join("tests"))
}

#[test]
fn each_promise_names_existing_tests() {
    let security = security();
    let promises = security.split("## Promises").nth(1).expect("the promises");
    let promises = promises.split("## Limits").next().expect("their end");
    let code = code();
    for number in 1..=10 {
        let promise = promises.split(&format!("\n{number}. **")).nth(1).expect("a promise");
        let name = promise.split("**").next().expect("its name").to_lowercase().replace(' ', "_");
        let tests = promise.split("Tests: ").nth(1).expect("its tests");
        let tests: Vec<_> =
            tests.lines().next().expect("a line").split('`').skip(1).step_by(2).collect();
        assert!(tests.len() >= 2, "promise {number}");
        let is_named = tests.iter().any(|test| test.starts_with(&format!("{name}_")));
        assert!(is_named, "promise {number}: no test begins with {name}");
        for test in tests {
            assert!(code.contains(&format!("fn {test}(")), "promise {number}: {test}");
        }
    }
}

#[test]
fn the_table_of_limits_matches_the_constants() {
    let bytes = |bytes: usize| match bytes {
        _ if bytes.is_multiple_of(KIB * KIB) => format!("{} MiB", bytes / KIB / KIB),
        _ => format!("{} KiB", bytes / KIB),
    };
    let seconds = |time: Duration| format!("{} s", time.as_secs());
    let rsa = signed::RSA_BITS;
    let limits = [
        ("grab::TIMEOUT", seconds(grab::TIMEOUT)),
        ("connect::ADDRESS_TIMEOUT", seconds(connect::ADDRESS_TIMEOUT)),
        ("connect::MAX_ADDRESSES", connect::MAX_ADDRESSES.to_string()),
        ("probe::MAX_CONNECTIONS", probe::MAX_CONNECTIONS.to_string()),
        (
            "survey::PAUSE_BEFORE_REPEATING",
            seconds(certgrab::internals::run::survey::PAUSE_BEFORE_REPEATING),
        ),
        // Private constants: their tests check the values from outside.
        ("full::CLIENT_CERTIFICATE_WAIT", "1 s".to_owned()),
        ("not_tls::MQTT_TIMEOUT", "2 s".to_owned()),
        ("cli::client::MAX_KEY_BYTES", bytes(64 * KIB)),
        ("probe::MAX_ASKED_ADDRESSES", probe::MAX_ASKED_ADDRESSES.to_string()),
        ("tls::MAX_CERTIFICATE_MESSAGE_BYTES", bytes(tls::MAX_CERTIFICATE_MESSAGE_BYTES)),
        ("tls::MAX_CERTIFICATE_REQUEST_BYTES", bytes(tls::MAX_CERTIFICATE_REQUEST_BYTES)),
        ("tls::MAX_MESSAGE_BYTES", bytes(tls::MAX_MESSAGE_BYTES)),
        ("tls::MAX_PEER_BYTES", bytes(tls::MAX_PEER_BYTES)),
        ("tls::MAX_USELESS_RECORDS", tls::MAX_USELESS_RECORDS.to_string()),
        ("chain::MAX_CERTIFICATES", chain::MAX_CERTIFICATES.to_string()),
        (
            "certificate::MAX_CERTIFICATE_BYTES",
            bytes(certgrab::internals::x509::certificate::MAX_CERTIFICATE_BYTES),
        ),
        ("starttls::MAX_LINE_BYTES", bytes(starttls::MAX_LINE_BYTES)),
        ("starttls::MAX_LINES", starttls::MAX_LINES.to_string()),
        ("aia::STAGE_TIMEOUT", seconds(aia::STAGE_TIMEOUT)),
        ("aia::http::FETCH_TIMEOUT", seconds(aia::http::FETCH_TIMEOUT)),
        ("aia::MAX_URLS", aia::MAX_URLS.to_string()),
        ("aia::GRACE", format!("{} ms", aia::GRACE.as_millis())),
        ("chain::MAX_FETCHES", chain::MAX_FETCHES.to_string()),
        ("aia::MAX_DEPTH", aia::MAX_DEPTH.to_string()),
        ("chain::MAX_REDIRECTS", chain::MAX_REDIRECTS.to_string()),
        ("follow::MAX_REDIRECTS", follow::MAX_REDIRECTS.to_string()),
        ("aia::http::MAX_BODY_BYTES", bytes(aia::http::MAX_BODY_BYTES)),
        ("aia::http::MAX_HEAD_BYTES", bytes(aia::http::MAX_HEAD_BYTES)),
        ("aia::http::MAX_HEADERS", aia::http::MAX_HEADERS.to_string()),
        ("aia::http::MAX_CONNECTION_BYTES", bytes(aia::http::MAX_CONNECTION_BYTES)),
        ("aia::body::MAX_CERTIFICATES", aia::body::MAX_CERTIFICATES.to_string()),
        ("signed::RSA_BITS", format!("{} to {} bits", rsa.start(), rsa.end())),
        ("chain::MAX_URL_CHARACTERS", chain::MAX_URL_CHARACTERS.to_string()),
        ("name::SHOWN_RDNS", name::SHOWN_RDNS.to_string()),
        ("extensions::SHOWN_NAMES", extensions::SHOWN_NAMES.to_string()),
        ("work::MAX_PARTIAL_PATHS", work::MAX_PARTIAL_PATHS.to_string()),
        ("work::MAX_SIGNATURE_CHECKS", work::MAX_SIGNATURE_CHECKS.to_string()),
        ("grab::JUDGING", format!("{} ms", grab::JUDGING.as_millis())),
        ("path::MAX_TRACES", path::MAX_TRACES.to_string()),
        ("store::MAX_ROOTS_BYTES", bytes(store::MAX_ROOTS_BYTES)),
        ("store::MAX_ROOTS", store::MAX_ROOTS.to_string()),
        ("check::MAX_FILE_BYTES", bytes(check::MAX_FILE_BYTES)),
        ("check::MAX_FINGERPRINTS", check::MAX_FINGERPRINTS.to_string()),
        ("check::MAX_SIGNATURE_CHECKS", check::MAX_SIGNATURE_CHECKS.to_string()),
        ("check::MAX_FINDINGS", check::MAX_FINDINGS.to_string()),
        // Private to their files, which have their tests.
        ("serve::HANDSHAKE_LIMIT", "10 s".to_owned()),
        ("der_form::MOST_BEGINNINGS", "1000".to_owned()),
        ("git_index::MAX_BYTES", bytes(128 * KIB * KIB)),
        ("check::MAX_BASELINE_BYTES", bytes(check::MAX_BASELINE_BYTES)),
        ("loss::MAX_PRESENT_BYTES", bytes(16 * KIB * KIB)),
        ("batch::MAX_CERTIFICATES", certgrab::internals::run::batch::MAX_CERTIFICATES.to_string()),
        ("lock::MAX_LOCK_BYTES", bytes(lock::MAX_LOCK_BYTES)),
        // Private to the command: its test checks the value from outside.
        ("cli::manifest::MAX_MANIFEST_BYTES", bytes(KIB * KIB)),
        ("walk::MAX_FILES", "500000".to_owned()),
        ("walk::MAX_DEPTH", "256".to_owned()),
        ("walk::walk", "0".to_owned()),
        ("cli::convert::pkcs12::MAX_TIME", "30 s".to_owned()),
        ("commands::convert::MAX_PASSWORD_BYTES", bytes(KIB)),
        ("emit::MAX_TEMPLATE_BYTES", bytes(certgrab::internals::output::emit::MAX_TEMPLATE_BYTES)),
        (
            "emit::MAX_TEMPLATE_STEPS",
            certgrab::internals::output::emit::MAX_TEMPLATE_STEPS.to_string(),
        ),
        ("emit::MAX_TEMPLATE_TIME", seconds(certgrab::internals::output::emit::MAX_TEMPLATE_TIME)),
        (
            "session::MAX_CONNECTIONS",
            certgrab::internals::lab::session::MAX_CONNECTIONS.to_string(),
        ),
        ("hello::MAX_HELLO_BYTES", bytes(certgrab::internals::lab::hello::MAX_HELLO_BYTES)),
        ("session::HELLO", seconds(certgrab::internals::lab::session::HELLO)),
        (
            "foreign::SHOWN_CHARACTERS",
            certgrab::internals::text::foreign::SHOWN_CHARACTERS.to_string(),
        ),
    ];
    let security = security();
    let code = code();
    for (constant, value) in &limits {
        let row = format!("| {value} | `{constant}` | `");
        let (_, test) =
            security.split_once(&row).unwrap_or_else(|| panic!("{constant} is {value}"));
        let test = test.split('`').next().unwrap_or_default();
        assert!(code.contains(&format!("fn {test}(")), "{constant}: {test}");
    }
    // The memory for a file has a separate row, in addition to the file's size.
    let rows = security.lines().filter(|line| {
        line.starts_with("| ") && line.contains("::") && !line.starts_with("| memory for ")
    });
    assert_eq!(rows.count(), limits.len(), "every row is compared");
}

#[test]
fn ends_in_time_against_a_peer_that_sends_slowly() {
    let server = Server::scripted("drip.test", |mut stream, _| {
        let mut hello = [0; 512];
        let _ = stream.read(&mut hello);
        // Periodic warning alerts would keep a reader alive that counts from the last byte. After half a minute
        // the server closes the connection, which is another error.
        for _ in 0..100 {
            if stream.write_all(&[21, 3, 3, 0, 2, 1, 90]).is_err() {
                break;
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    });
    let said = grab(&server).args(["--timeout", "1"]).fails_with(3).stdout("").err();
    assert!(said.starts_with("certgrab: error: timed out"), "{said}");
}

#[test]
fn repeated_certificates_displace_no_other() {
    let most = u8::try_from(chain::MAX_CERTIFICATES).expect("a few");
    let one = Pki::root("Plant Root").leaf("plc.test").leaf_der().to_vec();
    // The last bytes belong to the signature, which this test does not check.
    let of = |number: u8| [&one[..one.len() - 1], &[number]].concat();
    let again = (0..most).map(|_| of(0));
    let sent: Vec<_> = again.chain((0..most).map(of)).collect();
    let source = store::Source::Server;
    let kept = chain::Presented::from_message(sent.iter().map(Vec::as_slice), source);
    let kept_bytes: Vec<_> = kept.certificates().map(Certificate::der).collect();
    assert_eq!(kept_bytes, (0..most).map(of).collect::<Vec<_>>());
    assert_eq!(kept.dropped(), chain::MAX_CERTIFICATES);
}

/// Whether `text` contains anything that controls a terminal.
fn acts(text: &str) -> bool {
    let bidirectional = |one: char| {
        matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(one, '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().any(|one| one.is_control() || bidirectional(one))
}

/// Text with many characters that mean something to a terminal or a compiler.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "*/", "/*", "??/", "//", "\\", "\"", "'", "\n", "\r", "\x1b[31m", "\u{202e}",
            "\u{2028}", "\0", "-->", "{{", "{%", "#{", "$", "`", " ", "\u{85}", "\u{300}",
            "\u{feff}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// `text` with its numbered characters restored.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(one) = rest.chars().next() {
        let numbered = rest.strip_prefix("\\u{").and_then(|rest| rest.split_once('}'));
        let numbered = numbered.and_then(|(number, rest)| {
            let number = u32::from_str_radix(number, 16).ok()?;
            Some((char::from_u32(number)?, rest))
        });
        if let Some((character, after)) = numbered {
            plain.push(character);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(r"\\") {
            plain.push_str(r"\\");
            rest = after;
        } else {
            plain.push(one);
            rest = &rest[one.len_utf8()..];
        }
    }
    plain
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn clean_text_from_any_characters_at_all(raw in hostile()) {
        let text = Foreign::text(&raw);
        for shown in [text.line(), text.comment(), text.string_literal()] {
            prop_assert!(!acts(&shown), "{shown:?}");
        }
        let bytes: Vec<_> = raw.chars().map(|one| (u32::from(one) & 0xff) as u8).collect();
        prop_assert!(!acts(&Foreign::bytes(&bytes).line()));
    }

    #[test]
    fn inert_sources_from_any_characters_at_all(raw in hostile()) {
        let comment = Foreign::text(&raw).comment();
        for mark in ["*/", "/*", "??", "-->"] {
            prop_assert!(!comment.contains(mark), "{comment:?}");
        }
        prop_assert!(!comment.trim_end().ends_with('\\'), "{comment:?}");
        // JSON is one of the languages of the literal and has a parser here: the program reads what the report
        // shows.
        let text = Foreign::text(&raw);
        let literal = text.string_literal();
        prop_assert!(literal.is_ascii());
        let read: String = serde_json::from_str(&format!("\"{literal}\"")).expect("a JSON string");
        let whole = plain(&text.line());
        match read.strip_suffix("... (cut)") {
            // Its escapes make it longer than the line, so it is cut earlier: where a character of at most 12,
            // two surrogates by number, no longer fits.
            Some(start) if literal.len() > 256 + "... (cut)".len() - 12 => {
                let start = start.rsplit_once('\\').map_or(start, |(before, _)| before);
                let start = plain(start);
                prop_assert!(whole.starts_with(start.trim_end_matches('\\')), "{start:?}");
            }
            _ => prop_assert_eq!(plain(&read), whole),
        }
    }

    #[test]
    fn bounded_for_any_bytes_of_a_certificate(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12)
    ) {
        static GOOD: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
        let good = GOOD.get_or_init(|| Pki::root("Plant Root").leaf("plc.test").leaf_der().to_vec());
        let mut der = good.clone();
        for (place, byte, kind) in changes {
            let place = place.index(der.len());
            match kind {
                0 => der[place] = byte,
                1 => der.insert(place, byte),
                2 if der.len() > 1 => drop(der.remove(place)),
                _ => der[place] ^= 1 << (byte % 8),
            }
        }
        if let Ok(certificate) = Certificate::from_der(&der) {
            prop_assert_eq!(certificate.der(), &der[..]);
            for name in [certificate.subject(), certificate.issuer()] {
                prop_assert!(!acts(&name.text().line()));
            }
            let facts = [certificate.key().to_string(), certificate.serial()];
            prop_assert!(!facts.iter().any(|fact| acts(fact)));
            // A second reader accepts what the first accepted.
            let block = pem::parse(certificate.pem()).expect("one PEM block");
            prop_assert_eq!(block.contents(), &der[..]);
        }
    }
}
