//! A lock and the files made from it are compared with the manifest and its stores.

use std::{fs, path::Path};

use certgrab::internals::{
    output::{
        bundle::{Bundle, Entry, Role},
        emit, lock,
    },
    text::foreign::Foreign,
    trust::store::mozilla_list,
    x509::certificate::Certificate,
};

use crate::{
    issuers::{Files, omitting_issuers, pki_with},
    support::{Pki, Server, pki::pem_of, run},
};

pub(crate) const LOCK: &str = "certs/plc.pem";

/// A manifest for `server` that trusts the file `root.pem`, and a lock with two files made from it.
pub(crate) fn synced(pki: &Pki, server: &Server, more: &str) {
    pki.root_file();
    let text = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{}\"\nroots = \"root.pem\"\n\
         lock = \"{LOCK}\"\nemit = {{ c = \"ca.h\", bearssl = \"ta.h\", sha256 = \"pins.txt\" }}\n\
         {more}",
        server.address()
    );
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    run(pki.folder(), &["sync", "--quiet"]).succeeds();
}

fn read(pki: &Pki) -> Bundle {
    lock::read(&fs::read(pki.file(LOCK)).unwrap(), None).unwrap()
}

/// Writes the lock of `pki` with `change` applied, and everything that a command would generate from it.
fn tampered(pki: &Pki, change: impl FnOnce(&mut Bundle)) {
    let mut bundle = read(pki);
    change(&mut bundle);
    fs::write(pki.file(LOCK), lock::write(&bundle)).unwrap();
}

/// The same with `line` in place of the one with the same label.
pub(crate) fn stated(pki: &Pki, line: &str) {
    let text = fs::read_to_string(pki.file(LOCK)).unwrap();
    let fact = &line[..=line.find(':').unwrap()];
    let lines: Vec<_> = text.lines().collect();
    let place = lines.iter().position(|one| one.starts_with(fact)).expect(fact);
    let lines: Vec<_> = [&lines[..place], &[line], &lines[place + 1..]].concat();
    fs::write(pki.file(LOCK), lines.join("\n") + "\n").unwrap();
}

fn certificate(der: &[u8]) -> Certificate {
    Certificate::from_der(der).unwrap()
}

fn entry(role: Role, der: &[u8], source: &str) -> Entry {
    let certificate = certificate(der);
    let source = Foreign::text(source);
    Entry::new(certificate, role, source)
}

/// Severity and code of each finding in the lock, offline.
pub(crate) fn found(pki: &Pki) -> Vec<String> {
    of_file(&run(pki.folder(), &["check", "--offline", "--quiet"]).ends().out(), LOCK)
}

pub(crate) fn of_file(report: &str, file: &str) -> Vec<String> {
    let own = report.lines().filter_map(|line| line.strip_prefix(file)?.strip_prefix(':'));
    own.map(|line| {
        let severity = line.split(": ").nth(1).unwrap();
        format!("{severity} {}", line.rsplit(['[', ']']).nth(1).unwrap())
    })
    .collect()
}

#[test]
fn a_certificate_outside_the_stores_is_refused_in_a_lock() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let evil = Pki::root("DigiCert TLS ECC P384 Root G6").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    run(pki.folder(), &["check", "--offline"]).succeeds().stdout("");
    let made = ["ca.h", "ta.h", "pins.txt"];
    let before = made.map(|file| fs::read(pki.file(file)).unwrap());

    tampered(&pki, |bundle| {
        bundle.entries.push(entry(Role::Backup, evil.root_der(), "Mozilla's store"));
    });
    let name = "`DigiCert TLS ECC P384 Root G6`";
    let action = "run `certgrab sync`; if the certificate is right, add its file to `roots` or its \
                  SHA-256 to `trust-sha256` in the manifest";
    run(pki.folder(), &["sync", "--locked"]).fails_with(1).stdout("").stderr(&format!(
        "certgrab: error: {LOCK}: line 28: the lock contains {name} as backup, \
         but the manifest does not ask for it [lock-differs]\n\
         certgrab: hint: remove it with `certgrab sync`, or set `backup = true` in the manifest\n\
         certgrab: error: {LOCK}: line 33: the source of {name} is not `Mozilla's store`: not found in any store of the manifest [lock-untrue]\n\
         certgrab: hint: run `certgrab sync`\n\
         certgrab: error: {LOCK}: line 34: {name} is not in root.pem [untrusted-root]\n\
         certgrab: hint: {action}\n"
    ));
    assert_eq!(made.map(|file| fs::read(pki.file(file)).unwrap()), before);
    let codes = ["error lock-differs", "error lock-untrue", "error untrusted-root"];
    assert_eq!(found(&pki), codes);
    run(pki.folder(), &["check", "--quiet"]).fails_with(1);

    // In any form, and written by anyone.
    let target = ["--name", "PLC_TEST_ROOT_CA", "--roots", "evil.pem", "--from", "evil-chain.pem"];
    fs::write(pki.file("evil.pem"), pem_of(std::slice::from_ref(evil.root_der()))).unwrap();
    fs::write(pki.file("evil-chain.pem"), pem_of(&evil.chain())).unwrap();
    let emit = ["--emit", "c=ca.h", "--emit", "bearssl=ta.h", "--emit", "sha256=pins.txt"];
    run(pki.folder(), &["plc.test:8883"]).args(target).args(emit).succeeds();
    let report = run(pki.folder(), &["check", "--offline", "--quiet"]).fails_with(1).out();
    for file in made {
        let codes = of_file(&report, file);
        assert!(codes.contains(&"error untrusted-root".to_owned()), "{file}: {report}");
    }

    // The manifest may trust it, and request it.
    let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
    let print = certificate(evil.root_der()).sha256();
    let text = format!("{text}trust-sha256 = \"{print}\"\nbackup = true\n");
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    tampered(&pki, |bundle| bundle.entries[1].source = Foreign::text("trusted by its SHA-256"));
    let printed = run(pki.folder(), &["sync", "--locked"]).succeeds().err();
    assert!(
        printed.contains("the lock was written with other keys than the manifest has"),
        "{printed}"
    );
}

#[test]
fn the_anchor_of_a_lock_must_be_in_the_stores() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let evil = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let sound = read(&pki);
    let refused = |anchor: &[u8], source: &str, is_plain: bool| {
        tampered(&pki, |bundle| {
            *bundle = sound.clone();
            bundle.entries = vec![entry(Role::Anchor, anchor, source)];
        });
        if is_plain {
            fs::write(pki.file(LOCK), pem_of(&[anchor.to_vec().into()])).unwrap();
        }
        run(pki.folder(), &["sync", "--locked"]).fails_with(1);
        assert!(found(&pki).contains(&"error untrusted-root".to_owned()), "{source}");
    };
    // One with the same name and another key, a public root that this manifest does not trust, and an
    // intermediate that is marked as an anchor.
    for (anchor, source) in [
        (evil.root_der().as_ref(), "root.pem"),
        (&mozilla_list()[0], "Mozilla's store"),
        (&pki.path()[1], "root.pem"),
    ] {
        refused(anchor, source, false);
    }
    refused(evil.root_der(), "", true);
    // A plain file with the root is as good as a lock.
    fs::write(pki.file(LOCK), pem_of(std::slice::from_ref(pki.root_der()))).unwrap();
    run(pki.folder(), &["sync", "--locked", "--quiet"]).succeeds();
    assert!(found(&pki).is_empty());
}

#[test]
fn a_plain_pem_file_as_a_lock_follows_every_rule() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let locked = || run(pki.folder(), &["sync", "--locked"]);
    for (one, name) in pki.path().iter().zip(["plc.test", "Plant Issuing"]) {
        fs::write(pki.file(LOCK), pem_of(std::slice::from_ref(one))).unwrap();
        let printed = locked().fails_with(1).err();
        assert!(
            printed.contains("not in root.pem") && printed.contains("[untrusted-root]"),
            "{printed}"
        );
        assert!(printed.contains(name), "{printed}");
    }
    fs::write(pki.file(LOCK), pem_of(std::slice::from_ref(pki.root_der()))).unwrap();
    let printed = locked().succeeds().err();
    let unknown = "does not say whether the server proved possession of its private key";
    assert!(printed.contains(unknown), "{printed}");

    let ended = |params: &mut rcgen::CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2012, 1, 1);
    };
    let old = Pki::root_changed("Plant Root", ended).leaf("plc.test");
    let root = pem_of(std::slice::from_ref(old.root_der()));
    fs::write(pki.file("root.pem"), &root).unwrap();
    fs::write(pki.file(LOCK), &root).unwrap();
    let printed = locked().fails_with(1).err();
    assert!(printed.contains("`Plant Root` expired on 2012-01-01 [expired]"), "{printed}");
}

#[test]
fn an_intermediate_of_a_lock_must_be_issued_and_presented() {
    let files = Files::start();
    let pki = pki_with(&[files.url("/issuing")]);
    files.serve("/issuing", &pki.path()[1]);
    let server = omitting_issuers(&pki);
    pki.root_file();
    let [allow, place] = files.allowing();
    let lock = ["--emit", &format!("lock={LOCK}"), &allow, &place, "--roots", "root.pem"];
    let connect = ["--connect", &server.address().to_string()];
    fs::create_dir(pki.file("certs")).unwrap();
    run(pki.folder(), &["plc.test:8883"]).args(connect).args(lock).succeeds();
    let text = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{}\"\nroots = \"root.pem\"\n\
         lock = \"{LOCK}\"\n",
        server.address()
    );
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    assert_eq!(read(&pki).entries.len(), 2);
    // Only the option that the manifest cannot have differs.
    assert_eq!(found(&pki), ["warning lock-differs"]);
    run(pki.folder(), &["sync", "--locked", "--quiet"]).succeeds();

    let evil = Pki::root("Evil Root").intermediate("Plant Issuing").leaf("plc.test");
    let sound = read(&pki);
    for other in [&evil.path()[1], &evil.path()[2]] {
        tampered(&pki, |bundle| {
            *bundle = sound.clone();
            bundle.entries.push(entry(Role::Intermediate, other, "sent by the server"));
        });
        run(pki.folder(), &["sync", "--locked", "--quiet"]).fails_with(1);
        assert!(found(&pki).contains(&"error untrusted-root".to_owned()));
    }
}

#[test]
fn a_lock_cannot_have_an_intermediate_the_server_does_not_send() {
    let twin = |name: &str| {
        let key = rcgen::KeyPair::from_pem(KEY).unwrap();
        Pki::root_with_key("Plant Root", key).intermediate(name).leaf("plc.test")
    };
    let [pki, other] = ["Plant Issuing", "Elsewhere Issuing"].map(twin);
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    tampered(&pki, |bundle| {
        bundle.entries.push(entry(Role::Intermediate, &other.path()[1], "sent by the server"));
    });
    // Offline it is like one that the server omitted at that time.
    assert!(found(&pki).is_empty());
    let report = run(pki.folder(), &["check", "--quiet"]).fails_with(1).out();
    assert!(
        report.contains(
            "error: `Elsewhere Issuing` is neither in root.pem nor in the chain that the server \
             presents [untrusted-root]\n"
        ),
        "{report}"
    );
}

/// A different key type for each of two CAs.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTNKQcPH2iecrOlYT
Pog5p1YBod9DGOXc1OgZmzAlddmhRANCAARUM4rG24EWyJgY3hu4srSnYjgIyIcb
eOktq+qDW/cnbXYMaDa2U1SF63NIgdUT+izOLKPVTZo7uO4Z7QkD3lQV
-----END PRIVATE KEY-----
";

#[test]
fn a_lock_for_an_incomplete_chain_is_sound_offline() {
    let files = Files::start();
    let urls = crate::issuers::with_urls(&[files.url("/issuing")]);
    let pki = Pki::root("Plant Root").intermediate("Plant Upper").intermediate("Plant Issuing");
    let pki = pki.changed(urls).leaf("plc.test");
    files.serve("/issuing", &pki.path()[1]);
    let sent = [&pki.path()[0], &pki.path()[2]].map(Clone::clone);
    let server = Server::of(&pki).sending(&sent).start();
    pki.root_file();
    fs::create_dir(pki.file("certs")).unwrap();
    let connect = ["plc.test:8883", "--connect", &server.address().to_string()];
    let lock = ["--roots", "root.pem", "--emit", &format!("lock={LOCK}")];
    run(pki.folder(), &connect).args(lock).args(files.allowing()).succeeds();
    let text = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nroots = \"root.pem\"\nlock = \"{LOCK}\"\n\
         emit = {{ c = \"ca.h\" }}\n"
    );
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    let roles = read(&pki).entries.iter().map(|entry| entry.role.word()).collect::<Vec<_>>();
    assert_eq!(roles, ["anchor", "intermediate", "intermediate"]);
    run(pki.folder(), &["sync", "--locked", "--quiet"]).succeeds();
    assert_eq!(found(&pki), ["warning lock-differs"]);
}

#[test]
fn output_from_a_sound_lock_is_sound_in_every_format() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let forms = emit::FORMATS.iter().map(|format| format.name);
    let forms = forms.filter(|name| *name != "lock" && *name != "esp-bundle-v1");
    let forms: String = forms.map(|name| format!("{name} = \"made/{name}\"\n")).collect();
    pki.root_file();
    let text = format!(
        "[[target]]\nhost = \"plc.test:8883\"\nconnect = \"{}\"\nroots = \"root.pem\"\n\
         lock = \"{LOCK}\"\n[target.emit]\n{forms}",
        server.address()
    );
    fs::write(pki.file("certgrab.toml"), text).unwrap();
    run(pki.folder(), &["sync", "--quiet"]).succeeds();
    for asking in [&["check", "--quiet"][..], &["check", "--quiet", "--offline"]] {
        let report = run(pki.folder(), asking).ends().out();
        assert!(!report.contains("[untrusted-root]") && !report.contains("[lock-"), "{report}");
    }
}

#[test]
fn a_lock_on_the_command_line_is_checked_against_its_text() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    fs::remove_file(pki.file("certgrab.toml")).unwrap();
    let check = || run(pki.folder(), &["check", "--offline", "--quiet", LOCK]);
    let codes = || of_file(&check().ends().out(), LOCK);
    assert_eq!(codes(), ["note untrusted-root"]);
    stated(&pki, "Source: trusted by its SHA-256");
    assert_eq!(codes(), ["note untrusted-root"]);
    for line in [
        "Source: root.pem, Mozilla's store",
        "Source: verified by audit",
        "Reason: approved by all",
    ] {
        let sound = fs::read(pki.file(LOCK)).unwrap();
        stated(&pki, line);
        let report = check().fails_with(1).out();
        assert!(of_file(&report, LOCK).contains(&"error lock-untrue".to_owned()), "{line}");
        fs::write(pki.file(LOCK), sound).unwrap();
    }
    stated(&pki, "Source: Mozilla's store");
    let report = check().fails_with(1).out();
    assert_eq!(of_file(&report, LOCK), ["error lock-untrue", "note untrusted-root"]);
    assert!(report.contains("`Plant Root` is not `Mozilla's store`: not found in Mozilla's store"));
}

#[test]
fn a_false_fact_in_a_lock_is_named() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let sound = fs::read_to_string(pki.file(LOCK)).unwrap();
    for (line, expected, code) in [
        ("Source: Mozilla's store", "error lock-untrue", 1),
        ("Source: the system's store", "error lock-untrue", 1),
        ("Source: trusted by its SHA-256", "error lock-untrue", 1),
        ("Source: sent by the server", "error lock-untrue", 1),
        ("Source: fetched from http://aia.test/", "error lock-untrue", 1),
        ("Source: other.pem", "error lock-untrue", 1),
        ("Source: plant/root.pem", "", 0),
        ("Source: root.pem, Mozilla's store", "error lock-untrue", 1),
        ("Source: verified by audit", "error lock-untrue", 1),
        ("Source: sent by the server, checked by hand", "error lock-untrue", 1),
        ("Reason: approved by security", "error lock-untrue", 1),
        ("Reason: the only root this chain ends in, approved", "error lock-untrue", 1),
        ("Reason: held for a change of the CA", "error lock-untrue", 1),
        ("Reason: lasts until 2030-01-01, as requested", "", 0),
        ("Role: intermediate", "error lock-untrue", 1),
        ("Role: backup", "error lock-differs", 1),
        ("Role: leaf", "error lock-differs", 1),
        ("Lasts until: 2099-01-01T00:00:00Z", "error lock-untrue", 1),
        ("Lasts until: 2030-01-01T00:00:00Z", "", 0),
        ("Key possession: not proven", "note not-proven", 0),
        ("Options: --roots FILE", "warning lock-differs", 0),
        ("# certgrab lock 1: the certificates for `other.test:8883`", "warning lock-untrue", 0),
        (
            "# Builds read this file. Refresh it: `certgrab other.test --emit lock=FILE`",
            "warning lock-untrue",
            0,
        ),
    ] {
        fs::write(pki.file(LOCK), &sound).unwrap();
        stated(&pki, line);
        let codes = found(&pki);
        assert!(
            codes.iter().any(|code| code == expected) != expected.is_empty(),
            "{line}: {codes:?}"
        );
        let run = run(pki.folder(), &["sync", "--locked", "--quiet"]).ends();
        assert_eq!(run.err().is_empty(), code == 0, "{line}: {}", run.err());
    }
    // The options determine what can be called proven.
    let options = "Options: --roots FILE --connect 127.0.0.1:1 --handshake cleartext";
    fs::write(pki.file(LOCK), &sound).unwrap();
    stated(&pki, options);
    assert!(found(&pki).contains(&"error lock-untrue".to_owned()));
}

#[test]
fn a_lock_has_exactly_what_the_manifest_requests() {
    let pki = Pki::root("Plant Root").intermediate("Plant Issuing").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    let both = [pki.root_der().clone(), other.root_der().clone()];
    let [leaf, issuing] = [pki.leaf_der(), &pki.path()[1]];
    let sent = "sent by the server";
    let roots = |role| entry(role, other.root_der(), "root.pem");
    for (what, role, expected) in [
        ("anchor", Role::Backup, "error lock-differs"),
        ("anchor", Role::Anchor, "error lock-differs"),
        ("anchor", Role::Leaf, "error lock-differs"),
        ("chain", Role::Backup, "error lock-differs"),
        ("chain", Role::Intermediate, ""),
        ("leaf", Role::Intermediate, "error lock-differs"),
        ("intermediates", Role::Anchor, "error lock-differs"),
    ] {
        // A format with several readers may need several anchors; one reader needs one.
        let reader = if role == Role::Anchor { "as = \"mbedtls\"\n" } else { "" };
        synced(&pki, &server, &format!("what = \"{what}\"\n{reader}"));
        fs::write(pki.file("root.pem"), pem_of(&both)).unwrap();
        let differs = |codes: &[String]| codes.iter().any(|code| code.contains(" lock-"));
        assert!(!differs(&found(&pki)), "{what}: {:?}", found(&pki));
        tampered(&pki, |bundle| {
            bundle.entries.push(match role {
                Role::Leaf => entry(role, leaf, sent),
                Role::Intermediate => entry(role, issuing, sent),
                _ => roots(role),
            });
        });
        let codes = found(&pki);
        assert_eq!(
            codes.iter().any(|code| code == expected),
            !expected.is_empty(),
            "{what} {codes:?}"
        );
        let exit = if expected.is_empty() { 0 } else { 1 };
        let ended = run(pki.folder(), &["sync", "--locked", "--quiet"]);
        if exit == 0 {
            ended.succeeds()
        } else {
            ended.fails_with(exit)
        };
    }
    // The leaf of another server does not count, even if its issuer is trusted.
    synced(&pki, &server, "what = \"leaf\"\n");
    fs::write(pki.file("root.pem"), pem_of(&both)).unwrap();
    tampered(&pki, |bundle| bundle.entries = vec![entry(Role::Leaf, other.leaf_der(), sent)]);
    assert!(found(&pki).contains(&"error lock-untrue".to_owned()), "{:?}", found(&pki));
}

#[test]
fn damaged_base64_in_a_lock_is_named_by_its_line() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let text = fs::read_to_string(pki.file(LOCK)).unwrap();
    let line = text.lines().position(|line| line.starts_with("-----BEGIN ")).unwrap() + 1;
    fs::write(pki.file(LOCK), text.replacen("\nMII", "\n>MII", 1)).unwrap();
    let expected = format!(
        "certgrab: error: {LOCK}: line {line}: the block is not PEM: its Base64 cannot be decoded\n\
         certgrab: hint: regenerate the lock with `certgrab sync`, or with `certgrab TARGET --emit lock=FILE`\n"
    );
    run(pki.folder(), &["sync", "--locked"]).fails_with(4).stderr(&expected);
}

#[test]
fn every_command_refuses_a_repeated_certificate_in_a_lock() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    tampered(&pki, |bundle| bundle.entries.push(bundle.entries[0].clone()));
    let report = run(pki.folder(), &["sync", "--locked", "--quiet"]).fails_with(1).err();
    assert!(report.contains("the lock contains `Plant Root` twice [lock-differs]"), "{report}");
    assert!(found(&pki).contains(&"error lock-differs".to_owned()));
    fs::remove_file(pki.file("certgrab.toml")).unwrap();
    let report = run(pki.folder(), &["check", "--quiet", LOCK]).fails_with(1).out();
    assert!(report.contains("the lock contains `Plant Root` twice [lock-differs]"), "{report}");
}

#[test]
fn sync_locked_refuses_anchors_that_check_refuses() {
    let public = |params: &mut rcgen::CertificateParams| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, text) in [
            (rcgen::DnType::CountryName, "US"),
            (rcgen::DnType::OrganizationName, "Internet Security Research Group"),
            (rcgen::DnType::CommonName, "ISRG Root X1"),
        ] {
            params.distinguished_name.push(kind, text);
        }
    };
    let pki = Pki::root_changed("ISRG Root X1", public).leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    assert!(found(&pki).contains(&"error lookalike-root".to_owned()), "{:?}", found(&pki));
    let report = run(pki.folder(), &["sync", "--locked", "--quiet"]).fails_with(1).err();
    assert!(report.contains("but a different key [lookalike-root]"), "{report}");
}

#[test]
fn a_generated_file_beyond_its_lock_is_an_error() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    fs::write(pki.file("root.pem"), pem_of(&[pki.root_der().clone(), other.root_der().clone()]))
        .unwrap();
    let header = fs::read_to_string(pki.file("ca.h")).unwrap();
    let block = |der: &[u8]| {
        let quoted = |line: &str| format!("    \"{line}\\n\"\n");
        let block: String = pem_of(&[der.to_vec().into()]).lines().map(quoted).collect();
        block.trim_end().to_owned()
    };
    let own = block(pki.root_der());
    assert!(header.contains(&own), "{header}");
    for (text, expected) in [
        (format!("{own}\n{}", block(other.root_der())), ["warning stale", "error lock-differs"]),
        (block(other.root_der()), ["warning stale", "warning stale"]),
    ] {
        fs::write(pki.file("ca.h"), header.replace(&own, &text)).unwrap();
        let report = run(pki.folder(), &["check", "--offline", "--quiet"]).ends().out();
        let codes = of_file(&report, "ca.h");
        assert!(expected.iter().all(|code| codes.contains(&(*code).to_owned())), "{report}");
        assert_eq!(
            codes.contains(&"error lock-differs".to_owned()),
            expected[1].starts_with("error")
        );
    }
}

#[test]
fn a_note_names_the_store_of_a_hand_written_files_root() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let other = Pki::root("Other Root").leaf("other.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "check = [\"own.pem\", \"public.pem\", \"other.pem\"]\n");
    let isrg =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/isrg_root_x2.pem"));
    fs::write(pki.file("own.pem"), pem_of(std::slice::from_ref(pki.root_der()))).unwrap();
    fs::write(pki.file("public.pem"), isrg.unwrap()).unwrap();
    fs::write(pki.file("other.pem"), pem_of(std::slice::from_ref(other.root_der()))).unwrap();
    let report = run(pki.folder(), &["check", "--offline", "--quiet"]).succeeds().out();
    let action = "    if the certificate is right, add its file to `roots` or its SHA-256 to \
                  `trust-sha256` in the manifest\n";
    assert_eq!(
        report,
        format!(
            "public.pem:1: note: `ISRG Root X2` is in Mozilla's store and not in root.pem \
             [untrusted-root]\n{action}\
             other.pem:1: note: `Other Root` is neither in root.pem nor in Mozilla's store \
             [untrusted-root]\n{action}"
        )
    );
}

#[test]
fn a_lock_has_no_headers_in_its_blocks() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let text = fs::read_to_string(pki.file(LOCK)).unwrap();
    let line = text.lines().position(|line| line.starts_with("-----BEGIN ")).unwrap() + 2;
    let begin = "-----BEGIN CERTIFICATE-----\n";
    for (added, shown) in [
        ("Audited: by us\n\n", "`Audited:`"),
        ("X: y\n", "`X:`"),
        ("Proc-Type: 4,ENCRYPTED\n\n", "`Proc-Type:`"),
    ] {
        fs::write(pki.file(LOCK), text.replacen(begin, &format!("{begin}{added}"), 1)).unwrap();
        let expected =
            format!("line {line}: expected a fact, a comment or a certificate, found {shown}");
        let said = run(pki.folder(), &["sync", "--locked"]).fails_with(4).err();
        assert!(said.contains(&expected), "{said}");
        let report = run(pki.folder(), &["check", "--offline", "--quiet", LOCK]).ends().out();
        assert!(report.contains("[lock-unreadable]"), "{report}");
    }
}

#[test]
fn a_lock_without_optional_facts_is_valid() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let text = fs::read_to_string(pki.file(LOCK)).unwrap();
    let is_kept = |line: &&str| !line.starts_with("Reason:") && !line.starts_with("Lasts until:");
    let lines: Vec<_> = text.lines().filter(is_kept).collect();
    assert!(lines.len() < text.lines().count());
    fs::write(pki.file(LOCK), lines.join("\n") + "\n").unwrap();
    run(pki.folder(), &["sync", "--locked", "--quiet"]).succeeds();
    assert_eq!(found(&pki), Vec::<String>::new());
}

#[test]
fn facts_of_a_lock_are_checked_below_a_users_comment() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    synced(&pki, &server, "");
    let sound = fs::read_to_string(pki.file(LOCK)).unwrap();
    for comment in ["# ask Ann first\n", "# one\n#\n# `two`\n\n"] {
        fs::write(pki.file(LOCK), format!("{comment}{sound}")).unwrap();
        assert_eq!(found(&pki), Vec::<String>::new(), "{comment}");
        let printed = run(pki.folder(), &["sync", "--locked"]).succeeds().err();
        assert!(printed.lines().all(|line| line.starts_with("certgrab: unchanged: ")), "{printed}");
        let other = sound.replacen("`plc.test:8883`", "`other.test`", 1);
        fs::write(pki.file(LOCK), format!("{comment}{other}")).unwrap();
        let report = run(pki.folder(), &["check", "--offline", "--quiet"]).ends().out();
        let line = comment.lines().count() + 1;
        let expected = format!("{LOCK}:{line}: warning: expected `plc.test:8883` in this line");
        assert!(report.starts_with(&expected), "{report}");
    }
}

#[test]
fn sync_locked_and_check_agree_on_a_lock() {
    let expired = |params: &mut rcgen::CertificateParams| {
        params.not_before = rcgen::date_time_ymd(2001, 1, 1);
        params.not_after = rcgen::date_time_ymd(2012, 1, 1);
    };
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let server = Server::presenting(&pki);
    let old = Pki::root_changed("Old Root", expired).leaf("plc.test");
    for (emit, severity) in [("c", "error"), ("arduino", "warning")] {
        synced(&pki, &server, "");
        let both = [pki.root_der().clone(), old.root_der().clone()];
        fs::write(pki.file("root.pem"), pem_of(&both)).unwrap();
        let text = fs::read_to_string(pki.file("certgrab.toml")).unwrap();
        let emits = "{ c = \"ca.h\", bearssl = \"ta.h\", sha256 = \"pins.txt\" }";
        let text = text.replace(emits, &format!("{{ {emit} = \"{emit}.h\" }}"));
        fs::write(pki.file("certgrab.toml"), text).unwrap();
        tampered(&pki, |bundle| {
            bundle.entries = vec![entry(Role::Anchor, old.root_der(), "root.pem")];
        });
        // A device that checks no dates is no reason to write nothing.
        let codes = found(&pki);
        assert!(codes.contains(&format!("{severity} expired")), "{emit}: {codes:?}");
        let run = run(pki.folder(), &["sync", "--locked"]).ends();
        assert_eq!(run.code(), i32::from(severity == "error"), "{emit}: {}", run.err());
    }
}
