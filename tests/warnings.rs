//! What people should know before they embed an anchor: every writing command says it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa};
use rustls::pki_types::CertificateDer;

use crate::support::{Pki, Server, certgrab, grab, run::Run};

/// An attacker on the path without the server's key: refuses the handshake, and presents a recorded chain where
/// TLS 1.2 shows it in clear.
fn recorded(name: &str, chain: Vec<CertificateDer<'static>>) -> Server {
    Server::scripted(name, move |mut stream, _| {
        // A client that disconnects in the middle is not a failure of the test.
        let _ = show(&mut stream, &chain);
    })
}

fn show(stream: &mut TcpStream, chain: &[CertificateDer<'static>]) -> std::io::Result<()> {
    let mut head = [0; 5];
    stream.read_exact(&mut head)?;
    let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
    stream.read_exact(&mut hello)?;
    // Only the hello of a completed handshake has supported_versions (RFC 8446 section 4.2.1).
    // The random before the cipher suites may contain any two bytes.
    let is_whole = hello[39 + usize::from(hello[38])..].windows(2).any(|two| two == [0, 0x2b]);
    if is_whole {
        return stream.write_all(&record(21, &[2, 40]));
    }
    // After the version, the random and the session id (RFC 5246 section 7.4.1.2).
    let suites = &hello[39 + usize::from(hello[38])..];
    let count = usize::from(u16::from_be_bytes([suites[0], suites[1]])) / 2;
    let mut offered = suites[2..].chunks(2).take(count);
    let suite = offered.clone().find(|one| *one == [0, 0x2f]).or(offered.next()).expect("a suite");
    let server_hello = [&[3, 3][..], &[7; 32], &[0], suite, &[0]].concat();
    let list: Vec<u8> = chain.iter().flat_map(|one| prefixed(one)).collect();
    let messages = [(2, server_hello), (11, prefixed(&list)), (14, Vec::new())];
    let messages: Vec<u8> =
        messages.iter().flat_map(|(kind, body)| [vec![*kind], prefixed(body)].concat()).collect();
    stream.write_all(&record(22, &messages))?;
    stream.read(&mut head).map(drop)
}

fn record(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).expect("a short record").to_be_bytes();
    [&[kind, 3, 3][..], &length, body].concat()
}

/// With its length in three octets before it.
fn prefixed(body: &[u8]) -> Vec<u8> {
    [&u32::try_from(body.len()).expect("short").to_be_bytes()[1..], body].concat()
}

/// A manifest for `plc.test:8883`, which `server` plays.
fn manifest(pki: &Pki, server: &Server, more: &str) {
    let text = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{}\"\nlock = \"certs/plc.pem\"\n\
         emit = {{ c = \"ca.h\" }}\n{more}",
        server.address(),
    );
    fs::write(pki.file("certgrab.toml"), text).unwrap();
}

/// Every writing command, with the name of the target in its warnings.
fn commands(pki: &Pki, server: &Server, roots: &str) -> Vec<(&'static str, Run)> {
    let address = server.address().to_string();
    let target = format!("plc.test:8883 connect={address}\n");
    fs::write(pki.file("list"), target).unwrap();
    manifest(pki, server, &format!("roots = \"{roots}\"\n"));
    let run = |words: &[&str]| certgrab().args(words).in_folder(pki.folder());
    let one = ["plc.test:8883", "--connect", &address, "--roots", roots];
    vec![
        ("", run(&[&one[..], &["--emit", "c=one.h"]].concat())),
        ("", run(&[&one[..], &["--json"]].concat())),
        ("", run(&[&one[..], &["--survey", "--emit", "pem=survey.pem"]].concat())),
        ("plc.test:8883: ", run(&["--hosts", "list", "--roots", roots, "--emit", "pem=list.pem"])),
        ("plc.test:8883: ", run(&["sync"])),
        ("plc.test:8883: ", run(&["sync", "--locked"])),
        (
            "",
            run(&["new", "linux-c", "mqtts://plc.test:8883", "project", "--roots", roots])
                .args(["--connect", &address]),
        ),
    ]
}

#[test]
fn every_writing_command_warns_about_an_unproven_key() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = recorded("plc.test", pki.chain());
    let roots = pki.root_file();
    for (whose, run) in commands(&pki, &server, roots.to_str().unwrap()) {
        let printed = run.succeeds().err();
        let expected = format!(
            "certgrab: warning: {whose}the server did not prove possession of its private key\n"
        );
        assert_eq!(printed.matches(&expected).count(), 1, "{printed}");
    }
}

#[test]
fn every_writing_command_warns_about_a_root_of_this_system_only() {
    let pki = Pki::root("Inspecting Proxy").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    for (whose, run) in commands(&pki, &server, "system") {
        let printed = run.env("SSL_CERT_FILE", roots.to_str().unwrap()).succeeds().err();
        let expected = format!(
            "certgrab: warning: {whose}the root is only in this system's store: this is typical \
             of a TLS-inspecting proxy, whose certificates other networks do not see\n"
        );
        assert_eq!(printed.matches(&expected).count(), 1, "{printed}");
    }
}

#[test]
fn every_writing_command_names_stacks_that_refuse_the_anchor() {
    // A root that allows no CA certificate below it, with one below it: browsers ignore this rule.
    let none_below = |params: &mut CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    };
    let pki = Pki::root_changed("Plant Root", none_below).intermediate("Plant CA").leaf("plc.test");
    let server = Server::presenting(&pki);
    let roots = pki.root_file();
    let rule = "the anchor `CN=Plant Root` has a pathLenConstraint that allows fewer CA certificates \
                below; reissue the CA certificate with a larger pathlen, or without";
    // A lock shows no chain, and a project has one reader.
    let with_a_chain = commands(&pki, &server, roots.to_str().unwrap()).into_iter().take(5);
    for (whose, run) in with_a_chain {
        let err = run.succeeds().err();
        let start = format!("certgrab: warning: {whose}mbedTLS 3.6, ");
        let is_it = |line: &&str| line.starts_with(&start) && line.ends_with(rule);
        let lines: Vec<_> = err.lines().filter(is_it).collect();
        assert!(lines.len() == 1 && lines[0].contains("Go 1.19 refuse this chain: "), "{err}");
    }
}

#[test]
fn with_several_targets_a_warning_names_its_target() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let roots = pki.root_file();
    let [proven, shown] = [Server::presenting(&pki), recorded("plc.test", pki.chain())];
    let sni = ["--sni", "plc.test", "--json", "--roots", roots.to_str().unwrap()];
    let targets = [proven.address(), shown.address()].map(|one| one.to_string());
    let printed = certgrab().args(&targets).args(sni).succeeds().err();
    let expected = "the server did not prove possession of its private key";
    assert_eq!(printed.matches(expected).count(), 1, "{printed}");
    assert!(
        printed.contains(&format!("certgrab: warning: {}: {expected}\n", targets[1])),
        "{printed}"
    );
    // A set reports it once, with its targets.
    let list = format!("{} sni=plc.test\n", targets[1]).repeat(5);
    let set = ["--hosts", "-", "--emit", "pem=set.pem", "--roots", roots.to_str().unwrap()];
    let printed = certgrab().args(set).reading(list).in_folder(pki.folder()).succeeds().err();
    let named = [targets[1].as_str(); 3].join(", ");
    let whole = format!("certgrab: warning: {named} and 2 more: {expected}\n");
    assert_eq!(printed.matches(&whole).count(), 1, "{printed}");
    assert!(printed.contains("and 2 more: a device must verify the name plc.test\n"), "{printed}");
}

#[test]
fn sync_never_replaces_a_proven_key_by_an_unproven_one() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let roots = format!("roots = '{}'\n", pki.root_file().display());
    let run = |words: &[&str]| certgrab().args(words).in_folder(pki.folder());
    let files = || ["certs/plc.pem", "ca.h"].map(|file| fs::read(pki.file(file)).unwrap());
    let server = Server::presenting(&pki);
    manifest(&pki, &server, &roots);
    run(&["sync", "--quiet"]).succeeds();
    let proven = files();

    let on_the_path = recorded("plc.test", pki.chain());
    manifest(&pki, &on_the_path, &roots);
    run(&["sync"]).fails_with(1).stdout("").stderr(
        "certgrab: error: plc.test:8883: the server did not prove that it holds its key, but it did when certs/plc.pem was written; nothing was replaced\n\
         certgrab: hint: run `certgrab sync` again from another network; if the server can no longer complete a handshake, set `handshake = \"cleartext\"` in the manifest\n",
    );
    assert_eq!(files(), proven);

    // The manifest may accept an unproven key.
    manifest(&pki, &on_the_path, &(roots.clone() + "handshake = \"cleartext\"\n"));
    let printed = run(&["sync"]).succeeds().err();
    assert!(
        printed.contains("plc.test:8883: the server did not prove possession of its private key"),
        "{printed}"
    );
    assert_ne!(files(), proven);
    run(&["check"]).succeeds().stdout(
        "certs/plc.pem:6: note: the server did not prove possession of its private key \
         when the lock was written [not-proven]\n    \
         run `certgrab sync` where the server completes a handshake\n",
    );

    // A lock without a proof loses nothing.
    manifest(&pki, &on_the_path, &roots);
    run(&["sync", "--quiet"]).succeeds();
    // A lock of another server does not count.
    manifest(&pki, &server, &roots);
    run(&["sync", "--quiet"]).succeeds();
    manifest(&pki, &on_the_path, &roots);
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    fs::write(pki.file("certgrab.toml"), text.replace(":8883", ":8884")).unwrap();
    run(&["sync", "--quiet"]).succeeds();
}

#[test]
fn check_and_compare_warn_about_an_unproven_key() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let file = pki.root_file();
    let roots = format!("roots = '{}'\n", file.display());
    let run = |words: &[&str]| certgrab().args(words).in_folder(pki.folder());
    let server = Server::presenting(&pki);
    manifest(&pki, &server, &roots);
    run(&["sync", "--quiet"]).succeeds();
    assert!(!run(&["check"]).succeeds().out().contains("not-proven"));

    let on_the_path = recorded("plc.test", pki.chain());
    manifest(&pki, &on_the_path, &roots);
    let expected = "certs/plc.pem:6: warning: the server does not prove possession of its private key \
                  now, and did when the lock was written [not-proven]";
    let printed = run(&["check"]).fails_with(5).out();
    assert_eq!(printed.matches(expected).count(), 1, "{printed}");
    let address = on_the_path.address().to_string();
    let words = ["check", "certs/plc.pem", "plc.test:8883", "--connect", &address, "--roots"];
    let printed = run(&words).args([file.to_str().unwrap()]).ends().out();
    assert_eq!(printed.matches(expected).count(), 1, "{printed}");

    let here = Pki::root("Other Root").leaf("127.0.0.1");
    let [one, other] = [Server::presenting(&here), recorded("127.0.0.1", here.chain())];
    let [one, other] = [one.address(), other.address()].map(|one| one.to_string());
    let roots = here.root_file();
    let printed =
        run(&[&one, "--compare", &other, "--roots", roots.to_str().unwrap()]).ends().err();
    let expected = format!("{other}: the server did not prove possession of its private key\n");
    assert_eq!(printed.matches(&expected).count(), 1, "{printed}");
    assert!(!printed.contains(&format!("{one}: the server did")), "{printed}");
}

#[test]
fn an_anchors_restrictions_are_warnings_without_emit_too() {
    let cases = [
        (
            IsCa::NoCa,
            "issued a certificate but has no basicConstraints with CA:TRUE",
            // OpenSSL accepts keyCertSign instead.
            ["mbedTLS 3.6", "BearSSL of the ESP8266 core", "Java"],
        ),
        (
            IsCa::Ca(BasicConstraints::Constrained(0)),
            "has a pathLenConstraint that allows fewer CA certificates below",
            ["mbedTLS 3.6", "OpenSSL", "Go 1.19"],
        ),
    ];
    for (is_ca, expected, stacks) in cases {
        let pki = Pki::root_changed("Plant Root", move |root| root.is_ca = is_ca);
        let pki = pki.intermediate("Issuing").leaf("plc.test");
        let ask = || {
            let from = certgrab().args(["plc.test", "--from"]).args([&pki.chain_file()]);
            from.trusting(pki.root_file())
        };
        let report = ask().succeeds().out();
        let line = report.lines().find(|line| line.contains(expected)).unwrap_or_default();
        assert!(line.starts_with("warning "), "{report}");
        for stack in stacks {
            assert!(line.contains(stack), "{line}");
        }
        let document = ask().args(["--json"]).succeeds().json();
        assert!(document["warnings"].to_string().contains("anchor_refused"), "{document}");
    }
    let sound = Pki::root("Plant Root").intermediate("Issuing").leaf("plc.test");
    let from = certgrab().args(["plc.test", "--from"]).args([&sound.chain_file()]);
    let report = from.trusting(sound.root_file()).succeeds().out();
    assert!(!report.contains("this chain: the anchor"), "{report}");
}

#[test]
fn many_unreadable_certificates_are_one_line_unless_verbose() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let mut chain = pki.path()[..1].to_vec();
    // Distinct sequences of DER that are not certificates.
    chain.extend((0..4_u8).map(|number| CertificateDer::from(vec![0x30, 1, number])));
    let server = Server::of(&pki).sending(&chain).start();
    let run = |words: &[&str]| grab(&server).args(words).trusting(pki.root_file());
    let one = "4 certificates of the chain cannot be read; `-v` lists them";
    let report = run(&[]).succeeds().out();
    assert!(!report.contains("\nwarning    certificate "), "{report}");
    assert!(report.contains(&format!("\nwarning    {one}\n")), "{report}");
    let warnings = run(&["--emit", "pem"]).succeeds().err();
    assert_eq!(warnings.matches(&format!("certgrab: warning: {one}\n")).count(), 1, "{warnings}");
    assert!(!warnings.contains("warning: certificate "), "{warnings}");
    let report = run(&["-v"]).succeeds().out();
    assert_eq!(report.matches("\nwarning    certificate ").count(), 4, "{report}");
    let document = run(&["--json"]).succeeds().json();
    let all = document["warnings"].as_array().expect("a list").iter();
    assert_eq!(all.filter(|one| one["code"] == "unreadable").count(), 4);
    // The same if no root verifies the chain.
    let report = grab(&server).fails_with(1).out();
    assert!(report.contains(&format!("\nwarning    {one}\n")), "{report}");
}
