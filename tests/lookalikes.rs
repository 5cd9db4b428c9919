//! Lookalike roots and false comments, in files that a manifest does not name.

use std::fs;

use rcgen::{CertificateParams, DistinguishedName, DnType};

use crate::{
    locks::of_file,
    support::{Pki, pki::pem_of, run},
};

fn named(parts: &[(DnType, &str)]) -> impl FnOnce(&mut CertificateParams) + use<> {
    let mut name = DistinguishedName::new();
    parts.iter().for_each(|(kind, text)| name.push(kind.clone(), *text));
    |params| params.distinguished_name = name
}

/// The codes of the findings of `check` in `file` of `pki`, without a server.
fn found(pki: &Pki, file: &str) -> Vec<String> {
    of_file(&run(pki.folder(), &["check", "--quiet", file]).ends().out(), file)
}

/// `root` in the file `ca.pem`, and what certgrab makes of it for C and for BearSSL.
fn made(pki: &Pki, root: &[u8]) {
    fs::write(pki.file("ca.pem"), pem_of(&[root.to_vec().into()])).unwrap();
    // A changed file of an earlier call would be kept.
    for file in ["ca.h", "ta.h", "ca.env"] {
        let _ = fs::remove_file(pki.file(file));
    }
    let emit = ["--emit", "c=ca.h", "--emit", "bearssl=ta.h", "--emit", "env=ca.env"];
    run(pki.folder(), &["convert", "ca.pem", "--quiet"]).args(emit).succeeds();
}

#[test]
fn a_lookalike_of_a_public_root_is_an_error_in_every_file() {
    use DnType::{CommonName as CN, CountryName as C, OrganizationName as O};
    let isrg = "Internet Security Research Group";
    for name in [
        vec![(C, "US"), (O, isrg), (CN, "ISRG Root X1")],
        vec![(C, "US"), (O, "internet security research group"), (CN, "isrg root x1")],
        vec![(C, "US"), (O, isrg), (CN, "ISRG  Root X1 ")],
        vec![(C, "US"), (O, isrg), (CN, "ISRG\u{200b} Root X1")],
        vec![(CN, "ISRG Root X1"), (O, isrg), (C, "US")],
        vec![(O, isrg), (CN, "ISRG Root X1")],
        vec![(CN, "ISRG Root X1")],
    ] {
        let pki = Pki::root_changed("x", named(&name)).leaf("plc.test");
        made(&pki, pki.root_der());
        for file in ["ca.pem", "ca.h", "ta.h", "ca.env"] {
            let codes = found(&pki, file);
            assert!(
                codes.contains(&"error lookalike-root".to_owned()),
                "{name:?} {file} {codes:?}"
            );
            assert!(!codes.contains(&"note untrusted-root".to_owned()), "{name:?} {file}");
        }
        // For any issuer: mbedTLS accepts it as an anchor.
        let pki = Pki::root("Evil Root").intermediate_with("x", named(&name)).leaf("plc.test");
        made(&pki, &pki.path()[1]);
        for file in ["ca.pem", "ca.h", "ta.h"] {
            let codes = found(&pki, file);
            assert!(
                codes.contains(&"error lookalike-root".to_owned()),
                "{name:?} {file} {codes:?}"
            );
        }
    }
    let name = [(C, "US"), (O, "Plant"), (CN, "ISRG Root X1")];
    let pki = Pki::root_changed("x", named(&name)).leaf("plc.test");
    made(&pki, pki.root_der());
    assert_eq!(found(&pki, "ca.h"), ["note untrusted-root"]);
}

#[test]
fn a_lookalike_of_a_removed_root_is_an_error_unless_trusted() {
    use DnType::{
        CommonName as CN, CountryName as C, OrganizationName as O, OrganizationalUnitName as OU,
    };
    let name = |organisation, common| {
        [(C, "US"), (O, organisation), (OU, "www.digicert.com"), (CN, common)]
    };
    for (parts, is_taken) in [
        (name("DigiCert Inc", "DigiCert High Assurance EV Root CA"), true),
        (name("digicert inc", "DIGICERT High Assurance  EV Root CA"), true),
        (name("Plant", "DigiCert High Assurance EV Root CA"), false),
        (name("DigiCert Inc", "DigiCert High Assurance EV Root"), false),
    ] {
        let pki = Pki::root_changed("x", named(&parts)).leaf("plc.test");
        made(&pki, pki.root_der());
        for file in ["ca.pem", "ca.h", "ta.h", "ca.env"] {
            let codes = found(&pki, file);
            let is_error = codes.contains(&"error lookalike-root".to_owned());
            assert_eq!(is_error, is_taken, "{parts:?} {file} {codes:?}");
        }
        let trusted = ["check", "--quiet", "ca.pem", "--roots", "ca.pem"];
        run(pki.folder(), &trusted).succeeds().stdout("");
    }
}

#[test]
fn an_unknown_root_without_server_or_manifest_is_a_note() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    pki.root_file();
    let action = "    if it is the root of your own CA, pass its file with `--roots FILE`\n";
    let note = "root.pem:1: note: `Plant Root` is not in Mozilla's store [untrusted-root]\n";
    let check = |words: &[&str]| run(pki.folder(), &["check", "--quiet"]).args(words).succeeds();
    check(&["root.pem"]).stdout(&format!("{note}{action}"));
    check(&["root.pem", "--roots", "root.pem"]).stdout("");
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    fs::copy(golden.join("isrg_root_x2.pem"), pki.file("isrg.pem")).unwrap();
    check(&["isrg.pem"]).stdout("");
    check(&["isrg.pem", "--roots", "root.pem"]).stdout(&format!(
        "isrg.pem:1: note: `ISRG Root X2` is in Mozilla's store and not in root.pem \
         [untrusted-root]\n{action}"
    ));
    let roots: Vec<_> =
        (0..5).map(|number| Pki::root(&format!("Root {number}")).leaf("a.test")).collect();
    let roots: Vec<_> = roots.iter().map(|one| one.root_der().clone()).collect();
    fs::write(pki.file("many.pem"), pem_of(&roots)).unwrap();
    check(&["many.pem"]).stdout(&format!(
        "many.pem:1: note: 5 roots are not in Mozilla's store, such as `Root 0`, `Root 1`, `Root 2` \
         [untrusted-root]\n{action}"
    ));
}

#[test]
fn a_false_comment_in_a_generated_file_is_an_error() {
    let pki = Pki::root("Plant Root").leaf("plc.test");
    let evil = Pki::root("Evil Root").leaf("plc.test");
    made(&evil, evil.root_der());
    made(&pki, pki.root_der());
    for (file, note) in [
        ("ca.h", "note untrusted-root"),
        ("ta.h", "note anchor-unknown"),
        ("ca.env", "note untrusted-root"),
    ] {
        assert_eq!(found(&pki, file), [note], "{file}");
        let sound = fs::read_to_string(pki.file(file)).unwrap();
        let other = fs::read_to_string(evil.file(file)).unwrap();
        let own = "found in: `ca.pem`";
        assert!(sound.contains(own), "{sound}");
        for (source, code) in [
            ("Mozilla's store", "error lock-untrue"),
            ("verified by audit", "error lock-untrue"),
            ("other.pem", note),
        ] {
            let text = sound.replace(own, &format!("found in: `{source}`"));
            fs::write(pki.file(file), text).unwrap();
            // A name and a key alone do not identify a certificate.
            let is_unknown = file == "ta.h" && source == "verified by audit";
            let codes = found(&pki, file);
            assert!(is_unknown || codes.contains(&code.to_owned()), "{file} {source} {codes:?}");
        }
        // The constants of another certificate below this comment.
        let comment = |text: &str| text.find("SHA-256: ").map(|at| at + 73).unwrap();
        let text = format!("{}{}", &sound[..comment(&sound)], &other[comment(&other)..]);
        fs::write(pki.file(file), text).unwrap();
        let codes = found(&pki, file);
        if file != "ta.h" {
            assert!(codes.contains(&"error untrusted-root".to_owned()), "{file} {codes:?}");
        }
    }
    // A root that the comment places in Mozilla's store is also recognised by name and key.
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let isrg = pem::parse(fs::read(golden.join("isrg_root_x2.pem")).unwrap()).unwrap();
    made(&pki, isrg.contents());
    for file in ["ca.h", "ta.h", "ca.env"] {
        assert_eq!(found(&pki, file), Vec::<String>::new(), "{file}");
        let sound = fs::read_to_string(pki.file(file)).unwrap();
        let other = fs::read_to_string(evil.file(file)).unwrap();
        let comment = |text: &str| text.find("SHA-256: ").map(|at| at + 73).unwrap();
        let text = format!("{}{}", &sound[..comment(&sound)], &other[comment(&other)..]);
        fs::write(pki.file(file), text).unwrap();
        let codes = found(&pki, file);
        assert!(codes.contains(&"error untrusted-root".to_owned()), "{file} {codes:?}");
    }
}
