//! What certgrab says of a TLS stack is what the stack says: real mbedTLS, BearSSL and OpenSSL.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use certgrab::{
    certificate::Certificate,
    consumer::{self, Consumer},
    handshake::Presented,
    path::Question,
    store::Source,
    time::Time,
    verify,
};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;

use crate::support::{certgrab, pki::pem_of, real};

type Der = CertificateDer<'static>;

/// leaf, Int, and Root X, which exists self-signed and signed by Old Root.
struct Crossed {
    leaf: Der,
    int: Der,
    root: Der,
    cross: Der,
    old_root: Der,
    /// Old Root as it was before it was renewed: the same key, expired.
    expired_old_root: Der,
    self_signed_leaf: Der,
}

impl Crossed {
    fn new() -> Self {
        let key = || KeyPair::generate().expect("a key");
        let (leaf_key, int_key, root_key, old_key) = (key(), key(), key(), key());
        let issuer = |name: &str, key: &KeyPair| {
            Issuer::new(authority(name), KeyPair::try_from(key.serialize_der()).expect("a key"))
        };
        let (old, root) = (issuer("Old Root", &old_key), issuer("Root X", &root_key));
        let int = issuer("Int", &int_key);
        let mut expired = authority("Old Root");
        expired.not_after = date_time_ymd(2021, 1, 1);
        let signed = |certificate: Result<rcgen::Certificate, rcgen::Error>| {
            certificate.expect("a certificate").der().clone()
        };
        Self {
            leaf: signed(leaf().signed_by(&leaf_key, &int)),
            int: signed(authority("Int").signed_by(&int_key, &root)),
            root: signed(authority("Root X").self_signed(&root_key)),
            cross: signed(authority("Root X").signed_by(&root_key, &old)),
            old_root: signed(authority("Old Root").self_signed(&old_key)),
            expired_old_root: signed(expired.self_signed(&old_key)),
            self_signed_leaf: signed(leaf().self_signed(&leaf_key)),
        }
    }

    /// What the server sends: the leaf, Int and the cross-signed Root X.
    fn sent(&self) -> Vec<Der> {
        vec![self.leaf.clone(), self.int.clone(), self.cross.clone()]
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn leaf() -> CertificateParams {
    let mut params = named("plc.test");
    params.subject_alt_names =
        vec![rcgen::SanType::DnsName("plc.test".try_into().expect("a name"))];
    params
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
}

/// A library, asked through a small program or through its own command.
struct Library {
    consumer: Consumer,
    asked: Box<dyn Fn(&Case) -> Command>,
}

/// One question, as files.
struct Case {
    folder: TempDir,
    at: Time,
}

impl Case {
    fn new(anchors: &[&Der], sent: &[Der], at: Time) -> Self {
        let folder = TempDir::new().expect("a folder");
        let anchors: Vec<Der> = anchors.iter().copied().cloned().collect();
        let write = |name: &str, content: Vec<u8>| {
            fs::write(folder.path().join(name), content).expect("a file");
        };
        write("anchors.pem", pem_of(&anchors).into_bytes());
        write("chain.pem", pem_of(sent).into_bytes());
        write("leaf.pem", pem_of(&sent[..1]).into_bytes());
        write("more.pem", pem_of(&sent[1..]).into_bytes());
        write("anchors.bin", with_lengths(&anchors));
        write("chain.bin", with_lengths(sent));
        Self { folder, at }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn with_lengths(certificates: &[Der]) -> Vec<u8> {
    let one = |der: &Der| {
        let length = u32::try_from(der.len()).expect("a short certificate").to_be_bytes();
        [&length[..], der].concat()
    };
    certificates.iter().flat_map(one).collect()
}

/// A program around a library, if the library is there.
fn program(folder: &Path, source: &str, header: &str, link: &[&str]) -> Option<PathBuf> {
    if !real::header(header) || !real::program("gcc") {
        return None;
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers");
    let program = folder.join(source).with_extension("");
    let output = Command::new("gcc")
        .args(["-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&program)
        .arg(sources.join(source))
        .args(link)
        .output()
        .expect("gcc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(program)
}

fn libraries(folder: &Path) -> Vec<Library> {
    let mut libraries = Vec::new();
    let words = |program: PathBuf, kind: &'static str| {
        Box::new(move |case: &Case| {
            let mut command = Command::new(&program);
            command.args(["plc.test", &case.at.unix().to_string()]);
            command.arg(case.file(&format!("anchors.{kind}")));
            command.arg(case.file(&format!("chain.{kind}")));
            command
        })
    };
    let mbedtls =
        program(folder, "mbedtls.c", "mbedtls/x509_crt.h", &["-lmbedx509", "-lmbedcrypto"]);
    if let Some(program) = mbedtls {
        libraries.push(Library { consumer: consumer::MBEDTLS, asked: words(program, "pem") });
    }
    if let Some(program) = program(folder, "bearssl.c", "bearssl.h", &["-lbearssl"]) {
        libraries.push(Library { consumer: consumer::BEARSSL, asked: words(program, "bin") });
    }
    if real::program("openssl") {
        for consumer in [consumer::OPENSSL, consumer::OPENSSL_PARTIAL_CHAIN] {
            let asked = Box::new(move |case: &Case| {
                let mut command = Command::new("openssl");
                command.args([
                    "verify",
                    "-no-CApath",
                    "-no-CAstore",
                    "-verify_hostname",
                    "plc.test",
                ]);
                command.args(["-attime", &case.at.unix().to_string()]);
                if consumer == consumer::OPENSSL_PARTIAL_CHAIN {
                    command.arg("-partial_chain");
                }
                command.arg("-CAfile").arg(case.file("anchors.pem"));
                if fs::metadata(case.file("more.pem")).is_ok_and(|facts| facts.len() > 0) {
                    command.arg("-untrusted").arg(case.file("more.pem"));
                }
                command.arg(case.file("leaf.pem"));
                command
            });
            libraries.push(Library { consumer, asked });
        }
    }
    libraries
}

fn ours(consumer: &Consumer, anchors: &[&Der], sent: &[Der], at: Time) -> Result<(), String> {
    let presented = Presented::from_message(sent.iter().map(AsRef::as_ref), Source::Server);
    let anchors: Vec<_> =
        anchors.iter().map(|der| Certificate::from_der(der).expect("a certificate")).collect();
    let name = ServerName::try_from("plc.test").expect("a name");
    let question = Question { name: &name, at };
    verify::accepts(consumer, &presented, &anchors, question).map_err(|error| error.to_string())
}

#[test]
fn every_library_takes_the_anchors_that_certgrab_says_it_takes() {
    let pki = Crossed::new();
    let sent = pki.sent();
    let now: Time = "2030-01-01".parse().expect("a time");
    let leaf_only = vec![pki.leaf.clone()];
    let without_cross = vec![pki.leaf.clone(), pki.int.clone()];
    let with_root = vec![pki.leaf.clone(), pki.int.clone(), pki.root.clone()];
    let own = vec![pki.self_signed_leaf.clone()];
    let later: Time = "2041-01-01".parse().expect("a time");
    // What is held, what is sent, when; then mbedTLS, BearSSL, OpenSSL, OpenSSL -partial_chain.
    type Row<'a> = (&'a str, Vec<&'a Der>, &'a [Der], Time, [bool; 4]);
    let rows: [Row<'_>; 17] = [
        ("Root X self-signed", vec![&pki.root], &sent, now, [true, true, true, true]),
        ("Old Root, valid", vec![&pki.old_root], &sent, now, [true, true, true, true]),
        ("Old Root, expired", vec![&pki.expired_old_root], &sent, now, [false, true, false, false]),
        ("the cross-signed Root X itself", vec![&pki.cross], &sent, now, [true, true, false, true]),
        ("Int", vec![&pki.int], &sent, now, [true, true, false, true]),
        ("the leaf, CA-issued", vec![&pki.leaf], &sent, now, [false, true, false, true]),
        ("Root X, only the leaf sent", vec![&pki.root], &leaf_only, now, [false; 4]),
        ("Old Root, no cross-sign sent", vec![&pki.old_root], &without_cross, now, [false; 4]),
        (
            "Old Root expired, and Root X beside it",
            vec![&pki.expired_old_root, &pki.root],
            &sent,
            now,
            [true, true, true, true],
        ),
        ("clock at 1970", vec![&pki.root], &sent, Time::from_unix(86_400), [false; 4]),
        ("all expired", vec![&pki.root], &sent, later, [false; 4]),
        ("Root X sent too", vec![&pki.root], &with_root, now, [true; 4]),
        ("Root X sent, Old Root held", vec![&pki.old_root], &with_root, now, [false; 4]),
        // What is missing is held beside the root.
        (
            "Int and Root X, only the leaf sent",
            vec![&pki.root, &pki.int],
            &leaf_only,
            now,
            [true; 4],
        ),
        ("Int, only the leaf sent", vec![&pki.int], &leaf_only, now, [true, true, false, true]),
        ("a self-signed leaf", vec![&pki.self_signed_leaf], &own, now, [true; 4]),
        ("a self-signed leaf, expired", vec![&pki.self_signed_leaf], &own, later, [false; 4]),
    ];
    let folder = TempDir::new().expect("a folder");
    let libraries = libraries(folder.path());
    let columns =
        [consumer::MBEDTLS, consumer::BEARSSL, consumer::OPENSSL, consumer::OPENSSL_PARTIAL_CHAIN];
    for (what, held, sent, at, wanted) in &rows {
        for (consumer, wanted) in columns.iter().zip(wanted) {
            let said = ours(consumer, held, sent, *at);
            assert_eq!(said.is_ok(), *wanted, "{what}, {}: {said:?}", consumer.title);
        }
        let case = Case::new(held, sent, *at);
        for library in &libraries {
            let output = (library.asked)(&case).output().expect("the library's program runs");
            let text = [output.stdout, output.stderr].concat();
            let title = library.consumer.title;
            // A program that could not ask its library says none of these.
            let verdicts = ["accepted", "refused", ": OK", "verification failed"];
            let said = ours(&library.consumer, held, sent, *at);
            let text = String::from_utf8_lossy(&text);
            assert!(verdicts.iter().any(|verdict| text.contains(verdict)), "{title}: {text}");
            assert_eq!(output.status.success(), said.is_ok(), "{what}, {title}: {text} {said:?}");
        }
    }
}

#[test]
fn the_bundle_of_esp_idf_looks_up_the_issuer_of_the_topmost_certificate_alone() {
    let pki = Crossed::new();
    let now: Time = "2030-01-01".parse().expect("a time");
    let says = |held: &[&Der], sent: &[Der]| ours(&consumer::ESP_BUNDLE, held, sent, now);
    assert_eq!(says(&[&pki.old_root], &pki.sent()), Ok(()));
    assert_eq!(
        says(&[&pki.root], &pki.sent()),
        Err(
            "ESP-IDF's certificate bundle does not trust `CN=Root X`: it looks up only the issuer \
             of the topmost certificate that was sent"
                .to_owned()
        )
    );
    assert_eq!(says(&[&pki.root], &pki.sent()[..2]), Ok(()));
    let with_root = [pki.leaf.clone(), pki.int.clone(), pki.root.clone()];
    assert_eq!(says(&[&pki.root], &with_root), Ok(()));
}

#[test]
fn a_consumer_that_takes_only_roots_is_named() {
    let pki = Crossed::new();
    let now: Time = "2030-01-01".parse().expect("a time");
    assert_eq!(
        ours(&consumer::OPENSSL, &[&pki.int], &pki.sent(), now),
        Err("OpenSSL does not trust `CN=Int`: it takes no anchor that is not self-signed"
            .to_owned())
    );
}

#[test]
fn every_format_that_has_a_consumer_is_one_of_certgrabs() {
    for (format, consumer) in consumer::READERS {
        assert!(certgrab::emit::format(format).is_some(), "{format} for {}", consumer.title);
    }
}

#[test]
fn what_the_bundle_of_esp_idf_would_not_find_is_said_with_the_setting_that_helps() {
    let pki = Crossed::new();
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, certificates: &[Der]| {
        let path = folder.path().join(name);
        fs::write(&path, pem_of(certificates)).expect("a file");
        path
    };
    certgrab()
        .args(["plc.test", "--at", "2030-01-01", "--emit", "esp-bundle", "--from"])
        .args([file("chain.pem", &pki.sent())])
        .args(["--roots"])
        .args([file("root.pem", std::slice::from_ref(&pki.root))])
        .succeeds()
        .stderr(
            "certgrab: warning: ESP-IDF's certificate bundle does not trust `CN=Root X`: it looks \
             up only the issuer of the topmost certificate that was sent; set \
             `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y`\n",
        );
}
