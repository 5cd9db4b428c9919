//! What is written for a device is judged by the algorithm of its own TLS stack.

use std::fs;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tempfile::TempDir;

use crate::support::{certgrab, pki::pem_of};

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

#[test]
fn a_chain_out_of_order_is_written_for_the_stacks_that_put_it_in_order_alone() {
    let [root_key, upper_key, lower_key, leaf_key] =
        [(); 4].map(|()| KeyPair::generate().expect("a key"));
    let mut leaf = named("plc.test");
    leaf.subject_alt_names = vec![rcgen::SanType::DnsName("plc.test".try_into().expect("a name"))];
    let root = authority("Root").self_signed(&root_key).expect("a certificate");
    let above = Issuer::new(authority("Root"), root_key);
    let upper = authority("Upper").signed_by(&upper_key, &above).expect("a certificate");
    let above = Issuer::new(authority("Upper"), upper_key);
    let lower = authority("Lower").signed_by(&lower_key, &above).expect("a certificate");
    let above = Issuer::new(authority("Lower"), lower_key);
    let leaf = leaf.signed_by(&leaf_key, &above).expect("a certificate");

    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, certificates: &[&rcgen::Certificate]| {
        let path = folder.path().join(name);
        let ders: Vec<_> = certificates.iter().map(|one| one.der().clone()).collect();
        fs::write(&path, pem_of(&ders)).expect("a file");
        path
    };
    let roots = file("root.pem", &[&root]);
    let emit = |format: &str, sent: &[&rcgen::Certificate]| {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", format, "--from"])
            .args([file("chain.pem", sent)])
            .args(["--roots"])
            .args([&roots])
    };
    let (sent, crossed) = ([&leaf, &lower, &upper], [&leaf, &upper, &lower]);
    for format in ["esp8266", "arduino", "esp-bundle", "go", "java", "rust-anchor"] {
        emit(format, &sent).succeeds().stderr("");
    }
    let strict = "certgrab: warning: CPython from 3.13 on refuses this chain: the leaf `CN=plc.test` \
                  has no authorityKeyIdentifier with a key identifier; set `verify_flags &= \
                  ~ssl.VERIFY_X509_STRICT` on the device\n";
    emit("python", &sent).succeeds().stderr(strict);
    for (format, whose, place) in [
        ("esp8266", "BearSSL of the ESP8266 core", "the leaf `CN=plc.test`"),
        ("arduino", "Arduino-ESP32", "certificate 3 of the chain `CN=Lower`"),
    ] {
        let wanted = format!(
            "certgrab: error: {whose} refuses this chain: {place} is out of order: its issuer is not \
             the next certificate\n\
             certgrab: hint: let the server send each certificate before its issuer\n"
        );
        emit(format, &crossed).fails_with(1).stdout("").stderr(&wanted);
    }
    emit("python", &crossed).succeeds().stderr(strict);
    for format in ["go", "java", "rust-anchor"] {
        emit(format, &crossed).succeeds().stderr("");
    }
}

#[test]
fn what_only_an_older_version_of_a_stack_refuses_is_a_warning_that_names_the_version() {
    let [root_key, lower_key, leaf_key] = [(); 3].map(|()| KeyPair::generate().expect("a key"));
    let mut leaf = named("plc.test");
    leaf.subject_alt_names = vec![rcgen::SanType::DnsName("plc.test".try_into().expect("a name"))];
    // What makes a CA certificate without keyUsage.
    let lower = || {
        let mut params = authority("Lower");
        params.key_usages = Vec::new();
        params
    };
    let root = authority("Root").self_signed(&root_key).expect("a certificate");
    let above = Issuer::new(authority("Root"), root_key);
    let middle = lower().signed_by(&lower_key, &above).expect("a certificate");
    let above = Issuer::new(lower(), lower_key);
    let leaf = leaf.signed_by(&leaf_key, &above).expect("a certificate");

    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, ders: &[&rcgen::Certificate]| {
        let path = folder.path().join(name);
        let ders: Vec<_> = ders.iter().map(|one| one.der().clone()).collect();
        fs::write(&path, pem_of(&ders)).expect("a file");
        path
    };
    let (chain, roots) = (file("chain.pem", &[&leaf, &middle]), file("root.pem", &[&root]));
    let run = |format: &str| {
        certgrab()
            .args(["plc.test", "--at", "2030-01-01", "--emit", format, "--from"])
            .args([&chain])
            .args(["--roots"])
            .args([&roots])
    };
    run("wolfssl").succeeds().stderr(
        "certgrab: warning: wolfSSL 5.5 refuses this chain: certificate 2 of the chain `CN=Lower` \
         issued a certificate but has no keyUsage; reissue the CA certificate with keyUsage = \
         critical, keyCertSign, cRLSign\n",
    );
    run("arduino").succeeds().stderr("");
}
