//! The actions of `certgrab check`: each can be pasted, and shared ones are printed once.

use std::fs;

use crate::support::{Pki, Server, certgrab, pki::pem_of};

/// Checks `files`, in a separate folder, without a server.
fn checked(files: &[(&str, &str)]) -> String {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let run = certgrab().args(["check", "--offline", "--quiet", "--at", "2026-11-26", "."]);
    let out = run.in_folder(folder.path()).ends().out();
    // The roots of these tests are in no store.
    let is_note = |line: &&str| line.ends_with("[untrusted-root]") || line.contains("your own CA");
    out.lines().filter(|line| !is_note(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_action_after_a_ca_change_can_be_pasted() {
    let (old, new) =
        (Pki::root("Old Root").leaf("plc.test"), Pki::root("New Root").leaf("plc.test"));
    let server = Server::of(&new).start();
    let roots = [old.root_der().clone(), new.root_der().clone()];
    fs::write(new.file("plant roots.pem"), pem_of(&roots)).unwrap();
    let header = format!("const char ca[] = R\"({})\";\n", pem_of(&roots[..1]));
    fs::write(new.file("ca.ino"), header + "void setup() { client.setCACert(ca); }\n").unwrap();
    let address = server.address().to_string();
    let connect = ["--connect", &address];
    let check = |more: &[&str]| {
        let run = certgrab().args(["check", "--quiet", "ca.ino"]).args(more).args(connect);
        run.args(["plc.test:8883"]).in_folder(new.folder()).fails_with(1).out()
    };
    let found = check(&["--roots", "plant roots.pem"]);
    let expected = format!(
        "    embed `New Root`: `certgrab plc.test:8883 --connect {address} --roots 'plant roots.pem' \
         --emit arduino`\n"
    );
    assert!(found.ends_with(&expected), "{found}");
    let words = ["plc.test:8883", "--roots", "plant roots.pem", "--emit", "arduino"];
    let emitted = certgrab().args(words).args(connect).in_folder(new.folder()).succeeds().out();
    assert!(emitted.contains("New Root"), "{emitted}");

    // Roots without the new CA do not help.
    fs::write(new.file("old.pem"), pem_of(&roots[..1])).unwrap();
    let found = check(&["--roots", "old.pem"]);
    let expected = format!(
        "    get the CA certificate `New Root` from the server's operator, then `certgrab \
         plc.test:8883 --connect {address} --roots FILE --emit arduino`\n"
    );
    assert!(found.ends_with(&expected), "{found}");

    // A root that the server sends can be compared with its owner.
    let sending = Server::of(&new).sending(new.path()).start();
    let check = |arguments: &[&str]| {
        let run = certgrab().args(["check", "--quiet", "ca.ino"]).args(arguments);
        run.args(["plc.test"]).in_folder(new.folder()).fails_with(1).out()
    };
    let found = check(&["--roots", "old.pem", "--connect", &sending.address().to_string()]);
    assert!(found.contains("if `New Root` is the server's new CA"), "{found}");
    assert!(found.contains("--trust-sha256 ") && !found.contains("--roots"), "{found}");
}

#[test]
fn a_root_bundle_has_one_sentence_about_outdated_roots() {
    let mut certificates: Vec<_> = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .map(|root| root.clone().into_owned())
        .take(20)
        .collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/check");
    for name in ["29_dropped.pem", "23_expired_and_dropped.h"] {
        let content = fs::read(folder.join(name)).unwrap();
        let reading = certgrab::check::read(std::path::Path::new(name), &content);
        let certificate = reading.anchors[0].certificate.as_ref().unwrap();
        certificates.push(certificate.der().to_vec().into());
    }
    let out = checked(&[("cacert.pem", &pem_of(&certificates))]);
    assert_eq!(out.matches("cacert.pem:").count(), 1, "{out}");
    assert!(out.contains("warning: the bundle of 22 roots is outdated: 1 expired (`"), "{out}");
    assert!(out.contains("; 2 left Mozilla's store (`"), "{out}");
    // A selection is not a bundle: each of its roots was chosen.
    let few = checked(&[("few.pem", &pem_of(&certificates[15..]))]);
    assert!(!few.contains("bundle-outdated") && few.matches("few.pem:").count() > 2, "{few}");
}

#[test]
fn a_private_key_next_to_firmware_is_a_warning() {
    let pki = Pki::root("Fleet Root").leaf("device-1");
    let pem = |der: &rustls::pki_types::CertificateDer<'static>| pem_of(std::slice::from_ref(der));
    let main = "void setup() { client.setCACert(ca); client.setCertificate(device); }\n";
    let constants = format!(
        "const char ca[] = R\"({})\";\nconst char device[] = R\"({})\";\n",
        pem(pki.root_der()),
        pem(pki.leaf_der())
    );
    let key = fs::read_to_string(pki.key_file()).unwrap();
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    let files = [("secrets.h", constants.as_str()), ("main.ino", main), ("device.key", &key)];
    assert_eq!(checked(&files), "");
    let with_another = [files[0], files[1], ("other.key", &other)];
    assert_eq!(
        checked(&with_another),
        "other.key:1: warning: a private key is in this file: anyone who can read the file can use it \
         [private-key]\n    keep it out of the repository, and replace it if others could read it\n"
    );
    // The key of a certificate that is an anchor is named, also in code.
    let pair = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "Plant CA");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = params.self_signed(&pair).unwrap().pem();
    let header = format!("const char k[] = R\"({})\";\n", pair.serialize_pem());
    let out = checked(&[("ca.pem", &ca), ("key.h", &header)]);
    assert!(out.starts_with("key.h:1: warning: the private key of `"), "{out}");
    // Keys without any file of a device next to them are not reported.
    assert!(checked(&[("other.key", &other)]).contains("no-certificate"));
}

#[test]
fn a_csr_and_a_pem_parser_are_not_damaged_certificates() {
    let request = rcgen::CertificateParams::new(vec!["plc.test".to_owned()]).unwrap();
    let request = request.serialize_request(&rcgen::KeyPair::generate().unwrap()).unwrap();
    let request = request.pem().unwrap();
    let library = "\0-----BEGIN CERTIFICATE-----\0-----END CERTIFICATE-----\0\
                   -----BEGIN CERTIFICATE REQUEST-----\n\0-----END CERTIFICATE REQUEST-----\n\0";
    let code = "const char b[] = \"-----BEGIN CERTIFICATE REQUEST-----\\n\";\n";
    let root = Pki::root("Plant Root").leaf("plc.test");
    let root = pem_of(std::slice::from_ref(root.root_der()));
    let files =
        [("plc.csr", request.as_str()), ("libx509.a", library), ("csr.c", code), ("ca.pem", &root)];
    assert_eq!(checked(&files), "");
    // A block with a misspelled label is damaged.
    let damaged = root.replace("CERTIFICATE-----", "CERTIFICATE ----");
    assert!(checked(&[("ca.pem", &damaged)]).contains("pem-damaged"));
}
