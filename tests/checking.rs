//! `certgrab check`: committed constants are valid and verify the server.

use std::{fs, path::Path, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::CertificateDer;
use wait4::Wait4 as _;

use crate::{
    issuers::{Files, omitting_issuers, pki_with},
    support::{Pki, Server, certgrab, grab, pki::pem_of, real, run::Run},
};

/// The folder with typical files, good and bad ones.
fn inputs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/check")
}

/// `certgrab check` over all of them, at a time at which some expire soon.
fn check_inputs() -> Run {
    let mut names: Vec<_> =
        fs::read_dir(inputs()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    certgrab()
        .args(["check", "--offline", "--at", "2027-02-01", "--quiet"])
        .args(names)
        .in_folder(&inputs())
}

#[test]
fn every_mistake_of_the_collection_is_found() {
    let expected = fs::read_to_string(inputs().join("../check.txt")).unwrap();
    let outcome = check_inputs().fails_with(1);
    if std::env::var_os("CERTGRAB_BLESS").is_some() {
        fs::write(inputs().join("../check.txt"), outcome.out()).unwrap();
        return;
    }
    outcome.stdout(&expected);
}

/// The new root of `pki` cross-signed by an old root, and that old root, as Let's Encrypt had them.
fn cross_signed(pki: &Pki) -> (CertificateDer<'static>, CertificateDer<'static>) {
    let authority = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2045, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params
    };
    let key = KeyPair::generate().unwrap();
    let old = authority("Old Root").self_signed(&key).unwrap().der().clone();
    let issuer = Issuer::new(authority("Old Root"), key);
    let new =
        certgrab::internals::x509::certificate::Certificate::from_der(pki.root_der()).unwrap();
    let new_key = rcgen::SubjectPublicKeyInfo::from_der(new.spki_der()).unwrap();
    let cross = authority("New Root").signed_by(&new_key, &issuer).unwrap();
    (cross.der().clone(), old)
}

/// A manifest for `server` with the roots its user trusts.
fn manifest(folder: &Path, server: &Server, roots: &str) {
    let text = format!(
        "[[target]]\nhost = \"m1.test:8883\"\nconnect = \"{}\"\nroots = \"{roots}\"\n\
         lock = \"certs/m1.test.pem\"\nemit = {{ c = \"include/root_ca.h\" }}\n",
        server.address(),
    );
    fs::write(folder.join("certgrab.toml"), text).unwrap();
}

#[test]
fn sync_repairs_a_constant_after_lets_encrypt_changes_chains() {
    let pki = Pki::root("New Root").leaf("m1.test");
    let (cross, old) = cross_signed(&pki);
    let folder = pki.folder();
    fs::write(pki.file("roots.pem"), pem_of(std::slice::from_ref(&old))).unwrap();
    let leaf = pki.leaf_der().clone();
    let run = |arguments: &[&str]| certgrab().args(arguments).in_folder(folder);

    // The device has the old root, and the server sends the cross-signed new one.
    let before = Server::of(&pki).sending(&[leaf.clone(), cross]).start();
    manifest(folder, &before, "roots.pem");
    run(&["sync", "--quiet"]).succeeds();
    fs::write(pki.file("roots.pem"), pem_of(&[old, pki.root_der().clone()])).unwrap();
    let printed = |place: &str| {
        format!(
            "{place}: warning: verifies m1.test:8883 only while the server sends the cross-signed certificate `New Root` (issuer `Old Root`) [cross-sign-needed]\n    \
             embed `New Root`: `certgrab sync`\n"
        )
    };
    let lines = |file: &str, expected: &str| {
        let text = fs::read_to_string(pki.file(file)).unwrap();
        text.lines().position(|line| line.contains(expected)).unwrap() + 1
    };
    let lock = format!("certs/m1.test.pem:{}", lines("certs/m1.test.pem", "-----BEGIN"));
    let header = format!("include/root_ca.h:{}", lines("include/root_ca.h", "-----BEGIN"));
    run(&["check"]).fails_with(5).stdout(&(printed(&lock) + &printed(&header))).stderr(&format!(
        "certgrab: 2 files checked: 0 errors, 2 warnings, 0 notes\n\
             certgrab: this works today; plan the change; start with {lock} [cross-sign-needed], \
             see `certgrab explain cross-sign-needed`\n"
    ));

    // The server no longer sends the cross-signed certificate.
    let after = Server::of(&pki).sending(&[leaf]).start();
    manifest(folder, &after, "roots.pem");
    let printed = |place: &str| {
        format!(
            "{place}: error: `Old Root` does not verify m1.test:8883: `CN=m1.test` \
             is issued by `CN=New Root`, which the server did not send and {} does not have \
             [verify-failed]\n",
            place.split(':').next().unwrap()
        )
    };
    let found = run(&["check"]).fails_with(1).out();
    assert!(found.contains(&printed(&lock)) && found.contains(&printed(&header)), "{found}");
    let action = "    embed `New Root`: `certgrab sync`\n";
    assert_eq!(found.matches(action).count(), 2, "{found}");

    let changed = run(&["sync"]).succeeds().err();
    assert!(changed.contains("no longer the anchor `CN=Old Root`"), "{changed}");
    assert!(changed.contains("now the anchor `CN=New Root`"), "{changed}");
    run(&["check"])
        .succeeds()
        .stdout("")
        .stderr("certgrab: 2 files checked: 0 errors, 0 warnings, 0 notes\n");
}

#[test]
fn a_generated_file_that_differs_from_its_lock_is_stale() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, pki.root_file().to_str().unwrap());
    let run = |arguments: &[&str]| certgrab().args(arguments).in_folder(pki.folder());
    run(&["sync", "--quiet"]).succeeds();
    let text = fs::read_to_string(pki.file("include/root_ca.h")).unwrap();
    fs::write(pki.file("include/root_ca.h"), text.replace("8883", "8884")).unwrap();
    run(&["check", "--quiet"]).fails_with(5).stdout(
        "include/root_ca.h:1: warning: the file does not match certs/m1.test.pem [stale]\n    \
         regenerate it with `certgrab sync --locked`\n",
    );
}

#[test]
fn one_file_is_checked_against_its_server() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    let target = format!("{}:{}", server.name(), server.port());
    let check = |file: &Path| {
        certgrab()
            .args(["check", "--quiet", "--connect", &server.address().to_string()])
            .trusting(&roots)
            .args([file, Path::new(&target)])
    };
    check(&roots).succeeds().stdout("");

    let other = Pki::root("Other Root").leaf("plc.test");
    let out = check(&other.root_file()).fails_with(1).out();
    assert!(out.contains(":1: error: `Other Root` does not verify plc.test:"), "{out}");
    assert!(out.contains("[verify-failed]\n    embed `Plant Root`: "), "{out}");

    certgrab()
        .args(["check", "--quiet", "no_such_file.h", &target])
        .fails_with(4)
        .stdout("")
        .stderr(
            "certgrab: error: cannot read no_such_file.h: No such file or directory (os error 2)\n",
        );
    certgrab().args(["check", "plc.test:8883"]).fails_with(2).stderr(
        "certgrab: error: no file given\n\
         certgrab: hint: name one before the server: `certgrab check FILE TARGET`\n",
    );
}

/// The code around a constant `root_ca` that shows the stack.
const MBEDTLS: &str = "client.setCACert(root_ca);\n";
const BEARSSL: &str = "BearSSL::X509List list(root_ca);\n";
const OPENSSL: &str = "SSL_CTX_set_cert_store(context, store_of(root_ca));\n";
const NO_STACK: &str = "";

/// `certgrab check` of a constant with `anchor` and the code `code`, against `server`.
fn check_code(pki: &Pki, server: &Server, anchor: &CertificateDer<'static>, code: &str) -> Run {
    let pem = pem_of(std::slice::from_ref(anchor));
    let file = pki.file("firmware.cpp");
    fs::write(&file, format!("const char root_ca[] = R\"({pem})\";\n{code}")).unwrap();
    check_file(pki, server, &file)
}

/// `certgrab check` of `file` against `server`, with the root of `pki` trusted.
fn check_file(pki: &Pki, server: &Server, file: &Path) -> Run {
    check_file_alone(pki, server, file).args(["--connect", &server.address().to_string()])
}

/// The same command without the server's address.
fn check_file_alone(pki: &Pki, server: &Server, file: &Path) -> Run {
    certgrab().args(["check", "--quiet"]).trusting(pki.root_file()).args([file]).args([format!(
        "{}:{}",
        server.name(),
        server.port()
    )])
}

#[test]
fn only_bearssl_accepts_an_expired_anchor() {
    let ended =
        |params: &mut CertificateParams| params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let pki = Pki::root_changed("Old Root", ended).leaf("plc.test");
    let server = Server::presenting(&pki);
    // The Arduino core for the ESP32 checks no dates either: its mbedTLS has no clock.
    for code in [BEARSSL, MBEDTLS] {
        let found = check_code(&pki, &server, pki.root_der(), code).fails_with(5).out();
        assert!(found.contains("warning: `Old Root` expired on 2021-01-01 [expired]"), "{found}");
        assert!(!found.contains("[verify-failed]"), "{found}");
    }
    let parsed = "mbedtls_x509_crt_parse(&ca, root_ca, sizeof root_ca);\n";
    for code in [parsed, OPENSSL, NO_STACK] {
        let found = check_code(&pki, &server, pki.root_der(), code).fails_with(1).out();
        assert!(found.contains("error: `Old Root` does not verify plc.test:"), "{found}");
        assert!(found.contains("error: `Old Root` expired on 2021-01-01 [expired]"), "{found}");
    }
}

#[test]
fn mbedtls_and_bearssl_accept_an_intermediate_as_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let issuing = &pki.path()[1];
    let partial = format!("{OPENSSL}X509_VERIFY_PARAM_set_flags(p, X509_V_FLAG_PARTIAL_CHAIN);\n");
    for code in [MBEDTLS, BEARSSL, &partial] {
        let found = check_code(&pki, &server, issuing, code).fails_with(5).out();
        assert!(found.contains("[intermediate]"), "{found}");
        assert!(!found.contains("[verify-failed]"), "{found}");
    }
    let why = "OpenSSL refuses this chain: the anchor `CN=Plant Issuing` is not self-signed, and is \
               not accepted as a trust anchor [verify-failed]\n    embed `Plant Root`: ";
    let found = check_code(&pki, &server, issuing, OPENSSL).fails_with(1).out();
    assert!(found.contains("error: `Plant Issuing` does not verify plc.test:"), "{found}");
    assert!(found.contains(why), "{found}");

    // Without a known stack it is not an error.
    let found = check_code(&pki, &server, issuing, NO_STACK).fails_with(5).out();
    assert!(found.contains("warning: `Plant Issuing` verifies plc.test:"), "{found}");
    assert!(found.contains(" only with some TLS stacks: OpenSSL refuses"), "{found}");
    assert!(found.contains(why), "{found}");
}

/// A device certificate with the extended key usages `usages`, from a separate CA, and its key in PEM.
fn device(usages: &[ExtendedKeyUsagePurpose]) -> (CertificateDer<'static>, String) {
    let named = |name: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2045, 1, 1);
        params
    };
    let issuer = Issuer::new(named("Fleet Root"), KeyPair::generate().unwrap());
    let mut params = named("device-0001");
    params.extended_key_usages = usages.to_vec();
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, &issuer).unwrap().der().clone(), key.serialize_pem())
}

#[test]
fn a_device_certificate_used_as_an_anchor_is_checked_as_one() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let (for_clients, _) = device(&[ExtendedKeyUsagePurpose::ClientAuth]);
    let (with_key, key) = device(&[]);
    let key = format!("const char key[] = R\"({key})\";\n");
    let list = "BearSSL::X509List list(root_ca);\n";
    for (certificate, more) in [(&for_clients, ""), (&with_key, key.as_str())] {
        let check = |code: &str| check_code(&pki, &server, certificate, &(code.to_owned() + more));
        for code in [
            MBEDTLS,
            &format!("{list}client.setTrustAnchors(&list);\n"),
            "client.setTrustAnchors(new BearSSL::X509List(root_ca));\n",
            "tls_credential_add(1, TLS_CREDENTIAL_CA_CERTIFICATE, root_ca, sizeof(root_ca));\n",
        ] {
            let found = check(code).fails_with(1).out();
            assert!(found.contains("`device-0001` is a leaf certificate"), "{found}");
            assert!(found.contains("error: `device-0001` does not verify plc"), "{found}");
        }
        let both = check(&format!("{MBEDTLS}client.setCertificate(root_ca);\n"));
        let found = both.fails_with(1).out();
        assert!(found.contains("`device-0001` cannot be both [leaf]"), "{found}");
        // Elsewhere it is the device's own certificate, which verifies no server.
        for code in [
            "client.setCertificate(root_ca);\n",
            &format!("{list}client.setClientECCert(&list, &key);\n"),
            NO_STACK,
        ] {
            let file = pki.file("firmware.cpp");
            check(code).fails_with(1).stdout(&format!(
                "{}:1: error: no anchor for {}:{} found, only the device's own certificate \
                 [no-certificate]\n    name the file that contains the anchor\n",
                file.display(),
                server.name(),
                server.port(),
            ));
            check_file_alone(&pki, &server, &file).args(["--offline"]).succeeds().stdout("");
        }
    }
}

#[test]
fn the_format_in_the_manifest_decides_the_stack() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("m1.test");
    let server = Server::presenting(&pki);
    let folder = pki.folder();
    fs::write(pki.file("issuing.pem"), pem_of(&pki.path()[1..2])).unwrap();
    manifest(folder, &server, "issuing.pem");
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    let emit = "emit = { arduino = \"ca.h\", python = \"ca.py\" }";
    let text = text.replace("emit = { c = \"include/root_ca.h\" }", emit);
    fs::write(pki.file("certgrab.toml"), &text).unwrap();
    // A refresh writes nothing that its reader refuses ...
    let refused = certgrab().args(["sync", "--quiet"]).in_folder(folder).fails_with(1).err();
    assert!(
        refused.contains("CPython up to 3.12 refuses this chain: the anchor `CN=Plant"),
        "{refused}"
    );
    assert!(!pki.file("ca.py").exists());
    // ... but a lock for one reader may be used for another later.
    let one = text.replace(", python = \"ca.py\"", "");
    fs::write(pki.file("certgrab.toml"), one).unwrap();
    certgrab().args(["sync", "--quiet"]).in_folder(folder).succeeds();
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    certgrab().args(["sync", "--quiet", "--locked"]).in_folder(folder).succeeds();
    let found = certgrab().args(["check", "--quiet"]).in_folder(folder).fails_with(1).out();
    let printed = |file: &str| {
        let lines = found.lines().filter(|line| line.starts_with(file));
        lines.filter(|line| line.contains("[verify-failed]")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(printed("ca.h"), "", "{found}");
    assert!(printed("ca.py").contains(": error: `Plant Issuing` does not verify"), "{found}");
    assert!(printed("certs/m1.test.pem").contains(": error: "), "{found}");
}

#[test]
fn an_esp_idf_bundle_needs_the_issuer_of_the_last_certificate() {
    let pki = Pki::root("New Root").leaf("plc.test");
    let (cross, _) = cross_signed(&pki);
    let server = Server::presenting(&pki);
    let crossed = Server::of(&pki).sending(&[pki.leaf_der().clone(), cross]).start();
    let bundle = pki.file("bundle.bin");
    let emit = format!("esp-bundle={}", bundle.display());
    let run = grab(&server).args(["--quiet", "--emit", &emit]);
    run.trusting(pki.root_file()).succeeds();

    check_file(&pki, &server, &bundle).succeeds().stdout("");
    let found = check_file(&pki, &crossed, &bundle).fails_with(5).out();
    let setting =
        "`CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_VERIFY=y (ESP-IDF 6.0 and later)`";
    let file = bundle.display();
    let (host, port) = (crossed.name(), crossed.port());
    assert_eq!(
        found,
        format!(
            "{file}:1: warning: `New Root` verifies {host}:{port} only with \
             {setting}: ESP-IDF's certificate bundle refuses this chain: certificate 2 of the chain \
             `CN=New Root` has an issuer that is neither sent nor an anchor [verify-failed]\n    \
             set {setting} on the device\n"
        )
    );
}

/// The message about a hash of an unknown certificate.
const NOT_AT_HAND: &str = ": note: no known certificate has this SHA-256; it cannot be checked [anchor-unknown]\n    pass the certificate with `--roots FILE`\n";

/// The formats with a hash and no certificate: `check` reports them in a note.
const PINS: [&str; 3] = ["android", "ios", "sha1"];

#[test]
fn generated_files_without_a_certificate_get_a_note() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    for format in PINS {
        let file = pki.file(&format!("pins-{format}.txt"));
        let emit = format!("{format}={}", file.display());
        grab(&server).args(["--emit", &emit]).trusting(pki.root_file()).succeeds();
        let found = certgrab().args(["check", "--offline", "-v"]).args([&file]).succeeds().out();
        assert!(found.contains(": note: "), "{found}");
        assert!(!found.contains("error"), "{found}");
        check_file(&pki, &server, &file).succeeds();
    }
}

/// `server`'s anchor in every format, and its chain where the format supports one, in files.
///
/// `roots` is the store it was chosen from.
fn written_by_certgrab(pki: &Pki, server: &Server, roots: &Path) -> Vec<std::path::PathBuf> {
    const TAKE_CHAINS: [&str; 12] = [
        "pem",
        "p7b",
        "lock",
        "c",
        "rust",
        "python",
        "java",
        "c-bytes",
        "mbedtls",
        "wolfssl",
        "rust-der",
        "micropython",
    ];
    let mut files = Vec::new();
    for format in
        certgrab::internals::output::emit::FORMATS.iter().filter(|one| !PINS.contains(&one.name))
    {
        let whats: &[_] = match TAKE_CHAINS.contains(&format.name) {
            true => &["anchor", "chain"],
            false => &["anchor"],
        };
        for what in whats {
            let file = pki.file(&format!("{what}-{}.{}", format.name, extension(format.name)));
            let emit = format!("{}={}", format.name, file.display());
            let run = grab(server).args(["--quiet", "--what", *what, "--emit", &emit]);
            run.trusting(roots).succeeds();
            files.push(file);
        }
    }
    files
}

#[test]
fn certgrabs_output_has_no_findings() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    for file in written_by_certgrab(&pki, &server, &pki.root_file()) {
        let found = check_file(&pki, &server, &file).ends();
        assert_eq!(without_settings(&found), "", "{}", file.display());
        check_file_alone(&pki, &server, &file).args(["--offline"]).succeeds().stdout("");
    }
}

/// The findings without the warnings of `--emit` itself: settings of Zephyr, and the strict rules of newer
/// Python versions, which these certificates do not follow.
fn without_settings(found: &crate::support::run::Outcome) -> String {
    let known = ["CONFIG_MBEDTLS_SHA384=y", "verify_flags &= ~ssl.VERIFY_X509_STRICT"];
    let report = found.out();
    let is_known = |line: &&str| known.iter().any(|setting| line.contains(setting));
    let is_error = |line: &&str| line.contains(": error: ");
    assert!(!report.lines().any(|line| is_error(&line) && is_known(&line)), "{report}");
    let others = report.lines().filter(|line| !is_known(line));
    others.map(|line| format!("{line}\n")).collect()
}

#[test]
fn certgrabs_output_has_no_findings_without_the_root() {
    for key in [&rcgen::PKCS_ECDSA_P384_SHA384, &rcgen::PKCS_ECDSA_P256_SHA256] {
        let pki = Pki::root_with_key("Plant Root", KeyPair::generate_for(key).unwrap());
        let pki = pki.intermediate("Plant Issuing").leaf("plc.test");
        let server = Server::presenting(&pki);
        let target = format!("{}:{}", server.name(), server.port());
        for file in written_by_certgrab(&pki, &server, &pki.root_file()) {
            let run = certgrab().args(["check", "--quiet", "--connect"]);
            let run = run.args([server.address().to_string()]);
            let found = without_settings(&run.args([file.as_path(), Path::new(&target)]).ends());
            // A hash of an unknown certificate gets only that note.
            let name = file.file_name().unwrap().to_str().unwrap();
            let is_hash = ["sha256", "spki-pin", "text"].iter().any(|form| name.contains(form));
            assert_eq!(found.is_empty(), !is_hash, "{name}: {found}");
            assert!(!is_hash || found.ends_with(NOT_AT_HAND), "{name}: {found}");
        }
    }
}

/// A root with an RSA key, as most public CAs still have.
fn rsa_root(name: &str) -> Option<crate::support::pki::Builder> {
    if !real::program("openssl") {
        return None;
    }
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .unwrap();
    let pem = String::from_utf8(made.stdout).unwrap();
    Some(Pki::root_with_key(name, KeyPair::from_pem(&pem).unwrap()))
}

#[test]
fn certgrabs_output_for_one_of_several_roots_has_no_findings() {
    let Some(rsa) = rsa_root("Public RSA Root") else { return };
    let ecdsa = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let ecdsa = Pki::root_with_key("Public EC Root", ecdsa);
    let pkis = [rsa, ecdsa].map(|root| root.intermediate("Public Issuing").leaf("plc.test"));
    let others = ["Other Root", "Next Root"].map(|name| Pki::root(name).leaf("plc.test"));
    let roots: Vec<_> = pkis.iter().chain(&others).map(|pki| pki.root_der().clone()).collect();
    for pki in &pkis {
        let server = Server::presenting(pki);
        let target = format!("{}:{}", server.name(), server.port());
        fs::write(pki.file("store.pem"), pem_of(&roots)).unwrap();
        for file in written_by_certgrab(pki, &server, &pki.file("store.pem")) {
            let run = certgrab().args(["check", "--quiet", "--connect"]);
            let run = run.args([server.address().to_string(), "--roots".to_owned()]);
            let found = run.args([&pki.file("store.pem"), &file, Path::new(&target)]).ends();
            assert_eq!(without_settings(&found), "", "{}", file.display());
            let run = certgrab().args(["check", "--quiet", "--connect"]);
            let run = run.args([server.address().to_string()]);
            let found = without_settings(&run.args([file.as_path(), Path::new(&target)]).ends());
            assert!(
                found.is_empty() || found.ends_with(NOT_AT_HAND),
                "{}: {found}",
                file.display()
            );
        }
    }
}

#[test]
fn output_for_an_incomplete_chain_is_sound_unless_a_hash() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/issuing.der")]);
    files.serve("/issuing.der", &pki.path()[1]);
    let server = omitting_issuers(&pki);
    let mut taken = 0;
    for format in
        certgrab::internals::output::emit::FORMATS.iter().filter(|one| !PINS.contains(&one.name))
    {
        let file = pki.file(&format!("anchor-{}.{}", format.name, extension(format.name)));
        let emit = format!("{}={}", format.name, file.display());
        let run = grab(&server).args(["--quiet", "--emit", &emit]).args(files.allowing());
        run.trusting(pki.root_file()).ends();
        // A reader that does not accept an intermediate as an anchor gets none.
        if !file.exists() {
            continue;
        }
        taken += 1;
        let run = check_file(&pki, &server, &file);
        // A hash does not supply the issuer that the server omits.
        if ["sha256", "spki-pin", "text"].contains(&format.name) {
            let found = run.fails_with(1).out();
            let printed = ": error: `Plant Root` does not verify plc.test:";
            assert!(found.contains(printed), "{}: {found}", format.name);
            assert!(found.contains("which the server did not send"), "{}: {found}", format.name);
            continue;
        }
        assert_eq!(without_settings(&run.ends()), "", "{}", format.name);
    }
    assert!(taken > 5, "{taken}");
}

#[test]
fn a_key_or_hash_of_another_ca_does_not_verify_the_server() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    // The same name with another key.
    let other = Pki::root("Plant Root").leaf("plc.test");
    let (server, own) = (Server::presenting(&pki), Server::presenting(&other));
    let sends_its_root =
        Server::of(&pki).sending(&[pki.leaf_der().clone(), pki.root_der().clone()]).start();
    let target = format!("{}:{}", server.name(), server.port());
    for format in ["bearssl", "rust-anchor", "esp-bundle", "esp-bundle-v1", "sha256", "spki-pin"] {
        let file = pki.file(&format!("other-{format}.{}", extension(format)));
        let emit = format!("{format}={}", file.display());
        let run = grab(&own).args(["--quiet", "--emit", &emit]);
        run.trusting(other.root_file()).succeeds();
        let run = certgrab().args(["check", "--quiet", "--connect"]);
        let run = run.args([sends_its_root.address().to_string()]);
        let found = run.args([file.as_path(), Path::new(&target)]).fails_with(1).out();
        assert!(found.contains("[verify-failed]"), "{format}: {found}");
        let found = check_file(&pki, &server, &file).fails_with(1).out();
        assert!(found.contains("[verify-failed]"), "{format}: {found}");
    }
}

/// The usual name of a file in this format.
fn extension(format: &str) -> &str {
    match format {
        "rust" | "rust-anchor" | "rust-der" | "rust-esp-idf" => "rs",
        "python" | "micropython" | "circuitpython" => "py",
        "esphome" => "yaml",
        "esp-bundle" | "esp-bundle-v1" => "bin",
        "certs-ar" => "ar",
        "java" => "p12",
        "java-jks" => "jks",
        "go" => "go",
        "p7b" => "p7b",
        "pem" | "cer" | "der" | "lock" | "esp-idf-txt" => "pem",
        "sha256" | "spki-pin" | "text" => "txt",
        _ => "h",
    }
}

#[test]
fn reports_are_valid_sarif_and_junit() {
    let report = |form: &str| check_inputs().args(["--report", form]).fails_with(1).out();
    let log: serde_sarif::sarif::Sarif = serde_json::from_str(&report("sarif")).unwrap();
    let results = log.runs[0].results.as_ref().unwrap();
    let codes = certgrab::check::CODES.iter().map(|(code, _)| *code);
    for result in results {
        assert!(codes.clone().any(|code| Some(code) == result.rule_id.as_deref()), "{result:?}");
        assert_eq!(result.locations.as_ref().map(Vec::len), Some(1));
    }

    let suites = quick_junit::Report::deserialize_from_str(&report("junit")).unwrap();
    let cases = &suites.test_suites[0].test_cases;
    assert_eq!(cases.len(), fs::read_dir(inputs()).unwrap().count());

    let document = check_inputs().args(["--json"]).fails_with(1).json();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["status"], "broken");
    assert_eq!(document["findings"].as_array().unwrap().len(), results.len());
}

/// The JSON schema of SARIF 2.1.0 from the crate `serde-sarif`.
fn sarif_schema() -> std::path::PathBuf {
    let compiler = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let facts = String::from_utf8(compiler.stdout).unwrap();
    let host = facts.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Crates for other platforms may not have been downloaded.
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let crate_ = packages.iter().find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(crate_["manifest_path"].as_str().unwrap());
    manifest.with_file_name("src").join("schema.json")
}

/// Whether `command`, a validator, accepts its input.
pub(crate) fn is_valid(command: &mut std::process::Command) -> bool {
    let outcome = command.output().unwrap();
    let printed = String::from_utf8_lossy(&outcome.stderr);
    if !outcome.status.success() {
        println!("{command:?}: {printed}");
    }
    outcome.status.success()
}

#[test]
fn reports_fit_the_schemas_of_sarif_and_junit() {
    if !real::program("jsonschema") || !real::program("xmllint") {
        return;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let good = Pki::root("Plant Root").leaf("plc.test");
    let runs = [
        ("many", check_inputs().args(["--report", "sarif"]).fails_with(1).out()),
        ("none", {
            let run = certgrab().args(["check", "--offline", "--quiet", "--report", "sarif"]);
            run.args([good.root_file()]).succeeds().out()
        }),
    ];
    let sarif = |path: &Path| {
        let mut validator = std::process::Command::new("jsonschema");
        is_valid(validator.arg("-i").arg(path).arg(sarif_schema()))
    };
    for (name, report) in &runs {
        fs::write(file(name), report).unwrap();
        assert!(sarif(&file(name)), "{name}");
    }
    fs::write(file("other"), runs[0].1.replace("\"ruleId\"", "\"rule\"")).unwrap();
    assert!(!sarif(&file("other")), "the schema takes anything");

    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/junit/junit-10.xsd");
    let junit = |path: &Path| {
        let mut validator = std::process::Command::new("xmllint");
        is_valid(validator.args(["--nonet", "--noout", "--schema"]).arg(&schema).arg(path))
    };
    let many = check_inputs().args(["--report", "junit"]).fails_with(1).out();
    let run = certgrab().args(["check", "--offline", "--quiet", "--report", "junit"]);
    let none = run.args([good.root_file()]).succeeds().out();
    for (name, report) in [("many.xml", &many), ("none.xml", &none)] {
        fs::write(file(name), report).unwrap();
        assert!(junit(&file(name)), "{name}");
    }
    fs::write(file("other.xml"), many.replace("<failure ", "<failed ")).unwrap();
    assert!(!junit(&file("other.xml")), "the schema takes anything");
}

#[test]
fn only_the_anchor_of_a_json_document_is_an_anchor() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    let document = grab(&server).args(["--json"]).trusting(pki.root_file());
    let file = pki.file("result.json");
    fs::write(&file, document.succeeds().out()).unwrap();
    check_file(&pki, &server, &file).succeeds().stdout("");
    let checked = check_file(&pki, &server, &file).args(["--json"]).succeeds().json();
    let anchors = checked["files"][0]["anchors"].as_array().unwrap();
    assert_eq!(anchors.len(), 1, "{checked}");
    assert_eq!(anchors[0]["subject"], "CN=Plant Root");
}

#[test]
fn unclosed_blocks_are_read_once() {
    let folder = tempfile::TempDir::new().unwrap();
    let begin = "\"-----BEGIN CERTIFICATE-----\\n\"";
    for (name, between) in [("line.h", " "), ("lines.h", "\n")] {
        let blocks = vec![begin; 50_000].join(between);
        fs::write(folder.path().join(name), format!("const char a[] = {blocks};\n")).unwrap();
        let run = certgrab().args(["check", name, "--offline", "--quiet"]);
        let found = run.in_folder(folder.path()).fails_with(1).out();
        assert!(found.starts_with(&format!("{name}:1: error: the PEM block has no END")), "{name}");
    }
}

/// The CPU time of a check of `file`, independent of the load of this machine, and its findings.
fn work(file: &Path) -> (Duration, String) {
    let found = file.with_extension("found");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_certgrab"));
    let output = fs::File::create(&found).unwrap();
    let command = command.args(["check", "--offline", "--quiet"]).arg(file).stdout(output);
    let used = command.stderr(std::process::Stdio::null()).spawn().unwrap().wait4().unwrap();
    assert!(used.status.code().is_some(), "{}: {:?}", file.display(), used.status);
    (used.rusage.utime + used.rusage.stime, fs::read_to_string(found).unwrap())
}

#[test]
fn bounded_time_for_files_that_repeat_costly_text() {
    let folder = tempfile::TempDir::new().unwrap();
    // A bundle whose offsets all point to one entry, with the longest name and key.
    let bundle = fs::read(inputs().join("52_esp_bundle.bin")).unwrap();
    let entry = usize::try_from(u32::from_le_bytes(bundle[..4].try_into().unwrap())).unwrap();
    let mut entry = bundle[entry..].to_vec();
    entry[2..4].copy_from_slice(&60_000_u16.to_le_bytes());
    entry.resize(66_000, 0);
    let offsets = |count| [65_536_u32.to_le_bytes().repeat(count), entry.clone()].concat();
    let leaves = fs::read_to_string(inputs().join("09_good_mutual.h")).unwrap();
    let keys = |count| {
        let key = pem::encode(&pem::Pem::new("PRIVATE KEY", vec![1; 10_000 * count]));
        format!("const char key[] = R\"({key})\";\n{}", leaves.repeat(count)).into_bytes()
    };
    let strings = |count| (0..count).map(|n| format!("v{n}+=\"\";")).collect::<String>();
    let pins = |count| (0..count).map(|n| format!("{n:064x}\n")).collect::<String>();
    type Content<'a> = &'a dyn Fn(usize) -> Vec<u8>;
    let files: [(&str, usize, Content<'_>); 8] = [
        ("lists.h", 10_000, &|count| b"X509List a\n".repeat(count)),
        ("lengths.c", 10_000, &|count| {
            [&b"tls_credential_add("[..], &b"strlen(".repeat(count)].concat()
        }),
        ("names.c", 10_000, &|count| b"tls_credential_add(a, ".repeat(count)),
        ("dead.h", 1_000_000, &|count| [&b"#if 0"[..], &b"\n".repeat(count)].concat()),
        ("strings.h", 100_000, &|count| strings(count).into_bytes()),
        ("keys.h", 200, &keys),
        ("pins.txt", 400, &|count| pins(count).into_bytes()),
        ("bundle.bin", 16_384, &offsets),
    ];
    for (name, count, content) in files {
        let file = folder.path().join(name);
        let [(quarter, _), (whole, found)] = [count / 4, count].map(|count| {
            fs::write(&file, content(count)).unwrap();
            work(&file)
        });
        // No anchor is read a second time for another offset.
        assert!(name != "bundle.bin" || found.contains("[no-certificate]"), "{found}");
        // Four times the input takes four times the work; reading each part for each other one would take
        // sixteen times. The added second covers inputs that are too small to measure.
        let most = 8 * quarter + Duration::from_secs(1);
        assert!(whole < most, "{name}: {whole:?} for {count}, {quarter:?} for a quarter of them");
    }
}

#[test]
fn a_boundary_within_a_comment_is_ignored() {
    let pki = Pki::root("-----BEGIN CERTIFICATE-----").leaf("plc.test");
    let server = Server::presenting(&pki);
    for (format, name) in [
        ("c", "a.h"),
        ("c-bytes", "b.h"),
        ("bearssl", "c.h"),
        ("mbedtls", "d.h"),
        ("c-bytes", "b.data"),
    ] {
        let file = pki.file(name);
        let emit = format!("{format}={}", file.display());
        let run = grab(&server).args(["--quiet", "--emit", &emit]);
        run.trusting(pki.root_file()).succeeds();
        check_file_alone(&pki, &server, &file).args(["--offline"]).succeeds().stdout("");
    }
}

#[test]
fn pem_after_binary_bytes_and_of_a_cms_message_is_found() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let root = fs::read(pki.root_file()).unwrap();
    fs::write(pki.file("noise.pem"), [b"\x1b[1m\x00", &*root].concat()).unwrap();
    let message = pki.file("root.p7b");
    let emit = format!("p7b={}", message.display());
    let run = grab(&server).args(["--quiet", "--emit", &emit]);
    run.trusting(pki.root_file()).succeeds();
    let parsed = fs::read(&message).unwrap();
    let parsed = match pem::parse(&parsed) {
        Ok(parsed) => parsed.into_contents(),
        Err(_) => parsed,
    };
    fs::write(pki.file("cms.pem"), pem::encode(&pem::Pem::new("CMS", parsed))).unwrap();
    for name in ["noise.pem", "cms.pem"] {
        let checked = check_file(&pki, &server, &pki.file(name)).args(["--json"]).ends().json();
        let anchors = checked["files"][0]["anchors"].as_array().unwrap();
        assert_eq!(anchors.len(), 1, "{name}: {checked}");
        assert_eq!(anchors[0]["subject"], "CN=Plant Root");
    }
}

#[test]
fn a_yaml_key_does_not_control_the_terminal() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let root = fs::read_to_string(pki.root_file()).unwrap();
    let block: String = root.lines().map(|line| format!("  {line}\n")).collect();
    let file = pki.file("ca.yaml");
    fs::write(&file, format!("ca\u{1b}[2J: |\n{block}")).unwrap();
    let checked = check_file(&pki, &server, &file).args(["--json"]).ends().json();
    assert_eq!(checked["files"][0]["anchors"][0]["constant"], r"ca\u{1b}[2J");
}

#[test]
fn an_include_guard_is_not_the_name_of_a_constant() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let file = pki.file("ca.h");
    for (format, name) in [("c", "CA"), ("c-bytes", "CA_DER"), ("arduino", "CA")] {
        let emit = format!("{format}={}", file.display());
        let run = grab(&server).args(["--quiet", "--name", "CA", "--emit", &emit]);
        run.trusting(pki.root_file()).succeeds();
        let checked = check_file(&pki, &server, &file).args(["--json"]).succeeds().json();
        assert_eq!(checked["files"][0]["anchors"][0]["constant"], name, "{format}");
    }
}

#[test]
fn a_missing_file_does_not_hide_findings_of_others() {
    let pki = Pki::root("Plant Root").leaf("m1.test");
    let server = Server::presenting(&pki);
    manifest(pki.folder(), &server, pki.root_file().to_str().unwrap());
    certgrab().args(["sync", "--quiet"]).in_folder(pki.folder()).succeeds();
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    let text = format!("{text}check = [\"missing.h\", \"empty.h\"]\n");
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    fs::write(pki.file("empty.h"), "").unwrap();
    let run = certgrab().args(["check", "--quiet"]).in_folder(pki.folder());
    let run = run.fails_with(4).stdout("empty.h:1: error: no certificate found [no-certificate]\n");
    run.stderr("certgrab: error: cannot read missing.h: No such file or directory (os error 2)\n");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_an_unreadable_file() {
    let folder = tempfile::TempDir::new().unwrap();
    std::os::unix::fs::symlink("gone", folder.path().join("certificate")).unwrap();
    certgrab().args(["check", "certificate"]).in_folder(folder.path()).fails_with(4).stderr(
        "certgrab: error: cannot read certificate: No such file or directory (os error 2)\n",
    );
}

#[test]
fn the_page_of_findings_explains_every_code() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/findings.md");
    let page = fs::read_to_string(page).unwrap();
    let sections: Vec<_> = page.split("\n## ").skip(1).collect();
    assert_eq!(sections.len(), certgrab::check::CODES.len());
    for (section, (code, meaning)) in sections.iter().zip(certgrab::check::CODES) {
        let parts: Vec<_> = section.trim().split("\n\n").collect();
        assert_eq!(parts[0], *code);
        assert_eq!(parts[1].to_lowercase(), format!("{meaning}.").to_lowercase());
        assert!(parts[2].ends_with('.'), "{code}");
    }
}

/// The text between backquotes in `text`.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn the_chinese_page_of_findings_has_every_code_and_command() {
    let read =
        |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let (english, chinese) = (read("docs/findings.md"), read("docs/findings.zh-CN.md"));
    let sections = |page: &str| -> Vec<String> {
        page.split("\n## ").skip(1).map(|section| section.trim().to_owned()).collect()
    };
    let (english, chinese) = (sections(&english), sections(&chinese));
    assert_eq!(english.len(), chinese.len());
    for (english, chinese) in english.iter().zip(&chinese) {
        let parts: Vec<_> = chinese.split("\n\n").collect();
        assert_eq!(parts[0], english.lines().next().unwrap());
        assert!(
            parts.len() >= 3 && parts[1..].iter().all(|part| part.ends_with('。')),
            "{chinese}"
        );
        for word in quoted(english) {
            assert!(quoted(chinese).contains(&word), "`{word}`: {chinese}");
        }
    }
}

#[test]
fn explain_is_chinese_with_the_option_or_the_locale() {
    let run = |words: &[&str], locale: &str| {
        let run = certgrab().args(words).env("LC_ALL", locale);
        run.succeeds().stderr("").out()
    };
    let chinese = run(&["explain", "expired", "--lang", "zh"], "C");
    assert!(chinese.starts_with("expired\n\n证书已过期。\n\n请内置"), "{chinese}");
    assert_eq!(run(&["explain", "expired"], "zh_CN.UTF-8"), chinese);
    let english = run(&["explain", "expired"], "C");
    assert!(english.starts_with("expired\n\nThe certificate has expired.\n"), "{english}");
    assert_eq!(run(&["explain", "expired", "--lang", "en"], "zh_CN.UTF-8"), english);
    let list = run(&["explain"], "zh_CN.UTF-8");
    assert_eq!(list.lines().count(), certgrab::check::CODES.len());
    assert!(list.lines().all(|line| line.ends_with('。')), "{list}");
}

#[test]
fn a_report_replaces_no_input_and_no_other_report() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let folder = pki.folder();
    let root = pem_of(std::slice::from_ref(pki.root_der()));
    for file in ["ca.pem", "trusted.pem", "lock.pem", "by_hand.pem"] {
        fs::write(pki.file(file), &root).unwrap();
    }
    let manifest = "[[target]]\nhost = \"plc.test\"\nlock = \"lock.pem\"\nroots = \"trusted.pem\"\n\
                    check = \"by_hand.pem\"\nemit = { c = \"ca.h\" }\n";
    fs::write(pki.file("certgrab.toml"), manifest).unwrap();
    let refused = |arguments: &[&str], expected: &str| {
        let run = certgrab().args(["check", "--offline"]).args(arguments).in_folder(folder);
        run.fails_with(2).stdout("").stderr(&format!("certgrab: error: {expected}\n"));
    };
    let read = |written: &str, read: &str| {
        format!(
            "{written} is also an input ({read})\n\
             certgrab: hint: write the result to another file"
        )
    };
    refused(&["--report", "json=./ca.pem", "ca.pem"], &read("./ca.pem", "ca.pem"));
    let roots = ["--report", "json=trusted.pem", "ca.pem", "--roots", "trusted.pem"];
    refused(&roots, &read("trusted.pem", "trusted.pem"));
    for file in ["certgrab.toml", "lock.pem", "trusted.pem", "by_hand.pem", "ca.h"] {
        refused(&["--report", &format!("junit={file}")], &read(file, file));
    }
    let twice = ["--report", "json=two", "--report", "junit=./two", "ca.pem"];
    refused(&twice, "two `--report` write the same file");
    assert_eq!(fs::read_to_string(pki.file("certgrab.toml")).unwrap(), manifest);
    assert_eq!(fs::read_to_string(pki.file("ca.pem")).unwrap(), root);
}

#[test]
fn an_unused_constant_does_not_verify_the_server() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let text = |pki: &Pki| pem_of(std::slice::from_ref(pki.root_der()));
    let constants = format!(
        "const char ca[] = R\"({})\";\nconst char old_ca[] = R\"({})\";\n",
        text(&other),
        text(&pki)
    );
    let target = format!("plc.test:{}", server.port());
    let run = |code: &str| {
        fs::write(pki.file("sketch.ino"), constants.clone() + code).unwrap();
        certgrab()
            .args(["check", "sketch.ino", &target, "--connect"])
            .args([server.address().to_string()])
            .trusting(pki.root_file())
            .in_folder(pki.folder())
    };
    let found = run("void setup() { client.setCACert(ca); }\n").fails_with(1).out();
    let expected = format!("sketch.ino:1: error: `Other Root` does not verify {target}");
    assert!(found.starts_with(&expected), "{found}");
    run("void setup() { client.setCACert(old_ca); }\n").succeeds();
    run("void setup() { client.setCACert(is_old ? old_ca : ca); }\n").succeeds();
    // Nothing shows which of them is used.
    run("void setup() { client.verify(ca); }\n").succeeds();
}

#[test]
fn connection_options_without_a_server_are_refused() {
    let file = inputs().join("01_good.pem");
    let check = || certgrab().args(["check"]).args([&file]).args(["--at", "2026-05-08"]);
    for [option, value] in
        [["--connect", "127.0.0.1:1"], ["--timeout", "1"], ["--proxy", "http://127.0.0.1:1"]]
    {
        check().args([option, value]).fails_with(2).stdout("").stderr(&format!(
            "certgrab: error: `{option}` has no effect without a TARGET\n\
             certgrab: hint: name the server after the files, or leave out the option\n"
        ));
    }
    // Environment variables are not options of this run.
    for more in [&[][..], &["--offline"], &["plc.test:1", "--offline"]] {
        check().args(more).env("HTTPS_PROXY", "garbage://x").succeeds();
    }
}
