//! A certificate that cannot be verified is named with the reason, never only as "unknown issuer".

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, NameConstraints, SanType,
    string::PrintableString,
};
use tempfile::TempDir;

use crate::support::{Pki, certgrab, pki::sha256, real};

/// The error for the chain of `pki`, whose root is trusted.
fn said(pki: &Pki) -> String {
    certgrab()
        .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
        .args([pki.chain_file()])
        .trusting(pki.root_file())
        .fails_with(1)
        .stdout("")
        .reason()
}

fn changed(change: impl FnOnce(&mut CertificateParams) + 'static) -> Pki {
    Pki::root("Plant Root").intermediate("Plant Issuing").changed(change).leaf("plc.test")
}

fn constrained(change: impl FnOnce(&mut CertificateParams)) -> Pki {
    Pki::root("Plant Root")
        .intermediate_with("Upper", change)
        .intermediate("Lower")
        .leaf("plc.test")
}

#[test]
fn a_missing_right_of_a_ca_or_leaf_has_a_sentence() {
    let critical = |params: &mut CertificateParams| {
        let mut extension =
            CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55_738], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    };
    let policies = |params: &mut CertificateParams| {
        // anyPolicy (RFC 5280 section 4.2.1.4).
        let any = vec![0x30, 8, 0x30, 6, 6, 4, 0x55, 0x1d, 0x20, 0];
        let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], any);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    };
    let other = GeneralSubtree::DnsName("other.test".to_owned());
    for (pki, expected) in [
        (
            changed(|leaf| leaf.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
            "`CN=plc.test` cannot be verified: it is a CA certificate (CA:TRUE), not a server \
             certificate",
        ),
        (
            changed(|leaf| leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            "`CN=plc.test` cannot be verified: it is not valid for servers: its extKeyUsage has \
             no serverAuth",
        ),
        (
            changed(critical),
            "`CN=plc.test` cannot be verified: it has the critical extension 1.3.6.1.4.1.55738, \
             which certgrab does not know",
        ),
        (
            changed(policies),
            "`CN=plc.test` cannot be verified: it has the critical extension certificatePolicies \
             (2.5.29.32), which certgrab does not support",
        ),
        (
            constrained(policies),
            "`CN=Upper` cannot be verified: it has the critical extension certificatePolicies \
             (2.5.29.32), which certgrab does not support",
        ),
        (
            constrained(|upper| {
                upper.name_constraints = Some(NameConstraints {
                    permitted_subtrees: vec![other],
                    excluded_subtrees: Vec::new(),
                });
            }),
            "`CN=plc.test` cannot be verified: it has a name that `CN=Upper` does not permit \
             (nameConstraints)",
        ),
        (
            constrained(|upper| upper.is_ca = IsCa::Ca(BasicConstraints::Constrained(0))),
            "`CN=Upper` cannot be verified: it allows 0 intermediates below it and has 1 in the chain \
             (pathLenConstraint)",
        ),
        (
            constrained(|upper| upper.is_ca = IsCa::ExplicitNoCa),
            "`CN=Upper` cannot be verified: it issued a certificate but is not a CA",
        ),
    ] {
        assert_eq!(said(&pki), format!("certgrab: error: {expected}\n"));
    }
}

#[test]
fn a_self_signed_server_has_a_hint_with_its_fingerprint() {
    for is_ca in [false, true] {
        let pki = Pki::self_signed("plc.test", is_ca);
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", "pem", "--from"])
            .args([pki.chain_file()])
            .fails_with(1)
            .stderr(&format!(
                "certgrab: error: the server's certificate `CN=plc.test` is self-signed and not in \
                 Mozilla's store\n\
                 certgrab: hint: verify the fingerprint with the CA's owner, then pass \
                 `--trust-sha256 {}`\n",
                sha256(pki.leaf_der())
            ));
    }
}

/// A root and a leaf by OpenSSL, with fields that rcgen refuses.
struct Weak {
    folder: TempDir,
}

impl Weak {
    /// The root has a key of the type `key`; the leaf is signed with `how`.
    fn new(key: &[&str], how: &[&str], has_extensions: bool) -> Self {
        let weak = Self { folder: TempDir::new().expect("a folder") };
        let folder = weak.folder.path();
        fs::write(folder.join("names"), "subjectAltName=DNS:plc.test\n").expect("a file");
        let request = ["req", "-new", "-nodes", "-subj", "/CN=plc.test", "-newkey", "rsa:2048"];
        let files = ["-keyout", "leaf.key", "-out", "leaf.csr"];
        openssl(folder, &[&request[..], &files].concat());
        let root = ["req", "-x509", "-nodes", "-subj", "/CN=Plant Root", "-days", "3650"];
        let files = ["-keyout", "root.key", "-out", "root.pem"];
        openssl(folder, &[&root[..], key, &files].concat());
        let sign = ["x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key"];
        let more = ["-CAcreateserial", "-days", "3650", "-out", "leaf.pem"];
        let names = if has_extensions { &["-extfile", "names"][..] } else { &[] };
        openssl(folder, &[&sign[..], &more, how, names].concat());
        weak
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn said(&self) -> String {
        certgrab()
            .args(["plc.test", "--emit", "pem", "--from"])
            .args([self.file("leaf.pem")])
            .trusting(self.file("root.pem"))
            .fails_with(1)
            .reason()
    }
}

fn openssl(folder: &Path, words: &[&str]) {
    let output =
        Command::new("openssl").current_dir(folder).args(words).output().expect("openssl runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn weak_and_old_algorithms_are_named_with_the_reason() {
    if !real::program("openssl") {
        return;
    }
    let rsa = ["-newkey", "rsa:2048"];
    for (weak, expected) in [
        (
            Weak::new(&rsa, &["-sha1"], true),
            "`CN=plc.test` cannot be verified: it is signed with sha1WithRSAEncryption, and SHA1 is \
             broken",
        ),
        (
            Weak::new(&["-newkey", "rsa:1024"], &["-sha256"], true),
            "`CN=Plant Root` cannot be verified: it has an RSA key of 1024 bits, expected 2048 to 8192",
        ),
        (
            Weak::new(&["-newkey", "ed448"], &[], true),
            "`CN=plc.test` cannot be verified: it is signed with Ed448 by a key of Ed448, which \
             certgrab does not support",
        ),
        (
            Weak::new(
                &["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
                &["-sha256"],
                true,
            ),
            "`CN=plc.test` cannot be verified: it is signed with RSASSA-PSS by a key of RSASSA-PSS, \
             which certgrab does not support",
        ),
        (
            Weak::new(&rsa, &["-sha256"], false),
            "`CN=plc.test` cannot be verified: it is not X.509 version 3, so it does not state \
             its purpose",
        ),
    ] {
        assert_eq!(weak.said(), format!("certgrab: error: {expected}\n"));
    }
}

#[test]
fn an_unusual_salt_length_is_unsupported_and_not_called_wrong() {
    if !real::program("openssl") {
        return;
    }
    let salt = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:100", "-sha256"];
    let weak = Weak::new(&[&["-newkey", "rsa:2048"], &salt[..]].concat(), &salt, true);
    assert_eq!(
        weak.said(),
        "certgrab: error: `CN=plc.test` cannot be verified: it is signed with RSASSA-PSS and a salt \
         of 100 bytes by a key of RSA 2048, which certgrab does not support\n"
    );
    let root = weak.file("root.pem");
    certgrab().args(["check", "--offline"]).args([&root]).succeeds().stdout(&format!(
        "{}:1: note: `Plant Root` is not in Mozilla's store [untrusted-root]\n    \
         if it is the root of your own CA, pass its file with `--roots FILE`\n",
        root.display()
    ));
}

#[test]
fn an_unsupported_rsassa_pss_parameter_is_named() {
    if !real::program("openssl") {
        return;
    }
    let mask = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32", "-sha256"];
    let mask = [&mask[..], &["-sigopt", "rsa_mgf1_md:sha1"]].concat();
    let weak = Weak::new(&[&["-newkey", "rsa:2048"], &mask[..]].concat(), &mask, true);
    assert_eq!(
        weak.said(),
        "certgrab: error: `CN=plc.test` cannot be verified: it is signed with RSASSA-PSS and MGF1 \
         with SHA-1 by a key of RSA 2048, which certgrab does not support\n"
    );
}

/// A root, `CN=Plant Issuing` below it, and a leaf that encodes its issuer like `issuer`.
fn encoding_the_issuer_as(issuer: DnValue) -> Pki {
    let key = KeyPair::generate().expect("a key");
    let same = KeyPair::from_pem(&key.serialize_pem()).expect("the key");
    let root = Pki::root("Plant Root");
    let mut written = CertificateParams::new(Vec::new()).expect("parameters");
    written.distinguished_name = DistinguishedName::new();
    written.distinguished_name.push(DnType::CommonName, issuer);
    let issuer = Issuer::new(written, same);
    root.intermediate_with_key("Plant Issuing", key).leaf_issued_by("plc.test", &issuer)
}

#[test]
fn an_issuer_with_another_spelling_is_not_called_missing() {
    let printable = PrintableString::try_from("Plant Issuing").expect("letters");
    for (issuer, shown) in [
        (DnValue::Utf8String("PLANT  issuing".to_owned()), "PLANT  issuing"),
        (DnValue::PrintableString(printable), "Plant Issuing"),
    ] {
        assert_eq!(
            said(&encoding_the_issuer_as(issuer)),
            format!(
                "certgrab: error: `CN=plc.test` is issued by `CN={shown}`, but the issuer found \
                 is named `CN=Plant Issuing`: the names differ in case, spaces or string type; \
                 certgrab compares names byte by byte, some TLS stacks treat these as equal: \
                 `--stacks` lists them\n\
                 certgrab: hint: reissue the certificate with its issuer's name exactly as in \
                 the issuer's certificate\n"
            )
        );
    }
}

#[test]
fn only_unchecked_constraints_are_called_unchecked() {
    let mut plant = DistinguishedName::new();
    plant.push(DnType::CommonName, "plc.test");
    let directory = || GeneralSubtree::DirectoryName(plant.clone());
    let mail = GeneralSubtree::Rfc822Name("plant.test".to_owned());
    let [right, wrong] =
        ["plc.test", "other.test"].map(|name| GeneralSubtree::DnsName(name.into()));
    let upper = |permitted: Vec<GeneralSubtree>| {
        constrained(|upper| {
            upper.name_constraints = Some(NameConstraints {
                permitted_subtrees: permitted,
                excluded_subtrees: Vec::new(),
            });
        })
    };
    let with_mail = Pki::root("Plant Root")
        .intermediate_with("Upper", |upper| {
            upper.name_constraints = Some(NameConstraints {
                permitted_subtrees: vec![mail],
                excluded_subtrees: Vec::new(),
            });
        })
        .changed(|leaf| {
            let mail = "me@plant.test".try_into().expect("an address");
            leaf.subject_alt_names.push(SanType::Rfc822Name(mail));
        })
        .leaf("plc.test");
    for (pki, expected) in [
        (
            upper(vec![directory()]),
            "`CN=Upper` cannot be verified: it constrains directory names (nameConstraints), \
             which certgrab does not support",
        ),
        (
            upper(vec![right, directory()]),
            "`CN=Upper` cannot be verified: it constrains directory names (nameConstraints), \
             which certgrab does not support",
        ),
        (
            with_mail,
            "`CN=Upper` cannot be verified: it constrains e-mail addresses (nameConstraints), \
             which certgrab does not support",
        ),
        (
            upper(vec![wrong, directory()]),
            "`CN=plc.test` cannot be verified: it has a name that `CN=Upper` does not permit \
             (nameConstraints)",
        ),
    ] {
        assert_eq!(said(&pki), format!("certgrab: error: {expected}\n"));
    }
}

#[test]
fn self_issued_does_not_mean_self_signed() {
    let [old, new] = [(); 2].map(|()| KeyPair::generate().expect("a key"));
    let again = KeyPair::from_pem(&old.serialize_pem()).expect("the key");
    let pki = Pki::root_with_key("Plant Root", again)
        .intermediate_with_key("Plant Root", new)
        .leaf("plc.test");
    let out = certgrab()
        .args(["plc.test", "--at", "2030-01-01", "--from"])
        .args([pki.chain_file()])
        .trusting(pki.root_file())
        .succeeds()
        .out();
    let issuers: Vec<_> = out
        .lines()
        .filter_map(|line| line.split_once("issuer     "))
        .map(|(_, issuer)| issuer)
        .collect();
    assert_eq!(
        issuers,
        ["itself", "CN=Plant Root, a different key with this name", "CN=Plant Root"]
    );
}
